"""Who keeps away from whom 回避 (domain 5.2, 6.4): pure, so that a test can look at every case of it."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date

from reviews.states import TieKind

LEAST = 4  # Chinese characters of a name that may be part of a longer name: 云南大学, 云南大学附属医院
SHORT_HAN = re.compile(rf"[\u3400-\u9fff]{{{LEAST},}}")


@dataclass(frozen=True)
class Tie:
    """A known relation: its kind, to whom, and the last day on which it counts."""

    kind: str
    name: str
    uscc: str = ""
    until: date | None = None


@dataclass(frozen=True)
class Somebody:
    """What is known of an expert."""

    name: str
    unit: str
    uscc: str = ""
    group_uscc: str = ""
    county: str = ""  # six digits; empty: outside the province, or of no county
    users: frozenset[int] = frozenset()  # accounts of this human being
    unit_usccs: frozenset[str] = frozenset()  # of the units that these accounts act for
    ties: tuple[Tie, ...] = ()
    decides: bool = False  # holds a post of examiner or leader in the deciding body


@dataclass(frozen=True)
class Applicants:
    """What is known of all applicants of a group together: an expert who may not see one of them sits in no seat."""

    units: frozenset[str] = frozenset()  # names of units
    words: frozenset[str] = frozenset()  # other names they gave: brand, project, employer
    people: frozenset[str] = frozenset()  # names of people
    usccs: frozenset[str] = frozenset()
    counties: frozenset[str] = frozenset()
    users: frozenset[int] = frozenset()
    deciding: frozenset[str] = field(default_factory=frozenset)  # names of the deciding body


def plain(name: str) -> str:
    """Return a name without the ways of writing it: width, capitals, spaces, punctuation."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())


def alike(one: str, other: str) -> bool:
    """Tell whether two names of units mean the same or a part of it; short names must be the very same."""
    one, other = sorted((plain(one), plain(other)), key=len)
    return bool(one) and (one == other or (bool(SHORT_HAN.fullmatch(one)) and one in other))


def bar(expert: Somebody, applicants: Applicants, day: date, *, home: bool = True) -> tuple[str, str] | None:
    """Return why an expert keeps away on this day, as (kind of tie, to whom), or None.

    `home`: experts of an applicant's county keep away, too (domain 6.4).
    """
    if expert.users & applicants.users or (not expert.users and plain(expert.name) in _plain(applicants.people)):
        return TieKind.OWN, expert.name
    if expert.decides:
        return TieKind.DECIDING, next(iter(sorted(applicants.deciding)), "")
    if unit := _same_unit(expert, applicants):
        return TieKind.UNIT, unit
    if expert.group_uscc and expert.group_uscc in applicants.usccs:
        return TieKind.GROUP, expert.group_uscc
    if home and expert.county and expert.county in applicants.counties:
        return TieKind.HOME, expert.county
    for tie in expert.ties:
        if (tie.until is None or day <= tie.until) and _meets(tie, applicants):
            return tie.kind, tie.name
    return None


def _same_unit(expert: Somebody, applicants: Applicants) -> str:
    if ({expert.uscc} | expert.unit_usccs) & applicants.usccs - {""} or plain(expert.unit) in _plain(applicants.words):
        return expert.unit
    return next((unit for unit in sorted(applicants.units) if alike(expert.unit, unit)), "")


def _meets(tie: Tie, applicants: Applicants) -> bool:
    """Tell whether a tie is to one of the applicants: by code, by the very name, or to a unit of a longer name."""
    if tie.uscc and tie.uscc in applicants.usccs:
        return True
    bodies = applicants.deciding if tie.kind == TieKind.DECIDING else frozenset()
    return plain(tie.name) in _plain(applicants.words | applicants.people) or any(
        alike(tie.name, unit) for unit in applicants.units | bodies
    )


def _plain(names: frozenset[str]) -> set[str]:
    return {plain(name) for name in names} - {""}
