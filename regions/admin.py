from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _

from jobs import clock
from jobs.admin import AdministratorsOnly
from regions import services
from regions.forms import CalendarDayForm, RegionForm
from regions.models import CalendarDay, CalendarYear, Region


@admin.register(Region)
class RegionAdmin(AdministratorsOnly, admin.ModelAdmin):
    """Codes and parents never change: a merged region ends and names its successors, old cases keep the old code."""

    form = RegionForm
    list_display = ["code", "name_zh", "name_en", "kind", "parent", "valid_from", "valid_to"]
    list_filter = ["kind"]
    list_select_related = ["parent"]
    search_fields = ["code", "name_zh", "name_en", "pinyin"]
    autocomplete_fields = ["parent", "successors"]

    def get_readonly_fields(self, request, obj=None):
        return ["code", "kind", "parent"] if obj else []

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        services.save_region(region=obj)


@admin.register(CalendarYear)
class CalendarYearAdmin(AdministratorsOnly, admin.ModelAdmin):
    list_display = ["year", "is_published", "source"]
    actions = ["import_again"]

    def get_readonly_fields(self, request, obj=None):
        return ["year"] if obj else []

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        services.save_year(year=obj, actor=request.user, now=clock.now())

    def changelist_view(self, request, extra_context=None):
        for year in CalendarYear.objects.filter(is_published=False).order_by("year"):
            text = _("The holiday notice for %(year)s is not published yet: due dates in that year are provisional.")
            self.message_user(request, text % {"year": year.year}, messages.WARNING)
        return super().changelist_view(request, extra_context)

    @admin.action(description=_("Replace the national days by those of the library"))
    def import_again(self, request, queryset):
        for year in queryset:
            services.import_year(year=year.year, actor=request.user, now=clock.now())
        self.message_user(request, _("Imported. Deadlines are being computed again."), messages.SUCCESS)


@admin.register(CalendarDay)
class CalendarDayAdmin(AdministratorsOnly, admin.ModelAdmin):
    form = CalendarDayForm
    list_display = ["date", "kind", "name", "place", "source"]
    list_filter = ["kind", "region"]
    list_select_related = ["region"]
    date_hierarchy = "date"
    search_fields = ["name", "region__name_zh"]
    autocomplete_fields = ["region"]

    @admin.display(description=_("region"), ordering="region")
    def place(self, day):
        return day.region or _("The whole country")

    def save_model(self, request, obj, form, change):
        services.save_day(day=obj, actor=request.user, now=clock.now())
        self.message_user(request, _("Deadlines are being computed again."), messages.INFO)

    def delete_model(self, request, obj):
        services.remove_days(days=[obj], actor=request.user, now=clock.now())

    def delete_queryset(self, request, queryset):
        services.remove_days(days=queryset, actor=request.user, now=clock.now())
