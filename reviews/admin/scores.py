"""Dossiers and scores at the office: made, checked, watched and closed; never a point changed."""

from django.contrib import admin, messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role
from accounts.permissions import ReadOnlyAdminMixin
from applications.models import Case
from applications.views.files import give_out
from jobs import clock
from reviews import score_forms as forms
from reviews.models import Dossier, ReviewRound
from reviews.queries import scores as queries
from reviews.queries.rounds import in_charge
from reviews.services import dossiers, sheets, standings
from reviews.states import RoundState, SheetState
from talentportal.lib import again
from talentportal.lib.refusals import Refused
from talentportal.lib.uploads import MIME

# act on a dossier: (form or None, what is said when it is done)
ACTS = {
    "approve": (None, gettext_lazy("The dossier is approved; its experts may read it.")),
    "names": (forms.NamesForm, gettext_lazy("The names are taken out. The dossier has to be checked again.")),
    "file": (forms.FileForm, gettext_lazy("The file was added without its hidden data. Check the dossier again.")),
    "remove": (None, gettext_lazy("The file was taken out.")),
    "clear": (forms.ReasonForm, gettext_lazy("Your judgement is noted.")),
    "return": (forms.ReasonForm, gettext_lazy("The sheet was returned; the expert is told.")),
    "panel": (forms.PanelForm, gettext_lazy("The opinion of the panel is noted.")),
}
ROUND_ACTS = {
    "place": gettext_lazy("The dossier was made. Another person has to check it."),
    "extend": gettext_lazy("The last day was moved."),
    "compute": gettext_lazy("The standings are computed."),
    "close": gettext_lazy("The round is closed; its cases go on with their results."),
}


@admin.register(Dossier)
class DossierAdmin(ReadOnlyAdminMixin, admin.ModelAdmin):
    """The dossiers of the office's rounds."""

    view_roles = (Role.EXAMINER, Role.LEADER)
    list_display = ("code", "round", "case", "checked", "sheets_in", "mean")
    list_filter = (("group__round", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("group__round", "case", "checked_by")
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-group__round", "group", "seq")

    def get_queryset(self, request):
        rows = super().get_queryset(request).prefetch_related("sheets", "standings")
        return rows.visible_to(request.user) if self.has_view_permission(request) else rows.none()

    @admin.display(description=gettext_lazy("review round"))
    def round(self, dossier):
        return str(dossier.group.round)

    @admin.display(description=gettext_lazy("anonymity checked by"))
    def checked(self, dossier):
        return _("withdrawn") if dossier.withdrawn_at else dossier.checked_by or "—"

    @admin.display(description=gettext_lazy("sheets submitted"))
    def sheets_in(self, dossier):
        return sum(sheet.state == SheetState.SUBMITTED for sheet in dossier.sheets.all())

    @admin.display(description=gettext_lazy("mean"))
    def mean(self, dossier):
        last = next(iter(dossier.standings.all()), None)
        return last.mean if last else "—"

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path("round/<int:pk>/", view(self.round_view), name="reviews_dossier_round"),
            path("<int:pk>/act/<slug:act>/", view(self.act), name="reviews_dossier_act"),
            path("<int:pk>/file/<int:seq>/", view(self.file), name="reviews_dossier_file"),
        ]
        return own + super().get_urls()

    # --- one dossier

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Show a dossier beside what was answered, with its files, sheets and standings."""
        pk = int(object_id) if object_id.isdecimal() and len(object_id) < 19 else 0
        related = ("group__round__scheme", "case__guide", "made_by", "checked_by")
        dossier = get_object_or_404(self.get_queryset(request).select_related(*related), pk=pk)
        told, typed = again.told(request), again.typed(request)
        shown = {act: form() for act, (form, _said) in ACTS.items() if form}
        if told.get("act") in shown:
            shown[told["act"]] = ACTS[told["act"]][0](typed)
        round = dossier.group.round
        context = {
            **self.admin_site.each_context(request),
            "title": dossier.code,
            "dossier": dossier,
            "round": round,
            "answers": queries.beside(dossier, clock.now()),
            "sheets": queries.sheets_of(dossier),
            "standings": dossier.standings.all(),
            "forms": shown,
            "may_act": in_charge(request.user, round.organization, clock.now())
            and not dossier.withdrawn_at
            and round.state != RoundState.CLOSED,
            "reasons": told.get("reasons", []),
            "has_errors": bool(told),
        }
        return render(request, "reviews/admin_dossier.html", context)

    def act(self, request, pk, act):
        """Do something about a dossier; a POST, everything else leads back."""
        dossier = get_object_or_404(self.get_queryset(request), pk=pk)
        page = reverse("admin:reviews_dossier_change", args=[pk])
        if request.method != "POST" or act not in ACTS:
            return redirect(page)
        form_class, said = ACTS[act]
        form = form_class(request.POST, request.FILES) if form_class else None
        if form and not form.is_valid():
            faults = [str(error) for errors in form.errors.values() for error in errors]
            return again.give_back(request, page, act=act, reasons=faults)
        try:
            self._do(dossier, act, request, form.cleaned_data if form else {})
        except Refused as refused:
            return again.give_back(request, page, act=act, reasons=refused.reasons)
        messages.success(request, said)
        return redirect(page)

    def _do(self, dossier, act, request, data) -> None:
        who = {"actor": request.user, "now": clock.now()}
        chosen = request.POST.get("pk", "")
        chosen = int(chosen) if chosen.isdecimal() and len(chosen) < 19 else 0
        match act:
            case "approve":
                dossiers.approve_dossier(dossier=dossier, **who)
            case "names":
                dossiers.take_out(dossier=dossier, **data, **who)
            case "file":
                enclosed = data.pop("enclosed")
                dossiers.add_file(dossier=dossier, file=enclosed.file, facts=enclosed.facts, **data, **who)
            case "remove":
                dossiers.remove_file(file=get_object_or_404(dossier.files, pk=chosen), **who)
            case "clear":
                dossiers.clear_file(file=get_object_or_404(dossier.files, pk=chosen), **data, **who)
            case "return":
                sheets.return_sheet(sheet=get_object_or_404(dossier.sheets, pk=chosen), **data, **who)
            case "panel":
                standings.record_panel(dossier=dossier, **data, **who)

    def file(self, request, pk, seq):
        """Give out an anonymous version, to be looked at before it is approved."""
        dossier = get_object_or_404(self.get_queryset(request), pk=pk)
        file = get_object_or_404(dossier.files, seq=seq)
        return give_out(file.file, queries.name_of(dossier, file), MIME[file.kind], inline=True)

    # --- a round

    def round_view(self, request, pk):
        """Show the matrix of experts and dossiers of a round, and what can be done about it."""
        rounds = ReviewRound.objects.visible_to(request.user).select_related("organization", "scheme")
        round = get_object_or_404(rounds, pk=pk)
        if not self.has_view_permission(request):
            raise Http404
        if request.method == "POST":
            return self._round_act(request, round)
        told, cases = again.told(request), self._waiting(request, round)
        groups = list(round.groups.select_related("discipline"))
        context = {
            **self.admin_site.each_context(request),
            "title": str(round),
            "round": round,
            "groups": [(group, *queries.matrix(group), queries.missing_of(group)) for group in groups],
            "has_dossiers": Dossier.objects.filter(group__round=round).exists(),
            "place": _place_form(round, cases),
            "extend": forms.ExtendForm(),
            "may_act": in_charge(request.user, round.organization, clock.now()) and round.state != RoundState.CLOSED,
            "reasons": told.get("reasons", []),
            "has_errors": bool(told),
        }
        return render(request, "reviews/admin_scores.html", context)

    def _waiting(self, request, round):
        """Return the accepted cases of the round's item that have no dossier yet."""
        taken = Dossier.objects.live().values("case")
        cases = Case.objects.for_staff(request.user).filter(item=round.item, state="EXAMINING").exclude(pk__in=taken)
        return cases.select_related("unit", "item").order_by("case_no")

    def _round_act(self, request, round):
        page, act = reverse("admin:reviews_dossier_round", args=[round.pk]), request.POST.get("act", "")
        if act not in ROUND_ACTS:
            return redirect(page)
        form = None
        if act in ("place", "extend"):
            form = forms.ExtendForm(request.POST)
            if act == "place":
                form = forms.PlaceForm(round, self._waiting(request, round), request.POST)
            if not form.is_valid():
                faults = [str(error) for errors in form.errors.values() for error in errors]
                return again.give_back(request, page, reasons=faults)
        try:
            self._round_do(round, act, form.cleaned_data if form else {}, actor=request.user, now=clock.now())
        except Refused as refused:
            return again.give_back(request, page, reasons=refused.reasons)
        is_given_up = act == "close" and not Dossier.objects.filter(group__round=round).exists()
        messages.success(request, _("The round is given up.") if is_given_up else ROUND_ACTS[act])
        return redirect(page)

    def _round_do(self, round, act, data, **who) -> None:
        match act:
            case "place":
                dossiers.make_dossier(**data, **who)
            case "extend":
                sheets.extend_review(round=round, **data, **who)
            case "compute":
                standings.compute_round(round=round, **who)
            case "close":
                standings.close_round(round=round, **who)


def _place_form(round, cases) -> forms.PlaceForm | None:
    """Return the form that makes a dossier, where a case waits and a group can still take it."""
    form = forms.PlaceForm(round, cases)
    return form if cases.exists() and form.fields["group"].queryset.exists() else None
