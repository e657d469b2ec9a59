"""The builder unit's own pages: its brands, its applications for recognition, its subsidies."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from applications.views.common import signed_in
from jobs import clock
from laborbrands import progress
from laborbrands.forms import AccountForm
from laborbrands.models import Brand, BrandApplication, Subsidy
from laborbrands.services import subsidy as services
from laborbrands.states import SubsidyState
from talentportal.lib.refusals import Refused


@require_safe
@signed_in
def home(request):
    """My unit's brands with their tiers and subsidies, and where its applications stand."""
    today = timezone.localdate(clock.now())
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
    form = AccountForm(request.POST or None) if found.state == SubsidyState.ENTITLED else None
    reasons = []
    if request.method == "POST" and form and form.is_valid():
        try:
            services.apply(subsidy=found, actor=request.user, now=clock.now(), **form.cleaned_data)
            messages.success(request, _("Asked for the payment. The office checks it."))
            return redirect("org_brands:subsidy", pk=pk)
        except Refused as refused:
            reasons = refused.reasons
    context = {"subsidy": found, "form": form, "reasons": reasons, "events": found.events.all()}
    return render(
        request, "laborbrands/org_subsidy.html", context, status=422 if reasons or (form and form.errors) else 200
    )
