"""Which brands are on the map on a day, and every count of them: a brand counts once, at its highest tier, at home.

Map, list, ranking, API, dashboard and home page all read from `on_the_map`, so that they cannot disagree.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import NamedTuple

from django.db.models import Case, Count, Exists, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value, When

from laborbrands.models import Brand, BrandOccupation, BrandStat, Opening, Recognition, ReportedFigure, TrainingClass
from laborbrands.queries.places import Places
from laborbrands.states import ON_THE_MAP, Stage, Tier
from regions.models import Region

PUBLIC_STAGES = (*ON_THE_MAP, Stage.REMOVED, Stage.MERGED)  # the last two on the days before their end
RANKS = {tier: rank for rank, tier in enumerate(Tier.values)}
LOCAL = (Tier.PREFECTURAL, Tier.COUNTY)
NAMED = ("name_zh", "name_en", "short_zh", "short_en", "product_zh", "product_en", "occupation_code")
AT_HOME = tuple(f"region__{up}name_{language}" for up in ("", "parent__") for language in ("zh", "en"))


@dataclass(frozen=True)
class Filters:
    """What narrows the map; values of one group mean "one of these". `region` and `kinds` need `places`."""

    tiers: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    region: Region | None = None
    words: str = ""
    places: Places | None = None

    def without(self, group: str) -> "Filters":
        """Return the filters without one group: a facet's counts ignore its own."""
        return replace(self, **{group: None if group == "region" else ()})

    @cached_property
    def homes(self) -> frozenset[str] | None:
        """The codes of homes that region and kinds leave; None: any."""
        found = self.places.within(self.region) if self.region else None
        if self.kinds:
            of_kind = self.places.of_kinds(self.kinds)
            found = of_kind if found is None else found & of_kind
        return found

    def fit(self, cell: "Cell") -> bool:
        return (
            (not self.tiers or cell.tier in self.tiers)
            and (not self.industries or cell.industry in self.industries)
            and (self.homes is None or cell.home in self.homes)
        )


EVERYTHING = Filters()


def rank_of(field: str) -> Case:
    """Return the expression that orders tiers, 0 the highest."""
    whens = [When(**{field: tier}, then=Value(rank)) for tier, rank in RANKS.items()]
    return Case(*whens, output_field=IntegerField())


def on_the_map(day: date, filters: Filters = EVERYTHING) -> QuerySet[Brand]:
    """Return the brands recognized on a day, each once, annotated with `tier`, `jobs` and `trained`.

    `tier` is the highest that stands on the day; the figures are those of the newest verified version of the newest
    year up to the day's, None where nobody has verified any.
    """
    standing = Recognition.objects.standing_on(day).filter(brand=OuterRef("pk"))
    verified = BrandStat.objects.filter(brand=OuterRef("pk"), verified_at__isnull=False, year__lte=day.year)
    verified = verified.order_by("-year", "-version")
    brands = Brand.objects.filter(Exists(standing), stage__in=PUBLIC_STAGES).annotate(
        tier=Subquery(standing.order_by(rank_of("tier")).values("tier")[:1]),
        jobs=Subquery(verified.values("driven_jobs")[:1]),
        trained=Subquery(verified.values("trained")[:1]),
    )
    if filters.tiers:
        brands = brands.filter(tier__in=filters.tiers)
    if filters.industries:
        brands = brands.filter(industry__in=filters.industries)
    if filters.homes is not None:
        brands = brands.filter(region__in=filters.homes)
    return matching(brands, filters.words)


def matching(brands: QuerySet[Brand], text: str) -> QuerySet[Brand]:
    """Narrow brands to those of whose name, product, county or occupation each word is a part."""
    for word in text.split():
        fits = Q()
        for name in (*NAMED, *AT_HOME):
            fits |= Q(**{f"{name}__icontains": word})
        skilled = BrandOccupation.objects.filter(brand=OuterRef("pk"))
        skilled = skilled.filter(Q(name_zh__icontains=word) | Q(name_en__icontains=word) | Q(code__startswith=word))
        covering = Brand.coverage.through.objects.filter(brand=OuterRef("pk"))
        covering = covering.filter(Q(region__name_zh__icontains=word) | Q(region__name_en__icontains=word))
        brands = brands.filter(fits | Exists(skilled) | Exists(covering))
    return brands


# --- figures ----------------------------------------------------------------------------------------------------------


class Tally(NamedTuple):
    """How many brands, and the sums of their verified figures."""

    brands: int = 0
    jobs: int = 0
    trained: int = 0

    def plus(self, other: "Tally") -> "Tally":
        return Tally(*(a + b for a, b in zip(self, other, strict=True)))


class Cell(NamedTuple):
    """The brands of one tier and industry with the same home."""

    tier: str
    industry: str
    home: str
    tally: Tally


class Figures:
    """All counts of a page from one reading: total, per tier, industry, kind of county, region and prefecture."""

    def __init__(self, day: date, filters: Filters):
        self.filters, self.places = filters, filters.places
        wide = on_the_map(day, Filters(words=filters.words)).order_by()
        grouped = wide.values_list("tier", "industry", "region").annotate(
            n=Count("pk"), all_jobs=Sum("jobs", default=0), all_trained=Sum("trained", default=0)
        )
        self.cells = [Cell(*row[:3], Tally(*row[3:])) for row in grouped]

    @cached_property
    def total(self) -> Tally:
        return _sum(cell.tally for cell in self._fitting())

    @cached_property
    def everything(self) -> Tally:
        """All that the words alone leave."""
        return _sum(cell.tally for cell in self.cells)

    @cached_property
    def tiers(self) -> dict[str, Tally]:
        return self._by("tiers", lambda cell: (cell.tier,))

    @cached_property
    def shown_tiers(self) -> dict[str, Tally]:
        """By tier, of what is shown."""
        return self._by("", lambda cell: (cell.tier,))

    @cached_property
    def industries(self) -> dict[str, Tally]:
        return self._by("industries", lambda cell: (cell.industry,))

    @cached_property
    def kinds(self) -> dict[str, Tally]:
        return self._by("kinds", lambda cell: self.places.kinds(cell.home))

    @cached_property
    def prefectures(self) -> dict[str, Tally]:
        """By prefecture, whatever region is chosen; the province's code stands for its own brands."""
        return self._by("region", lambda cell: (self.places.prefecture(cell.home),))

    def areas(self, level: Region) -> dict[str, Tally]:
        """Count by the parts of a region; its own code stands for brands in none of them."""
        return self._by("", lambda cell: (self.places.area(cell.home, level),))

    def _fitting(self, ignored: str = "") -> Iterable[Cell]:
        filters = self.filters.without(ignored) if ignored else self.filters
        return (cell for cell in self.cells if filters.fit(cell))

    def _by(self, ignored: str, keys) -> dict[str, Tally]:
        found = defaultdict(Tally)
        for cell in self._fitting(ignored):
            for key in keys(cell):
                found[key] = found[key].plus(cell.tally)
        return found


def _sum(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total = total.plus(tally)
    return total


def count_on(day: date) -> dict[str, int]:
    """Return how many brands are on the map on a day by tier, and "all" of them. One query."""
    counted = on_the_map(day).order_by().values_list("tier").annotate(n=Count("pk"))
    by_tier = dict(counted)
    return by_tier | {"all": sum(by_tier.values())}


def first_year() -> int | None:
    """Return the year of the first recognition of all, where the map's years begin."""
    first = Recognition.objects.aggregate(day=Min("recognized_on"))["day"]
    return first and first.year


def reported(province: Region | None) -> ReportedFigure | None:
    """Return the headline that the province reported about jobs; it is never added to anything."""
    return ReportedFigure.objects.filter(region=province, key__contains="jobs").order_by("key").first()


# --- around the map ---------------------------------------------------------------------------------------------------


def search(text: str, day: date, most: int = 50) -> list[Brand]:
    """Return the first brands on the map that fit the words, the highest tier first."""
    found = on_the_map(day, Filters(words=text)).select_related("region__parent")
    rows = list(found.defer("region__outline", "region__parent__outline").order_by(rank_of("tier"), "code")[:most])
    for brand in rows:
        brand.tier_name = Tier(brand.tier).label
    return rows


def openings(brands: QuerySet[Brand], day: date) -> QuerySet[Opening]:
    """Return the jobs that brands offer on a day, the soonest to close first, samples last."""
    open_now = Opening.objects.filter(opens_on__lte=day, closes_on__gte=day, brand__in=brands.values("pk"))
    return open_now.select_related("brand").order_by("brand__is_sample", "closes_on", "pk")


def classes(brands: QuerySet[Brand], day: date) -> QuerySet[TrainingClass]:
    """Return the training classes of brands that one can still join on a day, the next first, samples last."""
    joinable = Q(apply_until__gte=day) | Q(apply_until__isnull=True, starts_on__gte=day)
    return (
        TrainingClass.objects.filter(joinable, brand__in=brands.values("pk"))
        .select_related("brand")
        .order_by("brand__is_sample", "starts_on", "pk")
    )
