"""How many statements the busiest paths ask, whatever the amount of data. Times are told by `make bench`."""

import threading
import time

import pgtrigger
import pytest
from django.db import connection, transaction
from django.db.models import Max
from django.test.utils import CaptureQueriesContext

from applications import services
from applications.due import sweep_deadlines
from applications.models import Case
from applications.states import State
from jobs.models import Job
from notifications.models import Reminder
from notifications.services import send_due_reminders
from policies.models import MaterialSpec
from talentportal.lib.refusals import Refused
from tests import cast
from tests.cast import moment

pytestmark = pytest.mark.django_db

ALL = ("id", "degree", "works", "form", "photo")
NOW = "2026-09-18 10:00"
AFTER = "2026-09-25 00:10"  # five working days later, the acceptance clock has run out
SUBMISSION = 3  # messages to the database: lock and read the draft, draw a number, file


def add_materials(world, count: int) -> None:
    last = MaterialSpec.objects.filter(guide=world.guide).aggregate(last=Max("order"))["last"]
    with pgtrigger.ignore("policies.MaterialSpec:published_guide_gets_no_material"):
        MaterialSpec.objects.bulk_create(
            MaterialSpec(guide=world.guide, key=f"more{n}", order=last + n, name_zh=f"材料{n}", name_en=f"Material {n}")
            for n in range(1, count + 1)
        )


def complete_draft(world, applicant) -> Case:
    draft = cast.make_draft(world, applicant, *ALL, now=moment(NOW))
    draft.materials.update(status="PROVIDED")
    return draft


def statements(work) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        work()
    return [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]


@pytest.mark.parametrize("more", [0, 30])
def test_a_submission_asks_three_times_however_many_materials_there_are(world, applicant, stranger, more):
    add_materials(world, more)
    warm, draft = complete_draft(world, stranger), complete_draft(world, applicant)
    assert draft.materials.count() == len(ALL) + more
    cast.submit(warm, stranger, moment(NOW))  # the process remembers guide and calendar from here on

    def submit():
        services.submit(case=draft, actor=applicant, now=moment(NOW), declares=True)

    assert len(statements(submit)) == SUBMISSION
    draft.refresh_from_db()
    assert (draft.state, draft.clocks.count(), draft.events.count()) == (State.RECEIVED, 1, 1)
    assert Job.objects.filter(kind="applications.confirm_submission", payload={"case": draft.pk}).count() == 1


def test_the_request_adds_session_user_and_nothing_else(world, applicant, stranger, at, client_of):
    at(NOW)
    warm, draft = complete_draft(world, stranger), complete_draft(world, applicant)
    cast.submit(warm, stranger, moment(NOW))
    client, answers = client_of(applicant), []
    address = f"/apply/{world.item.code}/{draft.public_id}/sign/"

    asked = statements(lambda: answers.append(client.post(address, {"declares": "on"})))

    draft.refresh_from_db()
    assert answers[0].url == f"/me/applications/{draft.case_no}/?submitted"
    assert len(asked) == SUBMISSION + 2


def test_answers_spoilt_in_another_tab_are_seen(world, applicant):
    draft = complete_draft(world, applicant)
    Case.objects.filter(pk=draft.pk).update(answers={"level": "Z"})
    with pytest.raises(Refused) as refused:
        services.submit(case=draft, actor=applicant, now=moment(NOW), declares=True)
    assert len(refused.value.reasons) == 2  # a class that is none, and no employer


def test_a_window_that_closed_meanwhile_is_seen(world, applicant):
    draft = complete_draft(world, applicant)
    type(world.window).objects.filter(pk=world.window.pk).update(status="CLOSED")
    with pytest.raises(Refused, match="窗口"):
        services.submit(case=draft, actor=applicant, now=moment(NOW), declares=True)


@pytest.mark.django_db(transaction=True)
def test_what_another_tab_takes_out_while_a_submission_waits_is_missed(world, applicant):
    draft = complete_draft(world, applicant)
    locked = threading.Event()

    def take_out():
        with transaction.atomic():
            Case.objects.select_for_update().get(pk=draft.pk)
            draft.materials.filter(spec__key="id").update(status="MISSING")
            locked.set()
            time.sleep(0.5)  # the submission asks for the lock meanwhile
        connection.close()

    other_tab = threading.Thread(target=take_out)
    other_tab.start()
    assert locked.wait(10)
    with pytest.raises(Refused, match="材料id"):
        services.submit(case=draft, actor=applicant, now=moment(NOW), declares=True)
    other_tab.join()


@pytest.fixture
def late(world, applicant, stranger):
    """Two cases whose acceptance clock runs out, each with a reminder that is due."""
    for person in (applicant, stranger):
        case = cast.submit(complete_draft(world, person), person, moment(NOW))
        Reminder.objects.create(subject=f"late:{case.pk}", event="acceptance_due", recipient=person, due_at=moment(NOW))
    sweep_deadlines(moment(NOW))  # the process remembers the calendars from here on
    Job.objects.all().delete()


@pytest.mark.parametrize("sweep", [sweep_deadlines, send_due_reminders])
def test_a_sweep_is_one_statement_and_repeated_writes_nothing(late, sweep):
    found = []
    asked = statements(lambda: found.append(sweep(moment(AFTER))))
    assert (found, len([sql for sql in asked if "INSERT INTO jobs_job" in sql])) == ([2], 1)
    assert len(asked) <= 2  # which regions have calendars of their own is asked as well
    assert Job.objects.count() == 2
    before = list(Job.objects.order_by("pk").values())

    assert sweep(moment(AFTER)) == 0
    assert list(Job.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(("sweep", "index"), [(sweep_deadlines, "clock_due"), (send_due_reminders, "reminder_waiting")])
def test_a_sweep_reads_the_partial_index_of_what_is_open(late, sweep, index):
    (sql,) = [sql for sql in statements(lambda: sweep(moment(AFTER))) if "INSERT INTO jobs_job" in sql]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # so few rows would be read whole
        cursor.execute("EXPLAIN " + sql)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert index in plan, plan
