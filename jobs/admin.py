"""The page of waiting work, for administrators."""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _

from jobs import clock, registry, services
from jobs.models import Job
from talentportal.lib.refusals import Refused


class AdministratorsOnly:
    """Open a model admin to administrators. Posts lie above this app, so they are reached from the user's side."""

    def _is_administrator(self, request) -> bool:
        user = request.user
        if not (user.is_active and user.is_staff):
            return False
        return user.is_superuser or user.posts.held_on(clock.today()).filter(role="ADMINISTRATOR").exists()

    def has_module_permission(self, request):
        return self._is_administrator(request)

    def has_view_permission(self, request, obj=None):
        return self._is_administrator(request)

    def has_add_permission(self, request):
        return self._is_administrator(request)

    def has_change_permission(self, request, obj=None):
        return self._is_administrator(request)

    def has_delete_permission(self, request, obj=None):
        return self._is_administrator(request)


class StandingFilter(admin.SimpleListFilter):
    title = _("standing")
    parameter_name = "standing"

    def lookups(self, request, model_admin):
        return [("waiting", _("waiting")), ("aside", _("set aside")), ("done", _("done"))]

    def queryset(self, request, queryset):
        match self.value():
            case "waiting":
                return queryset.filter(done_at__isnull=True, aside_at__isnull=True)
            case "aside":
                return queryset.filter(aside_at__isnull=False)
            case "done":
                return queryset.filter(done_at__isnull=False)
        return queryset


class KindFilter(admin.SimpleListFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return sorted(registry.words.items())

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Job)
class JobAdmin(AdministratorsOnly, admin.ModelAdmin):
    list_display = ["work", "key", "run_after", "retry_at", "attempts", "done_at", "aside_at", "last_error"]
    list_filter = [StandingFilter, KindFilter]
    search_fields = ["key"]
    ordering = ["-id"]
    actions = ["try_again"]
    show_full_result_count = False

    @admin.display(description=_("what it does"), ordering="kind")
    def work(self, job):
        return registry.words.get(job.kind, job.kind)

    def get_fields(self, request, obj=None):
        return ["work", *super().get_fields(request, obj)]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.action(description=_("Try again"), permissions=["view"])
    def try_again(self, request, queryset):
        taken_up = 0
        for job in queryset:
            try:
                services.retry_job(job=job, now=clock.now())
                taken_up += 1
            except Refused as refused:
                self.message_user(request, f"{job}: {refused}", messages.WARNING)
        if taken_up:
            self.message_user(request, _("Jobs to be tried again: %(count)s") % {"count": taken_up}, messages.SUCCESS)
