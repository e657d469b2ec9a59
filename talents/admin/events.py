"""Recruitment events at the office that holds them, and the booths that units ask for."""

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.act_pages import Act, ActPages, DueFilter, PlainForm, words_field
from accounts.models import Organization, Role
from jobs import clock
from regions.models import Region
from talentportal.lib import spoken
from talents.models import Booth, RecruitEvent
from talents.queries import events as queries
from talents.services import events
from talents.states import BoothState, RecruitKind, RecruitState

OFFICE = (Role.EXAMINER, Role.LEADER)
WATCHING = (*OFFICE, Role.OFFICIAL)
MOMENT = "%Y-%m-%dT%H:%M"


def moment_words(value) -> str:
    """Say a moment with its day as people do."""
    here = timezone.localtime(value)
    return f"{spoken.day(here.date())} {here:%H:%M}"


def moment_field(label):
    """Return a field for a moment of local time."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
    return forms.DateTimeField(label=label, help_text=gettext_lazy("Local time."), widget=widget)


def stream_field():
    """Return a field for the address of a live stream."""
    return forms.URLField(
        label=gettext_lazy("Address of the live stream"),
        help_text=gettext_lazy("Begins with https://. Shown from half an hour before the beginning until the end."),
        max_length=300,
        required=False,
        assume_scheme="https",
    )


class EventForm(PlainForm):
    organization = forms.ModelChoiceField(label=gettext_lazy("Host"), queryset=Organization.objects.none())
    code = forms.SlugField(
        label=gettext_lazy("Code"), help_text=gettext_lazy("Part of the address: letters, digits, -"), max_length=40
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=RecruitKind.choices)
    title_zh = forms.CharField(label=gettext_lazy("Chinese title"), max_length=80)
    title_en = forms.CharField(label=gettext_lazy("English title"), max_length=120)
    about_zh = words_field(gettext_lazy("Chinese text"), limit=4000, required=False)
    about_en = words_field(gettext_lazy("English text"), limit=6000, required=False)
    region = forms.ModelChoiceField(label=gettext_lazy("Region"), queryset=Region.objects.all())
    address = forms.CharField(
        label=gettext_lazy("Place"),
        help_text=gettext_lazy("A cloud event needs none."),
        max_length=160,
        required=False,
    )
    stream = stream_field()
    starts_at = moment_field(gettext_lazy("Begins at"))
    ends_at = moment_field(gettext_lazy("Ends at"))
    emergency_plan = forms.CharField(
        label=gettext_lazy("Document number of the plan for emergencies"),
        help_text=gettext_lazy("Needed before the event is announced."),
        max_length=60,
        required=False,
    )
    most_booths = forms.IntegerField(label=gettext_lazy("Most booths"), min_value=1, max_value=1000, initial=100)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["organization"].queryset = queries.hosts_of(self.user, clock.now()).select_related("region")
        for name in self.fields if self.row else ():
            self.fields[name].initial = getattr(self.row, name)


class CancelForm(PlainForm):
    reason = words_field(
        gettext_lazy("Reason"), gettext_lazy("Everybody who registered and all units read it."), limit=200
    )


class StreamForm(PlainForm):
    stream = stream_field()

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["stream"].initial = self.row.stream


class NoteForm(PlainForm):
    note = words_field(gettext_lazy("Note"), gettext_lazy("The unit reads it."), limit=200)


def _write(*, organization, actor, now, event=None, **values):
    return events.write_event(organization=organization, values=values, actor=actor, now=now, event=event)


class HostsOnly(ActPages):
    """The buttons are those of the office that holds the event; others of the region only read."""

    view_roles = WATCHING
    acting_roles = OFFICE
    show_full_result_count = False

    def host_of(self, row) -> int:
        """Return the office that holds the event of a row."""
        return row.organization_id

    def _acts_of(self, request, row):
        is_host = queries.hosts_of(request.user, clock.now()).filter(pk=self.host_of(row)).exists()
        return super()._acts_of(request, row) if is_host else []


@admin.register(RecruitEvent)
class RecruitEventAdmin(HostsOnly, admin.ModelAdmin):
    """Events with what came of them, the latest first."""

    keyword = "event"
    related = ("organization", "region", "by")
    new = Act(
        "write",
        gettext_lazy("Write an event"),
        _write,
        gettext_lazy("Written. Announce it when the plan for emergencies is filed."),
        EventForm,
    )
    list_display = ("title", "kind", "organization", "region", "state", "starts_at", "ends_at")
    list_filter = ("state", "kind")
    search_fields = ("code", "title_zh", "title_en")

    @admin.display(description=gettext_lazy("Title"))
    def title(self, row):
        return str(row)

    def facts_of(self, row):
        return [
            (_("State"), row.get_state_display()),
            (_("Why cancelled"), row.cancelled_because),
            (_("Kind"), row.get_kind_display()),
            (_("Chinese title"), row.title_zh),
            (_("English title"), row.title_en),
            (_("Host"), row.organization),
            (_("Region"), row.region),
            (_("Place"), row.address),
            (_("Begins at"), moment_words(row.starts_at)),
            (_("Ends at"), moment_words(row.ends_at)),
            (_("Live stream"), row.stream),
            (_("Emergency plan"), row.emergency_plan),
            (_("Most booths"), str(row.most_booths)),
            (_("Chinese text"), row.about_zh),
            (_("English text"), row.about_en),
            (_("Written by"), row.by),
        ]

    def links_of(self, row):
        booths = reverse("admin:talents_booth_changelist")
        return [(_("Booths of this event"), f"{booths}?event__id__exact={row.pk}")]

    def tables_of(self, row):
        if row.state == RecruitState.DRAFT:
            return []
        told = queries.figures(row)
        stars = _("shown from five answers on") if told.stars is None else str(told.stars)
        rows = [
            (_("Units with a booth"), told.units),
            (_("Posts offered"), told.posts),
            (_("People registered"), told.registrations),
            (_("Numbers drawn"), told.talks),
            (_("Talks held"), told.held),
            (_("Both want to go on"), told.intentions),
            (_("Answers on how it was"), told.answered),
            (_("Stars on average"), stars),
        ]
        return [{"title": _("Figures"), "heads": (_("Figure"), _("Value")), "rows": rows}]

    def acts_of(self, row):
        if row.state == RecruitState.DRAFT:
            said = gettext_lazy("It is public, and units can ask for booths.")
            return [
                Act("announce", gettext_lazy("Announce it"), events.announce, said, tone="first"),
                Act("write", gettext_lazy("Change the draft"), _write, gettext_lazy("Changed."), EventForm),
            ]
        if row.state != RecruitState.ANNOUNCED or row.ends_at <= clock.now():
            return []
        told = gettext_lazy("Cancelled; everybody is told.")
        return [
            Act("stream", gettext_lazy("Set the live stream"), events.set_stream, gettext_lazy("Set."), StreamForm),
            Act("cancel", gettext_lazy("Cancel the event"), events.cancel_event, told, CancelForm, "danger"),
        ]


@admin.register(Booth)
class BoothAdmin(HostsOnly, admin.ModelAdmin):
    """Booths at events: who asks for one is checked before getting it (第28条)."""

    keyword = "booth"
    related = ("event__organization", "unit", "by", "decided_by")
    list_display = ("unit", "event", "number", "state", "asked_at")
    list_filter = (DueFilter, "state", ("event", admin.RelatedOnlyFieldListFilter))
    search_fields = ("unit__name", "event__code", "event__title_zh")
    ordering = ("asked_at", "pk")

    def host_of(self, row) -> int:
        return row.event.organization_id

    def facts_of(self, row):
        return [
            (_("State"), row.get_state_display()),
            (_("Booth"), str(row.number or "")),
            (_("Event"), row.event),
            (_("Begins at"), moment_words(row.event.starts_at)),
            (_("Unit"), row.unit.name),
            (_("Credit code"), row.unit.uscc),
            (_("Unit is"), row.unit.get_status_display()),
            (_("Asked for by"), row.by),
            (_("Asked for at"), moment_words(row.asked_at)),
            (_("Decided by"), row.decided_by),
            (_("Note"), row.note),
        ]

    def tables_of(self, row):
        rows = [
            (one.title, one.posts, one.get_degree_display() if one.degree else "–", one.get_state_display())
            for one in row.vacancies.order_by("title", "pk")
        ]
        heads = (_("Post"), _("Number of posts"), _("Education at least"), _("State"))
        return [{"title": _("Vacancies at the booth"), "heads": heads, "rows": rows}]

    def acts_of(self, row):
        if row.state != BoothState.ASKED or row.event.state != RecruitState.ANNOUNCED:
            return []
        refused = gettext_lazy("Refused; the unit is told.")
        return [
            Act("admit", gettext_lazy("Admit the unit"), events.admit, gettext_lazy("Admitted."), tone="first"),
            Act("refuse", gettext_lazy("Refuse the booth"), events.refuse_booth, refused, NoteForm),
        ]
