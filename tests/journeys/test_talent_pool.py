"""A unit is verified, finds somebody, is shown what that person chose, and sees nothing once the consent is withdrawn.

The unit and the office sit at a desk and read Chinese; the person has a phone and reads English.
"""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from stdnum.cn.uscc import calc_check_digit

from accounts.models import Unit
from jobs import clock
from talents.models import ContactRequest, Vacancy
from tests import cast
from tests.browser import PHONE, run_due
from tests.journeys import papers
from tests.talents import pool

pytestmark = pytest.mark.browser
BODY = "91990100MA0000007"
NAME, NUMBER = "陈保密", "13800000123"


@pytest.fixture
def found(world, friday):
    """Somebody in the pool: the school is in the profile, too."""
    return pool.profile(world.county, pool.person("talent@example.org", NAME, f"+86{NUMBER}"), now=friday)


def field(member, name: str, value: str = ""):
    return member.page.locator(f"[name={name}]" + (f"[value={value}]" if value else ""))


def register(unit, county) -> Unit:
    unit.go("org:home")
    unit.press("Register a unit")
    for name, text in {"name": "示例茶园", "uscc": BODY + calc_check_digit(BODY)}.items():
        field(unit, name).fill(text)
    for name in ("region", "work_region"):
        field(unit, name).select_option(value=str(county.pk))
    unit.press("Register the unit")
    unit.sees("Hand in the business license and your power of attorney; the office checks both.")
    return Unit.objects.get()


def hand_in_papers(unit, today) -> None:
    """Hand in the license and the power of attorney, each where the space of the unit leads."""
    unit.tap(unit.page.locator("main").get_by_role("link", name=unit.words("Space of the unit")).last)
    unit.press("Hand in for the check")
    field(unit, "legal_representative").fill("李示例")
    field(unit, "industry").select_option(value="A")
    field(unit, "size").select_option(value="MICRO")
    field(unit, "license").set_input_files(papers.file("license.pdf", papers.pdf()))
    unit.press("Hand in for the check")
    unit.press("Hand it in")
    field(unit, "starts_on").fill(f"{today}")
    field(unit, "last_day").fill(f"{today + timedelta(days=90)}")
    field(unit, "scan").set_input_files(papers.file("authority.pdf", papers.pdf()))
    unit.press("Hand in the power of attorney")
    run_due()


def find_due(office, tile: str) -> None:
    """Open the first row of what the start page of the office says is due."""
    office.go("admin:index")
    office.tap(office.page.locator(".tile", has_text=office.words(tile)))
    office.tap(office.page.locator("#result_list tbody th a").first)


def offer(unit, office) -> None:
    """Write a vacancy and hand it in; the office puts it online."""
    unit.go("org:vacancies")
    unit.tap(unit.page.locator(f"a[href='{unit.address('org:vacancy_new')}']").first)
    field(unit, "title").fill("茶园技术员")
    field(unit, "pay_from").fill("6000")
    field(unit, "description").fill("管护三百亩茶园。")
    field(unit, "last_day").fill(f"{cast.today(clock.now()) + timedelta(days=30)}")
    unit.tap(unit.page.locator("main form.form button.button").last)
    unit.tap(unit.page.locator("form[action$='/hand_in/'] button"))
    find_due(office, "Vacancies")
    office.press("Put online")
    office.sees("The vacancy is online.")
    assert Vacancy.objects.get().state == "ONLINE"


def find_and_ask(unit, found) -> None:
    """Search by degree, open the card, ask for the name, the number and the school."""
    unit.go("org:home")
    unit.press("Search for talents", within=unit.page.locator("main"))
    unit.tap(unit.page.locator("a[href*='degree=4']").locator("visible=true").first)
    unit.tap(unit.page.get_by_role("link", name=found.code).first)
    expect(unit.page.locator("h1")).to_have_text(found.code)
    assert NAME not in unit.page.content()
    unit.press("Ask for contact")
    for name in ("NAME", "PHONE", "SCHOOL"):
        field(unit, "wanted", name).check()
    expect(field(unit, "vacancy").locator("option:checked")).to_have_text("茶园技术员")
    unit.press("Send the request")
    unit.sees("Waiting for the answer")
    assert NAME not in unit.page.content()


def test_a_unit_finds_asks_and_sees_what_the_person_chose_until_the_consent_is_withdrawn(visit, world, found, examiner):
    unit, office = visit(pool.person("handler@example.org", "王经办")), visit(examiner)
    person = visit(found.user, language="en", size=PHONE, touch=True)
    registered = register(unit, world.county)
    hand_in_papers(unit, cast.today(clock.now()))
    find_due(office, "Unit checks")
    office.press("The unit is what it says")
    office.sees("The unit is verified.")
    find_due(office, "Powers of attorney of units")
    office.press("Confirm it")
    offer(unit, office)
    find_and_ask(unit, found)

    asked = ContactRequest.objects.get(unit=registered)
    person.go("me:home")
    person.tap(person.page.locator(".todo", has_text=registered.name))
    for told in (registered.name, registered.uscc, "茶园技术员"):
        person.reads(told)
    boxes = person.page.locator("[name=fields_shown]")
    expect(boxes).to_have_count(3)  # exactly what the unit asked for, each with the value it would see
    for value in (NAME, found.school):
        person.reads(value)
    expect(boxes.locator("visible=true").and_(person.page.locator(":checked"))).to_have_count(0)
    for name in ("NAME", "PHONE"):
        field(person, "fields_shown", name).check()
    person.press("Show this to the unit")
    person.sees("What the unit can see")

    unit.page.reload()
    shown = unit.page.locator(".shown")
    expect(shown).to_contain_text(NAME)
    expect(shown).to_contain_text(NUMBER)
    assert found.school not in unit.page.content()
    person.go("me:privacy_log")
    person.reads(registered.name)

    person.go("me:contact", asked.public_id)
    person.press("Withdraw: show nothing any more")
    person.sees("The unit sees nothing of you but your card, as any other.")
    unit.page.reload()
    unit.sees("No longer shown")
    for secret in (NAME, NUMBER, found.school):
        assert secret not in unit.page.content()
