"""Vacancies as everybody finds them: filters, counts, pages, bad addresses, the interface."""

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from talents.models import Vacancy
from talents.queries import vacancies as queries
from talents.states import Degree, VacancyState, WorkKind
from tests import cast
from tests.browser import be_at
from tests.talents import pool
from tests.talents.pool import NOW
from tests.talents.vacancy_rows import put

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    be_at(NOW)
    with override("en"):
        yield cast.make_world()


def titles(query: str = "") -> list[str]:
    regions = queries.places()
    rows = queries.narrowed(queries.read(_params(query), regions), NOW, regions)
    return [one.title for one in queries.page(rows, "").rows]


def _params(query: str) -> QueryDict:
    return QueryDict(query)


def test_each_filter_narrows(world):
    put(world, "甲", degree=Degree.DOCTOR, minutes=1)
    put(world, "乙", kind=WorkKind.REMOTE, region=world.other_county, minutes=2)
    put(world, "丙", pay_from=400_000, pay_to=None, pay_period="YEAR", skills=["AUTOSAR"], minutes=3)
    assert titles() == ["甲", "乙", "丙"]
    assert titles("degree=4") == ["乙", "丙"]
    assert titles("kind=REMOTE") == ["乙"]
    assert titles("region=530102") == ["乙"]
    assert titles("region=530100") == ["甲", "乙", "丙"]
    assert titles("pay=30000") == ["丙"]
    assert titles("pay=20000&degree=5") == ["丙"]
    assert titles("q=autosar") == ["丙"]
    assert titles("q=%E7%94%B2") == ["甲"]


def test_counts_leave_out_their_own_group_and_agree_with_the_list(world):
    put(world, "甲", degree=Degree.DOCTOR)
    put(world, "乙", kind=WorkKind.REMOTE, region=world.other_county)
    put(world, "丙", pay_from=400_000, pay_to=None, pay_period="YEAR")
    regions = queries.places()
    wish = queries.read(_params("kind=REMOTE"), regions)
    found = {facet.key: facet.options for facet in queries.facets(wish, NOW, regions)}
    assert {(one.name, one.count) for one in found["kind"]} == {("full-time", 2), ("remote", 1)}
    for facet in found.values():
        for option in facet:
            if not option.chosen:
                assert len(titles(option.address.removeprefix("?"))) == option.count, option


@pytest.mark.parametrize(
    "query",
    [
        "degree=-1",
        "degree=99999999999999999999",
        "region=zzzzzz",
        "kind=%27%3B+DROP+TABLE",
        "pay=-5",
        "after=2026-01-01~x",
        "after=x~1",
        "after=~",
        "after=2026-01-01T00:00:00~1",
        "q=" + "%25" * 200,
        "&".join(f"degree={n}" for n in range(500)),
    ],
)
def test_a_bad_address_is_answered(world, query):
    put(world)
    assert Client().get(f"/en/vacancies/?{query}").status_code == 200


def test_what_is_not_understood_is_said(world):
    page = Client().get("/en/vacancies/?kind=NOTHING").content.decode()
    assert "“NOTHING” means nothing here" in page


def test_pages_hold_every_vacancy_once(world):
    unit, by = pool.unit(world.county), pool.person()
    for number in range(45):
        put(world, f"岗位{number}", minutes=number // 3, unit=unit, by=by)
    seen, after = [], ""
    while True:
        page = queries.page(Vacancy.objects.online(NOW), after)
        seen += [one.pk for one in page.rows]
        after = page.next
        if not after:
            break
    assert len(seen) == len(set(seen)) == 45


def test_the_list_takes_few_queries(world, django_assert_max_num_queries):
    for number in range(20):
        put(world, f"岗位{number}", minutes=number)
    with django_assert_max_num_queries(14):
        Client().get(reverse("vacancies:list"))


def test_the_interface_gives_what_is_online(world):
    shown = put(world, "甲", degree=Degree.DOCTOR, majors=["0802"], occupation="")
    put(world, "草稿", state=VacancyState.DRAFT)
    answer = Client().get("/api/v1/vacancies/").json()
    assert (answer["total"], [row["title"] for row in answer["results"]]) == (1, ["甲"])
    row = answer["results"][0]
    assert row["pay"] == {
        "low": 8000,
        "high": 10_000,
        "period": {"code": "MONTH", "name": {"zh": row["pay"]["period"]["name"]["zh"], "en": "a month"}},
    }
    assert row["majors"][0]["name"]["zh"] == "机械类"
    assert Client().get(f"/api/v1/vacancies/{shown.public_id}/").json()["description"] == "工作"
    assert Client().get("/api/v1/vacancies/?kind=NO").status_code == 400
    assert Client().get("/api/v1/vacancies/?region=999999").status_code == 400
    assert Client().get("/api/v1/vacancies/nothing/").status_code == 404
    assert "by" not in row


def test_nothing_of_who_wrote_or_read_it_is_given_away(world):
    by = pool.person(name="保密经办人", email="secret-handler@example.org")
    vacancy = put(world, "甲", by=by)
    for address in ("/vacancies/", f"/vacancies/{vacancy.public_id}/", "/api/v1/vacancies/"):
        body = Client().get(address).content.decode()
        assert "保密经办人" not in body
        assert "secret-handler" not in body
