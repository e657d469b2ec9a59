"""Change the tree of regions and the work calendar. A change of the calendar moves the deadlines that hang on it."""

import logging
import secrets
from collections.abc import Iterable
from datetime import datetime
from functools import cache

from django.db import transaction
from django.utils import timezone

from jobs.services import enqueue
from regions import queries
from regions.models import CalendarDay, CalendarYear, Region
from talentportal.lib import workdays

logger = logging.getLogger(__name__)

YEARS_AHEAD = 2  # a limit that begins today may end then
LIBRARY = "python-holidays"


@transaction.atomic
def save_region(*, region: Region) -> None:
    """Save a region with the path that its parent gives it."""
    region.path = f"{region.parent.path}/{region.code}" if region.parent else region.code
    region.save()


@transaction.atomic
def save_day(*, day: CalendarDay, actor, now: datetime) -> None:
    """Add or change a day of the calendar and have all deadlines computed again."""
    day.save()
    _changed(now, f"{actor} saved {day.date} {day.kind} {day.region_id or queries.NATIONAL}")


@transaction.atomic
def remove_days(*, days: Iterable[CalendarDay], actor, now: datetime) -> None:
    """Make days plain again and have all deadlines computed again."""
    days = list(days)
    CalendarDay.objects.filter(pk__in=[day.pk for day in days]).delete()
    _changed(now, f"{actor} removed {', '.join(f'{day.date} {day.region_id or queries.NATIONAL}' for day in days)}")


@transaction.atomic
def save_year(*, year: CalendarYear, actor, now: datetime) -> None:
    """Say whether the notice of a year has been published; due dates of other years lose or gain "provisional"."""
    year.save()
    _changed(now, f"{actor} saved {year.year}, published: {year.is_published}")


@transaction.atomic
def import_year(*, year: int, actor, now: datetime) -> None:
    """Put the national days of a year in place of those in the table, as the library knows them. Safe to run twice.

    Without a published notice these are the fixed days of 放假办法 第2条, and the year stays provisional.
    """
    CalendarDay.objects.filter(region=None, date__year=year).delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(date=day, kind=kind, name=name, source=LIBRARY)
        for day, (kind, name) in workdays.national_days(year).items()
    )
    CalendarYear.objects.update_or_create(
        year=year, defaults={"is_published": workdays.is_published(year), "source": LIBRARY}
    )
    _changed(now, f"{actor} imported {year}")


def fill_years(now: datetime) -> int:
    """Import this year and the next two where they are missing, or unpublished here and published in the library.

    A sweep; returns how many years it imported. What an administrator has published is never touched.
    """
    this_year = timezone.localdate(now).year
    wanted = range(this_year, this_year + YEARS_AHEAD + 1)
    known = dict(CalendarYear.objects.filter(year__in=wanted).values_list("year", "is_published"))
    missing = [year for year in wanted if year not in known or (not known[year] and _library_knows(year))]
    for year in missing:
        import_year(year=year, actor=None, now=now)
    return len(missing)


@cache
def _library_knows(year: int) -> bool:
    return workdays.is_published(year)


def _changed(now: datetime, what: str) -> None:
    logger.info("work calendar: %s", what)
    queries.forget()
    enqueue(kind="regions.calendar_changed", key=secrets.token_hex(8), now=now)
    transaction.on_commit(queries.forget)
