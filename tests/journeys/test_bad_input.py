"""What people get wrong, or try: answered clearly, in their language, never by a broken page."""

import re

import pytest
from playwright.sync_api import expect
from stdnum.cn.ric import calc_check_digit

from accounts.models import Person, User
from applications.models import Case, MaterialFile
from tests import cast
from tests.browser import PHONE
from tests.journeys import papers, steps
from tests.journeys.steps import verbs

pytestmark = pytest.mark.browser

RARE = "阿卜杜拉·𠮷㛃"  # a middle dot, a character beyond the basic plane, a rare one
FUTURE = "99010120270101001"
HUGE = 100 * 1024 * 1024
BOTH = pytest.mark.parametrize("language", ["zh-hans", "en"])


@pytest.fixture
def newcomer(world):
    return User.objects.create_user(email="newcomer@example.org", password=cast.PASSWORD, name="新来")


@pytest.fixture
def draft(world, applicant, friday):
    return cast.make_draft(world, applicant, now=friday)


def step(visitor, draft, name: str):
    return visitor.go("apply:step", draft.item.code, draft.public_id, name)


def said(visitor, msgid: str, **values):
    """Expect words in the summary of errors."""
    expect(visitor.page.locator(".error-summary")).to_contain_text(visitor.words(msgid, **values))


@BOTH
def test_an_identity_is_put_right_fault_by_fault(visit, world, newcomer, language):
    talent = visit(newcomer, language=language, size=PHONE, touch=True)
    page = talent.page
    talent.go("apply:start", world.item.code)
    talent.press("Begin the application")
    number, name = page.locator("[name=number]"), page.locator("[name=name]")
    for typed, called, words, values in (
        (
            "990101199003070041",
            RARE,
            "The last character does not fit the others. Compare each digit with the card.",
            {},
        ),
        (FUTURE + calc_check_digit(FUTURE), RARE, "The birth date in the number lies in the future.", {}),
        (
            "99010119900307004x",
            "长" * 500,
            "A name can have at most %(max)d characters; this one has %(length)d.",
            {"max": 100, "length": 500},
        ),
    ):
        number.fill(typed)
        name.fill(called)
        talent.press("Confirm and go on")
        said(talent, words, **values)
        expect(number).to_have_value(typed)
        expect(name).to_have_value(called)
    name.fill(f" {RARE.replace('·', '•')} ")
    talent.press("Confirm and go on")
    expect(page.locator("[name=q-employer]")).to_be_visible()
    person = Person.objects.get(user=newcomer)
    assert (person.name, str(person.id_number), person.level) == (RARE, "99010119900307004X", Person.Level.CHECKED)


@BOTH
def test_bad_files_are_explained_in_their_row(visit, draft, applicant, language):
    talent = visit(applicant, language=language)
    talent.record.expected.add(422)
    step(talent, draft, "materials")
    material = draft.materials.get(spec__key="degree")
    row = talent.page.locator(f"#material-{material.pk}")
    for kind in ("empty", "program", "bomb", "script"):
        name, content, words = papers.bad(kind)
        talent.page.set_input_files(f"#file-{material.pk}", papers.file(name, content))
        expect(row.locator(".field__error")).to_have_text(
            talent.words(words, kind="pdf") if "%" in words else talent.words(words)
        )
    assert not MaterialFile.objects.exists()
    steps.hand_in(talent, "photo", papers.png())
    expect(row.locator(".field__error")).to_have_text(talent.words(words))  # a fresh list does not wipe it out
    steps.hand_in(talent, "degree", papers.pdf())
    expect(row.locator(".field__error")).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_hundred_megabytes_are_stopped(visit, draft, applicant, tmp_path, scripts):
    """The script does not even send them; without it the server stops reading into a file at its limit."""
    with open(tmp_path / "scan.pdf", "wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(HUGE)
    talent = visit(applicant, scripts=scripts)
    step(talent, draft, "materials")
    material = draft.materials.get(spec__key="degree")
    row = talent.page.locator(f"#material-{material.pk}")
    row.locator("input[type=file]").first.set_input_files(tmp_path / "scan.pdf")
    if not scripts:
        talent.press("Upload", within=row)
    expect(row.locator(".field__error")).to_contain_text("20")
    assert not MaterialFile.objects.exists()
    row.locator("input[type=file]").first.set_input_files(papers.file("scan.pdf", papers.pdf()))
    if not scripts:
        talent.press("Upload", within=row)
    expect(row.locator("[data-note]")).to_contain_text("scan.pdf")


@BOTH
def test_answers_that_are_too_long_or_strange_are_kept_and_named(visit, draft, applicant, language):
    talent = visit(applicant, language=language)
    step(talent, draft, "basics")
    employer = talent.page.locator("[name=q-employer]")
    employer.evaluate("field => field.removeAttribute('maxlength')")
    employer.fill("名" * 500)
    talent.press("Save and go on to the materials")
    expect(talent.page.locator(".error-summary")).to_contain_text("500")
    expect(employer).to_have_value("名" * 500)
    employer.fill("𠮷野·㛃 <b>& Söhne</b>")
    talent.press("Save and go on to the materials")
    talent.sees("Hand in materials")
    draft.refresh_from_db()
    assert draft.answers["employer"] == "𠮷野·㛃 <b>& Söhne</b>"


@BOTH
def test_a_day_after_the_limit_is_refused(visit, world, applicant, friday, language):
    draft = cast.make_draft(world, applicant, *steps.CORE, now=friday)
    talent = visit(applicant, language=language)
    step(talent, draft, "materials")
    works, form = (draft.materials.get(spec__key=key) for key in ("works", "form"))
    for material, day in ((works, "2026-09-28"), (form, "2026-09-24")):
        talent.page.locator(f"[name=reason_{material.pk}]").select_option("ELSEWHERE")
        talent.page.locator(f"[name=day_{material.pk}]").fill(day)
    talent.press("Save and go on to check")
    latest = "2026年9月24日" if language == "zh-hans" else "24 September 2026"
    expect(talent.page.locator("#commitment")).to_contain_text(latest)
    expect(talent.page.locator(".field__error")).to_have_count(1)
    expect(talent.page.locator(f"[name=day_{works.pk}]")).to_have_value("2026-09-28")
    step(talent, draft, "sign")
    expect(talent.page).to_have_url(re.compile("/materials/$"))


@BOTH
def test_a_forged_commitment_for_a_core_material_is_refused(visit, world, applicant, friday, language):
    """Somebody posts a promise for a core material and the signature, straight at the last step."""
    draft = cast.make_draft(world, applicant, "id", "photo", "works", "form", now=friday)
    degree = draft.materials.get(spec__key="degree")
    talent = visit(applicant, language=language)
    step(talent, draft, "materials")
    address = {
        name: talent.address("apply:step", draft.item.code, draft.public_id, name) for name in ("materials", "sign")
    }
    post(talent, address["materials"], {f"reason_{degree.pk}": "BY_POST", f"day_{degree.pk}": "2026-09-24"})
    words = talent.words(
        "“%(name)s” is still missing.", name=degree.spec.name_zh if language == "zh-hans" else degree.spec.name_en
    )
    assert words in talent.text()
    post(talent, address["sign"], {"declares": "on", "agrees": "on", "signed_name": "陈思远"})
    expect(talent.page).to_have_url(re.compile("/materials/$"))
    draft.refresh_from_db()
    assert (draft.state, draft.case_no, hasattr(draft, "commitment")) == ("DRAFT", None, False)


def post(visitor, address: str, fields: dict):
    """Send a form that no page of ours offers."""
    with visitor.page.expect_navigation():
        visitor.page.evaluate(
            """([address, fields]) => {
              const form = document.createElement("form");
              form.method = "post";
              form.action = address;
              fields.csrfmiddlewaretoken = document.querySelector("[name=csrfmiddlewaretoken]").value;
              for (const [name, value] of Object.entries(fields)) {
                const input = document.createElement("input");
                Object.assign(input, { type: "hidden", name, value });
                form.append(input);
              }
              document.body.append(form);
              form.submit();
            }""",
            [address, fields],
        )


@BOTH
def test_another_persons_case_does_not_exist(visit, world, applicant, stranger, friday, language):
    case = steps.received(world, applicant, friday)
    other = visit(stranger, language=language)
    other.record.expected.add(404)
    for name in ("me:case", "me:supplement", "me:withdraw"):
        answer = other.go(name, case.case_no)
        assert answer.status == 404
        other.sees("There is no such page")
    assert other.go("me:file", case.materials.first().files.get().public_id).status == 404
    case.refresh_from_db()
    assert verbs(case) == ["submit"]


@BOTH
def test_a_case_number_is_nothing_without_its_code(visit, world, applicant, friday, language):
    case = steps.received(world, applicant, friday)
    anybody = visit(language=language)
    answers = []
    for number, code in ((case.case_no, "AAAAAA"), ("5" * 24, case.query_code), ("😀" * 30, "' OR 1=1")):
        anybody.go("progress")
        anybody.page.locator("[name=case_no]").fill(number)
        anybody.page.locator("[name=code]").fill(code)
        anybody.press("Look it up")
        answers.append(anybody.page.locator(".error-summary").inner_text())
    assert answers[0] == answers[1]
    assert (
        anybody.words("We found no case with this number and code. Check both, as printed on the receipt.")
        in answers[0]
    )
    assert case.item.name_zh not in anybody.text()
    assert Case.objects.count() == 1
