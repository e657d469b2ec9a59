"""Catalog, service items and guides for administrators. A guide is edited as a draft, published, and then only read."""

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.permissions import RoleAdminMixin
from jobs import clock
from policies import services
from policies.guides import HANDLING_FORMS, SERVED_OBJECTS, SPECIAL_KINDS, SUPPORTS, check_guide, field_faults
from policies.models import CatalogItem, GuideState, GuideVersion, MaterialSpec, ServiceItem
from talentportal.lib.refusals import Refused
from talentportal.lib.yaml_field import YamlField

SHORT_TEXTS = {  # written in two boxes, not as YAML
    *("entrusting_body", "visit_reason", "cross_region", "quota_note", "statutory_note", "result_name")
}
CHOICES = {  # ticked, not written as YAML
    "served_objects": SERVED_OBJECTS,
    "handling_forms": HANDLING_FORMS,
    "supports": SUPPORTS,
    "special_kinds": SPECIAL_KINDS,
}
READERS = (Role.CLERK, Role.EXAMINER, Role.LEADER, Role.CERTIFICATE_CLERK, Role.OFFICIAL)


class BothInput(forms.MultiWidget):
    """A text in Chinese above the same in English."""

    def __init__(self, attrs=None):
        zh = forms.TextInput(attrs={"class": "vTextField", "placeholder": "中文", "aria-label": _("in Chinese")})
        en = forms.TextInput(attrs={"class": "vTextField", "placeholder": "English", "aria-label": _("in English")})
        super().__init__({"zh": zh, "en": en}, attrs)

    def render(self, *args, **kwargs):
        return format_html('<div class="both">{}</div>', super().render(*args, **kwargs))

    def decompress(self, value):
        value = value if isinstance(value, dict) else {}
        return [value.get("zh", ""), value.get("en", "")]


class BothField(forms.MultiValueField):
    """A short text in both languages, or in neither: kept as {"zh": ..., "en": ...}."""

    widget = BothInput

    def __init__(self, *, encoder=None, decoder=None, **kwargs):
        boxes = (forms.CharField(required=False), forms.CharField(required=False))
        super().__init__(boxes, **kwargs | {"required": False, "require_all_fields": False})

    def compress(self, values):
        said = dict(zip(("zh", "en"), values, strict=True)) if any(values) else {}
        if said and not all(said.values()):
            raise forms.ValidationError(_("Write it in Chinese and in English."))
        return said


class GuideForm(forms.ModelForm):
    """Says beside each field what is wrong with it; what is only missing yet is said when it is to be published."""

    class Meta:
        help_texts = {
            "joint_bodies": _("Each entry: name and part, both with zh and en."),
            "intermediaries": _("Each entry: name, basis and period, all with zh and en."),
            "window_steps": _("Each entry: name, text and days, all with zh and en."),
            "entrusting_body": _("Only where the power is entrusted by another body."),
            "result_sample": _("holder: an invented name. face: the words that a certificate prints, by their keys."),
        }

    def _post_clean(self):
        super()._post_clean()
        for field, fault in field_faults(self.instance):
            if field in self.fields and field not in self.errors:
                self.add_error(field, fault)


AS_YAML = {models.JSONField: {"form_class": YamlField}}


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
    formfield_overrides = AS_YAML


class DraftOnly(RoleAdminMixin):
    """Whatever belongs to a guide can be changed while the guide is a draft."""

    view_roles = READERS

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or obj.published_at is None)


class MaterialInline(DraftOnly, admin.StackedInline):
    model = MaterialSpec
    extra = 0
    formfield_overrides = AS_YAML
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
    form = GuideForm
    formfield_overrides = AS_YAML
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
                    "in_hall",
                    "supports",
                )
            },
        ),
        (
            _("Who is behind it"),
            {
                "fields": (
                    ("power_source", "body_nature"),
                    "entrusting_body",
                    "handle_item_code",
                    "joint_bodies",
                    "intermediaries",
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
            _("How it is examined"),
            {
                "fields": (
                    ("has_precheck", "precheck_days"),
                    "special_kinds",
                    ("extension_days", "two_officers"),
                    ("check_days", "rectify_days"),
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
                    "window_steps",
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
            {
                "fields": (
                    ("result_kind", "certificate_kind"),
                    "result_name",
                    "result_sample",
                    ("outcome", "result_valid_months"),
                )
            },
        ),
    )

    def get_urls(self):
        own = [path("<int:pk>/<slug:act>/act/", self.admin_site.admin_view(self.act), name="policies_guideversion_act")]
        return own + super().get_urls()

    def get_readonly_fields(self, request, obj=None):
        return (*self.readonly_fields, *(("item", "version") if obj else ()))

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name in SHORT_TEXTS:
            return db_field.formfield(form_class=BothField, **kwargs)
        if db_field.name in CHOICES:
            return forms.MultipleChoiceField(
                label=capfirst(db_field.verbose_name),
                choices=list(CHOICES[db_field.name].items()),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

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
