"""What the words of a clause seem to grant."""

from datetime import date
from decimal import Decimal

import pytest

from policies.matching.conditions import check_tree
from policies.models import BenefitKind, PayRule
from policies.text.extraction import amounts, conditions, number, suggest


def told(text: str) -> list[tuple]:
    """Return what matters most of each suggestion."""
    return [(s.kind, s.amount_yuan and int(s.amount_yuan), s.pay_rule, s.pay_months) for s in suggest(text)]


def leaves(text: str) -> list[tuple]:
    return [(leaf["fact"], leaf["op"], leaf["value"]) for leaf in conditions(text).get("all", [])]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,500", 1500),
        ("1.5", Decimal("1.5")),
        ("十", 10),
        ("一百二十", 120),
        ("二千零五", 2005),
        ("两百", 200),
        ("〇", 0),
    ],
)
def test_numbers_in_digits_and_characters(text, value):
    assert number(text) == value


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("给予10万元补贴", [100_000]),
        ("给予１０万元补贴".translate(str.maketrans("１０", "10")), [100_000]),
        ("给予五十万元", [500_000]),
        ("给予一百二十万元", [1_200_000]),
        ("每月1,500元", [1500]),
        ("给予2.5万元", [25_000]),
        ("最高1亿元", [100_000_000]),
        ("一千万元", [10_000_000]),
        ("10万、5万、2万元", [100_000, 50_000, 20_000]),
        ("5—10万元", [100_000]),
        ("5万元至10万元", [100_000]),
        ("年薪30万元以上的，给予5万元", [50_000]),
        ("投资额不低于500万元的，给予5万元", [50_000]),
        ("引进10万人才，2026年完成", []),
        ("10万美元", []),
    ],
)
def test_amounts_are_read_in_yuan_and_thresholds_are_none(text, yuan):
    assert [int(one.yuan) for one in amounts(text)] == yuan


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("给予一次性购房补贴10万元。", [("home", 100_000, "ONCE", None)]),
        ("每月给予1500元租房补贴，最长不超过36个月。", [("rent", 1500, "MONTHLY", 36)]),
        ("按每年2万元发放生活补贴，连续三年。", [("living", 20_000, "YEARLY", 36)]),
        ("给予100万元安家费，分5年发放。", [("settling", 1_000_000, "INSTALMENTS", 60)]),
        ("给予30万元安家费，分三次兑现。", [("settling", 300_000, "INSTALMENTS", None)]),
        ("最高给予50万元科研启动经费。", [("research", 500_000, "UP_TO", None)]),
        ("给予不超过20万元的创业补贴。", [("startup", 200_000, "UP_TO", None)]),
        ("D类及以上人才子女可优先安排就读公办学校。", [("schooling", None, "NONE", None)]),
        ("为博士提供免费体检。", [("medical", None, "NONE", None)]),
        (
            "一次性给予安家费50万元和科研启动费20万元。",
            [("settling", 500_000, "ONCE", None), ("research", 200_000, "ONCE", None)],
        ),
    ],
)
def test_kind_amount_and_payment(text, what):
    assert told(text) == what


@pytest.mark.parametrize(
    "text",
    [
        "处5万元以上10万元以下罚款。",
        "没收违法所得，并处2万元罚款。",
        "国家鼓励企业开展职工培训。",
        "注册资本不少于500万元。",
        "第一条 为了促进人才发展，制定本办法。",
        "",
    ],
)
def test_nothing_is_suggested_where_nothing_is_granted(text):
    assert suggest(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "对A类、B类、C类人才分别给予100万元、60万元、30万元安家补贴。",
        "A类人才100万元、B类人才60万元、C类人才30万元的安家补贴。",
        "给予以下人才安家补贴：\n| A类 | 100万元 |\n| B类 | 60万元 |\n| C类 | 30万元 |",
    ],
)
def test_each_class_gets_its_own_suggestion(text):
    found = [(s.key, int(s.amount_yuan), s.conditions["all"][0]["value"]) for s in suggest(text)]
    assert [(amount, value) for _key, amount, value in found] == [(1_000_000, "A"), (600_000, "B"), (300_000, "C")]
    assert len({key for key, _amount, _value in found}) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("D类及以上人才", [("grade", "at_least", "D")]),
        ("A、B类人才", [("grade", "in", ["A", "B"])]),
        ("具有硕士及以上学位", [("degree", "at_least", "master")]),
        ("博士研究生", [("degree", "is", "doctor")]),
        ("设立博士后科研工作站", []),
        ("副高级及以上职称", [("title", "at_least", "associate_senior")]),
        ("正高级职称", [("title", "is", "senior")]),
        ("高级技师", [("skill", "is", "1")]),
        ("高级工程师", [("title", "is", "associate_senior")]),
        ("年龄不超过40周岁", [("age", "at_most", 40)]),
        ("35周岁以下", [("age", "at_most", 35)]),
        ("未满35周岁", [("age", "at_most", 34)]),
        ("18周岁以上", [("age", "at_least", 18)]),
        ("全职引进", [("full_time", "is", True)]),
        ("留学回国人员", [("returned", "is", True)]),
        ("首套住房", [("first_home", "is", True)]),
        ("在昆明市无自有住房的", [("first_home", "is", True)]),
        ("没有产权住房", [("first_home", "is", True)]),
        ("本人及配偶未购买过商品住房", [("first_home", "is", True)]),
        ("无房职工", [("first_home", "is", True)]),
        ("无住房公积金的", []),
        ("无房产证", []),
        ("毕业5年内", [("graduated_years", "at_most", 5)]),
        ("缴纳社会保险满6个月", [("insured_months", "at_least", 6)]),
        ("从事技术工作五年以上", [("years", "at_least", 5)]),
    ],
)
def test_conditions_follow_the_words_and_the_civil_code(text, said):
    assert leaves(text) == said
    assert check_tree(conditions(text, "a1")) == []


def test_conditions_of_the_lead_hold_for_what_is_listed_below_it():
    found = suggest("对全职引进的博士：\n（一）给予购房补贴10万元；\n（二）每月给予1000元租房补贴。", "a3")
    assert [(s.kind, {leaf["fact"] for leaf in s.conditions["all"]}) for s in found] == [
        (BenefitKind.HOME, {"degree", "full_time"}),
        (BenefitKind.RENT, {"degree", "full_time"}),
    ]
    assert {leaf["clause"] for s in found for leaf in s.conditions["all"]} == {"a3"}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("给予创业补贴5万元，执行至2027年12月31日止。", date(2028, 1, 1)),
        ("2026年6月30日前给予创业补贴5万元。", date(2026, 7, 1)),
        ("2027年底前给予创业补贴5万元。", date(2028, 1, 1)),
        ("至2027年2月30日给予创业补贴5万元。", None),
        ("2026年5月1日起给予创业补贴5万元。", None),
    ],
)
def test_the_end_is_the_first_day_without_it(text, day):
    assert [s.ends_on for s in suggest(text)] == [day]


def test_a_suggestion_quotes_its_sentence_and_names_the_range():
    text = "本条自发布起执行。给予5—10万元创业补贴。"
    (found,) = suggest(text)
    assert (found.text_zh, text[found.start : found.end]) == ("给予5—10万元创业补贴", "给予5—10万元创业补贴。")
    assert (found.pay_rule, found.pay_note_zh) == (PayRule.UP_TO, "5—10万元")


@pytest.mark.parametrize(
    ("text", "note"), [("给予100万元安家费，分5年发放。", ""), ("给予100万元安家费，分3次发放。", "分3次")]
)
def test_a_note_does_not_repeat_what_the_months_say(text, note):
    assert [s.pay_note_zh for s in suggest(text)] == [note]


def test_fullwidth_digits_are_digits():
    assert told("给予１０万元购房补贴。") == [("home", 100_000, "ONCE", None)]
