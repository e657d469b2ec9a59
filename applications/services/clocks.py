"""Clocks: periods with an owner, kept in working days of the accepting window's calendar (domain 3.1)."""

from datetime import date, datetime, time, timedelta

from django.contrib.postgres.fields import DateRangeField
from django.db.models import DateField, Func, Value
from django.utils import timezone
from psycopg2.extras import DateRange

from accounts.models import Role, StaffPost
from applications import queries, rules
from applications.models import Case, Clock, ClockInterval
from applications.states import ClockKind, ClockOwner, State
from notifications.services import cancel_reminders, plan_reminders
from regions.queries import calendar_for
from talentportal.lib.bilingual import both
from talentportal.lib.masking import mask_name
from talentportal.lib.spoken import day_in_both
from talentportal.lib.workdays import WorkCalendar

# Whose time a clock counts; every other one counts the office's.
OWNERS = {
    ClockKind.CORRECTION: ClockOwner.APPLICANT,
    ClockKind.DEFERRAL: ClockOwner.APPLICANT,
    ClockKind.RECTIFY: ClockOwner.APPLICANT,
    ClockKind.SPECIAL: ClockOwner.THIRD,
}
# What the queue is sorted by in each state.
LEADING_CLOCK = {
    State.PRECHECK: ClockKind.PRECHECK,
    State.PRECHECK_RETURNED: ClockKind.CORRECTION,
    State.PRECHECK_PASSED: ClockKind.CORRECTION,
    State.RECEIVED: ClockKind.ACCEPT,
    State.CORRECTION: ClockKind.CORRECTION,
    State.EXAMINING: ClockKind.PROMISED,
    State.SPECIAL: ClockKind.SPECIAL,
    State.REVIEWED: ClockKind.PROMISED,
    State.WAIT_SUPPLY: ClockKind.DEFERRAL,
    State.GRANTED: ClockKind.DELIVERY,
    State.READY: ClockKind.DELIVERY,
}
REMINDER_HOUR = time(9)
DAY = timedelta(days=1)


def calendar_of(case: Case) -> WorkCalendar:
    """Return the work calendar of the region whose window holds the case (domain 11.3)."""
    return calendar_for(case.region_id)


def start_clock(
    case: Case,
    kind: ClockKind,
    *,
    days: int,
    started_on: date,
    due_on: date | None = None,
    grace_days: int = 0,
    runs_from: date | None = None,
) -> Clock:
    """Start a clock on day 0, which is not counted; `due_on` overrules the days.

    `runs_from`: the first day that counts as the owner's, where that is later than the day after day 0.
    """
    calendar = calendar_of(case)
    due_on = due_on or calendar.add(started_on, days)
    clock = Clock.objects.create(
        case=case,
        kind=kind,
        owner=OWNERS.get(kind, ClockOwner.OFFICE),
        days=days,
        started_on=started_on,
        due_on=due_on,
        printed_due_on=due_on,
        due_wd=calendar.ordinal(due_on),
        calendar=calendar.code,
        is_provisional=calendar.is_provisional(started_on, due_on),
        grace_days=grace_days,
    )
    _give(clock, clock.owner, runs_from or started_on + DAY)
    return clock


def finish_clocks(case: Case, *kinds: ClockKind, now: datetime) -> None:
    """Stop the running clocks of these kinds, or all of them, for good, and cancel their reminders."""
    running = case.clocks.filter(finished_at__isnull=True)
    running = list(running.filter(kind__in=kinds) if kinds else running)
    for clock in running:
        cancel_reminders(subject=f"clock:{clock.pk}", now=now)
    _end(running, timezone.localdate(now))
    Clock.objects.filter(pk__in=[clock.pk for clock in running]).update(finished_at=now)


def pause_clocks(case: Case, *kinds: ClockKind, day: date, owner: ClockOwner = ClockOwner.THIRD) -> None:
    """Give the time of running clocks to somebody else from this day on; a day that was given before stays given."""
    running = case.clocks.filter(kind__in=kinds, finished_at__isnull=True, stopped_on__isnull=True)
    for clock in running:
        clock.stopped_on = max(day, _open(clock))
        clock.save(update_fields=["stopped_on"])
        _end([clock], clock.stopped_on - DAY)
        _give(clock, owner, clock.stopped_on)


def resume_clocks(case: Case, *kinds: ClockKind, day: date) -> None:
    """Let paused clocks run again after this day; the due day moves by the working days of the pause."""
    calendar = calendar_of(case)
    for clock in case.clocks.filter(kind__in=kinds, finished_at__isnull=True, stopped_on__isnull=False):
        last = max(day, clock.stopped_on - DAY)  # taken up again on the day it was to stop after: nothing is lost
        _end([clock], last)
        _give(clock, clock.owner, last + DAY)
        clock.stopped_on = None
        reckon(clock, calendar)
        clock.printed_due_on = clock.due_on  # the new day is told
        clock.save()


def add_days(clock: Clock, days: int, calendar: WorkCalendar) -> None:
    """Let a clock run some working days longer: its due day moves, which is not a pause."""
    clock.days += days
    reckon(clock, calendar)
    clock.printed_due_on = clock.due_on
    clock.save()


def reckon(clock: Clock, calendar: WorkCalendar) -> None:
    """Set the due day anew: that on which the owner's days are used up, never before the printed one."""
    intervals = list(clock.intervals.order_by("span"))
    own = [(i.span.lower, i.span.upper) for i in intervals if i.owner == clock.owner]
    clock.paused_days = sum(
        calendar.between(i.span.lower - DAY, i.span.upper - DAY)
        for i in intervals
        if i.owner != clock.owner and i.span.upper
    )
    due_on = rules.due_day(clock.started_on, clock.days, own, calendar)
    set_due(clock, calendar.roll_forward(max(due_on, clock.printed_due_on)), calendar)


def move_due(clock: Clock, due_on: date, calendar: WorkCalendar) -> None:
    """Let a clock that runs to a chosen day run to another one."""
    clock.days = max(calendar.between(clock.started_on, due_on), 0)
    clock.printed_due_on = due_on
    set_due(clock, due_on, calendar)
    clock.save()


def set_due(clock: Clock, due_on: date, calendar: WorkCalendar) -> None:
    """Set the due day of a clock, with its ordinal in the calendar that was used; the caller saves."""
    clock.due_on, clock.due_wd, clock.calendar = due_on, calendar.ordinal(due_on), calendar.code
    clock.is_provisional = calendar.is_provisional(clock.started_on, due_on)


def _give(clock: Clock, owner: str, first: date) -> None:
    """Give the days of a clock from this one on to an owner."""
    ClockInterval.objects.create(clock=clock, owner=owner, span=DateRange(first, None))


def _open(clock: Clock) -> date:
    """Return the first day of the interval of a clock that has no end yet."""
    return clock.intervals.get(span__upper_inf=True).span.lower


def _end(clocks: list[Clock], last: date) -> None:
    """End the open intervals of clocks with this day; one that would have no day goes."""
    under_way = ClockInterval.objects.filter(clock__in=clocks, span__upper_inf=True)
    under_way.filter(span__startswith__gt=last).delete()
    first = Func("span", function="lower", output_field=DateField())
    ended = Func(first, Value(last + DAY), function="daterange", output_field=DateRangeField())
    under_way.update(span=ended)


def lead(case: Case, state: State) -> None:
    """Copy the deadline that counts in a state to the case, for the queue; `step` saves it."""
    point_to(case, case.clocks.filter(kind=LEADING_CLOCK.get(state), finished_at__isnull=True).first())


def point_to(case: Case, clock: Clock | None) -> None:
    """Copy the deadline of a clock to the case."""
    case.due_on = clock.due_on if clock else None
    case.due_wd = clock.due_wd if clock else None
    case.is_provisional = bool(clock and clock.is_provisional)


def remind_applicant(case: Case, *, subject: str, event: str, start: date, due: date, now: datetime, **words) -> None:
    """Plan the reminders of a deadline for the applicant and who acts for them, at 09:00 of `rules.reminder_days`.

    Who does not act for the applicant any more on such a day is not reminded (`queries.may_hear`).
    """
    words, days = words_of(case, date=day_in_both(due), **words), rules.reminder_days(start, due, calendar_of(case))
    rows = [
        (event, person, at_nine(day), spoken_to(person, case, words), path_of(case))
        for person in queries.applicant_side(case, timezone.localdate(now))
        for day in days
    ]
    plan_reminders(subject=subject, rows=rows, now=now)


def remind_office(case: Case, clock: Clock, *, event: str, now: datetime) -> None:
    """Plan the reminder of the window's clerks, one working day before an office clock ends."""
    day = calendar_of(case).subtract(clock.due_on, 1)
    words = words_of(case, date=day_in_both(clock.due_on))
    posts = clerks_of(case, timezone.localdate(now))
    rows = [(event, post.user, at_nine(day), words, path_of(case, staff=True)) for post in posts]
    plan_reminders(subject=f"clock:{clock.pk}", rows=rows, now=now)


def clerks_of(case: Case, day: date) -> list[StaffPost]:
    """List the posts of those who are clerks on the day at the window that holds the case."""
    if case.window is None:
        return []
    return list(case.window.posts.held_on(day).filter(role=Role.CLERK).select_related("user"))


def words_of(case: Case, **more) -> dict:
    """Return the words that every message about a case may use."""
    return {"item": both(case.item, "name"), "case_no": case.case_no or "", "code": case.query_code, **more}


def spoken_to(person, case: Case, words: dict) -> dict:
    """Return the words of a message for a person: an agent, who may have many, reads whose case it is, masked."""
    if person.pk != case.agent_id or person.pk == case.applicant_id:
        return words
    name = mask_name(case.applicant_name)
    return words | {"item": {"zh": f"{words['item']['zh']}（{name}）", "en": f"{words['item']['en']} ({name})"}}


def path_of(case: Case, *, staff: bool = False) -> str:
    """Return the address of a case for the applicant or for staff, without the language."""
    return f"/admin/applications/case/{case.pk}/change/" if staff else f"/me/applications/{case.case_no}/"


def at_nine(day: date) -> datetime:
    """Return 09:00 of a day, local time."""
    return datetime.combine(day, REMINDER_HOUR, timezone.get_default_timezone())
