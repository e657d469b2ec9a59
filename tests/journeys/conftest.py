"""One Chromium for all journeys, and the small world on a Friday morning with nobody in a hurry."""

import pytest
from django.core.cache import cache

from provinces import loader, packs
from tests.browser import be_at, chromium, visitors
from tests.cast import moment

FRIDAY = moment("2026-09-18 10:00")


@pytest.fixture(scope="package")
def chrome():
    with chromium() as running:
        yield running


@pytest.fixture
def friday(transactional_db):
    """Put the portal's time to 18 September 2026, so that every journey knows its days; messages have their words."""
    be_at(FRIDAY)
    write_messages = dict(loader.STEPS)["message templates"]
    write_messages(packs.read("yunnan"), loader.Ledger(), FRIDAY)
    return FRIDAY


@pytest.fixture
def visit(chrome, live_server, friday, settings):
    """Bring visitors in; at the end of the journey no browser may have complained of anything."""
    settings.BASE_URL = live_server.url
    cache.clear()  # how often this address has asked
    with visitors(chrome, live_server.url) as bring:
        yield bring


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Let every visitor of a failed journey say what stood on the page."""
    report = yield
    if report.failed and call.when == "call" and "visit" in item.funcargs:
        report.sections += [("visitor", visitor.testimony()) for visitor in item.funcargs["visit"].present]
    return report
