"""Calls for experts: open to everybody; applying for one, and how the own applications stand."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.queries import person_of, units_of
from applications.views.common import signed_in
from jobs import clock
from reviews.call_forms import ApplicationForm, known_of
from reviews.models import Expert, ExpertCall
from reviews.queries import calls as queries
from reviews.rules import calls as rules
from reviews.services import calls
from talentportal.lib.refusals import Refused


@require_safe
def listing(request):
    """List the calls that run, those to come, and the last ones."""
    return render(request, "reviews/calls.html", queries.listed(clock.today()))


@require_safe
def detail(request, number: str):
    """Show a call with its requirements."""
    call = get_object_or_404(ExpertCall.objects.published().select_related("organization"), number=number)
    today = clock.today()
    closed = rules.not_open(call.opens_on, call.closes_on, today)
    return render(request, "reviews/call.html", {"call": call, "closed": closed, "is_over": call.closes_on < today})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def apply(request, number: str):
    """Apply for a call; what the portal knows is filled in."""
    call = get_object_or_404(ExpertCall.objects.published().select_related("organization"), number=number)
    now, person = clock.now(), person_of(request.user)
    today = timezone.localdate(now)
    barred = rules.not_open(call.opens_on, call.closes_on, today) + calls.obstacles(request.user, call, today)
    earlier = queries.own_applications(request.user).first()
    known = known_of(Expert.objects.filter(user=request.user).first(), units_of(request.user), earlier)
    form, reasons = ApplicationForm(request.POST or None, call=call, initial=known), []
    if request.method == "POST" and form.is_valid():
        try:
            calls.apply(call=call, actor=request.user, now=now, **form.cleaned_data)
        except Refused as refused:
            reasons = refused.reasons
        else:
            messages.success(request, _("Your application is in. The office answers here and by message."))
            return redirect("me:expert_applications")
    context = {"call": call, "person": person, "form": form, "barred": barred, "reasons": reasons, "known": bool(known)}
    wrong = bool(form.errors or reasons)
    return render(request, "reviews/call_apply.html", context | {"has_errors": wrong}, status=422 if wrong else 200)


@require_safe
@signed_in
def mine(request):
    """List the own applications with their state."""
    found = queries.own_applications(request.user)
    return render(request, "reviews/expert_applications.html", {"applications": found})


@require_POST
@signed_in
def withdraw(request, pk: int):
    """Take an own application back."""
    application = get_object_or_404(queries.own_applications(request.user), pk=pk)
    try:
        calls.withdraw_application(application=application, actor=request.user, now=clock.now())
        messages.success(request, _("Your application is withdrawn. While the call is open you can apply again."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("me:expert_applications")
