"""What falls due by itself: found in one statement, done by one job per case."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from applications.states import ClockKind
from jobs import clock
from jobs.services import ring_after_commit
from regions.queries import calendars_in_use

# A clock that ran out -> the job that draws the consequence.
LAPSES = {
    ClockKind.ACCEPT: "applications.deem_accepted",
    ClockKind.CORRECTION: "applications.lapse_correction",
    ClockKind.DEFERRAL: "applications.lapse_deferral",
    ClockKind.SPECIAL: "applications.overrun_special",
    ClockKind.CHECK: "applications.warn_unchecked",
    ClockKind.RECTIFY: "applications.lapse_rectification",
}
KEEP_UPLOADING = timedelta(hours=24)  # no upload takes that long: what is older was left by a killed process


def sweep_uploading(now: datetime) -> int:
    """Delete what killed processes left in the folder of uploads under way; return how many files.

    Files carry the real time, also in a demo whose clock runs ahead.
    """
    oldest = now - KEEP_UPLOADING - (clock.offset() if settings.DEMO else timedelta(0))
    left = [
        path
        for path in Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir()
        if path.is_file() and path.stat().st_mtime < oldest.timestamp()
    ]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def sweep_deadlines(now: datetime) -> int:
    """Write one job for each clock whose last day has passed, in one statement; return how many were new.

    Compares ordinals of working days, so it costs what is due and not what is open. Repeated, it writes nothing: the
    key holds clock and day, so that a deadline that was moved counts anew.
    """
    yesterday = timezone.localdate(now) - timedelta(days=1)
    calendars = calendars_in_use()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO jobs_job (kind, key, payload, created_at, run_after, attempts, last_error)
            SELECT lapse.kind, clock.id || ':' || clock.due_wd, jsonb_build_object('case', clock.case_id),
                   %(now)s, %(now)s, 0, ''
            FROM unnest(%(codes)s::text[], %(ordinals)s::int[]) AS calendar(code, ordinal)
            CROSS JOIN unnest(%(clocks)s::text[], %(kinds)s::text[]) AS lapse(clock, kind)
            JOIN applications_clock clock
              ON clock.kind = lapse.clock AND clock.calendar = calendar.code
             AND clock.due_wd <= calendar.ordinal AND clock.due_wd + clock.grace_days <= calendar.ordinal
            WHERE clock.finished_at IS NULL AND clock.stopped_on IS NULL
            ON CONFLICT (kind, key) DO NOTHING
            """,
            {
                "now": now,
                "codes": list(calendars),
                "ordinals": [calendar.ordinal(yesterday) for calendar in calendars.values()],
                "clocks": list(LAPSES),
                "kinds": list(LAPSES.values()),
            },
        )
        if cursor.rowcount:
            ring_after_commit()
        return cursor.rowcount
