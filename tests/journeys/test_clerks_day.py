"""A clerk's day: twenty complete cases, one after the other, by keyboard alone; and the keys one by one."""

import pytest
from playwright.sync_api import expect

from applications import services
from applications.models import Case, CaseNote, MaterialFile, Viewing
from applications.states import ScanState
from tests import cast
from tests.journeys import papers, steps
from tests.journeys.steps import verbs
from tests.pages.test_in_browser import faults

pytestmark = pytest.mark.browser

CASES = 20
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def number_of(n: int) -> str:
    """Return a demonstration number with its check character (GB 11643)."""
    digits = f"9901011990{n % 12 + 1:02d}{n % 28 + 1:02d}{100 + n}"
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, WEIGHTS, strict=True)) % 11]


def submit_many(world, now, count: int) -> list[Case]:
    """Let as many people submit a complete application, one after the other."""
    cases = []
    for n in range(count):
        person = cast.make_person(f"person{n}@example.org", f"申请人{n + 1:02d}", number_of(n))
        cases.append(cast.submit(cast.make_draft(world, person, *steps.ALL, now=now), person, now))
    MaterialFile.objects.update(scan_state=ScanState.CLEAN)
    return cases


class Hands:
    """What the hands of a clerk do: every key pressed and every page loaded is counted."""

    def __init__(self, page):
        self.page, self.keys, self.loads = page, 0, 0
        page.on("load", lambda _page: setattr(self, "loads", self.loads + 1))

    def press(self, key: str) -> None:
        self.keys += 1
        self.page.keyboard.press(key)

    def count(self) -> tuple[int, int]:
        """Return keys and loads since the last count."""
        counted, self.keys, self.loads = (self.keys, self.loads), 0, 0
        return counted


@pytest.fixture
def twenty(world, friday, monkeypatch):
    monkeypatch.setattr(cast, "PDF", papers.pdf(2))
    return submit_many(world, friday, CASES)


def test_twenty_cases_take_few_keys_and_one_load_each(visit, twenty, clerk, friday):
    member = visit(clerk)
    page = member.page
    page.goto(member.address("admin:applications_case_changelist"))
    page.locator(".queue__link").first.focus()
    hands = Hands(page)
    hands.press("Enter")
    told = {}
    for n, case in enumerate(twenty):
        member.reads(case.case_no)
        page.wait_for_load_state("load")
        hands.loads = 0  # the load that brought the case was counted with the step before
        hands.press("2")
        expect(page.locator(".sheets [aria-current] .sheets__no")).to_have_text("2")
        hands.press("m")
        hands.press("a")
        following = twenty[n + 1].applicant_name if n + 1 < CASES else case.applicant_name
        expect(page.get_by_role("heading", level=1)).to_have_text(following)
        expect(page.locator(".messages, [role=status]").first).to_contain_text(case.case_no)
        page.wait_for_load_state("load")
        told[case.case_no] = hands.count()
    print()  # noqa: T201
    for case_no, (keys, loads) in told.items():
        print(f"{case_no}: {keys} key presses, {loads} page load")  # noqa: T201
    assert max(keys for keys, _loads in told.values()) <= 4
    assert {loads for _keys, loads in told.values()} == {1}
    assert set(Case.objects.values_list("state", flat=True)) == {"EXAMINING"}
    assert verbs(twenty[-1]) == ["submit", *["check_material"] * 5, "accept"]
    assert Viewing.objects.filter(by=clerk, what="case").count() == CASES


@pytest.fixture
def three(world, friday, monkeypatch):
    monkeypatch.setattr(cast, "PDF", papers.pdf(2))
    return submit_many(world, friday, 3)


def heading(page):
    return page.get_by_role("heading", level=1)


def shows(page, case) -> None:
    """Expect a case on the desk, and the keys at work."""
    expect(heading(page)).to_have_text(case.applicant_name)
    expect(page.locator("[data-help]")).to_be_visible()


def test_keys_do_what_the_mouse_does_and_rest_while_one_types(visit, three, clerk):
    member = visit(clerk, language="en")
    page = member.page
    page.goto(member.address("admin:applications_case_change", three[0].pk))
    shows(page, three[0])
    page.keyboard.press("j")
    shows(page, three[1])
    page.keyboard.press("k")
    shows(page, three[0])

    page.keyboard.press("3")
    expect(page.locator(".sheets [aria-current] .sheets__no")).to_have_text("3")
    page.locator(".sheets__tab").first.click()
    expect(page.locator(".sheets [aria-current] .sheets__no")).to_have_text("1")

    page.keyboard.press("x")
    form = page.locator("#act-reject_acceptance form")
    expect(form.locator("select")).to_be_focused()
    form.locator("textarea").focus()
    page.keyboard.type("j k a m 1")
    expect(form.locator("textarea")).to_have_value("j k a m 1")
    shows(page, three[0])
    page.keyboard.press("Escape")

    page.keyboard.press("s")
    page.keyboard.type("call back")
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    member.sees("The note is kept.")
    assert CaseNote.objects.get().text == "call back"

    page.keyboard.press("/")
    expect(page.locator("#desk-search")).to_be_focused()


def test_keys_can_be_switched_off_and_the_choice_stays(visit, three, clerk):
    member = visit(clerk, language="en")
    page = member.page
    page.goto(member.address("admin:applications_case_change", three[0].pk))
    shows(page, three[0])
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog")
    expect(help_).to_be_visible()
    help_.get_by_label(member.words("Keys are on in this browser")).uncheck()
    page.keyboard.press("Escape")
    expect(help_).to_be_hidden()
    page.reload()
    shows(page, three[0])
    page.keyboard.press("j")
    page.keyboard.press("2")
    page.wait_for_timeout(300)
    shows(page, three[0])
    expect(page.locator(".sheets [aria-current] .sheets__no")).to_have_text("1")
    page.get_by_role("button", name=member.words("Keys")).click()
    page.get_by_label(member.words("Keys are on in this browser")).check()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    shows(page, three[1])


def test_a_step_that_fails_can_be_reloaded_and_left_by_back(visit, three, clerk):
    member = visit(clerk, language="en")
    page = member.page
    page.goto(member.address("admin:applications_case_change", three[0].pk))
    shows(page, three[0])
    page.keyboard.press("a")  # nothing was looked at
    expect(page.locator(".error-summary")).to_contain_text("has not been checked yet")
    page.reload()
    expect(page.locator(".error-summary")).to_contain_text("has not been checked yet")
    page.go_back()
    expect(heading(page)).to_have_text(three[0].applicant_name)
    assert verbs(three[0]) == ["submit"]


def test_the_viewer_enlarges_turns_and_uses_the_full_width(visit, three, clerk):
    member = visit(clerk, language="en")
    page = member.page
    page.goto(member.address("admin:applications_case_change", three[0].pk))
    picture = page.locator("img[data-sheet]").first
    expect(picture).to_be_visible()
    assert picture.evaluate("one => one.decode().then(() => one.naturalHeight)") == 1400
    before = picture.bounding_box()["width"]
    page.get_by_role("button", name=member.words("Larger")).click()
    assert picture.bounding_box()["width"] > before * 1.2
    page.get_by_role("button", name=member.words("Smaller")).click()
    page.get_by_role("button", name=member.words("Turn by 90 degrees")).click()
    assert picture.evaluate("one => one.style.rotate") == "90deg"
    paper, turned = page.locator(".viewer__paper").bounding_box(), picture.bounding_box()
    assert turned["width"] > turned["height"], "a page on its side"
    assert paper["x"] <= turned["x"]
    assert turned["x"] + turned["width"] <= paper["x"] + paper["width"]
    assert turned["y"] - paper["y"] < 20, "nothing of it is out of reach, no room is left above it"
    page.get_by_role("button", name=member.words("Full width")).click()
    expect(page.locator(".bench__queue")).to_be_hidden()
    assert page.locator("img[data-sheet]").count() == 2


def test_without_scripts_everything_is_there_by_links_and_buttons(visit, three, clerk):
    member = visit(clerk, language="en", scripts=False)
    page = member.page
    page.goto(member.address("admin:applications_case_change", three[0].pk))
    page.locator(".sheets__tab").nth(1).click()
    expect(page.locator(".sheets [aria-current] .sheets__no")).to_have_text("2")
    page.get_by_label("I looked at the 5 unchecked materials; all are in order").check()
    page.locator("#act-accept button").click()
    expect(heading(page)).to_have_text(three[1].applicant_name)
    member.reads(three[0].case_no)
    assert verbs(three[0])[-1] == "accept"


@pytest.fixture
def on_many_desks(world, applicant, clerk, examiner, leader, friday, monkeypatch):
    """One case after the other on the desks of its people: (member, case, what to ask of the address)."""
    monkeypatch.setattr(cast, "PDF", papers.pdf(1))

    def walk():
        case = steps.received(world, applicant, friday)
        MaterialFile.objects.update(scan_state=ScanState.CLEAN)
        yield clerk, case, "?m=2"
        cast.check_all(case, clerk, friday)
        case = services.accept(case=case, actor=clerk, now=friday)
        services.ask_approval(case=case, verb="extend", actor=examiner, now=friday, days=3, reason="情况复杂")
        yield examiner, case, ""
        yield leader, case, ""
        case.refresh_from_db()
        services.conclude(case=case, actor=examiner, now=friday, proposal="REFUSE", opinion="不符合")
        yield leader, case, ""
        case.refresh_from_db()
        services.refuse(case=case, actor=leader, now=friday, reason="R01", reason_text="第三条")
        yield leader, case, ""

    return walk


def test_the_desk_breaks_no_accessibility_rule_and_no_width(visit, on_many_desks):
    found, members = {}, {}
    for n, (user, case, query) in enumerate(on_many_desks()):
        for language, size in (("zh-hans", (1440, 900)), ("en", (390, 844))):
            place = (user.pk, language)
            members[place] = members.get(place) or visit(user, language=language, size=size)
            page = members[place].page
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.goto(members[place].address("admin:applications_case_change", case.pk) + query)
            for details in page.locator("details").all():
                details.evaluate("one => { one.open = true }")
            wide = page.evaluate("document.documentElement.scrollWidth")
            page.evaluate("document.querySelector('.banner').remove()")  # the demo's clock lies outside
            complaints = len(members[place].record.faults)
            broken = faults(page) + ([f"{wide} pixels wide"] if wide > size[0] else [])
            page.wait_for_timeout(200)
            del members[place].record.faults[complaints:]  # of axe itself, which our policy does not let in
            found[f"{n} {user.name} {language}"] = broken
    assert {place: broken for place, broken in found.items() if broken} == {}
