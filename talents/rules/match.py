"""Whether a person and a vacancy, or a search, fit: rules with visible reasons, both ways (domain 7.5). Pure.

Hard: the place and the education. Soft: major, occupation, skills, working years, titles, kind of work and pay.
Nothing else is compared: no sex, age, household or ethnicity can come in, because neither side has a field for it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from talents.catalogs import majors, occupations
from talents.states import Degree, PayPeriod, Skill, Title, WorkKind

SKILLS_SHOWN = 5
NOT_WORKING = 9999  # a year: not yet
MONTHLY = {PayPeriod.HOUR: 174.0, PayPeriod.DAY: 21.75, PayPeriod.MONTH: 1.0, PayPeriod.YEAR: 1 / 12}  # hours, days, …


class Reason(NamedTuple):
    """A condition in words of the active language, whether it is met, and whether a person who misses it is out."""

    words: str
    met: bool
    is_hard: bool


@dataclass(frozen=True)
class Place:
    """A region: its path of codes from the province down, and its name."""

    path: str
    name: str = ""


@dataclass(frozen=True)
class Conditions:
    """What is asked for. Empty means: not asked."""

    places: tuple[Place, ...] = ()  # one of them
    degree: int | None = None  # at least
    majors: tuple[str, ...] = ()  # codes of the catalog, of any level; one of them
    occupation: str = ""
    skills: tuple[str, ...] = ()  # each is a condition
    years: int = 0  # at least
    title: int = 0  # at least
    skill: int = 0  # at least
    kind: str = ""
    pay_to: int | None = None  # yuan a month, the most that is paid


@dataclass(frozen=True)
class Facts:
    """What a profile says."""

    places: tuple[str, ...] = ()  # paths of where the person lives or would work
    degree: int = 0
    major: str = ""
    occupation: str = ""
    skills: frozenset[str] = frozenset()  # casefolded
    years: int = 0
    title: int = 0
    skill: int = 0
    kinds: frozenset[str] = frozenset()  # empty: any
    pay_from: int | None = None  # yuan a month


def explain(conditions: Conditions, facts: Facts) -> list[Reason]:
    """Return every condition that is asked for, the hard ones first, with whether the facts meet it."""
    return [*_hard(conditions, facts), *_soft(conditions, facts)]


def fits(reasons: Sequence[Reason]) -> bool:
    """Tell whether every hard condition is met."""
    return all(reason.met for reason in reasons if reason.is_hard)


def is_worth_telling(reasons: Sequence[Reason]) -> bool:
    """Tell whether a fit is close enough to write to somebody of it: at least half of the soft conditions, never none.

    [D] A vacancy without soft conditions fits everybody, and so is news to nobody.
    """
    soft = [reason.met for reason in reasons if not reason.is_hard]
    return fits(reasons) and any(soft) and sum(soft) * 2 >= len(soft)


def met(reasons: Iterable[Reason]) -> list[Reason]:
    """Return the conditions that are met."""
    return [reason for reason in reasons if reason.met]


def missing(reasons: Iterable[Reason]) -> list[Reason]:
    """Return the conditions that are not met."""
    return [reason for reason in reasons if not reason.met]


def closeness(reasons: Sequence[Reason]) -> tuple[bool, float, int]:
    """Return a key by which the closer fit is the larger: the hard conditions, the share that is met, how many."""
    count = len(met(reasons))
    return fits(reasons), count / max(1, len(reasons)), count


def years_of_work(work_since: int | None, today: date) -> int:
    """Return full calendar years of work, 0 for who has not begun."""
    return max(0, today.year - work_since) if work_since and work_since != NOT_WORKING else 0


def a_month(pay: int | None, period: str) -> int | None:
    """Return what a pay comes to in a month of 21.75 paid days of 8 hours (劳社部发〔2008〕3号)."""
    return None if pay is None else round(pay * MONTHLY[PayPeriod(period)])


def _hard(asked: Conditions, facts: Facts) -> list[Reason]:
    found = []
    if asked.places:
        named = " / ".join(place.name for place in asked.places)
        is_near = any(_touch(place.path, path) for place in asked.places for path in facts.places)
        found.append(Reason(_("place: %(names)s") % {"names": named}, is_near, True))
    if asked.degree:
        words = _("education: %(name)s or above") % {"name": Degree(asked.degree).label}
        found.append(Reason(words, facts.degree >= asked.degree, True))
    return found


def _soft(asked: Conditions, facts: Facts) -> list[Reason]:
    found = [*_studied(asked, facts), *_ranks(asked, facts)]
    if asked.years:
        found.append(Reason(_("working years: %(n)s or more") % {"n": asked.years}, facts.years >= asked.years, False))
    for skill in asked.skills[:SKILLS_SHOWN]:
        found.append(Reason(_("skill: %(name)s") % {"name": skill}, skill.casefold() in facts.skills, False))
    if asked.kind:
        is_met = not facts.kinds or asked.kind in facts.kinds
        found.append(Reason(_("kind of work: %(name)s") % {"name": WorkKind(asked.kind).label}, is_met, False))
    if asked.pay_to and facts.pay_from:
        found.append(Reason(_("pay as expected"), asked.pay_to >= facts.pay_from, False))
    return found


def _studied(asked: Conditions, facts: Facts) -> list[Reason]:
    found = []
    if asked.majors:
        named = " / ".join(majors().name(code) for code in asked.majors)
        is_met = any(facts.major in majors().below(code) for code in asked.majors)
        found.append(Reason(_("major: %(names)s") % {"names": named}, is_met, False))
    if asked.occupation:
        is_met = bool(facts.occupation) and _same_line(asked.occupation, facts.occupation)
        name = occupations().name(asked.occupation)
        found.append(Reason(_("occupation: %(name)s") % {"name": name}, is_met, False))
    return found


def _ranks(asked: Conditions, facts: Facts) -> list[Reason]:
    found = []
    if asked.title:
        words = _("title: %(name)s or above") % {"name": Title(asked.title).label}
        found.append(Reason(words, facts.title >= asked.title, False))
    if asked.skill:
        words = _("skill level: %(name)s or above") % {"name": Skill(asked.skill).label}
        found.append(Reason(words, facts.skill >= asked.skill, False))
    return found


def _touch(first: str, second: str) -> bool:
    """Tell whether one place holds the other."""
    return f"{first}/".startswith(f"{second}/") or f"{second}/".startswith(f"{first}/")


def _same_line(first: str, second: str) -> bool:
    """Tell whether one occupation is the other or a group that holds it."""
    return second in occupations().below(first) or first in occupations().below(second)
