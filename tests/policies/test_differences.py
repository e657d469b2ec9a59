"""What changed between two versions, on rows that never saw a database."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation

from policies.models import Benefit, Clause
from policies.pages.differences import Change, Piece, of_benefits, of_clauses, pieces


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def benefit(key="settling", amount: int | None = 50000, **values) -> Benefit:
    money = None if amount is None else Decimal(amount)
    return Benefit(key=key, name_zh="安家补贴", name_en="Allowance", amount_yuan=money, **values)


def clause(number: str, text: str, kind: str = "ARTICLE", **values) -> Clause:
    return Clause(number=number, text_zh=text, kind=kind, anchor=f"a-{number}", **values)


def told(old: Benefit, new: Benefit):
    (change,) = of_benefits([old], [new])
    return change.change, [(line.what, line.before, line.after) for line in change.lines]


def test_a_benefit_is_the_same_by_its_key_and_may_come_or_go():
    changes = of_benefits([benefit("old"), benefit("kept")], [benefit("kept"), benefit("new")])
    assert [(one.change, one.benefit.key) for one in changes] == [
        (Change.NEW, "new"),
        (Change.GONE, "old"),
        (Change.SAME, "kept"),
    ]


def test_what_nobody_has_confirmed_yet_is_not_gone():
    changes = of_benefits(
        [benefit("open"), benefit("again"), benefit("old")], [benefit("again")], [benefit("open"), benefit("again")]
    )
    assert [(one.change, one.benefit.key) for one in changes] == [
        (Change.GONE, "old"),
        (Change.WAITING, "open"),
        (Change.SAME, "again"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        (benefit(amount=50000), benefit(amount=80000), Change.RAISED),
        (benefit(amount=80000), benefit(amount=50000), Change.LOWERED),
        (benefit(amount=80000), benefit(amount=None), Change.CHANGED),
        (benefit(amount=None), benefit(amount=None), Change.SAME),
        (  # 24 x 1,000 against 36 x 1,000
            benefit(amount=1000, pay_rule="MONTHLY", pay_months=24),
            benefit(amount=1000, pay_rule="MONTHLY", pay_months=36),
            Change.RAISED,
        ),
        (  # less a month, but longer: 48,000 against 54,000
            benefit(amount=2000, pay_rule="MONTHLY", pay_months=24),
            benefit(amount=1500, pay_rule="MONTHLY", pay_months=36),
            Change.RAISED,
        ),
        (  # 36,000 a year for three years against 1,000 a month for three years
            benefit(amount=36000, pay_rule="YEARLY", pay_months=36),
            benefit(amount=1000, pay_rule="MONTHLY", pay_months=36),
            Change.LOWERED,
        ),
        (  # without an end nobody can add it up
            benefit(amount=36000, pay_rule="ONCE"),
            benefit(amount=1000, pay_rule="MONTHLY"),
            Change.CHANGED,
        ),
        (
            benefit(amount=1000, pay_rule="MONTHLY"),
            benefit(amount=1200, pay_rule="MONTHLY"),
            Change.RAISED,
        ),
    ],
)
def test_raised_or_lowered_by_what_is_paid_in_all(old, new, change):
    assert told(old, new)[0] == change


def test_only_what_reads_differently_is_told():
    old = benefit(conditions={"all": [{"fact": "age", "op": "at_most", "value": 40}]}, ends_on=dt.date(2027, 1, 1))
    new = benefit(
        amount=80000, conditions={"all": [{"fact": "age", "op": "at_most", "value": 45}]}, ends_on=dt.date(2029, 1, 1)
    )
    change, lines = told(old, new)
    assert change == Change.RAISED
    assert [what for what, _before, _after in lines] == ["Amount", "Who may have it", "Until"]
    assert lines[0] == ("Amount", "50,000 yuan", "80,000 yuan")
    assert "40" in lines[1][1]
    assert "45" in lines[1][2]
    assert lines[2] == ("Until", "31 December 2026", "31 December 2028")


def test_a_condition_that_stays_is_not_told_again():
    stays = {"fact": "degree", "op": "at_least", "value": "doctor"}
    old = benefit(conditions={"all": [stays]})
    new = benefit(conditions={"all": [stays, {"fact": "full_time", "op": "is", "value": True}]})
    change, ((what, before, after),) = told(old, new)
    assert (change, what, before) == (Change.CHANGED, "Who may have it", "nothing of the kind")
    assert "doctor" not in after


def test_the_sentence_is_told_when_nothing_else_tells_the_difference():
    change, lines = told(
        benefit(amount=None, text_en="Flats for all."), benefit(amount=None, text_en="Flats for some.")
    )
    assert change == Change.CHANGED
    assert lines == [("In the words of the document", "Flats for all.", "Flats for some.")]


# --- clauses ----------------------------------------------------------------------------------------------------------

OLD = [
    clause("第一条", "为了引进人才，制定本办法。"),
    clause("第二条", "引进的博士给予安家补贴5万元，分3年发放。"),
    clause("第三条", "用人单位负责初审，主管部门负责复核。"),
    clause("第四条", "本办法自发布之日起施行。"),
]


def changes(new):
    return [(one.change, str(one.before or ""), str(one.after or "")) for one in of_clauses(OLD, new)]


def test_an_inserted_clause_only_renumbers_those_behind_it():
    new = [OLD[0], clause("第二条", "本省全域适用，含各类功能区与开发区。"), *renumbered(OLD[1:], 3)]
    assert changes(new) == [
        (Change.SAME, "第一条", "第一条"),
        (Change.NEW, "", "第二条"),
        (Change.MOVED, "第二条", "第三条"),
        (Change.MOVED, "第三条", "第四条"),
        (Change.MOVED, "第四条", "第五条"),
    ]


def renumbered(clauses, first: int):
    return [clause(f"第{'一二三四五六'[first + at - 1]}条", one.text_zh) for at, one in enumerate(clauses)]


def test_what_is_gone_stands_where_it_stood():
    assert changes([OLD[0], OLD[2], OLD[3]]) == [
        (Change.SAME, "第一条", "第一条"),
        (Change.GONE, "第二条", ""),
        (Change.SAME, "第三条", "第三条"),
        (Change.SAME, "第四条", "第四条"),
    ]
    assert changes([])[-1] == (Change.GONE, "第四条", "")


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("引进的博士给予安家补贴10万元，分3年发放。", Change.RAISED),
        ("引进的博士给予安家补贴8000元，分3年发放。", Change.LOWERED),
        ("引进的博士给予安家补贴10万元，分5年发放。", Change.CHANGED),
        ("引进的博士给予安家补贴五万元，分3年发放。", Change.CHANGED),
    ],
)
def test_a_clause_is_raised_when_nothing_but_its_sums_went_up(text, change):
    assert (change, "第二条", "第二条") in changes([OLD[0], clause("第二条", text), *OLD[2:]])


def test_words_are_marked_and_put_together_again_to_both_texts():
    found = pieces("给予补贴5万元，分3年发放。", "给予补贴10万元，分3年发放。")
    assert found == [
        Piece("", "给予补贴"),
        Piece("del", "5"),
        Piece("ins", "10"),
        Piece("", "万元，分3年发放。"),
    ]
    for old, new in (("甲乙丙丁", "甲子丙丑"), ("", "新"), ("旧", ""), ("同", "同"), ("a b c", "a d c")):
        found = pieces(old, new)
        assert "".join(one.text for one in found if one.mark != "ins") == old
        assert "".join(one.text for one in found if one.mark != "del") == new


def test_long_clauses_are_compared_by_sentence():
    old = "".join(f"第{n}句话说的是一件事情。" for n in range(800))
    found = pieces(old, old.replace("第400句话", "第四百句话"))
    assert [(one.mark, one.text) for one in found if one.mark] == [
        ("del", "第400句话说的是一件事情。"),
        ("ins", "第四百句话说的是一件事情。"),
    ]


def test_many_clauses_are_compared_in_a_moment():
    old = [clause(f"第{n}条", f"第{n}款规定的事项由第{n % 7}个部门在{n}日内办理。") for n in range(400)]
    new = [clause(f"第{n}条", f"第{n}款所列的事项由第{n % 7}个部门在{n}日内办结。") for n in range(400)]
    found = of_clauses(old, new)
    assert {one.change for one in found} == {Change.CHANGED}
    assert all(one.before.number == one.after.number for one in found)
