"""An expert scores a dossier in one go: what is typed last is saved by leaving the field, and the sheet follows."""

import re

import pytest
from playwright.sync_api import expect

from reviews.models import Sheet
from tests.reviews import scoring

pytestmark = pytest.mark.browser


def test_a_sheet_is_submitted_right_after_the_last_word(visit, world, friday):
    people = scoring.people_of(world)
    scene = scoring.make_round(world, people.examiner)
    dossier = scoring.make_dossier(scene, people, scoring.make_case(scene, people))
    seat = scoring.seat_all(scene, people, 3)[0]
    expert = visit(seat.expert.user)
    page = expert.page
    expert.go("expert:dossier", dossier.pk)
    for key, points in (("feature", "50"), ("scale", "30.5"), ("honesty", "5")):
        page.locator(f"[name=points-{key}]").fill(points)
    expect(page.locator("[data-total]")).to_have_text("85.5")
    page.locator("[name=comment]").press_sequentially(scoring.COMMENT)
    page.locator("button[name=submit]").click()  # leaving the field saves; the sheet waits for that, then goes
    expect(page).to_have_url(re.compile(r"/expert/groups/\d+/$"))  # where a submitted sheet leads
    assert Sheet.objects.get().state == "SUBMITTED"
