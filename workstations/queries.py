"""Reads for the public pages of windows."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import UnitMember
from regions import maps
from regions.models import Region, RegionKind
from regions.queries import calendar_for
from talentportal.lib.bilingual import pick
from workstations.models import Window, WindowStatus, Workstation

LOOK_AHEAD_DAYS = 15  # the longest holiday is shorter


def public_windows() -> QuerySet[Window]:
    """Return the windows that are not closed for good, with all that a card shows."""
    return (
        Window.objects.exclude(status=WindowStatus.CLOSED)
        .select_related("region", "organization", "station")
        .defer("region__outline")
        .prefetch_related("hours")
        .order_by("region__path", "code")
    )


@dataclass(frozen=True)
class OpenState:
    """Whether a window is open at a moment: until when, or when it opens next (None: not within two weeks)."""

    is_open: bool
    until: time | None = None
    next_at: datetime | None = None


def hours_on(window: Window, day: date) -> list:
    """Return the opening hours of a day; none on a day off. A make-up working day has the hours of its weekday, or of
    Monday when the window has none on that weekday."""
    if not calendar_for(window.region).is_workday(day):
        return []
    hours = list(window.hours.all())
    own = [entry for entry in hours if entry.weekday == day.isoweekday()]
    return own or ([entry for entry in hours if entry.weekday == 1] if day.weekday() >= 5 else [])


def open_state(window: Window, now: datetime) -> OpenState:
    """Tell whether a window is open now, from its hours and the work calendar of its region."""
    if window.status != WindowStatus.OPEN:
        return OpenState(False)
    local = timezone.localtime(now)
    for entry in hours_on(window, local.date()):
        if entry.opens_at <= local.time() < entry.closes_at:
            return OpenState(True, until=entry.closes_at)
    return OpenState(False, next_at=_next_opening(window, local))


def _next_opening(window: Window, local: datetime) -> datetime | None:
    for ahead in range(LOOK_AHEAD_DAYS):
        day = local.date() + timedelta(days=ahead)
        for entry in hours_on(window, day):
            moment = timezone.make_aware(datetime.combine(day, entry.opens_at))
            if moment > local:
                return moment
    return None


def handled_by(window: Window, day: date) -> list:
    """Return the service items that a window handles on a day."""
    covering = window.items.filter(Q(ends_on=None) | Q(ends_on__gt=day), starts_on__lte=day)
    return [entry.item for entry in covering.select_related("item").order_by("item__serial")]


@dataclass(frozen=True)
class Area:
    """A prefecture on the map of windows: how many are open to the public, and how dark it is drawn."""

    region: Region
    count: int
    shade: int
    shape: maps.Shape | None


@dataclass(frozen=True)
class WindowMap:
    """The province's drawing with its prefectures; `provincial` counts the windows of the province itself."""

    areas: list[Area]
    width: int
    height: int
    total: int
    provincial: int


def prefecture_of(path: str) -> str:
    """Return the code below the province in a region's path, "" for the province itself."""
    return f"{path}/".split("/")[1]


def home_of(user) -> str:
    """Return the code of the prefecture that concerns somebody first: where the own unit works, else the capital."""
    if user.is_authenticated:
        own = UnitMember.objects.filter(user=user, left_at__isnull=True).order_by("-joined_at")
        path = own.values_list("unit__work_region__path", flat=True).first() or ""
        if code := prefecture_of(path):
            return code
    province = Region.objects.filter(kind=RegionKind.PROVINCE).order_by("code").values_list("code", flat=True).first()
    return f"{province[:2]}0100" if province else ""


@dataclass(frozen=True)
class Place:
    """The windows of one prefecture, or of the province itself, in a list."""

    code: str
    name: str
    rows: list
    is_home: bool


def by_place(rows: Iterable, home: str, path_of: Callable) -> list[Place]:
    """Group rows by prefecture, the home one first, then the province's own and the others by code.

    `path_of` gives the path of the region of a row. One query for the names.
    """
    groups: dict[str, list] = defaultdict(list)
    for row in rows:
        groups[prefecture_of(path_of(row))].append(row)
    names = {region.code: pick(region, "name") for region in Region.objects.defer("outline").filter(pk__in=groups)}
    ordered = sorted(groups, key=lambda code: (code != home, code))
    return [Place(code, names.get(code, _("Provincial windows")), groups[code], code == home) for code in ordered]


def window_map(day: date) -> WindowMap:
    """Count open windows by prefecture and draw the province. Three queries."""
    province = Region.objects.filter(kind=RegionKind.PROVINCE).order_by("code").first()
    if province is None:
        return WindowMap([], 0, 0, 0, 0)
    regions = list(Region.objects.filter(parent=province).exclude(kind=RegionKind.ZONE).in_force(day).order_by("code"))
    paths = Window.objects.filter(status=WindowStatus.OPEN).order_by().values_list("region__path", flat=True)
    counts = Counter(prefecture_of(path) for path in paths)
    drawing = maps.draw(
        {region.code: region.outline for region in regions}, {region.code: region.center for region in regions}
    )
    shapes = {shape.code: shape for shape in drawing.shapes}
    highest = max((counts[region.code] for region in regions), default=0)
    areas = [
        Area(region, counts[region.code], maps.shade(counts[region.code], highest), shapes.get(region.code))
        for region in regions
    ]
    return WindowMap(areas, drawing.width, drawing.height, sum(counts.values()), counts[""])


def windows_handling(item, day: date) -> QuerySet:
    """Return the ids of the windows that handle a service item on a day."""
    covering = item.window_items.filter(Q(ends_on=None) | Q(ends_on__gt=day), starts_on__lte=day)
    return covering.values("window")


def week(window: Window) -> list[tuple[str, list]]:
    """Return (weekday's name, opening hours) for the days on which a window opens."""
    days: dict[str, list] = {}
    for entry in sorted(window.hours.all(), key=lambda entry: (entry.weekday, entry.opens_at)):
        days.setdefault(entry.get_weekday_display(), []).append(entry)
    return list(days.items())


def matching(windows: QuerySet[Window], text: str) -> QuerySet[Window]:
    """Narrow windows to those whose name, place, office or address holds every word."""
    for word in text.split():
        fits = Q()
        for name in ("name", "address", "region__name", "region__parent__name", "organization__name"):
            fits |= Q(**{f"{name}_zh__icontains": word}) | Q(**{f"{name}_en__icontains": word})
        windows = windows.filter(fits)
    return windows


def search(text: str) -> list[Window]:
    """Return the first 50 windows whose name, place or address holds every word."""
    return list(matching(public_windows(), text)[:50])


def stations(region: Region | None = None) -> QuerySet[Workstation]:
    """Return the talent service workstations of a region and below, or all of them."""
    found = Workstation.objects.select_related("region").defer("region__outline").order_by("region__path", "code")
    return found.filter(region__in=Region.objects.within(region)) if region else found
