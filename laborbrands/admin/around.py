"""Around a brand for the offices: ambassadors, studios, classes, jobs, teams, plans, cooperation, enquiries."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables

from accounts.models import Role
from accounts.permissions import ReadOnlyAdminMixin, RoleAdminMixin
from jobs import clock
from laborbrands.admin.access import EDITORS, READERS, BrandAdminMixin, button, may_edit
from laborbrands.models import (
    Ambassador,
    Brand,
    Cooperation,
    Enquiry,
    Opening,
    Plan,
    PlanTask,
    Studio,
    Team,
    TeamMember,
    TrainingClass,
)
from laborbrands.page_forms import DismissForm, OutcomeForm
from laborbrands.services import ambassadors, enquiries
from talentportal.lib import again
from talentportal.lib.refusals import Refused


class PartInline(RoleAdminMixin, admin.StackedInline):
    """Rows below one that belongs to a brand."""

    view_roles = READERS
    edit_roles = EDITORS
    may_delete = True
    extra = 0

    def has_change_permission(self, request, obj=None) -> bool:
        return super().has_change_permission(request) and (obj is None or may_edit(request, obj.brand))


@admin.register(Ambassador)
class AmbassadorAdmin(BrandAdminMixin, admin.ModelAdmin):
    """Ambassadors and their terms; a dismissal is an act of its own, with its reason."""

    brand_path = ""
    list_display = ("name_zh", "name_en", "brand", "is_group", "starts_on", "ends_on", "dismissed_on")
    list_filter = ("is_group", ("dismissed_on", admin.EmptyFieldListFilter))
    list_select_related = ("brand",)
    search_fields = ("name_zh", "name_en", "brand__name_zh")
    autocomplete_fields = ("brand",)
    exclude = ("picture",)
    readonly_fields = ("dismissed_on", "dismissal_reason", "dismiss_button")

    def get_queryset(self, request):
        brands = Brand.objects.visible_to(request.user)
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.filter(Q(brand__in=brands) | Q(brand=None))

    @admin.display(description=gettext_lazy("morals clause"))
    def dismiss_button(self, one):
        if one.pk is None or one.dismissed_on:
            return "–"
        return button("admin:laborbrands_ambassador_dismiss", one.pk, _("Dismiss"))

    def get_urls(self):
        address = path(
            "<int:pk>/dismiss/", self.admin_site.admin_view(self.dismiss), name="laborbrands_ambassador_dismiss"
        )
        return [address, *super().get_urls()]

    def dismiss(self, request, pk: int):
        """Ask for the reason, then end the term."""
        one = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_change_permission(request, one):
            raise PermissionDenied
        form = DismissForm(again.typed(request))
        if request.method == "POST":
            return self._dismiss(request, one, form)
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": _("Dismiss an ambassador"),
            "row": one,
            "back": reverse("admin:laborbrands_ambassador_change", args=[one.pk]),
            "form": form,
            "reasons": again.told(request).get("reasons", []),
            "words": _("Dismiss"),
        }
        return TemplateResponse(request, "laborbrands/admin_act.html", context)

    def _dismiss(self, request, one: Ambassador, form):
        if not form.is_valid():
            return again.give_back(request)
        try:
            ambassadors.dismiss(ambassador=one, actor=request.user, now=clock.now(), **form.cleaned_data)
        except Refused as refused:
            return again.give_back(request, reasons=refused.reasons)
        again.forget(request)
        messages.success(request, _("The ambassador is dismissed and no longer shown."))
        return redirect("admin:laborbrands_ambassador_change", one.pk)


@admin.register(Studio)
class StudioAdmin(BrandAdminMixin, admin.ModelAdmin):
    list_display = ("name_zh", "name_en", "brand", "master", "region", "founded_year")
    list_select_related = ("brand", "region")
    search_fields = ("name_zh", "name_en", "master", "brand__name_zh")
    autocomplete_fields = ("brand",)
    may_delete = True


@admin.register(TrainingClass)
class TrainingClassAdmin(BrandAdminMixin, admin.ModelAdmin):
    list_display = ("title_zh", "title_en", "brand", "level", "starts_on", "places", "trained", "certified")
    list_filter = ("level",)
    list_select_related = ("brand",)
    search_fields = ("title_zh", "title_en", "brand__name_zh", "host")
    autocomplete_fields = ("brand",)
    date_hierarchy = "starts_on"
    may_delete = True

    def formfield_for_foreignkey(self, db_field, request, **options):
        if db_field.name == "occupation":
            brands = Brand.objects.visible_to(request.user)
            options["queryset"] = db_field.remote_field.model.objects.filter(brand__in=brands)
        return super().formfield_for_foreignkey(db_field, request, **options)


@admin.register(Opening)
class OpeningAdmin(BrandAdminMixin, admin.ModelAdmin):
    list_display = ("title_zh", "title_en", "brand", "unit_name", "posts", "opens_on", "closes_on")
    list_select_related = ("brand",)
    search_fields = ("title_zh", "title_en", "brand__name_zh", "unit_name")
    autocomplete_fields = ("brand",)
    may_delete = True


class MemberInline(PartInline):
    model = TeamMember
    fields = (("name", "unit", "duty"),)


@admin.register(Team)
class TeamAdmin(BrandAdminMixin, admin.ModelAdmin):
    list_display = ("brand", "leader", "leader_post", "since")
    list_select_related = ("brand",)
    search_fields = ("brand__name_zh", "leader")
    autocomplete_fields = ("brand",)
    inlines = (MemberInline,)


class TaskInline(PartInline):
    model = PlanTask
    fields = (("text_zh", "text_en"), ("owner", "due_on", "done_on"))


@admin.register(Plan)
class PlanAdmin(BrandAdminMixin, admin.ModelAdmin):
    list_display = ("brand", "year", "title_zh")
    list_filter = ("year",)
    list_select_related = ("brand",)
    search_fields = ("brand__name_zh", "title_zh")
    autocomplete_fields = ("brand",)
    inlines = (TaskInline,)


@admin.register(Cooperation)
class CooperationAdmin(RoleAdminMixin, admin.ModelAdmin):
    """Programs with other provinces, looked after by the administrators."""

    view_roles = (*READERS, *EDITORS)
    list_display = ("name_zh", "name_en", "partner_code")
    search_fields = ("name_zh", "name_en")
    autocomplete_fields = ("brands",)


class AnsweredFilter(admin.SimpleListFilter):
    title = gettext_lazy("answered")
    parameter_name = "answered"

    def lookups(self, request, model_admin):
        return [("no", _("not yet")), ("yes", _("answered"))]

    def queryset(self, request, rows):
        return rows.filter(handled_at__isnull=self.value() == "no") if self.value() else rows


@admin.register(Enquiry)
class EnquiryAdmin(BrandAdminMixin, ReadOnlyAdminMixin, admin.ModelAdmin):
    """Who wants to hire or to learn. The list names nobody; a contact is opened one at a time, and that is recorded."""

    edit_roles = ()
    view_roles = (Role.CLERK, *EDITORS)
    may_add = False
    list_display = ("brand", "kind", "at", "handled_by", "outcome")
    list_filter = (AnsweredFilter, "kind")
    list_select_related = ("brand", "handled_by")
    search_fields = ("brand__name_zh", "brand__name_en")
    fields = ("brand", "kind", "text", "at", "handled_by", "handled_at", "outcome", "open_button")
    readonly_fields = ("open_button",)

    @admin.display(description=gettext_lazy("contact"))
    def open_button(self, enquiry):
        return button("admin:laborbrands_enquiry_answer", enquiry.pk, _("Open the contact and answer"))

    def get_urls(self):
        address = path("<int:pk>/answer/", self.admin_site.admin_view(self.answer), name="laborbrands_enquiry_answer")
        return [address, *super().get_urls()]

    @sensitive_variables("name", "contact", "context")
    def answer(self, request, pk: int):
        """Show name and contact after a button, record the look, and take down what came of it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        enquiry = get_object_or_404(self.get_queryset(request), pk=pk)
        if "outcome" in request.POST:
            return self._keep_outcome(request, enquiry)
        opened = None
        if request.method == "POST":
            try:
                opened = enquiries.open_contact(enquiry=enquiry, actor=request.user, now=clock.now())
            except Refused as refused:
                return again.give_back(request, reasons=refused.reasons)
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": _("Answer an enquiry"),
            "enquiry": enquiry,
            "opened": opened,
            "form": OutcomeForm(None if opened else again.typed(request)),
            "reasons": again.told(request).get("reasons", []),
        }
        response = TemplateResponse(request, "laborbrands/admin_enquiry.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def _keep_outcome(self, request, enquiry: Enquiry):
        form = OutcomeForm(request.POST)
        if not form.is_valid():
            return again.give_back(request)
        try:
            enquiries.handle_enquiry(enquiry=enquiry, actor=request.user, now=clock.now(), **form.cleaned_data)
        except Refused as refused:
            return again.give_back(request, reasons=refused.reasons)
        again.forget(request)
        messages.success(request, _("What came of the enquiry is kept."))
        return redirect("admin:laborbrands_enquiry_change", enquiry.pk)
