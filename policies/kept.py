"""Published guides as a process remembers them. Their text is frozen by the database, so only their state can age."""

import time

from policies.models import GuideVersion

KEEP_SECONDS = 5.0  # how long a suspension or an end may go unnoticed by another process
_kept: dict[int, tuple[float, GuideVersion]] = {}


def guide(pk: int) -> GuideVersion:
    """Return a guide version with its item and its materials (`.materials.all()`), read at most every few seconds."""
    found = _kept.get(pk)
    if found is None or time.monotonic() - found[0] > KEEP_SECONDS:
        read = GuideVersion.objects.select_related("item__catalog_item").prefetch_related("materials").get(pk=pk)
        found = _kept[pk] = time.monotonic(), read
    return found[1]


def forget() -> None:
    """Read every guide anew."""
    _kept.clear()
