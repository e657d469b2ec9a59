"""A unit's own vacancies, below /org/vacancies/."""

from django.contrib import messages
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from jobs import clock
from talentportal.lib import again
from talentportal.lib.refusals import Refused
from talents.catalogs import occupations
from talents.models import Vacancy
from talents.queries import fit
from talents.queries.vacancies import of_units
from talents.services import use, vacancies
from talents.states import VACANCY_MOVES, Ground
from talents.vacancy_forms import VacancyForm
from talents.views.common import for_unit

ACTS = {  # verb: service, what the button says, what is said afterwards
    "hand_in": (
        vacancies.hand_in,
        gettext_lazy("Hand in to be read"),
        gettext_lazy("Handed in. A person of the office reads it; you are told when it is online."),
    ),
    "pause": (vacancies.pause, gettext_lazy("Pause"), gettext_lazy("Paused. Nobody sees it now.")),
    "resume": (vacancies.resume, gettext_lazy("Put online again"), gettext_lazy("Online again.")),
    "fill": (vacancies.fill, gettext_lazy("Somebody was found"), gettext_lazy("Closed. It is no longer shown.")),
}
FIELDS = {
    "title": gettext_lazy("Post"),
    "description": gettext_lazy("What the work is"),
    "conditions": gettext_lazy("What else you ask for"),
    "skills": gettext_lazy("Skills"),
}


@require_safe
@for_unit
def listing(request):
    """The vacancies of the unit, what was changed last first."""
    rows = list(of_units([request.unit])[:200])
    return render(request, "talents/org_vacancies.html", {"vacancies": rows, "unit": request.unit})


@for_unit
def new(request):
    """Write a vacancy."""
    return _write(request, None)


@for_unit
def edit(request, public_id: str):
    """Change a vacancy that is not online."""
    vacancy = _own_or_404(request, public_id)
    if vacancy.state not in VACANCY_MOVES["edit"].sources:
        messages.error(request, _("Pause this vacancy first; what is online was read as it is."))
        return redirect("org:vacancy", public_id)
    return _write(request, vacancy)


def _write(request, vacancy: Vacancy | None):
    now = clock.now()
    form = VacancyForm(
        request.POST or None,
        today=timezone.localdate(now),
        vacancy=vacancy,
        region=request.unit.work_region_id,
    )
    reasons = []
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(request, vacancy, form, now)
            messages.success(request, _("Saved as a draft. Read it once more, then hand it in."))
            return redirect("org:vacancy", saved.public_id)
        except Refused as refused:
            reasons = refused.reasons
    context = {"form": form, "reasons": reasons, "vacancy": vacancy, "unit": vacancy.unit if vacancy else request.unit}
    context["occupations"] = [occupations().name(code) for code in sorted(occupations().below(""))]
    return render(request, "talents/org_vacancy_form.html", context, status=422 if reasons or form.errors else 200)


def _save(request, vacancy: Vacancy | None, form: VacancyForm, now) -> Vacancy:
    who = {"actor": request.user, "now": now}
    if vacancy is None:
        return vacancies.write(unit=request.unit, **form.facts(), **who)
    return vacancies.rewrite(vacancy=vacancy, version=form.cleaned_data["version"] or 0, **form.facts(), **who)


@require_safe
@for_unit
def detail(request, public_id: str):
    """One vacancy of the unit: its state, what the office wrote, the marked words and what can be done."""
    vacancy = _own_or_404(request, public_id)
    told = again.told(request)
    acts = [
        (verb, words) for verb, (_service, words, _said) in ACTS.items() if vacancy.state in VACANCY_MOVES[verb].sources
    ]
    context = {
        "vacancy": vacancy,
        "acts": acts,
        "may_edit": vacancy.state in VACANCY_MOVES["edit"].sources,
        "found": [
            found | {"where": FIELDS.get(found["field"], ""), "about": Ground(found["ground"]).label}
            for found in vacancy.found_words
        ],
        "answers": vacancy.contact_requests.filter(by_person=True).count(),
        "reasons": told.get("reasons", []),
        "has_errors": bool(told),
    }
    return render(request, "talents/org_vacancy.html", context)


@for_unit
def act(request, public_id: str, verb: str):
    """Press a button of a vacancy: a POST."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    vacancy = _own_or_404(request, public_id)
    service, _words, said = ACTS[verb]
    page = reverse("org:vacancy", args=[public_id])
    try:
        service(vacancy=vacancy, actor=request.user, now=clock.now())
    except Refused as refused:
        return again.give_back(request, page, reasons=[str(reason) for reason in refused.reasons])
    messages.success(request, said)
    return redirect("org:vacancy", public_id)


@require_safe
@for_unit
def people(request, public_id: str):
    """Who in the pool meets the hard conditions of a vacancy, under a code, with every reason. Counted as a search."""
    now, vacancy = clock.now(), _own_or_404(request, public_id)
    if not use.count(unit=vacancy.unit, kind="searches", now=now):
        return render(request, "talents/org_vacancy_people.html", {"vacancy": vacancy, "too_many": True}, status=429)
    return render(
        request, "talents/org_vacancy_people.html", {"vacancy": vacancy, "fits": fit.fitting_people(vacancy, now)}
    )


def _own_or_404(request, public_id: str) -> Vacancy:
    return get_object_or_404(of_units(request.units), public_id=public_id)
