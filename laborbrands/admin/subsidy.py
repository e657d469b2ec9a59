"""Subsidies at the office: the list with its totals, each step by a button, a table to take away."""

import csv

from django.contrib import admin, messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role
from accounts.permissions import ReadOnlyAdminMixin, roles_in
from jobs import clock
from laborbrands import forms
from laborbrands.models import Subsidy, SubsidyRule
from laborbrands.queries import money
from laborbrands.services import subsidy as services
from laborbrands.states import SUBSIDY_STEPS, SubsidyState
from talentportal.lib import again
from talentportal.lib.refusals import Refused

READERS = (Role.EXAMINER, Role.LEADER, Role.OFFICIAL)
STEPS = {  # verb: (button, form, service, who is offered it)
    "check": (gettext_lazy("Find it in order"), forms.NoteForm, services.check, (Role.EXAMINER,)),
    "approve": (gettext_lazy("Approve the payment"), forms.DocumentForm, services.approve, (Role.LEADER,)),
    "pay": (gettext_lazy("Note the payment"), forms.PaymentForm, services.pay, (Role.EXAMINER, Role.LEADER)),
    "recover": (gettext_lazy("Recover"), forms.RecoveryForm, services.recover, (Role.LEADER,)),
    "forfeit": (gettext_lazy("Declare it forfeited"), forms.ReasonForm, services.forfeit, (Role.LEADER,)),
}
COLUMNS = ("brand", "tier", "year", "amount_yuan", "deducted_yuan", "state", "payee", "paid_on", "recovered_yuan")


@admin.register(Subsidy)
class SubsidyAdmin(ReadOnlyAdminMixin, admin.ModelAdmin):
    view_roles = READERS
    list_display = ("brand", "tier", "year", "amount_yuan", "state", "payee", "paid_on", "recovered_yuan")
    list_filter = ("state", "tier", "year")
    list_select_related = ("brand",)
    search_fields = ("brand__name_zh", "brand__name_en", "payee")
    change_list_template = "laborbrands/admin_subsidies.html"
    show_full_result_count = False

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path("table.csv", view(self.table), name="laborbrands_subsidy_table"),
            path("<int:pk>/step/<slug:verb>/", view(self.step), name="laborbrands_subsidy_step"),
        ]
        return own + super().get_urls()

    def changelist_view(self, request, extra_context=None):
        """The list, with the totals of all that its filters let through."""
        response = super().changelist_view(request, extra_context)
        if changes := getattr(response, "context_data", {}).get("cl"):
            response.context_data["totals"] = money.totals(changes.queryset)
        return response

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return self._shown(request, self._subsidy_or_404(request, object_id))

    def step(self, request, pk, verb):
        """Do what a button says; when it cannot be done, the page says why beside what was typed."""
        subsidy = self._subsidy_or_404(request, pk)
        page = reverse("admin:laborbrands_subsidy_change", args=[pk])
        if request.method != "POST" or verb not in STEPS:
            return redirect(page)
        label, form_class, service, _roles = STEPS[verb]
        form = form_class(request.POST)
        if not form.is_valid():
            return again.give_back(request, page, tried=verb)
        try:
            service(subsidy=subsidy, actor=request.user, now=clock.now(), **form.cleaned_data)
        except Refused as refused:
            return again.give_back(request, page, tried=verb, reasons=refused.reasons)
        again.forget(request)
        messages.success(request, _("Done: %(step)s.") % {"step": label})
        return redirect(page)

    def _shown(self, request, subsidy):
        told = again.told(request)
        tried = told.get("tried", "")
        offers = []
        for verb, (label, form_class, _service, roles) in STEPS.items():
            was_tried = verb == tried
            if subsidy.state in SUBSIDY_STEPS[verb][0] and (was_tried or not roles_in(request).isdisjoint(roles)):
                form = form_class(again.typed(request) if was_tried else None, auto_id=f"id_{verb}_%s")
                offers.append((verb, label, form, was_tried))
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": str(subsidy.brand),
            "subsidy": subsidy,
            "events": subsidy.events.select_related("actor"),
            "offers": offers,
            "reasons": told.get("reasons", []),
            "waits_for_unit": subsidy.state == SubsidyState.ENTITLED,
        }
        return TemplateResponse(request, "laborbrands/admin_subsidy.html", context)

    def _subsidy_or_404(self, request, pk) -> Subsidy:
        if not self.has_view_permission(request) or not str(pk).isdecimal():
            raise Http404
        return get_object_or_404(self.get_queryset(request).select_related("brand", "rule"), pk=pk)

    def table(self, request):
        """Give out what the person may see as CSV that spreadsheets read."""
        if not self.has_view_permission(request):
            raise Http404
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="subsidies-{clock.today()}.csv"'
        response.write("\ufeff")
        table = csv.writer(response)
        table.writerow([self.opts.get_field(name).verbose_name for name in COLUMNS])
        for row in self.get_queryset(request).select_related("brand"):
            table.writerow([_cell(row, name) for name in COLUMNS])
        return response


def _cell(row: Subsidy, name: str) -> str:
    """Return a value as text; what a spreadsheet would take for a formula is quoted."""
    show = getattr(row, f"get_{name}_display", None)
    text = str(show() if show else getattr(row, name) or "")
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


@admin.register(SubsidyRule)
class SubsidyRuleAdmin(ReadOnlyAdminMixin, admin.ModelAdmin):
    """What a newly recognized brand receives, as the pack brought it."""

    view_roles = (*READERS, Role.ADMINISTRATOR)
    list_display = ("tier", "amount_yuan", "upgrade", "effective_from", "effective_to", "fund")
