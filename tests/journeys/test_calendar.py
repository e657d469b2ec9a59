"""A deadline that falls into a year whose holidays nobody knows yet."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from regions.models import CalendarDay
from tests import cast
from tests.browser import be_at, run_due
from tests.cast import moment
from tests.journeys import steps

pytestmark = pytest.mark.browser


def test_a_provisional_day_moves_only_later_and_the_applicant_is_told(
    visit, world, applicant, clerk, administrator, friday
):
    be_at(moment("2026-12-24 10:00"))
    case = steps.received(world, applicant, moment("2026-12-24 10:00"))
    cast.check_all(case, clerk, moment("2026-12-24 10:00"))
    case = cast.services.accept(case=case, actor=clerk, now=moment("2026-12-24 10:00"))
    talent, office = visit(applicant), visit(administrator, language="en")
    promised = case.clocks.get(kind="PROMISED")
    assert (str(promised.due_on), promised.is_provisional) == ("2027-01-08", True)
    assert_shown(talent, case, "1 月 8 日")
    talent.sees("provisional")

    make_free(office, dt.date(2027, 1, 4), dt.date(2027, 1, 5))
    run_due()
    promised.refresh_from_db()
    assert (str(promised.due_on), str(promised.printed_due_on)) == ("2027-01-12", "2027-01-12")
    assert_shown(talent, case, "1 月 12 日")
    assert applicant.inbox.filter(event="due_date_changed").count() == 1
    talent.go("me:inbox")
    talent.tap(talent.page.locator(".inbox li").first.get_by_role("button"))
    expect(talent.page.locator("article")).to_contain_text("1月12日")

    make_workdays(office, *(dt.date(2026, 12, day) for day in (26, 27)), *(dt.date(2027, 1, day) for day in (2, 3)))
    publish(office)
    run_due()
    promised.refresh_from_db()
    assert (str(promised.due_on), promised.is_provisional) == ("2027-01-12", False)  # by the new count it were the 6th
    assert_shown(talent, case, "1 月 12 日")
    assert applicant.inbox.filter(event="due_date_changed").count() == 1
    assert talent.page.get_by_text(talent.words("provisional"), exact=True).count() == 0


def assert_shown(talent, case, day: str):
    talent.go("me:case", case.case_no)
    expect(talent.page.locator(".clock").first).to_contain_text(day)


def make_free(office, *days):
    put_down(office, "HOLIDAY", days)


def make_workdays(office, *days):
    put_down(office, "MAKEUP_WORKDAY", days)


def put_down(office, kind: str, days):
    """Fill in days of the work calendar in the administration."""
    for day in days:
        office.page.goto(office.address("admin:regions_calendarday_add"))
        office.page.locator("[name=date]").fill(day.isoformat())
        office.page.locator("[name=kind]").select_option(kind)
        office.page.locator("[name=name]").fill("示例")
        office.page.locator("[name=_save]").click()
        expect(office.page.locator("#result_list")).to_be_visible()
    assert set(days) <= set(CalendarDay.objects.filter(kind=kind).values_list("date", flat=True))


def publish(office):
    office.page.goto(office.address("admin:regions_calendaryear_change", 2027))
    office.page.locator("[name=is_published]").check()
    office.page.locator("[name=_save]").click()
    expect(office.page.locator("#result_list")).to_be_visible()
