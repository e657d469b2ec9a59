"""Regions as SVG paths. Pure: outlines in, drawing out; sketches, not for judging borders."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import cos, radians


@dataclass(frozen=True)
class Shape:
    """One region of a drawing: the path's data and where its label stands."""

    code: str
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Projection:
    """Degrees to SVG units, north up: the corner in the north-west, units per degree each way, and the margin."""

    west: float
    north: float
    across: float
    down: float
    margin: int

    def place(self, point) -> tuple[float, float]:
        x = self.margin + (point[0] - self.west) * self.across
        return round(x, 1), round(self.margin + (self.north - point[1]) * self.down, 1)


@dataclass(frozen=True)
class Drawing:
    """A map as wide as asked for; regions without an outline are left out, without any there is no projection."""

    width: int
    height: int
    shapes: list[Shape]
    projection: Projection | None = None


def draw(outlines: Mapping[str, list], centers: Mapping[str, list], width: int = 600, margin: int = 12) -> Drawing:
    """Project outlines in degrees (any nesting of rings of [lon, lat]) on a plane, north up.

    `centers` holds [lon, lat] of labels; without one the middle of the region's box is used. Lengths are SVG units.
    """
    rings = {code: list(_rings(outline)) for code, outline in outlines.items() if outline}
    points = [point for found in rings.values() for ring in found for point in ring]
    if not points:
        return Drawing(width, 0, [])
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    narrowing = cos(radians((south + north) / 2))
    scale = (width - 2 * margin) / ((east - west) * narrowing or 1)

    projection = Projection(west, north, narrowing * scale, scale, margin)
    shapes = [_shape(code, found, centers.get(code), projection.place) for code, found in rings.items()]
    return Drawing(width, round((north - south) * scale) + 2 * margin, shapes, projection)


def _shape(code: str, rings: list, center, place) -> Shape:
    path = "".join("M" + "L".join(f"{x:g} {y:g}" for x, y in map(place, ring)) + "Z" for ring in rings)
    x, y = place(center or _middle(max(rings, key=len)))
    return Shape(code, path, x, y)


def _middle(ring) -> list[float]:
    longitudes, latitudes = [p[0] for p in ring], [p[1] for p in ring]
    return [(min(longitudes) + max(longitudes)) / 2, (min(latitudes) + max(latitudes)) / 2]


def _rings(outline) -> Iterator[list]:
    """Yield every ring in lists of rings, polygons or polygons of polygons."""
    if isinstance(outline[0][0], int | float):
        yield outline
    else:
        for part in outline:
            yield from _rings(part)


def shade(count: int, highest: int, levels: int = 5) -> int:
    """Return the step 1 (light) to `levels` (dark) for a count beside the highest one."""
    return 1 if not count or not highest else min(levels, 1 + int(count * (levels - 1) / highest + 0.5))
