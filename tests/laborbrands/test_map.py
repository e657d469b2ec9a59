"""The map's counts: on map, list, ranking, facets and API they are one number (domain 11.39, 11.40)."""

import random
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from laborbrands import asked
from laborbrands.models import Ambassador, Brand, Cooperation, ReportedFigure, Studio
from laborbrands.queries import atlas, brands, listing
from laborbrands.queries.places import Places
from laborbrands.rules import wording
from laborbrands.states import Tier
from regions.models import Region
from tests.cast import day
from tests.laborbrands.factory import INDUSTRIES, TODAY, make_brand, make_province, make_region, verifier

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args: TODAY)


@pytest.fixture
def land():
    return make_province()


def figures(on=TODAY, **filters):
    return brands.Figures(on, brands.Filters(places=Places(TODAY), **filters))


# --- one brand counts once --------------------------------------------------------------------------------------------


def test_a_brand_of_several_tiers_counts_once_and_shows_the_highest(land):
    tiers = [(tier, f"202{5 - rank}-03-01") for rank, tier in enumerate(Tier.values)]
    make_brand(land.counties[0], "climber", *tiers)
    assert [(b.code, b.tier) for b in brands.on_the_map(TODAY)] == [("climber", "NATIONAL")]
    assert brands.count_on(TODAY) == {"NATIONAL": 1, "all": 1}
    for year, tier in ((2022, "COUNTY"), (2023, "PREFECTURAL"), (2024, "PROVINCIAL"), (2025, "NATIONAL")):
        assert brands.on_the_map(day(f"{year}-12-31")).get().tier == tier
    assert not brands.on_the_map(day("2021-12-31")).exists()


def test_a_brand_upgraded_within_the_year_moves_between_the_tiers_on_the_day(land):
    make_brand(land.counties[0], "riser", ("PROVINCIAL", "2024-01-10"), ("NATIONAL", "2026-05-20"))
    assert brands.count_on(day("2026-05-19")) == {"PROVINCIAL": 1, "all": 1}
    assert brands.count_on(day("2026-05-20")) == {"NATIONAL": 1, "all": 1}


def test_what_ended_is_on_the_map_of_the_days_before(land):
    make_brand(land.counties[0], "gone", ("COUNTY", "2023-01-01", "2025-06-30"), stage="REMOVED")
    assert brands.on_the_map(day("2025-06-29")).exists()
    assert not brands.on_the_map(day("2025-06-30")).exists()


def test_the_card_of_an_earlier_year_says_that_the_brand_is_over_and_takes_no_enquiries(land, client):
    make_brand(land.counties[0], "gone", ("COUNTY", "2023-01-01", "2025-06-30"), stage="REMOVED")
    page = client.get("/brands/?brand=gone&year=2024")
    assert page.context["card"].is_over
    assert "tag--gone" in page.content.decode()
    assert "/brands/gone/contact/" not in page.content.decode()


@pytest.mark.parametrize("stage", ["CANDIDATE", "CULTIVATION", "APPLYING"])
def test_stages_before_recognition_are_hidden(land, stage):
    make_brand(land.counties[0], "early", ("COUNTY", "2023-01-01"), stage=stage)
    assert not brands.on_the_map(TODAY).exists()


def test_figures_are_the_newest_verified_version_of_the_newest_year_up_to_the_chosen(land):
    years = [(2023, 10, 1), (2024, 20, 2), (2024, 25, 3), (2025, 999, 99, False), (2026, 40, 5)]
    make_brand(land.counties[0], "counted", ("COUNTY", "2023-01-01"), figures=years)
    make_brand(land.counties[0], "uncounted", ("COUNTY", "2023-01-01"), figures=[(2024, 7000, 700, False)])
    assert figures().total == (2, 40, 5)
    assert figures(day("2025-12-31")).total == (2, 25, 3)
    assert brands.on_the_map(TODAY).get(code="uncounted").jobs is None


def test_a_brand_in_two_counties_counts_at_home_alone_and_says_what_it_covers(land, client):
    home, other = land.counties[0], land.counties[4]
    make_brand(home, "wide", ("PROVINCIAL", "2024-01-01")).coverage.set([other])
    found = figures()
    assert (found.areas(land.prefectures[0])[home.code].brands, found.total.brands) == (1, 1)
    assert found.areas(land.prefectures[1])[other.code].brands == 0
    assert sum(tally.brands for tally in found.prefectures.values()) == 1
    page = client.get("/brands/?brand=wide").content.decode()
    assert other.name_zh in page.split('id="card"')[1].split("</section>")[0]


def test_a_brand_of_an_abolished_county_counts_where_the_successor_lies(land, client):
    old = make_region("530199", "COUNTY", land.prefectures[0], (100.1, 24.1), 0.2, valid_to=day("2025-01-01"))
    old.successors.add(land.counties[4])
    make_brand(old, "moved", ("COUNTY", "2022-01-01"))
    found = figures()
    assert found.prefectures[land.prefectures[1].code].brands == 1
    assert found.prefectures[land.prefectures[0].code].brands == 0
    places = found.places
    assert brands.on_the_map(TODAY, brands.Filters(region=land.counties[4], places=places)).get().code == "moved"
    page = client.get("/brands/?region=530199")
    assert page.context["asked"].filters.region == land.counties[4]
    assert page.context["figures"].total.brands == 1
    assert page.context["map"].drawn == 1


def test_successors_in_a_circle_do_not_turn_for_ever(land):
    one = make_region("530198", "COUNTY", land.prefectures[0], valid_to=day("2020-01-01"))
    two = make_region("530197", "COUNTY", land.prefectures[0], valid_to=day("2020-01-01"))
    one.successors.add(two)
    two.successors.add(one)
    assert Places(TODAY).current("530198") == "530198"


# --- the same numbers everywhere --------------------------------------------------------------------------------------


def scatter(land, seed: int) -> None:
    """Make brands of random homes, tiers, years, ends and figures."""
    dice = random.Random(seed)
    homes = [*land.counties, land.prefectures[2], land.province]
    for number in range(dice.randint(25, 45)):
        tiers = []
        for tier in dice.sample(Tier.values, dice.randint(0, 4)):
            begins = dice.randint(2021, 2026)
            ends = [f"{begins + dice.randint(1, 3)}-0{dice.randint(1, 9)}-15"] if dice.random() < 0.3 else []
            tiers.append((tier, f"{begins}-0{dice.randint(1, 9)}-10", *ends))
        years = [(y, dice.randint(0, 900), dice.randint(0, 90), dice.random() < 0.7) for y in range(2022, 2027)]
        stage = dice.choice(["RECOGNIZED"] * 6 + ["RECTIFYING", "CULTIVATION"])
        point = {"longitude": 100.5, "latitude": 24.5} if dice.random() < 0.4 else {}
        make_brand(
            dice.choice(homes),
            f"b{seed}-{number}",
            *tiers,
            figures=[row if row[3] else (*row[:3], False) for row in years],
            industry=dice.choice(INDUSTRIES),
            stage=stage,
            **point,
        )


def told(brand: Brand, on) -> str | None:
    """Say the highest tier of a brand on a day, from its rows alone."""
    if brand.stage not in ("RECOGNIZED", "RECTIFYING"):
        return None
    standing = {
        r.tier for r in brand.recognitions.all() if r.recognized_on <= on and (r.ended_on is None or r.ended_on > on)
    }
    return next((tier for tier in Tier.values if tier in standing), None)


def walk_list(client, query: str) -> list[str]:
    codes, address = [], f"/brands/list/{query}"
    while address:
        page = client.get(address)
        codes += [brand.code for brand in page.context["page"].rows]
        following = re.search(r'rel="next" href="([^"]+)"', page.content.decode())
        address = f"/brands/list/{following[1].replace('&amp;', '&')}" if following else ""
    return codes


def walk_api(client, query: str) -> list[str]:
    codes, address = [], f"/api/v1/brands/{query}"
    while address:
        found = client.get(address).json()
        codes += [row["code"] for row in found["results"]]
        address = found["next"]
    return codes


@pytest.mark.parametrize("seed", range(6))
def test_map_list_api_ranking_and_facets_count_the_same(land, client, seed, monkeypatch):
    monkeypatch.setattr("laborbrands.views.atlas.PAGE_SIZE", 7)
    scatter(land, seed)
    dice = random.Random(seed + 1000)
    for year in (2023, 2026):
        on = TODAY if year == 2026 else day(f"{year}-12-31")
        expected = {brand.code: told(brand, on) for brand in Brand.objects.prefetch_related("recognitions")}
        expected = {code: tier for code, tier in expected.items() if tier}
        chosen = sorted(dice.sample(Tier.values, dice.randint(1, 3)))
        industry = dice.choice(INDUSTRIES)
        wanted = {
            brand.code
            for brand in Brand.objects.filter(code__in=expected, industry=industry)
            if expected[brand.code] in chosen
        }
        query = f"?year={year}&industry={industry}&" + "&".join(f"tier={tier.lower()}" for tier in chosen)

        page = client.get(f"/brands/{query}")
        found = page.context["figures"]
        assert found.total.brands == page.context["map"].drawn + page.context["map"].unplaced == len(wanted)
        assert {point.code for point in page.context["map"].points} == wanted
        walked = walk_list(client, query + f"&sort={dice.choice(list(listing.SORTS))}")
        assert sorted(walked) == sorted(wanted)
        api = f"?year={year}&industry={industry}&tier={','.join(tier.lower() for tier in chosen)}"
        assert sorted(walk_api(client, f"{api}&page_size=5")) == sorted(wanted)
        points = client.get(f"/api/v1/brands.geojson{api}").json()["features"]
        assert sorted(feature["id"] for feature in points) == sorted(wanted)
        rows = page.context["ranking"]
        of_the_province = found.prefectures.get(land.province.code, brands.Tally()).brands
        assert sum(row["count"] for row in rows) + of_the_province == len(wanted)
        for field, facet in (("brands", found.tiers), ("brands", found.industries)):
            assert sum(getattr(tally, field) for tally in facet.values()) >= len(wanted)
        assert sum(found.tiers[tier].brands for tier in chosen) == found.industries[industry].brands == len(wanted)
        jobs = sum(brand.jobs or 0 for brand in brands.on_the_map(on).filter(code__in=wanted))
        assert found.total.jobs == jobs == sum(tally.jobs for tally in found.areas(land.province).values())
        if year == 2026:
            assert sum(brands.count_on(on)[tier] for tier in set(expected.values())) == len(expected)


def test_facets_ignore_their_own_group_and_kinds_count_a_county_in_each(land):
    make_brand(land.counties[0], "a", ("NATIONAL", "2024-01-01"))
    make_brand(land.counties[4], "b", ("COUNTY", "2024-01-01"), industry="culture")
    make_brand(land.counties[8], "c", ("COUNTY", "2024-01-01"))
    found = figures(tiers=("NATIONAL",))
    assert {tier: tally.brands for tier, tally in found.tiers.items()} == {"NATIONAL": 1, "COUNTY": 2}
    assert {code: tally.brands for code, tally in found.industries.items()} == {"agriculture": 1}
    ports = figures(kinds=("PORT",))
    assert ports.total.brands == 2
    assert {kind: tally.brands for kind, tally in ports.kinds.items()} == {"AGRICULTURE": 1, "PORT": 2}


def test_words_find_names_counties_and_occupations(land):
    florists = make_brand(land.counties[0], "florists", ("NATIONAL", "2024-01-01"), name_zh="呈贡花匠")
    make_brand(land.counties[4], "potters", ("COUNTY", "2024-01-01"), name_zh="建水陶匠")
    florists.occupations.create(name_zh="插花花艺师", name_en="Flower arranger")
    for words, codes in (
        ("花匠", {"florists"}),
        ("花艺", {"florists"}),
        ("匠", {"florists", "potters"}),
        (land.counties[4].name_zh, {"potters"}),
        ("匠 建水", {"potters"}),
        ("龙", set()),
    ):
        assert {b.code for b in brands.on_the_map(TODAY, brands.Filters(words=words))} == codes, words


# --- what an address may hold -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("region=999999", "999999"),
        ("tier=galactic", "galactic"),
        ("industry=spying", "spying"),
        ("kind=moon", "moon"),
        ("year=1900", "1900"),
        ("year=9999", "9999"),
        ("year=zwei", "zwei"),
        ("year=%D9%A2%D9%A0", "٢٠"),
    ],
)
@pytest.mark.parametrize("path", ["/brands/", "/brands/list/", "/brands/hiring/"])
def test_what_is_unknown_is_said_and_left_out(land, client, path, query, said):
    make_brand(land.counties[0], "a", ("NATIONAL", "2024-01-01"))
    page = client.get(f"{path}?{query}")
    assert page.status_code == 200
    assert any(said in problem for problem in page.context["asked"].problems)
    assert said in page.content.decode()
    assert brands.Figures(page.context["asked"].day, page.context["asked"].filters).total.brands == 1


def test_all_tiers_chosen_are_no_filter(land, client):
    page = client.get("/brands/?tier=national&tier=provincial&tier=local&show=nonsense")
    assert page.context["asked"].filters.tiers == ()
    assert (page.context["asked"].show, page.context["asked"].query()) == ("brands", "?show=nonsense")


@pytest.mark.parametrize("code", ["nobody", "hidden"])
def test_a_brand_that_is_not_on_the_map_says_so(land, client, code):
    make_brand(land.counties[0], "hidden", stage="CULTIVATION")
    page = client.get(f"/brands/?brand={code}")
    assert page.status_code == 200
    assert page.context["card"] is None
    assert code in page.content.decode().split('id="card"')[1].split("</section>")[0]


@pytest.mark.parametrize("after", ["x", "~", "-1~b", "9999999999999~b", "1e5~b", "~b", "１~b"])
def test_a_mark_that_is_none_of_ours_begins_the_list(land, client, after):
    make_brand(land.counties[0], "a", ("NATIONAL", "2024-01-01"))
    page = client.get("/brands/list/", {"after": after, "sort": "jobs"})
    assert [brand.code for brand in page.context["page"].rows] == ["a"]


def test_without_regions_and_brands_the_pages_stand(db, client):
    for path in ("/brands/", "/brands/list/", "/brands/hiring/", "/brands/screen/", "/brands/embed/", "/en/brands/"):
        assert client.get(path).status_code == 200


def test_a_province_without_brands_says_how_they_come(land, client):
    with_none = client.get("/en/brands/").content.decode()
    assert with_none.count("No brand is recognized yet") == 2  # under the map and for the card
    assert "filter" not in with_none.split('id="card"')[1].split("</section>")[0]
    assert "Brands by prefecture" not in with_none
    assert "Drop one of the filters" not in client.get("/en/brands/list/").content.decode()
    assert "0 of 9" not in client.get("/en/brands/around/").content.decode()
    assert "No brand fits" in client.get("/en/brands/list/?q=zzz").content.decode()


# --- the drawing ------------------------------------------------------------------------------------------------------


def draw(level, **more):
    found = figures(**more.pop("filters", {}))
    return atlas.draw(TODAY, found, level, "brands", **more)


def test_points_without_a_place_lie_apart_near_the_center_and_stay_there(land):
    for number in range(12):
        make_brand(land.counties[0], f"n{number}", ("COUNTY", "2024-01-01"))
    first, second = draw(land.province), draw(land.province)
    spots = [(point.x, point.y) for point in first.points]
    assert spots == [(point.x, point.y) for point in second.points]
    assert all(
        (a - c) ** 2 + (b - d) ** 2 >= (2 * 4.5 - 0.2) ** 2 for i, (a, b) in enumerate(spots) for c, d in spots[i + 1 :]
    )


def test_each_level_draws_its_parts(land):
    make_brand(land.counties[0], "a", ("NATIONAL", "2024-01-01"), longitude=100.1, latitude=24.1)
    make_brand(land.counties[5], "b", ("COUNTY", "2024-01-01"))
    assert [(a.name, a.tally.brands) for a in draw(land.province).areas] == [("州1", 1), ("州2", 1), ("州3", 0)]
    narrow = {"filters": {"region": land.prefectures[0]}}
    assert [area.region.code for area in draw(land.prefectures[0], **narrow).areas] == ["530101", "530102", "530103"]
    alone = draw(land.counties[0], filters={"region": land.counties[0]})
    assert [area.region.code for area in alone.areas] == ["530101"]
    assert [point.code for point in alone.points] == ["a"]


def test_the_chosen_brand_is_ringed_named_and_its_region_edged(land, client):
    make_brand(land.counties[0], "quiet", ("COUNTY", "2024-01-01"), name_zh="安静工")
    make_brand(land.counties[4], "loud", ("NATIONAL", "2024-01-01"))
    page = client.get("/brands/?brand=quiet")
    drawing = page.context["map"]
    assert [point.code for point in drawing.points if point.is_chosen] == ["quiet"]
    assert [area.region.code for area in drawing.areas if area.is_chosen] == ["530100"]
    assert "安静工" in [label.text for label in drawing.labels]
    assert 'aria-current="true"' in page.content.decode()
    assert client.get("/brands/").context["card"].brand.code == "loud"


def test_a_small_map_names_the_national_brands_by_their_short_names(land):
    short = {"short_zh": "花匠", "short_en": "Florists", "name_en": "Florists of the Long Name " * 3}
    make_brand(land.counties[0], "a", ("NATIONAL", "2024-01-01"), is_sample=True, **short)
    make_brand(land.counties[4], "b", ("PROVINCIAL", "2024-01-01"), name_zh="陶匠")
    drawing = draw(land.province)
    assert {"品牌a", "陶匠"} <= {label.text for label in drawing.labels}
    assert [label.text for label in drawing.narrow_labels if label.kind != "place"] == ["花匠"]
    with override("en"):
        assert "Florists" in [label.text for label in draw(land.province).narrow_labels]


@pytest.mark.parametrize(
    ("name_zh", "name_en", "zh", "en"),
    [
        ("禄劝彝族苗族自治县", "Luquan Yi and Miao Autonomous County", "禄劝", "Luquan"),
        ("前郭尔罗斯蒙古族自治县", "Qianguo'erluosi Mongolian Autonomous County", "前郭尔罗斯", "Qianguo'erluosi"),
        ("呈贡区", "Chenggong District", "呈贡区", "Chenggong"),
    ],
)
def test_a_map_calls_a_county_by_its_short_name(name_zh, name_en, zh, en):
    county = Region(kind="COUNTY", name_zh=name_zh, name_en=name_en)
    with override("zh-hans"):
        assert wording.short_name(county) == zh
    with override("en"):
        assert wording.short_name(county) == en


def test_too_many_points_become_bubbles_that_count_the_rest(land, monkeypatch, client):
    monkeypatch.setattr(atlas, "MOST_POINTS", 20)
    monkeypatch.setattr(atlas, "WHEN_CROWDED", 18)
    for number in range(60):
        tier = "NATIONAL" if number == 59 else "COUNTY"
        make_brand(land.counties[number % 9], f"m{number:02d}", (tier, "2024-01-01"))
    drawing = draw(land.province)
    assert len(drawing.points) == 18
    assert sum(bubble.count for bubble in drawing.bubbles) == 42
    assert drawing.drawn == 60
    assert "m59" in [point.code for point in drawing.points]
    page = client.get("/brands/").content.decode()
    assert page.count('class="pt ') == 18
    assert page.count('class="bubble"') == 9


def test_the_number_of_queries_does_not_grow_with_the_brands(land, client):
    def queries(path):
        client.get(path)
        with CaptureQueriesContext(connection) as found:
            assert client.get(path).status_code == 200
        return sum("laborbrands_" in one["sql"] or "regions_" in one["sql"] for one in found)

    paths = ("/brands/", "/brands/list/", "/brands/screen/", "/api/v1/brands.geojson", "/api/v1/brands/")
    counts = []
    for start, end in ((0, 20), (20, 200)):
        for number in range(start, end):
            make_brand(land.counties[number % 9], f"q{number}", ("COUNTY", "2024-01-01"), figures=[(2025, 5, 1)])
        counts.append([queries(path) for path in paths])
    assert counts[0] == counts[1]
    assert max(counts[1]) <= 22


def test_what_is_reported_stands_beside_what_is_verified(land, client):
    make_brand(land.counties[0], "a", ("NATIONAL", "2024-01-01"), figures=[(2025, 1234, 56)])
    values = {"label_zh": "带动就业人次", "label_en": "jobs", "source_zh": "新闻报道", "source_en": "a report"}
    ReportedFigure.objects.create(key="jobs", region=land.province, value=6_000_000, is_about=True, **values)
    page = client.get("/en/brands/").content.decode()
    for words in ("about 6 million", "a report", "<b>1,234</b>"):
        assert words in page
    assert "6,001,234" not in page


@pytest.mark.parametrize("query", ["?q=a", "?tier=national", "?year=2025", "?kind=port", "?region=530100"])
def test_the_reported_headline_stands_beside_the_whole_alone(land, client, query):
    make_brand(land.counties[0], "a", ("NATIONAL", "2024-01-01"), figures=[(2025, 1234, 56)])
    names = {"label_zh": "人次", "label_en": "jobs", "source_zh": "报道", "source_en": "a report"}
    ReportedFigure.objects.create(key="jobs", region=land.province, value=6_000_000, **names)
    assert "6 million" in client.get("/en/brands/").content.decode()
    assert "6 million" not in client.get(f"/en/brands/{query}").content.decode()


def test_a_link_keeps_the_filters(land):
    from django.http import QueryDict

    given = asked.read(QueryDict("tier=national&year=2026&q=花&brand=x&region=530100"), TODAY)
    assert given.query(brand="y") == "?tier=national&q=%E8%8A%B1&region=530100&brand=y"
    assert given.before("region") == "?tier=national&q=%E8%8A%B1&"


# --- around the brands ------------------------------------------------------------------------------------------------


def test_every_county_is_listed_with_its_products_and_those_without_say_so(land, client):
    make_brand(land.counties[0], "a", ("NATIONAL", "2024-01-01"), product_en="flowers")
    make_brand(land.counties[0], "b", ("COUNTY", "2024-01-01"), product_en="tea")
    make_brand(land.counties[3], "c", ("COUNTY", "2024-01-01"), name_en="Welders")
    make_brand(land.counties[4], "later", stage="CULTIVATION", product_en="secret")
    page = client.get("/en/brands/around/")
    assert page.context["counted"] == (9, 2, 1)
    assert [part.brands for part in page.context["parts"]] == [2, 1, 0]
    words = page.content.decode()
    assert words.count("no brand yet") == 7
    for known in ("flowers", "tea", "Welders", 'href="/en/brands/a/"'):
        assert known in words
    assert "secret" not in words
    assert client.get("/en/brands/around/?region=530102").context["counted"] == (1, 0, 0)


def test_the_people_around_brands_are_those_who_serve_now(land, client):
    brand = make_brand(land.counties[0], "a", ("NATIONAL", "2024-01-01"))
    hidden = make_brand(land.counties[1], "h", stage="CULTIVATION")
    term = {"starts_on": day("2026-01-01"), "ends_on": day("2029-01-01")}
    for name, who, more in (
        ("Serving", brand, term),
        ("Dismissed", brand, term | {"dismissed_on": day("2026-05-01")}),
        ("Over", brand, term | {"ends_on": TODAY}),
        ("Hidden", hidden, term),
    ):
        Ambassador.objects.create(brand=who, name_zh=name, name_en=name, **more)
    Studio.objects.create(brand=brand, name_zh="工作室", name_en="Studio of Li", region=land.counties[0])
    program = Cooperation.objects.create(code="east", name_zh="协作", name_en="East and West", partner_code="310000")
    program.brands.add(brand, hidden)
    words = client.get("/en/brands/around/").content.decode()
    for shown in ("Serving", "Studio of Li", "East and West"):
        assert shown in words
    for kept in ("Dismissed", "Over<", "Hidden", "Brand h"):
        assert kept not in words


# --- frames and the wall ----------------------------------------------------------------------------------------------


def test_only_the_embedded_map_may_be_framed(land, client, settings):
    make_brand(land.counties[0], "a", ("NATIONAL", "2024-01-01"))
    framed = client.get("/brands/embed/")
    assert "X-Frame-Options" not in framed
    assert re.search(r"frame-ancestors \*(;|$)", framed["Content-Security-Policy"])
    assert framed["X-Robots-Tag"] == "noindex"
    assert not framed.cookies
    client.force_login(verifier())
    assert client.get("/brands/embed/").content == framed.content
    text = framed.content.decode()
    assert '<meta name="robots" content="noindex">' in text
    assert "<form" not in text
    assert 'href="http://testserver/brands/?brand=a"' in text
    for path in ("/brands/", "/brands/list/", "/brands/screen/"):
        page = client.get(path)
        assert page["X-Frame-Options"] == "SAMEORIGIN"
        assert "frame-ancestors 'self'" in page["Content-Security-Policy"]


def test_the_wall_renews_itself_unless_told_not_to(land, client):
    make_brand(land.counties[0], "a", ("NATIONAL", "2024-01-01"))
    assert client.get("/brands/screen/")["Refresh"] == "60"
    assert "Refresh" not in client.get("/brands/screen/?still=1")
