"""Totals and facets: the bits of a large library count what a walk through it counts."""

import datetime as dt

import pytest

from policies.models import PolicyVersion, SearchChange, SearchEntry, SearchWord
from policies.search import bits, counts, engine, index
from policies.search.statistics import Statistics, forget
from policies.search.words import concepts
from tests.cast import moment
from tests.policies.search.documents import DAY, document

pytestmark = pytest.mark.django_db


@pytest.fixture
def large(places, monkeypatch):
    """A library that counts as large, with bits for the words that a third of its documents have."""
    monkeypatch.setattr(index, "LARGE", 5)
    monkeypatch.setattr(bits, "COMMON", 0.3)
    for number in range(6):
        document(f"人才办法{number}", "购房补贴" if number % 2 else "租房 plan", level="city", topics=["housing"])
    document("旧的", "人才购房补贴", state="SUPERSEDED", superseded_on=None, expires_on=dt.date(2030, 1, 1))
    document("到期的", "人才补贴", expires_on=dt.date(2026, 3, 1))
    index.tidy()
    assert index.keep(moment("2026-09-18 09:00")) > 10
    forget()


ASKED = [
    {},
    {"q": "人才"},
    {"q": "人才购房补贴"},
    {"q": "购房补贴 办法1"},
    {"q": "housing subsidy"},
    {"q": "昆明人才"},
    {"q": "plan b"},
    {"q": "rcbf"},
    {"q": "云政发〔2026〕1号"},
    {"q": "没有这个"},
    {"q": "人才", "region": "530100", "topic": "talent,housing", "level": "city"},
    {"q": "补贴", "status": "all", "region": "530100", "scope": "exact"},
    {"q": "人才", "status": "superseded,expired", "year": "2024,2025,2026", "kind": "home"},
    {"region": "330000", "topic": "nothing"},
]


def counted(asked: dict) -> tuple:
    return counts.total(engine.parse(asked), DAY), counts.counted(engine.parse(asked), DAY)


def walked(asked: dict, monkeypatch) -> tuple:
    with monkeypatch.context() as patched:
        patched.setattr(bits, "known", lambda *_: None)
        return counted(asked)


@pytest.mark.parametrize("asked", ASKED)
def test_bits_count_what_a_walk_counts(asked, large, monkeypatch):
    kept = bits.known(concepts("人才", Statistics()), DAY)
    assert kept.words["人才"].bit_count() > 6
    assert counted(asked) == walked(asked, monkeypatch)


@pytest.mark.parametrize("asked", ASKED)
def test_counts_know_what_changed_since_the_bits_were_written(asked, large, monkeypatch):
    document("新的", "人才购房补贴 plan b", level="city")
    gone, ended = PolicyVersion.objects.filter(title_zh__startswith="人才办法").order_by("pk")[:2]
    SearchEntry.objects.filter(pk=gone.pk).delete()
    bits.mark_changed([gone.pk])
    PolicyVersion.objects.filter(pk=ended.pk).update(expires_on=dt.date(2026, 3, 1))
    index.index_version(ended)
    assert bits.known([], DAY).changed
    assert counted(asked) == walked(asked, monkeypatch)


def test_bits_of_another_day_or_of_a_library_that_changed_much_are_not_looked_at(large, monkeypatch):
    assert bits.known([], DAY)
    assert bits.known([], DAY + dt.timedelta(days=1)) is None
    assert index.keep(moment("2026-09-19 09:00")) > 5
    assert index.keep(moment("2026-09-19 09:01")) == 0
    assert bits.known([], DAY + dt.timedelta(days=1))
    monkeypatch.setattr(bits, "MOST_CHANGES", 1)
    document("新的")
    document("newer")
    assert bits.known([], DAY + dt.timedelta(days=1)) is None
    assert index.keep(moment("2026-09-19 09:02")) > 10
    assert bits.known([], DAY + dt.timedelta(days=1)).changed == []


def test_a_small_library_keeps_no_bits(large, monkeypatch):
    monkeypatch.setattr(index, "LARGE", 1000)
    document("新的")
    index.keep(moment("2026-09-18 09:01"))
    assert not SearchWord.objects.exists()
    assert not SearchChange.objects.exists()
    assert index.keep(moment("2026-09-18 09:02")) == 0
