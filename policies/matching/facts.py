"""What rules may ask about a person: each fact with its question, its choices in order and how it can change.

The keys are those of `Benefit.conditions` and `GuideVersion.eligibility`; a person's facts are a plain dictionary
`{"degree": "master", "age": 34, "region": "530000/530100/530114", ...}`, fit for JSON. What is absent is unknown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from regions import divisions

NATION = divisions.NATIONAL


class Kind(Enum):
    ORDER = auto()  # choices from the lowest to the highest; one can climb, not fall
    CHOICE = auto()  # one of several; it can be changed
    NUMBER = auto()  # whole years or months that only grow
    FLAG = auto()  # yes or no
    PLACE = auto()  # a code of GB/T 2260, or the codes from the province down joined by "/"; one can move


@dataclass(frozen=True)
class Fact:
    """Something that rules ask. `unit` and `gap` take a number and return words."""

    key: str
    kind: Kind
    label: Promise
    question: Promise
    choices: Mapping = None
    help: Promise | str = ""
    unit: Callable[[int], str] | None = None
    gap: Callable[[int], str] | None = None
    highest: int = 0
    a_year: int = 1  # by how much a number grows at most
    passes: bool = False  # a number that grows by itself, whatever one does
    is_fixed: bool = False  # a "no" cannot become a "yes"

    @property
    def values(self) -> list:
        """The choices, from the lowest to the highest."""
        return list(self.choices or {})

    def told(self, have) -> str:
        """Say a value in the form in which `known` returns it."""
        match self.kind:
            case Kind.PLACE:
                return divisions.name(next((code for code in reversed(have) if not code.startswith("9")), have[-1]))
            case Kind.NUMBER:
                return self.unit(have)
            case Kind.FLAG:
                return str(self.choices[have])
        return str(self.choices[self.values[have]])


def _counted(singular_and_plural) -> Callable[[int], str]:
    return lambda count: str(singular_and_plural % {"count": count})


_years = _counted(ngettext_lazy("%(count)d year", "%(count)d years", "count"))
_months = _counted(ngettext_lazy("%(count)d month", "%(count)d months", "count"))
_age = _counted(ngettext_lazy("%(count)d year old", "%(count)d years old", "count"))
_YES_NO = {True: _("Yes"), False: _("No")}

_ALL = (
    Fact(
        "region",
        Kind.PLACE,
        _("Place of work"),
        _("Where do you work, or plan to work?"),
        help=_("What holds there: the rules of the county, the city, the province and the whole country."),
    ),
    Fact(
        "degree",
        Kind.ORDER,
        _("Degree"),
        _("What is your highest degree?"),
        {
            "none": _("below an associate degree"),
            "associate": _("associate"),
            "bachelor": _("bachelor"),
            "master": _("master"),
            "doctor": _("doctor"),
        },
    ),
    Fact(
        "grade",
        Kind.ORDER,
        _("Talent class"),
        _("In which class are you recognized as a talent?"),
        {
            "none": _("not recognized yet"),
            "F": _("class F"),
            "E": _("class E"),
            "D": _("class D"),
            "C": _("class C"),
            "B": _("class B"),
            "A": _("class A"),
        },
        help=_("From A (top talent) to F (young and basic talent), as your certificate says."),
    ),
    Fact(
        "title",
        Kind.ORDER,
        _("Professional title"),
        _("What is your professional title?"),
        {
            "none": _("no title"),
            "junior": _("junior title"),
            "intermediate": _("intermediate title"),
            "associate_senior": _("deputy senior title"),
            "senior": _("full senior title"),
        },
    ),
    Fact(
        "age",
        Kind.NUMBER,
        _("Age"),
        _("How old are you?"),
        help=_("In full years."),
        unit=_age,
        gap=_counted(ngettext_lazy("Still %(count)d year too young", "Still %(count)d years too young", "count")),
        highest=120,
        passes=True,
    ),
    Fact(
        "employer",
        Kind.CHOICE,
        _("Employer"),
        _("For whom do you work?"),
        {
            "enterprise": _("an enterprise"),
            "startup": _("my own start-up"),
            "university": _("a university or college"),
            "research": _("a research institute"),
            "public_institution": _("a school, hospital or other public institution"),
            "government": _("a government body"),
            "rural": _("a village, cooperative or farm"),
            "self_employed": _("self-employed"),
            "none": _("nobody at present"),
        },
    ),
    Fact(
        "years",
        Kind.NUMBER,
        _("Working years"),
        _("How many years have you worked?"),
        help=_("In full years."),
        unit=_years,
        gap=_counted(ngettext_lazy("Still %(count)d year of work", "Still %(count)d years of work", "count")),
        highest=70,
    ),
    Fact(
        "insured_months",
        Kind.NUMBER,
        _("Social insurance paid there"),
        _("For how many months has your social insurance been paid there?"),
        unit=_months,
        gap=_counted(
            ngettext_lazy(
                "Still %(count)d month of social insurance", "Still %(count)d months of social insurance", "count"
            )
        ),
        highest=840,
        a_year=12,
    ),
    Fact(
        "graduated_years",
        Kind.NUMBER,
        _("Time since graduation"),
        _("How many full years ago did you graduate?"),
        help=_("0 if it is less than a year ago."),
        unit=_years,
        gap=_counted(
            ngettext_lazy("%(count)d more year since graduation", "%(count)d more years since graduation", "count")
        ),
        highest=80,
        passes=True,
    ),
    Fact(
        "skill",
        Kind.ORDER,
        _("Vocational skill level"),
        _("What is your vocational skill level?"),
        {
            "none": _("no skill level"),
            "5": _("level 5 (junior worker)"),
            "4": _("level 4 (intermediate worker)"),
            "3": _("level 3 (senior worker)"),
            "2": _("level 2 (technician)"),
            "1": _("level 1 (senior technician)"),
        },
    ),
    Fact("full_time", Kind.FLAG, _("Work full time there"), _("Do you work there full time?"), _YES_NO),
    Fact(
        "returned",
        Kind.FLAG,
        _("Returned from studies abroad"),
        _("Have you come back from studies or work abroad?"),
        _YES_NO,
        is_fixed=True,
    ),
    Fact(
        "first_home",
        Kind.FLAG,
        _("No home of your own there"),
        _("Are you without a home of your own there?"),
        _YES_NO,
        help=_("Yes if neither you nor your spouse owns one at the place of work."),
        is_fixed=True,
    ),
)
FACTS: dict[str, Fact] = {fact.key: fact for fact in _ALL}


def known(facts: Mapping, key: str):
    """Return the value of a fact in the form in which rules compare it, None when it is unknown or makes no sense.

    Positions of choices in their order, whole numbers, True or False, the codes of a place from the widest down.
    """
    return _READ[FACTS[key].kind](FACTS[key], facts.get(key))


def _position(fact: Fact, raw) -> int | None:
    return fact.values.index(str(raw)) if str(raw) in fact.choices else None


def _number(fact: Fact, raw) -> int | None:
    if isinstance(raw, str) and raw.isascii() and raw.isdecimal() and len(raw) < 5:
        raw = int(raw)
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw <= fact.highest else None


def _flag(_fact: Fact, raw) -> bool | None:
    return {"yes": True, "no": False}.get(raw) if isinstance(raw, str) else raw if isinstance(raw, bool) else None


def _codes(_fact: Fact, raw) -> tuple[str, ...] | None:
    codes = tuple(raw.split("/")) if isinstance(raw, str) else ()
    return codes if codes and all(len(code) == 6 and code.isascii() and code.isdecimal() for code in codes) else None


_READ = {
    Kind.ORDER: _position,
    Kind.CHOICE: _position,
    Kind.NUMBER: _number,
    Kind.FLAG: _flag,
    Kind.PLACE: _codes,
}


def lies_in(codes: tuple[str, ...], area: str) -> bool:
    """Tell whether a place, given by its codes, lies in the area of a code: 530114 in 530100, 530000 and 000000."""
    stem = area.removesuffix("00").removesuffix("00").removesuffix("00")
    return any(code == area or code.startswith(stem) for code in codes)
