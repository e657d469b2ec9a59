import time
from datetime import timedelta

import pytest
from django.utils import timezone

from jobs import clock
from jobs.models import DemoClock

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def ahead():
    return round((clock.now() - timezone.now()) / DAY, 3)


def test_a_demo_runs_ahead_at_once_where_it_is_moved(settings):
    settings.DEMO = True
    assert ahead() == 0
    clock.set_offset(3 * DAY)
    assert ahead() == 3


def test_another_process_follows_within_a_second(settings):
    settings.DEMO = True
    clock.set_offset(DAY)
    assert ahead() == 1
    DemoClock.objects.update(offset=2 * DAY)
    time.sleep(clock.KEEP_SECONDS + 0.05)
    assert ahead() == 2


def test_asking_often_asks_the_database_once(settings, django_assert_num_queries):
    settings.DEMO = True
    with django_assert_num_queries(1):
        for _ in range(20):
            clock.now()


def test_outside_a_demo_the_time_is_real_and_free(settings, django_assert_num_queries):
    settings.DEMO = False
    DemoClock.objects.create(offset=DAY)
    with django_assert_num_queries(0):
        assert ahead() == 0
