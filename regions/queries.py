"""Reads about regions and their work calendars."""

import time
from collections import defaultdict
from datetime import date

from django.db import connection

from regions.models import CalendarDay, CalendarYear, DayKind, Region
from talentportal.lib.workdays import EPOCH, WorkCalendar

NATIONAL = "CN"  # the calendar's code where no region on the way up has days of its own
LAST_YEAR = 2100
CHECK_SECONDS = 1.0  # how long a process may go on with an old calendar after another one changed it
KEEP_SECONDS = 60.0  # how long it may go on with old paths of regions

_FINGERPRINT = """
    SELECT (SELECT md5(string_agg(d::text, ' ' ORDER BY d.id)) FROM regions_calendarday d),
           (SELECT md5(string_agg(y::text, ' ' ORDER BY y.year)) FROM regions_calendaryear y)
"""


class _Calendars:
    """All calendars as they stood at one moment."""

    def __init__(self, fingerprint: tuple):
        self.fingerprint = fingerprint
        self.read_at = self.checked_at = time.monotonic()
        self.days: dict[str, dict[date, str]] = defaultdict(dict)  # region code -> its own days
        for code, day, kind in CalendarDay.objects.order_by().values_list("region_id", "date", "kind"):
            self.days[code or NATIONAL][day] = kind
        published = set(CalendarYear.objects.filter(is_published=True).values_list("year", flat=True))
        first = min(published, default=EPOCH.year)  # nobody asks for the notices of the years before
        self.unpublished = frozenset(set(range(first, LAST_YEAR + 1)) - published)
        self.paths: dict[str, str] = {}
        self.built: dict[str, WorkCalendar] = {}

    def at(self, path: str) -> WorkCalendar:
        """Return the calendar of the nearest region on the path that has days of its own."""
        codes = path.split("/")
        while codes and codes[-1] not in self.days:
            codes.pop()
        code = codes[-1] if codes else NATIONAL
        if code not in self.built:
            self.built[code] = self._build(code, codes)
        return self.built[code]

    def _build(self, code: str, codes: list[str]) -> WorkCalendar:
        days: dict[date, str] = {}
        for part in [NATIONAL, *codes]:  # the nearer region wins
            days |= self.days.get(part, {})
        makeup = frozenset(day for day, kind in days.items() if kind == DayKind.MAKEUP_WORKDAY)
        return WorkCalendar(frozenset(days) - makeup, makeup, self.unpublished, code)


_calendars: _Calendars | None = None


def calendar_for(region: Region | str | None) -> WorkCalendar:
    """Return the work calendar of a region, given as row or code: its own days over those above it; None: national.

    Kept in the process and checked against the database once a second, so asking often is cheap. The calendar's
    `code` is that of the nearest region with days of its own, or "CN". Raises Region.DoesNotExist.
    """
    calendars = _current()
    if region is None:
        return calendars.at(NATIONAL)
    if isinstance(region, Region):
        return calendars.at(region.path)
    if region not in calendars.paths:
        calendars.paths[region] = Region.objects.values_list("path", flat=True).get(code=region)
    return calendars.at(calendars.paths[region])


def calendars_in_use() -> dict[str, WorkCalendar]:
    """Return every distinct calendar by its code: the national one and one per region with days of its own."""
    calendars = _current()
    regions = Region.objects.filter(code__in=[code for code in calendars.days if code != NATIONAL])
    found = [calendars.at(NATIONAL), *(calendars.at(region.path) for region in regions)]
    return {calendar.code: calendar for calendar in found}


def home_calendar() -> WorkCalendar:
    """Return the calendar of the province, or the national one while no region is loaded."""
    return calendar_for(Region.objects.filter(parent=None).order_by("code").first())


def forget() -> None:
    """Look at the database again at the next question."""
    global _calendars
    _calendars = None


def _current() -> _Calendars:
    global _calendars
    clock = time.monotonic()
    kept = _calendars
    if kept and clock - kept.checked_at < CHECK_SECONDS:
        return kept
    fingerprint = _fingerprint()
    if kept is None or kept.fingerprint != fingerprint or clock - kept.read_at > KEEP_SECONDS:
        kept = _calendars = _Calendars(fingerprint)
    kept.checked_at = clock
    return kept


def _fingerprint() -> tuple:
    with connection.cursor() as cursor:
        cursor.execute(_FINGERPRINT)
        return cursor.fetchone()
