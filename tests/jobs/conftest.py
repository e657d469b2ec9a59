import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import connection

from jobs import registry

NOW = datetime(2026, 9, 18, 2, 0, tzinfo=UTC)  # Friday 10:00 in Shanghai


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def register(monkeypatch):
    """Register a handler for the duration of a test."""
    return lambda kind, handler: monkeypatch.setitem(registry.handlers, kind, handler)


@pytest.fixture
def sweeps(monkeypatch):
    """An empty table of sweeps to be filled by the test."""
    table = {}
    monkeypatch.setattr(registry, "sweeps", table)
    return table


def environment(**changes):
    """The environment of another process on the test's database and a broker of its own."""
    database = connection.settings_dict
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    broker = settings.REDIS_URL.rpartition("/")[0] + "/7"
    return {
        **os.environ,
        "DATABASE_URL": url,
        "REDIS_URL": broker,
        "DJANGO_SETTINGS_MODULE": "talentportal.settings",
    } | changes


def python(script, **changes):
    """Run a script in another process, with Django ready, and return how it ended."""
    return subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{script}"],
        env=environment(**changes),
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
    )
