"""Who hears of a case beside its applicant: the agent under a power of attorney, the people of the unit."""

import pytest

from accounts.models import UnitMember, User
from applications import services
from applications.models import PowerOfAttorney
from applications.services.conversation import send_message
from notifications.models import Message, MessageTemplate, Reminder
from tests import cast
from tests.applications import life
from tests.applications.test_receipt import attorney, take_in
from tests.cast import moment

pytestmark = pytest.mark.django_db

NOW = moment("2026-09-21 10:00")


@pytest.fixture
def agent(stranger):
    return stranger


@pytest.fixture
def given(applicant, agent, clerk):
    return attorney(applicant, agent, clerk)


@pytest.fixture
def case(world, applicant, clerk, given, at):
    """A case that an agent brought to the window."""
    at("2026-09-21 10:00")
    for event in ("received", "correction_requested", "correction_reminder", "office_wrote"):
        MessageTemplate.objects.create(event=event, title_zh="{item}", title_en="{item}", channels=[])
    return take_in(world, applicant, clerk, attorney=given)


def told(person, event: str) -> list[str]:
    return list(Message.objects.filter(recipient=person, event=event).values_list("title", flat=True))


def correct(case, clerk):
    points = {life.material(case, "degree").pk: ("M02", "请重新扫描")}
    return services.request_correction(case=case, actor=clerk, now=NOW, points=points)


def test_the_agent_hears_of_it_and_whose_it_is_masked(case, applicant, agent):
    assert told(applicant, "received") == ["高层次人才分类认定"]
    assert told(agent, "received") == ["高层次人才分类认定（陈*远）"]


def test_the_agent_hears_what_the_office_writes(case, clerk, agent):
    send_message(case=case, actor=clerk, now=NOW, text="请携带原件")
    assert told(agent, "office_wrote") == ["高层次人才分类认定（陈*远）"]


def test_the_agent_is_reminded_like_the_applicant(case, clerk, applicant, agent, at, run_due):
    correct(case, clerk)
    days = Reminder.objects.filter(event="correction_reminder").values_list("recipient", "due_at")
    mine = [day for who, day in days if who == applicant.pk]
    assert mine
    assert sorted(day for who, day in days if who == agent.pk) == sorted(mine)
    run_due(at(f"{cast.today(min(mine))} 09:01"))
    assert len(told(applicant, "correction_reminder")) == 1
    assert told(agent, "correction_reminder") == ["高层次人才分类认定（陈*远）"]


def test_who_lost_the_authority_hears_no_more(case, clerk, applicant, agent, at, run_due):
    correct(case, clerk)
    PowerOfAttorney.objects.update(ended_at=NOW)
    first = min(Reminder.objects.filter(event="correction_reminder").values_list("due_at", flat=True))
    run_due(at(f"{cast.today(first)} 09:01"))
    assert len(told(applicant, "correction_reminder")) == 1
    assert told(agent, "correction_reminder") == []
    send_message(case=case, actor=clerk, now=NOW, text="请携带原件")
    assert told(agent, "office_wrote") == []


def test_an_expired_authority_is_none(world, applicant, agent, clerk, given, at):
    case = take_in(world, applicant, clerk, attorney=given)
    PowerOfAttorney.objects.update(ends_on=life.day("2026-09-22"))
    before = Message.objects.filter(recipient=agent).count()
    services.reject_acceptance(
        case=case, actor=clerk, now=moment("2026-09-22 10:00"), reason="N01", explanation="不属于本机关"
    )
    assert Message.objects.filter(recipient=agent).count() == before
    assert Message.objects.filter(recipient=applicant, event="not_accepted").exists()


# --- units ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def of_unit(world, applicant, stranger, at):
    """A case for a unit: (case, owner, handler who does nothing on it)."""
    now = at("2026-09-18 10:00")
    unit = cast.make_unit(world.county, stranger, now)
    handler = User.objects.create_user(email="hr@example.org", password=cast.PASSWORD, name="周人事")
    for person in (applicant, handler):
        UnitMember.objects.create(unit=unit, user=person, role="HR", joined_at=now)
    case = services.start(item=world.item, actor=applicant, now=now, unit=unit)
    services.save_answers(case=case, actor=applicant, answers=life.ANSWERS, step="materials", now=now)
    services.choose_window(case=case, actor=applicant, window=world.window, now=now)
    cast.hand_in(case, applicant, *life.ALL, now=now)
    return services.submit(case=case, actor=applicant, now=now, declares=True), stranger, handler


def listeners(event: str) -> set[str]:
    return set(Message.objects.filter(event=event).values_list("recipient__name", flat=True))


def test_owners_hear_of_the_cases_of_their_unit_and_handlers_of_those_they_handle(of_unit, clerk):
    case, owner, handler = of_unit
    correct(case, clerk)
    assert listeners("correction_requested") == {"陈思远", owner.name}
    cast.hand_in(case, handler, "degree", now=NOW)
    case = services.supply_correction(case=case, actor=handler, now=NOW)
    services.reject_acceptance(case=case, actor=clerk, now=NOW, reason="N01", explanation="不属于本机关")
    assert listeners("not_accepted") == {"陈思远", owner.name, handler.name}


def test_who_left_the_unit_hears_no_more(of_unit, clerk, at, run_due):
    case, owner, _handler = of_unit
    correct(case, clerk)
    UnitMember.objects.filter(user=owner).update(left_at=NOW)
    last = max(Reminder.objects.filter(event="correction_reminder").values_list("due_at", flat=True))
    run_due(at(f"{cast.today(last)} 09:01"))
    assert listeners("correction_reminder") == {"陈思远"}
