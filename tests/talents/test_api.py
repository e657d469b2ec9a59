"""The interface of the talent search: keys of units, quotas, and nothing that names anybody."""

import json

import pytest

from jobs import clock
from talentportal.lib.refusals import Refused
from talents import limits
from talents.models import UnitToken, UnitUse
from talents.services import tokens
from talents.states import Degree
from tests.talents import pool
from tests.talents.pool import DAY, NOW

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/talents/"


@pytest.fixture
def unit(world, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return pool.unit(world.city)


@pytest.fixture
def handler(unit):
    return pool.handler(unit)


@pytest.fixture
def key(unit, handler):
    return tokens.make(unit=unit, name="招聘系统", actor=handler, now=NOW)[1]


def ask(client, key, **asked):
    return client.get(ADDRESS, asked, HTTP_AUTHORIZATION=f"Bearer {key}")


def test_a_key_opens_the_pool_for_its_unit(client, key, world):
    made = pool.profile(world.city, degree=Degree.DOCTOR)
    answer = ask(client, key, degree="5,4", wish="degree")
    assert answer.status_code == 200
    (row,) = answer.json()["results"]
    assert (row["code"], row["facts"]["degree"]["value"]) == (made.code, 5)
    assert row["match"][0]["met"] is True
    assert answer.json()["total"]["at_least"] == 0
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_only_a_fingerprint_is_kept(key):
    token = UnitToken.objects.get()
    assert key not in json.dumps(list(UnitToken.objects.values()), default=str)
    assert token.fingerprint == tokens.fingerprint(key)


def test_without_a_valid_key_nothing_opens(client, key):
    for wrong in ("", "x", key[:-1], key + "x", "tp_" + "a" * 500):
        assert ask(client, wrong).status_code == 401
    assert client.get(ADDRESS).status_code == 401
    assert "results" not in client.get(ADDRESS).content.decode()


def test_a_key_ends_with_its_unit_its_maker_its_time_or_by_hand(client, key, unit, handler, monkeypatch):
    assert ask(client, key).status_code == 200
    type(unit).objects.update(status="SUSPENDED")
    assert ask(client, key).status_code == 401
    type(unit).objects.update(status="VERIFIED")
    unit.members.update(left_at=NOW)
    assert ask(client, key).status_code == 401
    unit.members.update(left_at=None)
    assert ask(client, key).status_code == 200
    monkeypatch.setattr(clock, "now", lambda: NOW + (tokens.DAYS + 1) * DAY)
    assert ask(client, key).status_code == 401
    monkeypatch.setattr(clock, "now", lambda: NOW)
    tokens.revoke(token=UnitToken.objects.get(), actor=handler, now=NOW)
    assert ask(client, key).status_code == 401


def test_calls_count_towards_the_share_of_the_day(client, key, unit, monkeypatch):
    monkeypatch.setattr(limits, "SEARCHES_A_DAY", 2)
    assert [ask(client, key).status_code for _ in range(3)] == [200, 200, 429]
    assert UnitUse.objects.get(unit=unit).api_calls == 2


def test_what_is_not_understood_is_named(client, key):
    for asked in ({"sex": "F"}, {"degree": "9"}, {"years_min": "-1"}, {"page_size": "5000"}, {"region": "999999"}):
        answer = ask(client, key, **asked)
        assert answer.status_code == 400
        assert answer.json()["error"] == "invalid_parameters"


def test_nothing_that_names_somebody_leaves(client, key, world):
    made = pool.profile(world.city, pool.person("hidden@example.org", "保密姓名", "+8619900000088"), school="保密大学")
    answer = ask(client, key, q="架构")
    leaves = answer.content.decode("utf-8").encode().decode("unicode_escape", "ignore") + answer.content.decode()
    leaves += str(dict(answer.headers))
    for secret in ("保密姓名", "保密大学", "保密单位", "hidden@", "19900000088"):
        assert secret not in leaves
    assert made.code in leaves
    assert '"id"' not in leaves


def test_who_are_few_are_not_counted(client, key, world):
    for degree, people in ((5, 4), (4, 6)):
        for _ in range(people):
            pool.profile(world.city, degree=degree)
    answer = ask(client, key, lang="en").json()
    assert answer["facets"]["degree"] == {"4": {"at_least": 5, "text": "5+"}}
    assert answer["total"] == {"at_least": 10, "text": "10+"}


def test_pages_go_on_by_a_sealed_mark(client, key, world):
    made = {pool.profile(world.city).code for _ in range(23)}
    first = ask(client, key).json()
    second = client.get(first["next"], HTTP_AUTHORIZATION=f"Bearer {key}").json()
    assert second["next"] is None
    assert {row["code"] for row in first["results"] + second["results"]} == made


def test_keys_are_made_by_who_acts_for_the_unit(unit, handler, client):
    with pytest.raises(Refused):
        tokens.make(unit=unit, name="x", actor=pool.person(), now=NOW)
    with pytest.raises(Refused):
        tokens.make(unit=unit, name=" ", actor=handler, now=NOW)
    client.force_login(handler)
    page = client.post("/org/keys/", {"name": "招聘系统"}).content.decode()
    assert "tp_" in page
    assert "tp_" not in client.get("/org/keys/").content.decode()
    token = UnitToken.objects.get()
    client.force_login(pool.handler(pool.unit(unit.region)))
    assert client.post(f"/org/keys/{token.pk}/revoke/").status_code == 404
    client.force_login(handler)
    assert client.post(f"/org/keys/{token.pk}/revoke/").status_code == 302
    token.refresh_from_db()
    assert token.revoked_at == NOW


def test_a_unit_has_few_keys(unit, handler):
    for number in range(tokens.MOST):
        tokens.make(unit=unit, name=f"{number}", actor=handler, now=NOW)
    with pytest.raises(Refused):
        tokens.make(unit=unit, name="one more", actor=handler, now=NOW)
