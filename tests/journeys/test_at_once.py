"""Two at once: two clerks at one case, two clicks on one button."""

import pytest
from playwright.sync_api import expect

from accounts.models import Role
from applications.models import Case
from jobs import clock
from tests import cast
from tests.browser import move_to, run_due
from tests.journeys import steps
from tests.journeys.steps import verbs

pytestmark = pytest.mark.browser

ACT = "form[action*='/act/accept/']"


@pytest.fixture
def colleague(world):
    return cast.make_staff("colleague@example.org", "高同事", Role.CLERK, world.county, world.office, [world.window])


@pytest.fixture
def checked(world, applicant, clerk, friday):
    case = steps.received(world, applicant, friday)
    cast.check_all(case, clerk, friday)
    return case


def test_two_clerks_take_turns_and_the_slower_one_is_told_by_whom(visit, checked, clerk, colleague):
    first, second = visit(clerk), visit(colleague, language="en")
    for member in (first, second):
        member.page.goto(member.address("admin:applications_case_change", checked.pk))
    second.reads(second.words("%(name)s is working on this case until %(time)s.", name="李雪梅", time="10:15"))
    expect(second.control("Accept")).to_be_disabled()
    second.press("Take the case over")
    second.sees("The case is on your desk now.")

    first.press("Accept")
    first.reads(first.words("%(name)s is working on this case until %(time)s.", name="高同事", time="10:15"))
    second.press("Accept")
    second.reads(second.words("Accepted") + ": ")
    assert verbs(checked).count("accept") == 1


def test_two_clerks_in_the_same_moment(visit, checked, clerk, colleague):
    """The lease of the first has run out, so both have the button; one is heard, the other reads by whom."""
    members = [visit(clerk), visit(colleague)]
    members[0].page.goto(members[0].address("admin:applications_case_change", checked.pk))
    move_to(clock.now() + steps.A_WHILE)
    members[1].page.goto(members[1].address("admin:applications_case_change", checked.pk))
    for member in members:
        member.page.evaluate(f'document.querySelector("{ACT}").requestSubmit()')
    members[1].reads(members[1].words("Accepted") + ": ")
    members[0].page.wait_for_url("**/change/?again*")
    assert "高同事" in members[0].page.locator(".error-summary").inner_text()
    assert verbs(checked).count("accept") == 1


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_double_click_accepts_once(visit, checked, clerk, scripts):
    member = visit(clerk, scripts=scripts)
    member.page.goto(member.address("admin:applications_case_change", checked.pk))
    member.page.locator(f"{ACT} button").dblclick()
    expect(member.page.locator(ACT)).to_have_count(0)
    member.sees("Accepted, being examined")
    assert verbs(checked).count("accept") == 1


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_double_click_submits_once(visit, world, applicant, friday, scripts):
    draft = cast.make_draft(world, applicant, *steps.ALL, now=friday)
    talent = visit(applicant, scripts=scripts)
    talent.go("apply:step", draft.item.code, draft.public_id, "sign")
    talent.page.locator("[name=declares]").check()
    talent.control("Submit the application").dblclick()
    talent.sees("What has happened")
    case = Case.objects.get()
    talent.reads(case.case_no)
    talent.page.go_back()
    talent.page.reload()
    talent.reads(case.case_no)
    run_due()
    assert (case.state, verbs(case), case.papers.count()) == ("RECEIVED", ["submit"], 1)
