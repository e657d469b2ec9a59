"""An evaluation ends in removal with defence: from the points of the office to a map without the brand."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from laborbrands.models import Brand, Evaluation, Removal
from tests import cast
from tests.browser import PHONE, move_to
from tests.cast import moment
from tests.laborbrands.factory import kept_brand, make_scheme, pay_subsidy, square

pytestmark = pytest.mark.browser
POINTS = {"jobs": "20", "quality": "15"}


@pytest.fixture
def brand(world, applicant, friday):
    make_scheme()
    for region in (world.province, world.city, world.county):
        region.outline, region.center = square(102, 24, 2), [103, 25]
        region.save()
    made = kept_brand(
        world, unit=cast.make_unit(world.county, applicant, friday), code="florists", longitude=102.8, latitude=24.9
    )
    pay_subsidy(made)
    return made


def chosen(member, name: str, words: str) -> None:
    member.page.locator(f"select[name={name}]").select_option(label=words)


def evaluate(member, brand, opinion: str) -> None:
    """Give a brand too few points on the page of the round, which is open."""
    chosen(member, "brand", brand.name_en)
    for key, points in POINTS.items():
        member.page.locator(f"[name=score_{key}]").fill(points)
    member.page.locator("[name=opinion]").fill(opinion)
    member.press("Evaluate a brand", within=member.page.locator("form.card"))


def begin_round(member) -> None:
    member.go("admin:laborbrands_evaluationround_add")
    chosen(member, "organization", "Department of Human Resources and Social Security of Yunnan Province")
    chosen(member, "tier", "Provincial")
    chosen(member, "scheme", "Scheme")
    for name, text in {"title_zh": "2026 年评价", "title_en": "Evaluation 2026"}.items():
        member.page.locator(f"[name={name}]").fill(text)
    member.page.locator("[name=starts_on]").fill("2026-09-01")
    member.page.locator("[name=ends_on]").fill("2027-12-31")
    member.press("Begin an evaluation", within=member.page.locator("form.card"))


def answered(member, text: str) -> None:
    """Find the objection on the list of what is due, take it up and reject it."""
    member.go("admin:index")
    member.tap(member.page.locator(".tile", has_text="Objections"))
    member.tap(member.page.locator("#result_list tbody th a").first)
    member.press("Take it up")
    member.page.locator("[name=outcome][value=REJECTED]").check()
    member.page.locator("[name=answer]").fill(text)
    member.press("Answer it", within=member.page.locator("form", has=member.page.locator("[name=answer]")))


def objected(reader, removal) -> None:
    reader.go("publicity:list")
    reader.tap(reader.page.get_by_role("link", name=removal.publicity_entry.publicity.title_en).first)
    form = reader.page.locator("#object form")
    for name, text in {"name": "王实名", "contact": "wang@example.org", "text": "仍有三十名学徒在训。"}.items():
        form.locator(f"[name={name}]").fill(text)
    reader.press("Send the objection", within=form)
    reader.reads(removal.publicity_entry.objections.get().code)


def test_an_evaluation_ends_in_removal_with_defence(visit, world, brand, examiner, leader, applicant):
    office, chief = visit(examiner, language="en"), visit(leader, language="en")
    builder, reader = visit(applicant, language="en", size=PHONE, touch=True), visit(language="en")
    reader.go("brands:map")
    expect(reader.page.locator(".atlas [data-brand=florists]")).to_have_count(1)

    begin_round(office)
    evaluate(office, brand, "培训台账不全。")
    office.sees("unqualified")
    builder.go("org_brands:home")
    builder.reads("put things right by Thursday 18 March 2027")

    move_to(moment("2027-03-19 09:00"))
    office.go("admin:index")
    office.tap(office.page.locator(".tile", has_text="Brand checks"))
    office.tap(office.page.locator("#result_list tbody th a").first)
    office.sees("The time to put things right is over: evaluate it again.")
    evaluate(office, brand, "台账仍然不全。")
    assert list(Evaluation.objects.values_list("seq", "grade")) == [(2, "UNQUALIFIED"), (1, "UNQUALIFIED")]
    builder.page.goto("/en/me/messages/")
    builder.reads(f"“{brand.name_zh}”评价不合格，将进入摘牌程序")

    office.tap(office.page.get_by_role("link", name="Give notice of a removal"))
    expect(office.page.locator("select[name=ground]")).to_have_value("UNQUALIFIED")
    office.page.locator("[name=facts]").fill("两次评价均不合格，见评价记录。")
    office.page.locator("[name=notice_no]").fill("云人社告〔2027〕1号")
    office.press("Give notice of a removal", within=office.page.locator("form.card"))
    office.sees("notice given, statement awaited")

    builder.go("org_brands:home")
    builder.tap(builder.page.locator("a[href$='/removal/']"))
    builder.page.locator("[name=defence]").fill("台账在搬迁中遗失，正在补。")
    builder.press("Hand in the statement")
    builder.sees("Your statement is with the office. Another person decides.")

    chief.go("admin:index")
    chief.tap(chief.page.locator(".tile", has_text="Brand removals"))
    chief.tap(chief.page.locator("#result_list tbody th a").first)
    chief.reads("台账在搬迁中遗失，正在补。")
    chief.page.locator("[name=decision]").fill("申辩不成立，决定摘牌。")
    chief.page.locator("[name=document_no]").fill("云人社决〔2027〕2号")
    chief.press("Decide: remove")
    chief.sees("decided, in publicity")

    removal = Removal.objects.select_related("publicity_entry__publicity").get()
    last = removal.publicity_entry.publicity.ends_on
    move_to(moment(f"{last} 23:50"))
    objected(reader, removal)
    move_to(moment(f"{last} 23:59") + timedelta(hours=9))
    chief.go("admin:laborbrands_removal_change", removal.pk)
    chief.press("Carry it out")
    chief.reads("Objections without an answer: 1.")
    answered(chief, "学徒不影响评价结论。")
    chief.go("admin:index")
    chief.tap(chief.page.locator(".tile", has_text="Brand removals"))
    chief.tap(chief.page.locator("#result_list tbody th a").first)
    chief.press("Carry it out")
    chief.sees("Carried out: recognition, plate and map follow.")

    reader.go("brands:map")
    expect(reader.page.locator(".atlas [data-brand=florists]")).to_have_count(0)
    reader.go("brands:list")
    expect(reader.page.locator("main")).not_to_contain_text(brand.name_en)
    reader.go("brands:changes", query="?kind=remove")
    expect(reader.page.locator("main table")).to_contain_text(brand.name_en)
    reader.go("brands:detail", brand.code)
    reader.reads("still unqualified after putting things right")
    builder.go("org_brands:removal", brand.code)
    builder.reads(f"“{brand.name_en}” is removed")
    assert Brand.objects.get().stage == "REMOVED"

    recover(chief, brand.subsidies.get())


def recover(member, subsidy) -> None:
    """Take a part of the subsidy back, with a reason: nothing but fraud does that by itself."""
    member.go("admin:laborbrands_subsidy_change", subsidy.pk)
    member.tap(member.page.locator("summary", has_text="Recover"))
    form = member.page.locator("form[action*='/recover/']")
    form.locator("[name=reason]").fill("未完成的培训")
    form.locator("[name=amount]").fill("40000")
    member.press("Recover", within=form)
    subsidy.refresh_from_db()
    assert (subsidy.state, subsidy.recovered_yuan) == ("RECOVERED", 40000)
