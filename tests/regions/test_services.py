from datetime import date

import pytest

from jobs.models import Job
from jobs.services import drain, run_due
from regions import queries, recompute, services
from regions.models import CalendarDay, CalendarYear
from talentportal.lib import workdays
from tests.cast import moment

pytestmark = pytest.mark.django_db

NOW = moment("2026-09-18 10:00")


@pytest.fixture
def told(monkeypatch):
    """What a callback for changed calendars saw."""
    seen = []
    monkeypatch.setattr(recompute, "_callbacks", [])
    recompute.register(lambda now: seen.append(queries.calendar_for(None).is_workday(date(2026, 9, 21))))
    return seen


def test_each_change_has_the_deadlines_computed_again_with_the_new_days(told):
    day = CalendarDay(date=date(2026, 9, 21), kind="HOLIDAY")
    services.save_day(day=day, actor=None, now=NOW)
    assert told == []
    drain(now=NOW)
    assert told == [False]
    services.remove_days(days=[day], actor=None, now=NOW)
    drain(now=NOW)
    assert told == [False, True]
    assert Job.objects.filter(kind="regions.calendar_changed", done_at=NOW).count() == 2


def test_the_sweep_fills_three_years_once():
    assert services.fill_years(NOW) == 3
    assert services.fill_years(NOW) == 0
    expected = {year: workdays.is_published(year) for year in (2026, 2027, 2028)}
    assert dict(CalendarYear.objects.values_list("year", "is_published")) == expected
    assert CalendarDay.objects.filter(date__year=2026, kind="MAKEUP_WORKDAY").count() == 6
    assert CalendarDay.objects.filter(date__year=2028, kind="HOLIDAY").exists()  # the fixed days of the law


def test_the_sweep_takes_over_a_notice_that_the_library_learned():
    services.fill_years(NOW)
    CalendarYear.objects.filter(year=2026).update(is_published=False)
    CalendarDay.objects.filter(date__year=2026).delete()
    assert services.fill_years(NOW) == 1
    assert CalendarYear.objects.get(year=2026).is_published
    assert CalendarDay.objects.filter(date__year=2026, kind="MAKEUP_WORKDAY").count() == 6


def test_the_sweep_leaves_alone_what_an_administrator_published():
    services.fill_years(NOW)
    CalendarYear.objects.filter(year=2028).update(is_published=True)
    CalendarDay.objects.filter(date__year=2028).delete()
    assert services.fill_years(NOW) == 0
    assert not CalendarDay.objects.filter(date__year=2028).exists()


def test_importing_twice_changes_nothing_and_keeps_local_days():
    services.import_year(year=2026, actor=None, now=NOW)
    before = list(CalendarDay.objects.order_by("date").values_list("date", "kind", "region"))
    services.import_year(year=2026, actor=None, now=NOW)
    assert list(CalendarDay.objects.order_by("date").values_list("date", "kind", "region")) == before


def test_the_real_callbacks_of_the_portal_accept_the_call():
    services.fill_years(NOW)
    report = run_due(NOW)
    assert report.failed == {}
    assert not Job.objects.filter(done_at__isnull=True).exists()
