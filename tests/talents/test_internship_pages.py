"""The desks of an internship by their pages: student, unit, school, office; and who finds nothing there."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.translation import override

from accounts.models import Role
from notifications.models import Message
from talents.models import Agreement, Attendance, Place, PlaceApplication, Retention, SubsidyClaim
from talents.services import agreements, places, traineeships
from talents.states import AgreementState, ApplicationState, ClaimState, VacancyState
from tests import cast
from tests.cast import moment
from tests.talents import pool
from tests.talents.test_internships import NOW, ask, finished, online, sign, take, values

FORM = {
    "kind": "INTERNSHIP",
    "title": "设备维护",
    "description": "跟班学习",
    "major": "080202",
    "degree": "2",
    "places": "2",
    "months": "3",
    "region": "530000",
    "allowance": "2000",
    "mentor": "李师傅",
    "is_insured": "on",
    "starts_on": "2026-10-08",
    "apply_by": "2026-09-30",
}


@pytest.fixture(autouse=True)
def _today(at):
    pass


def of(client, user):
    client.force_login(user)
    return client


def text(response) -> str:
    return " ".join(response.content.decode().split())


def test_a_unit_writes_a_place_the_office_reads_it_and_everybody_sees_it(world, unit, hr, client, settings):
    examiner = cast.make_staff("examiner@example.org", "赵审核", Role.EXAMINER, world.province, world.office)
    page = of(client, hr).post(reverse("org:new_internship"), FORM, follow=True)
    assert "设备维护" in text(page)
    place = Place.objects.get()
    client.post(reverse("org:internship", args=[place.public_id]), {"act": "hand_in"})
    assert client.get(reverse("internships:detail", args=[place.public_id])).status_code == 404
    staff = of(client, examiner)
    assert staff.get(reverse("admin:talents_place_changelist")).status_code == 200
    assert "设备维护" in text(staff.get(reverse("admin:talents_place_change", args=[place.pk])))
    staff.post(reverse("admin:talents_place_act", args=[place.pk, "pass"]))
    place.refresh_from_db()
    assert place.state == VacancyState.ONLINE
    client.logout()
    assert "设备维护" in text(client.get(reverse("internships:list")))
    assert "设备维护" not in text(client.get(reverse("internships:list"), {"kind": "TRAINEESHIP"}))
    assert client.get(reverse("internships:list"), {"before": "x", "region": "99", "kind": "?"}).status_code == 200
    assert client.get(reverse("internships:detail", args=[place.public_id])).status_code == 200


def test_what_was_typed_stays_when_a_place_is_refused(world, unit, hr, client):
    page = of(client, hr).post(
        reverse("org:new_internship"), FORM | {"is_insured": "", "months": "40", "title": "留下来"}, follow=True
    )
    assert "留下来" in text(page)
    assert "error-summary" in text(page)
    assert not Place.objects.exists()
    page = client.post(reverse("org:new_internship"), FORM | {"kind": "TRAINEESHIP", "title": "留下来"}, follow=True)
    assert "留下来" in text(page)
    assert not Place.objects.exists()


def test_student_unit_and_school_come_to_an_agreement(world, unit, hr, school, teacher, clerk, applicant, client):
    place = online(world, unit, hr, clerk)
    address = reverse("internships:detail", args=[place.public_id])
    asked = {"degree": "2", "major": "080202", "graduates_on": "2027-07-01", "words": "想学", "school": school.pk}
    page = of(client, applicant).post(address, asked, follow=True)
    assert "想学" in text(page)  # without the consent nothing is sent, nothing is lost
    assert not PlaceApplication.objects.exists()
    client.post(address, asked | {"agreed": "on"})
    application = PlaceApplication.objects.get()

    desk = of(client, hr)
    assert "陈思远" in text(desk.get(reverse("org:internship", args=[place.public_id])))
    told = {"application": application.public_id, "act": "take", "starts_on": "2026-10-08", "last_day": "2026-10-01"}
    page = desk.post(reverse("org:internship", args=[place.public_id]), told | {"insurance_no": "X-1"}, follow=True)
    assert "X-1" in text(page)
    assert not Agreement.objects.exists()
    told |= {"last_day": "2027-01-07", "insurance_no": "X-1"}
    desk.post(reverse("org:internship", args=[place.public_id]), told)
    agreement = Agreement.objects.get()
    ours, mine = (
        reverse("org:intern_agreement", args=[agreement.public_id]),
        reverse("me:internship", args=[agreement.public_id]),
    )
    desk.post(ours, {"act": "sign"})
    assert of(client, teacher).get(ours).status_code == 200
    client.post(ours, {"act": "sign"})
    person = of(client, applicant)
    page = person.post(mine, {"act": "sign", "name": "别人"}, follow=True)
    assert "别人" in text(page)
    person.post(mine, {"act": "sign", "name": "陈思远"})
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.RUNNING
    assert person.get(reverse("me:internships")).status_code == 200


def test_strangers_find_nothing(world, unit, hr, school, teacher, clerk, applicant, client):
    place = online(world, unit, hr, clerk)
    agreement = take(ask(place, applicant, school), hr)
    application = agreement.application
    other = pool.handler(pool.unit(world.province))
    former = pool.handler(unit)
    former.memberships.update(left_at=NOW)
    pages = [
        reverse("org:internship", args=[place.public_id]),
        reverse("org:edit_internship", args=[place.public_id]),
        reverse("org:intern_agreement", args=[agreement.public_id]),
        reverse("me:internship", args=[agreement.public_id]),
        reverse("org:intern_base"),
    ]
    for stranger in (other, former, pool.person()):
        for page in pages:
            assert of(client, stranger).get(page).status_code == 404, page
            assert client.post(page, {"act": "sign", "name": "陈思远"}).status_code == 404, page
        assert client.post(reverse("me:withdraw_internship", args=[application.public_id])).status_code == 404
    assert of(client, teacher).get(pages[0]).status_code == 404  # the school sees agreements, not who else applied
    assert of(client, applicant).get(pages[2]).status_code == 404


def test_months_claim_and_retention_by_the_pages(world, unit, hr, clerk, applicant, base, client, at):
    at("2026-12-03 10:00")
    agreement = finished(world, unit, hr, clerk, applicant, base)
    mine, ours = (
        reverse("me:internship", args=[agreement.public_id]),
        reverse("org:intern_agreement", args=[agreement.public_id]),
    )
    october, november = agreement.months.all()
    person = of(client, applicant)
    person.post(mine, {"act": "confirm", "month": october.pk})
    page = person.post(mine, {"act": "object", "month": november.pk, "objection": ""}, follow=True)
    assert "error-summary" in text(page)
    person.post(mine, {"act": "object", "month": november.pk, "objection": "少记一天"})
    assert Attendance.objects.get(pk=november.pk).disputed_because == "少记一天"
    assert person.post(mine, {"act": "confirm", "month": "9" * 30}).status_code == 404
    desk = of(client, hr)
    assert "少记一天" in text(desk.get(ours))
    form = desk.get(ours).context["month_form"]
    assert [month for month, _ in form.fields["month"].widget.choices] == ["2026-11", "2026-12"]  # October is confirmed
    assert (form["month"].value(), form["paid"].value()) == ("2026-12", 2000)
    desk.post(ours, {"act": "month", "month": "2026-11", "days": "23", "paid": "2000", "paid_on": "2026-12-01"})
    assert Attendance.objects.get(pk=november.pk).days == 23
    page = desk.post(ours, {"act": "month", "month": "2026-11", "days": "40", "paid": "x"}, follow=True)
    assert "error-summary" in text(page) or "field__error" in text(page)
    assert desk.post(ours, {"act": "nonsense"}).status_code == 404
    desk.post(reverse("org:intern_base"), {"month": [str(october.pk), "x"]})
    claim = SubsidyClaim.objects.get()
    assert claim.amount == Decimal("1000.00")
    page = desk.post(reverse("org:intern_base"), {"month": [str(october.pk)]}, follow=True)
    assert "error-summary" in text(page)

    examiner = cast.make_staff("examiner@example.org", "赵审核", Role.EXAMINER, world.province, world.office)
    staff = of(client, examiner)
    for name in ("subsidyclaim", "traineeshipbase", "school"):
        assert staff.get(reverse(f"admin:talents_{name}_changelist")).status_code == 200
    assert staff.get(reverse("admin:talents_traineeshipbase_change", args=[base.pk])).status_code == 200
    staff.post(reverse("admin:talents_subsidyclaim_act", args=[claim.pk, "approve"]))
    staff.post(reverse("admin:talents_subsidyclaim_act", args=[claim.pk, "pay"]), {"paid_on": "2026-12-03"})
    claim.refresh_from_db()
    assert claim.state == ClaimState.PAID

    at("2027-01-10 10:00")
    agreements.finish_agreements(moment("2027-01-10 10:00"))
    of(client, hr).post(ours, {"act": "retention", "hired_on": "2027-01-09", "contract_months": "24"})
    of(client, applicant).post(mine, {"act": "retention"})
    assert Retention.objects.get().confirmed_by_person_at
    assert "100" in text(of(client, hr).get(reverse("org:intern_base")))
    with override("en"):
        assert "1 of 1, 100 %" in text(of(client, examiner).get(reverse("admin:talents_traineeshipbase_changelist")))


def test_an_application_is_taken_back_and_declined(world, unit, hr, school, clerk, applicant, client):
    place = online(world, unit, hr, clerk)
    application = ask(place, applicant, school)
    of(client, applicant).post(reverse("me:withdraw_internship", args=[application.public_id]))
    application.refresh_from_db()
    assert application.state == ApplicationState.WITHDRAWN
    again = ask(place, applicant, school)
    address = reverse("org:internship", args=[place.public_id])
    desk = of(client, hr)
    page = desk.post(address, {"act": "decline", "application": again.public_id, "answer": ""}, follow=True)
    assert "error" in text(page)
    desk.post(address, {"act": "decline", "application": again.public_id, "answer": "专业不对口"})
    again.refresh_from_db()
    assert again.state == ApplicationState.DECLINED
    assert "专业不对口" in text(of(client, applicant).get(reverse("me:internships")))


def test_a_post_that_ended_shows_nothing_of_its_region(world, unit, hr, clerk):
    place = online(world, unit, hr, clerk)
    examiner = cast.make_staff("examiner@example.org", "赵审核", Role.EXAMINER, world.province, world.office)
    assert list(Place.objects.visible_to(examiner)) == [place]
    examiner.posts.update(ends_on=cast.day("2026-09-18"))  # not included
    assert not Place.objects.visible_to(examiner).exists()


def test_everybody_is_told_with_the_own_page(world, unit, hr, school, teacher, clerk, applicant):
    pool.wording("place_taken", "agreement_runs")
    agreement = take(ask(online(world, unit, hr, clerk), applicant, school), hr)
    mine, ours = f"/me/internships/{agreement.public_id}/", f"/org/internships/agreements/{agreement.public_id}/"
    told = Message.objects.filter(event="place_taken").values_list("recipient", "path")
    assert set(told) == {(applicant.pk, mine), (teacher.pk, ours)}  # hr took the applicant
    sign(agreement, person=applicant, unit=hr, school=teacher)
    told = Message.objects.filter(event="agreement_runs").values_list("recipient", "path")
    assert set(told) == {(applicant.pk, mine), (teacher.pk, ours), (hr.pk, ours)}


def test_who_objects_to_a_month_is_heard_by_the_unit(world, unit, hr, clerk, applicant, base):
    pool.wording("intern_objection")
    agreement = finished(world, unit, hr, clerk, applicant, base)
    now = moment("2026-12-03 10:00")
    traineeships.confirm_month(month=agreement.months.first(), actor=applicant, now=now, objection="少记两天")
    message = Message.objects.get(event="intern_objection")
    assert (message.recipient, message.path) == (hr, f"/org/internships/agreements/{agreement.public_id}/")


def test_who_has_no_real_name_reads_it_before_the_form_and_a_profile_fills_it_in(world, unit, hr, clerk, client):
    address = reverse("internships:detail", args=[online(world, unit, hr, clerk).public_id])
    page = of(client, pool.person()).get(address)
    assert reverse("accounts:identity") in page.text
    assert 'name="agreed"' not in page.text
    known = pool.profile(world.county, cast.make_person("known@example.org", "李四", "990101199003070023"), now=NOW)
    form = of(client, known.user).get(address).context["form"]
    assert (form["major"].value(), form["degree"].value()) == (known.major, known.degree)


def test_the_own_space_and_the_units_say_what_waits(world, unit, hr, school, teacher, clerk, applicant, client, at):
    agreement = take(ask(online(world, unit, hr, clerk), applicant, school), hr)
    home, mine = reverse("me:home"), reverse("me:internship", args=[agreement.public_id])
    assert mine in text(of(client, applicant).get(home))
    for party in (hr, teacher):
        assert of(client, party).get(reverse("org:home")).context["interns"] == {"asked": 0, "unsigned": 1}
    sign(agreement, person=applicant, unit=hr, school=teacher)
    assert mine not in text(of(client, applicant).get(home))
    assert of(client, hr).get(reverse("org:home")).context["interns"] == {"asked": 0, "unsigned": 0}
    now = at("2026-11-02 10:00")
    told = {"month": dt.date(2026, 10, 1), "days": 20, "paid": Decimal(0), "paid_on": None}
    row = traineeships.record_month(agreement=agreement, **told, actor=hr, now=now)
    assert mine in text(of(client, applicant).get(home))
    traineeships.confirm_month(month=row, actor=applicant, now=now)
    assert mine not in text(of(client, applicant).get(home))


def test_what_waits_for_the_office_is_due(world, unit, hr, clerk, client, base, applicant):
    examiner = cast.make_staff("examiner@example.org", "赵审核", Role.EXAMINER, world.province, world.office)
    place = places.write_place(unit=unit, values=values(world), actor=hr, now=NOW)
    address = reverse("admin:talents_place_changelist") + "?due=yes"
    assert of(client, examiner).get(address).context["cl"].result_count == 0
    places.hand_in_place(place=place, actor=hr, now=NOW)
    assert client.get(address).context["cl"].result_count == 1
    assert address in client.get(reverse("admin:index")).text
