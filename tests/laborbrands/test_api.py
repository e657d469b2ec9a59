"""Brands as open data."""

import json

import pytest

from laborbrands.models import Recognition
from tests.laborbrands.factory import TODAY, make_brand, make_province

pytestmark = pytest.mark.django_db
POINTS = "/api/v1/brands.geojson"


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args: TODAY)


@pytest.fixture
def land():
    land = make_province()
    place = {"longitude": "102.5000", "latitude": "24.5000"}
    make_brand(land.counties[0], "florists", ("NATIONAL", "2024-01-01"), figures=[(2025, 8600, 960)], **place)
    make_brand(land.counties[4], "potters", ("COUNTY", "2025-01-01"), industry="culture")
    return land


def test_a_point_says_what_the_map_says(land, client):
    answer = client.get(POINTS, {"lang": "en"})
    assert answer["Content-Type"] == "application/geo+json"
    found = {feature["id"]: feature for feature in answer.json()["features"]}
    assert found["florists"] == {
        "type": "Feature",
        "id": "florists",
        "geometry": {"type": "Point", "coordinates": [102.5, 24.5]},
        "properties": {
            "code": "florists",
            "name": "Brand florists",
            "name_zh": "品牌florists",
            "name_en": "Brand florists",
            "tier": "national",
            "region": "530101",
            "region_name": "Place 530101",
            "industry": "agriculture",
            "jobs": 8600,
            "trained": 960,
            "year": 2026,
            "approximate": False,
            "url": "http://testserver/en/brands/?brand=florists",
        },
    }
    assert found["potters"]["properties"]["approximate"] is True
    assert found["potters"]["properties"]["jobs"] is None


def test_the_name_follows_the_language_asked_for(land, client):
    def names(**headers):
        return {feature["properties"]["name"] for feature in client.get(POINTS, headers=headers).json()["features"]}

    assert names() == {"品牌florists", "品牌potters"}
    assert names(accept_language="en") == {"Brand florists", "Brand potters"}


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", {"florists", "potters"}),
        ("bbox=102,24,103,25", {"florists"}),
        ("bbox=-180,-90,180,90", {"florists", "potters"}),
        ("bbox=0,0,1,1", set()),
        ("tier=national,provincial", {"florists"}),
        ("tier=national&tier=county", {"florists", "potters"}),
        ("industry=culture", {"potters"}),
        ("kind=agriculture", {"florists"}),
        ("region=530200", {"potters"}),
        ("region=530000", {"florists", "potters"}),
        ("year=2024", {"florists"}),
        ("year=1949", set()),
        ("q=florists", {"florists"}),
    ],
)
def test_filters(land, client, query, codes):
    assert {feature["id"] for feature in client.get(f"{POINTS}?{query}").json()["features"]} == codes


@pytest.mark.parametrize(
    "box",
    [
        *("1", "1,2,3", "1,2,3,4,5", "a,b,c,d", "nan,nan,nan,nan", "inf,0,1,1", "1e999,0,2,2"),
        *("103,24,102,25", "102,25,103,24", "102,24,102,24", "-181,0,1,1", "0,0,1,91", "'; DROP TABLE", "1,,2,3"),
    ],
)
def test_a_box_of_nonsense_is_refused_with_words(land, client, box):
    answer = client.get(POINTS, {"bbox": box, "lang": "en"})
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_parameters"
    assert answer.json()["parameters"]["bbox"][0]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        *(("tier=galactic", "tier"), ("tier=local", "tier"), ("region=999999", "region"), ("region=x", "region")),
        *(("year=1900", "year"), ("year=9999", "year"), ("year=2027", "year"), ("year=two", "year")),
        *(
            ("industry=spying", "industry"),
            ("kind=moon", "kind"),
            ("colour=red", "colour"),
            ("industry=a%20b", "industry"),
        ),
    ],
)
@pytest.mark.parametrize("path", [POINTS, "/api/v1/brands/"])
def test_what_is_unknown_is_refused_by_name(land, client, path, query, name):
    answer = client.get(f"{path}?{query}")
    assert answer.status_code == 400
    assert answer.json()["parameters"][name][0]


def test_an_unchanged_map_is_not_sent_again(land, client):
    first = client.get(POINTS)
    assert client.get(POINTS, headers={"if-none-match": first["ETag"]}).status_code == 304
    Recognition.objects.filter(brand__code="florists").update(tier="PROVINCIAL")
    assert client.get(POINTS, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_it_is_packed_and_open_to_any_site(land, client):
    answer = client.get(POINTS, headers={"accept-encoding": "gzip", "origin": "https://elsewhere.example"})
    assert answer["Content-Encoding"] == "gzip"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert not answer.cookies


def test_the_list_goes_on_by_key(land, client):
    first = client.get("/api/v1/brands/?page_size=1").json()
    second = client.get(first["next"]).json()
    assert (first["total"], first["total_is_exact"], second["total"]) == (2, True, None)
    assert {row["code"] for page in (first, second) for row in page["results"]} == {"florists", "potters"}
    assert second["next"] is None
    assert client.get("/api/v1/brands/?cursor=zz").status_code == 400


def test_one_brand(land, client):
    found = client.get("/api/v1/brands/florists/").json()
    assert found["tier"]["code"] == "national"
    assert found["recognitions"][0]["recognized_on"] == "2024-01-01"
    assert found["url"] == "http://testserver/api/v1/brands/florists/"
    assert client.get("/api/v1/brands/florists/?year=2023").status_code == 404
    assert client.get("/api/v1/brands/nobody/").status_code == 404


def test_the_schema_describes_the_addresses(db, client):
    schema = json.loads(client.get("/api/schema/?format=json").content)
    for path in (POINTS, "/api/v1/brands/", "/api/v1/brands/{code}/"):
        assert "get" in schema["paths"][path]
    shown = schema["paths"][POINTS]["get"]["responses"]["200"]["content"]
    assert list(shown) == ["application/geo+json"]
    properties = schema["components"]["schemas"]["Properties"]["properties"]
    wanted = {"code", "name", "name_zh", "name_en", "tier", "region", "industry", "jobs", "trained", "year", "url"}
    assert wanted <= set(properties)
