"""The docking officer's desk: a unit's table of talents, what is wrong line by line, and the cases made from it."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role
from accounts.permissions import RoleAdminMixin
from applications import intake_forms, unit_tables
from applications.admin.intake import clerk_windows
from applications.models import UnitBatch
from applications.services import unit_batches
from applications.services.drafts import guide_of_today
from applications.uploads import too_large
from jobs import clock
from talentportal.lib.bilingual import pick
from talentportal.lib.masking import mask_document, mask_phone
from talentportal.lib.refusals import Refused

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@admin.register(UnitBatch)
class UnitBatchAdmin(RoleAdminMixin, admin.ModelAdmin):
    view_roles = edit_roles = (Role.CLERK,)
    list_display = ("unit", "item", "window", "created_by", "created_at", "started_at")
    list_select_related = ("unit", "item", "window", "created_by")
    show_full_result_count = False

    def get_queryset(self, request):
        """Clerks see the batches of their windows."""
        try:
            return super().get_queryset(request).filter(window__in=clerk_windows(request, clock.now()))
        except PermissionDenied:
            return super().get_queryset(request).none()

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path("table/<int:item>.xlsx", view(self.table), name="applications_unitbatch_table"),
            path("<int:pk>/run/", view(self.run), name="applications_unitbatch_run"),
            path("<int:pk>/common/", view(self.common), name="applications_unitbatch_common"),
        ]
        return own + super().get_urls()

    def add_view(self, request, form_url="", extra_context=None):
        """Hand in a table; what is wrong with it as a whole is told here, the rest line by line."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        now = clock.now()
        windows = clerk_windows(request, now)
        form = intake_forms.UnitBatchForm(
            request.POST or None, request.FILES or None, windows=windows, today=timezone.localdate(now)
        )
        context = {"title": _("Batch of a unit"), "form": form, "items": form.fields["item"].queryset}
        if request.method == "POST":
            context["reasons"] = too_large(request)
            if form.is_valid() and not context["reasons"]:
                words = {"content" if name == "table" else name: value for name, value in form.cleaned_data.items()}
                try:
                    batch = unit_batches.create_unit_batch(
                        **{"unit" if name == "uscc" else name: value for name, value in words.items()},
                        actor=request.user,
                        now=now,
                    )
                    return redirect("admin:applications_unitbatch_change", batch.pk)
                except Refused as refused:
                    context["reasons"] = refused.reasons
        return self._page(request, "applications/admin_unit_batch_new.html", context, 422 if form.is_bound else 200)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The lines with their errors before the start; the cases made from them afterwards."""
        return self._shown(request, self._batch_or_404(request, object_id))

    def _shown(self, request, batch: UnitBatch, form=None):
        rows = list(batch.rows.select_related("case").order_by("line"))
        for row in rows:
            row.masked, row.told_on = mask_document(row.id_number or ""), mask_phone(row.phone)
            row.reasons = [pick(error) for error in row.errors]
        made = sum(bool(row.case_id) for row in rows)
        faulty = sum(bool(row.errors) for row in rows)
        context = {
            "title": str(batch.unit),
            "batch": batch,
            "rows": rows,
            "made": made,
            "faulty": faulty,
            "sound": len(rows) - made - faulty,
            "running": bool(batch.started_at and made + faulty < len(rows)),
            "common": list(batch.files.select_related("spec")),
            "form": form or intake_forms.CommonForm(batch.guide),
        }
        return self._page(request, "applications/admin_unit_batch.html", context, 422 if form else 200)

    def common(self, request, pk):
        """Take in a material that is the same for everybody."""
        batch = self._batch_or_404(request, pk)
        if request.method != "POST":
            return redirect("admin:applications_unitbatch_change", pk)
        form = intake_forms.CommonForm(batch.guide, request.POST, request.FILES)
        for reason in too_large(request):
            form.add_error("scan", reason)
        if form.is_valid():
            try:
                unit_batches.add_common_material(batch=batch, **form.cleaned_data, actor=request.user, now=clock.now())
                return redirect("admin:applications_unitbatch_change", pk)
            except Refused as refused:
                form.add_error("scan", refused.reasons)
        return self._shown(request, batch, form)

    def run(self, request, pk):
        """Make the cases, or go on where it stopped."""
        batch = self._batch_or_404(request, pk)
        if request.method == "POST":
            try:
                taken = unit_batches.run_unit_batch(batch=batch, actor=request.user, now=clock.now())
                self.log_change(request, batch, f"run: {taken}")
                messages.success(request, _("%(count)d applications are being taken in.") % {"count": taken})
            except Refused as refused:
                for reason in refused.reasons:
                    messages.error(request, str(reason))
        return redirect("admin:applications_unitbatch_change", pk)

    def table(self, request, item):
        """An empty table with the columns of an item."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = clock.now()
        items = intake_forms.items_at(clerk_windows(request, now), timezone.localdate(now))
        try:
            guide = guide_of_today(get_object_or_404(items, pk=item), timezone.localdate(now))
        except Refused as refused:
            raise Http404 from refused
        response = HttpResponse(unit_tables.example(guide.questions), content_type=XLSX)
        response["Content-Disposition"] = f'attachment; filename="{guide.item.code}.xlsx"'
        return response

    def _batch_or_404(self, request, pk) -> UnitBatch:
        found = self.get_queryset(request) if self.has_view_permission(request) else UnitBatch.objects.none()
        related = ("unit", "item", "guide", "window", "handler", "created_by")
        return get_object_or_404(found.select_related(*related), pk=pk if str(pk).isdecimal() else 0)

    def _page(self, request, template: str, context: dict, status: int = 200):
        context |= self.admin_site.each_context(request) | {"opts": self.opts}
        return TemplateResponse(request, template, context, status=status, headers={"Cache-Control": "no-store"})
