"""Paper at the window: the person found or registered, agents and their powers of attorney, the case received."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from accounts import services as accounts
from accounts.contacts import Contact
from accounts.models import Person, User
from accounts.queries import owner_of_phone
from applications.models import Case, PowerOfAttorney
from applications.services import attorney as attorneys
from applications.uploads import look_into
from notifications.models import Delivery, DemoMail, Message
from talentportal.lib.refusals import Refused
from tests import cast
from tests.applications import samples
from tests.cast import day, moment

pytestmark = pytest.mark.django_db
NOW = moment("2026-09-18 10:00")
NEW = {"name": "周新来", "document_type": "RESIDENT_ID", "number": "990101199506151239", "birth_date": None}
ANSWERS = {"q-level": "D", "q-employer": "示例单位"}


@pytest.fixture(autouse=True)
def _english_demo(settings, _chinese):
    """Take numbers of the demo, and ask for the English pages, whose words are the ids of the messages."""
    settings.DEMO = True
    translation.activate("en")


def meet(clerk, **more):
    return accounts.register_at_window(**{**NEW, "is_seen": True, "actor": clerk, "now": NOW, **more})


def record(world, grantor, clerk, **more):
    said = {"agent": None, "agent_name": "代办人", "agent_number": "990101198808150026", "items": [world.item]}
    said |= {"until": day("2026-12-31"), "scan": look_into(samples.pdf("委托书.pdf")), "actor": clerk, "now": NOW}
    return attorneys.record_attorney(**{**said, "grantor": grantor, **more})


def take_in(world, person, clerk, **more):
    said = {"item": world.item, "window": world.window, "applicant": person, "unit": None, "on_paper": ["degree"]}
    said |= {"answers": {"level": "D", "employer": "示例单位"}, "files": {}, "actor": clerk, "now": NOW}
    return attorneys.take_in_paper(**{**said, **more})


# --- who it is --------------------------------------------------------------------------------------------------------


def test_somebody_known_is_found_and_confirmed(applicant, clerk):
    person = meet(clerk, name="陈思远", number="990101199003070015")
    assert person.user == applicant
    assert (person.level, person.checked_at) == (Person.Level.CONFIRMED, NOW)
    assert User.objects.filter(person__isnull=False).count() == 1


def test_another_name_is_another_person(applicant, clerk):
    with pytest.raises(ValidationError) as fault:
        meet(clerk, name="陈思达", number="990101199003070015")
    assert list(fault.value.message_dict) == ["name"]


def test_somebody_new_gets_an_account_on_paper_only(clerk):
    person = meet(clerk)
    assert (person.user.phone, person.user.email, person.user.is_untaken) == (None, None, True)
    assert meet(clerk) == person  # a second time it is found


def test_a_proved_number_makes_the_account_the_persons_own(clerk):
    person = meet(clerk, contact=Contact("phone", "+8619900000077"), is_proved=True)
    assert (person.user.phone_verified, person.user.is_untaken) == (True, False)
    assert owner_of_phone("+8619900000077") == person.user


def test_a_number_of_somebody_elses_account_is_refused(applicant, clerk):
    User.objects.filter(pk=applicant.pk).update(phone="+8619900000077", phone_verified=True)
    for proved in (True, False):
        with pytest.raises(Refused):
            meet(clerk, contact=Contact("phone", "+8619900000077"), is_proved=proved)
    assert not Person.objects.filter(name="周新来").exists()


def test_a_proved_number_of_an_account_without_identity_is_joined(clerk):
    user = User.objects.create_user(phone="+8619900000077", name="小周")
    assert meet(clerk, contact=Contact("phone", "+8619900000077"), is_proved=True).user == user


def test_nobody_serves_themselves(clerk):
    Person.objects.all().delete()
    person = meet(clerk)
    Person.objects.filter(pk=person.pk).update(user=clerk)
    with pytest.raises(Refused):
        meet(clerk)


def test_the_account_waits_for_its_owner(clerk, client_of, at):
    """A code to the number signs in, yet nothing is shown before the document number was typed."""
    at("2026-09-18 10:00")
    person = meet(clerk, contact=Contact("phone", "+8619900000077"), is_seen=False)
    assert owner_of_phone("+8619900000077") == person.user
    client, page = client_of(person.user), reverse("accounts:take_over")
    assert client.get(reverse("me:home")).url == page
    assert "Enter the number of your document." in client.post(page, {"number": ""}).content.decode()
    assert "not the number" in client.post(page, {"number": "990101199003070015"}).content.decode()
    assert client.get(reverse("me:case_list")).url == page
    assert client.post(page, {"number": "990101199506151239"}).url == reverse("me:home")
    assert client.get(reverse("me:home")).status_code == 200
    assert client.get(page).status_code == 302


def test_a_guessed_number_is_tried_five_times_a_day(clerk, client_of, at):
    at("2026-09-18 10:00")
    person = meet(clerk, contact=Contact("phone", "+8619900000078"), is_seen=False)
    client, page = client_of(person.user), reverse("accounts:take_over")
    for _attempt in range(5):
        client.post(page, {"number": "990101199003070015"})
    assert "Too many tries" in client.post(page, {"number": "990101199506151239"}).content.decode()


def test_the_window_hands_an_account_over(clerk):
    first = meet(clerk, contact=Contact("phone", "+8619900000071"), is_seen=False)
    again = meet(clerk, contact=Contact("phone", "+8619900000077"), is_proved=True)
    assert again == first
    again.user.refresh_from_db()
    assert (again.user.phone, again.user.phone_verified, again.user.is_untaken) == ("+8619900000077", True, False)


# --- agents -----------------------------------------------------------------------------------------------------------


def test_a_power_of_attorney_says_who_what_and_until_when(world, applicant, stranger, clerk):
    kept = record(world, applicant, clerk, agent=stranger.person)
    assert (kept.agent, kept.agent_id_masked, kept.ends_on) == (stranger, "990*************26", day("2027-01-01"))
    assert [*kept.items.all()] == [world.item]


@pytest.mark.parametrize(
    "wrong",
    [
        {"until": day("2026-09-17")},
        {"until": day("2028-09-18")},
        {"agent_name": " "},
    ],
)
def test_a_power_of_attorney_that_is_not_taken(world, applicant, clerk, wrong):
    with pytest.raises(Refused):
        record(world, applicant, clerk, **wrong)
    assert not PowerOfAttorney.objects.exists()


def test_nobody_is_their_own_agent_nor_the_clerk(world, applicant, clerk):
    with pytest.raises(Refused):
        record(world, applicant, clerk, agent=applicant.person)
    mine = cast.make_person("me@example.org", "李雪梅", "99010119900307004X").person
    Person.objects.filter(pk=mine.pk).update(user=clerk)
    mine.refresh_from_db()
    with pytest.raises(Refused):
        record(world, applicant, clerk, agent=mine)


def test_the_applicant_hears_who_handed_in(world, applicant, stranger, clerk):
    attorney = record(world, applicant, clerk, agent=stranger.person)
    case = take_in(world, applicant, clerk, attorney=attorney)
    assert (case.agent, case.channel, case.state) == (stranger, "WINDOW", "RECEIVED")
    assert Message.objects.filter(recipient=applicant, event="handed_in_for_you").count() == 1
    assert not Message.objects.filter(recipient=stranger, event="handed_in_for_you").exists()


def test_one_that_ended_or_is_for_something_else_opens_nothing(world, applicant, clerk):
    other, _guide = cast.make_item(world.province, world.office, [world.window], serial=2)
    for wrong in (record(world, applicant, clerk, items=[other]), record(world, applicant, clerk)):
        if wrong.items.get() == world.item:
            wrong = attorneys.end_attorney(attorney=wrong, actor=clerk, now=NOW)
        with pytest.raises(Refused):
            take_in(world, applicant, clerk, attorney=wrong)
    with pytest.raises(Refused):
        attorneys.end_attorney(attorney=wrong, actor=clerk, now=NOW)  # a second time
    assert not Case.objects.exists()


def test_it_holds_through_its_last_day(world, applicant, clerk):
    attorney = record(world, applicant, clerk, until=day("2026-09-21"))
    with pytest.raises(Refused):
        take_in(world, applicant, clerk, attorney=attorney, now=moment("2026-09-22 09:00"))
    assert take_in(world, applicant, clerk, attorney=attorney, now=moment("2026-09-21 23:59")).case_no


# --- taking in --------------------------------------------------------------------------------------------------------


def test_twice_within_a_minute_is_once(world, applicant, clerk):
    case = take_in(world, applicant, clerk)
    assert take_in(world, applicant, clerk, now=NOW + timedelta(seconds=30)) == case
    with pytest.raises(Refused):
        take_in(world, applicant, clerk, now=NOW + timedelta(minutes=3))


def test_clerks_take_in_at_their_own_windows(world, applicant, clerk, other_clerk, examiner):
    for somebody in (other_clerk, examiner):
        with pytest.raises(Refused):
            take_in(world, applicant, somebody)
    with pytest.raises(Refused):
        take_in(world, clerk, clerk)
    assert not Case.objects.exists()


def test_a_unit_needs_somebody_who_acts_for_it(world, applicant, stranger, clerk):
    unit = cast.make_unit(world.county, stranger, NOW)
    with pytest.raises(Refused):
        take_in(world, applicant, clerk, unit=unit)
    assert take_in(world, stranger, clerk, unit=unit).unit == unit


# --- the two pages ----------------------------------------------------------------------------------------------------


def first_page(world, **more):
    said = {"item": world.item.pk, "window": world.window.pk, "document_type": "RESIDENT_ID", "is_seen": "on"}
    return said | {"name": "周新来", "number": "990101199506151239"} | more


def code_sent_to(number):
    return re.search(r"\d{6}", DemoMail.objects.filter(address=number).latest("pk").body).group()


def test_a_newcomer_with_a_phone(world, clerk, client_of, at, run_due):
    at("2026-09-18 10:00")
    client, page = client_of(clerk), reverse("admin:applications_case_intake")
    said = first_page(world, contact="199 0000 0077")
    asked = client.post(page, said)
    assert asked.status_code == 200
    assert "Ask the person to read it out" in asked.content.decode()
    assert not Person.objects.exists()
    code = code_sent_to("+8619900000077")
    wrong = client.post(page, said | {"code": "000000" if code != "000000" else "111111"})
    assert wrong.status_code == 422
    second = client.post(page, said | {"code": code})
    assert second.status_code == 302
    person = Person.objects.get()
    assert (person.level, person.user.phone_verified) == (3, True)
    papers = client.get(second.url).content.decode()
    assert "Employer" in papers
    assert "Scans of Material degree" in papers
    done = client.post(second.url, ANSWERS | {"files_degree": [samples.pdf()], "paper_works": "on"})
    case = Case.objects.get()
    assert done.url == reverse("admin:applications_case_change", args=[case.pk])
    assert (case.applicant, case.channel, case.state) == (person.user, "WINDOW", "RECEIVED")
    status = dict(case.materials.values_list("spec__key", "status"))
    assert status == {"id": "MISSING", "degree": "PROVIDED", "works": "PROVIDED", "form": "MISSING", "photo": "MISSING"}
    assert "Print the receipt" in client.get(done.url).content.decode()
    assert Delivery.objects.filter(message__recipient=person.user, channel="SMS").count() == 0  # no templates here
    again = client.post(second.url, ANSWERS | {"paper_works": "on"})
    assert (again.url, Case.objects.count()) == (done.url, 1)


def test_three_wrong_codes_use_one_up(world, clerk, client_of, at):
    at("2026-09-18 10:00")
    client, page = client_of(clerk), reverse("admin:applications_case_intake")
    said = first_page(world, contact="19900000079")
    client.post(page, said)
    code = code_sent_to("+8619900000079")
    wrong = "000000" if code != "000000" else "111111"
    for _try in range(3):
        client.post(page, said | {"code": wrong})
    assert client.post(page, said | {"code": code}).status_code == 422
    assert not Person.objects.exists()


def test_an_agent_with_everything_or_not_at_all(world, applicant, stranger, clerk, client_of, at):
    at("2026-09-18 10:00")
    client, page = client_of(clerk), reverse("admin:applications_case_intake")
    said = first_page(world, name="陈思远", number="990101199003070015") | {"is_seen": "", "agent_name": "李一"}
    lacking = client.post(page, said).content.decode()
    for field in ("Document number of the agent", "Power of attorney holds until", "Scan of the power of attorney"):
        assert f"Needed when somebody else hands in: {field}" in lacking
    assert "Compare the agent’s document with the agent." in lacking
    assert "Files have to be chosen again." in lacking
    whole = said | {"agent_number": "990101198808150026", "is_agent_seen": "on", "attorney_until": "2026-10-09"}
    second = client.post(page, whole | {"attorney_scan": samples.pdf("委托书.pdf")})
    assert second.status_code == 302
    assert "handed in by 李一" in client.get(second.url).content.decode()
    client.post(second.url, ANSWERS | {"paper_degree": "on"})
    assert Case.objects.get().agent == stranger
    assert applicant.person.level == 2  # the agent's document was compared, not the applicant's


def test_nobody_else_uses_the_second_page(world, applicant, clerk, other_clerk, client_of, at):
    at("2026-09-18 10:00")
    page = reverse("admin:applications_case_intake")
    second = client_of(clerk).post(page, first_page(world, name="陈思远", number="990101199003070015")).url
    assert client_of(other_clerk).get(second).status_code == 404
    assert client_of(clerk).get(second[:-3] + "x/").status_code == 404
    later = client_of(clerk)
    answer = later.post(second, ANSWERS)
    assert answer.status_code == 422
    assert "Nothing was handed in" in answer.content.decode()


def test_who_may_open_the_counter(clerk, examiner, leader, applicant, client_of, at):
    at("2026-09-18 10:00")
    page = reverse("admin:applications_case_intake")
    assert [client_of(user).get(page).status_code for user in (clerk, examiner, leader, applicant)] == [
        200,
        403,
        403,
        302,
    ]


def test_the_scan_of_a_power_of_attorney_and_its_end(world, applicant, clerk, other_clerk, client_of, at, run_due):
    at("2026-09-18 10:00")
    kept = record(world, applicant, clerk)
    file, end = (reverse(f"admin:applications_powerofattorney_{name}", args=[kept.pk]) for name in ("file", "end"))
    client = client_of(clerk)
    assert client.get(file).status_code == 503
    run_due(NOW)
    answer = client.get(file)
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert client_of(other_clerk).get(file).status_code == 404
    client.post(end)
    kept.refresh_from_db()
    assert kept.ended_at == NOW


def test_the_clerk_records_the_signed_promises_on_the_second_page(world, applicant, clerk, client_of, at):
    at("2026-09-18 10:00")
    client = client_of(clerk)
    first = first_page(world, name="陈思远", number="990101199003070015")
    page = client.post(reverse("admin:applications_case_intake"), first).url
    shown = client.get(page).content.decode()
    assert "Material works: promised for which day?" in shown
    assert "Material photo: promised for which day?" not in shown
    days = {f"reason_{key}": "BY_POST" for key in ("works", "form")}
    days |= {f"day_{key}": "2026-09-24" for key in ("works", "form")}
    papers = {f"paper_{key}": "on" for key in ("id", "degree", "photo")}
    unsigned = client.post(page, ANSWERS | papers | days)
    assert unsigned.status_code == 422
    assert "Have the commitment signed on paper first." in unsigned.content.decode()
    assert 'value="2026-09-24"' in unsigned.content.decode()
    done = client.post(page, ANSWERS | papers | days | {"signed_name": "陈思远", "agrees": "on"})
    case = Case.objects.get()
    assert done.url == reverse("admin:applications_case_change", args=[case.pk])
    assert {str(item.promised_on) for item in case.commitment.items.all()} == {"2026-09-24"}


def test_an_empty_first_page_names_every_field_that_is_needed(world, clerk, client_of):
    answer = client_of(clerk).post(reverse("admin:applications_case_intake"), {"window": world.window.pk})
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "“Service item” is needed." in said
    assert "This field is required." not in said


@pytest.mark.parametrize(("until", "reason"), [("2026-09-17", "has expired"), ("2028-01-01", "at most a year")])
def test_the_last_day_of_the_authority_is_told_beside_its_field(world, clerk, client_of, at, until, reason):
    at("2026-09-18 10:00")
    said = client_of(clerk).post(reverse("admin:applications_case_intake"), {"attorney_until": until})
    [error] = said.context["form"].errors["attorney_until"]
    assert reason in error
    assert f'id="id_attorney_until_error">{error}' in said.content.decode()


def test_what_is_needed_sometimes_is_not_called_optional(world, clerk, client_of):
    form = client_of(clerk).get(reverse("admin:applications_case_intake")).context["form"]
    optional = [name for name in form.fields if "(optional)" in form[name].as_field_group()]
    assert optional == ["uscc", "sex", "contact", "code"]
