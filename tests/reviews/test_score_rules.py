"""What sheets come to, against a slow and plain second opinion."""

import itertools
import statistics
from decimal import ROUND_HALF_UP, Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.rules.scores import BadPoints, Limits, Sum, add_up, faults_of, ranks, read_points, total_of
from tests.reviews.scoring import CRITERIA

halves = st.integers(0, 200).map(lambda n: Decimal(n) / 2)


def brute(totals, limits: Limits) -> tuple[Decimal, Decimal, Decimal, bool]:
    """By the book: sort, drop, add, divide; with the standard library's statistics."""
    rest = list(totals)
    if len(rest) >= limits.trims_from:
        rest.remove(max(rest))
        rest.remove(min(rest))
    cent = Decimal("0.01")
    mean = (sum(rest) / len(rest)).quantize(cent, ROUND_HALF_UP)
    spread = max(totals) - min(totals)
    deviation = statistics.stdev(totals) if len(totals) > 1 else Decimal(0)
    more = spread > limits.spread_most or deviation > limits.deviation_most
    return mean, spread.quantize(cent), deviation.quantize(cent, ROUND_HALF_UP), more


@given(st.lists(halves, min_size=1, max_size=11), st.integers(3, 7))
def test_the_sum_is_that_of_the_second_opinion(totals, trims_from):
    limits = Limits(trims_from=trims_from)
    found = add_up(totals, limits)
    assert (found.mean, found.spread, found.deviation, found.needs_more) == brute(totals, limits)


@given(st.lists(halves, min_size=5, max_size=9))
def test_one_wild_sheet_moves_nothing(totals):
    """Whatever the highest gives beyond the second highest, or the lowest below, the mean stays."""
    ordered = sorted(totals)
    pulled = [Decimal(0), *ordered[1:-1], Decimal(100)]
    assert add_up(pulled, Limits()).mean == add_up(ordered, Limits()).mean


@given(st.lists(halves, min_size=1, max_size=7), st.randoms())
def test_the_order_of_sheets_does_not_matter(totals, chance):
    mixed = list(totals)
    chance.shuffle(mixed)
    assert add_up(mixed, Limits()) == add_up(totals, Limits())


@pytest.mark.parametrize(
    ("totals", "mean", "more"),
    [
        (["80", "80", "80.5"], "80.17", False),
        (["80", "80.5"], "80.25", False),
        (["70", "80", "90", "60", "100"], "80.00", True),  # spread 40
        (["75", "100"], "87.50", True),  # spread just 25, deviation 17.68
        (["75", "88", "100"], "87.67", True),  # deviation 12.50
        (["76", "88", "100"], "88.00", False),  # deviation just 12
        (["74.5", "90", "90", "90", "90", "90", "100"], "90.00", True),  # spread 25.5
    ],
)
def test_examples_from_the_book(totals, mean, more):
    found = add_up([Decimal(total) for total in totals], Limits())
    assert (found.mean, found.needs_more) == (Decimal(mean), more)


def test_halves_are_rounded_up():
    assert add_up([Decimal("80.01"), Decimal("80.02")], Limits()).mean == Decimal("80.02")


def test_further_experts_are_asked_for_once():
    wide = [Decimal(60), Decimal(90), Decimal(95)]
    assert add_up(wide, Limits()).needs_more
    assert not add_up([*wide, Decimal(94), Decimal(93)], Limits(), is_extended=True).needs_more


def test_two_vetoes_need_a_panel():
    assert [add_up([Decimal(80)] * 3, Limits(), vetoes=n).needs_panel for n in (0, 1, 2, 3)] == [
        False,
        False,
        True,
        True,
    ]


def test_ties_go_by_first_criterion_then_vetoes_then_lot():
    def made(mean, first, vetoes=0):
        return Sum(Decimal(mean), 3, Decimal(0), Decimal(0), vetoes, False, False, first)

    rows = [
        ("late", made("85.00", 40), 900),
        ("early", made("85.00", 40), 5),
        ("veto", made("85.00", 40, 1), 1),
        ("first", made("85.00", 41), 999),
        ("best", made("85.01", 1, 1), 1000),
    ]
    expected = {"best": 1, "first": 2, "early": 3, "late": 4, "veto": 5}
    assert all(ranks(mixed) == expected for mixed in itertools.permutations(rows))


@pytest.mark.parametrize("text", ["7", "7.5", "７．５", " 0 ", "10", "7,5", "0.0"])
def test_points_as_people_type_them(text):
    assert 0 <= read_points(text, 10) <= 10


@pytest.mark.parametrize(
    "text",
    [
        "10.5",
        "11",
        "-1",
        "ten",
        "1e400",
        "1e1",
        "NaN",
        "Infinity",
        "7.25",
        "7.",
        ".5",
        "1,000",
        "0x5",
        "９９９９９",
        "--",
    ],
)
def test_what_are_no_points(text):
    with pytest.raises(BadPoints):
        read_points(text, 10)


def test_the_total_waits_for_every_criterion():
    assert total_of(CRITERIA, {"feature": "50.0", "scale": "30.5"}) is None
    assert total_of(CRITERIA, {"feature": "50.0", "scale": "30.5", "honesty": "0.0"}) == Decimal("80.50")


def test_a_bonus_may_stay_empty():
    criteria = [*CRITERIA, {"key": "bonus", "max": 5, "is_bonus": True}]
    points = {"feature": "50.0", "scale": "30.5", "honesty": "0.0"}
    assert total_of(criteria, points) == Decimal("80.50")
    assert total_of(criteria, points | {"bonus": "4.5"}) == Decimal("85.00")
    scheme = SimpleNamespace(criteria=criteria, comment_min=0)
    assert faults_of(scheme, points, "", False) == {}
    assert set(faults_of(scheme, {"bonus": "4.5"}, "", False)) == {"feature", "scale", "honesty"}
