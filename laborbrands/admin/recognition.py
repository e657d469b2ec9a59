"""Applications for recognition at the office: what is asked for, who has said what, what is missing; and the word."""

from django.contrib import admin, messages
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import ReadOnlyAdminMixin
from applications import questions
from applications.models import STAFF_ROLES_ON_CASES
from applications.states import State
from jobs import clock
from laborbrands import progress, reviewing
from laborbrands.forms import EndorseForm
from laborbrands.models import BrandApplication, Condition
from laborbrands.queries import recognition as queries
from laborbrands.queries import turns
from laborbrands.rules import recognition as rules
from laborbrands.services import recognition as services
from laborbrands.states import EndorsementLevel
from talentportal.lib.bilingual import pick
from talentportal.lib.refusals import Refused


class NextFilter(admin.SimpleListFilter):
    """Whose word is next."""

    title = gettext_lazy("what is next")
    parameter_name = "next"

    def lookups(self, request, model_admin):
        return [
            ("mine", _("the word of my office")),
            *EndorsementLevel.choices,
            ("decision", _("examination and decision")),
        ]

    def queryset(self, request, rows):
        rows = rows.filter(case__state=State.EXAMINING) if self.value() else rows
        match self.value():
            case "mine":
                return rows.filter(pk__in=turns.waiting_for(request.user, clock.today()))
            case EndorsementLevel.COUNTY:
                return rows.exclude(tier="COUNTY").filter(endorsements__isnull=True)
            case EndorsementLevel.PREFECTURE:
                return rows.filter(tier="PROVINCIAL", endorsements__level="COUNTY").exclude(
                    endorsements__level="PREFECTURE"
                )
            case "decision":
                done = [row.pk for row in rows.prefetch_related("endorsements") if _next_of(row) is None]
                return rows.filter(pk__in=done)
        return rows


def _next_of(application: BrandApplication) -> str | None:
    return rules.next_level(application.tier, [row.level for row in application.endorsements.all()])


@admin.register(BrandApplication)
class BrandApplicationAdmin(ReadOnlyAdminMixin, admin.ModelAdmin):
    """Every application of the regions of one's posts; the county or prefecture gives its word on its page."""

    view_roles = STAFF_ROLES_ON_CASES
    list_display = ("brand_name", "tier", "region", "unit", "state", "next")
    list_filter = (NextFilter, "tier")
    list_select_related = ("case__unit", "region")
    search_fields = ("case__case_no", "case__applicant_name")
    ordering = ("-created_at",)
    show_full_result_count = False

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.visible_to(request.user).prefetch_related("endorsements")

    @admin.display(description=gettext_lazy("name of the brand"))
    def brand_name(self, application):
        return str(application)

    @admin.display(description=gettext_lazy("unit"))
    def unit(self, application):
        return application.case.unit or application.case.applicant_name

    @admin.display(description=gettext_lazy("state"))
    def state(self, application):
        return application.case.get_state_display()

    @admin.display(description=gettext_lazy("what is next"))
    def next(self, application):
        level = _next_of(application) if application.case.state == State.EXAMINING else None
        return EndorsementLevel(level).label if level else "–"

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The application with its figures, its conditions and its words; a POST gives the word that is next."""
        rows = self.get_queryset(request).select_related("case__item", "case__guide", "case__unit", "region", "brand")
        application = get_object_or_404(rows, pk=object_id if str(object_id).isdecimal() else None)
        form, reasons = EndorseForm(request.POST or None, initial={"version": application.case.version}), []
        if request.method == "POST" and form.is_valid():
            try:
                services.endorse(application=application, actor=request.user, now=clock.now(), **form.words())
                messages.success(request, _("Your word on the application is kept."))
                return redirect("admin:laborbrands_brandapplication_change", application.pk)
            except Refused as refused:
                reasons = refused.reasons
        return self._page(request, application, form, reasons)

    def _page(self, request, application, form, reasons):
        case, today = application.case, clock.today()
        turn = turns.turn_of(application) if case.state == State.EXAMINING else None
        may_endorse = bool(turn and queries.post_at(request.user, turn.place, queries.WORD_BY, today))
        decides = _decides(application, request.user, today)
        dossier, entry = reviewing.dossier_of(case), reviewing.entry_of(case)
        standing = reviewing.standing_of(case) if decides else None
        conditions = list(queries.conditions_on(case.accepted_on or today))
        answers = case.answers
        unmet = rules.unmet(conditions, answers, answers.get("category", ""), application.tier)
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": str(application),
            "application": application,
            "case": case,
            "lines": _answers(case, today),
            "conditions": [
                (pick(row, "text"), row not in unmet)
                for row in conditions
                if row.tier == application.tier and row.category in ("", answers.get("category"))
            ],
            "steps": progress.steps_of(application),
            "level": EndorsementLevel(turn.level).label if turn else "",
            "turn": turn,
            "to_review": decides and not turn and not dossier and case.state == State.EXAMINING,
            "to_publish": decides and standing and not entry and case.state in (State.EXAMINING, State.REVIEWED),
            "form": form if may_endorse else None,
            "reasons": reasons,
            "entry": entry,
            "dossier": dossier,
            "standing": standing,
        }
        status = 422 if reasons or form.errors else 200
        return TemplateResponse(request, "laborbrands/admin_application.html", context, status=status)


def _answers(case, today) -> list:
    return [(label, text) for _key, label, text in questions.readable(case.guide, today, case.answers) if text]


def _decides(application, user, today) -> bool:
    """Scores are shown to the office that decides alone."""
    place = queries.deciding_place(application)
    return queries.post_at(user, place, ("EXAMINER", "LEADER"), today) is not None


@admin.register(Condition)
class ConditionAdmin(ReadOnlyAdminMixin, admin.ModelAdmin):
    """The hard conditions, as the pack brought them."""

    view_roles = (*STAFF_ROLES_ON_CASES, "ADMINISTRATOR")
    list_display = ("tier", "category", "text_zh", "question", "least", "effective_from")
    list_filter = ("tier", "category")
