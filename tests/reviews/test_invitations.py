"""Invitations: answered in time or not, reserves in the order drawn, the promise before anything else."""

import datetime as dt

import pytest
import yaml
from django.conf import settings

from accounts.contacts import Contact
from applications.states import State
from notifications.models import Message, MessageTemplate, Reminder
from reviews.models import Expert, Group, ReviewRound, Seat, SeatEvent
from reviews.services import draw as draws
from reviews.services import invitations
from reviews.states import RoundState, SeatState
from tests.applications.life import at_once, refused
from tests.cast import moment
from tests.reviews.scene import NOW, drawn, make_expert, make_experts, tie

WORDING = yaml.safe_load((settings.BASE_DIR / "provinces/common/messages.yaml").read_text(encoding="utf-8"))
EVENTS = (
    *("expert_invited", "expert_invitation_reminder", "expert_invitation_lapsed", "expert_stood_down"),
    *("experts_short", "review_due"),
)
LATER = moment("2026-09-22 09:00")
AFTER = moment("2026-09-23 10:00")  # 48 hours

pytestmark = pytest.mark.django_db


@pytest.fixture
def experts(world, group):
    return make_experts(world.office, 12, account=True)


@pytest.fixture
def seats(group, experts, examiner, leader):
    """Three invited, six in reserve, in the order drawn."""
    drawn(group, examiner, leader)
    invitations.invite(group=group, actor=examiner, now=NOW)
    return all_of(group)


def all_of(group) -> list[Seat]:
    return list(group.seats.select_related("expert__user").order_by("draw__seq", "rank"))


def states(group) -> str:
    """One letter a seat, in the order drawn."""
    return "".join(seat.state[0] if seat.state != "DISMISSED" else "X" for seat in all_of(group))


def decline(seat, reason="出差", now=LATER):
    return invitations.decline(seat=seat, reason=reason, actor=seat.expert.user, now=now)


def accept(seat, now=LATER):
    return invitations.accept(seat=seat, actor=seat.expert.user, now=now)


def test_the_first_drawn_are_invited_and_the_case_stands_still(seats, group, case):
    assert states(group) == "IIIRRRRRR"
    assert {seat.answer_by for seat in seats[:3]} == {AFTER}
    case.refresh_from_db()
    assert case.state == State.SPECIAL
    special = case.specials.get()
    assert (special.kind, special.estimated_days) == ("EXPERT_REVIEW", 10 + 2)
    group.round.refresh_from_db()
    assert str(group.round.review_until) == "2026-10-14"  # ten working days after the answer, over two holidays


def test_an_invitation_names_no_applicant(group, experts, examiner, leader, case):
    for event in (
        "expert_invited",
        "expert_invitation_reminder",
        "expert_invitation_lapsed",
        "expert_stood_down",
        "review_due",
    ):
        wording(event)
    drawn(group, examiner, leader)
    invitations.invite(group=group, actor=examiner, now=NOW)
    found = Message.objects.filter(event="expert_invited")
    assert found.count() == 3
    texts = " ".join(f"{message.title} {message.body} {message.path}" for message in found)
    assert "劳动经济学" in texts
    assert "{" not in texts
    for secret in (case.applicant_name, case.applicant.name, case.case_no, case.public_id, "示例单位"):
        assert secret not in texts


def wording(event: str) -> None:
    """Take the wording of the packs."""
    entry = WORDING[event]
    texts = {f"{part}_{key}": words for part in ("title", "body", "sms") for key, words in entry.get(part, {}).items()}
    MessageTemplate.objects.create(event=event, channels=entry["channels"], **texts)


def test_accepting(seats, group):
    accept(seats[0])
    assert states(group) == "AIIRRRRRR"
    assert refused(accept, seat=seats[0]) == ["The seat is in another state now: accepted."]
    assert refused(decline, seat=seats[0]) == ["The seat is in another state now: accepted."]
    waiting = Reminder.objects.filter(subject=f"seat:{seats[0].pk}", cancelled_at=None)
    assert {reminder.event for reminder in waiting} == {"review_due"}


def test_declining_calls_the_next_reserve_in_the_order_drawn(seats, group):
    assert refused(decline, seat=seats[1], reason=" ") == ["Give the reason."]
    decline(seats[1])
    assert states(group) == "IDIIRRRRR"
    decline(seats[0])
    assert states(group) == "DDIIIRRRR"
    called = Seat.objects.get(pk=seats[3].pk)
    assert called.replaces == seats[1]
    assert called.answer_by == LATER + dt.timedelta(hours=48)
    decline(called)  # a reserve may decline, too
    assert states(group) == "DDIDIIRRR"
    assert Seat.objects.get(pk=seats[5].pk).replaces == called
    events = SeatEvent.objects.filter(seat__group=group).order_by("pk")
    assert [(event.seat_id, event.state, event.reason) for event in events][3:5] == [
        (seats[1].pk, "DECLINED", "出差"),
        (seats[3].pk, "INVITED", "出差"),
    ]


def test_no_answer_in_time(seats, group, run_due):
    accept(seats[0])
    run_due(AFTER - dt.timedelta(minutes=1))
    assert states(group) == "AIIRRRRRR"
    assert refused(accept, seat=seats[1], now=AFTER) == ["The time to answer has passed."]
    run_due(AFTER)
    assert states(group) == "AEEIIRRRR"
    written = SeatEvent.objects.count()
    run_due(AFTER)
    assert SeatEvent.objects.count() == written
    assert invitations.next_expiry(AFTER) == AFTER + dt.timedelta(hours=48)
    assert Message.objects.filter(event="expert_invitation_lapsed").count() == 2


def test_the_reminder_comes_a_day_before(seats, run_due):
    accept(seats[0])
    run_due(moment("2026-09-22 10:00"))
    heard = Message.objects.filter(event="expert_invitation_reminder").values_list("recipient", flat=True)
    assert set(heard) == {seats[1].expert.user_id, seats[2].expert.user_id}


def test_who_is_not_done_is_reminded_of_the_end(seats, group, run_due):
    """Three working days before 14 October, one (10 October is worked), and on the day; not who is done or left."""
    for seat in seats[:3]:
        accept(seat)
    for name, at in (("SUBMITTED", seats[0]), ("DRAFT", seats[1])):
        at.sheets.create(dossier=group.dossiers.get(), state=name, opened_at=LATER, submitted_at=LATER, total=80)
    Seat.objects.filter(pk=seats[2].pk).update(state=SeatState.DISMISSED)
    run_due(moment("2026-10-10 09:00"))
    heard = Message.objects.filter(event="review_due")
    assert heard.get().recipient == seats[1].expert.user
    run_due(moment("2026-10-13 09:00"))
    assert heard.count() == 2
    run_due(moment("2026-10-14 09:00"))
    assert heard.count() == 3
    assert Reminder.objects.filter(event="review_due", recipient=seats[1].expert.user).count() == 3


def test_only_the_expert_or_the_office_answers(seats, world, examiner, clerk, applicant):
    for who in (clerk, applicant, seats[1].expert.user):
        words = ["Examiners and leaders of the organization do this."]
        assert refused(invitations.accept, seat=seats[0], actor=who, now=LATER) == words
        assert refused(invitations.decline, seat=seats[0], actor=who, now=LATER, reason="x") == words
        assert refused(invitations.stand_down, seat=seats[0], actor=who, now=LATER, reason="x") == words
    assert refused(invitations.stand_down, seat=seats[0], actor=seats[0].expert.user, now=LATER, reason="x") == [
        "Examiners and leaders of the organization do this."
    ]
    invitations.accept(seat=seats[0], actor=examiner, now=LATER)  # said by telephone
    assert seats[0].events.last().actor == examiner


def phone_of(user, number: str) -> Contact:
    type(user).objects.filter(pk=user.pk).update(phone=number, phone_verified=True)
    return Contact("phone", number)


def test_who_has_no_account_names_one_when_accepting_by_telephone(seats, group, examiner, stranger, applicant):
    """Nobody scores by another's hand: an account of the same name is linked, and hears what is to be done."""
    seat = seats[0]
    seat.expert.user, seat.expert.name = None, stranger.person.name
    seat.expert.save()
    facts = {"seat": seat, "actor": examiner, "now": LATER}
    assert refused(invitations.accept, **facts) == [
        "Enter the mobile number or e-mail address with which the expert signs in."
    ]
    assert (
        "Ask the expert to register"
        in refused(invitations.accept, account=Contact("phone", "+8613800000001"), **facts)[0]
    )
    others = phone_of(seats[1].expert.user, "+8613800000002")
    assert refused(invitations.accept, account=others, **facts) == ["This account belongs to another expert."]
    theirs = phone_of(applicant, "+8613800000003")
    assert refused(invitations.accept, account=theirs, **facts) == ["This account bears another name than the expert."]
    mine = phone_of(stranger, "+8613800000004")
    invitations.accept(account=mine, **facts)
    assert states(group) == "AIIRRRRRR"
    assert Message.objects.filter(event="expert_account_linked", recipient=stranger).count() == 1
    assert Reminder.objects.filter(event="review_due", recipient=stranger).count() == 3
    linked = Seat.objects.get(pk=seat.pk)
    assert invitations.commit(seat=linked, actor=stranger, now=LATER).committed_at == LATER


def test_an_account_that_shows_a_tie_is_not_linked(seats, group, examiner, applicant):
    seat = seats[0]
    seat.expert.user, seat.expert.name = None, applicant.person.name
    seat.expert.save()
    said = refused(
        invitations.accept, seat=seat, actor=examiner, now=LATER, account=phone_of(applicant, "+8613800000003")
    )
    assert said[0].startswith("With this account the expert may not review here: own application")
    assert Expert.objects.get(pk=seat.expert_id).user is None


def test_the_promise(seats, group, examiner):
    assert refused(invitations.commit, seat=seats[0], actor=seats[0].expert.user, now=LATER) == [
        "Accept the invitation first."
    ]
    accept(seats[0])
    assert refused(invitations.commit, seat=seats[0], actor=examiner, now=LATER) == [
        "Only the expert gives this promise."
    ]
    invitations.commit(seat=seats[0], actor=seats[0].expert.user, now=LATER)
    invitations.commit(seat=seats[0], actor=seats[0].expert.user, now=AFTER)
    assert Seat.objects.get(pk=seats[0].pk).committed_at == LATER
    assert ReviewRound.objects.get(pk=group.round_id).state == RoundState.REVIEWING


def test_inviting_twice_invites_nobody(seats, group, examiner):
    words = refused(invitations.invite, group=group, actor=examiner, now=LATER)
    assert words == ["Nobody who was drawn waits for an invitation."]


def test_inviting_needs_the_examiner_of_the_cases(group, experts, examiner, leader):
    drawn(group, examiner, leader)
    words = refused(invitations.invite, group=group, actor=leader, now=NOW)
    assert words == ["This step is for another role."]
    assert states(group) == "RRRRRRRRR"


def test_a_tie_found_after_the_draw(group, experts, examiner, leader, applicant):
    drawn(group, examiner, leader)
    seats = all_of(group)
    tie(seats[1].expert, "KIN", applicant.name)
    tie(seats[3].expert, "EXPERT_ASKED", applicant.name)
    Expert.objects.filter(pk=seats[4].expert_id).update(status="SUSPENDED")
    invitations.invite(group=group, actor=examiner, now=NOW)
    assert states(group) == "IXIXXIRRR"
    assert Seat.objects.get(pk=seats[5].pk).replaces == seats[1]
    assert Seat.objects.get(pk=seats[1].pk).reason.endswith("陈思远")


def test_11_34_an_expert_in_conflict_after_scoring_is_replaced(seats, group, examiner):
    """The scores are voided where they are kept; the seat goes to the next in the order drawn, once."""
    accept(seats[0])
    Seat.objects.filter(pk=seats[0].pk).update(state=SeatState.DISMISSED)
    gone = Seat.objects.get(pk=seats[0].pk)
    called = invitations.call_reserve(seat=gone, actor=examiner, now=LATER, reason="发现师生关系")
    assert (called.pk, called.replaces, called.state) == (seats[3].pk, gone, SeatState.INVITED)
    assert called.events.get().reason == "发现师生关系"
    again = refused(invitations.call_reserve, seat=gone, actor=examiner, now=LATER, reason="x")
    assert again == ["Somebody else has taken this place."]
    assert refused(invitations.call_reserve, seat=seats[1], actor=examiner, now=LATER, reason="x") == [
        "This place is not free."
    ]


def test_the_office_stands_somebody_down_before_scoring(seats, group, examiner, case):
    accept(seats[0])
    invitations.stand_down(seat=seats[0], reason="任职单位变了", actor=examiner, now=LATER)
    assert states(group) == "XIIIRRRRR"
    accept(seats[1])
    seats[1].sheets.create(dossier=group.dossiers.get(), opened_at=LATER)
    words = refused(invitations.stand_down, seat=seats[1], reason="", actor=examiner, now=LATER)
    assert words == [
        "Give the reason.",
        "This expert has scored already. Note the conflict, which voids the sheets.",
    ]


def test_when_no_reserve_is_left_the_office_draws_again(seats, group, examiner, leader, world):
    for seat in seats:
        decline(Seat.objects.get(pk=seat.pk)) if seat != seats[2] else accept(seat)
    assert states(group) == "DDADDDDDD"
    assert Message.objects.filter(event="experts_short", recipient=examiner).count() == 2
    make_expert(world.office, 60, account=True)
    more = draws.freeze_more(group=group, wanted=2, actor=leader, now=LATER)
    draws.draw(draw=more, nonce="554433", actor=examiner, now=LATER)
    invitations.invite(group=group, actor=examiner, now=LATER)
    assert states(group) == "DDADDDDDDIIRR"


def test_a_unit_gets_no_second_expert_through_a_reserve(seats, group):
    Expert.objects.filter(pk=seats[3].expert_id).update(unit_name=seats[0].expert.unit_name)
    decline(seats[1])
    assert states(group) == "IDIRIRRRR"
    decline(seats[0])  # now the unit has nobody
    assert states(group) == "DDIIIRRRR"


def test_a_reserve_keeps_the_share_from_outside(world, group, round_, examiner, leader):
    ReviewRound.objects.filter(pk=round_.pk).update(outside_percent=30)  # one of three
    make_experts(world.office, 2, account=True)
    make_experts(world.office, 10, first=20, region=world.other_county, account=True)
    group = Group.objects.get(pk=group.pk)
    drawn(group, examiner, leader)
    invitations.invite(group=group, actor=examiner, now=NOW)
    away = {seat.expert.number for seat in all_of(group)[:3]} & {"E001", "E002"}
    for seat in [seat for seat in all_of(group)[:3] if seat.expert.number in away]:
        decline(seat)
    sitting = group.seats.filter(state=SeatState.INVITED, expert__region=None)
    assert sitting.count() == (1 if len(away) == 1 else 0)
    if len(away) == 1:
        decline(sitting.get())
        assert group.seats.filter(state=SeatState.INVITED).count() == 2  # the place waits for somebody from outside
        assert Message.objects.filter(event="experts_short").exists()


def test_who_has_no_account_is_called_by_telephone(world, group, examiner, leader):
    make_experts(world.office, 9)
    drawn(group, examiner, leader)
    invitations.invite(group=group, actor=examiner, now=NOW)
    seat = all_of(group)[0]
    invitations.decline(seat=seat, reason="电话答复：没有时间", actor=examiner, now=LATER)
    assert states(group) == "DIIIRRRRR"
    assert not Message.objects.filter(event="expert_invited").exists()


def test_who_is_not_needed_any_more(seats, group, examiner):
    accept(seats[0])
    assert invitations.release(group=group, actor=examiner, now=LATER) == 8
    assert states(group) == "AUUUUUUUU"


@pytest.mark.django_db(transaction=True)
def test_two_who_decline_at_once_call_two_reserves(seats, group):
    assert at_once(lambda: decline(seats[0]), lambda: decline(seats[1])) == ["done", "done"]
    assert states(group) == "DDIIIRRRR"


@pytest.mark.django_db(transaction=True)
def test_accepting_and_declining_at_once(seats, group):
    said = at_once(lambda: accept(seats[0]), lambda: decline(seats[0]))
    assert sorted(word == "done" for word in said) == [False, True]
    assert states(group) in ("AIIRRRRRR", "DIIIRRRRR")


@pytest.mark.django_db(transaction=True)
def test_an_answer_in_the_last_second_and_the_sweep(seats, group):
    at_once(
        lambda: accept(seats[0], now=AFTER - dt.timedelta(seconds=1)),
        lambda: invitations.expire(seat=seats[0], now=AFTER),
    )
    assert states(group) in ("AIIRRRRRR", "EIIIRRRRR")
