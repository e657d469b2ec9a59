"""The vectors of the domain book 3.1, and laws that any calendar must keep."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talentportal.lib.workdays import (
    EPOCH,
    HOLIDAY,
    MAKEUP_WORKDAY,
    Unit,
    WorkCalendar,
    add_months,
    is_published,
    national_days,
)

YEARS = range(2015, 2027)
DAYS = {day: kind for year in YEARS for day, (kind, _) in national_days(year).items()}
CHINA = WorkCalendar(
    holidays=frozenset(day for day, kind in DAYS.items() if kind == HOLIDAY),
    makeup=frozenset(day for day, kind in DAYS.items() if kind == MAKEUP_WORKDAY),
    unpublished_years=frozenset({2027}),
    code="CN",
)
FIXED_DATES_OF_2099 = [
    "01-01 HOLIDAY 元旦",
    "01-20 HOLIDAY 农历除夕",
    "01-21 HOLIDAY 春节",
    "01-22 HOLIDAY 春节",
    "01-23 HOLIDAY 春节",
    "04-04 HOLIDAY 清明节",
    "05-01 HOLIDAY 劳动节",
    "05-02 HOLIDAY 劳动节",
    "06-23 HOLIDAY 端午节",
    "09-29 HOLIDAY 中秋节",
    "10-01 HOLIDAY 国庆节",
    "10-02 HOLIDAY 国庆节",
    "10-03 HOLIDAY 国庆节",
]
day = date.fromisoformat
dates = st.dates(date(2012, 1, 1), date(2030, 12, 31))
counts = st.integers(0, 400)


@st.composite
def calendars(draw):
    days = st.frozensets(st.dates(date(2024, 1, 1), date(2026, 12, 31)), max_size=60)
    return WorkCalendar(draw(days), draw(days), frozenset(), "any")


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-09-18", 5, "2026-09-24"),
        ("2026-09-24", 5, "2026-10-09"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-09-30", 10, "2026-10-20"),
        ("2026-02-13", 5, "2026-02-27"),
        ("2026-09-25", 20, "2026-10-29"),
        ("2026-12-01", 20, "2026-12-29"),
        ("2026-09-29", 5, "2026-10-12"),
        ("2026-09-29", 7, "2026-10-14"),
        ("2026-09-25", 0, "2026-09-25"),
        ("2026-09-18", 20, "2026-10-22"),
    ],
)
def test_working_days_after(start, days, due):
    assert CHINA.add(day(start), days) == day(due)
    assert CHINA.due(day(start), days) == day(due)


@pytest.mark.parametrize(
    ("from_day", "days", "reminder"),
    [
        ("2026-10-09", 3, "2026-09-29"),
        ("2026-10-08", 1, "2026-09-30"),
        ("2026-10-04", 1, "2026-09-30"),  # a day off: the working day before it
        ("2026-10-12", 2, "2026-10-09"),  # Saturday 10-10 is a working day
        ("2026-10-04", 0, "2026-10-04"),
    ],
)
def test_working_days_before(from_day, days, reminder):
    assert CHINA.subtract(day(from_day), days) == day(reminder)


def test_negative_amounts_are_refused():
    with pytest.raises(ValueError, match="subtract"):
        CHINA.add(day("2026-09-18"), -1)
    with pytest.raises(ValueError, match="add"):
        CHINA.subtract(day("2026-09-18"), -1)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        ("2026-09-21", 10, Unit.CALENDAR_DAY, "2026-10-08"),
        ("2026-09-21", 3, Unit.CALENDAR_DAY, "2026-09-24"),
        ("2026-08-31", 1, Unit.MONTH, "2026-09-30"),
        ("2026-01-31", 1, Unit.MONTH, "2026-02-28"),  # month end, and a make-up Saturday
        ("2026-09-01", 1, "MONTH", "2026-10-08"),
        ("2026-09-18", 5, "WORKING_DAY", "2026-09-24"),
    ],
)
def test_units(start, amount, unit, due):
    assert CHINA.due(day(start), amount, unit) == day(due)


def test_unknown_unit_is_refused():
    with pytest.raises(ValueError, match="week"):
        CHINA.due(day("2026-09-18"), 1, "week")


def test_months_cross_years_and_february():
    assert add_months(day("2026-12-31"), 2) == day("2027-02-28")
    assert add_months(day("2027-12-31"), 2) == day("2028-02-29")
    assert add_months(day("2026-03-15"), 12) == day("2027-03-15")


def test_pause_gives_back_working_days():
    due = CHINA.add(day("2026-09-18"), 20)
    assert CHINA.between(day("2026-09-27"), day("2026-10-12")) == 7
    assert CHINA.due_after_pause(due, day("2026-09-28"), day("2026-10-12")) == day("2026-11-02")


def test_pause_over_days_off_only_changes_nothing():
    assert CHINA.due_after_pause(day("2026-10-22"), day("2026-10-01"), day("2026-10-07")) == day("2026-10-22")


def test_pause_after_the_end_changes_nothing():
    assert CHINA.due_after_pause(day("2026-10-22"), day("2026-10-23"), day("2026-11-30")) == day("2026-10-22")


def test_pause_of_a_calendar_limit_gives_back_calendar_days():
    after = CHINA.due_after_pause(day("2026-09-24"), day("2026-09-22"), day("2026-09-28"), Unit.CALENDAR_DAY)
    assert after == day("2026-10-08")  # 10-01, rolled over Golden Week


def test_pause_must_not_end_before_it_begins():
    with pytest.raises(ValueError, match="before"):
        CHINA.due_after_pause(day("2026-10-22"), day("2026-10-12"), day("2026-10-11"))


@pytest.mark.parametrize(("year", "workdays"), [(2024, 251), (2025, 248), (2026, 248)])
def test_working_days_of_a_year(year, workdays):
    assert CHINA.between(date(year - 1, 12, 31), date(year, 12, 31)) == workdays


def test_makeup_days_of_2026():
    makeup = {f"{d:%m-%d}" for d, (kind, _) in national_days(2026).items() if kind == MAKEUP_WORKDAY}
    assert makeup == {"01-04", "02-14", "02-28", "05-09", "09-20", "10-10"}


def test_two_libraries_agree():
    first, last = date(2020, 1, 1), date(2026, 12, 31)
    every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    assert [d for d in every if CHINA.is_workday(d) != chinese_calendar.is_workday(d)] == []


def test_a_year_without_notice_has_the_fixed_dates_only():
    assert [is_published(year) for year in (2024, 2025, 2026, 2099)] == [True, True, True, False]
    fixed = [f"{d:%m-%d} {kind} {name}" for d, (kind, name) in national_days(2099).items()]
    assert fixed == FIXED_DATES_OF_2099


def test_names_in_two_languages():
    assert national_days(2026)[date(2026, 9, 25)] == (HOLIDAY, "中秋节")
    assert national_days(2026, "en_US")[date(2026, 10, 10)] == (MAKEUP_WORKDAY, "Make-up working day")


@pytest.mark.parametrize(
    ("start", "end", "provisional"),
    [
        ("2026-12-01", "2026-12-29", False),
        ("2026-12-29", "2027-01-12", True),
        ("2026-12-29", "2028-01-12", True),
        ("2025-01-01", "2026-12-31", False),
    ],
)
def test_provisional(start, end, provisional):
    assert CHINA.is_provisional(day(start), day(end)) is provisional


def test_a_holiday_beats_a_makeup_day():
    saturday = frozenset({day("2026-10-10")})
    assert not WorkCalendar(saturday, saturday, frozenset(), "x").is_workday(day("2026-10-10"))


def test_ordinals_begin_at_the_epoch():
    assert (CHINA.ordinal(EPOCH - timedelta(days=1)), CHINA.ordinal(EPOCH)) == (0, 0)  # New Year's Day
    assert CHINA.ordinal(date(2015, 1, 4)) == 1  # Sunday, the first make-up day; 01-02 and 01-03 were off
    assert CHINA.date_of(1) == date(2015, 1, 4)


@given(dates)
def test_on_a_day_off_the_ordinal_is_that_of_the_last_working_day(d):
    last = d
    while not CHINA.is_workday(last):
        last -= timedelta(days=1)
    assert CHINA.ordinal(d) == CHINA.ordinal(last)
    assert CHINA.date_of(CHINA.ordinal(d)) == last


@given(calendars(), st.dates(date(2024, 1, 1), date(2026, 12, 31)), st.integers(0, 60))
def test_add_equals_counting_by_hand(any_calendar, start, n):
    walked, left = start, n
    while left:
        walked += timedelta(days=1)
        left -= any_calendar.is_workday(walked)
    assert any_calendar.add(start, n) == walked
    back, left = start, n
    while left:
        back -= timedelta(days=1)
        left -= any_calendar.is_workday(back)
    assert any_calendar.subtract(start, n) == back


@given(dates, counts)
def test_add_between_and_subtract_agree(start, n):
    end = CHINA.add(start, n)
    assert CHINA.between(start, end) == n
    if CHINA.is_workday(start):
        assert CHINA.subtract(end, n) == start


@given(dates, st.integers(0, 15))
def test_due_within_n_days_is_a_half_open_window(today, n):
    """What a loop over dates finds is what the comparison of ordinals finds."""
    now = CHINA.ordinal(today)
    by_loop = {CHINA.add(today, i) for i in range(1, n + 1)}
    candidates = (today + timedelta(days=i) for i in range(-20, 60))
    by_ordinal = {d for d in candidates if CHINA.is_workday(d) and now < CHINA.ordinal(d) <= now + n}
    assert by_ordinal == by_loop


@given(st.integers(-700, 4500))
def test_date_of_inverts_ordinal(n):
    assert CHINA.ordinal(CHINA.date_of(n)) == n
    assert CHINA.is_workday(CHINA.date_of(n))
