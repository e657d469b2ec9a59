"""Tell people of new vacancies that fit, once each morning, if they agreed to that (purpose MATCH)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from applications.services.clocks import at_nine
from jobs.services import enqueue
from notifications.services import Note, notify_many
from talents.models import BlockedUnit, Consent, Profile, Vacancy
from talents.queries import fit
from talents.rules import match
from talents.states import Purpose

JOB = "talents.vacancy_news"
DAY = timedelta(days=1)
NAMED = 5  # vacancies in one message
BATCH = 500
PATH = "/vacancies/?fit=1"


def plan(now: datetime) -> None:
    """Write the job of the next morning that tells of what has come online until then. Safe to run twice."""
    day = timezone.localdate(now)
    nine = at_nine(day) if now < at_nine(day) else at_nine(day + DAY)
    enqueue(kind=JOB, key=nine.isoformat(), now=now, run_after=nine, until=nine.isoformat())


def tell(payload: dict, now: datetime) -> int:
    """Handle the job: one message for each person whom a vacancy of the last day fits; return how many.

    Nobody is told of a unit that they blocked, nor of a vacancy that is over already.
    """
    until = datetime.fromisoformat(payload["until"])
    fresh = Vacancy.objects.online(now).filter(online_since__gt=until - DAY, online_since__lte=until)
    rows = list(fresh.select_related("unit", "region").order_by("-online_since", "-pk"))
    if not rows:
        return 0
    waiting, told = _notes(rows, timezone.localdate(until).isoformat(), now), 0
    while notes := list(islice(waiting, BATCH)):
        notify_many(notes=notes, now=now)
        told += len(notes)
    return told


def _notes(vacancies: list[Vacancy], day: str, now: datetime) -> Iterator[Note]:
    paths, asked = fit.all_paths(), [(one, fit.conditions_of(one)) for one in vacancies]
    blocks = set(BlockedUnit.objects.values_list("profile", "unit"))
    for profile in _listening(now).select_related("user").iterator(chunk_size=2000):
        facts = fit.facts_of(profile, paths, now)
        close = [
            vacancy
            for vacancy, conditions in asked
            if (profile.pk, vacancy.unit_id) not in blocks and match.is_worth_telling(match.explain(conditions, facts))
        ]
        if close:
            yield Note("vacancy_news", profile.user, f"vacancy_news:{day}:{profile.user_id}", _words(close), PATH)


def _listening(now: datetime) -> QuerySet[Profile]:
    """Return the profiles of people who want to be told now."""
    consents = Consent.objects.filter(user=OuterRef("user"), purpose=Purpose.MATCH, ended_at__isnull=True)
    consents = consents.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now))
    return Profile.objects.filter(Exists(consents), confirm_by__gt=now, user__is_active=True).order_by("pk")


def _words(vacancies: list[Vacancy]) -> dict:
    named = "\n".join(f"{one.title} · {one.unit.name}" for one in vacancies[:NAMED])
    return {"count": str(len(vacancies)), "vacancies": named + ("\n…" if len(vacancies) > NAMED else "")}
