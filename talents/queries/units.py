"""For which units somebody may use the pool now."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import Unit, UnitMember
from accounts.queries import units_of
from talents.models import Authority


def running_authorities(now: datetime) -> QuerySet[Authority]:
    """Return the powers of attorney that an office has confirmed and that hold today."""
    today = timezone.localdate(now)
    return Authority.objects.filter(
        confirmed_at__isnull=False, ended_at__isnull=True, starts_on__lte=today, ends_on__gt=today
    )


def acting_units(user, now: datetime) -> QuerySet[Unit]:
    """Return the verified units that the user may search for now: a member with a power of attorney that holds.

    Nothing is cached: who has left, and a unit that was suspended, are out with the next click.
    """
    if not user.is_authenticated:
        return Unit.objects.none()
    members = UnitMember.objects.filter(unit=OuterRef("pk"), user=user, left_at__isnull=True)
    members = members.filter(Exists(running_authorities(now).filter(member=OuterRef("pk"))))
    return units_of(user).filter(Exists(members), status=Unit.Status.VERIFIED).order_by("name", "pk")
