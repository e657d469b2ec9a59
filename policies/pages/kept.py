"""What a process remembers: published guides, whose text is frozen so that only their state can age, and counts."""

import time
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import get_language

from policies import queries
from policies.models import Clause, GuideVersion, PolicyVersion
from policies.text import richtext
from talentportal.lib.bilingual import pick

KEEP_SECONDS = 5.0  # how long a suspension or an end may go unnoticed by another process
COUNTED_SECONDS = 60.0  # how old the counts of the whole library may be
MOST_TEXTS = 50  # texts of policies, about 100 KB each
_kept: dict[int, tuple[float, GuideVersion]] = {}
_counted: dict[date, tuple[float, queries.Holdings]] = {}
_texts: dict[tuple[int, str], list[SafeString]] = {}


def guide(pk: int) -> GuideVersion:
    """Return a guide version with its item and its materials (`.materials.all()`), read at most every few seconds."""
    found = _kept.get(pk)
    if found is None or time.monotonic() - found[0] > KEEP_SECONDS:
        read = GuideVersion.objects.select_related("item__catalog_item").prefetch_related("materials").get(pk=pk)
        found = _kept[pk] = time.monotonic(), read
    return found[1]


def texts(version: PolicyVersion, clauses: list[Clause]) -> list[SafeString]:
    """Return the texts of the clauses of a public version as HTML, in the active language; the text is frozen."""
    key = version.pk, get_language()
    found = _texts.pop(key, None)
    if found is None or len(found) != len(clauses):
        found = [richtext.html(pick(clause, "text")) for clause in clauses]
    _texts[key] = found  # the last one read is the last to go
    if len(_texts) > MOST_TEXTS:
        _texts.pop(list(_texts)[0], None)  # noqa: RUF015 (threads: a list is taken at once)
    return found


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
    _texts.clear()
