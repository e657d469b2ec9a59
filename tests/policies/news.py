"""What the tests of news share: something appears, time passes, somebody is told."""

from django.test import Client

from jobs import services as jobs
from jobs.models import Job
from notifications.models import Message
from policies.models import SavedSearch
from policies.search.index import index_version
from policies.services import following
from tests.cast import moment
from tests.policies.library import FRIDAY, make_version

SATURDAY, MONDAY = moment("2026-09-19 08:00"), moment("2026-09-21 08:00")


def publish_now(slug: str, now, **values):
    """A policy appears in the library at a moment."""
    version = make_version(slug, state="DRAFT", topics=["housing"], published_on=now.date(), **values)
    version.state, version.published_at = "PUBLISHED", now
    version.save()
    index_version(version)
    return version


def save(person, query="topic=housing", frequency="DAILY", now=FRIDAY) -> SavedSearch:
    return following.save_search(query=query, frequency=frequency, actor=person, now=now)


def follow_of(person, slug="talents", at=FRIDAY):
    version = make_version(slug)
    index_version(version)
    following.follow(policy=version.policy, actor=person, now=at)
    return version


def run(now) -> None:
    report = jobs.run_due(now)
    assert report.failed == {}
    assert not Job.objects.filter(done_at=None, run_after__lte=now).exists()


def inbox(person) -> list[str]:
    return [f"{one.title}\n{one.body}" for one in Message.objects.filter(recipient=person).order_by("pk")]


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client
