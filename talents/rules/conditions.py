"""Each condition of a search, once for PostgreSQL and once for Python: they must say the same."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from talents.catalogs import industries, languages, majors, occupations
from talents.rules.asked import Asked
from talents.states import Available, Degree, ProofOf, SchoolKind, Skill, Title, Trait, WorkKind

NEVER = 9999  # year of somebody who has not begun to work
COLUMNS = {  # condition: column of the search
    "region": "places",
    "major": "major",
    "occupation": "occupation",
    "industry": "industry",
    "degree": "degree",
    "school": "school_kind",
    "title": "title",
    "skill": "skill",
    "grade": "grade",
    "available": "available",
    "language": "languages",
    "kind": "kinds",
    "trait": "traits",
    "proof": "proofs",
    "years": "work_since",
    "pay": "pay_from",
}
ARRAYS = {"places", "languages", "kinds", "traits", "proofs"}
LABELS = {
    "region": gettext_lazy("lives or would work in"),
    "major": gettext_lazy("major"),
    "occupation": gettext_lazy("occupation"),
    "industry": gettext_lazy("industry"),
    "degree": gettext_lazy("education"),
    "school": gettext_lazy("kind of school"),
    "title": gettext_lazy("professional title"),
    "skill": gettext_lazy("skill level"),
    "grade": gettext_lazy("talent grade"),
    "available": gettext_lazy("could begin"),
    "language": gettext_lazy("languages"),
    "kind": gettext_lazy("kinds of work"),
    "trait": gettext_lazy("marks"),
    "proof": gettext_lazy("verified"),
    "years": gettext_lazy("years of work"),
    "pay": gettext_lazy("pay a month"),
    "q": pgettext_lazy("search", "words"),
}
_CHOICES = {
    "degree": (int, Degree),
    "school": (str, SchoolKind),
    "title": (int, Title),
    "skill": (int, Skill),
    "available": (int, Available),
    "kind": (str, WorkKind),
    "trait": (str, Trait),
    "proof": (str, ProofOf),
}
_CATALOGS = {"major": majors, "occupation": occupations, "industry": industries, "language": languages}


@dataclass(frozen=True)
class Condition:
    """What somebody must meet, or (a wish) may meet."""

    group: str
    column: str
    sql: str
    values: list
    test: Callable[[Any], bool]  # of the value of the column
    is_wish: bool = False


def conditions(asked: Asked, year: int, paths: dict[str, str]) -> dict[str, Condition]:
    """Return the conditions of a search in a year; `paths` are those of the regions that it names."""
    made = {}
    for group in asked.groups:
        sql, values, test = _MAKERS.get(group, _chosen)(group, asked, year, paths)
        made[group] = Condition(group, COLUMNS[group], sql, values, test, group in asked.wishes)
    return made


def _chosen(group: str, asked: Asked, _year: int, _paths: dict):
    kind, column = _CHOICES.get(group, (str, None))[0], COLUMNS[group]
    values = [kind(value) for value in asked.values(group)]
    if column in ARRAYS:
        return _overlaps(column, values)
    return f"{column} = ANY(%s)", [values], set(values).__contains__


def _overlaps(column: str, values: list[str]):
    wanted = set(values)
    return f"{column} && %s::varchar[]", [sorted(wanted)], lambda found: not wanted.isdisjoint(found)


def _in_tree(group: str, asked: Asked, _year: int, _paths: dict):
    beginnings = asked.values(group)
    sql = f"{COLUMNS[group]} LIKE ANY(%s)"
    return sql, [[f"{code}%" for code in beginnings]], lambda code: code.startswith(beginnings)


def _in_regions(_group: str, asked: Asked, _year: int, paths: dict[str, str]):
    codes = asked.values("region")
    above = {f"*{code}" for asked_for in codes for code in paths.get(asked_for, asked_for).split("/")[:-1]}
    return _overlaps("places", [*codes, *above])


def _by_month(_group: str, asked: Asked, _year: int, _paths: dict):
    most = max(map(int, asked.values("available")))
    return "available <= %s", [most], lambda months: months <= most


def _years(_group: str, asked: Asked, year: int, _paths: dict):
    first = year - asked.numbers["years_max"] if "years_max" in asked.numbers else 0
    last = year - asked.numbers["years_min"] if "years_min" in asked.numbers else NEVER
    return "work_since BETWEEN %s AND %s", [first, last], lambda since: first <= since <= last


def _pay(_group: str, asked: Asked, _year: int, _paths: dict):
    most = asked.numbers["pay"]
    return "(pay_from IS NULL OR pay_from <= %s)", [most], lambda pay: pay is None or pay <= most


_MAKERS = {
    "region": _in_regions,
    "major": _in_tree,
    "occupation": _in_tree,
    "available": _by_month,
    "years": _years,
    "pay": _pay,
}


def name_of(group: str, value: str, regions: dict[str, str] | None = None) -> str:
    """Return a value of a condition in the active language."""
    if group in _CATALOGS:
        return _CATALOGS[group]().name(value)
    if group in _CHOICES:
        kind, choices = _CHOICES[group]
        return str(choices(kind(value)).label)
    if group == "grade":
        return _("class %(grade)s talent") % {"grade": value}
    return (regions or {}).get(value, value)


def names_of(asked: Asked, group: str, regions: dict[str, str] | None = None) -> list[str]:
    """Return what is asked for in a condition, in the active language."""
    if group == "years":
        return [_years_in_words(asked.numbers.get("years_min", 0), asked.numbers.get("years_max"))]
    if group == "pay":
        return [_("up to %(yuan)s yuan") % {"yuan": f"{asked.numbers['pay']:,}"}]
    return [name_of(group, value, regions) for value in asked.values(group)]


def _years_in_words(least: int, most: int | None) -> str:
    if most is None:
        return ngettext("%(n)s year and more", "%(n)s years and more", least) % {"n": least}
    return _("%(least)s to %(most)s years") % {"least": least, "most": most}


def words(asked: Asked, group: str, regions: dict[str, str] | None = None) -> str:
    """Return a condition in words: "education: doctor, master"."""
    names = _(", ").join(names_of(asked, group, regions))
    return _("%(condition)s: %(values)s") % {"condition": LABELS[group], "values": names}


def tested(found: Iterable[Condition], entry) -> dict[str, bool]:
    """Return for each condition whether an entry of the pool meets it."""
    return {condition.group: condition.test(getattr(entry, condition.column)) for condition in found}
