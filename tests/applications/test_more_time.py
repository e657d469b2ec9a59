"""More time for promised materials: asked by the applicant before the day, once, approved by the head of the window."""

import pytest

from applications import services
from applications.models import DeferralExtension
from applications.states import State
from notifications.models import Message, Reminder
from talentportal.lib.refusals import Refused
from tests import cast
from tests.cast import moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def head(world):
    user = cast.make_staff("head@example.org", "罗主任", "CLERK", world.county, world.office, [world.window])
    user.posts.update(is_head=True)
    return user


def deferred(world, applicant, clerk, at="2026-09-21 10:00", until="2026-09-24", **guide):
    item, _guide = cast.make_item(world.province, world.office, [world.window], serial=2, **guide)
    now = moment(at)
    case = cast.make_draft(world, applicant, "id", "degree", "photo", now=now, item=item)
    cast.promise(case, applicant, {"works": until, "form": until}, now)
    case = cast.submit(case, applicant, now, agrees=True, signed_name="陈思远")
    cast.check_all(case, clerk, now)
    return services.accept_with_deferral(case=case, actor=clerk, now=now)


@pytest.fixture
def case(world, applicant, clerk):
    return deferred(world, applicant, clerk)


def ask(case, actor, at="2026-09-23 10:00", days=3, reason="单位还在盖章"):
    return services.ask_approval(
        case=case, verb="extend_deferral", actor=actor, now=moment(at), reason=reason, days=days
    )


def answer(asked, actor, at="2026-09-23 15:00", approve=True, words=""):
    return services.answer_approval(request=asked, actor=actor, now=moment(at), approve=approve, words=words)


def test_more_time_moves_days_clock_and_reminders(case, applicant, head, run_due):
    assert str(case.clocks.get(kind="DEFERRAL").due_on) == "2026-09-24"
    case = answer(ask(case, applicant), head)
    clock = case.clocks.get(kind="DEFERRAL", finished_at__isnull=True)
    assert {str(i.due_on) for i in case.commitment.items.all()} == {str(clock.due_on)} == {"2026-09-30"}
    assert clock.intervals.count() == 1
    waiting = Reminder.objects.filter(event="deferral_reminder", sent_at=None, cancelled_at=None)
    assert max(cast.today(row.due_at).isoformat() for row in waiting) == "2026-09-30"
    assert Message.objects.filter(recipient=applicant, event="deferral_extended").count() == 1
    given = DeferralExtension.objects.get()
    assert (given.days, given.approved_by) == (3, head)
    assert head.name in "".join(case.papers.get(kind="EXTENSION").content["zh"]["paragraphs"])
    run_due(moment("2026-09-30 23:59"))
    case.refresh_from_db()
    assert case.state == State.EXAMINING
    run_due(moment("2026-10-01 00:10"))
    case.refresh_from_db()
    assert case.close_type == "DEEMED_WITHDRAWN"


def test_only_what_is_not_in_yet_gets_more_time(case, applicant, clerk, head):
    now = moment("2026-09-22 10:00")
    cast.hand_in(case, applicant, "works", now=now)
    services.supply_deferred(material=case.materials.get(spec__key="works"), actor=applicant, now=now)
    case = answer(ask(case, applicant), head)
    days = {i.material.spec.key: str(i.due_on) for i in case.commitment.items.select_related("material__spec")}
    assert days == {"works": "2026-09-24", "form": "2026-09-30"}


def test_more_time_is_asked_before_the_day_once_and_no_longer_than_the_first_time(case, applicant, head):
    for words in ({"days": 4}, {"days": 0}, {"reason": " "}, {"at": "2026-09-25 00:01"}):
        with pytest.raises(Refused):
            ask(case, applicant, **words)
    answer(ask(case, applicant), head)
    with pytest.raises(Refused):
        ask(case, applicant, at="2026-09-29 10:00", days=1)


def test_an_answer_after_the_day_comes_too_late(case, applicant, head):
    asked = ask(case, applicant, at="2026-09-24 17:00")
    with pytest.raises(Refused):
        answer(asked, head, at="2026-09-25 09:00")
    assert not DeferralExtension.objects.exists()


def test_a_licence_keeps_the_days_for_its_decision(world, applicant, clerk, head):
    case = deferred(
        world, applicant, clerk, until="2026-09-28", item_type="01", promised_days=7, statutory_days=20, reserve_days=2
    )
    assert str(case.clocks.get(kind="PROMISED").due_on) == "2026-10-08"
    with pytest.raises(Refused, match="2026年9月29日"):
        ask(case, applicant, days=2)


def test_a_declined_request_leaves_everything(case, applicant, head, clerk, stranger):
    asked = ask(case, applicant)
    for wrong in (clerk, applicant, stranger):
        with pytest.raises(Refused):
            answer(asked, wrong)
    case = answer(asked, head, approve=False, words="请按期补交")
    assert str(case.clocks.get(kind="DEFERRAL").due_on) == "2026-09-24"
    assert Message.objects.filter(recipient=applicant, event="request_declined").count() == 1


def test_a_material_that_came_back_runs_to_its_own_day_again(case, applicant, clerk):
    for key in ("works", "form"):
        cast.hand_in(case, applicant, key, now=moment("2026-09-22 10:00"))
        services.supply_deferred(
            material=case.materials.get(spec__key=key), actor=applicant, now=moment("2026-09-22 10:00")
        )
    assert not case.clocks.filter(kind="DEFERRAL", finished_at__isnull=True).exists()
    services.check_material(
        material=case.materials.get(spec__key="works"),
        actor=clerk,
        now=moment("2026-09-23 10:00"),
        in_order=False,
        note="缺页",
    )
    clock = case.clocks.get(kind="DEFERRAL", finished_at__isnull=True)
    assert str(clock.due_on) == "2026-09-24"
    spans = [
        (str(i.span.lower), str(i.span.upper))
        for c in case.clocks.filter(kind="DEFERRAL").order_by("id")
        for i in c.intervals.all()
    ]
    assert spans == [("2026-09-22", "2026-09-23"), ("2026-09-24", "None")]  # the office's day in between is not theirs
