"""Notification and commitment 告知承诺: decided at once, checked afterwards, put right or revoked."""

import pytest

from applications import services
from applications.models import CommitmentCheck, Revocation
from applications.states import CloseType, State
from certificates.models import Certificate
from jobs import clock
from notifications.models import Message, Reminder
from talentportal.lib.refusals import Refused
from tests import cast
from tests.cast import moment

pytestmark = pytest.mark.django_db

ALL = ("id", "degree", "works", "form", "photo")
NOW = moment("2026-09-18 10:00")


@pytest.fixture
def received(world, applicant):
    world.item, world.guide = cast.make_item(
        world.province, world.office, [world.window], serial=2, deferral_allowed=False, notify_commit=True
    )
    draft = cast.make_draft(world, applicant, *ALL, now=NOW)
    return cast.submit(draft, applicant, NOW, pledges=True, pledge_name="陈思远")


@pytest.fixture
def granted(received, clerk, leader):
    cast.check_all(received, clerk, NOW)
    return services.grant_on_commitment(case=received, actor=leader, now=NOW)


@pytest.fixture
def closed(granted, applicant, run_due):
    run_due(NOW)
    return services.deliver(case=granted, actor=applicant, now=NOW)


def check(case, actor, is_kept, at="2026-10-20 10:00", findings="核查了单位台账"):
    return services.check_commitment(case=case, actor=actor, now=moment(at), is_kept=is_kept, findings=findings)


def order(case, actor, at="2026-10-21 10:00", **words):
    return services.order_rectification(case=case, actor=actor, now=moment(at), findings="补签劳动合同", **words)


def test_a_commitment_is_decided_at_once_and_checked_afterwards(closed, examiner, applicant, clerk):
    found = CommitmentCheck.objects.get()
    assert (closed.close_type, str(found.due_on)) == (CloseType.GRANTED, "2026-12-17")  # 60 working days
    assert Certificate.objects.get(source=f"case:{closed.pk}").status == "VALID"
    assert list(closed.clocks.filter(finished_at__isnull=True).values_list("kind", flat=True)) == ["CHECK"]
    assert "2026年12月17日" in "".join(closed.papers.get(kind="GRANT").content["zh"]["paragraphs"])
    assert Reminder.objects.filter(event="check_due", recipient=clerk).count() == 1

    case = check(closed, examiner, True)
    found.refresh_from_db()
    assert (found.is_kept, found.checked_by, case.state) == (True, examiner, State.CLOSED)
    assert not case.clocks.filter(finished_at__isnull=True).exists()
    assert Message.objects.filter(recipient=applicant, event="commitment_kept").count() == 1
    with pytest.raises(Refused):
        check(closed, examiner, False)


def test_a_commitment_is_decided_by_another_than_who_looked_at_the_materials(received, clerk, leader, world):
    with pytest.raises(Refused):
        services.grant_on_commitment(case=received, actor=leader, now=NOW)  # nobody has looked yet
    both = cast.make_staff("both@example.org", "郭兼", "CLERK", world.county, world.office, [world.window])
    both.posts.create(role="LEADER", organization=world.office, region=world.province, starts_on=cast.day("2024-01-01"))
    cast.check_all(received, both, NOW)
    with pytest.raises(Refused):
        services.grant_on_commitment(case=received, actor=both, now=NOW)
    with pytest.raises(Refused):
        services.grant_on_commitment(case=received, actor=clerk, now=NOW)
    case = services.grant_on_commitment(case=received, actor=leader, now=NOW)
    assert (case.state, case.decision.examined_by, case.decision.decided_by) == (State.GRANTED, both, leader)
    with pytest.raises(Refused):
        services.grant_on_commitment(case=received, actor=leader, now=NOW)


def test_an_ordinary_item_is_never_decided_on_commitment(world, applicant, clerk, leader):
    case = cast.submit(cast.make_draft(world, applicant, *ALL, now=NOW), applicant, NOW)
    cast.check_all(case, clerk, NOW)
    with pytest.raises(Refused):
        services.grant_on_commitment(case=case, actor=leader, now=NOW)


def test_what_the_check_finds_is_put_right_in_time(closed, examiner, applicant, run_due):
    with pytest.raises(Refused):
        order(closed, examiner)  # no check has found anything
    check(closed, examiner, False)
    with pytest.raises(Refused):
        order(closed, examiner, days=16)  # the guide gives 15
    case = order(closed, examiner)
    found = CommitmentCheck.objects.get()
    assert str(found.rectify_by) == "2026-11-11"
    assert case.papers.filter(kind="RECTIFICATION").count() == 1
    assert Reminder.objects.filter(event="rectification_reminder", recipient=applicant).count() >= 3
    with pytest.raises(Refused):
        order(closed, examiner)
    check(closed, examiner, True, "2026-11-09 10:00")
    run_due(moment("2026-11-12 00:10"))
    found.refresh_from_db()
    assert found.rectified_at == moment("2026-11-09 10:00")
    assert not case.events.filter(verb="lapse_rectification").exists()


def test_what_is_not_put_right_comes_before_the_leaders_and_is_revoked(closed, examiner, leader, run_due):
    check(closed, examiner, False)
    order(closed, examiner)
    run_due(moment("2026-11-11 23:59"))
    assert not closed.events.filter(verb="lapse_rectification").exists()
    run_due(moment("2026-11-12 00:10"))
    run_due(moment("2026-11-12 00:20"))
    assert closed.events.filter(verb="lapse_rectification").count() == 1
    assert Message.objects.filter(recipient=leader, event="rectification_lapsed").count() == 1
    case = services.revoke(
        case=closed,
        actor=leader,
        now=moment("2026-11-16 10:00"),
        reason="V06",
        reason_text="逾期没有整改",
        hearing="没有意见",
    )
    assert case.state == State.REVOKED
    assert Revocation.objects.get().reason == "V06"


def test_a_commitment_that_nobody_checks_is_warned_of(closed, leader, run_due):
    run_due(moment("2026-12-17 23:59"))
    assert not Message.objects.filter(event="check_overdue").exists()
    run_due(moment("2026-12-18 00:10"))
    run_due(moment("2026-12-18 00:20"))
    assert Message.objects.filter(event="check_overdue", recipient=leader).count() == 1


def test_only_examiners_check(closed, clerk, leader, applicant, stranger):
    for actor in (clerk, leader, applicant, stranger):
        with pytest.raises(Refused):
            check(closed, actor, True)
    assert CommitmentCheck.objects.get().checked_at is None


def test_the_commitment_is_signed_with_the_own_name_and_kept_as_a_paper(received, world, stranger):
    assert (received.pledge.signed_name, received.papers.filter(kind="COMMITMENT").count()) == ("陈思远", 1)
    paper = received.papers.get(kind="COMMITMENT")
    assert "在省内全职工作" in str(paper.content["zh"]["tables"])
    assert paper.title == "告知承诺书", "it is not named after a deferral that nobody asked for"
    draft = cast.make_draft(world, stranger, *ALL, now=NOW)
    with pytest.raises(Refused):
        cast.submit(draft, stranger, NOW, pledges=True, pledge_name="陈思远")


def test_who_does_not_commit_is_examined_in_the_ordinary_way(received, world, stranger, clerk, leader):
    case = cast.submit(cast.make_draft(world, stranger, *ALL, now=NOW), stranger, NOW, pledges=False, pledge_name="")
    cast.check_all(case, clerk, NOW)
    with pytest.raises(Refused):
        services.grant_on_commitment(case=case, actor=leader, now=NOW)
    assert services.accept(case=case, actor=clerk, now=NOW).state == State.EXAMINING


def test_an_item_without_the_regime_takes_no_commitment(world, applicant):
    item, _guide = cast.make_item(world.province, world.office, [world.window], serial=3)
    draft = cast.make_draft(world, applicant, *ALL, now=NOW, item=item)
    with pytest.raises(Refused):
        cast.submit(draft, applicant, NOW, pledges=True, pledge_name="陈思远")


def test_who_broke_a_commitment_gives_no_new_one_until_it_is_put_right(closed, examiner, world, applicant):
    check(closed, examiner, False)
    now = moment("2026-10-22 10:00")
    draft = cast.make_draft(world, applicant, *ALL, now=now)
    with pytest.raises(Refused):
        cast.submit(draft, applicant, now, pledges=True, pledge_name="陈思远")
    order(closed, examiner)
    check(closed, examiner, True, "2026-10-22 11:00")
    assert cast.submit(draft, applicant, now, pledges=True, pledge_name="陈思远").pledge


def test_the_page_to_sign_offers_the_commitment(world, applicant, client_of, received):
    services.withdraw(case=received, actor=applicant, now=NOW)
    draft = cast.make_draft(world, applicant, *ALL, now=clock.now())
    address = f"/en/apply/{world.item.code}/{draft.public_id}/sign/"
    client = client_of(applicant)
    body = client.get(address).content.decode()
    assert "Decided at once on your commitment" in body
    assert "Work full time in the province" in body
    sent = client.post(address, {"declares": "on", "pledges": "on", "pledge_name": "陈思远"})
    assert sent.status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.pledge.signed_name) == (State.RECEIVED, "陈思远")


# --- the archive ------------------------------------------------------------------------------------------------------


def archived(case, run_due) -> bool:
    run_due(moment("2027-02-28 00:10"))  # draws the papers
    run_due(moment("2027-03-01 00:10"))
    case.refresh_from_db()
    return case.state == State.ARCHIVED


def test_a_broken_commitment_is_not_archived_before_it_is_put_right(closed, examiner, run_due):
    check(closed, examiner, False)
    assert not archived(closed, run_due)
    order(closed, examiner)
    assert not archived(closed, run_due)  # the order has lapsed by then
    check(closed, examiner, True, "2027-03-01 00:20")
    assert services.archive(case=closed, now=moment("2027-03-02 00:10")).state == State.ARCHIVED


def test_a_kept_commitment_is_archived(closed, examiner, run_due):
    check(closed, examiner, True)
    assert archived(closed, run_due)


def test_a_broken_commitment_whose_right_was_ended_is_archived(closed, examiner, leader, run_due):
    check(closed, examiner, False)
    facts = {"reason": "D06", "reason_text": "依申请注销"}
    services.deregister(case=closed, actor=leader, now=moment("2026-10-21 10:00"), **facts)
    assert archived(closed, run_due)


# --- the applicant's space --------------------------------------------------------------------------------------------


def test_an_order_to_put_right_is_among_the_things_to_do_with_its_day(closed, examiner, applicant, at, client_of):
    check(closed, examiner, False)
    at("2026-10-21 12:00")
    me = client_of(applicant)
    assert me.get("/en/me/").context["todos"] == []
    order(closed, examiner)
    page = me.get("/en/me/")
    assert [(line["case"].pk, str(line["due_on"])) for line in page.context["todos"]] == [(closed.pk, "2026-11-11")]
    assert "put right what the check found" in page.content.decode()
    assert "11 November" in page.content.decode()
    assert page.context["open_cases"] == []
    check(closed, examiner, True, "2026-11-09 10:00")
    assert me.get("/en/me/").context["todos"] == []
