"""Whether a person and a vacancy fit, and why."""

from datetime import date

import pytest
from django.utils.translation import override

from talents.rules import match
from talents.rules.match import Conditions, Facts, Place
from talents.states import Degree, PayPeriod, Title, WorkKind

KUNMING, GUANDU, DALI = "530000/530100", "530000/530100/530111", "530000/532900"


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


def asked(**changes) -> Conditions:
    plain = {"places": (Place(KUNMING, "Kunming"),), "degree": Degree.MASTER}
    return Conditions(**plain | changes)


def facts(**changes) -> Facts:
    return Facts(**{"places": (GUANDU,), "degree": Degree.DOCTOR} | changes)


def test_place_and_education_are_hard_and_said_in_words():
    reasons = match.explain(asked(), facts())
    assert reasons == [("place: Kunming", True, True), ("education: master or above", True, True)]
    assert match.fits(reasons)
    assert not match.fits(match.explain(asked(), facts(degree=Degree.BACHELOR)))
    assert not match.fits(match.explain(asked(), facts(places=(DALI,))))


@pytest.mark.parametrize(
    ("wanted", "is_met"),
    [(KUNMING, True), (GUANDU, True), ("530000", True), (DALI, False), ("530000/5301001", False), ("", False)],
)
def test_a_place_fits_when_one_holds_the_other(wanted, is_met):
    assert match.explain(Conditions(places=(Place(KUNMING, "Kunming"),)), Facts(places=(wanted,)))[0].met is is_met


def test_nothing_asked_is_no_condition():
    assert match.explain(Conditions(), facts()) == []


def test_a_major_fits_at_any_level_of_the_catalog():
    for code, is_met in (("0802", True), ("08", True), ("080207", True), ("080901", False), ("xx", False)):
        (reason,) = match.explain(Conditions(majors=(code,)), Facts(major="080207"))
        assert (reason.met, reason.is_hard) == (is_met, False), code
    assert not match.explain(Conditions(majors=("08",)), Facts())[0].met


def test_every_skill_is_a_condition_of_its_own_up_to_five():
    reasons = match.explain(Conditions(skills=("AUTOSAR", "CAN", "c", "d", "e", "f")), Facts(skills=frozenset({"can"})))
    assert [reason.words for reason in match.met(reasons)] == ["skill: CAN"]
    assert [reason.words for reason in match.missing(reasons)] == [f"skill: {name}" for name in ("AUTOSAR", *"cde")]


def test_years_titles_kinds_and_pay_are_compared_as_at_least():
    conditions = Conditions(years=5, title=Title.ASSOCIATE, kind=WorkKind.REMOTE, pay_to=20_000)
    person = Facts(years=5, title=Title.SENIOR, kinds=frozenset({WorkKind.REMOTE}), pay_from=20_000)
    assert all(reason.met for reason in match.explain(conditions, person))
    person = Facts(years=4, title=Title.INTERMEDIATE, kinds=frozenset({WorkKind.FULL_TIME}), pay_from=20_001)
    assert len(match.missing(match.explain(conditions, person))) == 4


def test_who_wants_any_kind_of_work_meets_any_kind():
    assert match.explain(Conditions(kind=WorkKind.REMOTE), Facts())[0].met


def test_an_occupation_fits_in_the_same_group_only():
    for theirs, is_met in (("2-02-10", True), ("2-02", True), ("2-03", False), ("", False)):
        assert match.explain(Conditions(occupation="2-02-10"), Facts(occupation=theirs))[0].met is is_met, theirs


def test_a_fit_is_news_when_half_of_the_soft_conditions_are_met():
    one_of_two = asked(majors=("0802",), years=3)
    assert match.is_worth_telling(match.explain(one_of_two, facts(years=3)))
    assert not match.is_worth_telling(match.explain(one_of_two, facts()))
    assert not match.is_worth_telling(match.explain(asked(), facts())), "what fits everybody is no news"
    assert not match.is_worth_telling(match.explain(one_of_two, facts(years=3, degree=Degree.COLLEGE)))


def test_the_closest_fit_sorts_last():
    near = match.explain(asked(years=3), facts(years=3))
    far = match.explain(asked(years=3), facts())
    out = match.explain(asked(years=3), facts(years=3, degree=Degree.COLLEGE))
    assert sorted([near, out, far], key=match.closeness) == [out, far, near]


def test_the_words_are_in_the_language_of_the_reader():
    with override("zh-hans"):
        zh = [reason.words for reason in match.explain(asked(majors=("080207",)), facts())]
    en = [reason.words for reason in match.explain(asked(majors=("080207",)), facts())]
    assert "车辆工程" in zh[-1]
    assert "Vehicle" in en[-1]


def test_years_count_from_the_year_somebody_began():
    assert [match.years_of_work(since, date(2026, 11, 23)) for since in (2016, 2026, 2027, None, 9999)] == [
        10,
        0,
        0,
        0,
        0,
    ]


def test_pay_is_compared_by_the_month():
    assert [match.a_month(pay, period) for pay, period in ((100, PayPeriod.HOUR), (400, "DAY"), (9000, "MONTH"))] == [
        17_400,
        8_700,
        9_000,
    ]
    assert match.a_month(240_000, PayPeriod.YEAR) == 20_000
    assert match.a_month(None, PayPeriod.YEAR) is None
