"""The person answers a unit: accept with chosen facts, decline, block."""

import pytest

from accounts.models import Unit
from talentportal.lib.refusals import Refused
from talents.models import BlockedUnit, Consent, PoolEntry
from talents.queries.contact import shown
from talents.services import answers, consents
from talents.states import RequestState
from tests.applications.life import at_once
from tests.talents import pool
from tests.talents.test_profiles import refused

pytestmark = pytest.mark.django_db
NOW, DAY = pool.NOW, pool.DAY


@pytest.fixture
def unit(world):
    return pool.unit(world.county)


@pytest.fixture
def handler(unit):
    return pool.handler(unit)


@pytest.fixture
def asked(world, unit, handler, applicant):
    return pool.request(unit, pool.profile(world.county, applicant), handler, wanted=["NAME", "EMAIL", "SCHOOL"])


def test_accepting_shows_the_chosen_facts_for_thirty_days_by_a_consent_that_names_the_unit(
    asked, unit, handler, applicant
):
    answered = answers.accept(request=asked, fields=["SCHOOL", "NAME"], actor=applicant, now=NOW)
    consent = answered.consent
    assert (answered.state, answered.answered_at) == (RequestState.ACCEPTED, NOW)
    assert (consent.purpose, consent.unit, consent.fields) == ("SHARE", unit, ["NAME", "SCHOOL"])
    assert consent.ends_at == NOW + 30 * DAY
    assert shown(answered, NOW) == ("NAME", "SCHOOL")
    assert shown(answered, NOW + 30 * DAY) == ()
    message = handler.inbox.get()
    assert message.event == "contact_accepted"
    assert applicant.person.name not in message.title + message.body


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ([], "Choose at least one thing that the unit may see."),
        (["NAME", "PHONE"], "The unit has not asked for this."),
        (["ID"], "The unit has not asked for this."),
    ],
)
def test_only_what_was_asked_for_can_be_shown(asked, applicant, fields, says):
    assert refused(answers.accept, request=asked, fields=fields, actor=applicant, now=NOW) == [says]
    assert Consent.objects.filter(purpose="SHARE").count() == 0


def test_a_fact_that_is_not_there_cannot_be_shown(asked, applicant):
    asked.profile.school = ""
    asked.profile.save()
    with pytest.raises(Refused):
        answers.accept(request=asked, fields=["SCHOOL"], actor=applicant, now=NOW)


def test_forged_words_are_no_consent(asked, applicant):
    with pytest.raises(Refused):
        answers.accept(request=asked, fields=["NAME"], actor=applicant, now=NOW, version="1999-01")
    asked.refresh_from_db()
    assert (asked.state, asked.consent) == (RequestState.SENT, None)


def test_nobody_answers_twice_for_another_or_too_late(asked, applicant, stranger):
    assert refused(answers.accept, request=asked, fields=["NAME"], actor=stranger, now=NOW) == [
        "This request was not made to you."
    ]
    with pytest.raises(Refused):
        answers.accept(request=asked, fields=["NAME"], actor=applicant, now=asked.expires_at)
    answers.accept(request=asked, fields=["NAME"], actor=applicant, now=NOW)
    for act, more in ((answers.accept, {"fields": ["NAME"]}), (answers.refuse, {"reason": "PAY"})):
        with pytest.raises(Refused):
            act(request=asked, actor=applicant, now=NOW, **more)
    assert Consent.objects.filter(purpose="SHARE").count() == 1


@pytest.mark.parametrize("status", ["SUSPENDED", "PENDING", "DISSOLVED"])
def test_a_unit_that_is_not_verified_any_more_is_shown_nothing(asked, unit, applicant, status):
    Unit.objects.filter(pk=unit.pk).update(status=status)
    assert refused(answers.accept, request=asked, fields=["NAME"], actor=applicant, now=NOW) == [
        "This unit is no longer verified."
    ]


def test_declining_tells_the_unit_and_shows_nothing(asked, handler, applicant):
    answers.refuse(request=asked, reason="PAY", actor=applicant, now=NOW)
    asked.refresh_from_db()
    assert (asked.state, asked.reason, asked.answered_at) == (RequestState.REFUSED, "PAY", NOW)
    assert handler.inbox.get().event == "contact_declined"
    assert not Consent.objects.filter(purpose="SHARE").exists()


def test_a_reason_is_one_of_the_list(asked, applicant):
    with pytest.raises(Refused):
        answers.refuse(request=asked, reason="你们太小", actor=applicant, now=NOW)


def test_blocking_declines_and_hides_without_a_word_of_it(asked, unit, handler, applicant):
    answers.block(request=asked, actor=applicant, now=NOW)
    asked.refresh_from_db()
    assert (asked.state, asked.reason) == (RequestState.REFUSED, "NONE")
    assert PoolEntry.objects.get().blocked == [unit.pk]
    assert [m.event for m in handler.inbox.all()] == ["contact_declined"]
    answers.block(request=asked, actor=applicant, now=NOW)
    assert BlockedUnit.objects.count() == 1


def test_blocking_an_accepted_unit_takes_back_what_was_shown(asked, applicant):
    asked = answers.accept(request=asked, fields=["NAME"], actor=applicant, now=NOW)
    answers.block(request=asked, actor=applicant, now=NOW + DAY)
    asked.refresh_from_db()
    consent = Consent.objects.get(purpose="SHARE")
    assert asked.state == RequestState.ENDED
    assert (consent.ended_at, consent.is_withdrawn) == (NOW + DAY, True)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_give_one_consent(asked, applicant):
    def click():
        answers.accept(request=asked, fields=["NAME"], actor=applicant, now=NOW)

    results = at_once(click, click)
    assert sorted(result == "done" for result in results) == [False, True]
    assert Consent.objects.filter(purpose="SHARE").count() == 1


@pytest.mark.django_db(transaction=True)
def test_accepting_and_withdrawing_from_the_pool_at_once_leave_nothing_half(asked, applicant):
    pooled = consents.in_force(applicant, "POOL")

    def accept():
        answers.accept(request=asked, fields=["NAME"], actor=applicant, now=NOW)

    def withdraw():
        consents.withdraw(consent=pooled, actor=applicant, now=NOW)

    results = at_once(accept, withdraw)
    asked.refresh_from_db()
    assert results[1] == "done"
    assert not PoolEntry.objects.exists()
    assert asked.state == (RequestState.ACCEPTED if results[0] == "done" else RequestState.REFUSED)
    assert (asked.consent is not None) == (results[0] == "done")
