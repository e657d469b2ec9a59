"""A unit hears of new people in its searches, once a day, and of nobody whom it may not find."""

import pytest

from notifications.models import Message
from talents.services import searches
from talents.states import Degree
from tests.talents import pool
from tests.talents.pool import DAY, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit(world):
    pool.wording("talent_search_news")
    return pool.unit(world.county)


@pytest.fixture
def handler(unit):
    return pool.handler(unit)


@pytest.fixture
def kept(unit, handler):
    return searches.keep(unit=unit, name="博士", query="degree=5", actor=handler, now=NOW)


def news(handler) -> list[str]:
    return [message.title for message in Message.objects.filter(recipient=handler, event="talent_search_news")]


def doctor(world, at, **more):
    return pool.profile(world.county, now=at, degree=Degree.DOCTOR, **more)


def test_somebody_new_is_told_once(world, handler, kept):
    doctor(world, NOW - DAY)  # was there before
    assert searches.sweep(NOW + DAY) == 1
    assert news(handler) == []
    doctor(world, NOW + DAY + DAY / 2)
    assert searches.sweep(NOW + 2 * DAY - DAY / 4) == 0  # not before a day is over
    assert searches.sweep(NOW + 2 * DAY) == 1
    assert [kept.name in title for title in news(handler)] == [True]
    assert searches.sweep(NOW + 3 * DAY) == 1
    assert len(news(handler)) == 1


def test_nobody_hears_of_who_cannot_be_found(world, handler, kept):
    later = NOW + DAY / 2
    doctor(world, later, listed=False)
    doctor(world, later, visibility="REGION_ONLY", audience=world.other_county)
    pool.profile(world.county, now=later, degree=Degree.MASTER)
    searches.sweep(NOW + DAY)
    assert news(handler) == []


def test_silenced_searches_suspended_units_and_former_handlers_hear_nothing(world, unit, handler, kept):
    later = NOW + DAY / 2
    doctor(world, later)
    colleague = pool.handler(unit)
    unit.members.filter(user=colleague).update(left_at=NOW)
    searches.sweep(NOW + DAY)
    assert (len(news(handler)), news(colleague)) == (1, [])
    searches.tell(search=kept, tells=False, actor=handler, now=NOW)
    assert searches.sweep(NOW + 5 * DAY) == 0
    searches.tell(search=kept, tells=True, actor=handler, now=NOW)
    type(unit).objects.filter(pk=unit.pk).update(status="SUSPENDED")
    assert searches.sweep(NOW + 5 * DAY) == 0
