"""Units at the office: what they handed in is checked, who acts for them is confirmed, how much they use is seen."""

from django import forms
from django.contrib import admin
from django.http import Http404, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.act_pages import Act, ActPages, DueFilter, PlainForm
from accounts.models import Role, Unit
from accounts.permissions import ReadOnlyAdminMixin
from applications.states import ScanState
from applications.views.files import give_out
from talentportal.lib import spoken
from talentportal.lib.uploads import MIME
from talents.catalogs import industries
from talents.models import Authority, UnitCheck, UnitUse
from talents.models.units import CHECKING_ROLES
from talents.services import units as services
from talents.states import CheckState


class NoteForm(PlainForm):
    note = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, help_text=gettext_lazy("The unit reads it as it stands.")
    )


_RETURN = Act(
    "return", gettext_lazy("Send it back"), services.return_check, gettext_lazy("Sent back with the reason."), NoteForm
)
_ACTS = {
    (CheckState.SUBMITTED, ""): [
        Act(
            "pass",
            gettext_lazy("The unit is what it says"),
            services.pass_check,
            gettext_lazy("The unit is verified."),
            tone="",
        ),
        _RETURN,
    ],
    (CheckState.PASSED, Unit.Status.VERIFIED): [
        Act(
            "suspend",
            gettext_lazy("Suspend the unit"),
            services.suspend_unit,
            gettext_lazy("The unit is shut out from now on."),
            NoteForm,
            "danger",
        )
    ],
    (CheckState.PASSED, Unit.Status.SUSPENDED): [
        Act(
            "resume",
            gettext_lazy("Let the unit in again"),
            services.resume_unit,
            gettext_lazy("The unit is let in again."),
        )
    ],
}


class ScanPage:
    """The scan that a row holds, given out once it is looked at for viruses. Put it before ActPages."""

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_scan"
        return [path("<int:pk>/scan/", self.admin_site.admin_view(self.scan), name=name), *super().get_urls()]

    def links_of(self, row):
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_scan", args=[row.pk])
        return [(_("Open the scan"), address)]

    def scan(self, request, pk):
        """Give out the scan; nobody opens one that holds a virus."""
        row = self._row_or_404(request, pk)
        stored, name, kind = self.scan_of(row)
        if row.scan_state == ScanState.INFECTED:
            raise Http404
        if row.scan_state == ScanState.PENDING:
            words = _("This file is being scanned. Try again in a moment.")
            return HttpResponse(words, "text/plain; charset=utf-8", 503)
        return give_out(stored, name, MIME[kind], inline=False)


@admin.register(UnitCheck)
class UnitCheckAdmin(ScanPage, ActPages, admin.ModelAdmin):
    """What units handed in; those that wait come first."""

    view_roles = acting_roles = CHECKING_ROLES
    keyword = "check"
    related = ("unit__region", "unit__work_region", "submitted_by", "decided_by")
    list_display = ("unit", "uscc", "state", "submitted_at", "decided_by")
    list_filter = (DueFilter, "state")
    list_select_related = ("unit", "decided_by")
    search_fields = ("unit__name", "unit__uscc")
    show_full_result_count = False

    @admin.display(description=gettext_lazy("unified social credit code"))
    def uscc(self, row):
        return row.unit.uscc

    def scan_of(self, row):
        return row.license, row.license_name, row.license_kind

    def facts_of(self, row):
        return [
            (_("Unit"), row.unit),
            (_("Status"), row.unit.get_status_display()),
            (_("Unified social credit code"), row.unit.uscc),
            (_("Registered in"), row.unit.region),
            (_("Works in"), row.unit.work_region),
            (_("Legal representative"), row.legal_representative),
            (_("Industry"), industries().name(row.industry)),
            (_("Size of the unit"), row.get_size_display()),
            (_("Business license"), f"{row.license_name} ({row.get_scan_state_display()})"),
            ("SHA-256", row.sha256),
            (_("Handed in by"), f"{row.submitted_by}, {_at(row.submitted_at)}"),
            (pgettext("unit check", "State"), row.get_state_display()),
            (_("Decided by"), row.decided_by and f"{row.decided_by}, {_at(row.decided_at)}"),
            (_("Note of the office"), row.note),
        ]

    def tables_of(self, row):
        found = Authority.objects.filter(member__unit=row.unit, member__left_at__isnull=True, ended_at__isnull=True)
        heads = (_("Handler"), _("First day"), _("Last day"), _("Confirmed by"))
        rows = [_authority_cells(one) for one in found.select_related("member__user", "confirmed_by")]
        return [{"title": _("Who acts for the unit"), "heads": heads, "rows": rows}]

    def acts_of(self, row):
        status = "" if row.state == CheckState.SUBMITTED else row.unit.status
        newest = not UnitCheck.objects.filter(unit=row.unit, state=CheckState.PASSED, pk__gt=row.pk).exists()
        return _ACTS.get((row.state, status), []) if newest else []


def _at(moment) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


def _authority_cells(authority: Authority) -> tuple:
    address = reverse("admin:talents_authority_change", args=[authority.pk])
    handler = format_html('<a href="{}">{}</a>', address, authority.member.user)
    days = spoken.day(authority.starts_on), spoken.day(authority.last_day)
    return handler, *days, authority.confirmed_by or _("not yet")


class StandingFilter(admin.SimpleListFilter):
    """Whether a power of attorney was confirmed or has ended; what waits is what is due."""

    title = gettext_lazy("state")
    parameter_name = "standing"

    def lookups(self, request, model_admin):
        return [("confirmed", _("confirmed")), ("ended", _("ended"))]

    def queryset(self, request, rows):
        match self.value():
            case "confirmed":
                return rows.filter(confirmed_at__isnull=False, ended_at__isnull=True)
            case "ended":
                return rows.filter(ended_at__isnull=False)
        return rows


@admin.register(Authority)
class AuthorityAdmin(ScanPage, ActPages, admin.ModelAdmin):
    """Powers of attorney of handlers: confirmed, sent back, ended."""

    view_roles = acting_roles = CHECKING_ROLES
    keyword = "authority"
    related = ("member__unit__region", "member__user", "confirmed_by")
    list_display = ("handler", "unit", "starts_on", "last", "confirmed_at", "ended_at")
    list_filter = (DueFilter, StandingFilter)
    list_select_related = ("member__user", "member__unit")
    search_fields = ("member__unit__name", "member__user__name")
    show_full_result_count = False

    @admin.display(description=gettext_lazy("handler"))
    def handler(self, row):
        return str(row.member.user)

    @admin.display(description=gettext_lazy("unit"))
    def unit(self, row):
        return str(row.member.unit)

    @admin.display(description=gettext_lazy("last day"))
    def last(self, row):
        return spoken.day(row.last_day)

    def scan_of(self, row):
        return row.file, row.name, row.kind

    def facts_of(self, row):
        return [
            (_("Handler"), f"{row.member.user} ({row.member.get_role_display()})"),
            (_("Unit"), row.member.unit),
            (_("First day"), spoken.day(row.starts_on)),
            (_("Last day"), spoken.day(row.last_day)),
            (_("Scan"), f"{row.name} ({row.get_scan_state_display()})"),
            ("SHA-256", row.sha256),
            (_("Handed in at"), _at(row.submitted_at)),
            (_("Confirmed by"), row.confirmed_by and f"{row.confirmed_by}, {_at(row.confirmed_at)}"),
            (_("Ended at"), row.ended_at and _at(row.ended_at)),
            (_("Left the unit"), row.member.left_at and _at(row.member.left_at)),
            (_("Note of the office"), row.note),
        ]

    def acts_of(self, row):
        if row.ended_at or row.member.left_at:
            return []
        said = gettext_lazy("It has ended; the handler reads why.")
        if row.confirmed_at:
            return [Act("end", _("End it at once"), services.end_authority, said, NoteForm, "danger")]
        confirmed = gettext_lazy("Confirmed. The handler may search while it runs.")
        return [
            Act("confirm", _("Confirm it"), services.confirm_authority, confirmed, tone=""),
            Act("end", _("Send it back"), services.end_authority, said, NoteForm),
        ]


@admin.register(UnitUse)
class UnitUseAdmin(ReadOnlyAdminMixin, admin.ModelAdmin):
    """How much units search and look, day by day; what was too much was reported."""

    view_roles = (Role.ADMINISTRATOR,)
    list_display = ("day", "unit", "searches", "looks", "api_calls", "requests", "reported_at")
    list_filter = (("reported_at", admin.EmptyFieldListFilter),)
    list_select_related = ("unit",)
    search_fields = ("unit__name", "unit__uscc")
    date_hierarchy = "day"
    show_full_result_count = False
