"""Totals and facets: how many documents every filter value would leave."""

# ruff: noqa: S608  (SQL is put together from constants of ours; what people type goes in as parameters)

import hashlib
import uuid
from collections import defaultdict
from datetime import date

from django.core.cache import cache
from django.db import connection, transaction
from django.utils.translation import get_language

from policies.models import BenefitKind, PolicyLevel
from policies.models.library import NATIONAL
from policies.search.finding import all_of
from policies.search.narrowing import Condition, around, joined, narrowed, standing_sql
from policies.search.query import GROUPS, Query
from policies.search.statistics import statistics
from policies.search.words import concepts
from policies.states import Standing
from policies.topics import label
from regions.divisions import name
from regions.models import Region
from talentportal.lib.bilingual import pick

Facets = dict[str, list[tuple[str, str, int]]]
COLUMN = {  # group: SQL of its value, or of its values in an array
    "region": "region",
    "level": "level",
    "topic": "topics",
    "audience": "audiences",
    "kind": "kinds",
    "status": "standing",
    "year": "year",
}
BROAD = 500  # finds from which counts are kept until the library changes
KEPT = 600  # seconds, at most
GENERATION = "policies.search.generation"


def renew() -> None:
    """Let go of all counts; when the library has changed."""
    cache.set(GENERATION, uuid.uuid4().hex, None)


def words_condition(query: Query) -> Condition | None:
    """Return the condition that the words of a search put, or None without words."""
    found = concepts(query.text, statistics())
    return ("vector @@ %s::tsquery", [all_of(found)]) if found else None


def counted(query: Query, day: date) -> tuple[int, Facets]:
    """Return how many documents the strict search finds, and for each filter the counts of its values.

    A filter's own choice is ignored in its counts. Those of broad searches are kept until the library changes.
    """
    return _kept(query, day, f"facets.{get_language()}", lambda: _count(query, day))


def _kept(query: Query, day: date, what: str, count):
    generation = cache.get_or_set(GENERATION, lambda: uuid.uuid4().hex, None)
    key = f"policies.{what}:{day}:{generation}:{hash_of(query)}"
    known = cache.get(key)
    if known is None:
        known = count()
        if known[0] > BROAD:
            cache.set(key, known, KEPT)
    return known


def hash_of(query: Query) -> str:
    return hashlib.sha256(query.querystring().encode()).hexdigest()


def _count(query: Query, day: date) -> tuple[int, Facets]:
    """Count all filters in one walk: a row that misses one filter's choice counts for that filter alone."""
    conditions = narrowed(query, day)
    words = words_condition(query)
    bits = {group: 1 << place for place, group in enumerate(conditions)}
    missed = " + ".join(f"({conditions[group][0]})::int * -{bit} + {bit}" for group, bit in bits.items()) or "0"
    sets = ", ".join(f"({column}, missed)" for column in COLUMN.values())
    rows = _read(
        f"SELECT missed, {', '.join(COLUMN.values())}, grouping({', '.join(COLUMN.values())}), count(*) FROM"
        f" (SELECT region, level, topics, audiences, kinds, {standing_sql(day)} AS standing,"
        f" extract(year FROM day)::int AS year, {missed} AS missed"
        f" FROM policies_searchentry WHERE {words[0] if words else 'true'}) hits"
        f" WHERE missed & (missed - 1) = 0 GROUP BY GROUPING SETS ({sets})",
        [*(value for group in bits for value in conditions[group][1]), *(words[1] if words else [])],
    )
    found: dict[str, dict[str, int]] = {group: defaultdict(int) for group in GROUPS}
    total, groups = 0, list(COLUMN)
    for missing, *values, grouped, count in rows:
        place = _place(grouped, len(groups))
        group, value = groups[place], values[place]
        total += count if group == "level" and not missing else 0
        if value is not None and missing in (0, bits.get(group, 0)):
            for one in value if isinstance(value, list) else [str(value)]:
                found[group][one] += count
    return total, {group: _labelled(group, found[group], query) for group in GROUPS}


def _place(grouped: int, columns: int) -> int:
    """Return which of the columns a grouping set has, from the bits of those it has not."""
    return columns - (~grouped & ((1 << columns) - 1)).bit_length()


def _read(sql: str, values: list) -> list[tuple]:
    """Read with the index even what most documents have: the planner takes words for cheap to read one by one."""
    settings = "SET LOCAL enable_seqscan = off; SET LOCAL work_mem = '32MB'; SET LOCAL jit = off"
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(f"{settings}; {sql}", values)
        return cursor.fetchall()


def _labelled(group: str, found: dict[str, int], query: Query) -> list[tuple[str, str, int]]:
    if group == "region":
        return _regions(found, query)
    names = {
        "level": dict(PolicyLevel.choices),
        "kind": dict(BenefitKind.choices),
        "status": {standing.value: standing.label for standing in Standing},
        "year": {},
    }.get(group)
    named = [
        (value, str(names.get(value, value) if names is not None else label(value)), n) for value, n in found.items()
    ]
    if group == "year":
        return sorted(named, reverse=True)
    if group in ("level", "status"):
        order = list(names)
        return sorted(named, key=lambda row: order.index(row[0]))
    return sorted(named, key=lambda row: (-row[2], row[0]))


def _regions(found: dict[str, int], query: Query) -> list[tuple[str, str, int]]:
    """Count for a region what choosing it would find: with the scope "here" also from above and below."""
    zones = {zone.code: zone for zone in Region.objects.filter(code__in=[code for code in found if code[0] == "9"])}
    below: dict[str, int] = defaultdict(int)
    for code, count in found.items():
        for length in (2, 4):
            below[code[:length]] += count
    rows = []
    for code in list(found):
        count = found[code]
        if query.scope == "here" and code != NATIONAL:
            above, prefix = around(code)
            others = [other for other in above if not prefix or not other.startswith(prefix)]
            count = sum([found.get(other, 0) for other in others]) + (below[prefix] if prefix else 0)
        rows.append((code, pick(zones[code], "name") if code in zones else name(code), count))
    return sorted(rows, key=lambda row: (row[0] != NATIONAL, not row[0].endswith("0000"), row[0]))


def total(query: Query, day: date) -> int:
    """Return how many documents the strict search finds; broad ones are counted once until the library changes."""
    return _kept(query, day, "total", lambda: _total(query, day))[0]


def _total(query: Query, day: date) -> tuple[int]:
    conditions = narrowed(query, day)
    if words := words_condition(query):
        conditions["q"] = words
    sql, values = joined(conditions)
    return _read(f"SELECT count(*) FROM policies_searchentry WHERE {sql}", values)[0]
