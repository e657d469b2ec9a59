"""The case page in every state, supplying, correcting, collecting, withdrawing, the space and the public query."""

import re

import pytest
from django.core.cache import cache

from applications import services
from applications.models import Case, MaterialFile
from applications.states import CloseType, State
from certificates import throttle
from tests import cast
from tests.applications import samples
from tests.cast import moment

pytestmark = pytest.mark.django_db

ALL = ("id", "degree", "works", "form", "photo")
CORE = ("id", "degree", "photo")
NOW = "2026-09-18 10:00"
LATER = "2026-09-21 10:00"


@pytest.fixture
def me(applicant, at, client_of):
    return client_of(applicant)


@pytest.fixture
def received(world, applicant, at):
    return cast.submit(cast.make_draft(world, applicant, *ALL, now=moment(NOW)), applicant, moment(NOW))


@pytest.fixture
def deferred(world, applicant, clerk, at):
    case = cast.make_draft(world, applicant, *CORE, now=moment(NOW))
    cast.promise(case, applicant, {"works": "2026-09-23", "form": "2026-09-24"}, moment(NOW))
    case = cast.submit(case, applicant, moment(NOW), agrees=True, signed_name="陈思远")
    cast.check_all(case, clerk, moment(NOW))
    return services.accept_with_deferral(case=case, actor=clerk, now=moment(NOW))


@pytest.fixture
def corrected(received, clerk, at):
    at("2026-09-18 11:00")
    points = {received.materials.get(spec__key="degree").pk: ("M02", "重新扫描，四角完整")}
    return services.request_correction(
        case=received, actor=clerk, now=moment("2026-09-18 11:00"), points=points, note="请一次补齐"
    )


def url(case, more=""):
    return f"/en/me/applications/{case.case_no}/{more}"


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def accept(case, clerk):
    cast.check_all(case, clerk, moment(NOW))
    return services.accept(case=case, actor=clerk, now=moment(NOW))


def supply_url(case, key):
    return url(case, f"supplement/{case.materials.get(spec__key=key).pk}/")


# --- the case page ---------------------------------------------------------------------------------------------------


def test_a_received_case_says_what_comes_next_and_by_when(received, me):
    page = text(me.get(url(received)))
    for words in (
        "Waiting for acceptance",
        "5 working days left accepted or answered by 24 September 2026",
        "You submitted the application",
        "The window looks at your materials",
        "At the latest 15 October 2026",
        "You receive: Certificate of high-level talent",
        received.query_code,
    ):
        assert words in page, words


def test_a_deferred_case_shows_both_clocks_and_what_to_do(deferred, me, at):
    at("2026-09-21 09:00")
    page = text(me.get(url(deferred)))
    for words in (
        "Accepted with materials to come · Being handled",
        "The office’s time to decide",
        "decided by 9 October 2026",
        "Your time to supply",
        "2 working days left at the latest Wednesday 23 September 2026",
        "For you to do: Supply 2 materials",
        "by 23 September 2026",
        "by 24 September 2026",
        "3 materials handed in, 2 promised for later.",
        "Supplying materials later does not slow this step down.",
    ):
        assert words in page, words


def test_holidays_that_the_clock_leaves_out_are_named(deferred, me):
    assert "Left out as holidays: 25 September 2026, 1 October 2026–7 October 2026" in text(me.get(url(deferred)))


def test_a_provisional_day_is_marked(world, applicant, clerk, at, client_of):
    at("2026-12-30 10:00")
    case = cast.make_draft(world, applicant, *ALL, now=moment("2026-12-30 10:00"))
    case = cast.submit(case, applicant, moment("2026-12-30 10:00"))
    assert "provisional" in text(client_of(applicant).get(url(case)))


def test_a_correction_stops_the_office_and_starts_the_applicant(corrected, me):
    page = text(me.get(url(corrected)))
    for words in (
        "Waiting for your corrections",
        "Your time to correct",
        "Put 1 thing right",
        "illegible",
        "请一次补齐",
    ):
        assert words in page, words
    assert "The window’s time to accept" not in page


def test_a_held_result_says_why_the_clock_stands(world, deferred, examiner, me):
    type(world.guide).objects.filter(pk=world.guide.pk)
    services.conclude(case=deferred, actor=examiner, now=moment(NOW), proposal="GRANT", opinion="可")
    page = text(me.get(url(deferred)))
    assert "Waiting for your materials" in page
    assert "The result is held until the promised materials are in" in page
    assert "GRANT" not in page


def test_a_refusal_gives_reason_clause_and_remedies(received, clerk, examiner, leader, me):
    case = accept(received, clerk)
    services.conclude(case=case, actor=examiner, now=moment(NOW), proposal="REFUSE", opinion="内部意见不外传")
    services.refuse(case=case, actor=leader, now=moment(NOW), reason="R01", reason_text="未在省内全职工作")
    page = text(me.get(url(case)))
    for words in (
        "Closed: Refused",
        "condition not met",
        "未在省内全职工作",
        "Sample rules, Article 3",
        "within 60 days",
        "Provincial government",
    ):
        assert words in page, words
    assert "内部意见不外传" not in page


def test_non_acceptance_gives_its_reason(received, clerk, me):
    services.reject_acceptance(case=received, actor=clerk, now=moment(NOW), reason="N02", explanation="请到昆明市办理")
    page = text(me.get(url(received)))
    for words in ("Closed: Not accepted", "not in this region", "请到昆明市办理", "within 60 days"):
        assert words in page, words


def test_granted_collected_finished(received, clerk, examiner, leader, me, run_due):
    case = accept(received, clerk)
    services.conclude(case=case, actor=examiner, now=moment(NOW), proposal="GRANT", opinion="可")
    services.grant(case=case, actor=leader, now=moment(NOW))
    assert "Your result is being made" in text(me.get(url(case)))
    run_due(moment(NOW))
    page = me.get(url(case)).content.decode()
    assert "Open the result" in page
    assert "/en/me/certificates/" in page
    assert me.post(url(case, "collect/"))["Location"] == url(case)
    case.refresh_from_db()
    assert (case.state, case.close_type) == (State.CLOSED, CloseType.GRANTED)
    assert "Granted and delivered" in text(me.get(url(case)))
    assert me.post(url(case, "collect/"))["Location"] == url(case)  # twice


def test_collecting_too_early_is_refused(received, me):
    response = me.post(url(received, "collect/"), follow=True)
    assert "The case is in another state now" in text(response)
    assert Case.objects.get().state == State.RECEIVED


# --- supply ----------------------------------------------------------------------------------------------------------


def test_only_promised_materials_are_open(deferred, me):
    page = me.get(url(deferred, "supplement/")).content.decode()
    assert page.count("data-upload") == 2
    before = MaterialFile.objects.count()
    response = me.post(supply_url(deferred, "degree"), {"file": samples.pdf()}, follow=True)
    assert "This material cannot be changed now." in text(response)
    assert MaterialFile.objects.count() == before


def test_promised_materials_are_supplied_one_by_one(deferred, me, at):
    at(LATER)
    assert me.post(supply_url(deferred, "works"), {"file": samples.pdf()})["Location"] == url(deferred, "supplement/")
    assert "does not slow this step down" in text(me.get(url(deferred)))
    assert me.post(supply_url(deferred, "form"), {"file": samples.png()})["Location"] == url(deferred)
    assert "does not slow this step down" not in text(me.get(url(deferred)))
    assert not deferred.commitment.items.filter(supplied_at=None).exists()
    assert "2 materials are being checked" in text(me.get(url(deferred)))


@pytest.mark.parametrize("kind", samples.BAD_FILES)
def test_a_bad_file_is_explained_and_the_promise_stays_open(deferred, me, kind):
    make, said = samples.BAD_FILES[kind]
    response = me.post(supply_url(deferred, "works"), {"file": make()}, follow=True)
    assert said.replace("\xa0", " ") in text(response)
    assert "<title>Error:" in response.content.decode()
    assert deferred.commitment.items.filter(supplied_at=None).count() == 2


def test_a_material_sent_back_says_why(deferred, clerk, me, at):
    at(LATER)
    me.post(supply_url(deferred, "works"), {"file": samples.pdf()})
    works = deferred.materials.get(spec__key="works")
    services.check_material(material=works, actor=clerk, now=moment(LATER), in_order=False, note="缺版权页")
    assert "Sent back: 缺版权页" in text(me.get(url(deferred, "supplement/")))
    assert "not in order: 缺版权页" in text(me.get(url(deferred)))


def test_without_anything_to_supply_the_page_leads_to_the_case(received, me):
    response = me.get(url(received, "supplement/"), follow=True)
    assert response.redirect_chain[-1][0] == url(received)
    assert "Nothing is asked of you at the moment." in text(response)


# --- correction ------------------------------------------------------------------------------------------------------


def test_corrections_open_only_the_points_named(corrected, me):
    page = me.get(url(corrected, "supplement/")).content.decode()
    assert page.count("data-upload") == 1
    assert "重新扫描，四角完整" in page
    refused = me.post(supply_url(corrected, "id"), {"file": samples.pdf()}, follow=True)
    assert "This material cannot be changed now." in text(refused)


def test_corrections_are_sent_when_every_point_has_a_new_file(corrected, me, at):
    at("2026-09-21 10:00")
    response = me.post(url(corrected, "supplement/"), follow=True)
    assert "is still open." in text(response)
    assert me.post(supply_url(corrected, "degree"), {"file": samples.pdf()})["Location"] == url(
        corrected, "supplement/"
    )
    assert me.post(url(corrected, "supplement/"))["Location"] == url(corrected)
    corrected.refresh_from_db()
    assert corrected.state == State.RECEIVED
    assert me.post(url(corrected, "supplement/")).status_code == 302  # twice


# --- withdraw --------------------------------------------------------------------------------------------------------


def test_withdrawing_says_what_it_means_first(received, me):
    page = text(me.get(url(received, "withdraw/")))
    assert "it cannot be opened again" in page
    assert me.post(url(received, "withdraw/"), {"reason": "计划有变"})["Location"] == url(received)
    received.refresh_from_db()
    assert (received.close_type, received.close_reason) == (CloseType.WITHDRAWN, "计划有变")
    assert "You withdrew the application" in text(me.get(url(received)))
    assert me.post(url(received, "withdraw/")).status_code == 302  # twice
    assert received.events.filter(verb="withdraw").count() == 1


def test_a_reason_too_long_is_explained(received, me):
    assert "at most 500 characters" in text(me.post(url(received, "withdraw/"), {"reason": "长" * 501}, follow=True))
    assert Case.objects.get().state == State.RECEIVED


# --- whose -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["", "supplement/", "withdraw/"])
def test_a_case_is_not_found_by_strangers_and_staff(deferred, stranger, clerk, client_of, page):
    for user in (stranger, clerk):
        assert client_of(user).get(url(deferred, page)).status_code == 404
    assert client_of().get(url(deferred, page))["Location"].startswith("/en/accounts/login/?next=")


def test_strangers_can_do_nothing(deferred, stranger, client_of):
    client = client_of(stranger)
    for page in ("supplement/", "withdraw/", "collect/"):
        assert client.post(url(deferred, page)).status_code == 404
    assert client.post(supply_url(deferred, "works"), {"file": samples.pdf()}).status_code == 404
    assert Case.objects.get().state == State.EXAMINING


def test_a_material_of_another_case_is_not_found(world, deferred, stranger, me):
    other = cast.make_draft(world, stranger, now=moment(NOW))
    foreign = other.materials.get(spec__key="works").pk
    assert me.post(url(deferred, f"supplement/{foreign}/"), {"file": samples.pdf()}).status_code == 404


def test_a_colleague_sees_the_cases_of_the_unit_until_leaving(world, applicant, stranger, client_of, at):
    unit = cast.make_unit(world.county, applicant, moment(NOW))
    member = unit.members.create(user=stranger, role="HR", joined_at=moment(NOW))
    case = services.start(item=world.item, actor=applicant, now=moment(NOW), unit=unit)
    services.save_answers(
        case=case, actor=applicant, answers={"level": "D", "employer": "x"}, step="check", now=moment(NOW)
    )
    services.choose_window(case=case, actor=applicant, window=world.window, now=moment(NOW))
    cast.hand_in(case, applicant, *ALL, now=moment(NOW))
    case = cast.submit(case, applicant, moment(NOW))
    client = client_of(stranger)
    assert client.get(url(case)).status_code == 200
    assert case.case_no in text(client.get("/en/me/applications/"))
    member.left_at = moment(NOW)
    member.save()
    assert client.get(url(case)).status_code == 404
    assert case.case_no not in text(client.get("/en/me/applications/"))


# --- the space -------------------------------------------------------------------------------------------------------


def test_an_empty_space_says_what_will_stand_there(stranger, at, client_of):
    page = text(client_of(stranger).get("/en/me/"))
    for words in ("Nothing is waiting for you", "No cases yet", "None yet."):
        assert words in page, words


def test_the_space_shows_first_what_to_do(deferred, me, at):
    at("2026-09-21 10:00")
    page = text(me.get("/en/me/"))
    assert "2 working days left, until Wednesday 23 September 2026." in page
    assert deferred.case_no in page


def test_drafts_are_shown_with_their_end(world, applicant, me):
    services.start(item=world.item, actor=applicant, now=moment(NOW))
    assert "kept until 17 November 2026" in text(me.get("/en/me/"))
    for show, found in (("drafts", True), ("open", False), ("finished", False), ("", True), ("x'--", True)):
        assert ("Not submitted" in text(me.get("/en/me/applications/", {"show": show}))) is found


def test_the_list_goes_on_page_by_page(received, applicant, me):
    copies = [
        Case(
            item=received.item, guide=received.guide, organization=received.organization, region=received.region,
            applicant=applicant, state="CLOSED", close_type="WITHDRAWN", closed_at=moment(NOW), received_at=moment(NOW),
            case_no=f"{n:024}", created_at=moment("2026-01-01 10:00"), saved_at=moment(NOW),
        )
        for n in range(25)
    ]  # fmt: skip
    Case.objects.bulk_create(copies)
    first = me.get("/en/me/applications/").content.decode()
    following = re.search(r'href="(\?before=\d+)"', first).group(1)
    second = me.get(f"/en/me/applications/{following}").content.decode()
    numbers = re.findall(r"\d{24}(?=</span>)", first) + re.findall(r"\d{24}(?=</span>)", second)
    assert len(numbers) == len(set(numbers)) == 26
    assert "Older cases" not in second


@pytest.mark.parametrize("mark", ["x", "-1", "9" * 30, "٣", "1 or 1=1"])
def test_an_odd_mark_shows_the_first_page(received, me, mark):
    assert received.case_no in text(me.get("/en/me/applications/", {"before": mark}))


def test_an_expired_draft_says_when_it_goes(world, applicant, me, at):
    services.start(item=world.item, actor=applicant, now=moment(NOW))
    at("2026-11-18 10:00")
    assert "expired; deleted on 18 December 2026 unless you renew it" in text(me.get("/en/me/"))


@pytest.mark.parametrize(
    ("moment_of", "marked"), [("2026-10-09 23:00", False), ("2026-10-10 00:30", True), ("2026-10-13 09:00", True)]
)
def test_a_case_that_is_late_is_marked_in_the_lists(received, clerk, me, at, moment_of, marked):
    case = accept(received, clerk)
    assert str(case.clocks.get(kind="PROMISED").due_on) == "2026-10-09"
    at(moment_of)
    for address in ("/en/me/applications/", "/en/me/"):
        page = text(me.get(address))
        assert ("the office should have been done by Friday 9 October 2026" in page) is marked
        assert (" overdue " in page) is marked


def test_promised_papers_carry_their_date(deferred, me):
    page = text(me.get(url(deferred)))
    assert "Material works to be supplied by Wednesday 23 September 2026" in page
    assert "Material form to be supplied by Thursday 24 September 2026" in page


# --- after a broken promise ------------------------------------------------------------------------------------------


@pytest.fixture
def broken(deferred, at):
    """The deferred case, lapsed."""
    at("2026-09-28 09:00")
    return services.lapse_deferral(case=deferred, now=moment("2026-09-28 09:00"))


WHY = "Supplying materials later is closed to you until 28 March 2027 In case %s a promise was not kept. Not supplied"


def test_the_case_says_that_deferral_is_closed_until_when_and_why(broken, me, at):
    page = text(me.get(url(broken)))
    assert WHY % broken.case_no in page
    assert "Not supplied in time: Material works" in page
    assert "was promised for Wednesday 23 September 2026" in page
    at("2027-03-27 23:00")
    assert WHY % broken.case_no in text(me.get(url(broken)))
    at("2027-03-28 00:30")
    assert "closed to you" not in text(me.get(url(broken)))


def test_the_next_attempt_says_so_from_the_start(broken, world, applicant, me):
    start = text(me.get(f"/en/apply/{world.item.code}/"))
    assert WHY % broken.case_no in start
    assert "Some materials may come later" not in start
    draft = cast.make_draft(world, applicant, "id", now=moment("2026-09-28 09:00"))
    page = text(me.get(f"/en/apply/{world.item.code}/{draft.public_id}/materials/"))
    assert WHY % broken.case_no in page
    assert "may come later" not in page
    assert page.count("must be there") > 3


def test_nobody_else_is_told(broken, world, stranger, client_of):
    assert "closed to you" not in text(client_of(stranger).get(f"/en/apply/{world.item.code}/"))


# --- the public query ------------------------------------------------------------------------------------------------


@pytest.fixture
def ask(client_of, at):
    cache.clear()
    client = client_of()
    return lambda no, code: client.post("/en/progress/", {"case_no": no, "code": code})


def test_number_and_code_show_the_state_and_no_name(deferred, applicant, ask):
    response = ask(deferred.case_no, deferred.query_code.lower())
    page = text(response)
    assert "Accepted with materials to come" in page
    assert applicant.name not in page
    assert "works" not in page


def test_unknown_number_and_wrong_code_get_the_same_answer(received, ask):
    wrong = text(ask(received.case_no, "ZZZZZZ"))
    unknown = text(ask("530114202609180001999999", "ZZZZZZ"))
    assert "We found no case with this number and code." in wrong
    assert wrong.replace(received.case_no, "") == unknown.replace("530114202609180001999999", "")


def test_a_draft_cannot_be_asked_for(world, applicant, ask, at):
    services.start(item=world.item, actor=applicant, now=moment(NOW))
    assert "We found no case" in text(ask("None", "------"))
    assert "Enter the query code." in text(ask("", ""))


@pytest.mark.parametrize("value", ["a\0b", "长" * 500, "' or 1=1--"])
def test_odd_input_is_answered(received, ask, value):
    assert ask(value, value).status_code == 200


def test_the_eleventh_query_in_a_minute_is_turned_away(received, ask):
    assert [ask("1", "2").status_code for _n in range(11)] == [200] * 10 + [429]
    assert "Too many queries." in text(ask(received.case_no, received.query_code))


def test_without_the_count_the_query_is_closed(received, ask, monkeypatch):
    def away(*_given):
        raise throttle.Unavailable

    monkeypatch.setattr(throttle, "within_limit", away)
    response = ask(received.case_no, received.query_code)
    assert response.status_code == 503
    assert "Waiting for acceptance" not in text(response)


# --- how often the database is asked ---------------------------------------------------------------------------------


def test_the_case_page_asks_the_same_number_of_times(deferred, at, me, kept_long, django_assert_max_num_queries):
    me.get(url(deferred))
    with django_assert_max_num_queries(30) as few:
        me.get(url(deferred))
    count = len(few)
    at(LATER)
    for key in ("works", "form"):
        me.post(supply_url(deferred, key), {"file": samples.pdf()})
    with django_assert_max_num_queries(count):
        me.get(url(deferred))


def test_the_space_asks_the_same_number_of_times(
    world, deferred, applicant, me, kept_long, django_assert_max_num_queries
):
    me.get("/en/me/")
    with django_assert_max_num_queries(30) as few:
        me.get("/en/me/")
    count = len(few)
    for serial in (7, 8):
        item, _guide = cast.make_item(world.province, world.office, [world.window], serial=serial)
        case = cast.make_draft(world, applicant, *ALL, now=moment(NOW), item=item)
        cast.submit(case, applicant, moment(NOW))
    with django_assert_max_num_queries(count):
        me.get("/en/me/")
