"""What applicants see and do in the whole life of a case: pre-check, points of a notice, more time, every state."""

import re

import pgtrigger
import pytest

from accounts.models import Role, StaffPost
from applications import case_page, office, services
from applications.models import ApprovalRequest, Case, CorrectionPoint
from applications.states import State
from policies.models import GuideVersion, MaterialSpec
from tests import cast
from tests.applications import samples
from tests.cast import day, moment

pytestmark = pytest.mark.django_db

ALL = ("id", "degree", "works", "form", "photo")
CORE = ("id", "degree", "photo")
NOW = "2026-09-18 10:00"
SPECIAL = {"kind": "EXPERT_REVIEW", "basis": "许可法第45条", "estimated_days": 7}


@pytest.fixture
def me(applicant, at, client_of):
    return client_of(applicant)


@pytest.fixture
def item(world):
    """An item with an online pre-check, whose degree has to be shown in the original."""
    made, _guide = cast.make_item(world.province, world.office, [world.window], serial=2, has_precheck=True)
    with pgtrigger.ignore():
        MaterialSpec.objects.filter(guide__item=made, key="degree").update(original_at_window=True)
    return made


@pytest.fixture
def received(world, applicant, at):
    return cast.submit(cast.make_draft(world, applicant, *ALL, now=moment(NOW)), applicant, moment(NOW))


@pytest.fixture
def examining(world, received, clerk):
    with pgtrigger.ignore():
        GuideVersion.objects.filter(pk=world.guide.pk).update(special_kinds=["EXPERT_REVIEW"])
    cast.check_all(received, clerk, moment(NOW))
    return services.accept(case=received, actor=clerk, now=moment(NOW))


@pytest.fixture
def deferred(world, applicant, clerk, at):
    case = cast.make_draft(world, applicant, *CORE, now=moment(NOW))
    cast.promise(case, applicant, {"works": "2026-09-23", "form": "2026-09-24"}, moment(NOW))
    case = cast.submit(case, applicant, moment(NOW), agrees=True, signed_name="陈思远")
    cast.check_all(case, clerk, moment(NOW))
    return services.accept_with_deferral(case=case, actor=clerk, now=moment(NOW))


@pytest.fixture
def head(world):
    user = cast.make_staff("head@example.org", "何主任", Role.CLERK, world.county, world.office, [world.window])
    StaffPost.objects.filter(user=user).update(is_head=True)
    return user


def url(case, more=""):
    return f"/en/me/applications/{case.case_no}/{more}"


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def material(case, key):
    return case.materials.get(spec__key=key)


# --- pre-check --------------------------------------------------------------------------------------------------------


@pytest.fixture
def prechecked(world, applicant, item, at):
    draft = cast.make_draft(world, applicant, *ALL, now=moment(NOW), item=item)
    return cast.submit(draft, applicant, moment(NOW))


def test_the_last_step_says_that_it_goes_to_pre_check_and_sends_it_there(world, applicant, item, me):
    draft = cast.make_draft(world, applicant, *ALL, now=moment(NOW), item=item)
    services.save_answers(case=draft, actor=applicant, answers={}, step="sign", now=moment(NOW))
    page = f"/en/apply/{item.code}/{draft.public_id}/sign/"
    said = text(me.get(page))
    assert "within 1 working day, by Sunday 20 September 2026" in said
    assert "Send for pre-check" in said
    answer = text(me.post(page, {"declares": "on"}, follow=True))
    assert Case.objects.get(pk=draft.pk).state == State.PRECHECK
    assert "The window looks at your application online" in answer


def test_a_returned_pre_check_opens_only_what_it_names_and_goes_again(prechecked, clerk, me, at):
    at("2026-09-18 11:00")
    points = {material(prechecked, "works").pk: ("M02", "重新扫描")}
    services.return_precheck(case=prechecked, actor=clerk, now=moment("2026-09-18 11:00"), points=points)
    said = text(me.get(url(prechecked)))
    assert "Please change it and send it again" in said
    assert "For you to do: Put 1 thing right" in said
    page = text(me.get(url(prechecked, "supplement/")))
    assert "1. Material works open: new file" in page
    assert "Material degree" not in page
    refused = me.post(url(prechecked, f"supplement/{material(prechecked, 'degree').pk}/"), {"file": samples.pdf()})
    assert "This material cannot be changed now." in text(me.get(refused.url))
    assert "is still open" in text(me.post(url(prechecked, "supplement/"), follow=True))
    at("2026-09-18 12:00")
    me.post(url(prechecked, f"supplement/{material(prechecked, 'works').pk}/"), {"file": samples.pdf()})
    assert "answered" in text(me.get(url(prechecked, "supplement/")))
    me.post(url(prechecked, "supplement/"))
    assert Case.objects.get(pk=prechecked.pk).state == State.PRECHECK


def test_a_passed_pre_check_says_which_originals_to_bring_where_and_until_when(prechecked, clerk, me):
    cast.check_all(prechecked, clerk, moment(NOW))
    services.pass_precheck(case=prechecked, actor=clerk, now=moment(NOW))
    said = text(me.get(url(prechecked)))
    assert "For you to do: Bring 1 original to the window" in said
    assert "Material degree the original" in said
    assert "1 Sample Road" in said
    assert "Your time to bring the originals" in said
    home = text(me.get("/en/me/"))
    assert "bring the originals" in home


# --- the points of a notice -------------------------------------------------------------------------------------------


@pytest.fixture
def corrected(received, clerk, at):
    at("2026-09-18 11:00")
    points = {
        material(received, "degree").pk: ("M02", "四角完整"),
        material(received, "form").pk: ("M06", "单位名称与合同一致", "employer"),
    }
    return services.request_correction(case=received, actor=clerk, now=moment("2026-09-18 11:00"), points=points)


def test_each_point_is_answered_by_its_file_or_its_answer_with_a_word_beside(corrected, me, at):
    page = text(me.get(url(corrected, "supplement/")))
    assert "1. Material degree open: new file" in page
    assert "2. Material form open: new file or changed answer" in page
    assert "You stated: 示例单位" in page
    at("2026-09-18 12:00")
    me.post(url(corrected, f"supplement/{material(corrected, 'degree').pk}/"), {"file": samples.pdf()})
    point = CorrectionPoint.objects.get(material__spec__key="form")
    answers = {"q-employer": "正确单位", f"reply-{point.pk}": "已更正", "q-level": "E"}
    me.post(url(corrected, "supplement/"), answers)
    case = Case.objects.get(pk=corrected.pk)
    assert (case.state, case.answers) == (State.RECEIVED, {"level": "D", "employer": "正确单位"})
    assert CorrectionPoint.objects.get(pk=point.pk).reply == "已更正"


def test_the_summary_of_a_refused_answer_leads_to_each_point(corrected, me, at):
    at("2026-09-18 12:00")
    degree, form = material(corrected, "degree").pk, material(corrected, "form").pk
    page = me.post(url(corrected, "supplement/"), {"q-employer": ""}, follow=True).content.decode()
    summary = page[page.index('class="error-summary"') :].split("</ul>")[0]
    assert 'href="#id_q-employer"' in summary
    assert 'id="id_q-employer"' in page
    page = me.post(url(corrected, "supplement/"), {"q-employer": "示例单位"}, follow=True).content.decode()
    summary = page[page.index('class="error-summary"') :].split("</ul>")[0]
    for pk in (degree, form):
        assert f'href="#material-{pk}"' in summary
        assert f'id="material-{pk}"' in page
    assert page.count('class="error-summary"') == 1


def test_what_was_typed_beside_the_points_survives_an_upload_and_a_refusal(corrected, me, at):
    at("2026-09-18 12:00")
    point = CorrectionPoint.objects.get(material__spec__key="form")
    typed = {"q-employer": "新单位", f"reply-{point.pk}": "见附件"}
    address = url(corrected, f"supplement/{material(corrected, 'form').pk}/")
    page = me.post(address, {"file": samples.pdf(), **typed}, follow=True).content.decode()
    assert "新单位" in page
    assert "见附件" in page
    refused = me.post(url(corrected, "supplement/"), typed, follow=True).content.decode()
    assert "Material degree” is still open" in refused
    assert "见附件" in refused
    assert Case.objects.get(pk=corrected.pk).answers["employer"] == "示例单位"


def test_a_further_request_is_answered_in_the_same_way(examining, examiner, leader, me, at):
    asked = services.ask_approval(
        case=examining,
        verb="ask_more",
        actor=examiner,
        now=moment(NOW),
        reason="法规在受理后修改",
        points={str(material(examining, "works").pk): ["M03", "提交新版本"]},
        days=5,
    )
    services.answer_approval(request=asked, actor=leader, now=moment("2026-09-18 11:00"), approve=True)
    at("2026-09-18 12:00")
    said = text(me.get(url(examining)))
    assert "For you to do: Answer 1 further question" in said
    assert "法规在受理后修改" in said
    me.post(url(examining, f"supplement/{material(examining, 'works').pk}/"), {"file": samples.pdf()})
    answer = text(me.post(url(examining, "supplement/"), follow=True))
    assert "You answered the further request" in answer
    assert "For you to do" not in answer


# --- more time --------------------------------------------------------------------------------------------------------


def test_more_time_is_asked_for_once_and_shows_how_it_was_answered(deferred, head, me, at):
    assert "Ask for more time" in text(me.get(url(deferred)))
    missing = me.post(url(deferred, "more-time/"), {"days": ""}, follow=True)
    assert "Say how many working days more you need." in text(missing)
    for days in ("0", "999", "9" * 30):  # the limit told is that of the case
        too_many = me.post(url(deferred, "more-time/"), {"days": days, "reason": "邮寄途中"}, follow=True)
        assert re.search(r"Between 1 and \d working days\.", text(too_many)), days
    said = text(me.post(url(deferred, "more-time/"), {"days": "2", "reason": "邮寄途中"}, follow=True))
    assert "the answer is awaited. Look at it or take it back" in said
    assert "Back to the case" in text(me.get(url(deferred, "more-time/")))
    taken_back = me.post(url(deferred, "more-time/"), {"take_back": "1"}, follow=True)
    assert "Your request is taken back." in text(taken_back)
    assert "the answer is awaited" not in text(taken_back)
    assert "You took your request for more time back" in text(me.get(url(deferred)))
    me.post(url(deferred, "more-time/"), {"days": "1", "reason": "邮寄途中"})
    assert ApprovalRequest.objects.filter(state="OPEN").count() == 1
    services.answer_approval(
        request=ApprovalRequest.objects.get(state="OPEN"), actor=head, now=moment("2026-09-18 11:00"), approve=True
    )
    at("2026-09-18 12:00")
    said = text(me.get(url(deferred)))
    assert "1 working day more was given." in said
    assert "You have more time to supply" in said
    assert "Ask for more time" not in said


def test_a_declined_request_says_why(deferred, head, me, at):
    services.ask_approval(
        case=deferred, verb="extend_deferral", actor=deferred.applicant, now=moment(NOW), reason="晚了", days=2
    )
    services.answer_approval(
        request=ApprovalRequest.objects.get(), actor=head, now=moment(NOW), approve=False, words="时间足够"
    )
    said = text(me.get(url(deferred)))
    assert "More time was declined: 时间足够" in said
    assert "More time to supply was declined" in said


def test_more_than_the_rules_allow_is_refused_with_the_reason(deferred, head, me):
    said = text(me.post(url(deferred, "more-time/"), {"days": "50", "reason": "慢"}, follow=True))
    assert "Something needs to be put right" in said
    assert not ApprovalRequest.objects.exists()


def test_where_nothing_is_promised_there_is_no_more_time(received, me):
    assert me.get(url(received, "more-time/")).status_code == 302


# --- every state ------------------------------------------------------------------------------------------------------


def test_a_special_procedure_shows_its_estimate_and_a_clock_that_stands(examining, examiner, me, at):
    at("2026-09-28 10:00")
    services.start_special(case=examining, actor=examiner, now=moment("2026-09-28 10:00"), **SPECIAL)
    at("2026-10-09 10:00")
    said = text(me.get(url(examining)))
    assert "takes about 7 working days, until 13 October 2026" in said
    assert "It stands still while the special procedure lasts" in said
    assert "By law at the latest" in said


@pytest.mark.parametrize("on", ["2026-09-21", "2026-09-28", "2026-10-09", "2026-10-12"])
def test_the_ruler_of_the_applicant_shows_the_numbers_of_the_clerks(examining, examiner, on):
    services.start_special(case=examining, actor=examiner, now=moment("2026-09-28 10:00"), **SPECIAL)
    case = Case.objects.prefetch_related("clocks").get(pk=examining.pk)
    faces = office.faces(case, day(on))
    mine = {view.kind: (view.total, view.left, view.paused) for view in case_page.clock_views(case, day(on))}
    theirs = {kind: (face.total, face.left, face.paused) for kind, face in faces.items() if kind in mine}
    assert mine == theirs
    assert set(mine) == {"PROMISED", "SPECIAL"}


def test_a_stopped_clock_loses_no_day_and_goes_on_where_it_stood(examining, examiner):
    before = {v.kind: v for v in views(examining, "2026-09-24")}["PROMISED"]
    services.start_special(case=examining, actor=examiner, now=moment("2026-09-28 10:00"), **SPECIAL)
    stands = {v.kind: v for v in views(examining, "2026-10-09")}["PROMISED"]
    assert (stands.left, stands.paused, stands.total) == (before.left, 5, before.total + 5)
    services.end_special(case=examining, actor=examiner, now=moment("2026-10-12 16:00"), result="通过")
    after = {v.kind: v for v in views(examining, "2026-10-12")}["PROMISED"]
    assert (after.left, after.paused, after.total) == (before.left, 7, before.total + 7)
    assert {(view.day, view.limit) for view in (before, stands, after)} == {(before.day, before.limit)}


def views(case, on):
    return case_page.clock_views(Case.objects.prefetch_related("clocks").get(pk=case.pk), day(on))


def test_an_extended_period_says_so(examining, examiner, leader, me, at):
    asked = services.ask_approval(
        case=examining, verb="extend", actor=examiner, now=moment(NOW), reason="情况复杂", days=5
    )
    services.answer_approval(request=asked, actor=leader, now=moment(NOW), approve=True)
    said = text(me.get(url(examining)))
    assert "The office’s period was extended" in said
    assert "情况复杂" in said
    assert "extended" in said


def test_a_terminated_case_says_why_and_how_to_object(examining, leader, me):
    services.terminate(case=examining, actor=leader, now=moment(NOW), reason="T03", explanation="事项已取消")
    said = text(me.get(url(examining)))
    assert "Closed: Terminated" in said
    assert "item abolished" in said
    assert "事项已取消" in said
    assert "within 60 days" in said


def test_a_transferred_case_leads_to_the_new_one_and_back(examining, leader, world, me):
    new = services.transfer(
        case=examining, actor=leader, now=moment(NOW), window=world.other_window, reason="应由五华区办理"
    )
    assert f"It goes on as case {new.case_no}." in text(me.get(url(examining)))
    assert f"It came from case {examining.case_no}" in text(me.get(url(new)))


@pytest.fixture
def granted(examining, examiner, leader, applicant):
    services.conclude(case=examining, actor=examiner, now=moment(NOW), proposal="GRANT", opinion="可")
    services.grant(case=examining, actor=leader, now=moment(NOW))
    services.mark_issued(case=examining, now=moment(NOW), certificate_no="1")
    return services.deliver(case=examining, actor=applicant, now=moment(NOW))


def test_an_archived_case_still_says_how_it_ended(granted, me, at):
    Case.objects.filter(pk=granted.pk).update(state=State.ARCHIVED)
    said = text(me.get(url(granted)))
    assert "Granted and delivered" in said
    assert "Granted" in text(me.get("/en/me/applications/?show=finished"))


def test_a_revoked_right_says_so_with_ground_and_remedies(granted, leader, me):
    services.revoke(
        case=granted, actor=leader, now=moment(NOW), reason="V05", reason_text="学位证书系伪造", hearing="未提出异议"
    )
    said = text(me.get(url(granted)))
    assert "Revoked: what was granted no longer holds" in said
    assert "fraud or bribery" in said
    assert "学位证书系伪造" in said
    assert "Granted and delivered" not in said


@pytest.mark.parametrize("state", ["PRECHECK", "PRECHECK_RETURNED", "PRECHECK_PASSED"])
def test_a_pre_checked_application_can_be_withdrawn(prechecked, clerk, me, state):
    if state == "PRECHECK_RETURNED":
        points = {material(prechecked, "works").pk: ("M02", "重新扫描")}
        services.return_precheck(case=prechecked, actor=clerk, now=moment(NOW), points=points)
    elif state == "PRECHECK_PASSED":
        cast.check_all(prechecked, clerk, moment(NOW))
        services.pass_precheck(case=prechecked, actor=clerk, now=moment(NOW))
    assert Case.objects.get(pk=prechecked.pk).state == state
    assert "Withdraw" in text(me.get(url(prechecked)))
    me.post(url(prechecked, "withdraw/"), {"reason": ""})
    case = Case.objects.get(pk=prechecked.pk)
    assert (case.state, case.close_type) == ("CLOSED", "WITHDRAWN")


def test_a_case_in_a_special_procedure_can_be_withdrawn(examining, examiner, me):
    services.start_special(case=examining, actor=examiner, now=moment(NOW), **SPECIAL)
    me.post(url(examining, "withdraw/"), {"reason": "不办了"})
    assert Case.objects.get(pk=examining.pk).close_type == "WITHDRAWN"


# --- objecting --------------------------------------------------------------------------------------------------------


def counted(guide):
    """Let the guide count its remedies: 60 days for one, 6 months for the other."""
    words = {"body": {"zh": "法院", "en": "Court"}, "within": {"zh": "期限内", "en": "in time"}}
    remedies = [{"kind": "reconsideration", "days": 60, **words}, {"kind": "litigation", "months": 6, **words}]
    with pgtrigger.ignore():
        GuideVersion.objects.filter(pk=guide.pk).update(remedies=remedies)


def test_the_last_days_to_object_are_counted_from_the_guide_and_move_off_holidays(world, received, clerk, me):
    counted(world.guide)
    services.reject_acceptance(
        case=received, actor=clerk, now=moment("2026-08-03 10:00"), reason="N01", explanation="非本机关事项"
    )
    found = case_page.remedies_of(Case.objects.get(pk=received.pk), day("2026-09-18"))
    assert [remedy.last_on for remedy in found] == [day("2026-10-08"), day("2027-02-03")]  # 2 October is a holiday
    said = text(me.get(url(received, "remedies/")))
    assert "at the latest 8 October 2026" in said
    assert "Administrative litigation" in said


def test_a_way_that_is_over_says_since_when(world, received, clerk, me, at):
    counted(world.guide)
    services.reject_acceptance(case=received, actor=clerk, now=moment(NOW), reason="N01", explanation="非本机关事项")
    at("2026-11-18 10:00")
    assert "which ended on 17 November 2026" in text(me.get(url(received, "remedies/")))


def test_without_a_decision_the_page_says_where_to_complain(received, me):
    said = text(me.get(url(received, "remedies/")))
    assert "There is no decision yet that you could object to." in said
    assert "About how you were treated" in said
