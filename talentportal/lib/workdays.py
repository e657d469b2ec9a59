"""Deadlines in working days, calendar days and months.

Licence time limits count working days, without statutory holidays (行政许可法 第82条). The first day is not counted
(民法典 第201条); a month ends on the corresponding day or at month end (第202条); a limit that ends on a holiday
moves to the day after it (第203条). Holidays: 全国年节及纪念日放假办法 (2024); make-up working days: yearly notice.
"""

import calendar
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

EPOCH = date(2015, 1, 1)  # the day on which ordinals begin; never change it, ordinals are stored
DAY = timedelta(days=1)

HOLIDAY = "HOLIDAY"
MAKEUP_WORKDAY = "MAKEUP_WORKDAY"


class Unit(TextChoices):
    """The unit of a time limit; the three are never mixed."""

    WORKING_DAY = "WORKING_DAY", _("working days")
    CALENDAR_DAY = "CALENDAR_DAY", _("calendar days")
    MONTH = "MONTH", _("months")


def _weekdays_through(day: date) -> int:
    """Count Mondays to Fridays from 0001-01-01, a Monday, through the day."""
    weeks, rest = divmod(day.toordinal(), 7)
    return weeks * 5 + min(rest, 5)


def add_months(day: date, months: int) -> date:
    """Return the corresponding day some months later, or the last day of that month (民法典 第202条)."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


@dataclass(frozen=True)
class WorkCalendar:
    """The working days of one place: weekdays, less holidays, plus make-up days; a holiday beats a make-up day.

    `code` names the place whose days these are, to be stored beside each date computed with it.
    """

    holidays: frozenset[date]
    makeup: frozenset[date]
    unpublished_years: frozenset[int]
    code: str

    @cached_property
    def _off(self) -> list[date]:
        return sorted(day for day in self.holidays if day.weekday() < 5)

    @cached_property
    def _extra(self) -> list[date]:
        return sorted(day for day in self.makeup - self.holidays if day.weekday() >= 5)

    @cached_property
    def _before_epoch(self) -> int:
        return self._count(EPOCH - DAY)

    def _count(self, day: date) -> int:
        return _weekdays_through(day) - bisect_right(self._off, day) + bisect_right(self._extra, day)

    def is_workday(self, day: date) -> bool:
        """Tell whether offices work on the day."""
        if day in self.holidays:
            return False
        return day.weekday() < 5 or day in self.makeup

    def ordinal(self, day: date) -> int:
        """Number the working days from EPOCH on; a day off has the number of the last working day before it.

        Because of that, what falls due within n days after today is `today < ordinal <= today + n`, never `>= today`.
        """
        return self._count(day) - self._before_epoch

    def date_of(self, ordinal: int) -> date:
        """Return the working day with this number."""
        weekdays = ordinal + self._before_epoch  # were there no exceptions; each exception moves it by one weekday
        first = _weekday(weekdays - len(self._extra)).toordinal()
        last = _weekday(weekdays + len(self._off)).toordinal()
        found = bisect_left(range(first, last), ordinal, key=lambda n: self.ordinal(date.fromordinal(n)))
        return date.fromordinal(first + found)

    def add(self, day: date, days: int) -> date:
        """Return the n-th working day after the day, which is itself not counted; 0 gives the day itself."""
        if days < 0:
            raise ValueError("days must not be negative; use subtract()")
        return self.date_of(self.ordinal(day) + days) if days else day

    def subtract(self, day: date, days: int) -> date:
        """Return the n-th working day before the day, which is itself not counted; 0 gives the day itself."""
        if days < 0:
            raise ValueError("days must not be negative; use add()")
        return self.date_of(self.ordinal(day - DAY) + 1 - days) if days else day

    def between(self, start: date, end: date) -> int:
        """Count the working days after `start` up to and including `end`; negative when `end` is earlier."""
        return self.ordinal(end) - self.ordinal(start)

    def roll_forward(self, day: date) -> date:
        """Return the day, or the next working day when it is a day off (民法典 第203条)."""
        return day if self.is_workday(day) else self.add(day, 1)

    def due(self, start: date, amount: int, unit: Unit | str = Unit.WORKING_DAY) -> date:
        """Return the last day of a limit that begins on `start` (day 0)."""
        match Unit(unit):
            case Unit.WORKING_DAY:
                return self.add(start, amount)
            case Unit.CALENDAR_DAY:
                return self.roll_forward(start + timedelta(days=amount))
            case Unit.MONTH:
                return self.roll_forward(add_months(start, amount))

    def due_after_pause(
        self, due: date, paused_from: date, paused_to: date, unit: Unit | str = Unit.WORKING_DAY
    ) -> date:
        """Move a due date by a pause; both its first and last day do not count (行政许可法 第45条).

        A pause gives back working days, not elapsed time; other units get back calendar days. A pause that begins
        after the due date changes nothing.
        """
        if paused_to < paused_from:
            raise ValueError("the pause ends before it begins")
        if paused_from > due:
            return due
        if Unit(unit) == Unit.WORKING_DAY:
            return self.add(due, self.between(paused_from - DAY, paused_to))
        return self.roll_forward(due + (paused_to - paused_from) + DAY)

    def is_provisional(self, start: date, end: date) -> bool:
        """Tell whether the span touches a year whose holiday notice is not published yet."""
        return any(year in self.unpublished_years for year in range(start.year, end.year + 1))


def _weekday(count: int) -> date:
    """Return the day through which this many Mondays to Fridays have passed since 0001-01-01."""
    weeks, rest = divmod(count - 1, 5)
    return date.fromordinal(weeks * 7 + rest + 1)


def is_published(year: int) -> bool:
    """Tell whether the library knows the State Council's notice for the year: each one has make-up days."""
    return bool(_library_makeup(year))


def national_days(year: int, language: str = "zh_CN") -> dict[date, tuple[str, str]]:
    """Return date -> (HOLIDAY or MAKEUP_WORKDAY, name) for the whole country, from the package `holidays`.

    For a year without a published notice only the fixed dates of 放假办法 第2条 are given, without days in lieu:
    the package would answer such a year silently, so ask `is_published` too. `language` is zh_CN or en_US.
    """
    makeup = _library_makeup(year)
    days = _library(year, language=language, observed=bool(makeup))
    found = {day: (HOLIDAY, name) for day, name in days.items() if day.year == year}
    name = "调休上班" if language == "zh_CN" else "Make-up working day"
    return dict(sorted((found | dict.fromkeys(makeup, (MAKEUP_WORKDAY, name))).items()))


def _library(year: int, **options):
    from holidays import country_holidays  # here: only seeding and the yearly import need it

    return country_holidays("CN", years=year, **options)


def _library_makeup(year: int) -> list[date]:
    return [day for day in _library(year).weekend_workdays if day.year == year]
