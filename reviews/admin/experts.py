"""The pool of experts: who is in it, whom each keeps away from; status changes have a page of their own."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organization, Role
from accounts.permissions import RoleAdminMixin
from jobs import clock
from reviews.models import Discipline, Expert, ExpertTie
from reviews.office_forms import ExpertForm, StatusForm
from reviews.queries.rounds import OFFICE, in_charge
from reviews.services.experts import set_status
from talentportal.lib.refusals import Refused


@admin.register(Discipline)
class DisciplineAdmin(RoleAdminMixin, admin.ModelAdmin):
    view_roles = (*OFFICE, Role.OFFICIAL, Role.ADMINISTRATOR)
    list_display = ("code", "name_zh", "name_en", "parent")
    search_fields = ("code", "name_zh", "name_en")


class ServingFilter(admin.SimpleListFilter):
    title = gettext_lazy("term")
    parameter_name = "serving"

    def lookups(self, request, model_admin):
        return [("yes", _("within the term")), ("no", _("not within the term"))]

    def queryset(self, request, rows):
        if self.value() not in ("yes", "no"):
            return rows
        day = clock.today()
        within = {"term_starts_on__lte": day, "term_ends_on__gt": day}
        return rows.filter(**within) if self.value() == "yes" else rows.exclude(**within)


class TieInline(RoleAdminMixin, admin.StackedInline):
    view_roles = (Role.OFFICIAL, Role.ADMINISTRATOR)
    edit_roles = OFFICE
    model = ExpertTie
    fields = ("kind", "name", "uscc", "until", "note")
    extra = 0


@admin.register(Expert)
class ExpertAdmin(RoleAdminMixin, admin.ModelAdmin):
    """Ties are added and end with a day; nobody is deleted."""

    view_roles = (Role.OFFICIAL, Role.ADMINISTRATOR)
    edit_roles = OFFICE
    form = ExpertForm
    inlines = (TieInline,)
    change_form_template = "reviews/admin_expert.html"
    list_display = ("number", "name", "unit_name", "place", "status", "term_ends_on", "is_think_tank")
    list_filter = ("status", ServingFilter, "is_think_tank", "disciplines")
    list_select_related = ("region",)
    list_per_page = 50
    search_fields = ("number__startswith", "name", "unit_name")
    search_help_text = gettext_lazy("Number, name or unit")
    show_full_result_count = False
    autocomplete_fields = ("disciplines",)
    readonly_fields = ("status", "integrity_note", "is_sample")
    fieldsets = (
        (None, {"fields": ("organization", "number", "name", "account", "title", "status")}),
        (gettext_lazy("Unit"), {"fields": ("unit_name", "unit_uscc", "group_uscc", "region")}),
        (
            gettext_lazy("Service"),
            {"fields": ("disciplines", "term_starts_on", "term_ends_on", "capacity", "is_think_tank")},
        ),
        (gettext_lazy("Record"), {"fields": ("integrity_note", "is_sample")}),
    )

    @admin.display(description=gettext_lazy("county of work"))
    def place(self, expert):
        return expert.region or _("outside the province")

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Offer the own organizations alone, and of places counties."""
        if db_field.name == "organization":
            now = clock.now()
            own = [one.pk for one in Organization.objects.select_related("region") if in_charge(request.user, one, now)]
            kwargs["queryset"] = Organization.objects.filter(pk__in=own)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_urls(self):
        view = self.admin_site.admin_view(self.change_status)
        return [path("<int:pk>/status/", view, name="reviews_expert_status"), *super().get_urls()]

    def change_status(self, request, pk):
        """Ask for the new status and the reason, then call the service."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        expert = get_object_or_404(self.get_queryset(request), pk=pk)
        back = reverse("admin:reviews_expert_change", args=[pk])
        form = StatusForm(request.POST or None, initial={"status": expert.status})
        if form.is_valid():
            try:
                set_status(expert=expert, actor=request.user, now=clock.now(), **form.cleaned_data)
                self.log_change(request, expert, f"{form.cleaned_data['status']}: {form.cleaned_data['reason']}")
                messages.success(request, _("The status is changed."))
                return redirect(back)
            except Refused as refused:
                form.add_error(None, refused.reasons)
        context = {**self.admin_site.each_context(request), "title": _("Change the status"), "opts": self.opts}
        context |= {"expert": expert, "form": form, "back": back}
        return TemplateResponse(request, "reviews/admin_status.html", context, status=422 if form.errors else 200)
