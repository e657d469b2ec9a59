"""Evaluations: points, grades at their edges, six months to put things right, once more, veto."""

from decimal import Decimal

import pytest

from accounts.models import Role, UnitMember
from laborbrands.models import Evaluation
from laborbrands.rules import keeping as rules
from laborbrands.services import evaluation
from notifications.models import Message
from notifications.queries import reminders_for
from tests import cast
from tests.cast import day, moment
from tests.laborbrands.factory import CRITERIA, kept_brand, make_scheme
from tests.reviews.notices import refused

pytestmark = pytest.mark.django_db
NOW, LATER = moment("2026-08-31 10:00"), moment("2027-02-26 10:00")
GOOD, BAD = {"jobs": "55", "quality": "35"}, {"jobs": "40", "quality": "19.99"}


@pytest.fixture
def brand(world, applicant):
    return kept_brand(world, unit=cast.make_unit(world.county, applicant, moment("2024-01-01 09:00")))


@pytest.fixture
def cycle(world, examiner):
    return evaluation.open_evaluation(
        organization=world.office,
        tier="PROVINCIAL",
        scheme=make_scheme(),
        title_zh="2026年评价",
        title_en="Evaluation 2026",
        starts_on=day("2026-08-01"),
        ends_on=day("2026-12-31"),
        actor=examiner,
        now=NOW,
    )


def evaluated(cycle, brand, actor, scores=GOOD, now=NOW, **words) -> Evaluation:
    return evaluation.evaluate(round=cycle, brand=brand, scores=scores, opinion="见现场", actor=actor, now=now, **words)


@pytest.mark.parametrize(
    ("total", "grade"),
    [("100", "EXCELLENT"), ("90", "EXCELLENT"), ("89.99", "QUALIFIED"), ("60", "QUALIFIED"), ("59.99", "UNQUALIFIED")],
)
def test_grades_at_their_edges(total, grade):
    assert rules.grade_of(Decimal(total)) == grade
    assert rules.grade_of(Decimal(total), "FRAUD") == "UNQUALIFIED"


@pytest.mark.parametrize(
    "wrong",
    [{"jobs": "61"}, {"jobs": "-1"}, {"jobs": ""}, {"jobs": "NaN"}, {"jobs": "x"}, {"extra": "6"}, {"jobs": "1.001"}],
)
def test_points_stay_within_each_criterion(wrong):
    assert rules.points_of(CRITERIA, GOOD | wrong)[2]


def test_a_bonus_may_be_left_out():
    assert rules.points_of(CRITERIA, GOOD) == (GOOD, Decimal(90), [])


def test_an_excellent_brand_is_kept(cycle, brand, examiner):
    made = evaluated(cycle, brand, examiner)
    brand.refresh_from_db()
    assert (made.grade, made.total, brand.stage) == ("EXCELLENT", 90, "RECOGNIZED")
    assert brand.events.get().verb == "keep"
    assert Message.objects.filter(event="brand_evaluated").count() == 1
    assert "evaluated already" in refused(evaluated, cycle=cycle, brand=brand, actor=examiner)


def test_an_unqualified_brand_has_six_months_and_is_evaluated_again(cycle, brand, examiner):
    made = evaluated(cycle, brand, examiner, BAD)
    brand.refresh_from_db()
    assert (made.grade, made.rectify_by, brand.stage) == ("UNQUALIFIED", day("2027-02-28"), "RECTIFYING")
    assert len({one.due_at for one in reminders_for(f"brand_rectify:{brand.pk}")}) == 3
    again = evaluated(cycle, brand, examiner, GOOD, LATER)
    brand.refresh_from_db()
    assert (again.seq, brand.stage) == (2, "RECOGNIZED")
    assert not [one for one in reminders_for(f"brand_rectify:{brand.pk}") if one.cancelled_at is None]
    assert [one.verb for one in brand.events.all()] == ["order_rectification", "keep"]
    assert Evaluation.objects.get(seq=1).grade == "UNQUALIFIED"  # the history stays


def test_a_second_failure_leads_to_a_removal_and_nothing_else(cycle, brand, examiner):
    evaluated(cycle, brand, examiner, BAD)
    made = evaluated(cycle, brand, examiner, BAD, LATER)
    brand.refresh_from_db()
    assert (made.rectify_by, brand.stage) == (None, "RECTIFYING")
    assert rules.ground_obstacles("UNQUALIFIED", missed=0, last_evaluation=made, has_lost_trademark=False) == []
    assert "evaluated already" in refused(evaluated, cycle=cycle, brand=brand, actor=examiner, now=LATER)


def test_a_veto_gives_no_time_to_put_right(cycle, brand, examiner):
    made = evaluated(cycle, brand, examiner, GOOD, veto="ARREARS")
    brand.refresh_from_db()
    assert (made.grade, made.rectify_by, brand.stage) == ("UNQUALIFIED", None, "RECOGNIZED")


def test_what_is_refused(world, cycle, brand, examiner, clerk, applicant):
    county = cast.make_staff("c@example.org", "县", Role.EXAMINER, world.county, world.office)
    for stranger in (clerk, county, applicant):
        assert "office that decides" in refused(evaluated, cycle=cycle, brand=brand, actor=stranger)
    low = kept_brand(world, "县级", tiers=("COUNTY",))
    assert "not recognized at this tier" in refused(evaluated, cycle=cycle, brand=low, actor=examiner)
    gone = kept_brand(world, "摘牌", stage="REMOVED")
    assert "Only a recognized" in refused(evaluated, cycle=cycle, brand=gone, actor=examiner)
    assert "no veto" in refused(evaluated, cycle=cycle, brand=brand, actor=examiner, veto="UNQUALIFIED")
    UnitMember.objects.create(
        unit=brand.builders.get().unit, user=examiner, role="HR", joined_at=NOW, left_at=NOW
    )  # once is enough
    assert "colleague" in refused(evaluated, cycle=cycle, brand=brand, actor=examiner)
    assert not Evaluation.objects.exists()


def test_another_office_cannot_begin_one(world, clerk, examiner):
    words = {"scheme": make_scheme(), "title_zh": "x", "title_en": "x", "now": NOW}
    days = {"starts_on": day("2026-08-01"), "ends_on": day("2026-07-01")}
    said = refused(evaluation.open_evaluation, organization=world.office, tier="COUNTY", actor=clerk, **words, **days)
    assert all(word in said for word in ("not in charge", "Another office", "before the beginning"))
