"""Workstations and windows for administrators: hours, items handled, staff."""

from django.contrib import admin

from accounts.models import Role
from accounts.permissions import RoleAdminMixin
from workstations.models import OpeningHours, Window, WindowItem, Workstation

READERS = (Role.CLERK, Role.EXAMINER, Role.LEADER, Role.CERTIFICATE_CLERK, Role.OFFICIAL)


class HoursInline(RoleAdminMixin, admin.StackedInline):
    model = OpeningHours
    fields = (("weekday", "opens_at", "closes_at"),)
    view_roles = READERS
    may_delete = True
    extra = 0


class ItemInline(RoleAdminMixin, admin.StackedInline):
    """What the window handles; an ended line stays, so that old cases keep their window."""

    model = WindowItem
    fields = ("item", ("starts_on", "ends_on"))
    view_roles = READERS
    extra = 0


@admin.register(Window)
class WindowAdmin(RoleAdminMixin, admin.ModelAdmin):
    view_roles = READERS
    list_display = ("name_zh", "name_en", "region", "kind", "status", "phone")
    list_select_related = ("region",)
    list_filter = ("status", "kind")
    search_fields = ("name_zh", "name_en", "code")
    inlines = (HoursInline, ItemInline)


@admin.register(Workstation)
class WorkstationAdmin(RoleAdminMixin, admin.ModelAdmin):
    view_roles = READERS
    list_display = ("name_zh", "name_en", "region", "level", "host", "phase")
    list_select_related = ("region", "host")
    list_filter = ("level", "phase")
    search_fields = ("name_zh", "name_en", "code")
