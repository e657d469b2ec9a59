"""Ratings 好差评: who rates what when, codes of the window, and what follows from a bad one."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.models import Role, StaffPost
from applications import services
from applications.models import Case, CaseEvent, Rating, RatingToken, Rectification
from applications.services import ratings, rectification
from notifications.models import Message, Reminder
from talentportal.lib.refusals import Refused
from tests import cast
from tests.cast import day, moment

pytestmark = pytest.mark.django_db

ALL = ("id", "degree", "works", "form", "photo")
NOW = "2026-09-18 10:00"  # a Friday; Sunday 20 September is a working day


@pytest.fixture
def received(world, applicant):
    return cast.submit(cast.make_draft(world, applicant, *ALL, now=moment(NOW)), applicant, moment(NOW))


@pytest.fixture
def closed(received, clerk):
    return services.reject_acceptance(
        case=received, actor=clerk, now=moment(NOW), reason="N01", explanation="请向教育部门申请"
    )


@pytest.fixture
def head(world):
    user = cast.make_staff("head@example.org", "何主任", Role.CLERK, world.county, world.office, [world.window])
    StaffPost.objects.filter(user=user).update(is_head=True)
    return user


@pytest.fixture
def bad(received, applicant, head):
    return ratings.rate(
        case=received, actor=applicant, now=moment(NOW), touch_point="INTAKE", level=5, comment="排队两小时"
    )


def rate(case, who, level=1, now=NOW, **more):
    return ratings.rate(case=case, actor=who, now=moment(now), level=level, **more)


# --- giving one -------------------------------------------------------------------------------------------------------


def test_the_applicant_rates_the_end_and_the_event_does_not_tell_the_level(closed, applicant):
    given = rate(closed, applicant, 2, aspects={"speed": 1, "unknown": 3, "guide": 9}, comment=" 很快 ")
    assert (given.level, given.aspects, given.comment, given.is_named) == (2, {"speed": 1}, "很快", True)
    event = CaseEvent.objects.get(case=closed, verb="rate")
    assert (event.actor, event.data, event.opinion) == (applicant, {}, "")


def test_a_step_on_the_way_is_rated_without_an_event(received, applicant):
    before = Case.objects.get(pk=received.pk).version
    rate(received, applicant, 1, touch_point="INTAKE")
    assert Case.objects.get(pk=received.pk).version == before
    assert not CaseEvent.objects.filter(case=received, verb="rate").exists()


@pytest.mark.parametrize("step", ["ACCEPTANCE", "CLOSING"])
def test_what_was_not_reached_cannot_be_rated(received, applicant, step):
    with pytest.raises(Refused):
        rate(received, applicant, touch_point=step)
    assert not Rating.objects.exists()


@pytest.mark.parametrize("who", ["stranger", "clerk", "head", "leader", "examiner"])
@pytest.mark.parametrize("step", ["INTAKE", "CLOSING"])
def test_nobody_else_rates(closed, request, who, step):
    with pytest.raises(Refused):
        rate(closed, request.getfixturevalue(who), touch_point=step)
    assert not Rating.objects.exists()


@pytest.mark.parametrize("level", [0, 6, None, "1"])
def test_there_are_five_levels(closed, applicant, level):
    with pytest.raises(Refused):
        rate(closed, applicant, level)


def test_it_can_be_changed_for_seven_days_and_no_longer(closed, applicant):
    rate(closed, applicant, 3)
    rate(closed, applicant, 1, now="2026-09-25 09:59")
    assert Rating.objects.get().level == 1
    with pytest.raises(Refused):
        rate(closed, applicant, 5, now="2026-09-25 10:00")
    assert Rating.objects.get().level == 1


def test_the_closing_invites_and_three_days_later_once_more_unless_it_was_rated(closed, applicant):
    invited = Message.objects.get(event="rating_invited")
    assert (invited.recipient, invited.path) == (applicant, f"/me/applications/{closed.case_no}/rate/")
    again = Reminder.objects.get(event="rating_reminder")
    assert (again.due_at, again.cancelled_at) == (moment("2026-09-21 09:00"), None)
    rate(closed, applicant)
    again.refresh_from_db()
    assert again.cancelled_at == moment(NOW)


def test_who_withdraws_is_not_invited(received, applicant):
    services.withdraw(case=received, actor=applicant, now=moment(NOW))
    assert not Message.objects.filter(event="rating_invited").exists()


@pytest.mark.django_db(transaction=True)
def test_two_ratings_at_once_make_one(closed, applicant):
    def go(level):
        try:
            return rate(closed, applicant, level).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(go, (1, 2)))) == 1
    assert Rating.objects.count() == 1


# --- with a code ------------------------------------------------------------------------------------------------------


@pytest.fixture
def code(received, clerk):
    return ratings.make_rating_token(case=received, actor=clerk, now=moment(NOW), touch_point="INTAKE")


def test_11_46_a_code_rates_once_as_the_applicant_who_is_told(code, applicant):
    given = ratings.rate_with_token(token=code, now=moment("2026-09-18 10:29"), level=2)
    assert (given.rated_by, given.channel, given.touch_point) == (applicant, "QR", "INTAKE")
    assert Message.objects.filter(event="rating_given", recipient=applicant).count() == 1
    with pytest.raises(Refused):
        ratings.rate_with_token(token=code, now=moment("2026-09-18 10:29"), level=1)
    assert Rating.objects.get().level == 2


def test_a_code_ends_after_half_an_hour(code):
    with pytest.raises(Refused):
        ratings.rate_with_token(token=code, now=moment("2026-09-18 10:30"), level=2)


def test_a_code_does_not_work_where_staff_are_signed_in(code):
    with pytest.raises(Refused):
        ratings.rate_with_token(token=code, now=moment(NOW), level=1, is_staff=True)
    assert RatingToken.objects.get().used_at is None


def test_a_code_does_not_change_what_was_rated_already(code, applicant):
    rate(code.case, applicant, 4, touch_point="INTAKE")
    with pytest.raises(Refused):
        ratings.rate_with_token(token=code, now=moment(NOW), level=1)


@pytest.mark.parametrize("who", ["other_clerk", "applicant", "stranger"])
def test_only_the_office_of_the_case_makes_codes(received, request, who):
    with pytest.raises(Refused):
        ratings.make_rating_token(
            case=received, actor=request.getfixturevalue(who), now=moment(NOW), touch_point="INTAKE"
        )


# --- what follows from a bad one --------------------------------------------------------------------------------------


def test_a_bad_rating_is_to_be_answered_in_one_working_day_and_put_right_in_fifteen(bad, head):
    follows = bad.rectification
    assert (follows.contact_by, follows.rectify_by) == (day("2026-09-20"), day("2026-10-15"))
    told = Message.objects.get(event="bad_rating")
    assert (told.recipient, told.path) == (head, f"/admin/applications/rating/{bad.pk}/change/")
    due = Reminder.objects.get(event="rectification_due", cancelled_at=None)
    assert (due.recipient, due.due_at) == (head, moment("2026-09-20 09:00"))


def test_a_good_rating_starts_nothing(received, applicant, head):
    rate(received, applicant, 3, touch_point="INTAKE")
    assert not Rectification.objects.exists()


def test_a_rating_made_worse_starts_it_and_made_worse_again_does_not_begin_anew(received, applicant, head):
    rate(received, applicant, 1, touch_point="INTAKE")
    rate(received, applicant, 4, touch_point="INTAKE", now="2026-09-21 10:00")
    rate(received, applicant, 5, touch_point="INTAKE", now="2026-09-22 10:00")
    assert Rectification.objects.get().contact_by == day("2026-09-22")


def test_it_is_contacted_put_right_and_called_back_in_this_order(bad, head, applicant):
    who, follows = {"actor": head, "now": moment("2026-09-20 10:00")}, bad.rectification
    with pytest.raises(Refused):
        rectification.rectify(rectification=follows, result="增设取号机", **who)
    rectification.contact_rater(rectification=follows, finding="当天只开了一个窗口", **who)
    with pytest.raises(Refused):
        rectification.call_back(rectification=follows, is_satisfied=True, **who)
    rectification.rectify(rectification=follows, result="增设取号机", **who)
    done = rectification.call_back(rectification=follows, is_satisfied=True, **who)
    assert (done.is_satisfied, done.handled_by) == (True, head)
    told = Message.objects.filter(recipient=applicant, event__in=("rating_contacted", "rating_rectified"))
    assert {message.event for message in told} == {"rating_contacted", "rating_rectified"}
    assert not Reminder.objects.filter(event="rectification_due", cancelled_at=None, sent_at=None).exists()


def test_nothing_is_noted_twice(bad, head):
    who = {"actor": head, "now": moment("2026-09-20 10:00"), "rectification": bad.rectification}
    rectification.contact_rater(finding="核实", **who)
    with pytest.raises(Refused):
        rectification.contact_rater(finding="再核实", **who)
    assert Rectification.objects.get().finding == "核实"


@pytest.mark.parametrize("who", ["clerk", "other_clerk", "examiner", "leader", "official", "applicant"])
def test_only_the_head_follows_it_up(bad, request, who):
    with pytest.raises(Refused):
        rectification.contact_rater(
            rectification=bad.rectification, actor=request.getfixturevalue(who), now=moment(NOW), finding="核实"
        )


def test_where_a_window_has_no_head_the_leader_does(received, applicant, leader):
    rate(received, applicant, 5, touch_point="INTAKE")
    assert Message.objects.get(event="bad_rating").recipient == leader
    rectification.contact_rater(
        rectification=Rectification.objects.get(), actor=leader, now=moment(NOW), finding="核实"
    )


def test_11_46_an_official_may_find_it_malicious_and_the_rating_stays_as_it_was(bad, official):
    rectification.exclude_rating(rating=bad, actor=official, now=moment(NOW), as_="malicious")
    kept = Rating.objects.get()
    assert (kept.level, kept.comment, kept.excluded_as, kept.excluded_by) == (5, "排队两小时", "malicious", official)


@pytest.mark.parametrize("who", ["clerk", "head", "leader", "administrator", "applicant"])
def test_the_office_of_the_case_cannot_take_a_rating_out_of_the_count(bad, request, who):
    with pytest.raises(Refused):
        rectification.exclude_rating(rating=bad, actor=request.getfixturevalue(who), now=moment(NOW), as_="mistaken")


# --- pages ------------------------------------------------------------------------------------------------------------


def test_the_page_takes_a_rating_and_shows_what_the_office_does(received, applicant, head, at, client_of):
    me, page = client_of(applicant), f"/en/me/applications/{received.case_no}/rate/"
    assert "Handing in the application" in me.get(page).content.decode()
    me.post(page, {"step": "INTAKE", "level": "5", "comment": "慢", "aspect_speed": "5"})
    assert (Rating.objects.get().is_named, Rating.objects.get().aspects) == (False, {"speed": 5})
    shown = me.get(page).content.decode()
    assert "Contact by Sunday 20 September 2026" in shown
    assert "Without your name" in shown
    rectification.contact_rater(
        rectification=Rectification.objects.get(), actor=head, now=moment(NOW), finding="当天只开了一个窗口"
    )
    assert re.search(r"Contacted you on [^:]+: 当天只开了一个窗口", me.get(page).content.decode())


def test_a_rating_without_a_level_is_given_back_with_what_was_typed(received, applicant, at, client_of):
    page = f"/en/me/applications/{received.case_no}/rate/"
    answer = client_of(applicant).post(page, {"step": "INTAKE", "comment": "还行"}, follow=True).content.decode()
    assert "Choose one of the five levels." in answer
    assert "还行" in answer
    assert not Rating.objects.exists()


def test_the_code_opens_without_signing_in_and_says_thank_you(code, at, client_of):
    page = f"/en/rate/{code.token}/"
    nobody = client_of()
    assert received_name(nobody.get(page)) is False
    answer = nobody.post(page, {"level": "2"}, follow=True)
    assert "Thank you" in answer.content.decode()
    assert Rating.objects.get().level == 2


def received_name(response) -> bool:
    """Tell whether a page says who applied or which case it is."""
    said = response.content.decode()
    return "陈思远" in said or Case.objects.get().case_no in said


def test_an_expired_code_is_not_found(code, at, client_of):
    at("2026-09-18 10:30")
    assert client_of().get(f"/en/rate/{code.token}/").status_code == 404


def test_signed_in_staff_cannot_use_a_code(code, clerk, at, client_of):
    answer = client_of(clerk).post(f"/en/rate/{code.token}/", {"level": "1"})
    assert (answer.status_code, Rating.objects.exists()) == (422, False)


def test_the_clerk_sees_no_rating_the_head_sees_a_named_one_only(bad, clerk, head, at, client_of):
    page = f"/en/admin/applications/rating/{bad.pk}/change/"
    assert client_of(clerk).get("/en/admin/applications/rating/").status_code == 403
    assert client_of(clerk).get(page).status_code in (302, 403, 404)
    assert "陈思远" in client_of(head).get(page).content.decode()
    Rating.objects.update(is_named=False)
    shown = client_of(head).get(page).content.decode()
    assert "陈思远" not in shown
    assert bad.case.case_no not in shown


def test_the_head_notes_the_contact_in_the_admin(bad, head, at, client_of):
    me = client_of(head)
    me.post(f"/en/admin/applications/rating/{bad.pk}/follow/contact/", {"finding": ""})
    assert Rectification.objects.get().contacted_at is None
    answer = me.post(f"/en/admin/applications/rating/{bad.pk}/follow/contact/", {"finding": "核实"}, follow=True)
    assert "Contact noted" in answer.content.decode()
    assert Rectification.objects.get().finding == "核实"


def test_the_clerk_makes_a_code_with_its_picture(received, clerk, at, client_of):
    answer = client_of(clerk).post(f"/en/admin/applications/rating/code/{received.pk}/INTAKE/").content.decode()
    assert 'class="qrline"' in answer
    assert RatingToken.objects.get().token in answer


def test_the_filters_of_the_list_read_as_sentences(leader, client_of):
    page = client_of(leader).get("/en/admin/applications/rating/").content.decode()
    assert re.findall(r"<summary>\s*(By [^<]+?)\s*</summary>", page) == [
        "By follow-up",
        "By rating",
        "By step that was rated",
    ]
