"""How documents are found: the pieces asked for, the newest first, and plans that are kept."""

import datetime as dt
from weakref import WeakKeyDictionary

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from policies.models import SearchEntry
from policies.search import engine, finding, index, plans
from policies.search.statistics import Statistics, forget
from policies.search.tokens import required
from policies.search.words import concepts
from tests.cast import moment
from tests.policies.search.documents import DAY, document, found, query

pytestmark = pytest.mark.django_db


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
