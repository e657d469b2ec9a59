"""Whom a unit may find and ask, what stands between it and a person, and what it may see of an accepted one."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from accounts.models import Unit
from talents import limits
from talents.models import ContactRequest, PoolEntry, Profile, Shortlist, UnitUse, Vacancy
from talents.states import RequestState, VacancyState


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


def cool_downs(unit: Unit, profile_ids: Iterable[int], now: datetime) -> dict[int, date]:
    """Return from which day the unit may ask those of these profiles again who have declined it not long ago."""
    wait = timedelta(days=limits.COOL_DOWN_DAYS)
    declined = ContactRequest.objects.filter(unit=unit, profile__in=list(profile_ids), state=RequestState.REFUSED)
    last = declined.filter(answered_at__gt=now - wait).values("profile").annotate(at=Max("answered_at"))
    return {row["profile"]: timezone.localdate(row["at"] + wait) for row in last}


def waits_until(unit: Unit, profile: Profile, now: datetime) -> date | None:
    """Return from which day the unit may ask a person again who has declined; None when it may now."""
    return cool_downs(unit, [profile.pk], now).get(profile.pk)


def shown(request: ContactRequest, now: datetime) -> tuple[str, ...]:
    """Return the facts that the person shows to the unit of this request now: none once the consent has ended."""
    consent = request.consent
    if request.state != RequestState.ACCEPTED or consent is None or consent.ended_at is not None:
        return ()
    return tuple(consent.fields) if consent.ends_at > now else ()


def of_units(units: Iterable[Unit]) -> QuerySet[ContactRequest]:
    """Return the requests of these units and the answers to their vacancies, the latest first."""
    related = ("profile", "vacancy", "consent", "by", "unit__work_region")
    return ContactRequest.objects.filter(unit__in=list(units)).select_related(*related)


def of_unit(unit: Unit) -> QuerySet[ContactRequest]:
    """Return the unit's requests and the answers to its vacancies, the latest first."""
    return of_units([unit])


def lists_of(unit: Unit) -> QuerySet[Shortlist]:
    """Return the unit's shortlists, each with the number of its `candidates`."""
    return Shortlist.objects.filter(unit=unit).annotate(candidates=Count("entries")).order_by("name", "pk")


def requests_left(unit: Unit, now: datetime) -> int:
    """Return how many requests the unit may still send today."""
    use = UnitUse.objects.filter(unit=unit, day=timezone.localdate(now)).first()
    return max(limits.REQUESTS_A_DAY - (use.requests if use else 0), 0)


def vacancies_to_offer(unit: Unit) -> QuerySet[Vacancy]:
    """Return the unit's vacancies that are online."""
    return Vacancy.objects.filter(unit=unit, state=VacancyState.ONLINE).order_by("title", "pk")
