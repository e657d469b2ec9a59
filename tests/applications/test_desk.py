"""The desk: every verb has its button and service; field by field; the viewer; looks are noted; approvals by button."""

import re
from datetime import timedelta

import pgtrigger
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from applications import acts, comparison, services
from applications.desk import Desk
from applications.models import ApprovalRequest, Case, MaterialFile, Viewing
from applications.services.approvals import APPROVED
from applications.services.viewing import VISIT
from applications.states import TRANSITIONS, ScanState, State, Who
from jobs import clock
from policies.models import MaterialSpec
from talentportal.lib import pages
from tests import cast
from tests.applications import life
from tests.cast import moment

pytestmark = pytest.mark.django_db

NOW = moment("2026-09-18 11:00")
OFFICE = {Who.CLERK, Who.EXAMINER, Who.LEADER, Who.HEAD, Who.CERTIFICATE_CLERK}
ELSEWHERE = {  # verbs of the office that are not done on the desk
    "start",  # the intake page
    "supply_more",  # taken in by the applicant; on paper through the messages of the case
    "endorse",  # the page of whoever checks first, in the app whose item it is
    "issue",  # the certificates' own admin and the worker
}


@pytest.fixture(autouse=True)
def _portal_time(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def as_(client):
    def enter(user):
        client.force_login(user)
        return client

    return enter


def page_of(case, query="") -> str:
    with translation.override("en"):
        return reverse("admin:applications_case_change", args=[case.pk]) + query


def post(client, case, verb, **data):
    case.refresh_from_db()
    with translation.override("en"):
        address = reverse("admin:applications_case_act", args=[case.pk, verb])
    return client.post(address, {"version": case.version} | data)


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def offered(case, user, now=NOW) -> dict[str, list]:
    """Return verb -> reasons against it, of the acts on the desk of a user."""
    case = Case.objects.select_related("guide", "item", "region").get(pk=case.pk)
    with translation.override("en"):
        return {offer.act.verb: [str(r) for r in offer.reasons] for offer in acts.offers(Desk(case, user, now))}


# --- the table of acts -----------------------------------------------------------------------------------------------


def test_every_verb_of_the_office_has_a_button():
    verbs = {verb for verb, transition in TRANSITIONS.items() if OFFICE & set(transition.who)}
    buttons = {acts.VERBS.get(verb, verb) for verb in acts.ACTS}
    assert verbs - buttons == ELSEWHERE
    assert buttons - set(TRANSITIONS) == {"answer_approval"}


def test_every_button_has_a_service_or_asks_for_approval():
    for act in acts.ACTS.values():
        if act.asks_first:
            assert act.verb in APPROVED, act.verb
        else:
            assert callable(act.service or getattr(services, act.verb)), act.verb


def test_no_key_is_given_twice_to_one_person_in_one_state():
    for state in State:
        for who in OFFICE:
            mine = [
                act.key
                for act in acts.ACTS.values()
                if act.key and act.place == "decision"
                for transition in [TRANSITIONS[act.verb]]
                if state in transition.sources and who in transition.who
            ]
            assert len(mine) == len(set(mine)), (state, who, mine)


# --- accept at one press ---------------------------------------------------------------------------------------------


def test_one_press_finds_all_in_order_and_accepts(as_, world, applicant, clerk):
    case = life.received(world, applicant)
    assert post(as_(clerk), case, "accept", looked="on").status_code == 302
    assert life.verbs(case) == ["submit", *["check_material"] * 5, "accept"]


def test_a_refused_acceptance_checks_nothing(as_, world, applicant, clerk):
    case = life.received(world, applicant)
    case.materials.filter(spec__key="photo").update(status="MISSING")
    answer = post(as_(clerk), case, "accept", looked="on")
    page = as_(clerk).get(answer.headers["Location"])
    assert "“Material photo” is missing." in text(page)
    assert life.verbs(case) == ["submit"]
    assert set(case.materials.values_list("check_result", flat=True)) == {"UNCHECKED"}


def test_a_second_press_of_one_press_acceptance_does_nothing_twice(as_, world, applicant, clerk):
    case = life.received(world, applicant)
    client, version = as_(clerk), case.version
    for _press in range(2):
        assert "?again" not in post_at(client, case, "accept", version, looked="on").headers["Location"]
    assert life.verbs(case).count("accept") == 1


def post_at(client, case, verb, version, **data):
    with translation.override("en"):
        return client.post(reverse("admin:applications_case_act", args=[case.pk, verb]), {"version": version} | data)


def test_a_step_leads_to_the_next_case_of_the_list(as_, world, applicant, stranger, clerk):
    first, second = life.received(world, applicant), life.received(world, stranger)
    answer = post(as_(clerk), first, "accept", looked="on", next=str(second.pk))
    assert answer.headers["Location"] == page_of(second)


def test_a_next_case_that_a_colleague_holds_is_passed_over(as_, world, applicant, stranger, clerk):
    first, second = life.received(world, applicant), life.received(world, stranger)
    colleague = cast.make_staff("second@example.org", "周二", "CLERK", world.county, world.office, [world.window])
    services.claim(case=second, actor=colleague, now=NOW)
    answer = post(as_(clerk), first, "accept", looked="on", next=str(second.pk))
    assert answer.headers["Location"].startswith(page_of(first))


def test_a_case_that_is_handed_over_is_left_and_free_for_the_colleague(as_, world, applicant, stranger, clerk):
    case, other = life.received(world, applicant), life.received(world, stranger)
    colleague = cast.make_staff("second@example.org", "周二", "CLERK", world.county, world.office, [world.window])
    as_(clerk).get(page_of(case))
    answer = post(as_(clerk), case, "assign", to=colleague.pk, next=str(other.pk))
    assert answer.headers["Location"] == page_of(other)
    last = post(as_(clerk), other, "assign", to=colleague.pk)
    assert last.headers["Location"].startswith(reverse("admin:applications_case_changelist"))
    for given in (case, other):
        as_(clerk).get(last.headers["Location"])
        assert Desk(Case.objects.get(pk=given.pk), colleague, NOW).held == []


def test_the_list_of_which_a_case_was_opened_is_kept(as_, world, applicant, stranger, clerk):
    case, other = life.received(world, applicant), life.received(world, stranger)
    page = as_(clerk).get(page_of(case, f"?queue=accept&who=nobody&item={world.item.pk}"))
    trail = f"queue=accept&amp;who=nobody&amp;item={world.item.pk}"
    assert f"/{other.pk}/change/?{trail}" in page.content.decode()
    assert f"/act/accept/?{trail}" in page.content.decode()
    odd = "?queue=x&who=y&item=99999999999999999999&window=z&m=x&f=y&b=z"
    assert as_(clerk).get(page_of(case, odd)).status_code == 200


# --- pre-check, originals, special procedures, the end and after it --------------------------------------------------


def test_a_pre_check_is_returned_and_passed_by_buttons(as_, world, applicant, clerk):
    item = life.item_with(world, has_precheck=True, originals=["degree"])
    case = cast.make_draft(world, applicant, *life.ALL, now=NOW, item=item)
    case = cast.submit(case, applicant, NOW)
    assert case.state == State.PRECHECK
    assert {"pass_precheck", "return_precheck"} <= set(offered(case, clerk))
    assert post(as_(clerk), case, "pass_precheck", looked="on").status_code == 302
    case.refresh_from_db()
    assert case.state == State.PRECHECK_PASSED
    assert Desk(case, clerk, NOW).turn == ["Applicant"], "the originals are to be brought"
    refused = as_(clerk).get(post(as_(clerk), case, "receive").headers["Location"])
    assert "The original of “Material degree” has not been seen." in text(refused)
    pk = life.material(case, "degree").pk
    assert post(as_(clerk), case, "receive", seen=[pk]).status_code == 302
    case.refresh_from_db()
    assert case.state == State.RECEIVED


def test_a_slip_is_put_right_with_the_guides_own_fields(as_, world, applicant, clerk):
    case = life.received(world, applicant)
    answers = {"q-level": "E", "q-employer": "示例单位", "note": "申请人当场确认"}
    assert "?again" not in post(as_(clerk), case, "fix_on_spot", **answers).headers["Location"]
    case.refresh_from_db()
    assert case.answers["level"] == "E"
    both = as_(clerk).get(post(as_(clerk), case, "fix_on_spot", **answers).headers["Location"])
    assert "Change one answer at a time." in text(both)


def test_an_optional_material_that_is_not_there_is_not_called_missing(world, applicant, clerk):
    with pgtrigger.ignore():
        MaterialSpec.objects.filter(key="works").update(necessity="OPTIONAL")
    handed_in = [key for key in life.ALL if key != "works"]
    case = cast.submit(cast.make_draft(world, applicant, *handed_in, now=NOW), applicant, NOW)
    with translation.override("en"):
        said = {sheet.material.spec.key: str(sheet.words) for sheet in Desk(case, clerk, NOW).sheets}
    assert said == dict.fromkeys(life.ALL, "to check") | {"works": "not handed in"}


def test_a_special_procedure_stops_and_ends_by_buttons(as_, world, applicant, clerk, examiner):
    item = life.item_with(world, special_kinds=["EXPERT_REVIEW"])
    case = life.examining(world, applicant, clerk, item=item)
    facts = {"kind": "EXPERT_REVIEW", "basis": "第四十五条", "estimated_days": "5"}
    assert "?again" not in post(as_(examiner), case, "start_special", **facts).headers["Location"]
    assert set(offered(case, examiner)) == {"end_special", "estimate_special", "assign", "recuse"}
    case.refresh_from_db()
    assert Desk(case, clerk, NOW).turn == ["Examiner"]
    assert "Handled by" not in text(as_(clerk).get(page_of(case)))
    services.assign(case=case, actor=examiner, to=examiner, now=NOW)
    assert f"Handled by {examiner.name}" in text(as_(clerk).get(page_of(case)))
    assert "?again" not in post(as_(examiner), case, "end_special", result="评审通过", number="1").headers["Location"]
    case.refresh_from_db()
    assert case.state == State.EXAMINING


def test_an_extension_is_asked_for_and_answered_by_buttons(as_, world, applicant, clerk, examiner, leader):
    case = life.examining(world, applicant, clerk)
    client = as_(examiner)
    assert "?again" not in post(client, case, "extend", days="3", reason="情况复杂").headers["Location"]
    request = ApprovalRequest.objects.get()
    waits = "赵审 asked for it on Friday 18 September 2026; the answer is awaited."
    assert offered(case, examiner)["extend"] == [waits]
    services.release(case=case, actor=examiner)
    page = as_(leader).get(page_of(case))
    assert f'name="request" value="{request.pk}"' in page.content.decode()
    refused = post(as_(leader), case, "answer_approval", request=request.pk, answer="no", reply="")
    assert "Say why you decline." in text(as_(leader).get(refused.headers["Location"]))
    done = post(as_(leader), case, "answer_approval", request=request.pk, answer="yes", reply="")
    assert "?again" not in done.headers["Location"]
    case.refresh_from_db()
    assert case.is_extended
    late = post(as_(leader), case, "answer_approval", request=request.pk, answer="yes", reply="")
    assert "This request was answered already." in text(as_(leader).get(late.headers["Location"]))


def test_who_asked_cannot_answer(as_, world, applicant, clerk, examiner, leader):
    case = life.examining(world, applicant, clerk)
    services.ask_approval(case=case, verb="extend", actor=examiner, now=NOW, days=3, reason="情况复杂")
    examiner.posts.create(role="LEADER", organization=world.office, region=world.province, starts_on="2024-01-01")
    page = as_(examiner).get(page_of(case))
    assert 'name="answer"' not in page.content.decode()


def test_a_case_is_handed_over_and_given_up_by_buttons(as_, world, applicant, clerk):
    case = life.received(world, applicant)
    colleague = cast.make_staff("second@example.org", "周二", "CLERK", world.county, world.office, [world.window])
    assert "?again" not in post(as_(clerk), case, "assign", to=colleague.pk, reason="").headers["Location"]
    case.refresh_from_db()
    assert case.assigned_to == colleague
    gone = post(as_(clerk), case, "recuse", reason="申请人是我的亲属")
    assert gone.headers["Location"] == page_of(case).split(f"{case.pk}/")[0]
    assert as_(clerk).get(page_of(case)).status_code == 404


def test_a_leader_transfers_and_terminates_by_buttons(as_, world, applicant, stranger, leader):
    case, other = life.received(world, applicant), life.received(world, stranger)
    moved = post(as_(leader), case, "transfer", window=world.other_window.pk, reason="户籍所在地")
    assert "?again" not in moved.headers["Location"]
    ended = post(as_(leader), other, "terminate", reason="T04", explanation="不可抗力")
    assert "?again" not in ended.headers["Location"]
    for one, close_type in ((case, "TRANSFERRED"), (other, "TERMINATED")):
        one.refresh_from_db()
        assert one.close_type == close_type


@pytest.fixture
def refused_case(world, applicant, clerk, examiner, leader):
    case = life.examining(world, applicant, clerk)
    services.conclude(case=case, actor=examiner, now=NOW, proposal="REFUSE", opinion="不符合")
    return services.refuse(case=case, actor=leader, now=NOW, reason="R01", reason_text="第三条")


def test_a_refused_case_is_reopened_by_button(as_, refused_case, leader):
    assert set(offered(refused_case, leader)) == {"reopen"}
    facts = {"document_no": "复决〔2026〕1号", "reason_text": "证据不足"}
    assert "?again" not in post(as_(leader), refused_case, "reopen", **facts).headers["Location"]
    refused_case.refresh_from_db()
    assert refused_case.state == State.EXAMINING


@pytest.fixture
def granted(world, applicant, clerk, examiner, leader, run_due):
    case = life.examining(world, applicant, clerk)
    services.conclude(case=case, actor=examiner, now=NOW, proposal="GRANT", opinion="符合")
    services.grant(case=case, actor=leader, now=NOW)
    run_due(NOW)
    case.refresh_from_db()
    return services.deliver(case=case, actor=clerk, now=NOW, method="window")


def test_what_was_granted_is_revoked_corrected_and_deregistered_by_buttons(as_, granted, leader, certificate_clerk):
    assert {"revoke", "deregister"} == set(offered(granted, leader))
    assert set(offered(granted, certificate_clerk)) == {"correct_clerical"}
    slip = {"field": "", "what": "示列", "corrected": "示例", "reason": "录入错误"}
    assert "?again" not in post(as_(certificate_clerk), granted, "correct_clerical", **slip).headers["Location"]
    asked = Desk(granted, leader, NOW).requests[0].told
    assert [str(words) for _label, words in asked] == ["only in the letter", "示列", "示例"]
    ground = {"reason": "V04", "reason_text": "第六十九条", "hearing": "没有意见"}
    assert "?again" not in post(as_(leader), granted, "revoke", **ground).headers["Location"]
    granted.refresh_from_db()
    assert granted.state == State.REVOKED
    assert offered(granted, leader) == {}


def test_a_deregistered_right_says_so_on_top(as_, granted, leader, applicant):
    services.deregister(case=granted, actor=leader, now=NOW, reason="D06", reason_text="本人申请注销")
    for user, page in ((leader, page_of(granted)), (applicant, f"/en/me/applications/{granted.case_no}/")):
        assert '<span class="tag tag--seal">Deregistered</span>' in as_(user).get(page).content.decode()


def test_who_holds_a_case_is_not_said_at_every_button(as_, world, applicant, clerk):
    case = life.received(world, applicant)
    colleague = cast.make_staff("second@example.org", "周二", "CLERK", world.county, world.office, [world.window])
    services.claim(case=case, actor=colleague, now=NOW)
    page = as_(clerk).get(page_of(case)).content.decode()
    assert page.count("is working on this case until") == 2  # above the acts, and beside the paper to be checked
    assert 'aria-describedby="held why-request_correction"' in page


# --- field by field --------------------------------------------------------------------------------------------------


def lines(case, user) -> dict:
    case = Case.objects.select_related("guide", "item", "region", "applicant", "unit").get(pk=case.pk)
    with translation.override("en"):
        return {line.label: line for line in comparison.lines(Desk(case, user, NOW))}


def test_the_name_is_compared_with_the_identity_record(world, applicant, clerk):
    case = life.received(world, applicant)
    found = lines(case, clerk)
    assert (found["Name"].is_same, found["Name"].told.source) == (True, "identity record")
    assert found["Date of birth"].told.words == "Wednesday 7 March 1990"
    Case.objects.filter(pk=case.pk).update(applicant_name="陈四远")
    assert lines(case, clerk)["Name"].is_same is False


def test_the_employer_is_compared_with_the_register_of_units(world, applicant, clerk):
    case = life.received(world, applicant)
    assert lines(case, clerk)["Employer"].told is None
    unit = cast.make_unit(world.county, applicant, NOW)
    told = lines(case, clerk)["Employer"]
    assert (told.is_same, told.told.words) == (False, unit.name)
    Case.objects.filter(pk=case.pk).update(answers={"level": "D", "employer": f" {unit.name[:4]}（{unit.name[4:]}）"})
    assert lines(case, clerk)["Employer"].is_same is True


def test_a_class_is_compared_with_the_certificate_in_the_wallet(world, granted, applicant, clerk):
    question = {
        "key": "grade", "kind": "choice", "fact": "grade", "label": {"zh": "类别", "en": "Talent class"},
        "required": True,
        "choices": [{"value": letter, "label": {"zh": letter, "en": letter}} for letter in "DE"],
    }  # fmt: skip
    item = life.item_with(world, serial=3, questions=[question])
    case = services.start(item=item, actor=applicant, now=NOW)
    for answer, same in (("D", True), ("E", False)):
        Case.objects.filter(pk=case.pk).update(answers={"grade": answer})
        found = lines(case, clerk)["Talent class"]
        assert (found.is_same, "Class D" in found.told.words) == (same, True)
        assert found.told.source.startswith("Certificate of high-level talent ")


def test_a_changed_answer_shows_what_stood_there_before(as_, world, applicant, clerk):
    case = life.received(world, applicant)
    pk = life.material(case, "form").pk
    points = {pk: ("M06", "与合同不一致", "employer")}
    services.request_correction(case=case, actor=clerk, now=NOW, points=points)
    later = NOW + timedelta(minutes=5)
    services.supply_correction(case=case, actor=applicant, now=later, answers={"employer": "昆明示例大学"})
    found = lines(case, clerk)["Employer"]
    assert (found.filled, found.before) == ("昆明示例大学", "示例单位")
    page = text(as_(clerk).get(page_of(case)))
    assert "before: 示例单位" in page


# --- the viewer ------------------------------------------------------------------------------------------------------


def test_a_page_of_a_pdf_is_given_out_as_a_picture_within_reach_only(as_, world, applicant, clerk, other_clerk):
    case = life.received(world, applicant)
    kept = MaterialFile.objects.filter(material__case=case).first()
    MaterialFile.objects.update(scan_state=ScanState.CLEAN)
    with translation.override("en"):
        first, none = (reverse("admin:applications_case_file_page", args=[kept.public_id, n]) for n in (1, 2))
    picture = as_(clerk).get(first)
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/png")
    assert picture.headers["Cache-Control"].startswith("private")
    assert picture.content.startswith(b"\x89PNG")
    assert as_(clerk).get(none).status_code == 404
    assert as_(other_clerk).get(first).status_code == 404
    for state in (ScanState.INFECTED, ScanState.PENDING):
        MaterialFile.objects.update(scan_state=state)
        assert as_(clerk).get(first).status_code == 404


def test_what_is_no_pdf_is_not_drawn():
    with pytest.raises(pages.CannotDraw):
        pages.sizes(b"%PDF-1.4\nnothing")
    with pytest.raises(pages.CannotDraw):
        pages.draw(b"MZ", 1)
    with pytest.raises(pages.CannotDraw):
        pages.draw(cast.PDF, 2)
    assert [(page.width, page.height) for page in pages.sizes(cast.PDF)] == [(989, 1400)]


def test_a_script_gets_the_sheet_alone(as_, world, applicant, clerk):
    case = life.received(world, applicant)
    part = as_(clerk).get(page_of(case, "?m=2"), headers={"X-Part": "sheet"})
    assert "Material degree" in text(part)
    assert "<html" not in part.content.decode()
    assert Viewing.objects.filter(by=clerk, case=case).count() == 1


def test_two_versions_stand_side_by_side(as_, world, applicant, clerk):
    case = life.corrected(world, applicant, clerk)
    first, second = life.material(case, "degree").files.order_by("version")
    page = as_(clerk).get(page_of(case, f"?m=2&f={second.public_id}&b={first.public_id}"))
    assert page.context["other"].file == first
    assert "viewer--two" in page.content.decode()


def test_what_the_portal_vouches_for_is_shown_with_its_record(as_, world, applicant, clerk):
    case = life.received(world, applicant)
    degree = life.material(case, "degree")
    with pgtrigger.ignore("policies.MaterialSpec:published_material_is_frozen"):
        MaterialSpec.objects.filter(pk=degree.spec_id).update(fetch_mode="AUTO", fetch_from="identity")
    case.materials.filter(pk=degree.pk).update(status="HELD")
    degree.files.all().delete()
    page = text(as_(clerk).get(page_of(case, "?m=2")))
    assert applicant.person.id_masked in page
    assert "The portal holds this material" in page
    assert "number passes the check built into it" in page


# --- looks -----------------------------------------------------------------------------------------------------------


def test_every_look_is_noted_once_per_visit(as_, world, applicant, clerk, leader, monkeypatch):
    case = life.received(world, applicant)
    for user in (clerk, clerk, leader):
        as_(user).get(page_of(case))
    assert list(Viewing.objects.order_by("id").values_list("by", "what")) == [(clerk.pk, "case"), (leader.pk, "case")]
    monkeypatch.setattr(clock, "now", lambda: NOW + VISIT)
    as_(clerk).get(page_of(case))
    assert Viewing.objects.filter(case=case, by=clerk).count() == 2


def test_who_opens_a_file_or_a_paper_alone_looks_into_the_case(as_, world, applicant, clerk, leader):
    case = life.received(world, applicant)
    kept = MaterialFile.objects.filter(material__case=case).first()
    client = as_(clerk)
    b"".join(client.get(reverse("admin:applications_case_file", args=[kept.public_id])))  # read to the end
    assert Viewing.objects.filter(case=case, by=clerk).count() == 1
    as_(leader).get(reverse("admin:applications_case_paper", args=[case.papers.first().public_id]))
    assert Viewing.objects.filter(case=case, by=leader).count() == 1


def test_who_may_not_see_a_case_leaves_no_look(as_, world, applicant, other_clerk):
    case = life.received(world, applicant)
    assert as_(other_clerk).get(page_of(case)).status_code == 404
    assert Viewing.objects.count() == 0


@pytest.mark.usefixtures("kept_long")
def test_the_page_costs_the_same_in_a_long_list(as_, world, applicant, clerk):
    case, client = life.received(world, applicant), as_(clerk)
    counts = []
    for n in range(2):
        client.get(page_of(case))
        with CaptureQueriesContext(connection) as asked:
            client.get(page_of(case))
        counts.append(len(asked))
        number = ("990102199511300039", "99010119900307004X")[n]
        life.received(world, cast.make_person(f"more{n}@example.org", "张三", number))
    assert counts[0] == counts[1]
