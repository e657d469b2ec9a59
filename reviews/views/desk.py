"""The expert's desk: dossiers by number, each beside the own score sheet. Nothing here knows whose a dossier is."""

from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from applications.views.common import by_script, signed_in
from applications.views.files import SEALED_OFF
from jobs import clock
from regions.queries import calendar_for
from reviews.conflict_forms import ConflictForm
from reviews.models import Dossier, Seat
from reviews.queries import scores as queries
from reviews.rules import scores as rules
from reviews.services import conflicts, copies, sheets
from reviews.states import SheetState
from talentportal.lib import again, pages
from talentportal.lib.bilingual import pick
from talentportal.lib.refusals import Refused
from talentportal.templatetags.portal import clock_time


@dataclass(frozen=True)
class Criterion:
    """A line of the score sheet."""

    key: str
    label: str
    guide: str
    most: Decimal
    points: str
    error: str
    is_bonus: bool
    is_veto: bool


@require_safe
@signed_in
def desk(request, pk: int):
    """List the dossiers of a group with how far the own sheets are."""
    seat = _seat(request, pk)
    if not seat.committed_at:
        return _not_yet(request, seat)
    lines, now = queries.lines_of(seat, request.user), clock.now()
    round = seat.group.round
    context = {
        "seat": seat,
        "round": round,
        "lines": lines,
        "done": sum(not line.open for line in lines),
        "most": rules.most_of(round.scheme.criteria),
        "left": queries.days_left(round, calendar_for(round.organization.region), timezone.localdate(now)),
        "is_closed": round.state not in queries.UNDER_REVIEW,
    }
    return render(request, "reviews/desk.html", context)


@require_safe
@signed_in
def dossier(request, pk: int):
    """Show a dossier beside the own score sheet."""
    seat, found = _own(request, pk)
    if not seat.committed_at:
        return _not_yet(request, seat)
    if found.withdrawn_at or seat.group.round.state not in queries.UNDER_REVIEW:
        return render(
            request, "reviews/dossier_gone.html", {"seat": seat, "code": found.code, "gone": found.withdrawn_at}
        )
    sheet = sheets.open_sheet(dossier=found, actor=request.user, now=clock.now())
    context = _sheet_context(request, seat, sheet)
    lines = queries.lines_of(seat, request.user)
    context |= {"reading": queries.reading_of(found), "lines": lines, "next": _next(lines, found.pk)}
    return render(request, "reviews/dossier.html", context)


def _sheet_context(request, seat: Seat, sheet) -> dict:
    """Fill in the sheet: as kept, or as typed where it was given back."""
    round, typed, told = seat.group.round, again.typed(request), again.told(request)
    faults = told.get("faults", {})
    scores = {
        key: (typed.get(f"points-{key}", "") if typed is not None else sheet.scores.get(key, ""))
        for key in _keys(round)
    }
    criteria = [_criterion(one, scores[one["key"]], faults) for one in round.scheme.criteria]
    today = clock.today()
    return {
        "seat": seat,
        "round": round,
        "sheet": sheet,
        "criteria": criteria,
        "most": rules.most_of(round.scheme.criteria),
        "comment": typed.get("comment", "") if typed is not None else sheet.comment,
        "is_veto": "is_veto" in typed if typed is not None else sheet.is_veto,
        "has_veto": rules.has_veto(round.scheme.criteria),
        "faults": faults,
        "reasons": told.get("reasons", []),
        "has_errors": bool(told),
        "left": queries.days_left(round, calendar_for(round.organization.region), today),
        "may_write": sheet.state == SheetState.DRAFT and not (round.review_until and round.review_until < today),
    }


def _keys(round) -> list[str]:
    return [criterion["key"] for criterion in round.scheme.criteria]


def _criterion(data: dict, points: str, faults: dict) -> Criterion:
    return Criterion(
        key=data["key"],
        label=pick(data["label"]),
        guide=pick(data.get("guide") or {}),
        most=Decimal(str(data["max"])),
        points=points,
        error=faults.get(data["key"], ""),
        is_bonus=bool(data.get("is_bonus")),
        is_veto=bool(data.get("is_veto")),
    )


def _next(lines: list, pk: int):
    """Return the next dossier that is not submitted, after this one and then from the beginning."""
    at = next((n for n, line in enumerate(lines) if line.pk == pk), 0)
    return next((line for line in lines[at + 1 :] + lines[:at] if line.open), None)


@require_POST
@signed_in
def save(request, pk: int):
    """Save the own sheet for a dossier, or submit it; a script is answered with what is kept and what is wrong."""
    seat, found = _own(request, pk)
    submits, page = "submit" in request.POST, reverse("expert:dossier", args=[pk])
    verb = sheets.submit_sheet if submits else sheets.save_sheet
    try:
        sheet = get_object_or_404(seat.sheets, dossier=found)
        sheet, faults = verb(sheet=sheet, actor=request.user, now=clock.now(), **_entered(request))
    except sheets.Changed:
        sheet = seat.sheets.get(dossier=found)
        words = {"time": clock_time(sheet.saved_at)}
        reason = _("This sheet was saved in another window at %(time)s. Below is what you typed here.") % words
        return _answer(request, page, {"error": reason, "version": sheet.version}, 409, reasons=[reason])
    except Refused as refused:
        return _answer(request, page, {"error": str(refused)}, 409, reasons=refused.reasons)
    if by_script(request):
        return JsonResponse(_kept(sheet, faults))
    if faults:
        return again.give_back(request, page, faults={key: str(fault) for key, fault in faults.items()})
    if not submits:
        messages.success(request, _("Saved at %(time)s.") % {"time": clock_time(sheet.saved_at)})
        return redirect(page)
    messages.success(request, _("The sheet for %(code)s is submitted.") % {"code": found.code})
    return redirect("expert:desk", pk=seat.group_id)


def _entered(request) -> dict:
    version = request.POST.get("version", "")
    return {
        "version": int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else 0,
        "points": lambda key: request.POST.get(f"points-{key}", "")[:40],
        "comment": request.POST.get("comment", ""),
        "is_veto": "is_veto" in request.POST,
    }


def _kept(sheet, faults: dict) -> dict:
    words = _("Saved at %(time)s, except what is marked.") if faults else _("Saved at %(time)s.")
    return {
        "saved": words % {"time": clock_time(sheet.saved_at)},
        "version": sheet.version,
        "faults": {key: str(fault) for key, fault in faults.items()},
    }


def _answer(request, page: str, said: dict, status: int, **told):
    return JsonResponse(said, status=status) if by_script(request) else again.give_back(request, page, **told)


@signed_in
def conflict(request, pk: int):
    """Ask for the conflict of interest with a dossier, and let the expert stand down from its group."""
    seat, found = _own(request, pk)
    if not seat.committed_at:
        return _not_yet(request, seat)
    form = ConflictForm(request.POST if request.method == "POST" else None)
    reasons = []
    if request.method == "POST" and form.is_valid():
        try:
            facts = {"actor": request.user, "now": clock.now(), **form.cleaned_data}
            conflicts.declare_conflict(seat=seat, dossier=found, **facts)
        except Refused as refused:
            reasons = refused.reasons
        else:
            messages.success(request, _("You have stood down from this group. Thank you for saying so."))
            return redirect("expert:home")
    context = {"seat": seat, "code": found.code, "pk": pk, "form": form, "reasons": reasons}
    return render(request, "reviews/conflict.html", context)


@require_safe
@signed_in
def file(request, pk: int):
    """Give out an expert's own copy of a file, with the watermark, never to be kept."""
    found, seat = _file(request, pk)
    data, mime = copies.copy_for(file=found, seat=seat, now=clock.now())
    return _sealed(data, mime, queries.name_of(found.dossier, found))


@require_safe
@signed_in
def page(request, pk: int, number: int):
    """Give out the picture of a page with the watermark, never to be kept."""
    found, seat = _file(request, pk)
    try:
        data, mime = copies.page_for(file=found, number=number, seat=seat, now=clock.now())
    except pages.CannotDraw as error:
        raise Http404 from error
    return _sealed(data, mime, f"{found.dossier.code}-{found.seq}-{number}.{mime.rpartition('/')[2]}")


def _sealed(data: bytes, mime: str, name: str) -> HttpResponse:
    headers = {
        "Content-Disposition": f'inline; filename="{name}"',
        "Content-Security-Policy": SEALED_OFF,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return HttpResponse(data, mime, headers=headers)


def _file(request, pk: int):
    """Return a file that the expert may open, with the expert's seat, or raise 404."""
    found = get_object_or_404(queries.files_for(request.user).select_related("dossier__group"), pk=pk)
    return found, _seat(request, found.dossier.group_id)


def _seat(request, group: int) -> Seat:
    return get_object_or_404(queries.seats_of(request.user), group=group)


def _own(request, pk: int) -> tuple[Seat, Dossier]:
    """Return a dossier of a group where the expert sits, approved at some time, with the seat, or raise 404."""
    groups = queries.seats_of(request.user).values("group")
    dossiers = Dossier.objects.filter(group__in=groups, checked_at__isnull=False).select_related("group")
    found = get_object_or_404(dossiers, pk=pk)
    return _seat(request, found.group_id), found


def _not_yet(request, seat: Seat):
    """Explain that confidentiality is promised first, and lead there."""
    return render(request, "reviews/desk_locked.html", {"seat": seat, "round": seat.group.round})
