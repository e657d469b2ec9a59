"""The only source of the current time. In a demo it may run ahead of the real time."""

import time
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from jobs.models import DemoClock

KEEP_SECONDS = 1.0  # how long a process may go on with an old offset after another one moved the clock
_kept: tuple[float, timedelta] | None = None


def now() -> datetime:
    """Return the portal's time in UTC; outside a demo this is the real time and asks nothing of the database."""
    return timezone.now() + offset() if settings.DEMO else timezone.now()


def today() -> date:
    """Return the portal's day, in local time."""
    return timezone.localdate(now())


def offset() -> timedelta:
    """Return how far the demo's time is ahead; read at most once a second."""
    global _kept
    if _kept is None or time.monotonic() - _kept[0] > KEEP_SECONDS:
        _kept = time.monotonic(), DemoClock.objects.values_list("offset", flat=True).first() or timedelta(0)
    return _kept[1]


def set_offset(ahead: timedelta) -> None:
    """Put the demo's time ahead of the real one. Runs nothing; see `jobs.demo.move`."""
    DemoClock.objects.update_or_create(defaults={"offset": ahead})
    forget()


def forget() -> None:
    """Read the offset again at the next question."""
    global _kept
    _kept = None
