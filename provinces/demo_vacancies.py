"""The demo's vacancies: samples of the demo units, made by the services as if they had been written and read in time.

`<name>/vacancies.yaml`. A vacancy that was told once is left alone: it belongs to its unit from then on.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import Unit, User
from provinces import packs
from provinces.demo_accounts import sign_in_name
from provinces.models import PackRecord
from provinces.packs import Pack
from regions.models import Region
from talents.models import Vacancy
from talents.services import vacancies
from talents.states import PayPeriod, VacancyState, WorkKind

KIND = "demo vacancy"
ONE_DAY = timedelta(days=1)


def load(pack: Pack, now: datetime) -> str:
    """Add the vacancies that were not told yet, each put online on its day; return how many there are."""
    path = packs.FOLDER / pack.name / "vacancies.yaml"
    if not path.exists():
        return "none"
    told = packs.read_yaml(path)
    known = set(PackRecord.objects.filter(kind=KIND).values_list("key", flat=True))
    reader = _user(told["reader"])
    with transaction.atomic():
        for entry in told["vacancies"]:
            if entry["key"] not in known:
                made = _put(entry, Unit.objects.get(uscc=pack.units[entry["unit"]]["uscc"]), reader, now)
                PackRecord.objects.create(kind=KIND, key=entry["key"], digest=made.public_id)
    return str(len(told["vacancies"]))


def _user(key: str) -> User:
    return User.objects.get(email=sign_in_name(key))


def _put(entry: dict, unit: Unit, reader: User, now: datetime) -> Vacancy:
    """Write, hand in and, unless it is to wait, put a vacancy online some days ago."""
    at, writer = now - entry.get("online", 0) * ONE_DAY, _user(entry["by"])
    facts = _facts(entry) | {"expires_on": timezone.localdate(at) + entry["days"] * ONE_DAY}
    vacancy = vacancies.write(unit=unit, actor=writer, now=at, **facts)
    Vacancy.objects.filter(pk=vacancy.pk).update(is_sample=True)
    vacancy = vacancies.hand_in(vacancy=vacancy, actor=writer, now=at)
    if entry.get("state") == VacancyState.REVIEW:
        return vacancy
    return vacancies.approve(vacancy=vacancy, actor=reader, now=at)


def _facts(entry: dict) -> dict:
    low, high, period = entry["pay"]
    return {
        "title": entry["title"],
        "occupation": entry.get("occupation", ""),
        "posts": entry["posts"],
        "kind": WorkKind(entry.get("kind", WorkKind.FULL_TIME)),
        "region": Region.objects.get(pk=entry["region"]),
        "pay_from": low,
        "pay_to": high,
        "pay_period": PayPeriod(period),
        "degree": entry.get("degree"),
        "majors": entry.get("majors", []),
        "years": entry.get("years", 0),
        "skills": entry.get("skills", []),
        "description": entry["description"],
        "conditions": entry.get("conditions", ""),
    }
