import datetime as dt
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import translation

from certificates import registry, services
from certificates.models import CertificateKind

NOW = dt.datetime(2026, 9, 18, 2, 0, tzinfo=dt.UTC)  # Friday 10:00 in Shanghai


def content_of(certificate) -> bytes:
    """Read the stored file."""
    with certificate.file.open("rb") as file:
        return file.read()


@pytest.fixture
def now():
    return NOW


@pytest.fixture(autouse=True)
def _fresh():
    """Nobody has asked yet, and services answer in English."""
    cache.clear()
    with translation.override("en"):
        yield


@pytest.fixture
def told(monkeypatch):
    """Certificates whose sealing was told to the app behind the source "test:..."."""
    seen = []
    monkeypatch.setitem(registry._handlers, "test", lambda certificate, now: seen.append(certificate.pk))
    return seen


@pytest.fixture
def kind(world):
    return CertificateKind.objects.get(code="talent-grade")


@pytest.fixture
def request_one(world, kind, applicant, told, now):
    """Request a certificate for the applicant; keywords replace what is usual."""

    def request(source="test:1", **changes):
        words = {
            "kind": kind,
            "organization": world.office,
            "holder": applicant.person,
            "face": {"level": {"zh": "D类", "en": "class D", "value": "D"}, "approval_no": "云人社发〔2026〕第00017号"},
            "approved_on": dt.date(2026, 9, 17),
            "valid_until": dt.date(2031, 9, 16),
            "now": now,
        }
        return services.request_certificate(source=source, **(words | changes))

    return request


@pytest.fixture
def sealed(request_one, now):
    """A valid certificate with its file."""
    return services.seal_certificate(certificate_id=request_one().pk, now=now)


@pytest.fixture
def elsewhere(tmp_path_factory):
    """Start a script in another process on the test's database and files; returns the process."""

    def start(script, **changes):
        database = connection.settings_dict
        url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
        folder = str(tmp_path_factory.getbasetemp())
        environment = {**os.environ, "DATABASE_URL": url, "DATA_DIR": folder} | changes
        prelude = (
            "import django; django.setup()\n"
            "from certificates import registry; registry.on_sealed('test', lambda certificate, now: None)\n"
            "from datetime import *; from certificates import *; from certificates.models import *\n"
            f"now = datetime.fromisoformat('{NOW.isoformat()}')\n"
        )
        return subprocess.Popen(
            [sys.executable, "-c", prelude + script],
            env=environment | {"DJANGO_SETTINGS_MODULE": "talentportal.settings"},
            cwd=settings.BASE_DIR,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start
