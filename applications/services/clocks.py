"""Clocks: periods with an owner, kept in working days of the accepting window's calendar (domain 3.1)."""

from datetime import date, datetime, time

from django.utils import timezone

from accounts.models import Role, StaffPost
from applications import rules
from applications.models import Case, Clock
from applications.states import ClockKind, ClockOwner, State
from notifications.services import cancel_reminders, plan_reminders
from regions.queries import calendar_for
from talentportal.lib.bilingual import both
from talentportal.lib.spoken import day_in_both
from talentportal.lib.workdays import WorkCalendar

APPLICANT_CLOCKS = (ClockKind.CORRECTION, ClockKind.DEFERRAL)
# What the queue is sorted by in each state.
LEADING_CLOCK = {
    State.RECEIVED: ClockKind.ACCEPT,
    State.CORRECTION: ClockKind.CORRECTION,
    State.EXAMINING: ClockKind.PROMISED,
    State.REVIEWED: ClockKind.PROMISED,
    State.WAIT_SUPPLY: ClockKind.DEFERRAL,
    State.GRANTED: ClockKind.DELIVERY,
    State.READY: ClockKind.DELIVERY,
}
REMINDER_HOUR = time(9)


def calendar_of(case: Case) -> WorkCalendar:
    """Return the work calendar of the region whose window holds the case (domain 11.3)."""
    return calendar_for(case.region_id)


def start_clock(
    case: Case, kind: ClockKind, *, days: int, started_on: date, due_on: date | None = None, grace_days: int = 0
) -> Clock:
    """Start a clock on day 0, which is not counted; `due_on` overrules the days."""
    calendar = calendar_of(case)
    due_on = due_on or calendar.add(started_on, days)
    return Clock.objects.create(
        case=case,
        kind=kind,
        owner=ClockOwner.APPLICANT if kind in APPLICANT_CLOCKS else ClockOwner.OFFICE,
        days=days,
        started_on=started_on,
        due_on=due_on,
        printed_due_on=due_on,
        due_wd=calendar.ordinal(due_on),
        calendar=calendar.code,
        is_provisional=calendar.is_provisional(started_on, due_on),
        grace_days=grace_days,
    )


def finish_clocks(case: Case, *kinds: ClockKind, now: datetime) -> None:
    """Stop the running clocks of these kinds, or all of them, for good, and cancel their reminders."""
    running = case.clocks.filter(finished_at__isnull=True)
    running = running.filter(kind__in=kinds) if kinds else running
    for clock in running:
        cancel_reminders(subject=f"clock:{clock.pk}", now=now)
    running.update(finished_at=now)


def pause_clocks(case: Case, *kinds: ClockKind, day: date) -> None:
    """Stop the running clocks of these kinds from this day on."""
    case.clocks.filter(kind__in=kinds, finished_at__isnull=True, stopped_on__isnull=True).update(stopped_on=day)


def resume_clocks(case: Case, *kinds: ClockKind, day: date) -> None:
    """Let paused clocks run again after this day; the due day moves by the working days of the pause."""
    calendar = calendar_of(case)
    for clock in case.clocks.filter(kind__in=kinds, finished_at__isnull=True, stopped_on__isnull=False):
        ended_early = day < clock.stopped_on  # taken up again on the day it was to stop after
        moved = clock.due_on if ended_early else calendar.due_after_pause(clock.due_on, clock.stopped_on, day)
        clock.paused_days += calendar.between(clock.due_on, moved)
        _set_due(clock, moved, calendar)
        clock.stopped_on = None
        clock.save()


def _set_due(clock: Clock, due_on: date, calendar: WorkCalendar) -> None:
    clock.due_on, clock.due_wd, clock.calendar = due_on, calendar.ordinal(due_on), calendar.code
    clock.is_provisional = calendar.is_provisional(clock.started_on, due_on)


def lead(case: Case, state: State) -> None:
    """Copy the deadline that counts in a state to the case, for the queue; `step` saves it."""
    point_to(case, case.clocks.filter(kind=LEADING_CLOCK.get(state), finished_at__isnull=True).first())


def point_to(case: Case, clock: Clock | None) -> None:
    """Copy the deadline of a clock to the case."""
    case.due_on = clock.due_on if clock else None
    case.due_wd = clock.due_wd if clock else None
    case.is_provisional = bool(clock and clock.is_provisional)


def remind_applicant(case: Case, *, subject: str, event: str, start: date, due: date, now: datetime, **words) -> None:
    """Plan the applicant's reminders of a deadline, at 09:00 of the days of `rules.reminder_days`."""
    words = words_of(case, date=day_in_both(due), **words)
    rows = [
        (event, case.applicant, at_nine(day), words, path_of(case))
        for day in rules.reminder_days(start, due, calendar_of(case))
    ]
    plan_reminders(subject=subject, rows=rows, now=now)


def remind_office(case: Case, clock: Clock, *, event: str, now: datetime) -> None:
    """Plan the reminder of the window's clerks, one working day before an office clock ends."""
    day = calendar_of(case).subtract(clock.due_on, 1)
    words = words_of(case, date=day_in_both(clock.due_on))
    rows = [(event, post.user, at_nine(day), words, path_of(case, staff=True)) for post in clerks_of(case)]
    plan_reminders(subject=f"clock:{clock.pk}", rows=rows, now=now)


def clerks_of(case: Case) -> list[StaffPost]:
    """List the posts of the clerks at the window that holds the case."""
    if case.window is None:
        return []
    return list(case.window.posts.filter(role=Role.CLERK).select_related("user"))


def words_of(case: Case, **more) -> dict:
    """Return the words that every message about a case may use."""
    return {"item": both(case.item, "name"), "case_no": case.case_no or "", "code": case.query_code, **more}


def path_of(case: Case, *, staff: bool = False) -> str:
    """Return the address of a case for the applicant or for staff, without the language."""
    return f"/admin/applications/case/{case.pk}/change/" if staff else f"/me/applications/{case.case_no}/"


def at_nine(day: date) -> datetime:
    """Return 09:00 of a day, local time."""
    return datetime.combine(day, REMINDER_HOUR, timezone.get_default_timezone())
