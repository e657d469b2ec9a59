"""Vacancies for the office: read what units handed in, put it online, send it back or take it offline, by buttons."""

from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.act_pages import Act, ActPages, DueFilter, PlainForm, words_field
from accounts.models import Role
from talentportal.lib import spoken
from talents.catalogs import majors, occupations
from talents.models import Vacancy
from talents.models.units import CHECKING_ROLES
from talents.services import vacancies
from talents.states import VACANCY_MOVES, Ground, VacancyState
from talents.templatetags.vacancies import last_day, pay

VERBS = {
    "write": gettext_lazy("written"),
    "edit": gettext_lazy("changed"),
    "hand_in": gettext_lazy("handed in"),
    "approve": gettext_lazy("put online"),
    "send_back": gettext_lazy("sent back"),
    "pause": gettext_lazy("paused"),
    "resume": gettext_lazy("put online again"),
    "fill": gettext_lazy("filled"),
    "expire": gettext_lazy("run out"),
    "take_offline": gettext_lazy("taken offline"),
}
WHERE = {
    "title": gettext_lazy("post"),
    "description": gettext_lazy("what the work is"),
    "conditions": gettext_lazy("what we ask for"),
    "skills": gettext_lazy("skills"),
}


class ApproveForm(PlainForm):
    note = words_field(
        gettext_lazy("Why the marked words may stand"),
        gettext_lazy("For instance work that a law keeps from women. Kept in the ledger."),
        limit=300,
        required=False,
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if not self.row.found_words:
            del self.fields["note"]


class ReasonForm(PlainForm):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The unit reads it: say what has to change."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


_ACTS = (
    Act(
        "approve",
        gettext_lazy("Put online"),
        vacancies.approve,
        gettext_lazy("The vacancy is online."),
        ApproveForm,
        "",
    ),
    Act(
        "send_back", gettext_lazy("Send back"), vacancies.send_back, gettext_lazy("Sent back to the unit."), ReasonForm
    ),
    Act(
        "take_offline",
        gettext_lazy("Take offline"),
        vacancies.take_offline,
        gettext_lazy("Nobody sees the vacancy any more; the unit was told why."),
        ReasonForm,
    ),
)


class QueueFilter(admin.SimpleListFilter):
    """What waits to be read comes first; everything else on demand."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("all", _("all of them")), *((state.value, state.label) for state in VacancyState)]

    def choices(self, changelist):
        for value, words in self.lookup_choices:
            chosen = (self.value() or VacancyState.REVIEW) == value
            query = changelist.get_query_string({self.parameter_name: value})
            yield {"selected": chosen, "query_string": query, "display": words}

    def queryset(self, request, rows):
        state = self.value() or VacancyState.REVIEW
        if state == "all":
            return rows
        return rows.filter(state=state if state in VacancyState.values else VacancyState.REVIEW)


@admin.register(Vacancy)
class VacancyAdmin(ActPages, admin.ModelAdmin):
    """The office where a unit is registered reads its vacancies; the oldest that waits comes first."""

    keyword = "vacancy"
    view_roles = (*CHECKING_ROLES, Role.OFFICIAL)
    acting_roles = CHECKING_ROLES
    related = ("unit__region", "region", "by", "reviewed_by")
    list_display = ("title", "unit", "region", "pay_words", "state", "marked", "updated_at")
    list_filter = (DueFilter, QueueFilter)
    list_select_related = ("unit", "region")
    search_fields = ("title", "unit__name")
    ordering = ("updated_at", "pk")
    show_full_result_count = False

    @admin.display(description=gettext_lazy("pay"))
    def pay_words(self, vacancy):
        return pay(vacancy)

    @admin.display(description=gettext_lazy("marked words"))
    def marked(self, vacancy):
        return len(vacancy.found_words) or "–"

    def facts_of(self, vacancy):
        asked = [majors().name(code) for code in vacancy.majors]
        return [
            (_("Unit"), vacancy.unit.name),
            (_("Credit code"), vacancy.unit.uscc),
            (_("Unit is"), vacancy.unit.get_status_display()),
            (_("State"), vacancy.get_state_display()),
            (_("Pay"), pay(vacancy)),
            (_("Place of work"), str(vacancy.region)),
            (_("Kind of work"), vacancy.get_kind_display()),
            (_("Occupation"), occupations().name(vacancy.occupation) if vacancy.occupation else ""),
            (_("Number of posts"), vacancy.posts),
            (_("Education at least"), vacancy.get_degree_display() if vacancy.degree else ""),
            (_("Majors"), " / ".join(asked)),
            (_("Working years at least"), vacancy.years or ""),
            (_("Skills"), " / ".join(vacancy.skills)),
            (_("What the work is"), vacancy.description),
            (_("What else they ask for"), vacancy.conditions),
            (_("Online until"), spoken.day(last_day(vacancy))),
            (_("Written by"), str(vacancy.by)),
            (_("Note of the review"), vacancy.review_note),
        ]

    def tables_of(self, vacancy):
        return [
            {
                "title": _("Words that may discriminate"),
                "heads": [_("Word"), _("Ground"), _("Where"), _("As it stands")],
                "rows": [
                    (one["word"], Ground(one["ground"]).label, WHERE.get(one["field"], ""), one["around"])
                    for one in vacancy.found_words
                ],
            },
            {
                "title": _("Ledger"),
                "heads": [_("When"), _("What"), _("Who"), _("Note")],
                "rows": [
                    (
                        f"{timezone.localtime(event.at):%Y-%m-%d %H:%M}",
                        VERBS[event.verb],
                        str(event.by or _("by itself")),
                        event.note,
                    )
                    for event in vacancy.events.select_related("by")
                ],
            },
        ]

    def acts_of(self, vacancy):
        offers = [act for act in _ACTS if vacancy.state in VACANCY_MOVES[act.verb].sources]
        return offers if vacancy.state != VacancyState.REVIEW else offers[:2]  # what waits is sent back
