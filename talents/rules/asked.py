"""What a unit asks for: words, conditions, order; read from an address and written back to one."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from talents.catalogs import industries, languages, majors, occupations
from talents.states import Available, Degree, ProofOf, SchoolKind, Skill, Title, Trait, WorkKind

LISTS = ("region", "major", "occupation", "industry", "degree", "school", "title", "skill", "grade", "available",
         "language", "kind", "trait", "proof")  # fmt: skip
NUMBERS = ("years_min", "years_max", "pay")
RANGES = {"years": ("years_min", "years_max"), "pay": ("pay",)}
GROUPS = (*LISTS, *RANGES)  # conditions; there is none on sex, age, household or ethnicity, and none is read
SORTS = ("match", "newest")
GRADES = "ABCDEF"
LONGEST_TEXT = 120  # characters that are searched for
MOST_VALUES = 20  # of one condition
MOST_CONDITIONS = 60  # values altogether
LIMITS = {"years_min": 60, "years_max": 60, "pay": 1_000_000}
_KNOWN = {
    "degree": {str(value) for value in Degree.values},
    "school": set(SchoolKind.values),
    "title": {str(value) for value in Title.values},
    "skill": {str(value) for value in Skill.values},
    "grade": set(GRADES),
    "available": {str(value) for value in Available.values},
    "kind": set(WorkKind.values),
    "trait": set(Trait.values),
    "proof": set(ProofOf.values),
}
_CATALOGS = {"major": majors, "occupation": occupations, "industry": industries, "language": languages}


@dataclass(frozen=True)
class Asked:
    """A search. Conditions in `wishes` put nobody out: whoever meets them stands further up."""

    text: str = ""
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    wishes: tuple[str, ...] = ()
    sort: str = "match"
    dropped: tuple[str, ...] = field(default=(), compare=False)  # parts of the address that mean nothing
    is_shortened: bool = field(default=False, compare=False)  # the words went on; only the beginning is searched for
    is_cut: bool = field(default=False, compare=False)  # more conditions than are read

    def values(self, group: str) -> tuple[str, ...]:
        """Return what is chosen in a list, or what of a range is set."""
        if group in RANGES:
            return tuple(str(self.numbers[name]) for name in RANGES[group] if name in self.numbers)
        return self.lists.get(group, ())

    @property
    def groups(self) -> tuple[str, ...]:
        """The conditions that are set."""
        return tuple(group for group in GROUPS if self.values(group))

    def querystring(self) -> str:
        """Return the canonical query string: the same search always gives the same one."""
        pairs = [("q", self.text)] if self.text else []
        pairs += [(group, value) for group in LISTS for value in self.values(group)]
        pairs += [(name, self.numbers[name]) for name in NUMBERS if name in self.numbers]
        pairs += [("wish", group) for group in self.wishes if group in self.groups]
        pairs += [("sort", self.sort)] if self.sort != SORTS[0] else []
        return urlencode(pairs)

    def having(self, group: str, value: str) -> "Asked":
        """Return the search with one value more of a list."""
        return replace(self, lists={**self.lists, group: tuple(sorted({*self.values(group), value}))})

    def without(self, group: str, value: str = "") -> "Asked":
        """Return the search without one value of a condition, without all of it, or ("q") without the words."""
        if group == "q":
            return replace(self, text="")
        if group in RANGES:
            return replace(self, numbers={k: v for k, v in self.numbers.items() if k not in RANGES[group]})
        left = tuple(one for one in self.values(group) if value and one != value)
        return replace(self, lists={k: v for k, v in {**self.lists, group: left}.items() if v})

    def wishing(self, group: str, *, is_wish: bool) -> "Asked":
        """Return the search with a condition as a wish, or as one that everybody must meet."""
        return replace(self, wishes=tuple(sorted({*self.wishes} - {group} | ({group} if is_wish else set()))))


def parse(data) -> Asked:
    """Read a search from the parameters of an address. Never raises; what means nothing is named in `dropped`.

    A parameter may come several times or hold several values with commas. Regions need `known_regions` afterwards.
    """
    dropped: list[str] = []
    lists = {group: values for group in LISTS if (values := _values(data, group, dropped))}
    lists, is_cut = _cut(lists)
    numbers = {name: number for name in NUMBERS if (number := _number(data, name, dropped)) is not None}
    if numbers.get("years_min", 0) > numbers.get("years_max", LIMITS["years_max"]):
        dropped.append(f"{numbers['years_min']}–{numbers.pop('years_max')}")
    text = " ".join("".join(c if c.isprintable() else " " for c in _last(data, "q")[:5000]).split())
    sort = _last(data, "sort")
    if sort and sort not in SORTS:
        dropped.append(sort[:40])
    return Asked(
        text=text[:LONGEST_TEXT].strip(),
        is_shortened=len(text) > LONGEST_TEXT,
        lists=lists,
        numbers=numbers,
        wishes=tuple(sorted({wish for wish in _raw(data, "wish") if wish in GROUPS})),
        sort=sort if sort in SORTS else SORTS[0],
        dropped=tuple(dropped[:MOST_VALUES]),
        is_cut=is_cut,
    )


def known_regions(asked: Asked, known: set[str]) -> Asked:
    """Return the search without the regions that do not exist; they are named in `dropped`."""
    strange = [code for code in asked.values("region") if code not in known]
    for code in strange:
        asked = asked.without("region", code)
    return replace(asked, dropped=(*asked.dropped, *strange)) if strange else asked


def _raw(data, name: str) -> list[str]:
    values = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
    values = values if isinstance(values, list | tuple) else [values]
    return [str(value).replace("\0", "") for value in values]


def _last(data, name: str) -> str:
    return (_raw(data, name) or [""])[-1].strip()


def _values(data, group: str, dropped: list[str]) -> tuple[str, ...]:
    given = [part.strip() for value in _raw(data, group) for part in value[:2000].split(",")]
    given = list(dict.fromkeys(part for part in given if part))
    known = [value for value in given if _is_known(group, value)]
    dropped += [value[:40] for value in given if value not in known]
    return tuple(sorted(known))


def _cut(lists: dict[str, tuple[str, ...]]) -> tuple[dict[str, tuple[str, ...]], bool]:
    kept, room = {}, MOST_CONDITIONS
    for group, values in lists.items():
        kept[group] = values[: min(MOST_VALUES, room)]
        room -= len(kept[group])
    return {group: values for group, values in kept.items() if values}, kept != lists


def _is_known(group: str, value: str) -> bool:
    if group in _CATALOGS:
        return value in _CATALOGS[group]()
    if group == "region":
        return len(value) == 6 and value.isascii() and value.isdigit()
    return value in _KNOWN[group]


def _number(data, name: str, dropped: list[str]) -> int | None:
    value = _last(data, name)
    if value.isascii() and value.isdigit() and len(value) < 10 and int(value) <= LIMITS[name]:
        return int(value) or (0 if name != "years_min" else None)
    if value:
        dropped.append(value[:40])
    return None
