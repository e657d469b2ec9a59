"""The page of a brand: what the public may read about it, year by year."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q

from laborbrands.models import (
    Ambassador,
    Brand,
    BrandEvent,
    BrandOccupation,
    BrandStat,
    Builder,
    Opening,
    Recognition,
    Removal,
    Succession,
    TrainingClass,
)
from laborbrands.states import ON_THE_MAP, EndReason, RemovalState, SkillLevel, Stage, Tier

PUBLIC = (*ON_THE_MAP, Stage.REMOVED, Stage.MERGED)
ORDER = {tier: place for place, tier in enumerate(Tier)}
CERTIFIED = {  # which yearly figure counts the certificates of a level
    SkillLevel.L5: "certified_junior",
    SkillLevel.L4: "certified_intermediate",
    SkillLevel.L3: "certified_senior",
    SkillLevel.L2: "certified_technician",
    SkillLevel.L1: "certified_senior_technician",
}


@dataclass(frozen=True)
class YearOfGrowth:
    """A year in the growth of a brand: what happened, the oldest first."""

    year: int
    events: list[BrandEvent]


@dataclass(frozen=True)
class Skill:
    """What the finished classes of a profession brought: how many were trained, how many certified at each level."""

    occupation: BrandOccupation
    trained: int
    by_level: list[tuple[SkillLevel, int]]


@dataclass(frozen=True)
class Page:
    """Everything on the page of one brand."""

    brand: Brand
    standing: list[Recognition]  # the highest tier first
    past: list[Recognition]
    growth: list[YearOfGrowth]
    stats: list[BrandStat]  # verified, one for each year, the newest first
    builders: list[Builder]
    ambassadors: list[Ambassador]
    openings: list[Opening]
    classes: list[TrainingClass]
    held: list[TrainingClass]  # finished, with how many they trained and certified
    today: date
    removal: Removal | None
    succession: Succession | None

    @property
    def is_standing(self) -> bool:
        return self.brand.stage in ON_THE_MAP

    @property
    def tier(self) -> Tier | None:
        """The highest tier that stands."""
        return Tier(self.standing[0].tier) if self.standing else None

    @property
    def plan(self):
        return next(iter(self.brand.plans.all()), None)

    @property
    def is_complete(self) -> bool:
        """Whether it has its team and its plan."""
        return hasattr(self.brand, "team") and self.plan is not None

    @property
    def levels(self) -> list[SkillLevel]:
        """The levels at which classes certified anybody, the lowest first."""
        return [level for level in SkillLevel if any(one.level == level and one.certified for one in self.held)]

    @property
    def skills(self) -> list[Skill]:
        """The professions that classes trained, in the brand's order."""
        found = []
        for occupation in self.brand.occupations.all():
            held = [one for one in self.held if one.occupation_id == occupation.pk]
            by_level = [(level, sum(one.certified for one in held if one.level == level)) for level in self.levels]
            found.append(Skill(occupation, sum(one.trained for one in held), by_level))
        return [skill for skill in found if skill.trained]

    @property
    def certificates(self) -> list[tuple[SkillLevel, int]]:
        """How many were certified at each level in the newest verified year."""
        newest = self.stats[0] if self.stats else None
        counts = [(level, getattr(newest, name, 0)) for level, name in CERTIFIED.items()]
        return [(level, count) for level, count in counts if count]

    @property
    def ended(self) -> Recognition | None:
        """The recognition that ended last, of several on one day the highest, of a brand that was removed."""
        reasons = (EndReason.REMOVED, EndReason.SUCCEEDED)
        ended = [one for one in self.past if one.end_reason in reasons]
        return max(ended, key=lambda one: (one.ended_on, -ORDER[one.tier]), default=None)


def public_brands():
    """Return the brands that have a page: those recognized now or once."""
    return Brand.objects.filter(stage__in=PUBLIC)


def page_of(code: str, today: date) -> Page | None:
    """Return the page of a brand, None for one that has none. Some twenty queries, whatever its size."""
    brand = _brand(code)
    if brand is None:
        return None
    recognitions = list(brand.recognitions.select_related("certificate"))
    standing = {one.pk for one in brand.recognitions.standing_on(today)} if brand.stage in ON_THE_MAP else set()
    by_tier = sorted((one for one in recognitions if one.pk in standing), key=lambda one: ORDER[one.tier])
    return Page(
        brand=brand,
        standing=by_tier,
        past=[one for one in recognitions if one.pk not in standing and one.recognized_on <= today],
        growth=_growth(brand, today),
        stats=verified(brand),
        builders=list(brand.builders.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=today))),
        ambassadors=list(ambassadors_of(brand, today)),
        openings=list(brand.openings.filter(opens_on__lte=today, closes_on__gte=today)),
        classes=list(_joinable(brand, today)),
        held=list(brand.classes.filter(ends_on__lt=today, trained__gt=0)),
        today=today,
        removal=brand.removals.filter(state=RemovalState.CARRIED_OUT).order_by("-carried_out_at").first(),
        succession=Succession.objects.filter(old=brand).select_related("new").first(),
    )


def _brand(code: str) -> Brand | None:
    shown = ("occupations", "studios__region", "pictures", "cooperations", "coverage", "plans__tasks", "team__members")
    rows = public_brands().select_related("region__parent", "industry", "department", "team")
    predecessors = Prefetch("predecessions", Succession.objects.select_related("old"))
    return rows.prefetch_related(*shown, predecessors).filter(code=code).first()


def verified(brand: Brand) -> list[BrandStat]:
    """Return the newest verified figures of each year, the newest year first."""
    rows = brand.stats.filter(verified_at__isnull=False).select_related("verified_by").order_by("-year", "-version")
    newest = {}
    for row in rows:
        newest.setdefault(row.year, row)
    return list(newest.values())


def ambassadors_of(brand: Brand, today: date):
    """Return the ambassadors whose term runs and who were not dismissed."""
    return brand.ambassadors.filter(starts_on__lte=today, ends_on__gt=today, dismissed_on__isnull=True)


def _joinable(brand: Brand, today: date):
    joinable = Q(apply_until__gte=today) | Q(apply_until__isnull=True, starts_on__gte=today)
    return brand.classes.filter(joinable).select_related("occupation").order_by("starts_on")


def _growth(brand: Brand, today: date) -> list[YearOfGrowth]:
    years: dict[int, list] = {}
    for event in brand.events.filter(is_public=True, on__lte=today).order_by("on", "pk"):
        years.setdefault(event.on.year, []).append(event)
    return [YearOfGrowth(year, events) for year, events in years.items()]
