import pytest
from django.utils import translation

from regions import divisions


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *[("33", "330000"), ("3301", "330100"), (" 330106 ", "330106"), ("000000", "000000")],
        *[("3", ""), ("33010", ""), ("３３", ""), ("a1", ""), ("", "")],
    ],
)
def test_codes_of_two_four_and_six_digits(text, code):
    assert divisions.full_code(text) == code


@pytest.mark.parametrize("code", ["000000", "530000", "530100", "530114", "419001", "410173", "371200", "810000"])
def test_codes_that_exist_or_did(code):
    assert divisions.exists(code)


@pytest.mark.parametrize("code", ["990000", "539900", "530199", "000001", "", "33", "999999"])
def test_codes_that_never_were(code):
    assert not divisions.exists(code)


@pytest.mark.parametrize(
    ("code", "around"),
    [
        ("530114", ["000000", "530000", "530100", "530114"]),
        ("310115", ["000000", "310000", "310115"]),
        ("419001", ["000000", "410000", "419001"]),
        ("530000", ["000000", "530000"]),
        ("000000", ["000000"]),
    ],
)
def test_what_a_division_is_part_of(code, around):
    assert divisions.around(code) == around


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        ("000000", "全国", "Nationwide"),
        ("331127", "景宁畲族自治县", "Jingning She Autonomous County"),
        ("310115", "浦东新区", "Pudong New Area"),
        ("150000", "内蒙古自治区", "Inner Mongolia Autonomous Region"),
        ("610000", "陕西省", "Shaanxi Province"),
        ("500243", "彭水苗族土家族自治县", "Pengshui Miao and Tujia Autonomous County"),
        ("410304", "瀍河回族区", "Chanhe Hui District"),
        ("710000", "台湾省", "Taiwan Province"),
        ("123456", "123456", "123456"),
    ],
)
def test_names_in_both_languages(code, zh, en):
    assert divisions.names(code) == {"zh": zh, "en": en}
    with translation.override("en"):
        assert divisions.name(code) == en


def test_every_division_has_an_english_name_and_a_parent():
    for code in divisions._names():
        assert divisions.names(code)["en"].isascii() or "ü" in divisions.names(code)["en"], code
        assert divisions.around(code)[0] == "000000"
