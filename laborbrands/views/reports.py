"""A builder's yearly reports and its statement on a removal; strangers find nothing here."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications.views.common import signed_in
from jobs import clock
from laborbrands.keeping_forms import DefenceForm, ReportForm
from laborbrands.models import Brand
from laborbrands.services import removal as removals
from laborbrands.services import reports
from laborbrands.states import RemovalState
from talentportal.lib import again
from talentportal.lib.refusals import Refused


@signed_in
def report(request, code: str, year: int):
    """Show a yearly report; while it is not in, the form that hands it in."""
    brand = get_object_or_404(Brand.objects.of_builder(request.user), code=code)
    found = get_object_or_404(brand.reports.select_related("stat", "submitted_by"), year=year)
    form = None if found.submitted_at else ReportForm(again.typed(request))
    if request.method == "POST":
        return _hand_in(request, found, form)
    context = {
        "brand": brand,
        "report": found,
        "form": form,
        "late": found.due_on < clock.today(),
        "figures": found.stat and [(f.verbose_name, getattr(found.stat, f.name)) for f in _figure_fields(found.stat)],
        "reasons": again.told(request).get("reasons", []),
        "others": brand.reports.exclude(pk=found.pk),
    }
    return render(request, "laborbrands/org_report.html", context)


def _figure_fields(stat):
    return [field for field in stat._meta.fields if field.name in ReportForm().fields]


def _hand_in(request, found, form):
    reasons = [] if form else [_("This report has been handed in already.")]
    if form and form.is_valid():
        try:
            reports.submit_report(
                report=found,
                text=form.cleaned_data["text"],
                figures=form.figures(),
                actor=request.user,
                now=clock.now(),
            )
        except Refused as refused:
            reasons = refused.reasons
        else:
            again.forget(request)
            messages.success(request, _("The report is with the office. Somebody verifies its figures."))
            return redirect(request.path)
    return again.give_back(request, reasons=reasons)


@signed_in
def removal(request, code: str):
    """Show the latest removal of a brand with its steps; until the last day, the form for the statement."""
    brand = get_object_or_404(Brand.objects.of_builder(request.user), code=code)
    found = brand.removals.select_related("publicity_entry__publicity").order_by("-notified_at").first()
    if found is None:
        raise Http404
    in_time = clock.today() <= found.defence_by
    form = DefenceForm(again.typed(request)) if found.state == RemovalState.NOTIFIED and in_time else None
    if request.method == "POST":
        return _defend(request, found, form)
    context = {
        "brand": brand,
        "removal": found,
        "form": form,
        "publicity": found.publicity_entry and found.publicity_entry.publicity,
        "reasons": again.told(request).get("reasons", []),
    }
    return render(request, "laborbrands/org_removal.html", context)


def _defend(request, found, form):
    reasons = [] if form else [_("A statement is not possible any more.")]
    if form and form.is_valid():
        try:
            removals.defend(removal=found, actor=request.user, now=clock.now(), **form.cleaned_data)
        except Refused as refused:
            reasons = refused.reasons
        else:
            again.forget(request)
            messages.success(request, _("Your statement is with the office. Another person decides."))
            return redirect(request.path)
    return again.give_back(request, reasons=reasons)
