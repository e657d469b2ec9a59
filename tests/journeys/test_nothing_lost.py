"""What was typed stays: through a lost sign-in, a draft left lying, and without JavaScript."""

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from applications.models import Case
from tests import cast
from tests.browser import PHONE, be_at
from tests.cast import PASSWORD, moment
from tests.journeys import papers, steps

pytestmark = pytest.mark.browser

TYPED = "云岭示例科技有限公司（昆明）"


@pytest.fixture
def draft(world, applicant, friday):
    return cast.make_draft(world, applicant, now=friday)


def employer():
    return Case.objects.get().answers["employer"]


def test_a_sign_in_lost_between_keystroke_and_saving(visit, draft, applicant):
    talent = visit(applicant)
    talent.go("apply:step", draft.item.code, draft.public_id, "basics")
    field = talent.page.locator("[name=q-employer]")
    field.fill(TYPED)
    Session.objects.all().delete()
    talent.record.expected.add(401)
    field.blur()
    talent.sees("You are signed out. Your text is still here: sign in again in another tab, then we save it.")
    expect(field).to_have_value(TYPED)
    assert employer() == "示例单位"

    door = talent.page
    talent.page = talent.context.new_page()
    talent.go("account_login")
    talent.sign_in(applicant, PASSWORD)
    talent.page.close()
    talent.page = door
    expect(door.locator("[data-save-state]").locator("visible=true").first).to_contain_text(re.compile(r"\d\d:\d\d"))
    assert employer() == TYPED
    talent.press("Save and go on to the materials")
    talent.sees("Hand in materials")


def test_a_sign_in_lost_before_the_form_is_sent(visit, draft, applicant):
    talent = visit(applicant, language="en", size=PHONE, touch=True)
    talent.go("apply:step", draft.item.code, draft.public_id, "basics")
    Session.objects.all().delete()
    talent.record.expected |= {401, 403}
    talent.page.locator("[name=q-employer]").fill(TYPED)
    talent.press("Save and go on to the materials")
    talent.sign_in(applicant, PASSWORD)
    expect(talent.page.locator("[name=q-employer]")).to_have_value(TYPED)
    talent.press("Save and go on to the materials")
    talent.sees("Hand in materials")
    assert employer() == TYPED


def test_an_expired_draft_is_renewed_with_all_it_holds(visit, world, draft, applicant):
    cast.hand_in(draft, applicant, "id", now=moment("2026-09-18 10:00"))
    be_at(moment("2026-11-18 10:00"))
    talent = visit(applicant, language="en")
    talent.go("me:home")
    talent.sees("unless you renew it")
    talent.go("apply:step", draft.item.code, draft.public_id, "sign")
    talent.sees("This draft has expired")
    talent.press("Renew the draft")
    talent.sees("The draft is renewed. Your answers and files are still here; check them once more.")
    talent.press("Go on to the basics")
    expect(talent.page.locator("[name=q-employer]")).to_have_value("示例单位")
    talent.press("Save and go on to the materials")
    talent.reads("paper.pdf")


def test_the_whole_way_without_javascript(visit, world, applicant, friday):
    """Everything by plain forms, the commitment signed by the typed name."""
    talent = visit(applicant, size=PHONE, scripts=False)
    page = talent.page
    talent.go("apply:start", world.item.code)
    talent.press("Begin the application")
    talent.press("Go on to the basics")
    page.locator("[name=q-level][value=E]").check()
    page.locator("[name=q-employer]").fill(TYPED)
    page.locator(f"[name=window][value='{world.window.pk}']").check()
    talent.press("Go on later")
    page.locator("section[aria-labelledby=drafts] a").first.click()
    expect(page.locator("[name=q-employer]")).to_have_value(TYPED)
    talent.press("Save and go on to the materials")
    for key in steps.CORE:
        material = Case.objects.get().materials.get(spec__key=key)
        row = page.locator(f"#material-{material.pk}")
        row.locator("input[type=file]").first.set_input_files(papers.file(f"{key}.pdf", papers.pdf()))
        talent.press("Upload", within=row)
        expect(page.locator(f"#material-{material.pk} [data-note]")).to_contain_text(f"{key}.pdf")
    for material in Case.objects.get().materials.filter(spec__key__in=["works", "form"]):
        page.locator(f"[name=reason_{material.pk}]").select_option("BEING_SEALED")
        page.locator(f"[name=day_{material.pk}]").fill("2026-09-23")
    talent.press("Save and go on to check")
    talent.press("All right, go on to sign")
    page.locator("[name=agrees]").check()
    page.locator("[name=signed_name]").fill("陈思远")
    page.locator("[name=declares]").check()
    talent.press("Submit the application")
    talent.sees("Submitted")
    case = Case.objects.get()
    assert (case.state, case.commitment.signed_name, case.commitment.signature) == ("RECEIVED", "陈思远", "")
    assert {str(item.promised_on) for item in case.commitment.items.all()} == {"2026-09-23"}
