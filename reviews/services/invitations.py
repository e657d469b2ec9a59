"""The verbs of seats: invite who was drawn, hear the answers, call reserves in the order drawn, take the promise.

Every verb locks the group first (`draw.lock`), so that two answers at once call two reserves and not the same one
twice. Messages to experts never name an applicant.
"""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.contacts import Contact
from accounts.models import Role, User
from applications.models import Case
from applications.services import start_special
from applications.states import SpecialKind, State
from notifications.services import cancel_reminders, notify, plan_reminders
from regions.queries import calendar_for
from reviews.models import Group, ReviewRound, Seat, SeatEvent
from reviews.queries import rounds as queries
from reviews.queries.seats import Places
from reviews.services.draw import lock
from reviews.services.experts import link_account
from reviews.states import RoundState, SeatState
from talentportal.lib.bilingual import both, pick
from talentportal.lib.refusals import refuse_unless
from talentportal.lib.spoken import day_in_both

BASIS = "《中华人民共和国行政许可法》第四十五条"  # expert review is not counted in the office's period
REMINDED_BEFORE = timedelta(hours=24)
REVIEW_REMINDED, REMINDED_AT = (3, 1, 0), time(9)  # working days before the end; local time
FREED = (SeatState.DECLINED, SeatState.EXPIRED, SeatState.DISMISSED)  # others may take the place


@transaction.atomic
def invite(*, group: Group, actor, now: datetime) -> list[Seat]:
    """Invite the experts drawn who were not invited yet; return their seats.

    The first time, the special procedure of each case in examination begins, with the days of the review told in
    writing. Whoever turns out to have a tie by now is stood down and a reserve called. Raises Refused.
    """
    _lock_cases(group)
    group = lock(group, actor, now)
    round_ = group.round
    refuse_unless(round_.state != RoundState.CLOSED, _("The round is closed."))
    seats = [seat for seat in _seats(group) if seat.state == SeatState.RESERVE and seat.rank <= seat.draw.wanted]
    refuse_unless(seats, _("Nobody who was drawn waits for an invitation."))
    if round_.review_until is None:
        answered_by = timezone.localdate(now + timedelta(hours=round_.answer_hours))
        round_.review_until = calendar_for(round_.organization.region).add(answered_by, round_.review_days)
        round_.save(update_fields=["review_until"])
    _begin_review(group, actor, now)
    for seat in seats:
        if why := queries.why_unfit(seat, now):
            _free(seat, SeatState.DISMISSED, why["zh"], actor, now)
            _call_next(group, seat, why["zh"], actor, now)
        else:
            _invite(group, seat, actor, now)
    return seats


def _lock_cases(group: Group) -> None:
    """Lock the cases before their group: an applicant who withdraws, and the end of a round, take the same way."""
    cases = Case.objects.filter(pk__in=queries.dossiers_of(group).values("case"))
    list(cases.select_for_update(of=("self",)).order_by("pk"))


def _begin_review(group: Group, actor, now: datetime) -> None:
    """Begin the special procedure of the group's cases, as far as they are in examination."""
    calendar = calendar_for(group.round.organization.region)
    days = max(1, calendar.between(timezone.localdate(now), group.round.review_until))
    for dossier in queries.dossiers_of(group).select_related("case"):
        if dossier.case.state == State.EXAMINING:
            start_special(
                case=dossier.case,
                actor=actor,
                now=now,
                kind=SpecialKind.EXPERT_REVIEW,
                basis=group.round.scheme.basis or BASIS,
                estimated_days=days,
            )


@transaction.atomic
def accept(*, seat: Seat, actor, now: datetime, account: Contact | None = None) -> Seat:
    """Take the invitation; the office may note what an expert said by telephone. Raises Refused after the time.

    An expert without an account names one then: dossiers are read and scored by nobody else's hand. It is linked to
    the expert, who is told; an account that shows a tie to an applicant is refused.
    """
    group, seat = _take(seat, actor, now)
    _still_open(seat, now)
    if seat.expert.user is None:
        link_account(expert=seat.expert, account=account)
        why = queries.why_unfit(seat, now)
        refuse_unless(why is None, why and _unfit_words(why))
        _tell(seat, group, "expert_account_linked", now)
    seat.state, seat.answered_at = SeatState.ACCEPTED, now
    seat.save(update_fields=["state", "answered_at"])
    _note(seat, actor, now)
    cancel_reminders(subject=_subject(seat), now=now)
    remind_of_review(group, seat, now)
    return seat


def _unfit_words(why: dict) -> list:
    return [_("With this account the expert may not review here: %(why)s. Replace the expert.") % {"why": pick(why)}]


@transaction.atomic
def decline(*, seat: Seat, reason: str, actor, now: datetime) -> Seat:
    """Decline with a reason; the next reserve is invited at once. Raises Refused without one or after the time."""
    group, seat = _take(seat, actor, now)
    _still_open(seat, now)
    refuse_unless(reason.strip(), _("Give the reason."))
    _free(seat, SeatState.DECLINED, reason.strip(), actor, now)
    _call_next(group, seat, reason.strip(), actor, now)
    return seat


@transaction.atomic
def expire(*, seat: Seat, now: datetime) -> Seat | None:
    """Note that nobody answered in time and call the next reserve; None when there was an answer after all."""
    group, seat = _take(seat, None, now)
    if seat.state != SeatState.INVITED or seat.answer_by > now:
        return None
    reason = str(SeatState.EXPIRED.label)
    _free(seat, SeatState.EXPIRED, reason, None, now)
    if seat.expert.user:
        _tell(seat, group, "expert_invitation_lapsed", now)
    _call_next(group, seat, reason, None, now)
    return seat


def sweep_unanswered(now: datetime) -> int:
    """Expire every invitation that nobody answered in time; return how many."""
    overdue = Seat.objects.filter(state=SeatState.INVITED, answer_by__lte=now).order_by("group_id", "pk")
    return sum(expire(seat=seat, now=now) is not None for seat in overdue)


def next_expiry(after: datetime) -> datetime | None:
    """Return when the next invitation runs out."""
    waiting = Seat.objects.filter(state=SeatState.INVITED, answer_by__gt=after)
    return waiting.aggregate(first=Min("answer_by"))["first"]


@transaction.atomic
def stand_down(*, seat: Seat, reason: str, actor, now: datetime) -> Seat:
    """Take an expert off the seat, with the reason, and call the next reserve: the office's act, before any scoring.

    Once there are score sheets, a conflict has to be noted, which voids them. Raises Refused.
    """
    group, seat = _take(seat, actor, now, own=False)
    reasons = [] if reason.strip() else [_("Give the reason.")]
    if seat.state not in queries.ON_THEIR_SEATS:
        reasons.append(_("The seat is in another state now: %(state)s.") % {"state": seat.get_state_display()})
    if seat.sheets.exists():
        reasons.append(_("This expert has scored already. Note the conflict, which voids the sheets."))
    refuse_unless(not reasons, reasons)
    _free(seat, SeatState.DISMISSED, reason.strip(), actor, now)
    if seat.expert.user:
        _tell(seat, group, "expert_stood_down", now)
    _call_next(group, seat, reason.strip(), actor, now)
    return seat


@transaction.atomic
def call_reserve(*, seat: Seat, actor, now: datetime, reason: str) -> Seat | None:
    """Invite the next reserve in the order drawn to a place that became free; return the new seat.

    None when no reserve fits; the office is told, and draws further experts. The share from outside the province is
    kept. Part of a verb that has checked the actor. Raises Refused when the place is not free, or was taken already.
    """
    group, seat = _take(seat, None, now)
    refuse_unless(seat.state in FREED, _("This place is not free."))
    refuse_unless(not Seat.objects.filter(replaces=seat).exists(), _("Somebody else has taken this place."))
    return _call_next(group, seat, reason, actor, now)


@transaction.atomic
def commit(*, seat: Seat, actor, now: datetime) -> Seat:
    """Take the expert's promise of confidentiality and integrity; nothing of a dossier is shown before.

    A second time changes nothing. Raises Refused for anybody else, and for a seat that was not accepted.
    """
    _group, seat = _take(seat, actor, now)
    refuse_unless(seat.expert.user_id == actor.pk, _("Only the expert gives this promise."))
    refuse_unless(seat.state == SeatState.ACCEPTED, _("Accept the invitation first."))
    if seat.committed_at is None:
        seat.committed_at = now
        seat.save(update_fields=["committed_at"])
        ReviewRound.objects.filter(pk=seat.group.round_id, state__in=[RoundState.PREPARING, RoundState.DRAWN]).update(
            state=RoundState.REVIEWING
        )
    return seat


@transaction.atomic
def release(*, group: Group, actor, now: datetime) -> int:
    """Release who is not needed any more, when a group is done: reserves and unanswered invitations."""
    group = lock(group, actor, now)
    freed = [seat for seat in _seats(group) if seat.state in (SeatState.RESERVE, SeatState.INVITED)]
    for seat in freed:
        _free(seat, SeatState.UNNEEDED, "", actor, now)
    return len(freed)


def _take(seat: Seat, actor, now: datetime, *, own: bool = True) -> tuple[Group, Seat]:
    """Lock the group and return the seat fresh. Its expert may act on it, and who is in charge; None is the system."""
    is_own = own and actor is not None and seat.expert.user_id == actor.pk
    group = lock(seat.group, None if is_own else actor, now)
    return group, Seat.objects.select_related("expert__user", "draw", "group__round").get(pk=seat.pk)


def _still_open(seat: Seat, now: datetime) -> None:
    words = {"state": seat.get_state_display()}
    refuse_unless(seat.state == SeatState.INVITED, _("The seat is in another state now: %(state)s.") % words)
    refuse_unless(now < seat.answer_by, _("The time to answer has passed."))


def _seats(group: Group) -> list[Seat]:
    """Return all seats of a locked group in the order drawn."""
    seats = group.seats.select_related("draw", "expert__user", "group__round").prefetch_related("expert__ties")
    return list(seats.order_by("draw__seq", "rank"))


def _call_next(group: Group, freed: Seat, reason: str, actor, now: datetime) -> Seat | None:
    """Invite the first reserve that fits the place; those with a tie by now are stood down on the way."""
    for seat in Places(_seats(group)).reserves_for(freed):
        if why := queries.why_unfit(seat, now):
            _free(seat, SeatState.DISMISSED, why["zh"], actor, now)
            continue
        seat.replaces = freed
        _invite(group, seat, actor, now, reason)
        return seat
    _tell_office(group, freed, now)
    return None


def _invite(group: Group, seat: Seat, actor, now: datetime, reason: str = "") -> None:
    seat.state, seat.invited_at = SeatState.INVITED, now
    seat.answer_by = now + timedelta(hours=group.round.answer_hours)
    seat.save(update_fields=["state", "invited_at", "answer_by", "replaces"])
    _note(seat, actor, now, reason)
    if seat.expert.user is None:  # the office calls, notes the answer, and gives the account
        return
    _tell(seat, group, "expert_invited", now)
    remind_at = seat.answer_by - REMINDED_BEFORE
    words = _words(seat, group)
    row = ("expert_invitation_reminder", seat.expert.user, remind_at, words, path_of(seat))
    plan_reminders(subject=_subject(seat), rows=[row], now=now)


def _free(seat: Seat, state: SeatState, reason: str, actor, now: datetime) -> None:
    seat.state, seat.reason = state, reason[:300]
    seat.answered_at = seat.answered_at or (now if state == SeatState.DECLINED else None)
    seat.save(update_fields=["state", "reason", "answered_at"])
    _note(seat, actor, now, reason)
    cancel_reminders(subject=_subject(seat), now=now)


def _note(seat: Seat, actor, now: datetime, reason: str = "") -> None:
    SeatEvent.objects.create(seat=seat, state=seat.state, at=now, actor=actor, reason=reason[:300])


def remind_of_review(group: Group, seat: Seat, now: datetime) -> None:
    """Plan reminders three working days and one before the review is due, and on the day; who is done hears nothing."""
    if seat.expert.user is None:
        return
    until, calendar = group.round.review_until, calendar_for(group.round.organization.region)
    days = [calendar.subtract(until, days) for days in REVIEW_REMINDED]
    moments = [timezone.make_aware(datetime.combine(day, REMINDED_AT)) for day in days]
    path, words = f"/expert/groups/{group.pk}/", _words(seat, group)
    rows = [("review_due", seat.expert.user, moment, words, path) for moment in moments]
    plan_reminders(subject=_subject(seat), rows=rows, now=now)


def path_of(seat: Seat) -> str:
    """Return the address of an invitation, without the language."""
    return f"/expert/invitations/{seat.pk}/"


def _subject(seat: Seat) -> str:
    return f"seat:{seat.pk}"


def _words(seat: Seat, group: Group) -> dict:
    """Return what a message to an expert may say: nothing of applicants."""
    return {
        "round": both(group.round, "title"),
        "discipline": both(group.discipline, "name"),
        "count": str(queries.dossiers_of(group).count()),
        "date": day_in_both(timezone.localdate(seat.answer_by)),
        "time": f"{timezone.localtime(seat.answer_by):%H:%M}",
        "until": day_in_both(group.round.review_until),
    }


def _tell(seat: Seat, group: Group, event: str, now: datetime) -> None:
    notify(
        event=event,
        recipient=seat.expert.user,
        key=f"{event}:{seat.pk}",
        context=_words(seat, group),
        path=path_of(seat),
        now=now,
    )


def _tell_office(group: Group, freed: Seat, now: datetime) -> None:
    """Tell the examiners of the organization that no reserve is left for a place."""
    words = {"round": both(group.round, "title"), "group": str(group)}
    day = timezone.localdate(now)
    people = User.objects.filter(posts__organization=group.round.organization, posts__role=Role.EXAMINER).distinct()
    for person in people:
        if queries.in_charge(person, group.round.organization, now):
            notify(
                event="experts_short",
                recipient=person,
                key=f"experts_short:{freed.pk}:{day}:to:{person.pk}",
                context=words,
                path=f"/admin/reviews/reviewround/{group.round_id}/change/",
                now=now,
            )
