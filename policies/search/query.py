"""What a reader asks: words, filters, order; read from an address and written back to one."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from policies.models import BenefitKind, PolicyLevel
from policies.states import Standing
from regions import divisions
from regions.models import Region, RegionKind

SORTS = ("relevance", "newest", "ending")
SCOPES = ("here", "exact")
SHOWN = (Standing.CURRENT.value, Standing.UPCOMING.value)  # what is shown unless the reader asks for more
LONGEST_TEXT = 120  # characters that are searched for
MOST_VALUES = 30  # of one filter
GROUPS = {  # parameter: attribute
    "region": "regions",
    "level": "levels",
    "topic": "topics",
    "audience": "audiences",
    "kind": "kinds",
    "status": "statuses",
    "year": "years",
}
_KNOWN = {
    "level": set(PolicyLevel.values),
    "kind": set(BenefitKind.values),
    "status": set(Standing.values),
}


@dataclass(frozen=True)
class Query:
    text: str = ""
    regions: tuple[str, ...] = ()
    scope: str = "here"  # "here": what applies in the regions, from above and below; "exact": issued for them
    levels: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    statuses: tuple[str, ...] = SHOWN
    years: tuple[str, ...] = ()
    sort: str = "relevance"
    dropped: tuple[str, ...] = field(default=(), compare=False)  # values of the address that mean nothing
    is_shortened: bool = field(default=False, compare=False)  # the words went on; only the beginning is searched for

    def querystring(self) -> str:
        """Return the canonical query string: the same search always gives the same one."""
        pairs = [("q", self.text)] if self.text else []
        for group, attribute in GROUPS.items():
            values = getattr(self, attribute)
            if group != "status" or values != SHOWN:
                pairs += [(group, value) for value in sorted(values)] or (
                    [("status", "all")] if group == "status" else []
                )
        if self.regions and self.scope != "here":
            pairs.append(("scope", self.scope))
        if self.sort != "relevance":
            pairs.append(("sort", self.sort))
        return urlencode(pairs)

    def without(self, group: str, value: str = "") -> "Query":
        """Return the search without one value of a filter, or without the whole filter; of status: in any status."""
        if group == "q":
            return replace(self, text=" ".join(self.text.replace(value, " ").split()) if value else "")
        left = tuple(v for v in getattr(self, GROUPS[group]) if value and v != value)
        return replace(self, **{GROUPS[group]: left})


def parse(data) -> Query:
    """Read a search from the parameters of an address. Never raises; what means nothing is named in `dropped`.

    A parameter may come several times or hold several values with commas. status=all: in any status.
    """
    dropped: list[str] = []
    found = {attribute: _values(data, group, dropped) for group, attribute in GROUPS.items()}
    if "all" in _raw(data, "status"):
        found["statuses"] = ()
    elif not found["statuses"]:
        found["statuses"] = SHOWN
    text = " ".join("".join(c if c.isprintable() else " " for c in (_raw(data, "q") or [""])[-1][:5000]).split())
    return Query(
        text=text[:LONGEST_TEXT].strip(),
        is_shortened=len(text) > LONGEST_TEXT,
        scope=_one_of(data, "scope", SCOPES, dropped),
        sort=_one_of(data, "sort", SORTS, dropped),
        dropped=tuple(dropped),
        **found,
    )


def _raw(data, name: str) -> list[str]:
    values = data.getlist(name) if hasattr(data, "getlist") else data.get(name, []) if isinstance(data, Mapping) else []
    values = [values] if isinstance(values, str) else values
    return [str(value).replace("\0", "") for value in values]


def _values(data, group: str, dropped: list[str]) -> tuple[str, ...]:
    given = [part.strip() for value in _raw(data, group) for part in value[:2000].split(",")]
    given = list(dict.fromkeys(part for part in given if part))[:MOST_VALUES]
    known = [value for value in given if _is_known(group, value)]
    dropped += [value[:40] for value in given if value not in known and (group, value) != ("status", "all")]
    return tuple(sorted(known))


def _is_known(group: str, value: str) -> bool:
    if group == "region":
        return divisions.exists(value) or Region.objects.filter(code=value, kind=RegionKind.ZONE).exists()
    if group == "year":
        return len(value) == 4 and value.isascii() and value.isdigit()
    return value in _KNOWN[group] if group in _KNOWN else len(value) <= 40


def _one_of(data, name: str, known: tuple[str, ...], dropped: list[str]) -> str:
    value = (_raw(data, name) or [known[0]])[-1]
    if value and value not in known:
        dropped.append(value[:40])
    return value if value in known else known[0]
