"""What is due next in a round: who has not answered, promised or scored, and what the office has to do itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews.models import Group, ReviewRound, Seat
from reviews.queries.seats import Places
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
    yield from _places(group, seats)
    total = live.count()
    for seat in seats:
        if line := _of_seat(group, round_, seat, total, now):
            yield line
    for dossier in live:
        last = dossier.standings.first()
        if last and last.needs_panel and not dossier.panel_opinion:
            yield Due(group, _("%(code)s: the panel has to discuss the vetoes") % {"code": dossier.code}, is_ours=True)
        if last and last.needs_more:
            yield Due(group, _("%(code)s: draw two further experts") % {"code": dossier.code}, is_ours=True)


def _draws(group: Group) -> Iterator[Due]:
    draws = group.draws.filter(dropped_at=None)
    if draws.filter(drawn_at=None).exists():
        yield Due(group, _("the candidates are frozen; a second person draws"), is_ours=True)
    elif not draws.exists():
        yield Due(group, _("freeze the candidates"), is_ours=True)


def _places(group: Group, seats: list[Seat]) -> Iterator[Due]:
    """Yield the places that nobody was invited to, or that nobody is left for."""
    places = Places(seats)
    holders = [seat for draw in {seat.draw_id for seat in seats} for seat in places.of_draw(draw)]
    to_invite = sum(seat.state == SeatState.RESERVE for seat in holders)
    free = sum(seat.state in (SeatState.DECLINED, SeatState.EXPIRED, SeatState.DISMISSED) for seat in holders)
    if to_invite:
        words = ngettext("%(n)d expert is to be invited", "%(n)d experts are to be invited", to_invite)
        yield Due(group, words % {"n": to_invite}, is_ours=True)
    if free:
        words = ngettext(
            "%(n)d place is free and no reserve fits: draw a further expert",
            "%(n)d places are free and no reserve fits: draw further experts",
            free,
        )
        yield Due(group, words % {"n": free}, is_ours=True)


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
