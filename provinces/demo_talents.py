"""The demo's talent pool: invented people of the province who may be found. Nobody signs in as one of them."""

import random
from datetime import datetime
from itertools import islice

from django.db import transaction

from accounts.models import User
from provinces.packs import Pack
from regions.models import Region, RegionKind
from talents import consent_texts, samples
from talents.models import Consent, Profile
from talents.services import index
from talents.states import Purpose

PEOPLE = 300
SEED = 5
NONE = "!"  # no password fits


@transaction.atomic
def load(_pack: Pack, now: datetime) -> str:
    """Make the people that are missing, with their consent; return how many can be found."""
    emails = [f"sample{number:03}@pool.demo.example" for number in range(1, PEOPLE + 1)]
    if not User.objects.filter(email=emails[0]).exists():
        draw = random.Random(SEED)  # noqa: S311 (not a secret)
        users = User.objects.bulk_create(
            User(email=email, name=samples.name(draw), password=NONE, is_demo=True) for email in emails
        )
        drawn = islice(samples.people(_cities(), now, SEED), PEOPLE)
        Profile.objects.bulk_create(Profile(user=user, **facts) for user, facts in zip(users, drawn, strict=True))
        Consent.objects.bulk_create(_consent(user, now) for user in users)
    return str(index.reindex(now, Profile.objects.filter(user__email__in=emails).values_list("pk", flat=True)))


def _consent(user: User, now: datetime) -> Consent:
    return Consent(
        user=user, purpose=Purpose.POOL, text_version=consent_texts.current(Purpose.POOL).version, given_at=now
    )


def _cities() -> dict[str, list[str]]:
    cities = Region.objects.filter(kind=RegionKind.PREFECTURE).order_by("path")
    counties: dict[str, list[str]] = {city: [] for city in cities.values_list("pk", flat=True)}
    for county in Region.objects.filter(kind=RegionKind.COUNTY, parent__in=counties).order_by("path"):
        counties[county.parent_id].append(county.pk)
    return counties
