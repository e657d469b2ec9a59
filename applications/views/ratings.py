"""Ratings by applicants: each step of an own case, and once with a code of the window without signing in."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from applications import touchpoints
from applications.forms import RatingForm
from applications.models import RatingToken
from applications.services import ratings
from applications.states import RatingChannel, RatingLevel
from applications.views.common import own_case, signed_in
from jobs import clock
from talentportal.lib import again
from talentportal.lib.refusals import Refused

PHONES = ("Mobile", "Android", "iPhone")


@signed_in
def rate(request, case_no: str):
    """Rate what was reached of a case; what was rated stands beside with what the office did about it."""
    found, now = own_case(request, case_no), clock.now()
    steps = touchpoints.reached(found)
    given = {rating.touch_point: rating for rating in found.ratings.select_related("rectification")}
    open_steps = [step for step in steps if step not in given or touchpoints.may_change(given[step], now)]
    wanted = request.GET.get("step") or request.POST.get("step") or ""
    fresh = [step for step in open_steps if step not in given]
    step = wanted if wanted in open_steps else (fresh or [None])[-1]
    form, reasons = None, again.told(request).get("reasons", [])
    if step:
        form = _form(request, step, given.get(step), _channel(request))
    if request.method == "POST" and form and form.is_valid():
        try:
            ratings.rate(
                case=found, actor=request.user, now=now, touch_point=step, channel=_channel(request), **form.rating()
            )
        except Refused as refused:
            reasons = refused.reasons
        else:
            again.forget(request)
            messages.success(request, _("Thank you. The staff cannot change your rating."))
            return redirect("me:rate", case_no=case_no)
    if request.method == "POST":
        return again.give_back(request, reasons=reasons)
    context = {
        "case": found,
        "form": form,
        "reasons": reasons,
        "step": step,
        "given": [_shown(given[one], now) for one in steps if one in given],
        "others": [(one, touchpoints.NAMES[one]) for one in fresh if one != step],
        "has_errors": bool(reasons),
    }
    return render(request, "applications/rate.html", context)


def _channel(request) -> str:
    agent = request.META.get("HTTP_USER_AGENT", "")
    return RatingChannel.MOBILE if any(word in agent for word in PHONES) else RatingChannel.PC


def _form(request, step: str, rating, channel: str) -> RatingForm:
    typed = again.typed(request)
    kept = {}  # nobody is named who did not say so
    if rating:
        channel = rating.channel
        kept = {"level": rating.level, "comment": rating.comment, "is_named": rating.is_named}
        kept |= {f"aspect_{key}": level for key, level in rating.aspects.items()}
    return RatingForm(typed, initial=kept, touch_point=step, aspects=touchpoints.aspects_of(channel))


def _shown(rating, now) -> dict:
    """What the applicant sees of an own rating."""
    names = touchpoints.aspects_of(rating.channel)
    return {
        "rating": rating,
        "step": rating.touch_point,
        "name": touchpoints.NAMES[rating.touch_point],
        "aspects": [(names[key], RatingLevel(level).label) for key, level in rating.aspects.items() if key in names],
        "until": touchpoints.changeable_until(rating),
        "may_change": touchpoints.may_change(rating, now),
        "answer": getattr(rating, "rectification", None),
    }


@never_cache
def with_code(request, token: str):
    """Rate one step once with the code of a window: on the own phone or the hall's tablet, without signing in."""
    found = get_object_or_404(RatingToken.objects.select_related("case__item", "case__window"), token=token)
    now = clock.now()
    if found.used_at is None and now >= found.expires_at:
        raise Http404
    if found.used_at:
        return render(request, "applications/rate_done.html", {"token": found})
    typed = request.POST if request.method == "POST" else None
    aspects = touchpoints.aspects_of(found.channel)
    form = RatingForm(typed, touch_point=found.touch_point, aspects=aspects)
    reasons = []
    if form.is_valid():
        try:
            ratings.rate_with_token(token=found, now=now, is_staff=request.user.is_staff, **form.rating())
        except Refused as refused:
            reasons = refused.reasons
        else:
            return redirect("rate", token=token)
    context = {"token": found, "form": form, "reasons": reasons, "has_errors": bool(reasons)}
    return render(request, "applications/rate_code.html", context, status=422 if reasons or form.errors else 200)
