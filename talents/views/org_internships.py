"""The unit's desk and the school's: places, who asks, agreements with their months, the base and its claims."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jobs import clock
from talentportal.lib import again
from talentportal.lib.refusals import Refused
from talentportal.lib.workdays import add_months
from talents import intern_forms as forms
from talents.models import Place, PlaceApplication, Retention
from talents.queries import interns as queries
from talents.rules.interns import months_of, terms
from talents.services import agreements, places, traineeships
from talents.states import VACANCY_MOVES, AgreementState, ApplicationState, PlaceKind
from talents.views.common import for_unit
from talents.views.internships import give_out_agreement

MOVES = ("hand_in", "pause", "resume", "fill", "take_offline")
CLAIMED_AT_MOST = 500  # months in one claim


@require_safe
@for_unit
def desk(request):
    """The unit's places and agreements; a school sees the agreements of its students."""
    today = clock.today()
    found = list(queries.agreements_for(request.user, [request.unit]).exclude(application__user=request.user)[:200])
    for agreement in found:
        missing = agreements.missing_parties(agreement) if agreement.state == AgreementState.SIGNING else []
        agreement.waits_for_us = _party(request, agreement) in missing
    context = {
        "places": queries.places_of(request.unit)[:200],
        "agreements": found,
        "school": queries.school_of(request.unit),
        "base": queries.base_of(request.unit, today),
    }
    return render(request, "talents/org_internships.html", context)


@for_unit
def write(request, public_id: str = ""):
    """Write a place, or change one that is not online."""
    found = get_object_or_404(Place, unit=request.unit, public_id=public_id) if public_id else None
    if found and found.state not in VACANCY_MOVES["edit"].sources:
        messages.info(request, _("Pause the place first; whatever changes is read again by the office."))
        return redirect("org:internship", found.public_id)
    begun = forms.place_initial(found) if found else {"kind": PlaceKind.INTERNSHIP, "region": request.unit.work_region}
    form = forms.PlaceForm(again.typed(request), initial=begun)
    if request.method == "POST":
        reasons = []
        if form.is_valid():
            try:
                written = places.write_place(
                    unit=request.unit, values=form.values(), actor=request.user, now=clock.now(), place=found
                )
            except Refused as refused:
                reasons = refused.reasons
            else:
                again.forget(request)
                messages.success(request, _("Kept as a draft. Hand it in when it is ready."))
                return redirect("org:internship", written.public_id)
        return again.give_back(request, reasons=reasons)
    reasons = again.told(request).get("reasons", [])
    context = {"form": form, "place": found, "reasons": reasons, "has_errors": bool(reasons)}
    return render(request, "talents/org_place_form.html", context)


@for_unit
def place(request, public_id: str):
    """A place with who asked for it, and what can be done with it."""
    found = get_object_or_404(
        Place.objects.select_related("unit", "region", "base"), unit=request.unit, public_id=public_id
    )
    if request.method == "POST":
        return _move(request, found)
    kept, said = again.typed(request), again.told(request)
    tried = said.get("application", "")
    rows = list(
        found.applications.exclude(state=ApplicationState.WITHDRAWN).select_related("user", "school__unit", "agreement")
    )
    for row in rows:
        is_tried = tried == row.public_id
        row.take_form = forms.TakeForm(
            kept if is_tried and said["verb"] == "take" else None, auto_id=f"id_{row.pk}_%s", initial=_proposal(found)
        )
        row.answer_form = forms.AnswerForm(
            kept if is_tried and said["verb"] == "decline" else None, auto_id=f"id_{row.pk}_no_%s"
        )
        row.reasons = said.get("reasons", []) if is_tried else []
    moves = [verb for verb in MOVES if found.state in VACANCY_MOVES[verb].sources]
    context = {
        "place": found,
        "rows": rows,
        "moves": moves,
        "may_edit": found.state in VACANCY_MOVES["edit"].sources,
        "reasons": [] if tried else said.get("reasons", []),
        "has_errors": bool(said),
    }
    return render(request, "talents/org_place.html", context)


def _proposal(found: Place) -> dict:
    last = add_months(found.starts_on, found.months) - forms.ONE_DAY
    return {"starts_on": found.starts_on, "last_day": last}


def _move(request, found: Place):
    who, verb = {"actor": request.user, "now": clock.now()}, request.POST.get("act", "")
    if verb in ("take", "decline"):
        return _answer(request, found, verb, who)
    try:
        if verb == "hand_in":
            places.hand_in_place(place=found, **who)
        else:
            places.move_place(place=found, verb=verb, **who)
    except Refused as refused:
        return again.give_back(request, reasons=refused.reasons)
    messages.success(request, _("Done."))
    return redirect("org:internship", found.public_id)


def _answer(request, found: Place, verb: str, who: dict):
    code = request.POST.get("application", "")[:22]
    application = get_object_or_404(PlaceApplication, place=found, public_id=code)
    form, reasons = (forms.TakeForm if verb == "take" else forms.AnswerForm)(request.POST), []
    if form.is_valid():
        serve = agreements.take_application if verb == "take" else agreements.decline_application
        try:
            serve(application=application, **form.values(), **who)
        except Refused as refused:
            reasons = refused.reasons
        else:
            messages.success(request, _("Done. The person is told."))
            return redirect("org:internship", found.public_id)
    return again.give_back(request, application=code, verb=verb, reasons=reasons)


@for_unit
def agreement(request, public_id: str):
    """An agreement of the unit or, for a school, of one of its students: sign, months, retention, end."""
    rows = queries.agreements_for(request.user, [request.unit]).exclude(application__user=request.user)
    found = get_object_or_404(rows, public_id=public_id)
    party = _party(request, found)
    is_unit = party == "unit"
    if request.method == "POST":
        return _act(request, found, party)
    kept, said = again.typed(request), again.told(request)
    tried = said.get("form", "")
    today = clock.today()
    recorded = {row.month: row for row in found.months.all()}
    months = [day for day in months_of(found.starts_on, found.ended_on or found.ends_on) if day <= today]
    months = [day for day in months if day not in recorded or recorded[day].confirmed_at is None]
    begun = {"month": next((f"{day:%Y-%m}" for day in months if day not in recorded), ""), "paid": found.allowance}
    missing = agreements.missing_parties(found)
    context = {
        "agreement": found,
        "place": found.application.place,
        "terms": terms(found.application.place.kind),
        "is_unit": is_unit,
        "missing": missing,
        "may_sign": party in missing and found.state == AgreementState.SIGNING,
        "may_end": found.state in (AgreementState.SIGNING, AgreementState.RUNNING),
        "may_record": is_unit and months and found.state in (AgreementState.RUNNING, *traineeships.ENDED),
        "may_retain": is_unit and found.state in traineeships.ENDED,
        "months": recorded.values(),
        "retention": Retention.objects.filter(agreement=found).first(),
        "month_form": forms.MonthForm(
            kept if tried == "month" else None, months=months, initial=begun, auto_id="id_month_%s"
        ),
        "retention_form": forms.RetentionForm(kept if tried == "retention" else None, auto_id="id_hired_%s"),
        "end_form": forms.EndForm(kept if tried == "end" else None, auto_id="id_end_%s"),
        "tried": tried,
        "reasons": said.get("reasons", []),
        "has_errors": bool(tried),
    }
    return render(request, "talents/org_agreement.html", context)


@require_safe
@for_unit
def agreement_pdf(request, public_id: str):
    """Give out the signed agreement; while it is being made, its page says so."""
    rows = queries.agreements_for(request.user, [request.unit]).exclude(application__user=request.user)
    found = get_object_or_404(rows, public_id=public_id)
    return give_out_agreement(found) or redirect("org:intern_agreement", found.public_id)


def _party(request, found) -> str:
    return "unit" if found.application.place.unit_id == request.unit.pk else "school"


def _act(request, found, party: str):
    act, who = request.POST.get("act", ""), {"actor": request.user, "now": clock.now()}
    form, serve = {
        "sign": (None, lambda **said: agreements.sign_agreement(agreement=found, party=party, **who)),
        "month": (
            forms.MonthForm(request.POST),
            lambda **said: traineeships.record_month(agreement=found, **said, **who),
        ),
        "retention": (
            forms.RetentionForm(request.POST),
            lambda **said: traineeships.record_retention(agreement=found, **said, **who),
        ),
        "end": (forms.EndForm(request.POST), lambda **said: agreements.end_agreement(agreement=found, **said, **who)),
    }.get(act, (None, None))
    if serve is None:
        raise Http404
    reasons = []
    if form is None or form.is_valid():
        try:
            serve(**(form.cleaned_data if form else {}))
        except Refused as refused:
            reasons = refused.reasons
        else:
            messages.success(request, _("Done."))
            return redirect("org:intern_agreement", found.public_id)
    return again.give_back(request, form=act, reasons=reasons)


@for_unit
def base(request):
    """The base of traineeships: what it may claim, what it has claimed, how many were hired."""
    today = clock.today()
    found = queries.base_of(request.unit, today)
    if found is None:
        raise Http404
    if request.method == "POST":
        chosen = [int(pk) for pk in request.POST.getlist("month")[:CLAIMED_AT_MOST] if pk.isdecimal() and len(pk) < 19]
        try:
            traineeships.claim_subsidy(base=found, months=chosen, actor=request.user, now=clock.now())
        except Refused as refused:
            return again.give_back(request, reasons=refused.reasons)
        messages.success(request, _("Handed in. The office checks it."))
        return redirect("org:intern_base")
    rows = traineeships.claimable(found).select_related("agreement__application__user")[:CLAIMED_AT_MOST]
    finished, retained, percent = queries.retention_of(found, today.year)
    reasons = again.told(request).get("reasons", [])
    context = {
        "base": found,
        "rows": rows,
        "claims": queries.claims_of(found),
        "finished": finished,
        "retained": retained,
        "percent": percent,
        "year": today.year,
        "reasons": reasons,
        "has_errors": bool(reasons),
    }
    return render(request, "talents/org_base.html", context)
