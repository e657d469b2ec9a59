import time
from datetime import date

import pytest

from regions import queries
from regions.models import CalendarDay, CalendarYear, Region
from regions.services import import_year, remove_days, save_day, save_region, save_year
from tests.cast import moment

pytestmark = pytest.mark.django_db

NOW = moment("2026-09-18 10:00")


@pytest.fixture
def tree():
    """Yunnan > Dali and Kunming > a county each, and a functional zone in Kunming."""
    parents = {}
    for code, kind, parent in [
        ("530000", "PROVINCE", None),
        ("532900", "PREFECTURE", "530000"),
        ("532901", "COUNTY", "532900"),
        ("530100", "PREFECTURE", "530000"),
        ("530114", "COUNTY", "530100"),
        ("953001", "ZONE", "530100"),
    ]:
        parents[code] = Region(code=code, kind=kind, name_zh=code, name_en=code, parent=parents.get(parent))
        save_region(region=parents[code])
    return parents


@pytest.fixture
def calendar():
    for year in (2024, 2025, 2026, 2027):
        import_year(year=year, actor=None, now=NOW)


def add(region, day, kind):
    save_day(day=CalendarDay(region_id=region, date=day, kind=kind), actor=None, now=NOW)


def test_paths_come_from_the_tree(tree):
    assert tree["953001"].path == "530000/530100/953001"


def test_without_days_of_its_own_a_region_has_the_national_calendar(tree, calendar):
    found = queries.calendar_for("530114")
    assert (found.code, found.add(date(2026, 9, 24), 5)) == ("CN", date(2026, 10, 9))
    assert queries.calendar_for(None) is found
    assert queries.calendar_for(tree["953001"]) is found


def test_a_local_holiday_holds_for_its_region_and_all_below(tree, calendar):
    add("532900", date(2026, 4, 30), "LOCAL_HOLIDAY")
    start = date(2026, 4, 29)
    ends = {code: queries.calendar_for(code).add(start, 1) for code in tree}
    local, usual = date(2026, 5, 6), date(2026, 4, 30)
    assert ends == {
        "530000": usual,
        "530100": usual,
        "530114": usual,
        "953001": usual,
        "532900": local,
        "532901": local,
    }
    assert {code: queries.calendar_for(code).code for code in tree} == {
        "530000": "CN",
        "530100": "CN",
        "530114": "CN",
        "953001": "CN",
        "532900": "532900",
        "532901": "532900",
    }


def test_the_nearest_region_has_the_last_word(tree, calendar):
    add("530000", date(2026, 9, 21), "HOLIDAY")
    add("532900", date(2026, 9, 22), "LOCAL_HOLIDAY")
    add("532901", date(2026, 9, 22), "MAKEUP_WORKDAY")
    add("532901", date(2026, 10, 1), "MAKEUP_WORKDAY")
    days = [date(2026, 9, 21), date(2026, 9, 22), date(2026, 10, 1)]
    found = {code: [queries.calendar_for(code).is_workday(day) for day in days] for code in tree}
    assert found["530114"] == [False, True, False]
    assert found["532900"] == [False, False, False]
    assert found["532901"] == [False, True, True]


def test_the_calendars_in_use(tree, calendar):
    add("532900", date(2026, 4, 30), "LOCAL_HOLIDAY")
    add("532901", date(2026, 8, 20), "LOCAL_HOLIDAY")
    found = queries.calendars_in_use()
    assert {code: calendar.is_workday(date(2026, 4, 30)) for code, calendar in found.items()} == {
        "CN": True,
        "532900": False,
        "532901": False,
    }


def test_a_year_without_notice_makes_provisional(tree, calendar):
    found = queries.calendar_for("530000")
    assert not found.is_provisional(date(2026, 9, 1), date(2026, 12, 31))
    assert not found.is_provisional(date(2020, 9, 1), date(2020, 12, 31))
    assert found.is_provisional(date(2030, 9, 1), date(2030, 12, 31))
    CalendarYear.objects.filter(year=2027).update(is_published=False)
    queries.forget()
    assert queries.calendar_for("530000").is_provisional(date(2026, 12, 21), date(2027, 1, 15))
    year = CalendarYear.objects.get(year=2027)
    year.is_published = True
    save_year(year=year, actor=None, now=NOW)
    assert not queries.calendar_for("530000").is_provisional(date(2026, 12, 21), date(2027, 1, 15))


def test_a_change_counts_at_once_where_it_is_made(tree, calendar):
    day = CalendarDay(region_id="530000", date=date(2026, 9, 21), kind="HOLIDAY")
    save_day(day=day, actor=None, now=NOW)
    assert not queries.calendar_for("530000").is_workday(day.date)
    remove_days(days=[day], actor=None, now=NOW)
    assert queries.calendar_for("530000").is_workday(day.date)


def test_another_process_follows_within_a_second(tree, calendar):
    assert queries.calendar_for("530000").is_workday(date(2026, 9, 21))
    CalendarDay.objects.create(region_id="530000", date=date(2026, 9, 21), kind="HOLIDAY")
    time.sleep(queries.CHECK_SECONDS + 0.05)
    assert not queries.calendar_for("530000").is_workday(date(2026, 9, 21))
    CalendarDay.objects.filter(date=date(2026, 9, 21)).update(kind="MAKEUP_WORKDAY")
    time.sleep(queries.CHECK_SECONDS + 0.05)
    assert queries.calendar_for("530000").is_workday(date(2026, 9, 21))


def test_asking_often_costs_nothing(tree, calendar, django_assert_num_queries):
    queries.calendar_for("530114")
    with django_assert_num_queries(0):
        for _ in range(50):
            queries.calendar_for("530114").add(date(2026, 9, 24), 5)


def test_an_unknown_code_is_an_error(tree):
    with pytest.raises(Region.DoesNotExist):
        queries.calendar_for("999999")


def test_the_home_calendar_is_the_provinces(tree, calendar):
    add("530000", date(2026, 9, 21), "LOCAL_HOLIDAY")
    assert queries.home_calendar().code == "530000"


def test_within_and_around(tree):
    assert list(Region.objects.within(tree["530100"]).values_list("code", flat=True)) == ["530100", "530114", "953001"]
    assert list(Region.objects.around(tree["953001"]).values_list("code", flat=True)) == ["530000", "530100", "953001"]
