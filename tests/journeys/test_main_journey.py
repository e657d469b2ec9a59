"""The thread that everything hangs on: from the home page to a certificate that anybody verifies."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import User
from applications.models import Case
from certificates import files
from certificates.models import Certificate
from tests.browser import DESKTOP, PHONE, apart, run_due
from tests.cast import PASSWORD
from tests.journeys import papers
from tests.journeys.steps import hand_in, open_desk

pytestmark = pytest.mark.browser

STROKES = [(0.15, 0.3), (0.3, 0.7), (0.45, 0.25), (0.6, 0.75), (0.8, 0.4)]


@pytest.mark.parametrize(
    ("language", "size", "touch"), [("zh-hans", DESKTOP, False), ("en", PHONE, True)], ids=["zh-1440", "en-390"]
)
def test_from_the_home_page_to_a_verified_certificate(
    visit, world, applicant, clerk, examiner, leader, language, size, touch, tmp_path
):
    User.objects.filter(pk=applicant.pk).update(language=language)
    talent = visit(language=language, size=size, touch=touch)
    find_the_guide(talent, world)
    talent.sign_in(applicant, PASSWORD)
    fill_in_the_draft(talent, world)
    sign_and_submit(talent)
    case = Case.objects.get()
    assert case.case_no in talent.text()
    assert case.query_code in talent.text()
    ask_without_signing_in(visit(language=language, size=size, touch=touch), case)
    run_due()

    accept_with_deferral(visit(language=language), clerk, case)
    be_reminded(talent, case)
    supply(talent, case)
    run_due()
    check_what_came(visit(clerk, language=language), case)
    conclude(visit(examiner, language=language), case)
    grant(visit(leader, language=language), case)
    run_due()

    pdf = collect(talent, case, tmp_path)
    certificate = Certificate.objects.get()
    assert apart(files.check, pdf).is_genuine
    verify(visit(language=language, size=size, touch=touch), certificate, pdf)
    case.refresh_from_db()
    assert (case.state, case.close_type) == ("CLOSED", "GRANTED")
    assert list(case.events.values_list("verb", flat=True)) == [
        "submit",
        *["check_material"] * 3,
        "accept_with_deferral",
        *["supply_deferred"] * 2,
        *["check_material"] * 2,
        "conclude",
        "grant",
        "issue",
        "deliver",
    ]


def find_the_guide(talent, world):
    talent.go("home")
    search = talent.page.get_by_role("main").locator("#search-words")
    search.fill("人才分类" if talent.language == "zh-hans" else "classification")
    search.press("Enter")
    name = world.item.name_zh if talent.language == "zh-hans" else world.item.name_en
    talent.tap(talent.page.get_by_role("link", name=name, exact=True).first)
    expect(talent.page.get_by_role("heading", level=1)).to_have_text(name)
    talent.press("Apply online")


def fill_in_the_draft(talent, world):
    page = talent.page
    talent.press("Begin the application")
    talent.reads("陈思远")
    talent.press("Go on to the basics")
    page.locator("[name=q-level][value=D]").check()
    page.locator("[name=q-employer]").fill("云岭示例科技有限公司")
    page.locator(f"[name=window][value='{world.window.pk}']").check()
    expect(page.locator("[data-save-state]").locator("visible=true").first).to_contain_text(re.compile(r"\d\d:\d\d"))
    talent.press("Save and go on to the materials")
    for key, content in (("id", papers.pdf()), ("degree", papers.pdf(2)), ("photo", papers.png())):
        hand_in(talent, key, content)
    talent.sees("You can submit with materials to come")
    for material in Case.objects.get().materials.filter(spec__key__in=["works", "form"]):
        page.locator(f"[name=reason_{material.pk}]").select_option("BY_POST")
        expect(page.locator(f"[name=day_{material.pk}]")).to_have_value("2026-09-24")
    talent.press("Save and go on to check")
    talent.reads("云岭示例科技有限公司")
    talent.press("All right, go on to sign")


def sign_and_submit(talent):
    page = talent.page
    page.locator("[name=agrees]").check()
    page.locator("[name=signed_name]").fill("陈思远")
    sign_by_hand(talent)
    page.locator("[name=declares]").check()
    talent.press("Submit the application")
    expect(page).to_have_url(re.compile(r"\?submitted$"))
    talent.sees("Submitted")


def sign_by_hand(talent):
    """Draw a few strokes with the mouse, or with a finger where the screen is touched."""
    pad = talent.page.locator(".signature__pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    points = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in STROKES]
    if talent.touch:
        finger = talent.context.new_cdp_session(talent.page)
        for kind, at in [("touchStart", points[0]), *(("touchMove", at) for at in points[1:]), ("touchEnd", None)]:
            touches = [{"x": at[0], "y": at[1]}] if at else []
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})
            talent.page.wait_for_timeout(
                50
            )  # no hand is faster; Chromium takes it for a fling and swallows the next tap
    else:
        talent.page.mouse.move(*points[0])
        talent.page.mouse.down()
        for at in points[1:]:
            talent.page.mouse.move(*at)
        talent.page.mouse.up()
    expect(talent.page.locator("[name=signature]")).to_have_value(re.compile(r"^M[\d. ]+(L[\d. ]+){4,}$"))


def ask_without_signing_in(somebody, case):
    somebody.go("progress")
    somebody.page.locator("[name=case_no]").fill(case.case_no)
    somebody.page.locator("[name=code]").fill(case.query_code.lower())
    somebody.press("Look it up")
    somebody.sees("Waiting for acceptance")
    assert "陈思远" not in somebody.text()


def accept_with_deferral(clerk, user, case):
    clerk.page.goto(clerk.address("admin:index"))
    clerk.sign_in(user, PASSWORD)
    open_desk(clerk, case)
    refused = clerk.page.locator(".act", has_text=clerk.words("Accept")).first
    expect(refused.get_by_role("button").first).to_be_disabled()
    clerk.press("The last unchecked one is in order", "All %(count)s unchecked are in order", 3)
    clerk.press("Accept, the rest supplied later")
    clerk.reads(papers_due(clerk))
    clerk.page.keyboard.press("Enter")  # the confirmation has the focus
    clerk.reads(clerk.words("Accepted with incomplete materials") + ": ")


def papers_due(clerk) -> str:
    day = "2026年9月24日（星期四）" if clerk.language == "zh-hans" else "Thursday 24 September 2026"
    name = "材料works" if clerk.language == "zh-hans" else "Material works"
    return clerk.words("“%(name)s” is to come by %(day)s.", name=name, day=day)


def be_reminded(talent, case):
    """Two working days pass on the demo's clock; the reminder of half time is in the inbox."""
    talent.go("demo:clock")
    talent.page.locator("[name=working_days]").fill("2")
    talent.press("Move on")
    talent.sees("Demo clock")
    talent.go("me:inbox")
    title = "请补交：材料works" if talent.language == "zh-hans" else "Please send: Material works"
    talent.tap(talent.page.get_by_role("button", name=title).first)
    talent.reads("2026年9月24日" if talent.language == "zh-hans" else "24 September 2026")
    talent.press("Open the case")
    talent.reads(case.case_no)


def supply(talent, case):
    """Hand in both promised papers where the to-do leads."""
    talent.press("Supply now")
    for material in case.materials.filter(spec__key__in=["works", "form"]):
        name = f"late-{material.pk}.pdf"
        with talent.page.expect_navigation():
            talent.page.set_input_files(f"#file-{material.pk}", papers.file(name, papers.pdf()))
        talent.reads(name)
    talent.go("me:case", case.case_no)
    talent.sees("%(count)s material is being checked", "%(count)s materials are being checked", 2)


def check_what_came(clerk, case):
    clerk.page.goto(clerk.address("admin:applications_case_change", case.pk))
    clerk.press("The last unchecked one is in order", "All %(count)s unchecked are in order", 2)
    clerk.reads(clerk.words("Material checked") + ": ")


def conclude(examiner, case):
    open_desk(examiner, case)
    act = examiner.page.locator(".act", has_text=examiner.words("End the examination"))
    act.locator("summary").click()
    act.locator("[name=proposal][value=GRANT]").check()
    act.locator("[name=opinion]").fill("符合条件，材料齐全。")
    act.locator("form button").last.click()
    examiner.reads(examiner.words("Examined") + ": ")


def grant(leader, case):
    open_desk(leader, case)
    leader.press("Grant")
    leader.sees("%(label)s? This will happen:", label=leader.words("Grant"))
    leader.page.keyboard.press("Enter")
    leader.reads(leader.words("Granted") + ": ")


def collect(talent, case, folder) -> bytes:
    talent.go("me:case", case.case_no)
    talent.press("Open the result")
    talent.press("Open the certificate")
    with talent.page.expect_download() as waiting:
        talent.press("Download PDF")
    waiting.value.save_as(folder / "certificate.pdf")
    return (folder / "certificate.pdf").read_bytes()


def verify(anybody, certificate, pdf: bytes):
    """Ask in all ways, and with a file in which one byte is another one."""
    page, valid = anybody.page, anybody.words("This certificate is %(status)s", status=anybody.words("valid"))
    for fields in ({"number": certificate.number, "name": "陈思远"}, {"code": certificate.verify_code}):
        anybody.go("verify:form")
        form = page.locator("form", has=page.locator(f"[name={next(iter(fields))}]"))
        for name, value in fields.items():
            form.locator(f"[name={name}]").fill(value)
        anybody.tap(form.get_by_role("button"))
        expect(page.locator(".verdict h2")).to_have_text(valid)
    anybody.go("verify:token", certificate.token)
    expect(page.locator(".verdict h2")).to_have_text(valid)

    at = len(pdf) // 2
    altered = pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]
    for content, answer in (
        (pdf, "Genuine."),
        (altered, "This file has been altered"),
        (papers.pdf(), "This file is not one of ours"),
    ):
        anybody.go("verify:form")
        page.set_input_files("[name=file]", papers.file("certificate.pdf", content, "application/pdf"))
        anybody.press("Check the file")
        expect(page.locator(".verdict h2")).to_contain_text(anybody.words(answer))
    assert certificate.lookups.count() == 4
