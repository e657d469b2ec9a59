"""The personal space: what to do first, then cases, drafts, certificates, messages."""

from django.db.models import Exists, OuterRef, Q
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.queries import person_of, units_of
from applications import case_page
from applications.models import Case, Clock
from applications.services.drafts import deleted_on
from applications.states import ENDED_STATES, OPEN_STATES, ClockKind, ClockOwner, State
from applications.views.common import signed_in
from certificates.models import Certificate, CertificateStatus
from jobs import clock
from notifications.queries import inbox
from policies.models import OfferState
from regions.queries import calendar_for

PAGE = 20
SHORT = 5
TO_DO = {
    ClockKind.DEFERRAL: _("supply materials"),
    ClockKind.CORRECTION: _("send corrections"),
    ClockKind.RECTIFY: _("put right what the check found"),
}
SHOWS = {"open": _("In progress"), "drafts": _("Drafts"), "finished": _("Finished")}


@require_safe
@signed_in
def home(request):
    """What to do, with its date, before everything else."""
    user, today = request.user, clock.today()
    cases = _listed(user).exclude(state=State.DRAFT)
    ordered = Clock.objects.filter(case=OuterRef("pk"), kind=ClockKind.RECTIFY, finished_at__isnull=True)
    lines = [_line(case, today) for case in cases.filter(Q(state__in=OPEN_STATES) | Exists(ordered))[: SHORT * 4]]
    drafts = _listed(user).filter(state=State.DRAFT).select_related("item", "applicant__person")[:SHORT]
    context = {
        "todos": sorted((line for line in lines if line["is_mine"]), key=lambda line: line["due_on"] or today),
        "open_cases": [line for line in lines if line["case"].state in OPEN_STATES][:SHORT],
        "finished": [_line(case, today) for case in cases.filter(state__in=ENDED_STATES)[:SHORT]],
        "drafts": [(case, deleted_on(case.expires_on)) for case in drafts],
        "certificates": Certificate.objects.own(user)
        .filter(status=CertificateStatus.VALID)
        .select_related("kind")[:SHORT],
        "inbox": inbox(user)[:SHORT],
        "person": person_of(user),
        "units": units_of(user),
        "offers": user.offers.filter(state=OfferState.OPEN).select_related("benefit").order_by("answer_by")[:SHORT],
        "today": today,
    }
    return render(request, "applications/home.html", context)


@require_safe
@signed_in
def case_list(request):
    """The cases of the user and of the units the user acts for, newest first, page by page."""
    show = request.GET.get("show", "")
    today = clock.today()
    cases = _filtered(_listed(request.user), show)
    page, following = _page(cases, request.GET.get("before", ""))
    context = {
        "lines": [_line(case, today) for case in page],
        "next": following,
        "show": show if show in SHOWS else "",
        "shows": SHOWS.items(),
    }
    return render(request, "applications/case_list.html", context)


def _listed(user):
    """Own cases and drafts, also as an agent, and submitted cases of the units the user acts for."""
    cases = Case.objects.own(user).exclude(~Q(applicant=user), ~Q(agent=user), state=State.DRAFT)
    cases = cases.select_related("item", "unit", "region").defer("region__outline")  # kilobytes that no line shows
    return cases.prefetch_related("clocks").order_by("-created_at", "-id")


def _filtered(cases, show: str):
    match show:
        case "open":
            return cases.open()
        case "drafts":
            return cases.filter(state=State.DRAFT)
        case "finished":
            return cases.filter(state__in=ENDED_STATES)
    return cases


def _page(cases, before: str) -> tuple[list, str]:
    """Return a page of cases and the mark of the next one; a mark is the id of the last case seen."""
    last = cases.filter(pk=before).first() if before.isdecimal() and len(before) < 19 else None
    if last:
        cases = cases.filter(Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, pk__lt=last.pk))
    found = list(cases[: PAGE + 1])
    return found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else ""


def _line(case: Case, today) -> dict:
    """What a list shows of a case: its state in public words, and whose turn it is until when."""
    words, tone = case_page.status_words(case)
    running = [c for c in case.clocks.all() if c.finished_at is None and c.owner == ClockOwner.APPLICANT]
    mine = min(running, key=lambda c: c.due_on, default=None)
    due_on = mine.due_on if mine else case.due_on
    is_ready = case.state == State.READY
    return {
        "case": case,
        "words": words,
        "tone": tone,
        "is_mine": bool(mine) or is_ready,
        "is_overdue": bool(due_on and due_on < today and not is_ready),
        "due_on": due_on,
        "left": calendar_for(case.region).between(today, due_on) if due_on else None,
        "clock": mine,
        "what": _what(case, mine),
    }


def _what(case: Case, mine) -> str:
    """Say what is the applicant's to do, "" where it is the office's turn."""
    if case.state == State.READY:
        return _("collect the result")
    if case.state == State.PRECHECK_PASSED:
        return _("bring the originals")
    return TO_DO[mine.kind] if mine else ""
