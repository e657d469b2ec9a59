"""The map of brands under a hand, on the keyboard, and without scripts."""

import pytest
from playwright.sync_api import expect

from tests.laborbrands.factory import make_brand, make_province

pytestmark = pytest.mark.browser


@pytest.fixture
def land(transactional_db):
    land = make_province()
    make_brand(land.counties[0], "florists", ("NATIONAL", "2024-01-01"), name_en="Florists", name_zh="花匠")
    make_brand(land.counties[1], "potters", ("PROVINCIAL", "2025-01-01"), name_en="Potters", name_zh="陶匠")
    make_brand(land.counties[8], "welders", ("COUNTY", "2026-01-01"), name_en="Welders", name_zh="焊工")
    return land


def card(visitor):
    return visitor.page.locator("#card h2")


def point(visitor, code: str):
    return visitor.page.locator(f".atlas [data-brand={code}]")


def points(visitor):
    return visitor.page.locator(".atlas .pt")


def test_a_point_opens_its_card_without_reloading_and_back_brings_the_old_one(visit, land, friday):
    reader = visit(language="en")
    reader.go("brands:map")
    expect(card(reader)).to_have_text("Florists")
    reader.page.evaluate("window.same = true")
    point(reader, "welders").click()
    expect(card(reader)).to_have_text("Welders")
    assert reader.page.url.endswith("?brand=welders")
    expect(point(reader, "welders")).to_have_attribute("aria-current", "true")
    assert reader.page.evaluate("window.same") is True
    reader.page.go_back()
    expect(card(reader)).to_have_text("Florists")


def test_the_keyboard_goes_from_brand_to_brand_and_enter_opens(visit, land, friday):
    reader = visit(language="en")
    reader.go("brands:map")
    reader.page.locator(".skip-map").focus()
    order = []
    for _step in range(6):  # three prefectures, then the brands from the highest tier down
        reader.page.keyboard.press("Tab")
        order.append(reader.page.evaluate("document.activeElement.getAttribute('aria-label')"))
    assert [name.split(",")[0] for name in order[3:]] == ["Florists", "Potters", "Welders"]
    assert order[0].endswith("2 brands")
    assert order[3] == "Florists, National, Place 530101, Place 530100"
    point(reader, "florists").focus()
    reader.page.keyboard.press("ArrowRight")
    expect(point(reader, "potters")).to_be_focused()
    reader.page.keyboard.press("Enter")
    expect(card(reader)).to_have_text("Potters")
    expect(point(reader, "potters")).to_be_focused()


def test_filters_and_the_year_answer_at_once(visit, land, friday):
    reader = visit(language="en")
    reader.go("brands:map")
    expect(points(reader)).to_have_count(3)
    reader.page.locator("[name=tier][value=local]").uncheck()
    expect(points(reader)).to_have_count(2)
    assert "tier=national&tier=provincial" in reader.page.url
    reader.page.locator("#sieve-year").fill("2024")
    expect(points(reader)).to_have_count(1)
    expect(reader.page.locator("#sieve-shown")).to_have_text("2024")
    reader.page.go_back()
    expect(points(reader)).to_have_count(2)
    reader.page.locator(".bars a", has_text="Place").first.click()
    expect(reader.page.locator(".atlas-up b")).to_contain_text("Place 530100")


def test_without_scripts_links_and_the_form_do_the_same(visit, land, friday):
    reader = visit(language="en", scripts=False)
    reader.go("brands:map")
    reader.page.locator("[name=tier][value=local]").uncheck()
    reader.page.locator("[name=q]").fill("potters")
    reader.press("Show", within=reader.page.locator("form.sieve"))
    expect(points(reader)).to_have_count(1)
    point(reader, "potters").focus()
    reader.page.keyboard.press("Enter")
    expect(card(reader)).to_have_text("Potters")
    assert "q=potters" in reader.page.url
    reader.page.locator(".atlas .area").first.focus()
    reader.page.keyboard.press("Enter")
    expect(reader.page.locator(".atlas .area")).to_have_count(3)
    assert "region=530100" in reader.page.url


def test_on_a_phone_the_map_comes_first_and_the_filters_unfold(visit, land, friday):
    reader = visit(language="en", size=(390, 844), touch=True)
    reader.go("brands:map")
    expect(reader.page.locator("form.sieve")).to_be_hidden()
    reader.tap(reader.page.locator(".sieve-fold summary"))
    expect(reader.page.locator("form.sieve")).to_be_visible()
    reader.tap(reader.page.locator(".pill", has_text="agriculture").first)
    expect(reader.page.locator("form.sieve")).to_be_hidden()
    assert "industry=agriculture" in reader.page.url
