"""The draw in two steps by two people: the operator freezes the pool, the supervisor enters the nonce."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from reviews.models import Draw, Group, ReviewRound, Seat
from reviews.queries import rounds as queries
from reviews.rules import draw as rules
from reviews.services.rounds import NOT_YOURS
from reviews.states import RoundState, SeatState
from talentportal.lib.refusals import in_both, refuse_unless

NONCE = (6, 64)  # characters


@transaction.atomic
def freeze(*, group: Group, actor, now: datetime) -> Draw:
    """Freeze the candidates for a group's first draw; the seed does not exist yet.

    Raises Refused without dossiers, when too few experts are left - the number of seats is never lowered (domain
    11.35) -, or when a pool is frozen already. Experts of the first level, or too few reserves, become remarks.
    """
    group = lock(group, actor, now)
    refuse_unless(
        not group.draws.filter(drawn_at__isnull=False).exists(),
        _("The experts of this group are drawn. Draw further ones if more are needed."),
    )
    return _freeze(group, group.round.seats, actor, now)


@transaction.atomic
def freeze_more(*, group: Group, wanted: int, actor, now: datetime) -> Draw:
    """Freeze the candidates for further experts of a group that was drawn: far apart scores, no reserve left.

    Whoever was drawn before stays out of it. Raises Refused like `freeze`.
    """
    group = lock(group, actor, now)
    drawn = group.draws.filter(drawn_at__isnull=False).exists()
    refuse_unless(drawn, _("The experts of this group are not drawn yet."))
    refuse_unless(group.round.state != RoundState.CLOSED, _("The round is closed."))
    refuse_unless(1 <= wanted <= 9, _("Draw one to nine further experts."))
    return _freeze(group, wanted, actor, now)


def _freeze(group: Group, wanted: int, actor, now: datetime) -> Draw:
    reasons = [] if queries.waiting_draw(group) is None else [_("The candidates are frozen already.")]
    dossiers = list(queries.dossiers_of(group).values_list("pk", flat=True))
    if not dossiers:
        reasons.append(_("There is no dossier in this group yet; whom to avoid is not known."))
    refuse_unless(not reasons, reasons)
    found = queries.pool_of(group, now)
    outside = rules.outside_needed(wanted, group.round.outside_percent)
    missing = lacking(found, wanted, outside)
    refuse_unless(not missing, missing)
    pool = {
        "wanted": wanted,
        "outside": outside,
        "reserves": rules.RESERVES_PER_SEAT * wanted,
        "candidates": found.candidates,
    }
    return Draw.objects.create(
        group=group,
        seq=group.draws.count() + 1,
        algorithm=rules.ALGORITHM,
        wanted=wanted,
        pool=pool,
        dossiers=dossiers,
        left_out=found.left_out,
        warnings=in_both(lambda: remarks(found, wanted)),
        pool_hash=rules.hash_of(pool),
        frozen_by=actor,
        frozen_at=now,
    )


def lacking(found: queries.Pool, wanted: int, outside: int) -> list:
    """List what a pool lacks for this many seats."""
    few, few_outside = rules.shortfall(found.candidates, wanted, outside)
    words = {"wanted": wanted, "few": few, "outside": outside, "few_outside": few_outside, "out": len(found.left_out)}
    reasons = []
    if few:
        reasons.append(
            _(
                "%(wanted)d experts of different units are needed, %(few)d are lacking; %(out)d were left out. The "
                "number of seats is not lowered: add experts of this discipline or from other provinces."
            )
            % words
        )
    if few_outside:
        reasons.append(
            _("%(outside)d experts from outside the province are needed, %(few_outside)d are lacking.") % words
        )
    return reasons


def remarks(found: queries.Pool, wanted: int) -> list:
    """List what everybody should know of a pool: widened to the first level, too few reserves."""
    units = {one["unit"] for one in found.candidates}
    own = {one["unit"] for one in found.of_the_discipline}
    reserves = len(units) - wanted
    said = []
    if len(own) < wanted:
        words = {"own": len(own), "wanted": wanted}
        said.append(_("Small discipline: %(own)d of %(wanted)d; experts of its first level were added.") % words)
    if reserves < rules.RESERVES_PER_SEAT * wanted:
        words = {"reserves": reserves, "asked": rules.RESERVES_PER_SEAT * wanted}
        said.append(_("Only %(reserves)d reserves of %(asked)d can be drawn.") % words)
    return said


@transaction.atomic
def drop(*, draw: Draw, reason: str, actor, now: datetime) -> Draw:
    """Drop a frozen pool that has not been drawn from, so that another can be frozen. Raises Refused without reason."""
    group = lock(draw.group, actor, now)
    draw = group.draws.get(pk=draw.pk)
    refuse_unless(draw.drawn_at is None and draw.dropped_at is None, _("This draw is finished."))
    refuse_unless(reason.strip(), _("Give the reason."))
    draw.dropped_at, draw.dropped_by, draw.drop_reason = now, actor, reason.strip()[:300]
    draw.save(update_fields=["dropped_at", "dropped_by", "drop_reason"])
    return draw


@transaction.atomic
def draw(*, draw: Draw, nonce: str, actor, now: datetime) -> Draw:
    """Draw from a frozen pool with the number that the supervisor enters, and make the seats in the order drawn.

    The supervisor is another person than the operator, in charge of the same organization; the database refuses one
    person alone. Raises Refused also when the dossiers changed since: then other applicants have to be avoided.
    """
    group = lock(draw.group, actor, now)
    draw = group.draws.get(pk=draw.pk)
    nonce = nonce.strip()
    refuse_unless(draw.drawn_at is None and draw.dropped_at is None, _("This draw is finished."))
    reasons = [_("Another person than the operator must draw.")] if draw.frozen_by_id == actor.pk else []
    if not NONCE[0] <= len(nonce) <= NONCE[1] or not nonce.isprintable():
        reasons.append(_("Enter 6 to 64 characters of your own choice, best by throwing dice."))
    if set(draw.dossiers) != set(queries.dossiers_of(group).values_list("pk", flat=True)):
        reasons.append(_("The dossiers of the group have changed since. Drop this pool and freeze a new one."))
    refuse_unless(not reasons, reasons)
    _settle(draw, group, nonce, actor, now)
    _seat(draw, group)
    if not group.round.groups.exclude(draws__drawn_at__isnull=False).exists():
        ReviewRound.objects.filter(pk=group.round_id, state=RoundState.PREPARING).update(state=RoundState.DRAWN)
    return draw


def _settle(draw: Draw, group: Group, nonce: str, actor, now: datetime) -> None:
    pool = draw.pool
    draw.nonce, draw.drawn_by, draw.drawn_at = nonce, actor, now
    draw.seed = rules.seed_of(
        round_number=group.round.number,
        group=str(group),
        seq=draw.seq,
        frozen_at=rules.moment(draw.frozen_at),
        pool_hash=draw.pool_hash,
        nonce=nonce,
    )
    draw.result = rules.draw_order(
        pool["candidates"], draw.seed, pool["wanted"], outside=pool["outside"], reserves=pool["reserves"]
    )
    draw.save(update_fields=["nonce", "seed", "result", "drawn_by", "drawn_at"])


def _seat(draw: Draw, group: Group) -> None:
    numbers = [one["number"] for one in draw.result]
    found = {
        expert.number: expert for expert in queries.experts_of(group.round.organization).filter(number__in=numbers)
    }
    Seat.objects.bulk_create(
        Seat(group=group, draw=draw, expert=found[number], rank=rank, state=SeatState.RESERVE)
        for rank, number in enumerate(numbers, start=1)
    )


def lock(group: Group, actor, now: datetime) -> Group:
    """Lock a group until the transaction ends and return it fresh; seats change only under this lock.

    Raises Refused unless the actor is in charge; None is the system.
    """
    related = ("round__organization__region", "round__item", "round__scheme", "discipline")
    group = Group.objects.select_related(*related).select_for_update(of=("self",)).get(pk=group.pk)
    refuse_unless(actor is None or queries.in_charge(actor, group.round.organization, now), NOT_YOURS)
    return group
