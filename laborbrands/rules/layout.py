"""How points and names share a map without covering each other. Pure; lengths are SVG units."""

from collections import defaultdict
from dataclasses import dataclass
from hashlib import sha256
from math import cos, pi, sin

GOLDEN_ANGLE = pi * (3 - 5**0.5)
NEAR = 0.07  # degrees around a county's center, for a brand without a place of its own
MOST_TRIES = 90


def near(center, key: str) -> tuple[float, float]:
    """Return a place near a center [lon, lat], always the same for a key."""
    number = int.from_bytes(sha256(key.encode()).digest()[:8])
    angle, radius = number % 3600 / 1800 * pi, NEAR * ((number >> 16) % 1000 / 1000) ** 0.5
    return round(center[0] + radius * cos(angle), 4), round(center[1] + radius * sin(angle), 4)


class Crowd:
    """Points put down one after the other, each as near to its place as those before it leave room."""

    def __init__(self, largest: float):
        self.cell, self.taken = 2 * largest, defaultdict(list)

    def put(self, x: float, y: float, radius: float) -> tuple[float, float]:
        """Return the free place nearest to (x, y) on a spiral; after many tries the last one tried."""
        at = (x, y)
        for step in range(MOST_TRIES):
            away, angle = radius * 0.75 * step**0.5, step * GOLDEN_ANGLE
            at = (round(x + away * cos(angle), 1), round(y + away * sin(angle), 1))
            if self._is_free(*at, radius):
                break
        self.taken[self._cell(*at)].append((*at, radius))
        return at

    def _cell(self, x: float, y: float) -> tuple[int, int]:
        return int(x // self.cell), int(y // self.cell)

    def _is_free(self, x: float, y: float, radius: float) -> bool:
        column, row = self._cell(x, y)
        around = ((column + i, row + j) for i in (-1, 0, 1) for j in (-1, 0, 1))
        return all(
            (x - a) ** 2 + (y - b) ** 2 >= (radius + other) ** 2
            for cell in around
            for a, b, other in self.taken.get(cell, ())
        )


@dataclass(frozen=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


@dataclass(frozen=True)
class Label:
    """A name on the map: where its baseline begins, ends or has its middle, as `anchor` says."""

    text: str
    x: float
    y: float
    anchor: str
    kind: str = ""
    count: str = ""  # written bold behind the text


def width_of(text: str, size: float) -> float:
    """Return about how wide a text is: Chinese characters are square, others little more than half as wide."""
    return size * sum(1 if ord(letter) > 0x2E80 else 0.56 for letter in text)


class Names:
    """Names put on a map one after the other, the most important first; what finds no room stays away."""

    def __init__(self, width: float, height: float):
        self.width, self.height = width, height
        self.taken, self.points = [], []

    def reserve(self, x: float, y: float, radius: float, weak: bool = False) -> None:
        """Keep the place of a point free of names; a name that must stand may cover a weak one."""
        (self.points if weak else self.taken).append(Box(x - radius, y - radius, x + radius, y + radius))

    def beside(self, text: str, x: float, y: float, radius: float, size: float, kind: str, must: bool) -> Label | None:
        """Put a name right or left of a point, above or below it; one of note rather over a weak point than nowhere."""
        gap = radius + 4
        sides = [(gap, size * 0.36, "start"), (-gap, size * 0.36, "end"), (0, -gap, "middle")]
        sides += [(0, gap + size * 0.8, "middle")]
        for dy in (-gap, gap + size * 0.7):
            sides += [(gap / 2, dy, "start"), (-gap / 2, dy, "end")]
        for weak in (False, True) if must else (False,):
            for dx, dy, anchor in sides:
                label = Label(text, round(x + dx, 1), round(y + dy, 1), anchor, kind)
                if put := self._put(label, size, over_weak=weak):
                    return put
        return None

    def around(
        self, text: str, count: str, x: float, y: float, size: float, kind: str, must: bool = True
    ) -> Label | None:
        """Put the name of a region at its center or as near to it as there is room; else there if it must, or None."""
        for dy in (0, size, -size, 2 * size, -2 * size):
            for dx in (0, size * 1.5, -size * 1.5, size * 3, -size * 3):
                label = Label(text, round(x + dx, 1), round(y + dy + size * 0.36, 1), "middle", kind, count)
                if put := self._put(label, size):
                    return put
        return Label(text, x, y, "middle", kind, count) if must else None

    def _put(self, label: Label, size: float, over_weak: bool = False) -> Label | None:
        wide = width_of(f"{label.text} {label.count}".strip(), size)
        left = {"start": label.x, "end": label.x - wide, "middle": label.x - wide / 2}[label.anchor]
        box = Box(left - 2, label.y - size * 0.9, left + wide + 2, label.y + size * 0.25)
        inside = box.left >= 0 and box.right <= self.width and box.top >= 0 and box.bottom <= self.height
        if not inside or any(box.meets(other) for other in (self.taken if over_weak else self.taken + self.points)):
            return None
        self.taken.append(box)
        return label


@dataclass(frozen=True)
class Scale:
    """Steps of a choropleth: shade 1 below `breaks[0]`, one more from each break on."""

    breaks: tuple[int, ...]

    def shade(self, value: int) -> int:
        return 1 + sum(value >= edge for edge in self.breaks)


def scale(values, steps: int = 5) -> Scale:
    """Return round steps that spread values over so many shades."""
    values = list(values) or [0]
    low, high = min(values), max(values)
    step = _round_up((high - low) / steps)
    first = low // step * step + step
    return Scale(tuple(first + step * i for i in range(steps - 1)))


def _round_up(value: float) -> int:
    """Return the next of 1, 2, 5, 10, 20, 50 ... from a value up."""
    unit = 1
    while True:
        for part in (1, 2, 5):
            if part * unit >= value:
                return part * unit
        unit *= 10
