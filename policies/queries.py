"""Reads for the public pages of services and of the policy library."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, Max, Min, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from policies.models import (
    Benefit,
    Clause,
    Follow,
    GuideState,
    GuideVersion,
    MaterialSpec,
    PolicyVersion,
    ServiceItem,
    VersionState,
)
from regions.models import CalendarDay, DayKind, Region
from talentportal.lib.workdays import WorkCalendar


def guides_in_force(day: date) -> QuerySet[GuideVersion]:
    """Return the newest guide in force of every item, with the item, its office and `deferrable`, a count."""
    newest = GuideVersion.objects.in_force(day).order_by("item_id", "-version").distinct("item_id")
    return (
        GuideVersion.objects.filter(pk__in=newest.values("pk"))
        .select_related("item__organization", "item__region", "item__catalog_item")
        .annotate(deferrable=Count("materials", filter=Q(materials__deferrable=True)))
        .order_by("item__serial")
    )


@dataclass(frozen=True)
class DeferralTerms:
    """What the guides in force say about acceptance with incomplete materials, from the mildest to the strictest."""

    services: int
    days_from: int
    days_to: int
    at_most: int
    ban_from: int
    ban_to: int


def deferral_terms(day: date) -> DeferralTerms | None:
    """Return the ranges over all guides in force that allow deferral, None when there is none; working days, months."""
    guides = GuideVersion.objects.in_force(day).filter(deferral_allowed=True)
    found = guides.aggregate(
        services=Count("item", distinct=True),
        at_most=Max("max_deferred"),
        ban_from=Min("ban_months"),
        ban_to=Max("ban_months"),
    )
    days = MaterialSpec.objects.filter(guide__in=guides, deferrable=True).aggregate(
        days_from=Min("defer_days"), days_to=Max("defer_days")
    )
    return DeferralTerms(**found, **days) if found["services"] and days["days_from"] else None


@lru_cache(maxsize=4096)
def initials(name: str) -> str:
    """Return the first letters of the pinyin of a name: 高层次人才 -> gccrc."""
    from pypinyin import Style, lazy_pinyin  # here: slow to load, and only searches need it

    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()


def found_by(item: ServiceItem, words: list[str]) -> bool:
    """Tell whether every word (lower case) occurs in the item's texts, or begins inside its pinyin initials."""
    text = " ".join([item.name_zh, item.name_en, item.summary_zh, item.summary_en, item.keywords]).lower()
    return all(word in text or (len(word) > 1 and word in initials(item.name_zh)) for word in words)


def search(text: str, day: date) -> list[GuideVersion]:
    """Return the guides in force whose item is found by the text; a name that holds the text comes first."""
    words = text.lower().split()
    found = [guide for guide in guides_in_force(day) if found_by(guide.item, words)]
    whole = text.strip().lower()
    return sorted(found, key=lambda guide: whole not in f"{guide.item.name_zh} {guide.item.name_en}".lower())


@dataclass(frozen=True)
class GuideStatus:
    """Which guide of an item the public sees today, and since when or until when."""

    guide: GuideVersion
    state: str  # OPEN, FUTURE, SUSPENDED or ENDED


def guide_of(item: ServiceItem, day: date) -> GuideStatus | None:
    """Return the guide in force; else the next published one, else the last one that was; None: never published."""
    guides = item.guides.exclude(state=GuideState.DRAFT).select_related("certificate_kind")
    guide = guides.in_force(day).order_by("-version").first()
    if guide:
        return GuideStatus(guide, "OPEN")
    guide = guides.filter(state=GuideState.PUBLISHED, effective_from__gt=day).order_by("effective_from").first()
    if guide:
        return GuideStatus(guide, "FUTURE")
    guide = guides.order_by("-version").first()
    if guide is None:
        return None
    return GuideStatus(guide, "SUSPENDED" if guide.state == GuideState.SUSPENDED else "ENDED")


@dataclass(frozen=True)
class Forecast:
    """The last day of the promised period if the window accepts an application of today."""

    accepted_on: date
    decided_on: date
    skipped: list[str]
    is_provisional: bool


def forecast(guide: GuideVersion, calendar: WorkCalendar, today: date) -> Forecast:
    """Reckon the promised period from today, or from the next working day, in the working days of the place."""
    start = calendar.roll_forward(today)
    end = calendar.due(start, guide.promised_days)
    return Forecast(start, end, holidays_between(guide.item.region, start, end), calendar.is_provisional(start, end))


FESTIVALS = {
    "元旦": _("New Year"),
    "春节": _("Spring Festival"),
    "清明": _("Tomb-Sweeping Day"),
    "劳动节": _("Labor Day"),
    "端午": _("Dragon Boat Festival"),
    "中秋": _("Mid-Autumn Festival"),
    "国庆": _("National Day"),
}


def holidays_between(region: Region, start: date, end: date) -> list[str]:
    """Return the holidays that a period jumps over, each once and in order: festivals, and local ones by name."""
    days = CalendarDay.objects.filter(
        Q(region=None) | Q(region__in=region.path.split("/")), date__range=(start, end), date__week_day__in=range(2, 7)
    ).exclude(kind=DayKind.MAKEUP_WORKDAY)
    found: dict[str, None] = {}
    for name, kind in days.order_by("date").values_list("name", "kind"):
        festivals = [str(label) for festival, label in FESTIVALS.items() if festival in name]
        found |= dict.fromkeys(festivals or ([name] if kind == DayKind.LOCAL_HOLIDAY else []))
    return list(found)


# --- the policy library -----------------------------------------------------------------------------------------------


def shown_benefits() -> Prefetch:
    """Read with versions their public benefits as a list `shown`, with clause and service, in the editor's order."""
    benefits = Benefit.objects.public().select_related("clause", "service_item").order_by("order", "id")
    return Prefetch("benefits", benefits, to_attr="shown")


def waiting_benefits() -> Prefetch:
    """Read with versions the benefits that nobody has confirmed yet, as a list `waiting`."""
    return Prefetch("benefits", Benefit.objects.waiting().only("version", "key"), to_attr="waiting")


def leading_versions(slugs: list[str], *, day: date | None = None, in_full: bool = True) -> list[PolicyVersion]:
    """Return, in the order asked for, the version at each policy's own address: the published one, else the last.

    With a day: rather the one that holds on it. In full: with `shown`, its public benefits. Slugs without a public
    version are left out.
    """
    if not slugs:
        return []
    published = ExpressionWrapper(Q(state=VersionState.PUBLISHED), BooleanField())
    versions = PolicyVersion.objects.public().filter(policy__slug__in=slugs).alias(published=published)
    if day:
        versions = versions.alias(holds=Exists(PolicyVersion.objects.in_force(day).filter(pk=OuterRef("pk"))))
    order = ("policy_id", *(["-holds"] if day else []), "-published", "-number")
    first = versions.order_by(*order).distinct("policy_id")
    first = first.select_related("policy").prefetch_related(*([shown_benefits()] if in_full else []))
    found = {one.policy.slug: one for one in first}
    return [found[slug] for slug in slugs if slug in found]


def chain(slug: str) -> list[PolicyVersion]:
    """Return the public versions of a policy, its own address first, then the newest; [] without any."""
    versions = PolicyVersion.objects.public().filter(policy__slug=slug).select_related("policy").order_by("-number")
    return sorted(versions, key=lambda version: version.state != VersionState.PUBLISHED)


def with_versions(follows: list[Follow]) -> list[tuple[Follow, PolicyVersion | None]]:
    """Put to each followed policy the version that stands at its own address."""
    leading = {version.policy_id: version for version in leading_versions([follow.policy.slug for follow in follows])}
    return [(follow, leading.get(follow.policy_id)) for follow in follows]


def versions_in_full(slug: str, labels: list[str]) -> list[PolicyVersion]:
    """Return public versions of a policy, the oldest first, with their clauses, `shown` and `waiting`."""
    versions = PolicyVersion.objects.public().filter(policy__slug=slug, label__in=labels).select_related("policy")
    clauses = Prefetch("clauses", Clause.objects.order_by("order"))
    return list(versions.prefetch_related(clauses, shown_benefits(), waiting_benefits()).order_by("number"))


def benefits_of(version: PolicyVersion) -> list[Benefit]:
    """Return the public benefits of one version with their clauses and services, in the editor's order."""
    return list(version.benefits.public().select_related("clause", "service_item").order_by("order", "id"))


def open_items(items: set[int], day: date) -> dict[int, str]:
    """Return the codes of those of the services for which one can apply today, by key."""
    return dict(ServiceItem.objects.open_on(day).filter(pk__in=items).values_list("pk", "code")) if items else {}


def count_benefits(versions: QuerySet, kinds: tuple[str, ...] = ()) -> int:
    """Return how many public benefits these versions (a subquery of keys) grant, of these kinds or of all."""
    benefits = Benefit.objects.public().filter(version__in=versions)
    return (benefits.filter(kind__in=kinds) if kinds else benefits).count()


def open_guides(items: set[int], day: date) -> dict[int, GuideVersion]:
    """Return the guides in force of these services by the service's key, with materials."""
    if not items:
        return {}
    return {guide.item_id: guide for guide in guides_in_force(day).filter(item__in=items).prefetch_related("materials")}


def newest_versions(day: date, at_most: int) -> list[PolicyVersion]:
    """Return the versions in force that were published last."""
    return list(
        PolicyVersion.objects.in_force(day)
        .filter(published_on__lte=day)
        .select_related("policy")
        .order_by("-published_on", "-id")[:at_most]
    )


def granted_in(regions: list[str], kind: str, day: date) -> list[Benefit]:
    """Return the benefits of a kind that policies in force of these very regions grant, the newest policy first."""
    return list(
        Benefit.objects.public()
        .filter(kind=kind, version__in=PolicyVersion.objects.in_force(day).filter(region_code__in=regions))
        .select_related("version__policy", "clause", "service_item")
        .order_by("version__region_code", "-version__published_on", "order", "id")
    )


def policies_by_region(province: str, day: date) -> dict[str, int]:
    """Return how many policies in force the library has of each region of a province, by code; 0 is left out."""
    versions = PolicyVersion.objects.in_force(day).filter(region_code__startswith=province[:2])
    return dict(versions.order_by().values_list("region_code").annotate(n=Count("pk")))


def home_province() -> str:
    """Return the code of the province that the portal serves; "" while no region is loaded."""
    return Region.objects.filter(parent=None).order_by("code").values_list("code", flat=True).first() or ""


def place_of_work(user) -> str:
    """Return the code of the region in which the user's unit works, "" for those who have none."""
    if not user.is_authenticated:
        return ""
    own = user.memberships.filter(left_at__isnull=True).order_by("-joined_at")
    return own.values_list("unit__work_region", flat=True).first() or ""


@dataclass(frozen=True)
class Holdings:
    """How much the library holds: policies in force and the public benefits they grant."""

    policies: int
    benefits: int


def holdings(day: date) -> Holdings:
    """Count what is in force."""
    versions = PolicyVersion.objects.in_force(day)
    return Holdings(versions.count(), count_benefits(versions.values("pk")))


def home_cities() -> QuerySet[Region]:
    """Return the prefectures of the home province, with the province."""
    cities = Region.objects.filter(parent__parent=None, parent__isnull=False)
    return cities.select_related("parent").order_by("path")


def home_places() -> list[Region]:
    """Return the prefectures of the home province, each with its counties as `below`."""
    counties = Prefetch("children", Region.objects.order_by("path"), to_attr="below")
    return list(home_cities().prefetch_related(counties))
