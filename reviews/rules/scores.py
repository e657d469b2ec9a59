"""What score sheets must hold, and what they come to (domain 5.3). Exact to the last digit: no binary fractions."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

STEP = Decimal("0.5")
CENT = Decimal("0.01")
VETO_REASON = 20  # characters, at least, of a comment that gives the reason of a veto
FURTHER = 2  # experts that are added where the sheets differ too much
COMMENT_LIMIT = 5000
NUMBER = re.compile(r"\d{1,4}(\.\d{1,4})?")


class BadPoints(Exception):
    """What was entered are no points of this criterion; its text says why."""


@dataclass(frozen=True)
class Limits:
    """The rules of a score scheme."""

    trims_from: int = 5
    spread_most: int = 25
    deviation_most: int = 12
    vetoes_for_panel: int = 2


@dataclass(frozen=True)
class Sum:
    """What the valid sheets of a dossier come to; `first` is the exact mean of its first criterion."""

    mean: Decimal
    sheets: int
    spread: Decimal
    deviation: Decimal
    vetoes: int
    needs_more: bool
    needs_panel: bool
    first: Fraction = Fraction(0)


def read_points(text: str, most: Decimal | int) -> Decimal | None:
    """Return points from 0 to `most` in steps of a half; None where nothing was entered yet. Raises BadPoints."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    text = re.sub(r",(?=\d$)", ".", text)
    if not text:
        return None
    if not NUMBER.fullmatch(text):
        raise BadPoints(_("Enter a number, e.g. 7.5."))
    points = Decimal(text)
    if points > most:
        raise BadPoints(_("At most %(most)s points.") % {"most": most})
    if points % STEP:
        raise BadPoints(_("Points go in steps of 0.5."))
    return points.quantize(Decimal("0.1"))


def total_of(criteria: Sequence[Mapping], scores: Mapping[str, str]) -> Decimal | None:
    """Return the sum of the points, or None while a criterion is empty; a bonus left empty is none."""
    if any(needed(criterion) and not scores.get(criterion["key"]) for criterion in criteria):
        return None
    given = (Decimal(scores.get(criterion["key"]) or 0) for criterion in criteria)
    return sum(given, Decimal(0)).quantize(CENT)


def needed(criterion: Mapping) -> bool:
    """Tell whether a sheet needs points for a criterion: for all but a bonus."""
    return not criterion.get("is_bonus")


def most_of(criteria: Sequence[Mapping]) -> Decimal:
    """Return the highest sum that the criteria allow, bonuses included."""
    return sum((Decimal(str(criterion["max"])) for criterion in criteria), Decimal(0))


def faults_of(scheme, scores: Mapping[str, str], comment: str, is_veto: bool) -> dict[str, object]:
    """Return what keeps a sheet from being submitted: message by field (key of a criterion, "comment", "is_veto")."""
    empty = [one["key"] for one in scheme.criteria if needed(one) and not scores.get(one["key"])]
    faults: dict[str, object] = dict.fromkeys(empty, _("Give points for this criterion."))
    length, least = len("".join(comment.split())), scheme.comment_min
    if length < least:
        faults["comment"] = _says_more(least, length)
    elif is_veto and length < VETO_REASON:
        faults["comment"] = _("A veto needs its reason in the comment.")
    if is_veto and not has_veto(scheme.criteria):
        faults["is_veto"] = _("This score sheet knows no veto.")
    return faults


def _says_more(least: int, length: int):
    words = ngettext_lazy(
        "The comment needs at least %(least)d character; it has %(length)d.",
        "The comment needs at least %(least)d characters; it has %(length)d.",
        least,
    )
    return words % {"least": least, "length": length}


def has_veto(criteria: Sequence[Mapping]) -> bool:
    """Tell whether a criterion of the scheme is one that an expert may veto."""
    return any(criterion.get("is_veto") for criterion in criteria)


def add_up(
    totals: Sequence[Decimal],
    limits: Limits,
    *,
    vetoes: int = 0,
    first: Sequence[Decimal] = (),
    is_extended: bool = False,
) -> Sum:
    """Return what the totals of valid sheets come to (domain 5.3).

    From `trims_from` sheets on, one highest and one lowest are left out of the mean. Spread and sample deviation are
    those of all sheets; beyond their limits two more experts are needed, once: not when `is_extended`, because then
    they are here already and all sheets count.
    """
    exact = sorted(Fraction(total) for total in totals)
    kept = exact[1:-1] if len(exact) >= max(limits.trims_from, 3) else exact
    spread = exact[-1] - exact[0] if exact else Fraction(0)
    variance = _variance(exact)
    differs = spread > limits.spread_most or variance > limits.deviation_most**2
    return Sum(
        mean=half_up(_mean(kept)),
        sheets=len(exact),
        spread=half_up(spread),
        deviation=_root(variance),
        vetoes=vetoes,
        needs_more=differs and not is_extended,
        needs_panel=vetoes >= limits.vetoes_for_panel,
        first=_mean([Fraction(points) for points in first]),
    )


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values) if values else Fraction(0)


def _variance(values: Sequence[Fraction]) -> Fraction:
    """Return the variance of a sample (n - 1); 0 of fewer than two values."""
    if len(values) < 2:
        return Fraction(0)
    middle = _mean(values)
    return sum(((value - middle) ** 2 for value in values), Fraction(0)) / (len(values) - 1)


def half_up(value: Fraction) -> Decimal:
    """Round a fraction that is not negative to 2 decimals, halves up."""
    cents = (value * 100 + Fraction(1, 2)).__floor__()
    return Decimal(cents).scaleb(-2)


def _root(value: Fraction) -> Decimal:
    with localcontext() as context:
        context.prec = 50
        root = (Decimal(value.numerator) / Decimal(value.denominator)).sqrt()
        return root.quantize(CENT, rounding=ROUND_HALF_UP)


def ranks(sums: Iterable[tuple[object, Sum, int]]) -> dict[object, int]:
    """Rank (key, sum, sealed order) from 1: the mean, then the first criterion's mean, fewer vetoes, the earlier lot.

    Never the time of submission.
    """

    def order(one: tuple[object, Sum, int]) -> tuple:
        _key, result, lot = one
        return (-result.mean, -result.first, result.vetoes, lot)

    return {key: rank for rank, (key, _result, _lot) in enumerate(sorted(sums, key=order), start=1)}


def by_key(criteria: Sequence[Mapping], read: Callable[[str], str]) -> tuple[dict[str, str], dict[str, object]]:
    """Return (points by key as text, faults by key) of what was entered, which `read` gives by key.

    What is no points is left out, with its fault.
    """
    scores, faults = {}, {}
    for criterion in criteria:
        try:
            points = read_points(read(criterion["key"]), Decimal(str(criterion["max"])))
        except BadPoints as bad:
            faults[criterion["key"]] = bad.args[0]
            continue
        if points is not None:
            scores[criterion["key"]] = str(points)
    return scores, faults
