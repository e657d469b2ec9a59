"""Catalog, service items and guides for administrators. A guide is edited as a draft, published, and then only read."""

import json

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.permissions import RoleAdminMixin
from jobs import clock
from policies import services
from policies.guides import check_guide
from policies.models import CatalogItem, GuideState, GuideVersion, MaterialSpec, ServiceItem
from talentportal.lib.refusals import Refused

READERS = (Role.CLERK, Role.EXAMINER, Role.LEADER, Role.CERTIFICATE_CLERK, Role.OFFICIAL)


class LinesJSONField(forms.JSONField):
    """JSON as people can read it: one entry a line, Chinese as Chinese. A draft may be empty."""

    def __init__(self, *args, **kwargs):
        kwargs["widget"] = forms.Textarea(attrs={"rows": 8, "class": "vLargeTextField vJson", "spellcheck": "false"})
        super().__init__(*args, **kwargs | {"required": False})

    def clean(self, value):
        value = super().clean(value)
        return self.initial() if value is None and callable(self.initial) else value

    def prepare_value(self, value):
        if isinstance(value, forms.fields.InvalidJSONInput):
            return value
        return json.dumps(value, ensure_ascii=False, indent=1, cls=self.encoder)


JSON_AS_LINES = {models.JSONField: {"form_class": LinesJSONField}}


@admin.register(CatalogItem)
class CatalogItemAdmin(RoleAdminMixin, admin.ModelAdmin):
    view_roles = READERS
    list_display = ("catalog_code", "name_zh", "name_en", "item_type")
    list_filter = ("item_type",)
    search_fields = ("catalog_code", "name_zh", "name_en")


@admin.register(ServiceItem)
class ServiceItemAdmin(RoleAdminMixin, admin.ModelAdmin):
    view_roles = READERS
    list_display = ("serial", "name_zh", "name_en", "organization", "region", "use_level")
    list_display_links = ("serial", "name_zh")
    list_select_related = ("organization", "region")
    list_filter = ("use_level",)
    search_fields = ("name_zh", "name_en", "code")
    formfield_overrides = JSON_AS_LINES


class DraftOnly(RoleAdminMixin):
    """Whatever belongs to a guide can be changed while the guide is a draft."""

    view_roles = READERS

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or obj.published_at is None)


class MaterialInline(DraftOnly, admin.StackedInline):
    model = MaterialSpec
    extra = 0
    formfield_overrides = JSON_AS_LINES
    may_delete = True
    classes = ("collapse",)

    def has_add_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)


ACTS = {  # address: button, service, states in which it is offered
    "publish": (_("Publish"), services.publish_guide, (GuideState.DRAFT,)),
    "copy": (_("New version from this one"), services.copy_guide, tuple(set(GuideState) - {GuideState.DRAFT})),
    "suspend": (_("Suspend"), services.suspend_guide, (GuideState.PUBLISHED,)),
    "resume": (_("Open again"), services.resume_guide, (GuideState.SUSPENDED,)),
    "cancel": (_("Cancel for good"), services.cancel_guide, (GuideState.PUBLISHED, GuideState.SUSPENDED)),
}


@admin.register(GuideVersion)
class GuideVersionAdmin(DraftOnly, admin.ModelAdmin):
    list_display = ("item", "version", "state", "effective_from", "effective_to", "published_at")
    list_display_links = ("item", "version")
    list_select_related = ("item",)
    list_filter = ("state", "case_kind", "deferral_allowed")
    search_fields = ("item__name_zh", "item__name_en", "item__code")
    readonly_fields = ("state", "published_at", "published_by")
    formfield_overrides = JSON_AS_LINES
    inlines = (MaterialInline,)
    change_form_template = "policies/admin_guide.html"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "item",
                    "version",
                    ("effective_from", "effective_to"),
                    "state",
                    ("published_at", "published_by"),
                )
            },
        ),
        (
            _("Who it is for and how it is handled"),
            {
                "fields": (
                    "case_kind",
                    "served_objects",
                    "by_unit",
                    "handling_forms",
                    ("online_depth", "visits"),
                    "visit_reason",
                    "cross_region",
                    "quota_note",
                    ("power_source", "in_hall"),
                    "supports",
                )
            },
        ),
        (
            _("Periods in working days"),
            {
                "fields": (
                    ("accept_days", "promised_days", "statutory_days"),
                    "statutory_note",
                    ("correction_days", "delivery_days"),
                )
            },
        ),
        (
            _("Texts"),
            {
                "classes": ("collapse",),
                "fields": (
                    "conditions",
                    "eligibility",
                    "legal_basis",
                    "questions",
                    "steps",
                    "special_procedures",
                    "fees",
                    "rights",
                    "duties",
                    "remedies",
                    "faq",
                    "consult",
                    "complain",
                ),
            },
        ),
        (
            _("Acceptance with incomplete materials"),
            {
                "fields": (
                    "deferral_allowed",
                    ("max_deferred", "grace_days"),
                    "on_breach",
                    "defer_within_promise",
                    ("ban_months", "reserve_days"),
                    "pause_while_waiting",
                    "notify_commit",
                )
            },
        ),
        (
            _("What comes out"),
            {"fields": ("result_kind", "result_name", "certificate_kind", "outcome", "result_valid_months")},
        ),
    )

    def get_urls(self):
        own = [path("<int:pk>/<slug:act>/act/", self.admin_site.admin_view(self.act), name="policies_guideversion_act")]
        return own + super().get_urls()

    def get_readonly_fields(self, request, obj=None):
        return (*self.readonly_fields, *(("item", "version") if obj else ()))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        guide = self.get_object(request, object_id)
        extra = extra_context or {}
        if guide and RoleAdminMixin.has_change_permission(self, request):
            extra |= {
                "acts": [(name, label) for name, (label, _service, states) in ACTS.items() if guide.state in states],
                "faults": check_guide(guide) if guide.state == GuideState.DRAFT else [],
            }
        return super().change_view(request, object_id, form_url, extra)

    def act(self, request, pk, act):
        """Do what a button of a guide says; every reason against it is shown."""
        if act not in ACTS or not RoleAdminMixin.has_change_permission(self, request):
            raise Http404
        guide = get_object_or_404(GuideVersion, pk=pk)
        if request.method == "POST":
            label, service, _states = ACTS[act]
            try:
                guide = service(guide=guide, actor=request.user, now=clock.now())
                self.log_change(request, guide, act)
                messages.success(request, _("Done: %(label)s, %(guide)s.") % {"label": label, "guide": guide})
            except Refused as refused:
                for reason in refused.reasons:
                    messages.error(request, str(reason))
        return redirect(reverse("admin:policies_guideversion_change", args=[guide.pk]))
