"""The list of the library as a page shows it: finds, filters and the comparison tray, all as plain links.

Everything chosen lives in the address, so it works without JavaScript, survives Back and can be sent to others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from urllib.parse import parse_qsl, urlencode

from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from policies import queries, topics
from policies.models import BenefitKind, PolicyLevel, PolicyVersion
from policies.models.library import NATIONAL
from policies.pages.comparison import MOST
from policies.rules import standing
from policies.search import engine
from policies.search.counts import hash_of
from policies.search.engine import Hit, Query
from policies.states import Standing
from policies.wording import stressed
from regions import divisions

PAGE = 10
AROUND = 2  # numbered pages on each side of the present one
FIRST = 7  # values of a filter that are shown at once
BROAD, KEPT = 3_000, 300  # finds from which their benefits are counted once in so many seconds
LONGEST_SLUG = 80
GROUPS = {  # in the order of the page
    "region": gettext_lazy("Region"),
    "kind": gettext_lazy("Kind of benefit"),
    "audience": gettext_lazy("For whom"),
    "status": gettext_lazy("Status"),
    "level": gettext_lazy("Level"),
    "topic": gettext_lazy("Topic"),
    "year": gettext_lazy("Year"),
}
ORDERED = {"status": Standing.values, "level": PolicyLevel.values}
ORDERS = {
    "relevance": gettext_lazy("Best match"),
    "newest": gettext_lazy("Newest"),
    "ending": gettext_lazy("Ending soon"),
}


@dataclass(frozen=True)
class Option:
    """Something one may press: `address` leads to the list with it chosen, or dropped if it is chosen."""

    name: str
    address: str
    count: int = 0
    chosen: bool = False
    depth: int = 0


@dataclass(frozen=True)
class Facet:
    key: str
    name: str
    options: list[Option] = field(default_factory=list)
    rest: list[Option] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    """A find with what the page adds to it."""

    hit: Hit
    standing: Standing
    previous: str  # label of the version that this one replaced
    picked: bool
    pick: str  # address with it put into the comparison, or taken out

    @property
    def more(self) -> int:
        return self.hit.benefit_count - len(self.hit.benefits)

    @property
    def benefits(self) -> list[tuple]:
        return [(benefit, stressed(benefit.text_html)) for benefit in self.hit.benefits]


def picked_slugs(params) -> tuple[list[str], list[str]]:
    """Return the policies chosen for comparison, each once and at most three, and those left out."""
    slugs = list(dict.fromkeys(slug[:LONGEST_SLUG] for slug in params.getlist("p") if slug))
    return slugs[:MOST], slugs[MOST : MOST + 10]


def page_number(text: str) -> int:
    """Read the number of a page; anything else is the first."""
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 12 else 1


class Shelf:
    """What the address asks for, found; `place` is the region the reader chose last, "" if none."""

    def __init__(self, params, day: date, place: str = ""):
        self.day, self.place = day, place if divisions.exists(place) else ""
        self.query = engine.parse(params)
        self.page = page_number(params.get("page", ""))
        self.after = params.get("after", "")[:60]
        self.picks, self.left_out = picked_slugs(params)
        self.result = engine.search(self.query, day=day, page_size=PAGE, after=self.after, page=self.page)

    def address(self, query: Query | None = None, picks: Iterable[str] | None = None, **more) -> str:
        """Return the address of the list with another search, other picks, or a page."""
        pairs = parse_qsl((query or self.query).querystring(), keep_blank_values=True)
        pairs += [("p", slug) for slug in (self.picks if picks is None else picks)]
        return "?" + urlencode([*pairs, *more.items()])

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Return what the search form has to carry besides its words."""
        return parse_qsl(self.address(self.query.without("q"))[1:])

    # --- finds

    @cached_property
    def rows(self) -> list[Row]:
        previous = self._previous()
        return [
            Row(
                hit,
                standing(hit.version, self.day),
                previous.get((hit.version.policy_id, hit.version.number - 1), ""),
                hit.version.policy.slug in self.picks,
                self._pick(hit.version.policy.slug),
            )
            for hit in self.result.rows
        ]

    def _previous(self) -> dict[tuple[int, int], str]:
        later = [hit.version.policy_id for hit in self.result.rows if hit.version.number > 1]
        if not later:
            return {}
        versions = PolicyVersion.objects.public().filter(policy__in=later)
        return {(policy, number): label for policy, number, label in versions.values_list("policy", "number", "label")}

    @cached_property
    def open_items(self) -> dict[int, str]:
        """Return the codes of the services behind the benefits shown for which one can apply today, by key."""
        items = {benefit.service_item_id for hit in self.result.rows for benefit in hit.benefits} - {None}
        return queries.open_items(items, self.day)

    @cached_property
    def benefits(self) -> int:
        """How many benefits the policies found have in all, of the chosen kinds if any are chosen."""

        def count() -> int:
            return queries.count_benefits(engine.matching(self.query, day=self.day), self.query.kinds)

        key = f"policies.benefits:{self.day}:{hash_of(self.query)}"
        return count() if self.result.total <= BROAD else cache.get_or_set(key, count, KEPT)

    @cached_property
    def exact(self) -> int:
        """How many finds have all of the words, as the filters and benefits are counted; others only come close."""
        total = self.result.total
        if total > engine.MOST_PARTIAL or not self.query.text or self.query.sort != "relevance":
            return total
        return 0 if self.is_partial else min(total, engine.matching(self.query, day=self.day).count())

    @property
    def total_words(self) -> str:
        if self.is_partial:
            return _("Policies that come close")
        words = ngettext("%(n)s policy", "%(n)s policies", self.exact) % {"n": f"{self.exact:,}"}
        if self.benefits:
            items = ngettext("%(n)s benefit", "%(n)s benefits", self.benefits) % {"n": f"{self.benefits:,}"}
            words = _("%(policies)s, %(benefits)s") % {"policies": words, "benefits": items}
        is_mixed = any(hit.is_partial for hit in self.result.rows)
        return _("%(found)s, and others that come close") % {"found": words} if is_mixed else words

    @property
    def see_words(self) -> str:
        total = self.result.total
        return ngettext("See %(n)s policy", "See %(n)s policies", total) % {"n": f"{total:,}"}

    @property
    def synonyms(self) -> list[str]:
        """Return the words that were searched for as well."""
        return list(dict.fromkeys(word for _typed, words in self.result.synonyms for word in words))[:8]

    @property
    def is_partial(self) -> bool:
        """Whether nothing has all of the words, and what comes closest is shown."""
        return self.result.is_partial

    # --- pages

    @property
    def is_beyond(self) -> bool:
        return not self.result.rows and (self.page > 1 or bool(self.after))

    @property
    def first_page(self) -> str:
        return self.address()

    @property
    def pages(self) -> list[Option]:
        """Return the numbered pages around the present one, the first and the last; without a name: a gap."""
        last = self.result.pages
        if self.after or last < 2:
            return []
        near = range(self.page - AROUND, self.page + AROUND + 1)
        shown = sorted({1, last, *(number for number in near if 1 < number < last)})
        found: list[Option] = []
        for number in shown:
            if found and number - int(found[-1].name) > 1:
                found.append(Option("…", ""))
            chosen = number == self.page
            found.append(Option(str(number), self.address(page=number), chosen=chosen))
        return found

    @property
    def next_page(self) -> str:
        if not self.after and self.page < self.result.pages:
            return self.address(page=self.page + 1)
        return self.address(after=self.result.next) if self.result.next else ""

    # --- filters

    @cached_property
    def facets(self) -> list[Facet]:
        """Return every filter that offers a choice; its counts ignore its own choice.

        Where nothing has all of the words there is nothing to count: only what is chosen stays, to be dropped.
        """
        counted = {} if self.is_partial else engine.facets(self.query, day=self.day)
        found = [self._facet(key, counted.get(key, [])) for key in GROUPS]
        return [facet for facet in found if len(facet.options) > 1 or any(option.chosen for option in facet.options)]

    def _chosen(self, group: str) -> tuple[str, ...]:
        return getattr(self.query, engine.GROUPS[group])

    def _toggled(self, group: str, value: str) -> Query:
        chosen = self._chosen(group)
        values = tuple(v for v in chosen if v != value) if value in chosen else (*chosen, value)
        return replace(self.query, **{engine.GROUPS[group]: values})

    def _option(self, group: str, value: str, name: str, count: int, depth: int = 0) -> Option:
        chosen = value in self._chosen(group)
        return Option(name, self.address(self._toggled(group, value)), count, chosen, depth)

    def _facet(self, key: str, counted: list[tuple[str, str, int]]) -> Facet:
        missing = [value for value in self._chosen(key) if value not in {value for value, _label, _n in counted}]
        counted = [*counted, *((value, self.label(key, value), 0) for value in missing)]
        if key in ORDERED:
            counted.sort(key=lambda one: ORDERED[key].index(one[0]))
        if key == "region":
            return self._regions({value: count for value, _label, count in counted})
        options = [self._option(key, value, name, count) for value, name, count in counted]
        first = [option for index, option in enumerate(options) if index < FIRST or option.chosen]
        return Facet(key, str(GROUPS[key]), first, [option for option in options if option not in first])

    def _regions(self, counts: dict[str, int]) -> Facet:
        """The country, the home province, its cities and what is inside a chosen region; then the other provinces."""
        home, chosen = queries.home_province(), set(self._chosen("region"))
        opened = {divisions.parent(code) for code in chosen} | chosen

        def is_near(code: str) -> bool:
            above = divisions.parent(code) if divisions.exists(code) else ""
            return code in (NATIONAL, home) or code in chosen or above == home or (above in opened - {NATIONAL})

        codes = sorted(counts, key=lambda code: (code != NATIONAL, code[:2] != home[:2], code))
        near = [code for code in codes if is_near(code)]
        rest = [code for code in codes if code not in near and code.endswith("0000")]
        return Facet("region", str(GROUPS["region"]), self._places(near, counts), self._places(rest, counts))

    def _places(self, codes: list[str], counts: dict[str, int]) -> list[Option]:
        depths = [0 if code.endswith("0000") else 1 if code.endswith("00") else 2 for code in codes]
        return [
            self._option("region", code, divisions.name(code), counts[code], depth)
            for code, depth in zip(codes, depths, strict=True)
        ]

    def label(self, group: str, value: str) -> str:
        """Return the name of a value of a filter in the active language."""
        if group == "region":
            return divisions.name(value)
        named: Mapping = {"kind": dict(BenefitKind.choices), "level": dict(PolicyLevel.choices)}.get(group, {})
        if group == "status":
            return str(Standing(value).label)
        return str(named[value]) if value in named else topics.label(value)

    @property
    def chips(self) -> list[Option]:
        """Return what is chosen, to be dropped one by one; the usual status is no choice."""
        groups = [key for key in GROUPS if key != "status" or self.query.statuses != engine.SHOWN]
        return [
            Option(self.label(key, value), self.address(self._toggled(key, value)))
            for key in groups
            for value in self._chosen(key)
        ]

    @property
    def clear(self) -> str:
        return self.address(Query(text=self.query.text, sort=self.query.sort))

    @property
    def orders(self) -> list[Option]:
        return [
            Option(str(name), self.address(replace(self.query, sort=key)), chosen=key == self.query.sort)
            for key, name in ORDERS.items()
        ]

    @property
    def drops(self) -> list[Option]:
        """Return what to leave out so that something is found, with how much that would be."""
        return [
            Option(one.value or self._named(one.group), self.address(one.query), one.count)
            for one in self.result.suggestions
        ]

    def _named(self, group: str) -> str:
        names = ", ".join(self.label(group, value) for value in self._chosen(group)[:3])
        return f"{GROUPS[group]}: {names}" if names else str(GROUPS[group])

    # --- the reader's place

    @property
    def here(self) -> str:
        """The one place whose rules are looked at, "" when there is none or more than one."""
        regions = self.query.regions
        is_one = len(regions) == 1 and self.query.scope == "here" and regions[0] != NATIONAL
        return regions[0] if is_one and divisions.exists(regions[0]) else ""

    @property
    def here_offer(self) -> Option | None:
        """What applies in the place chosen last, one press away."""
        if not self.place or self.place in self.query.regions:
            return None
        return Option(
            divisions.name(self.place), self.address(replace(self.query, regions=(self.place,), scope="here"))
        )

    @property
    def scope(self) -> Option | None:
        """With a region chosen: only what it issued itself, or all that applies there."""
        if not self.query.regions:
            return None
        is_here = self.query.scope == "here"
        name = _("Only what was issued for exactly this place") if is_here else _("All that applies there")
        return Option(name, self.address(replace(self.query, scope="exact" if is_here else "here")))

    # --- comparison

    def _pick(self, slug: str) -> str:
        """The address with a policy put in or taken out; the fourth pushes the first out."""
        if slug in self.picks:
            return self._with_picks([one for one in self.picks if one != slug])
        return self._with_picks([*self.picks, slug][-MOST:])

    def _with_picks(self, picks: list[str]) -> str:
        page = {"page": self.page} if self.page > 1 else {"after": self.after} if self.after else {}
        return self.address(picks=picks, **page)

    @cached_property
    def tray(self) -> list[tuple[PolicyVersion, str]]:
        """Return the policies chosen for comparison, each with the address without it."""
        return [(one, self._pick(one.policy.slug)) for one in queries.leading_versions(self.picks, in_full=False)]

    @property
    def tray_left(self) -> int:
        return MOST - len(self.tray)

    @property
    def compare(self) -> str:
        return urlencode([("p", one.policy.slug) for one, _address in self.tray])
