"""For which units somebody may use the pool now, and who checks units."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import Role, StaffPost, Unit, UnitMember, User
from accounts.queries import membership, posts_of, units_of
from regions.models import Region
from talents.models import Authority
from talents.models.units import CHECKING_ROLES


def running_authorities(now: datetime) -> QuerySet[Authority]:
    """Return the powers of attorney that an office has confirmed and that hold today."""
    return Authority.objects.running_on(timezone.localdate(now))


def acting_units(user, now: datetime) -> QuerySet[Unit]:
    """Return the verified units that the user may search for now: a member with a power of attorney that holds.

    Nothing is cached: who has left, and a unit that was suspended, are out with the next click.
    """
    if not user.is_authenticated:
        return Unit.objects.none()
    members = UnitMember.objects.filter(unit=OuterRef("pk"), user=user, left_at__isnull=True)
    members = members.filter(Exists(running_authorities(now).filter(member=OuterRef("pk"))))
    return units_of(user).filter(Exists(members), status=Unit.Status.VERIFIED).order_by("name", "pk")


def acts_for(user, unit: Unit, now: datetime) -> bool:
    """Tell whether the user may use the pool for the unit now."""
    return acting_units(user, now).filter(pk=unit.pk).exists()


def checks_units(user, unit: Unit, now: datetime) -> bool:
    """Tell whether the user checks units where this one is registered, and does not act for it."""
    if membership(user, unit) is not None:
        return False
    posts = posts_of(user, timezone.localdate(now)).filter(role__in=CHECKING_ROLES)
    return user.is_superuser or posts.filter(region__in=unit.region.path.split("/")).exists()


def checkers_near(unit: Unit, region: Region, now: datetime) -> list[User]:
    """Return who examines at the region, or at the next one above it that has somebody; never people of the unit."""
    above = region.path.split("/")
    posts = StaffPost.objects.held_on(timezone.localdate(now)).filter(role=Role.EXAMINER, region__in=above)
    posts = posts.exclude(user__in=unit.members.filter(left_at__isnull=True).values("user"))
    nearest = posts.order_by("-region__path").values_list("region", flat=True).first()
    return list(User.objects.filter(pk__in=posts.filter(region=nearest).values("user")).order_by("pk"))


def administrators_of(unit: Unit, now: datetime) -> list[User]:
    """Return the administrators whose region covers the unit."""
    above = unit.region.path.split("/")
    posts = StaffPost.objects.held_on(timezone.localdate(now)).filter(role=Role.ADMINISTRATOR, region__in=above)
    return list({post.user_id: post.user for post in posts.select_related("user").order_by("pk")}.values())
