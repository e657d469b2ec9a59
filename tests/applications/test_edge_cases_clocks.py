"""Edge cases of the domain book, chapter 11, about days, clocks and promises; each test is named after its number."""

import pgtrigger
import pytest
from django.conf import settings

from accounts.models import Role
from applications import queries, services
from applications.models import Case, Clock, DeferralBan, Material
from applications.states import CheckResult, MaterialStatus, State
from certificates import services as certificates
from certificates.models import Certificate
from notifications.models import Message, Reminder
from policies.models import GuideVersion
from regions import queries as regions
from regions.models import CalendarDay, CalendarYear
from regions.services import save_day
from talentportal.lib.refusals import Refused
from tests import cast
from tests.applications import life
from tests.cast import moment

pytestmark = pytest.mark.django_db

ALL = ("id", "degree", "works", "form", "photo")
CORE = ("id", "degree", "photo")


def received(world, applicant, at="2026-09-18 10:00", keys=ALL, item=None):
    now = moment(at)
    return cast.submit(cast.make_draft(world, applicant, *keys, now=now, item=item), applicant, now)


def accepted(world, applicant, clerk, at="2026-09-18 10:00", item=None):
    case = received(world, applicant, at, item=item)
    cast.check_all(case, clerk, moment(at))
    return services.accept(case=case, actor=clerk, now=moment(at))


def promised(world, applicant, until="2026-10-09", at="2026-09-24 10:00", item=None):
    now = moment(at)
    case = cast.make_draft(world, applicant, *CORE, now=now, item=item)
    cast.promise(case, applicant, {"works": until, "form": until}, now)
    return cast.submit(case, applicant, now, agrees=True, signed_name=applicant.person.name)


def deferred(world, applicant, clerk, until="2026-10-09", at="2026-09-24 10:00", item=None):
    case = promised(world, applicant, until, at, item)
    cast.check_all(case, clerk, moment(at))
    return services.accept_with_deferral(case=case, actor=clerk, now=moment(at))


def supply(case, actor, key, at, **days):
    now = moment(at)
    cast.hand_in(case, actor, key, now=now)
    return services.supply_deferred(material=case.materials.get(spec__key=key), actor=actor, now=now, **days)


def look(case, clerk, key, at, in_order=True, **words):
    return services.check_material(
        material=case.materials.get(spec__key=key), actor=clerk, now=moment(at), in_order=in_order, **words
    )


def item_of(case, key):
    return case.commitment.items.get(material__spec__key=key)


def test_11_1_a_commitment_that_falls_due_in_golden_week(world, applicant, clerk):
    case = deferred(world, applicant, clerk)
    assert str(case.clocks.get(kind="DEFERRAL").due_on) == "2026-10-09"  # 09-24 and five working days
    days = {cast.today(row.due_at).isoformat() for row in Reminder.objects.filter(event="deferral_reminder")}
    assert {"2026-09-29", "2026-10-08", "2026-10-09"} == days
    assert str(regions.calendar_for(case.region_id).add(cast.day("2026-10-09"), 1)) == "2026-10-10"  # a Saturday


def test_11_2_the_notice_of_next_year_moves_provisional_days_and_never_back(
    world, applicant, clerk, administrator, run_due
):
    now = moment("2026-12-25 10:00")
    case = accepted(world, applicant, clerk, "2026-12-25 10:00")
    clock = case.clocks.get(kind="STATUTORY")
    assert clock.is_provisional
    before = clock.due_on
    save_day(day=CalendarDay(date=cast.day("2027-01-04"), kind="HOLIDAY", name="调休"), actor=administrator, now=now)
    CalendarYear.objects.filter(year=2027).update(is_published=True)
    run_due(now)
    clock.refresh_from_db()
    assert (clock.due_on > before, clock.is_provisional) == (True, False)
    assert Message.objects.filter(recipient=applicant, event="due_date_changed").count() >= 1
    later = clock.due_on
    save_day(
        day=CalendarDay(date=cast.day("2027-01-09"), kind="MAKEUP_WORKDAY", name="补班"), actor=administrator, now=now
    )
    run_due(moment("2026-12-25 10:05"))
    clock.refresh_from_db()
    assert clock.due_on == later  # never before the day that was printed


def test_11_22_what_comes_by_post_counts_from_its_arrival(world, applicant, clerk):
    case = deferred(world, applicant, clerk)
    with pytest.raises(Refused):
        supply(case, applicant, "works", "2026-10-09 10:00", arrived_on=cast.day("2026-10-09"))
    supply(case, clerk, "works", "2026-10-10 08:00", arrived_on=cast.day("2026-10-09"))
    late = {"arrived_on": cast.day("2026-10-10"), "postmarked_on": cast.day("2026-10-08")}
    supply(case, clerk, "form", "2026-10-10 09:00", **late)
    assert (item_of(case, "works").is_late, item_of(case, "form").is_late) == (False, True)
    assert case.events.latest("seq").data["postmarked_on"] == "2026-10-08"


def test_11_22_where_the_postmark_counts(world, applicant, clerk, monkeypatch):
    monkeypatch.setattr(settings, "POSTMARK_COUNTS", True)
    case = deferred(world, applicant, clerk)
    days = {"arrived_on": cast.day("2026-10-10"), "postmarked_on": cast.day("2026-10-08")}
    supply(case, clerk, "form", "2026-10-10 09:00", **days)
    assert not item_of(case, "form").is_late
    for wrong in ({"arrived_on": cast.day("2026-10-12")}, {"postmarked_on": cast.day("2026-09-01")}):
        with pytest.raises(Refused):
            supply(case, clerk, "works", "2026-10-10 09:30", **wrong)


def test_11_23_a_material_that_contradicts_what_was_declared_is_verified(
    world, applicant, clerk, examiner, leader, run_due
):
    case = deferred(world, applicant, clerk)
    for key in ("works", "form"):
        supply(case, applicant, key, "2026-10-08 10:00")
    look(case, clerk, "form", "2026-10-08 11:00")
    look(case, clerk, "works", "2026-10-08 11:00", in_order=False, conflicts=True, note="与申报的单位不一致")
    run_due(moment("2026-10-12 00:10"))  # past the promised day
    case.refresh_from_db()
    assert (case.state, hasattr(case, "breach")) == (State.EXAMINING, False)
    material = case.materials.get(spec__key="works")
    assert (material.status, material.check_result) == (MaterialStatus.PROVIDED, CheckResult.CONFLICT)
    case = services.conclude(case=case, actor=examiner, now=moment("2026-10-12 09:00"), proposal="GRANT", opinion="可")
    assert case.state == State.WAIT_SUPPLY  # nothing is granted on it
    look(case, clerk, "works", "2026-10-13 11:00")
    case.refresh_from_db()
    assert services.grant(case=case, actor=leader, now=moment("2026-10-13 12:00")).state == State.GRANTED


def test_11_23_an_unverified_contradiction_is_refused_not_granted(world, applicant, clerk, examiner, leader):
    case = accepted(world, applicant, clerk)
    look(case, clerk, "works", "2026-09-21 11:00", in_order=False, conflicts=True, note="与申报不一致")
    now = moment("2026-09-22 09:00")
    case = services.conclude(case=case, actor=examiner, now=now, proposal="GRANT", opinion="可")
    with pytest.raises(Refused):
        services.grant(case=case, actor=leader, now=now)
    services.return_to_examiner(case=case, actor=leader, now=now, opinion="先核实")
    services.conclude(case=case, actor=examiner, now=now, proposal="REFUSE", opinion="虚假")
    case = services.refuse(case=case, actor=leader, now=now, reason="R07", reason_text="材料虚假")
    assert case.close_type == "REFUSED"


def test_11_24_a_refusal_drafted_before_the_last_material_is_thought_over(world, applicant, clerk, examiner, leader):
    case = deferred(world, applicant, clerk)
    supply(case, applicant, "works", "2026-09-28 10:00")
    look(case, clerk, "works", "2026-09-28 11:00")
    services.conclude(case=case, actor=examiner, now=moment("2026-09-29 09:00"), proposal="REFUSE", opinion="缺材料")
    supply(case, applicant, "form", "2026-09-29 10:00")
    look(case, clerk, "form", "2026-09-29 11:00")
    case.refresh_from_db()
    assert case.state == State.EXAMINING
    assert Message.objects.filter(recipient=examiner, event="returned").count() == 1
    with pytest.raises(Refused):
        services.refuse(case=case, actor=leader, now=moment("2026-09-29 12:00"), reason="R06", reason_text="缺材料")


def test_11_25_a_ban_stops_new_deferrals_and_not_the_open_one(world, applicant, clerk, run_due):
    other, _guide = cast.make_item(world.province, world.office, [world.window], serial=3)
    deferred(world, applicant, clerk)
    open_one = deferred(world, applicant, clerk, until="2026-10-10", at="2026-09-28 10:00", item=other)
    run_due(moment("2026-10-10 00:10"))
    assert DeferralBan.objects.filter(applicant=applicant).count() == 1
    open_one.refresh_from_db()
    assert open_one.state == State.EXAMINING
    for key in ("works", "form"):
        supply(open_one, applicant, key, "2026-10-10 10:00")
        look(open_one, clerk, key, "2026-10-10 11:00")
    assert not queries.materials_of(open_one)[2].deferral.is_late
    with pytest.raises(Refused, match="2027"):
        promised(world, applicant, until="2026-10-16", at="2026-10-12 10:00")


def test_11_26_two_officers_and_only_one_on_duty(world, applicant, clerk, examiner, leader):
    item, _guide = cast.make_item(world.province, world.office, [world.window], serial=2, two_officers=True)
    case = accepted(world, applicant, clerk, item=item)
    now, said = moment("2026-09-21 09:00"), {"proposal": "GRANT", "opinion": "实地核查，符合"}

    def conclude(second):
        return services.conclude(case=case, actor=examiner, now=now, second_officer=second, **said)

    for nobody in (None, examiner, clerk, leader):
        with pytest.raises(Refused):
            conclude(nobody)
    second = cast.make_staff("second@example.org", "何审", Role.EXAMINER, world.province, world.office)
    for wrong in (None, examiner, clerk):
        with pytest.raises(Refused):
            conclude(wrong)
    case = conclude(second)
    assert (case.state, case.decision.second_officer) == (State.REVIEWED, second)
    assert Message.objects.filter(recipient=second, event="second_officer").count() == 1
    second.posts.create(
        role=Role.LEADER, organization=world.office, region=world.province, starts_on=cast.day("2024-01-01")
    )
    with pytest.raises(Refused):
        services.grant(case=case, actor=second, now=now)
    assert services.grant(case=case, actor=leader, now=now).state == State.GRANTED


@pytest.mark.parametrize("extended_first", [True, False])
def test_11_29_extension_and_special_procedure_together(world, applicant, clerk, examiner, leader, extended_first):
    guide = {"promised_days": 20, "statutory_days": 20, "special_kinds": ["EXPERT_REVIEW"], "item_type": "01"}
    item, _guide = cast.make_item(world.province, world.office, [world.window], serial=2, **guide)
    case = accepted(world, applicant, clerk, item=item)

    def extend(at):
        asked = services.ask_approval(
            case=case, verb="extend", actor=examiner, now=moment(at), reason="到外省核实", days=10
        )
        return services.answer_approval(request=asked, actor=leader, now=moment(at), approve=True)

    if extended_first:
        extend("2026-09-24 10:00")
    services.start_special(
        case=case,
        actor=examiner,
        now=moment("2026-09-28 09:00"),
        kind="EXPERT_REVIEW",
        basis="第8条",
        estimated_days=7,
    )
    case = services.end_special(case=case, actor=examiner, now=moment("2026-10-12 16:00"), result="通过")
    if not extended_first:
        case = extend("2026-10-13 09:00")
    clock = case.clocks.get(kind="PROMISED")
    assert (str(clock.due_on), clock.days, clock.paused_days) == ("2026-11-16", 30, 7)  # the same either way
    assert (case.papers.filter(kind="SPECIAL").count(), case.papers.filter(kind="EXTENSION").count()) == (1, 1)
    with pytest.raises(Refused):
        extend("2026-10-14 09:00")  # the pause gave no second one


def test_11_30_the_last_moment_of_a_day_is_that_day_in_beijing(world, applicant, stranger):
    last, first = moment("2026-09-18 23:59:59.900"), moment("2026-09-19 00:00:00")
    one, two = (received(world, who, at.isoformat()[:26]) for who, at in ((applicant, last), (stranger, first)))
    assert [str(case.clocks.get().started_on) for case in (one, two)] == ["2026-09-18", "2026-09-19"]
    assert [case.case_no[6:14] for case in (one, two)] == ["20260918", "20260919"]
    assert one.received_at.utcoffset() is not None
    assert Case.objects.get(pk=one.pk).received_at == last


def test_11_31_submission_on_a_holiday_counts_from_the_next_working_day(world, applicant, clerk):
    case = received(world, applicant, "2026-09-25 22:30")  # Mid-Autumn
    clock = Clock.objects.get(case=case)
    assert (str(clock.started_on), str(clock.due_on)) == ("2026-09-25", "2026-10-09")
    assert case.received_at == moment("2026-09-25 22:30")
    item, _guide = cast.make_item(world.province, world.office, [world.window], serial=2, promised_days=20)
    case = accepted(world, applicant, clerk, "2026-09-25 22:40", item=item)
    assert str(case.due_on) == "2026-10-29"


@pytest.fixture
def holder(world, applicant, clerk, examiner, leader, run_due):
    """Somebody whose degree is proved by a certificate of this portal."""
    proof = accepted(world, applicant, clerk, "2026-09-01 10:00")
    now = moment("2026-09-02 10:00")
    services.conclude(case=proof, actor=examiner, now=now, proposal="GRANT", opinion="符合")
    services.grant(case=proof, actor=leader, now=now)
    run_due(now)
    services.deliver(case=proof, actor=applicant, now=now)
    return proof


@pytest.fixture
def resting(world, holder):
    """An item one of whose materials is such a certificate."""
    item, guide = cast.make_item(world.province, world.office, [world.window], serial=2)
    GuideVersion.objects.filter(pk=guide.pk).update(effective_to=cast.day("2026-01-01"))
    values = {f.attname: getattr(guide, f.attname) for f in GuideVersion._meta.concrete_fields}
    newer = GuideVersion.objects.create(
        **values | {"id": None, "version": 2, "state": "DRAFT", "published_at": None, "effective_to": None}
    )
    for spec in guide.materials.all():
        spec.pk, spec.guide = None, newer
        if spec.key == "degree":
            spec.fetch_mode, spec.fetch_from = "AUTO", "certificate:talent-grade"
        spec.save(force_insert=True)
    GuideVersion.objects.filter(pk=newer.pk).update(state="PUBLISHED", published_at=moment("2026-01-01 09:00"))
    return item


def revoke(holder, leader, at):
    services.revoke(case=holder, actor=leader, now=moment(at), reason="V05", reason_text="伪造", hearing="承认")


def test_11_43_a_certificate_revoked_before_submission(world, resting, holder, applicant, leader):
    now = moment("2026-09-18 10:00")
    draft = cast.make_draft(world, applicant, "id", "works", "form", "photo", now=now, item=resting)
    assert draft.materials.get(spec__key="degree").status == MaterialStatus.HELD
    revoke(holder, leader, "2026-09-18 11:00")
    with pytest.raises(Refused):
        services.submit(case=draft, actor=applicant, now=moment("2026-09-18 12:00"), declares=True)


def test_11_43_a_certificate_revoked_while_the_case_runs_flags_it(
    world, resting, holder, applicant, leader, clerk, examiner
):
    case = received(world, applicant, keys=("id", "works", "form", "photo"), item=resting)
    cast.check_all(case, clerk, moment("2026-09-18 11:00"))
    case = services.accept(case=case, actor=clerk, now=moment("2026-09-18 11:00"))
    case = services.conclude(case=case, actor=examiner, now=moment("2026-09-21 10:00"), proposal="GRANT", opinion="可")
    revoke(holder, leader, "2026-09-21 11:00")
    material = Material.objects.get(case=case, spec__key="degree")
    assert material.check_result == CheckResult.DEFECTIVE
    assert Message.objects.filter(recipient=clerk, event="material_lost").count() == 1
    with pytest.raises(Refused):
        services.grant(case=case, actor=leader, now=moment("2026-09-21 12:00"))


def test_11_43_a_suspended_certificate(world, resting, holder, applicant, leader, clerk, examiner):
    case = received(world, applicant, keys=("id", "works", "form", "photo"), item=resting)
    cast.check_all(case, clerk, moment("2026-09-18 11:00"))
    services.accept(case=case, actor=clerk, now=moment("2026-09-18 11:00"))
    case = services.conclude(case=case, actor=examiner, now=moment("2026-09-21 10:00"), proposal="GRANT", opinion="可")
    certificate = Certificate.objects.get(source=f"case:{holder.pk}")
    now = moment("2026-09-21 11:00")
    certificates.suspend(certificate=certificate, reason="核查", actor=leader, now=now)
    with pytest.raises(Refused):
        services.grant(case=case, actor=leader, now=now)
    certificates.resume(certificate=certificate, reason="查清", actor=leader, now=now)
    assert services.grant(case=case, actor=leader, now=now).state == State.GRANTED


def lasts_until(holder, until: str) -> None:
    with pgtrigger.ignore("certificates.Certificate:certificate_keeps_its_words"):
        Certificate.objects.filter(source=f"case:{holder.pk}").update(valid_until=cast.day(until))


def degree_at(world, applicant, item, at: str):
    now = moment(at)
    draft = cast.make_draft(world, applicant, "id", "works", "form", "photo", now=now, item=item)
    return draft.materials.get(spec__key="degree")


@pytest.mark.parametrize(("at", "status"), [("2026-09-18 23:59", "HELD"), ("2026-09-19 00:01", "MISSING")])
def test_11_43_an_expired_certificate_is_not_held(world, resting, holder, applicant, at, status):
    lasts_until(holder, "2026-09-18")
    assert degree_at(world, applicant, resting, at).status == status


def test_11_43_a_certificate_that_expires_before_submission(world, resting, holder, applicant):
    lasts_until(holder, "2026-09-18")
    draft = degree_at(world, applicant, resting, "2026-09-18 10:00").case
    said = life.refused(services.submit, case=draft, actor=applicant, now=moment("2026-09-19 10:00"), declares=True)
    assert said == ["“Material degree” is no longer valid. Hand in a newer one."]
    assert services.submit(case=draft, actor=applicant, now=moment("2026-09-18 20:00"), declares=True).case_no


def test_11_43_a_certificate_that_expires_while_the_case_runs(
    world, resting, holder, applicant, clerk, examiner, leader
):
    case = received(world, applicant, keys=("id", "works", "form", "photo"), item=resting)
    cast.check_all(case, clerk, moment("2026-09-18 11:00"))
    services.accept(case=case, actor=clerk, now=moment("2026-09-18 11:00"))
    case = services.conclude(case=case, actor=examiner, now=moment("2026-09-21 10:00"), proposal="GRANT", opinion="可")
    lasts_until(holder, "2026-09-21")
    said = life.refused(services.grant, case=case, actor=leader, now=moment("2026-09-22 10:00"))
    assert said == ["“Material degree” is no longer valid."]
