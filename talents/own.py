"""All that the pool holds about a person, as plain data for the copy (个人信息保护法 第45条)."""

from accounts.models import User
from talents.models import ShortlistEntry
from talents.queries.people import consents_of, looks_at, profile_of, requests_to

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
