"""The digital map as a drawing: regions with their shade, brands as points, names where there is room."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from laborbrands.queries.brands import LOCAL, RANKS, Figures, Filters, Tally, on_the_map
from laborbrands.queries.places import Places
from laborbrands.rules import layout, wording
from laborbrands.states import Tier
from regions import maps
from regions.models import Region, RegionKind
from talentportal.lib.bilingual import pick

WIDTH, HIGHEST = 760, 820
MOST_POINTS, WHEN_CROWDED = 500, 400  # points of one drawing; above the first, so many are shared among its parts
RADII = {Tier.NATIONAL: 9.0, Tier.PROVINCIAL: 6.0, Tier.PREFECTURAL: 4.5, Tier.COUNTY: 4.5}
LARGER = 1.35  # points of a county alone, and those with a name
BUBBLE = 11
MEASURES = ("brands", "jobs", "trained")


class Lettering(NamedTuple):
    """How names are written: sizes of type, how much larger the points are drawn, how many brands are named at most."""

    name: float
    place: float
    points: float
    most: int
    is_short: bool


WIDE = Lettering(13.5, 12.5, 1.0, 12, False)
NARROW = Lettering(23.0, 20.0, 1.7, 8, True)  # on phones, where the whole drawing is half as large


class Spot(NamedTuple):
    """What the map must know of a brand."""

    pk: int
    code: str
    name_zh: str
    name_en: str
    short_zh: str
    short_en: str
    tier: str
    industry: str
    home: str
    longitude: object
    latitude: object
    is_sample: bool

    @property
    def rank(self) -> int:
        return RANKS[self.tier]


def spots(day: date, filters: Filters) -> list[Spot]:
    """Return the brands on the map in the order of reading: by tier, then by place. One query."""
    names = ("name_zh", "name_en", "short_zh", "short_en")
    fields = ("pk", "code", *names, "tier", "industry_id", "region_id", "longitude", "latitude", "is_sample")
    rows = on_the_map(day, filters).order_by().values_list(*fields)
    found = [Spot(*row) for row in rows]
    return sorted(found, key=lambda spot: (spot.rank, spot.is_sample, filters.places.path(spot.home), spot.code))


def position(spot: Spot, places: Places) -> tuple[float, float] | None:
    """Return longitude and latitude: its own, else near its county's center; None where that is unknown."""
    if spot.longitude is not None:
        return float(spot.longitude), float(spot.latitude)
    for code in reversed(places.path(spot.home)):
        if center := places.regions[code].center:
            return layout.near(center, spot.code)
    return None


@dataclass(frozen=True)
class Area:
    """A region of the drawing with its counts; `shade` 1 (light) to 5; `shape` None where no outline is known."""

    region: Region
    name: str
    tally: Tally
    shade: int
    shape: maps.Shape | None
    is_chosen: bool = False


@dataclass(frozen=True)
class Point:
    """A brand on the drawing; `full` says all that the eye sees, for who hears it."""

    code: str
    name: str
    short: str
    full: str
    tier: str
    x: float
    y: float
    is_chosen: bool
    is_of_note: bool = False  # named on the map before others


@dataclass(frozen=True)
class Bubble:
    """So many brands of one region that are not drawn one by one."""

    region: Region
    name: str
    count: int
    x: float
    y: float


@dataclass
class Atlas:
    """One drawing of a region with its parts."""

    level: Region
    areas: list[Area]
    width: int
    height: int
    scale: layout.Scale
    points: list[Point] = field(default_factory=list)
    bubbles: list[Bubble] = field(default_factory=list)
    labels: list[layout.Label] = field(default_factory=list)
    narrow_labels: list[layout.Label] = field(default_factory=list)  # in their place on a phone
    unplaced: int = 0  # brands at home in no region with a center

    @property
    def drawn(self) -> int:
        return len(self.points) + sum(bubble.count for bubble in self.bubbles)


def draw(day: date, figures: Figures, level: Region, measure: str, chosen: str = "") -> Atlas:
    """Draw a region: its parts by a measure, and the brands that the filters leave. Two queries."""
    filters, places = figures.filters, figures.places
    parts = places.below(level) or [level]
    outlines = dict(Region.objects.filter(pk__in=[part.code for part in parts]).values_list("code", "outline"))
    drawing = _fitted(outlines, {part.code: part.center for part in parts})
    rows = spots(day, filters)
    marked = next((places.area(row.home, level) for row in rows if row.code == chosen), "")
    areas, steps = _areas(parts, figures, level, measure, drawing, marked)
    atlas = Atlas(level, areas, drawing.width, drawing.height, steps)
    if drawing.projection is None:
        atlas.unplaced = len(rows)
        return atlas
    crowd = layout.Crowd(max(RADII.values()) * LARGER)
    for one in _kept(rows, atlas, places):
        _place(one, atlas, crowd, drawing.projection, places, chosen)
    _bubbles(rows, atlas, crowd, drawing, places)
    atlas.labels, atlas.narrow_labels = _names(atlas, measure, WIDE), _names(atlas, measure, NARROW)
    return atlas


def _fitted(outlines: dict, centers: dict) -> maps.Drawing:
    """Draw as wide as the panel, or narrower where it would be too high for it."""
    drawing = maps.draw(outlines, centers, WIDTH, margin=16)
    if drawing.height > HIGHEST:
        drawing = maps.draw(outlines, centers, WIDTH * HIGHEST // drawing.height, margin=16)
    return drawing


def _areas(parts, figures, level, measure, drawing, marked) -> tuple[list[Area], layout.Scale]:
    tallies = figures.areas(level)
    shapes = {shape.code: shape for shape in drawing.shapes}
    steps = layout.scale(getattr(tallies[part.code], measure) for part in parts if part.kind != RegionKind.ZONE)
    areas = []
    for part in parts:
        tally, shape = tallies[part.code], shapes.get(part.code)
        if shape or tally.brands:
            shade = steps.shade(getattr(tally, measure))
            areas.append(Area(part, wording.short_name(part), tally, shade, shape, part.code == marked))
    return areas, steps


def _kept(rows: list[Spot], atlas: Atlas, places: Places) -> list[Spot]:
    """Return the spots that are drawn one by one: all of them, or a fair share of each part's highest."""
    if len(rows) <= MOST_POINTS:
        return rows
    seen, kept = Counter(), []
    share = max(1, WHEN_CROWDED // len({_county(row, places) for row in rows}))
    for row in rows:
        seen[_county(row, places)] += 1
        if seen[_county(row, places)] <= share:
            kept.append(row)
    return kept


def _county(row: Spot, places: Places) -> str:
    """Return the county of a home, or the prefecture or province of a brand that is at home in none."""
    path = places.path(row.home)
    return path[min(2, len(path) - 1)] if path else ""


def _place(row: Spot, atlas: Atlas, crowd: layout.Crowd, projection, places: Places, chosen: str) -> None:
    at = position(row, places)
    if at is None:
        atlas.unplaced += 1
        return
    alone = LARGER if len(atlas.areas) == 1 else 1
    x, y = crowd.put(*projection.place(at), RADII[row.tier] * alone)
    x, y = min(max(x, 8), atlas.width - 8), min(max(y, 8), atlas.height - 8)
    name = pick(row._asdict(), "name")
    home = places.find(row.home)
    above = places.find(home.parent_id) if home and home.parent_id else None
    said = {"name": name, "tier": Tier(row.tier).label, "place": wording.place_name(home, above)}
    full = _("%(name)s, %(tier)s, %(place)s") % said
    short = pick({"zh": row.short_zh or row.name_zh, "en": row.short_en or row.name_en})
    atlas.points.append(Point(row.code, name, short, full, row.tier, x, y, row.code == chosen, not row.is_sample))


def _bubbles(rows: list[Spot], atlas: Atlas, crowd: layout.Crowd, drawing, places: Places) -> None:
    """Gather what is not drawn one by one, per county."""
    drawn = {point.code for point in atlas.points}
    rest = defaultdict(list)
    for row in rows:
        if row.code not in drawn and places.path(row.home):
            rest[_county(row, places)].append(row)
    for code, hidden in rest.items():
        region = places.regions[code]
        if region.center:
            x, y = crowd.put(*drawing.projection.place(region.center), BUBBLE)
            atlas.bubbles.append(Bubble(region, pick(region, "name"), len(hidden), x, y))


def _names(atlas: Atlas, measure: str, how: Lettering) -> list[layout.Label]:
    """Return the names to write: brands of note first, then the regions with what they count, then other brands."""
    names, labels = layout.Names(atlas.width, atlas.height), []
    for point in atlas.points:
        if point.tier not in LOCAL:
            radius = (RADII[point.tier] - 1) * how.points
            names.reserve(point.x, point.y, radius, weak=point.tier == Tier.PROVINCIAL)
    for bubble in atlas.bubbles:
        names.reserve(bubble.x, bubble.y, BUBBLE)
    first = sorted(atlas.points, key=lambda point: (not point.is_chosen, not point.is_of_note))
    _name_points(names, labels, [point for point in first if point.is_chosen or point.tier == Tier.NATIONAL], how)
    for area in sorted(atlas.areas, key=lambda area: -area.tally.brands):
        if area.shape and len(atlas.areas) > 1:
            count = wording.amount(getattr(area.tally, measure))
            at = (area.shape.x, area.shape.y)
            label = names.around(area.name, count, *at, how.place, "place", must=how is WIDE)
            labels += [label] if label else []
    others = [point for point in first if point.tier == Tier.PROVINCIAL and not point.is_chosen]
    _name_points(names, labels, others if how is WIDE else [], how)
    return labels


def _name_points(names: layout.Names, labels: list, points: list[Point], how: Lettering) -> None:
    room = how.most - sum(label.kind != "place" for label in labels)
    for point in points:
        radius = RADII[point.tier] * how.points + (4 if point.is_chosen else 0)
        is_high = point.tier == Tier.NATIONAL
        kind = ("national" if is_high else "brand") + (" name--chosen" if point.is_chosen else "")
        must = is_high or point.is_of_note or point.is_chosen
        text = point.short if how.is_short else point.name
        place = {"x": point.x, "y": point.y, "radius": radius, "must": must}
        label = names.beside(text, size=how.name, kind=kind, **place) if room > 0 else None
        if label:
            labels.append(label)
            room -= 1
