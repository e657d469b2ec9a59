"""What an address of the map asks for, and in words what of it we do not understand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.http import urlencode
from django.utils.translation import gettext as _

from laborbrands.models import Industry
from laborbrands.queries import brands
from laborbrands.queries.atlas import MEASURES
from laborbrands.queries.places import Places
from laborbrands.states import CountyKind, Tier
from regions.models import Region

LONGEST_TEXT = 60
TIERS = {tier.lower(): (tier,) for tier in Tier.values} | {"local": brands.LOCAL}
KINDS = {kind.lower(): kind for kind in CountyKind.values}
KEPT = ("tier", "industry", "kind", "year", "q", "show", "region")  # what a link to another brand or region keeps


@dataclass
class Asked:
    """One reading of the map: on which day, what narrows it, which brand is looked at, what the shade measures."""

    today: date
    year: int
    years: range
    places: Places
    industries: dict[str, Industry]
    filters: brands.Filters
    show: str
    brand: str
    given: dict[str, list[str]]
    problems: list[str] = field(default_factory=list)

    @property
    def day(self) -> date:
        """The last day of the year, today in the current one."""
        return self.today if self.year >= self.today.year else date(self.year, 12, 31)

    @property
    def level(self) -> Region:
        return self.filters.region or self.places.province

    @property
    def is_whole(self) -> bool:
        """Whether it shows the whole province as it is today: only beside that stands what the province reported."""
        return self.day == self.today and self.filters == brands.Filters(places=self.places)

    def query(self, **changes) -> str:
        """Return the query string of this reading with something changed; None leaves it out."""
        kept = {name: values for name, values in self.given.items() if name in KEPT}
        kept |= {name: [value] if value else [] for name, value in changes.items()}
        found = urlencode([(name, value) for name in (*KEPT, "brand", "sort") for value in kept.get(name, ())])
        return f"?{found}" if found else "?"

    def before(self, name: str) -> str:
        """Return the beginning of a query string to which `name=value` is to be added."""
        kept = self.query(**{name: None})
        return kept if kept == "?" else f"{kept}&"


def read(params: Mapping, today: date) -> Asked:
    """Read the parameters of an address. What is unknown is left out and said in `problems`. Six queries."""
    places, problems = Places(today), []
    industries = {industry.code: industry for industry in Industry.objects.all()}
    given = {name: [value[:LONGEST_TEXT] for value in params.getlist(name) if value] for name in params}
    words = " ".join(given.get("q", [""])[:1]).replace("\0", "").strip()
    years = range(min(brands.first_year() or today.year, today.year), today.year + 1)
    no_kind = _("We know no kind of county “%(value)s”.")
    filters = brands.Filters(
        tiers=_tiers(given, problems),
        industries=_known(given, "industry", industries, _("We know no industry “%(value)s”."), problems),
        kinds=tuple(KINDS[kind] for kind in _known(given, "kind", KINDS, no_kind, problems)),
        region=_region(given, places, problems),
        words=words,
        places=places,
    )
    return Asked(
        today=today,
        year=_year(given, years, problems),
        years=years,
        places=places,
        industries=industries,
        filters=filters,
        show=next((show for show in given.get("show", ()) if show in MEASURES), MEASURES[0]),
        brand=given.get("brand", [""])[0],
        given=given,
        problems=problems,
    )


def _known(given: dict, name: str, known, refusal: str, problems: list[str]) -> tuple[str, ...]:
    """Keep the values that are known; say the others and drop them from the address."""
    problems.extend(refusal % {"value": value} for value in given.get(name, ()) if value not in known)
    given[name] = [value for value in dict.fromkeys(given.get(name, ())) if value in known]
    return tuple(given[name])


def _tiers(given: dict, problems: list[str]) -> tuple[str, ...]:
    known = _known(given, "tier", TIERS, _("We know no tier “%(value)s”."), problems)
    found = tuple(dict.fromkeys(tier for value in known for tier in TIERS[value]))
    if len(found) == len(Tier.values):
        given["tier"] = []  # all of them are no filter
        return ()
    return found


def _region(given: dict, places: Places, problems: list[str]) -> Region | None:
    asked = given.get("region", [])[:1]
    found = places.find(asked[0]) if asked else None
    if asked and found is None:
        problems.append(_("We know no region “%(value)s”.") % {"value": asked[0]})
    if found == places.province:
        found = None
    given["region"] = [found.code] if found else []
    return found


def _year(given: dict, years: range, problems: list[str]) -> int:
    asked = given.get("year", [])[:1]
    year = int(asked[0]) if asked and asked[0].isascii() and asked[0].isdecimal() else None
    if year in years:
        given["year"] = [str(year)] if year != years[-1] else []
        return year
    if asked:
        said = {"value": asked[0], "first": years[0], "last": years[-1]}
        problems.append(_("There is no map of the year “%(value)s”, only from %(first)s to %(last)s.") % said)
    given["year"] = []
    return years[-1]
