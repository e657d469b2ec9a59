"""A doctor looks for a place: search, filter, compare three cities, see what fits, read the guide, apply."""

import re

import pytest
from playwright.sync_api import expect

from policies.search.index import reindex
from regions.models import RegionKind
from tests import cast
from tests.browser import DESKTOP, PHONE
from tests.cast import PASSWORD
from tests.policies.library import leaf, make_benefit, make_version

pytestmark = pytest.mark.browser

CITIES = (
    ("kunming", "530100", "昆明", 120000),
    ("qujing", "530300", "曲靖", 150000),
    ("yuxi", "530400", "玉溪", 100000),
)
DOCTOR = leaf("degree", "at_least", "doctor")


@pytest.fixture
def library(world):
    """Three cities that settle doctors, one of them through a service of the world, and one that gives flats."""
    for code, name in (("530300", "曲靖市"), ("530400", "玉溪市"), ("530500", "保山市")):
        cast.make_region(code, RegionKind.PREFECTURE, name, world.province)
    for slug, region, name, yuan in CITIES:
        version = make_version(slug, region=region, title_zh=f"{name}博士安家细则", title_en=f"Doctors in {slug}")
        service = world.item if slug == "kunming" else None
        words = {"name_zh": "博士安家补贴", "name_en": "Allowance for doctors", "conditions": DOCTOR}
        make_benefit(
            version, "settling", kind="settling", amount_yuan=yuan, pay_rule="ONCE", service_item=service, **words
        )
    flats = make_version("baoshan", region="530500", title_zh="保山博士公寓", title_en="Flats for doctors in Baoshan")
    make_benefit(flats, "flat", kind="apartment", text_zh="博士可住人才公寓。", text_en="Flats for doctors.")
    reindex()


@pytest.mark.parametrize(
    ("language", "size", "touch", "scripts"),
    [("zh-hans", DESKTOP, False, True), ("en", PHONE, True, True), ("zh-hans", DESKTOP, False, False)],
    ids=["zh-1440", "en-390", "without-scripts"],
)
def test_from_the_search_to_the_application(visit, world, library, applicant, language, size, touch, scripts):
    doctor = visit(language=language, size=size, touch=touch, scripts=scripts)
    search_and_filter(doctor)
    compare_three_cities(doctor)
    see_what_fits(doctor)
    read_the_guide_and_apply(doctor, world, applicant)


def search_and_filter(doctor):
    doctor.go("home")
    words = "doctors" if doctor.language == "en" else "博士"
    doctor.page.fill("#search-words", words)
    doctor.tap(doctor.page.locator("main .search-box button"))
    doctor.press("All, with filters")
    expect(doctor.page.locator(".hit")).to_have_count(4)
    if doctor.touch:
        doctor.tap(doctor.page.locator(".facet-panel summary").first)
    kind = doctor.words("Settling-in allowance")
    doctor.tap(doctor.page.locator(".facet a:visible", has_text=kind).first)
    expect(doctor.page.locator(".hit")).to_have_count(3)
    expect(doctor.page.locator(".chips").get_by_role("link", name=kind)).to_be_visible()
    assert "kind=settling" in doctor.page.url


def compare_three_cities(doctor):
    for chosen in (1, 2, 3):
        doctor.tap(doctor.page.locator(".hit__pick:not(.is-picked)").first)
        expect(doctor.page.locator(".hit__pick.is-picked")).to_have_count(chosen)
    doctor.press("Start comparing")
    expect(doctor.page.locator(".compare thead th")).to_have_count(4)
    text = doctor.page.locator(".compare").inner_text()
    sums = ("120,000", "150,000", "100,000") if doctor.language == "en" else ("12万元", "15万元", "10万元")
    assert all(one in text for one in sums)
    rows = doctor.page.locator(".compare tbody tr").count()
    doctor.tap(doctor.page.get_by_role("switch"))
    expect(doctor.page.get_by_role("switch")).to_have_attribute("aria-checked", "true")
    assert doctor.page.locator(".compare tbody tr").count() < rows


def see_what_fits(doctor):
    doctor.press("Apply my situation")
    doctor.page.locator("[name=region]").select_option("530100")
    doctor.page.locator("[name=degree]").select_option("doctor")
    doctor.press("See what fits me")
    doctor.reads(doctor.words("Fits you"))
    name = "Allowance for doctors" if doctor.language == "en" else "博士安家补贴"
    doctor.reads(name)
    slugs = "&".join(f"p={slug}" for slug, *_more in CITIES)
    doctor.go("policies:compare", query=f"?{slugs}")
    expect(doctor.page.locator(".compare__entry .tag--ok")).to_have_count(3)
    assert "doctor" not in doctor.page.url.partition("?")[2]


def read_the_guide_and_apply(doctor, world, applicant):
    name = world.item.name_en if doctor.language == "en" else world.item.name_zh
    doctor.tap(doctor.page.locator(".compare__next").get_by_role("link", name=name).first)
    expect(doctor.page.get_by_role("heading", level=1)).to_have_text(name)
    doctor.press("Apply online")
    doctor.sign_in(applicant, PASSWORD)
    expect(doctor.page.locator("body")).to_contain_text(name)
    assert f"/apply/{world.item.code}/" in doctor.page.url


def test_on_paper_a_comparison_lies_across_and_begins_on_its_first_page(visit, library):
    reader = visit(language="en", size=DESKTOP)
    reader.go("policies:compare", query="?p=kunming&p=qujing")
    paper = reader.page.pdf(prefer_css_page_size=True)
    sizes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper)
    assert sizes
    assert all(float(width) > float(height) for width, height in sizes)
    assert len(sizes) <= 2


def test_the_keyboard_stays_where_it_pressed(visit, library):
    reader = visit(language="en", size=DESKTOP)
    reader.go("policies:list", query="?q=doctors")
    for chosen in ("kunming", "qujing"):
        reader.page.locator(f"[data-keep={chosen}]").focus()
        reader.page.keyboard.press("Enter")
        expect(reader.page.locator(f"[data-keep={chosen}].is-picked")).to_be_focused()
    reader.page.locator(".facet a:visible", has_text="Settling-in allowance").focus()
    reader.page.keyboard.press("Enter")
    expect(reader.page.locator(".facet a:visible", has_text="Settling-in allowance")).to_be_focused()
    reader.go("policies:compare", query="?p=kunming&p=qujing")
    reader.page.get_by_role("switch").focus()
    reader.page.keyboard.press("Space")
    expect(reader.page.get_by_role("switch")).to_have_attribute("aria-checked", "true")
