"""Finding a case: by number, code, name; by a personal number only with a reason, and every look is kept."""

import pytest

from accounts.models import Person, Role
from accounts.queries import people_with_tail
from applications import search
from applications.models import Viewing
from applications.reach import reach_of
from applications.search import By
from jobs import clock
from tests import cast
from tests.cast import moment

pytestmark = pytest.mark.django_db

NOW = moment("2026-09-18 11:00")
ALL = ("id", "degree", "works", "form", "photo")
SEARCH = "/en/admin/applications/case/search/"


@pytest.fixture(autouse=True)
def _portal_time(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def case(world, applicant):
    applicant.phone = "+8613800138000"
    applicant.save()
    return cast.submit(cast.make_draft(world, applicant, *ALL, now=NOW), applicant, NOW)


@pytest.fixture
def as_(client):
    def enter(user):
        client.force_login(user)
        return client

    return enter


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("530114202609180001000014", By.NUMBER),
        ("530114", By.NUMBER),
        ("0015", By.TAIL),
        ("004x", By.TAIL),
        ("990101199003070015", By.DOCUMENT),
        ("99010119900307004x", By.DOCUMENT),
        ("E12345678", By.DOCUMENT),
        ("13800138000", By.PHONE),
        ("+86 138 0013 8000", By.PHONE),
        ("7K2M9P", By.CODE),
        ("7k2m9p", By.CODE),
        ("陈思远", By.NAME),
        ("Müller", By.NAME),
        ("Walter", By.NAME),
        ("123", By.NAME),
        ("", By.NAME),
    ],
)
def test_what_was_typed_says_what_it_is(words, kind):
    assert search.kind_of(words) == kind


def found(user, words, reason=""):
    rows = search.find(reach_of(user, NOW), words, user=user, now=NOW, reason=reason).rows
    return [row.case for row in rows]


def test_a_case_is_found_in_every_way(case, clerk, other_clerk):
    words = (case.case_no, case.case_no[:10], "陈思", "0015", "990101199003070015", "138 0013 8000", case.query_code)
    for said in words:
        assert found(clerk, said, "CALLED") == [case], said
        assert found(other_clerk, said, "CALLED") == [], said
    for said in ("思远", "%", "_", "0016", "13800138001", "990101199003070016", "\\"):
        assert found(clerk, said, "CALLED") == [], said


def test_a_personal_number_asks_why_and_every_look_is_kept(as_, case, clerk):
    client = as_(clerk)
    asked = client.post(SEARCH, {"q": "0015"})
    assert (asked.status_code, asked.context["found"], Viewing.objects.count()) == (422, None, 0)
    assert "Say why; it is kept." in asked.content.decode()
    answer = client.post(SEARCH, {"q": "0015", "reason": "AT_WINDOW"})
    assert [row.case for row in answer.context["found"].rows] == [case]
    client.post(SEARCH, {"q": "9999", "reason": "CALLED"})
    client.post(SEARCH, {"q": "陈思"})
    kept = list(Viewing.objects.order_by("pk").values_list("case", "by", "what", "reason", "at"))
    assert kept == [
        (case.pk, clerk.pk, "search:tail", "AT_WINDOW", NOW),
        (None, clerk.pk, "search:tail", "CALLED", NOW),
        (case.pk, clerk.pk, "search:name", "", NOW),
    ]
    assert client.post(SEARCH, {"q": "0015", "reason": "CURIOUS"}).status_code == 422


def test_a_number_leads_straight_to_the_case_and_nothing_stands_in_addresses(as_, case, clerk):
    client = as_(clerk)
    for words in (case.case_no, case.query_code.lower()):
        assert client.post(SEARCH, {"q": words}).headers["Location"].endswith(f"/case/{case.pk}/change/")
    page = client.get(SEARCH, {"q": "陈思远"})
    assert (page.status_code, page.context["found"]) == (200, None)
    assert client.post(SEARCH, {"q": "\0"}).status_code == 422


def test_the_own_case_is_not_found(world, applicant, case):
    applicant.is_staff = True
    applicant.save()
    applicant.posts.create(role=Role.CLERK, organization=world.office, region=world.province, starts_on="2024-01-01")
    assert found(applicant, "0015", "CALLED") == []


def test_more_than_fifty_are_cut(monkeypatch, world, case, clerk, stranger):
    monkeypatch.setattr(search, "MOST", 1)
    cast.submit(cast.make_draft(world, stranger, *ALL, now=NOW), stranger, NOW)
    answer = search.find(reach_of(clerk, NOW), "530114", user=clerk, now=NOW)
    assert (len(answer.rows), answer.has_more) == (1, True)


def test_the_tail_is_kept_as_a_fingerprint_only(applicant, stranger):
    assert list(people_with_tail("0015")) == [applicant.person]
    person = Person.objects.get(user=applicant)
    assert "0015" not in person.tail_fingerprint
    assert len(person.tail_fingerprint) == 64
    assert person.tail_fingerprint != stranger.person.tail_fingerprint


def test_what_is_missing_is_said_beside_its_field(as_, clerk, case):
    said = as_(clerk).post(SEARCH, {"q": "0015"}).content.decode()
    assert said.count("Say why; it is kept.") == 2  # above, and beside the field
    assert 'id="id_reason_error"' in said
    assert as_(clerk).post(SEARCH, {"q": " "}).content.decode().count("Type what you look for.") == 2
