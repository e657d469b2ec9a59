"""Buttons of the desk posted through the admin: good input, bad input, and everybody whose step it is not."""

from dataclasses import dataclass

import pytest

from accounts import services as accounts
from accounts.models import Unit
from applications import services
from applications.models import ApprovalRequest, Case
from applications.states import State
from talentportal.lib import idcard
from tests import cast
from tests.applications import life
from tests.applications.test_desk import post, text
from tests.cast import moment

pytestmark = pytest.mark.django_db

MORNING, LATER = "2026-09-18 10:00", "2026-10-12 10:00"
OWNER = idcard.full("990101870312003")
OTHERS = ("clerk", "examiner", "leader", "certificate_clerk")


@dataclass
class Office:
    """The world with those who act in it."""

    world: object
    applicant: object
    clerk: object
    examiner: object
    leader: object
    administrator: object


@pytest.fixture
def office(world, applicant, clerk, examiner, leader, administrator, certificate_clerk, other_clerk):
    return Office(world, applicant, clerk, examiner, leader, administrator)


# --- how a case comes where a button is ------------------------------------------------------------------------------


def pledged(office) -> Case:
    item = life.item_with(office.world, deferral_allowed=False, notify_commit=True)
    draft = cast.make_draft(office.world, office.applicant, *life.ALL, now=moment(MORNING), item=item)
    case = cast.submit(draft, office.applicant, moment(MORNING), pledges=True, pledge_name="陈思远")
    cast.check_all(case, office.clerk, moment(MORNING))
    return case


def _delivered(case) -> Case:
    case = services.mark_issued(case=case, now=moment(MORNING), certificate_no="5301202620001000000")
    return services.deliver(case=case, actor=case.applicant, now=moment(MORNING))


def granted_on_commitment(office) -> Case:
    case = services.grant_on_commitment(case=pledged(office), actor=office.leader, now=moment(MORNING))
    return _delivered(case)


def found_broken(office) -> Case:
    case = granted_on_commitment(office)
    return services.check_commitment(
        case=case, actor=office.examiner, now=moment(MORNING), is_kept=False, findings="没有签订劳动合同"
    )


def granted(office) -> Case:
    case = examining(office)
    case = services.conclude(
        case=case, actor=office.examiner, now=moment(MORNING), proposal="GRANT", opinion="符合条件"
    )
    return _delivered(services.grant(case=case, actor=office.leader, now=moment(MORNING)))


def examining(office) -> Case:
    return life.examining(office.world, office.applicant, office.clerk)


def corrected(office) -> Case:
    return life.corrected(office.world, office.applicant, office.clerk)


def special(office) -> Case:
    item = life.item_with(office.world, special_kinds=["HEARING"])
    case = life.examining(office.world, office.applicant, office.clerk, item=item)
    facts = {"kind": "HEARING", "basis": "示例办法第8条", "estimated_days": 5}
    return services.start_special(case=case, actor=office.examiner, now=moment(MORNING), **facts)


def broken(office) -> Case:
    now = moment(MORNING)
    case = cast.make_draft(office.world, office.applicant, *life.CORE, now=now)
    cast.promise(case, office.applicant, {"works": "2026-09-24", "form": "2026-09-24"}, now)
    case = cast.submit(case, office.applicant, now, agrees=True, signed_name="陈思远")
    cast.check_all(case, office.clerk, now)
    services.accept_with_deferral(case=case, actor=office.clerk, now=now)
    return services.lapse_deferral(case=case, now=moment("2026-09-26 00:10"))


def merged(office) -> Case:
    """A case of a unit that was merged into another one while it was open."""
    world, now = office.world, moment(MORNING)
    old = cast.make_unit(world.county, cast.make_person("owner@example.org", "周业主", OWNER), now)
    places = {"region": world.county, "work_region": world.county}
    new = Unit.objects.create(name="滇池新设科技有限公司", uscc="91990100MA0000002E", status="VERIFIED", **places)
    case = services.start(item=world.item, actor=office.applicant, now=now, unit=old)
    services.save_answers(case=case, actor=office.applicant, answers=life.ANSWERS, step="materials", now=now)
    services.choose_window(case=case, actor=office.applicant, window=world.window, now=now)
    cast.hand_in(case, office.applicant, *life.ALL, now=now)
    case = services.submit(case=case, actor=office.applicant, now=now, declares=True)
    facts = {"share": 100, "starts_on": now.date(), "basis": "合并协议 2026-9", "now": now}
    accounts.record_succession(old=old, new=new, actor=office.administrator, **facts)
    return case


# --- the table --------------------------------------------------------------------------------------------------------


def _more(case) -> dict:
    pk = life.material(case, "works").pk
    return {f"reason_{pk}": "M03", f"cure_{pk}": "请提交近期业绩", "reason": "法规修订", "days": "5"}


def _points_without_cure(case) -> dict:
    return _more(case) | {f"cure_{life.material(case, 'works').pk}": " "}


def _successor(_case) -> dict:
    return {"unit": Unit.objects.get(uscc="91990100MA0000002E").pk, "document_no": "滇新〔2026〕8号"}


def _no_successor(case) -> dict:
    return _successor(case) | {"unit": case.unit_id}


def _asked(case) -> bool:
    return ApprovalRequest.objects.filter(case=case, state="OPEN").exists()


def _taken_on(case) -> bool:
    return case.unit.uscc == "91990100MA0000002E"


def _estimated_anew(case) -> bool:
    return case.specials.get().estimated_days != 5


# verb: (road, whose step, good input, bad input, what is said of it, state afterwards, what else is true afterwards)
BUTTONS = {
    "grant_on_commitment": (
        pledged,
        "leader",
        {"sure": "on"},
        {},
        "Read what will happen, then confirm.",
        State.GRANTED,
        lambda case: case.decision.decided_by,
    ),
    "check_commitment": (
        granted_on_commitment,
        "examiner",
        {"is_kept": "no", "findings": "没有签订劳动合同"},
        {"is_kept": "no", "findings": " "},
        "What you found",
        State.CLOSED,
        lambda case: case.commitment_check.is_kept is False,
    ),
    "order_rectification": (
        found_broken,
        "examiner",
        {"findings": "补签劳动合同", "days": "10"},
        {"findings": "补签劳动合同", "days": "99"},
        "Between 1 and 15 working days.",
        State.CLOSED,
        lambda case: life.clocks(case).get("RECTIFY"),
    ),
    "take_on": (merged, "clerk", _successor, _no_successor, "Successor of the unit", State.RECEIVED, _taken_on),
    "excuse_breach": (
        broken,
        "leader",
        {"reason": "地震中断邮路"},
        {"reason": " "},
        "Why the breach is excused",
        State.CLOSED,
        lambda case: case.breach.is_excused,
    ),
    "ask_more": (examining, "examiner", _more, _points_without_cure, "Say how to cure", State.EXAMINING, _asked),
    "reject_uncorrected": (
        corrected,
        "clerk",
        {"reason": "扫描件仍不清晰，示例办法第8条"},
        {"reason": ""},
        "What is still not in order",
        State.RECEIVED,
        _asked,
    ),
    "estimate_special": (
        special,
        "examiner",
        {"estimated_days": "9", "reason": "专家未到齐"},
        {"estimated_days": "0", "reason": "专家未到齐"},
        "Working days expected from today",
        State.SPECIAL,
        _estimated_anew,
    ),
    "deregister": (
        granted,
        "leader",
        {"reason": "D06", "reason_text": "本人放弃"},
        {"reason": "V05", "reason_text": "本人放弃"},
        "Ground",
        State.CLOSED,
        lambda case: hasattr(case, "revocation"),
    ),
}
ASKS = {"ask_more", "reject_uncorrected"}  # done only when another person gives the word


def _input(given, case) -> dict:
    return given(case) if callable(given) else given


def _fresh(case) -> Case:
    return Case.objects.get(pk=case.pk)


@pytest.fixture(params=BUTTONS)
def button(request, office, at):
    """A case on the desk with one of the buttons: (verb, case, how it was, its line of the table)."""
    at(MORNING)
    road, *line = BUTTONS[request.param]
    case = _fresh(road(office))
    at(LATER)
    return request.param, case, (case.state, case.version, life.verbs(case)), line


def _unchanged(case, before) -> bool:
    case = _fresh(case)
    return (case.state, case.version, life.verbs(case)) == before


def test_good_input_does_it_and_writes_the_event(button, request, client_of):
    verb, case, before, (who, good, _bad, _said, state, holds) = button
    me = client_of(request.getfixturevalue(who))
    assert post(me, case, verb, **_input(good, case)).status_code == 302
    after = _fresh(case)
    event = after.events.order_by("seq").last()
    assert (event.verb, event.actor) == ("request_approval" if verb in ASKS else verb, request.getfixturevalue(who))
    assert (after.state, after.version > before[1]) == (state, True)
    assert holds(after)


def test_bad_input_does_nothing_and_says_why(button, request, client_of):
    verb, case, before, (who, good, bad, said, _state, _holds) = button
    me = client_of(request.getfixturevalue(who))
    answer = me.get(post(me, case, verb, **_input(bad, case)).headers["Location"])
    assert _unchanged(case, before)
    assert said in text(answer)
    again = post(me, case, verb, **_input(good, case))  # what was wrong can be put right
    assert again.status_code == 302
    assert not _unchanged(case, before)


def test_whose_step_it_is_not_does_nothing(button, request, client_of):
    verb, case, before, (who, good, *_rest) = button
    for other in OTHERS:
        if other != who:
            me = client_of(request.getfixturevalue(other))
            answer = me.get(post(me, case, verb, **_input(good, case)).headers["Location"])
            assert "This step is for another role." in text(answer), other
            assert f"/act/{verb}/" not in answer.content.decode(), other
    assert _unchanged(case, before)


def test_whoever_does_not_reach_the_case_does_not_reach_the_button(button, request, client_of):
    verb, case, before, (_who, good, *_rest) = button
    statuses = {
        other: post(client_of(request.getfixturevalue(other)), case, verb, **_input(good, case)).status_code
        for other in ("other_clerk", "administrator", "official", "applicant", "stranger")
    }
    assert statuses == {"other_clerk": 404, "administrator": 404, "official": 404, "applicant": 302, "stranger": 302}
    assert "/admin/login/" in post(client_of(request.getfixturevalue("stranger")), case, verb).headers["Location"]
    assert _unchanged(case, before)


def _said(client, case, verb, **data) -> str:
    return text(client.get(post(client, case, verb, **data).headers["Location"]))


def test_everything_amiss_is_said_at_once_and_names_its_field(office, client_of):
    case, client = examining(office), client_of(office.examiner)
    said = _said(client, case, "ask_more", days="500")
    assert "“Why it could not be asked the first time” is needed." in said
    assert "“Working days to supply it”: a whole number from 1 to 30." in said
    assert "Name at least one material and its defect." in said
    assert "This field is required." not in said


def test_another_proposal_from_an_old_page_is_not_taken_for_a_second_click(office, client_of):
    case, client = examining(office), client_of(office.examiner)
    page = {"version": case.version, "opinion": "符合条件"}
    address = f"/en/admin/applications/case/{case.pk}/act/conclude/"
    client.post(address, page | {"proposal": "GRANT"})
    again = client.post(address, page | {"proposal": "GRANT"}, follow=True)
    assert "This was done already; nothing was done twice." in text(again)
    other = client.post(address, page | {"proposal": "REFUSE"}, follow=True)
    assert "Not done: End the examination" in text(other)
    assert "Handled already by" in text(other)
    assert _fresh(case).decision.proposal == "GRANT"


def test_more_is_asked_for_without_what_belongs_to_the_once_only_notice(office, client_of):
    page = client_of(office.examiner).get(f"/en/admin/applications/case/{examining(office).pk}/change/")
    asked = page.content.decode().partition('id="act-ask_more"')[2].partition('id="act-start_special"')[0]
    assert ('name="cure_' in asked, 'name="days"' in asked) == (True, True)
    assert ('name="question_' in asked, "The applicant is told once" in asked) == (False, False)
