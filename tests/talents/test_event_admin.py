"""Recruitment events at the office: buttons by role and state, forms with the times of the place."""

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.translation import override

from accounts.models import Organization, Role
from talents.models import Booth, RecruitEvent
from talents.states import BoothState, RecruitState
from tests import cast
from tests.cast import moment
from tests.talents import events, pool, vacancy_rows
from tests.talents.events import DAY

NOW = pool.NOW
EVENT, BOOTH = "talents_recruitevent", "talents_booth"


@pytest.fixture(autouse=True)
def today(at):
    return at("2026-09-18 10:00")


@pytest.fixture
def desk(examiner):
    return client_of(examiner)


def client_of(user) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def address(name: str, *args) -> str:
    with override("en"):
        return reverse(name, args=args)


def posted(world, **changed) -> dict:
    told = events.values(world.province, NOW) | {
        "organization": world.office.pk,
        "region": world.province.pk,
        "starts_at": "2026-10-08T09:00",
        "ends_at": "2026-10-08T18:00",
    }
    return told | changed


def page(client, model: str, row) -> str:
    return client.get(address(f"admin:{model}_change", row.pk)).content.decode()


def press(client, model: str, row, verb: str, **told):
    return client.post(address(f"admin:{model}_act", row.pk, verb), told, follow=True)


def test_an_event_is_written_changed_announced_and_cancelled_by_buttons(world, desk):
    desk.post(address(f"admin:{EVENT}_add"), posted(world, emergency_plan=""))
    event = RecruitEvent.objects.get()
    assert [event.starts_at, event.ends_at] == [moment("2026-10-08 09:00"), moment("2026-10-08 18:00")]
    shown = page(desk, EVENT, event)
    assert 'value="2026-10-08T09:00"' in shown  # the draft is changed from what it is
    assert "File the plan for emergencies first" in press(desk, EVENT, event, "announce").content.decode()
    press(desk, EVENT, event, "write", **posted(world, title_en="Fair"))
    press(desk, EVENT, event, "announce")
    event.refresh_from_db()
    assert [event.title_en, event.state] == ["Fair", RecruitState.ANNOUNCED]
    shown = page(desk, EVENT, event)
    assert ["People registered" in shown, "Change the draft" in shown] == [True, False]
    press(desk, EVENT, event, "stream", stream="https://live.example.org/2")
    press(desk, EVENT, event, "cancel", reason="停电")
    event.refresh_from_db()
    assert [event.state, event.stream] == [RecruitState.CANCELLED, "https://live.example.org/2"]
    assert "Cancel the event" not in page(desk, EVENT, event)


def test_what_was_typed_is_kept_with_the_refusal(world, desk):
    told = posted(world, ends_at="2026-10-08T08:00", title_en="Kept words")
    answer = desk.post(address(f"admin:{EVENT}_add"), told, follow=True).content.decode()
    assert ["The end must be after the beginning." in answer, "Kept words" in answer] == [True, True]
    assert not RecruitEvent.objects.exists()


def test_a_booth_that_waits_is_found_admitted_and_refused(world, desk, examiner):
    pool.wording("booth_admitted", "booth_refused")
    event = events.event(world.office, world.province, examiner, NOW)
    rows = [vacancy_rows.put(world) for _number in range(2)]
    first, second = (events.booth(event, one.unit, one.by, NOW, [one]) for one in rows)
    events.booth(event, pool.unit(world.county), examiner, NOW, number=5)
    due = desk.get(address(f"admin:{BOOTH}_changelist"), {"due": "yes"}).context["cl"]
    assert {*due.queryset} == {first, second}
    press(desk, BOOTH, first, "admit")
    press(desk, BOOTH, second, "refuse", note="岗位太少")
    assert dict(Booth.objects.filter(pk__in=[first.pk, second.pk]).values_list("number", "state")) == {
        1: BoothState.ADMITTED,
        None: BoothState.REFUSED,
    }
    assert "Admit the unit" not in page(desk, BOOTH, first)


def due_count(user) -> int:
    request = RequestFactory().get("/")
    request.user = user
    return admin.site.get_model_admin(Booth).due_count(request)


def test_others_of_the_region_read_and_press_nothing(world, examiner):
    event = events.event(world.office, world.province, examiner, NOW)
    asked = events.booth(event, pool.unit(world.county), examiner, NOW)
    office = Organization.objects.create(
        name_zh="外厅", name_en="Other", uscc="11990000MB0000002X", region=world.province, document_prefix="外"
    )
    outsider = cast.make_staff("out@example.org", "外", Role.EXAMINER, world.province, office)
    official = cast.make_staff("official@example.org", "周", Role.OFFICIAL, world.province, world.office)
    assert [due_count(one) for one in (examiner, outsider, official)] == [1, 0, 0]
    for client in (client_of(outsider), client_of(official)):
        assert ["People registered" in page(client, EVENT, event), "Cancel" in page(client, EVENT, event)] == [
            True,
            False,
        ]
        press(client, EVENT, event, "cancel", reason="x")
        press(client, BOOTH, asked, "admit")
    assert [RecruitEvent.objects.get().state, Booth.objects.get().state] == ["ANNOUNCED", "ASKED"]


def test_a_form_offers_the_own_office_alone(world, desk, examiner):
    Organization.objects.create(
        name_zh="外厅", name_en="Elsewhere", uscc="11990000MB0000002X", region=world.province, document_prefix="外"
    )
    shown = desk.get(address(f"admin:{EVENT}_add")).content.decode()
    assert ["Human Resources" in shown, "Elsewhere" in shown] == [True, False]
    examiner.posts.update(ends_on=(NOW - DAY).date())
    assert desk.get(address(f"admin:{EVENT}_add")).status_code in (302, 403, 404)
