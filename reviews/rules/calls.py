"""When a call for experts takes applications, and what an application must say: pure, told the day."""

from datetime import date

from django.utils.translation import gettext_lazy as _

LONGEST_TERM = 36  # months
MOST_DISCIPLINES = 3
MOST_NAMES, LONGEST_NAME = 20, 120


def not_open(opens_on: date, closes_on: date, day: date) -> list:
    """List why a call takes no application on a day."""
    if day < opens_on:
        return [_("Applications are not open yet.")]
    return [_("The time for applications has ended.")] if day > closes_on else []


def names_in(text: str) -> list[str]:
    """Return the names that somebody wrote, one a line, each once."""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
