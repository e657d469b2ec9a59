"""How many people the pool holds, by what they can do and where they live; small cells are hidden for everybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

from django.core.cache import cache
from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from regions.models import Region
from talentportal.lib.bilingual import pick
from talents import limits
from talents.catalogs import majors
from talents.models import PoolEntry
from talents.rules.cells import hide_in_table, hide_small
from talents.states import Available, Degree, Title

KEPT_SECONDS = 600
BY = ("degree", "discipline", "city", "title", "available")
TITLES = {
    "degree": _("By education"),
    "discipline": _("By discipline"),
    "city": _("By place"),
    "title": _("By professional title"),
    "available": _("By when they could begin"),
}
CHOICES = {"degree": Degree, "title": Title, "available": Available}
MANY = 10_000  # rows of an open card list that are looked through


@dataclass(frozen=True)
class Part:
    """One way to divide all: (what, how many or None) in rows; None is hidden."""

    title: str
    rows: list[tuple[str, int | None]]


def total(within: Region | None = None) -> int:
    """Return how many may be found, 0 where so few are there that the number would point at them."""
    count = sum(_counts("degree", within).values())
    return count if count >= limits.SMALL_CELL else 0


def parts(within: Region | None = None, *, step: int = 1) -> list[Part]:
    """Return the pool, or what lives in a region, divided in each way; counts are rounded down to a step.

    The public step is the size of a small cell: whoever compares two days does not see one person come or go.
    """
    if not total(within):
        return []
    found = []
    for name in BY:
        shown = hide_small(_counts(name, within), limits.SMALL_CELL)
        rows = [(label, _down(shown[key], step)) for key, label in _labels(name, shown) if shown[key] != 0]
        found.append(Part(TITLES[name], rows))
    return found


def by_place_and_degree(within: Region | None = None) -> tuple[list[str], list[tuple[str, list[int | None]]]]:
    """Return the heads and the rows of the table place x education; no hidden cell follows from its margins."""
    cells = _cells(within)
    places = [key for key, _label in _labels("city", dict.fromkeys(place for place, _degree in cells))]
    rows = [[cells.get((place, degree), 0) for degree in Degree.values] for place in places]
    shown = hide_in_table(rows, limits.SMALL_CELL)
    names = dict(_labels("city", dict.fromkeys(places)))
    return [str(degree.label) for degree in Degree], [(names[p], row) for p, row in zip(places, shown, strict=True)]


def open_cards(day, most: int) -> QuerySet[PoolEntry]:
    """Return a few entries that are open to everybody; which, changes with the day and follows from nothing else."""
    codes = PoolEntry.objects.filter(is_open=True).values_list("profile__code", "pk")[:MANY]
    drawn = sorted(codes, key=lambda row: blake2b(f"{day}{row[0]}".encode(), digest_size=8).digest())[:most]
    rows = PoolEntry.objects.filter(pk__in=[pk for _code, pk in drawn])
    return rows.select_related("profile").prefetch_related("profile__proofs")


def _counts(name: str, within: Region | None) -> dict:
    key = f"talents.inventory:{name}:{within.path if within else ''}"
    return cache.get_or_set(key, lambda: dict(_grouped(within, name)), KEPT_SECONDS)


def _cells(within: Region | None) -> dict:
    key = f"talents.inventory:table:{within.path if within else ''}"
    return cache.get_or_set(
        key, lambda: {(p, d): count for p, d, count in _grouped(within, "city", "degree")}, KEPT_SECONDS
    )


def _grouped(within: Region | None, *names: str):
    rows = PoolEntry.objects.all()
    if within is not None:
        rows = rows.filter(region__in=list(Region.objects.within(within).values_list("code", flat=True)))
    return rows.order_by().values_list(*names).annotate(count=Count("pk"))


def _labels(name: str, keys: Mapping) -> list[tuple]:
    """Return (key, words) of a partition in the order of its list."""
    if name in CHOICES:
        return [(key, label) for key, label in CHOICES[name].choices if key in keys]
    if name == "city":
        regions = Region.objects.filter(code__in=[key for key in keys if key]).order_by("path").defer("outline")
        return [(region.code, pick(region, "name")) for region in regions]
    named = [(entry.code, majors().name(entry.code)) for entry in majors().children() if entry.code in keys]
    return [*named, *([("", _("not told"))] if "" in keys else [])]


def _down(count: int | None, step: int) -> int | None:
    return None if count is None else count - count % step
