"""免申即享: nothing without consent, everything once, silence is a no, and withdrawing ends it at once."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from jobs import services as jobs
from notifications.models import Message
from policies.matching import proactive
from policies.models import Benefit, Offer, PolicyVersion, ProactiveConsent
from talentportal.lib.refusals import Refused
from tests.cast import moment
from tests.policies.library import leaf, make_benefit, make_version

NOW = moment("2026-09-18 10:00")
CHENGGONG = "530000/530100/530114"
FACTS = {"region": CHENGGONG, "degree": "doctor"}


@pytest.fixture
def auto(world):
    """A benefit without application for masters of the province."""
    return make_benefit(make_version(), "auto", mode="AUTO", conditions=leaf("degree", "at_least", "master"))


def later(days=0, minutes=0):
    return NOW + dt.timedelta(days=days, minutes=minutes)


def keys(user, state="OPEN"):
    return [offer.benefit.key for offer in user.offers.filter(state=state).order_by("pk")]


def told(user, event="offer_found"):
    return Message.objects.filter(recipient=user, event=event).count()


def consent(user, facts=FACTS, now=NOW):
    return proactive.give_consent(facts=facts, actor=user, now=now)


# --- consent and finding ----------------------------------------------------------------------------------------------


def test_who_agrees_is_offered_what_fits_at_once_and_told_once(applicant, auto):
    make_benefit(auto.version, "apply", conditions={})
    make_benefit(auto.version, "card", mode="CARD", conditions={})
    make_benefit(auto.version, "too-high", mode="AUTO", conditions=leaf("grade", "at_least", "A"))
    make_benefit(make_version(region="532900"), "elsewhere", mode="AUTO")
    consent(applicant)
    offer = applicant.offers.get()
    assert (offer.benefit, offer.state, offer.found_at) == (auto, "OPEN", NOW)
    assert offer.answer_by == dt.date(2026, 10, 9)  # ten working days, over the Mid-Autumn and National Day holidays
    message = Message.objects.get(recipient=applicant, event="offer_found")
    assert message.path == "/me/benefits/"


def test_nobody_is_looked_at_without_consent(applicant, stranger, auto):
    assert proactive.sweep_offers(NOW) == 0
    assert not Offer.objects.exists()


def test_several_benefits_are_told_in_one_message(applicant, auto):
    make_benefit(auto.version, "second", mode="AUTO")
    consent(applicant)
    assert keys(applicant) == ["auto", "second"]
    assert told(applicant) == 1


def test_of_an_exclusive_group_the_highest_alone_is_offered(applicant, auto):
    """One of them is granted; who said no to it is not pressed with the others."""
    for key, yuan, more in (
        ("low", 2000, {}),
        ("high", 500, {"pay_rule": "MONTHLY", "pay_months": 36}),
        ("middle", 3000, {}),
    ):
        make_benefit(
            auto.version, key, mode="AUTO", exclusive_group="skill", **{"amount_yuan": yuan, "pay_rule": "ONCE", **more}
        )
    make_benefit(auto.version, "other", mode="AUTO", exclusive_group="home", amount_yuan=1, pay_rule="ONCE")
    consent(applicant)
    assert keys(applicant) == ["auto", "high", "other"]
    proactive.answer_offer(
        offer=applicant.offers.get(benefit__key="high"), confirms=False, actor=applicant, now=later(minutes=1)
    )
    proactive.sweep_offers(later(days=1))
    assert keys(applicant) == ["auto", "other"]


def test_the_sweep_repeated_writes_nothing(applicant, stranger, auto):
    consent(applicant)
    consent(stranger, {"region": CHENGGONG})
    assert proactive.sweep_offers(later(minutes=1)) == 0
    assert proactive.sweep_offers(later(days=1)) == 2  # both are looked at again, and nothing is found
    assert proactive.sweep_offers(later(days=1, minutes=1)) == 0
    assert keys(applicant) == ["auto"]
    assert told(applicant) == 1


def test_a_benefit_published_later_is_found_without_waiting_for_tomorrow(applicant, auto):
    consent(applicant)
    make_benefit(auto.version, "new", mode="AUTO", confirmed="2026-09-18 11:00")
    assert proactive.sweep_offers(later(minutes=61)) == 2
    assert keys(applicant) == ["auto", "new"]
    assert told(applicant) == 2


def test_a_benefit_that_begins_to_hold_is_found_on_its_day(applicant, auto):
    make_benefit(make_version(effective_on=dt.date(2026, 9, 21)), "from-monday", mode="AUTO")
    consent(applicant)
    proactive.sweep_offers(later(days=2))
    assert keys(applicant) == ["auto"]
    proactive.sweep_offers(later(days=3))
    assert keys(applicant) == ["auto", "from-monday"]


def test_after_an_outage_one_run_catches_up(applicant, auto):
    consent(applicant, {"region": CHENGGONG, "degree": "bachelor"})
    ProactiveConsent.objects.update(looked_at=later(days=-30), facts=FACTS)
    proactive.sweep_offers(NOW)
    assert keys(applicant) == ["auto"]


def test_the_age_is_the_one_of_the_day(applicant, stranger, world):
    """The applicant was born on 7 March 1990; who has no record grows older from the day the age was told."""
    make_benefit(make_version(), "young", mode="AUTO", conditions=leaf("age", "at_most", 36))
    make_benefit(make_version(), "grown", mode="AUTO", conditions=leaf("age", "at_least", 37))
    stranger.person.delete()
    for user in (applicant, stranger):
        consent(user, {"region": CHENGGONG, "age": 36})
        assert keys(user) == ["young"]
    proactive.sweep_offers(moment("2027-03-08 10:00"))
    assert keys(applicant) == ["grown"]
    assert keys(stranger) == []
    proactive.sweep_offers(moment("2027-09-18 10:00"))
    assert keys(stranger) == ["grown"]


def test_consent_without_a_place_is_refused(applicant, auto):
    with pytest.raises(Refused):
        consent(applicant, {"degree": "doctor"})
    assert not ProactiveConsent.objects.exists()


def test_only_facts_that_rules_know_are_kept(applicant, auto):
    kept = consent(applicant, FACTS | {"name": "x", "age": "old", "grade": "Z"})
    assert kept.facts == FACTS


def test_closed_accounts_are_left_alone(applicant, auto):
    consent(applicant, {"region": CHENGGONG, "degree": "bachelor"})
    ProactiveConsent.objects.update(looked_at=None, facts=FACTS)
    applicant.is_active = False
    applicant.save()
    assert proactive.sweep_offers(NOW) == 0


def test_statements_do_not_grow_with_persons(world, auto):
    counts = []
    for some in ((0, 3), (3, 12)):
        for number in range(*some):
            user = User.objects.create_user(email=f"p{number}@example.org")
            ProactiveConsent.objects.create(user=user, facts=FACTS, given_at=NOW)
        with CaptureQueriesContext(connection) as queries:
            assert proactive.sweep_offers(later(minutes=some[0])) == 2 * (some[1] - some[0])
        counts.append(len(queries))
    assert counts[1] <= counts[0]  # the first reads the calendar too


# --- answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("confirms", "state"), [(True, "CONFIRMED"), (False, "DECLINED")])
def test_an_answer_is_kept_and_said_twice_changes_nothing(applicant, auto, confirms, state):
    consent(applicant)
    offer = applicant.offers.get()
    for minutes in (1, 2):
        answered = proactive.answer_offer(offer=offer, confirms=confirms, actor=applicant, now=later(minutes=minutes))
        assert (answered.state, answered.answered_at) == (state, later(minutes=1))
    with pytest.raises(Refused):
        proactive.answer_offer(offer=offer, confirms=not confirms, actor=applicant, now=later(minutes=3))
    proactive.sweep_offers(later(days=60))
    assert keys(applicant, state) == ["auto"]
    assert told(applicant) == 1
    assert told(applicant, "offer_lapsed") == 0


def test_only_the_person_answers(applicant, stranger, auto):
    consent(applicant)
    with pytest.raises(Refused):
        proactive.answer_offer(offer=applicant.offers.get(), confirms=True, actor=stranger, now=NOW)


def test_silence_is_no_consent(applicant, auto):
    """The last day counts whole; the night after it the offer ends, and the person is told once."""
    consent(applicant)
    assert proactive.next_end(NOW) == moment("2026-10-10 00:00")
    proactive.sweep_offers(moment("2026-10-09 23:59"))
    assert keys(applicant) == ["auto"]
    for minutes in (0, 1):
        proactive.sweep_offers(moment("2026-10-10 00:00") + dt.timedelta(minutes=minutes))
    assert (keys(applicant), keys(applicant, "LAPSED")) == ([], ["auto"])
    assert told(applicant, "offer_lapsed") == 1
    assert told(applicant) == 1  # and it is not offered again
    with pytest.raises(Refused):
        proactive.answer_offer(offer=applicant.offers.get(), confirms=True, actor=applicant, now=later(days=40))
    assert proactive.next_end(later(days=40)) is None


def test_too_late_is_too_late_even_before_the_sweep(applicant, auto):
    consent(applicant)
    with pytest.raises(Refused):
        proactive.answer_offer(
            offer=applicant.offers.get(), confirms=True, actor=applicant, now=moment("2026-10-10 00:01")
        )
    assert keys(applicant) == ["auto"]


# --- rules change -----------------------------------------------------------------------------------------------------


def replace(version, **values):
    PolicyVersion.objects.filter(pk=version.pk).update(state="SUPERSEDED")
    newer = make_version(version.policy.slug, label="2.0")
    return make_benefit(newer, "auto", mode="AUTO", confirmed="2026-09-19 09:00", **values)


def test_what_was_replaced_ends_and_its_successor_is_offered(applicant, auto):
    consent(applicant)
    replace(auto.version)
    offer = applicant.offers.get()
    with pytest.raises(Refused):
        proactive.answer_offer(offer=offer, confirms=True, actor=applicant, now=later(days=1))
    proactive.sweep_offers(later(days=1))
    states = [(offer.benefit.version.label, offer.state) for offer in applicant.offers.order_by("pk")]
    assert states == [("1.0", "LAPSED"), ("2.0", "OPEN")]
    assert told(applicant, "offer_lapsed") == 1


@pytest.mark.parametrize("confirms", [True, False])
def test_who_answered_the_old_version_is_not_asked_again(applicant, auto, confirms):
    consent(applicant)
    proactive.answer_offer(offer=applicant.offers.get(), confirms=confirms, actor=applicant, now=NOW)
    replace(auto.version)
    proactive.sweep_offers(later(days=1))
    assert applicant.offers.count() == 1


def test_a_benefit_withdrawn_by_the_editor_ends_and_can_still_be_declined(applicant, auto):
    consent(applicant)
    Benefit.objects.filter(pk=auto.pk).update(withdrawn_at=NOW)
    offer = applicant.offers.get()
    with pytest.raises(Refused):
        proactive.answer_offer(offer=offer, confirms=True, actor=applicant, now=NOW)
    assert proactive.answer_offer(offer=offer, confirms=False, actor=applicant, now=NOW).state == "DECLINED"


# --- the way out ------------------------------------------------------------------------------------------------------


def test_withdrawing_ends_everything_at_once(applicant, auto):
    second = make_benefit(auto.version, "second", mode="AUTO")
    consent(applicant)
    proactive.answer_offer(offer=applicant.offers.get(benefit=auto), confirms=True, actor=applicant, now=NOW)
    for minutes in (1, 2):
        proactive.withdraw_consent(actor=applicant, now=later(minutes=minutes))
    kept = ProactiveConsent.objects.get()
    assert (kept.facts, kept.withdrawn_at) == ({}, later(minutes=1))
    assert [offer.benefit.key for offer in applicant.offers.all()] == ["auto"]  # what was confirmed stays
    assert not Offer.objects.filter(benefit=second).exists()
    proactive.sweep_offers(later(days=30))
    assert applicant.offers.count() == 1
    assert told(applicant, "offer_lapsed") == 0


def test_who_agrees_again_is_asked_again_about_what_was_never_answered(applicant, auto):
    consent(applicant)
    proactive.withdraw_consent(actor=applicant, now=later(minutes=1))
    consent(applicant, now=later(minutes=2))
    assert keys(applicant) == ["auto"]
    assert told(applicant) == 2


def test_only_the_facts_that_rules_ask_for_are_asked(world, auto):
    make_benefit(auto.version, mode="APPLY", conditions=leaf("age", "at_most", 40))
    assert proactive.facts_needed(dt.date(2026, 9, 18)) == ["region", "degree"]


def test_offers_are_listed_by_their_last_day(applicant, auto):
    make_benefit(auto.version, "second", mode="AUTO")
    consent(applicant)
    space = proactive.space_of(applicant)
    assert all(one.answer_by <= two.answer_by for one, two in pairwise(space.open))
    assert (len(space.open), space.answered, space.consent.facts) == (2, [], FACTS)


# --- at once ----------------------------------------------------------------------------------------------------------


def at_once(*acts) -> list:
    """Do some acts in threads of their own, and return what each gave back."""

    def alone(act):
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(alone, acts))


@pytest.mark.django_db(transaction=True)
def test_two_clicks_and_two_sweeps_find_everything_once(applicant, auto):
    at_once(*[lambda: consent(applicant)] * 2)
    assert keys(applicant) == ["auto"]
    assert told(applicant) == 1
    make_benefit(auto.version, "new", mode="AUTO", confirmed="2026-09-18 11:00")
    at_once(*[lambda: jobs.run_due(later(minutes=61)).failed] * 2)
    assert keys(applicant) == ["auto", "new"]
    assert told(applicant) == 2


@pytest.mark.django_db(transaction=True)
def test_an_answer_and_its_opposite_at_once(applicant, auto):
    """One is heard, the other is told that the offer is no longer open."""
    consent(applicant)
    offer = applicant.offers.get()

    def answer(confirms):
        try:
            return proactive.answer_offer(offer=offer, confirms=confirms, actor=applicant, now=NOW).state
        except Refused:
            return "refused"

    states = at_once(lambda: answer(True), lambda: answer(False))
    assert sorted(states) == sorted([applicant.offers.get().state, "refused"])
