"""Recruitment events for everybody, and the person's own: register, wait in a queue, say how it was."""

from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from applications.views.common import signed_in
from jobs import clock
from talentportal.lib import again
from talentportal.lib.bilingual import pick
from talentportal.lib.refusals import Refused
from talents import consent_texts
from talents import event_forms as forms
from talents.models import Booth, RecruitEvent, Talk, Vacancy
from talents.queries import events as queries
from talents.queries.units import acting_units
from talents.rules import events as rules
from talents.services import booths
from talents.states import WAITING_TALKS, RecruitKind, RecruitState, TalkState

PAGE = 20


def phase(event: RecruitEvent, now: datetime) -> str:
    """Return where an announced event stands: "coming", "live", "over" or "cancelled"."""
    if event.state == RecruitState.CANCELLED:
        return "cancelled"
    if event.state == RecruitState.OVER or event.ends_at <= now:
        return "over"
    return "live" if queries.live(event, now) else "coming"


def announced(code: str) -> RecruitEvent:
    """Return an event that everybody may read about, or raise 404."""
    rows = RecruitEvent.objects.public().select_related("organization", "region")
    return get_object_or_404(rows, code=code)


@require_safe
def event_list(request):
    """What is coming and what is past, by kind."""
    now, kind = clock.now(), request.GET.get("kind", "")
    coming, past = queries.coming(now), queries.past(now)
    kind = kind if kind in RecruitKind.values else ""
    if kind:
        coming, past = coming.filter(kind=kind), past.filter(kind=kind)
    coming, page = list(coming), Paginator(past, PAGE).get_page(request.GET.get("page"))
    for event in [*coming, *page.object_list]:
        event.phase = phase(event, now)
    context = {"coming": coming, "page": page, "kind": kind, "kinds": RecruitKind.choices}
    return render(request, "talents/events.html", context)


def detail(request, code: str):
    """An event with its booths; who is signed in registers here, and sees where the own places are."""
    event = announced(code)
    if request.method == "POST":
        return _register(request, event)
    now, reasons = clock.now(), again.told(request).get("reasons", [])
    at = phase(event, now)
    own = queries.registration_of(event, request.user)
    rows = list(queries.booths_of(event, now))
    talks = {talk.booth_id: talk for talk in own.talks.filter(state__in=WAITING_TALKS)} if own else {}
    waits = queries.expected_waits({row.pk: row.waiting for row in rows if row.waiting and at == "live"})
    for row in rows:
        row.own, row.wait = talks.get(row.pk), waits.get(row.pk)
    context = {
        "event": event,
        "phase": at,
        "now": now,
        "stream": queries.stream_of(event, now),
        "booths": rows,
        "own": own,
        "has_unit": acting_units(request.user, now).exists(),
        "form": forms.RegisterForm(again.typed(request), kind=event.kind),
        "figures": queries.figures(event) if at == "over" else None,
        "reasons": reasons,
        "has_errors": bool(reasons),
    }
    return render(request, "talents/event.html", context)


@signed_in
def _register(request, event: RecruitEvent):
    form, reasons = forms.RegisterForm(request.POST, kind=event.kind), []
    if form.is_valid():
        is_doctor = form.cleaned_data.get("is_doctor", False)
        try:
            booths.register(event=event, user=request.user, is_doctor=is_doctor, now=clock.now())
        except Refused as refused:
            reasons = refused.reasons
        else:
            messages.success(request, _("You are registered. When the event runs, join the queue of a booth."))
            return redirect("events:detail", event.code)
    return again.give_back(request, reasons=reasons)


def booth(request, code: str, public_id: str):
    """A booth with its vacancies; while the event runs, who is registered draws a number here."""
    event, now = announced(code), clock.now()
    found = get_object_or_404(queries.booths_of(event, now), public_id=public_id)
    if request.method == "POST":
        return _draw(request, found)
    own, reasons = queries.registration_of(event, request.user), again.told(request).get("reasons", [])
    at = phase(event, now)
    context = {
        "event": event,
        "phase": at,
        "booth": found,
        "wait": queries.expected_waits({found.pk: found.waiting})[found.pk] if at == "live" and found.waiting else None,
        "own": own,
        "talk": own.talks.filter(booth=found, state__in=WAITING_TALKS).first() if own else None,
        "form": _draw_form(found, again.typed(request)),
        "text": consent_texts.for_talks(),
        "name": booths.shown_name(request.user) if own else "",
        "reasons": reasons,
        "has_errors": bool(reasons),
    }
    return render(request, "talents/event_booth.html", context)


def _draw_form(found: Booth, typed) -> forms.DrawForm:
    words = pick(consent_texts.for_talks().words)
    online = Vacancy.objects.online(clock.now()).filter(booths=found)
    return forms.DrawForm(typed, vacancies=online, words=words)


@signed_in
def _draw(request, found: Booth):
    form, reasons = _draw_form(found, request.POST), []
    if form.is_valid():
        told = form.cleaned_data
        said = {"vacancy": told["vacancy"], "line": told["line"], "consent_version": told["version"]}
        try:
            talk = booths.draw(booth=found, user=request.user, now=clock.now(), **said)
        except Refused as refused:
            reasons = refused.reasons
        else:
            messages.success(request, _("Your number is %(number)s.") % {"number": talk.number})
            return redirect("me:events")
    return again.give_back(request, reasons=reasons)


# --- the person's own ------------------------------------------------------------------------------------------------


@require_safe
@signed_in
def mine(request):
    """The events I take part in, and my places in their queues."""
    now = clock.now()
    rows = list(queries.mine(request.user, now))
    for row in rows:
        row.event.phase = row.phase = phase(row.event, now)
        row.stream = queries.stream_of(row.event, now)
        row.may_answer = _may_answer(row, now)
        waits = [talk for talk in row.talks.all() if talk.state in WAITING_TALKS]
        row.waiting = [_placed(talk) for talk in waits] if row.phase == "live" else []
    live = [row for row in rows if row.phase == "live"]
    called = any(talk.state == TalkState.CALLED for row in live for talk in row.waiting)
    context = {"rows": rows, "live": live, "called": called, "now": now}
    return render(request, "talents/my_events.html", context)


def _placed(talk: Talk) -> Talk:
    talk.before = queries.place_in(talk) if talk.state == TalkState.WAITING else 0
    talk.wait = queries.expected_waits({talk.booth_id: talk.before})[talk.booth_id]
    return talk


def _may_answer(row, now: datetime) -> bool:
    is_open = row.event.state == RecruitState.OVER and now < rules.survey_until(row.event.ends_at)
    return is_open and row.answered_at is None


@require_POST
@signed_in
def leave(request, public_id: str):
    """Leave a queue; after a talk, take back what the unit sees of it."""
    own = Talk.objects.filter(registration__user=request.user).select_related("booth__event")
    talk = get_object_or_404(own, public_id=public_id)
    try:
        left = booths.leave(talk=talk, user=request.user, now=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("me:events")
    if left.state != TalkState.LEFT:
        messages.success(request, _("The unit sees neither your name nor your line any more."))
        return redirect("me:event", talk.booth.event.code)
    messages.success(request, _("You have left the queue. Your name and line are deleted."))
    return redirect("me:events")


@signed_in
def own_event(request, code: str):
    """My registration: cancel it, read what became of my talks, say afterwards how it was."""
    row = get_object_or_404(request.user.event_registrations.select_related("event__organization"), event__code=code)
    if request.method == "POST":
        return _act(request, row)
    now, said = clock.now(), again.told(request)
    context = {
        "row": row,
        "event": row.event,
        "phase": phase(row.event, now),
        "talks": row.talks.select_related("booth__unit", "vacancy").order_by("drawn_at"),
        "may_answer": _may_answer(row, now),
        "answer_until": rules.survey_until(row.event.ends_at),
        "form": forms.SurveyForm(again.typed(request) if said.get("act") == "answer" else None),
        "reasons": said.get("reasons", []),
        "has_errors": bool(said),
    }
    return render(request, "talents/my_event.html", context)


def _act(request, row):
    act, who = request.POST.get("act", ""), {"event": row.event, "user": request.user, "now": clock.now()}
    form, reasons = forms.SurveyForm(request.POST), []
    try:
        if act == "unregister":
            booths.unregister(**who)
            messages.success(request, _("Your registration is cancelled, and your places in queues are gone."))
            return redirect("me:events")
        if form.is_valid():
            booths.answer_survey(**who, **form.cleaned_data)
            messages.success(request, _("Thank you. Your answer is counted without your name."))
            return redirect("me:event", row.event.code)
    except Refused as refused:
        reasons = refused.reasons
    return again.give_back(request, act=act, reasons=reasons)
