"""Downloads of everything, and feeds of what is new."""

import csv
import datetime as dt
import gzip
import io
import json
from xml.etree import ElementTree

import pytest
from django.core.cache import cache
from django.test import Client

from jobs import clock
from policies.pages import opendata
from policies.search.index import index_version
from talentportal import api
from tests.cast import moment
from tests.policies.library import make_benefit, make_version

pytestmark = pytest.mark.django_db
NOW = moment("2026-09-18 10:00")
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture(autouse=True)
def _at(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    cache.clear()


@pytest.fixture
def library():
    """Two policies, one with a title that a spreadsheet would run, a draft, and a benefit that nobody has read."""
    one = make_version("one", title_zh='=HYPERLINK("http://evil","点我")', document_no="+8613800000000", source_id="P1")
    two = make_version("two", region="530100", title_zh="第二项，带“引号”", topics=["housing", "talent"])
    draft = make_version("draft", state="DRAFT")
    rent = make_benefit(two, "rent", kind="rent", text_zh="@SUM(A1)\n第二行", amount_yuan=1200)
    make_benefit(two, "unread", confirmed="")
    make_benefit(draft, "secret")
    for version in (one, two):
        index_version(version)
    return {"one": one, "two": two, "rent": rent}


def download(name: str, **headers):
    return Client().get(f"/open-data/{name}", headers=headers)


def text(response) -> str:
    return b"".join(response.streaming_content).decode()


def table(name: str) -> list[dict]:
    content = text(download(name))
    assert content.startswith("\ufeff")  # so that Excel reads it as UTF-8
    return list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"), newline="")))


def test_policies_as_a_table(library):
    rows = table("policies.csv")
    assert [row["id"] for row in rows] == ["one", "two"]
    assert rows[1]["title_zh"] == "第二项，带“引号”"
    assert rows[1]["topics"] == "housing;talent"
    assert rows[1]["status"] == "current"
    assert rows[0]["source_id"] == "P1"
    assert rows[0]["is_sample"] == "no"


def test_no_cell_is_a_formula(library):
    policy, _two = table("policies.csv")
    assert policy["title_zh"] == '\'=HYPERLINK("http://evil","点我")'
    assert policy["document_no"] == "'+8613800000000"
    [benefit] = table("benefits.csv")
    assert benefit["text_zh"] == "'@SUM(A1)\n第二行"
    assert benefit["amount_yuan"] == "1200.00"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "＝1", "  =1"])
def test_what_a_spreadsheet_would_run_is_made_words(text):
    assert opendata.cell(text) == f"'{text}"


@pytest.mark.parametrize(("value", "cell"), [(None, ""), (0, "0"), ("a=1", "a=1"), (dt.date(2026, 1, 1), "2026-01-01")])
def test_other_cells_stay_as_they_are(value, cell):
    assert opendata.cell(value) == cell


def test_benefits_as_json_have_the_shape_of_the_api(library):
    body = json.loads(text(download("benefits.json")))
    assert body["next"] is None
    assert body["results"] == [Client().get(f"/api/v1/benefits/{library['rent'].pk}/").json()]


def test_policies_as_json(library):
    body = json.loads(text(download("policies.json")))
    assert [row["id"] for row in body["results"]] == ["one", "two"]
    assert body["results"][1]["region"]["name"] == {"zh": "昆明市", "en": "Kunming City"}


def test_nothing_published_is_an_empty_file():
    assert json.loads(text(download("policies.json"))) == {"next": None, "results": []}
    assert table("benefits.csv") == []


def test_a_file_is_bounded_and_names_the_next(library, monkeypatch):
    monkeypatch.setattr(opendata, "ROWS", 2)
    monkeypatch.setattr(opendata, "SLICE", 1)
    for number in range(3):
        make_version(f"more-{number}")
    found, address, files = [], "/open-data/policies.json", 0
    while address:
        response = Client().get(address)
        body = json.loads(text(response))
        found += [row["id"] for row in body["results"]]
        assert (body["next"] is not None) == response.has_header("Link")
        assert body["next"] is None or response["Link"] == f'<{body["next"]}>; rel="next"'
        address, files = body["next"], files + 1
    assert found == ["one", "two", "more-0", "more-1", "more-2"]
    assert files == 3


def test_a_file_is_read_in_slices(library, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(opendata, "SLICE", 2)
    for number in range(4):
        make_version(f"more-{number}")
    with django_assert_num_queries(5):  # where it ends, then three slices and the empty one
        assert len(text(download("policies.csv")).splitlines()) == 7


def test_files_are_packed_when_asked(library):
    response = download("policies.csv", **{"accept-encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(b"".join(response.streaming_content)).decode().count("\n") == 3


@pytest.mark.parametrize("query", ["after=x", "after=-1", "rows=5"])
def test_what_is_not_understood_is_named(query):
    response = download(f"policies.csv?{query}")
    assert response.status_code == 400
    assert list(response.json()["parameters"]) == [query.split("=")[0]]


def test_downloads_are_few(library, monkeypatch):
    monkeypatch.setattr(api.BulkThrottle, "rate", "1/hour", raising=False)
    assert download("policies.csv").status_code == 200
    assert download("benefits.csv").json()["error"] == "throttled"
    assert Client().get("/api/v1/regions/").status_code == 200  # counted apart


def test_unknown_files_are_not_found():
    assert download("people.csv").status_code == 404
    assert download("policies.exe").status_code == 404


def test_the_page_counts_what_is_public(library):
    text = Client().get("/en/open-data/").content.decode()
    assert ">2</td>" in text
    assert ">1</td>" in text
    assert 'href="/open-data/policies.csv"' in text or 'href="/en/open-data/policies.csv"' in text


# --- feeds ------------------------------------------------------------------------------------------------------------


def items(address: str) -> list[str]:
    tree = ElementTree.fromstring(Client().get(address).content)
    return [one.text for one in tree.findall("channel/item/title")] or [
        one.text for one in tree.findall("a:entry/a:title", ATOM)
    ]


def test_feeds_hold_what_the_search_finds(library):
    newer = make_version("newer", title_zh="更新的政策", title_en="Newer", published_on=dt.date(2026, 9, 1))
    index_version(newer)
    assert items("/policies/feed.rss")[0] == "更新的政策"
    assert len(items("/policies/feed.atom")) == 3
    assert items("/en/policies/feed.rss")[0] == "Newer"
    assert items("/policies/feed.rss?topic=housing") == ["第二项，带“引号”"]
    assert items("/policies/feed.atom?q=第二项") == ["第二项，带“引号”"]
    assert items("/policies/feed.rss?level=moon&colour=red")[0] == "更新的政策"  # passed over, as on the page


def test_an_entry_names_one_version_and_its_benefits(library):
    tree = ElementTree.fromstring(Client().get("/policies/feed.rss?topic=housing").content)
    [item] = tree.findall("channel/item")
    assert item.find("guid").text.endswith("/policies/two/versions/1.0/")
    assert "@SUM(A1)" in item.find("description").text
    assert item.find("pubDate").text == "Mon, 05 Jan 2026 01:00:00 +0000"
    assert tree.find("channel/{http://www.w3.org/2005/Atom}link").get("href").endswith("feed.rss?topic=housing")


def test_a_feed_that_has_not_changed_is_not_sent_again(library):
    first = Client().get("/policies/feed.atom")
    assert first["Content-Type"].startswith("application/atom+xml")
    assert "max-age=900" in first["Cache-Control"]
    again = Client().get("/policies/feed.atom", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_control_characters_do_not_break_a_feed():
    version = make_version("odd", title_zh="坏\x0b字符")
    index_version(version)
    assert Client().get("/policies/feed.rss").status_code == 200


def test_the_policy_page_names_its_feeds(library):
    text = Client().get("/policies/?topic=housing").content.decode()
    assert 'type="application/rss+xml"' in text
    assert "/policies/feed.rss?topic=housing" in text
    assert 'type="application/atom+xml"' in text
