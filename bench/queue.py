"""The clerk's queue over a million cases, 55,000 of them open: the query, the page, and sixteen clerks at once.

The peer is Django's own change list of the same table with the columns of our rows. The floor of the query is fifty
lines by primary key through the same ORM with the same parts. Both sizes, 10,000 and 1,000,000, lie in one run.
"""

from collections.abc import Callable
from datetime import timedelta

from django.contrib import admin
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone, translation

from accounts.models import Role, User
from applications import office
from applications.models import Case
from bench.measure import Result, interleave, timed
from bench.rush import rush
from jobs import clock
from regions.models import Region
from regions.queries import calendar_for
from tests import cast

SMALL, CASES, OPEN_SHARE = 10_000, 1_000_000, 0.055
CITIES, COUNTIES = 16, 128
LINES, ROUNDS = 50, 15
NOW = cast.moment("2026-09-18 09:00")
SEED = 0.20260918


def run() -> Result:
    clock.now = lambda: NOW
    people = build(SMALL)
    small = measure(people)
    build(CASES, people)
    large = measure(people)
    notes = {f"{name}, 10,000 → 1,000,000 cases": f"{small[name]:.2f} → {large[name]:.2f} ms" for name in large}
    notes["queue query / 50 lines by key, county, city, province"] = ", ".join(
        f"{large[f'query of the {who}'] / large['50 lines by key']:.2f}" for who in ("county", "city", "province")
    )
    notes["queue page / stock change list"] = f"1 / {large['stock change list'] / large['queue page']:.1f}"
    notes["stock change list, statements"] = statements(lambda: stock(people["administrator"]))
    notes["queue page, statements"] = statements(lambda: page(people["county"]))
    notes |= rush(people)
    return Result(
        "queue_page_1m",
        CASES,
        large["queue page"] / 1000,
        large["stock change list"] / 1000,
        large["50 lines by key"] / 1000,
        notes,
    )


def measure(people) -> dict[str, float]:
    """Return the median milliseconds of each subject."""
    ids = [row.case.pk for row in office.queue_page(people["county"], office.Wish("accept"), NOW, LINES).rows]
    assert len(ids) == LINES
    subjects: dict[str, Callable] = {
        "50 lines by key": lambda: list(office.with_row_parts(Case.objects.filter(pk__in=ids))),
        "query of the county": lambda: office.Queue(people["county"], NOW).page(office.Wish("accept"), LINES),
    }
    medians = interleave({name: lambda work=work: timed(work) for name, work in subjects.items()}, ROUNDS)
    return {name: seconds * 1000 for name, seconds in medians.items()}
