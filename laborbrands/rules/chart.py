"""A small chart of yearly figures as numbers for an SVG. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, GROUND, TOP = 480, 190, 150, 26
WIDEST = 64


@dataclass(frozen=True)
class Bar:
    year: int
    value: int
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)

    @property
    def label_y(self) -> float:
        return round(self.y - 8, 1)


def bars(values: Sequence[tuple[int, int]]) -> list[Bar]:
    """Return one bar for each (year, value), from left to right, the highest as high as the chart."""
    highest = max((value for _year, value in values), default=0) or 1
    room = WIDTH / (len(values) or 1)
    width = min(WIDEST, room * 0.6)
    found = []
    for place, (year, value) in enumerate(values):
        height = round((GROUND - TOP) * value / highest, 1)
        x = round(place * room + (room - width) / 2, 1)
        found.append(Bar(year, value, x, round(GROUND - height, 1), round(width, 1), height))
    return found
