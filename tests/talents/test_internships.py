"""Internships and traineeships, from the place to the retention figure."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Unit
from talentportal.lib.refusals import Refused
from talents.models import Place, PlaceApplication, School
from talents.queries import interns as queries
from talents.rules import interns as rules
from talents.services import agreements, places, traineeships
from talents.states import AgreementState, ApplicationState, ClaimState, Degree, PlaceKind, VacancyState
from tests import cast
from tests.cast import moment
from tests.talents import pool

NOW = moment("2026-09-18 10:00")
GRADUATED, GRADUATES = dt.date(2026, 7, 1), dt.date(2027, 7, 1)


@pytest.fixture
def unit(world):
    return pool.unit(world.province, name="示例制造有限公司")


@pytest.fixture
def hr(unit):
    return pool.handler(unit)


@pytest.fixture
def school(world):
    return School.objects.create(unit=pool.unit(world.province, name="示例职业学院"))


@pytest.fixture
def teacher(school):
    return pool.handler(school.unit)


@pytest.fixture
def clerk(world):
    return pool.person("office@example.org", "审核员")


@pytest.fixture
def base(world, unit, clerk):
    return traineeships.recognize_base(
        unit=unit,
        level="COUNTY",
        organization=world.office,
        document_no="示人社〔2026〕1号",
        staff=10,
        starts_on=dt.date(2026, 1, 1),
        ends_on=dt.date(2029, 1, 1),
        actor=clerk,
        now=NOW,
    )


def values(world, kind=PlaceKind.INTERNSHIP, **changed) -> dict:
    return {
        "kind": kind,
        "title": "设备维护",
        "majors": ["080202"],
        "degree": Degree.COLLEGE,
        "places": 2,
        "months": 3,
        "region": world.province,
        "allowance": 2000,
        "mentor": "李师傅",
        "is_insured": True,
        "description": "跟班学习",
        "starts_on": dt.date(2026, 10, 8),
        "apply_by": dt.date(2026, 9, 30),
    } | changed


def online(world, unit, hr, clerk, kind=PlaceKind.INTERNSHIP, **changed) -> Place:
    place = places.write_place(unit=unit, values=values(world, kind, **changed), actor=hr, now=NOW)
    places.hand_in_place(place=place, actor=hr, now=NOW)
    return places.review_place(place=place, passed=True, note="", actor=clerk, now=NOW)


def ask(place, person, school=None, graduates_on=GRADUATES, now=NOW) -> PlaceApplication:
    return agreements.apply_for_place(
        place=place,
        actor=person,
        major="080202",
        degree=Degree.COLLEGE,
        graduates_on=graduates_on,
        school=school,
        words="想学维修",
        now=now,
    )


def take(application, hr, until=dt.date(2027, 1, 8), now=NOW):
    return agreements.take_application(
        application=application,
        starts_on=dt.date(2026, 10, 8),
        ends_on=until,
        insurance_no="PICC-1",
        actor=hr,
        now=now,
    )


def sign(agreement, **by):
    for party, actor in by.items():
        name = "陈思远" if party == "person" else ""
        agreement = agreements.sign_agreement(agreement=agreement, party=party, actor=actor, name=name, now=NOW)
    return agreement


def test_an_internship_runs_when_unit_school_and_student_have_signed(
    world, unit, hr, school, teacher, clerk, applicant
):
    place = online(world, unit, hr, clerk)
    agreement = take(ask(place, applicant, school), hr)
    assert agreements.missing_parties(agreement) == ["unit", "person", "school"]
    agreement = sign(agreement, person=applicant, unit=hr)
    assert agreement.state == AgreementState.SIGNING
    assert sign(agreement, school=teacher).state == AgreementState.RUNNING
    for party, actor in (("person", applicant), ("unit", hr), ("school", teacher)):
        with pytest.raises(Refused):
            sign(agreement, **{party: actor})


def test_who_is_no_party_signs_nothing(world, unit, hr, school, teacher, clerk, applicant):
    agreement = take(ask(online(world, unit, hr, clerk), applicant, school), hr)
    for party, actor in (("unit", teacher), ("school", hr), ("person", hr), ("unit", clerk)):
        with pytest.raises(Refused):
            sign(agreement, **{party: actor})
    with pytest.raises(Refused):
        agreements.sign_agreement(agreement=agreement, party="person", actor=applicant, name="别人", now=NOW)
    hr.memberships.update(left_at=NOW)
    with pytest.raises(Refused):
        sign(agreement, unit=hr)


def test_a_student_needs_a_school_and_a_graduate_looks_for_a_traineeship(
    world, unit, hr, school, clerk, applicant, base
):
    place, trainee = online(world, unit, hr, clerk), online(world, unit, hr, clerk, PlaceKind.TRAINEESHIP)
    for attempt in (
        lambda: ask(place, applicant),
        lambda: ask(place, applicant, school, GRADUATED),
        lambda: ask(trainee, applicant, None, GRADUATES),
        lambda: ask(trainee, applicant, None, dt.date(2024, 9, 18)),  # two years ago to the day, and older than 24
        lambda: ask(place, pool.person(), school),  # no real name
    ):
        with pytest.raises(Refused):
            attempt()
    assert not PlaceApplication.objects.exists()
    assert ask(trainee, applicant, None, dt.date(2024, 9, 19)).state == ApplicationState.SENT


@pytest.mark.parametrize(
    "changed",
    [
        {"allowance": 0},
        {"is_insured": False},
        {"months": 13},
        {"months": 2, "kind": PlaceKind.TRAINEESHIP},
        {"places": 4, "kind": PlaceKind.TRAINEESHIP},  # 30 percent of 10 are 3
        {"apply_by": dt.date(2026, 9, 17)},
        {"apply_by": dt.date(2026, 10, 9)},
    ],
)
def test_a_place_against_the_rules_is_not_written(world, unit, hr, base, changed):
    with pytest.raises(Refused):
        places.write_place(unit=unit, values=values(world, **changed), actor=hr, now=NOW)
    assert not Place.objects.exists()


def test_only_a_base_offers_traineeships_and_its_share_counts_all_its_places(world, unit, hr, clerk):
    other = pool.unit(world.province)
    with pytest.raises(Refused):
        places.write_place(unit=other, values=values(world, PlaceKind.TRAINEESHIP), actor=pool.handler(other), now=NOW)


def test_two_places_together_keep_within_the_share(world, unit, hr, clerk, base):
    online(world, unit, hr, clerk, PlaceKind.TRAINEESHIP, places=2)
    with pytest.raises(Refused, match="3"):
        places.write_place(unit=unit, values=values(world, PlaceKind.TRAINEESHIP, places=2), actor=hr, now=NOW)
    assert queries.places_in_use(base) == 2


def test_who_writes_a_place_does_not_review_it_and_it_expires_once(world, unit, hr, clerk):
    place = places.write_place(unit=unit, values=values(world), actor=hr, now=NOW)
    places.hand_in_place(place=place, actor=hr, now=NOW)
    for by, note, passed in ((hr, "", True), (clerk, "", False)):
        with pytest.raises(Refused):
            places.review_place(place=place, passed=passed, note=note, actor=by, now=NOW)
    places.review_place(place=place, passed=True, note="", actor=clerk, now=NOW)
    later = moment("2026-10-01 00:30")
    assert [places.expire_places(later), places.expire_places(later)] == [1, 0]
    assert Place.objects.get().state == VacancyState.EXPIRED


def test_more_people_than_places_are_not_taken(world, unit, hr, school, clerk, applicant):
    place = online(world, unit, hr, clerk, places=1)
    take(ask(place, applicant, school), hr)
    second = cast.make_person("second@example.org", "李四", "990101199003070023")
    with pytest.raises(Refused):
        take(ask(place, second, school), hr)


def finished(world, unit, hr, clerk, person, base):
    place = online(world, unit, hr, clerk, PlaceKind.TRAINEESHIP)
    agreement = sign(take(ask(place, person, None, GRADUATED), hr), person=person, unit=hr)
    for first, days in ((dt.date(2026, 10, 1), 20), (dt.date(2026, 11, 1), 22)):
        traineeships.record_month(
            agreement=agreement,
            month=first,
            days=days,
            paid=Decimal("2000.00"),
            paid_on=dt.date(2026, 12, 1),
            actor=hr,
            now=moment("2026-12-02 10:00"),
        )
    return agreement


def test_months_are_confirmed_claimed_once_and_paid_and_who_stayed_is_counted(world, unit, hr, clerk, applicant, base):
    agreement = finished(world, unit, hr, clerk, applicant, base)
    now = moment("2026-12-03 10:00")
    october, november = agreement.months.all()
    with pytest.raises(Refused):
        traineeships.claim_subsidy(base=base, months=[october.pk], actor=hr, now=now)  # not confirmed yet
    for month in (october, november):
        traineeships.confirm_month(month=month, actor=applicant, now=now)
    with pytest.raises(Refused):
        traineeships.record_month(
            agreement=agreement, month=october.month, days=1, paid=Decimal(0), paid_on=None, actor=hr, now=now
        )
    claim = traineeships.claim_subsidy(base=base, months=[october.pk, november.pk], actor=hr, now=now)
    assert claim.amount == Decimal("2000.00")
    with pytest.raises(Refused):
        traineeships.claim_subsidy(base=base, months=[october.pk], actor=hr, now=now)
    with pytest.raises(Refused):
        traineeships.decide_claim(claim=claim, approved=True, note="", actor=hr, now=now)
    traineeships.decide_claim(claim=claim, approved=True, note="", actor=clerk, now=now)
    claim = traineeships.pay_claim(claim=claim, paid_on=dt.date(2026, 12, 3), actor=clerk, now=now)
    assert claim.state == ClaimState.PAID
    with pytest.raises(Refused):
        traineeships.pay_claim(claim=claim, paid_on=dt.date(2026, 12, 3), actor=clerk, now=now)

    end = moment("2027-01-08 09:00")
    assert [agreements.finish_agreements(end), agreements.finish_agreements(end)] == [1, 0]
    for hired, months in ((dt.date(2027, 2, 8), 12), (dt.date(2027, 1, 10), 11)):
        with pytest.raises(Refused):
            traineeships.record_retention(
                agreement=agreement, hired_on=hired, contract_months=months, actor=hr, now=end
            )
    traineeships.record_retention(
        agreement=agreement, hired_on=dt.date(2027, 2, 7), contract_months=12, actor=hr, now=end
    )
    assert queries.retention_of(base, 2027) == (1, 0, 0)
    traineeships.confirm_retention(agreement=agreement, actor=applicant, now=end)
    assert queries.retention_of(base, 2027) == (1, 1, 100)
    assert rules.subsidy_rate(100) > rules.subsidy_rate(49)


def test_a_refused_claim_frees_its_months(world, unit, hr, clerk, applicant, base):
    agreement = finished(world, unit, hr, clerk, applicant, base)
    now = moment("2026-12-03 10:00")
    month = agreement.months.first()
    traineeships.confirm_month(month=month, actor=applicant, now=now)
    claim = traineeships.claim_subsidy(base=base, months=[month.pk], actor=hr, now=now)
    traineeships.decide_claim(claim=claim, approved=False, note="缺付款凭证", actor=clerk, now=now)
    again = traineeships.claim_subsidy(base=base, months=[month.pk], actor=hr, now=now)
    assert again.months.get().month == month
    with pytest.raises(IntegrityError), transaction.atomic():
        again.months.create(month=month)


def test_an_objection_of_the_person_lets_the_month_be_recorded_again(world, unit, hr, clerk, applicant, base):
    agreement = finished(world, unit, hr, clerk, applicant, base)
    now = moment("2026-12-03 10:00")
    month = agreement.months.first()
    traineeships.confirm_month(month=month, actor=applicant, now=now, objection="少记两天")
    assert not traineeships.claimable(base).exists()
    row = traineeships.record_month(
        agreement=agreement,
        month=month.month,
        days=22,
        paid=Decimal("2000.00"),
        paid_on=dt.date(2026, 12, 1),
        actor=hr,
        now=now,
    )
    assert (row.days, row.disputed_because, row.confirmed_at) == (22, "", None)


@pytest.mark.parametrize(
    ("month", "days", "paid", "paid_on"),
    [
        (dt.date(2026, 9, 1), 5, Decimal(0), None),
        (dt.date(2026, 10, 1), 25, Decimal(0), None),  # from the 8th on there are 24
        (dt.date(2026, 10, 1), 5, Decimal(-1), None),
        (dt.date(2026, 10, 1), 5, Decimal(100), None),
        (dt.date(2026, 10, 1), 5, Decimal(100), dt.date(2026, 12, 9)),
        (dt.date(2027, 1, 1), 1, Decimal(0), None),
    ],
)
def test_a_month_that_cannot_be_is_refused(world, unit, hr, clerk, applicant, base, month, days, paid, paid_on):
    agreement = finished(world, unit, hr, clerk, applicant, base)
    with pytest.raises(Refused):
        traineeships.record_month(
            agreement=agreement,
            month=month,
            days=days,
            paid=paid,
            paid_on=paid_on,
            actor=hr,
            now=moment("2026-12-02 10:00"),
        )


def test_a_suspended_unit_does_nothing_any_more(world, unit, hr, clerk):
    Unit.objects.filter(pk=unit.pk).update(status=Unit.Status.SUSPENDED)
    with pytest.raises(Refused):
        places.write_place(unit=unit, values=values(world), actor=hr, now=NOW)


def test_an_idle_base_and_one_that_hires_few_should_end(world, base):
    assert traineeships.cancel_reasons(base, dt.date(2026, 12, 1)) == []
    assert len(traineeships.cancel_reasons(base, dt.date(2027, 1, 2))) == 1
