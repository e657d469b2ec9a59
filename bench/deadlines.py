"""The sweep that finds what is due and hands it to jobs, over a million cases, 55,000 of them open."""

from datetime import date, timedelta

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from applications.due import sweep_deadlines
from applications.models import Case, Clock
from bench.cases import copies
from bench.measure import Result, interleave, timed
from jobs.models import Job
from notifications.models import Reminder
from notifications.services import send_due_reminders
from regions.queries import calendar_for
from tests import cast

CASES, OPEN = 1_000_000, 55_000
NOW = cast.moment("2026-09-18 09:00")


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
    today = timezone.localdate(NOW)
    days = [calendar.date_of(calendar.ordinal(today) + offset) for offset in range(-2, 40)]
    User.objects.bulk_create(
        (User(email=f"p{n}@example.org", password="!", is_demo=True) for n in range(OPEN)), batch_size=5000
    )
    values = {
        "open": OPEN,
        "cases": CASES,
        "days": days,
        "ordinals": [calendar.ordinal(day) for day in days],
        "count": len(days),
        "now": NOW,
    }
    case = Case.objects.create(**_finished(world, clerk))
    clock = Clock.objects.create(**CLOCK, case=case, calendar=calendar.code, finished_at=NOW)
    copies(case, OF_CASE, NUMBERED, values)
    copies(clock, OF_CLOSED, "applications_case c", values, "c.state = 'CLOSED' AND c.id <> template.case_id")
    copies(clock, OF_OPEN, "applications_case c", values, "c.state = 'RECEIVED'")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO notifications_reminder (subject, event, recipient_id, due_at, context, path)
            SELECT 'clock:' || c.id, 'acceptance_due', %s, (c.due_on - 1) + time '09:00' AT TIME ZONE 'Asia/Shanghai',
                '{}', '' FROM applications_clock c WHERE c.due_on >= %s
            """,
            [clerk.pk, today],
        )
        cursor.execute("ANALYZE")


def _finished(world, applicant) -> dict:
    return {
        "case_no": "B",
        "query_code": "ABCDEF",
        "item": world.item,
        "guide": world.guide,
        "organization": world.office,
        "region": world.county,
        "window": world.window,
        "applicant": applicant,
        "applicant_name": "演示",
        "state": "CLOSED",
        "close_type": "GRANTED",
        "step": "sign",
        **dict.fromkeys(("created_at", "saved_at", "received_at", "closed_at"), NOW),
    }


CLOCK = {
    "kind": "PROMISED",
    "owner": "OFFICE",
    "days": 20,
    "started_on": date(2026, 1, 5),
    "printed_due_on": date(2026, 2, 2),
    "due_on": date(2026, 2, 2),
    "due_wd": 2700,
}
NUMBERED = """(SELECT n, n <= %(open)s AS is_open, 1 + n %% %(count)s AS day FROM generate_series(1, %(cases)s) n) p
    CROSS JOIN (SELECT array_agg(id ORDER BY id) AS ids FROM accounts_user WHERE NOT is_staff) people"""
OF_CASE = {
    "public_id": "'b' || p.n",
    "case_no": "'B' || p.n",
    "applicant_id": "people.ids[1 + p.n %% %(open)s]",
    "state": "CASE WHEN p.is_open THEN 'RECEIVED' ELSE 'CLOSED' END",
    "close_type": "CASE WHEN p.is_open THEN '' ELSE 'GRANTED' END",
    "due_on": "CASE WHEN p.is_open THEN (%(days)s::date[])[p.day] END",
    "due_wd": "CASE WHEN p.is_open THEN (%(ordinals)s::int[])[p.day] END",
    "closed_at": "CASE WHEN NOT p.is_open THEN %(now)s::timestamptz END",
}
OF_CLOSED = {"case_id": "c.id"}
OF_OPEN = {
    "case_id": "c.id",
    "kind": "CASE c.id %% 10 WHEN 0 THEN 'ACCEPT' WHEN 1 THEN 'DEFERRAL' ELSE 'PROMISED' END",
    "started_on": "c.due_on - 30",
    "printed_due_on": "c.due_on",
    "due_on": "c.due_on",
    "due_wd": "c.due_wd",
    "finished_at": "NULL::timestamptz",
}
