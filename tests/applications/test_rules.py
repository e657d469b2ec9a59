"""The questions of the office, asked without a database."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.utils import translation

from applications import rules
from applications.rules import Standing
from applications.states import State, Who
from talentportal.lib import workdays
from talentportal.lib.workdays import WorkCalendar


def calendar() -> WorkCalendar:
    days = workdays.national_days(2026)
    return WorkCalendar(
        frozenset(day for day, (kind, _name) in days.items() if kind == workdays.HOLIDAY),
        frozenset(day for day, (kind, _name) in days.items() if kind == workdays.MAKEUP_WORKDAY),
        frozenset(),
        "CN",
    )


def spec(pk=1, tier="SECONDARY", deferrable=True, necessity="REQUIRED", condition=None, days=5):
    return SimpleNamespace(
        pk=pk,
        tier=tier,
        deferrable=deferrable,
        necessity=necessity,
        condition=condition,
        defer_days=days,
        name_zh=f"材料{pk}",
        name_en=f"material {pk}",
    )


def guide(allowed=True, at_most=3, item_type="07", promised=10, within=True, reserve=2, ban=6):
    return SimpleNamespace(
        deferral_allowed=allowed,
        max_deferred=at_most,
        promised_days=promised,
        defer_within_promise=within,
        reserve_days=reserve,
        ban_months=ban,
        item=SimpleNamespace(catalog_item=SimpleNamespace(item_type=item_type)),
    )


CLEAN = Standing(identity_level=2)


@pytest.fixture(autouse=True)
def _english(_chinese):
    translation.activate("en")


def said(reasons) -> list[str]:
    return [str(reason) for reason in reasons]


def test_what_may_be_deferred_is_deferred():
    assert rules.deferral_obstacles(guide(), [spec(1), spec(2)], CLEAN) == []


@pytest.mark.parametrize(
    ("given", "missing", "standing", "reason"),
    [
        (guide(allowed=False), [spec()], CLEAN, "does not allow"),
        (guide(), [spec(tier="CORE", deferrable=False)], CLEAN, "core material"),
        (guide(), [spec(deferrable=False)], CLEAN, "cannot be supplied later"),
        (guide(at_most=1), [spec(1), spec(2)], CLEAN, "At most 1"),
        (guide(), [spec()], Standing(date(2027, 4, 10), identity_level=2), "10 April 2027"),
        (guide(), [spec()], Standing(other_open_deferral=True, identity_level=2), "Another case"),
        (guide(), [spec()], Standing(identity_level=1), "identity document"),
    ],
)
def test_each_guard_of_deferral_says_its_reason(given, missing, standing, reason):
    reasons = said(rules.deferral_obstacles(given, missing, standing))
    assert len(reasons) == 1
    assert reason in reasons[0]


def test_every_failing_guard_is_told_at_once():
    missing = [spec(1, tier="CORE", deferrable=False), spec(2), spec(3)]
    reasons = rules.deferral_obstacles(guide(allowed=False, at_most=2), missing, Standing(identity_level=0))
    assert len(reasons) == 4


def test_conditional_materials_follow_the_answers():
    specs = [
        spec(1),
        spec(2, necessity="CONDITIONAL", condition={"question": "abroad", "in": ["yes"]}),
        spec(3, necessity="OPTIONAL"),
    ]
    assert [s.pk for s in rules.required_specs(specs, {"abroad": "yes"})] == [1, 2]
    assert [s.pk for s in rules.required_specs(specs, {"abroad": ["no", "yes"]})] == [1, 2]
    assert [s.pk for s in rules.missing_specs(specs, {}, {1})] == []


def test_a_receipt_calls_nothing_missing_that_was_not_asked_for():
    specs = [
        spec(1),
        spec(2, necessity="CONDITIONAL", condition={"question": "abroad", "in": ["yes"]}),
        spec(3, necessity="OPTIONAL"),
    ]
    missing = [SimpleNamespace(spec=one, status="MISSING") for one in specs]
    assert [m.spec.pk for m in rules.on_receipt(missing, {"abroad": "no"})] == [1]
    assert [m.spec.pk for m in rules.on_receipt(missing, {"abroad": "yes"})] == [1, 2]
    handed_in = [SimpleNamespace(spec=one, status="PROVIDED") for one in specs]
    assert rules.on_receipt(handed_in, {}) == handed_in


@pytest.mark.parametrize(
    ("given", "days", "latest"),
    [
        (guide(), 5, date(2026, 10, 9)),
        (guide(promised=3), 5, date(2026, 9, 30)),  # not longer than the promised period
        (guide(promised=3, within=False), 5, date(2026, 10, 9)),
        (guide(item_type="01", promised=5), 15, date(2026, 9, 30)),  # a lawful decision must still be possible
    ],
)
def test_the_last_day_of_a_promise(given, days, latest):
    assert rules.latest_supply_day(given, spec(days=days), date(2026, 9, 24), calendar()) == latest


def test_a_later_acceptance_moves_the_promise_by_working_days():
    assert rules.supply_day(date(2026, 9, 24), date(2026, 9, 18), date(2026, 9, 22), calendar()) == date(2026, 9, 30)
    assert rules.supply_day(date(2026, 9, 24), date(2026, 9, 18), date(2026, 9, 18), calendar()) == date(2026, 9, 24)


@pytest.mark.parametrize("day", [None, date(2026, 9, 18), date(2026, 9, 17), date(2026, 9, 26), date(2026, 10, 8)])
def test_days_that_cannot_be_promised(day):
    assert rules.promise_obstacles(day, date(2026, 9, 18), date(2026, 9, 30), calendar())


def test_reminders_of_the_scenario_over_golden_week():
    days = rules.reminder_days(date(2026, 9, 24), date(2026, 10, 9), calendar())
    assert days == [date(2026, 9, 29), date(2026, 10, 8), date(2026, 10, 9)]


def test_a_second_breach_counts_double():
    assert [rules.breach_ban_months(guide(), n) for n in (0, 1, 5)] == [6, 12, 12]


def test_who_may_do_what_from_where():
    assert rules.may_do("accept", State.RECEIVED, {Who.CLERK}) == []
    assert said(rules.may_do("accept", State.RECEIVED, {Who.LEADER})) == ["This step is for another role."]
    assert "another state" in said(rules.may_do("accept", State.EXAMINING, {Who.CLERK}))[0]
