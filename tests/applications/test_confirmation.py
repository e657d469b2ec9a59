"""Acts of the office that nobody takes back: one Enter tells what will happen with its dates, a second one does it."""

import re

import pytest

from applications import acts, services
from applications.desk import Desk
from jobs import clock
from tests import cast
from tests.cast import moment

pytestmark = pytest.mark.django_db

NOW = moment("2026-09-18 11:00")
ALL = ("id", "degree", "works", "form", "photo")
CORE = ("id", "degree", "photo")


@pytest.fixture(autouse=True)
def _portal_time(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def promised(world, applicant, clerk):
    """A checked case with two materials promised for later."""
    draft = cast.make_draft(world, applicant, *CORE, now=NOW)
    cast.promise(draft, applicant, {"works": "2026-09-24", "form": "2026-09-24"}, NOW)
    case = cast.submit(draft, applicant, NOW, agrees=True, signed_name="陈思远")
    cast.check_all(case, clerk, NOW)
    return case


@pytest.fixture
def proposed(world, applicant, clerk, examiner):
    """A case that was examined and waits for the decision."""
    case = cast.submit(cast.make_draft(world, applicant, *ALL, now=NOW), applicant, NOW)
    cast.check_all(case, clerk, NOW)
    services.accept(case=case, actor=clerk, now=NOW)
    return services.conclude(case=case, actor=examiner, now=NOW, proposal="GRANT", opinion="符合条件")


def page_of(case, query="") -> str:
    return f"/en/admin/applications/case/{case.pk}/change/{query}"


def act(client, case, verb, **data):
    case.refresh_from_db()
    address = f"/en/admin/applications/case/{case.pk}/act/{verb}/"
    return client.post(address, {"version": case.version} | data)


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_the_button_leads_to_the_consequences_and_their_button_has_the_focus(client, promised, clerk):
    client.force_login(clerk)
    desk = client.get(page_of(promised))
    assert f'href="{page_of(promised)}?queue=accept&amp;m=1&amp;confirm=accept_with_deferral"' in desk.content.decode()
    assert "This will happen" not in text(desk)
    asked = client.get(page_of(promised, "?m=1&confirm=accept_with_deferral"))
    for words in (
        "“Material works” is to come by Thursday 24 September 2026.",
        "“Material form” is to come by Thursday 24 September 2026.",
        "The office decides by ",
        "You cannot take this back.",
    ):
        assert words in text(asked), words
    buttons = re.findall(r"<button[^>]*autofocus[^>]*>([^<]*)", asked.content.decode())
    assert buttons == ["Confirm: Accept, the rest supplied later"]
    promised.refresh_from_db()
    assert promised.state == "RECEIVED"


def test_the_dates_told_are_the_dates_that_come(client, promised, clerk):
    offer = next(o for o in acts.offers(Desk(promised, clerk, NOW)) if o.act.verb == "accept_with_deferral")
    client.force_login(clerk)
    assert act(client, promised, "accept_with_deferral", sure="1").status_code == 302
    promised.refresh_from_db()
    due = promised.clocks.get(kind="PROMISED").due_on
    assert any(f"{due.year}年{due.month}月{due.day}日" in words for words in offer.brings)
    for item in promised.commitment.items.all():
        assert any(f"{item.due_on.month}月{item.due_on.day}日" in words for words in offer.brings)


@pytest.mark.parametrize("sure", [{}, {"sure": ""}])
def test_without_confirmation_nothing_happens_and_the_question_is_shown(client, proposed, leader, sure):
    client.force_login(leader)
    answer = client.get(act(client, proposed, "grant", **sure).headers["Location"])
    assert "Read what will happen, then confirm." in text(answer)
    assert "The portal makes “Certificate of high-level talent” now" in text(answer)
    proposed.refresh_from_db()
    assert proposed.state == "REVIEWED"
    assert act(client, proposed, "grant", sure="1").status_code == 302


def test_a_form_that_asks_for_reasons_tells_the_consequences_and_asks_no_second_time(client, proposed, leader):
    client.force_login(leader)
    page = client.get(page_of(proposed))
    assert "The case is closed today, with your reasons and the remedies in the decision." in text(page)
    assert act(client, proposed, "refuse", reason="R01", reason_text="第三条").status_code == 302
    proposed.refresh_from_db()
    assert proposed.close_type == "REFUSED"


def test_plain_acceptance_stays_one_click(client, world, applicant, clerk):
    case = cast.submit(cast.make_draft(world, applicant, *ALL, now=NOW), applicant, NOW)
    cast.check_all(case, clerk, NOW)
    client.force_login(clerk)
    assert act(client, case, "accept").status_code == 302
    case.refresh_from_db()
    assert case.state == "EXAMINING"


def test_an_act_with_reasons_against_it_cannot_be_asked_for(client, promised, clerk, leader):
    services.accept_with_deferral(case=promised, actor=clerk, now=NOW)
    client.force_login(clerk)
    for verb in ("grant", "accept_with_deferral", "none", ""):
        assert "This will happen" not in text(client.get(page_of(promised, f"?confirm={verb}")))


def test_after_the_grant_nobody_is_said_to_have_a_turn(client, proposed, leader):
    client.force_login(leader)
    act(client, proposed, "grant", sure="1")
    page = text(client.get(page_of(proposed)))
    assert "Nobody has to act: the portal makes the certificate and tells the applicant." in page
    assert "It is the turn of" not in page
