"""Totals and facets: how many documents every filter value would leave."""

# ruff: noqa: S608  (SQL is put together from constants of ours; what people type goes in as parameters)

import hashlib
from collections import Counter
from datetime import date
from functools import cache, reduce
from operator import and_

from django.db import connection
from django.utils.translation import get_language

from policies.models import BenefitKind, PolicyLevel
from policies.models.library import NATIONAL
from policies.search import bits
from policies.search.finding import all_of
from policies.search.narrowing import VALUES, Condition, around, joined, narrowed, values_sql
from policies.search.plans import INDEXED
from policies.search.query import GROUPS, Query
from policies.search.statistics import statistics
from policies.search.words import Concept, concepts
from policies.states import Standing
from policies.topics import label
from regions.divisions import name
from regions.models import Region
from talentportal.lib.bilingual import pick

Facets = dict[str, list[tuple[str, str, int]]]
Counts = dict[str, Counter]  # group: value: documents


def hash_of(query: Query) -> str:
    """Return the name of a search for caches."""
    return hashlib.sha256(query.querystring().encode()).hexdigest()


def words_condition(query: Query) -> Condition | None:
    """Return the condition that the words of a search put, or None without words."""
    found = concepts(query.text, statistics())
    return ("vector @@ %s::tsquery", [all_of(found)]) if found else None


def counted(query: Query, day: date) -> tuple[int, Facets]:
    """Return how many documents the strict search finds, and for each filter the counts of its values.

    A filter's own choice is ignored in its counts.
    """
    found = concepts(query.text, statistics())
    known = bits.known(found, day)
    if not known:
        total, counts = _walked(query, day)
    else:
        total, counts = _in_bits(query, known, found)
        if known.changed:
            late, late_counts = _walked(query, day, known.changed)
            total, counts = total + late, {group: counts[group] + late_counts[group] for group in GROUPS}
    return total, {group: _labelled(group, counts[group], query) for group in GROUPS}


def _in_bits(query: Query, known: bits.Bits, found: list[Concept]) -> tuple[int, Counts]:
    hits, passed, counts = known.found(found), known.chosen(query), {}
    for group in GROUPS:
        left = reduce(and_, [its for other, its in passed.items() if other != group], hits)
        counted = {value: (left & its).bit_count() for value, its in known.facets[group].items()}
        counts[group] = Counter({value: n for value, n in counted.items() if n})
    return reduce(and_, passed.values(), hits).bit_count(), counts


def _walked(query: Query, day: date, only: list[int] | None = None) -> tuple[int, Counts]:
    """Count all filters in one walk: a row that misses one filter's choice counts for that filter alone."""
    conditions, where = narrowed(query, day), _asked(query, only)
    marks = {group: 1 << place for place, group in enumerate(conditions)}
    missed = " + ".join(f"(({conditions[group][0]}) IS NOT TRUE)::int * {bit}" for group, bit in marks.items()) or "0"
    sets = ", ".join(f"({group}, missed)" for group in VALUES)
    rows = _read(
        f"SELECT missed, {', '.join(VALUES)}, grouping({', '.join(VALUES)}), count(*) FROM"
        f" (SELECT {values_sql(day)}, {missed} AS missed FROM policies_searchentry WHERE {where[0]}) hits"
        f" WHERE missed & (missed - 1) = 0 GROUP BY GROUPING SETS ({sets})",
        [*(value for group in marks for value in conditions[group][1]), *where[1]],
    )
    found: Counts = {group: Counter() for group in GROUPS}
    groups, total = list(VALUES), 0
    for missing, *values, grouped, count in rows:
        place = _place(grouped, len(groups))
        group, value = groups[place], values[place]
        total += count if group == "level" and not missing else 0
        if value is not None and missing in (0, marks.get(group, 0)):
            found[group].update(dict.fromkeys(value if isinstance(value, list) else [str(value)], count))
    return total, found


def _asked(query: Query, only: list[int] | None) -> Condition:
    """Return the condition of the words, among these versions alone or all."""
    conditions = {"q": words_condition(query), "only": only and ("version_id = ANY(%s)", [only])}
    return joined({name: condition for name, condition in conditions.items() if condition})


def _place(grouped: int, columns: int) -> int:
    """Return which of the columns a grouping set has, from the bits of those it has not."""
    return columns - (~grouped & ((1 << columns) - 1)).bit_length()


def _read(sql: str, values: list) -> list[tuple]:
    settings = INDEXED + "SET LOCAL work_mem = '32MB'; SET LOCAL jit = off; "
    with connection.cursor() as cursor:
        cursor.execute(settings + sql, values)
        return cursor.fetchall()


def _labelled(group: str, found: Counter, query: Query) -> list[tuple[str, str, int]]:
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


def _regions(found: Counter, query: Query) -> list[tuple[str, str, int]]:
    """Count for a region what choosing it would find: with the scope "here" also from above and below."""
    zones = Region.objects.in_bulk([code for code in found if code[0] == "9"])
    below: Counter = Counter()
    for code, count in found.items():
        for length in (2, 4):
            below[code[:length]] += count
    rows, language = [], get_language()
    for code, own in list(found.items()):
        count = own
        if query.scope == "here" and code != NATIONAL:
            above, prefix = around(code)
            beyond = [found[other] for other in above if not (prefix and other.startswith(prefix))]
            count = sum(beyond) + (below[prefix] if prefix else 0)
        rows.append((code, pick(zones[code], "name") if code in zones else _name(code, language), count))
    return sorted(rows, key=lambda row: (row[0] != NATIONAL, not row[0].endswith("0000"), row[0]))


@cache
def _name(code: str, _language: str) -> str:
    return name(code)


def total(query: Query, day: date) -> int:
    """Return how many documents the strict search finds."""
    found = concepts(query.text, statistics())
    known = bits.known(found, day)
    if not known:
        return _total(query, day)
    hits = reduce(and_, known.chosen(query).values(), known.found(found))
    return hits.bit_count() + (_total(query, day, known.changed) if known.changed else 0)


def _total(query: Query, day: date, only: list[int] | None = None) -> int:
    sql, values = joined({**narrowed(query, day), "asked": _asked(query, only)})
    return _read(f"SELECT count(*) FROM policies_searchentry WHERE {sql}", values)[0][0]
