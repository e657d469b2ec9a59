"""Conflicts of interest 回避 that come up late, before or after scoring (domain 11.34)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import StaffPost
from notifications.services import Note, notify, notify_many
from reviews.models import Dossier, ExpertTie, Group, Seat, SeatEvent
from reviews.queries.rounds import in_charge
from reviews.services import standings
from reviews.services.invitations import call_reserve
from reviews.states import RoundState, SeatState, SheetState, TieKind
from talentportal.lib.bilingual import both
from talentportal.lib.refusals import refuse_unless


@transaction.atomic
def declare_conflict(*, seat: Seat, dossier: Dossier | None, kind: str, reason: str, actor, now: datetime) -> Seat:
    """Let an expert stand down from a group for a conflict, declared by the expert or found by the office.

    In this order: every sheet of the seat is void and kept; the seat is given up; the tie to the applicant is noted, so
    that no later draw seats the expert again; the next reserve is called; the standings are computed anew, the earlier
    ones stay. The office is told. Raises Refused with every reason.
    """
    related = ("group__round__organization__region", "group__discipline", "expert__user")
    Group.objects.select_for_update().get(pk=seat.group_id)  # seats and what sheets come to change under its lock
    seat = Seat.objects.select_related(*related).select_for_update(of=("self",)).get(pk=seat.pk)
    round = seat.group.round
    mine = seat.expert.user_id == actor.pk
    reasons = [] if mine or in_charge(actor, round.organization, now) else [_("This is not your seat.")]
    reasons += [] if seat.state == SeatState.ACCEPTED else [_("This seat is not taken any more.")]
    reasons += [_("The round is closed.")] if round.state == RoundState.CLOSED else []
    reasons += [] if kind in TieKind.values else [_("Say what kind of conflict it is.")]
    reasons += [] if reason.strip() else [_("Say what the conflict is.")]
    reasons += [_("This dossier belongs to another group.")] if dossier and dossier.group_id != seat.group_id else []
    refuse_unless(not reasons, reasons)
    _void(seat, reason, now)
    seat.state, seat.reason = SeatState.DISMISSED, reason.strip()[:300]
    seat.save(update_fields=["state", "reason"])
    SeatEvent.objects.create(seat=seat, state=seat.state, at=now, actor=actor, reason=seat.reason)
    if dossier:
        _tie(seat, dossier, kind, reason, now)
    call_reserve(seat=seat, actor=None, now=now, reason=str(_("an expert stood down for a conflict")))
    standings.compute(group=seat.group, now=now, reason=_("sheets are void after a conflict of interest"))
    _tell_office(seat, now)
    if not mine and seat.expert.user:
        words = {"round": both(round, "title"), "discipline": both(seat.group.discipline, "name")}
        notify(event="expert_stood_down", recipient=seat.expert.user, key=f"away:{seat.pk}", context=words, now=now)
    return seat


def _void(seat: Seat, reason: str, now: datetime) -> None:
    sheets = seat.sheets.exclude(state=SheetState.VOIDED)
    sheets.update(state=SheetState.VOIDED, voided_at=now, void_reason=reason.strip()[:300])


def _tie(seat: Seat, dossier: Dossier, kind: str, reason: str, now: datetime) -> None:
    """Note the tie between an expert and the applicant of a dossier; the expert never learns whose it is."""
    unit = dossier.case.unit
    ExpertTie.objects.get_or_create(
        expert=seat.expert,
        kind=kind,
        name=(unit.name if unit else dossier.case.applicant_name)[:120],
        defaults={"uscc": unit.uscc if unit else "", "note": reason.strip()[:200], "declared_at": now},
    )


def _tell_office(seat: Seat, now: datetime) -> None:
    """Tell the examiners of the organization that somebody stood down."""
    today, round = timezone.localdate(now), seat.group.round
    posts = StaffPost.objects.held_on(today).filter(role="EXAMINER", organization=round.organization)
    words = {"round": both(round, "title"), "group": str(seat.group), "number": seat.expert.number}
    path = f"/admin/reviews/dossier/round/{round.pk}/"
    people = {post.user for post in posts.select_related("user")}
    notes = [Note("conflict_declared", one, f"stood_down:{seat.pk}:to:{one.pk}", words, path) for one in people]
    notify_many(notes=notes, now=now)
