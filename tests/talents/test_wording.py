"""Words of a vacancy that may discriminate, in both languages."""

import pytest

from talents.rules.wording import discriminating
from talents.states import Ground


def grounds(text: str) -> set[str]:
    return {one["ground"] for one in discriminating({"description": text})}


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("仅限男性", Ground.SEX),
        ("女士优先", Ground.SEX),
        ("限 男 性，能出差", Ground.SEX),
        ("性别：女", Ground.SEX),
        ("不招女生", Ground.SEX),
        ("Male only", Ground.SEX),
        ("we prefer women", Ground.SEX),
        ("要求已婚已育", Ground.FAMILY),
        ("三年内不生育", Ground.FAMILY),
        ("unmarried applicants", Ground.FAMILY),
        ("限汉族", Ground.ETHNICITY),
        ("Han only", Ground.ETHNICITY),
        ("无宗教信仰", Ground.RELIGION),
        ("35周岁以下", Ground.AGE),
        ("年龄不超过40岁", Ground.AGE),
        ("18-35岁", Ground.AGE),
        ("３５周岁以下", Ground.AGE),
        ("aged under 35", Ground.AGE),
        ("限本市户籍", Ground.HOUSEHOLD),
        ("local hukou required", Ground.HOUSEHOLD),
        ("乙肝携带者勿扰", Ground.HEALTH),
        ("五官端正，身高170以上", Ground.LOOKS),
        ("限985、211院校", Ground.SCHOOL),
    ],
)
def test_each_ground_is_found(text, ground):
    assert ground in grounds(text)


@pytest.mark.parametrize(
    "text",
    [
        "性别不限，男女均可",
        "年龄不限",
        "负责女装和男装的设计",
        "月薪 12000 至 18000 元，五险一金",
        "熟悉车联网架构，5 年以上工作经验",
        "负责双江县基地 2110 亩茶园的管理",
        "Design of women's clothing; 35 people in the team, 40 hours a week",
        "At least a master's degree; working years 5 or more",
        "招聘工艺工程师",
        "",
    ],
)
def test_plain_words_are_left_alone(text):
    assert discriminating({"description": text}) == []


def test_a_finding_says_where_and_as_what_it_stands():
    (found,) = discriminating({"title": "工程师", "conditions": "本科以上学历，有驾照，仅限男性，能适应高原环境工作"})
    assert found["field"] == "conditions"
    assert found["word"] == "仅限男性"
    assert "有驾照" in found["around"]


def test_the_same_word_twice_is_told_once_and_the_longest_of_several():
    found = discriminating({"description": "限本地户口优先。限本地户口优先。"})
    assert [one["word"] for one in found] == ["限本地户口优先"]
