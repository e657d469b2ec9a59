"""Ask PostgreSQL what a search finds: a page, the total, and every facet in one walk."""

# ruff: noqa: S608  (SQL is put together from constants of ours; what people type goes in as parameters)

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from accounts.models import Unit
from policies.search.finding import quoted
from policies.search.tokens import fold, required
from talents.rules.conditions import COLUMNS, Condition

FACETS = (
    *("major", "degree", "years", "title", "skill", "grade", "available", "region", "industry", "school"),
    *("language", "kind", "trait", "proof"),
)
APART = re.compile(r"[\s,，。、;；:：!！?？\"'“”‘’()/|&]+")
MOST_WORDS = 8
SETTINGS = "SET LOCAL jit = off; SET LOCAL work_mem = '32MB'; "


@dataclass(frozen=True)
class Viewer:
    """Who searches: a unit finds whom its region may find, and never who has blocked it."""

    unit: int
    audiences: tuple[str, ...]  # "": all verified units; paths of the region where it works, and of those above

    @classmethod
    def of(cls, unit: Unit) -> "Viewer":
        """Return the eyes of a unit."""
        codes = unit.work_region.path.split("/")
        return cls(unit.pk, ("", *("/".join(codes[:depth]) for depth in range(1, len(codes) + 1))))


@dataclass(frozen=True)
class Find:
    """What is to be found, for whom, when."""

    viewer: Viewer
    now: datetime
    conditions: dict[str, Condition]
    text: str = ""

    @property
    def hard(self) -> dict[str, Condition]:
        """The conditions that everybody must meet."""
        return {group: one for group, one in self.conditions.items() if not one.is_wish}

    @property
    def wishes(self) -> dict[str, Condition]:
        """The conditions that bring somebody further up."""
        return {group: one for group, one in self.conditions.items() if one.is_wish}

    @property
    def tsquery(self) -> str:
        """The words as a question to the index; empty for none."""
        terms = [term for term in APART.split(fold(self.text)) if required(term)][:MOST_WORDS]
        return quoted([word for term in terms for word in required(term)])


@dataclass
class Counts:
    """How many are found; how many by each value of each condition, its own choice ignored; how many without it."""

    total: int = 0
    values: dict[str, Counter] = field(default_factory=lambda: {group: Counter() for group in FACETS})
    without: Counter = field(default_factory=Counter)

    def add(self, other: "Counts") -> "Counts":
        """Take the counts of other people in."""
        self.total += other.total
        self.without.update(other.without)
        for group in FACETS:
            self.values[group].update(other.values[group])
        return self


Mark = tuple[int, datetime, int]  # wishes met, changed at, profile: the place of somebody in the order


def seen_sql(viewer: Viewer, now: datetime) -> tuple[str, list]:
    """Return the condition that stands in every statement: current, for this unit's region, not blocked for it."""
    return (
        "confirm_by > %s AND audience = ANY(%s) AND NOT (blocked @> ARRAY[%s]::bigint[])",
        [now, list(viewer.audiences), viewer.unit],
    )


def page(find: Find, size: int, after: Mark | None = None, only: list[int] | None = None) -> list[Mark]:
    """Return the places of the next people in the order: most wishes met, then the newest."""
    source, values = _source(find, only)
    wishes = list(find.wishes.values())
    score = " + ".join(f"({one.sql})::int" for one in wishes) or "0"
    asked = [value for one in wishes for value in one.values]
    hard = " AND ".join(f"({one.sql})" for one in find.hard.values()) or "true"
    values = [*values, *(value for one in find.hard.values() for value in one.values)]
    beyond, mark = "", []
    if after and wishes:
        beyond, mark = f"AND ({score}, updated_at, profile_id) < (%s, %s, %s)", [*asked, *after]
    elif after:
        beyond, mark = "AND (updated_at, profile_id) < (%s, %s)", list(after[1:])
    order = "score DESC, updated_at DESC, profile_id DESC" if wishes else "updated_at DESC, profile_id DESC"
    return _rows(
        f"SELECT {score} AS score, updated_at, profile_id {source} AND {hard} {beyond} ORDER BY {order} LIMIT %s",
        [*asked, *values, *mark, size],
    )


def counted(find: Find, only: list[int] | None = None) -> Counts:
    """Count everything in one walk: whoever misses one condition alone counts for that condition's own facet."""
    (source, values), hard = _source(find, only), find.hard
    marks = {group: 1 << place for place, group in enumerate(hard)}
    missed = " + ".join(f"(({hard[group].sql}) IS NOT TRUE)::int * {bit}" for group, bit in marks.items()) or "0"
    columns = [COLUMNS[group] for group in FACETS]
    sets = ", ".join(f"({column}, missed)" for column in columns)
    rows = _rows(
        f"SELECT missed, {', '.join(columns)}, grouping({', '.join(columns)}), count(*) FROM"
        f" (SELECT {', '.join(columns)}, {missed} AS missed {source}) hits"
        f" WHERE missed & (missed - 1) = 0 GROUP BY GROUPING SETS ({sets}, (missed))",
        [*(value for one in hard.values() for value in one.values), *values],
    )
    return _gathered(rows, marks)


def _gathered(rows: list[tuple], marks: dict[str, int]) -> Counts:
    found, groups = Counts(), {bit: group for group, bit in marks.items()}
    for missing, *values, grouped, count in rows:
        place = len(FACETS) - (~grouped & ((1 << len(FACETS)) - 1)).bit_length()
        if place == len(FACETS):  # the set of nothing but `missed`
            if missing:
                found.without[groups[missing]] += count
            else:
                found.total += count
        elif missing in (0, marks.get(FACETS[place], 0)):
            value = values[place]
            found.values[FACETS[place]].update(dict.fromkeys(value if isinstance(value, list) else [value], count))
    for group in marks:
        found.without[group] += found.total
    return found


def with_words(find: Find) -> bytes:
    """Return the ids of the profiles that have the words, 8 bytes each; the first is the highest byte."""
    sql = "SELECT string_agg(int8send(entry_id), ''::bytea) FROM talents_pooltext WHERE vector @@ %s::tsquery"
    return bytes(_rows(sql, [find.tsquery])[0][0] or b"")


def _source(find: Find, only: list[int] | None) -> tuple[str, list]:
    seen, values = seen_sql(find.viewer, find.now)
    if find.tsquery:
        seen += " AND profile_id IN (SELECT entry_id FROM talents_pooltext WHERE vector @@ %s::tsquery)"
        values = [*values, find.tsquery]
    if only is not None:
        seen, values = f"{seen} AND profile_id = ANY(%s)", [*values, only]
    return f"FROM talents_poolentry WHERE {seen}", values


def _rows(sql: str, values: list) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(SETTINGS + sql, values)
        return cursor.fetchall()
