"""The card of a person who may be found: facts under a code, a request for contact, three cards side by side."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jobs import clock
from talentportal.lib import again
from talentportal.lib.refusals import Refused
from talents import limits
from talents.queries import cards
from talents.queries import contact as queries
from talents.services import contact
from talents.services.use import look
from talents.states import LookKind, RequestState, Shared
from talents.unit_forms import AskForm
from talents.views.common import for_unit

COMPARED = 3  # cards side by side
OPEN = (RequestState.SENT, RequestState.ACCEPTED)


def slow_down(request):
    """Say that the unit has looked at too many people for now."""
    response = render(request, "talents/slow.html", {"most": limits.LOOKS_A_DAY}, status=429)
    response["Retry-After"] = "60"
    return response


def _profiles(request):
    return cards.with_parts(queries.profiles_for(request.unit, clock.now()))


@require_safe
@for_unit
def card(request, code: str):
    """A person's card; the look is written down, and the person sees it."""
    now = clock.now()
    profile = get_object_or_404(_profiles(request), code=code)
    if not look(unit=request.unit, profiles=[profile], kind=LookKind.CARD, actor=request.user, now=now):
        return slow_down(request)
    context = {
        "profile": profile,
        "facts": cards.facts_of(profile, now),
        "verified": cards.verified_of(profile, now),
        "traits": cards.traits_of(profile),
        "between": queries.state_between(request.unit, [profile.pk]).get(profile.pk),
        "lists": queries.lists_of(request.unit),
        "on_lists": set(request.unit.shortlists.filter(entries__profile=profile).values_list("pk", flat=True)),
        "left": queries.requests_left(request.unit, now),
        "again": queries.waits_until(request.unit, profile, now),
        "unit": request.unit,
    }
    return render(request, "talents/card.html", context)


@for_unit
def ask(request, code: str):
    """Ask a person for contact."""
    now = clock.now()
    profile = get_object_or_404(_profiles(request), code=code)
    typed = again.typed(request)
    vacancies = queries.vacancies_to_offer(request.unit)
    initial = {"ask": "POST" if vacancies else "", "wanted": [Shared.NAME, Shared.PHONE], "vacancy": vacancies.first()}
    form = AskForm(typed, vacancies=vacancies, initial=initial)
    if request.method == "POST":
        return _ask(request, profile, form)
    if not look(unit=request.unit, profiles=[profile], kind=LookKind.CARD, actor=request.user, now=now):
        return slow_down(request)
    context = {
        "profile": profile,
        "brief": cards.brief(profile, now),
        "form": form,
        "reasons": again.told(request).get("reasons", []),
        "left": queries.requests_left(request.unit, now),
        "days": limits.ANSWER_DAYS,
        "unit": request.unit,
    }
    return render(request, "talents/ask.html", context)


def _ask(request, profile, form):
    if not form.is_valid():
        return again.give_back(request)
    try:
        made = contact.ask(unit=request.unit, profile=profile, actor=request.user, now=clock.now(), **form.cleaned_data)
    except Refused as refused:
        return again.give_back(request, reasons=refused.reasons)
    again.forget(request)
    messages.success(request, _("Sent. You get a message when the person answers."))
    return redirect("org:contact", public_id=made.public_id)


@require_safe
@for_unit
def compare(request):
    """Up to three cards side by side; rows that differ are marked."""
    now, codes = clock.now(), list(dict.fromkeys(request.GET.getlist("c")))[:COMPARED]
    found = {profile.code: profile for profile in _profiles(request).filter(code__in=codes)}
    profiles = [found[code] for code in codes if code in found]
    if not look(unit=request.unit, profiles=profiles, kind=LookKind.COMPARED, actor=request.user, now=now):
        return slow_down(request)
    context = {"profiles": profiles, "rows": _rows(profiles, now), "missing": len(codes) - len(profiles)}
    return render(request, "talents/compare.html", context | {"most": COMPARED, "unit": request.unit})


def _rows(profiles: list, now) -> list[dict]:
    told = [dict(cards.facts_of(profile, now)) for profile in profiles]
    for facts, profile in zip(told, profiles, strict=True):
        facts[_("Verified")] = cards.HELD.join(cards.verified_of(profile, now))
    labels = dict.fromkeys(label for facts in told for label in facts)
    rows = [{"label": label, "cells": [facts.get(label, "") for facts in told]} for label in labels]
    return [row | {"differs": len(set(row["cells"])) > 1} for row in rows if any(row["cells"])]
