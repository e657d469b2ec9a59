"""When a condition on a number of years or months can hold: from now on, later, or never together with another.

A window is an open interval of years from now, windows a tuple of them in order. Somebody who is 34 may turn 35
tomorrow or in a year: a window is as wide as what was told allows, so "never" is certain. Pure arithmetic.
"""

from itertools import product
from math import inf

Windows = tuple[tuple[float, float], ...]
ALWAYS: Windows = ((-inf, inf),)
NEVER: Windows = ()


def of_number(op: str, target: int, have: int, *, a_year: int, passes: bool) -> Windows:
    """Return when a number that is `have` in full units now can be at_least, at_most or just ("is") the target.

    It grows by at most `a_year` units a year; with `passes` it does so by itself, else it may stand still.
    """
    starts = (target - have - 1) / a_year if have < target else -inf
    ends = (target + 1 - have) / a_year if passes else inf
    if op == "at_least":
        return ((starts, inf),)
    if have > target:
        return NEVER
    return ((-inf, ends),) if op == "at_most" else ((starts, ends),)


def but_number(op: str, target: int, have: int, *, a_year: int, passes: bool) -> Windows:
    """Return when it can be the opposite of `of_number`."""
    grows = {"a_year": a_year, "passes": passes}
    above = of_number("at_least", target + 1, have, **grows)
    below = of_number("at_most", target - 1, have, **grows)
    return {"at_least": below, "at_most": above, "is": either(below, above)}[op]


def both(first: Windows, second: Windows) -> Windows:
    """Return when two conditions hold together."""
    cut = ((max(a[0], b[0]), min(a[1], b[1])) for a, b in product(first, second))
    return tuple(sorted(window for window in cut if window[0] < window[1]))


def either(first: Windows, second: Windows) -> Windows:
    """Return when one of two conditions holds."""
    joined: list[tuple[float, float]] = []
    for start, end in sorted((*first, *second)):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)
