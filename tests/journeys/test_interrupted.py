"""What is killed or away in the middle: a worker that seals, the broker while somebody submits."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from celery import Celery
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction

from applications import services
from applications.models import Case
from certificates import files
from certificates.models import Certificate, CertificateEvent, SerialCounter
from certificates.services import SEAL
from jobs import clock
from jobs.models import Job
from tests import cast
from tests.browser import Visitor, be_at, run_due
from tests.cast import moment
from tests.jobs.conftest import environment
from tests.journeys import steps
from tests.journeys.steps import verbs

PATIENCE = 40  # seconds, for another process on a busy machine


def wait_for(what, why: str):
    """Wait until `what()` tells something; return it."""
    ends = time.monotonic() + PATIENCE
    while not (found := what()):
        assert time.monotonic() < ends, why
        time.sleep(0.02)
    return found


def surroundings(folder, **changes) -> dict:
    """The environment of another process that uses our test's database and files."""
    return environment(DATA_DIR=str(folder), **changes)


@contextmanager
def process(command: list[str], env: dict):
    """Run a command in a group of its own; at the end nothing of it is left."""
    running = subprocess.Popen(
        [sys.executable, "-m", *command],
        env=env,
        cwd=settings.BASE_DIR,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield running
    finally:
        kill(running)


def kill(running: subprocess.Popen) -> None:
    """SIGKILL for the process and all its children: nobody can say goodbye."""
    if running.poll() is None:
        os.killpg(running.pid, signal.SIGKILL)
    running.wait(10)


@contextmanager
def worker(folder):
    """A real Celery worker with one child, told at once to look for work."""
    env = surroundings(folder)
    with process(["celery", "-A", "talentportal", "worker", "-c", "1"], env) as running:
        with Celery(broker=env["REDIS_URL"], set_as_current=False) as bell:
            bell.control.purge()
            bell.send_task("jobs.drain", queue="portal", retry=False)
        yield running


@pytest.fixture
def granted(world, applicant, clerk, examiner, leader, transactional_db, tmp_path, settings):
    """A case that was granted a moment ago; nothing else is waiting, and files lie where the workers look."""
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "private"},
        }
    }
    settings.SIGNING_DIR = tmp_path / "signing"
    be_at(moment("2026-09-18 10:00"))
    now = clock.now()
    case = steps.received(world, applicant, now)
    cast.check_all(case, clerk, now)
    services.accept(case=case, actor=clerk, now=now)
    services.conclude(case=case, actor=examiner, now=now, proposal="GRANT", opinion="可")
    Job.objects.all().delete()  # scans, papers and messages: not this story
    return services.grant(case=case, actor=leader, now=now)


def test_a_worker_killed_while_it_seals_loses_nothing_and_doubles_nothing(granted, tmp_path):
    """Killed once as soon as the attempt is counted, and twice when the file is written and the commit is not."""
    certificate, job = Certificate.objects.get(), Job.objects.filter(kind=SEAL)
    Job.objects.exclude(pk__in=job).delete()
    pdf = Path(default_storage.path(files.name_of(certificate)))

    die_holding(tmp_path, Certificate.objects.filter(pk=certificate.pk), job.filter(attempts=1).exists)
    assert not pdf.exists()
    for attempt in (2, 3):
        pdf.unlink(missing_ok=True)
        let_the_lease_run_out()
        die_holding(tmp_path, Case.objects.filter(pk=granted.pk), pdf.exists)
        assert job.get().attempts == attempt
    certificate.refresh_from_db()
    granted.refresh_from_db()
    assert (certificate.status, granted.state, job.get().done_at) == ("PENDING_SEAL", "GRANTED", None)

    let_the_lease_run_out()
    with worker(tmp_path):
        wait_for(job.filter(done_at__isnull=False).exists, "nobody sealed")
    certificate.refresh_from_db()
    granted.refresh_from_db()
    assert (Certificate.objects.count(), certificate.status, granted.state) == (1, "VALID", "READY")
    assert (SerialCounter.objects.get().last, len(list(pdf.parent.iterdir()))) == (1, 1)
    assert list(CertificateEvent.objects.order_by("id").values_list("status", flat=True)) == ["PENDING_SEAL", "VALID"]
    assert verbs(granted)[-2:] == ["grant", "issue"]
    assert hashlib.sha256(pdf.read_bytes()).hexdigest() == certificate.sha256


def let_the_lease_run_out() -> None:
    clock.set_offset(clock.offset() + timedelta(minutes=10))


def die_holding(folder, rows, reached) -> None:
    """Hold the rows that the worker needs to go on, and kill it there: in the middle for sure."""
    with worker(folder) as running:
        with transaction.atomic():
            assert rows.select_for_update(of=("self",)).get()
            wait_for(reached, "the worker did not begin")
            kill(running)
        wait_for(nobody_holds_the_job, "the dead worker's transaction lives on")


def nobody_holds_the_job() -> bool:
    with transaction.atomic():
        return Job.objects.filter(kind=SEAL).select_for_update(skip_locked=True).exists()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def test_a_submission_while_the_broker_is_away_is_quick_and_loses_nothing(
    chrome, world, applicant, transactional_db, tmp_path
):
    """The portal runs in earnest, but where Redis should be nobody listens."""
    be_at(moment("2026-09-18 10:00"))
    draft = cast.make_draft(world, applicant, *steps.ALL, now=clock.now())
    Job.objects.all().delete()
    base = f"http://127.0.0.1:{free_port()}"
    env = surroundings(tmp_path, REDIS_URL=f"redis://127.0.0.1:{free_port()}/0", BASE_URL=base)
    with process(["gunicorn", "talentportal.wsgi", "-b", base.removeprefix("http://"), "--threads", "4"], env):
        wait_for(lambda: answers(f"{base}/healthz"), "the portal did not start")
        talent = Visitor(chrome, base)
        talent.let_in(applicant)
        talent.go("apply:step", draft.item.code, draft.public_id, "sign")
        talent.page.locator("[name=declares]").check()
        begun = time.monotonic()
        talent.press("Submit the application")
        talent.sees("Submitted")
        assert time.monotonic() - begun < 5
        case = Case.objects.get()
        talent.reads(case.case_no)
        talent.leave()
    assert talent.record.faults == []
    assert (case.state, verbs(case), Job.objects.filter(done_at__isnull=False).count()) == ("RECEIVED", ["submit"], 0)

    run_due()
    assert list(case.papers.values_list("kind", flat=True)) == ["RECEIPT"]
    assert not Job.objects.filter(done_at__isnull=True, run_after__lte=clock.now()).exists()
    assert set(applicant.inbox.values_list("event", flat=True)) == {"submitted"}
