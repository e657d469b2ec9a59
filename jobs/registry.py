"""What can be done in the background: each app registers its own in `apps.ready()`; jobs imports none of them."""

from collections.abc import Callable
from datetime import date, datetime

handlers: dict[str, Callable] = {}
words: dict[str, str] = {}  # what a kind of job does, for people
sweeps: dict[str, Callable] = {}
moments: dict[str, Callable] = {}
_workdays: list[Callable] = []


def register_job(kind: str, handler: Callable[[dict, datetime], object], says: str = "") -> None:
    """Register `handler(payload, now)` for jobs of the kind, and what they do in words for people.

    The handler runs in the transaction that marks the job done.
    """
    _register(handlers, kind, handler)
    words[kind] = says or kind


def register_sweep(name: str, sweep: Callable[[datetime], int]) -> None:
    """Register `sweep(now)`: does all that is due, returns how many rows it wrote, and writes none when repeated."""
    _register(sweeps, name, sweep)


def register_moment(name: str, next_moment: Callable[[datetime], datetime | None]) -> None:
    """Register `next_moment(after)`: when something falls due next, so that the demo clock stops there."""
    _register(moments, name, next_moment)


def register_workdays(add: Callable[[date, int], date]) -> None:
    """Register `add(day, days)` in the calendar of the home province, for the demo clock."""
    _workdays[:] = [add]


def add_workdays(day: date, days: int) -> date:
    """Return the n-th working day after the day."""
    return _workdays[0](day, days)


def _register(table: dict[str, Callable], name: str, function: Callable) -> None:
    if table.setdefault(name, function) is not function:
        raise ValueError(f"{name} is registered twice")
