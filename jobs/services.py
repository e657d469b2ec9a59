"""Write work down, do it exactly once, and do all that is due.

A claim counts the attempt and leases the row in a short transaction of its own, so that a job that kills its process
counts too. Then the effect and the done-mark are one transaction that holds the row's lock: it happens whole or not at
all, and nobody else takes the job meanwhile. After MAX_ATTEMPTS a job is set aside and never blocks the others.
"""

import logging
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jobs import doorbell, registry
from jobs.models import Job
from talentportal.lib.refusals import refuse_unless

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
FIRST_PAUSE = timedelta(seconds=5)  # then three times as long after each attempt: about an hour and a half in all


@dataclass
class Report:
    """What one run did: rows written per sweep, sweeps that failed, jobs tried."""

    swept: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    jobs: int = 0


def enqueue(*, kind: str, key: str, now: datetime, run_after: datetime | None = None, **payload) -> None:
    """Write a job in the current transaction; the same kind and key a second time is a no-op, done or not.

    Rings the bell after commit. The payload holds ids only, never personal data.
    """
    enqueue_many(kind=kind, rows=[(key, payload)], now=now, run_after=run_after)


def enqueue_many(
    *, kind: str, rows: Iterable[tuple[str, dict]], now: datetime, run_after: datetime | None = None
) -> None:
    """Write a job for each (key, payload) in one statement; see `enqueue`."""
    run_after = run_after or now
    Job.objects.bulk_create(
        [Job(kind=kind, key=key, payload=payload, created_at=now, run_after=run_after) for key, payload in rows],
        ignore_conflicts=True,
    )
    if run_after <= now:
        ring_after_commit()


def ring_after_commit() -> None:
    """Wake a worker when the current transaction has been committed; for job rows written by plain SQL."""
    transaction.on_commit(doorbell.ring, robust=True)


def drain(*, now: datetime, limit: int = 200, seconds: float = 20) -> int:
    """Do jobs due at `now`, oldest first, until none is left or a bound is reached; return how many were tried.

    Any number of drains may run at once: each job is done by one of them.
    """
    ends, tried = time.monotonic() + seconds, 0
    while tried < limit and time.monotonic() < ends and (job := _claim(now)):
        _run(job, now)
        tried += 1
        if tried in (1, limit) and due(now).exists():
            doorbell.ring()  # there is more: let another worker help, or go on
    return tried


def run_due(now: datetime) -> Report:
    """Run every sweep in the order of registration, each in its own transaction, then jobs until none is due.

    A sweep that fails is reported and stops nothing. Safe to run twice, and from several processes at once.
    """
    report = Report()
    for name, sweep in registry.sweeps.items():
        try:
            report.swept[name] = _sweep(name, sweep, now)
        except Exception as error:
            logger.exception("sweep %s failed", name)
            report.failed[name] = _describe(error)
    while tried := drain(now=now):
        report.jobs += tried
    return report


def retry_job(*, job: Job, now: datetime) -> None:
    """Take a job that was set aside up again, with all its attempts. Refused for any other job."""
    taken_up = Job.objects.filter(pk=job.pk, aside_at__isnull=False).update(aside_at=None, attempts=0, retry_at=None)
    refuse_unless(taken_up, _("This job has not been set aside."))
    ring_after_commit()
    logger.info("job %s is tried again at %s", job.pk, now)


def due(now: datetime):
    """Return the jobs that may be tried at `now`."""
    return Job.objects.filter(
        Q(retry_at__isnull=True) | Q(retry_at__lte=now), done_at__isnull=True, aside_at__isnull=True, run_after__lte=now
    )


def _claim(now: datetime) -> Job | None:
    """Count an attempt at the oldest due job that nobody works on, and lease it until its next attempt."""
    while True:
        with transaction.atomic():
            job = due(now).order_by("run_after", "id").select_for_update(skip_locked=True).first()
            if job is None:
                return None
            if job.attempts < MAX_ATTEMPTS:
                job.retry_at = now + FIRST_PAUSE * 3**job.attempts
                job.attempts += 1
                job.save(update_fields=["attempts", "retry_at"])
                return job
            _set_aside(job, now, job.last_error or "the process ended in the middle")


def _run(job: Job, now: datetime) -> None:
    try:
        with transaction.atomic():
            waiting = Job.objects.filter(attempts=job.attempts, done_at__isnull=True, aside_at__isnull=True)
            # Wait for the row: another claim that saw it due may hold it for the moment it takes to see our lease.
            if waiting.select_for_update().filter(pk=job.pk).first():
                registry.handlers[job.kind](job.payload, now)
                Job.objects.filter(pk=job.pk).update(done_at=now, last_error="")
    except Exception as error:
        logger.exception("job %s %s failed, attempt %s", job.pk, job.kind, job.attempts)
        _note_failure(job, now, _describe(error))


def _note_failure(job: Job, now: datetime, error: str) -> None:
    waiting = Job.objects.filter(pk=job.pk, done_at__isnull=True, aside_at__isnull=True)
    waiting.update(last_error=error, aside_at=now if job.attempts >= MAX_ATTEMPTS else None)


def _set_aside(job: Job, now: datetime, error: str) -> None:
    Job.objects.filter(pk=job.pk).update(aside_at=now, last_error=error)
    logger.error("job %s %s was set aside: %s", job.pk, job.kind, error)


def _sweep(name: str, sweep, now: datetime) -> int:
    with transaction.atomic(), connection.cursor() as cursor:  # two at once: one after the other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"sweep {name}"])
        return sweep(now)


def _describe(error: BaseException) -> str:
    """Name the error and where it arose; its text may hold personal data and is left out."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f"{name}:{frame.lineno}" for frame in frames if (name := _ours(frame.filename))]
    return " < ".join([type(error).__name__, *reversed(ours[-3:])])


def _ours(filename: str) -> str:
    path = Path(filename)
    inside = path.is_relative_to(settings.BASE_DIR) and ".venv" not in path.parts
    return str(path.relative_to(settings.BASE_DIR)) if inside else ""
