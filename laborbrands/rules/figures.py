"""What the yearly figures of a brand may say. Pure."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

FIRST_YEAR = 2000
LEVELS = (
    "certified_junior",
    "certified_intermediate",
    "certified_senior",
    "certified_technician",
    "certified_senior_technician",
)
AT_MOST = (  # a part, what it is a part of, and what to say when it is more
    (LEVELS, "trained", _("More were certified than trained.")),
    (
        ("exported_in_province", "exported_out"),
        "practitioners",
        _("More work elsewhere than the brand has practitioners."),
    ),
    (("new_jobs",), "driven_jobs", _("The new jobs of the year are more than all jobs driven.")),
)


def faults(year: int, values: Mapping[str, int | Decimal | None], this_year: int) -> list:
    """Return why the figures of a year cannot be right, as lines for people; none when they can be."""
    found = []
    if year > this_year:
        found.append(_("The year has not begun yet."))
    elif year < FIRST_YEAR:
        found.append(_("Figures go back to the year %(year)d at most.") % {"year": FIRST_YEAR})
    if any(value is not None and value < 0 for value in values.values()):
        found.append(_("No figure can be below zero."))
    return found + [words for _name, words in misfits(values)]


def misfits(values: Mapping[str, int | Decimal | None]) -> list[tuple]:
    """Return (name of the whole, what to say) where parts are more than their whole."""
    return [
        (whole, words)
        for parts, whole, words in AT_MOST
        if sum(values.get(part) or 0 for part in parts) > (values.get(whole) or 0)
    ]
