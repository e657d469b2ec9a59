"""Rounds of review: one page where the office groups, freezes, draws, invites and replaces."""

from dataclasses import dataclass

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role
from accounts.permissions import RoleAdminMixin
from accounts.queries import posts_of
from jobs import clock
from policies.models import ServiceItem
from reviews import office_forms as forms
from reviews.conflict_forms import FoundConflictForm
from reviews.models import Draw, Group, ReviewRound, Seat, Sheet
from reviews.queries import progress
from reviews.queries import rounds as queries
from reviews.rules import draw as rules
from reviews.services import conflicts, invitations, rounds
from reviews.services import draw as draws
from reviews.states import RoundState, SeatState
from talentportal.lib import again
from talentportal.lib.refusals import Refused


@dataclass(frozen=True)
class Act:
    """A button of the page: on which kind of row, with which form, calling which service."""

    on: str
    service: object
    done: str
    form: type | None = None


ACTS = {
    "add_group": Act("round", rounds.add_group, gettext_lazy("The group is added."), forms.GroupForm),
    "freeze": Act("group", draws.freeze, gettext_lazy("The candidates are frozen.")),
    "freeze_more": Act("group", draws.freeze_more, gettext_lazy("The candidates are frozen."), forms.MoreForm),
    "draw": Act("draw", draws.draw, gettext_lazy("The experts are drawn."), forms.NonceForm),
    "drop": Act("draw", draws.drop, gettext_lazy("The frozen pool is dropped."), forms.ReasonForm),
    "invite": Act("group", invitations.invite, gettext_lazy("The experts are invited.")),
    "accept": Act("seat", invitations.accept, gettext_lazy("The answer is noted."), forms.AccountForm),
    "decline": Act("seat", invitations.decline, gettext_lazy("The answer is noted."), forms.ReasonForm),
    "conflict": Act(
        "seat",
        conflicts.declare_conflict,
        gettext_lazy("The expert's sheets are void. Below is who comes next."),
        FoundConflictForm,
    ),
    "stand_down": Act("seat", invitations.stand_down, gettext_lazy("The next reserve is called."), forms.ReasonForm),
}
ROWS = {
    "round": lambda round_: ReviewRound.objects.filter(pk=round_.pk),
    "group": lambda round_: Group.objects.filter(round=round_),
    "draw": lambda round_: Draw.objects.filter(group__round=round_),
    "seat": lambda round_: Seat.objects.filter(group__round=round_),
}


@admin.register(ReviewRound)
class ReviewRoundAdmin(RoleAdminMixin, admin.ModelAdmin):
    view_roles = (Role.OFFICIAL,)
    edit_roles = queries.OFFICE
    list_display = ("number", "title", "organization", "state", "review_until", "created_at")
    list_filter = ("state",)
    list_select_related = ("organization",)
    search_fields = ("number__startswith", "title_zh", "title_en")
    search_help_text = gettext_lazy("Number or title")
    show_full_result_count = False

    @admin.display(description=gettext_lazy("title"))
    def title(self, round_):
        return str(round_)

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/<slug:act>/<int:row>/", view(self.act), name="reviews_reviewround_act"),
            path("draws/<int:pk>/record.json", view(self.record), name="reviews_reviewround_record"),
        ]
        return own + super().get_urls()

    def add_view(self, request, form_url="", extra_context=None):
        """Open a round for an item of the own organizations."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = forms.RoundForm(request.POST or None, items=_items_of(request.user))
        context = {"title": _("New round of review"), "form": form}
        if form.is_valid():
            words, now = form.cleaned_data, clock.now()
            try:
                office = _office_of(request.user, words["item"])
                made = rounds.open_round(organization=office, **words, actor=request.user, now=now)
                return redirect("admin:reviews_reviewround_change", made.pk)
            except Refused as refused:
                context["reasons"] = refused.reasons
        failed = bool(form.errors or context.get("reasons"))
        return self._page(request, "reviews/admin_round_new.html", context, 422 if failed else 200)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Show the round: its groups, each with dossiers, draws and seats, and the next step of each."""
        round_ = self._round_or_404(request, object_id)
        now, told = clock.now(), again.told(request)
        tried = {"act": told.get("act"), "row": told.get("row"), "typed": again.typed(request)}
        groups = round_.groups.select_related("discipline").order_by("seq")
        may_work = queries.in_charge(request.user, round_.organization, now)
        context = {
            "title": str(round_),
            "round": round_,
            "groups": [_group(group, request.user, now, tried) for group in groups],
            "due": progress.due_in(round_, now),
            "may_work": may_work,
            "group_form": _form("add_group", round_.pk, tried),
            "may_add": round_.state in (RoundState.PREPARING, RoundState.DRAWN),
            "form": _bound(tried),
            "reasons": told.get("reasons", []),
            "has_errors": bool(told),
        }
        return self._page(request, "reviews/admin_round.html", context)

    def act(self, request, pk, act, row):
        """Do what a button says; a POST, everything else leads back."""
        round_ = self._round_or_404(request, pk)
        page = reverse("admin:reviews_reviewround_change", args=[pk])
        if request.method != "POST":
            return redirect(page)
        if act not in ACTS or not self.has_change_permission(request):
            raise Http404
        found = get_object_or_404(ROWS[ACTS[act].on](round_), pk=row)
        form = ACTS[act].form(request.POST) if ACTS[act].form else None
        if form and not form.is_valid():
            return again.give_back(request, page, act=act, row=row)
        facts = {ACTS[act].on: found} | (form.cleaned_data if form else {})
        try:
            ACTS[act].service(**facts, actor=request.user, now=clock.now())
        except Refused as refused:
            return again.give_back(request, page, act=act, row=row, reasons=refused.reasons)
        again.forget(request)
        self.log_change(request, round_, f"{act}: {found}")
        messages.success(request, ACTS[act].done)
        return redirect(page)

    def record(self, request, pk):
        """Hand out the record of a draw; `manage.py replay_draw --file` repeats it on any machine."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = Draw.objects.filter(group__round__in=self.get_queryset(request), drawn_at__isnull=False)
        draw = get_object_or_404(found.select_related("group__round", "frozen_by", "drawn_by"), pk=pk)
        name = f"{draw.group.round.number}-{draw.group}-{draw.seq}.json"
        response = JsonResponse(queries.record_of(draw), json_dumps_params={"ensure_ascii": False, "indent": 2})
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "no-store"
        return response

    def _round_or_404(self, request, pk) -> ReviewRound:
        found = self.get_queryset(request) if self.has_view_permission(request) else ReviewRound.objects.none()
        related = ("organization__region", "item", "scheme", "created_by")
        return get_object_or_404(found.select_related(*related), pk=pk if str(pk).isdecimal() else 0)

    def _page(self, request, template: str, context: dict, status: int = 200):
        context |= self.admin_site.each_context(request) | {"opts": self.opts}
        return TemplateResponse(request, template, context, status=status, headers={"Cache-Control": "no-store"})


def _items_of(user):
    """Return the service items of the organizations that a user is in charge of, and of those above them."""
    own = ServiceItem.objects.none()
    for post in _posts_of(user):
        above = Q(organization__region__in=post.region.path.split("/"))
        own |= ServiceItem.objects.filter(Q(organization__region__path__startswith=post.region.path) | above)
    return own.distinct()


def _office_of(user, item):
    """Return the organization that reviews: the item's where the user is in charge of it, else the user's own."""
    if queries.in_charge(user, item.organization, clock.now()):
        return item.organization
    return _posts_of(user)[0].organization


def _posts_of(user):
    return posts_of(user, clock.today()).filter(role__in=queries.OFFICE)


def _form(act: str, row: int, tried: dict):
    """Return the form of a button: empty, or with what was typed when it was given back."""
    typed = tried["typed"] if (tried["act"], tried["row"]) == (act, row) else None
    return ACTS[act].form(typed, auto_id=f"id_{act}_{row}_%s")


def _bound(tried: dict):
    """Return the form that was given back, for the summary of its errors."""
    act = tried["act"]
    return _form(act, tried["row"], tried) if act in ACTS and ACTS[act].form else None


def _group(group: Group, user, now, tried: dict) -> dict:
    """Return what the page shows of a group, and the forms of its next steps."""
    done = list(group.draws.filter(drawn_at__isnull=False).select_related("frozen_by", "drawn_by").order_by("seq"))
    waiting = group.draws.filter(drawn_at__isnull=True, dropped_at__isnull=True).select_related("frozen_by").first()
    shown = {
        "group": group,
        "dossiers": list(group.dossiers.select_related("case").order_by("seq")),
        "draws": done,
        "dropped": list(group.draws.filter(dropped_at__isnull=False).select_related("dropped_by")),
        "waiting": waiting,
        "seats": [_seat(seat, tried) for seat in _seats(group)],
    }
    if waiting:
        shown |= {"nonce": _form("draw", waiting.pk, tried), "drop": _form("drop", waiting.pk, tried)}
        shown["is_operator"] = waiting.frozen_by_id == user.pk
    elif not done:
        pool = queries.pool_of(group, now)
        outside = rules.outside_needed(group.round.seats, group.round.outside_percent)
        shown |= {"pool": pool, "lacking": draws.lacking(pool, group.round.seats, outside)}
    else:
        shown["more"] = _form("freeze_more", group.pk, tried)
        shown["to_invite"] = sum(
            row["seat"].state == SeatState.RESERVE and row["seat"].rank <= row["seat"].draw.wanted
            for row in shown["seats"]
        )
    return shown


def _seats(group: Group):
    seats = group.seats.select_related("expert__user", "draw", "replaces__expert", "group")
    return seats.annotate(has_sheets=Exists(Sheet.objects.filter(seat=OuterRef("pk")))).order_by("draw__seq", "rank")


def _seat(seat: Seat, tried: dict) -> dict:
    shown = {"seat": seat, "is_first": seat.rank <= seat.draw.wanted}
    if seat.state == SeatState.INVITED:
        shown["decline"] = _form("decline", seat.pk, tried)
        shown["accept"] = _form("accept", seat.pk, tried)
    if seat.state == SeatState.ACCEPTED:
        shown["conflict"] = _form("conflict", seat.pk, tried).of(seat.group)
    if seat.state in queries.ON_THEIR_SEATS and not seat.has_sheets:
        shown["stand_down"] = _form("stand_down", seat.pk, tried)
    return shown
