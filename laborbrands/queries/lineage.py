"""Who a brand was before and what it went on in: renamed and merged brands are one lineage."""

from laborbrands.models import Succession


def ancestors(brand: int) -> set[int]:
    """Return the ids of all brands that went on in this one, through any number of successions, and its own."""
    return _closure({brand}, "new", "old")


def lineage(brand: int) -> set[int]:
    """Return the ids of the brand, of all that went on in it, and of all in which it went on."""
    return ancestors(brand) | _closure({brand}, "old", "new")


def _closure(found: set[int], here: str, there: str) -> set[int]:
    fresh = found
    while fresh:
        fresh = set(Succession.objects.filter(**{f"{here}__in": fresh}).values_list(there, flat=True)) - found
        found = found | fresh
    return found
