"""The word lists of the search: clean, and saying of usual things what the documents call them."""

import csv
from pathlib import Path

import pytest

from policies import search
from policies.search.statistics import Statistics
from policies.search.words import concepts, widened

LISTS = Path(search.__file__).parent


def lines(name: str) -> list[list[str]]:
    with (LISTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


@pytest.mark.parametrize("name", ["terms.csv", "synonyms.csv"])
def test_each_word_is_listed_once_with_other_words_for_it(name):
    rows = lines(name)
    assert all(len(row) == 2 for row in rows)
    said = [word for word, _others in rows]
    assert len(set(said)) == len(said)
    for word, others in rows:
        assert word == word.strip() != ""
        words = others.split("|")
        assert len(set(words)) == len(words)
        assert word not in words
        assert all(other == other.strip() != "" for other in words)


def test_english_terms_are_in_order():
    said = [word for word, _chinese in lines("terms.csv")]
    assert said == sorted(said)


@pytest.mark.parametrize(
    ("typed", "chinese"),
    [
        ("scientific and technological achievements transformation", {"科技成果转化"}),
        ("Chinese-foreign cooperative education", {"中外合作办学"}),
        ("entrepreneurship guarantee loans", {"创业担保贷款"}),
        ("shared ownership housing", {"共有产权住房"}),
        ("service inventions", {"职务发明"}),
        ("long-term care insurance", {"长期护理保险"}),
        ("points-based settlement", {"积分落户"}),
        ("rural land contract", {"农村土地承包"}),
    ],
)
def test_english_terms_of_policy_are_one_thing(typed, chinese):
    [concept] = concepts(typed, Statistics())
    assert chinese <= set(concept.words[1:])


@pytest.mark.parametrize(
    ("typed", "official"),
    [
        ("科技进步", "科学技术进步"),
        ("科创中心", "科技创新中心"),
        ("社保", "社会保险"),
        ("公积金", "住房公积金"),
        ("自贸区", "自由贸易试验区"),
        ("人社厅", "人力资源社会保障"),
        ("高企", "高新技术企业"),
        ("专技人员继续教育", "专业技术人员"),
        ("公租房怎么申请", "公共租赁住房"),
        ("放管服", "简政放权"),
    ],
)
def test_abbreviations_are_asked_for_by_their_official_names_too(typed, official):
    found = widened(concepts(typed, Statistics()), Statistics())
    assert official in {word for concept in found for word in concept.words}
