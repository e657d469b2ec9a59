"""What follows from a changed work calendar: due days of running clocks, promises and their reminders."""

import secrets
from datetime import datetime

from django.db import transaction

from applications.models import Case, Clock, CommitmentCheck, Correction, DeferredMaterial
from applications.services.acceptance import plan_item_reminders
from applications.services.clocks import calendar_of, lead, reckon, remind_applicant, remind_office, set_due
from applications.services.messages import tell
from applications.states import ClockKind
from jobs.services import enqueue_many
from talentportal.lib.spoken import day_in_both
from talentportal.lib.workdays import WorkCalendar

CHUNK = 200  # cases a job: what one transaction may hold locked


def recompute_clocks(now: datetime) -> int:
    """Have running clocks computed anew with the present calendars: one job per chunk of cases; return how many.

    The keys are new each time, since each change of the calendar counts.
    """
    cases = (
        Clock.objects.filter(finished_at__isnull=True).order_by("case_id").values_list("case_id", flat=True).distinct()
    )
    change, bounds = secrets.token_hex(8), []
    for place, pk in enumerate(cases.iterator(chunk_size=5000)):
        if place % CHUNK == 0:
            bounds.append([pk, pk])
        bounds[-1][1] = pk
    rows = [(f"{change}:{first}", {"first": first, "last": last}) for first, last in bounds]
    enqueue_many(kind="applications.recompute_clocks", rows=rows, now=now)
    return len(rows)


def recompute_cases(*, first: int, last: int, now: datetime) -> int:
    """Compute the running clocks of the cases with these first and last ids anew; return how many cases changed.

    A due day never moves before the one that was printed (domain 11.2); ordinals follow in any case, since they number
    working days. Reminders are planned anew and the applicant is told of a new day. Safe to run twice.
    """
    running = Clock.objects.filter(finished_at__isnull=True, case_id__gte=first, case_id__lte=last)
    cases = list(running.order_by("case_id").values_list("case_id", flat=True).distinct())
    return sum(_recompute_case(pk, now) for pk in cases)


@transaction.atomic
def _recompute_case(pk: int, now: datetime) -> bool:
    case = (
        Case.objects.select_for_update(of=("self",)).select_related("guide", "item", "region", "applicant").get(pk=pk)
    )
    calendar = calendar_of(case)
    changed = [clock for clock in case.clocks.filter(finished_at__isnull=True) if _move(clock, calendar)]
    if not changed:
        return False
    lead(case, case.state)
    case.save(update_fields=["due_on", "due_wd", "is_provisional"])
    for clock in changed:
        _plan_again(case, clock, now)
    return True


def _move(clock: Clock, calendar: WorkCalendar) -> bool:
    before = clock.due_on, clock.due_wd, clock.is_provisional, clock.calendar
    if clock.kind == ClockKind.DEFERRAL:
        set_due(clock, calendar.roll_forward(clock.due_on), calendar)
    else:
        reckon(clock, calendar)
    clock.printed_due_on = max(clock.printed_due_on, clock.due_on)  # told in a message, it counts as printed
    if before == (clock.due_on, clock.due_wd, clock.is_provisional, clock.calendar):
        return False
    clock.save()
    clock.moved_from = before[0]
    return True


OFFICE_REMINDERS = {ClockKind.ACCEPT: "acceptance_due", ClockKind.CHECK: "check_due"}
APPLICANT_REMINDERS = {ClockKind.CORRECTION: "correction_reminder", ClockKind.RECTIFY: "rectification_reminder"}


def _plan_again(case: Case, clock: Clock, now: datetime) -> None:
    """Let everything that names the due day of a clock follow it, and tell the applicant."""
    if clock.kind in OFFICE_REMINDERS:
        remind_office(case, clock, event=OFFICE_REMINDERS[clock.kind], now=now)
    elif clock.kind in APPLICANT_REMINDERS:
        event, subject = APPLICANT_REMINDERS[clock.kind], f"clock:{clock.pk}"
        remind_applicant(case, subject=subject, event=event, start=clock.started_on, due=clock.due_on, now=now)
    elif clock.kind == ClockKind.DEFERRAL:
        _move_promises(case, calendar_of(case), now)
    _keep_beside(case, clock)
    if clock.kind not in (ClockKind.STATUTORY, ClockKind.CHECK) and clock.due_on != clock.moved_from:
        words = {"date": day_in_both(clock.due_on), "old_date": day_in_both(clock.moved_from)}
        tell("due_date_changed", case, now, key=f"{clock.pk}:{clock.due_on.isoformat()}", **words)


def _keep_beside(case: Case, clock: Clock) -> None:
    """Write the due day of a clock where its procedure keeps it, too."""
    match clock.kind:
        case ClockKind.SPECIAL:
            case.specials.filter(ended_at__isnull=True).update(expected_on=clock.due_on)
        case ClockKind.CORRECTION:
            Correction.objects.filter(case=case).update(due_on=clock.due_on)
        case ClockKind.CHECK:
            CommitmentCheck.objects.filter(case=case).update(due_on=clock.due_on)
        case ClockKind.RECTIFY:
            CommitmentCheck.objects.filter(case=case).update(rectify_by=clock.due_on)


def _move_promises(case: Case, calendar: WorkCalendar, now: datetime) -> None:
    waiting = DeferredMaterial.objects.filter(commitment__case=case, supplied_at__isnull=True, accepted_at__isnull=True)
    for item in waiting.select_related("material__spec"):
        item.due_on = calendar.roll_forward(item.due_on)
        item.save(update_fields=["due_on"])
        plan_item_reminders(case, item, start=case.accepted_on, now=now)
