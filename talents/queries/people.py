"""Who acts for a unit now, to be told; and what concerns a person's own place in the pool."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Unit, UnitMember, User
from accounts.queries import person_of
from talents.models import Consent, ContactRequest, Look, Profile
from talents.queries.units import running_authorities
from talents.states import Shared


def handlers_of(unit: Unit, now: datetime) -> QuerySet[User]:
    """Return who acts for the unit now with a power of attorney that holds."""
    members = UnitMember.objects.filter(unit=unit, left_at__isnull=True)
    members = members.filter(Exists(running_authorities(now).filter(member=OuterRef("pk"))))
    return User.objects.filter(pk__in=members.values("user"), is_active=True)


def profile_of(user: User) -> Profile | None:
    """Return the person's profile in the pool, None for who has none."""
    if not user.is_authenticated:
        return None
    return Profile.objects.select_related("region", "audience", "employer_unit").filter(user=user).first()


def requests_to(user: User) -> QuerySet[ContactRequest]:
    """Return the contact requests that a person got or began, the latest first."""
    return ContactRequest.objects.filter(profile__user=user).select_related("unit", "vacancy", "consent", "profile")


def consents_of(user: User) -> QuerySet[Consent]:
    """Return all consents of a person, those in force first."""
    return Consent.objects.filter(user=user).select_related("unit").order_by("ended_at", "-given_at", "-pk")


def looks_at(user: User) -> QuerySet[Look]:
    """Return which units looked at the person's profile, the latest first."""
    return Look.objects.filter(profile__user=user).select_related("unit", "by")


def values_of(user: User) -> dict[str, str]:
    """Return what a person could show to a unit, by fact; "" where there is nothing. For the person's eyes alone."""
    profile, person = profile_of(user), person_of(user)
    return {
        Shared.NAME: person.name if person else user.name,
        Shared.PHONE: user.phone or "",
        Shared.EMAIL: user.email or "",
        Shared.SCHOOL: profile.school if profile else "",
        Shared.EMPLOYER: profile.employer if profile else "",
    }
