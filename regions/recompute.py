"""What must be computed again when the work calendar changes. Upper apps register theirs in `apps.ready()`.

The rule for every one of them: a deadline may move later, never earlier than the day printed on a paper.
"""

from collections.abc import Callable
from datetime import datetime

_callbacks: list[Callable[[datetime], object]] = []


def register(callback: Callable[[datetime], object]) -> None:
    """Register `callback(now)`: read the calendars anew and move what hangs on them. Must be safe to run twice."""
    if callback not in _callbacks:
        _callbacks.append(callback)


def run(payload: dict, now: datetime) -> None:
    """Handle the job "regions.calendar_changed"."""
    from regions import queries

    queries.forget()
    for callback in _callbacks:
        callback(now)
