"""A place is read, asked for, agreed on by three parties, worked and finished; a traineeship to its subsidy and figure.

Unit, school and offices sit at desks and read Chinese; the student has a phone and reads English.
"""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from certificates.files import check
from jobs import clock
from talents.models import Agreement, SubsidyClaim
from talents.states import AgreementState, ClaimState, PlaceKind
from tests import cast
from tests.browser import PHONE, apart, move_to, run_due
from tests.cast import moment
from tests.talents import interns, pool

pytestmark = pytest.mark.browser
PLACE = {
    "title": "花卉采后处理实习生",
    "description": "跟班学习采后处理。",
    "places": "2",
    "months": "3",
    "allowance": "2400",
    "mentor": "李师傅",
    "starts_on": "2026-10-08",
    "apply_by": "2026-09-30",
}


@pytest.fixture
def unit(world, friday):
    return pool.unit(world.county, name="示例花卉公司")


@pytest.fixture
def handler(unit):
    return pool.handler(unit)


def field(member, name: str, value: str = ""):
    return member.page.locator(f"[name={name}]" + (f"[value={value}]" if value else "")).first


def fill(member, **texts) -> None:
    for name, text in texts.items():
        field(member, name).fill(text)


def due_at(office, tile: str) -> None:
    """Open the first row of what the start page of the office says is due."""
    office.go("admin:index")
    office.tap(office.page.locator(".tile", has_text=office.words(tile)))
    office.tap(office.page.locator("#result_list tbody th a").first)


def to_do(person, words: str) -> None:
    """Open what the person's own space says is to be done."""
    person.go("me:home")
    person.tap(person.page.locator(".todo", has_text=person.words(words)))


def offer(desk, office, county) -> None:
    desk.go("org:home")
    desk.press("Interns and trainees", within=desk.page.locator("main"))
    desk.press("Offer a place")
    field(desk, "kind", PlaceKind.INTERNSHIP).check()
    fill(desk, **PLACE)
    field(desk, "region").select_option(value=str(county.pk))
    field(desk, "is_insured").check()
    desk.press("Keep it as a draft")
    desk.press("Hand in")
    due_at(office, "Internships")
    office.press("Put it online")


def ask(student, school) -> None:
    student.go("internships:list")
    student.tap(student.page.get_by_role("link", name=PLACE["title"]))
    field(student, "degree").select_option(value="2")
    field(student, "major").select_option(value="080202")
    field(student, "graduates_on").fill("2027-07-01")
    field(student, "school").select_option(value=str(school.pk))
    field(student, "words").fill("想学采后处理。")
    field(student, "agreed").check()
    student.press("Send my application")
    student.reads(PLACE["title"])


def sign(member, button: str) -> None:
    """Sign as a unit or a school, from its own list."""
    member.go("org:internships")
    member.sees("waits for your signature")
    member.tap(member.page.locator("main a[href*='/internships/agreements/']").first)
    member.press(button)


def downloaded(member, name: str, agreement) -> bytes:
    """Return the signed paper as the member gets it, and check that strangers to it get none."""
    answer = member.page.request.get(member.address(name, agreement.public_id))
    assert answer.headers["content-type"] == "application/pdf"
    return answer.body()


def test_a_student_finds_an_internship_and_finishes_it(visit, world, unit, handler, examiner, applicant):
    school = interns.school(pool.unit(world.county, name="示例职业学院"))
    desk, office, teacher = visit(handler), visit(examiner), visit(pool.handler(school.unit))
    student = visit(applicant, language="en", size=PHONE, touch=True)
    offer(desk, office, world.county)
    ask(student, school)

    desk.go("org:internships")
    desk.sees("%(n)s waits for an answer", "%(n)s wait for an answer", 1, n=1)
    desk.tap(desk.page.get_by_role("link", name=PLACE["title"]))
    desk.reads(applicant.name)
    expect(field(desk, "last_day")).to_have_value("2027-01-07")
    field(desk, "insurance_no").fill("PICC-2026-1")
    desk.press("Take, and make the agreement")

    to_do(student, "sign the agreement")
    field(student, "name").fill(applicant.person.name)
    student.press("Sign the agreement")
    student.sees("You have signed. We tell you when the others have.")
    sign(desk, "Sign for the unit")
    sign(teacher, "Sign for the school")
    agreement = Agreement.objects.get()
    assert agreement.state == AgreementState.RUNNING
    student.page.reload()
    student.sees("It is being made. Look again in a moment.")
    run_due()
    student.page.reload()
    expect(student.page.locator("a[href$='agreement.pdf']")).to_be_visible()
    ours = "org:intern_agreement_pdf"
    papers = {
        downloaded(student, "me:internship_pdf", agreement),
        downloaded(desk, ours, agreement),
        downloaded(teacher, ours, agreement),
    }
    assert len(papers) == 1
    assert apart(check, papers.pop()).is_genuine

    move_to(moment("2026-11-02 09:30"))
    desk.page.reload()
    field(desk, "month").select_option(value="2026-10")
    fill(desk, days="20", paid="2400", paid_on="2026-11-02")
    desk.press("Record the month")
    to_do(student, "check what the unit recorded")
    student.press("That is right")
    expect(student.page.locator("main")).to_contain_text(student.words("confirmed"))
    assert agreement.months.get().confirmed_at

    move_to(moment("2027-01-08 09:30"))
    student.go("me:internship", agreement.public_id)
    expect(student.page.locator("main .facts")).to_contain_text(student.words(AgreementState.FINISHED.label))


def test_a_trainee_is_paid_for_and_hired_and_the_official_reads_the_figure(
    visit, world, unit, handler, examiner, official, applicant, friday
):
    base = interns.base(unit, world.office, cast.today(friday))
    place = interns.place(unit, world.county, handler, friday, kind=PlaceKind.TRAINEESHIP, of_base=base)
    agreement = interns.agreed(place, applicant, friday, months=2)  # the first is not confirmed yet
    desk, office, watching = visit(handler), visit(examiner), visit(official)
    trainee = visit(applicant, language="en", size=PHONE, touch=True)

    to_do(trainee, "check what the unit recorded")
    trainee.press("That is right")
    desk.go("org:internships")
    desk.press("Our base and its subsidy")
    expect(desk.page.locator("[name=month]:checked")).to_have_count(2)
    desk.press("Claim the subsidy")
    due_at(office, "Trainee subsidies")
    office.press("Approve")
    due_at(office, "Trainee subsidies")  # approved, it waits for the payment
    field(office, "paid_on").fill("2026-09-18")
    office.press("Note the payment")
    assert SubsidyClaim.objects.get().state == ClaimState.PAID
    desk.page.reload()
    desk.sees(ClaimState.PAID.label)

    move_to(moment(f"{agreement.ends_on} 09:30") + timedelta(days=1))
    desk.go("org:intern_agreement", agreement.public_id)
    fill(desk, hired_on=f"{cast.today(clock.now())}", contract_months="24")
    desk.press("Record it")
    to_do(trainee, "check what the unit recorded")
    trainee.press("That is right")
    trainee.sees("You have confirmed it")

    watching.go("admin:index")
    watching.tap(watching.page.get_by_role("link", name=watching.words("Traineeship bases")).first)
    watching.tap(watching.page.locator("#result_list tbody th a").first)
    watching.sees("%(retained)s of %(finished)s, %(percent)s %%", retained=1, finished=1, percent=100)
