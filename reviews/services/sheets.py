"""Score sheets 评分表: opened, saved as the expert types, submitted once, returned by the office at most once."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.services import Note, notify_many
from reviews.models import Dossier, Group, ReviewRound, Seat, Sheet
from reviews.queries import scores as queries
from reviews.queries.rounds import in_charge
from reviews.rules import scores as rules
from reviews.services import standings
from reviews.services.invitations import remind_of_review
from reviews.services.rounds import NOT_YOURS
from reviews.states import RoundState, SeatState, SheetState
from talentportal.lib.bilingual import both
from talentportal.lib.refusals import refuse_unless

NOT_YOUR_SHEET = _("This is not your score sheet.")
AWAY = timedelta(minutes=5)  # without a sign of life for longer, nobody is reading
SIGNS = 2_000_000  # seconds are counted up to three weeks
DESK = "/expert/groups/%s/"
OF_SEAT = ("expert__user", "group__discipline", "group__round__organization__region")


class Changed(Exception):
    """Somebody, or the same person elsewhere, has saved the sheet since the page was loaded."""


@transaction.atomic
def open_sheet(*, dossier: Dossier, actor, now: datetime) -> Sheet:
    """Open an expert's sheet for a dossier, making it the first time; counts the time at work.

    Raises Refused when the dossier is not open to the actor.
    """
    refuse_unless(queries.dossiers_for(actor).filter(pk=dossier.pk).exists(), _("This dossier is not open to you."))
    seat = queries.seats_of(actor).select_for_update(of=("self",)).get(group=dossier.group_id)
    sheet, _made = Sheet.objects.select_for_update(of=("self",)).get_or_create(
        seat=seat, dossier=dossier, defaults={"opened_at": now, "touched_at": now}
    )
    if sheet.state == SheetState.DRAFT:
        _touch(sheet, now)
        sheet.save(update_fields=["seconds", "touched_at"])
    return sheet


@transaction.atomic
def save_sheet(
    *, sheet: Sheet, version: int, points: Callable[[str], str], comment: str, is_veto: bool, actor, now: datetime
) -> tuple[Sheet, dict]:
    """Keep what an expert has entered so far; return the sheet and what is wrong, by field.

    Valid points are kept, others not. Counts the time at work. Raises `Changed` when `version` is an older one, so that
    no page overwrites what another has saved; Refused when the sheet is submitted, void, or late.
    """
    sheet = _own(sheet, version, actor, now)
    scheme = sheet.dossier.group.round.scheme
    scores, faults = rules.by_key(scheme.criteria, points)
    comment = comment.replace("\0", "").replace("\r\n", "\n").encode("utf-8", "ignore").decode()
    if len(comment) > rules.COMMENT_LIMIT:
        faults["comment"] = _("At most %(most)d characters fit here.") % {"most": rules.COMMENT_LIMIT}
    else:
        sheet.comment = comment
    sheet.scores, sheet.total = scores, rules.total_of(scheme.criteria, scores)
    sheet.is_veto = is_veto
    _touch(sheet, now)
    sheet.saved_at, sheet.version = now, sheet.version + 1
    sheet.save()
    return sheet, faults


@transaction.atomic
def submit_sheet(
    *, sheet: Sheet, version: int, points: Callable[[str], str], comment: str, is_veto: bool, actor, now: datetime
) -> tuple[Sheet, dict]:
    """Save a sheet and submit it for good; return it and what is missing, by field, in which case it is only saved.

    When everything of the group is in, the standings are computed. Raises like `save_sheet`.
    """
    _lock_group(sheet)
    entered = {"points": points, "comment": comment, "is_veto": is_veto}
    sheet, faults = save_sheet(sheet=sheet, version=version, actor=actor, now=now, **entered)
    group = sheet.dossier.group
    faults = rules.faults_of(group.round.scheme, sheet.scores, sheet.comment, sheet.is_veto) | faults
    if faults:
        return sheet, faults
    sheet.state, sheet.submitted_at = SheetState.SUBMITTED, now
    sheet.save(update_fields=["state", "submitted_at"])
    if not queries.missing_of(group) or queries.has_standing(group):
        standings.compute(group=group, now=now, reason=_("a sheet was submitted"))
    return sheet, {}


@transaction.atomic
def return_sheet(*, sheet: Sheet, reason: str, actor, now: datetime) -> Sheet:
    """Give a submitted sheet back to its expert, once, with a reason; what it said is kept beside.

    It does not count until it is submitted again. The expert is told. Raises Refused.
    """
    _lock_group(sheet)
    sheet = _locked(sheet)
    round = sheet.dossier.group.round
    reasons = [] if in_charge(actor, round.organization, now) else [NOT_YOURS]
    reasons += [] if sheet.state == SheetState.SUBMITTED else [_("Only a submitted sheet can be returned.")]
    reasons += [_("This sheet was returned once already.")] if sheet.returned_at else []
    reasons += [_("The round is closed.")] if round.state == RoundState.CLOSED else []
    reasons += [] if reason.strip() else [_("Give the reason.")]
    refuse_unless(not reasons, reasons)
    sheet.returned = {
        "scores": sheet.scores,
        "total": str(sheet.total),
        "is_veto": sheet.is_veto,
        "comment": sheet.comment,
        "submitted_at": sheet.submitted_at.isoformat(),
    }
    sheet.state, sheet.returned_at, sheet.returned_by = SheetState.DRAFT, now, actor
    sheet.return_reason, sheet.touched_at, sheet.version = reason.strip()[:300], None, sheet.version + 1
    sheet.save()
    standings.compute(group=sheet.dossier.group, now=now, reason=_("a sheet was returned to its expert"))
    words = {"code": sheet.dossier.code, "round": both(round, "title"), "reason": sheet.return_reason}
    _tell(sheet.seat, "sheet_returned", f"sheet_returned:{sheet.pk}", words, now)
    return sheet


@transaction.atomic
def extend_review(*, round: ReviewRound, until, actor, now: datetime) -> ReviewRound:
    """Move the last day of a round's reviews, and the reminders with it, to a later one. Raises Refused."""
    round = ReviewRound.objects.select_for_update(of=("self",)).get(pk=round.pk)
    reasons = [] if in_charge(actor, round.organization, now) else [NOT_YOURS]
    reasons += [_("The round is closed.")] if round.state == RoundState.CLOSED else []
    if until < timezone.localdate(now) or (round.review_until and until <= round.review_until):
        reasons.append(_("The new day must be later than the present one."))
    refuse_unless(not reasons, reasons)
    round.review_until = until
    round.save(update_fields=["review_until"])
    for seat in Seat.objects.filter(group__round=round, state=SeatState.ACCEPTED).select_related(*OF_SEAT):
        remind_of_review(seat.group, seat, now)
    return round


def _lock_group(sheet: Sheet) -> None:
    """Lock the group before the sheet, where standings follow: everybody takes the two in this order."""
    Group.objects.select_for_update(of=("self",)).get(dossiers__sheets=sheet)


def _locked(sheet: Sheet) -> Sheet:
    related = ("dossier__group__round__scheme", "dossier__group__round__organization__region", "seat__expert__user")
    return Sheet.objects.select_related(*related).select_for_update(of=("self",)).get(pk=sheet.pk)


def _own(sheet: Sheet, version: int, actor, now: datetime) -> Sheet:
    """Lock an expert's own sheet that can still be filled in."""
    sheet = _locked(sheet)
    refuse_unless(queries.seats_of(actor).filter(pk=sheet.seat_id).exists(), NOT_YOUR_SHEET)
    round, until = sheet.dossier.group.round, sheet.dossier.group.round.review_until
    reasons = (
        [] if queries.dossiers_for(actor).filter(pk=sheet.dossier_id).exists() else [_("The dossier was withdrawn.")]
    )
    if sheet.state == SheetState.SUBMITTED:
        reasons = [_("This sheet is submitted and cannot be changed any more.")]
    elif sheet.state == SheetState.VOIDED:
        reasons = [_("This sheet is void.")]
    elif round.state == RoundState.CLOSED:
        reasons.append(_("The round is closed."))
    elif until and until < timezone.localdate(now):
        reasons.append(_("The time for reviews is over. Ask the office of this round for more time."))
    refuse_unless(not reasons, reasons)
    if version != sheet.version:
        raise Changed
    return sheet


def _touch(sheet: Sheet, now: datetime) -> None:
    """Count the time since the last sign of life, unless the expert was away."""
    if sheet.touched_at and timedelta(0) < now - sheet.touched_at <= AWAY:
        sheet.seconds = min(sheet.seconds + round((now - sheet.touched_at).total_seconds()), SIGNS)
    sheet.touched_at = now


def _tell(seat: Seat, event: str, key: str, words: dict, now: datetime) -> int:
    """Tell a seat's expert, once per key; return 1 when it was new."""
    user = seat.expert.user
    if user is None or user.inbox.filter(key=key).exists():
        return 0
    notify_many(notes=[Note(event, user, key, words, DESK % seat.group_id)], now=now)
    return 1
