"""Who takes part in an internship: a unit with its handler, a school with its teacher, the office, a base."""

import datetime as dt

import pytest

from jobs import clock
from talents.models import School
from talents.services import traineeships
from tests.cast import moment
from tests.talents import pool

NOW = moment("2026-09-18 10:00")


@pytest.fixture
def at(monkeypatch):
    """Put the portal's clock to a moment: `at("2026-09-18 10:00")`."""

    def put(text: str):
        now = moment(text)
        monkeypatch.setattr(clock, "now", lambda: now)
        return now

    put("2026-09-18 10:00")
    return put


@pytest.fixture
def unit(world):
    return pool.unit(world.province, name="示例制造有限公司")


@pytest.fixture
def hr(unit):
    return pool.handler(unit)


@pytest.fixture
def school(world):
    return School.objects.create(unit=pool.unit(world.province, name="示例职业学院"))


@pytest.fixture
def teacher(school):
    return pool.handler(school.unit)


@pytest.fixture
def clerk(world):
    return pool.person("office@example.org", "审核员")


@pytest.fixture
def base(world, unit, clerk):
    return traineeships.recognize_base(
        unit=unit,
        level="COUNTY",
        organization=world.office,
        document_no="示人社〔2026〕1号",
        staff=10,
        starts_on=dt.date(2026, 1, 1),
        ends_on=dt.date(2029, 1, 1),
        actor=clerk,
        now=NOW,
    )
