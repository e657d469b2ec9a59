"""Consents: given once to the words shown, withdrawn at once, each with its effect."""

import pytest

from talentportal.lib.refusals import Refused
from talents import consent_texts
from talents.models import Consent, PoolEntry
from talents.queries import contact as queries
from talents.services import consents, rounds
from talents.states import Purpose, RequestState
from tests.talents import pool

pytestmark = pytest.mark.django_db
NOW, DAY = pool.NOW, pool.DAY


@pytest.fixture
def profile(world, applicant):
    return pool.profile(world.county, applicant)


def test_giving_twice_is_one_consent_and_new_words_make_a_new_one(profile, applicant, monkeypatch):
    first = consents.give(user=applicant, purpose=Purpose.MATCH, now=NOW)
    assert consents.give(user=applicant, purpose=Purpose.MATCH, now=NOW + DAY) == first
    text = consent_texts.current(Purpose.MATCH)
    newer = consent_texts.ConsentText("2027-01", text.since, text.words, text.points)
    monkeypatch.setitem(consent_texts.TEXTS, Purpose.MATCH, (text, newer))
    second = consents.give(user=applicant, purpose=Purpose.MATCH, now=NOW + DAY)
    first.refresh_from_db()
    assert (second.text_version, second.ended_at, first.ended_at, first.is_withdrawn) == (
        "2027-01",
        None,
        NOW + DAY,
        False,
    )
    assert consents.in_force(applicant, Purpose.MATCH) == second


def test_withdrawing_to_be_found_is_effective_at_once_and_declines_what_waits(world, profile, applicant):
    unit = pool.unit(world.county)
    waiting = pool.request(unit, profile, pool.handler(unit))
    consent = consents.in_force(applicant, Purpose.POOL)
    consents.withdraw(consent=consent, actor=applicant, now=NOW)
    waiting.refresh_from_db()
    consent.refresh_from_db()
    assert not PoolEntry.objects.exists()
    assert (consent.ended_at, consent.is_withdrawn) == (NOW, True)
    assert (waiting.state, waiting.reason, waiting.answered_at) == (RequestState.REFUSED, "NONE", NOW)
    assert consents.in_force(applicant, Purpose.POOL) is None
    consents.withdraw(consent=consent, actor=applicant, now=NOW + DAY)
    consent.refresh_from_db()
    assert consent.ended_at == NOW


def test_who_agrees_anew_is_found_again(profile, applicant):
    consents.withdraw(consent=consents.in_force(applicant, Purpose.POOL), actor=applicant, now=NOW)
    consents.give(user=applicant, purpose=Purpose.POOL, now=NOW + DAY)
    assert PoolEntry.objects.filter(profile=profile).exists()


def test_withdrawing_what_was_shown_ends_the_view_and_tells_the_unit_alone(world, profile, applicant):
    unit, other = pool.unit(world.county), pool.unit(world.county)
    handler, outsider = pool.handler(unit), pool.handler(other)
    asked, kept = pool.accepted(unit, profile, handler), pool.accepted(other, profile, outsider)
    consents.withdraw(consent=asked.consent, actor=applicant, now=NOW)
    asked = queries.ContactRequest.objects.get(pk=asked.pk)
    assert (asked.state, queries.shown(asked, NOW)) == (RequestState.ENDED, ())
    assert queries.shown(kept, NOW) == ("NAME", "PHONE")
    assert [m.event for m in handler.inbox.all()] == ["contact_ended"]
    assert not outsider.inbox.exists()
    assert PoolEntry.objects.filter(profile=profile).exists()


def test_nobody_withdraws_for_somebody_else(profile, applicant, stranger):
    consent = consents.in_force(applicant, Purpose.POOL)
    with pytest.raises(Refused):
        consents.withdraw(consent=consent, actor=stranger, now=NOW)
    assert consents.in_force(applicant, Purpose.POOL) == consent


def test_proof_of_ended_consents_is_kept_three_years(profile, applicant):
    consents.withdraw(consent=consents.in_force(applicant, Purpose.POOL), actor=applicant, now=NOW)
    assert rounds.erase_old_consents(NOW + 1090 * DAY) == 0
    assert rounds.erase_old_consents(NOW + 1100 * DAY) == 1
    assert not Consent.objects.exists()


@pytest.mark.parametrize("purpose", list(Purpose))
def test_every_version_of_the_words_stands_in_both_languages(purpose):
    versions = [text.version for text in consent_texts.TEXTS[purpose]]
    assert len(set(versions)) == len(versions)
    for text in consent_texts.TEXTS[purpose]:
        assert all(set(words) == {"zh", "en"} and all(words.values()) for words in (text.words, *text.points))
