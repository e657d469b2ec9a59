"""The demo's places for interns, its base of traineeships and its school, made by the services."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import Organization, Unit, User
from provinces import packs
from provinces.demo_accounts import sign_in_name
from provinces.packs import Pack
from regions.models import Region
from talentportal.lib.workdays import add_months
from talents.models import Place, School
from talents.services import places, traineeships
from talents.states import Degree

DONE = timedelta(days=7)  # before now


@transaction.atomic
def load(pack: Pack, now: datetime) -> str:
    """Make school, base and places once; afterwards they belong to units and staff. Return how many places are new."""
    path = packs.FOLDER / pack.name / "internships.yaml"
    if not path.exists() or Place.objects.exists():
        return "none"
    told = packs.read_yaml(path)
    units = {key: Unit.objects.get(uscc=entry["uscc"]) for key, entry in pack.units.items()}
    office = User.objects.get(email=sign_in_name("admin"))
    School.objects.get_or_create(unit=units[told["school"]])
    today = timezone.localdate(now)
    base = told["base"]
    traineeships.recognize_base(
        unit=units[base["unit"]],
        level=base["level"],
        organization=Organization.objects.get(uscc=base["office"]),
        document_no=base["document_no"],
        staff=base["staff"],
        starts_on=today - timedelta(days=200),
        ends_on=add_months(today, 36),
        actor=office,
        now=now,
    )
    for entry in told["places"]:
        _place(units[entry["unit"]], entry, office, now)
    return str(len(told["places"]))


def _place(unit: Unit, entry: dict, office: User, now: datetime) -> None:
    today, handler = timezone.localdate(now), unit.members.filter(left_at=None).earliest("pk").user
    values = {
        "kind": entry["kind"],
        "title": entry["title"],
        "majors": entry["majors"],
        "degree": Degree[entry["degree"]],
        "places": entry["places"],
        "months": entry["months"],
        "region": Region.objects.get(code=entry["region"]),
        "allowance": entry["allowance"],
        "mentor": entry["mentor"],
        "is_insured": True,
        "description": entry["description"],
        "starts_on": today + timedelta(days=45),
        "apply_by": today + timedelta(days=30),
    }
    place = places.write_place(unit=unit, values=values, actor=handler, now=now - DONE)
    places.hand_in_place(place=place, actor=handler, now=now - DONE)
    if not entry.get("waits"):
        places.review_place(place=place, passed=True, note="", actor=office, now=now - DONE)
