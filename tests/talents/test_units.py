"""A unit is verified and its handlers are confirmed; who left, and a suspended unit, are out with the next click."""

import datetime as dt

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils.translation import override

from accounts import services as accounts
from accounts.contacts import Contact
from accounts.models import Role, Unit
from applications.states import ScanState
from applications.uploads import look_into
from jobs import clock
from jobs import services as jobs
from notifications.models import Message, Reminder
from talentportal.lib.refusals import Refused
from talents.models import Authority, UnitCheck, Vacancy
from talents.queries.units import acting_units
from talents.services import units
from tests import cast
from tests.applications import samples
from tests.talents import pool
from tests.talents.pool import DAY, NOW

pytestmark = pytest.mark.django_db
FACTS = {"legal_representative": "李示例", "industry": "C", "size": "SMALL"}


@pytest.fixture(autouse=True)
def _wording(db):
    pool.wording("unit_check_returned")


@pytest.fixture
def owner(world):
    return pool.person("owner@example.org", "刘经办")


@pytest.fixture
def unit(world, owner):
    return accounts.register_unit(
        name="云岭示例科技有限公司",
        code="91990100MA0000001G",
        region=world.county,
        work_region=world.county,
        actor=owner,
        now=NOW,
    )


def hand_in(unit, owner, now=NOW, **more):
    check = units.hand_in_check(unit=unit, license=look_into(samples.pdf()), actor=owner, now=now, **{**FACTS, **more})
    jobs.run_due(now)
    return UnitCheck.objects.get(pk=check.pk)


def give_authority(unit, user, days=365, now=NOW):
    made = units.hand_in_authority(
        unit=unit,
        starts_on=cast.today(now),
        ends_on=cast.today(now) + days * DAY,
        scan=look_into(samples.pdf()),
        actor=user,
        now=now,
    )
    jobs.run_due(now)
    return Authority.objects.get(pk=made.pk)


def refusal(act, *args, **more) -> str:
    with override("en"):
        with pytest.raises(Refused) as refused:
            act(*args, **more)
        return str(refused.value)


def test_a_unit_is_verified_and_its_handler_searches(unit, owner, examiner):
    check, authority = hand_in(unit, owner), give_authority(unit, owner)
    assert check.scan_state == authority.scan_state == ScanState.NOT_SCANNED
    assert not acting_units(owner, NOW)
    units.pass_check(check=check, actor=examiner, now=NOW)
    assert not acting_units(owner, NOW)  # verified, but nobody has confirmed who acts for it
    units.confirm_authority(authority=authority, actor=examiner, now=NOW)
    assert list(acting_units(owner, NOW)) == [unit]
    told = Message.objects.filter(recipient=owner).values_list("event", flat=True)
    assert set(told) == {"unit_check_passed", "authority_confirmed"}
    assert not acting_units(owner, NOW + 366 * DAY)
    due = Reminder.objects.get(event="authority_ending").due_at
    assert due == cast.moment("2027-09-04 09:00")


def test_the_nearest_examiners_are_told_once_and_nobody_of_the_unit(world, unit, owner, examiner, clerk):
    pool.wording("pool_work")
    near = cast.make_staff("near@example.org", "近审", Role.EXAMINER, world.county, world.office)
    gone = cast.make_staff("gone@example.org", "离审", Role.EXAMINER, world.county, world.office)
    gone.posts.update(ends_on=cast.today(NOW))
    hand_in(unit, owner)
    note = Message.objects.get(event="pool_work")
    assert note.recipient == near  # not the province's, since the county has somebody
    assert "单位核验" in note.title
    assert note.path == f"/admin/talents/unitcheck/{UnitCheck.objects.get().pk}/change/"
    near.posts.update(ends_on=cast.today(NOW))
    give_authority(unit, owner)
    assert set(Message.objects.filter(event="pool_work").values_list("recipient", flat=True)) == {near.pk, examiner.pk}


def test_what_waits_is_counted_for_the_office(unit, owner, examiner, rf):
    hand_in(unit, owner), give_authority(unit, owner)
    rf.user = examiner
    waits = {model: admin.site.get_model_admin(model).due_count(rf) for model in (UnitCheck, Authority, Vacancy)}
    assert waits == {UnitCheck: 1, Authority: 1, Vacancy: 0}


@pytest.mark.parametrize("end", ["leave", "suspend", "end", "dissolve"])
def test_access_ends_with_the_next_click(unit, owner, examiner, administrator, end, client):
    check, authority = hand_in(unit, owner), give_authority(unit, owner)
    units.pass_check(check=check, actor=examiner, now=NOW)
    units.confirm_authority(authority=authority, actor=examiner, now=NOW)
    now = clock.now()
    Authority.objects.update(starts_on=cast.today(now), ends_on=cast.today(now) + DAY)
    client.force_login(owner)
    assert client.get(reverse("org:contacts")).status_code == 200
    match end:
        case "leave":
            colleague = pool.person("colleague@example.org")
            accounts.add_member(
                unit=unit, contact=Contact("email", colleague.email), role="OWNER", actor=owner, now=now
            )
            accounts.end_membership(member=unit.members.get(user=owner), actor=owner, now=now)
        case "suspend":
            units.suspend_unit(check=check, note="岗位不实", actor=examiner, now=now)
        case "end":
            units.end_authority(authority=authority, note="委托书已撤销", actor=examiner, now=now)
        case "dissolve":
            accounts.set_unit_status(unit=unit, status="DISSOLVED", actor=administrator, now=now)
    assert client.get(reverse("org:contacts")).status_code == 404
    assert client.get(reverse("org:home")).status_code == 200  # says what is missing


def test_a_suspended_unit_is_let_in_again(unit, owner, examiner):
    check = hand_in(unit, owner)
    units.pass_check(check=check, actor=examiner, now=NOW)
    assert "Give the reason" in refusal(units.suspend_unit, check=check, note=" ", actor=examiner, now=NOW)
    units.suspend_unit(check=check, note="岗位不实", actor=examiner, now=NOW)
    assert "not verified now" in refusal(units.suspend_unit, check=check, note="x", actor=examiner, now=NOW)
    assert "suspended" in refusal(hand_in, unit, owner)
    units.resume_unit(check=check, actor=examiner, now=NOW)
    assert "not suspended" in refusal(units.resume_unit, check=check, actor=examiner, now=NOW)
    unit.refresh_from_db()
    assert unit.status == Unit.Status.VERIFIED
    assert Message.objects.filter(recipient=owner, event="unit_suspended").exists()


def test_one_check_at_a_time_and_a_returned_one_comes_again(unit, owner, examiner):
    check = hand_in(unit, owner)
    assert "being checked already" in refusal(hand_in, unit, owner)
    assert "Say what" in refusal(units.return_check, check=check, note="", actor=examiner, now=NOW)
    units.return_check(check=check, note="执照看不清", actor=examiner, now=NOW)
    assert "执照看不清" in Message.objects.get(recipient=owner).body
    assert "not possible" in refusal(units.pass_check, check=check, actor=examiner, now=NOW)
    assert hand_in(unit, owner, NOW + DAY).state == "SUBMITTED"


def test_who_hands_in_and_who_decides(world, unit, owner, examiner, clerk, expert):
    stranger = pool.person("other@example.org")
    assert "Only an owner" in refusal(hand_in, unit, stranger)
    assert "industry" in refusal(hand_in, unit, owner, industry="Z")
    check = hand_in(unit, owner)
    elsewhere = cast.make_staff("far@example.org", "远", "EXAMINER", world.other_county, world.office)
    for actor in (owner, clerk, expert, elsewhere, stranger):
        assert "never by their own people" in refusal(units.pass_check, check=check, actor=actor, now=NOW)
    accounts.add_member(unit=unit, contact=Contact("email", examiner.email), role="HR", actor=owner, now=NOW)
    assert "never by their own people" in refusal(units.pass_check, check=check, actor=examiner, now=NOW)


@pytest.mark.parametrize("state", [ScanState.PENDING, ScanState.INFECTED])
def test_nothing_is_decided_on_a_file_that_may_hold_a_virus(unit, owner, examiner, state):
    check, authority = hand_in(unit, owner), give_authority(unit, owner)
    UnitCheck.objects.update(scan_state=state)
    Authority.objects.update(scan_state=state)
    assert "virus" in refusal(units.pass_check, check=check, actor=examiner, now=NOW)
    assert "virus" in refusal(units.confirm_authority, authority=authority, actor=examiner, now=NOW)


@pytest.mark.parametrize(
    ("starts", "ends", "words"),
    [
        (0, 0, "end must be after"),
        (-9, -1, "ended already"),
        (0, 1200, "3 years at most"),
    ],
)
def test_days_of_a_power_of_attorney(unit, owner, starts, ends, words):
    days = {"starts_on": cast.today(NOW) + starts * DAY, "ends_on": cast.today(NOW) + ends * DAY}
    more = {"scan": look_into(samples.pdf()), "actor": owner, "now": NOW}
    assert words in refusal(units.hand_in_authority, unit=unit, **days, **more)


def test_a_new_power_of_attorney_takes_the_place_of_the_waiting_one_only(unit, owner, examiner):
    first = give_authority(unit, owner)
    units.confirm_authority(authority=first, actor=examiner, now=NOW)
    assert "confirmed already" in refusal(units.confirm_authority, authority=first, actor=examiner, now=NOW)
    second, third = give_authority(unit, owner, 500), give_authority(unit, owner, 600)
    assert [one.ended_at is None for one in (Authority.objects.get(pk=a.pk) for a in (first, second, third))] == [
        True,
        False,
        True,
    ]
    units.confirm_authority(authority=third, actor=examiner, now=NOW)
    assert Authority.objects.running_on(cast.today(NOW)).get() == third
    assert "has ended" in refusal(units.end_authority, authority=second, note="x", actor=examiner, now=NOW)


def test_the_owner_hands_in_and_the_office_decides_by_hand(client, unit, owner, examiner):
    client.force_login(owner)
    page = reverse("org:check", args=[unit.pk])
    assert unit.uscc in client.get(page).content.decode()
    assert client.post(page, FACTS).status_code == 422
    assert client.post(page, FACTS | {"license": samples.pdf()}).status_code == 302
    today = cast.today(clock.now())
    days = {"starts_on": today, "last_day": today + dt.timedelta(days=30)}
    authority_page = reverse("org:authority", args=[unit.pk])
    assert client.post(authority_page, days | {"scan": samples.pdf()}).status_code == 302
    jobs.run_due(clock.now())
    check, authority = UnitCheck.objects.get(), Authority.objects.get()
    assert authority.ends_on == today + dt.timedelta(days=31)
    client.force_login(examiner)
    assert unit.name in client.get(reverse("admin:talents_unitcheck_changelist")).content.decode()
    page = client.get(reverse("admin:talents_unitcheck_change", args=[check.pk])).content.decode()
    assert unit.uscc in page
    scan = client.get(reverse("admin:talents_unitcheck_scan", args=[check.pk]))
    assert b"".join(scan.streaming_content).startswith(b"%PDF")
    client.post(reverse("admin:talents_unitcheck_act", args=[check.pk, "pass"]))
    client.post(reverse("admin:talents_authority_act", args=[authority.pk, "confirm"]))
    assert list(acting_units(owner, clock.now())) == [unit]


def test_others_find_neither_forms_nor_checks(client, world, unit, owner, clerk):
    check = hand_in(unit, owner)
    colleague = pool.person("hr@example.org")
    accounts.add_member(unit=unit, contact=Contact("email", colleague.email), role="HR", actor=owner, now=NOW)
    client.force_login(colleague)
    assert client.get(reverse("org:check", args=[unit.pk])).status_code == 404
    assert client.get(reverse("org:authority", args=[unit.pk])).status_code == 200
    client.force_login(pool.person("stranger@example.org"))
    assert client.get(reverse("org:authority", args=[unit.pk])).status_code == 404
    elsewhere = cast.make_staff("far@example.org", "远", "EXAMINER", world.other_county, world.office)
    client.force_login(elsewhere)
    assert client.get(reverse("admin:talents_unitcheck_change", args=[check.pk])).status_code == 404
