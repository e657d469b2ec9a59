import threading
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from jobs import clock, demo, services
from regions.services import import_year
from talentportal.lib.refusals import Refused

pytestmark = pytest.mark.django_db


def local(text):
    return timezone.make_aware(datetime.fromisoformat(text))


@pytest.fixture
def at(settings):
    """A demo whose clock shows a local time."""
    settings.DEMO = True
    return lambda text: clock.set_offset(local(text) - timezone.now())


@pytest.fixture
def stops(sweeps):
    """The local times at which sweeps ran."""
    seen = []
    sweeps["look"] = lambda now: seen.append(f"{timezone.localtime(now):%m-%d %H:%M}") or 0
    return seen


def shown():
    return f"{timezone.localtime(clock.now()):%Y-%m-%d %H:%M}"


def test_it_stops_after_midnight_in_the_morning_and_at_the_end(at, stops):
    at("2026-09-24T10:00")
    demo.move(local("2026-09-26T08:00"))
    assert stops == ["09-25 00:10", "09-25 09:00", "09-26 00:10", "09-26 08:00"]
    assert shown() == "2026-09-26 08:00"


def test_a_job_on_the_way_runs_at_its_moment(at, stops, register):
    ran = []
    register("test", lambda payload, now: ran.append(f"{timezone.localtime(now):%m-%d %H:%M}"))
    at("2026-09-24T10:00")
    services.enqueue(kind="test", key="a", now=clock.now(), run_after=local("2026-09-24T17:30"))
    demo.move(local("2026-09-24T20:00"))
    assert ran == ["09-24 17:30"]
    assert stops == ["09-24 17:30", "09-24 20:00"]


def test_working_days_skip_the_holidays(at, stops):
    at("2026-09-24T10:00")
    import_year(year=2026, actor=None, now=clock.now())
    call_command("clock", "+5wd")
    assert shown() == "2026-10-09 10:00"


def test_it_never_moves_backwards_except_home(at, stops):
    at("2026-09-24T10:00")
    with pytest.raises(Refused):
        demo.move(local("2026-09-24T09:00"))
    assert shown() == "2026-09-24 10:00"
    call_command("clock", "--reset")
    assert abs(clock.now() - timezone.now()) < timedelta(seconds=1)


def test_outside_a_demo_it_is_refused(settings, capsys):
    settings.DEMO = False
    for arguments in (["+1d"], ["+1wd"], ["set", "2030-01-01T09:00"], ["--reset"]):
        with pytest.raises(CommandError, match=r"demo|演示"):
            call_command("clock", *arguments)
    call_command("clock")
    assert capsys.readouterr().out.startswith(f"{timezone.localtime():%Y-%m-%dT%H:}")


@pytest.mark.parametrize("arguments", [["+1x"], ["set"], ["set", "tomorrow"], ["set", "2026-13-01T00:00"], ["-5d"]])
def test_nonsense_is_refused(at, arguments):
    at("2026-09-24T10:00")
    with pytest.raises(CommandError):
        call_command("clock", *arguments)


def test_a_failing_sweep_does_not_stop_the_clock(at, sweeps):
    at("2026-09-24T10:00")
    sweeps["fails"] = lambda now: 1 / 0
    report = demo.move(local("2026-09-24T11:00"))
    assert list(report.failed) == ["fails"]
    assert shown() == "2026-09-24 11:00"


@pytest.mark.django_db(transaction=True)
def test_two_movers_do_not_interleave(at, sweeps):
    at("2026-09-24T10:00")
    begun, go_on = threading.Event(), threading.Event()

    def wait(now):
        begun.set()
        go_on.wait(10)
        return 0

    sweeps["wait"] = wait

    def work():
        demo.move(local("2026-09-24T11:00"))
        connection.close()

    first = threading.Thread(target=work)
    first.start()
    begun.wait(10)
    with pytest.raises(Refused):
        demo.move(local("2026-09-25T11:00"))
    go_on.set()
    first.join()
    demo.move(local("2026-09-24T12:00"))
    assert shown() == "2026-09-24 12:00"


def test_the_page_shows_and_moves(at, stops, client):
    at("2026-09-24T10:00")
    import_year(year=2026, actor=None, now=clock.now())
    assert "10:00" in client.get("/en/demo/clock/").text
    answer = client.post("/en/demo/clock/", {"act": "by", "working_days": "5"}, follow=True)
    assert shown() == "2026-10-09 10:00"
    assert "9 October 2026" in answer.text
    client.post("/demo/clock/", {"act": "to", "moment": "2026-10-10T09:30"})
    assert shown() == "2026-10-10 09:30"
    client.post("/demo/clock/", {"act": "reset"})
    assert clock.offset() == timedelta(0)


@pytest.mark.parametrize(
    "sent",
    [{"act": "by", "working_days": "-1"}, {"act": "by", "working_days": "9999"}, {"act": "to", "moment": "x"}, {}],
)
def test_the_page_refuses_nonsense(at, client, sent):
    at("2026-09-24T10:00")
    assert client.post("/demo/clock/", sent).status_code == 200
    assert shown() == "2026-09-24 10:00"


def test_the_page_wants_a_token(at, django_user_model):
    from django.test import Client

    at("2026-09-24T10:00")
    assert Client(enforce_csrf_checks=True).post("/demo/clock/", {"act": "reset"}).status_code == 403


def test_outside_a_demo_there_is_no_page(settings, client):
    settings.DEMO = False
    assert client.get("/demo/clock/").status_code == 404
    assert client.post("/demo/clock/", {"act": "reset"}).status_code == 404
