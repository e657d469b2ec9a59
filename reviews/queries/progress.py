"""What is due next in a round: who has not answered, promised or scored, and what the office has to do itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews.models import Group, ReviewRound, Seat
from reviews.queries.rounds import ON_THEIR_SEATS
from reviews.queries.seats import Places
from reviews.rules.scores import FURTHER
from reviews.states import RoundState, SeatState, SheetState


@dataclass(frozen=True)
class Due:
    """A line of what is due: in which group, what, by when; `is_late` when that is over, `is_ours` for the office."""

    group: Group
    words: str
    until: datetime | date | None = None
    is_late: bool = False
    is_ours: bool = False


def due_in(round_: ReviewRound, now: datetime) -> list[Due]:
    """Return what is due in a round that is not closed: the office's own steps first, then the earliest."""
    if round_.state == RoundState.CLOSED:
        return []
    lines = [line for group in round_.groups.select_related("discipline") for line in _of_group(group, round_, now)]
    return sorted(lines, key=lambda line: (not line.is_ours, not line.is_late, _day(line.until)))


def _day(until: datetime | date | None) -> date:
    if until is None:
        return date.max
    return timezone.localdate(until) if isinstance(until, datetime) else until


def _of_group(group: Group, round_: ReviewRound, now: datetime) -> Iterator[Due]:
    live = group.dossiers.live()
    if not live.exists():
        yield Due(group, _("no dossier yet"), is_ours=True)
        return
    if waiting := live.filter(checked_at=None).count():
        words = ngettext("%(n)d dossier waits for its check", "%(n)d dossiers wait for their check", waiting)
        yield Due(group, words % {"n": waiting}, is_ours=True)
    yield from _draws(group)
    done = Count("sheets", filter=Q(sheets__state=SheetState.SUBMITTED, sheets__dossier__in=live))
    seats = list(group.seats.select_related("expert", "draw").order_by("draw__seq", "rank").annotate(done=done))
    standings = [(dossier, dossier.standings.first()) for dossier in live]
    far_apart = any(last and last.needs_more for _dossier, last in standings)
    yield from _places(group, seats, round_.seats, far_apart)
    total = live.count()
    yield from (line for seat in seats if (line := _of_seat(group, round_, seat, total, now)))
    for dossier, last in standings:
        if last and last.needs_panel and not dossier.panel_opinion:
            yield Due(group, _("%(code)s: the panel has to discuss the vetoes") % {"code": dossier.code}, is_ours=True)


def _draws(group: Group) -> Iterator[Due]:
    draws = group.draws.filter(dropped_at=None)
    if draws.filter(drawn_at=None).exists():
        yield Due(group, _("the candidates are frozen; a second person draws"), is_ours=True)
    elif not draws.exists():
        yield Due(group, _("freeze the candidates"), is_ours=True)


def _places(group: Group, seats: list[Seat], wanted: int, far_apart: bool) -> Iterator[Due]:
    """Yield the places that nobody was invited to, and those that nobody is left for."""
    if not seats:
        return
    places = Places(seats)
    holders = [seat for draw in {seat.draw_id for seat in seats} for seat in places.of_draw(draw)]
    if to_invite := sum(seat.state == SeatState.RESERVE for seat in holders):
        words = ngettext("%(n)d expert is to be invited", "%(n)d experts are to be invited", to_invite)
        yield Due(group, words % {"n": to_invite}, is_ours=True)
    active = to_invite + sum(seat.state in ON_THEIR_SEATS for seat in seats)
    if active < wanted:
        words = ngettext(
            "%(n)d place is free and no reserve fits: draw a further expert",
            "%(n)d places are free and no reserve fits: draw further experts",
            wanted - active,
        )
        yield Due(group, words % {"n": wanted - active}, is_ours=True)
    elif far_apart and active < wanted + FURTHER:
        yield Due(group, _("the sheets differ too much: draw two further experts"), is_ours=True)


def _of_seat(group: Group, round_: ReviewRound, seat: Seat, total: int, now: datetime) -> Due | None:
    """Return what an expert has not done yet."""
    words = {"name": seat.expert.name, "done": seat.done, "total": total}
    if seat.state == SeatState.INVITED:
        if seat.expert.user_id is None:
            return Due(group, _("%(name)s has no account: call, and note the answer") % words, seat.answer_by)
        return Due(group, _("%(name)s has not answered") % words, seat.answer_by)
    if seat.state != SeatState.ACCEPTED or (seat.committed_at and seat.done >= total):
        return None
    until = round_.review_until
    is_late = bool(until) and until < timezone.localdate(now)
    if seat.committed_at is None:
        return Due(group, _("%(name)s has not promised confidentiality") % words, until, is_late)
    return Due(group, _("%(name)s: %(done)d of %(total)d sheets submitted") % words, until, is_late)
