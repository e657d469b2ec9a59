"""A promise that is not kept, with each consequence that a guide may name; a window that says nothing."""

import pytest
from playwright.sync_api import expect

from applications.models import Case, DeferralBan
from applications.states import CloseType
from jobs import clock
from tests import cast
from tests.browser import move_to
from tests.cast import moment
from tests.journeys import steps
from tests.journeys.steps import verbs

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("on_breach", "closes", "language"),
    [
        ("DEEMED_WITHDRAWN", CloseType.DEEMED_WITHDRAWN, "zh-hans"),
        ("ACCEPTANCE_REVOKED", CloseType.ACCEPTANCE_REVOKED, "en"),
        ("REFUSED", CloseType.REFUSED, "zh-hans"),
        ("TERMINATED", CloseType.TERMINATED, "en"),
    ],
)
def test_a_broken_promise_closes_the_case_and_is_remembered(
    visit, world, applicant, clerk, friday, on_breach, closes, language
):
    world.item, _guide = cast.make_item(
        world.province, world.office, [world.window, world.other_window], serial=2, on_breach=on_breach
    )
    case = steps.deferred(world, applicant, clerk, friday)
    talent = visit(applicant, language=language)
    move_to(moment("2026-09-24 23:50"))
    talent.go("me:case", case.case_no)
    talent.sees("Today is the last day")
    talent.sees("Supply now")

    move_to(moment("2026-09-27 09:00"))
    talent.go("me:case", case.case_no)
    talent.sees("Closed: %(how)s", how=talent.words(str(CloseType(closes)._value_.replace("_", " ").capitalize())))
    talent.sees("A promise was not kept")
    assert talent.control("Supply now").count() == 0
    case.refresh_from_db()
    assert (case.state, case.close_type, verbs(case).count("lapse_deferral")) == ("CLOSED", closes, 1)
    ban = DeferralBan.objects.get(applicant=applicant)
    assert (str(ban.starts_on), str(ban.ends_on)) == ("2026-09-25", "2027-03-25")
    be_told_at_the_next_attempt(talent, world, applicant)


def be_told_at_the_next_attempt(talent, world, applicant):
    """With all core materials there, what is missing can no more be promised; complete, the way is open."""
    now = clock.now()
    cast.make_draft(world, applicant, *steps.CORE, now=now)
    draft = Case.objects.get(state="DRAFT")
    talent.go("apply:step", draft.item.code, draft.public_id, "materials")
    until = "2027年3月25日" if talent.language == "zh-hans" else "25 March 2027"
    expect(talent.page.locator("#commitment")).to_contain_text(until)
    talent.press("Save and go on to check")
    expect(talent.page.locator(".error-summary")).to_contain_text(until)
    cast.hand_in(draft, applicant, "works", "form", now=now)
    talent.go("apply:step", draft.item.code, draft.public_id, "materials")
    talent.press("Save and go on to check")
    talent.sees("All right, go on to sign")


def test_silence_counts_as_acceptance(visit, world, applicant, clerk, friday):
    case = steps.received(world, applicant, friday)
    move_to(moment("2026-09-24 23:50"))
    case.refresh_from_db()
    assert case.state == "RECEIVED"

    move_to(moment("2026-09-25 00:30"))
    talent, member = visit(applicant), visit(clerk, language="en")
    talent.go("me:case", case.case_no)
    talent.sees("Your application counts as accepted")
    talent.sees("No notice was sent in time, so it counts as accepted from the day of receipt.")
    member.page.goto(member.address("admin:applications_case_change", case.pk))
    member.sees("deemed accepted, the office was silent")
    case.refresh_from_db()
    assert (case.state, case.is_deemed_accepted, str(case.accepted_on)) == ("EXAMINING", True, "2026-09-18")
    assert verbs(case) == ["submit", "deem_accepted"]
