"""A builder unit's brand from the form to its point on the map, with every office and expert on the way."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from accounts.models import User
from applications.models import Case
from certificates.models import Certificate
from laborbrands.models import Brand, Condition, Recognition, Subsidy, SubsidyRule
from notifications.models import Message
from policies.models import ServiceItem
from provinces import loader, packs, recognition
from reviews.models import ReviewRound, ScoreScheme, Seat
from tests.browser import DESKTOP, PHONE, move_to, run_due
from tests.cast import moment
from tests.journeys import papers
from tests.journeys.steps import hand_in, open_desk
from tests.laborbrands import recognition as road
from tests.laborbrands.factory import square
from tests.pdf import text_of
from tests.reviews import scene as reviews

pytestmark = pytest.mark.browser

NAME = "呈贡花匠"
CHOSEN = {
    "tier": "PROVINCIAL",
    "owner_kind": "REGIONAL",
    "category": "SKILL",
    "industry": "agriculture",
    "trademark": "NONE",
    "no_arrears": "yes",
}
TYPED = {
    "brand_name": NAME,
    "brand_name_en": "Chenggong Flower Growers",
    "product": "鲜切花",
    "founded_year": "2012",
    "practitioners": "2999",  # one too few
    "new_jobs": "420",
    "trained": "600",
    "certified": "2000",
    "monthly_income": "6000",
    "industry_income": "5000",
    "story": "斗南的花农靠一把剪刀，把鲜切花送到全国。",
}
POINTS = ("feature", "scale", "income", "skill", "organization", "industry", "publicity", "support", "integrity")
MOST = dict(zip(POINTS, (10, 20, 15, 20, 10, 10, 5, 5, 5), strict=True))
COMMENT = "材料扎实，指标口径清楚，带动就业的数据与社保记录一致，培训和持证情况有花名册佐证，建议通过。" * 2
ACCOUNT = "6222020000001234567"


@pytest.fixture
def people(friday):
    """Three levels of offices, the item with its real questions and rules, a brand of the county, twelve experts."""
    pack = packs.read("yunnan")
    scene = road.make_scene(friday, questions=_real_questions())
    ServiceItem.objects.filter(pk=scene.item.pk).update(code="labor-brand")
    for model in (Condition, SubsidyRule, ScoreScheme):
        model.objects.all().delete()
    recognition.load(pack, loader.Ledger(), friday)
    _outline(scene.world)
    scene.brand = road.make_brand(scene, NAME, longitude=102.79, latitude=24.9)
    road.held(scene.brand, "COUNTY", "2025-01-10", valid_until=dt.date(2028, 1, 10))
    reviews.make_disciplines()
    reviews.make_experts(scene.world.office, 12, "210", account=True)
    return scene


def _outline(world) -> None:
    """Let the map draw the three levels."""
    for place, at, side in (
        (world.province, (98, 22), 8),
        (world.city, (102, 24), 2),
        (world.county, (102.5, 24.5), 1),
    ):
        place.outline, place.center = square(*at, side), [at[0] + side / 2, at[1] + side / 2]
        place.save()


def _real_questions() -> list[dict]:
    entry = packs.read_yaml(packs.COMMON / "services" / "labor-brand.yaml")
    return [{"key": key} | question for key, question in entry["guide"]["questions"].items()]


@pytest.mark.parametrize(
    ("language", "size", "touch"), [("zh-hans", DESKTOP, False), ("en", PHONE, True)], ids=["zh-1440", "en-390"]
)
def test_from_the_form_to_the_point_on_the_map_and_the_money(visit, people, language, size, touch, tmp_path):
    User.objects.update(language=language)
    unit = visit(people.handler, language=language, size=size, touch=touch)
    fill_in(unit, people)
    hand_in_and_sign(unit)
    case = Case.objects.get()

    clerk, county, city, examiner, leader = (
        visit(user, language=language)
        for user in (people.clerk, people.county_examiner, people.city_examiner, people.examiner, people.leader)
    )
    accept(clerk, case)
    give_word(county, people.county_examiner)
    give_word(city, people.city_examiner)
    nothing_left(county)
    assert told("brand_review_due") == {people.examiner.pk, people.leader.pk, people.leader2.pk}

    round_ = open_round(examiner, people)
    make_dossier(examiner, leader, round_, case)
    draw(examiner, leader, round_)
    review(visit, round_, language, size, touch)
    close_round(examiner, round_)
    case.refresh_from_db()
    assert case.state == "EXAMINING"

    conclude(examiner, case)
    make_public(examiner, people, case)
    read_the_list(visit(language=language, size=size, touch=touch), people)
    refused_before_the_last_day(leader, case)
    move_to(moment("2026-10-12 09:00"))
    grant(leader, case)
    run_due()

    read_the_plate(visit, unit, people, tmp_path)
    be_paid(unit, examiner, leader, people)
    find_on_the_map(visit(language=language, size=size, touch=touch), people.brand)


# --- the unit


def fill_in(unit, people):
    """Begin from the unit's own page; what the rules refuse is said beside the answer, and the answer stays."""
    unit.go("org_brands:home")
    unit.press("Apply for recognition")
    unit.press("Apply online")
    expect(unit.page.locator("[name=unit]")).to_be_checked()  # there is one only
    unit.press("Begin the application")
    unit.press("Go on to the basics")
    page = unit.page
    for key, value in CHOSEN.items():
        page.locator(f"[name=q-{key}][value={value}]").check()
    for key, value in TYPED.items():
        page.locator(f"[name=q-{key}]").fill(value)
    for place in ("local", "310000"):
        page.locator(f"[name=q-destinations][value='{place}']").check()
    page.locator("[name=q-home]").select_option("530114")
    page.locator(f"[name=window][value='{people.world.other_window.pk}']").check()
    unit.press("Save and go on to the materials")
    expect(page.locator("#id_q-practitioners_error")).to_contain_text("3000" if unit.language != "en" else "3,000")
    expect(page.locator("#id_window_error")).to_be_visible()
    expect(page.locator("[name=q-practitioners]")).to_have_value("2999")
    page.locator("[name=q-practitioners]").fill("3600")
    page.locator(f"[name=window][value='{people.world.window.pk}']").check()
    unit.press("Save and go on to the materials")


def hand_in_and_sign(unit):
    for key, content in (("id", papers.pdf()), ("degree", papers.pdf(2)), ("photo", papers.png())):
        hand_in(unit, key, content)
    for key in ("works", "form"):
        hand_in(unit, key, papers.pdf())
    unit.press("Save and go on to check")
    unit.reads(NAME)
    unit.press("All right, go on to sign")
    unit.page.locator("[name=declares]").check()
    unit.press("Submit the application")
    expect(unit.page).to_have_url(re.compile(r"\?submitted$"))
    run_due()


def read_the_plate(visit, unit, people, folder):
    """The unit finds its plate among its certificates; the sheet names the unit, and so does the verification."""
    plate = Certificate.objects.get()
    unit.go("certificates:list")
    unit.reads(people.unit.name)
    with plate.file.open("rb") as file:
        words = text_of(file.read(), folder)
    assert people.unit.name in words
    assert people.handler.person.name not in words
    anybody = visit(language=unit.language)
    anybody.go("verify:token", plate.token)
    anybody.reads(people.unit.name)


# --- the offices


def accept(clerk, case):
    open_desk(clerk, case)
    clerk.press("The last unchecked one is in order", "All %(count)s unchecked are in order", 5)
    clerk.press("Accept")
    clerk.page.keyboard.press("Enter")
    clerk.reads(clerk.words("Accepted") + ": ")


def told(event: str) -> set[int]:
    return set(Message.objects.filter(event=event).values_list("recipient", flat=True))


def give_word(member, user):
    """The message, the line on the page of work, the word."""
    assert user.pk in told("brand_word_due")
    member.page.goto(member.address("admin:index"))
    member.sees("Brand applications that wait for your office")
    member.tap(member.page.get_by_role("link", name=re.compile(f"{NAME}|Chenggong Flower")).first)
    member.page.locator("[name=verdict][value=yes]").check()
    member.page.locator("[name=opinion]").fill("数据与花名册、社保记录一致。")
    member.press("Keep the word")
    member.sees("Your word on the application is kept.")


def nothing_left(member):
    member.page.goto(member.address("admin:index"))
    expect(member.page.get_by_text(member.words("Brand applications that wait for your office"))).to_have_count(0)


def open_round(examiner, people) -> ReviewRound:
    page = examiner.page
    page.goto(examiner.address("admin:reviews_reviewround_add"))
    page.locator("[name=item]").select_option(str(people.item.pk))
    page.locator("[name=scheme]").select_option(index=1)
    page.locator("[name=seats]").select_option("3")
    examiner.press("Open the round")
    page.locator("[name=discipline]").select_option("210")
    examiner.press("Add the group")
    examiner.sees("The group is added.")
    return ReviewRound.objects.get()


def make_dossier(examiner, leader, round_, case):
    """One person makes the dossier with a blackened file, another one looks at it and approves."""
    page = examiner.page
    page.goto(examiner.address("admin:reviews_dossier_round", round_.pk))
    page.locator("[name=case]").select_option(str(case.pk))
    examiner.press("Make the dossier")
    dossier = case.dossiers.get()
    page.goto(examiner.address("admin:reviews_dossier_change", dossier.pk))
    page.locator("[name=title_zh]").fill("数据表（已隐去名称）")
    page.locator("[name=title_en]").fill("Figures, blackened")
    page.locator("[name=enclosed]").set_input_files(papers.file("figures.pdf", papers.pdf(), "application/pdf"))
    examiner.press("Add the file")
    examiner.sees("The file was added without its hidden data. Check the dossier again.")
    leader.page.goto(leader.address("admin:reviews_dossier_change", dossier.pk))
    leader.press("Approve the dossier")
    leader.sees("The dossier is approved; its experts may read it.")


def draw(examiner, leader, round_):
    """Whoever freezes does not draw."""
    address = "admin:reviews_reviewround_change"
    examiner.page.goto(examiner.address(address, round_.pk))
    examiner.press("Freeze the candidates")
    examiner.sees("Now another person enters a number: whoever freezes does not draw.")
    leader.page.goto(leader.address(address, round_.pk))
    leader.page.locator("[name=nonce]").fill("17-4-22-9")
    leader.press("Draw the experts")
    leader.sees("The experts are drawn.")
    examiner.page.goto(examiner.address(address, round_.pk))
    examiner.press("Invite %(n)s expert", "Invite %(n)s experts", 3, n=3)
    examiner.sees("The experts are invited.")


def close_round(examiner, round_):
    examiner.page.goto(examiner.address("admin:reviews_dossier_round", round_.pk))
    examiner.press("Close the round")
    examiner.sees("The round is closed; its cases go on with their results.")


def conclude(examiner, case):
    open_desk(examiner, case)
    act = examiner.page.locator(".act", has_text=examiner.words("End the examination"))
    act.locator("summary").click()
    act.locator("[name=proposal][value=GRANT]").check()
    act.locator("[name=opinion]").fill("专家评审通过，拟认定。")
    act.locator("form button").last.click()
    examiner.reads(examiner.words("Examined") + ": ")


def make_public(examiner, people, case):
    page = examiner.page
    page.goto(examiner.address("admin:reviews_publicity_add"))
    page.locator("[name=organization]").select_option(str(people.world.office.pk))
    page.locator("[name=title_zh]").fill("2026 年拟认定省级劳务品牌名单")
    page.locator("[name=title_en]").fill("Labor brands proposed in 2026")
    examiner.press("Prepare a publicity")
    page.locator("[name=case_no]").fill(case.case_no)
    examiner.press("Add an entry")
    examiner.sees("The entry is added.")
    examiner.press("Post it")
    examiner.sees("It is on the website.")


def read_the_list(anybody, people):
    """The public list names the brand and who builds it, in each language."""
    anybody.go("publicity:list")
    anybody.tap(anybody.page.get_by_role("link", name=re.compile("2026 年拟认定|proposed in 2026")).first)
    anybody.reads(NAME if anybody.language != "en" else "Chenggong Flower Growers")
    anybody.reads(people.unit.name)


def refused_before_the_last_day(leader, case):
    open_desk(leader, case)
    leader.press("Grant")
    leader.sees("%(label)s? This will happen:", label=leader.words("Grant"))  # what Enter then confirms
    leader.page.keyboard.press("Enter")
    leader.reads(re.compile("公示到|The publicity runs until"))
    case.refresh_from_db()
    assert case.state == "REVIEWED"


def grant(leader, case):
    open_desk(leader, case)
    leader.press("Grant")
    leader.sees("%(label)s? This will happen:", label=leader.words("Grant"))
    leader.page.keyboard.press("Enter")
    leader.reads(leader.words("Granted") + ": ")


# --- the experts


def review(visit, round_, language, size, touch):
    """One declines and a reserve takes the seat; everybody promises, reads without names, and scores."""
    first, *others = Seat.objects.filter(state="INVITED").select_related("expert__user").order_by("rank")
    refuser = visit(first.expert.user, language=language, size=size, touch=touch)
    refuser.go("expert:invitation", first.pk)
    refuser.page.locator("details.card summary").click()
    refuser.page.locator("[name=reason]").fill("出差")
    refuser.press("Decline the invitation")
    refuser.sees("You declined. You need not do anything else.")
    reserve = Seat.objects.get(replaces=first)
    for seat in (*others, reserve):
        score(visit(seat.expert.user, language=language, size=size, touch=touch), seat)


def score(expert, seat):
    page = expert.page
    expert.go("expert:home")
    expert.tap(page.locator("a.todo").first)
    expert.press("I accept")
    page.locator("[name=agrees]").check()
    expert.press("Promise, and open the dossiers")
    expert.tap(page.locator(".rows__link").first)
    shown = expert.text()
    assert NAME not in shown
    assert "云岭示例科技" not in shown
    for key in POINTS:
        page.locator(f"[name=points-{key}]").fill(str(MOST[key] * 9 / 10))
    page.locator("[name=comment]").fill(COMMENT)
    expect(page.locator("[data-total]")).to_have_text(re.compile(r"^90(\.0)?$"))
    page.locator("button[name=submit]").click()
    expect(page.locator("main")).to_contain_text(expert.words("submitted"))


# --- the money and the map


def be_paid(unit, examiner, leader, people):
    unit.go("org_brands:home")
    unit.tap(unit.page.locator(".rows__link").first)
    unit.page.locator("[name=account]").fill("12")
    unit.press("Ask for the payment")
    expect(unit.page.locator("#id_account_error")).to_be_visible()
    unit.page.locator("[name=account]").fill(ACCOUNT)
    unit.press("Ask for the payment")
    unit.sees("Asked for the payment. The office checks it.")
    step(examiner, "check", "Find it in order", {})
    step(leader, "approve", "Approve the payment", {"document_no": "云人社批〔2026〕9号"})
    step(examiner, "pay", "Note the payment", {"document_no": "拨付凭证 1", "paid_on": "2026-10-12"})
    paid = Subsidy.objects.get()
    assert (paid.state, paid.amount_yuan, paid.payee) == ("PAID", 100000, people.unit.name)
    unit.go("org_brands:subsidy", paid.pk)
    unit.reads("4567")
    assert ACCOUNT not in unit.page.content()


def step(member, verb, label, typed):
    """The next step waits on the page of work of whoever does it."""
    member.page.goto(member.address("admin:index"))
    member.tap(member.page.get_by_role("link", name=re.compile(NAME)).first)
    form = member.page.locator(f"form[action$='/step/{verb}/']")
    member.page.locator("details", has=form).locator("summary").click()
    for name, value in typed.items():
        form.locator(f"[name={name}]").fill(value)
    form.get_by_role("button").click()
    member.reads(member.words("Done: %(step)s.", step=member.words(label)))


def find_on_the_map(reader, brand: Brand):
    given = Recognition.objects.get(brand=brand, tier="PROVINCIAL")
    reader.go("brands:map")
    expect(reader.page.locator(f".atlas [data-brand={brand.code}]")).to_be_visible()
    reader.go("brands:detail", brand.code)
    reader.reads(given.document_no)
