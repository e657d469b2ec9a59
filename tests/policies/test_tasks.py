"""What the clock does for the library, on time, late, and twice."""

import datetime as dt
import http.server
import socket
import threading

import pytest

from accounts.models import Role
from jobs import registry
from jobs.models import Job
from jobs.services import run_due
from notifications.models import Message
from policies import services, tasks
from policies.models import PolicyVersion
from policies.search import index
from policies.states import VersionState
from policies.text import links
from provinces import loader, packs
from tests import cast
from tests.cast import moment
from tests.policies.library import make_version

NOW = moment("2026-09-18 10:00")
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def editors(world):
    """One of the province, one of a city, one of another county: the last does not keep the city's policies."""
    dict(loader.STEPS)["message templates"](packs.read("yunnan"), loader.Ledger(), NOW)
    places = (("p", world.province), ("c", world.city), ("o", world.other_county))
    return [cast.make_staff(f"{name}@example.org", name, Role.EDITOR, place, world.office) for name, place in places]


@pytest.fixture
def scheduled(editors):
    version = make_version(region="530100", state="DRAFT", author=editors[1])
    services.submit_for_review(version=version, actor=editors[1], now=NOW)
    return services.schedule(version=version, publish_at=NOW + HOUR, actor=editors[0], now=NOW)


def sweep(name: str, now) -> int:
    return registry.sweeps[f"policies.{name}"](now)


def told(event: str) -> list[str]:
    """Who was told, in their order."""
    messages = Message.objects.filter(event=event).order_by("recipient__name")
    return list(messages.values_list("recipient__name", flat=True))


def do_jobs(now) -> None:
    """Do everything that is due; nothing may fail."""
    assert run_due(now).failed == {}
    assert not Job.objects.exclude(last_error="").exists()


# --- Publication -----------------------------------------------------------------------------------------------------


def test_nothing_is_published_before_its_moment(scheduled):
    assert sweep("publish_scheduled", NOW) == 0
    assert registry.moments["policies.publish_scheduled"](NOW) == NOW + HOUR
    assert registry.moments["policies.publish_scheduled"](NOW + HOUR) is None


@pytest.mark.parametrize("late", [dt.timedelta(0), 3 * DAY], ids=["on time", "after an outage"])
def test_a_scheduled_version_is_published_once(scheduled, late):
    now = NOW + HOUR + late
    assert [sweep("publish_scheduled", now) for _twice in range(2)] == [1, 0]
    version = PolicyVersion.objects.get(pk=scheduled.pk)
    assert (version.state, version.published_at) == (VersionState.PUBLISHED, now)
    assert list(version.events.filter(verb="publish").values_list("actor", flat=True)) == [None]


def test_two_versions_of_one_policy_become_due_in_an_outage(scheduled, editors):
    second = make_version(scheduled.policy.slug, region="530100", label="2.0", state="DRAFT", author=editors[1])
    services.submit_for_review(version=second, actor=editors[1], now=NOW)
    services.schedule(version=second, publish_at=NOW + 2 * HOUR, actor=editors[0], now=NOW)
    assert sweep("publish_scheduled", NOW + DAY) == 2
    assert list(PolicyVersion.objects.order_by("number").values_list("state", flat=True)) == ["SUPERSEDED", "PUBLISHED"]


def test_one_that_cannot_be_published_goes_back_and_stops_no_other(scheduled, editors):
    later = make_version(scheduled.policy.slug, region="530100", label="2.0")
    other = make_version(region="530100", state="DRAFT", author=editors[1])
    services.submit_for_review(version=other, actor=editors[1], now=NOW)
    services.schedule(version=other, publish_at=NOW + 2 * HOUR, actor=editors[0], now=NOW)
    assert [sweep("publish_scheduled", NOW + DAY) for _twice in range(2)] == [2, 0]
    states = dict(PolicyVersion.objects.values_list("pk", "state"))
    assert states == {scheduled.pk: "DRAFT", later.pk: "PUBLISHED", other.pk: "PUBLISHED"}
    assert PolicyVersion.objects.get(pk=scheduled.pk).return_reason
    assert told("policy_not_published") == ["c", "p"]


def test_one_that_fails_stops_no_other_and_is_tried_again(scheduled, editors, monkeypatch):
    other = make_version(region="530100", state="DRAFT", author=editors[1])
    services.submit_for_review(version=other, actor=editors[1], now=NOW)
    services.schedule(version=other, publish_at=NOW + 2 * HOUR, actor=editors[0], now=NOW)
    right = index.index_version

    def broken(version):
        PolicyVersion.objects.raw("SELECT wrong")[0] if version.pk == scheduled.pk else right(version)

    monkeypatch.setattr(index, "index_version", broken)
    assert sweep("publish_scheduled", NOW + DAY) == 1
    assert dict(PolicyVersion.objects.values_list("pk", "state")) == {scheduled.pk: "SCHEDULED", other.pk: "PUBLISHED"}
    monkeypatch.setattr(index, "index_version", right)
    assert sweep("publish_scheduled", NOW + DAY) == 1
    assert set(PolicyVersion.objects.values_list("state", flat=True)) == {"PUBLISHED"}


# --- Repeal and end --------------------------------------------------------------------------------------------------


def test_a_planned_repeal_turns_on_its_day(editors):
    version = make_version(region="530100")
    services.repeal(
        version=version, repealed_on=dt.date(2026, 9, 20), reason="省发〔2026〕9号", actor=editors[0], now=NOW
    )
    assert sweep("repeal_due", NOW + DAY) == 0
    midnight = moment("2026-09-20 00:00")
    assert [sweep("repeal_due", midnight) for _twice in range(2)] == [1, 0]
    assert PolicyVersion.objects.get().state == VersionState.REPEALED
    assert version.search_entry.state == "REPEALED"


def test_editors_of_the_area_are_warned_once_of_each_end(editors):
    version = make_version(region="530100", expires_on=dt.date(2026, 10, 18))
    make_version(region="530100", expires_on=dt.date(2026, 10, 19))
    make_version(region="530100", expires_on=dt.date(2026, 9, 18))
    make_version(region="530100", expires_on=dt.date(2026, 10, 1), state="SUPERSEDED")
    assert [sweep("find_ends", NOW) for _twice in range(2)] == [1, 0]
    do_jobs(NOW)
    assert told("policy_ending") == ["c", "p"]
    message = Message.objects.filter(event="policy_ending").first()
    assert ("人才若干措施" in message.title, "2026年10月18日" in message.body) == (True, True)
    services.set_end(version=version, expires_on=dt.date(2026, 10, 10), reason="缩短", actor=editors[0], now=NOW)
    do_jobs(NOW)
    assert told("policy_ending") == ["c", "c", "p", "p"]


def test_nobody_is_warned_of_an_end_that_moved_meanwhile(editors):
    version = make_version(region="530100", expires_on=dt.date(2026, 10, 1))
    sweep("find_ends", NOW)
    services.set_end(version=version, expires_on=dt.date(2030, 1, 1), reason="延期", actor=editors[0], now=NOW)
    do_jobs(NOW)
    assert told("policy_ending") == []


# --- Links -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def answers(settings, monkeypatch):
    """Switch the checks on; sources answer as this dictionary says."""
    settings.CHECK_LINKS = True
    answers = {}
    monkeypatch.setattr(links, "is_there", answers.__getitem__)
    return answers


def test_no_server_is_asked_while_the_switch_is_off(editors):
    make_version(source_url="https://www.example.org/1")
    assert sweep("find_links", NOW) == 0


def test_editors_are_told_when_a_source_is_gone_on_two_days(editors, answers):
    url = "https://www.example.org/1"
    version = make_version(region="530100", source_url=url)
    make_version(region="530100")
    answers[url] = False
    do_jobs(NOW)
    version.refresh_from_db()
    assert (version.link_checked_at, version.link_broken_since, told("policy_link_broken")) == (NOW, NOW, [])
    assert sweep("find_links", NOW + 23 * HOUR) == 0
    for later in (NOW + DAY, NOW + 2 * DAY):
        do_jobs(later)
        assert told("policy_link_broken") == ["c", "p"]
    answers[url] = True
    do_jobs(NOW + 3 * DAY)
    version.refresh_from_db()
    assert (version.link_checked_at, version.link_broken_since) == (NOW + 3 * DAY, None)
    assert sweep("find_links", NOW + 9 * DAY) == 0
    assert [sweep("find_links", NOW + 10 * DAY) for _twice in range(2)] == [1, 0]


def test_few_links_at_a_time(editors, answers, monkeypatch):
    monkeypatch.setattr(tasks, "AT_ONCE", 3)
    for number in range(5):
        answers[f"https://www.example.org/{number}"] = True
        make_version(source_url=f"https://www.example.org/{number}")
    assert sweep("find_links", NOW) == 3
    do_jobs(NOW)
    assert PolicyVersion.objects.filter(link_checked_at=NOW).count() == 3
    do_jobs(NOW + HOUR)
    assert PolicyVersion.objects.filter(link_checked_at=None).count() == 0


class Source(http.server.BaseHTTPRequestHandler):
    """Answers with the status that the path names; `nohead` does not know HEAD."""

    def do_GET(self):
        self.send_response(int(self.path.strip("/").removeprefix("nohead")))
        self.send_header("Location", "http://127.0.0.1:9/")
        self.end_headers()

    def do_HEAD(self):
        if "nohead" in self.path:
            self.send_response(405)
            self.end_headers()
        else:
            self.do_GET()

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def source():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Source) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def open_to_this_machine(monkeypatch):
    monkeypatch.setattr(links, "public_address", lambda host, port: "127.0.0.1")


@pytest.mark.parametrize(
    ("path", "there"),
    [
        *[("200", True), ("302", True), ("403", True), ("500", True), ("nohead200", True)],
        *[("404", False), ("410", False), ("nohead404", False)],
    ],
)
def test_what_a_server_says(source, open_to_this_machine, path, there):
    assert links.is_there(f"{source}/{path}") is there


@pytest.mark.parametrize(
    "url",
    ["ftp://127.0.0.1/", "http:///", "nonsense", "http://[::1/", "http://127.0.0.1:99999/", "http://127.0.0.1:1/"],
)
def test_what_is_no_page(open_to_this_machine, url):
    assert not links.is_there(url)


def test_a_server_that_never_answers_is_given_up(open_to_this_machine, monkeypatch):
    monkeypatch.setattr(links, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert not links.is_there(f"http://127.0.0.1:{silent.getsockname()[1]}/")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "10.1.2.3", "192.168.0.1", "169.254.169.254", "::1", "0.0.0.0"]
)
def test_nothing_inside_is_asked(host):
    with pytest.raises(OSError):
        links.public_address(host, 80)
