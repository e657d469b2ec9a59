"""How far a clock has run: the same numbers for applicant, clerk and official."""

from dataclasses import dataclass
from datetime import date, timedelta

from talentportal.lib.workdays import WorkCalendar


@dataclass(frozen=True)
class Reading:
    """A clock on a day, in working days: `total` of its limit with the days it stood, `left` with today the last at 0,
    below 0 overdue, `paused` how many it stood in all."""

    total: int
    left: int
    paused: int
    is_late: bool


def read(clock, calendar: WorkCalendar, today: date) -> Reading:
    """Read a running clock on a day. While it stands, what was left at the end of its last own day is left."""
    at, stood = today, 0
    if clock.stopped_on and clock.stopped_on <= today:
        at = clock.stopped_on - timedelta(days=1)
        stood = calendar.between(at, today)
    paused = clock.paused_days + stood
    return Reading(clock.days + paused, calendar.between(at, clock.due_on), paused, clock.due_on < at)
