"""Whose word an application waits for: told when it is due, reminded, shown at work; then nobody any more."""

import pytest
from django.urls import reverse

from applications import services as cases
from jobs.services import run_due
from laborbrands.services import subsidy
from notifications.models import Message, Reminder
from provinces import loader, packs
from tests.applications.conftest import at, client_of  # noqa: F401
from tests.cast import moment
from tests.laborbrands import recognition as road
from tests.laborbrands.recognition import NOW, held, make_brand, word

pytestmark = pytest.mark.django_db
DUE = "2026-10-09"  # ten working days after 18 September, over the holidays of October


@pytest.fixture
def scene(at):  # noqa: F811
    scene = road.make_scene()
    write_messages = dict(loader.STEPS)["message templates"]
    write_messages(packs.read("yunnan"), loader.Ledger(), NOW)
    held(make_brand(scene), "COUNTY", "2025-01-10")
    return scene


def told(event: str) -> set[str]:
    """Who was told."""
    return set(Message.objects.filter(event=event).values_list("recipient__email", flat=True))


def waiting(case) -> set[tuple]:
    rows = Reminder.objects.filter(subject=f"brand_word:{case.brand_application.pk}", cancelled_at__isnull=True)
    return {(row.recipient.email, row.due_at.astimezone(NOW.tzinfo).date().isoformat()) for row in rows}


def test_the_examiner_of_the_county_is_told_and_reminded(scene):
    case = road.accepted(scene)
    assert told("brand_word_due") == {"county-ex@example.org"}
    note = Message.objects.get(event="brand_word_due")
    assert "呈贡花匠" in note.title
    assert "{" not in note.title + note.body
    assert note.path == f"/admin/laborbrands/brandapplication/{case.brand_application.pk}/change/"
    days = {day for _email, day in waiting(case)}
    assert DUE in days
    assert len(days) == 3


def test_then_the_prefecture_then_the_office_that_decides(scene):
    case = road.accepted(scene)
    word(case, scene.clerk)
    assert told("brand_word_due") == {"county-ex@example.org", "city@example.org"}
    assert {email for email, _day in waiting(case)} == {"city@example.org"}
    assert not told("brand_review_due")
    word(case, scene.city_examiner)
    assert not waiting(case)
    assert told("brand_review_due") == {"examiner@example.org", "leader@example.org", "leader2@example.org"}


def test_where_there_is_no_examiner_the_others_are_told(scene):
    scene.county_examiner.posts.update(ends_on=NOW.date())
    road.accepted(scene)
    assert told("brand_word_due") == {"clerk@example.org", "county-lead@example.org"}


def test_an_application_of_the_county_tier_is_for_its_own_office_at_once(scene):
    make_brand(scene, "新品牌")
    case = road.accepted(scene, tier="COUNTY", brand_name="新品牌")
    assert told("brand_review_due") == {"county-ex@example.org", "county-lead@example.org"}
    assert not waiting(case)


def test_nobody_is_reminded_of_an_application_that_ended(scene):
    case = road.accepted(scene)
    cases.withdraw(case=case, actor=scene.handler, now=NOW)
    assert not waiting(case)


def test_a_reminder_goes_out_on_the_day(scene):
    road.accepted(scene)
    run_due(moment(f"{DUE} 09:01"))
    assert told("brand_word_reminder") == {"county-ex@example.org"}


def test_the_page_of_work_shows_what_waits_for_the_own_office_alone(scene, client_of):  # noqa: F811
    case = road.accepted(scene)
    home, mine = reverse("admin:index"), reverse("admin:laborbrands_brandapplication_changelist") + "?next=mine"
    page = reverse("admin:laborbrands_brandapplication_change", args=[case.brand_application.pk])
    assert page in client_of(scene.county_examiner).get(home).content.decode()
    assert page in client_of(scene.county_examiner).get(mine).content.decode()
    assert page not in client_of(scene.city_examiner).get(home).content.decode()
    word(case, scene.county_examiner)
    assert page not in client_of(scene.county_examiner).get(home).content.decode()
    assert page in client_of(scene.city_examiner).get(home).content.decode()
    word(case, scene.city_examiner)
    assert page not in client_of(scene.city_examiner).get(mine).content.decode()


def test_each_step_of_the_money_waits_for_its_own_role(scene, client_of):  # noqa: F811
    road.granted(scene)
    owed = road.Recognition.objects.get(tier="PROVINCIAL").subsidy
    page, home = reverse("admin:laborbrands_subsidy_change", args=[owed.pk]), reverse("admin:index")
    assert page not in client_of(scene.examiner).get(home).content.decode()
    subsidy.apply(subsidy=owed, actor=scene.handler, now=NOW, account="6222020000001234567")
    assert told("subsidy_step_due") == {"examiner@example.org"}
    assert page in client_of(scene.examiner).get(home).content.decode()
    assert page not in client_of(scene.leader).get(home).content.decode()
    assert page not in client_of(scene.county_examiner).get(home).content.decode()
    subsidy.check(subsidy=owed, actor=scene.examiner, now=NOW)
    assert told("subsidy_step_due") == {"examiner@example.org", "leader@example.org", "leader2@example.org"}
    assert page in client_of(scene.leader).get(home).content.decode()
