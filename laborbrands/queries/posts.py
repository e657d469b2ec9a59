"""Who in the offices may act on a brand."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from accounts import queries
from accounts.models import StaffPost, User
from regions.models import Region


def covering_post(user: User, region: Region, roles: Iterable[str], now: datetime) -> StaffPost | None:
    """Return a post that the user holds today in one of the roles and whose region covers this one."""
    posts = queries.posts_of(user, timezone.localdate(now)).filter(role__in=roles, region__in=region.path.split("/"))
    return posts.order_by("pk").first()
