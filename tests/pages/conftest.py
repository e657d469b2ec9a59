"""Chromium for the pages of this folder: Debian's, headless, without calls to the outside."""

import os
import shutil

import pytest

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the browser's driver runs an event loop in this thread

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args():
    return {"executable_path": shutil.which("chromium"), "args": FLAGS}


def _is_fault(message) -> bool:
    return message.type == "error" and "status of 404" not in message.text  # the error page is looked at too


@pytest.fixture
def page_at(browser, live_server):
    """Open an address in a window of this width, with elder mode or not; console errors fail the test."""
    contexts, faults = [], []

    def open_page(path: str, width: int = 1440, elder: bool = False, **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
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
