"""Applicant and window write to each other; the clerk answers by keyboard only, with a ready phrase."""

import pytest
from playwright.sync_api import expect

from applications.models import CaseMessage, Phrase
from tests.browser import PHONE, run_due
from tests.cast import day
from tests.journeys import papers, steps
from tests.journeys.steps import open_desk

pytestmark = pytest.mark.browser


def test_a_question_and_its_answer(visit, world, applicant, clerk, friday):
    case = steps.received(world, applicant, friday)
    said = {
        "title_zh": "问单位",
        "title_en": "Ask for the unit",
        "text_zh": "{name}，单位全称是什么？",
        "text_en": "Unit?",
    }
    phrase = Phrase.objects.create(organization=world.office, **said)
    talent, member = visit(applicant, size=PHONE, touch=True), visit(clerk)

    talent.go("me:messages", case.case_no)
    talent.page.locator("[name=text]").fill("照片要白底的吗？")
    talent.page.set_input_files("[name=files]", papers.file("sample.pdf", papers.pdf(1)))
    talent.press("Send the message")
    talent.reads("照片要白底的吗？")
    run_due()

    open_desk(member, case)
    expect(member.page.locator(".talk")).to_contain_text("照片要白底的吗？")
    member.page.keyboard.press("w")
    expect(member.page.locator("#talk_text")).to_be_focused()
    member.page.keyboard.type("都行。")
    ready = member.page.locator(".phrases")
    ready.locator("summary").focus()
    member.page.keyboard.press("Enter")
    ready.get_by_role("link", name=phrase.title_zh).focus()
    member.page.keyboard.press("Enter")
    expect(member.page.locator("#talk_text")).to_have_value("都行。\n陈思远，单位全称是什么？")
    member.page.locator("#talk_reply_by").fill("2026-09-24")
    with member.page.expect_navigation():
        member.page.locator("#talk_reply_by").press("Enter")
    question = CaseMessage.objects.get(is_from_office=True)
    assert (question.reply_by, question.answered_at) == (day("2026-09-24"), None)

    talent.go("me:home")
    talent.tap(talent.page.locator(".todo", has_text="9 月 24 日").first)
    talent.reads("单位全称是什么？")
    talent.page.locator("[name=text]").fill("云岭示例科技有限公司")
    talent.press("Send the message")
    talent.reads("云岭示例科技有限公司")
    question.refresh_from_db()
    assert question.answered_at
    talent.go("me:home")
    assert talent.page.locator(".todo", has_text="9 月 24 日").count() == 0
