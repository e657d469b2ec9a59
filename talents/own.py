"""All that the pool holds about a person, as plain data for the copy (个人信息保护法 第45条)."""

from accounts.models import User
from talents.models import ShortlistEntry, Talk
from talents.queries.people import consents_of, looks_at, profile_of, requests_to
from talents.services.events import end_queue
from talents.states import RecruitState

KEPT_BACK = {"id", "user", "version", "employer_unit"}


def copy(user: User) -> dict:
    """Return profile, proofs, consents, requests with their messages, looks, and what units noted on their lists."""
    profile = profile_of(user)
    return {
        "profile": profile and {f.name: getattr(profile, f.attname) for f in profile._meta.fields if _told(f.name)},
        "verified": list(profile.proofs.values("of", "value", "valid_until")) if profile else [],
        "blocked_units": list(profile.blocked.values("unit__name", "is_employer", "at")) if profile else [],
        "consents": [_consent(one) for one in consents_of(user)],
        "contact_requests": [_request(one) for one in requests_to(user).prefetch_related("messages")],
        "looks": list(looks_at(user).values("unit__name", "kind", "fields", "at")),
        "on_lists_of_units": list(
            ShortlistEntry.objects.filter(profile__user=user).values("shortlist__unit__name", "note", "at")
        ),
    }


def _told(name: str) -> bool:
    return name not in KEPT_BACK


def _consent(consent) -> dict:
    names = ("purpose", "text_version", "fields", "given_at", "ends_at", "ended_at", "is_withdrawn")
    return {"unit": consent.unit and consent.unit.name, **{name: getattr(consent, name) for name in names}}


def _request(request) -> dict:
    names = ("by_person", "ask", "wanted", "state", "reason", "sent_at", "expires_at", "answered_at")
    return {
        "unit": request.unit.name,
        "vacancy": request.vacancy and request.vacancy.title,
        **{name: getattr(request, name) for name in names},
        "messages": [{"from_person": m.from_person, "text": m.text, "at": m.at} for m in request.messages.all()],
    }


def copy_internships(user: User) -> list:
    """Return what somebody asked for and what came of it, with its months."""
    names = ("degree", "major", "graduates_on", "words", "state", "answer", "sent_at", "answered_at")
    found = user.place_applications.select_related("place__unit", "school__unit", "agreement")
    return [
        {"place": one.place.title, "unit": one.place.unit.name, "school": one.school and one.school.unit.name}
        | {name: getattr(one, name) for name in names}
        | {"agreement": _agreement(getattr(one, "agreement", None))}
        for one in found
    ]


def _agreement(agreement) -> dict | None:
    if agreement is None:
        return None
    names = ("starts_on", "ends_on", "allowance", "mentor", "state", "person_signed_at", "signed_name", "ended_on")
    months = agreement.months.values("month", "days", "paid", "paid_on", "confirmed_at", "disputed_because")
    return {name: getattr(agreement, name) for name in names} | {"months": list(months)}


def forget_internships(user: User, now) -> None:
    """Delete applications that came to nothing; signed agreements are kept as contracts, with the name signed."""
    user.place_applications.filter(agreement__isnull=True).delete()


def copy_events(user: User) -> list:
    """Return at which recruitment events somebody took part, with the queues and what the units saw there."""
    names = ("is_doctor", "at", "stars", "words", "answered_at")
    found = user.event_registrations.select_related("event").order_by("at", "pk")
    return [
        {"event": one.event.title_zh, **{name: getattr(one, name) for name in names}, "talks": _talks(one)}
        for one in found
    ]


def _talks(registration) -> list:
    told = ("booth__unit__name", "vacancy__title", "number", "name", "line", "state", "consent_version")
    return list(registration.talks.order_by("drawn_at", "pk").values(*told, "drawn_at", "called_at", "ended_at"))


def forget_events(user: User, now) -> None:
    """Leave every queue, erase names and words, take back what is to come; talks that were held stay as figures."""
    talks = Talk.objects.filter(registration__user=user)
    end_queue(talks, now)
    talks.update(name="", line="")
    user.event_registrations.update(words="")
    open_ones = user.event_registrations.filter(event__state=RecruitState.ANNOUNCED)
    open_ones.exclude(talks__called_at__isnull=False).delete()
