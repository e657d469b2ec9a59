"""The description of the API in a browser: drawn by Swagger UI under our policy, from our own host alone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SWAGGER = "#api-docs"  # its own faults are not ours to mend


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_api_is_described_and_tried_in_the_page(page_at, prefix, width):
    page = page_at("/help/", width)
    hosts = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.on("console", lambda message: pytest.fail(message.text) if "Content Security" in message.text else None)
    page.goto(page.url.replace("/help/", f"{prefix}/api/docs/"))
    operation = page.locator(f"{SWAGGER} #operations-v1-listRegions")
    operation.locator("button").first.click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table tbody .response-col_status").first).to_contain_text("200")
    assert hosts == {page.url.split("/")[2]}
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, context={"exclude": [SWAGGER]}, options={"runOnly": RULES}).response["violations"]
    assert [fault["id"] for fault in found] == []
    expect(page.locator(SWAGGER)).to_contain_text("/api/v1/policies/{slug}/")


def test_without_scripts_the_file_is_named(page_at):
    page = page_at("/en/api/docs/", java_script_enabled=False)
    expect(page.get_by_role("link", name="The description as OpenAPI 3")).to_be_visible()
    assert "needs JavaScript" in page.locator(f"{SWAGGER} noscript").text_content()
