"""The card of a brand beside the map."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from laborbrands.models import Brand, BrandEvent, Subsidy, Team
from laborbrands.queries.brands import Filters, on_the_map
from laborbrands.rules.wording import listed, place_name
from laborbrands.states import ON_THE_MAP, SubsidyState, Tier
from talentportal.lib.bilingual import pick

NEWEST_STEPS, MOST_SKILLS = 5, 3


@dataclass(frozen=True)
class Step:
    """A year in the growth of a brand and what happened then."""

    year: int
    text: str
    is_now: bool


@dataclass(frozen=True)
class Card:
    brand: Brand
    tier: Tier
    occupations: list
    skills: str  # names of the first of them
    subsidy: Subsidy | None
    team: Team | None
    has_plan: bool
    steps: list[Step]
    place: str
    covered: str  # names of the other counties

    @property
    def is_over(self) -> bool:
        """Whether the brand has been removed or merged since the day of the map."""
        return self.brand.stage not in ON_THE_MAP


def card(code: str, day: date) -> Card | None:
    """Return the card of a brand on the map on a day, None for any other. Seven queries."""
    brands = on_the_map(day, Filters()).select_related("region__parent", "industry")
    brands = brands.defer("region__outline", "region__parent__outline")
    events = BrandEvent.objects.filter(is_public=True, on__lte=day).order_by("on", "pk")
    parts = ("occupations", Prefetch("events", events, to_attr="shown"), "recognitions", "plans")
    brand = brands.filter(code=code).prefetch_related(*parts).first()
    if brand is None:
        return None
    subsidies = Subsidy.objects.filter(brand=brand, tier=brand.tier)
    paid_or_due = subsidies.exclude(state__in=(SubsidyState.RECOVERED, SubsidyState.FORFEITED)).first()
    return Card(
        brand=brand,
        tier=Tier(brand.tier),
        occupations=list(brand.occupations.all()),
        skills=listed(brand.occupations.all()[:MOST_SKILLS]),
        subsidy=paid_or_due,
        team=Team.objects.filter(brand=brand).first(),
        has_plan=any(plan.year <= day.year for plan in brand.plans.all()),
        steps=_steps(brand, day),
        place=place_name(brand.region, brand.region.parent),
        covered=listed(brand.coverage.defer("outline").order_by("path")),
    )


def _steps(brand: Brand, day: date) -> list[Step]:
    """Return what the brand's events say, each recognition in words of its own; without events the recognitions."""
    said = [(event.on.year, pick(event, "text") or _recognized(event)) for event in brand.shown]
    said = said or [
        (one.recognized_on.year, _recognized(one)) for one in brand.recognitions.all() if one.recognized_on <= day
    ]
    said = [step for step in said if step[1]]
    return [Step(year, text, year == day.year) for year, text in said[-NEWEST_STEPS:]]


def _recognized(row) -> str:
    return _("Recognized: %(tier)s") % {"tier": row.get_tier_display()} if row.tier else ""
