"""Totals and facets: how many documents every filter value would leave."""

# ruff: noqa: S608  (SQL is put together from constants of ours; what people type goes in as parameters)

import hashlib
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
COLUMN = {  # group: SQL of its values
    "region": "region",
    "level": "level",
    "topic": "unnest(topics)",
    "audience": "unnest(audiences)",
    "kind": "unnest(kinds)",
    "status": "standing",
    "year": "extract(year FROM day)::int::text",
}
BROAD = 3_000  # finds from which counts are kept for a while
KEPT = 60  # seconds


def words_condition(query: Query) -> Condition | None:
    """Return the condition that the words of a search put, or None without words."""
    found = concepts(query.text, statistics())
    return ("vector @@ %s::tsquery", [all_of(found)]) if found else None


def counted(query: Query, day: date) -> tuple[int, Facets]:
    """Return how many documents the strict search finds, and for each filter the counts of its values.

    A filter's own choice is ignored in its counts. Broad searches may be a minute old.
    """
    key = f"policies.counts:{day}:{get_language()}:{hash_of(query)}"
    known = cache.get(key)
    if known is None:
        known = _count(query, day)
        if known[0] > BROAD:
            cache.set(key, known, KEPT)
    return known


def hash_of(query: Query) -> str:
    return hashlib.sha256(query.querystring().encode()).hexdigest()


def _count(query: Query, day: date) -> tuple[int, Facets]:
    conditions = narrowed(query, day)
    words = words_condition(query)
    set_groups = list(conditions)
    flags = [f", ({conditions[group][0]}) AS by_{group}" for group in set_groups]
    values = [value for group in set_groups for value in conditions[group][1]]
    every = " AND ".join(f"by_{group}" for group in set_groups) or "true"
    parts = [f"SELECT '', '', count(*) FROM hits WHERE {every}"]
    for group, column in COLUMN.items():
        others = " AND ".join(f"by_{other}" for other in set_groups if other != group) or "true"
        parts.append(f"SELECT '{group}', {column}, count(*) FROM hits WHERE {others} GROUP BY 2")
    with transaction.atomic(), connection.cursor() as cursor:
        if words:  # read every document's words one by one? The planner does not know what that costs
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL work_mem = '32MB'; SET LOCAL jit = off")
        cursor.execute(
            f"WITH hits AS MATERIALIZED (SELECT region, level, topics, audiences, kinds, day, {standing_sql(day)} AS"
            f" standing{''.join(flags)} FROM policies_searchentry WHERE {words[0] if words else 'true'}) "
            + " UNION ALL ".join(parts),
            [*values, *(words[1] if words else [])],
        )
        rows = cursor.fetchall()
    total = next(count for group, _value, count in rows if not group)
    facets: Facets = {}
    for group in GROUPS:
        found = {value: count for name, value, count in rows if name == group and value is not None}
        facets[group] = _labelled(group, found, query)
    return total, facets


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
    rows = []
    for code in found:
        count = found[code]
        if query.scope == "here" and code != NATIONAL:
            above, prefix = around(code)
            count = sum(n for other, n in found.items() if other in above or (prefix and other.startswith(prefix)))
        rows.append((code, pick(zones[code], "name") if code in zones else name(code), count))
    return sorted(rows, key=lambda row: (row[0] != NATIONAL, not row[0].endswith("0000"), row[0]))


def total(query: Query, day: date) -> int:
    """Return how many documents the strict search finds."""
    conditions = narrowed(query, day)
    if words := words_condition(query):
        conditions["q"] = words
    sql, values = joined(conditions)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM policies_searchentry WHERE {sql}", values)
        return cursor.fetchone()[0]
