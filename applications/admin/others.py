"""The small lists beside the cases, for administrators."""

from django.contrib import admin

from accounts.models import Role
from accounts.permissions import ReadOnlyAdminMixin
from applications.models import DeferralBan


@admin.register(DeferralBan)
class DeferralBanAdmin(ReadOnlyAdminMixin, admin.ModelAdmin):
    """Who cannot promise materials for later, until when; the case behind is not shown (domain 3.6.13)."""

    view_roles = (Role.ADMINISTRATOR,)
    list_display = ("applicant", "unit", "starts_on", "ends_on")
    list_select_related = ("applicant", "unit")
    search_fields = ("applicant__name", "unit__name")
    ordering = ("-ends_on",)
    date_hierarchy = "ends_on"
    fields = list_display
    readonly_fields = list_display
