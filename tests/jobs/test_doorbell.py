import signal
import socket
import subprocess
import sys
import time

import pytest
import redis
from celery import Celery
from django.conf import settings

from jobs import doorbell
from jobs.models import Job
from tests.jobs.conftest import environment, python


@pytest.fixture
def broker():
    """A broker database of the test's own, empty."""
    client = redis.Redis.from_url(environment()["REDIS_URL"])
    client.flushdb()
    yield client
    client.flushdb()
    client.close()


@pytest.fixture
def silent_server():
    """A server that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def ring_a_hundred_times():
    begun = time.monotonic()
    for _ in range(100):
        doorbell.ring()
    return time.monotonic() - begun


@pytest.mark.parametrize("away", ["refusing", "silent"])
def test_a_broker_that_is_away_costs_a_request_nothing(monkeypatch, silent_server, away):
    port = silent_server if away == "silent" else 1
    doorbell._forget()
    monkeypatch.setattr(doorbell, "app", Celery("away", broker=f"redis://127.0.0.1:{port}/0", set_as_current=False))
    assert ring_a_hundred_times() < 0.05
    assert doorbell._tokens.qsize() <= 1
    doorbell._forget()


@pytest.mark.django_db(transaction=True)
def test_a_forked_process_has_a_bell_of_its_own(broker):
    ended = python(FORK)
    assert (ended.returncode, broker.llen("portal")) == (0, 2), ended.stderr


FORK = """
import os, time, redis
from django.conf import settings
from jobs import doorbell
broker = redis.Redis.from_url(settings.REDIS_URL)
def wait_for(number):
    ends = time.monotonic() + 10
    while broker.llen("portal") < number and time.monotonic() < ends:
        time.sleep(0.02)
    assert broker.llen("portal") == number
doorbell.ring()
wait_for(1)
if os.fork() == 0:
    doorbell.ring()
    wait_for(2)
    os._exit(0)
assert os.wait()[1] == 0
"""

COMMIT = """
from django.db import transaction
from jobs import clock, services
with transaction.atomic():
    services.enqueue(kind="regions.calendar_changed", key="rung", now=clock.now())
import time; time.sleep(1)  # the bell is a daemon thread
"""


@pytest.mark.django_db(transaction=True)
def test_the_bell_wakes_a_real_worker(broker):
    command = [sys.executable, "-m", "celery", "-A", "talentportal", "worker", "-c", "1", "-l", "info"]
    worker = subprocess.Popen(
        command, env=environment(), cwd=settings.BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        lines = []
        while not (lines and "ready." in lines[-1]):
            lines.append(worker.stdout.readline())
            assert lines[-1], "".join(lines)
        assert python(COMMIT).returncode == 0
        ends = time.monotonic() + 20
        while not Job.objects.filter(key="rung", done_at__isnull=False).exists():
            assert time.monotonic() < ends, "nobody came"
            time.sleep(0.1)
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=20)
