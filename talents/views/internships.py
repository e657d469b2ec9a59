"""Internships for everybody, and the person's own: apply, sign, confirm months, say who was hired."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.queries import person_of
from applications.views.common import signed_in
from applications.views.files import give_out
from jobs import clock
from regions.models import Region
from talentportal.lib import again
from talentportal.lib.refusals import Refused
from talents import intern_forms as forms
from talents.models import Attendance, Place, Retention
from talents.queries import interns as queries
from talents.queries.people import profile_of
from talents.rules.interns import terms
from talents.services import agreements, traineeships
from talents.states import AgreementState, ApplicationState, PlaceKind

PAGE = 20


@require_safe
def place_list(request):
    """The places that are open, by kind and by region; page by page, the latest first."""
    today = clock.today()
    found, kind = queries.places_online(today), request.GET.get("kind", "")
    if kind in PlaceKind.values:
        found = found.filter(kind=kind)
    region = Region.objects.filter(code=request.GET.get("region", "")[:6]).defer("outline").first()
    if region:
        found = found.filter(region__path__startswith=region.path)
    if (before := request.GET.get("before", "")).isdecimal() and len(before) < 19:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-pk")[: PAGE + 1])
    context = {
        "rows": rows[:PAGE],
        "next": rows[PAGE - 1].pk if len(rows) > PAGE else "",
        "kind": kind,
        "kinds": PlaceKind.choices,
        "region": region,
        "cities": Region.objects.filter(kind="PREFECTURE").defer("outline").order_by("path"),
    }
    return render(request, "talents/places.html", context)


def place(request, public_id: str):
    """A place; who is signed in applies for it here."""
    today = clock.today()
    found = get_object_or_404(queries.places_online(today), public_id=public_id)
    if request.method == "POST":
        return _apply(request, found)
    reasons = again.told(request).get("reasons", [])
    context = {"place": found, "reasons": reasons, "has_errors": bool(reasons)}
    if request.user.is_authenticated:
        profile = profile_of(request.user)
        begun = {"degree": profile.degree, "major": profile.major} if profile else {}
        own = found.applications.filter(user=request.user).exclude(state=ApplicationState.WITHDRAWN).first()
        form = forms.AskForm(again.typed(request), kind=found.kind, initial=begun)
        context |= {"person": person_of(request.user), "own": own, "form": form}
    return render(request, "talents/place.html", context)


@signed_in
def _apply(request, found: Place):
    form, reasons = forms.AskForm(request.POST, kind=found.kind), []
    if form.is_valid():
        try:
            agreements.apply_for_place(place=found, actor=request.user, now=clock.now(), **form.values())
        except Refused as refused:
            reasons = refused.reasons
        else:
            messages.success(request, _("Sent. The unit answers here; we tell you."))
            return redirect("me:internships")
    return again.give_back(request, reasons=reasons)


@require_safe
@signed_in
def mine(request):
    """What I asked for, and the agreements that came of it."""
    applications = queries.applications_of(request.user).select_related("agreement")
    return render(request, "talents/my_internships.html", {"applications": applications})


@require_POST
@signed_in
def withdraw(request, public_id: str):
    """Take an application back."""
    found = get_object_or_404(queries.applications_of(request.user), public_id=public_id)
    try:
        agreements.withdraw_application(application=found, actor=request.user, now=clock.now())
        messages.success(request, _("Your application is taken back."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("me:internships")


@signed_in
def agreement(request, public_id: str):
    """My agreement: sign it, confirm its months, confirm that I was hired, end it."""
    found = get_object_or_404(queries.agreements_for(request.user, []), public_id=public_id)
    if request.method == "POST":
        return _act(request, found)
    kept, said = again.typed(request), again.told(request)
    tried = said.get("form", "")
    context = {
        "agreement": found,
        "place": found.application.place,
        "terms": terms(found.application.place.kind),
        "missing": agreements.missing_parties(found),
        "months": found.months.all(),
        "retention": Retention.objects.filter(agreement=found).first(),
        "sign_form": forms.SignForm(kept if tried == "sign" else None),
        "end_form": forms.EndForm(kept if tried == "end" else None, auto_id="id_end_%s"),
        "tried": tried,
        "reasons": said.get("reasons", []),
        "has_errors": bool(tried),
        "may_end": found.state in (AgreementState.SIGNING, AgreementState.RUNNING),
    }
    return render(request, "talents/my_agreement.html", context)


@require_safe
@signed_in
def agreement_pdf(request, public_id: str):
    """Give out my signed agreement; while it is being made, its page says so."""
    found = get_object_or_404(queries.agreements_for(request.user, []), public_id=public_id)
    return give_out_agreement(found) or redirect("me:internship", found.public_id)


def give_out_agreement(found):
    """Answer with the paper of an agreement, None while there is none."""
    name = f"{_('Agreement')} {found.application.place.title}.pdf"
    return give_out(found.file, name, "application/pdf", inline=True) if found.file else None


def _act(request, found):
    who = {"actor": request.user, "now": clock.now()}
    act, reasons = request.POST.get("act", ""), []
    try:
        if not _done(request, found, act, who):
            return again.give_back(request, form=act)
    except Refused as refused:
        reasons = refused.reasons
    if reasons:
        return again.give_back(request, form=act or "?", reasons=reasons)
    messages.success(request, _("Done."))
    return redirect("me:internship", found.public_id)


def _done(request, found, act: str, who: dict) -> bool:
    """Do what a button says; False when what was typed is not complete."""
    if act == "sign":
        form = forms.SignForm(request.POST)
        if form.is_valid():
            agreements.sign_agreement(agreement=found, party="person", name=form.cleaned_data["name"], **who)
        return form.is_valid()
    if act == "end":
        form = forms.EndForm(request.POST)
        if form.is_valid():
            agreements.end_agreement(agreement=found, reason=form.cleaned_data["reason"], **who)
        return form.is_valid()
    if act == "retention":
        get_object_or_404(Retention, agreement=found)
        traineeships.confirm_retention(agreement=found, **who)
        return True
    number = request.POST.get("month", "")
    month = get_object_or_404(Attendance, agreement=found, pk=number if number.isdecimal() and len(number) < 19 else 0)
    form = forms.ObjectionForm(request.POST)
    objection = form.cleaned_data["objection"] if form.is_valid() and act == "object" else ""
    if act == "object" and not objection.strip():
        raise Refused(_("Say what is not right."))
    traineeships.confirm_month(month=month, objection=objection, **who)
    return True
