"""Windows: map, list, opening hours."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import translation

from jobs import clock
from tests import cast
from tests.cast import moment
from workstations.models import OpeningHours, Window, Workstation
from workstations.queries import OpenState, open_state, window_map

FRIDAY = moment("2026-09-18 10:00")


@pytest.fixture(autouse=True)
def _friday(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: FRIDAY)
    translation.activate("zh-hans")


@pytest.fixture
def window(world):
    OpeningHours.objects.bulk_create(
        OpeningHours(window=world.window, weekday=weekday, opens_at=opens, closes_at=closes)
        for weekday in range(1, 6)
        for opens, closes in ((dt.time(9), dt.time(12)), (dt.time(13, 30), dt.time(17, 30)))
    )
    return world.window


def page(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def shown(client, **params) -> list[str]:
    places = client.get("/windows/", params).context["places"]
    return [window.code for place in places for window, _open in place.rows]


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("2026-09-18 10:00", OpenState(True, until=dt.time(12))),
        ("2026-09-18 12:00", OpenState(False, next_at=moment("2026-09-18 13:30"))),
        ("2026-09-18 17:30", OpenState(False, next_at=moment("2026-09-20 09:00"))),  # Sunday, a make-up working day
        ("2026-09-20 09:00", OpenState(True, until=dt.time(12))),
        ("2026-09-24 18:00", OpenState(False, next_at=moment("2026-09-28 09:00"))),  # Mid-Autumn: 25 to 27 September
        ("2026-10-01 10:00", OpenState(False, next_at=moment("2026-10-08 09:00"))),  # National Day: 1 to 7 October
    ],
)
def test_open_now_follows_hours_and_calendar(window, now, state):
    assert open_state(window, moment(now)) == state


def test_a_paused_window_is_never_open(window):
    window.status = "PAUSED"
    assert open_state(window, FRIDAY) == OpenState(False)


def test_a_window_without_hours_is_closed(world):
    assert open_state(world.other_window, FRIDAY) == OpenState(False)


def test_list_by_place_item_and_opening(client, world, window):
    assert shown(client) == ["w2", "w1"]
    assert shown(client, region="530114") == ["w1"]
    assert shown(client, region="530100") == ["w2", "w1"]
    assert shown(client, item=world.item.code) == ["w2", "w1"]
    assert shown(client, open="1") == ["w1"]
    world.other_window.items.update(ends_on=FRIDAY.date())
    assert shown(client, item=world.item.code) == ["w1"]


def test_closed_windows_are_not_public(client, world):
    Window.objects.filter(code="w1").update(status="CLOSED")
    assert shown(client) == ["w2"]
    assert client.get("/windows/w1/").status_code == 404


def test_map_counts_open_windows_by_prefecture(world):
    square = [[100, 24], [102, 24], [102, 26], [100, 26]]
    type(world.city).objects.filter(pk=world.city.pk).update(outline=[square], center=[101, 25])
    Window.objects.filter(code="w2").update(status="PAUSED")
    found = window_map(FRIDAY.date())
    assert [(area.region.code, area.count, area.shade) for area in found.areas] == [("530100", 1, 5)]
    assert found.areas[0].shape.path.startswith("M")
    assert (found.total, found.provincial) == (1, 0)


def test_map_links_and_table_say_the_same(client, world):
    square = [[100, 24], [102, 24], [102, 26], [100, 26]]
    type(world.city).objects.filter(pk=world.city.pk).update(outline=[square], center=[101, 25])
    text = page(client.get("/en/windows/?view=table"))
    assert 'aria-label="Region 530100, 2 windows"' in text
    assert '<details class="card card--flush place" id="table" open>' in text
    assert '<td class="num">2</td>' in text


def test_nothing_found_offers_a_way_on(client, world):
    assert "No window fits" in page(client.get("/en/windows/?open=1"))


def test_workstations_stand_beside_the_windows(client, world):
    station = Workstation.objects.create(
        code="s1", name_zh="呈贡人才服务工作站", name_en="Chenggong station", level="COUNTY", region=world.county,
        host=world.office, address_zh="示例路2号", address_en="2 Sample Road", phone="0871-2",
    )  # fmt: skip
    assert "Chenggong station" in page(client.get("/en/windows/"))
    assert list(client.get("/windows/?region=530114").context["stations"]) == [station]
    assert list(client.get("/windows/?region=530102").context["stations"]) == []


def test_window_page(client, world, window):
    text = page(client.get(reverse("windows:detail", args=["w1"])))
    assert "09:00–12:00" in text
    assert "示例路1号" in text
    assert "0871-12333" in text
    assert reverse("services:guide", args=[world.item.code]) in text
    text = page(client.get("/en/windows/w1/"))
    assert "open until 12:00" in text
    assert "Monday" in text


def test_unknown_window(client, world):
    assert client.get("/windows/none/").status_code == 404


def test_bad_parameters_do_no_harm(client, world):
    assert shown(client, region="x' OR 1=1", item="' --", open="") == ["w2", "w1"]


# --- one's own place first -------------------------------------------------------------------------------------------


@pytest.fixture
def dali(world):
    """A second prefecture with a window."""
    city = cast.make_region("532900", "PREFECTURE", "大理白族自治州", world.province)
    county = cast.make_region("532901", "COUNTY", "大理市", city)
    cast.make_window("w3", county, world.office)
    return county


def opened(client, **params) -> list[tuple[str, bool]]:
    """Return (place, whether it is laid open) of the list, in its order."""
    said = page(client.get("/windows/", params))
    found = re.findall(r'<details class="card card--flush place"( open)?> <summary>(\S+) <span class="facet', said)
    return [(name, bool(is_open)) for is_open, name in found]


def test_the_capital_comes_first_and_for_a_unit_where_it_works(world, window, dali, client, applicant):
    for n in range(12):  # a long list is folded
        cast.make_window(f"more{n}", dali, world.office)
    assert opened(client) == [("昆明市", True), ("大理白族自治州", False)]
    unit = cast.make_unit(dali, applicant, FRIDAY)
    client.force_login(applicant)
    assert opened(client) == [("大理白族自治州", True), ("昆明市", False)]
    unit.members.update(left_at=FRIDAY)
    assert opened(client)[0] == ("昆明市", True)


def test_words_find_windows_by_place_name_and_address(world, window, dali, client):
    assert shown(client, q="大理") == ["w3"]
    assert shown(client, q="呈贡 示例路") == ["w1"]
    assert shown(client, q="昆明市") == ["w2", "w1"]
    assert shown(client, q="呈贡 大理") == []
    assert "呈贡 大理" in page(client.get("/windows/", {"q": "呈贡 大理"}))
    assert shown(client, q="大理", region="530114") == []
    assert client.get("/windows/", {"q": "%_'"}).status_code == 200
