"""What the sheets come to: computed again and again, each time a new row; and the end of a round."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from applications.models import Case, SpecialProcedure
from applications.services.special import end_special, running_special
from applications.states import SpecialKind, State
from reviews.models import Dossier, Group, ReviewRound, Standing
from reviews.queries import scores as queries
from reviews.queries.rounds import in_charge
from reviews.rules.scores import Limits, Sum, add_up, ranks
from reviews.services.invitations import release
from reviews.services.rounds import NOT_YOURS
from reviews.states import RoundState
from talentportal.lib.refusals import refuse_unless

VALUES = ("mean", "sheets", "spread", "deviation", "vetoes", "needs_more", "needs_panel")


@transaction.atomic
def compute(*, group: Group, now: datetime, reason: str = "") -> list[Standing]:
    """Add up the valid sheets of each dossier of a group and rank them; return the standings that are new.

    A standing that would say the same as the last one is not written again; earlier ones stay. Withdrawn dossiers keep
    theirs and have no place in the ranks. The round becomes scored when nothing is missing, and is reviewed again when
    something is.
    """
    group = Group.objects.select_for_update(of=("self",)).select_related("round__scheme").get(pk=group.pk)
    sums = {dossier: _sum(dossier, group) for dossier in group.dossiers.live() if queries.has_scores(dossier)}
    places = ranks((dossier, result, dossier.sealed_order) for dossier, result in sums.items())
    made = [_standing(dossier, result, places[dossier], str(reason), now) for dossier, result in sums.items()]
    made = Standing.objects.bulk_create([one for one in made if _is_news(one)])
    _move(group.round)
    return made


def _sum(dossier: Dossier, group: Group) -> Sum:
    scheme, sheets = group.round.scheme, list(dossier.sheets.valid())
    limits = Limits(scheme.trims_from, scheme.spread_most, scheme.deviation_most, scheme.vetoes_for_panel)
    first = scheme.criteria[0]["key"] if scheme.criteria else ""
    return add_up(
        [sheet.total for sheet in sheets],
        limits,
        vetoes=sum(sheet.is_veto for sheet in sheets),
        first=[Decimal(sheet.scores.get(first, "0")) for sheet in sheets],
        is_extended=queries.is_extended(group),
    )


def _standing(dossier: Dossier, result: Sum, rank: int, reason: str, now: datetime) -> Standing:
    values = {name: getattr(result, name) for name in VALUES}
    return Standing(dossier=dossier, rank=rank, reason=reason[:300], at=now, **values)


def _is_news(standing: Standing) -> bool:
    last = standing.dossier.standings.first()
    return last is None or any(getattr(last, name) != getattr(standing, name) for name in (*VALUES, "rank"))


def _move(round: ReviewRound) -> None:
    """Note whether a round is scored."""
    done = not any(queries.missing_of(group) for group in round.groups.all())
    before, after = (RoundState.REVIEWING, RoundState.SCORED) if done else (RoundState.SCORED, RoundState.REVIEWING)
    ReviewRound.objects.filter(pk=round.pk, state=before).update(state=after)


@transaction.atomic
def compute_round(*, round: ReviewRound, actor, now: datetime) -> None:
    """Compute the standings of every group of a round anew, at the word of the office. Raises Refused."""
    refuse_unless(in_charge(actor, round.organization, now), NOT_YOURS)
    refuse_unless(round.state != RoundState.CLOSED, _("The round is closed."))
    for group in round.groups.all():
        compute(group=group, now=now, reason=_("computed at the word of the office"))


@transaction.atomic
def record_panel(*, dossier: Dossier, opinion: str, actor, now: datetime) -> Dossier:
    """Write down what the panel said about a dossier with vetoes. Raises Refused where there is nothing to discuss."""
    dossier = Dossier.objects.select_for_update(of=("self",)).select_related("group__round").get(pk=dossier.pk)
    last = dossier.standings.first()
    reasons = [] if in_charge(actor, dossier.group.round.organization, now) else [NOT_YOURS]
    reasons += [] if last and last.needs_panel else [_("This dossier needs no discussion.")]
    reasons += [] if opinion.strip() else [_("Write down what the panel said.")]
    reasons += [_("The round is closed.")] if dossier.group.round.state == RoundState.CLOSED else []
    refuse_unless(not reasons, reasons)
    dossier.panel_opinion, dossier.panel_by, dossier.panel_at = opinion.strip(), actor, now
    dossier.save(update_fields=["panel_opinion", "panel_by", "panel_at"])
    return dossier


@transaction.atomic
def close_round(*, round: ReviewRound, actor, now: datetime) -> ReviewRound:
    """Close a round: the special procedure of each of its cases ends with the mean as result.

    Reserves and unanswered invitations are released. Raises Refused with all that is missing: sheets, further experts
    where they differ too much, the panel's opinion.
    """
    round = ReviewRound.objects.select_for_update(of=("self",)).select_related("scheme").get(pk=round.pk)
    refuse_unless(in_charge(actor, round.organization, now), NOT_YOURS)
    refuse_unless(round.state != RoundState.CLOSED, _("The round is closed."))
    groups = list(round.groups.all())
    cases = Case.objects.filter(dossiers__in=Dossier.objects.live().filter(group__in=groups))
    list(cases.select_for_update().order_by("pk"))  # before the groups: one that is just withdrawn takes the same way
    for group in groups:
        compute(group=group, now=now, reason=_("the round is being closed"))
    reasons = [reason for group in groups for reason in queries.missing_of(group)]
    refuse_unless(groups and not reasons, reasons or _("The round has no groups."))
    for dossier in Dossier.objects.live().filter(group__in=groups).select_related("case"):
        _report(dossier, round, actor, now)
    for group in groups:
        release(group=group, actor=actor, now=now)
    round.state = RoundState.CLOSED
    round.save(update_fields=["state"])
    return round


def _report(dossier: Dossier, round: ReviewRound, actor, now: datetime) -> None:
    """End the expert review of a case with what it came to, where it is under way."""
    special: SpecialProcedure | None = running_special(dossier.case)
    if dossier.case.state == State.SPECIAL and special and special.kind == SpecialKind.EXPERT_REVIEW:
        last = dossier.standings.first()
        words = {"mean": last.mean, "sheets": last.sheets, "rank": last.rank, "code": dossier.code}
        with override("zh-hans"):  # official papers speak Chinese
            result = gettext("Expert review %(code)s: mean %(mean)s of %(sheets)s sheets, rank %(rank)s.") % words
        end_special(case=dossier.case, actor=actor, now=now, result=result, number=round.number)
