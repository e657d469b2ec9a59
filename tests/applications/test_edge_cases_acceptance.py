"""Edge cases of domain chapter 11 around receipt and acceptance, each under its number."""

import datetime as dt

import pgtrigger
import pytest
from django.db import IntegrityError, transaction

from applications import services
from applications.models import Case, Correction, Paper
from applications.states import State
from policies.models import GuideVersion, MaterialSpec
from policies.pages import kept
from regions import queries
from regions.models import CalendarDay
from tests import cast
from tests.applications import life
from tests.cast import moment

pytestmark = pytest.mark.django_db

NOW = moment("2026-09-21 10:00")


def new_guide(world, item, day: str, **changes) -> GuideVersion:
    """Publish the next version of a guide from a day on, with one more required material."""
    old = item.guides.order_by("version").last()
    specs = list(old.materials.all())
    new = GuideVersion.objects.get(pk=old.pk)
    new.pk, new.version, new.state, new.published_at = None, old.version + 1, "DRAFT", None
    new._state.adding = True
    new.effective_from = life.day(day)
    for name, value in changes.items():
        setattr(new, name, value)
    new.save()
    for spec in specs:
        spec.pk, spec.guide, spec._state.adding = None, new, True
        spec.save()
    MaterialSpec.objects.create(
        guide=new, key="plan", order=9, name_zh="工作计划", name_en="Work plan", requirement_zh="一份", tier="CORE"
    )
    GuideVersion.objects.filter(pk=old.pk).update(effective_to=life.day(day))
    GuideVersion.objects.filter(pk=new.pk).update(state="PUBLISHED", published_at=NOW)
    return new


def off(region) -> None:
    """Give one region a day off."""
    CalendarDay.objects.create(region=region, date=dt.date(2026, 9, 22), kind="LOCAL_HOLIDAY", name="民族节日")
    queries.forget()


def test_11_3_a_local_holiday_counts_only_where_the_window_is(world, applicant, stranger):
    """A day off in one region moves the deadlines of its own window only; the clock names its calendar."""
    off(world.county)
    here = life.received(world, applicant)
    world.window = world.other_window
    there = life.received(world, stranger)
    assert (life.clocks(here), life.clocks(there)) == ({"ACCEPT": "2026-09-28"}, {"ACCEPT": "2026-09-24"})
    assert here.clocks.get().calendar == world.county.pk
    assert there.clocks.get().calendar != world.county.pk


def test_11_3_a_transferred_case_is_counted_by_the_calendar_of_its_new_window(world, applicant, leader):
    off(world.other_county)
    case = life.received(world, applicant)
    new = services.transfer(case=case, actor=leader, now=NOW, window=world.other_window, reason="在该区工作")
    assert life.clocks(new) == {"ACCEPT": "2026-09-30"}
    assert new.clocks.get().calendar == world.other_county.pk


@pytest.mark.django_db(transaction=True)
def test_11_5_two_clerks_act_at_once(world, applicant, clerk):
    """One does it; the other is told by whom it was handled, and nothing is written twice."""
    colleague = cast.make_staff("second@example.org", "周二", "CLERK", world.county, world.office, [world.window])
    case = life.received(world, applicant)
    cast.check_all(case, clerk, NOW)
    case.refresh_from_db()
    seen = case.version
    results = life.at_once(
        *(lambda who=who: services.accept(case=case, actor=who, now=NOW, version=seen) for who in (clerk, colleague))
    )
    assert results.count("done") == 1
    winner = case.events.get(verb="accept").actor.name
    assert winner in next(said for said in results if said != "done")
    assert life.papers(case).count("ACCEPTANCE") == 1


def test_11_5_a_document_is_unique_by_case_kind_and_sequence(world, applicant):
    case = life.received(world, applicant)
    paper = case.papers.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Paper.objects.create(
            case=case, kind=paper.kind, seq=paper.seq, number="云人社收字〔2026〕99999号", content={}, issued_at=NOW
        )


def test_11_5_while_somebody_works_on_a_case_others_are_told_who(world, applicant, clerk):
    colleague = cast.make_staff("second@example.org", "周二", "CLERK", world.county, world.office, [world.window])
    case = life.received(world, applicant)
    cast.check_all(case, clerk, NOW)
    services.claim(case=case, actor=colleague, now=NOW)
    said = life.refused(services.accept, case=case, actor=clerk, now=NOW)
    assert said == ["周二 is working on this case until 10:15."]
    assert services.accept(case=case, actor=clerk, now=NOW + dt.timedelta(minutes=16)).state == State.EXAMINING


def test_11_11_what_runs_goes_on_when_the_guide_ends_and_new_ones_are_blocked(world, applicant, stranger, clerk):
    running = life.received(world, applicant)
    draft = cast.make_draft(world, stranger, *life.ALL, now=NOW)
    GuideVersion.objects.filter(item=world.item).update(effective_to=dt.date(2026, 9, 22))
    after = moment("2026-09-22 10:00")
    kept.forget()

    said = life.refused(services.submit, case=draft, actor=stranger, now=after, declares=True)
    assert said == ["The guide of this item has changed or is no longer in force. Renew the draft first."]
    third = cast.make_person("third@example.org", "第三", "990102199511300039")
    assert life.refused(services.start, item=world.item, actor=third, now=after) == [
        "This service item is not open for applications today."
    ]
    cast.check_all(running, clerk, after)
    assert services.accept(case=running, actor=clerk, now=after).state == State.EXAMINING


def test_11_12_a_material_added_between_pre_check_and_acceptance_is_not_asked_of_this_applicant(
    world, applicant, stranger, clerk
):
    item = life.item_with(world, 2, has_precheck=True)
    case = life.received(world, applicant, item=item)
    new = new_guide(world, item, "2026-09-21")
    case = services.pass_precheck(case=case, actor=clerk, now=NOW)

    assert case.guide.version == 1
    assert not case.materials.filter(spec__key="plan").exists()
    foreign = services.start(item=item, actor=stranger, now=NOW).materials.get(spec__key="plan")
    assert foreign.spec.guide == new
    points = {foreign.pk: ("M01", "请补交工作计划")}
    said = life.refused(services.request_correction, case=case, actor=clerk, now=NOW, points=points)
    assert said == ["A material of another case was named."]
    cast.check_all(case, clerk, NOW)
    assert services.accept(case=case, actor=clerk, now=NOW).state == State.EXAMINING


def test_11_13_a_shortened_promise_holds_for_later_cases_only(world, applicant, stranger, clerk):
    early = life.examining(world, applicant, clerk, at="2026-09-18 10:00")
    waiting = life.received(world, cast.make_person("third@example.org", "第三", "990102199511300039"))
    new_guide(world, world.item, "2026-09-21", promised_days=3)
    cast.check_all(waiting, clerk, NOW)
    waiting = services.accept(case=waiting, actor=clerk, now=NOW)
    late = cast.make_draft(world, stranger, *life.ALL, "plan", now=NOW)
    late = cast.submit(late, stranger, NOW)
    cast.check_all(late, clerk, NOW)
    late = services.accept(case=late, actor=clerk, now=NOW)
    days = {case.guide.version: case.clocks.get(kind="PROMISED").days for case in (early, late)}
    assert days == {1: 10, 2: 3}
    assert waiting.clocks.get(kind="PROMISED").days == 10  # handed in before the change


def test_11_20_silence_accepts_from_the_day_of_receipt(world, applicant, clerk, run_due):
    case = life.received(world, applicant, at="2026-09-18 10:00")
    run_due(moment("2026-09-24 23:50"))
    assert Case.objects.get(pk=case.pk).state == State.RECEIVED
    run_due(moment("2026-09-25 00:10"))
    case.refresh_from_db()
    assert (case.state, case.is_deemed_accepted, str(case.accepted_on)) == (State.EXAMINING, True, "2026-09-18")
    promised = case.clocks.get(kind="PROMISED")
    assert (str(promised.started_on), str(promised.due_on)) == ("2026-09-18", "2026-10-09")  # five days are gone


def test_11_20_nobody_takes_a_deemed_acceptance_back(world, applicant, clerk, run_due):
    case = life.received(world, applicant, at="2026-09-18 10:00")
    run_due(moment("2026-09-25 00:10"))
    case.refresh_from_db()
    now, points = moment("2026-09-25 09:00"), {life.material(case, "degree").pk: ("M02", "请重新扫描")}
    facts = {"case": case, "actor": clerk, "now": now}
    state = ["The case is in another state now: Accepted, being examined."]
    assert life.refused(services.request_correction, **facts, points=points) == state
    assert life.refused(services.reject_acceptance, **facts, reason="N01", explanation="不属于本机关") == state
    with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
        case.events.get(verb="deem_accepted").delete()


def test_11_21_a_second_list_is_blocked_and_the_database_knows_only_one(world, applicant, clerk):
    case = life.corrected(world, applicant, clerk)
    points = {life.material(case, "works").pk: ("M01", "请再补一份")}
    said = life.refused(services.request_correction, case=case, actor=clerk, now=NOW, points=points)
    assert said == ["The once-only notice was sent already; a second one is not allowed."]
    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.create(case=case, sent_by=clerk, sent_at=NOW, due_on=NOW.date())


def test_11_21_an_override_needs_another_person_and_is_counted(world, applicant, clerk, examiner, leader):
    case = life.corrected(world, applicant, clerk)
    cast.check_all(case, clerk, NOW)
    case = services.accept(case=case, actor=clerk, now=NOW)
    request = services.ask_approval(
        case=case,
        verb="ask_more",
        actor=examiner,
        now=NOW,
        reason="法规修订后新增要求",
        points={life.material(case, "works").pk: ("M03", "请提交近期业绩")},
        days=5,
    )
    case.refresh_from_db()
    assert case.second_requests == 0
    case = services.answer_approval(request=request, actor=leader, now=NOW, approve=True)
    assert case.second_requests == 1
    assert case.further_requests.get().authorized_by == leader


# --- 11.23 what contradicts the declaration --------------------------------------------------------------------------


def contradicted(world, applicant, clerk, key="works"):
    """A received case, all in order but one material that contradicts what was declared."""
    case, now = life.received(world, applicant), moment("2026-09-18 11:00")
    cast.check_all(case, clerk, now)
    facts = {"in_order": False, "conflicts": True, "note": "与申报的单位不一致"}
    return services.check_material(material=life.material(case, key), actor=clerk, now=now, **facts)


def test_11_23_a_case_is_not_accepted_on_a_material_that_contradicts_the_declaration(world, applicant, clerk):
    case, now = contradicted(world, applicant, clerk), moment("2026-09-18 12:00")
    said = life.refused(services.accept, case=case, actor=clerk, now=now)
    assert said == ["“Material works” contradicts what was declared; verify it first."]
    services.check_material(material=life.material(case, "works"), actor=clerk, now=now, in_order=True)
    assert services.accept(case=case, actor=clerk, now=now).state == State.EXAMINING


def test_11_23_also_a_material_that_nobody_had_to_hand_in_stops_it(world, applicant, clerk):
    with pgtrigger.ignore():
        world.guide.materials.filter(key="works").update(necessity="OPTIONAL")
    case = contradicted(world, applicant, clerk)
    said = life.refused(services.accept, case=case, actor=clerk, now=moment("2026-09-18 12:00"))
    assert said == ["“Material works” contradicts what was declared; verify it first."]
