"""Drawings for the page of a brand: where it is at home, and the card shown when its address is shared."""

import io
from dataclasses import dataclass
from functools import cache
from math import cos, pi, sin

from PIL import Image, ImageDraw, ImageFont

from laborbrands.models import Brand
from regions import maps
from regions.models import Region, RegionKind
from talentportal.lib.bilingual import pick
from talentportal.lib.typeset import fonts_folder

SIZE = (1200, 630)
PINE, PINE_LIGHT, GOLD, WHITE, SEAL = "#0a3b34", "#0e5a4e", "#c9a45c", "#ffffff", "#9f2a24"
MARGIN, NAME_SIZE, LINE_SIZE = 84, 84, 36
WORDS_WIDTH = 700


@dataclass(frozen=True)
class PlaceMap:
    """The counties around a brand as SVG paths, its home among them, and where its point is."""

    width: int
    height: int
    paths: list[tuple[bool, str]]  # is it the home, the path
    x: float
    y: float


def place_map(brand: Brand) -> PlaceMap | None:
    """Draw the home of a brand among its neighbors; None where nobody drew outlines. One query."""
    home = brand.region
    if brand.longitude is None or home.parent_id is None:
        return None
    around = Region.objects.filter(parent=home.parent_id).exclude(kind=RegionKind.ZONE).order_by("code")
    outlines = dict(around.filter(outline__isnull=False).values_list("code", "outline"))
    if home.code not in outlines:
        return None
    point = [float(brand.longitude), float(brand.latitude)]
    drawing = maps.draw(outlines, {home.code: point}, width=320)
    here = next(shape for shape in drawing.shapes if shape.code == home.code)
    paths = [(shape.code == home.code, shape.path) for shape in drawing.shapes]
    return PlaceMap(drawing.width, drawing.height, sorted(paths), here.x, here.y)


def card(brand: Brand, tier: str, language: str) -> bytes:
    """Return the card of a brand as PNG: name, tier, home and a flower. Fonts come with the package of the papers."""
    image = Image.new("RGB", SIZE, PINE)
    draw = ImageDraw.Draw(image)
    _lattice(draw)
    _flower(draw, 990, 310, 170)
    _tier(draw, tier)
    y = 190
    for line in _lines(pick(brand, "name"), _font("Serif", NAME_SIZE), english=language.startswith("en")):
        draw.text((MARGIN, y), line, WHITE, _font("Serif", NAME_SIZE))
        y += NAME_SIZE + 22
    for place in (brand.region.parent, brand.region):
        if place:
            y += LINE_SIZE + 14
            draw.text((MARGIN, y - LINE_SIZE), pick(place, "name"), "#d5e3df", _font("Sans", LINE_SIZE))
    draw.rectangle((0, SIZE[1] - 10, SIZE[0], SIZE[1]), GOLD)
    written = io.BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()


@cache
def _font(family: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(fonts_folder() / f"Noto{family}SC-Regular.otf"), size)


def _lattice(draw: ImageDraw.ImageDraw) -> None:
    for x in range(0, SIZE[0], 56):
        for y in range(0, SIZE[1], 56):
            draw.rectangle((x + 8, y + 8, x + 48, y + 48), outline=PINE_LIGHT)
            draw.rectangle((x + 20, y + 20, x + 36, y + 36), outline=PINE_LIGHT)


def _flower(draw: ImageDraw.ImageDraw, x: int, y: int, size: int) -> None:
    """Eight petals of two Bézier curves each, as on the cover of the page."""
    sides = [[(0, 0), (-26 * side, -22), (-26 * side, -46), (0, -64)] for side in (1, -1)]
    for turn in range(8):
        angle = turn * pi / 4
        for side in sides:
            curve = [_bezier(side, step / 24) for step in range(25)]
            turned = [(px * cos(angle) - py * sin(angle), px * sin(angle) + py * cos(angle)) for px, py in curve]
            draw.line([(x + size * px / 64, y + size * py / 64) for px, py in turned], GOLD, 3, joint="curve")
    ring = size / 4
    draw.ellipse((x - ring, y - ring, x + ring, y + ring), outline=GOLD, width=3)


def _bezier(points: list[tuple[int, int]], t: float) -> tuple[float, float]:
    weights = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3)
    return tuple(sum(weight * point[axis] for weight, point in zip(weights, points, strict=True)) for axis in (0, 1))


def _tier(draw: ImageDraw.ImageDraw, words: str) -> None:
    font = _font("Sans", LINE_SIZE)
    wide = draw.textlength(words, font)
    draw.rounded_rectangle((MARGIN, 96, MARGIN + wide + 44, 160), 8, fill=SEAL)
    draw.text((MARGIN + 22, 104), words, WHITE, font)


def _lines(name: str, font: ImageFont.FreeTypeFont, *, english: bool) -> list[str]:
    """Break a name where it would run into the flower: between words, or between characters."""
    parts, gap = (name.split(), " ") if english else (list(name), "")
    lines = [""]
    for part in parts:
        longer = f"{lines[-1]}{gap}{part}" if lines[-1] else part
        if font.getlength(longer) <= WORDS_WIDTH or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines[:3]
