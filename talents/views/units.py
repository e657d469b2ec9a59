"""The unit's own space: what is missing before it may search, what is going on, for which unit one acts."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.queries import membership, units_of
from accounts.rules import may_manage_members
from applications.uploads import too_large
from applications.views.common import signed_in
from jobs import clock
from talentportal.lib.refusals import Refused
from talents import limits
from talents.queries import contact as contacts
from talents.queries import interns
from talents.queries.units import acting_units
from talents.services import units as services
from talents.states import CheckState
from talents.unit_forms import AuthorityForm, CheckForm
from talents.views.common import CHOSEN, for_unit

SHOWN = 5  # latest rows of each kind


@require_safe
@signed_in
def home(request):
    """The units somebody acts for and what each still needs; for one that may search, what is going on."""
    now = clock.now()
    acting = list(acting_units(request.user, now))
    chosen = next((unit for unit in acting if unit.pk == request.session.get(CHOSEN)), acting[0] if acting else None)
    units = [_standing(unit, request.user, now, acting) for unit in units_of(request.user).order_by("name", "pk")]
    context = {"units": units, "acting": acting, "unit": chosen}
    if chosen:
        context |= {
            "requests": contacts.of_unit(chosen)[:SHOWN],
            "shortlists": contacts.lists_of(chosen)[:SHOWN],
            "searches": chosen.talent_searches.all()[:SHOWN],
            "left": contacts.requests_left(chosen, now),
            "most": limits.REQUESTS_A_DAY,
            "interns": interns.work_of(chosen),
        }
    return render(request, "talents/org_home.html", context)


def _standing(unit, user, now, acting) -> dict:
    """Return what a unit and its handler still need before they may search."""
    member = membership(user, unit)
    authorities = list(member.authorities.filter(ended_at__isnull=True, ends_on__gt=timezone.localdate(now)))
    return {
        "unit": unit,
        "check": unit.checks.first(),
        "may_hand_in": may_manage_members(member) and not unit.checks.filter(state=CheckState.SUBMITTED).exists(),
        "authority": next((one for one in authorities if one.confirmed_at), None),
        "waiting": next((one for one in authorities if not one.confirmed_at), None),
        "returned": member.authorities.exclude(note="").filter(ended_at__isnull=False).first(),
        "is_acting": unit in acting,
    }


@require_POST
@for_unit
def act_for(request):
    """Choose for which of several units one acts from now on."""
    wanted = request.POST.get("unit", "")
    unit = next((unit for unit in request.units if str(unit.pk) == wanted), None)
    if unit is None:
        raise Http404
    request.session[CHOSEN] = unit.pk
    return redirect("org:home")


@signed_in
def check(request, pk: int):
    """Hand in what the office needs to verify a unit; its owner alone."""
    unit = _own(request, pk)
    if not may_manage_members(membership(request.user, unit)):
        raise Http404
    return _hand_in(
        request,
        unit,
        CheckForm,
        lambda form: services.hand_in_check(unit=unit, actor=request.user, now=clock.now(), **form.cleaned_data),
        "talents/org_check.html",
        _("Handed in. The office checks the unit; you get a message."),
    )


@signed_in
def authority(request, pk: int):
    """Hand in one's own power of attorney for a unit."""
    unit = _own(request, pk)
    return _hand_in(
        request,
        unit,
        AuthorityForm,
        lambda form: services.hand_in_authority(unit=unit, actor=request.user, now=clock.now(), **form.words()),
        "talents/org_authority.html",
        _("Handed in. The office confirms it; you get a message."),
    )


def _own(request, pk: int):
    return get_object_or_404(units_of(request.user), pk=pk)


def _hand_in(request, unit, form_class, hand_in, template: str, said: str):
    reasons = too_large(request) if request.method == "POST" else []
    form = form_class(request.POST, request.FILES) if request.method == "POST" else form_class()
    if form.is_bound and not reasons and form.is_valid():
        try:
            hand_in(form)
        except Refused as refused:
            reasons = refused.reasons
        else:
            messages.success(request, said)
            return redirect("org:home")
    context = {"unit": unit, "form": form, "reasons": reasons, "check": unit.checks.first()}
    return render(request, template, context, status=422 if reasons or form.errors else 200)
