"""Reads about calls for experts: what the website lists, and what somebody applied for."""

from datetime import date

from django.db.models import QuerySet

from reviews.models import ExpertApplication, ExpertCall

ENDED_SHOWN = 10


def listed(day: date) -> dict[str, QuerySet[ExpertCall]]:
    """Return the published calls: open, those that open later, and the last ones that have ended."""
    calls = ExpertCall.objects.published().select_related("organization").prefetch_related("disciplines")
    return {
        "running": calls.open_on(day).order_by("closes_on", "id"),
        "coming": calls.filter(opens_on__gt=day).order_by("opens_on", "id"),
        "ended": calls.filter(closes_on__lt=day).order_by("-closes_on", "-id")[:ENDED_SHOWN],
    }


def own_applications(user) -> QuerySet[ExpertApplication]:
    """Return somebody's applications, newest first."""
    found = ExpertApplication.objects.filter(user=user.pk).select_related("call__organization", "expert", "region")
    return found.prefetch_related("disciplines")
