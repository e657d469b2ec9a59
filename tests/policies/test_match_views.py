"""The pages of the matcher, of the self-test and of benefits found, as people use them without JavaScript."""

import logging
import re

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from jobs import clock
from policies.models import GuideVersion, Offer, ProactiveConsent
from tests import cast
from tests.cast import moment
from tests.policies.library import leaf, make_benefit, make_version

NOW = moment("2026-09-18 10:00")
MATCH = "/en/policies/match/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def policy(world):
    version = make_version()
    make_benefit(version, "fits", name_en="Fitting", conditions=leaf("degree", "at_least", "master"))
    make_benefit(version, "nearly", name_en="Near", conditions=leaf("years", "at_least", 5, clause="a2"))
    make_benefit(version, "open", name_en="Open", conditions=leaf("grade", "at_least", "E"))
    make_benefit(version, "not", name_en="Never", conditions=leaf("age", "at_most", 30, clause="a3"))
    return version


def tell(client, **facts):
    asked = {f"ask-{key}": "1" for key in facts}
    return client.post(MATCH, {"region": "530114", **facts, **asked}, follow=True)


def sections(response) -> dict[str, str]:
    """The text of each answer on the page."""
    page = re.sub(r"<[^>]+>", " ", re.sub(r'<section id="(\w+)"', r"\f\1\f", response.content.decode()))
    parts = page.split("\f")[1:]
    return {name: re.sub(r"\s+", " ", text) for name, text in zip(parts[::2], parts[1::2], strict=True)}


# --- what fits me -----------------------------------------------------------------------------------------------------


def test_questions_first_and_nothing_is_kept_for_looking(client, world):
    response = client.get(MATCH)
    assert list(response.context["form"].fields) == ["region", "degree", "grade", "title", "age", "employer"]
    assert not Session.objects.exists()
    assert "no-store" in response["Cache-Control"]


def test_three_answers_with_their_reasons(client, policy):
    response = tell(client, degree="doctor", years="3", age="36")
    assert response.redirect_chain == [(MATCH, 302)]
    said = sections(response)
    assert "Fitting" in said["fits"]
    assert "Degree: master or above (you: doctor)" in said["fits"]
    assert "Still 2 years of work (Working years: at least 5 years, you: 3 years) clause" in said["nearly"]
    assert "Not known yet – Talent class: class E or above" in said["open"]
    assert "Age: at most 30 years old (you: 36 years old) clause" in said["not"]
    address = reverse("policies:detail", args=[policy.policy.slug])
    assert f"{address}#a3" in response.content.decode()


def test_what_was_told_stays_out_of_addresses_and_logs(client, policy, caplog):
    caplog.set_level(logging.DEBUG)
    response = tell(client, degree="doctor", age="36")
    links = re.findall(r'href="([^"]*)"', response.content.decode())
    assert not [link for link in links if "doctor" in link or "36" in link or "530114" in link]
    assert "doctor" not in caplog.text


def test_further_questions_are_added_to_what_was_told(client, policy):
    response = tell(client, degree="doctor")
    assert list(response.context["more"].fields) == ["age", "grade", "years"]
    response = client.post(MATCH, {"more": "1", "ask-grade": "1", "grade": "D"}, follow=True)
    assert client.session["situation"] == {"region": "530000/530100/530114", "degree": "doctor", "grade": "D"}
    assert "Open" in sections(response)["fits"]


def test_answers_can_be_changed_and_forgotten(client, policy):
    tell(client, degree="doctor", age="36")
    response = tell(client, degree="bachelor", age="")
    assert client.session["situation"] == {"region": "530000/530100/530114", "degree": "bachelor"}
    assert "Fitting" in sections(response)["nearly"]
    assert response.context["form"]["degree"].value() == "bachelor"
    response = client.post(MATCH, {"forget": "1"}, follow=True)
    assert "situation" not in client.session
    assert response.context["form"]["degree"].value() is None


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"region": ""}, "region"),
        ({"region": "999999"}, "region"),
        ({"region": "x" * 5000}, "region"),
        ({"age": "old"}, "age"),
        ({"age": "-3"}, "age"),
        ({"age": "9" * 400}, "age"),
        ({"age": "1e5"}, "age"),
        ({"degree": "wizard"}, "degree"),
        ({"employer": "<script>"}, "employer"),
        ({"degree": "\0"}, "degree"),
        ({"ask-returned": "1", "returned": "maybe"}, "returned"),
    ],
)
def test_what_makes_no_sense_is_answered_beside_its_field(client, policy, typed, field):
    response = client.post(MATCH, {"region": "530114", **typed}, follow=True)
    assert response.redirect_chain == [(f"{MATCH}?again", 302)]
    assert response.context["form"].errors[field]
    assert f'id="id_{field}_error"' in response.content.decode() or field == "returned"
    assert "<title>Error: " in response.content.decode()
    assert "situation" not in client.session


@pytest.mark.parametrize(
    "query", ["?answer=fits&page=0", "?answer=zzz&kind=zzz", "?page=" + "9" * 5000, "?answer=not&page=x"]
)
def test_any_address_is_answered(client, policy, query):
    tell(client, degree="doctor")
    assert client.get(MATCH + query).status_code == 200


def test_full_width_digits_are_numbers(client, policy):
    tell(client, age=" ３６ ")
    assert client.session["situation"]["age"] == 36


def test_a_broken_session_is_no_reason_to_break(client, policy):
    session = client.session
    session["situation"] = ["x"]
    session.save()
    assert client.get(MATCH).status_code == 200
    session["situation"] = {"region": "530114", "age": "x", "degree": {"a": 1}}
    session.save()
    assert client.get(MATCH).context["told"] == [("Place of work", "Region 530114")]


def test_one_answer_page_by_page_and_one_kind(client, world):
    version = make_version()
    for number in range(25):
        make_benefit(version, kind="rent" if number < 24 else "car")
    tell(client)
    response = client.get(MATCH + "?answer=fits&page=2")
    assert len(response.context["groups"]) == 1
    assert len(response.context["groups"][0]["found"]) == 5
    assert len(client.get(MATCH + "?answer=fits&page=99").context["groups"][0]["found"]) == 5
    response = client.get(MATCH + "?kind=car")
    assert response.context["groups"][0]["count"] == 1
    assert response.context["matches"].total == 25


def test_money_is_said_with_care(client, world):
    version = make_version()
    for key, kind, amount, group in (
        ("s1", "settling", 300_000, "home"),
        ("s2", "settling", 100_000, ""),
        ("h", "home", 200_000, "home"),
    ):
        make_benefit(version, key, kind=kind, amount_yuan=amount, pay_rule="ONCE", exclusive_group=group)
    page = tell(client).content.decode()
    assert "up to 300,000 yuan in all" in page
    assert "2 more of the same kind, or excluding one of these, are not added: the higher counts." in page
    assert "600,000" not in page


def test_a_place_without_rules_says_so(client, world):
    assert "No benefit is recorded for this place yet" in tell(client).content.decode()


def statements(client) -> int:
    """How many a page takes when nothing that a process keeps for seconds has to be read anew."""
    counts = []
    for _try in range(3):
        with CaptureQueriesContext(connection) as queries:
            client.get(MATCH)
        counts.append(len(queries))
    return min(counts)


def test_statements_do_not_grow_with_benefits(client, policy):
    tell(client, degree="doctor", age="36")
    before = statements(client)
    for _number in range(12):
        make_benefit(policy, conditions=leaf("degree", "at_least", "master"))
    assert statements(client) == before


def test_whoever_is_signed_in_need_not_type_their_age(client, applicant):
    client.force_login(applicant)
    assert client.get(MATCH).context["form"]["age"].value() == 36


def test_what_a_person_lets_the_portal_keep_is_asked_without_typing(client, applicant, policy, auto):
    client.force_login(applicant)
    agree(client)
    response = client.get(MATCH)
    assert ("Degree", "doctor") in response.context["told"]
    assert "Forget my answers now" not in response.content.decode()
    client.post(MATCH, {"more": "1", "ask-age": "1", "age": "36"})
    assert client.session["situation"]["age"] == 36
    assert ProactiveConsent.objects.get().facts.keys() == {"region", "degree"}


def test_in_chinese_too(client, policy):
    response = client.post(MATCH.removeprefix("/en"), {"region": "530114", "ask-age": "1", "age": "36"}, follow=True)
    assert response.status_code == 200
    with translation.override("zh-hans"):
        assert "待遇" in response.content.decode()


# --- may I apply? -----------------------------------------------------------------------------------------------------


@pytest.fixture
def guide(world):
    """A guide for people of class E or above who own no home."""
    item, _guide = cast.make_item(
        world.province,
        world.office,
        [world.window],
        serial=7,
        eligibility={"all": [leaf("grade", "at_least", "E"), leaf("first_home", "is", True)]},
    )
    return item


def check(client, item, **facts):
    return client.post(f"/en/services/{item.code}/check/", facts, follow=True)


def test_the_guide_leads_to_its_self_test(client, guide, world):
    address = f"/en/services/{guide.code}/check/"
    assert address in client.get(f"/en/services/{guide.code}/").content.decode()
    assert "/check/" not in client.get(f"/en/services/{world.item.code}/").content.decode()
    assert list(client.get(address).context["form"].fields) == ["grade", "first_home"]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"grade": "D", "first_home": "yes"}, "nothing stands against it"),
        ({"grade": "F", "first_home": "yes"}, "Nearly: something is still missing"),
        ({"grade": "D", "first_home": "no"}, "A condition is not met"),
        ({"grade": "D"}, "It depends on what you have not answered"),
        ({}, "It depends on what you have not answered"),
    ],
)
def test_the_self_test_answers_in_words(client, guide, facts, words):
    response = check(client, guide, **facts, go="1")
    assert response.redirect_chain == [(f"/en/services/{guide.code}/check/?answered", 302)]
    assert words in response.content.decode()


def test_an_answer_that_is_taken_back_is_not_kept(client, guide):
    check(client, guide, grade="D", first_home="no")
    said = check(client, guide, grade="D", first_home="").content.decode()
    assert "It depends on what you have not answered" in said
    assert client.session["situation"] == {"grade": "D"}


def test_the_self_test_shares_what_was_told(client, guide, policy):
    tell(client, grade="D")
    assert client.get(f"/en/services/{guide.code}/check/").context["form"]["grade"].value() == "D"
    check(client, guide, grade="C", first_home="yes")
    assert client.session["situation"] == {"region": "530000/530100/530114", "grade": "C", "first_home": True}


def test_a_guide_without_rules_and_one_that_never_was(client, world):
    response = client.get(f"/en/services/{world.item.code}/check/")
    assert "The portal asks for nothing in advance" in response.content.decode()
    GuideVersion.objects.update(state="DRAFT")
    assert client.get(f"/en/services/{world.item.code}/check/").status_code == 404
    assert client.get("/en/services/no-such/check/").status_code == 404


def test_nonsense_in_the_self_test_is_answered_beside_its_field(client, guide):
    response = check(client, guide, grade="Z", first_home="perhaps")
    assert response.redirect_chain == [(f"/en/services/{guide.code}/check/?again", 302)]
    assert set(response.context["form"].errors) == {"grade", "first_home"}
    assert response.context["answer"] is None


# --- benefits found for me --------------------------------------------------------------------------------------------

MINE = "/en/me/benefits/"


@pytest.fixture
def auto(world):
    return make_benefit(
        make_version(), "auto", mode="AUTO", name_en="Found", conditions=leaf("degree", "at_least", "master")
    )


def agree(client, **facts):
    return client.post(f"{MINE}agree/", {"region": "530114", "degree": "doctor", "agree": "on", **facts}, follow=True)


def test_agree_confirm_and_take_back(client, applicant, auto):
    client.force_login(applicant)
    response = client.get(MINE)
    assert list(response.context["form"].fields) == ["region", "degree", "agree"]
    response = agree(client)
    assert "Found" in response.content.decode()
    offer = Offer.objects.get(user=applicant)
    response = client.post(f"{MINE}{offer.pk}/", {"confirm": "1"}, follow=True)
    assert "The office that grants the benefit takes it from here." in response.content.decode()
    assert Offer.objects.get().state == "CONFIRMED"
    response = client.post(f"{MINE}withdraw/", follow=True)
    assert "your answers are deleted" in response.content.decode()
    assert ProactiveConsent.objects.get().facts == {}
    assert response.context["space"].consent is None


def test_confirming_leads_on_to_the_application(client, applicant, world):
    make_benefit(make_version(), mode="AUTO", service_item=world.item)
    client.force_login(applicant)
    agree(client)
    response = client.post(f"{MINE}{Offer.objects.get().pk}/", {"confirm": "1"})
    assert response.url == f"/en/apply/{world.item.code}/"


def test_declining_and_a_stale_button(client, applicant, auto):
    client.force_login(applicant)
    agree(client)
    address = f"{MINE}{Offer.objects.get().pk}/"
    assert "not offered to you again" in client.post(address, follow=True).content.decode()
    assert "no longer open" in client.post(address, {"confirm": "1"}, follow=True).content.decode()
    assert Offer.objects.get().state == "DECLINED"


def test_without_the_tick_nothing_is_kept(client, applicant, auto):
    client.force_login(applicant)
    response = agree(client, agree="")
    assert set(response.context["form"].errors) == {"agree"}
    assert "Tick the box to agree." in response.content.decode()
    assert set(agree(client, region="", degree="x").context["form"].errors) == {"region", "degree"}
    assert not ProactiveConsent.objects.exists()


def test_somebody_elses_offer_is_not_found(client, applicant, stranger, auto):
    client.force_login(applicant)
    agree(client)
    client.force_login(stranger)
    assert client.post(f"{MINE}{Offer.objects.get().pk}/", {"confirm": "1"}).status_code == 404
    assert Offer.objects.get().state == "OPEN"


def test_what_the_matcher_was_told_is_filled_in_but_not_kept_without_consent(client, applicant, auto):
    client.force_login(applicant)
    tell(client, degree="master")
    assert client.get(MINE).context["form"]["degree"].value() == "master"
    assert not ProactiveConsent.objects.exists()
