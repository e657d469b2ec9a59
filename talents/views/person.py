"""The person's place in the pool: profile, who may find it, consents."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Unit
from applications.views.common import signed_in
from jobs import clock
from talentportal.lib import again
from talentportal.lib.refusals import Refused
from talents import consent_texts
from talents.models import Consent, Profile
from talents.profile_forms import SECTIONS, FactsForm, JoinForm, VisibilityForm
from talents.queries import cards, people
from talents.services import consents, profiles
from talents.states import Purpose, RequestState

FOUND = 10  # units that a search for one to block shows


def filled(form_class: type[FactsForm], request, **options) -> FactsForm:
    """Return a form with what was typed, on the page that shows a refused one again with what was wrong."""
    form = form_class(again.typed(request), **options)
    if request.method == "GET" and form.is_bound:
        told = again.told(request)
        form.is_valid()
        form.refuse(Refused(told.get("reasons", []), rows=told.get("rows", {})))
    return form


def given_back(request, refused: Refused | None = None):
    """Lead back to the form, which says what was refused, beside the fields."""
    if refused is None:
        return again.give_back(request)
    rows = {name: [str(reason) for reason in reasons] for name, reasons in refused.rows.items()}
    return again.give_back(request, rows=rows, reasons=[] if rows else [str(one) for one in refused.reasons])


def own_profile(request) -> Profile:
    """Return the person's profile, or raise 404."""
    profile = people.profile_of(request.user)
    if profile is None:
        raise Http404
    return profile


@signed_in
def profile(request):
    """My profile in the pool, as I wrote it and as units see it; who has none reads what the pool is, and joins."""
    found = people.profile_of(request.user)
    return _join(request) if found is None else _shown(request, found)


def _join(request):
    form = filled(JoinForm, request)
    if request.method == "POST":
        if not form.is_valid():
            return given_back(request)
        try:
            profiles.join(user=request.user, now=clock.now(), **form.words())
        except Refused as refused:
            return given_back(request, refused)
        messages.success(
            request, _("You are in the talent pool. Add what you can do, so that the right units find you.")
        )
        return redirect("me:pool")
    return render(request, "talents/join.html", {"form": form, "text": consent_texts.current(Purpose.POOL)})


def _shown(request, found: Profile):
    now = clock.now()
    held = consents.in_force(request.user, Purpose.POOL)
    context = {
        "profile": found,
        "facts": cards.facts_of(found, now),
        "traits": cards.traits_of(found),
        "verified": cards.verified_of(found, now),
        "proofs": found.proofs.select_related("certificate__kind", "material"),
        "sections": SECTIONS.items(),
        "is_found": hasattr(found, "entry"),
        "is_late": found.confirm_by <= now,
        "consent": held,
        "is_older_text": bool(held) and held.text_version != consent_texts.current(Purpose.POOL).version,
        "waiting": people.requests_to(request.user).filter(state=RequestState.SENT).count(),
        "blocked": found.blocked.count(),
    }
    return render(request, "talents/profile.html", context)


@signed_in
def section(request, section: str):
    """Change one section of the profile."""
    found = own_profile(request)
    if section not in SECTIONS:
        raise Http404
    title, form_class = SECTIONS[section]
    form = filled(form_class, request, profile=found)
    if request.method == "POST":
        if not form.is_valid():
            return given_back(request)
        version = request.POST.get("version", "")
        try:
            profiles.edit(
                profile=found,
                facts=form.facts(),
                version=int(version) if version.isdecimal() and len(version) < 10 else -1,
                actor=request.user,
                now=clock.now(),
            )
        except Refused as refused:
            return given_back(request, refused)
        messages.success(request, _("Saved. Units find you by it from now on."))
        return redirect("me:pool")
    return render(request, "talents/section.html", {"form": form, "title": title, "profile": found})


@signed_in
def visibility(request):
    """Choose who may find me, and which units never do."""
    found = own_profile(request)
    form = filled(VisibilityForm, request, profile=found)
    if request.method == "POST":
        if not form.is_valid():
            return given_back(request)
        try:
            profiles.show_to(profile=found, actor=request.user, now=clock.now(), **form.facts())
        except Refused as refused:
            return given_back(request, refused)
        messages.success(request, _("Saved. It holds from this moment."))
        return redirect("me:pool_visibility")
    asked = " ".join(request.GET.get("q", "").split())[:60]
    context = {
        "form": form,
        "profile": found,
        "blocked": found.blocked.select_related("unit").order_by("-is_employer", "unit__name"),
        "asked": asked,
        "units": Unit.objects.filter(name__icontains=asked).exclude(status="DISSOLVED")[:FOUND]
        if len(asked) > 1
        else [],
    }
    return render(request, "talents/visibility.html", context)


@require_POST
@signed_in
def block(request):
    """Block a unit, or lift the block, by its unified social credit code."""
    found = own_profile(request)
    unit = get_object_or_404(Unit, uscc=request.POST.get("unit", ""))
    lifts = "lift" in request.POST
    try:
        (profiles.unblock_unit if lifts else profiles.block_unit)(
            profile=found, unit=unit, actor=request.user, now=clock.now()
        )
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        words = _("%(unit)s can find you again.") if lifts else _("%(unit)s cannot find you any more.")
        messages.success(request, words % {"unit": unit.name})
    return redirect("me:pool_visibility")


@require_POST
@signed_in
def confirm(request):
    """Confirm that the profile is still correct."""
    profiles.confirm(profile=own_profile(request), actor=request.user, now=clock.now())
    messages.success(request, _("Confirmed. We remind you before it is due again."))
    return redirect("me:pool")


@require_POST
@signed_in
def weekly_note(request):
    """Turn the weekly note on who looked on or off."""
    profiles.set_weekly_note(
        profile=own_profile(request), wanted="on" in request.POST, actor=request.user, now=clock.now()
    )
    return redirect("me:privacy_log")


@signed_in
def leave(request):
    """Say what leaving deletes; POST leaves the pool for good."""
    found = own_profile(request)
    if request.method == "POST":
        profiles.leave(profile=found, actor=request.user, now=clock.now())
        messages.success(request, _("Your profile is deleted. No unit can find you."))
        return redirect("me:pool")
    return render(request, "talents/leave.html", {"profile": found})


@require_safe
@signed_in
def consent_list(request):
    """All that I have agreed to, word for word, each with the button that takes it back."""
    rows = list(people.consents_of(request.user))
    for consent in rows:
        consent.text = consent_texts.version_of(consent.purpose, consent.text_version)
    running = [consent for consent in rows if consent.ended_at is None]
    context = {
        "running": running,
        "ended": [consent for consent in rows if consent.ended_at],
        "offered": _offered(running) if people.profile_of(request.user) else [],
    }
    return render(request, "talents/consents.html", context)


def _offered(running: list[Consent]) -> list[tuple]:
    """Return (purpose, name, words) of what one could agree to, also anew where the words have changed."""
    held = {(consent.purpose, consent.text_version) for consent in running}
    texts = [(purpose, consent_texts.current(purpose)) for purpose in (Purpose.POOL, Purpose.MATCH)]
    return [(p, p.label, text) for p, text in texts if (p, text.version) not in held]


@require_POST
@signed_in
def give_consent(request):
    """Agree to be found or to be told of vacancies, to the words that the page showed."""
    own_profile(request)
    purpose = request.POST.get("purpose", "")
    if purpose not in (Purpose.POOL, Purpose.MATCH):
        raise Http404
    try:
        consents.give(user=request.user, purpose=purpose, version=request.POST.get("version", ""), now=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Noted. You can withdraw it here at any time."))
    return redirect("me:consents")


@require_POST
@signed_in
def withdraw_consent(request, pk: int):
    """Take a consent back, at once."""
    consent = get_object_or_404(Consent, user=request.user, pk=pk)
    consents.withdraw(consent=consent, actor=request.user, now=clock.now())
    messages.success(request, _("Withdrawn. It holds from this moment."))
    return redirect("me:consents")
