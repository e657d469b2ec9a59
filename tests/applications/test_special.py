"""Special procedures and the extension: what stops the office's clock, and what only moves its end."""

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override
from psycopg2.extras import DateRange

from applications import services
from applications.history import history
from applications.models import Clock, ClockInterval, Extension, SpecialProcedure
from applications.states import SpecialKind, State
from notifications.models import Message
from policies.guides import SPECIAL_KINDS
from regions.models import CalendarDay
from regions.services import save_day
from talentportal.lib.refusals import Refused
from tests import cast
from tests.cast import moment

pytestmark = pytest.mark.django_db

ALL = ("id", "degree", "works", "form", "photo")


@pytest.fixture
def licence(world):
    """A licence with 20 working days that may need an expert review."""
    guide = {"promised_days": 20, "statutory_days": 20, "special_kinds": ["EXPERT_REVIEW", "HEARING"]}
    world.item, world.guide = cast.make_item(
        world.province, world.office, [world.window], serial=2, item_type="01", **guide
    )
    return world


@pytest.fixture
def case(licence, applicant, clerk):
    now = moment("2026-09-18 10:00")
    case = cast.submit(cast.make_draft(licence, applicant, *ALL, now=now), applicant, now)
    cast.check_all(case, clerk, now)
    return services.accept(case=case, actor=clerk, now=now)


def special(case, examiner, at="2026-09-28 09:00", days=5, kind="EXPERT_REVIEW"):
    return services.start_special(
        case=case, actor=examiner, now=moment(at), kind=kind, basis="示例办法第8条", estimated_days=days
    )


def end(case, examiner, at="2026-10-12 16:00"):
    return services.end_special(case=case, actor=examiner, now=moment(at), result="通过", number="评审〔2026〕3号")


def extend(case, examiner, leader, at="2026-10-13 09:00", days=10):
    asked = services.ask_approval(
        case=case, verb="extend", actor=examiner, now=moment(at), reason="要到外省核实", days=days
    )
    return services.answer_approval(request=asked, actor=leader, now=moment(at), approve=True)


def spans(case, kind="PROMISED"):
    clock = case.clocks.get(kind=kind)
    return [(i.owner, str(i.span.lower), str(i.span.upper)) for i in clock.intervals.order_by("span")]


def test_scenario_7_a_licence_with_expert_review(case, examiner, applicant, run_due):
    assert str(case.due_on) == "2026-10-22"
    case = special(case, examiner)
    assert (case.state, str(case.due_on)) == (State.SPECIAL, "2026-10-10")  # five working days over the Golden Week
    case = end(case, examiner)
    assert (case.state, str(case.due_on)) == (State.EXAMINING, "2026-11-02")
    assert {str(clock.due_on) for clock in case.clocks.filter(kind__in=["PROMISED", "STATUTORY"])} == {"2026-11-02"}
    assert case.clocks.get(kind="PROMISED").paused_days == 7
    assert spans(case) == [
        ("OFFICE", "2026-09-19", "2026-09-28"),
        ("THIRD", "2026-09-28", "2026-10-13"),
        ("OFFICE", "2026-10-13", "None"),
    ]
    run_due(moment("2026-10-12 17:00"))
    paper = case.papers.get(kind="SPECIAL")
    assert "2026年10月10日" in "".join(paper.content["zh"]["paragraphs"])
    assert paper.sha256
    told = list(
        Message.objects.filter(recipient=applicant, event__startswith="special").values_list("event", flat=True)
    )
    assert sorted(told) == ["special_ended", "special_started"]


def test_only_what_the_guide_names_stops_the_clock(case, examiner):
    for words in (
        {"kind": "INSPECTION"},
        {"kind": "HOLIDAY"},
        {"basis": " "},
        {"estimated_days": 0},
        {"estimated_days": 400},
    ):
        asked = {"kind": "HEARING", "basis": "第9条", "estimated_days": 5, **words}
        with pytest.raises(Refused):
            services.start_special(case=case, actor=examiner, now=moment("2026-09-28 09:00"), **asked)
    assert not SpecialProcedure.objects.exists()
    assert spans(case) == [("OFFICE", "2026-09-19", "None")]


def test_a_special_procedure_is_the_examiners_and_begins_once(case, examiner, clerk, leader, applicant, other_clerk):
    for actor in (clerk, leader, applicant, other_clerk):
        with pytest.raises(Refused):
            special(case, actor)
    special(case, examiner)
    with pytest.raises(Refused, match=r"Special|特别程序"):
        special(case, examiner)
    with pytest.raises(Refused):
        services.end_special(case=case, actor=examiner, now=moment("2026-09-29 09:00"), result=" ")
    end(case, examiner)
    with pytest.raises(Refused):
        end(case, examiner)


def test_a_procedure_that_begins_and_ends_on_one_day_gives_back_that_day(case, examiner):
    special(case, examiner, "2026-09-28 09:00")
    case = end(case, examiner, "2026-09-28 17:00")
    assert str(case.due_on) == "2026-10-23"


def test_two_procedures_that_meet_on_one_day_count_it_once(case, examiner):
    special(case, examiner, "2026-09-28 09:00")
    case = end(case, examiner, "2026-09-29 12:00")
    special(case, examiner, "2026-09-29 15:00", kind="HEARING")
    case = end(case, examiner, "2026-09-30 12:00")
    assert str(case.due_on) == "2026-10-27"  # the 28th, 29th and 30th: three working days
    assert [owner for owner, *_days in spans(case)] == ["OFFICE", "THIRD", "THIRD", "OFFICE"]


def test_an_overrun_procedure_owes_a_new_written_estimate(case, examiner, leader, run_due):
    case = special(case, examiner)
    run_due(moment("2026-10-10 23:59"))
    assert SpecialProcedure.objects.get().overrun_at is None
    run_due(moment("2026-10-11 00:10"))
    run_due(moment("2026-10-11 00:20"))
    assert SpecialProcedure.objects.get().overrun_at == moment("2026-10-11 00:10")
    assert case.events.filter(verb="overrun_special").count() == 1
    for person in (examiner, leader):
        assert Message.objects.filter(recipient=person, event="special_overrun").count() == 1
    with pytest.raises(Refused):
        services.estimate_special(
            case=case, actor=examiner, now=moment("2026-10-12 09:00"), estimated_days=5, reason=""
        )
    case = services.estimate_special(
        case=case, actor=examiner, now=moment("2026-10-12 09:00"), estimated_days=5, reason="专家出差"
    )
    assert str(case.due_on) == "2026-10-19"
    assert case.papers.filter(kind="SPECIAL").count() == 2
    with override("en"):
        history_ = history(case, list(case.events.filter(verb="estimate_special")), [], [])
        told = [(str(entry.title), str(entry.text)) for entry in history_]
    assert told == [
        (
            "The office told a new estimate for the special procedure",
            "About 5 working days from this day on. 专家出差",
        )
    ]
    run_due(moment("2026-10-20 00:10"))
    assert SpecialProcedure.objects.get().overrun_at == moment("2026-10-20 00:10")


def test_11_4_a_withdrawn_case_ends_its_special_procedure(case, examiner, applicant):
    special(case, examiner)
    case = services.withdraw(case=case, actor=applicant, now=moment("2026-09-29 09:00"))
    assert case.state == State.CLOSED
    assert SpecialProcedure.objects.get().ended_at == moment("2026-09-29 09:00")
    assert not Clock.objects.filter(case=case, finished_at__isnull=True).exists()
    assert not ClockInterval.objects.filter(clock__case=case, span__upper_inf=True).exists()


def test_scenario_8_extension_needs_reason_and_leader_and_happens_once(case, examiner, leader, applicant, clerk):
    with pytest.raises(Refused):
        services.ask_approval(
            case=case, verb="extend", actor=examiner, now=moment("2026-10-13 09:00"), reason="", days=10
        )
    with pytest.raises(Refused):
        services.ask_approval(
            case=case, verb="extend", actor=clerk, now=moment("2026-10-13 09:00"), reason="核实", days=10
        )
    with pytest.raises(Refused, match="10"):
        services.ask_approval(
            case=case, verb="extend", actor=examiner, now=moment("2026-10-13 09:00"), reason="核实", days=11
        )
    case = extend(case, examiner, leader)
    assert (case.state, str(case.due_on), case.is_extended) == (State.EXAMINING, "2026-11-05", True)
    assert str(case.clocks.get(kind="STATUTORY").due_on) == "2026-11-05"
    extension = Extension.objects.get()
    assert (extension.asked_by, extension.approved_by) == (examiner, leader)
    words = "".join(case.papers.get(kind="EXTENSION").content["zh"]["paragraphs"])
    assert "要到外省核实" in words
    assert leader.name in words
    assert Message.objects.filter(recipient=applicant, event="period_extended").count() == 1
    with pytest.raises(Refused):
        extend(case, examiner, leader, "2026-10-14 09:00", 1)


def test_a_period_that_has_ended_is_not_extended(case, examiner):
    with pytest.raises(Refused, match="2026"):
        services.ask_approval(
            case=case, verb="extend", actor=examiner, now=moment("2026-10-23 09:00"), reason="核实", days=5
        )


def test_nobody_approves_the_own_extension(case, examiner, leader):
    asked = services.ask_approval(
        case=case, verb="extend", actor=examiner, now=moment("2026-10-13 09:00"), reason="核实", days=5
    )
    for actor in (examiner,):
        with pytest.raises(Refused):
            services.answer_approval(request=asked, actor=actor, now=moment("2026-10-13 10:00"), approve=True)
    case = services.answer_approval(
        request=asked, actor=leader, now=moment("2026-10-13 10:00"), approve=False, words="按期办结"
    )
    assert (case.is_extended, str(case.due_on)) == (False, "2026-10-22")


def test_the_database_lets_no_day_of_a_clock_belong_to_two(case):
    clock = case.clocks.get(kind="PROMISED")
    with pytest.raises(IntegrityError, match="clock_intervals_never_overlap"), transaction.atomic():
        ClockInterval.objects.create(
            clock=clock, owner="THIRD", span=DateRange(cast.day("2026-10-01"), cast.day("2026-10-02"))
        )
    other = case.clocks.get(kind="STATUTORY")
    other.intervals.all().delete()
    ClockInterval.objects.create(clock=other, owner="THIRD", span=DateRange(cast.day("2026-10-01"), None))
    with pytest.raises(IntegrityError, match="clock_interval_has_days"), transaction.atomic():
        ClockInterval.objects.create(
            clock=other, owner="OFFICE", span=DateRange(cast.day("2026-09-01"), cast.day("2026-09-01"))
        )


def test_a_change_of_the_calendar_reaches_the_procedure_and_leaves_the_pause(case, examiner, administrator, run_due):
    special(case, examiner)
    now = moment("2026-09-28 12:00")
    holiday = CalendarDay(date=cast.day("2026-09-29"), kind="HOLIDAY", name="台风停工")
    save_day(day=holiday, actor=administrator, now=now)
    run_due(now)
    assert str(SpecialProcedure.objects.get().expected_on) == "2026-10-12"
    case.refresh_from_db()
    assert str(case.due_on) == "2026-10-12"
    case = end(case, examiner)
    clock = case.clocks.get(kind="PROMISED")
    assert (clock.paused_days, str(clock.due_on)) == (6, "2026-11-02")  # 14 days were left from 13 October on
    assert spans(case)[1] == ("THIRD", "2026-09-28", "2026-10-13")


def test_a_guide_knows_the_same_kinds():
    assert [(kind.value, kind.label) for kind in SpecialKind] == list(SPECIAL_KINDS.items())
