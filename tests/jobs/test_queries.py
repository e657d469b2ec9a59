from datetime import timedelta

import pytest

from jobs import clock, queries, services
from jobs.models import Job

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("minutes", "level"), [(0, "green"), (1.9, "green"), (2, "amber"), (9.9, "amber"), (10, "red"), (-5, "green")]
)
def test_the_alarm_follows_the_oldest_undone_job(now, minutes, level):
    since = now - minutes * MINUTE
    services.enqueue(kind="test", key="done", now=now, run_after=now - 60 * MINUTE)
    Job.objects.update(done_at=now)
    services.enqueue(kind="test", key="waits", now=now, run_after=since)
    waiting = queries.oldest_waiting(now)
    expected = (None, timedelta(0)) if minutes < 0 else (since, now - since)
    assert (waiting.oldest_since, waiting.age, waiting.level) == (*expected, level)


def test_a_job_that_fails_again_and_again_raises_the_alarm_too(now, register):
    register("test", lambda payload, moment: 1 / 0)
    services.enqueue(kind="test", key="a", now=now)
    for seconds in (0, 10, 60, 200, 700):
        services.drain(now=now + timedelta(seconds=seconds))
    assert queries.oldest_waiting(now + 12 * MINUTE).level == "red"


def test_a_job_set_aside_is_counted_and_amber(now):
    services.enqueue(kind="test", key="a", now=now)
    Job.objects.update(aside_at=now)
    waiting = queries.oldest_waiting(now)
    assert (waiting.aside, waiting.level) == (1, "amber")


def test_the_banner_is_for_demos(settings):
    settings.DEMO = False
    assert queries.demo_banner() is None
    settings.DEMO = True
    clock.set_offset(5 * MINUTE)
    assert queries.demo_banner().offset == 5 * MINUTE
