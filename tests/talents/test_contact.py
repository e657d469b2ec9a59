"""A unit asks, the person decides: quotas, states, what is shown and when it is gone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils.translation import override

from notifications.models import Message
from talentportal.lib.refusals import Refused
from talents import limits
from talents.models import BlockedUnit, ContactRequest, Look, UnitUse, Vacancy
from talents.queries import contact as queries
from talents.services import consents, contact, index
from talents.services.use import look
from talents.states import RequestState
from tests.talents import pool
from tests.talents.pool import DAY, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _wording(db):
    pool.wording("contact_asked", "contact_expired", "contact_ended", "contact_message", "pool_overused")


@pytest.fixture
def unit(world):
    return pool.unit(world.county, name="云岭示例科技有限公司")


@pytest.fixture
def handler(unit):
    return pool.handler(unit)


@pytest.fixture
def profile(world):
    return pool.profile(world.county)


def vacancy(unit, by, **more):
    told = {
        "title": "架构师",
        "region": unit.region,
        "description": "x",
        "state": "ONLINE",
        "reviewed_by": by,
        "reviewed_at": NOW,
        "online_since": NOW,
        "expires_on": NOW.date() + 30 * DAY,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Vacancy.objects.create(unit=unit, by=by, **{**told, **more})


def ask(unit, profile, handler, now=NOW, **more):
    told = {"vacancy": None, "ask": "ADVICE", "wanted": ["PHONE", "NAME"]}
    return contact.ask(unit=unit, profile=profile, actor=handler, now=now, **{**told, **more})


def refusal(act, *args, **more) -> str:
    with override("en"):
        with pytest.raises(Refused) as refused:
            act(*args, **more)
        return str(refused.value)


def test_a_request_waits_seven_days_and_the_person_is_told(unit, handler, profile):
    made = ask(unit, profile, handler, ask="POST", vacancy=vacancy(unit, handler))
    assert (made.state, made.wanted) == (RequestState.SENT, ["NAME", "PHONE"])
    assert made.expires_at == NOW + 7 * DAY
    told = Message.objects.get(recipient=profile.user)
    assert unit.name in told.title
    assert told.path == f"/me/contacts/{made.public_id}/"
    assert UnitUse.objects.get(unit=unit).requests == 1
    assert queries.state_between(unit, [profile.pk]) == {profile.pk: made}
    assert queries.shown(made, NOW) == ()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"ask": "ROMANCE"}, "Choose what you ask for."),
        ({"ask": "POST"}, "Choose the vacancy"),
        ({"wanted": []}, "Choose what you would like to see."),
        ({"wanted": ["ID_NUMBER"]}, "Choose what you would like to see."),
    ],
)
def test_words_vacancy_and_facts_are_of_the_lists(unit, handler, profile, more, words):
    assert words in refusal(ask, unit, profile, handler, **more)
    assert not ContactRequest.objects.exists()


def test_a_vacancy_is_the_units_own_and_online(world, unit, handler, profile):
    other = pool.unit(world.county)
    for offered in (vacancy(other, handler), vacancy(unit, handler, state="PAUSED")):
        assert "online" in refusal(ask, unit, profile, handler, ask="POST", vacancy=offered)


def test_one_request_at_a_time_and_none_for_90_days_after_a_refusal(unit, handler, profile):
    made = ask(unit, profile, handler)
    assert "asked this person already" in refusal(ask, unit, profile, handler)
    ContactRequest.objects.filter(pk=made.pk).update(state="REFUSED", answered_at=NOW)
    assert "17 December 2026" in refusal(ask, unit, profile, handler, now=NOW + 89 * DAY)
    later = NOW + 91 * DAY
    type(profile).objects.filter(pk=profile.pk).update(confirm_by=later + DAY)
    index.put(profile, later)
    assert ask(unit, profile, handler, now=later).state == RequestState.SENT


def test_the_21st_request_of_a_day_is_refused_and_the_next_day_begins_anew(world, unit, handler, monkeypatch):
    monkeypatch.setattr(limits, "REQUESTS_A_DAY", 2)
    people = [pool.profile(world.county) for _ in range(3)]
    for one in people[:2]:
        ask(unit, one, handler)
    assert "sent its 2 requests" in refusal(ask, unit, people[2], handler)
    assert queries.requests_left(unit, NOW) == 0
    assert ask(unit, people[2], handler, now=NOW + DAY)


def test_a_person_gets_five_requests_a_day(world, profile):
    for _ in range(limits.RECEIVED_A_DAY):
        of = pool.unit(world.county)
        ask(of, profile, pool.handler(of))
    of = pool.unit(world.county)
    assert "many requests today" in refusal(ask, of, profile, pool.handler(of))


def test_blocked_hidden_lapsed_and_other_regions_read_the_same_words(world, unit, handler, profile):
    words = "This person cannot be found any more."
    BlockedUnit.objects.create(profile=profile, unit=unit, at=NOW)
    index.put(profile, NOW)
    assert refusal(ask, unit, profile, handler) == words
    hidden = pool.profile(world.county, listed=False)
    assert refusal(ask, unit, hidden, handler) == words
    elsewhere = pool.profile(world.county, visibility="REGION_ONLY", audience=world.other_county)
    assert refusal(ask, unit, elsewhere, handler) == words
    lapsed = pool.profile(world.county)
    assert refusal(ask, unit, lapsed, handler, now=NOW + 91 * DAY) == words


def test_a_region_lets_in_units_that_work_there_or_below(world, unit, handler):
    city = pool.profile(world.county, visibility="REGION_ONLY", audience=world.city)
    assert queries.findable_by(unit, NOW).filter(profile=city).exists()
    assert ask(unit, city, handler)


@pytest.mark.parametrize("what", ["left", "suspended", "expired", "unconfirmed", "stranger"])
def test_who_may_not_act_for_the_unit_cannot_ask_nor_take_back(world, unit, profile, what):
    actor = pool.handler(unit, days=3 if what == "expired" else 365, confirmed=what != "unconfirmed")
    waiting = pool.request(unit, profile, actor)
    if what == "left":
        unit.members.update(left_at=NOW)
    if what == "suspended":
        type(unit).objects.update(status="SUSPENDED")
    if what == "stranger":
        actor = pool.handler(pool.unit(world.county))
    late = NOW + 4 * DAY
    assert "do not act" in refusal(ask, unit, pool.profile(world.county), actor, now=late)
    assert "do not act" in refusal(contact.take_back, request=waiting, actor=actor, now=late)


def test_a_request_is_taken_back_once(unit, handler, profile):
    made = ask(unit, profile, handler)
    assert contact.take_back(request=made, actor=handler, now=NOW).state == RequestState.TAKEN_BACK
    assert "not possible" in refusal(contact.take_back, request=made, actor=handler, now=NOW)


def test_unanswered_requests_expire_and_the_unit_is_told(unit, handler, profile):
    made = ask(unit, profile, handler)
    assert contact.next_moment(NOW) == made.expires_at
    assert contact.sweep(NOW + 6 * DAY) == 0
    assert contact.sweep(NOW + 7 * DAY) == 1
    assert contact.sweep(NOW + 7 * DAY) == 0
    made.refresh_from_db()
    assert made.state == RequestState.EXPIRED
    assert profile.code in Message.objects.get(recipient=handler).title


def test_what_is_shown_ends_after_30_days(unit, handler, profile):
    made = pool.accepted(unit, profile, handler, ["NAME"])
    assert queries.shown(made, NOW) == ("NAME",)
    assert queries.shown(made, NOW + 30 * DAY) == ()  # even before the sweep has come
    assert contact.sweep(NOW + 30 * DAY) == 1
    made.refresh_from_db()
    assert made.state == RequestState.ENDED
    assert made.consent.ended_at == NOW + 30 * DAY
    assert Message.objects.filter(recipient=handler).count() == 1


def test_a_withdrawn_consent_shows_nothing_from_the_same_moment(unit, handler, profile):
    made = pool.accepted(unit, profile, handler)
    consents.withdraw(consent=made.consent, actor=profile.user, now=NOW)
    made = queries.of_unit(unit).get()
    assert (queries.shown(made, NOW), made.state) == ((), RequestState.ENDED)


def test_messages_go_both_ways_only_while_something_is_shown(world, unit, handler, profile):
    made = ask(unit, profile, handler)
    assert "while something is shown" in refusal(contact.write, request=made, text="你好", actor=handler, now=NOW)
    other = pool.profile(world.county)
    talk = pool.accepted(unit, other, handler)
    first = contact.write(request=talk, text=" 你好 ", actor=handler, now=NOW)
    assert contact.write(request=talk, text="你好", actor=handler, now=NOW) == first  # a second click
    answer = contact.write(request=talk, text="好的", actor=other.user, now=NOW)
    assert [(m.text, m.from_person) for m in talk.messages.all()] == [("你好", False), ("好的", True)]
    assert Message.objects.filter(recipient=other.user, event="contact_message").count() == 1
    assert other.code in Message.objects.get(recipient=handler, event="contact_message").title
    assert contact.read_messages(talk, by_person=False, now=NOW) == 1
    answer.refresh_from_db()
    assert answer.read_at == NOW
    stranger = pool.handler(pool.unit(world.county))
    assert "do not act" in refusal(contact.write, request=talk, text="x", actor=stranger, now=NOW)
    assert "at most 1000" in refusal(contact.write, request=talk, text=" ", actor=handler, now=NOW)
    consents.withdraw(consent=talk.consent, actor=other.user, now=NOW)
    assert "while something is shown" in refusal(contact.write, request=talk, text="x", actor=handler, now=NOW)


def test_a_look_is_written_once_a_day_and_shown_facts_apart(unit, handler, profile):
    def count():
        return Look.objects.filter(profile=profile).count()

    for at in (NOW, NOW + timedelta(hours=2)):
        assert look(unit=unit, profiles=[profile], kind="CARD", actor=handler, now=at)
    assert count() == 1
    look(unit=unit, profiles=[profile], kind="CARD", actor=handler, now=NOW + DAY)
    look(unit=unit, profiles=[profile], kind="SHARED", actor=handler, now=NOW, fields=["NAME"])
    look(unit=unit, profiles=[profile], kind="SHARED", actor=handler, now=NOW, fields=["NAME"])
    assert count() == 3


def test_who_reads_too_many_cards_is_slowed_and_reported_once(world, unit, handler, administrator, monkeypatch):
    people = [pool.profile(world.county) for _ in range(4)]
    monkeypatch.setattr(limits, "LOOKS_A_MINUTE", 2)
    seen = [look(unit=unit, profiles=[one], kind="CARD", actor=handler, now=NOW) for one in people]
    assert seen == [True, True, False, False]
    assert look(unit=unit, profiles=people[:1], kind="CARD", actor=handler, now=NOW)  # seen today already
    assert look(unit=unit, profiles=people[2:3], kind="CARD", actor=handler, now=NOW + timedelta(minutes=2))
    told = Message.objects.filter(recipient=administrator)
    assert [(message.event, unit.name in message.title) for message in told] == [("pool_overused", True)]
    monkeypatch.setattr(limits, "LOOKS_A_DAY", 3)
    assert not look(unit=unit, profiles=people[3:], kind="CARD", actor=handler, now=NOW + timedelta(hours=1))
    assert Look.objects.filter(unit=unit).count() == 3


def at_once(*acts) -> list[bool]:
    """Do these at the same time; tell which were not refused."""

    def go(act):
        try:
            return bool(act())
        except Refused:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return sorted(threads.map(go, acts))


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_are_one(world, unit, handler, profile):
    assert at_once(*[lambda: ask(unit, profile, handler)] * 2) == [False, True]
    assert ContactRequest.objects.count() == UnitUse.objects.get(unit=unit).requests == 1


@pytest.mark.django_db(transaction=True)
def test_the_last_request_of_a_day_is_sent_once(world, unit, handler, profile, monkeypatch):
    monkeypatch.setattr(limits, "REQUESTS_A_DAY", 1)
    other = pool.profile(world.county)
    assert at_once(lambda: ask(unit, profile, handler), lambda: ask(unit, other, handler)) == [False, True]
    assert ContactRequest.objects.count() == 1
