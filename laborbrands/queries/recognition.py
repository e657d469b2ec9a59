"""Reads for applications for recognition."""

from collections.abc import Mapping
from datetime import date

from django.db.models import Q, QuerySet

from accounts.models import Organization, Role, StaffPost, UnitMember, User
from accounts.queries import posts_of
from laborbrands.models import Brand, BrandApplication, Condition, Recognition
from laborbrands.rules.recognition import DECIDED_AT
from laborbrands.states import Stage, Tier
from regions.models import Region

WORD_BY = (Role.CLERK, Role.EXAMINER, Role.LEADER)  # roles of posts that may check or endorse
DECIDING = (Role.EXAMINER, Role.LEADER)


def brand_named(name: str) -> Brand | None:
    """Return the brand of this name: one that is there, else one removed, else one that went on in another."""
    found = list(Brand.objects.filter(name_zh=name.strip()).order_by("-pk"))
    worth = {Stage.REMOVED: 1, Stage.MERGED: 2}
    return min(found, key=lambda brand: worth.get(brand.stage, 0), default=None)


def held_on(brand: Brand | None, day: date) -> list[Recognition]:
    """List the recognitions of a brand that stand on a day."""
    return list(brand.recognitions.standing_on(day)) if brand else []


def conditions_on(day: date) -> QuerySet[Condition]:
    """Return the hard conditions in force on a day."""
    return Condition.objects.filter(
        Q(effective_to__isnull=True) | Q(effective_to__gt=day), effective_from__lte=day
    ).order_by("tier", "category", "question")


def home_of(answers: Mapping) -> Region | None:
    """Return the county that the answers name as the home of the brand; a prefecture or a province is none."""
    found = Region.objects.filter(pk=str(answers.get("home", ""))[:6]).first()
    return found if found and found.kind in ("COUNTY", "ZONE") else None


def place_of(home: Region, kind: str) -> Region | None:
    """Return the county, prefecture or province of this kind to which a home belongs; a zone counts as a county."""
    kinds = [kind, "ZONE"] if kind == "COUNTY" else [kind]
    return Region.objects.around(home).filter(kind__in=kinds).last()


def deciding_place(application: BrandApplication) -> Region | None:
    """Return the region whose office decides on the tier that is asked for."""
    return place_of(application.region, DECIDED_AT[Tier(application.tier)])


def deciding_office(answers: Mapping) -> Organization | None:
    """Return the organization that decides on what the answers ask for."""
    home, tier = home_of(answers), answers.get("tier")
    place = place_of(home, DECIDED_AT[Tier(tier)]) if home and tier in DECIDED_AT else None
    return office_of(place) if place else None


def post_at(user, place: Region | None, roles, day: date) -> StaffPost | None:
    """Return a post that somebody holds on a day for exactly this region in one of the roles."""
    if place is None or user is None:
        return None
    posts = posts_of(user, day).filter(role__in=roles, region=place).select_related("organization")
    return posts.order_by("pk").first()


def word_givers_at(place: Region | None, day: date) -> list[User]:
    """Return the examiners of a place; where there is none, whoever else may give its word."""
    return people_at(place, (Role.EXAMINER,), day) or people_at(place, WORD_BY, day)


def deciders_at(place: Region | None, day: date) -> list[User]:
    """Return the examiners and leaders of a place."""
    return people_at(place, DECIDING, day)


def people_at(place: Region | None, roles, day: date) -> list[User]:
    """Return who holds a post at exactly this place in one of the roles on a day."""
    posts = StaffPost.objects.held_on(day).filter(region=place, role__in=roles)
    return list(User.objects.filter(pk__in=posts.values("user")).order_by("pk"))


def office_of(region: Region) -> Organization | None:
    """Return the organization in charge at a region: its own, else that of the region above."""
    offices = Organization.objects.filter(region__in=region.path.split("/"))
    return offices.order_by("-region__path", "pk").first()


def is_of_unit(user, unit) -> bool:
    """Tell whether somebody acts for a unit now or ever did."""
    return unit is not None and UnitMember.objects.filter(unit=unit, user=user).exists()


def is_at_home(brand: Brand, home: Region) -> bool:
    """Tell whether a county is the home of a brand, is part of it, or succeeds it."""
    region = brand.region
    within = f"{home.path}/".startswith(f"{region.path}/")
    return within or home.predecessors.filter(pk=region.pk).exists()


def open_rivals(case, name: str) -> QuerySet[BrandApplication]:
    """Return the other applications under way for a brand of this name."""
    rows = BrandApplication.objects.filter(case__answers__brand_name=name)
    return rows.filter(case__in=type(case).objects.open()).exclude(case=case.pk)
