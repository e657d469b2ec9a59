"""The three messages of a submission to the database: lock and read the draft, draw a number, file.

Written out because it is the busiest moment of a deadline day: the same through the ORM costs several times as much.
"""

import json
from datetime import date, datetime

from django.db import connection

from applications import rules
from applications.models import Case
from applications.states import TRANSITIONS, ClockKind, ClockOwner, Who
from jobs.services import ring_after_commit
from talentportal.lib import numbers
from talentportal.lib.workdays import WorkCalendar
from workstations.models import WindowStatus

_NEEDED = {"id", "state", "version", "answers", "expires_on", "applicant_id", "unit_id"}
_NEEDED |= {"guide_id", "item_id", "region_id", "window_id", "agent_id"}
_FIELDS = [field.attname for field in Case._meta.concrete_fields if field.attname in _NEEDED]  # in from_db's order
# First the lock, until the transaction ends; then, in the same message, all that the submission of the draft needs. The
# second statement sees what another tab did while the first one waited. Subqueries, because planning a join of five
# tables costs more than running it.
_DRAFT = f"""
    SELECT FROM applications_case WHERE public_id = %(draft)s FOR UPDATE;
    SELECT {", ".join(_FIELDS)},
        (SELECT name FROM accounts_unit WHERE id = c.unit_id) AS unit_name,
        (SELECT name FROM accounts_person WHERE user_id = c.applicant_id) AS person_name,
        (SELECT same_as_id IS NOT NULL OR EXISTS (SELECT FROM accounts_person WHERE same_as_id = p.id)
            FROM accounts_person p WHERE user_id = c.applicant_id) AS is_linked,
        (SELECT status FROM workstations_window WHERE id = c.window_id) = %(open)s AND EXISTS (
            SELECT FROM workstations_windowitem WHERE window_id = c.window_id AND item_id = c.item_id
                AND starts_on <= %(today)s AND (ends_on IS NULL OR ends_on > %(today)s)
        ) AS window_serves,
        ARRAY(SELECT spec_id FROM applications_material WHERE case_id = c.id AND status = ANY(%(held)s)) AS in_hand,
        ARRAY(
            SELECT spec_id FROM applications_material m WHERE case_id = c.id AND (
                SELECT (SELECT valid_until FROM applications_walletitem WHERE id = f.from_wallet_id)
                FROM applications_materialfile f WHERE material_id = m.id AND removed_at IS NULL
                ORDER BY version DESC LIMIT 1
            ) < %(today)s
        ) AS expired
    FROM applications_case c WHERE public_id = %(draft)s
"""  # noqa: S608 - the names of our own fields
_NUMBER = """
    INSERT INTO applications_casenumbercounter (region_id, day, last) VALUES (%s, %s, 1)
    ON CONFLICT (region_id, day) DO UPDATE SET last = applications_casenumbercounter.last + 1
    RETURNING last
"""
_FILE = """
    WITH filed AS (
        UPDATE applications_case SET state = %(to)s, version = version + 1, applicant_name = %(name)s,
            case_no = %(case_no)s, query_code = %(query_code)s, received_at = %(now)s, expires_on = NULL,
            due_on = %(due_on)s, due_wd = %(due_wd)s, is_provisional = %(provisional)s
        WHERE id = %(case)s
        RETURNING id, version
    ), clock AS (
        INSERT INTO applications_clock (case_id, kind, owner, days, started_on, printed_due_on, due_on, due_wd,
            calendar, is_provisional, grace_days, paused_days)
        SELECT id, %(clock)s, %(office)s, %(days)s, %(today)s, %(due_on)s, %(due_on)s, %(due_wd)s, %(calendar)s,
            %(provisional)s, 0, 0 FROM filed
        RETURNING id
    ), days AS (
        INSERT INTO applications_clockinterval (clock_id, owner, span)
        SELECT id, %(office)s, daterange(%(today)s::date + 1, NULL) FROM clock
    ), event AS (
        INSERT INTO applications_caseevent (case_id, seq, verb, from_state, to_state, actor_id, actor_role, at,
            opinion, data)
        SELECT id, version, %(verb)s, %(from)s, %(to)s, %(actor)s, %(role)s, %(now)s, '',
            jsonb_build_object('in_hand', %(in_hand)s::int, 'missing', %(missing)s::int) FROM filed
    )
    INSERT INTO jobs_job (kind, key, payload, created_at, run_after, attempts, last_error)
    SELECT 'applications.confirm_submission', id::text, jsonb_build_object('case', id), %(now)s, %(now)s, 0, ''
    FROM filed
"""

# What the office has to do first, and in how many working days.
_FIRST_CLOCK = {
    "submit": lambda guide: (ClockKind.ACCEPT, guide.accept_days),
    "submit_precheck": lambda guide: (ClockKind.PRECHECK, guide.precheck_days),
}


def lock_draft(public_id: str, today: date) -> Case:
    """Lock a case and return as much of it as its submission needs, with values beside its fields.

    `unit_name` and `person_name`: of the unit and of the applicant's real-name record, or None. `is_linked`: that
    record is one of several of a human being. `window_serves`: the chosen window is open and handles the item today.
    `in_hand`: ids of the specs whose material is in hand. `expired`: those whose newest file is a copy of a verified
    one that has expired.
    Raises Case.DoesNotExist.
    """
    asked = {"draft": public_id, "open": WindowStatus.OPEN, "today": today, "held": list(rules.IN_HAND)}
    with connection.cursor() as cursor:
        cursor.execute(_DRAFT, asked)
        row = cursor.fetchone()
    if row is None:
        raise Case.DoesNotExist
    case = Case.from_db(connection.alias, _FIELDS, row[: len(_FIELDS)])
    case.answers = json.loads(case.answers)
    more = ("unit_name", "person_name", "is_linked", "window_serves", "in_hand", "expired")
    for name, value in zip(more, row[len(_FIELDS) :], strict=True):
        setattr(case, name, value)
    return case


def next_serial(region: str, day: date) -> int:
    """Draw the next daily serial of a region; two at once wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER, [region, day])
        return cursor.fetchone()[0]


def number_case(case: Case, today: date) -> None:
    """Give a case its number, of the region whose window holds it, and a query code; the caller saves it."""
    serial = next_serial(case.region_id, today)
    case.case_no = numbers.case_number(case.region_id, today, case.item.serial, serial)
    case.query_code = numbers.short_code(6)


def file_case(
    case: Case, *, verb: str, actor, today: date, now: datetime, calendar: WorkCalendar, missing: int
) -> None:
    """Write what changed on a locked draft, the office's first clock, the event and the job that confirms it.

    `verb` is "submit" or "submit_precheck". The case carries name, number and query code already; the rest is set on it
    here as well.
    """
    clock, days = _FIRST_CLOCK[verb](case.guide)
    due_on, to = calendar.add(today, days), TRANSITIONS[verb].target
    values = {
        "case": case.pk,
        "verb": verb,
        "from": case.state,
        "to": to,
        "name": case.applicant_name,
        "case_no": case.case_no,
        "query_code": case.query_code,
        "now": now,
        "today": today,
        "due_on": due_on,
        "due_wd": calendar.ordinal(due_on),
        "provisional": calendar.is_provisional(today, due_on),
        "calendar": calendar.code,
        "clock": clock,
        "office": ClockOwner.OFFICE,
        "days": days,
        "actor": actor.pk,
        "role": Who.APPLICANT,
        "in_hand": len(case.in_hand),
        "missing": missing,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FILE, values)
    ring_after_commit()
    case.state, case.version, case.received_at, case.expires_on = to, case.version + 1, now, None
    case.due_on, case.due_wd, case.is_provisional = due_on, values["due_wd"], values["provisional"]
