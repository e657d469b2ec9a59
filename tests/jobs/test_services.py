import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from jobs import services
from jobs.models import Job
from notifications.models import DemoMail
from talentportal.lib.refusals import Refused
from tests.jobs.conftest import python

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def leave_trace(payload, now):
    DemoMail.objects.create(channel="SMS", address=payload["to"], body="", created_at=now)


def traces():
    return sorted(DemoMail.objects.values_list("address", flat=True))


def enqueue(key, now, **options):
    services.enqueue(kind="test", key=key, now=now, to=key, **options)


class TestEnqueue:
    def test_the_same_key_twice_is_one_job(self, now, register):
        register("test", leave_trace)
        enqueue("a", now)
        enqueue("a", now)
        services.drain(now=now)
        enqueue("a", now)
        services.drain(now=now)
        assert (Job.objects.count(), traces()) == (1, ["a"])

    def test_many_in_one_statement(self, now, django_assert_num_queries):
        rows = [(str(number), {"to": str(number)}) for number in range(50)]
        with django_assert_num_queries(1):
            services.enqueue_many(kind="test", rows=rows, now=now)
        services.enqueue_many(kind="test", rows=[*rows, ("50", {})], now=now)
        assert Job.objects.count() == 51

    def test_a_rolled_back_transaction_leaves_no_job(self, now):
        with transaction.atomic():
            enqueue("a", now)
            transaction.set_rollback(True)
        assert not Job.objects.exists()


class TestDrain:
    def test_what_is_due_is_done_oldest_first(self, now, register):
        done = []
        register("test", lambda payload, moment: done.append((payload["to"], moment)))
        enqueue("later", now, run_after=now + HOUR)
        enqueue("second", now)
        enqueue("first", now, run_after=now - HOUR)
        assert services.drain(now=now) == 2
        assert done == [("first", now), ("second", now)]
        assert list(Job.objects.filter(done_at=now).values_list("key", flat=True)) == ["first", "second"]

    def test_it_stops_at_its_limit(self, now, register):
        register("test", leave_trace)
        for number in range(5):
            enqueue(str(number), now)
        assert services.drain(now=now, limit=2) == 2
        assert services.due(now).count() == 3

    def test_a_failure_undoes_the_effect_and_waits(self, now, register):
        def fail(payload, moment):
            leave_trace(payload, moment)
            raise ValueError("the number 530102199001011234 is wrong")

        register("test", fail)
        enqueue("a", now)
        assert services.drain(now=now) == 1
        job = Job.objects.get()
        assert (traces(), job.attempts, job.retry_at, job.done_at) == ([], 1, now + timedelta(seconds=5), None)
        assert job.last_error.startswith("ValueError < tests/jobs/test_services.py:")
        assert "5301" not in job.last_error
        assert services.drain(now=now + timedelta(seconds=4)) == 0
        register("test", leave_trace)
        assert services.drain(now=now + timedelta(seconds=5)) == 1
        job.refresh_from_db()
        assert (traces(), job.attempts, job.last_error) == (["a"], 2, "")

    def test_a_poison_row_moves_aside_and_blocks_nobody(self, now, register):
        register("poison", lambda payload, moment: 1 / 0)
        register("test", leave_trace)
        services.enqueue(kind="poison", key="p", now=now - HOUR)
        for number in range(services.MAX_ATTEMPTS + 2):
            enqueue(str(number), now)
            services.drain(now=now + number * 3 * HOUR)
        poison = Job.objects.get(kind="poison")
        assert (poison.attempts, poison.aside_at is None, poison.done_at) == (8, False, None)
        assert len(traces()) == services.MAX_ATTEMPTS + 2

    def test_an_unknown_kind_is_a_failure_like_any_other(self, now):
        services.enqueue(kind="nobody", key="a", now=now)
        services.drain(now=now)
        assert Job.objects.get().last_error.startswith("KeyError")

    def test_a_job_taken_up_again_has_all_its_attempts(self, now, register):
        register("test", leave_trace)
        enqueue("a", now)
        Job.objects.update(attempts=8, aside_at=now, retry_at=now + 9 * HOUR)
        services.retry_job(job=Job.objects.get(), now=now)
        services.drain(now=now)
        job = Job.objects.get()
        assert (traces(), job.attempts, job.done_at) == (["a"], 1, now)

    def test_only_a_job_set_aside_is_taken_up_again(self, now):
        enqueue("a", now)
        with pytest.raises(Refused):
            services.retry_job(job=Job.objects.get(), now=now)


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_four_drains_do_each_job_once(self, now, register):
        register("test", leave_trace)
        keys = [f"{number:03}" for number in range(60)]
        services.enqueue_many(kind="test", rows=[(key, {"to": key}) for key in keys], now=now)
        tried = []

        def work():
            tried.append(services.drain(now=now))
            connection.close()

        run_together([work] * 4)
        assert traces() == keys
        assert set(Job.objects.values_list("attempts", flat=True)) == {1}
        assert sum(tried) == 60

    def test_a_slow_job_is_not_taken_over_when_its_lease_ends(self, now, register):
        begun, go_on = threading.Event(), threading.Event()

        def slow(payload, moment):
            leave_trace(payload, moment)
            begun.set()
            go_on.wait(10)

        register("test", slow)
        enqueue("a", now)

        def work():
            services.drain(now=now)
            connection.close()

        thread = threading.Thread(target=work)
        thread.start()
        begun.wait(10)
        assert services.drain(now=now + HOUR) == 0
        go_on.set()
        thread.join()
        assert (traces(), Job.objects.get().attempts) == (["a"], 1)

    def test_the_same_sweep_at_once_runs_one_after_the_other(self, now, sweeps):
        inside, most = [], []

        def sweep(moment):
            inside.append(1)
            most.append(len(inside))
            threading.Event().wait(0.1)
            inside.pop()
            return 0

        sweeps["slow"] = sweep

        def work():
            services.run_due(now)
            connection.close()

        run_together([work] * 3)
        assert most == [1, 1, 1]

    def test_a_process_killed_in_the_middle_does_nothing_by_half(self, now, register):
        enqueue("a", now)
        ended = python(KILLED, LEFT="1")
        job = Job.objects.get()
        assert (ended.returncode, traces(), job.attempts, job.done_at) == (-9, [], 1, None), ended.stderr
        assert services.drain(now=now) == 0  # still leased to the dead process
        register("test", leave_trace)
        services.drain(now=now + timedelta(seconds=5))
        job.refresh_from_db()
        assert (traces(), job.attempts, job.done_at) == (["a"], 2, now + timedelta(seconds=5))

    def test_a_job_that_kills_every_process_moves_aside(self, now, register):
        enqueue("a", now)
        ended = python(KILLED, LEFT="9")
        assert ended.returncode == 0, ended.stderr
        job = Job.objects.get()
        assert (job.attempts, job.aside_at is None, job.last_error) == (8, False, "the process ended in the middle")
        assert traces() == []


# Drain in a forked child whose handler kills it after writing its effect; more than once with later and later times.
KILLED = """
import os, signal
from datetime import timedelta
from django.db import connections
from jobs import registry, services
from notifications.models import DemoMail
from tests.jobs.conftest import NOW

def handler(payload, now):
    DemoMail.objects.create(channel="SMS", address="killed", body="", created_at=now)
    os.kill(os.getpid(), signal.SIGKILL)

registry.handlers["test"] = handler
left = int(os.environ["LEFT"])
if left == 1:
    services.drain(now=NOW)
for number in range(left):
    if os.fork() == 0:
        services.drain(now=NOW + number * timedelta(hours=4))
        os._exit(0)
    os.wait()
"""


def run_together(functions):
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class TestRunDue:
    def test_sweeps_run_in_order_and_then_the_jobs_they_wrote(self, now, sweeps, register):
        order = []
        register("test", lambda payload, moment: order.append("job"))

        def write(moment):
            order.append("write")
            enqueue("a", moment)
            return 1

        sweeps["write"] = write
        sweeps["count"] = lambda moment: order.append("count") or 0
        report = services.run_due(now)
        assert order == ["write", "count", "job"]
        assert (report.swept, report.failed, report.jobs) == ({"write": 1, "count": 0}, {}, 1)

    def test_a_failing_sweep_is_reported_undone_and_stops_nothing(self, now, sweeps, register):
        register("test", leave_trace)

        def fail(moment):
            enqueue("undone", moment)
            _ = 1 / 0

        sweeps["fails"] = fail
        sweeps["works"] = lambda moment: enqueue("done", moment) or 1
        report = services.run_due(now)
        assert (report.swept, list(report.failed)) == ({"works": 1}, ["fails"])
        assert report.failed["fails"].startswith("ZeroDivisionError")
        assert traces() == ["done"]

    def test_every_registered_sweep_repeated_writes_nothing(self, now):
        services.run_due(now)
        report = services.run_due(now)
        assert (set(report.swept.values()), report.failed, report.jobs) == ({0}, {}, 0)
