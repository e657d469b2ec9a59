"""Whom a unit may find and ask, what stands between it and a person, and what it may see of an accepted one."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from accounts.models import Unit
from talents.models import ContactRequest, PoolEntry, Profile
from talents.states import RequestState


def findable_by(unit: Unit, now: datetime) -> QuerySet[PoolEntry]:
    """Return the entries of the pool that the unit may find: current, for its region, and not blocked for it."""
    codes = unit.work_region.path.split("/")
    audiences = ["", *("/".join(codes[:depth]) for depth in range(1, len(codes) + 1))]
    return PoolEntry.objects.filter(confirm_by__gt=now, audience__in=audiences).exclude(blocked__contains=[unit.pk])


def profiles_for(unit: Unit, now: datetime) -> QuerySet[Profile]:
    """Return the profiles whose card the unit may read now."""
    return Profile.objects.filter(entry__in=findable_by(unit, now))


def state_between(unit: Unit, profile_ids: Iterable[int]) -> dict[int, ContactRequest]:
    """Return the latest request between the unit and each of these profiles; who was never asked is left out."""
    requests = ContactRequest.objects.filter(unit=unit, profile__in=list(profile_ids))
    latest = requests.order_by("profile", "-sent_at", "-pk").distinct("profile")
    return {request.profile_id: request for request in latest.select_related("consent")}


def shown(request: ContactRequest, now: datetime) -> tuple[str, ...]:
    """Return the facts that the person shows to the unit of this request now: none once the consent has ended."""
    consent = request.consent
    if request.state != RequestState.ACCEPTED or consent is None or consent.ended_at is not None:
        return ()
    return tuple(consent.fields) if consent.ends_at > now else ()
