"""Promised materials: supplied, checked, or never delivered (容缺受理, domain 3.6)."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import rules
from applications.models import Case, CommitmentBreach, DeferralBan, DeferredMaterial, Material
from applications.services import wallet
from applications.services.acceptance import plan_item_reminders
from applications.services.clocks import calendar_of, finish_clocks, lead, move_due, resume_clocks, start_clock
from applications.services.journal import close, step, take
from applications.services.messages import tell, tell_clerks, tell_staff
from applications.services.papers import write_paper
from applications.states import (
    BREACH_CLOSES,
    TRANSITIONS,
    CheckResult,
    ClockKind,
    CloseType,
    MaterialStatus,
    PaperKind,
    Proposal,
    RefusalReason,
    State,
)
from notifications.services import cancel_reminders
from talentportal.lib.bilingual import both
from talentportal.lib.refusals import refuse_unless
from talentportal.lib.spoken import day_in_both
from talentportal.lib.workdays import add_months

_COMPLETE_NOW = _("The last promised material was accepted after the refusal had been proposed.")
BREACH_MEMORY_MONTHS = 24  # a second breach within this time counts double [D]


@transaction.atomic
def supply_deferred(
    *, material: Material, actor, now: datetime, arrived_on: date | None = None, postmarked_on: date | None = None
) -> Case:
    """Hand in a promised material whose file was added; late supply is taken but noted as late.

    The day of arrival counts, or the postmark's where `settings.POSTMARK_COUNTS`; the window notes either of what came
    by post. Effects: its reminders end, the applicant's clock moves to the next promise or ends, the window is told.
    Raises Refused when nothing was promised, no new file is there, or the days cannot be.
    """
    case, role = take(material.case, verb="supply_deferred", actor=actor, now=now)
    item = DeferredMaterial.objects.select_for_update().filter(material=material).first()
    refuse_unless(item and not item.accepted_at, _("This material is not awaited any more."))
    fresh = material.files.filter(removed_at__isnull=True, uploaded_at__gt=case.commitment.signed_at)
    fresh = fresh.filter(uploaded_at__gt=material.checked_at) if material.checked_at else fresh
    refuse_unless(fresh.exists(), _("Choose the file first."))
    today = timezone.localdate(now)
    reasons = rules.arrival_obstacles(role, arrived_on, postmarked_on, timezone.localdate(case.received_at), today)
    refuse_unless(not reasons, reasons)
    counts = (postmarked_on if settings.POSTMARK_COUNTS else None) or arrived_on or today
    item.supplied_at, item.is_late = now, counts > item.due_on
    item.save(update_fields=["supplied_at", "is_late"])
    _mark(material, MaterialStatus.PROVIDED, CheckResult.UNCHECKED, None, None)
    cancel_reminders(subject=f"deferred:{item.pk}", now=now)
    follow_promises(case, today, now)
    days = {"arrived_on": arrived_on, "postmarked_on": postmarked_on}
    said = {key: day.isoformat() for key, day in days.items() if day}
    facts = {"material": material.spec.key, "late": item.is_late, **said}
    step(case, verb="supply_deferred", actor=actor, role=role, now=now, **facts)
    tell_clerks("deferred_supplied", case, now, key=str(case.version), material=both(material.spec, "name"))
    return case


@transaction.atomic
def check_material(
    *,
    material: Material,
    actor,
    now: datetime,
    in_order: bool,
    note: str = "",
    conflicts: bool = False,
    version: int | None = None,
) -> Case:
    """Note the clerk's check of a material. A promised one that is in order is settled; the last one frees the result.

    A supplied material that is not in order counts as not supplied; there is one more chance inside its own due day
    only (Zhejiang 第11条). One that contradicts what was declared (`conflicts`) is neither settled nor a broken
    promise: the result is held while it is verified. Raises Refused when nothing is there to check or a defect is not
    explained.
    """
    case, role = take(material.case, verb="check_material", actor=actor, now=now, version=version)
    material = Material.objects.select_for_update(of=("self",)).select_related("spec").get(pk=material.pk, case=case)
    refuse_unless(material.status in rules.IN_HAND, _("This material is not there yet."))
    refuse_unless(in_order or note.strip(), _("Say what is not in order."))
    item = DeferredMaterial.objects.filter(material=material).first()
    awaited = item is not None and item.accepted_at is None
    back = awaited and not in_order and not conflicts
    result = CheckResult.CONFLICT if conflicts else CheckResult.DEFECTIVE
    result = CheckResult.ACCEPTED if in_order else result
    _mark(material, MaterialStatus.DEFERRED if back else material.status, result, actor, now, note.strip())
    wallet.note_check(case=case, material=material, in_order=in_order, now=now)
    if awaited and (in_order or back):
        _settle(item, in_order, now)
        follow_promises(case, timezone.localdate(now), now)
    step(
        case,
        verb="check_material",
        actor=actor,
        role=role,
        now=now,
        opinion=note,
        material=material.spec.key,
        ok=in_order,
        **({"conflicts": True} if conflicts and not in_order else {}),
    )
    if back:
        plan_item_reminders(case, item, start=timezone.localdate(now), now=now)
        tell("material_defective", case, now, key=str(case.version), **_about(item, note))
    elif awaited and in_order:
        tell("material_accepted", case, now, key=str(case.version), **_about(item, note))
        _free_result(case, now)
    return case


def _about(item: DeferredMaterial, note: str) -> dict:
    return {"material": both(item.material.spec, "name"), "date": day_in_both(item.due_on), "reason": note}


def _mark(material: Material, status, result, actor, now, note: str = "") -> None:
    material.status, material.check_result, material.check_note = status, result, note[:300]
    material.checked_by = actor
    material.checked_at = now or material.checked_at
    material.save()


def _settle(item: DeferredMaterial, in_order: bool, now: datetime) -> None:
    if in_order:
        item.accepted_at = now
        item.supplied_at = item.supplied_at or now
    else:
        item.supplied_at = None
    item.save(update_fields=["accepted_at", "supplied_at"])


def outstanding(case: Case):
    """Return the promised materials that were not accepted yet."""
    return DeferredMaterial.objects.filter(commitment__case=case, accepted_at__isnull=True)


def follow_promises(case: Case, today: date, now: datetime) -> None:
    """Let the applicant's clock run to the earliest day still to be kept, or end it when all is handed in."""
    due = outstanding(case).filter(supplied_at__isnull=True).order_by("due_on").values_list("due_on", flat=True).first()
    running = case.clocks.filter(kind=ClockKind.DEFERRAL, finished_at__isnull=True).first()
    calendar, began = calendar_of(case), min(case.accepted_on or today, due or today)
    if due is None:
        finish_clocks(case, ClockKind.DEFERRAL, now=now)
    elif running is None:  # one that was handed in has come back
        start_clock(
            case,
            ClockKind.DEFERRAL,
            days=calendar.between(began, due),
            started_on=began,
            due_on=due,
            grace_days=case.guide.grace_days,
            runs_from=today + timedelta(days=1),
        )
    elif running.due_on != due:
        move_due(running, due, calendar)
    lead(case, case.state)


def _free_result(case: Case, now: datetime) -> None:
    """Once every promised material was accepted, take a held case up again, and have a proposed refusal thought over.

    A proposal to refuse was written before the last material was in: what came later counts (domain 11.24).
    """
    if outstanding(case).exists():
        return
    if case.state == State.WAIT_SUPPLY:
        resume_clocks(case, ClockKind.PROMISED, ClockKind.STATUTORY, day=timezone.localdate(now))
        lead(case, State.REVIEWED)
        step(case, verb="resume", actor=None, role="", now=now)
    elif case.state == State.REVIEWED and case.decision.proposal == Proposal.REFUSE:
        lead(case, State.EXAMINING)
        step(case, verb="return_to_examiner", actor=None, role="", now=now)
        tell_staff(
            [case.decision.examined_by], "returned", case, now, key=str(case.version), reason=both(_COMPLETE_NOW)
        )


@transaction.atomic
def lapse_deferral(*, case: Case, now: datetime) -> Case | None:
    """Close a case whose promise was not kept, as its guide says; record the breach and ban deferral for a time.

    What was handed in before this ran is not a breach, however late. Returns None when there is nothing (left) to do;
    safe to run twice (domain 3.6.8-9).
    """
    locked = Case.objects.select_for_update(of=("self",)).select_related("guide").get(pk=case.pk)
    today = timezone.localdate(now)
    overdue = [item for item in unkept(locked) if calendar_of(locked).add(item.due_on, locked.guide.grace_days) < today]
    if locked.state not in TRANSITIONS["lapse_deferral"].sources or not overdue:
        return None
    case, role = take(case, verb="lapse_deferral", actor=None, now=now)
    breach = _record_breach(case, overdue, now)
    for item in unkept(case):
        cancel_reminders(subject=f"deferred:{item.pk}", now=now)
    finish_clocks(case, now=now)
    closes = BREACH_CLOSES[case.guide.on_breach]
    close(case, as_=closes, now=now)
    step(case, verb="lapse_deferral", actor=None, role=role, now=now, materials=breach.materials, closes=closes)
    kind = PaperKind.REFUSAL if closes == CloseType.REFUSED else PaperKind.LAPSE
    write_paper(case, kind, actor=None, now=now, reason=RefusalReason.R06, breach=breach)
    tell("deferral_lapsed", case, now, result=both_label(closes), date=day_in_both(breach.ban.ends_on))
    tell_clerks("deferral_lapsed", case, now, result=both_label(closes), date=day_in_both(breach.ban.ends_on))
    return case


def unkept(case: Case) -> list[DeferredMaterial]:
    """List the promised materials that are neither accepted nor handed in."""
    return list(outstanding(case).filter(supplied_at__isnull=True).select_related("material__spec"))


def both_label(choice) -> dict:
    """Return a choice's label in both languages."""
    return both(choice.label)


def _record_breach(case: Case, overdue: list[DeferredMaterial], now: datetime) -> CommitmentBreach:
    today = timezone.localdate(now)
    since = timezone.make_aware(datetime.combine(add_months(today, -BREACH_MEMORY_MONTHS), datetime.min.time()))
    earlier = CommitmentBreach.objects.filter(
        applicant=case.applicant, recorded_at__gte=since, is_excused=False
    ).count()
    breach, _made = CommitmentBreach.objects.update_or_create(  # a reopened case may break its promise again
        case=case,
        defaults={
            "applicant": case.applicant,
            "unit": case.unit,
            "materials": [item.material.spec.key for item in overdue],
            "recorded_at": now,
            "is_excused": False,
        },
    )
    ends_on = add_months(today, rules.breach_ban_months(case.guide, earlier))
    ends_on = max(ends_on, today + timedelta(days=1))
    breach.ban, _made = DeferralBan.objects.update_or_create(
        breach=breach,
        defaults={"applicant": case.applicant, "unit": case.unit, "starts_on": today, "ends_on": ends_on},
    )
    return breach
