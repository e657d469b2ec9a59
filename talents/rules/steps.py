"""Small cells: a count of few people says too much about each of them, and so may the difference of two counts."""

from django.utils.translation import gettext as _

from talents.limits import SMALL_CELL

CAP = 10_000  # a larger count says nothing to whoever searches


def shown(count: int) -> str:
    """Return a count of people as a unit may read it: "under 5", else in steps of 5, at most "10,000+".

    In steps, so that neither the rest of a sum nor the counts of two searches that differ by one person give that
    person away.
    """
    if count < SMALL_CELL:
        return _("under %(n)s") % {"n": SMALL_CELL}
    if count >= CAP:
        return f"{CAP:,}+"
    stepped = count // SMALL_CELL * SMALL_CELL
    return f"{stepped:,}+"


def number(count: int) -> dict:
    """Return the same for programs: a least number, and whether more is not told."""
    return {"at_least": 0 if count < SMALL_CELL else min(count // SMALL_CELL * SMALL_CELL, CAP), "text": shown(count)}
