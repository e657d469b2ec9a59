"""Calls for experts and the applications that answer them: everything by buttons."""

from django import forms
from django.contrib import admin
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.act_pages import Act, ActPages, PlainForm, day_field, words_field
from accounts.models import Organization
from jobs import clock
from reviews.models import Discipline, ExpertApplication, ExpertCall
from reviews.queries.rounds import OFFICE, in_charge
from reviews.rules.calls import LONGEST_TERM
from reviews.services import calls
from reviews.states import ExpertApplicationState
from talentportal.lib import spoken

WRITTEN = ("title_zh", "title_en", "requirements_zh", "requirements_en", "opens_on", "closes_on", "term_months")


class WordsForm(PlainForm):
    """What a call says; filled with the call that is changed."""

    title_zh = forms.CharField(label=gettext_lazy("Chinese title"), max_length=160)
    title_en = forms.CharField(label=gettext_lazy("English title"), max_length=200)
    requirements_zh = words_field(gettext_lazy("Chinese requirements"))
    requirements_en = words_field(gettext_lazy("English requirements"))
    disciplines = forms.ModelMultipleChoiceField(
        Discipline.objects.all(), label=gettext_lazy("Disciplines"), widget=forms.CheckboxSelectMultiple
    )
    opens_on = day_field(gettext_lazy("Open from"))
    closes_on = day_field(gettext_lazy("Open until"), gettext_lazy("The last day on which somebody can apply."))
    term_months = forms.IntegerField(
        label=gettext_lazy("Months of a term"), min_value=1, max_value=LONGEST_TERM, initial=LONGEST_TERM
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if self.row:
            self.initial = {name: getattr(self.row, name) for name in WRITTEN}
            self.initial["disciplines"] = self.row.disciplines.all()


class NewCallForm(WordsForm):
    organization = forms.ModelChoiceField(Organization.objects.none(), label=gettext_lazy("Pool of"), empty_label=None)
    field_order = ("organization", *WRITTEN[:4], "disciplines")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        now = clock.now()
        own = [one.pk for one in Organization.objects.select_related("region") if in_charge(self.user, one, now)]
        self.fields["organization"].queryset = Organization.objects.filter(pk__in=own)


class EndForm(PlainForm):
    closes_on = day_field(gettext_lazy("Open until"), gettext_lazy("The last day on which somebody can apply."))


class AcceptForm(PlainForm):
    capacity = forms.IntegerField(
        label=gettext_lazy("Dossiers at a time, at most"), min_value=1, max_value=200, initial=30
    )
    is_think_tank = forms.BooleanField(label=gettext_lazy("Member of the think tank"), required=False)


class RefuseForm(PlainForm):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The applicant reads it."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


CHANGE = Act(
    "change", gettext_lazy("Change the call"), calls.change_call, gettext_lazy("The call is changed."), WordsForm
)
PUBLISH = Act(
    "publish",
    gettext_lazy("Publish the call"),
    calls.publish_call,
    gettext_lazy("The call is on the website."),
    tone="",
)
END = Act("end", gettext_lazy("Move the last day"), calls.move_end, gettext_lazy("The last day was moved."), EndForm)
ACCEPT = Act(
    "accept",
    gettext_lazy("Take into the pool"),
    calls.accept_application,
    gettext_lazy("The expert is in the pool and was told."),
    AcceptForm,
    tone="",
)
REFUSE = Act(
    "refuse",
    gettext_lazy("Refuse the application"),
    calls.refuse_application,
    gettext_lazy("The applicant was told."),
    RefuseForm,
)


@admin.register(ExpertCall)
class ExpertCallAdmin(ActPages, admin.ModelAdmin):
    view_roles = acting_roles = OFFICE
    keyword = "call"
    related = ("organization", "created_by", "published_by")
    new = Act(
        "new",
        gettext_lazy("Write a call for experts"),
        calls.write_call,
        gettext_lazy("The call is written. Publish it when it is right."),
        NewCallForm,
    )
    list_display = ("number", "title", "opens_on", "closes_on", "state", "waiting", "total")
    search_fields = ("number__startswith", "title_zh", "title_en")
    show_full_result_count = False

    def get_queryset(self, request):
        waits = Count("applications", filter=Q(applications__state=ExpertApplicationState.SUBMITTED))
        return super().get_queryset(request).annotate(waits=waits, applied=Count("applications"))

    @admin.display(description=gettext_lazy("title"))
    def title(self, row):
        return str(row)

    @admin.display(description=gettext_lazy("state"))
    def state(self, row):
        today = clock.today()
        if row.published_at is None:
            return _("not published")
        if today < row.opens_on:
            return pgettext("call", "opening later")
        return pgettext("call", "open") if today <= row.closes_on else _("ended")

    @admin.display(description=gettext_lazy("to decide"))
    def waiting(self, row):
        return row.waits

    @admin.display(description=gettext_lazy("applications"))
    def total(self, row):
        return row.applied

    def facts_of(self, row):
        return [
            (_("Call number"), row.number),
            (_("Pool of"), row.organization),
            (_("State"), self.state(row)),
            (_("Disciplines"), _joined(row.disciplines.all())),
            (_("Applications"), f"{spoken.day(row.opens_on)} – {spoken.day(row.closes_on)}"),
            (_("Months of a term"), row.term_months),
            (_("Chinese requirements"), row.requirements_zh),
            (_("English requirements"), row.requirements_en),
            (pgettext("call", "Published by"), row.published_by),
        ]

    def links_of(self, row):
        return [(_("On the website"), reverse("experts:detail", args=[row.number]))] if row.published_at else []

    def tables_of(self, row):
        found = row.applications.select_related("user").order_by("state", "submitted_at")
        rows = [
            (_linked(one), one.unit_name, spoken.day(timezone.localdate(one.submitted_at)), one.get_state_display())
            for one in found
        ]
        heads = (pgettext("expert", "Name"), _("Unit"), pgettext("expert application", "Handed in"), _("State"))
        return [{"title": _("Applications"), "heads": heads, "rows": rows}]

    def acts_of(self, row):
        return [PUBLISH, CHANGE] if row.published_at is None else [END]


def _joined(rows) -> str:
    return _(", ").join(str(row) for row in rows)


def _linked(application: ExpertApplication) -> str:
    address = reverse("admin:reviews_expertapplication_change", args=[application.pk])
    return format_html('<a href="{}">{}</a>', address, application.name)


@admin.register(ExpertApplication)
class ExpertApplicationAdmin(ActPages, admin.ModelAdmin):
    view_roles = acting_roles = OFFICE
    keyword = "application"
    related = ("call", "user", "region", "decided_by", "expert")
    list_display = ("name", "unit_name", "call", "state", "submitted_at")
    list_filter = ("state", ("call", admin.RelatedOnlyFieldListFilter))
    search_fields = ("name", "unit_name")
    show_full_result_count = False

    def facts_of(self, row):
        return [
            (_("Call for experts"), row.call),
            (_("State"), row.get_state_display()),
            (pgettext("expert", "Name"), row.name),
            (_("Unit"), f"{row.unit_name} {row.unit_uscc}".strip()),
            (_("County of work"), row.region or _("outside the province")),
            (pgettext("expert", "Title"), row.title),
            (_("Years of work in the discipline"), row.years),
            (_("Disciplines"), _joined(row.disciplines.all())),
            (_("Experience"), row.statement),
            (_("Keeps away from"), "、".join(row.avoids)),
            (pgettext("expert application", "Handed in"), spoken.day(timezone.localdate(row.submitted_at))),
            (_("Decided by"), row.decided_by),
            (_("Reason"), row.reason),
        ]

    def links_of(self, row):
        links = [(_("The call"), reverse("admin:reviews_expertcall_change", args=[row.call_id]))]
        expert = reverse("admin:reviews_expert_change", args=[row.expert_id]) if row.expert_id else ""
        return [*links, (_("The expert"), expert)] if expert else links

    def acts_of(self, row):
        return [ACCEPT, REFUSE] if row.state == ExpertApplicationState.SUBMITTED else []
