"""The unit at recruitment events: ask for a booth, call those who wait, see what came of it."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jobs import clock
from talentportal.lib import again
from talentportal.lib.refusals import Refused
from talents import event_forms as forms
from talents.models import Booth, RecruitEvent, Talk, Vacancy
from talents.queries import events as queries
from talents.rules import events as rules
from talents.services import booths
from talents.states import BOOTH_MOVES, BoothState, Degree, RecruitKind
from talents.views.common import for_unit
from talents.views.events import announced, phase

STANDING = (BoothState.ASKED, BoothState.ADMITTED)
PAST = 50  # events of the unit that are over


@require_safe
@for_unit
def desk(request):
    """The events that come, with the unit's booth at each, and those where it was."""
    now = clock.now()
    own = {booth.event_id: booth for booth in Booth.objects.filter(unit=request.unit)}
    coming = list(queries.coming(now))
    been = RecruitEvent.objects.public().filter(booths__unit=request.unit, booths__state=BoothState.ADMITTED)
    past = list(been.exclude(pk__in=[event.pk for event in coming]).select_related("organization", "region")[:PAST])
    for event in [*coming, *past]:
        event.booth, event.phase = own.get(event.pk), phase(event, now)
    return render(request, "talents/org_events.html", {"coming": coming, "past": past})


@for_unit
def event(request, code: str):
    """An event: the unit's booth with what the office said, its queue while it runs, its figures afterwards."""
    found = announced(code)
    booth = queries.booth_of(found, request.unit)
    if request.method == "POST":
        return _act(request, found, booth)
    now, said = clock.now(), again.told(request)
    at, ticked = phase(found, now), said.get("act") in ("ask", "change")
    stands = bool(booth) and booth.state in STANDING
    context = {
        "event": found,
        "phase": at,
        "booth": booth,
        "now": now,
        "may_ask": at == "coming" and (not booth or booth.state in BOOTH_MOVES["ask"].sources),
        "may_change": at in ("coming", "live") and stands,
        "form": _form(request, found, booth, again.typed(request) if ticked else None),
        "shown": booth.vacancies.order_by("pk") if booth else (),
        "reasons": said.get("reasons", []),
        "has_errors": bool(said),
        **(_queue(booth, now) if booth and booth.state == BoothState.ADMITTED else {}),
    }
    return render(request, "talents/org_event.html", context)


def _form(request, found: RecruitEvent, booth: Booth | None, typed) -> forms.BoothForm:
    rows = Vacancy.objects.online(clock.now()).filter(unit=request.unit).order_by("title", "pk")
    if found.kind == RecruitKind.DOCTORS:
        rows = rows.filter(degree=Degree.DOCTOR)
    chosen = [vacancy.public_id for vacancy in booth.vacancies.all()] if booth else []
    return forms.BoothForm(typed, vacancies=rows, initial={"vacancies": chosen})


def _queue(booth: Booth, now) -> dict:
    """What a booth sees: who waits and is called while it runs, whom it talked with until their names are deleted."""
    until = rules.names_until(booth.event.ends_at)
    return {
        "waiting": queries.queue_of(booth),
        "called": queries.called_at(booth),
        "held": queries.talked_with(booth, now),
        "names_until": until,
        "names_shown": now < until,
        "figures": queries.booth_figures(booth),
    }


def _act(request, found: RecruitEvent, booth: Booth | None):
    act, who = request.POST.get("act", ""), {"actor": request.user, "now": clock.now()}
    acts = {"ask": _ask, "change": _change, "withdraw": _withdraw, "call": _call, "end": _end}
    if act not in acts or (act != "ask" and booth is None):
        raise Http404
    try:
        words = acts[act](request, found, booth, who)
    except Refused as refused:
        return again.give_back(request, act=act, reasons=refused.reasons)
    if words is None:  # what was ticked is not complete
        return again.give_back(request, act=act)
    again.forget(request)
    messages.success(request, words)
    return redirect("org:event", found.code)


def _ask(request, found, booth, who):
    form = _form(request, found, booth, request.POST)
    if not form.is_valid():
        return None
    booths.ask_booth(event=found, unit=request.unit, vacancies=list(form.cleaned_data["vacancies"]), **who)
    return _("Asked for. The office answers here; we tell you.")


def _change(request, found, booth, who):
    form = _form(request, found, booth, request.POST)
    if not form.is_valid():
        return None
    booths.change_vacancies(booth=booth, vacancies=list(form.cleaned_data["vacancies"]), **who)
    return _("The booth shows the vacancies you chose.")


def _withdraw(request, found, booth, who):
    booths.withdraw_booth(booth=booth, **who)
    return _("Your unit no longer takes part in this event.")


def _call(request, found, booth, who):
    talk = booths.call_next(booth=booth, **who)
    if talk is None:
        return _("Nobody is waiting.")
    return _("Number %(number)s is called.") % {"number": talk.number}


def _end(request, found, booth, who):
    talk = get_object_or_404(Talk, booth=booth, public_id=request.POST.get("talk", "").replace("\0", ""))
    outcome = request.POST.get("outcome", "")
    if outcome not in rules.OUTCOMES:
        raise Http404
    booths.end_talk(talk=talk, outcome=outcome, **who)
    return _("Number %(number)s is done.") % {"number": talk.number}
