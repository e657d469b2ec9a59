"""Divisions by GB/T 2260: counts, English names, outlines."""

import json
from collections import Counter

import pytest

from provinces.geography import divisions, english_name, pinyin

COUNTS = {"530000": (16, 129), "220000": (9, 60), "330000": (11, 90)}


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("云南省", "Yunnan Province"),
        ("昆明市", "Kunming City"),
        ("呈贡区", "Chenggong District"),
        ("姚安县", "Yao'an County"),
        ("普洱市", "Pu'er City"),
        ("大理白族自治州", "Dali Bai Autonomous Prefecture"),
        ("红河哈尼族彝族自治州", "Honghe Hani and Yi Autonomous Prefecture"),
        ("双江拉祜族佤族布朗族傣族自治县", "Shuangjiang Lahu, Va, Blang and Dai Autonomous County"),
        ("延边朝鲜族自治州", "Yanbian Korean Autonomous Prefecture"),
        ("前郭尔罗斯蒙古族自治县", "Qian Gorlos Mongol Autonomous County"),
        ("景宁畲族自治县", "Jingning She Autonomous County"),
        ("珲春市", "Hunchun City"),
        ("长白朝鲜族自治县", "Changbai Korean Autonomous County"),
        ("绿春县", "Lüchun County"),
        ("香格里拉市", "Shangri-La City"),
        ("乐清市", "Yueqing City"),
        ("台州市", "Taizhou City"),
        ("丽水市", "Lishui City"),
        ("莲都区", "Liandu District"),
    ],
)
def test_names_are_written_as_english_maps_write_them(name, english):
    assert english_name(name) == english


def test_pinyin_is_for_searching():
    assert pinyin("大理白族自治州") == "da li bai zu zi zhi zhou"
    assert pinyin("绿园区") == "lv yuan qu"


@pytest.mark.parametrize("code", COUNTS)
def test_a_province_has_its_prefectures_and_counties_each_with_an_outline(code):
    rows = divisions(code)
    kinds = Counter(row["kind"] for row in rows)
    assert (kinds["PROVINCE"], kinds["PREFECTURE"], kinds["COUNTY"]) == (1, *COUNTS[code])
    seen = set()
    for row in rows:
        assert row["parent_id"] in seen or row["kind"] == "PROVINCE"
        seen.add(row["code"])
        assert all(len(ring) >= 4 and ring[0] == ring[-1] for ring in row["outline"])
        assert len(row["center"]) == 2
    assert len({row["name_en"] for row in rows if row["kind"] != "COUNTY"}) == 1 + COUNTS[code][0]
    assert len(json.dumps(rows)) < 500_000
