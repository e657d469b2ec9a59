"""A builder reports the yearly figures of its brand, and sees which of them were verified."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.views.common import signed_in
from jobs import clock
from laborbrands.models import Brand
from laborbrands.page_forms import FiguresForm
from laborbrands.services.figures import report_figures
from talentportal.lib.refusals import Refused


@signed_in
def figures(request, code: str):
    """The figures of the brand so far, and the form for those of a year; strangers get 404."""
    brand = get_object_or_404(Brand.objects.of_builder(request.user), code=code)
    now = clock.now()
    form = FiguresForm(request.POST if request.method == "POST" else None, this_year=timezone.localdate(now).year)
    reasons = []
    if request.method == "POST" and form.is_valid():
        asked = {"year": form.cleaned_data["year"], "source": form.cleaned_data["source"], "values": form.values()}
        try:
            report_figures(brand=brand, actor=request.user, now=now, **asked)
            messages.success(request, _("The figures are reported. They count once the office has verified them."))
            return redirect("org_brands:figures", code=code)
        except Refused as refused:
            reasons = refused.reasons
    stats = brand.stats.select_related("verified_by", "reported_by").order_by("-year", "-version")
    context = {"brand": brand, "form": form, "reasons": reasons, "stats": stats}
    return render(request, "laborbrands/org_figures.html", context, status=422 if reasons or form.errors else 200)
