"""All benefits as a list with filters; taken out and brought in as a table."""

import tablib
from django.contrib import admin, messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from jobs import clock
from policies import wording
from policies.admin.forms import ImportForm
from policies.admin.library import Reach
from policies.models import Benefit
from policies.text import resources
from talentportal.lib import tables
from talentportal.lib.refusals import Refused

SALT = "policies.benefits.import"
KEPT_SECONDS = 3600  # how long a preview can be confirmed
FORMATS = {
    "csv": (resources.as_csv, "text/csv; charset=utf-8"),
    "xlsx": (resources.as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


class ConfirmedFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "confirmed"

    def lookups(self, request, model_admin):
        return [("yes", _("Confirmed")), ("no", _("Not confirmed")), ("withdrawn", _("Withdrawn"))]

    def queryset(self, request, queryset):
        match self.value():
            case "yes":
                return queryset.public()
            case "no":
                return queryset.filter(confirmed_at=None, withdrawn_at=None)
            case "withdrawn":
                return queryset.filter(withdrawn_at__isnull=False)
        return queryset


@admin.register(Benefit)
class BenefitAdmin(Reach, admin.ModelAdmin):
    change_list_template = "policies/admin_benefit_list.html"
    list_display = ("name_zh", "kind", "paid", "beside", "confirmed_at")
    list_filter = (ConfirmedFilter, "kind", "mode")
    list_select_related = ("version__policy", "clause")
    search_fields = ("name_zh", "name_en", "key", "version__title_zh", "version__policy__slug")
    show_full_result_count = False
    list_per_page = 50
    ordering = ("-pk",)

    def get_queryset(self, request):
        return super().get_queryset(request).filter(version__in=self.versions(request))

    def has_change_permission(self, request, obj=None):
        """A benefit is changed beside its text, where one sees what it is read from."""
        return False

    def has_view_permission(self, request, obj=None):
        return Reach.has_view_permission(self, request, obj) or self._edits(request)

    def _edits(self, request) -> bool:
        return Reach.has_change_permission(self, request)

    @admin.display(description=_("amount"))
    def paid(self, benefit):
        return wording.amount(benefit) or "–"

    @admin.display(description=_("beside the text"))
    def beside(self, benefit):
        address = reverse("admin:policies_policyversion_benefits", args=[benefit.version_id])
        anchor = f"#c-{benefit.clause.anchor}" if benefit.clause else ""
        return format_html('<a href="{}{}">{} {}</a>', address, anchor, benefit.version, benefit.version.label)

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path("export.<slug:suffix>", view(self.export), name="policies_benefit_export"),
            path("import/", view(self.take_in), name="policies_benefit_import"),
        ]
        return own + super().get_urls()

    def changelist_view(self, request, extra_context=None):
        """The list, with what can be done with it as a whole."""
        chosen = request.GET.urlencode()
        return super().changelist_view(request, {"chosen": chosen, "may_import": self._edits(request)})

    def export(self, request, suffix):
        """Give out the benefits that search and filters leave."""
        if not self.has_view_permission(request) or suffix not in FORMATS:
            raise PermissionDenied
        write, mime = FORMATS[suffix]
        try:
            table = resources.table_of(self.get_changelist_instance(request).get_queryset(request))
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("admin:policies_benefit_changelist")
        name = f"benefits-{clock.today()}.{suffix}"
        return HttpResponse(
            write(table),
            content_type=mime,
            headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
        )

    def take_in(self, request):
        """Read a file and show what it would do; write it when the person has seen that."""
        if not self._edits(request):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None)
        context = {"title": _("Import benefits"), "columns": list(resources.COLUMNS.values()), "form": form}
        words = {"versions": self.versions(request, to_edit=True), "actor": request.user, "now": clock.now()}
        if request.method == "POST" and "kept" in request.POST:
            return self._write(request, words)
        if request.method == "POST" and form.is_valid():
            try:
                table = resources.read_file(form.cleaned_data["file"].read(tables.MOST_BYTES + 1))
                lines = resources.preview(table, versions=words["versions"])
                context |= {"lines": lines, "head": table.headers, "kept": _kept(table, request.user)}
                context["replacing"] = sum(line.replaces for line in lines)
                context["faulty"] = sum(line.result == "invalid" for line in lines)
                context["counts"] = [
                    (label, sum(line.result == result for line in lines)) for result, label in RESULTS.items()
                ]
            except Refused as refused:
                for reason in refused.reasons:
                    form.add_error("file", reason)
        context["has_errors"] = bool(form.errors) or bool(context.get("faulty"))
        return self._page(request, context, 422 if context["has_errors"] else 200)

    def _write(self, request, words):
        """Write what was shown; the file comes back from the page, signed."""
        try:
            table = _unkept(request.POST["kept"], request.user)
            counts = resources.write(table, confirm="confirm" in request.POST, **words)
            messages.success(request, _("Imported: %(new)d new, %(update)d changed, %(skip)d as before.") % counts)
            return redirect("admin:policies_benefit_changelist")
        except Refused as refused:
            for reason in refused.reasons:
                messages.error(request, str(reason))
        except signing.BadSignature:
            messages.error(request, _("This preview is too old. Choose the file again."))
        return redirect("admin:policies_benefit_import")

    def _page(self, request, context, status):
        context |= self.admin_site.each_context(request) | {"opts": self.opts}
        return TemplateResponse(
            request, "policies/admin_benefit_import.html", context, status=status, headers={"Cache-Control": "no-store"}
        )


RESULTS = {"new": _("New"), "update": _("Changed"), "skip": _("As before"), "invalid": _("Faulty")}


def _kept(table: tablib.Dataset, user) -> str:
    """Return the table as the page keeps it between preview and import: signed, for this person only."""
    return signing.dumps([user.pk, table.headers, [list(line) for line in table]], salt=SALT, compress=True)


def _unkept(kept: str, user) -> tablib.Dataset:
    owner, headers, lines = signing.loads(kept, salt=SALT, max_age=KEPT_SECONDS)
    if owner != user.pk:
        raise signing.BadSignature
    return tablib.Dataset(*lines, headers=headers)
