"""The filters of a search as conditions on the side table."""

from collections.abc import Callable
from datetime import date
from functools import cache

from policies.models.library import NATIONAL
from policies.search.query import GROUPS, SHOWN, Query
from policies.states import Standing, VersionState
from regions.models import Region, RegionKind

Condition = tuple[str, list]

STANDS = "(repealed_on IS NULL OR repealed_on > %(day)s)"
REPLACED = f"state = '{VersionState.SUPERSEDED}' AND (superseded_on IS NULL OR superseded_on <= %(day)s)"
LIVES = f"(state = '{VersionState.PUBLISHED}' OR (state = '{VersionState.SUPERSEDED}' AND superseded_on > %(day)s))"
IN_TIME = f"{LIVES} AND (ends_on IS NULL OR ends_on > %(day)s) AND {STANDS}"
STANDINGS = {  # as `rules.standing` decides
    Standing.CURRENT: f"{IN_TIME} AND (effective_on IS NULL OR effective_on <= %(day)s)",
    Standing.UPCOMING: f"{IN_TIME} AND effective_on > %(day)s",
    Standing.EXPIRED: f"{LIVES} AND ends_on <= %(day)s AND {STANDS}",
    Standing.SUPERSEDED: f"{REPLACED} AND {STANDS}",
    Standing.REPEALED: f"(state = '{VersionState.REPEALED}' OR repealed_on <= %(day)s)",
}


VALUES = {  # group: SQL of its value, or of its values in an array
    "region": "region",
    "level": "level",
    "topic": "topics",
    "audience": "audiences",
    "kind": "kinds",
    "status": "standing",
    "year": "extract(year FROM day)::int",
}


def values_sql(day: date) -> str:
    """Return the SQL of each group's values, named by the group."""
    return ", ".join(f"{sql if sql != 'standing' else standing_sql(day)} AS {group}" for group, sql in VALUES.items())


def standing_sql(day: date) -> str:
    """Return the SQL that names the standing of an entry."""
    whens = " ".join(f"WHEN {condition} THEN '{standing.value}'" for standing, condition in STANDINGS.items())
    return f"CASE {whens} END" % {"day": _date(day)}


def narrowed(query: Query, day: date) -> dict[str, Condition]:
    """Return group: (SQL, parameters) for each filter that the search has set."""
    makers: dict[str, Callable[[], Condition]] = {
        "region": lambda: _in_regions(query.regions, query.scope),
        "level": lambda: ("level = ANY(%s)", [list(query.levels)]),
        "topic": lambda: ("topics && %s::varchar[]", [list(query.topics)]),
        "audience": lambda: ("audiences && %s::varchar[]", [list(query.audiences)]),
        "kind": lambda: ("kinds && %s::varchar[]", [list(query.kinds)]),
        "status": lambda: (_in_status(query.statuses, day), []),
        "year": lambda: ("extract(year FROM day)::int = ANY(%s)", [[int(year) for year in query.years]]),
    }
    return {group: makers[group]() for group, attribute in GROUPS.items() if getattr(query, attribute)}


def joined(conditions: dict[str, Condition]) -> Condition:
    """Return all conditions as one."""
    parts = [f"({sql})" for sql, _values in conditions.values()]
    return " AND ".join(parts) or "true", [value for _sql, values in conditions.values() for value in values]


def _in_status(statuses: tuple[str, ...], day: date) -> str:
    if statuses == SHOWN:
        return IN_TIME % {"day": _date(day)}
    return " OR ".join(f"({STANDINGS[Standing(status)]})" for status in statuses) % {"day": _date(day)}


def _date(day: date) -> str:
    return f"date '{day.isoformat()}'"


def _in_regions(codes: tuple[str, ...], scope: str) -> Condition:
    exact, below = regions_of(codes, scope)
    return "(region = ANY(%s) OR region LIKE ANY(%s))", [sorted(exact), [f"{prefix}%" for prefix in below]]


def regions_of(codes: tuple[str, ...], scope: str) -> tuple[set[str], tuple[str, ...]]:
    """Return what applies in the regions, or is issued for them: codes, and the beginnings of others."""
    exact: set[str] = set()
    below: list[str] = []
    for code in codes:
        above, prefix = around(code) if scope == "here" else ({code}, "")
        exact |= above
        below += [prefix] if prefix else []
    if scope == "here":
        exact |= _zones(codes)
    return exact, tuple(below)


@cache
def around(code: str) -> tuple[frozenset[str], str]:
    """Return the region with all above it, and the beginning of the codes below it ("" for none)."""
    if code == NATIONAL:
        return frozenset([code]), ""
    above = frozenset([NATIONAL, code[:2] + "0000", code[:4] + "00", code])
    return above, code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else ""


def _zones(codes: tuple[str, ...]) -> set[str]:
    """Return the functional zones within the regions, and what lies above regions that are zones themselves."""
    found: set[str] = set()
    for code, path in Region.objects.filter(kind=RegionKind.ZONE).values_list("code", "path"):
        if code in codes:
            found |= {NATIONAL, *path.split("/")}
        elif set(codes) & set(path.split("/")):
            found.add(code)
    return found
