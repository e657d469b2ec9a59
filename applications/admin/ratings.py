"""Ratings at the office: the head of the window follows bad ones up, an official checks those that seem mistaken.

Clerks see none. Who rated is shown to the head alone, where the rating is bad and named; else when it is finished.
"""

import segno
from django.contrib import admin, messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role
from accounts.permissions import ReadOnlyAdminMixin, roles_in
from accounts.queries import posts_of
from applications import queries, touchpoints
from applications.models import Case, Rating
from applications.rating_forms import CallBackForm, ContactForm, ExcludeForm, RectifyForm
from applications.services import ratings, rectification
from applications.states import RatingChannel, RatingLevel, Who
from jobs import clock
from talentportal.lib import again
from talentportal.lib.refusals import Refused

FOLLOW_UP = {
    "contact": (ContactForm, rectification.contact_rater, gettext_lazy("Contact noted; the rater is told.")),
    "rectify": (RectifyForm, rectification.rectify, gettext_lazy("Noted as put right; the rater is told.")),
    "call-back": (CallBackForm, rectification.call_back, gettext_lazy("The call back is noted.")),
}


class BadFilter(admin.SimpleListFilter):
    """Which ratings: bad ones that are open, overdue, finished."""

    title = gettext_lazy("follow-up")
    parameter_name = "follow"

    def lookups(self, request, model_admin):
        return [
            ("open", _("bad, to be followed up")),
            ("late", _("bad, overdue")),
            ("done", _("bad, finished")),
        ]

    def queryset(self, request, rows):
        today = clock.today()
        bad = rows.filter(rectification__isnull=False, excluded_as="")
        match self.value():
            case "open":
                return bad.filter(rectification__called_back_at=None)
            case "late":
                return bad.filter(rectification__contacted_at=None, rectification__contact_by__lt=today) | bad.filter(
                    rectification__rectified_at=None, rectification__rectify_by__lt=today
                )
            case "done":
                return bad.filter(rectification__called_back_at__isnull=False)
        return rows


class TouchPointFilter(admin.ChoicesFieldListFilter):
    """After which step it was given; the name of the field, “after”, makes no sentence with “By”."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = _("step that was rated")


@admin.register(Rating)
class RatingAdmin(ReadOnlyAdminMixin, admin.ModelAdmin):
    """The ratings of the windows that somebody heads, and the follow-up of the bad ones."""

    view_roles = (Role.LEADER, Role.OFFICIAL)
    list_display = ("about", "step", "given", "on", "follow_up")
    list_filter = (BadFilter, "level", ("touch_point", TouchPointFilter))
    list_select_related = ("case__item", "case__window", "rectification")
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-rated_at",)

    def has_view_permission(self, request, obj=None) -> bool:
        return super().has_view_permission(request, obj) or self._is_head(request)

    def _is_head(self, request) -> bool:
        if Role.CLERK not in roles_in(request):
            return False
        posts = posts_of(request.user, clock.today())
        return posts.filter(role=Role.CLERK, is_head=True).exists()

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        today = clock.today()
        return rows.visible_to(request.user, today) if self.has_view_permission(request) else rows.none()

    @admin.display(description=gettext_lazy("about"))
    def about(self, rating):
        return f"{rating.case.item} · {rating.case.window or ''}"

    @admin.display(description=gettext_lazy("step"))
    def step(self, rating):
        return touchpoints.NAMES[rating.touch_point]

    @admin.display(description=gettext_lazy("rating"), ordering="level")
    def given(self, rating):
        tone = "seal" if rating.level in touchpoints.BAD else "ok" if rating.level < RatingLevel.FAIR else "amber"
        return format_html('<span class="tag tag--{}">{}</span>', tone, rating.get_level_display())

    @admin.display(description=gettext_lazy("on"), ordering="rated_at")
    def on(self, rating):
        return f"{timezone.localtime(rating.rated_at):%Y-%m-%d}"

    @admin.display(description=gettext_lazy("follow-up"))
    def follow_up(self, rating):
        return follow_up_words(rating, clock.today())

    # --- one rating

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/follow/<slug:act>/", view(self.follow), name="applications_rating_follow"),
            path("code/<int:case_pk>/<slug:step>/", view(self.code), name="applications_rating_code"),
        ]
        return own + super().get_urls()

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Show a rating with what was done about it and what comes next."""
        pk = int(object_id) if object_id.isdecimal() and len(object_id) < 19 else 0
        rating = get_object_or_404(self.get_queryset(request).select_related("case__region", "rated_by__person"), pk=pk)
        now = clock.now()
        today = timezone.localdate(now)
        follows = Who.HEAD in queries.roles_on(rating.case, request.user, today)
        checks = Rating.objects.checkable_by(request.user, today).filter(pk=rating.pk).exists()
        act = next_act(rating) if follows else "exclude" if checks and not rating.excluded_as else ""
        told = again.told(request)
        form = _form_of(act)(again.typed(request) if told.get("act") == act else None) if act else None
        names = touchpoints.aspects_of(rating.channel)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Rating"),
            "rating": rating,
            "name": touchpoints.NAMES[rating.touch_point],
            "aspects": [(names[key], RatingLevel(level).label) for key, level in rating.aspects.items()],
            "answer": getattr(rating, "rectification", None),
            "rater": rater_of(rating) if follows else None,
            "follow_up": follow_up_words(rating, today),
            "act": act,
            "form": form,
            "reasons": told.get("reasons", []),
            "has_errors": bool(told),
        }
        return render(request, "applications/admin_rating.html", context)

    def follow(self, request, pk, act):
        """Do the next thing about a bad rating; a POST, everything else leads back."""
        rating = get_object_or_404(self.get_queryset(request), pk=pk)
        page = reverse("admin:applications_rating_change", args=[pk])
        if request.method != "POST" or act not in (*FOLLOW_UP, "exclude"):
            return redirect(page)
        form = _form_of(act)(request.POST)
        if not form.is_valid():
            return again.give_back(request, page, act=act)
        try:
            said = self._do(rating, act, request.user, form.cleaned_data)
        except Refused as refused:
            return again.give_back(request, page, act=act, reasons=refused.reasons)
        messages.success(request, said)
        return redirect(page)

    def _do(self, rating, act, actor, data) -> str:
        who = {"actor": actor, "now": clock.now()}
        if act == "exclude":
            rectification.exclude_rating(rating=rating, **who, **data)
            return _("The rating is no longer counted. It stays as it was given.")
        if not hasattr(rating, "rectification"):
            raise Http404
        _form, verb, said = FOLLOW_UP[act]
        verb(rectification=rating.rectification, **who, **data)
        return said

    def code(self, request, case_pk, step):
        """Make a one-time code for the person at the window and show it as QR; a POST, since it makes something."""
        case = get_object_or_404(Case.objects.for_staff(request.user).select_related("item", "window"), pk=case_pk)
        context = {**self.admin_site.each_context(request), "title": _("Code to rate with"), "case": case, "step": step}
        context["name"] = touchpoints.NAMES.get(step, "")
        if request.method == "POST":
            channel = RatingChannel.TABLET if "tablet" in request.POST else RatingChannel.QR
            try:
                token = ratings.make_rating_token(
                    case=case, actor=request.user, now=clock.now(), touch_point=step, channel=channel
                )
            except Refused as refused:
                context["reasons"] = refused.reasons
            else:
                address = request.build_absolute_uri(reverse("rate", args=[token.token]))
                drawing = segno.make(address, error="m").svg_inline(scale=6, border=4, title=str(context["title"]))
                context |= {"token": token, "address": address, "picture": mark_safe(drawing)}  # noqa: S308
        return render(request, "applications/admin_rating_code.html", context)


def _form_of(act: str):
    return ExcludeForm if act == "exclude" else FOLLOW_UP[act][0]


def next_act(rating: Rating) -> str:
    """Return what the head does next about a rating, "" where nothing is left."""
    answer = getattr(rating, "rectification", None)
    if answer is None or rating.excluded_as or answer.called_back_at:
        return ""
    if not answer.contacted_at:
        return "contact"
    return "call-back" if answer.rectified_at else "rectify"


def rater_of(rating: Rating):
    """Return who rated, as far as the head of the window may know: of bad ratings with a name."""
    return rating.rated_by if rating.is_named and rating.level in touchpoints.BAD else None


def follow_up_words(rating: Rating, today) -> str:
    """Say how far the follow-up of a rating is, and by when the next thing is due."""
    answer = getattr(rating, "rectification", None)
    if rating.excluded_as:
        return _("not counted: %(why)s") % {"why": rectification.EXCLUSIONS[rating.excluded_as]}
    if answer is None:
        return ""
    if answer.called_back_at:
        return _("finished, satisfied") if answer.is_satisfied else _("finished, not satisfied")
    if answer.rectified_at:
        return _("call back")
    due = answer.rectify_by if answer.contacted_at else answer.contact_by
    words = _("put right by %(day)s") if answer.contacted_at else _("contact by %(day)s")
    said = words % {"day": due.isoformat()}
    return _("%(what)s, overdue") % {"what": said} if due < today else said
