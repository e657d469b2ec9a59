"""The way into an application: start, what is open already, and leaving a draft."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.queries import units_of
from applications import queries, services
from applications.forms import UnitForm, WhomForm
from applications.models import Case
from applications.states import State
from applications.views.common import drafted_by, own_draft, signed_in
from jobs import clock
from policies.models import ServiceItem
from talentportal.lib import again
from talentportal.lib.refusals import Refused


@signed_in
def start(request, code: str):
    """Offer to begin, to go on with a draft, or to look at the open case; a POST begins."""
    item = get_object_or_404(ServiceItem.objects.select_related("organization"), code=code)
    now = clock.now()
    today = timezone.localdate(now)
    guide = item.guides.in_force(today).order_by("-version").first()
    if guide is None:
        return render(request, "applications/not_open.html", {"item": item})
    mine = Case.objects.filter(applicant=request.user, item=item).select_related("unit")
    begun = drafted_by(request.user).filter(item=item, state=State.DRAFT)
    context = {
        "item": item,
        "guide": guide,
        "drafts": list(begun.select_related("unit", "applicant__person")),
        "open_cases": list(mine.open()),
        "closed": queries.closed_by(queries.ban_on(today, applicant=request.user)) if guide.deferral_allowed else None,
        "reasons": again.told(request).get("reasons", []),
        "form": _form(request, item, guide, today),
    }
    if request.method == "POST":
        return _begin(request, item, context, now)
    return render(request, "applications/start.html", context | {"has_errors": bool(context["reasons"])})


def _form(request, item, guide, today):
    """Return the form that asks for which unit or for whom, or None where there is nothing to choose."""
    data = again.typed(request)
    if guide.by_unit:
        return UnitForm(units_of(request.user), data)
    attorneys = queries.attorneys_of(request.user, item, today)
    return WhomForm(attorneys, data) if attorneys else None


def _begin(request, item, context, now):
    form = context["form"]
    if form and not form.is_valid():
        return again.give_back(request)
    unit, attorney = (form.cleaned_data.get(name) if form else None for name in ("unit", "attorney"))
    applicant = attorney.grantor if attorney else request.user
    if any((draft.applicant, draft.unit) == (applicant, unit) for draft in context["drafts"]):
        return redirect("apply:start", code=item.code)
    try:
        draft = services.start(item=item, actor=request.user, now=now, unit=unit, attorney=attorney)
    except Refused as refused:
        return again.give_back(request, reasons=refused.reasons)
    return redirect("apply:step", code=item.code, draft=draft.public_id, step="identity")


@signed_in
def discard(request, code: str, draft: str):
    """Ask, then delete a draft with its files."""
    case = own_draft(request, code, draft)
    if case.state != State.DRAFT:
        return redirect("me:case", case_no=case.case_no)
    if request.method != "POST":
        return render(request, "applications/discard.html", {"case": case})
    services.discard_draft(case=case, actor=request.user)
    messages.success(request, _("The draft is deleted."))
    return redirect("apply:start", code=code)


@require_POST
@signed_in
def renew(request, code: str, draft: str):
    """Carry a draft over to the guide in force."""
    case = own_draft(request, code, draft)
    if case.state != State.DRAFT:
        return redirect("me:case", case_no=case.case_no)
    try:
        services.renew_draft(case=case, actor=request.user, now=clock.now())
    except Refused:
        return render(request, "applications/not_open.html", {"item": case.item})
    messages.success(request, _("The draft is renewed. Your answers and files are still here; check them once more."))
    return redirect("apply:step", code=code, draft=draft, step="identity")
