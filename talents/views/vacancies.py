"""Vacancies for everybody: the list with its filters, one vacancy, and the answer of a person who has signed in."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from applications.views.common import signed_in
from jobs import clock
from talentportal.lib.bilingual import pick
from talentportal.lib.refusals import Refused
from talents import consent_texts, limits
from talents.catalogs import majors, occupations
from talents.models import Vacancy
from talents.queries import fit
from talents.queries import vacancies as queries
from talents.queries.people import profile_of, values_of
from talents.services import applying
from talents.states import Purpose
from talents.vacancy_forms import AnswerForm

FITTING = 50  # shown on the page of those that fit


@require_safe
def listing(request):
    """All vacancies online, or those that fit the reader, narrowed by the filters of the address."""
    now, regions = clock.now(), queries.places()
    wish = queries.read(request.GET, regions)
    profile = profile_of(request.user)
    rows = queries.narrowed(wish, now, regions)
    context = {
        "wish": wish,
        "facets": queries.facets(wish, now, regions),
        "profile": profile,
        "chips": _chips(wish, regions),
        "all_query": wish.query(fit=False),
        "fit_query": wish.query(fit=True),
    }
    if wish.fit and profile:
        fits = fit.fitting_vacancies(profile, rows, now)
        context |= {"fits": fits[:FITTING], "total": len(fits)}
    else:
        page = queries.page(rows, request.GET.get("after", ""))
        context |= {"page": page, "total": rows.count(), "fits": _compared(page.rows, profile, now)}
        context["next"] = f"{wish.query()}&{urlencode({'after': page.next})}" if page.next else ""
    return render(request, "talents/vacancies.html", context)


def _compared(rows: list[Vacancy], profile, now) -> list[fit.Fit]:
    """Return the rows of a page, with their reasons for a reader who has a profile."""
    if profile is None:
        return [fit.Fit(row, []) for row in rows]
    facts = fit.own_facts(profile, now)
    return [fit.explained(row, facts) for row in rows]


def _chips(wish: queries.Wish, regions) -> list[tuple[str, str]]:
    """Return (words, address without it) of what is chosen."""
    chosen = [(wish.words, wish.query(words=""))] if wish.words else []
    if wish.region:
        chosen.append((pick(regions[wish.region], "name"), wish.query(region="")))
    for facet in ("degree", "kind", "pay"):
        if getattr(wish, facet):
            chosen.append(
                (_words_of(facet, getattr(wish, facet)), wish.query(**{facet: None if facet != "kind" else ""}))
            )
    return chosen


def _words_of(facet: str, value) -> str:
    if facet == "pay":
        return _("%(yuan)s yuan and more") % {"yuan": f"{value:,}"}
    return str((queries.Degree if facet == "degree" else queries.WorkKind)(value).label)


@require_safe
def detail(request, public_id: str):
    """One vacancy with its pay, its conditions and, for who has a profile, which of them are met."""
    now = clock.now()
    vacancy = _online_or_404(public_id, now)
    profile = profile_of(request.user)
    return render(request, "talents/vacancy.html", _about(vacancy, profile, now))


def _online_or_404(public_id: str, now) -> Vacancy:
    rows = Vacancy.objects.online(now).select_related("unit", "region")
    return get_object_or_404(rows, public_id=public_id)


def _about(vacancy: Vacancy, profile, now) -> dict:
    compared = fit.explained(vacancy, fit.own_facts(profile, now)) if profile else None
    answered = profile and profile.contact_requests.filter(unit=vacancy.unit).order_by("-sent_at").first()
    return {
        "vacancy": vacancy,
        "fit": compared,
        "profile": profile,
        "answered": answered,
        "obstacles": applying.obstacles(profile, vacancy, now) if profile else [],
        "occupation": occupations().name(vacancy.occupation) if vacancy.occupation else "",
        "majors": [majors().name(code) for code in vacancy.majors],
    }


@signed_in
def answer(request, public_id: str):
    """Show what the unit would see, ask for the consent, and send it."""
    now = clock.now()
    vacancy, profile = _online_or_404(public_id, now), profile_of(request.user)
    text = consent_texts.current(Purpose.SHARE)
    form = AnswerForm(
        request.POST or None, values=values_of(request.user), words=pick(text.words), version=text.version
    )
    reasons = []
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            applying.answer(
                vacancy=vacancy,
                fields=given["fields_shown"],
                version=given["version"],
                actor=request.user,
                now=now,
            )
            messages.success(
                request, _("Sent. The unit can see what you chose for %(days)d days.") % {"days": limits.SHOWN_DAYS}
            )
            return redirect("vacancies:detail", public_id)
        except Refused as refused:
            reasons = refused.reasons
    context = _about(vacancy, profile, now) | {
        "form": form,
        "reasons": reasons,
        "text": text,
        "days": limits.SHOWN_DAYS,
    }
    return render(request, "talents/vacancy_answer.html", context, status=422 if reasons or form.errors else 200)
