import pytest
from django.test import Client

from jobs import clock
from regions import queries as regions
from tests.cast import moment


@pytest.fixture
def at(monkeypatch):
    """Put the portal's clock to a moment, and move it: `at("2026-09-18 10:00")`."""

    def put(text: str):
        now = moment(text)
        monkeypatch.setattr(clock, "now", lambda: now)
        return now

    put("2026-09-18 10:00")
    return put


@pytest.fixture
def client_of():
    """Sign somebody in: `client_of(user)`; nobody: `client_of()`. English, as the message ids."""

    def sign_in(user=None) -> Client:
        client = Client(headers={"accept-language": "en"})
        if user:
            client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def kept_long(monkeypatch):
    """Let the process keep for an hour what it keeps for a second, so that queries can be counted."""
    monkeypatch.setattr(regions, "CHECK_SECONDS", 3600)
    monkeypatch.setattr(regions, "KEEP_SECONDS", 3600)
    monkeypatch.setattr(clock, "KEEP_SECONDS", 3600)
