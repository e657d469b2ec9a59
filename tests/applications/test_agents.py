"""An agent fills in and submits an application for the person who gave the power of attorney."""

import re

import pytest

from applications import services
from applications.models import Case, PowerOfAttorney
from applications.states import State
from applications.wizard import Wizard
from notifications.models import Message
from tests import cast
from tests.applications import life
from tests.applications.test_receipt import attorney

pytestmark = pytest.mark.django_db

NOW = "2026-09-21 10:00"
MYSELF = {"attorney": ""}


@pytest.fixture
def agent(stranger):
    return stranger


@pytest.fixture
def given(applicant, agent, clerk, at):
    at(NOW)
    return attorney(applicant, agent, clerk)


@pytest.fixture
def me(agent, given, client_of):
    return client_of(agent)


@pytest.fixture
def begin(world):
    return f"/en/apply/{world.item.code}/"


def draft_of(me, begin, given) -> Case:
    me.post(begin, {"attorney": given.public_id})
    return Case.objects.get()


def test_only_who_has_a_power_of_attorney_is_asked_for_whom(world, me, begin, applicant, client_of):
    body = me.get(begin).content.decode()
    assert "For whom do you apply?" in body
    assert re.search(r'<input[^>]*name="attorney" value=""[^>]*checked[^>]*>\s*For myself', body)
    assert "For 陈思远, document 990*************15, until Monday 30 November" in body
    assert "For whom do you apply?" not in client_of(applicant).get(begin).content.decode()


def test_for_oneself_stays_the_ordinary_way(me, begin, agent):
    answer = me.post(begin, MYSELF)
    case = Case.objects.get()
    assert (case.applicant, case.agent) == (agent, None)
    assert answer.url == f"{begin}{case.public_id}/identity/"


def test_a_draft_for_the_person_from_the_first_step_to_the_case(world, me, begin, given, applicant, agent, at):
    case = draft_of(me, begin, given)
    assert (case.applicant, case.agent, case.state) == (applicant, agent, State.DRAFT)
    steps = f"{begin}{case.public_id}/"
    body = me.get(f"{steps}identity/").content.decode()
    assert "For whom you apply" in body
    assert "陈思远" in body
    me.post(f"{steps}identity/")
    answers = {f"q-{key}": value for key, value in life.ANSWERS.items()}
    assert me.post(f"{steps}basics/", answers | {"window": world.window.pk}).url == f"{steps}materials/"
    cast.hand_in(case, agent, *life.CORE, now=at(NOW))
    later = {f"reason_{life.material(case, key).pk}": "BY_POST" for key in ("works", "form")}
    later |= {f"day_{life.material(case, key).pk}": "2026-09-24" for key in ("works", "form")}
    assert me.post(f"{steps}materials/", later).url == f"{steps}check/"
    me.post(f"{steps}check/")
    to_sign = me.get(f"{steps}sign/").content.decode()
    assert "You submit for 陈思远" in to_sign
    assert "What I state and hand in for 陈思远 is true and complete." in to_sign  # not "my own"
    signed = {"declares": "on", "agrees": "on"}
    assert (
        "as in your identity document"
        in me.post(f"{steps}sign/", signed | {"signed_name": "陈思远"}, follow=True).content.decode()
    )
    done = me.post(f"{steps}sign/", signed | {"signed_name": "李一"})
    case.refresh_from_db()
    assert done.url == f"/en/me/applications/{case.case_no}/?submitted"
    assert (case.state, case.applicant_name, case.commitment.signed_by) == (State.RECEIVED, "陈思远", agent)
    assert case.events.get().actor == agent
    assert me.get(done.url).status_code == 200
    services.confirm_submission(case=case, now=at(NOW))
    told = Message.objects.values_list("event", "recipient")
    assert set(told) == {("submitted", applicant.pk), ("submitted", agent.pk), ("handed_in_for_you", applicant.pk)}


def test_the_draft_waits_in_the_space_of_the_agent_and_of_the_applicant(me, begin, given, applicant, client_of):
    case = draft_of(me, begin, given)
    page = f"{begin}{case.public_id}/identity/"
    assert page in me.get("/en/me/").content.decode()
    assert "for 陈思远" in me.get("/en/me/").content.decode()
    assert page in client_of(applicant).get("/en/me/").content.decode()


@pytest.mark.parametrize(
    "change", [{"ended_at": cast.moment(NOW)}, {"ends_on": "2026-09-21"}], ids=["ended", "expired"]
)
def test_with_the_authority_everything_ends(me, begin, given, change, agent):
    case = draft_of(me, begin, given)
    PowerOfAttorney.objects.update(**change)
    assert me.get(f"{begin}{case.public_id}/identity/").status_code == 404
    assert str(case.public_id) not in me.get("/en/me/").content.decode()
    said = life.refused(services.submit, case=case, actor=agent, now=cast.moment(NOW), declares=True)
    assert said == ["This draft belongs to somebody else."]
    assert "For whom do you apply?" not in me.get(begin).content.decode()


def test_an_authority_of_somebody_else_or_for_another_item_begins_nothing(
    world, me, begin, given, clerk, applicant, official, client_of
):
    theirs = attorney(applicant, official, clerk)
    answer = me.post(begin, {"attorney": theirs.public_id}, follow=True)
    assert "This power of attorney is not in force today." in answer.content.decode()
    given.items.set([life.item_with(world, 2)])
    me.post(begin, {"attorney": given.public_id})
    assert not Case.objects.filter(applicant=applicant).exists()


def test_a_stranger_does_not_open_the_draft(me, begin, given, official, client_of):
    case = draft_of(me, begin, given)
    assert client_of(official).get(f"{begin}{case.public_id}/identity/").status_code == 404


def test_the_agent_is_not_offered_the_wallet_of_the_applicant(me, begin, given, applicant):
    case = draft_of(me, begin, given)
    assert Wizard(case, given.agent, cast.moment(NOW)).wallet == {}


def test_who_begins_twice_finds_the_same_draft(me, begin, given):
    case = draft_of(me, begin, given)
    assert me.post(begin, {"attorney": given.public_id}).url == begin
    assert "For 陈思远." in me.get(begin).content.decode()
    assert Case.objects.get() == case


@pytest.mark.parametrize("by_agent", [True, False])
def test_the_applicant_is_told_who_handed_in_when_it_was_somebody_else(
    me, begin, given, world, agent, applicant, by_agent
):
    case, now = draft_of(me, begin, given), cast.moment(NOW)
    services.save_answers(case=case, actor=agent, answers=life.ANSWERS, step="materials", now=now)
    services.choose_window(case=case, actor=agent, window=world.window, now=now)
    cast.hand_in(case, agent, *life.ALL, now=now)
    cast.submit(case, agent if by_agent else applicant, now)
    assert Message.objects.filter(event="handed_in_for_you").count() == by_agent
