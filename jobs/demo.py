"""Move the demo's time, and do on the way all that falls due, in the order in which it would have happened."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs import clock, registry, services
from jobs.models import Job
from talentportal.lib.refusals import Refused, refuse_unless

DAILY = (time(0, 10), time(9, 0))  # lapses after midnight, reminders in the morning (Asia/Shanghai)
LONGEST = timedelta(days=800)
LOCK = "demo clock"


def next_fixed_moment(after: datetime) -> datetime:
    """Return the next 00:10 or 09:00 after the moment."""
    local = timezone.localtime(after)
    days = (local.date(), local.date() + timedelta(days=1))
    moments = (timezone.make_aware(datetime.combine(day, at)) for day in days for at in DAILY)
    return next(moment for moment in moments if moment > after)


def next_waiting_job(after: datetime) -> datetime | None:
    """Return when the next job may run."""
    return Job.objects.filter(done_at__isnull=True, aside_at__isnull=True, run_after__gt=after).aggregate(
        at=Min("run_after")
    )["at"]


def move(to: datetime) -> services.Report:
    """Move the demo's time forward to a moment, stopping wherever something falls due, and run it there.

    Raises Refused outside a demo, when the moment has passed or is too far, and while somebody else moves the clock.
    An interruption leaves the clock at the last stop; moving again goes on from there.
    """
    with _alone():
        start = clock.now()
        refuse_unless(to >= start, _("The clock only moves forward."))
        refuse_unless(to - start <= LONGEST, _("This is too far ahead; move in smaller steps."))
        return _walk(start, to)


def move_by(*, working_days: int = 0, days: int = 0) -> services.Report:
    """Move the demo's time to the same time of day, n working days or calendar days later; see `move`."""
    refuse_unless(settings.DEMO, _("Only a demo has a clock that moves."))
    local = timezone.localtime(clock.now())
    day = registry.add_workdays(local.date(), working_days) + timedelta(days=days)
    return move(timezone.make_aware(datetime.combine(day, local.time())))


def reset() -> None:
    """Go back to the real time. What has happened in the meantime stays as it is."""
    with _alone():
        clock.set_offset(timedelta(0))


def _walk(at: datetime, to: datetime) -> services.Report:
    total = services.Report()
    while at < to:
        at = min([to, *(moment for find in registry.moments.values() if (moment := find(at)))])
        clock.set_offset(max(clock.offset(), at - timezone.now()))
        report = services.run_due(clock.now())
        total.jobs += report.jobs
        total.failed |= report.failed
        for name, rows in report.swept.items():
            total.swept[name] = total.swept.get(name, 0) + rows
    return total


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the mover's lock of the database session."""
    refuse_unless(settings.DEMO, _("Only a demo has a clock that moves."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [LOCK])
        if not cursor.fetchone()[0]:
            raise Refused(_("Somebody else is moving the clock. Wait a moment."))
    try:
        clock.forget()
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [LOCK])
