"""What cannot be right in a profile, and what would give a person away."""

import pytest

from talents.rules.profiles import as_skills, giveaways, is_contact, problems


@pytest.mark.parametrize(
    "text",
    [
        "请打 13812345678",
        "138-1234-5678",
        "1 3 8 1 2 3 4 5 6 7 8",
        "１３８１２３４５６７８",
        "一三八一二三四五六七八",
        "座机0871 6512 3456",
        "chen@example.org",
        "chen @ example",
        "https://chen.example",
        "微信：chensiyuan",
        "WeChat ID chen_2020",
        "QQ 12345",
        "990101199003070015",
    ],
)
def test_ways_to_reach_somebody_are_found(text):
    assert is_contact(text)


@pytest.mark.parametrize(
    "text", ["2015–2020 年做车联网，量产 12 万辆", "熟悉 C++、GB/T 32100", "带过 8 人小组", "ISO 26262", ""]
)
def test_work_in_numbers_is_no_address(text):
    assert not is_contact(text)


def test_own_names_are_kept_out_of_every_text():
    private = ["陈思远", "示例保密大学", "Secret Motors Ltd", ""]
    facts = {"headline": "我是 陈 思 远", "summary": "At SECRET  motors ltd since 2019", "skills": ["示例保密大学 MBA"]}
    assert set(giveaways(facts, private)) == {"headline", "summary", "skills"}
    assert giveaways({"headline": "车联网架构", "summary": "", "skills": ["OTA"]}, private) == {}


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"major": "999999"}, "major"),
        ({"industry": "?"}, "industry"),
        ({"occupation": "0"}, "occupation"),
        ({"languages": ["xx"]}, "languages"),
        ({"traits": ["RICH"]}, "traits"),
        ({"wanted_kinds": ["NIGHT"]}, "wanted_kinds"),
        ({"graduation_year": -5}, "graduation_year"),
        ({"graduation_year": 2099}, "graduation_year"),
        ({"work_since": 2027}, "work_since"),
        ({"pay_from": -1}, "pay_from"),
        ({"pay_from": 10**9}, "pay_from"),
        ({"skills": ["x" * 31]}, "skills"),
        ({"skills": [str(n) for n in range(13)]}, "skills"),
        ({"visibility": "REGION_ONLY", "audience": None}, "audience"),
    ],
)
def test_what_cannot_be_right_is_named(facts, field):
    assert list(problems(facts, 2026)) == [field]


def test_a_plain_profile_is_right():
    facts = {
        "major": "080901",
        "industry": "I",
        "languages": ["en"],
        "skills": ["OTA"],
        "work_since": 2015,
        "graduation_year": 2015,
        "pay_from": 20000,
        "visibility": "OPEN",
    }
    assert problems(facts, 2026) == {}


def test_skills_are_divided_by_commas_of_both_scripts_and_kept_once():
    assert as_skills("OTA，Kubernetes; ota、 数据  闭环\nOTA,") == ["OTA", "Kubernetes", "数据 闭环"]
