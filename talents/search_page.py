"""The talent search as a page shows it: cards, facets, chips and pages, all as plain links.

Everything chosen lives in the address, so it works without JavaScript, survives Back and can be kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from urllib.parse import parse_qsl, urlencode

from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from regions.models import Region, RegionKind
from talentportal.lib.bilingual import pick
from talents.catalogs import industries, languages, majors
from talents.limits import SMALL_CELL
from talents.queries import contact
from talents.queries.cards import years_of
from talents.queries.search import Card, Found
from talents.rules.asked import GRADES, RANGES, Asked
from talents.rules.conditions import LABELS, NEVER, name_of, names_of
from talents.rules.steps import shown
from talents.states import Available, Degree, ProofOf, SchoolKind, Skill, Title, Trait, WorkKind

FIRST = 6  # values of a facet that are shown at once
FOUND = 12  # majors that are listed for a word
SKILLS = 5  # of a card
ORDER = (
    *("major", "degree", "years", "title", "grade", "available", "region", "pay", "skill", "industry", "language"),
    *("trait", "proof", "school", "kind"),
)
ALWAYS = ("major", "degree", "years", "title", "grade", "available", "region")  # open; the others when something is set
YEARS = ((0, 2), (3, 5), (6, 10), (11, 20), (21, 60))
LISTED = {
    "degree": sorted(Degree.values, reverse=True),
    "title": sorted(set(Title.values) - {Title.NONE}, reverse=True),
    "skill": sorted(set(Skill.values) - {Skill.NONE}, reverse=True),
    "grade": GRADES,
    "available": Available.values,
    "trait": Trait.values,
    "proof": ProofOf.values,
    "school": SchoolKind.values,
    "kind": WorkKind.values,
}
ORDERS = {"match": pgettext_lazy("talents", "Best match"), "newest": gettext_lazy("Latest change")}


@dataclass(frozen=True)
class Option:
    """Something one may press: `address` leads to the page with it chosen, or dropped if it is chosen."""

    name: str
    address: str
    count: str = ""
    chosen: bool = False


@dataclass(frozen=True)
class Facet:
    """A condition with its values; `wish` leads to the page with it as a wish, or as a must again."""

    key: str
    name: str
    is_open: bool
    options: list[Option] = field(default_factory=list)
    rest: list[Option] = field(default_factory=list)
    wish: str = ""
    is_wish: bool = False


@dataclass(frozen=True)
class Row:
    """A card in words, with what stands between the unit and the person."""

    card: Card
    letter: str
    facts: list[str]
    place: str
    skills: list[str]
    proofs: list[str]
    traits: list[str]
    between: object | None
    again: date | None  # from when on the unit may ask once more

    @property
    def match(self) -> str:
        """How the person fits, in words."""
        total, met = len(self.card.lines), self.card.met
        if not total:
            return ""
        if met == total:
            return ngettext("meets the condition", "meets all %(n)s conditions", total) % {"n": total}
        told = {"n": met, "missing": _(", ").join(self.card.missing)}
        return ngettext("meets %(n)s; missing: %(missing)s", "meets %(n)s; missing: %(missing)s", met) % told


class SearchPage:
    """What the address asks for, found for the unit that somebody acts for."""

    def __init__(self, found: Found, find: str = ""):
        self.found, self.asked, self.word = found, found.asked, " ".join(find.split())[:40]

    def address(self, asked: Asked | None = None, **more) -> str:
        """Return the address of the page with another search, or of the next page."""
        pairs = parse_qsl((self.asked if asked is None else asked).querystring(), keep_blank_values=True)
        return "?" + urlencode([*pairs, *more.items()])

    def kept(self, *without: str) -> list[tuple[str, str]]:
        """Return what a form has to carry besides its own fields."""
        return [pair for pair in parse_qsl(self.asked.querystring()) if pair[0] not in without]

    @property
    def numbers(self) -> dict[str, str]:
        """Return the numbers that are set, as their fields hold them."""
        return {name: str(number) for name, number in self.asked.numbers.items()}

    @property
    def kept_for_words(self) -> list[tuple[str, str]]:
        return self.kept("q", "region")

    @property
    def kept_for_years(self) -> list[tuple[str, str]]:
        return self.kept(*RANGES["years"])

    @property
    def kept_for_pay(self) -> list[tuple[str, str]]:
        return self.kept("pay")

    @property
    def kept_for_major(self) -> list[tuple[str, str]]:
        return self.kept()

    # --- what is found

    @property
    def total(self) -> str:
        """How many people, in steps."""
        return _("%(n)s people are willing to be found") % {"n": shown(self.found.counts.total)}

    @cached_property
    def rows(self) -> list[Row]:
        """The people of this page."""
        cards = self.found.cards
        unit, ids = self.found.unit, [card.profile.pk for card in cards]
        between, again = contact.state_between(unit, ids), contact.cool_downs(unit, ids, self.found.now)
        return [self._row(card, between.get(card.profile.pk), again.get(card.profile.pk)) for card in cards]

    def _row(self, card: Card, between, again) -> Row:
        profile = card.profile
        facts = [profile.get_degree_display(), majors().name(profile.major) if profile.major else "",
                 years_of(profile, self.found.now) if profile.work_since else "",
                 profile.get_title_display() if profile.title else ""]  # fmt: skip
        return Row(
            card,
            letter_of(profile.degree),
            [fact for fact in facts if fact],
            self._place(profile),
            profile.skills[:SKILLS],
            [name_of("proof", of) for of in card.entry.proofs],
            [name_of("trait", trait) for trait in profile.traits if trait in Trait.values],
            between,
            again,
        )

    def _place(self, profile) -> str:
        told = {"place": pick(profile.region, "name"), "begin": profile.get_available_display()}
        return _("lives in %(place)s; %(begin)s") % told

    @property
    def next(self) -> str:
        """The address of the next page, "" on the last."""
        mark = self.found.next
        return self.address(after=mark) if mark else ""

    @property
    def orders(self) -> list[Option]:
        """The orders to choose from."""
        return [
            Option(name, self.address(replace(self.asked, sort=sort)), chosen=sort == self.asked.sort)
            for sort, name in ORDERS.items()
        ]

    @property
    def excluding(self) -> list[Option]:
        """Which conditions keep most people out, each with the address of the search without it."""
        return [
            Option(str(LABELS[group]), self.address(self.asked.without(group)), shown(more))
            for group, more in self.found.excluding[:3]
        ]

    @property
    def chips(self) -> list[Option]:
        """What is chosen, each with the address of the search without it."""
        chips = [Option(self.asked.text, self.address(self.asked.without("q")))] if self.asked.text else []
        for group in self.asked.groups:
            values = [""] if group in RANGES else self.asked.values(group)
            names = names_of(self.asked, group, self.found.names)
            chips += [
                Option(name, self.address(self.asked.without(group, value)), chosen=group in self.asked.wishes)
                for value, name in zip(values, names, strict=True)
            ]
        return chips

    # --- facets

    @cached_property
    def regions(self) -> list[Region]:
        """The prefectures of the province where the unit works, and the province."""
        province = self.found.unit.work_region.path.split("/")[0]
        found = Region.objects.filter(pk=province) | Region.objects.filter(parent=province)
        return list(found.exclude(kind=RegionKind.ZONE).order_by("path"))

    @cached_property
    def places(self) -> list[Option]:
        """The regions to choose from beside the words."""
        chosen = self.asked.values("region")
        known = {region.pk: region for region in [*self.regions, *self.found.regions.values()]}
        return [Option(pick(one, "name"), code, chosen=chosen == (code,)) for code, one in known.items()]

    @cached_property
    def facets(self) -> list[Facet]:
        """All conditions with live counts, each count as if nothing were chosen in its own condition."""
        return [self._facet(group) for group in ORDER]

    def _facet(self, group: str) -> Facet:
        options = self._options(group)
        first = [one for place, one in enumerate(options) if one.chosen or place < FIRST]
        is_set, is_wish = bool(self.asked.values(group)), group in self.asked.wishes
        return Facet(
            group,
            str(LABELS[group]),
            is_set or group in ALWAYS,
            first,
            [one for one in options if one not in first],
            self.address(self.asked.wishing(group, is_wish=not is_wish)) if is_set else "",
            is_wish,
        )

    def _options(self, group: str) -> list[Option]:
        if group == "years":
            return [self._years(least, most) for least, most in YEARS]
        if group == "pay":
            return []
        counts = self.found.counts.values[group]
        if group == "available":
            return [self._option(group, str(value), sum(n for m, n in counts.items() if m <= value), alone=True)
                    for value in LISTED[group]]  # fmt: skip
        if group in LISTED:
            return [self._option(group, str(value), counts[value]) for value in LISTED[group]]
        values = {"major": self._majors, "region": self._prefectures}.get(group, lambda: list(counts))()
        ranked = sorted(set(values) - {""}, key=lambda value: (-(self._count(group, value) // SMALL_CELL), value))
        chosen = self.asked.values(group)
        kept = [value for value in ranked if value in chosen] + [value for value in ranked if value not in chosen]
        return [self._option(group, value, self._count(group, value)) for value in kept]

    def _majors(self) -> Iterable[str]:
        """The majors to list: those found for the word typed, or the most frequent."""
        if self.word:
            return [*self.asked.values("major"), *(entry.code for entry in majors().find(self.word, FOUND))]
        counts = self.found.counts.values["major"]
        return [*self.asked.values("major"), *(code for code, _n in counts.most_common(FOUND))]

    def _prefectures(self) -> Iterable[str]:
        return [*self.asked.values("region"), *(one.pk for one in self.regions[1:])]

    def _count(self, group: str, value: str) -> int:
        counts = self.found.counts.values[group]
        if group == "major":
            return sum(n for code, n in counts.items() if code.startswith(value))
        return counts[value]

    def _option(self, group: str, value: str, count: int, *, alone: bool = False) -> Option:
        chosen = value in self.asked.values(group)
        left = self.asked.without(group) if alone else self.asked
        asked = self.asked.without(group, value) if chosen else left.having(group, value)
        return Option(self._name(group, value), self.address(asked), shown(count), chosen)

    def _name(self, group: str, value: str) -> str:
        if group == "region":
            return next(
                (pick(one, "name") for one in [*self.regions, *self.found.regions.values()] if one.pk == value), value
            )
        catalog = {"major": majors, "industry": industries, "language": languages}.get(group)
        return catalog().name(value) if catalog else name_of(group, value)

    def _years(self, least: int, most: int) -> Option:
        counts, numbers = self.found.counts.values["years"], {"years_min": least, "years_max": most}
        numbers = {name: n for name, n in numbers.items() if n and n != 60}
        year = self.found.year
        count = sum(n for since, n in counts.items() if least <= (0 if since == NEVER else year - since) <= most)
        chosen = {k: v for k, v in self.asked.numbers.items() if k in RANGES["years"]} == numbers
        left = self.asked.without("years")
        asked = left if chosen else replace(left, numbers={**left.numbers, **numbers})
        name = names_of(Asked(numbers=numbers), "years")[0]
        return Option(name, self.address(asked), shown(count), chosen)


def letter_of(degree: int) -> str:
    """Return the one letter of an education that stands beside a card."""
    chinese, english = (
        dict(zip(Degree.values, "高专本硕博", strict=True)),
        dict(zip(Degree.values, "SCBMD", strict=True)),
    )
    return (english if (get_language() or "").startswith("en") else chinese)[degree]
