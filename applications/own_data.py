"""What apps above hold about a person: in the copy they may ask for, and gone with their account."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Holding:
    """`copied(user)` gives plain data, ready for JSON; `forgotten(user, now)` deletes it when the account is closed."""

    copied: Callable
    forgotten: Callable


holdings: dict[str, Holding] = {}  # by the name that the copy gives it


def register(name: str, holding: Holding) -> None:
    """Register what an app holds, in `apps.ready()`."""
    if holdings.setdefault(name, holding) != holding:
        raise ValueError(f"{name} is registered twice")
