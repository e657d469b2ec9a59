"""Policies side by side: rows, what differs, what is silent, and tables that no spreadsheet runs."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation

from policies.matching.conditions import Verdict
from policies.models import Benefit, Clause, PolicyVersion
from policies.pages import comparison
from policies.pages.comparison import Column, Place, compare
from policies.states import Standing


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def version(region: str = "530100", **values) -> PolicyVersion:
    return PolicyVersion(
        title_zh="措施", title_en=f"Measures of {region}", region_code=region, document_no="1", **values
    )


def benefit(kind: str = "settling", amount: int | None = 100000, **values) -> Benefit:
    words = {"name_en": "Allowance", "text_en": "A sentence.", "clause": Clause(number="第三条", anchor="a3")}
    money = None if amount is None else Decimal(amount)
    return Benefit(kind=kind, amount_yuan=money, **{**words, **values})


def column(*benefits: Benefit, region: str = "530100", **values) -> Column:
    return Column(version(region, **values), Standing.CURRENT, list(benefits), [])


def rows(found) -> dict:
    return {row.key: row for row in found.rows}


def test_a_row_for_every_kind_that_anybody_grants():
    found = compare([column(benefit("settling"), benefit("schooling", None)), column(benefit("rent", 1500))])
    assert [group.key for group in found.groups] == ["money", "family", "how"]
    assert [row.key for row in found.groups[0].rows] == ["settling", "rent"]
    assert [cell.is_silent for cell in rows(found)["settling"].cells] == [False, True]


def test_what_reads_the_same_is_not_marked():
    same = [column(benefit()), column(benefit(), region="530300")]
    assert not rows(compare(same))["settling"].differs
    for other in (benefit(amount=120000), benefit(pay_rule="INSTALMENTS", pay_months=36), benefit("rent")):
        assert rows(compare([column(benefit()), column(other)]))["settling"].differs
    younger = benefit(conditions={"fact": "age", "op": "at_most", "value": 40})
    assert rows(compare([column(benefit()), column(younger)]))["settling"].differs


def test_only_different_keeps_the_rows_that_differ():
    found = compare([column(benefit(), benefit("rent", 1500)), column(benefit(), benefit("rent", 1200))])
    kept = found.only_different()
    assert [row.key for row in kept.rows] == ["rent"]
    assert found.differing == 1
    assert [group.key for group in kept.groups] == ["money"]


def test_conditions_of_all_benefits_stand_in_one_row():
    age = {"fact": "age", "op": "at_most", "value": 40}
    doctor = {"fact": "degree", "op": "at_least", "value": "doctor"}
    shared = column(benefit(conditions={"all": [age, doctor]}), benefit("rent", conditions=age))
    split = column(benefit(conditions=age), benefit("rent", conditions=doctor))
    nobody = column(benefit())
    row = rows(compare([shared, split, nobody]))["conditions"]
    assert "40" in row.cells[0].lines[0]
    assert row.cells[1].lines == ["none, they differ from benefit to benefit"]
    assert row.cells[2].is_silent


def test_the_situation_is_asked_as_if_one_worked_there():
    there = {"fact": "region", "op": "within", "value": "530100"}
    found = compare(
        [column(benefit(conditions=there)), column(benefit(conditions=there), region="530300")], {"age": 30}
    )
    answers = [cell.entries[0].answer.verdict for cell in rows(found)["settling"].cells]
    assert answers[0] == Verdict.FITS
    assert answers[1] != Verdict.FITS
    without = compare([column(benefit(conditions=there))])
    assert rows(without)["settling"].cells[0].entries[0].answer is None


def test_validity_names_the_last_day():
    dates = {"effective_on": dt.date(2026, 1, 1), "expires_on": dt.date(2029, 1, 1)}
    row = rows(compare([column(benefit(), **dates), column(benefit())]))["validity"]
    assert row.cells[0].lines == ["from 1 January 2026, in force until 31 December 2028"]
    assert row.cells[1].is_silent


def test_the_table_says_where_documents_are_silent():
    lines = comparison.table(compare([column(benefit()), column(benefit("rent", 1500), region="530300")]))
    assert lines[0] == ["", "Measures of 530100", "Measures of 530300"]
    settling = next(line for line in lines if line[0] == "Settling-in allowance")
    assert settling[1:] == ["Allowance: 100,000 yuan; Article 3", "not provided for in the document"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(text):
    assert comparison.safe(text) == f"'{text}"
    lines = comparison.table(compare([titled(text)]))
    assert all(not cell.startswith(comparison.FORMULA) for line in lines for cell in line)


def titled(text: str) -> Column:
    return Column(PolicyVersion(title_zh=text, title_en=text, document_no=text), Standing.CURRENT, [benefit()], [])


def test_places_say_why_they_have_nothing():
    silent, unknown = Place("530300", "Qujing", 3), Place("530400", "Yuxi", 0)
    assert comparison.silence(silent) == "not provided for in the documents"
    assert comparison.silence(unknown) == "no policy of this place in the library"
    assert comparison.table_of_places([silent])[1] == ["Qujing", "not provided for in the documents"]


def test_aspects_are_marked_where_places_differ():
    here = Place("530100", "Kunming", 1, comparison.entries([benefit(version=version())], None))
    there = Place("530300", "Qujing", 1, comparison.entries([benefit(amount=80000, version=version("530300"))], None))
    assert {one.key: one.differs for one in comparison.aspects([here, there])} == {
        "amount": True,
        "payment": False,
        "who": False,
        "until": False,
        "mode": False,
    }
