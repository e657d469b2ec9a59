import datetime as dt

import pytest

from policies import rules
from policies.models import PolicyVersion
from policies.states import Standing
from policies.topics import label

DAY = dt.date(2026, 9, 18)
BEFORE, AFTER = DAY - dt.timedelta(days=1), DAY + dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("expected", "fields"),
    [
        (Standing.CURRENT, {"state": "PUBLISHED"}),
        (Standing.CURRENT, {"state": "PUBLISHED", "effective_on": DAY, "expires_on": AFTER}),
        (Standing.CURRENT, {"state": "PUBLISHED", "repealed_on": AFTER}),
        (Standing.UPCOMING, {"state": "PUBLISHED", "effective_on": AFTER}),
        (Standing.EXPIRED, {"state": "PUBLISHED", "effective_on": BEFORE, "expires_on": DAY}),
        (Standing.REPEALED, {"state": "PUBLISHED", "repealed_on": DAY}),
        (Standing.REPEALED, {"state": "REPEALED"}),
        (Standing.SUPERSEDED, {"state": "SUPERSEDED", "expires_on": BEFORE}),
        (Standing.SUPERSEDED, {"state": "SUPERSEDED", "superseded_on": DAY}),
        (Standing.CURRENT, {"state": "SUPERSEDED", "superseded_on": AFTER}),
        (Standing.EXPIRED, {"state": "SUPERSEDED", "superseded_on": AFTER, "expires_on": DAY}),
        (Standing.REPEALED, {"state": "SUPERSEDED", "repealed_on": BEFORE}),
    ],
)
def test_standing(expected, fields):
    assert rules.standing(PolicyVersion(**fields), DAY) == expected


def test_everything_that_is_missing_is_told_at_once():
    version = PolicyVersion(level="national", region_code="530000", effective_on=DAY, expires_on=DAY)
    assert len(rules.missing(version, clauses=0)) == 5
    version = PolicyVersion(level="province", region_code="530000", title_zh="条例", issuer_zh="厅")
    assert rules.missing(version, clauses=1) == []


@pytest.mark.parametrize(("actor", "may"), [(None, False), (1, False), (2, True)])
def test_a_second_person_reviews(actor, may):
    assert rules.may_review(actor, {1, None}) is may


def test_unknown_topics_are_shown_as_they_are():
    assert [label(key) for key in ("never heard of", "")] == ["never heard of", ""]
