"""The verbs of the office, told as the scenarios of the domain book (13.4) and by their refusals."""

import pytest

from applications import services
from applications.models import Case, DeferralBan, Paper
from applications.states import CloseType, State
from certificates.models import Certificate
from notifications.models import Message, Reminder
from talentportal.lib.refusals import Refused
from tests import cast
from tests.cast import moment

pytestmark = pytest.mark.django_db

ALL = ("id", "degree", "works", "form", "photo")
CORE = ("id", "degree", "photo")


def received(world, applicant, *keys, at="2026-09-18 10:00"):
    now = moment(at)
    case = cast.make_draft(world, applicant, *(keys or ALL), now=now)
    return cast.submit(case, applicant, now)


def deferred(world, applicant, clerk, at="2026-09-24 10:00", until="2026-10-09"):
    """Two deferrable materials are missing, the commitment is signed, the clerk accepts."""
    now = moment(at)
    case = cast.make_draft(world, applicant, *CORE, now=now)
    cast.promise(case, applicant, {"works": until, "form": until}, now)
    case = cast.submit(case, applicant, now, agrees=True, signed_name="陈思远")
    cast.check_all(case, clerk, now)
    return services.accept_with_deferral(case=case, actor=clerk, now=now)


def messages(user):
    return list(Message.objects.filter(recipient=user).order_by("id").values_list("event", flat=True))


def test_submission_numbers_the_case_and_starts_the_acceptance_clock(world, applicant):
    case = received(world, applicant)

    assert case.state == State.RECEIVED
    assert case.case_no.startswith("53011420260918000100001")
    assert len(case.query_code) == 6
    assert str(case.due_on) == "2026-09-24"
    assert list(case.papers.values_list("kind", flat=True)) == ["RECEIPT"]
    assert messages(applicant) == ["submitted"]


def test_plain_path_to_a_certificate(world, applicant, clerk, examiner, leader, run_due):
    now = moment("2026-09-18 11:00")
    case = received(world, applicant)
    cast.check_all(case, clerk, now)
    case = services.accept(case=case, actor=clerk, now=now)
    assert (case.state, str(case.due_on)) == (State.EXAMINING, "2026-10-09")
    case = services.conclude(case=case, actor=examiner, now=now, proposal="GRANT", opinion="符合条件")
    case = services.grant(case=case, actor=leader, now=now)
    assert case.state == State.GRANTED

    run_due(now)
    case.refresh_from_db()
    assert case.state == State.READY
    certificate = Certificate.objects.get(source=f"case:{case.pk}")
    assert certificate.status == "VALID"

    case = services.deliver(case=case, actor=applicant, now=now)
    assert (case.state, case.close_type) == (State.CLOSED, CloseType.GRANTED)
    run_due(now)
    assert all(Paper.objects.filter(case=case).values_list("sha256", flat=True))


def test_scenario_4_deferral_kept(world, applicant, clerk, examiner, leader, run_due):
    case = deferred(world, applicant, clerk)
    assert case.is_deferred
    assert {str(i.due_on) for i in case.commitment.items.all()} == {"2026-10-09"}
    reminded = Reminder.objects.filter(event="deferral_reminder").values_list("due_at", flat=True).distinct()
    assert sorted(cast.today(at).isoformat() for at in set(reminded)) == ["2026-09-29", "2026-10-08", "2026-10-09"]

    case = services.conclude(case=case, actor=examiner, now=moment("2026-09-25 09:00"), proposal="GRANT", opinion="可")
    assert case.state == State.WAIT_SUPPLY
    for key, at in (("works", "2026-09-28 10:00"), ("form", "2026-10-08 10:00")):
        now = moment(at)
        cast.hand_in(case, applicant, key, now=now)
        material = case.materials.get(spec__key=key)
        services.supply_deferred(material=material, actor=applicant, now=now)
        case = services.check_material(material=material, actor=clerk, now=now, in_order=True)
    assert case.state == State.REVIEWED
    run_due(moment("2026-10-10 00:10"))
    case = services.grant(case=case, actor=leader, now=moment("2026-10-10 09:00"))
    assert not hasattr(case, "breach")


@pytest.mark.parametrize(
    ("on_breach", "closes"),
    [
        ("DEEMED_WITHDRAWN", CloseType.DEEMED_WITHDRAWN),
        ("ACCEPTANCE_REVOKED", CloseType.ACCEPTANCE_REVOKED),
        ("REFUSED", CloseType.REFUSED),
        ("TERMINATED", CloseType.TERMINATED),
    ],
)
def test_scenario_5_deferral_broken(world, applicant, clerk, run_due, on_breach, closes):
    item, _guide = cast.make_item(world.province, world.office, [world.window], serial=2, on_breach=on_breach)
    world.item = item
    case = deferred(world, applicant, clerk)
    run_due(moment("2026-10-09 23:50"))
    case.refresh_from_db()
    assert case.state == State.EXAMINING

    run_due(moment("2026-10-10 00:10"))
    run_due(moment("2026-10-10 00:11"))
    case.refresh_from_db()
    assert (case.state, case.close_type) == (State.CLOSED, closes)
    ban = DeferralBan.objects.get(applicant=applicant)
    assert (str(ban.starts_on), str(ban.ends_on)) == ("2026-10-10", "2027-04-10")

    again = cast.make_draft(world, applicant, *CORE, now=moment("2026-10-12 10:00"))
    cast.promise(again, applicant, {"works": "2026-10-16", "form": "2026-10-16"}, moment("2026-10-12 10:00"))
    with pytest.raises(Refused, match="2027"):
        cast.submit(again, applicant, moment("2026-10-12 10:00"), agrees=True, signed_name="陈思远")


def test_scenario_2_correction(world, applicant, clerk):
    case = received(world, applicant)
    material = case.materials.get(spec__key="degree")
    case = services.request_correction(
        case=case, actor=clerk, now=moment("2026-09-22 10:00"), points={material.pk: ("M02", "请重新扫描")}
    )
    assert case.state == State.CORRECTION
    with pytest.raises(Refused):
        services.supply_correction(case=case, actor=applicant, now=moment("2026-09-29 10:00"))
    cast.hand_in(case, applicant, "degree", now=moment("2026-09-29 10:00"))
    case = services.supply_correction(case=case, actor=applicant, now=moment("2026-09-29 10:00"))
    assert (case.state, str(case.due_on)) == (State.RECEIVED, "2026-10-12")
    cast.check_all(case, clerk, moment("2026-09-30 10:00"))
    case = services.accept(case=case, actor=clerk, now=moment("2026-09-30 10:00"))
    assert str(case.due_on) == "2026-10-20"
    with pytest.raises(Refused):
        services.request_correction(
            case=case, actor=clerk, now=moment("2026-09-30 11:00"), points={material.pk: ("M02", "再来")}
        )


def test_scenario_3_silence(world, applicant, run_due):
    case = received(world, applicant)
    run_due(moment("2026-09-24 23:00"))
    case.refresh_from_db()
    assert case.state == State.RECEIVED

    run_due(moment("2026-09-25 00:10"))
    case.refresh_from_db()
    assert (case.state, case.is_deemed_accepted, str(case.accepted_on)) == (State.EXAMINING, True, "2026-09-18")


def test_silence_leaves_the_promised_days_to_supply(world, applicant):
    draft = cast.make_draft(world, applicant, "id", "degree", "photo", now=moment("2026-09-18 10:00"))
    cast.promise(draft, applicant, {"works": "2026-09-23", "form": "2026-09-24"}, moment("2026-09-18 10:00"))
    case = cast.submit(draft, applicant, moment("2026-09-18 10:00"), agrees=True, signed_name="陈思远")
    told = moment("2026-09-28 09:00")  # Friday 25 September is a holiday
    case = services.deem_accepted(case=case, now=told)
    assert case.is_deferred
    assert [str(item.due_on) for item in case.commitment.items.all()] == ["2026-10-09", "2026-10-10"]  # 4 and 5 days


def test_correction_lapses(world, applicant, clerk, run_due):
    case = received(world, applicant)
    material = case.materials.get(spec__key="degree")
    now = moment("2026-09-18 15:00")
    services.request_correction(case=case, actor=clerk, now=now, points={material.pk: ("M02", "重新扫描")})
    run_due(moment("2026-10-11 00:10"))
    case.refresh_from_db()
    assert (case.state, case.close_type) == (State.CLOSED, CloseType.DEEMED_WITHDRAWN)


def test_a_core_material_is_never_deferred(world, applicant):
    now = moment("2026-09-18 10:00")
    case = cast.make_draft(world, applicant, "id", "works", "form", "photo", now=now)
    cast.promise(case, applicant, {"degree": "2026-09-24"}, now)
    with pytest.raises(Refused, match="degree"):
        cast.submit(case, applicant, now, agrees=True, signed_name="陈思远")
    case.refresh_from_db()
    assert (case.state, case.case_no) == (State.DRAFT, None)


@pytest.mark.parametrize("until", ["2026-09-18", "2026-09-25", "2026-09-28"])
def test_a_promise_outside_the_limit_is_refused(world, applicant, until):
    now = moment("2026-09-18 10:00")
    case = cast.make_draft(world, applicant, *CORE, now=now)
    cast.promise(case, applicant, {"works": until, "form": "2026-09-24"}, now)
    with pytest.raises(Refused):
        cast.submit(case, applicant, now, agrees=True, signed_name="陈思远")


def test_the_commitment_needs_the_real_name(world, applicant):
    now = moment("2026-09-18 10:00")
    case = cast.make_draft(world, applicant, *CORE, now=now)
    cast.promise(case, applicant, {"works": "2026-09-24", "form": "2026-09-24"}, now)
    with pytest.raises(Refused):
        cast.submit(case, applicant, now, agrees=True, signed_name="别人")


def test_withdrawal_ends_everything(world, applicant, clerk):
    case = deferred(world, applicant, clerk)
    case = services.withdraw(case=case, actor=applicant, now=moment("2026-09-28 10:00"), reason="改主意")
    assert (case.state, case.close_type) == (State.CLOSED, CloseType.WITHDRAWN)
    assert not case.clocks.filter(finished_at__isnull=True).exists()
    assert not Reminder.objects.filter(sent_at__isnull=True, cancelled_at__isnull=True).exists()


def test_examiner_and_leader_are_two_people(world, applicant, clerk, examiner, run_due):
    from accounts.models import Role, StaffPost

    StaffPost.objects.create(
        user=examiner,
        role=Role.LEADER,
        organization=world.office,
        region=world.province,
        starts_on=cast.day("2024-01-01"),
    )
    now = moment("2026-09-18 11:00")
    case = received(world, applicant)
    cast.check_all(case, clerk, now)
    services.accept(case=case, actor=clerk, now=now)
    services.conclude(case=case, actor=examiner, now=now, proposal="GRANT", opinion="可")
    with pytest.raises(Refused):
        services.grant(case=case, actor=examiner, now=now)


def test_strangers_and_other_counties_may_do_nothing(world, applicant, stranger, other_clerk):
    case = received(world, applicant)
    now = moment("2026-09-18 12:00")
    for actor, verb in ((stranger, services.withdraw), (other_clerk, services.accept), (applicant, services.accept)):
        with pytest.raises(Refused):
            verb(case=case, actor=actor, now=now)
    assert set(Case.objects.visible_to(other_clerk)) == set()
    assert set(Case.objects.visible_to(stranger)) == set()


def test_a_stale_form_names_who_was_first(world, applicant, clerk):
    case = received(world, applicant)
    version = case.version
    now = moment("2026-09-18 12:00")
    services.check_material(material=case.materials.first(), actor=clerk, now=now, in_order=True)
    with pytest.raises(Refused, match="李雪梅"):
        services.accept(case=case, actor=clerk, now=now, version=version)


@pytest.mark.parametrize(("supplied", "due"), [("2026-09-28 15:00", "2026-10-15"), ("2026-09-30 15:00", "2026-10-19")])
def test_the_office_clock_stops_while_only_supply_is_awaited(world, applicant, clerk, examiner, supplied, due):
    """Where the guide says so: held on 28 September, the days after it do not count until the papers are in."""
    world.item, _guide = cast.make_item(
        world.province, world.office, [world.window], serial=2, pause_while_waiting=True
    )
    case = deferred(world, applicant, clerk)
    held = moment("2026-09-28 10:00")
    case = services.conclude(case=case, actor=examiner, now=held, proposal="GRANT", opinion="可")
    now = moment(supplied)
    cast.hand_in(case, applicant, "works", "form", now=now)
    for material in case.materials.filter(spec__key__in=["works", "form"]):
        services.supply_deferred(material=material, actor=applicant, now=now)
        case = services.check_material(material=material, actor=clerk, now=now, in_order=True)
    assert (case.state, str(case.due_on)) == (State.REVIEWED, due)
