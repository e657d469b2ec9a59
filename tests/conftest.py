"""The cast: one small world, and the people who act in it."""

import pytest
from django.utils import translation

from accounts.models import Role
from jobs import clock
from jobs import services as jobs
from policies.pages import kept
from regions import queries as regions
from talentportal import api
from tests import cast


def pytest_collection_modifyitems(items):
    """Run what needs a browser last: it takes longest."""
    items.sort(key=lambda item: "chrome" in item.fixturenames)


@pytest.fixture(autouse=True)
def _private_files(settings, tmp_path_factory):
    """Keep uploads, papers and keys of the tests out of the portal's own folders."""
    folder = tmp_path_factory.getbasetemp() / "private"
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    }
    settings.SIGNING_DIR = tmp_path_factory.getbasetemp() / "signing"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a cast signs up in every test


@pytest.fixture(autouse=True)
def _chinese():
    """Begin every test in the default language; a request leaves its own behind."""
    translation.activate("zh-hans")
    yield
    translation.activate("zh-hans")


@pytest.fixture(autouse=True)
def _nothing_kept():
    """What a process keeps for a second (demo clock, work calendars) must not reach into the next test."""
    clock.forget()
    regions.forget()
    kept.forget()


@pytest.fixture(autouse=True)
def _no_limits(monkeypatch, settings):
    """All tests ask the API from one address."""
    monkeypatch.setattr(api.AnonymousThrottle, "THROTTLE_RATES", dict.fromkeys(settings.API_RATES))


@pytest.fixture
def world(db):
    return cast.make_world()


@pytest.fixture
def applicant(world):
    return cast.make_person("applicant@example.org", "陈思远", "990101199003070015")


@pytest.fixture
def stranger(world):
    return cast.make_person("stranger@example.org", "李一", "990101198808150026")


@pytest.fixture
def clerk(world):
    return cast.make_staff("clerk@example.org", "李雪梅", Role.CLERK, world.county, world.office, [world.window])


@pytest.fixture
def other_clerk(world):
    return cast.make_staff(
        "other@example.org", "王外", Role.CLERK, world.other_county, world.office, [world.other_window]
    )


@pytest.fixture
def examiner(world):
    return cast.make_staff("examiner@example.org", "赵审", Role.EXAMINER, world.province, world.office)


@pytest.fixture
def leader(world):
    return cast.make_staff("leader@example.org", "钱批", Role.LEADER, world.province, world.office)


@pytest.fixture
def certificate_clerk(world):
    return cast.make_staff("seal@example.org", "孙证", Role.CERTIFICATE_CLERK, world.province, world.office)


@pytest.fixture
def editor(world):
    return cast.make_staff("editor@example.org", "孙编", Role.EDITOR, world.province, world.office)


@pytest.fixture
def official(world):
    return cast.make_staff("official@example.org", "周官", Role.OFFICIAL, world.province, world.office)


@pytest.fixture
def administrator(world):
    return cast.make_staff("admin@example.org", "吴管", Role.ADMINISTRATOR, world.province, world.office)


@pytest.fixture
def expert(world):
    return cast.make_staff("expert@example.org", "郑专", Role.EXPERT, world.province, world.office)


@pytest.fixture
def run_due(django_capture_on_commit_callbacks):
    """Do all that is due at a moment, as beat would."""
    return lambda now: jobs.run_due(now)
