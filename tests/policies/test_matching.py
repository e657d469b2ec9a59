"""Which benefits are asked, how they are sorted, and what may be added up."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from policies.matching import finder
from policies.matching.conditions import Answer, Verdict
from policies.matching.situation import age_on
from policies.models import Benefit
from tests.policies.library import leaf, make_benefit, make_version

DAY = dt.date(2026, 9, 18)
CHENGGONG = "530000/530100/530114"
pytestmark = pytest.mark.django_db


def found(facts, day=DAY) -> dict[str, list[str]]:
    matches = finder.match(facts, day)
    rows = {verdict: finder.load(rows) for verdict, rows in matches.groups.items()}
    return {verdict.name: [one.benefit.key for one in some] for verdict, some in rows.items() if some}


# --- which benefits are asked -----------------------------------------------------------------------------------------


def test_the_rules_of_the_place_and_of_everything_above_it_hold():
    for region in ("000000", "530000", "530100", "530114", "530102", "532900", "220000"):
        make_benefit(make_version(region=region), key=f"of-{region}")
    assert found({"region": CHENGGONG}) == {"FITS": ["of-000000", "of-530000", "of-530100", "of-530114"]}
    assert found({"region": "530000/530100"}) == {"FITS": ["of-000000", "of-530000", "of-530100"]}
    assert found({}) == {"FITS": ["of-000000"]}


def test_in_a_functional_zone_hold_its_own_rules_and_those_of_its_parents():
    for region in ("530000", "530100", "990101", "990102"):
        make_benefit(make_version(region=region), key=f"of-{region}")
    assert found({"region": "530000/530100/990101"}) == {"FITS": ["of-530000", "of-530100", "of-990101"]}


def test_a_code_alone_is_a_place_too():
    assert finder.where({"region": "530114"}) == {"000000", "530000", "530100", "530114"}


def test_only_what_holds_on_the_day_and_was_read_by_a_person_is_asked():
    make_benefit(make_version(), key="good")
    make_benefit(make_version(), key="unread", confirmed="")
    make_benefit(make_version(), key="ended", ends_on=DAY)
    make_benefit(make_version(effective_on=DAY + dt.timedelta(days=1)), key="upcoming")
    make_benefit(make_version(expires_on=DAY), key="expired")
    make_benefit(make_version(repealed_on=DAY), key="repealed-by-date")
    for state in ("SUPERSEDED", "REPEALED", "DRAFT"):
        make_benefit(make_version(state=state), key=state.lower())
    withdrawn = make_benefit(make_version(), key="withdrawn")
    Benefit.objects.filter(pk=withdrawn.pk).update(withdrawn_at="2026-02-01T00:00Z")
    assert found({"region": CHENGGONG}) == {"FITS": ["good"]}
    assert "ended" in found({"region": CHENGGONG}, DAY - dt.timedelta(days=1))["FITS"]


# --- three answers and the one in between -----------------------------------------------------------------------------


def test_each_answer_has_its_group_the_nearest_first():
    version = make_version()
    make_benefit(version, "fits", conditions=leaf("degree", "at_least", "master"))
    make_benefit(version, "far", conditions=leaf("years", "at_least", 12))
    make_benefit(version, "near", conditions=leaf("years", "at_least", 4))
    make_benefit(version, "open", conditions=leaf("grade", "at_least", "E"))
    make_benefit(version, "not", conditions=leaf("age", "at_most", 30))
    assert found({"region": CHENGGONG, "degree": "doctor", "years": 3, "age": 40}) == {
        "FITS": ["fits"],
        "UNKNOWN": ["open"],
        "NEARLY": ["near", "far"],
        "NOT": ["not"],
    }


def test_the_questions_that_would_decide_most_come_first():
    version = make_version()
    for number in range(3):
        make_benefit(version, conditions=leaf("grade", "at_least", "ABC"[number]))
    make_benefit(version, conditions=leaf("returned", "is", True))
    make_benefit(version, conditions={"all": [leaf("skill", "is", 1), leaf("age", "at_most", 30)]})
    matches = finder.match({"region": CHENGGONG, "age": 40}, DAY)
    assert matches.open_facts == [("grade", 3), ("returned", 1)]  # whoever is too old need not tell their skill
    assert finder.more_to_ask(matches, {"grade"}, 3) == ["returned"]


def test_one_kind_alone():
    version = make_version()
    for kind in ("rent", "rent", "car"):
        make_benefit(version, kind=kind)
    matches = finder.match({"region": CHENGGONG}, DAY)
    assert matches.kinds() == [("rent", 2), ("car", 1)]
    assert matches.of_kind("rent").total == 2


def test_two_statements_however_many_benefits():
    version = make_version()
    counts = []
    for _step in range(2):
        for _number in range(10):
            make_benefit(version, conditions=leaf("age", "at_most", 30))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            matches = finder.match({"region": CHENGGONG, "age": 20}, DAY)
            one = finder.load(matches.groups[Verdict.FITS])[0]
            assert one.benefit.version.policy.slug
            assert one.benefit.clause.anchor == "a1"
            assert one.benefit.service_item is None
        counts.append(len(queries))
    assert counts == [2, 2]


# --- money ------------------------------------------------------------------------------------------------------------


def row(kind="living", yuan=1000, pay="ONCE", months=None, group="", pk=1):
    return finder.Row(pk, kind, Decimal(yuan) if yuan else None, pay, months, group, "530000", Answer(Verdict.FITS))


def test_the_higher_of_one_kind_counts_and_is_not_stacked():
    money = finder.money([row("settling", 100_000), row("settling", 300_000), row("settling", 50_000)])
    assert (money.once, money.counted, money.left_out) == (300_000, 1, 2)


def test_what_excludes_each_other_is_never_added():
    rows = [
        row("home", 500_000, group="housing"),
        row("rent", 1_500, "MONTHLY", 36, group="housing"),
        row("living", 3_000, "MONTHLY", 36),
        row("car", 20_000),
    ]
    money = finder.money(rows)
    assert (money.once, money.monthly, money.yearly, money.left_out) == (520_000, 3_000, 0, 1)


def test_groups_join_over_kinds():
    """Rent and home exclude each other, and a second rent is of the same kind as the first: one of three counts."""
    rows = [row("home", 100, group="g"), row("rent", 1, group="g"), row("rent", 50)]
    assert finder.money(rows).once == 100
    assert finder.money(rows[::-1]).once == 100


def test_monthly_money_is_compared_by_its_whole():
    assert finder.money([row("rent", 1_500, "MONTHLY", 36), row("rent", 20_000)]).monthly == 1_500
    assert finder.money([row("rent", 1_500, "MONTHLY", 6), row("rent", 20_000)]).once == 20_000
    assert finder.money([row("rent", 9_000, "YEARLY", 24), row("rent", 17_000)]).yearly == 9_000


def test_funds_loans_and_benefits_without_money_are_not_added():
    rows = [row("loan", 5_000_000), row("startup", 10_000_000), row("research", 1_000_000), row("rent", None)]
    money = finder.money(rows)
    assert not money
    assert money.sums == []


def test_sums_in_words():
    money = finder.money([row("settling", 300_000), row("living", 3_000, "MONTHLY", 12)])
    with translation.override("en"):
        assert money.sums == ["up to 300,000 yuan in all", "up to 3,000 yuan a month"]


def test_age_is_in_full_years():
    born = dt.date(1990, 9, 18)
    assert [age_on(born, dt.date(2026, 9, day)) for day in (17, 18, 19)] == [35, 36, 36]
    assert age_on(dt.date(2000, 2, 29), dt.date(2026, 2, 28)) == 25
