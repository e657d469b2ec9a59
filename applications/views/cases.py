"""A submitted case: its page, supplying and correcting, collecting, withdrawing."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from applications import case_page, history, queries, rules, services
from applications.forms import WithdrawForm
from applications.models import Case
from applications.states import PaperKind, State
from applications.views import again
from applications.views.common import own_case, signed_in
from applications.views.files import take_in
from applications.wizard import row_of
from jobs import clock
from talentportal.lib.refusals import Refused


@require_safe
@signed_in
def case(request, case_no: str):
    """The case page: clocks, to-do, history with what comes next, papers, window."""
    found = own_case(request, case_no)
    today = timezone.localdate(clock.now())
    materials = queries.materials_of(found)
    events = list(found.events.select_related("actor"))
    papers = list(found.papers.all())
    clocks = case_page.clock_views(found, today)
    words, tone = case_page.status_words(found)
    context = {
        "case": found,
        "guide": found.guide,
        "status": words,
        "tone": tone,
        "clocks": clocks,
        "todo": case_page.todo_of(found, materials),
        "history": history.history(found, events, papers, materials),
        "expected": history.expected(found, clocks),
        "papers": papers,
        "receipt": next((paper for paper in papers if paper.kind == PaperKind.RECEIPT), None),
        "rows": [row for row in map(row_of, materials) if row.files or rules.applies(row.material.spec, found.answers)],
        "verdict": case_page.verdict_of(found, events),
        "closed": case_page.closed_of(found, today),
        "certificate": case_page.certificate_of(found),
        "may_withdraw": case_page.may_withdraw(found),
        "just_submitted": "submitted" in request.GET and found.state == State.RECEIVED,
    }
    return render(request, "applications/case.html", context)


@signed_in
def supplement(request, case_no: str):
    """Supply promised materials or corrections: only what is asked for is open. A POST hands the corrections in."""
    found = own_case(request, case_no)
    if request.method != "POST":
        said = again.told(request)
        rows = {int(pk): errors for pk, errors in said.get("rows", {}).items()}
        return _supplement_page(request, found, reasons=said.get("reasons", []), row_errors=rows)
    try:
        services.supply_correction(case=found, actor=request.user, now=clock.now())
    except Refused as refused:
        return again.give_back(request, reasons=refused.reasons)
    messages.success(request, _("The corrections are sent. The window looks again."))
    return redirect("me:case", case_no=case_no)


def _supplement_page(request, found: Case, *, reasons=(), row_errors=None):
    materials = queries.materials_of(found)
    todo = case_page.todo_of(found, materials)
    if todo is None or todo.kind == "collect":
        messages.info(request, _("Nothing is asked of you at the moment."))
        return redirect("me:case", case_no=found.case_no)
    row_errors = dict(row_errors or {})
    for entry in todo.rows:
        entry.row.errors = row_errors.pop(entry.row.material.pk, None)
    reasons = [*reasons, *(error for errors in row_errors.values() for error in errors)]  # of what is not asked for
    context = {
        "case": found,
        "todo": todo,
        "clocks": case_page.clock_views(found, timezone.localdate(clock.now())),
        "reasons": reasons,
        "failed": [entry.row for entry in todo.rows if entry.row.errors],
        "has_errors": bool(reasons) or any(entry.row.errors for entry in todo.rows),
    }
    return render(request, "applications/supplement.html", context)


@require_POST
@signed_in
def supply(request, case_no: str, material: int):
    """Take in the file for one material that is asked for; a promised one counts as supplied with it."""
    found = own_case(request, case_no)
    wanted = get_object_or_404(found.materials.select_related("spec", "deferral", "case"), pk=material)
    now = clock.now()
    errors = _supply(request, found, wanted, now)
    if errors:
        page = reverse("me:supplement", args=[case_no])
        return again.give_back(request, page, f"#material-{wanted.pk}", rows={wanted.pk: errors})
    messages.success(request, _("Received. You can see it below."))
    return HttpResponseRedirect(_after_supply(found))


def _supply(request, found: Case, wanted, now) -> list:
    if not rules.may_change_material(found, wanted, request.user):
        return [_("This material cannot be changed now.")]
    if errors := take_in(request, wanted, now):
        return errors
    if found.state == State.CORRECTION:
        return []
    try:
        services.supply_deferred(material=wanted, actor=request.user, now=now)
    except Refused as refused:
        return refused.reasons
    return []


def _after_supply(found: Case) -> str:
    """Stay where something is still open, else go to the case."""
    found.refresh_from_db()
    todo = case_page.todo_of(found, queries.materials_of(found))
    if found.state == State.CORRECTION or (todo and todo.kind == "supply" and todo.is_open):
        return reverse("me:supplement", args=[found.case_no])
    return reverse("me:case", args=[found.case_no])


@require_POST
@signed_in
def collect(request, case_no: str):
    """Serve the result online; the case is finished with it."""
    found = own_case(request, case_no)
    try:
        services.deliver(case=found, actor=request.user, now=clock.now(), method="online")
    except Refused as refused:
        found.refresh_from_db()
        if found.state != State.CLOSED:
            messages.error(request, str(refused))
    return redirect("me:case", case_no=case_no)


@signed_in
def withdraw(request, case_no: str):
    """Say what withdrawing means, then do it."""
    found = own_case(request, case_no)
    if not case_page.may_withdraw(found):
        messages.info(request, _("This case cannot be withdrawn any more."))
        return redirect("me:case", case_no=case_no)
    form, reasons = WithdrawForm(again.typed(request)), again.told(request).get("reasons", [])
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw(case=found, actor=request.user, now=clock.now(), **form.cleaned_data)
        except Refused as refused:
            reasons = refused.reasons
        else:
            messages.success(request, _("The application is withdrawn."))
            return redirect("me:case", case_no=case_no)
    if request.method == "POST":
        return again.give_back(request, reasons=reasons)
    return render(request, "applications/withdraw.html", {"case": found, "form": form, "reasons": reasons})
