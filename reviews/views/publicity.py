"""What is made public 公示, and objections to it."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from applications.uploads import too_large
from certificates import throttle
from jobs import clock
from reviews.models import Publicity
from reviews.publicity_forms import ObjectionForm, ReceiptForm
from reviews.queries import publicity as queries
from reviews.rules import publicity as rules
from reviews.services import objections
from reviews.states import EntryState, PublicityState
from talentportal.lib.refusals import Refused

PER_PAGE = 20
PER_MINUTE = 10  # objections, and questions how one stands, from one address


@require_safe
def listing(request):
    """Show what runs now, then what has ended and is still on the website."""
    today = clock.today()
    shown = queries.on_the_website()
    runs = Q(state__in=(PublicityState.OPEN, PublicityState.INTERRUPTED), ends_on__gte=today)
    page = Paginator(shown.exclude(runs), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "reviews/publicity_list.html", {"running": shown.filter(runs), "page": page, "today": today})


@never_cache
@sensitive_post_parameters("name", "contact", "text")
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request, number: str):
    """Show a publicity; a POST is an objection to one of its entries."""
    publicity = get_object_or_404(Publicity.objects.select_related("organization__region"), number=number)
    if publicity.state == PublicityState.DRAFT:
        raise Http404
    if publicity.state == PublicityState.REMOVED:
        return render(request, "reviews/publicity_gone.html", {"publicity": publicity}, status=410)
    now = clock.now()
    form, reasons = None, []
    if publicity.state == PublicityState.OPEN and rules.takes_objections(publicity.starts_on, publicity.ends_on, now):
        entries = publicity.entries.filter(state=EntryState.SHOWN)
        posted = (request.POST, request.FILES) if request.method == "POST" else ()
        form = ObjectionForm(*posted, entries=entries)
    if request.method == "POST":
        made, reasons = _object(request, form, now)
        if made:
            return redirect(f"{reverse('publicity:objection')}?number={made.code}&received")
    context = {
        "publicity": publicity,
        "entries": publicity.entries.all(),
        "gap": publicity.interruptions.filter(ends_on=None).first(),
        "gaps": publicity.interruptions.filter(ends_on__isnull=False),
        "form": form,
        "reasons": reasons,
        "has_errors": bool(reasons),
        "days": {"take_up": rules.TAKE_UP_DAYS, "answer": rules.ANSWER_DAYS},
    }
    wrong = bool(reasons or (form and form.errors))
    return render(request, "reviews/publicity.html", context, status=422 if wrong else 200)


def _object(request, form: ObjectionForm | None, now):
    """Hand a posted objection in; return it, or None and what is wrong with it beyond the form."""
    if form is None:
        return None, [_("The time for objections has ended.")]
    reasons = too_large(request)
    if not form.is_valid() or reasons:
        return None, reasons
    if not _within_limit(request, "objection"):
        return None, [_("Too many from one address. Wait a minute and send it again.")]
    try:
        return objections.object_to(now=now, **form.cleaned_data), []
    except Refused as refused:
        return None, refused.reasons


@never_cache
@require_safe
def objection(request):
    """Say how an objection stands, by the number on its receipt; never whose it is nor what it says."""
    form = ReceiptForm(request.GET if "number" in request.GET else None)
    context = {"form": form, "received": "received" in request.GET}
    if form.is_valid():
        if not _within_limit(request, "objection-state"):
            return render(request, "reviews/objection.html", context | {"busy": True}, status=429)
        context["found"] = queries.objection_by_code(form.cleaned_data["number"])
        context["unknown"] = context["found"] is None
    return render(request, "reviews/objection.html", context)


def _within_limit(request, purpose: str) -> bool:
    try:
        return throttle.within_limit(request, purpose, PER_MINUTE)
    except throttle.Unavailable:  # an objection must not be lost because the count cannot be kept
        return True
