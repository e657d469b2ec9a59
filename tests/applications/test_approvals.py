"""Requests for approval 请示: asked with a reason, answered once by another person, the verb done at once."""

import pytest

from accounts.models import Role
from applications import queries, services
from applications.models import ApprovalRequest
from applications.states import RequestState, State, Who
from notifications.models import Message
from tests import cast
from tests.applications import life
from tests.cast import moment

pytestmark = pytest.mark.django_db

NOW = moment("2026-09-22 10:00")


def ask(case, clerk, **facts):
    facts = {"verb": "reject_uncorrected", "reason": "材料仍不清晰", **facts}
    return services.ask_approval(case=case, actor=clerk, now=NOW, **facts)


@pytest.fixture
def case(world, applicant, clerk):
    return life.corrected(world, applicant, clerk)


def test_approved_the_verb_is_done_at_once_in_the_name_of_who_asked(case, clerk, leader):
    request = ask(case, clerk, explanation="第二次提交的材料仍无法辨认。")
    case = services.answer_approval(request=request, actor=leader, now=NOW, approve=True, words="同意")
    assert list(Message.objects.filter(recipient=clerk).values_list("event", flat=True)) == ["request_approved"]

    assert (case.state, case.close_type) == (State.CLOSED, "NOT_ACCEPTED")
    event = case.events.last()
    assert (event.verb, event.actor, event.data["approved_by"]) == ("reject_uncorrected", clerk, leader.pk)
    request.refresh_from_db()
    assert (request.state, request.answered_by, request.answer) == (RequestState.APPROVED, leader, "同意")


def test_who_may_answer_is_told(case, clerk, leader):
    ask(case, clerk)
    assert list(Message.objects.filter(recipient=leader).values_list("event", flat=True)) == ["approval_asked"]
    assert not Message.objects.filter(recipient=clerk, event="approval_asked").exists()


def test_declined_the_case_stays_and_who_asked_is_told_why(case, clerk, leader):
    request = ask(case, clerk)
    case = services.answer_approval(request=request, actor=leader, now=NOW, approve=False, words="再给一次机会")

    assert case.state == State.RECEIVED
    assert life.verbs(case)[-2:] == ["request_approval", "decline_request"]
    assert case.events.last().opinion == "再给一次机会"
    assert Message.objects.get(recipient=clerk, event="request_declined")
    assert ask(case, clerk).state == RequestState.OPEN  # it may be asked for again


def test_the_open_desk_of_who_asked_does_not_stop_the_answer(case, clerk, leader, world):
    request = ask(case, clerk)
    services.claim(case=case, actor=clerk, now=NOW)
    case = services.answer_approval(request=request, actor=leader, now=NOW, approve=True)
    assert (case.state, case.claimed_by) == (State.CLOSED, None)


def test_declining_needs_words(case, clerk, leader):
    request = ask(case, clerk)
    said = life.refused(services.answer_approval, request=request, actor=leader, now=NOW, approve=False)
    assert said == ["Say why it is declined."]


def test_asking_needs_a_reason_and_nothing_against_the_verb(world, applicant, clerk, leader):
    case = life.received(world, applicant)
    said = life.refused(services.ask_approval, case=case, verb="reject_uncorrected", actor=clerk, now=NOW, reason=" ")
    assert said == ["Give the reason.", "The applicant has had no chance to correct yet."]


def test_asked_twice_the_second_is_refused(case, clerk, leader):
    ask(case, clerk)
    said = life.refused(ask, case=case, clerk=clerk)
    assert said == ["This was asked for already; the answer is awaited."]
    assert ApprovalRequest.objects.count() == 1


def test_answered_twice_the_second_is_refused(case, clerk, leader):
    request = ask(case, clerk)
    services.answer_approval(request=request, actor=leader, now=NOW, approve=False, words="不同意")
    said = life.refused(services.answer_approval, request=request, actor=leader, now=NOW, approve=True)
    assert said == ["This request is not open any more."]


@pytest.mark.parametrize("who", ["clerk", "examiner", "applicant", "stranger", "administrator"])
def test_only_the_approver_answers(case, clerk, leader, request, who):
    asked = ask(case, clerk)
    actor = request.getfixturevalue(who)
    said = life.refused(services.answer_approval, request=asked, actor=actor, now=NOW, approve=True)
    assert said == ["This step is for another role."]


def test_a_verb_without_approver_is_not_asked_for(case, clerk, leader):
    said = life.refused(services.ask_approval, case=case, verb="accept", actor=clerk, now=NOW, reason="快")
    assert said == ["This step needs no approval."]


def test_nobody_to_approve_is_told_when_it_is_asked(case, clerk):
    said = life.refused(ask, case=case, clerk=clerk)
    assert said == ["Nobody else holds a post that could approve this."]


def test_a_leader_who_looks_at_the_case_may_answer_it(case, clerk, leader):
    """The lease of who answers does not stand in the way of the verb of who asked."""
    request = ask(case, clerk)
    services.claim(case=case, actor=leader, now=NOW)
    case = services.answer_approval(request=request, actor=leader, now=NOW, approve=True)
    assert case.state == State.CLOSED


def test_while_a_colleague_works_on_the_case_the_answer_waits(case, clerk, examiner, leader):
    request = ask(case, clerk)
    services.claim(case=case, actor=examiner, now=NOW)
    said = life.refused(services.answer_approval, request=request, actor=leader, now=NOW, approve=True)
    assert len(said) == 1
    assert "赵审 is working on this case" in said[0]


def test_a_request_is_dropped_when_the_case_moves_on(case, applicant, clerk, leader):
    request = ask(case, clerk)
    services.withdraw(case=case, actor=applicant, now=NOW)
    request.refresh_from_db()
    assert request.state == RequestState.DROPPED
    said = life.refused(services.answer_approval, request=request, actor=leader, now=NOW, approve=True)
    assert said == ["This request is not open any more."]


def test_an_old_page_is_told(case, clerk, leader):
    request = ask(case, clerk)
    old = case.version
    said = life.refused(services.answer_approval, request=request, actor=leader, now=NOW, approve=True, version=old)
    assert len(said) == 1
    assert "李雪梅" in said[0]


def test_a_head_counts_only_at_her_window(world, case):
    head, today = life.make_head(world), NOW.date()
    assert queries.roles_on(case, head, today) == {Who.CLERK, Who.HEAD}
    assert queries.heads_of(case, today) == [head]
    case.region, case.window = world.other_county, world.other_window
    assert queries.roles_on(case, head, today) == set()


def test_without_a_head_the_leader_counts_as_one(world, case, leader):
    assert Who.HEAD in queries.roles_on(case, leader, NOW.date())
    life.make_head(world)
    assert Who.HEAD not in queries.roles_on(case, leader, NOW.date())


@pytest.mark.django_db(transaction=True)
def test_two_leaders_answer_at_once(case, clerk, leader, world):
    second = cast.make_staff("leader2@example.org", "孙批", Role.LEADER, world.province, world.office)
    request = ask(case, clerk)
    results = life.at_once(
        lambda: services.answer_approval(request=request, actor=leader, now=NOW, approve=True),
        lambda: services.answer_approval(request=request, actor=second, now=NOW, approve=True),
    )
    assert results.count("done") == 1
    assert life.verbs(case).count("reject_uncorrected") == 1


# --- taken back -------------------------------------------------------------------------------------------------------


def take_back(request, actor, **facts):
    return services.take_back_request(request=request, actor=actor, now=NOW, **facts)


def test_who_asked_takes_it_back_and_may_ask_again(case, clerk, leader):
    request = ask(case, clerk)
    case = take_back(request, clerk)
    request.refresh_from_db()
    assert (request.state, request.answered_by, case.state) == (RequestState.DROPPED, None, State.RECEIVED)
    assert life.verbs(case)[-2:] == ["request_approval", "take_back_request"]
    assert Message.objects.filter(event="request_taken_back").get().recipient == leader
    assert ask(case, clerk).state == RequestState.OPEN


def test_what_was_taken_back_cannot_be_approved_nor_taken_back_again(case, clerk, leader):
    request = ask(case, clerk)
    take_back(request, clerk)
    facts = {"request": request, "now": NOW}
    assert life.refused(services.answer_approval, actor=leader, approve=True, **facts) == [
        "This request is not open any more."
    ]
    assert life.refused(services.take_back_request, actor=clerk, **facts) == ["This request is not open any more."]
    case.refresh_from_db()
    assert case.state == State.RECEIVED


def test_an_answered_request_is_not_taken_back(case, clerk, leader):
    request = ask(case, clerk)
    services.answer_approval(request=request, actor=leader, now=NOW, approve=False, words="再给一次机会")
    assert life.refused(take_back, request=request, actor=clerk) == ["This request is not open any more."]


@pytest.mark.parametrize("who", ["leader", "examiner", "applicant", "stranger"])
def test_only_who_asked_takes_it_back(case, clerk, leader, request, who):
    asked = ask(case, clerk)
    said = life.refused(take_back, request=asked, actor=request.getfixturevalue(who))
    assert said == ["Only who asked may take it back."]
    asked.refresh_from_db()
    assert asked.state == RequestState.OPEN


def test_taken_back_at_the_desk_by_who_asked_alone(case, clerk, leader, client_of):
    asked = ask(case, clerk)
    case.refresh_from_db()
    page = f"/admin/applications/case/{case.pk}/"
    sent = {"version": case.version, "request": asked.pk}
    assert "act/take_back_request/" in client_of(clerk).get(f"{page}change/").content.decode()
    assert "act/take_back_request/" not in client_of(leader).get(f"{page}change/").content.decode()
    client_of(leader).post(f"{page}act/take_back_request/", sent)
    asked.refresh_from_db()
    assert asked.state == RequestState.OPEN
    client_of(clerk).post(f"{page}act/take_back_request/", sent)
    asked.refresh_from_db()
    assert asked.state == RequestState.DROPPED
