"""Reads about the keeping of brands: who builds them, who decides on them, which reports are missing."""

import re
from datetime import date

from django.db.models import QuerySet

from accounts.models import User
from laborbrands.models import AnnualReport, Brand, Recognition
from laborbrands.queries.recognition import deciders_at, place_of
from laborbrands.rules.keeping import highest
from laborbrands.rules.recognition import DECIDED_AT
from laborbrands.states import ON_THE_MAP, Tier

_OWN_PAGE = re.compile(r"/org/brands/([-\w]+)/(?:report|removal)/")


def people_of(brand: Brand) -> list[User]:
    """Return everybody who acts now for a unit that builds the brand."""
    units = brand.builders.filter(unit__isnull=False, ends_on__isnull=True).values("unit")
    members = User.objects.filter(memberships__unit__in=units, memberships__left_at__isnull=True, is_active=True)
    return list(members.distinct().order_by("pk"))


def office_people(brand: Brand, tier: str, day: date) -> list[User]:
    """Return the examiners and leaders of the region whose office decides on a tier of the brand."""
    return deciders_at(place_of(brand.region, DECIDED_AT[Tier(tier)]), day)


def highest_held(brand: Brand, day: date) -> Recognition | None:
    """Return the recognition of the highest tier that stands on a day."""
    held = {one.tier: one for one in brand.recognitions.standing_on(day)}
    return held.get(highest(held))


def missing_reports(brand: Brand) -> QuerySet[AnnualReport]:
    """Return the yearly reports that were not handed in by their day and are still missing."""
    return brand.reports.filter(missed_at__isnull=False, submitted_at__isnull=True)


def owing_a_report(year: int) -> QuerySet[Brand]:
    """Return the brands that owe the report of a year and have no row for it: recognized by its last day."""
    held = Recognition.objects.filter(recognized_on__lte=date(year, 12, 31), ended_on__isnull=True)
    owing = Brand.objects.filter(stage__in=ON_THE_MAP, recognitions__in=held)
    return owing.exclude(reports__year=year).select_related("region").distinct().order_by("pk")


def may_hear(user, path: str) -> bool:
    """Tell whether a user may still hear of a builder's page: only who acts for the builder now."""
    page = _OWN_PAGE.match(path)
    return page is None or Brand.objects.of_builder(user).filter(code=page[1]).exists()
