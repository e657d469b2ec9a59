"""The notices of the demo: one open, one ended with an entry taken back, marked as samples; told once."""

import pytest

from provinces import demo_accounts, demo_notices, loader, packs
from reviews.models import Publicity
from reviews.rules.publicity import private_words
from tests.cast import moment

NOW = moment("2026-11-23 10:00")

pytestmark = pytest.mark.django_db


@pytest.fixture
def pack():
    found, ledger = packs.read("yunnan"), loader.Ledger()
    for step in (loader._regions, loader._organizations):
        step(found, ledger, NOW)
    ledger.save()
    for entry in found.staff.values():
        for post in entry["posts"]:
            post["windows"] = []
    demo_accounts.load(found, NOW)
    return found


def test_one_is_open_and_one_has_ended_and_a_second_time_adds_nothing(pack, client):
    for _nth in range(2):
        assert demo_notices.load(pack, NOW) == "2"
    ended, running = Publicity.objects.order_by("posted_at")
    assert (ended.state, running.state) == ("ENDED", "OPEN")
    assert ended.ends_on < NOW.date() <= running.ends_on
    assert sorted(ended.entries.values_list("state", flat=True)) == ["SHOWN", "WITHDRAWN"]
    for notice in (ended, running):
        assert "演示" in notice.title_zh
        assert "sample" in notice.title_en
        assert private_words(*map(str, notice.snapshot.values())) == []


def test_what_the_staff_did_to_them_stays(pack):
    demo_notices.load(pack, NOW)
    Publicity.objects.update(state="REMOVED")
    demo_notices.load(pack, moment("2026-12-30 10:00"))
    assert set(Publicity.objects.values_list("state", flat=True)) == {"REMOVED"}
