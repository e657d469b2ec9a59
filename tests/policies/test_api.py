"""The public API: what is found, what is refused, what is never shown."""

import datetime as dt
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client

from jobs import clock
from policies.models import Benefit
from policies.search import engine
from policies.search.index import index_version
from talentportal import api
from tests.cast import make_item, moment
from tests.policies.library import leaf, make_benefit, make_version

pytestmark = pytest.mark.django_db
NOW = moment("2026-09-18 10:00")


@pytest.fixture(autouse=True)
def _at(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    cache.clear()


@pytest.fixture
def library():
    """Three public policies and what nobody may see: a draft, benefits unconfirmed and withdrawn."""
    kunming = make_version(
        "kunming-home",
        region="530100",
        title_zh="昆明市人才购房补贴办法",
        title_en="Rules on home purchase in Kunming",
        document_no="昆政发〔2026〕3号",
        topics=["housing"],
        audiences=["graduates"],
        source_id="P001",
        published_on=dt.date(2026, 1, 5),
    )
    old = make_version("yunnan", label="1.0", state="SUPERSEDED", published_on=dt.date(2024, 1, 1))
    new = make_version("yunnan", label="2.0", title_zh="云南人才措施", published_on=dt.date(2025, 6, 1))
    draft = make_version("hidden", state="DRAFT", title_zh="没有公布的购房补贴")
    rent = make_benefit(new, "rent", kind="rent", name_zh="租房补贴", amount_yuan=1200, pay_rule="MONTHLY")
    home = make_benefit(kunming, "home", kind="home", conditions=leaf("degree", "at_least", "doctor"))
    unread = make_benefit(new, "unread", confirmed="")
    gone = make_benefit(new, "gone")
    Benefit.objects.filter(pk=gone.pk).update(withdrawn_at=NOW)
    secret = make_benefit(draft, "secret")
    for version in (kunming, old, new):
        index_version(version)
    return {"kunming": kunming, "new": new, "rent": rent, "home": home, "hidden": [unread, gone, secret]}


def get(path: str, language: str = "en", **headers):
    return Client().get(f"/api/v1/{path}", headers={"accept-language": language, **headers})


def found(path: str) -> list:
    response = get(path)
    assert response.status_code == 200, response.content
    return response.json()["results"]


def every_page(path: str) -> list[list]:
    pages, address = [], f"/api/v1/{path}"
    while address:
        body = Client().get(address).json()
        pages.append(body["results"])
        address = body["next"]
        assert len(pages) < 50
    return pages


# --- what is found ----------------------------------------------------------------------------------------------------


def test_a_policy_of_the_list_in_both_languages(library):
    row, *_others = found("policies/?q=购房补贴")
    assert row["title"] == {"zh": "昆明市人才购房补贴办法", "en": "Rules on home purchase in Kunming"}
    assert row["id"] == "kunming-home"
    assert row["source_id"] == "P001"
    assert row["version"] == "1.0"
    assert row["status"]["code"] == "current"
    assert row["level"]["code"] == "city"
    assert row["region"] == {"code": "530100", "name": {"zh": "昆明市", "en": "Kunming City"}}
    assert [topic["code"] for topic in row["topics"]] == ["housing"]
    assert row["published_on"] == "2026-01-05"
    assert row["benefit_count"] == 1
    assert [benefit["key"] for benefit in row["benefits"]] == ["home"]
    assert row["match"] == {"snippet_html": "第一条 条文", "anchor": "a1"}
    assert row["page"]["zh"].endswith("/policies/kunming-home/")
    assert row["page"]["en"].endswith("/en/policies/kunming-home/")


def test_the_words_found_are_marked(library):
    assert {row["match"]["snippet_html"] for row in found("policies/?q=条文")} == {"第一条 <mark>条文</mark>"}
    assert {row["match"] for row in found("policies/")} == {None}


def ids(path: str) -> list[str]:
    return [f"{row['id']}@{row['version']}" for row in found(path)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"kunming-home@1.0", "yunnan@2.0"}),
        ("?status=superseded", {"yunnan@1.0"}),
        ("?status=all", {"kunming-home@1.0", "yunnan@2.0", "yunnan@1.0"}),
        ("?level=city", {"kunming-home@1.0"}),
        ("?level=city,province", {"kunming-home@1.0", "yunnan@2.0"}),
        ("?level=city&level=province", {"kunming-home@1.0", "yunnan@2.0"}),
        ("?region=530100&scope=exact", {"kunming-home@1.0"}),
        ("?region=530100", {"kunming-home@1.0", "yunnan@2.0"}),
        ("?region=330000", set()),
        ("?topic=housing", {"kunming-home@1.0"}),
        ("?audience=graduates", {"kunming-home@1.0"}),
        ("?kind=rent", {"yunnan@2.0"}),
        ("?year=2025", {"yunnan@2.0"}),
        ("?q=昆政发2026 3号", {"kunming-home@1.0"}),
    ],
)
def test_filters_are_those_of_the_page(library, query, expected):
    assert set(ids(f"policies/{query}")) == expected


def test_a_policy_whole(library):
    row = get("policies/yunnan/").json()
    assert row["version"] == "2.0"
    assert [version["version"] for version in row["versions"]] == ["2.0", "1.0"]
    assert [clause["anchor"] for clause in row["clauses"]] == ["a1", "a2", "a3"]
    assert row["clauses"][0]["text"] == {"zh": "条文", "en": ""}
    assert [benefit["key"] for benefit in row["benefits"]] == ["rent"]
    assert row["benefits"][0]["amount_yuan"] == "1200.00"
    old = get("policies/yunnan/versions/1.0/").json()
    assert old["status"]["code"] == "superseded"
    assert old["page"]["zh"].endswith("/policies/yunnan/versions/1.0/")


def test_a_benefit_with_its_policy_clause_and_conditions_in_words(library):
    [row] = found("benefits/?kind=home")
    assert row["policy"]["id"] == "kunming-home"
    assert row["policy"]["source_id"] == "P001"
    assert row["clause"] == "a1"
    assert row["conditions"] == {"fact": "degree", "op": "at_least", "value": "doctor"}
    assert "doctor" in row["conditions_in_words"][0]["en"]
    assert get(f"benefits/{library['home'].pk}/").json() == row


def test_filters_of_benefits_are_those_of_their_policies(library):
    assert [row["key"] for row in found("benefits/?level=province")] == ["rent"]
    assert [row["key"] for row in found("benefits/?q=购房补贴")] == ["home"]
    assert {row["key"] for row in found("benefits/")} == {"rent", "home"}


def test_only_public_rows(library):
    everything = get("policies/?status=all&page_size=100").content + get("benefits/?status=all&page_size=100").content
    assert b"hidden" not in everything
    assert b"unread" not in everything
    assert b"secret" not in everything
    assert get("policies/hidden/").status_code == 404
    assert {get(f"benefits/{row.pk}/").status_code for row in library["hidden"]} == {404}


def test_regions(world):
    assert [row["code"] for row in found("regions/?kind=PREFECTURE")] == ["530100"]
    assert [row["code"] for row in found("regions/?parent=530100")] == ["530102", "530114"]
    assert [row["code"] for row in found("regions/?q=呈贡")] == ["530114"]
    assert get("regions/530114/").json() == {
        "code": "530114",
        "name": {"zh": "呈贡区", "en": "Region 530114"},
        "kind": {"code": "COUNTY", "name": {"zh": "县（市、区）", "en": "County"}},
        "parent": "530100",
        "path": ["530000", "530100", "530114"],
        "valid_from": None,
        "valid_to": None,
    }


def test_services(world):
    make_item(world.province, world.office, [world.window], serial=2, deferral_allowed=False)
    assert [row["code"] for row in found("services/")] == ["talent-grade-1", "talent-grade-2"]
    assert [row["code"] for row in found("services/?way=later")] == ["talent-grade-1"]
    assert found("services/?who=unit") == []
    row = get("services/talent-grade-1/").json()
    assert (row["entrusting_body"], row["joint_bodies"], row["intermediaries"]) == (None, [], [])
    assert row["result_sample"]["en"].endswith("/en/services/talent-grade-1/result/sample/")
    assert row["result_name"]["zh"] == "高层次人才证书"
    assert row["promised_days"] == 10
    assert [material["key"] for material in row["materials"]] == ["id", "degree", "works", "form", "photo"]
    assert row["office"]["name"]["zh"] == "云南省人力资源和社会保障厅"


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["policies/?status=all&", "policies/?status=all&sort=ending&", "benefits/?"])
def test_pages_hold_every_row_once(library, path):
    pages = every_page(f"{path}page_size=1")
    rows = [(row["id"], row.get("version")) for page in pages for row in page]
    whole = [(row["id"], row.get("version")) for row in found(f"{path}page_size=100")]
    assert {len(page) for page in pages} == {1}
    assert rows == whole
    assert len(set(rows)) == len(rows)


@pytest.mark.parametrize("path", ["regions/", "services/"])
def test_pages_of_regions_and_services(world, path):
    make_item(world.province, world.office, [world.window], serial=2)
    codes = [row["code"] for page in every_page(f"{path}?page_size=1") for row in page]
    assert codes == [row["code"] for row in found(path)]
    assert len(codes) >= 2


def test_only_the_first_page_is_counted(library, monkeypatch):
    first = get("policies/?status=all&page_size=1").json()
    assert (first["total"], first["total_is_exact"]) == (3, True)
    monkeypatch.setattr(engine.counts, "total", lambda *args: pytest.fail("counted"))
    assert Client().get(first["next"]).json()["total"] is None


def test_a_page_of_benefits_is_read_by_key_and_never_counted(library, django_assert_max_num_queries):
    with django_assert_max_num_queries(5) as asked:
        get("benefits/?page_size=1")
    assert not [query for query in asked.captured_queries if "COUNT(" in query["sql"].upper()]


def test_a_full_page_costs_as_many_questions_as_a_short_one(library, django_assert_max_num_queries):
    for number in range(30):
        version = make_version(f"more-{number}")
        make_benefit(version, "one", service_item=None)
        index_version(version)
    with django_assert_max_num_queries(12):
        assert len(found("policies/?page_size=100")) == 32
    with django_assert_max_num_queries(6):
        assert len(found("benefits/?page_size=100")) == 32


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("page_size=1000", "page_size"),
        ("page_size=0", "page_size"),
        ("page_size=ten", "page_size"),
        ("region=abc", "region"),
        ("region=53", "region"),
        ("region=530000,x", "region"),
        ("level=moon", "level"),
        ("level=city,moon", "level"),
        ("topic=%27%20OR%201=1", "topic"),
        ("kind=gold", "kind"),
        ("status=dead", "status"),
        ("year=abc", "year"),
        ("year=99999", "year"),
        ("scope=everywhere", "scope"),
        ("sort=random", "sort"),
        ("cursor=zzz", "cursor"),
        ("cursor=p%C2%B2", "cursor"),
        ("lang=klingon", "lang"),
        ("q=" + "长" * 10_000, "q"),
        ("q=%00", "q"),
        ("colour=red", "colour"),
        ("page=2", "page"),
        ("format=xml", "format"),
    ],
)
@pytest.mark.parametrize("path", ["policies/", "benefits/"])
def test_what_is_not_understood_is_named(library, path, query, name):
    response = get(f"{path}?{query}")
    assert response.status_code == 400
    body = response.json()
    assert body["error"] == "invalid_parameters"
    assert list(body["parameters"]) == [name]
    assert all(body["parameters"][name])


@pytest.mark.parametrize("path", ["regions/?kind=moon", "regions/?parent=x", "services/?who=cat", "services/?cursor=x"])
def test_other_lists_refuse_as_well(world, path):
    response = get(path)
    assert response.status_code == 400
    assert len(response.json()["parameters"]) == 1


def test_several_faults_are_named_together(library):
    body = get("policies/?level=moon&colour=red&page_size=0").json()
    assert set(body["parameters"]) == {"level", "colour", "page_size"}


@pytest.mark.parametrize(
    "query",
    ["q=!!!", "q=%22%22%22", "q=a%26b%7Cc%21%28", "q=%27;DROP TABLE x;--", "q=%5C", "q=<script>", "q=%F0%9F%98%80"],
)
def test_any_words_may_be_searched_for(library, query):
    assert get(f"policies/?{query}").status_code == 200
    assert get(f"benefits/?{query}").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["nothing/", "", "policies/none/", "policies/yunnan/versions/9.9/", "benefits/0/", "regions/x/", "services/x/"],
)
def test_what_is_not_there(library, path):
    response = get(path)
    assert response.status_code == 404
    assert response.json()["error"] == "not_found"


def test_numbers_that_no_table_holds(library):
    assert get("benefits/99999999999999999999999999/").status_code == 404
    assert get("benefits/?cursor=99999999999999999999999999").status_code == 200
    assert get("policies/?cursor=p999999999&q=人才").json()["results"] == []


def test_errors_speak_the_language_asked_for(library):
    assert get("none/", language="en").json()["message"] == "There is nothing at this address."
    chinese = get("none/", language="zh-CN").json()["message"]
    assert get("none/?lang=zh", language="en").json()["message"] == chinese
    assert get("none/?lang=en", language="zh-CN").json()["message"] == "There is nothing at this address."
    assert get("none/", language="fr").json()["message"] == chinese


def test_nobody_writes(library):
    for method in ("post", "put", "patch", "delete"):
        response = getattr(Client(), method)("/api/v1/policies/")
        assert (response.status_code, response.json()["error"]) == (405, "method_not_allowed")


def test_a_database_that_does_not_answer_is_said(library, monkeypatch):
    def broken(*args, **kwargs):
        raise OperationalError("gone")

    monkeypatch.setattr(engine, "search", broken)
    response = get("policies/")
    assert (response.status_code, response.json()["error"], response["Retry-After"]) == (503, "unavailable", "30")
    assert response["Cache-Control"] == "no-store"


# --- limits and caches ------------------------------------------------------------------------------------------------


def test_too_many_requests_are_told_when_to_go_on(library, monkeypatch):
    monkeypatch.setattr(api.AnonymousThrottle, "rate", "2/min", raising=False)
    assert [get("regions/").status_code for _time in range(3)] == [200, 200, 429]
    response = get("policies/")
    body = response.json()
    assert body["error"] == "throttled"
    assert 0 < body["retry_after"] <= 60
    assert int(response["Retry-After"]) == body["retry_after"]


def test_without_the_cache_nobody_is_refused(library, monkeypatch):
    from redis.exceptions import ConnectionError as NoRedis

    def broken(*args, **kwargs):
        raise NoRedis

    monkeypatch.setattr(api.AnonymousThrottle.cache, "get", broken)
    assert get("regions/").status_code == 200


@pytest.mark.parametrize("path", ["policies/", "policies/yunnan/", "benefits/", "regions/", "services/"])
def test_what_has_not_changed_is_not_sent_again(library, path):
    first = get(path)
    assert first["Cache-Control"] == "public, max-age=300"
    assert first["Access-Control-Allow-Origin"] == "*"
    again = get(path, **{"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_change_gives_another_etag_and_another_moment(library):
    first = get("policies/yunnan/")
    since = {"if-modified-since": first["Last-Modified"]}
    assert get("policies/yunnan/", **since).status_code == 304
    from policies.services import withdraw_benefit

    withdraw_benefit(benefit=library["rent"], actor=None, now=NOW)
    assert get("policies/yunnan/", **{"if-none-match": first["ETag"]}).status_code == 200
    assert get("policies/yunnan/", **since).json()["benefits"] == []


def test_the_day_that_comes_is_a_change(library, monkeypatch):
    version = make_version("ending", expires_on=dt.date(2026, 9, 19))
    index_version(version)
    first = get("policies/ending/")
    assert first.json()["status"]["code"] == "current"
    monkeypatch.setattr(clock, "now", lambda: NOW + dt.timedelta(days=1))
    again = get("policies/ending/", **{"if-modified-since": first["Last-Modified"]})
    assert again.json()["status"]["code"] == "expired"


def test_answers_are_packed_when_asked(library):
    for number in range(5):
        index_version(make_version(f"more-{number}"))
    response = get("policies/", **{"accept-encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert get("policies/", **{"accept-encoding": "gzip", "if-none-match": response["ETag"]}).status_code == 304


# --- the schema -------------------------------------------------------------------------------------------------------


def test_the_schema_is_sound():
    out = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=out, stderr=StringIO())
    assert "operationId: listPolicies" in out.getvalue()


def test_the_schema_is_served_in_both_languages_and_formats():
    assert Client().get("/api/schema/")["Content-Type"].startswith("application/vnd.oai.openapi")
    english, chinese = (Client().get(f"/api/schema/?format=json&lang={lang}").json() for lang in ("en", "zh"))
    assert (
        set(english["paths"])
        == set(chinese["paths"])
        == {
            "/api/v1/policies/",
            "/api/v1/policies/{slug}/",
            "/api/v1/policies/{slug}/versions/{label}/",
            "/api/v1/benefits/",
            "/api/v1/benefits/{id}/",
            "/api/v1/regions/",
            "/api/v1/regions/{code}/",
            "/api/v1/services/",
            "/api/v1/services/{code}/",
            "/api/v1/brands/",
            "/api/v1/brands/{code}/",
            "/api/v1/brands.geojson",
            "/api/v1/talents/",
            "/api/v1/vacancies/",
            "/api/v1/vacancies/{public_id}/",
        }
    )
    assert english["info"]["title"] == "Open data of the talent service portal"
    names = {one["name"] for one in english["paths"]["/api/v1/policies/"]["get"]["parameters"]}
    assert names == {
        *("q", "region", "scope", "level", "topic", "audience", "kind", "status", "year"),
        *("sort", "page_size", "cursor", "lang"),
    }
    assert set(english["paths"]["/api/v1/policies/"]["get"]["responses"]) == {"200", "400", "404", "429", "503"}


def test_every_answer_fits_the_schema(library):
    schema = Client().get("/api/schema/?format=json").json()
    row = schema["components"]["schemas"]["PolicyFound"]
    assert set(found("policies/")[0]) == set(row["properties"]) == set(row["required"])
    full = schema["components"]["schemas"]["PolicyFull"]
    assert set(get("policies/yunnan/").json()) == set(full["properties"])
    assert set(found("benefits/")[0]) == set(schema["components"]["schemas"]["BenefitFull"]["properties"])


def test_the_schema_says_that_texts_of_clauses_are_no_html():
    schema = Client().get("/api/schema/?format=json&lang=en").json()["components"]["schemas"]
    assert "not HTML: escape it" in schema["ClauseRow"]["properties"]["text"]["description"]
    assert schema["BenefitFull"]["properties"]["url"] == {"type": "string", "format": "uri", "readOnly": True}


def test_the_page_that_describes_it_names_schema_and_limit(monkeypatch):
    monkeypatch.setattr(api.AnonymousThrottle, "rate", "90/min", raising=False)
    for address in ("/api/docs/", "/en/api/docs/"):
        text = Client().get(address).content.decode()
        assert 'data-schema="/api/schema/?lang=' in text
        assert " 90 " in text
        assert "//cdn" not in text
