"""What a process remembers: published guides, whose text is frozen so that only their state can age, and counts."""

import time
from datetime import date

from policies import queries
from policies.models import GuideVersion

KEEP_SECONDS = 5.0  # how long a suspension or an end may go unnoticed by another process
COUNTED_SECONDS = 60.0  # how old the counts of the whole library may be
_kept: dict[int, tuple[float, GuideVersion]] = {}
_counted: dict[date, tuple[float, queries.Holdings]] = {}


def guide(pk: int) -> GuideVersion:
    """Return a guide version with its item and its materials (`.materials.all()`), read at most every few seconds."""
    found = _kept.get(pk)
    if found is None or time.monotonic() - found[0] > KEEP_SECONDS:
        read = GuideVersion.objects.select_related("item__catalog_item").prefetch_related("materials").get(pk=pk)
        found = _kept[pk] = time.monotonic(), read
    return found[1]


def holdings(day: date) -> queries.Holdings:
    """Return how many policies and benefits are in force, counted at most once a minute."""
    found = _counted.get(day)
    if found is None or time.monotonic() - found[0] > COUNTED_SECONDS:
        _counted.clear()
        found = _counted[day] = time.monotonic(), queries.holdings(day)
    return found[1]


def forget() -> None:
    """Read everything anew."""
    _kept.clear()
    _counted.clear()
