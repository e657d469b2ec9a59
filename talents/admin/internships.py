"""Internships and traineeships at the office: places to be read, bases, claims of subsidy, schools."""

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from accounts.act_pages import Act, ActPages, DueFilter, PlainForm, day_field, words_field
from accounts.models import Organization, Role, Unit
from accounts.queries import posts_of
from jobs import clock
from talentportal.lib import spoken
from talents.models import Place, School, SubsidyClaim, TraineeshipBase
from talents.queries import interns as queries
from talents.rules.interns import retention_percent
from talents.services import places, traineeships
from talents.states import BaseLevel, ClaimState, VacancyState

OFFICE = (Role.EXAMINER, Role.LEADER)
WATCHING = (*OFFICE, Role.OFFICIAL)


class NoteForm(PlainForm):
    note = words_field(gettext_lazy("Note"), gettext_lazy("The unit reads it."), limit=300)


def _pass(*, place, actor, now):
    return places.review_place(place=place, passed=True, note="", actor=actor, now=now)


def _send_back(*, place, note, actor, now):
    return places.review_place(place=place, passed=False, note=note, actor=actor, now=now)


@admin.register(Place)
class PlaceAdmin(ActPages, admin.ModelAdmin):
    """Places for interns: who waits to be read comes first."""

    view_roles = WATCHING
    acting_roles = OFFICE
    keyword = "place"
    related = ("unit", "region", "base", "reviewed_by")
    list_display = ("title", "unit", "kind", "region", "places", "state", "apply_by")
    list_filter = (DueFilter, "state", "kind")
    search_fields = ("title", "unit__name")
    show_full_result_count = False

    def facts_of(self, row):
        return [
            (_("State"), row.get_state_display()),
            (_("Unit"), row.unit),
            (_("Kind"), row.get_kind_display()),
            (_("Base"), row.base),
            (_("What the work is"), row.description),
            (_("Number of places"), str(row.places)),
            (_("Months"), str(row.months)),
            (_("Paid each month (yuan)"), f"{row.allowance:,}"),
            (_("Who guides"), row.mentor),
            (_("Accident insurance"), _("paid by the unit") if row.is_insured else _("none")),
            (_("Place of work"), row.region),
            (_("Begins on"), spoken.day(row.starts_on)),
            (_("Apply by"), spoken.day(row.apply_by)),
            (_("Note"), row.review_note),
        ]

    def acts_of(self, row):
        if row.state != VacancyState.REVIEW:
            return []
        return [
            Act("pass", gettext_lazy("Put it online"), _pass, gettext_lazy("It is online."), tone="first"),
            Act("back", gettext_lazy("Send it back"), _send_back, gettext_lazy("Sent back to the unit."), NoteForm),
        ]


class NewBaseForm(PlainForm):
    unit = forms.ModelChoiceField(label=gettext_lazy("Unit"), queryset=Unit.objects.none())
    level = forms.ChoiceField(label=gettext_lazy("Level"), choices=BaseLevel.choices)
    organization = forms.ModelChoiceField(label=gettext_lazy("Recognized by"), queryset=Organization.objects.none())
    document_no = forms.CharField(label=pgettext_lazy("policy", "Document number"), max_length=60)
    staff = forms.IntegerField(label=gettext_lazy("People employed"), min_value=1, max_value=1_000_000)
    starts_on = day_field(gettext_lazy("From"))
    ends_on = day_field(gettext_lazy("Until (not included)"))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        posts = posts_of(self.user, clock.today()).filter(role__in=OFFICE).values("organization")
        offices = Organization.objects.select_related("region")
        offices = offices if self.user.is_superuser else offices.filter(pk__in=posts)
        near = Q(pk__in=[])
        for office in offices:
            near |= Q(work_region__path__startswith=office.region.path)
        self.fields["organization"].queryset = offices
        self.fields["unit"].queryset = Unit.objects.filter(near, status=Unit.Status.VERIFIED)

    def clean(self):
        data = super().clean()
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] <= data["starts_on"]:
            self.add_error("ends_on", _("The end must be after the beginning."))
        return data


class ReasonForm(PlainForm):
    reason = words_field(gettext_lazy("Reason"), gettext_lazy("The unit reads it."), limit=200)


@admin.register(TraineeshipBase)
class TraineeshipBaseAdmin(ActPages, admin.ModelAdmin):
    """Bases of traineeships, with how many trainees stayed and why a base should end."""

    view_roles = WATCHING
    acting_roles = OFFICE
    keyword = "base"
    related = ("unit__work_region", "organization")
    new = Act(
        "recognize",
        gettext_lazy("Recognize a base"),
        traineeships.recognize_base,
        gettext_lazy("Recognized. The unit can offer traineeships."),
        NewBaseForm,
    )
    list_display = ("unit", "level", "staff", "hired", "starts_on", "last", "cancelled_on")
    list_filter = ("level",)
    search_fields = ("unit__name", "document_no")
    show_full_result_count = False

    def get_queryset(self, request):
        return queries.with_retention(super().get_queryset(request), clock.today().year)

    @admin.display(description=gettext_lazy("Hired afterwards this year"))
    def hired(self, row):
        percent = retention_percent(row.finished, row.retained)
        words = _("%(retained)s of %(finished)s, %(percent)s %%")
        return words % {"retained": row.retained, "finished": row.finished, "percent": percent} if row.finished else ""

    @admin.display(description=gettext_lazy("last day"), ordering="ends_on")
    def last(self, row):
        return spoken.day(row.last_day)

    def facts_of(self, row):
        today = clock.today()
        return [
            (_("Unit"), row.unit),
            (_("Level"), row.get_level_display()),
            (_("Recognized by"), row.organization),
            (pgettext("policy", "Document number"), row.document_no),
            (_("People employed"), f"{row.staff:,}"),
            (_("Places in use"), str(queries.places_in_use(row))),
            (_("Hired afterwards this year"), self.hired(row) or _("Nobody has finished this year.")),
            (_("Should end, because"), " ".join(map(str, traineeships.cancel_reasons(row, today)))),
            (_("Cancelled"), row.cancelled_on and f"{spoken.day(row.cancelled_on)}: {row.cancelled_because}"),
        ]

    def acts_of(self, row):
        if row.cancelled_on:
            return []
        act = traineeships.cancel_base
        return [Act("cancel", gettext_lazy("Cancel the base"), act, gettext_lazy("Cancelled."), ReasonForm, "danger")]


def _approve(*, claim, actor, now):
    return traineeships.decide_claim(claim=claim, approved=True, note="", actor=actor, now=now)


def _refuse(*, claim, note, actor, now):
    return traineeships.decide_claim(claim=claim, approved=False, note=note, actor=actor, now=now)


class PaidForm(PlainForm):
    paid_on = day_field(gettext_lazy("Paid on"))


@admin.register(SubsidyClaim)
class SubsidyClaimAdmin(ActPages, admin.ModelAdmin):
    """Claims of subsidy: the months behind each, approved or refused, and paid."""

    view_roles = WATCHING
    acting_roles = OFFICE
    keyword = "claim"
    related = ("base__unit", "submitted_by", "decided_by")
    list_display = ("base", "amount", "state", "submitted_at", "paid_on")
    list_filter = (DueFilter, "state")
    search_fields = ("base__unit__name",)
    show_full_result_count = False

    def facts_of(self, row):
        return [
            (_("State"), row.get_state_display()),
            (_("Base"), row.base),
            (_("Amount (yuan)"), f"{row.amount:,.2f}"),
            (_("Yuan for a month"), f"{row.rate:,.2f}"),
            (_("Handed in by"), row.submitted_by),
            (_("Decided by"), row.decided_by),
            (_("Note"), row.note),
            (_("Paid on"), row.paid_on and spoken.day(row.paid_on)),
        ]

    def tables_of(self, row):
        months = row.months.select_related("month__agreement__application__user").order_by("month__month", "pk")
        rows = [
            (str(one.month.agreement.application.user), f"{one.month.month:%Y-%m}", one.month.days, one.month.paid)
            for one in months
        ]
        heads = (_("Trainee"), _("Month"), _("Days present"), _("Allowance paid (yuan)"))
        return [{"title": pgettext("agreement", "Months"), "heads": heads, "rows": rows}]

    def acts_of(self, row):
        if row.state == ClaimState.SUBMITTED:
            return [
                Act("approve", gettext_lazy("Approve"), _approve, gettext_lazy("Approved."), tone="first"),
                Act("refuse", gettext_lazy("Refuse"), _refuse, gettext_lazy("Refused; the unit is told."), NoteForm),
            ]
        if row.state == ClaimState.APPROVED:
            paid = traineeships.pay_claim
            return [Act("pay", gettext_lazy("Note the payment"), paid, gettext_lazy("Payment noted."), PaidForm)]
        return []


class NewSchoolForm(PlainForm):
    unit = forms.ModelChoiceField(label=gettext_lazy("Unit"), queryset=Unit.objects.none())

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["unit"].queryset = Unit.objects.filter(status=Unit.Status.VERIFIED, school__isnull=True)


@admin.register(School)
class SchoolAdmin(ActPages, admin.ModelAdmin):
    """Units that are schools and sign for their students."""

    view_roles = WATCHING
    acting_roles = OFFICE
    keyword = "school"
    related = ("unit",)
    new = Act(
        "enter",
        gettext_lazy("Enter a school"),
        traineeships.enter_school,
        gettext_lazy("Entered. Its handlers see the agreements of their students."),
        NewSchoolForm,
    )
    list_display = ("unit", "is_open")
    search_fields = ("unit__name",)
    show_full_result_count = False

    def facts_of(self, row):
        return [(_("Unit"), row.unit), (_("takes part"), _("yes") if row.is_open else _("no"))]

    def acts_of(self, row):
        label = gettext_lazy("It takes part no more") if row.is_open else gettext_lazy("It takes part again")
        return [Act("turn", label, traineeships.turn_school, gettext_lazy("Noted."))]
