"""The list of brands, page by page: a page begins behind the last brand of the one before, not at a number."""

from dataclasses import dataclass

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import get_language

from laborbrands.models import Brand
from laborbrands.queries.brands import rank_of

SORTS = {  # what a column is sorted by, and whether the highest comes first
    "tier": (lambda: rank_of("tier"), False),
    "name": (lambda: F("name_en" if (get_language() or "").startswith("en") else "name_zh"), False),
    "place": (lambda: F("region__path"), False),
    "jobs": (lambda: Coalesce("jobs", Value(0)), True),
    "trained": (lambda: Coalesce("trained", Value(0)), True),
}
NUMBERS = ("tier", "jobs", "trained")


@dataclass(frozen=True)
class Page:
    rows: list[Brand]
    sort: str
    next: str  # where the next page begins, "" on the last one
    is_first: bool


def page(brands: QuerySet[Brand], sort: str, after: str, size: int) -> Page:
    """Return the brands behind a mark ("value~code" of the last one seen), in the order of a column. One query."""
    sort = sort if sort in SORTS else "tier"
    expression, downwards = SORTS[sort]
    brands = brands.annotate(key=expression()).select_related("industry")
    mark = _mark(after, sort)
    if mark:
        value, code = mark
        beyond = "key__lt" if downwards else "key__gt"
        brands = brands.filter(Q(**{beyond: value}) | Q(key=value, code__gt=code))
    rows = list(brands.order_by("-key" if downwards else "key", "code")[: size + 1])
    shown = rows[:size]
    following = f"{shown[-1].key}~{shown[-1].code}" if len(rows) > size else ""
    return Page(shown, sort, following, mark is None)


def _mark(after: str, sort: str):
    """Read a mark; what is none of ours is the beginning."""
    value, _, code = after.rpartition("~")
    if not value or not code:
        return None
    if sort in NUMBERS:
        return (int(value), code) if value.isascii() and value.isdecimal() and len(value) < 10 else None
    return value, code
