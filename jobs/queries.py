"""Reads about the work that waits and about the demo."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Min

from jobs import clock
from jobs.models import Job

AMBER = timedelta(minutes=2)
RED = timedelta(minutes=10)


@dataclass(frozen=True)
class Waiting:
    """How the background work stands. `level` is green, amber or red."""

    oldest_since: datetime | None  # since when the oldest undone job could have run
    age: timedelta
    aside: int  # jobs that were given up and wait for a person
    level: str


@dataclass(frozen=True)
class DemoBanner:
    now: datetime
    offset: timedelta


def oldest_waiting(now: datetime) -> Waiting:
    """Tell how long the oldest undone job has been due: amber from 2 minutes, red from 10. One statement."""
    open_jobs = Job.objects.filter(done_at__isnull=True, aside_at__isnull=True, run_after__lte=now)
    since = open_jobs.aggregate(since=Min("run_after"))["since"]
    aside = Job.objects.filter(aside_at__isnull=False).count()
    age = now - since if since else timedelta(0)
    level = "red" if age >= RED else "amber" if age >= AMBER or aside else "green"
    return Waiting(since, age, aside, level)


def demo_banner() -> DemoBanner | None:
    """Return the demo's time for the banner on every page; None outside a demo."""
    return DemoBanner(clock.now(), clock.offset()) if settings.DEMO else None
