"""What only a browser can tell: accessibility rules, widths, weight, keyboard, no scripts."""

import gzip
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import cast
from workstations.models import OpeningHours

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STATIC = Path(__file__).resolve().parents[2] / "static"
PATHS = [
    "/",
    "/services/",
    "/services/?who=person&q=zzz",
    "/services/talent-grade-1/",
    "/windows/",
    "/windows/?view=table",
    "/windows/w1/",
    "/search/?q=人才",
    "/search/?q=zzz",
    "/help/",
    "/about/accessibility/",
    "/about/privacy/",
    "/nowhere/",
]


@pytest.fixture
def town(world):
    square = [[[102, 24], [104, 24], [104, 26], [102, 26]]]
    type(world.city).objects.filter(pk=world.city.pk).update(outline=square, center=[103, 25])
    OpeningHours.objects.create(window=world.window, weekday=1, opens_at="09:00", closes_at="17:00")
    return world


def faults(page) -> list[str]:
    """Run axe over the whole page, made tall so that bars which stay at the bottom cover nothing."""
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": height + 10})
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = Axe().run(page, options={"runOnly": rules}).response["violations"]
    return [f"{fault['id']}: {node['html'][:120]}" for fault in found for node in fault["nodes"]]


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize(("width", "elder"), [(1440, False), (390, True)])
def test_no_page_breaks_an_accessibility_rule(town, page_at, prefix, width, elder):
    page = page_at("/", width, elder)
    root, found = page.url.rstrip("/"), {}
    for path in PATHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(root + prefix + path)
        found[path] = faults(page)
    assert {path: broken for path, broken in found.items() if broken} == {}


def test_axe_does_find_faults(town, page_at):
    page = page_at("/about/privacy/")
    page.evaluate(
        """() => { document.querySelector("main").innerHTML =
            '<img src="/static/img/crest.svg"><button></button><p class="fine"><input></p>'; document.title = "" }"""
    )
    assert {fault.split(":")[0] for fault in faults(page)} >= {"image-alt", "button-name", "label", "document-title"}


@pytest.mark.parametrize("elder", [False, True])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_nothing_is_wider_than_320_pixels(town, page_at, prefix, elder):
    page = page_at("/", 320, elder)
    root = page.url.rstrip("/")
    for path in PATHS:
        page.goto(root + prefix + path)
        assert (path, page.evaluate("document.documentElement.scrollWidth")) == (path, 320)


@pytest.mark.parametrize(("elder", "least"), [(False, 44), (True, 60)])
def test_what_one_presses_is_large_enough(town, page_at, elder, least):
    page = page_at("/services/talent-grade-1/", 390, elder)
    sizes = page.eval_on_selector_all(
        "main .button, .tabbar a, main summary, .phone-bar a",
        "all => all.map(one => one.getBoundingClientRect().height)",
    )
    assert len(sizes) > 5
    assert min(size for size in sizes if size) >= least


def test_styles_and_scripts_are_light():
    files = [STATIC / "css/portal.css", *(STATIC / "js").glob("*.js")]
    assert sum(len(gzip.compress(path.read_bytes())) for path in files) < 60 * 1024


def test_sheet_names_no_other_host():
    for path in (STATIC / "css").glob("*.css"):
        assert re.findall(r"url\([\"']?(?:https?:)?//", path.read_text(encoding="utf-8")) == []


def test_keyboard_reaches_content_first(town, page_at):
    page = page_at("/en/services/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_focus_is_seen(town, page_at):
    page = page_at("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outline")
    assert outline.endswith("solid 3px")


def test_without_scripts_one_finds_filters_and_reads(town, page_at):
    page = page_at("/en/", java_script_enabled=False)
    page.fill("#search-words", "Classification")
    page.click("main .search-box button")
    page.click("main .rows__link")
    assert page.inner_text("h1") == "Classification of high-level talents"
    page.goto(page.url.split("/en/")[0] + "/en/services/")
    page.click("main .phone-hide .facet a >> nth=0")
    assert "?" in page.url
    page.go_back()
    assert page.url.endswith("/en/services/")


def test_the_menu_of_the_signed_in_closes_on_escape(town, page_at, client):
    applicant = cast.make_person("applicant@example.org", "陈思远", "990101199003070015")
    client.force_login(applicant)
    page = page_at("/en/")
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": page.url}])
    page.reload()
    page.click(".menu summary")
    assert page.is_visible(".menu button")
    page.keyboard.press("Escape")
    assert not page.is_visible(".menu button")


def test_printed_guide_has_no_navigation(town, page_at):
    page = page_at("/services/talent-grade-1/")
    page.emulate_media(media="print")
    assert not page.is_visible(".masthead")
    assert not page.is_visible(".foot")
    assert page.is_visible("#materials table")


def test_reduced_motion_is_respected(town, page_at):
    page = page_at("/", reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.querySelector('.button')).transitionDuration") == "0s"
