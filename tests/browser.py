"""Chromium for the tests: people at windows of their own, and a record of everything a browser complains of."""

import os
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from threading import Condition
from urllib.parse import urlsplit

import pytest
from django.core.signals import request_finished, request_started
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from playwright.sync_api import Browser, Locator, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from jobs import clock, demo
from jobs import services as jobs

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP, PHONE = (1440, 900), (390, 844)
PATIENCE = 30_000  # milliseconds; a machine may be busy
expect.set_options(timeout=PATIENCE)
ON_VIOLATION = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Debian's Chromium. Playwright keeps an event loop in this thread; Django's ORM is told to bear with it."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian's package is chromium)")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            yield browser
            browser.close()
            connections.close_all()  # this thread's, as long as the loop runs; without the loop it has others
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def apart(function, *args, **options):
    """Call a function in a thread of its own: pyHanko starts an event loop, and Playwright's runs in this one."""

    def call():
        try:
            return function(*args, **options)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call).result()


def run_due() -> None:
    """Do all that is due now, as a worker would."""
    report = apart(jobs.run_due, clock.now())
    assert report.failed == {}


def be_at(moment: datetime) -> None:
    """Put the portal's time to a moment where nothing is due on the way."""
    clock.set_offset(moment - timezone.now())


def move_to(moment: datetime) -> None:
    """Move the portal's time and do on the way all that falls due."""
    report = apart(demo.move, moment)
    assert report.failed == {}


class Record:
    """What went wrong in a browser: console errors, broken policies, failed requests, answers 4xx and 5xx."""

    def __init__(self, context, base: str):
        self.host, self.faults, self.expected = urlsplit(base).netloc, [], set()
        context.on("console", self._said)
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        context.on("request", self._asked)
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)

    def _said(self, message) -> None:
        by_status = message.text.startswith("Failed to load resource")  # judged by its answer, below
        if message.type in ("error", "warning") and not by_status:
            self.faults.append(f"console: {message.text}")

    def _asked(self, request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https") and address.netloc != self.host:
            self.faults.append(f"another host: {request.url}")

    def _failed(self, request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the browser itself went elsewhere, or made it a download
            self.faults.append(f"failed: {request.url} {request.failure}")

    def _answered(self, response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.faults.append(f"answer {response.status}: {response.request.method} {response.url}")


class Visitor:
    """One person with a browser: speaks one language, presses what the page offers, and sees what it says."""

    def __init__(self, browser: Browser, base: str, language="zh-hans", size=DESKTOP, touch=False, scripts=True):
        self.base, self.language, self.touch = base, language, touch
        self.context = browser.new_context(
            base_url=base,
            viewport={"width": size[0], "height": size[1]},
            is_mobile=touch,
            has_touch=touch,
            java_script_enabled=scripts,
            locale="en-US" if language == "en" else "zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(PATIENCE)
        self.context.add_init_script(ON_VIOLATION)
        self.record = Record(self.context, base)
        self.page = self.context.new_page()

    # --- words and addresses

    def words(self, msgid: str, plural: str = "", count: int = 0, **values) -> str:
        """Return the words of the catalog in the visitor's language."""
        with translation.override(self.language):
            text = translation.ngettext(msgid, plural, count) if plural else translation.gettext(msgid)
        return text % (values | {"count": count}) if values or plural else text

    def address(self, name: str, *args) -> str:
        with translation.override(self.language):
            return reverse(name, args=args)

    # --- what one does

    def go(self, name: str, *args, query: str = ""):
        """Open a page by the name of its address; return the answer."""
        return self.page.goto(self.address(name, *args) + query)

    def press(self, msgid: str, *words, within: Locator | None = None, **values) -> None:
        """Press the first visible button or link of this name."""
        self.tap(self.control(msgid, *words, within=within, **values))

    def control(self, msgid: str, *words, within: Locator | None = None, **values) -> Locator:
        name, place = self.words(msgid, *words, **values), within or self.page
        found = place.get_by_role("button", name=name, exact=True)
        return found.or_(place.get_by_role("link", name=name, exact=True)).first

    def tap(self, target: Locator) -> None:
        """Touch or click, once the page stands still: a script that moves a button under the finger loses the tap."""
        self.page.wait_for_load_state()
        target.tap() if self.touch else target.click()

    def fill(self, msgid: str, text: str, *, within: Locator | None = None) -> None:
        (within or self.page).get_by_label(self.words(msgid), exact=False).first.fill(text)

    def sign_in(self, user, password: str, path: str = "") -> None:
        """Sign in at the door, by password."""
        if path:
            self.page.goto(path)
        self.fill("Mobile number or e-mail", user.email)
        self.page.locator("[name=password]").fill(password)
        self.press("Sign in", within=self.page.locator("form", has=self.page.locator("[name=password]")))
        expect(self.page.locator("[name=password]")).to_have_count(0)

    def let_in(self, user) -> None:
        """Bring a session along, where the door itself is no part of the story."""
        client = Client()
        apart(client.force_login, user)  # committed, whatever transaction the test is in
        cookie = client.cookies["sessionid"].value
        self.context.add_cookies([{"name": "sessionid", "value": cookie, "url": self.base}])

    # --- what one sees

    def sees(self, msgid: str, *words, **values) -> None:
        """Expect words of the catalog somewhere on the page, visible."""
        self.reads(self.words(msgid, *words, **values))

    def reads(self, text) -> None:
        """Expect a text somewhere on the page, visible."""
        expect(self.page.get_by_text(text).locator("visible=true").first).to_be_visible()

    def text(self) -> str:
        return self.page.locator("main, #main").first.inner_text()

    def testimony(self) -> str:
        """Tell where the visitor stands, for the report of a failure."""
        try:
            said = self.text()[:2000]
        except PlaywrightError as error:  # a page without a main part, or none any more
            said = str(error)
        return f"{self.page.url}\n{said}\n{self.record.faults}"

    def leave(self) -> None:
        for page in self.context.pages:
            page.goto("about:blank")  # a page that is left may have last words for the server
        self.context.close()


class Traffic:
    """The requests that the server is at: tables cannot be emptied below one that a closed page has sent."""

    def __init__(self):
        self.open, self.changed = 0, Condition()
        request_started.connect(self._began)
        request_finished.connect(self._ended)

    def _began(self, **_) -> None:
        with self.changed:
            self.open += 1

    def _ended(self, **_) -> None:
        with self.changed:
            self.open -= 1
            self.changed.notify_all()

    def rest(self) -> None:
        """Wait until every request is answered; what a browser has just sent needs a moment to arrive."""
        time.sleep(0.1)
        with self.changed:
            self.changed.wait_for(lambda: self.open <= 0, PATIENCE / 1000)
        request_started.disconnect(self._began)
        request_finished.disconnect(self._ended)


@contextmanager
def visitors(browser: Browser, base: str):
    """Yield a function that brings visitors in; at the end nobody's browser may have complained."""
    present, traffic = [], Traffic()

    def bring(user=None, **options) -> Visitor:
        present.append(Visitor(browser, base, **options))
        if user is not None:
            present[-1].let_in(user)
        return present[-1]

    bring.present = present
    try:
        yield bring
    finally:
        for visitor in present:
            visitor.leave()
        traffic.rest()
    faults = [fault for visitor in present for fault in visitor.record.faults]
    if faults:
        pytest.fail("A browser complained:\n" + "\n".join(faults))
