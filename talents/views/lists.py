"""What a unit keeps: shortlists with notes, and searches."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jobs import clock
from talentportal.lib import again
from talentportal.lib.refusals import Refused
from talents.models import ShortlistEntry
from talents.queries import cards
from talents.queries import contact as queries
from talents.services import searches, shortlists
from talents.unit_forms import NameForm
from talents.views.common import for_unit


@for_unit
def shortlist_list(request):
    """The unit's lists; a POST begins one, and puts somebody on it when a code is given."""
    form = NameForm(again.typed(request))
    if request.method == "POST":
        if not form.is_valid():
            return again.give_back(request)
        try:
            made = shortlists.make(unit=request.unit, **form.cleaned_data, **_who(request))
        except Refused as refused:
            return again.give_back(request, reasons=refused.reasons)
        again.forget(request)
        messages.success(request, _("The list is there."))
        if request.POST.get("code"):
            _put(request, made)
        return redirect("org:shortlist", pk=made.pk)
    context = {"lists": queries.lists_of(request.unit), "form": form, "unit": request.unit}
    return render(request, "talents/shortlists.html", context | {"reasons": again.told(request).get("reasons", [])})


def _who(request) -> dict:
    return {"actor": request.user, "now": clock.now()}


def _own(request, pk: int):
    return get_object_or_404(queries.lists_of(request.unit), pk=pk)


@require_safe
@for_unit
def shortlist(request, pk: int):
    """The candidates of a list with notes; who cannot be found any more stays with the code alone."""
    found, now = _own(request, pk), clock.now()
    entries = list(found.entries.select_related("by"))
    ids = [entry.profile_id for entry in entries]
    profiles = {p.pk: p for p in cards.with_parts(queries.profiles_for(request.unit, now)).filter(pk__in=ids)}
    codes = dict(found.entries.values_list("pk", "profile__code"))
    between = queries.state_between(request.unit, ids)
    for entry in entries:
        entry.card, entry.code = profiles.get(entry.profile_id), codes[entry.pk]
        entry.brief = cards.brief(entry.card, now) if entry.card else []
        entry.between = between.get(entry.profile_id)
    context = {"shortlist": found, "entries": entries, "unit": request.unit}
    return render(request, "talents/shortlist.html", context)


@require_POST
@for_unit
def put(request):
    """Put somebody on a list of the unit, and lead back to where the button was."""
    _put(request, _own(request, _number(request.POST.get("list", ""))))
    return _back(request)


def _put(request, shortlist) -> None:
    profiles = queries.profiles_for(request.unit, clock.now())
    profile = get_object_or_404(profiles, code=request.POST.get("code", ""))
    try:
        shortlists.put(shortlist=shortlist, profile=profile, **_who(request))
        messages.success(request, _("%(code)s is on the list “%(name)s”.") % {"code": profile.code, "name": shortlist})
    except Refused as refused:
        messages.error(request, str(refused))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0


def _back(request):
    address = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return redirect(address if safe else reverse("org:shortlists"))


@require_POST
@for_unit
def entry(request, pk: int, entry_pk: int):
    """Keep a note on a candidate, or take the candidate off the list."""
    shortlist = _own(request, pk)
    found = get_object_or_404(ShortlistEntry, shortlist=shortlist, pk=entry_pk)
    try:
        if "take_off" in request.POST:
            shortlists.take_off(entry=found, **_who(request))
            messages.success(request, _("Taken off the list."))
        else:
            shortlists.note(entry=found, text=request.POST.get("note", ""), **_who(request))
            messages.success(request, _("The note is kept."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("org:shortlist", pk=pk)


@require_POST
@for_unit
def drop(request, pk: int):
    """Delete a list."""
    shortlists.drop(shortlist=_own(request, pk), **_who(request))
    messages.success(request, _("The list is deleted."))
    return redirect("org:shortlists")


@for_unit
def search_list(request):
    """The searches that the unit keeps; a POST keeps one."""
    form = NameForm(again.typed(request))
    if request.method == "POST":
        return _keep(request, form)
    context = {
        "searches": request.unit.talent_searches.select_related("by"),
        "form": form,
        "query": request.GET.get("query", ""),
        "reasons": again.told(request).get("reasons", []),
        "unit": request.unit,
    }
    return render(request, "talents/searches.html", context)


def _keep(request, form):
    if not form.is_valid():
        return again.give_back(request)
    words = {"name": form.cleaned_data["name"], "query": request.POST.get("query", "")}
    try:
        searches.keep(unit=request.unit, **words, **_who(request))
    except Refused as refused:
        return again.give_back(request, reasons=refused.reasons)
    again.forget(request)
    messages.success(request, _("The search is kept. You are told when people are new in it."))
    return redirect("org:searches")


@require_POST
@for_unit
def search(request, pk: int):
    """Say whether news of a search are wanted, or forget it."""
    found = get_object_or_404(request.unit.talent_searches, pk=pk)
    if "drop" in request.POST:
        searches.drop(search=found, **_who(request))
        messages.success(request, _("The search is deleted."))
    else:
        searches.tell(search=found, tells=request.POST.get("tells") == "1", **_who(request))
        messages.success(request, _("Kept."))
    return redirect("org:searches")
