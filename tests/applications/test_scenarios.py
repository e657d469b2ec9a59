"""Scenarios 1, 6 and 12 of the domain book (13.4), and edge cases of chapter 11 that stand in no other file.

Scenarios 2 to 5 are in test_services.py, 7 and 8 in test_special.py, 11 in tests/certificates.
"""

import datetime as dt

import pytest

from applications import services
from applications.models import CommitmentBreach, DeferralBan
from applications.services import ratings
from applications.services.intake import receive_at_window
from certificates.models import Certificate
from tests import cast
from tests.applications import life
from tests.cast import moment

pytestmark = pytest.mark.django_db

NOW = moment("2026-09-18 10:00")


def decided(case, clerk, examiner, leader):
    cast.check_all(case, clerk, NOW)
    services.accept(case=case, actor=clerk, now=NOW)
    services.conclude(case=case, actor=examiner, now=NOW, proposal="GRANT", opinion="符合条件")
    return services.grant(case=case, actor=leader, now=NOW)


def test_scenario_1_an_instant_item_in_one_sitting(world, applicant, clerk, examiner, leader, run_due):
    item = life.item_with(world, case_kind="INSTANT", promised_days=0)
    case = decided(life.received(world, applicant, item=item), clerk, examiner, leader)
    run_due(NOW)
    case = services.deliver(case=case, actor=applicant, now=NOW)
    rating = ratings.rate(case=case, actor=applicant, now=NOW, level=1)
    case.refresh_from_db()
    assert (case.state, case.close_type, case.guide.visits, rating.level) == ("CLOSED", "GRANTED", 0, 1)
    promised = case.clocks.get(kind="PROMISED")
    assert promised.due_on == dt.date(2026, 9, 18) >= promised.finished_at.date()
    assert Certificate.objects.get(source=f"case:{case.pk}").status == "VALID"


def test_scenario_6_deferral_refused_and_the_way_of_correction(world, applicant, clerk):
    draft = cast.make_draft(world, applicant, "id", "photo", now=NOW)  # the degree, a core material, is missing
    signed = {"declares": True, "agrees": True, "signed_name": applicant.person.name}
    refused = life.refused(services.submit, case=draft, actor=applicant, now=NOW, **signed)
    assert "“Material degree” is a core material and must be there." in refused

    cast.hand_in(draft, applicant, "degree", now=NOW)
    cast.promise(draft, applicant, {"works": "2026-09-24", "form": "2026-09-24"}, NOW)
    ban = banned(life.received(world, applicant, item=life.item_with(world, 3)), until=dt.date(2027, 1, 1))
    refused = life.refused(services.submit, case=draft, actor=applicant, now=NOW, **signed)
    assert refused == [
        "An earlier commitment was not kept; supplying later is possible again from Friday 1 January 2027."
    ]
    DeferralBan.objects.filter(pk=ban.pk).delete()
    refused = life.refused(services.submit, case=draft, actor=applicant, now=NOW, **(signed | {"agrees": False}))
    assert refused == ["Agree to the promises."]

    services.discard_draft(case=draft, actor=applicant)
    files = {key: [life.scan()] for key in life.CORE}
    facts = {"item": world.item, "applicant": applicant, "window": world.window, "answers": life.ANSWERS}
    case = receive_at_window(**facts, files=files, actor=clerk, now=NOW)
    cast.check_all(case, clerk, NOW)
    refused = life.refused(services.accept_with_deferral, case=case, actor=clerk, now=NOW)
    assert "The applicant has not promised any material for later." in refused
    points = {life.material(case, "works").pk: ("M01", "请补交")}
    assert services.request_correction(case=case, actor=clerk, now=NOW, points=points).state == "CORRECTION"


def banned(case, until: dt.date) -> DeferralBan:
    breach = CommitmentBreach.objects.create(case=case, applicant=case.applicant, recorded_at=NOW)
    return DeferralBan.objects.create(
        applicant=case.applicant, breach=breach, starts_on=dt.date(2026, 9, 1), ends_on=until
    )


@pytest.mark.django_db(transaction=True)
def test_scenario_12_two_clerks_accept_the_same_case(world, applicant, clerk):
    colleague = cast.make_staff("b@example.org", "周丽", "CLERK", world.county, world.office, [world.window])
    case = life.received(world, applicant)
    cast.check_all(case, clerk, NOW)
    case.refresh_from_db()
    who = {"case": case, "now": NOW, "version": case.version}
    said = life.at_once(lambda: services.accept(actor=clerk, **who), lambda: services.accept(actor=colleague, **who))
    assert sorted(said)[-1] == "done"
    assert sorted(said)[0].startswith("Handled already by")
    assert life.verbs(case).count("accept") == 1


def test_11_6_a_second_click_makes_no_second_certificate(world, applicant, clerk, examiner, leader, run_due):
    case = decided(life.received(world, applicant), clerk, examiner, leader)
    assert life.refused(services.grant, case=case, actor=leader, now=NOW)
    run_due(NOW)
    run_due(NOW)
    assert Certificate.objects.filter(source=f"case:{case.pk}").count() == 1
    assert life.verbs(case).count("issue") == 1


def test_11_10_an_abolished_county_keeps_its_cases_and_their_numbers(world, applicant, clerk):
    case = life.received(world, applicant)
    number = case.case_no
    world.county.valid_to = dt.date(2026, 9, 17)
    world.county.save()
    cast.check_all(case, clerk, NOW)
    case = services.accept(case=case, actor=clerk, now=NOW)
    assert (case.case_no, case.region_id, number[:6]) == (number, world.county.pk, world.county.pk)


def test_11_14_an_x_typed_small_is_the_same_number(world):
    person = cast.make_person("x@example.org", "李晓", "99010119900307004x").person
    assert (person.id_number, person.id_masked[-1]) == ("99010119900307004X", "X")


def test_11_45_a_case_number_alone_says_nothing(world, applicant, client):
    case = life.received(world, applicant)
    said = [
        client.post("/en/progress/", {"case_no": number, "code": code}).content.decode()
        for number, code in ((case.case_no, "ZZZZZZ"), ("530100202609180001000000", "ZZZZZZ"), (case.case_no, ""))
    ]
    assert all("Waiting for acceptance" not in page for page in said)
    right = client.post("/en/progress/", {"case_no": case.case_no, "code": case.query_code})
    assert "Waiting for acceptance" in right.content.decode()
    assert applicant.person.name not in right.content.decode()
