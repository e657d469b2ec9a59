"""Reads of the open data: only what anybody may read."""

from django.db.models import QuerySet

from policies.models import Benefit, PolicyVersion


def public_versions() -> QuerySet[PolicyVersion]:
    """Return all public versions with their policies."""
    return PolicyVersion.objects.public().select_related("policy")


def public_benefits() -> QuerySet[Benefit]:
    """Return the confirmed benefits of public versions, with policy, clause and service."""
    related = ("version__policy", "clause", "service_item")
    return Benefit.objects.public().filter(version__in=PolicyVersion.objects.public()).select_related(*related)
