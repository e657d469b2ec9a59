"""Other ends of a case: not accepted, terminated, transferred, withdrawn; and the archive."""

import hashlib
import json

import pytest

from applications import services
from applications.models import Case, Paper
from applications.services.ending import package_of
from applications.states import NonAcceptanceReason, State, TerminationReason
from certificates import services as certificates
from certificates.models import Certificate, CertificateKind
from jobs.models import Job
from notifications.models import Message, Reminder
from tests import cast
from tests.applications import life
from tests.cast import moment

pytestmark = pytest.mark.django_db

NOW = moment("2026-09-22 10:00")


# --- not accepted ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", [code for code in NonAcceptanceReason.values if code != "N04"])
def test_a_clerk_alone_declines_what_is_no_matter_of_correction(world, applicant, clerk, reason):
    case = life.received(world, applicant)
    case = services.reject_acceptance(case=case, actor=clerk, now=NOW, reason=reason, explanation="请到五华区窗口办理")
    assert (case.state, case.close_type) == (State.CLOSED, "NOT_ACCEPTED")
    assert life.papers(case)[-1] == "NON_ACCEPTANCE"
    assert life.clocks(case) == {}


def test_still_not_in_order_needs_the_word_of_a_leader(world, applicant, clerk):
    case = life.corrected(world, applicant, clerk)
    facts = {"case": case, "actor": clerk, "now": NOW, "reason": "N04", "explanation": "仍不清晰"}
    said = life.refused(services.reject_acceptance, **facts)
    assert said == ["A case that is still not in order needs the word of the leader."]


# --- terminated ------------------------------------------------------------------------------------------------------


def end(case, leader, **facts):
    facts = {"reason": "T04", "explanation": "因不可抗力无法继续办理", **facts}
    return services.terminate(case=case, actor=leader, now=NOW, **facts)


@pytest.mark.parametrize("reason", TerminationReason.values)
def test_terminated_everything_stops_and_the_ground_is_told(world, applicant, clerk, leader, reason):
    case = end(life.examining(world, applicant, clerk), leader, reason=reason)
    assert (case.state, case.close_type) == (State.CLOSED, "TERMINATED")
    assert life.clocks(case) == {}
    assert life.papers(case)[-1] == "TERMINATION"
    assert str(TerminationReason(reason).label) in " ".join(case.papers.last().content["zh"]["paragraphs"])
    assert Message.objects.filter(recipient=applicant, event="terminated").exists()


def test_lost_contact_never_ends_a_licence_case(world, applicant, clerk, leader):
    item = life.item_with(world, 2, item_type="01", deferral_allowed=False)
    case = life.received(world, applicant, item=item)
    said = life.refused(end, case=case, leader=leader, reason="T05", explanation=" ")
    assert said == [
        "A licence case is not terminated because contact was lost.",
        "Explain the reason to the applicant.",
    ]


def test_a_certificate_being_made_is_cancelled(world, applicant, clerk, examiner, leader):
    case = life.examining(world, applicant, clerk)
    case = services.conclude(case=case, actor=examiner, now=NOW, proposal="GRANT", opinion="符合条件")
    case = services.grant(case=case, actor=leader, now=NOW)
    end(case, leader, reason="T01", explanation="申请人去世")
    assert Certificate.objects.get(source=f"case:{case.pk}").status == "CANCELLED"


@pytest.fixture
def ready(world, applicant, clerk, examiner, leader, run_due):
    """A case whose certificate is valid and waits to be collected."""
    case = life.examining(world, applicant, clerk)
    case = services.conclude(case=case, actor=examiner, now=NOW, proposal="GRANT", opinion="符合条件")
    services.grant(case=case, actor=leader, now=NOW)
    run_due(NOW)
    return Case.objects.get(pk=case.pk)


def test_a_valid_certificate_is_cancelled_and_so_is_its_waiting_reissue(ready, leader, run_due):
    first = Certificate.objects.get(source=f"case:{ready.pk}")
    second = certificates.reissue(certificate=first, reason="更名", actor=None, now=NOW)
    end(ready, leader, reason="T01", explanation="申请人去世")
    run_due(NOW)  # the job that was to seal the new version finds it stopped
    found = Certificate.objects.filter(pk__in=[first.pk, second.pk]).order_by("version")
    assert list(found.values_list("version", "status")) == [(1, "CANCELLED"), (2, "CANCELLED")]


def test_every_certificate_of_the_case_is_cancelled(ready, world, applicant, leader):
    kind = CertificateKind.objects.create(
        code="second", number_code="02", type_code="11990000MB0000001X002", name_zh="副证", name_en="Second"
    )
    certificates.request_certificate(
        source=f"case:{ready.pk}",
        kind=kind,
        organization=world.office,
        holder=applicant.person,
        face={},
        approved_on=NOW.date(),
        now=NOW,
    )
    end(ready, leader, reason="T01", explanation="申请人去世")
    assert list(Certificate.objects.values_list("status", flat=True)) == ["CANCELLED", "CANCELLED"]


@pytest.mark.parametrize("who", ["clerk", "examiner", "applicant", "stranger", "administrator"])
def test_only_a_leader_terminates_or_transfers(world, applicant, request, who):
    case, actor = life.received(world, applicant), request.getfixturevalue(who)
    facts = {"window": world.other_window, "reason": "不属于本辖区"}
    assert life.refused(end, case=case, leader=actor) == ["This step is for another role."]
    assert life.refused(services.transfer, case=case, actor=actor, now=NOW, **facts) == [
        "This step is for another role."
    ]


def test_terminated_twice_the_second_is_refused(world, applicant, leader):
    case = end(life.received(world, applicant), leader)
    assert life.refused(end, case=case, leader=leader) == ["The case is in another state now: Closed."]


# --- transferred -----------------------------------------------------------------------------------------------------


def hand_over(case, leader, window, **facts):
    facts = {"reason": "申请人在五华区工作", "now": NOW, **facts}
    return services.transfer(case=case, actor=leader, window=window, **facts)


def test_transferred_the_new_case_keeps_the_day_of_receipt(world, applicant, clerk, other_clerk, leader):
    old = life.received(world, applicant)
    new = hand_over(old, leader, world.other_window)
    old.refresh_from_db()

    assert (old.state, old.close_type) == (State.CLOSED, "TRANSFERRED")
    assert (new.state, new.window, new.region) == (State.RECEIVED, world.other_window, world.other_county)
    assert (new.received_at, new.transferred_from) == (old.received_at, old)
    assert new.case_no.startswith("53010220260922")
    assert life.clocks(new) == {"ACCEPT": "2026-09-30"}
    assert new.guide == old.guide
    assert life.papers(old)[-1] == "TRANSFER"
    assert new.case_no in " ".join(old.papers.last().content["zh"]["paragraphs"])
    assert Message.objects.filter(recipient=applicant, event="transferred").exists()
    assert Message.objects.filter(recipient=other_clerk, event="transferred_in").exists()


def test_the_materials_go_with_it_and_are_checked_anew(world, applicant, clerk, other_clerk, leader):
    old = life.examining(world, applicant, clerk)
    new = hand_over(old, leader, world.other_window)
    assert set(new.materials.values_list("status", "check_result")) == {("PROVIDED", "UNCHECKED")}
    there, here = life.material(new, "degree").files.get(), life.material(old, "degree").files.get()
    assert (there.file.name, there.sha256, there.uploaded_by) == (here.file.name, here.sha256, applicant)
    assert Job.objects.filter(kind="applications.scan_file", payload__file=there.pk).exists()
    cast.check_all(new, other_clerk, NOW)
    assert services.accept(case=new, actor=other_clerk, now=NOW).state == State.EXAMINING


def test_signed_promises_go_with_it(world, applicant, other_clerk, leader):
    now = moment("2026-09-18 10:00")
    case = cast.make_draft(world, applicant, *life.CORE, now=now)
    cast.promise(case, applicant, {"works": "2026-09-24", "form": "2026-09-24"}, now)
    case = cast.submit(case, applicant, now, agrees=True, signed_name="陈思远")
    new = hand_over(case, leader, world.other_window)
    assert (new.commitment.signed_name, new.commitment.signed_at) == ("陈思远", now)
    assert "COMMITMENT" in life.papers(new)
    cast.check_all(new, other_clerk, NOW)
    new = services.accept_with_deferral(case=new, actor=other_clerk, now=NOW)
    assert {str(item.due_on) for item in new.commitment.items.all()} == {"2026-09-30"}  # five working days again


def test_the_new_window_may_send_its_own_once_only_notice(world, applicant, clerk, other_clerk, leader):
    new = hand_over(life.corrected(world, applicant, clerk), leader, world.other_window)
    points = {life.material(new, "degree").pk: ("M02", "请重新扫描")}
    assert services.request_correction(case=new, actor=other_clerk, now=NOW, points=points).state == State.CORRECTION


def test_to_where_it_makes_no_sense_is_refused(world, applicant, leader):
    case = life.received(world, applicant)
    idle = cast.make_window("w9", world.other_county, world.office)
    assert life.refused(hand_over, case=case, leader=leader, window=world.window, reason=" ") == [
        "Give the reason.",
        "The case is at this window already.",
    ]
    assert life.refused(hand_over, case=case, leader=leader, window=idle) == [
        "That window does not handle this matter."
    ]
    case.refresh_from_db()
    assert case.state == State.RECEIVED


def test_transferred_and_accepted_at_once_one_is_told(world, applicant, clerk, leader):
    case = life.received(world, applicant)
    cast.check_all(case, clerk, NOW)
    case.refresh_from_db()
    hand_over(case, leader, world.other_window, version=case.version)
    said = life.refused(services.accept, case=case, actor=clerk, now=NOW, version=case.version)
    assert len(said) == 1
    assert "钱批" in said[0]


# --- archived --------------------------------------------------------------------------------------------------------


def closed(world, applicant, clerk, run_due):
    case = life.received(world, applicant)
    case = services.reject_acceptance(case=case, actor=clerk, now=NOW, reason="N01", explanation="不属于本机关")
    run_due(NOW)
    return case


def test_archived_after_thirty_days_by_itself_and_once(world, applicant, clerk, run_due):
    case = closed(world, applicant, clerk, run_due)
    run_due(moment("2026-10-22 09:59"))
    case.refresh_from_db()
    assert case.state == State.CLOSED
    for _twice in range(2):
        run_due(moment("2026-10-22 10:01"))
    case.refresh_from_db()
    assert (case.state, case.close_type) == (State.ARCHIVED, "NOT_ACCEPTED")
    assert life.verbs(case).count("archive") == 1


def test_the_archive_fixes_what_it_holds(world, applicant, clerk, run_due):
    case = closed(world, applicant, clerk, run_due)
    run_due(moment("2026-10-23 00:10"))
    data = case.events.last().data
    digest = hashlib.sha256(json.dumps(package_of(case), sort_keys=True).encode()).hexdigest()
    assert data == {"package": digest, "papers": 2, "files": 5, "steps": 2}


def test_a_paper_that_was_not_drawn_yet_waits(world, applicant, clerk):
    case = life.received(world, applicant)
    case = services.reject_acceptance(case=case, actor=clerk, now=NOW, reason="N01", explanation="不属于本机关")
    assert services.archive(case=case, now=moment("2026-11-23 00:10")) is None
    assert services.sweep_archive(moment("2026-11-23 00:10")) == 0


def test_an_open_case_is_never_archived(world, applicant):
    case = life.received(world, applicant)
    assert services.archive(case=case, now=moment("2027-11-23 00:10")) is None


def test_the_sweep_writes_one_job_a_day(world, applicant, clerk, run_due):
    closed(world, applicant, clerk, run_due)
    later = moment("2026-10-23 00:10")
    assert [services.sweep_archive(later), services.sweep_archive(later)] == [1, 1]
    assert Job.objects.filter(kind="applications.archive").count() == 1


def test_withdrawn_nothing_rings_any_more(world, applicant, clerk):
    case = services.withdraw(case=life.examining(world, applicant, clerk), actor=applicant, now=NOW)
    assert Case.objects.get(pk=case.pk).close_type == "WITHDRAWN"
    assert not Reminder.objects.filter(cancelled_at=None, sent_at=None).exists()


# --- papers ----------------------------------------------------------------------------------------------------------


def test_every_notice_of_these_ends_is_drawn_and_sealed(world, applicant, stranger, clerk, examiner, leader, run_due):
    old = life.examining(world, applicant, clerk)
    points = {life.material(old, "works").pk: ["M03", "请提交近期业绩"]}
    request = services.ask_approval(
        case=old, verb="ask_more", actor=examiner, now=NOW, reason="法规修订", points=points, days=5
    )
    services.answer_approval(request=request, actor=leader, now=NOW, approve=True)
    new = hand_over(old, leader, world.other_window)
    end(new, leader)
    run_due(NOW)
    drawn = {paper.kind: paper.sha256 for paper in Paper.objects.filter(case__in=[old, new])}
    assert {"SECOND_REQUEST", "TRANSFER", "TERMINATION"} <= set(drawn)
    assert all(drawn.values())
