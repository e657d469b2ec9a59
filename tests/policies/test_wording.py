"""Sums, rates, durations and citations in both languages."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation
from django.utils.safestring import mark_safe

from policies import wording
from policies.models import Benefit, Clause, PolicyVersion


@pytest.mark.parametrize(
    ("yuan", "chinese", "english"),
    [
        ("500", "500元", "500 yuan"),
        ("1500", "1,500元", "1,500 yuan"),
        ("1234.50", "1,234.5元", "1,234.5 yuan"),
        ("10000", "1万元", "10,000 yuan"),
        ("15000", "1.5万元", "15,000 yuan"),
        ("12345", "12,345元", "12,345 yuan"),
        ("1500000", "150万元", "1,500,000 yuan"),
        ("100000000", "1亿元", "100,000,000 yuan"),
        ("0", "0元", "0 yuan"),
    ],
)
def test_sums(yuan, chinese, english):
    with translation.override("zh-hans"):
        assert wording.money(Decimal(yuan)) == chinese
    with translation.override("en"):
        assert wording.money(Decimal(yuan)) == english


@pytest.mark.parametrize(
    ("values", "amount", "payment"),
    [
        ({"amount_yuan": None}, "", ""),
        (
            {"amount_yuan": Decimal(1500), "pay_rule": "MONTHLY", "pay_months": 36},
            "1,500 yuan a month",
            "for at most 3 years",
        ),
        (
            {"amount_yuan": Decimal(1500), "pay_rule": "MONTHLY", "pay_months": 18},
            "1,500 yuan a month",
            "for at most 18 months",
        ),
        ({"amount_yuan": Decimal(1500), "pay_rule": "MONTHLY"}, "1,500 yuan a month", ""),
        ({"amount_yuan": Decimal(1), "pay_rule": "YEARLY", "pay_months": 12}, "1 yuan a year", "for at most 1 year"),
        ({"amount_yuan": Decimal(9), "pay_rule": "ONCE"}, "9 yuan", "paid once"),
        ({"amount_yuan": Decimal(9), "pay_rule": "UP_TO"}, "up to 9 yuan", ""),
        (
            {"amount_yuan": Decimal(9), "pay_rule": "INSTALMENTS", "pay_months": 36, "pay_note_en": "4:3:3"},
            "9 yuan",
            "in instalments over 3 years · 4:3:3",
        ),
    ],
)
def test_amounts_and_how_they_are_paid(values, amount, payment):
    with translation.override("en"):
        benefit = Benefit(**values)
        assert (wording.amount(benefit), wording.payment(benefit)) == (amount, payment)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("共10万元，分3年", "共<b>10万元</b>，分3年"),
        ("每月1,500元，最长24个月", "每月<b>1,500元</b>，最长24个月"),
        ("最高 50 万元/户", "最高 <b>50 万元/户</b>"),
        ("贴息50%", "贴息<b>50%</b>"),
        ("receive 1,200 yuan a month", "receive <b>1,200 yuan</b> a month"),
        ("第10条", "第10条"),
        ("<b>5元</b>", "&lt;b&gt;<b>5元</b>&lt;/b&gt;"),
        (mark_safe("<mark>博士</mark>5万元 &amp; 6元"), "<mark>博士</mark><b>5万元</b> &amp; <b>6元</b>"),
        ("", ""),
    ],
)
def test_money_is_set_off_and_nothing_typed_becomes_mark_up(text, html):
    assert wording.stressed(text) == html


@pytest.mark.parametrize(
    ("anchor", "number", "english"),
    [
        ("a4", "第四条", "Article 4"),
        ("a4-1", "第四条之一", "Article 4 (1)"),
        ("s2", "二、", "Section 2"),
        ("s2-3", "（三）", "Section 2 (3)"),
        ("h2", "第二章", "第二章"),
        ("a4_2", "第四条", "第四条"),
    ],
)
def test_clauses_are_cited_in_the_readers_language(anchor, number, english):
    clause = Clause(anchor=anchor, number=number)
    with translation.override("zh-hans"):
        assert wording.cite(clause) == number
    with translation.override("en"):
        assert wording.cite(clause) == english
    assert wording.cite(None) == ""


@pytest.mark.parametrize(
    ("begins", "ends", "english"),
    [
        (date(2026, 1, 1), date(2027, 1, 1), "from 1 January 2026, in force until 31 December 2026"),
        (date(2026, 1, 1), None, "from 1 January 2026"),
        (None, date(2027, 1, 1), "in force until 31 December 2026"),
        (None, None, ""),
    ],
)
def test_validity_names_the_last_day(begins, ends, english):
    with translation.override("en"):
        assert wording.validity(PolicyVersion(effective_on=begins, expires_on=ends)) == english
