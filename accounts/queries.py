"""Reads about people, posts and units."""

from datetime import date

from django.db.models import Q, QuerySet

from accounts.models import StaffPost, User


def posts_of(user: User, day: date) -> QuerySet[StaffPost]:
    """Return the posts that the user holds on the day; none for a stranger, a leaver or an inactive account."""
    if not (user.is_active and user.is_staff):
        return StaffPost.objects.none()
    return StaffPost.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=day), user_id=user.pk, starts_on__lte=day
    ).select_related("organization", "region")


def roles_of(user: User, day: date) -> frozenset[str]:
    """Return the roles that the user holds somewhere on the day."""
    return frozenset(posts_of(user, day).order_by().values_list("role", flat=True))


def has_role(user: User, role: str, day: date) -> bool:
    """Tell whether the user holds the role somewhere on the day."""
    return posts_of(user, day).filter(role=role).exists()
