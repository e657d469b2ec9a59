"""What is asked for after the once-only notice: authorized, counted, never stopping the office's own clock."""

import pytest

from applications import services
from applications.models import FurtherRequest
from applications.states import State
from notifications.models import Message, Reminder
from tests import cast
from tests.applications import life
from tests.cast import moment

pytestmark = pytest.mark.django_db

NOW = moment("2026-09-21 10:00")


@pytest.fixture
def case(world, applicant, clerk):
    return life.examining(world, applicant, clerk)


def ask(case, examiner, **facts):
    points = {life.material(case, "works").pk: ["M03", "请提交近期业绩"]}
    facts = {"points": points, "reason": "单位名称在受理后变更", "days": 5, **facts}
    return services.ask_approval(case=case, verb="ask_more", actor=examiner, now=NOW, **facts)


def asked(case, examiner, leader):
    request = ask(case, examiner)
    return services.answer_approval(request=request, actor=leader, now=NOW, approve=True)


def test_it_is_authorized_counted_and_told_while_the_office_clock_runs_on(case, applicant, examiner, leader):
    before = life.clocks(case)
    case = asked(case, examiner, leader)

    assert (case.state, case.second_requests) == (State.EXAMINING, 1)
    assert life.clocks(case) == before
    request = case.further_requests.get()
    assert (request.asked_by, request.authorized_by, str(request.due_on)) == (examiner, leader, "2026-09-29")
    assert life.papers(case)[-1] == "SECOND_REQUEST"
    content = case.papers.last().content["zh"]
    assert "单位名称在受理后变更" in " ".join(content["paragraphs"])
    assert content["tables"][0]["rows"][0][2] == "请提交近期业绩"
    assert Message.objects.filter(recipient=applicant, event="asked_more").exists()
    assert Reminder.objects.filter(recipient=applicant, subject=f"further:{request.pk}").exists()


def test_supplied_the_material_is_to_be_checked_again_and_who_asked_is_told(case, applicant, examiner, leader):
    case = asked(case, examiner, leader)
    late = moment("2026-09-23 10:00")
    assert life.refused(services.supply_more, case=case, actor=applicant, now=late) == [
        "“Material works” is still open."
    ]
    cast.hand_in(case, applicant, "works", now=late)
    case = services.supply_more(case=case, actor=applicant, now=late)

    assert life.material(case, "works").check_result == "UNCHECKED"
    assert case.further_requests.get().supplied_at == late
    assert Message.objects.filter(recipient=examiner, event="more_supplied").exists()
    assert not Reminder.objects.filter(subject__startswith="further:", cancelled_at=None).exists()
    said = life.refused(services.supply_more, case=case, actor=applicant, now=late)
    assert said == ["Nothing more is asked for at the moment."]


def test_only_what_was_asked_for_is_open_to_change(case, applicant, examiner, leader):
    case = asked(case, examiner, leader)
    with pytest.raises(Exception, match=r"cannot be changed|不能"):
        cast.hand_in(case, applicant, "photo", now=NOW)


def test_a_second_one_waits_for_the_first(case, examiner, leader):
    case = asked(case, examiner, leader)
    said = life.refused(ask, case=case, examiner=examiner)
    assert said == ["What was asked for before has not been supplied yet."]


def test_what_is_wrong_with_a_request_is_told_at_once(case, examiner, leader):
    said = life.refused(ask, case=case, examiner=examiner, points={}, days=0)
    assert said == ["Name at least one material and its defect.", "Between 1 and 30 working days."]


def test_its_guards_are_checked_again_when_it_is_answered(case, examiner, leader):
    request = ask(case, examiner)
    services.conclude(case=case, actor=examiner, now=NOW, proposal="GRANT", opinion="符合条件")
    said = life.refused(services.answer_approval, request=request, actor=leader, now=NOW, approve=True)
    assert said == ["This request is not open any more."]
    assert not FurtherRequest.objects.exists()


@pytest.mark.parametrize("who", ["clerk", "leader", "applicant", "stranger"])
def test_only_an_examiner_asks(case, request, who, leader):
    said = life.refused(ask, case=case, examiner=request.getfixturevalue(who))
    assert said == ["This step is for another role."]


def test_before_acceptance_there_is_only_the_once_only_notice(world, stranger, examiner, leader):
    case = life.received(world, stranger)
    said = life.refused(ask, case=case, examiner=examiner)
    assert said == ["The case is in another state now: Received, to be accepted."]


def test_withdrawing_ends_its_reminders(case, applicant, examiner, leader):
    case = asked(case, examiner, leader)
    services.withdraw(case=case, actor=applicant, now=NOW)
    assert not Reminder.objects.filter(recipient=applicant, cancelled_at=None, sent_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_supplied_twice_at_once(case, applicant, examiner, leader):
    case = asked(case, examiner, leader)
    cast.hand_in(case, applicant, "works", now=NOW)
    supply = lambda: services.supply_more(case=case, actor=applicant, now=NOW)  # noqa: E731
    assert life.at_once(supply, supply).count("done") == 1
    assert life.verbs(case).count("supply_more") == 1
