"""The online pre-check 预审: sent, returned once, sent again, passed; with originals to be shown or without."""

import pytest

from applications import services
from applications.history import TITLES, history
from applications.states import CheckResult, State
from notifications.models import Message, Reminder
from tests import cast
from tests.applications import life
from tests.cast import moment

pytestmark = pytest.mark.django_db

NOW = moment("2026-09-21 10:00")


@pytest.fixture
def plain(world):
    return life.item_with(world, 2, has_precheck=True, precheck_days=1)


@pytest.fixture
def with_originals(world):
    return life.item_with(world, 3, has_precheck=True, originals=("degree", "id"))


def sent(world, applicant, item):
    return life.received(world, applicant, item=item)


def returned(world, applicant, clerk, item, question=""):
    case = sent(world, applicant, item)
    point = ("M06", "与证书一致", question) if question else ("M02", "请重新扫描")
    pk = life.material(case, "degree").pk
    return services.return_precheck(case=case, actor=clerk, now=NOW, points={pk: point}, note="其余齐全")


def test_a_submission_goes_to_the_pre_check_first(world, applicant, plain):
    case = sent(world, applicant, plain)

    assert (case.state, str(case.due_on)) == (State.PRECHECK, "2026-09-20")  # a Sunday that is worked on
    assert len(case.case_no) == 24
    assert life.clocks(case) == {"PRECHECK": "2026-09-20"}
    assert life.verbs(case) == ["submit_precheck"]
    assert life.papers(case) == []  # nothing is received yet
    assert [m.event for m in Message.objects.filter(recipient=applicant)] == ["precheck_submitted"]


def test_the_page_after_it_promises_neither_acceptance_nor_a_receipt(world, applicant, plain, client_of, at):
    case = sent(world, applicant, plain)
    page = client_of(applicant).get(f"/en/me/applications/{case.case_no}/?submitted").content.decode()
    assert "looks at your materials beforehand" in page
    assert "counts as accepted" not in page
    assert "The receipt is being written" not in page


def test_confirmed_twice_nothing_is_written_twice(world, applicant, plain):
    case = sent(world, applicant, plain)
    services.confirm_submission(case=case, now=NOW)
    assert Message.objects.filter(recipient=applicant).count() == 1


def test_promises_are_signed_before_the_pre_check_and_printed_once(world, applicant, clerk, plain):
    now = moment("2026-09-18 10:00")
    case = cast.make_draft(world, applicant, *life.CORE, now=now, item=plain)
    cast.promise(case, applicant, {"works": "2026-09-24", "form": "2026-09-24"}, now)
    case = cast.submit(case, applicant, now, agrees=True, signed_name="陈思远")
    assert life.papers(case) == ["COMMITMENT"]
    case = services.pass_precheck(case=case, actor=clerk, now=NOW)
    assert life.papers(case) == ["COMMITMENT", "RECEIPT"]


def test_returned_it_is_the_once_only_notice(world, applicant, clerk, plain):
    case = returned(world, applicant, clerk, plain)

    assert (case.state, case.correction_sent) == (State.PRECHECK_RETURNED, True)
    assert life.clocks(case) == {"CORRECTION": "2026-10-12"}
    assert life.papers(case) == ["CORRECTION"]
    assert life.material(case, "degree").check_result == CheckResult.DEFECTIVE
    assert Reminder.objects.filter(recipient=applicant, event="correction_reminder").exists()


def test_after_the_pre_check_no_second_notice_is_possible(world, applicant, clerk, plain):
    case = returned(world, applicant, clerk, plain)
    cast.hand_in(case, applicant, "degree", now=NOW)
    case = services.resubmit_precheck(case=case, actor=applicant, now=NOW)
    points = {life.material(case, "works").pk: ("M01", "补一份")}
    said = life.refused(services.return_precheck, case=case, actor=clerk, now=NOW, points=points)
    case = services.pass_precheck(case=case, actor=clerk, now=NOW)
    assert said == life.refused(services.request_correction, case=case, actor=clerk, now=NOW, points=points)
    assert said == ["The once-only notice was sent already; a second one is not allowed."]


def test_sent_again_the_pre_check_starts_anew(world, applicant, clerk, plain):
    case = returned(world, applicant, clerk, plain)
    assert life.refused(services.resubmit_precheck, case=case, actor=applicant, now=NOW) == [
        "“Material degree” is still open."
    ]
    cast.hand_in(case, applicant, "degree", now=NOW)
    point = case.correction.points.get()
    case = services.resubmit_precheck(case=case, actor=applicant, now=NOW, replies={point.pk: "已重新扫描"})

    assert (case.state, life.clocks(case)) == (State.PRECHECK, {"PRECHECK": "2026-09-22"})
    point.refresh_from_db()
    assert point.reply == "已重新扫描"
    assert life.material(case, "degree").check_result == CheckResult.UNCHECKED


def test_only_what_the_notice_names_can_be_changed(world, applicant, clerk, plain):
    case = returned(world, applicant, clerk, plain, question="employer")
    said = life.refused(services.resubmit_precheck, case=case, actor=applicant, now=NOW, answers={"level": "E"})
    assert said == ["Only what the notice names can be changed."]
    with pytest.raises(Exception, match=r"cannot be changed now|现在不能"):
        cast.hand_in(case, applicant, "photo", now=NOW)


def test_a_changed_answer_cures_its_point_and_the_old_one_is_kept(world, applicant, clerk, plain):
    case = returned(world, applicant, clerk, plain, question="employer")
    case = services.resubmit_precheck(case=case, actor=applicant, now=NOW, answers={"employer": "云岭示例科技"})
    assert case.answers["employer"] == "云岭示例科技"
    assert case.events.last().data["changed"] == {"employer": ["示例单位", "云岭示例科技"]}


def test_an_answer_that_the_guide_does_not_take_is_refused(world, applicant, clerk, plain):
    case = returned(world, applicant, clerk, plain, question="level")
    assert life.refused(services.resubmit_precheck, case=case, actor=applicant, now=NOW, answers={"level": "Z"})
    case.refresh_from_db()
    assert case.answers["level"] == "D"


def test_passed_without_originals_the_case_is_received_at_once(world, applicant, clerk, plain):
    case = services.pass_precheck(case=sent(world, applicant, plain), actor=clerk, now=NOW)

    assert (case.state, str(case.due_on)) == (State.RECEIVED, "2026-09-29")
    assert life.clocks(case) == {"ACCEPT": "2026-09-29"}
    assert life.verbs(case) == ["submit_precheck", "pass_precheck", "receive"]
    assert case.events.last().actor is None
    assert life.papers(case) == ["RECEIPT"]


def test_passed_with_originals_the_applicant_is_told_which(world, applicant, clerk, with_originals):
    case = services.pass_precheck(case=sent(world, applicant, with_originals), actor=clerk, now=NOW)

    assert (case.state, life.clocks(case)) == (State.PRECHECK_PASSED, {"CORRECTION": "2026-10-12"})
    assert case.events.last().data["originals"] == ["id", "degree"]
    assert Message.objects.filter(recipient=applicant, event="originals_awaited").exists()
    assert Reminder.objects.filter(recipient=applicant, event="originals_reminder").exists()


def test_received_once_every_original_was_seen(world, applicant, clerk, with_originals):
    case = services.pass_precheck(case=sent(world, applicant, with_originals), actor=clerk, now=NOW)
    degree, card = life.material(case, "degree"), life.material(case, "id")
    said = life.refused(services.receive, case=case, actor=clerk, now=NOW, seen={card.pk})
    assert said == ["The original of “Material degree” has not been seen."]
    case = services.receive(case=case, actor=clerk, now=NOW, seen={card.pk, degree.pk})
    assert (case.state, life.clocks(case)) == (State.RECEIVED, {"ACCEPT": "2026-09-29"})
    assert life.papers(case) == ["RECEIPT"]
    assert not Reminder.objects.filter(event="originals_reminder", cancelled_at=None, sent_at=None).exists()
    told = history(case, list(case.events.all()), list(case.papers.all()), list(case.materials.select_related("spec")))
    with_receipt = [entry.title for entry in told if any(paper.kind == "RECEIPT" for paper in entry.papers)]
    assert with_receipt == [TITLES["receive"]]  # not where the pre-check was asked for


def test_what_was_found_not_in_order_has_to_be_returned(world, applicant, clerk, plain):
    case = sent(world, applicant, plain)
    services.check_material(material=life.material(case, "degree"), actor=clerk, now=NOW, in_order=False, note="模糊")
    assert life.refused(services.pass_precheck, case=case, actor=clerk, now=NOW) == [
        "“Material degree” is not in order."
    ]


@pytest.mark.parametrize(("kind", "verbs"), [("plain", "return_precheck"), ("with_originals", "pass_precheck")])
def test_nobody_comes_the_application_counts_as_withdrawn(world, applicant, clerk, run_due, request, kind, verbs):
    item = request.getfixturevalue(kind)
    if verbs == "return_precheck":
        case = returned(world, applicant, clerk, item)
    else:
        case = services.pass_precheck(case=sent(world, applicant, item), actor=clerk, now=NOW)
    run_due(moment("2026-10-12 23:50"))
    case.refresh_from_db()
    assert case.close_type == ""
    for _twice in range(2):
        run_due(moment("2026-10-13 00:10"))
    case.refresh_from_db()
    assert (case.state, case.close_type) == (State.CLOSED, "DEEMED_WITHDRAWN")
    assert life.papers(case)[-1] == "LAPSE"
    assert life.verbs(case).count("lapse_correction") == 1


@pytest.mark.parametrize("who", ["examiner", "leader", "applicant", "stranger", "other_clerk"])
def test_only_the_window_pre_checks(world, applicant, plain, request, who):
    case = sent(world, applicant, plain)
    actor = request.getfixturevalue(who)
    points = {life.material(case, "degree").pk: ("M02", "请重新扫描")}
    role = ["This step is for another role."]
    assert life.refused(services.pass_precheck, case=case, actor=actor, now=NOW) == role
    assert life.refused(services.return_precheck, case=case, actor=actor, now=NOW, points=points) == role


def test_a_received_case_is_not_pre_checked(world, applicant, clerk):
    case = life.received(world, applicant)
    points = {life.material(case, "degree").pk: ("M02", "请重新扫描")}
    wrong = [
        life.refused(services.pass_precheck, case=case, actor=clerk, now=NOW),
        life.refused(services.return_precheck, case=case, actor=clerk, now=NOW, points=points),
        life.refused(services.resubmit_precheck, case=case, actor=applicant, now=NOW),
        life.refused(services.receive, case=case, actor=clerk, now=NOW, seen=set()),
    ]
    assert wrong == [["The case is in another state now: Received, to be accepted."]] * 4


@pytest.mark.django_db(transaction=True)
def test_two_clerks_pass_and_return_at_once(world, applicant, clerk, plain):
    case = sent(world, applicant, plain)
    colleague = cast.make_staff("second@example.org", "周二", "CLERK", world.county, world.office, [world.window])
    points, seen = {life.material(case, "degree").pk: ("M02", "请重新扫描")}, case.version
    results = life.at_once(
        lambda: services.pass_precheck(case=case, actor=clerk, now=NOW, version=seen),
        lambda: services.return_precheck(case=case, actor=colleague, now=NOW, points=points, version=seen),
    )
    assert results.count("done") == 1
    assert [name for name in ("李雪梅", "周二") if any(name in result for result in results)]
