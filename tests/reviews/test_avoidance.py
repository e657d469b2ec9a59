"""Who keeps away from whom: every kind of tie, and never a seat for anybody who has one."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviews.rules import draw as rules
from reviews.rules.avoidance import Applicants, Somebody, Tie, alike, bar
from reviews.states import TieKind

DAY = dt.date(2026, 9, 21)
APPLICANTS = Applicants(
    units=frozenset({"云南大学附属医院", "Yunling Ltd."}),
    words=frozenset({"呈贡花匠", "昆明学院"}),
    people=frozenset({"陈思远"}),
    usccs=frozenset({"91990100MA0000001G"}),
    counties=frozenset({"530114"}),
    users=frozenset({7}),
    deciding=frozenset({"云南省人力资源和社会保障厅"}),
)
CLEAN = {"name": "王一", "unit": "复旦大学"}


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({}, None),
        ({"users": frozenset({7})}, TieKind.OWN),
        ({"name": "陈 思远"}, TieKind.OWN),
        ({"name": "陈思远", "users": frozenset({8})}, None),  # a namesake with a record of the own
        ({"decides": True}, TieKind.DECIDING),
        ({"unit": "云南大学"}, TieKind.UNIT),
        ({"unit": "昆明学院"}, TieKind.UNIT),
        ({"unit": "ＹＵＮＬＩＮＧ　Ltd"}, TieKind.UNIT),
        ({"uscc": "91990100MA0000001G"}, TieKind.UNIT),
        ({"unit_usccs": frozenset({"91990100MA0000001G"})}, TieKind.UNIT),
        ({"group_uscc": "91990100MA0000001G"}, TieKind.GROUP),
        ({"county": "530114"}, TieKind.HOME),
        ({"county": "530102"}, None),
        *(({"ties": (Tie(kind, "陈思远"),)}, kind) for kind in TieKind),
        *(({"ties": (Tie(kind, "花匠", "91990100MA0000001G"),)}, kind) for kind in TieKind),
        ({"ties": (Tie("ADVISER", "呈贡花匠"),)}, TieKind.ADVISER),
        ({"ties": (Tie("ADVISER", "呈贡"),)}, None),
        ({"ties": (Tie("UNIT", "云南大学", "", DAY),)}, TieKind.UNIT),
        ({"ties": (Tie("UNIT", "云南大学", "", DAY - dt.timedelta(1)),)}, None),
        ({"ties": (Tie("DECIDING", "云南省人力资源和社会保障厅"),)}, TieKind.DECIDING),
        ({"ties": (Tie("KIN", "李一"),)}, None),
    ],
)
def test_every_kind(facts, kind):
    found = bar(Somebody(**CLEAN | facts), APPLICANTS, DAY)
    assert (found and found[0]) == kind


def test_where_the_county_does_not_matter():
    expert = Somebody(**CLEAN, county="530114")
    assert bar(expert, APPLICANTS, DAY, home=False) is None


def test_names_of_units():
    assert alike("云南大学", "云南大学（本部）")
    assert not alike("大学", "云南大学")
    assert not alike("Li", "Li Wei")
    assert not alike("", "")


NAMES = st.sampled_from(["甲", "乙", "陈思远", "呈贡花匠", "云南大学", "昆明学院", "复旦大学"])
CODES = st.sampled_from(["", "91990100MA0000001G", "12100000425006133D"])
UNTIL = st.none() | st.dates(DAY - dt.timedelta(2), DAY + dt.timedelta(2))
TIES = st.lists(
    st.builds(
        Tie,
        st.sampled_from(TieKind.values),
        NAMES,
        CODES,
        UNTIL,
    ),
    max_size=2,
)
EXPERTS = st.lists(
    st.builds(
        Somebody,
        name=NAMES,
        unit=st.sampled_from(["昆明学院", "云南大学", "呈贡花匠", *(f"单位{n}号" for n in range(12))]),
        uscc=CODES,
        group_uscc=CODES,
        county=st.sampled_from(["", "530114", "530102"]),
        users=st.frozensets(st.integers(5, 30), max_size=1),
        ties=TIES.map(tuple),
    ),
    min_size=3,
    max_size=15,
)


def knows(expert: Somebody) -> bool:
    """Say in other words than the rules whether an expert knows an applicant."""
    live = [tie for tie in expert.ties if not tie.until or tie.until >= DAY]
    codes = {expert.uscc, expert.group_uscc, *(tie.uscc for tie in live)}
    named = {tie.name for tie in live} & {"陈思远", "呈贡花匠", "昆明学院", "云南大学"}
    return (
        7 in expert.users
        or (expert.name == "陈思远" and not expert.users)
        or "91990100MA0000001G" in codes
        or expert.unit in ("昆明学院", "云南大学", "呈贡花匠")
        or expert.county == "530114"
        or bool(named)
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault of the rules
@given(EXPERTS, st.text(max_size=8))
def test_nobody_with_a_tie_is_ever_seated(experts, seed):
    pool = [
        {"number": f"E{place}", "unit": one.unit, "outside": not one.county, "tier": 0}
        for place, one in enumerate(experts)
        if bar(one, APPLICANTS, DAY) is None
    ]
    assert {f"E{place}" for place, one in enumerate(experts) if not knows(one)} == {one["number"] for one in pool}
    if not any(rules.shortfall(pool, 3, 1)):
        for one in rules.draw_order(pool, seed, 3, outside=1, reserves=6):
            assert not knows(experts[int(one["number"][1:])])
