"""The sweep that finds what is due and hands it to jobs, over a million cases, 55,000 of them open."""

from datetime import date, timedelta

from django.db import connection, transaction
from django.utils import timezone

from applications.due import sweep_deadlines
from applications.models import Case, Clock
from bench.measure import Result, interleave, timed
from jobs.models import Job
from notifications.models import Reminder
from notifications.services import send_due_reminders
from regions.queries import calendar_for
from tests import cast

CASES, OPEN = 1_000_000, 55_000
NOW = cast.moment("2026-09-18 09:00")
SEED = 0.20260918


def run() -> Result:
    build()
    counts: dict[str, int] = {}
    medians = interleave(
        {
            "ours": lambda: rolled_back(ours, counts, "ours"),
            "peer": lambda: rolled_back(peer, counts, "peer"),
            "floor": lambda: rolled_back(find, counts, "found"),
        },
        rounds=3,
    )
    notes = repeated() | {"rows written": counts["ours"], "rows of the loop": counts["peer"], "found": counts["found"]}
    return Result("deadline_sweep_1m", CASES, medians["ours"], medians["peer"], medians["floor"], notes)


def ours() -> int:
    return sweep_deadlines(NOW) + send_due_reminders(NOW)


def find() -> int:
    """Only look: the clocks that ran out and the reminders that are due."""
    yesterday = calendar_for("530000").ordinal(timezone.localdate(NOW) - timedelta(days=1))
    late = Clock.objects.filter(
        kind__in=["ACCEPT", "CORRECTION", "DEFERRAL"], due_wd__lte=yesterday, finished_at=None, stopped_on=None
    )
    due = Reminder.objects.filter(due_at__lte=NOW, sent_at=None, cancelled_at=None)
    return len(late.values_list("pk", flat=True)) + len(due.values_list("pk", flat=True))


def peer() -> int:
    """Do the plain thing: load every open case with what a reminder needs, count its working days one by one, write
    one job at a time for what ran out and for each reminder whose moment has come.
    """
    calendar, today, written = calendar_for("530000"), timezone.localdate(NOW), 0
    cases = Case.objects.open().select_related("guide", "item", "region", "window", "applicant")
    for case in cases.prefetch_related("clocks").iterator(chunk_size=2000):
        for clock in case.clocks.all():
            left = working_days_left(calendar, today, clock.due_on)
            if left < 0 and clock.kind in ("ACCEPT", "CORRECTION", "DEFERRAL"):
                written += _write("peer.lapse", clock.pk)
    for reminder in Reminder.objects.filter(sent_at=None, cancelled_at=None).select_related("recipient").iterator():
        if reminder.due_at <= NOW:
            reminder.sent_at = NOW
            reminder.save()
            written += _write("peer.remind", reminder.pk)
    return written


def _write(kind: str, key: int) -> bool:
    return Job.objects.get_or_create(kind=kind, key=str(key), defaults={"created_at": NOW, "run_after": NOW})[1]


def working_days_left(calendar, today: date, due: date) -> int:
    step, left = (1 if due >= today else -1), 0
    while today != due:
        today += timedelta(days=step)
        left += step * calendar.is_workday(today)
    return left


def rolled_back(work, counts: dict, name: str) -> float:
    """Time a piece of work and undo it, so that every round meets the same rows."""
    with transaction.atomic():
        seconds = timed(lambda: counts.__setitem__(name, work()))
        transaction.set_rollback(True)
    return seconds


def repeated() -> dict:
    """Sweep for good, then again: the second time must write nothing."""
    first, rows = ours(), Job.objects.count()
    seconds = timed(ours)
    written = Job.objects.count() - rows
    return {"first sweep": first, "rows of a repeated sweep": written, "repeated ms": round(seconds * 1000, 2)}


def build() -> None:
    """Write a million cases in a few statements; the clocks of the open ones end over forty working days."""
    world = cast.make_world()
    clerk = cast.make_staff("bench@example.org", "量测", "CLERK", world.county, world.office, [world.window])
    calendar = calendar_for("530000")
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(%s)", [SEED])
        cursor.execute(PEOPLE, [NOW, OPEN])
        cursor.execute(FILED, _facts(world, calendar))
        cursor.execute(RUNNING, [calendar.code])
        cursor.execute(FINISHED, [calendar.code, NOW])
        cursor.execute(REMINDERS, [clerk.pk, timezone.localdate(NOW)])
        cursor.execute("ANALYZE")


def _facts(world, calendar) -> dict:
    first = calendar.ordinal(timezone.localdate(NOW))
    ordinals = [first + offset for offset in range(-2, 40)]
    return {
        "item": world.item.pk,
        "guide": world.guide.pk,
        "office": world.office.pk,
        "region": world.county.pk,
        "window": world.window.pk,
        "open": OPEN,
        "days": [calendar.date_of(ordinal) for ordinal in ordinals],
        "ordinals": ordinals,
        "count": len(ordinals),
        "now": NOW,
        "cases": CASES,
    }


PEOPLE = """
    INSERT INTO accounts_user (password, is_superuser, email, name, language, phone_verified, elder_mode,
        wants_marketing, is_staff, is_active, is_demo, date_joined)
    SELECT '', false, 'p' || n || '@example.org', '', 'zh-hans', false, false, false, false, true, true, %s
    FROM generate_series(1, %s) n
"""
FILED = """
    WITH people AS (SELECT array_agg(id ORDER BY id) AS ids FROM accounts_user WHERE NOT is_staff)
    INSERT INTO applications_case (public_id, case_no, query_code, item_id, guide_id, organization_id,
        region_id, window_id, applicant_id, applicant_name, state, close_type, close_reason, is_deferred,
        is_deemed_accepted, correction_sent, answers, step, version, due_on, due_wd, is_provisional,
        created_at, saved_at, received_at, closed_at)
    SELECT 'b' || n, 'B' || n, 'ABCDEF', %(item)s, %(guide)s, %(office)s, %(region)s, %(window)s,
        people.ids[1 + n %% %(open)s], '演示', CASE WHEN n <= %(open)s THEN 'RECEIVED' ELSE 'CLOSED' END,
        CASE WHEN n <= %(open)s THEN '' ELSE 'GRANTED' END, '', false, false, false, '{}', 'sign', 1,
        CASE WHEN n <= %(open)s THEN (%(days)s::date[])[1 + n %% %(count)s] END,
        CASE WHEN n <= %(open)s THEN (%(ordinals)s::int[])[1 + n %% %(count)s] END, false,
        %(now)s, %(now)s, %(now)s, CASE WHEN n > %(open)s THEN %(now)s::timestamptz END
    FROM generate_series(1, %(cases)s) n, people
"""
RUNNING = """
    INSERT INTO applications_clock (case_id, kind, owner, days, started_on, printed_due_on, due_on, due_wd,
        calendar, is_provisional, grace_days, paused_days)
    SELECT id, CASE id %% 10 WHEN 0 THEN 'ACCEPT' WHEN 1 THEN 'DEFERRAL' ELSE 'PROMISED' END, 'OFFICE', 20,
        due_on - 30, due_on, due_on, due_wd, %s, false, 0, 0
    FROM applications_case WHERE state = 'RECEIVED'
"""
FINISHED = """
    INSERT INTO applications_clock (case_id, kind, owner, days, started_on, printed_due_on, due_on, due_wd,
        calendar, is_provisional, grace_days, paused_days, finished_at)
    SELECT id, 'PROMISED', 'OFFICE', 20, '2026-01-05', '2026-02-02', '2026-02-02', 2700, %s, false, 0, 0, %s
    FROM applications_case WHERE state = 'CLOSED'
"""
REMINDERS = """
    INSERT INTO notifications_reminder (subject, event, recipient_id, due_at, context, path)
    SELECT 'clock:' || c.id, 'acceptance_due', %s, (c.due_on - 1) + time '09:00' AT TIME ZONE 'Asia/Shanghai',
        '{}', '' FROM applications_clock c WHERE c.due_on >= %s
"""
