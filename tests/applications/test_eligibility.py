"""What the clerk sees of a guide's rule tree: help from what is known, never a decision."""

import pytest
from django.urls import reverse
from django.utils import translation

from applications.desk import Desk
from policies.matching.conditions import Verdict
from tests import cast
from tests.cast import moment
from tests.policies.library import leaf

NOW = moment("2026-09-18 10:00")
LEVEL = {"zh": "类别", "en": "Class"}
QUESTIONS = [
    {
        "key": "level",
        "kind": "choice",
        "fact": "grade",
        "label": LEVEL,
        "required": True,
        "choices": [{"value": "D", "label": {"zh": "D类", "en": "Class D"}}],
    },
    {"key": "place", "kind": "region", "fact": "region", "label": LEVEL, "required": False},
    {"key": "employer", "kind": "text", "label": LEVEL, "required": False},
]
TREE = {
    "all": [
        leaf("grade", "at_least", "E"),
        leaf("region", "within", "530100"),
        leaf("age", "at_most", 35),
        leaf("returned", "is", True),
    ]
}
pytestmark = pytest.mark.django_db


def submitted(world, applicant, **guide):
    values = {"questions": QUESTIONS, "eligibility": TREE} | guide
    item, _guide = cast.make_item(world.province, world.office, [world.window], serial=9, **values)
    case = cast.make_draft(world, applicant, "id", "degree", "works", "form", "photo", now=NOW, item=item)
    case.answers = {"level": "D", "place": "530114"}
    case.save()
    return cast.submit(case, applicant, NOW)


def test_each_condition_is_asked_of_answers_and_identity(world, applicant, clerk):
    """The applicant was born in March 1990 and is 36 years old; nobody asked whether they came back from abroad."""
    answer = Desk(submitted(world, applicant), clerk, NOW).eligibility
    assert answer.verdict == Verdict.NOT
    found = [(line.leaf["fact"], line.verdict.name) for line in answer.lines]
    assert found == [("age", "NOT"), ("returned", "UNKNOWN"), ("grade", "FITS"), ("region", "FITS")]


def test_the_clerk_reads_it_and_can_still_accept(client, world, applicant, clerk):
    case = submitted(world, applicant)
    client.force_login(clerk)
    with translation.override("en"):
        address = reverse("admin:applications_case_change", args=[case.pk])
    page = client.get(address).content.decode()
    assert "Age: at most 35 years old (the applicant: 36 years old)" in page
    assert "Not known yet – Returned from studies abroad" in page
    assert "It helps to check; it decides nothing." in page
    cast.check_all(case, clerk, NOW)
    from applications import services

    assert services.accept(case=case, actor=clerk, now=NOW).state == "EXAMINING"


def test_the_age_of_whoever_hands_in_for_a_unit_says_nothing(world, applicant, clerk):
    case = submitted(world, applicant)
    case.guide.by_unit = True
    desk = Desk(case, clerk, NOW)
    assert "age" in desk.eligibility.open_facts


@pytest.mark.parametrize("place", ["", "999999", "x" * 300])
def test_an_answer_that_makes_no_sense_is_unknown(world, applicant, clerk, place):
    case = submitted(world, applicant)
    case.answers["place"] = place
    answer = Desk(case, clerk, NOW).eligibility
    assert "region" in answer.open_facts


def test_a_guide_without_rules_shows_none(world, applicant, clerk):
    assert Desk(submitted(world, applicant, eligibility={}), clerk, NOW).eligibility is None
