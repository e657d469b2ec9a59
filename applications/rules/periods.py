"""Days of clocks, and what moves or stops them."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from applications.states import SpecialKind
from policies.models import GuideVersion
from talentportal.lib import spoken
from talentportal.lib.workdays import WorkCalendar

LONGEST_SPECIAL = 120  # working days; a typing error should not stop the clock for years


def due_day(started_on: date, days: int, own: Iterable[tuple[date, date | None]], calendar: WorkCalendar) -> date:
    """Return the day on which a clock's own working days are used up; day 0 is not counted.

    `own`: spans of days (first, first not included) that belong to the clock's owner, in order; the last one may be
    open. What lies between them is somebody else's and gives back working days (行政许可法 第45条).
    """
    last, left = started_on, days
    for first, end in own:
        last = first - timedelta(days=1)
        if end is None or calendar.between(last, end - timedelta(days=1)) >= left:
            break
        left -= calendar.between(last, end - timedelta(days=1))
        last = end - timedelta(days=1)
    return calendar.add(last, left)


def reminder_days(start: date, due: date, calendar: WorkCalendar) -> list[date]:
    """List the days of reminders of a deadline: half time, 3 and 1 working days before, the day itself."""
    length = calendar.between(start, due)
    days = {calendar.add(start, length // 2), calendar.subtract(due, 3), calendar.subtract(due, 1), due}
    return sorted(day for day in days if day > start)


def special_obstacles(guide: GuideVersion, kind: str, basis: str, estimated_days: int) -> list:
    """List what stands against a special procedure: only what the law and the guide name stops the office's clock."""
    reasons = []
    if kind not in SpecialKind.values:
        reasons.append(_("Choose the kind of the procedure."))
    elif kind not in guide.special_kinds:
        reasons.append(_("The guide of this item does not provide for this procedure."))
    if not basis.strip():
        reasons.append(_("Name the clause that the procedure rests on."))
    return reasons + estimate_obstacles(estimated_days)


def estimate_obstacles(days: int) -> list:
    """List what is wrong with the working days that a special procedure is expected to take."""
    if 1 <= days <= LONGEST_SPECIAL:
        return []
    return [_("Estimate between 1 and %(limit)s working days.") % {"limit": LONGEST_SPECIAL}]


def extension_obstacles(case, days: int, due_on: date, today: date) -> list:
    """List what stands against extending the office's period: once, before it ends, within the guide (第42条)."""
    reasons = []
    if case.is_extended:
        reasons.append(_("The period was extended once already."))
    if due_on < today:
        over = {"date": spoken.day(due_on)}
        reasons.append(_("The period ended on %(date)s; it can only be extended before.") % over)
    return reasons + days_obstacles(days, case.guide.extension_days)


def days_obstacles(days: int, limit: int) -> list:
    """List what is wrong with a number of working days that has a limit."""
    if 1 <= days <= limit:
        return []
    return [_("Between 1 and %(limit)s working days.") % {"limit": limit}]
