"""What goes on around all brands together: the products of each county, ambassadors, studios, cooperation programs."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, QuerySet

from laborbrands.models import Ambassador, Brand, Cooperation, Studio
from laborbrands.queries.brands import rank_of
from laborbrands.queries.places import Places
from laborbrands.rules import wording
from laborbrands.states import Tier
from regions.models import Region, RegionKind


@dataclass(frozen=True)
class Home:
    """A county, or a prefecture or province itself, with the brands that are at home in it, the highest tier first."""

    region: Region
    name: str
    brands: list[Brand]


@dataclass(frozen=True)
class Part:
    """A prefecture with its counties."""

    name: str
    homes: list[Home]
    brands: int


def by_county(found: QuerySet[Brand], places: Places, top: Region) -> list[Part]:
    """Return the counties of a region with what each is known for, by prefecture; those without a brand too."""
    at_home = defaultdict(list)
    for brand in found.order_by(rank_of("tier"), "is_sample", "code"):
        brand.tier = Tier(brand.tier)
        at_home[places.current(brand.region_id)].append(brand)
    above = [top] if top.kind != RegionKind.PROVINCE else [top, *places.below(top)]
    parts = []
    for one in above:
        own = [one, *(places.below(one) if one != places.province else [])]
        homes = [Home(region, wording.short_name(region), at_home.get(region.code, [])) for region in own]
        homes = [home for home in homes if home.brands or home.region.kind == RegionKind.COUNTY]
        if homes:
            parts.append(Part(wording.short_name(one), homes, sum(len(home.brands) for home in homes)))
    return parts


def counted(parts: list[Part]) -> tuple[int, int, int]:
    """Return how many counties there are, how many of them have a brand, and how many several."""
    counties = [home for part in parts for home in part.homes if home.region.kind == RegionKind.COUNTY]
    return len(counties), sum(bool(home.brands) for home in counties), sum(len(home.brands) > 1 for home in counties)


def ambassadors(found: QuerySet[Brand], today: date) -> QuerySet[Ambassador]:
    """Return the ambassadors of brands whose term runs and who were not dismissed."""
    serving = Ambassador.objects.filter(starts_on__lte=today, ends_on__gt=today, dismissed_on__isnull=True)
    return serving.filter(brand__in=found.values("pk")).select_related("brand").order_by("is_sample", "pk")


def studios(found: QuerySet[Brand]) -> QuerySet[Studio]:
    """Return the skill-master studios of brands, by place."""
    rows = Studio.objects.filter(brand__in=found.values("pk")).select_related("brand", "region")
    return rows.defer("region__outline").order_by("region__path", "pk")


def cooperations(found: QuerySet[Brand]) -> list[Cooperation]:
    """Return the cooperation programs with those of the brands that take part."""
    shown = Prefetch("brands", Brand.objects.filter(pk__in=found.values("pk")).order_by("code"), to_attr="shown")
    return [row for row in Cooperation.objects.prefetch_related(shown) if row.shown]
