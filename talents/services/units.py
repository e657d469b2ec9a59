"""A unit is verified 单位核验, and so is who acts for it; what an office says takes effect with the next click."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import rules as accounts
from accounts.models import Unit, UnitMember, User
from accounts.queries import membership
from accounts.services import set_unit_status
from applications.states import ScanState
from applications.uploads import Enclosed
from jobs.services import enqueue
from notifications.services import Note, notify_many, plan_reminders
from talentportal.lib import uploads
from talentportal.lib.refusals import refuse_unless
from talentportal.lib.spoken import day_in_both
from talents.catalogs import industries
from talents.models import Authority, UnitCheck
from talents.queries.units import acts_for, checks_units
from talents.services.waiting import tell_checkers
from talents.states import CheckState

SCAN_JOB = "talents.scan_unit_file"
HOME = "/org/"
REMIND_DAYS = 14  # before a power of attorney ends
LONGEST_YEARS = 3  # of a power of attorney
_SCANNED = {"check": (UnitCheck, "license"), "authority": (Authority, "file")}


def refuse_stranger(unit: Unit, actor: User, now: datetime) -> None:
    """Raise Refused for who may not act for the unit now."""
    refuse_unless(acts_for(actor, unit, now), _("You do not act for this unit any more."))


@transaction.atomic
def hand_in_check(
    *, unit: Unit, legal_representative: str, industry: str, size: str, license: Enclosed, actor: User, now: datetime
) -> UnitCheck:
    """Hand in what an office needs to verify a unit; its owner does it, one at a time. Raises Refused."""
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    reasons = [] if accounts.may_manage_members(membership(actor, unit)) else [_("Only an owner hands this in.")]
    if unit.status == Unit.Status.SUSPENDED:
        reasons.append(_("The unit is suspended. Ask the office that did it."))
    if unit.checks.filter(state=CheckState.SUBMITTED).exists():
        reasons.append(_("The unit is being checked already."))
    if industry not in industries():
        reasons.append(_("Choose the industry from the list."))
    refuse_unless(not reasons, reasons)
    if unit.status == Unit.Status.UNVERIFIED:
        Unit.objects.filter(pk=unit.pk).update(status=Unit.Status.PENDING)
    check = UnitCheck.objects.create(
        unit=unit,
        legal_representative=legal_representative.strip(),
        industry=industry,
        size=size,
        license=license.file,
        license_name=license.name,
        license_kind=license.facts.kind,
        sha256=license.facts.sha256,
        submitted_by=actor,
        submitted_at=now,
    )
    enqueue(kind=SCAN_JOB, key=f"check:{check.pk}", now=now, what="check", pk=check.pk)
    tell_checkers("unitcheck", check.pk, unit, unit.region, now)
    return check


@transaction.atomic
def pass_check(*, check: UnitCheck, actor: User, now: datetime) -> UnitCheck:
    """Find that a unit is what it says: it is verified from now on. Its owners are told. Raises Refused."""
    check = _take_check(check, actor, now, CheckState.SUBMITTED)
    refuse_unless(check.scan_state in _SAFE, _UNSAFE)
    _decide(check, CheckState.PASSED, "", actor, now)
    if check.unit.status != Unit.Status.VERIFIED:
        set_unit_status(unit=check.unit, status=Unit.Status.VERIFIED, actor=actor, now=now)
    _tell_owners(check, "unit_check_passed", now)
    return check


@transaction.atomic
def return_check(*, check: UnitCheck, note: str, actor: User, now: datetime) -> UnitCheck:
    """Send a check back with the reason; the owner can hand it in anew. Raises Refused."""
    check = _take_check(check, actor, now, CheckState.SUBMITTED)
    refuse_unless(note.strip(), _("Say what has to be put right."))
    _decide(check, CheckState.RETURNED, note, actor, now)
    _tell_owners(check, "unit_check_returned", now, reason=check.note)
    return check


@transaction.atomic
def suspend_unit(*, check: UnitCheck, note: str, actor: User, now: datetime) -> UnitCheck:
    """Shut a verified unit out of the pool from the next click on; everybody of it is told why. Raises Refused."""
    check = _take_check(check, actor, now, CheckState.PASSED)
    reasons = [] if note.strip() else [_("Give the reason; the unit reads it.")]
    if check.unit.status != Unit.Status.VERIFIED:
        reasons.append(_("This unit is not verified now."))
    refuse_unless(not reasons, reasons)
    set_unit_status(unit=check.unit, status=Unit.Status.SUSPENDED, actor=actor, now=now)
    check.note = note.strip()
    check.save(update_fields=["note"])
    _tell(check, _members(check.unit), "unit_suspended", now, reason=check.note)
    return check


@transaction.atomic
def resume_unit(*, check: UnitCheck, actor: User, now: datetime) -> UnitCheck:
    """Let a suspended unit in again; its people are told. Raises Refused."""
    check = _take_check(check, actor, now, CheckState.PASSED)
    refuse_unless(check.unit.status == Unit.Status.SUSPENDED, _("This unit is not suspended."))
    set_unit_status(unit=check.unit, status=Unit.Status.VERIFIED, actor=actor, now=now)
    _tell(check, _members(check.unit), "unit_resumed", now)
    return check


_SAFE = (ScanState.CLEAN, ScanState.NOT_SCANNED)
_UNSAFE = _("The file is still being scanned, or it holds a virus.")


def _take_check(check: UnitCheck, actor: User, now: datetime, state: CheckState) -> UnitCheck:
    """Lock unit, then check, and return it fresh; refused to who is not in charge and in other states."""
    Unit.objects.select_for_update().get(pk=check.unit_id)
    locked = UnitCheck.objects.select_for_update(of=("self",)).select_related("unit__region").get(pk=check.pk)
    reasons = _not_in_charge(actor, locked.unit, now)
    if locked.state != state:
        reasons.append(_("This is not possible: the check is %(state)s.") % {"state": locked.get_state_display()})
    refuse_unless(not reasons, reasons)
    return locked


def _not_in_charge(actor: User, unit: Unit, now: datetime) -> list:
    in_charge = checks_units(actor, unit, now)
    return [] if in_charge else [_("Units are checked by the office of their region, never by their own people.")]


def _decide(check: UnitCheck, state: CheckState, note: str, actor: User, now: datetime) -> None:
    check.state, check.note, check.decided_by, check.decided_at = state, note.strip(), actor, now
    check.save(update_fields=["state", "note", "decided_by", "decided_at"])


# --- Who acts for it --------------------------------------------------------------------------------------------------


@transaction.atomic
def hand_in_authority(
    *, unit: Unit, starts_on: date, ends_on: date, scan: Enclosed, actor: User, now: datetime
) -> Authority:
    """Hand in one's own power of attorney for a unit, until a day that is not included. Raises Refused.

    One that waits is replaced; one that runs goes on until an office says yes to the new one.
    """
    Unit.objects.select_for_update().get(pk=unit.pk)
    member = membership(actor, unit)
    refuse_unless(member, _("You do not act for this unit any more."))
    reasons = _wrong_days(starts_on, ends_on, timezone.localdate(now))
    refuse_unless(not reasons, reasons)
    member.authorities.filter(confirmed_at__isnull=True, ended_at__isnull=True).update(ended_at=now)
    authority = Authority.objects.create(
        member=member,
        starts_on=starts_on,
        ends_on=ends_on,
        file=scan.file,
        name=scan.name,
        kind=scan.facts.kind,
        sha256=scan.facts.sha256,
        submitted_at=now,
    )
    enqueue(kind=SCAN_JOB, key=f"authority:{authority.pk}", now=now, what="authority", pk=authority.pk)
    tell_checkers("authority", authority.pk, member.unit, member.unit.region, now)
    return authority


def _wrong_days(starts_on: date, ends_on: date, today: date) -> list:
    reasons = [] if ends_on > starts_on else [_("The end must be after the beginning.")]
    if ends_on <= today:
        reasons.append(_("The power of attorney has ended already."))
    if (ends_on - starts_on).days > LONGEST_YEARS * 366:
        reasons.append(_("A power of attorney runs for %(years)d years at most.") % {"years": LONGEST_YEARS})
    return reasons


@transaction.atomic
def confirm_authority(*, authority: Authority, actor: User, now: datetime) -> Authority:
    """Confirm a power of attorney: its handler may search while it runs, and is reminded of its end. Raises Refused."""
    authority = _take_authority(authority, actor, now)
    reasons = [] if authority.confirmed_at is None else [_("This power of attorney is confirmed already.")]
    if authority.ends_on <= timezone.localdate(now):
        reasons.append(_("The power of attorney has ended already."))
    if authority.scan_state not in _SAFE:
        reasons.append(_UNSAFE)
    refuse_unless(not reasons, reasons)
    others = authority.member.authorities.filter(confirmed_at__isnull=False, ended_at__isnull=True)
    others.filter(ends_on__lte=authority.ends_on, starts_on__gte=authority.starts_on).update(ended_at=now)
    authority.confirmed_by, authority.confirmed_at = actor, now
    authority.save(update_fields=["confirmed_by", "confirmed_at"])
    _tell_handler(authority, "authority_confirmed", now, date=day_in_both(authority.last_day))
    _plan_reminder(authority, now)
    return authority


@transaction.atomic
def end_authority(*, authority: Authority, note: str, actor: User, now: datetime) -> Authority:
    """Send a power of attorney back, or end a running one at once; its handler reads the reason. Raises Refused."""
    authority = _take_authority(authority, actor, now)
    refuse_unless(note.strip(), _("Give the reason; the handler reads it."))
    authority.ended_at, authority.note = now, note.strip()
    authority.save(update_fields=["ended_at", "note"])
    _tell_handler(authority, "authority_returned", now, reason=authority.note)
    return authority


def _take_authority(authority: Authority, actor: User, now: datetime) -> Authority:
    Unit.objects.select_for_update().get(pk=authority.member.unit_id)
    rows = Authority.objects.select_for_update(of=("self",)).select_related("member__unit__region", "member__user")
    locked = rows.get(pk=authority.pk)
    reasons = _not_in_charge(actor, locked.member.unit, now)
    if locked.ended_at or locked.member.left_at:
        reasons.append(_("This power of attorney has ended."))
    refuse_unless(not reasons, reasons)
    return locked


def _plan_reminder(authority: Authority, now: datetime) -> None:
    due = timezone.make_aware(datetime.combine(authority.ends_on, datetime.min.time())) - timedelta(days=REMIND_DAYS)
    words = {"unit": authority.member.unit.name, "date": day_in_both(authority.last_day)}
    row = ("authority_ending", authority.member.user, due + timedelta(hours=9), words, HOME)
    plan_reminders(subject=f"authority:{authority.member_id}", rows=[row], now=now)


# --- Files and messages -----------------------------------------------------------------------------------------------


@transaction.atomic
def scan_file(payload: dict, now: datetime) -> None:
    """Handle the job that has a file of a unit scanned for viruses. Safe to run twice."""
    model, field = _SCANNED[payload["what"]]
    row = model.objects.select_for_update().get(pk=payload["pk"])
    if row.scan_state == ScanState.PENDING:
        row.scan_state = uploads.scan(Path(getattr(row, field).path), settings.CLAMD_URL)
        row.save(update_fields=["scan_state"])


def _members(unit: Unit) -> list[User]:
    members = unit.members.filter(left_at__isnull=True).select_related("user")
    return [member.user for member in members]


def _tell_owners(check: UnitCheck, event: str, now: datetime, **words) -> None:
    owners = check.unit.members.filter(left_at__isnull=True, role=UnitMember.Role.OWNER).select_related("user")
    _tell(check, [member.user for member in owners], event, now, **words)


def _tell(check: UnitCheck, people: Iterable[User], event: str, now: datetime, **words) -> None:
    said = {"unit": check.unit.name} | words
    stamp = f"{event}:{check.pk}:{now.timestamp():.0f}"
    notify_many(notes=[Note(event, one, f"{stamp}:{one.pk}", said, HOME) for one in people], now=now)


def _tell_handler(authority: Authority, event: str, now: datetime, **words) -> None:
    said = {"unit": authority.member.unit.name} | words
    notify_many(notes=[Note(event, authority.member.user, f"{event}:{authority.pk}", said, HOME)], now=now)
