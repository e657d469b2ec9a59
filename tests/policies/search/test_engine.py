"""The search of the library: what is found, in which order, how it is shown, and that nothing typed can break it."""

import datetime as dt

import pytest
from django.http import QueryDict

from policies.models import PolicyVersion, SearchEntry
from policies.search import engine, finding, index
from tests.cast import moment
from tests.policies.library import make_benefit, make_version
from tests.policies.search.documents import DAY, close, document, found, query

pytestmark = pytest.mark.django_db


# --- What is found ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "人",
        "才",
        "人才",
        "才公",
        "人才公寓",
        "寓租金",
        "10万元",
        "万元",
        "0万",
        "plan",
        "PLAN",
        "Ｐｌａｎ",
        "lan b",
        "Plan B",
        "a2",
    ],
)
def test_every_substring_is_found(text):
    document("若干措施", "符合条件的人才公寓租金减半，另给10万元。", "参见 Plan B 与附件 A2。")
    document("别的办法", "与此无关")
    assert found(text) == ["若干措施"]


def test_pairs_of_characters_that_stand_apart_are_not_the_word():
    document("若干措施", "人才引进，寓所公正，公寓整洁，才公其人。")
    assert found("人才公寓") == []


@pytest.mark.parametrize(
    "text",
    ["国办发〔2018〕124号", "国办发(2018)124号", "国办发［２０１８］１２４号", "国办发【2018】124", "国办发2018年124号",
     "国办发 2018 124号", "〔2018〕124号", "(2018)124", "[2018] 124 号"],
)  # fmt: skip
def test_document_numbers_in_any_bracket_and_width(text):
    document("第一个通知", document_no="国办发〔2018〕124号")
    document("第二个通知", document_no="国办发〔2018〕125号")
    document("第三个通知", document_no="国办发〔2019〕124号")
    assert found(text) == ["第一个通知"]


def test_the_issuers_word_tells_numbers_apart():
    document("省里的", document_no="云政发〔2020〕3号")
    document("市里的", document_no="昆政发〔2020〕3号")
    assert found("昆政发2020年3号") == ["市里的"]
    assert set(found("〔2020〕3号")) == {"省里的", "市里的"}


def test_a_phrase_in_quotes_keeps_its_words_together():
    document("连着的", "给予购房补贴")
    document("分开的", "给予购房者补贴")
    assert found("“购房补贴”") == found('"购房补贴"') == ["连着的"]
    assert set(found("购房 补贴")) == {"连着的", "分开的"}


@pytest.mark.parametrize("text", ["rcld", "RCLDTL", "rencai", "liudongtiaoli"])
def test_titles_by_pinyin_and_its_initials(text):
    document("某省人才流动条例")
    document("某省旅游条例")
    assert found(text) == ["某省人才流动条例"]


def test_english_words_find_chinese_texts():
    document("失业保险条例", "失业人员领取失业保险金")
    document("工会条例", "工会维护职工权益")
    assert found("unemployment insurance") == ["失业保险条例"]
    assert found("trade unions") == ["工会条例"]
    assert close("unemploymet insurence")[0] == "失业保险条例"  # two slips


def test_a_place_is_a_word_of_its_own_and_a_region():
    document("昆明市租房补贴办法", "本市发给租房补贴", region="530100", region_name="昆明市")
    document("某市租房补贴办法", "发给租房补贴", region="330100", region_name="杭州市")
    assert found("昆明租房补贴") == found("昆明 租房补贴") == ["昆明市租房补贴办法"]
    assert found("租房补贴") != found("昆明租房补贴")
    assert found("Hangzhou rent subsidy") == ["某市租房补贴办法"]


@pytest.mark.parametrize(
    ("text", "best"), [("某省人财流动条例", "某省人才流动条例"), ("人才流条例", "某省人才流动条例")]
)
def test_titles_forgive_a_wrong_or_missing_character(text, best):
    document("某省人才流动条例")
    document("某省住房租赁条例")
    document("某省流动人口条例")
    assert found(text) == []
    assert close(text)[0] == best


def test_whole_questions_find_the_best_although_no_document_has_all():
    document("带薪年休假实施办法", "职工累计工作满一年的，享受年休假。")
    document("工会条例", "工会组织可以开展活动。")
    document("旅游条例", "旅游者可以投诉。")
    hits = engine.search(query("请问我工作三年了，年假怎么休？"), day=DAY).rows
    assert hits[0].version.title_zh == "带薪年休假实施办法"
    assert hits[0].is_partial


def test_a_published_version_is_found_in_the_same_transaction_and_a_draft_never():
    version = make_version(state="DRAFT", title_zh="草稿里的办法")
    index.index_version(version)
    assert found("草稿里的办法") == []
    PolicyVersion.objects.filter(pk=version.pk).update(state="PUBLISHED", published_at=moment("2026-01-05 09:00"))
    index.index_version(version)
    assert found("草稿里的办法") == ["草稿里的办法"]


def test_confirmed_benefits_are_found_and_shown_first():
    version = document("若干措施")
    for number in range(4):
        make_benefit(version, text_zh=f"第{number}项普通待遇")
    make_benefit(version, text_zh="发给安家费三十万元", kind="settling")
    make_benefit(version, text_zh="没有人看过的独角兽奖励", confirmed="")
    index.index_version(version)
    [hit] = engine.search(query("安家费"), day=DAY).rows
    assert (len(hit.benefits), hit.benefit_count) == (3, 5)
    assert hit.benefits[0].text_html == "发给<mark>安家费</mark>三十万元"
    assert found("独角兽") == []


# --- In which order --------------------------------------------------------------------------------------------------


def test_titles_come_before_texts_and_the_whole_title_first():
    document("旅游条例", "工会法也提到")
    document("某省实施《中华人民共和国工会法》办法", region="330000")
    document("中华人民共和国工会法", region="000000")
    assert found("工会法") == ["中华人民共和国工会法", "某省实施《中华人民共和国工会法》办法", "旅游条例"]


def test_what_is_not_in_force_is_hidden_until_asked_for_and_then_last():
    document("人才条例（新）", state="PUBLISHED")
    document("人才条例（旧）", state="SUPERSEDED")
    document("人才条例（废）", state="REPEALED")
    document("人才条例（到期）", expires_on=dt.date(2026, 9, 18), effective_on=dt.date(2020, 1, 1))
    document("人才条例（将施行）", effective_on=dt.date(2026, 10, 1))
    assert set(found("人才条例")) == {"人才条例（新）", "人才条例（将施行）"}
    assert found("人才条例", status="expired") == ["人才条例（到期）"]
    assert found("人才条例", status="superseded") == ["人才条例（旧）"]
    everything = found("人才条例", status="all")
    assert len(everything) == 5
    assert set(everything[-2:]) == {"人才条例（旧）", "人才条例（废）"}


def test_newest_and_ending_first():
    document("甲", "补贴", published_on=dt.date(2024, 1, 1), expires_on=dt.date(2027, 1, 1))
    document("乙", "补贴", published_on=dt.date(2025, 1, 1))
    document("丙", "补贴", published_on=dt.date(2023, 1, 1), expires_on=dt.date(2026, 12, 1))
    assert found("补贴", sort="newest") == ["乙", "甲", "丙"]
    assert found("补贴", sort="ending") == ["丙", "甲", "乙"]
    assert found(sort="newest") == ["乙", "甲", "丙"]


# --- Filters and counts ----------------------------------------------------------------------------------------------


def test_what_applies_here_comes_from_above_and_below(places):
    assert set(found(region="530100")) == {"国家", "云南", "昆明", "五华"}
    assert set(found(region="530102")) == {"国家", "云南", "昆明", "五华"}
    assert set(found(region="530000")) == {"国家", "云南", "昆明", "五华", "曲靖"}
    assert found(region="530100", scope="exact") == ["昆明"]
    assert found(region="000000") == ["国家"]


def test_each_filter_counts_what_choosing_it_would_find_its_own_choice_ignored(places):
    chosen = query("人才", region="530100", topic="talent")
    counted = engine.facets(chosen, day=DAY)
    assert {value: count for value, _label, count in counted["region"]}["530300"] == 3
    for group in ("region", "topic", "level"):
        for value, _label, count in counted[group]:
            alone = engine.parse({"q": "人才", "region": "530100", "topic": "talent", group: value})
            assert engine.search(alone, day=DAY).total == count, (group, value)


def test_a_title_with_the_official_word_comes_before_texts_that_have_the_everyday_one():
    for number in range(12):
        document(f"奖励办法{number}", "推动科技进步")
    document("科学技术进步条例", "鼓励创新")
    pages = [engine.search(query("科技进步"), day=DAY, page=number) for number in (1, 2)]
    assert [len(page.rows) for page in pages] == [10, 3]
    assert [page.total for page in pages] == [12, 12]
    first, *others = [hit for page in pages for hit in page.rows]
    assert (first.version.title_zh, first.is_partial) == ("科学技术进步条例", True)
    assert not any(hit.is_partial for hit in others)


def test_where_titles_have_the_everyday_word_the_official_one_is_not_searched_for():
    for number in range(10):
        document(f"科技进步办法{number}")
    document("科学技术进步条例")
    assert len(close("科技进步")) == engine.search(query("科技进步"), day=DAY).total == 10


def test_what_only_comes_close_is_shown_but_not_counted():
    document("连着的", "给予购房补贴")
    document("分开的", "给予购房者一次性补贴")
    result = engine.search(query("购房补贴"), day=DAY)
    assert [hit.is_partial for hit in result.rows] == [False, True]
    assert (result.total, result.pages) == (1, 1)
    assert sum(count for _value, _label, count in engine.facets(query("购房补贴"), day=DAY)["level"]) == 1


def test_nothing_found_tells_what_to_drop(places):
    result = engine.search(query("人才 独角兽", region="330000"), day=DAY)
    assert {(s.group, s.value) for s in result.suggestions} == {("q", "独角兽")}
    result = engine.search(query("人才", region="330100", topic="talent", level="city"), day=DAY)
    assert result.rows == []
    assert {s.group: s.count for s in result.suggestions} == {"region": 3, "level": 1}


# --- How it is shown -------------------------------------------------------------------------------------------------


def test_the_snippet_is_the_clause_that_says_it_marked_and_safe():
    document("若干措施", "一般规定。", "<script>alert(1)</script>对博士给予〔安家费〕ＡＢＣ元。", "其他规定。")
    [hit] = engine.search(query("安家费"), day=DAY).rows
    assert hit.anchor == "a2"
    assert "<mark>安家费</mark>" in hit.snippet_html
    assert "ＡＢＣ" in hit.snippet_html
    assert "<script" not in hit.snippet_html
    [hit] = engine.search(query("若干"), day=DAY).rows
    assert hit.title_html == "<mark>若干</mark>措施"


def test_pages_follow_each_other_without_gap_or_repetition():
    for number in range(25):
        document(f"办法{number:02}", "补贴", published_on=dt.date(2025, 1, 1 + number % 5))
    for sort in ("relevance", "newest", "ending"):
        seen, after = [], ""
        while True:
            result = engine.search(query("补贴", sort=sort), day=DAY, page_size=10, after=after)
            seen += [hit.version.pk for hit in result.rows]
            after = result.next
            if not after:
                break
        assert len(seen) == len(set(seen)) == result.total == 25
        numbered = [
            hit.version.pk
            for page in (1, 2, 3)
            for hit in engine.search(query("补贴", sort=sort), day=DAY, page=page).rows
        ]
        assert numbered == seen


def test_behind_the_ranked_documents_come_all_others(monkeypatch):
    monkeypatch.setattr(finding, "POOL", 4)
    for number in range(15):
        document(f"办法{number:02}", "补贴" if number % 5 else "补一贴", published_on=dt.date(2025, 1, 1 + number))
    seen, after = [], ""
    while True:
        result = engine.search(query("补贴"), day=DAY, page_size=5, after=after)
        seen += [hit.version.title_zh for hit in result.rows]
        after = result.next
        if not after:
            break
    assert sorted(seen) == sorted(f"办法{number:02}" for number in range(15) if number % 5)
    assert (result.total, result.pages) == (12, 3)


def test_documents_behind_those_that_only_seem_to_fit_are_found(monkeypatch):
    monkeypatch.setattr(finding, "POOL", 3)
    document("真的", "人才公寓", published_on=dt.date(2020, 1, 1))
    for number in range(8):
        document(f"像的{number}", "人才引进，才公其人，公寓整洁", published_on=dt.date(2025, 1, 1))
    assert found("人才公寓") == ["真的"]


@pytest.mark.parametrize("sort", ["relevance", "newest", "ending"])
@pytest.mark.parametrize("text", ["补贴", ""])
def test_a_page_far_beyond_the_last_is_empty(sort, text):
    document("办法", "补贴")
    result = engine.search(query(text, sort=sort), day=DAY, page=10**9)
    assert (result.rows, result.next) == ([], "")
    assert result.total == result.pages == 1


# --- Bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["&", "|", "!", "()", "人才 & !", "'; DROP TABLE policies_policy; --", "人才:*", "\\", "'", '"', "“", "<->", "%",
     "_%", "。。。", "？！", "\0", "\u200b", "😀", "a" * 10_000, "人才" * 5_000, "人 " * 5_000, "〔2018〕" * 2_000,
     "{}", "%s %(a)s"],
)  # fmt: skip
def test_nothing_typed_breaks_the_search(text):
    document("人才条例")
    asked = query(text)
    assert len(asked.text) <= 120
    result = engine.search(asked, day=DAY)
    assert result.total >= 0
    assert engine.facets(asked, day=DAY)
    assert engine.parse(QueryDict(asked.querystring())).text == asked.text
    assert SearchEntry.objects.exists()


@pytest.mark.parametrize(
    "after",
    [
        "",
        "k",
        "p",
        "p0",
        "p-1",
        "p²",
        "pabc",
        "k2026-99-99.1",
        "k2026-01-01.²",
        "kx.y",
        "k2026-01-01." + "9" * 30,
        "p" + "9" * 30,
    ],
)
def test_cursors_that_we_did_not_write_do_no_harm(after):
    document("人才条例")
    for sort in ("relevance", "newest", "ending"):
        assert engine.search(query("人才", sort=sort), day=DAY, after=after).total == 1


def test_unknown_values_are_dropped_and_named():
    asked = engine.parse(
        QueryDict("q=人才&region=abc&region=999999&region=530000&level=moon&sort=best&year=99999&status=current")
    )
    assert (asked.regions, asked.levels, asked.sort, asked.years) == (("530000",), (), "relevance", ())
    assert set(asked.dropped) == {"abc", "999999", "moon", "best", "99999"}


def test_the_query_string_is_the_same_for_the_same_search():
    one = engine.parse(QueryDict("topic=b&topic=a&q= 人才 &region=530000&status=expired,current"))
    other = engine.parse(QueryDict("status=current&status=expired&region=530000&q=人才&topic=a,b"))
    assert one == other
    assert one.querystring() == other.querystring()
    assert engine.parse(QueryDict(one.querystring())) == one
    assert engine.parse({}).querystring() == ""
    assert engine.parse({"status": "all"}).querystring() == "status=all"


# --- Its cost --------------------------------------------------------------------------------------------------------


def test_a_page_takes_few_statements(django_assert_max_num_queries):
    for number in range(12):
        make_benefit(document(f"人才办法{number}", "人才补贴"))
    engine.search(query("人才"), day=DAY)
    with django_assert_max_num_queries(5):
        rows = engine.search(query("人才"), day=DAY).rows
        assert len([hit.benefits for hit in rows]) == 10
