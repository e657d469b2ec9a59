"""The search of the library: what is found, in which order, how it is shown, and that nothing typed can break it."""

import datetime as dt
from weakref import WeakKeyDictionary

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from policies.models import Clause, PolicyVersion, SearchChange, SearchEntry, SearchWord
from policies.search import bits, counts, engine, finding, index, plans
from policies.search.statistics import Statistics, forget
from policies.search.tokens import fold, grams, required, spellings
from policies.search.words import concepts, terms, widened
from tests.cast import moment
from tests.policies.library import make_benefit, make_version

DAY = dt.date(2026, 9, 18)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_known():
    forget()
    yield
    forget()


def document(title: str, *texts: str, state: str = "PUBLISHED", **values) -> PolicyVersion:
    """Publish a document with these clauses and index it."""
    version = make_version(state="DRAFT", title_zh=title, **{"title_en": "", "issuer_zh": "某局", **values})
    version.clauses.all().delete()
    for number, text in enumerate(texts or ("条文",), 1):
        Clause.objects.create(version=version, order=number, anchor=f"a{number}", number=f"第{number}条", text_zh=text)
    PolicyVersion.objects.filter(pk=version.pk).update(state=state, published_at=moment("2026-01-05 09:00"))
    version.refresh_from_db()
    index.index_version(version)
    return version


def query(text: str = "", **filters) -> engine.Query:
    return engine.parse({"q": text, **filters})


def found(text: str = "", **filters) -> list[str]:
    """Return the titles of what has all of the words."""
    return [hit.version.title_zh for hit in engine.search(query(text, **filters), day=DAY).rows if not hit.is_partial]


def close(text: str) -> list[str]:
    return [hit.version.title_zh for hit in engine.search(query(text), day=DAY).rows]


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


@pytest.fixture
def places():
    for region, title in (
        ("000000", "国家"), ("530000", "云南"), ("530100", "昆明"), ("530102", "五华"), ("530300", "曲靖"),
        ("330000", "浙江"),
    ):  # fmt: skip
        document(title, "人才", region=region, topics=["talent"] if region[:2] != "33" else ["housing"])


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


@pytest.fixture
def large(places, monkeypatch):
    """A library that counts as large, with bits for the words that a third of its documents have."""
    monkeypatch.setattr(index, "LARGE", 5)
    monkeypatch.setattr(bits, "COMMON", 0.3)
    for number in range(6):
        document(f"人才办法{number}", "购房补贴" if number % 2 else "租房 plan", level="city", topics=["housing"])
    document("旧的", "人才购房补贴", state="SUPERSEDED", superseded_on=None, expires_on=dt.date(2030, 1, 1))
    document("到期的", "人才补贴", expires_on=dt.date(2026, 3, 1))
    index.tidy()
    assert index.keep(moment("2026-09-18 09:00")) > 10
    forget()


ASKED = [
    {},
    {"q": "人才"},
    {"q": "人才购房补贴"},
    {"q": "购房补贴 办法1"},
    {"q": "housing subsidy"},
    {"q": "昆明人才"},
    {"q": "plan b"},
    {"q": "rcbf"},
    {"q": "云政发〔2026〕1号"},
    {"q": "没有这个"},
    {"q": "人才", "region": "530100", "topic": "talent,housing", "level": "city"},
    {"q": "补贴", "status": "all", "region": "530100", "scope": "exact"},
    {"q": "人才", "status": "superseded,expired", "year": "2024,2025,2026", "kind": "home"},
    {"region": "330000", "topic": "nothing"},
]


def counted(asked: dict) -> tuple:
    return counts.total(engine.parse(asked), DAY), counts.counted(engine.parse(asked), DAY)


def walked(asked: dict, monkeypatch) -> tuple:
    with monkeypatch.context() as patched:
        patched.setattr(bits, "known", lambda *_: None)
        return counted(asked)


@pytest.mark.parametrize("asked", ASKED)
def test_bits_count_what_a_walk_counts(asked, large, monkeypatch):
    kept = bits.known(concepts("人才", Statistics()), DAY)
    assert kept.words["人才"].bit_count() > 6
    assert counted(asked) == walked(asked, monkeypatch)


@pytest.mark.parametrize("asked", ASKED)
def test_counts_know_what_changed_since_the_bits_were_written(asked, large, monkeypatch):
    document("新的", "人才购房补贴 plan b", level="city")
    gone, ended = PolicyVersion.objects.filter(title_zh__startswith="人才办法").order_by("pk")[:2]
    SearchEntry.objects.filter(pk=gone.pk).delete()
    bits.mark_changed([gone.pk])
    PolicyVersion.objects.filter(pk=ended.pk).update(expires_on=dt.date(2026, 3, 1))
    index.index_version(ended)
    assert bits.known([], DAY).changed
    assert counted(asked) == walked(asked, monkeypatch)


def test_bits_of_another_day_or_of_a_library_that_changed_much_are_not_looked_at(large, monkeypatch):
    assert bits.known([], DAY)
    assert bits.known([], DAY + dt.timedelta(days=1)) is None
    assert index.keep(moment("2026-09-19 09:00")) > 5
    assert index.keep(moment("2026-09-19 09:01")) == 0
    assert bits.known([], DAY + dt.timedelta(days=1))
    monkeypatch.setattr(bits, "MOST_CHANGES", 1)
    document("新的")
    document("newer")
    assert bits.known([], DAY + dt.timedelta(days=1)) is None
    assert index.keep(moment("2026-09-19 09:02")) > 10
    assert bits.known([], DAY + dt.timedelta(days=1)).changed == []


def test_a_small_library_keeps_no_bits(large, monkeypatch):
    monkeypatch.setattr(index, "LARGE", 1000)
    document("新的")
    index.keep(moment("2026-09-18 09:01"))
    assert not SearchWord.objects.exists()
    assert not SearchChange.objects.exists()
    assert index.keep(moment("2026-09-18 09:02")) == 0


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
    asked = engine.parse(QueryDict("q=人才&region=abc&region=530000&level=moon&sort=best&year=99999&status=current"))
    assert (asked.regions, asked.levels, asked.sort, asked.years) == (("530000",), (), "relevance", ())
    assert set(asked.dropped) == {"abc", "moon", "best", "99999"}


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


def test_long_words_ask_for_few_pieces_that_hold_all_their_pairs():
    assert required("住房公积金") == ["住房公", "公积金"]
    assert required("住房公积") == ["住房公", "房公积"]
    assert required("住房公积", 2) == ["住房", "房公", "公积"]
    assert (required("住"), required("住房")) == (["住"], ["住房"])


def test_the_newest_are_looked_at_first_for_words_that_seldom_stand_together(monkeypatch):
    for number in range(12):
        document(
            f"办法{number}", "人才公共公寓" if number % 3 else "人才公寓", published_on=dt.date(2025, 1, 1 + number)
        )
    SearchEntry.objects.filter(day__gte=dt.date(2025, 1, 4)).update(is_recent=True)
    monkeypatch.setattr(finding, "BROAD", -1)
    known = Statistics(documents=12, recent=9)
    asked = concepts("人才公寓", known)
    monkeypatch.setattr(finding, "READ", 2)
    monkeypatch.setattr(finding, "ENOUGH", 2)
    rows, is_all = finding.strict(asked, ("true", []), known)
    assert ([row.title for row in rows], is_all) == (["办法9", "办法6"], False)
    monkeypatch.setattr(finding, "READ", 9)
    monkeypatch.setattr(finding, "ENOUGH", 9)
    rows, is_all = finding.strict(asked, ("true", []), known)
    assert ([row.title for row in rows], is_all) == (["办法9", "办法6", "办法3", "办法0"], True)


def test_a_long_page_of_a_long_word_is_full():
    for number in range(40):
        document(f"办法{number:02}", "人才公寓" if number % 4 else "人才公共公寓")
    result = engine.search(query("人才公寓"), day=DAY, page_size=29)
    assert len(result.rows) == 29
    assert not any(hit.is_partial for hit in result.rows)


def test_of_long_words_the_rarest_pieces_are_asked_for():
    known = Statistics(documents=100, rarest=0.1, common={"按照规": 0.9, "规定向": 0.8, "向所在": 0.7, "在地公": 0.1})
    (concept,) = concepts("按照规定向所在地公立", known)
    assert finding.tsquery(concept, known=known) == "(('地公立' & '在地公' & '向所在'))"
    assert finding.tsquery(concept).count("&") == 4


def test_words_are_looked_up_in_the_index():
    document("人才条例")
    for narrow in (("true", []), ("level = ANY(%s)", [["city"]])):  # a plan that is kept, and one for these values
        with connection.cursor() as cursor, CaptureQueriesContext(connection) as asked:
            for _again in range(2):
                finding.strict(concepts("人才公寓", Statistics()), narrow, Statistics())
            *settings, last = asked.captured_queries[-1]["sql"].split("; ")
            cursor.execute("; ".join([*settings, f"EXPLAIN {last}"]))
            plan = "\n".join(row for (row,) in cursor.fetchall())
        assert last.startswith("(SELECT" if narrow[1] else "EXECUTE")
        assert plan.count("Bitmap Index Scan on search_words") == 3
        assert "Index Scan using search_newest" not in plan


def plans_kept() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        return cursor.fetchone()[0]


def test_a_plan_is_made_once_and_outlives_a_transaction_that_fails(monkeypatch):
    monkeypatch.setattr(plans, "_kept", WeakKeyDictionary())
    document("人才条例", "全是100%的人才")
    before = plans_kept()
    for _again in range(2):
        with transaction.atomic():
            assert found("人才 全是100%") == ["人才条例"]
            transaction.set_rollback(True)
    assert plans_kept() == before + 2  # of the find and of the rows shown
    assert found("人才") == found("条例") == ["人才条例"]
    assert plans_kept() == before + 3


def test_no_more_plans_are_kept_than_a_connection_should_hold(monkeypatch):
    monkeypatch.setattr(plans, "_kept", WeakKeyDictionary())
    document("人才条例")
    before = plans_kept()
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    assert found("人才") == ["人才条例"]
    assert plans_kept() == before
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", False)
    monkeypatch.setattr(plans, "MOST", 1)
    assert found("人才") == found("人才 条例") == ["人才条例"]
    assert plans_kept() == before + 1


@pytest.mark.django_db(transaction=True)
def test_a_plan_that_a_migration_made_useless_is_forgotten():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE planned AS SELECT '人才'::varchar(10) AS word")
        for _again in range(2):
            assert plans.answered("SELECT word FROM planned WHERE word = %s", ["人才"]) == [("人才",)]
        cursor.execute("ALTER TABLE planned ALTER word TYPE varchar(20)")
        for _again in range(2):
            assert plans.answered("SELECT word FROM planned WHERE word = %s", ["人才"]) == [("人才",)]
        cursor.execute("DROP TABLE planned")


def test_by_date_the_newest_are_asked_first_and_all_others_follow():
    for number in range(9):
        document(f"人才办法{number}", published_on=dt.date(2025, 1, 1 + number))
    whole = [hit.version.title_zh for hit in engine.search(query("人才", sort="newest"), day=DAY).rows]
    SearchEntry.objects.filter(day__gte=dt.date(2025, 1, 6)).update(is_recent=True)
    for size in (2, 4, 6):
        pages, after = [], ""
        for _page in range(9 // size + 1):
            page = engine.search(query("人才", sort="newest"), day=DAY, page_size=size, after=after)
            pages, after = pages + [hit.version.title_zh for hit in page.rows], page.next
        numbered = [engine.search(query("人才", sort="newest"), day=DAY, page_size=size, page=n) for n in range(1, 6)]
        assert pages == [hit.version.title_zh for page in numbered for hit in page.rows] == whole
    assert whole == [f"人才办法{number}" for number in reversed(range(9))]


def test_the_newest_of_a_large_library_have_an_index_of_their_own(monkeypatch):
    monkeypatch.setattr(index, "LARGE", 10)
    monkeypatch.setattr(index, "RECENT_SHARE", 0.2)
    for number in range(20):
        document(f"办法{number}", published_on=dt.date(2025, 1, 1 + number))
    forget()
    assert index.keep(moment("2026-09-18 02:00")) > 5
    assert index.keep(moment("2026-09-18 02:01")) == index.refresh_recent() == 0
    recent = SearchEntry.objects.filter(is_recent=True)
    assert recent.count() == 5
    assert min(recent.values_list("day", flat=True)) == dt.date(2025, 1, 16)
    document("新的", published_on=dt.date(2026, 1, 1))
    document("老的", published_on=dt.date(2020, 1, 1))
    assert recent.filter(title="新的").exists()
    assert not recent.filter(title="老的").exists()


def test_broad_searches_of_a_large_library_give_the_same_first_page(monkeypatch):
    for number in range(40):
        document(f"人才办法{number}", published_on=dt.date(2025, 1, 1 + number % 28))
    narrow, asked = ("true", []), concepts("人才", Statistics())
    flat, _all = finding.strict(asked, narrow, Statistics())
    SearchEntry.objects.filter(day__gte=dt.date(2025, 1, 10)).update(is_recent=True)
    monkeypatch.setattr(finding, "BROAD", -1)
    monkeypatch.setattr(finding, "ENOUGH", 20)
    tiered, is_all = finding.strict(asked, narrow, Statistics(documents=40, recent=28))
    assert not is_all
    assert [row.version for row in tiered[:20]] == [row.version for row in flat[:20]]


# --- Words -----------------------------------------------------------------------------------------------------------


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
