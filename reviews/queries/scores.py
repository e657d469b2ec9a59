"""What experts see of dossiers, which is never the case behind them, and what the office sees of their sheets."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models import Case
from applications.questions import readable
from reviews.models import Dossier, DossierFile, Group, ReviewRound, Seat, Sheet, Standing
from reviews.rules.scores import FURTHER
from reviews.states import RoundState, SeatState, SheetState
from talentportal.lib import nameless
from talentportal.lib.bilingual import pick

UNDER_REVIEW = (RoundState.REVIEWING, RoundState.SCORED)


# --- what the sheets come to


def latest_standing(case: Case) -> Standing | None:
    """Return what the experts' sheets on a case come to; None before the first was computed."""
    return Standing.objects.filter(dossier__case=case, dossier__withdrawn_at__isnull=True).order_by("-id").first()


def has_scores(dossier: Dossier) -> bool:
    """Tell whether a dossier has valid sheets, or had some that a standing counted."""
    return dossier.sheets.valid().exists() or dossier.standings.exists()


def is_extended(group: Group) -> bool:
    """Tell whether the two further experts have taken their seats."""
    return group.seats.filter(state=SeatState.ACCEPTED).count() >= group.round.seats + FURTHER


def missing_of(group: Group) -> list:
    """List what is missing before a group is scored, dossier by dossier."""
    taken = group.seats.filter(state=SeatState.ACCEPTED).count()
    wanted = max(group.round.seats, taken)
    valid = Count("sheets", filter=Q(sheets__state=SheetState.SUBMITTED))
    reasons = []
    for dossier in group.dossiers.live().annotate(valid=valid).order_by("seq"):
        words, last = {"code": dossier.code, "valid": dossier.valid, "wanted": wanted}, dossier.standings.first()
        if dossier.valid < wanted:
            reasons.append(_("%(code)s: %(valid)s of %(wanted)s sheets are submitted.") % words)
        elif last and last.needs_more:
            reasons.append(_("%(code)s: the sheets differ too much; two further experts are needed.") % words)
        elif last and last.needs_panel and not dossier.panel_opinion:
            reasons.append(_("%(code)s: the panel has to discuss the vetoes.") % words)
    return reasons


# --- the expert's desk


@dataclass(frozen=True)
class Line:
    """A dossier on an expert's list: its number and how far the own sheet is."""

    pk: int
    code: str
    words: str
    tone: str
    total: object
    open: bool


@dataclass(frozen=True)
class File:
    """A file as an expert sees it; `pages` are numbers."""

    pk: int
    seq: int
    name: str
    kind: str
    title: str
    pages: list[nameless.Page]


@dataclass(frozen=True)
class Reading:
    """A dossier as an expert reads it: a code, answers and files. Nothing in it leads back to the case."""

    pk: int
    code: str
    answers: list[tuple[str, str]]
    files: list[File]


def seats_of(user) -> QuerySet[Seat]:
    """Return the seats that somebody has taken, confidentiality promised or not yet."""
    if not user.is_authenticated:
        return Seat.objects.none()
    seats = Seat.objects.filter(expert__user=user, state=SeatState.ACCEPTED)
    return seats.select_related(
        "group__round__scheme", "group__round__organization__region", "group__discipline", "expert"
    )


def dossiers_for(user) -> QuerySet[Dossier]:
    """Return the dossiers that an expert may open: checked, not withdrawn, in a group where a seat is taken."""
    seats = seats_of(user).filter(committed_at__isnull=False, group__round__state__in=UNDER_REVIEW)
    return Dossier.objects.live().filter(checked_at__isnull=False, group__in=seats.values("group"))


def files_for(user) -> QuerySet[DossierFile]:
    """Return the files of the dossiers that an expert may open."""
    return DossierFile.objects.filter(dossier__in=dossiers_for(user))


def lines_of(seat: Seat, user) -> list[Line]:
    """Return the expert's list of dossiers, by number."""
    sheets = {sheet.dossier_id: sheet for sheet in Sheet.objects.filter(seat=seat)}
    dossiers = dossiers_for(user).filter(group=seat.group).select_related("group").order_by("seq")
    return [_line(dossier, sheets.get(dossier.pk)) for dossier in dossiers]


def _line(dossier: Dossier, sheet: Sheet | None) -> Line:
    words, tone = _("not opened yet"), ""
    if sheet and sheet.state == SheetState.SUBMITTED:
        words, tone = _("submitted"), "ok"
    elif sheet and sheet.returned_at and sheet.state == SheetState.DRAFT:
        words, tone = _("returned, to be submitted again"), "seal"
    elif sheet:
        words, tone = SheetState(sheet.state).label, "amber"
    total = sheet.total if sheet and sheet.state == SheetState.SUBMITTED else None
    return Line(dossier.pk, dossier.code, words, tone, total, tone != "ok")


def reading_of(dossier: Dossier) -> Reading:
    """Return what an expert reads of a dossier, in the active language."""
    answers = [(pick(line["label"]), pick(line["text"])) for line in dossier.answers if pick(line["text"])]
    return Reading(dossier.pk, dossier.code, answers, [_file(dossier, file) for file in dossier.files.all()])


def _file(dossier: Dossier, file: DossierFile) -> File:
    with file.file.open("rb") as content:
        data = content.read()
    shown = nameless.pictures(data) if file.kind == "pdf" else [nameless.picture(data)]
    return File(file.pk, file.seq, name_of(dossier, file), file.kind, pick(file, "title"), shown)


def name_of(dossier: Dossier, file: DossierFile) -> str:
    """Return the name under which a file is given out: the code of the dossier and a number."""
    return f"{dossier.code}-{file.seq}.{file.kind}"


def days_left(round: ReviewRound, calendar, today: date) -> int | None:
    """Return the working days until a round's reviews are due: 0 on the day, negative after it; None without a day."""
    if round.review_until is None:
        return None
    left = calendar.between(today, round.review_until)
    return left if round.review_until >= today else min(left, -1)


# --- the office's matrix


@dataclass(frozen=True)
class Row:
    """A dossier with each seat and its sheet in the order of the matrix, and its last standing."""

    dossier: Dossier
    by_seat: list[tuple[Seat, Sheet | None]]
    standing: Standing | None


def matrix(group: Group) -> tuple[list[Seat], list[Row]]:
    """Return the seats that were taken at some time and, by rank, the dossiers with their sheets."""
    taken = [SeatState.ACCEPTED, SeatState.DISMISSED]
    seats = list(group.seats.filter(state__in=taken).select_related("expert").order_by("draw__seq", "rank"))
    rows = []
    for dossier in group.dossiers.select_related("group", "case").prefetch_related("sheets", "standings", "files"):
        by_seat = {sheet.seat_id: sheet for sheet in dossier.sheets.all()}
        standing = next(iter(dossier.standings.all()), None)
        rows.append(Row(dossier, [(seat, by_seat.get(seat.pk)) for seat in seats], standing))
    rows.sort(
        key=lambda row: (
            row.dossier.withdrawn_at is not None,
            row.standing.rank if row.standing else 999,
            row.dossier.seq,
        )
    )
    return seats, rows


def has_standing(group: Group) -> bool:
    """Tell whether the sheets of a group were added up before."""
    return Standing.objects.filter(dossier__group=group).exists()


def beside(dossier: Dossier, now: datetime) -> list[tuple[str, str, str]]:
    """Return (question, what was answered, what experts read) of every answer; "" where the question is left out."""
    shown = {line["key"]: pick(line["text"]) for line in dossier.answers}
    case = dossier.case
    answers = readable(case.guide, timezone.localdate(now), case.answers)
    return [(label, text, shown.get(key, "")) for key, label, text in answers if text]


def sheets_of(dossier: Dossier) -> list[tuple[Sheet, list[tuple], int]]:
    """Return (sheet, [(criterion, points, highest)], minutes of work) of a dossier's sheets, in the order drawn."""
    criteria = dossier.group.round.scheme.criteria
    sheets = dossier.sheets.select_related("seat__expert").order_by("seat__draw__seq", "seat__rank")

    def points(sheet: Sheet) -> list[tuple]:
        return [(pick(one["label"]), sheet.scores.get(one["key"], "—"), one["max"]) for one in criteria]

    return [(sheet, points(sheet), sheet.seconds // 60) for sheet in sheets]
