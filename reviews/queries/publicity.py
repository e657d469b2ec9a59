"""Reads about publicity and objections: who runs them, what stands against an award."""

from datetime import date

from django.db.models import Count, QuerySet

from accounts.models import Organization, Role, StaffPost
from accounts.queries import posts_of
from reviews.models import Objection, Publicity, PublicityEntry
from reviews.states import OPEN_OBJECTIONS, PublicityState
from talentportal.lib.numbers import clean_short_code

ACTING_ROLES = (Role.EXAMINER, Role.LEADER)


def is_in_charge(user, organization: Organization, day: date) -> bool:
    """Tell whether a user runs the publicities of an organization, by a post over its region."""
    if user.is_superuser:
        return True
    posts = posts_of(user, day).filter(role__in=ACTING_ROLES)
    return any(organization.region.path.startswith(post.region.path) for post in posts)


def staff_of(organization: Organization, day: date) -> list:
    """Return the active people who run the publicities of an organization itself."""
    posts = StaffPost.objects.held_on(day).filter(organization=organization, role__in=ACTING_ROLES)
    return list({post.user_id: post.user for post in posts.select_related("user").order_by("pk")}.values())


def on_the_website() -> QuerySet[Publicity]:
    """Return the publicities that the website shows, the latest first, each with the number of its entries."""
    shown = Publicity.objects.public().select_related("organization__region").annotate(count=Count("entries"))
    return shown.order_by("-posted_at", "-id")


def entries_of(case_pk: int) -> QuerySet[PublicityEntry]:
    """Return the entries of a case in publicities that were posted, the latest first."""
    return PublicityEntry.objects.filter(case_id=case_pk).exclude(publicity__state=PublicityState.DRAFT).order_by("-pk")


def open_objections(entry: PublicityEntry) -> QuerySet[Objection]:
    """Return the objections to an entry that are not answered yet."""
    return entry.objections.filter(state__in=OPEN_OBJECTIONS)


def objection_by_code(code: str) -> Objection | None:
    """Find an objection by the number on its receipt, however it was typed."""
    found = Objection.objects.select_related("entry__publicity__organization")
    return found.filter(code=clean_short_code(code)).first()
