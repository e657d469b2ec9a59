"""After the end of a case: revoked, deregistered, a clerical error corrected, reopened, a breach excused."""

import pytest

from accounts.models import Person
from applications import queries, services
from applications.models import Case, Decision, DeferralBan, Revocation
from applications.states import CloseType, State
from certificates.models import Certificate
from notifications.models import Message
from talentportal.lib.refusals import Refused
from tests import cast
from tests.applications import life
from tests.cast import moment

pytestmark = pytest.mark.django_db

ALL = ("id", "degree", "works", "form", "photo")
NOW = moment("2026-09-18 10:00")
LATER = moment("2026-11-02 10:00")


@pytest.fixture
def examined(world, applicant, clerk):
    case = cast.submit(cast.make_draft(world, applicant, *ALL, now=NOW), applicant, NOW)
    cast.check_all(case, clerk, NOW)
    return services.accept(case=case, actor=clerk, now=NOW)


@pytest.fixture
def granted(examined, applicant, examiner, leader, run_due):
    services.conclude(case=examined, actor=examiner, now=NOW, proposal="GRANT", opinion="符合")
    services.grant(case=examined, actor=leader, now=NOW)
    run_due(NOW)
    return services.deliver(case=examined, actor=applicant, now=NOW)


@pytest.fixture
def refused(examined, examiner, leader):
    services.conclude(case=examined, actor=examiner, now=NOW, proposal="REFUSE", opinion="不符合")
    return services.refuse(case=examined, actor=leader, now=NOW, reason="R01", reason_text="第3条")


def revoke(case, actor, **words):
    said = {"reason": "V05", "reason_text": "学历证书系伪造", "hearing": "承认", **words}
    return services.revoke(case=case, actor=actor, now=LATER, **said)


def deregister(case, actor, **words):
    said = {"reason": "D06", "reason_text": "本人申请注销", **words}
    return services.deregister(case=case, actor=actor, now=LATER, **said)


def certificate_of(case):
    return Certificate.objects.filter(source=f"case:{case.pk}").latest("version")


def test_a_granted_right_is_revoked_with_its_certificate(granted, leader, applicant):
    case = revoke(granted, leader)
    assert (case.state, case.close_type) == (State.REVOKED, CloseType.GRANTED)
    certificate, paper = certificate_of(case), case.papers.get(kind="REVOCATION")
    assert certificate.status == "REVOKED"
    assert certificate.events.latest("id").document_no == paper.number
    assert "承认" in "".join(paper.content["zh"]["paragraphs"])
    assert Message.objects.filter(recipient=applicant, event="revoked").count() == 1
    for again in (revoke, deregister):
        with pytest.raises(Refused):
            again(granted, leader)
    assert Revocation.objects.count() == 1


@pytest.mark.parametrize("words", [{"reason": "X"}, {"reason_text": " "}, {"hearing": ""}])
def test_a_revocation_says_its_ground_and_heard_the_party(granted, leader, words):
    with pytest.raises(Refused):
        revoke(granted, leader, **words)
    assert certificate_of(granted).status == "VALID"


def test_nobody_but_a_leader_ends_a_right_and_only_a_granted_one(
    granted, refused_case, leader, clerk, examiner, applicant
):
    for actor in (clerk, examiner, applicant):
        for verb in (revoke, deregister):
            with pytest.raises(Refused):
                verb(granted, actor)
    for verb in (revoke, deregister):
        with pytest.raises(Refused):
            verb(refused_case, leader)


@pytest.fixture
def refused_case(world, stranger, clerk, examiner, leader):
    case = cast.submit(cast.make_draft(world, stranger, *ALL, now=NOW), stranger, NOW)
    cast.check_all(case, clerk, NOW)
    services.accept(case=case, actor=clerk, now=NOW)
    services.conclude(case=case, actor=examiner, now=NOW, proposal="REFUSE", opinion="不符合")
    return services.refuse(case=case, actor=leader, now=NOW, reason="R01", reason_text="第3条")


def test_a_deregistered_case_stays_closed_and_its_certificate_is_cancelled(granted, leader):
    case = deregister(granted, leader)
    assert case.state == State.CLOSED
    assert certificate_of(case).status == "CANCELLED"
    assert case.papers.filter(kind="DEREGISTRATION").count() == 1
    with pytest.raises(Refused):
        deregister(granted, leader)
    with pytest.raises(Refused):
        revoke(granted, leader)


def correct(case, asker, answerer, **words):
    facts = {"what": "D类", "corrected": "E类", "field": "level", **words}
    asked = services.ask_approval(
        case=case, verb="correct_clerical", actor=asker, now=LATER, reason="录入错误", **facts
    )
    return services.answer_approval(request=asked, actor=answerer, now=LATER, approve=True)


def test_a_clerical_error_is_corrected_under_the_same_number(granted, certificate_clerk, leader, run_due):
    before = certificate_of(granted)
    assert before.face["level"] == {"zh": "D类", "en": "Class D", "value": "D"}
    case = correct(granted, certificate_clerk, leader)
    run_due(LATER)
    after = certificate_of(case)
    before.refresh_from_db()
    assert (after.number, after.version, after.status, before.status) == (before.number, 2, "VALID", "SUPERSEDED")
    assert after.face["level"] == {"zh": "E类", "en": "Class E", "value": "E"}
    assert (case.state, case.papers.filter(kind="CLERICAL").count()) == (State.CLOSED, 1)


def test_an_error_in_the_letter_alone_leaves_the_certificate(granted, certificate_clerk, leader):
    correct(granted, certificate_clerk, leader, field="")
    assert certificate_of(granted).version == 1


@pytest.mark.parametrize("words", [{"what": ""}, {"corrected": "D类"}, {"corrected": "戊类"}, {"field": "nonsense"}])
def test_a_correction_says_what_and_where(granted, certificate_clerk, leader, words):
    with pytest.raises(Refused):
        correct(granted, certificate_clerk, leader, **words)


def test_a_name_is_printed_anew_only_as_it_is_registered(granted, certificate_clerk, leader, run_due):
    slip = {"case": granted, "asker": certificate_clerk, "answerer": leader, "field": "holder"}
    said = life.refused(correct, **slip, what="陈思元", corrected="陈思远")
    assert said == ["The certificate bears the registered name already: 陈思远."]
    holder = certificate_of(granted).holder
    Person.objects.filter(pk=holder.pk).update(name="陈思源")
    said = life.refused(correct, **slip, what="陈思远", corrected="陈思元")
    assert said == ["The name is printed as it is registered: 陈思源."]
    correct(**slip, what="陈思远", corrected="陈思源")
    run_due(LATER)
    assert certificate_of(granted).holder_name == "陈思源"


def test_a_correction_needs_another_persons_word(granted, certificate_clerk, leader, clerk):
    with pytest.raises(Refused):
        correct(granted, certificate_clerk, certificate_clerk)
    with pytest.raises(Refused):
        correct(granted, leader, leader)
    with pytest.raises(Refused):
        correct(granted, clerk, leader)


def reopen(case, actor, **words):
    said = {"reason_text": "事实没有查清", "document_no": "云复决〔2026〕8号", **words}
    return services.reopen(case=case, actor=actor, now=LATER, **said)


def test_a_refused_case_is_examined_again_by_a_decision_on_review(refused, leader, examiner, applicant, run_due):
    case = reopen(refused, leader)
    assert (case.state, case.close_type, case.closed_at) == (State.EXAMINING, "", None)
    assert str(case.due_on) == "2026-11-16"
    event = case.events.get(verb="reopen")
    assert (event.data["closed_as"], event.data["decision"]) == ("REFUSED", "REFUSE")
    assert Message.objects.filter(recipient=applicant, event="reopened").count() == 1
    with pytest.raises(Refused):
        reopen(refused, leader)
    services.conclude(case=case, actor=examiner, now=LATER, proposal="GRANT", opinion="重新核实，符合")
    case = services.grant(case=case, actor=leader, now=LATER)
    assert Decision.objects.get(case=case).decision == "GRANT"
    assert case.papers.filter(kind__in=["REFUSAL", "REOPENING", "GRANT"]).count() == 3


@pytest.mark.parametrize("words", [{"reason_text": ""}, {"document_no": " "}])
def test_a_reopening_names_the_decision_and_the_reasons(refused, leader, words):
    with pytest.raises(Refused):
        reopen(refused, leader, **words)


def test_what_was_granted_or_withdrawn_is_not_reopened(granted, leader, examiner, world, stranger):
    with pytest.raises(Refused):
        reopen(granted, leader)
    case = cast.submit(cast.make_draft(world, stranger, *ALL, now=NOW), stranger, NOW)
    services.withdraw(case=case, actor=stranger, now=NOW)
    with pytest.raises(Refused):
        reopen(case, leader)


def test_a_case_is_not_reopened_beside_an_open_one(refused, leader, world, applicant):
    cast.submit(cast.make_draft(world, applicant, *ALL, now=NOW), applicant, NOW)
    with pytest.raises(Refused):
        reopen(refused, leader)
    assert Case.objects.get(pk=refused.pk).state == State.CLOSED


# --- promises --------------------------------------------------------------------------------------------------------


@pytest.fixture
def broken(world, applicant, clerk, run_due):
    now = moment("2026-09-24 10:00")
    case = cast.make_draft(world, applicant, "id", "degree", "photo", now=now)
    cast.promise(case, applicant, {"works": "2026-10-09", "form": "2026-10-09"}, now)
    case = cast.submit(case, applicant, now, agrees=True, signed_name="陈思远")
    cast.check_all(case, clerk, now)
    services.accept_with_deferral(case=case, actor=clerk, now=now)
    run_due(moment("2026-10-10 00:10"))
    return Case.objects.get(pk=case.pk)


def test_an_excused_breach_counts_no_more(broken, leader, clerk, applicant):
    assert queries.ban_on(cast.day("2026-11-02"), applicant=applicant)
    with pytest.raises(Refused):
        services.excuse_breach(case=broken, actor=clerk, now=LATER, reason="洪水")
    with pytest.raises(Refused):
        services.excuse_breach(case=broken, actor=leader, now=LATER, reason=" ")
    services.excuse_breach(case=broken, actor=leader, now=LATER, reason="洪水，有证明")
    assert queries.ban_on(cast.day("2026-11-02"), applicant=applicant) is None
    assert Message.objects.filter(recipient=applicant, event="breach_excused").count() == 1
    with pytest.raises(Refused):
        services.excuse_breach(case=broken, actor=leader, now=LATER, reason="洪水，有证明")


def test_a_reopened_case_waits_for_its_promises_again_and_may_break_them_again(broken, leader, run_due):
    services.excuse_breach(case=broken, actor=leader, now=LATER, reason="洪水，有证明")
    case = reopen(broken, leader)
    assert {str(item.due_on) for item in case.commitment.items.all()} == {"2026-11-09"}
    run_due(moment("2026-11-10 00:10"))
    case.refresh_from_db()
    assert case.close_type == CloseType.DEEMED_WITHDRAWN
    ban = DeferralBan.objects.get()
    assert (str(ban.starts_on), str(ban.ends_on), ban.breach.is_excused) == ("2026-11-10", "2027-05-10", False)
