"""A cloud recruitment: a unit gets a booth, a person registers, waits and is called, and says how it was."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from accounts.models import Role
from talents.models import Booth, Registration, Talk
from talents.services import events
from talents.states import RecruitState, TalkState
from tests import cast
from tests.browser import DESKTOP, PHONE, be_at, move_to
from tests.cast import moment
from tests.talents import event_walk, pool, vacancy_rows

pytestmark = pytest.mark.browser
HOUR = dt.timedelta(hours=1)
BEGINS, LATER, ENDED = moment("2026-09-18 12:05"), moment("2026-09-18 12:20"), moment("2026-09-18 20:10")


@pytest.fixture(params=[("zh-hans", DESKTOP, False), ("en", PHONE, True)], ids=["zh-1440", "en-390"])
def come(request, visit):
    """Let everybody come in one language, with a window of one size."""
    language, size, touch = request.param
    return lambda user=None: visit(user, language=language, size=size, touch=touch)


def by_button(visitor, value: str, name: str = "act"):
    return visitor.page.locator(f"button[name={name}][value={value}]")


def test_from_the_booth_to_the_figures(come, world, applicant, friday):
    examiner = cast.make_staff("examiner@example.org", "赵审核", Role.EXAMINER, world.province, world.office)
    event = event_walk.held(world.office, examiner, friday, "cloud-2026", begins=2 * HOUR)
    unit = pool.unit(world.province, name="示例制造有限公司")
    handler = pool.handler(unit)
    post = vacancy_rows.of_unit(unit, handler, friday)
    desk, person = come(handler), come(applicant)

    # the unit asks for a booth, the office admits it
    desk.go("org:events")
    desk.tap(desk.page.locator("main").get_by_role("link", name=desk.words("Ask for a booth")).first)
    desk.press("Ask for a booth")
    expect(desk.page.locator(".error-summary")).to_be_focused()  # nothing is ticked
    desk.tap(desk.page.get_by_label(post.title))
    desk.press("Ask for a booth")
    desk.sees("Asked for. The office answers here; we tell you.")
    events.admit(booth=Booth.objects.get(), actor=examiner, now=friday)

    # a person registers before it begins, and draws a number while it runs
    person.go("events:list")
    person.tap(person.page.locator("main .rows a").first)
    person.tap(person.page.locator("#register button"))
    person.sees("You are registered. When the event runs, join the queue of a booth.")
    assert Registration.objects.get().user == applicant
    move_to(BEGINS)
    person.go("events:detail", event.code)
    person.tap(person.page.locator("[data-live=booths]").locator(".button").first)
    person.tap(person.page.get_by_label(post.title))
    person.page.locator("[name=line]").fill("做过三年车联网")
    person.press("Agree and draw a number")
    expect(person.page.locator(".error-summary")).to_be_focused()  # without the consent
    expect(person.page.locator("[name=line]")).to_have_value("做过三年车联网")
    assert not Talk.objects.exists()
    person.tap(person.page.locator("[name=agrees]"))
    person.press("Agree and draw a number")
    person.sees("Your number is %(number)s.", number=1)
    person.sees("you are the next")

    # the unit calls by the keyboard alone; the person's page says so by itself
    desk.go("org:event", event.code)
    expect(by_button(desk, "call")).to_be_focused()
    desk.page.keyboard.press("Enter")
    desk.reads(re.compile("陈思远"))
    desk.reads("做过三年车联网")
    person.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    person.sees("It is your turn: number %(number)s, booth %(booth)s", number=1, booth=1)
    be_at(LATER)
    expect(desk.page.locator("#queue .notice")).to_be_focused()  # Enter once more does nothing by mistake
    desk.page.keyboard.press("Tab")
    expect(by_button(desk, "INTENTION", "outcome")).to_be_focused()
    desk.page.keyboard.press("Enter")
    desk.sees("Number %(number)s is done.", number=1)
    assert Talk.objects.get().state == TalkState.INTENTION

    # the event is over: the person says how it was, the unit still sees whom it talked with
    move_to(ENDED)
    event.refresh_from_db()
    assert event.state == RecruitState.OVER
    person.go("me:events")
    person.tap(person.page.locator("main .rows .button").first)
    person.press("Send my rating")
    expect(person.page.locator(".error-summary")).to_be_focused()
    person.tap(person.page.locator("[name=stars][value='5']"))
    person.page.locator("[name=words]").fill("很顺利")
    person.press("Send my rating")
    person.sees("Thank you. Your answer is counted without your name.")
    assert Registration.objects.get().stars == 5
    desk.go("org:event", event.code)
    desk.reads(re.compile("陈思远"))
    expect(desk.page.locator("main button[name=act]")).to_have_count(0)
    everybody = come()
    everybody.go("events:detail", event.code)
    expect(everybody.page.locator(".stats dd")).to_have_text(["1", "2", "1", "1", "1"])
    expect(everybody.page.locator("main")).not_to_contain_text("陈思远")
