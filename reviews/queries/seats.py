"""Who sits where in a group: places, who holds them now, and which reserve may take one that became free."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from reviews.models import Dossier, Expert, Seat, Sheet
from reviews.queries.rounds import ON_THEIR_SEATS, own_seats, same_unit
from reviews.states import RoundState, SeatState, SheetState

_OWN_PAGE = re.compile(r"/expert/(invitations|groups)/(\d+)/")


def may_hear(user, path: str) -> bool:
    """Tell whether an expert still needs a reminder: of an invitation not answered, of dossiers not all scored."""
    page = _OWN_PAGE.fullmatch(path)
    if page is None:
        return True
    own = Seat.objects.filter(expert__user=user)
    if page[1] == "invitations":
        return own.filter(pk=page[2], state=SeatState.INVITED).exists()
    sitting = own.filter(group=page[2], state=SeatState.ACCEPTED).exclude(group__round__state=RoundState.CLOSED)
    done = Sheet.objects.filter(seat__in=sitting, state=SheetState.SUBMITTED).values("dossier")
    left = Dossier.objects.filter(group__seats__in=sitting, withdrawn_at__isnull=True).exclude(pk__in=done)
    return left.exists()


@dataclass(frozen=True)
class Tasks:
    """What waits for an expert: invitations to answer, groups with sheets left to submit."""

    expert: Expert
    asked: list[Seat]
    sitting: list[Seat]


def tasks_of(user, now: datetime) -> Tasks | None:
    """Return what waits for an expert, the most urgent first; None for somebody who is none."""
    expert = Expert.objects.filter(user=user.pk).first() if user.is_authenticated else None
    if expert is None:
        return None
    seats = own_seats(user)
    asked = seats.filter(state=SeatState.INVITED, answer_by__gt=now).order_by("answer_by")
    taken = seats.filter(state=SeatState.ACCEPTED).exclude(group__round__state=RoundState.CLOSED)
    sitting = [seat for seat in taken.order_by("group__round__review_until") if not _is_done(seat)]
    return Tasks(expert, list(asked), sitting)


def _is_done(seat: Seat) -> bool:
    """Tell whether an expert has promised and scored all there is."""
    done = seat.sheets.filter(state=SheetState.SUBMITTED).values("dossier")
    return bool(seat.committed_at) and not seat.group.dossiers.live().exclude(pk__in=done).exists()


class Places:
    """The seats of one group in the order drawn; a place is that of an expert first drawn, and of who came after."""

    def __init__(self, seats: Iterable[Seat]):
        self.seats = list(seats)

    @cached_property
    def successors(self) -> dict[int, Seat]:
        return {seat.replaces_id: seat for seat in self.seats if seat.replaces_id}

    def holder(self, first: Seat) -> Seat:
        """Return who has the place now, or had it last."""
        seat = first
        while seat.pk in self.successors:
            seat = self.successors[seat.pk]
        return seat

    def first_of(self, seat: Seat) -> Seat:
        """Return whose place it was when drawn."""
        by_pk = {one.pk: one for one in self.seats}
        while seat.replaces_id:
            seat = by_pk[seat.replaces_id]
        return seat

    def of_draw(self, draw_id: int) -> list[Seat]:
        """Return who holds the places of a draw now."""
        firsts = [seat for seat in self.seats if seat.draw_id == draw_id and seat.rank <= seat.draw.wanted]
        return [self.holder(seat) for seat in firsts]

    def reserves_for(self, freed: Seat) -> Iterator[Seat]:
        """Yield the reserves that may take a free place, in the order drawn, those of its own draw first.

        No unit gets a second expert. Somebody from the province may take it only where the free places left over are
        enough for the share from outside.
        """
        origin = self.first_of(next(seat for seat in self.seats if seat.pk == freed.pk)).draw
        seated = [seat for seat in self.seats if seat.state in ON_THEIR_SEATS]
        holders = self.of_draw(origin.pk)
        sitting = [seat for seat in holders if seat.state in ON_THEIR_SEATS]
        lacking = origin.pool["outside"] - sum(seat.expert.region_id is None for seat in sitting)
        only_outside = lacking >= len(holders) - len(sitting) and lacking > 0
        waiting = [seat for seat in self.seats if seat.state == SeatState.RESERVE and seat.rank > seat.draw.wanted]
        for seat in sorted(waiting, key=lambda one: one.draw_id != origin.pk):
            if only_outside and seat.expert.region_id is not None:
                continue
            if not any(same_unit(seat.expert, other.expert) for other in seated):
                yield seat
