"""The window asks for corrections, once and everything; and the applicant who thinks better of it."""

import pytest
from playwright.sync_api import expect

from tests.browser import PHONE, move_to
from tests.cast import moment
from tests.journeys import papers, steps
from tests.journeys.steps import open_desk, verbs

pytestmark = pytest.mark.browser


def test_correction_and_acceptance(visit, world, applicant, clerk, friday):
    case = steps.received(world, applicant, friday)
    degree = case.materials.get(spec__key="degree")
    member, talent = visit(clerk), visit(applicant, language="en", size=PHONE, touch=True)
    ask_for_a_correction(member, case, degree)

    move_to(moment("2026-09-22 10:00"))
    talent.go("me:home")
    talent.tap(talent.page.locator(".todo").first)
    talent.press("Correct now")
    talent.reads("请重新扫描")
    talent.press("Send the corrections")
    talent.reads(talent.words("“%(name)s” is still open.", name=degree.spec.name_en))
    with talent.page.expect_navigation():
        talent.page.set_input_files(f"#file-{degree.pk}", papers.file("again.pdf", papers.pdf(3)))
    talent.reads("again.pdf")
    talent.press("Send the corrections")
    talent.sees("You sent the corrections")

    open_desk(member, case)
    member.press("The last unchecked one is in order", "All %(count)s unchecked are in order", 5)
    member.reads(member.words("Material checked") + ": ")
    member.press("Accept")
    member.reads(member.words("Accepted") + ": ")
    case.refresh_from_db()
    assert (case.state, case.correction_sent) == ("EXAMINING", True)
    assert verbs(case) == ["submit", "request_correction", "supply_correction", *["check_material"] * 5, "accept"]


def ask_for_a_correction(member, case, degree):
    """First without saying how to cure it, which the form asks for; then all."""
    open_desk(member, case)
    act = member.page.locator(".act", has_text=member.words("Ask for corrections, once"))
    act.locator("summary").click()
    act.locator(f"[name=reason_{degree.pk}]").select_option("M02")
    act.locator("[name=note]").fill("请尽快")
    act.locator("form button").last.click()
    expect(act.locator(".error-summary")).to_contain_text(
        member.words("Say how to cure “%(name)s”.", name=degree.spec.name_zh)
    )
    expect(act.locator("[name=note]")).to_have_value("请尽快")
    act.locator(f"[name=cure_{degree.pk}]").fill("请重新扫描")
    act.locator("form button").last.click()
    member.reads(member.words("Corrections asked for") + ": ")


def test_withdrawal(visit, world, applicant, clerk, friday):
    case = steps.deferred(world, applicant, clerk, friday)
    talent, member = visit(applicant), visit(clerk)
    talent.go("me:case", case.case_no)
    talent.press("Withdraw")
    talent.press("Keep the case")
    talent.press("Withdraw")
    talent.page.locator("[name=reason]").fill("改主意了")
    talent.press("Withdraw the application")
    talent.sees("The application is withdrawn.")
    assert talent.control("Supply now").count() == 0

    move_to(moment("2026-10-09 09:00"))
    case.refresh_from_db()
    assert (case.state, case.close_type, case.close_reason) == ("CLOSED", "WITHDRAWN", "改主意了")
    assert verbs(case)[-1] == "withdraw"
    member.page.goto(member.address("admin:applications_case_change", case.pk))
    member.sees("This case is closed.")
    member.reads("改主意了")
