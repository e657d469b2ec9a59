"""Words taken apart: folding, pieces, spellings, concepts and the list of terms."""

import pytest

from policies.search.statistics import Statistics
from policies.search.tokens import fold, grams, required, spellings
from policies.search.words import concepts, terms, widened


@pytest.mark.parametrize(
    "text", ["人才", "人", "10万元", "plan b2条", "国办发(2018)124号", "第706号令", "a", "abc人def"]
)
@pytest.mark.parametrize(("before", "after"), [("", ""), ("前", "后"), ("x", "y"), ("1", "2"), ("。", "，")])
def test_what_contains_a_term_has_all_its_index_words(text, before, after):
    have = set(grams(f"甲乙{before}{text}{after}丙丁"))
    for word in required(text):
        assert any(one.startswith(word[:-2]) for one in have) if word.endswith(":*") else word in have


def test_folding_keeps_every_place():
    text = "〔２０１８〕ＡbＣ①㈠ﬁ　\t人"
    assert fold(text) == "(2018)abc1㈠ﬁ  人"
    assert len(fold(text)) == len(text)


def test_spellings_begin_at_every_syllable():
    assert spellings("人才法") == ["rcf", "cf", "f", "rencaifa", "caifa", "fa"]


def test_questions_are_taken_apart_and_everyday_words_have_official_ones():
    parts = widened(concepts("请问怎么才能落户", Statistics()), Statistics())
    assert ("落户", "户口", "户籍") in [concept.words for concept in parts]


def test_the_term_list_is_clean():
    for english, chinese in terms().items():
        assert english == " ".join(english.lower().split())
        assert all(chinese)
        assert len(set(chinese)) == len(chinese)
