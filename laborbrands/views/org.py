"""The builder unit's own pages: its brands, its applications for recognition, its subsidies."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from applications.views.common import signed_in
from jobs import clock
from laborbrands import progress
from laborbrands.forms import AccountForm
from laborbrands.models import Brand, BrandApplication, Subsidy
from laborbrands.services import subsidy as services
from laborbrands.states import SubsidyState
from talentportal.lib import again
from talentportal.lib.refusals import Refused


@require_safe
@signed_in
def home(request):
    """My unit's brands with their tiers and subsidies, and where its applications stand."""
    today = clock.today()
    applications = list(
        BrandApplication.objects.own(request.user)
        .select_related("case__item", "case__unit", "region", "brand")
        .prefetch_related("endorsements__organization")
    )
    for application in applications:
        application.steps = progress.steps_of(application)
    brands = list(Brand.objects.of_builder(request.user).select_related("region").prefetch_related("subsidies"))
    for brand in brands:
        brand.held = list(brand.recognitions.standing_on(today))
        brand.removal_next = brand.evaluations.failed().exists()
    return render(request, "laborbrands/org_home.html", {"applications": applications, "brands": brands})


@signed_in
def subsidy(request, pk: int):
    """A subsidy with its steps; while it is open, the form that asks for its payment."""
    found = get_object_or_404(Subsidy.objects.of_builder(request.user).select_related("brand", "rule"), pk=pk)
    form = AccountForm(again.typed(request)) if found.state == SubsidyState.ENTITLED else None
    if request.method == "POST":
        return _ask_for_payment(request, found, form)
    reasons = again.told(request).get("reasons", [])
    context = {"subsidy": found, "form": form, "reasons": reasons, "events": found.events.all()}
    return render(request, "laborbrands/org_subsidy.html", context | {"has_errors": bool(reasons)})


def _ask_for_payment(request, found: Subsidy, form: AccountForm | None):
    if form is None:  # the second of two clicks
        return redirect("org_brands:subsidy", pk=found.pk)
    if not form.is_valid():
        return again.give_back(request)
    try:
        services.apply(subsidy=found, actor=request.user, now=clock.now(), **form.cleaned_data)
    except Refused as refused:
        return again.give_back(request, reasons=refused.reasons)
    again.forget(request)
    messages.success(request, _("Asked for the payment. The office checks it."))
    return redirect("org_brands:subsidy", pk=found.pk)
