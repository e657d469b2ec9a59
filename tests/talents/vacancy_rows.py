"""Vacancies for tests: what a unit writes, one that is online, and the words of the messages about them."""

import datetime as dt

import yaml
from django.conf import settings

from notifications.models import MessageTemplate
from talents.models import Vacancy
from talents.states import Degree, VacancyState, WorkKind
from tests import cast
from tests.talents import pool
from tests.talents.pool import DAY, NOW


def facts(region, /, **changes) -> dict:
    """Return what a unit writes of a vacancy."""
    plain = {
        "title": "车联网架构师",
        "occupation": "",
        "posts": 2,
        "kind": WorkKind.FULL_TIME,
        "region": region,
        "pay_from": 20_000,
        "pay_to": 30_000,
        "pay_period": "MONTH",
        "degree": Degree.MASTER,
        "majors": ["0802"],
        "years": 5,
        "skills": ["AUTOSAR"],
        "description": "负责车联网平台的架构。",
        "conditions": "",
        "expires_on": cast.today(NOW) + 30 * DAY,
    }
    return plain | changes


def put(world, title="岗位", *, minutes=0, unit=None, **changes) -> Vacancy:
    """Put a vacancy online, as if it had been read."""
    unit = unit or pool.unit(world.county)
    by = changes.pop("by", None) or pool.person()
    plain = {
        "posts": 1,
        "region": world.county,
        "pay_from": 8000,
        "pay_to": 10_000,
        "description": "工作",
        "state": VacancyState.ONLINE,
        "reviewed_by": by,
        "online_since": NOW - dt.timedelta(minutes=minutes),
        "expires_on": cast.today(NOW) + 30 * DAY,
        "by": by,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Vacancy.objects.create(unit=unit, title=title, **plain | changes)


def of_unit(unit, by, now, title="车联网架构师", **changes) -> Vacancy:
    """Put a vacancy of a unit online now."""
    days = {"online_since": now, "expires_on": now.date() + 30 * DAY, "created_at": now, "updated_at": now}
    plain = {"posts": 2, "region": unit.work_region, "pay_from": 8000, "description": "工作", "by": by} | days
    return Vacancy.objects.create(
        unit=unit, title=title, state=VacancyState.ONLINE, reviewed_by=by, **{**plain, **changes}
    )


def wording() -> None:
    """Load the portal's own words of the messages about vacancies."""
    told = yaml.safe_load((settings.BASE_DIR / "provinces/common/messages.yaml").read_text(encoding="utf-8"))
    rows = [(event, words) for event, words in told.items() if event.startswith("vacancy_")]
    MessageTemplate.objects.bulk_create(
        MessageTemplate(
            event=event,
            title_zh=words["title"]["zh"],
            title_en=words["title"]["en"],
            body_zh=words["body"]["zh"],
            body_en=words["body"]["en"],
        )
        for event, words in rows
    )
