"""Chromium for the pages of this folder."""

import pytest

from tests.browser import chromium


@pytest.fixture(scope="package")
def chrome():
    with chromium() as running:
        yield running


def _is_fault(message) -> bool:
    return message.type == "error" and "status of 404" not in message.text  # the error page is looked at too


@pytest.fixture
def page_at(chrome, live_server):
    """Open an address in a window of this width, with elder mode or not; console errors fail the test."""
    contexts, faults = [], []

    def open_page(path: str, width: int = 1440, elder: bool = False, **options):
        context = chrome.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        if elder:
            context.add_cookies([{"name": "elder", "value": "1", "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda message: faults.append(message.text) if _is_fault(message) else None)
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []
