"""The time that pages ask for, the readers and writers of the library, and the wording of what they are told."""

import pytest
import yaml
from django.conf import settings
from django.core.cache import cache

from accounts.models import User
from jobs import clock
from notifications.models import MessageTemplate
from tests.policies.library import FRIDAY


class Time:
    now = FRIDAY


@pytest.fixture
def portal_time(monkeypatch):
    """Put the portal's clock to a Friday, where it stands until a test sets its `now`."""
    time = Time()
    monkeypatch.setattr(clock, "now", lambda: time.now)
    return time


@pytest.fixture
def letters(settings):
    """Letters to the outbox of the tests; no limits left over from another test."""
    cache.clear()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def wording(db):
    """The messages about the library, as every province has them."""
    path = settings.BASE_DIR / "provinces" / "common" / "messages.yaml"
    for event, text in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        if event.startswith(("policy_", "search_")):
            MessageTemplate.objects.create(
                event=event,
                title_zh=text["title"]["zh"],
                title_en=text["title"]["en"],
                body_zh=text["body"]["zh"],
                body_en=text["body"]["en"],
                channels=text["channels"],
            )


@pytest.fixture
def person(db):
    return User.objects.create_user(email="person@example.org", name="陈思远")


@pytest.fixture
def english(db):
    return User.objects.create_user(email="english@example.org", name="Ann", language="en")


@pytest.fixture
def writer(db):
    return User.objects.create_user(email="writer@example.org", name="编")


@pytest.fixture
def checker(db):
    return User.objects.create_user(email="checker@example.org", name="审")
