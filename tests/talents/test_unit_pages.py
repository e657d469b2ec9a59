"""The pages of a unit: nothing that names a person before consent, gone at once after it, others find nothing."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils.translation import gettext

from jobs import clock
from talentportal.templatetags.portal import full_day
from talents import limits
from talents.models import ContactRequest, Look, SavedSearch, Shortlist, ShortlistEntry
from talents.services import consents, index
from tests import cast
from tests.talents import pool

pytestmark = pytest.mark.django_db
PRIVATE = ("陈保密", "13800000123", "secret@example.org", "示例保密大学", "保密单位有限公司", "987654321")


@pytest.fixture
def now():
    return clock.now()


@pytest.fixture
def unit(world):
    return pool.unit(world.county, name="云岭示例科技有限公司")


@pytest.fixture
def handler(unit, now):
    return pool.handler(unit, now=now)


@pytest.fixture
def profile(world, now):
    user = pool.person("secret@example.org", PRIVATE[0], "+8613800000123")
    return pool.profile(
        world.county, user, now=now, pk=987654321, summary="做过车联网平台。", languages=["en"], skills=["OTA"]
    )


@pytest.fixture
def desk(client, handler):
    client.force_login(handler)
    return client


def names(response) -> set[str]:
    """Return what of the person's private facts the bytes of an answer hold, headers included."""
    text = response.content.decode() + str(response.headers)
    return {word for word in PRIVATE if word in text}


def test_a_card_shows_facts_under_a_code_and_is_written_down(desk, unit, handler, profile):
    card = desk.get(reverse("org:card", args=[profile.code]))
    text = card.content.decode()
    assert card.status_code == 200
    for words in ("硕士", "计算机科学与技术", "英语", "OTA", "做过车联网平台。", profile.code):
        assert words in text
    assert names(card) == set()
    assert str(profile.pk) not in text
    look = Look.objects.get()
    assert (look.profile, look.unit, look.by, look.kind) == (profile, unit, handler, "CARD")


def test_no_page_of_a_unit_names_anybody_before_consent(desk, unit, handler, profile, now):
    waiting = pool.request(unit, profile, handler, now=now)
    lists = unit.shortlists.create(name="组", by=handler, created_at=now)
    lists.entries.create(profile=profile, by=handler, at=now)
    addresses = [
        reverse("org:home"),
        reverse("org:card", args=[profile.code]),
        reverse("org:ask", args=[profile.code]),
        reverse("org:contacts"),
        reverse("org:contact", args=[waiting.public_id]),
        reverse("org:shortlists"),
        reverse("org:shortlist", args=[lists.pk]),
        reverse("org:compare") + f"?c={profile.code}",
        reverse("org:searches"),
        reverse("org:card", args=["T-000000"]),
    ]
    found = {address: names(desk.get(address)) for address in addresses}
    assert {address for address, told in found.items() if told} == set()


def test_a_request_is_sent_from_the_page_and_taken_back(desk, profile):
    there = reverse("org:ask", args=[profile.code])
    given_back = desk.post(there, {"ask": "ADVICE"}, follow=True)
    assert "error-summary" in given_back.content.decode()
    sent = desk.post(there, {"ask": "ADVICE", "wanted": ["NAME", "PHONE"]})
    made = ContactRequest.objects.get()
    assert sent.url == reverse("org:contact", args=[made.public_id])
    again = desk.post(there, {"ask": "ADVICE", "wanted": ["NAME"]}, follow=True)
    assert "已经" in again.content.decode() or "asked this person already" in again.content.decode()
    desk.post(reverse("org:take_back", args=[made.public_id]))
    made.refresh_from_db()
    assert made.state == "TAKEN_BACK"


def test_after_a_refusal_the_card_says_from_when_one_may_ask_again(desk, unit, handler, profile, now):
    pool.request(unit, profile, handler, now=now, state="REFUSED", reason="PLACE", answered_at=now)
    text = desk.get(reverse("org:card", args=[profile.code])).content.decode()
    assert reverse("org:ask", args=[profile.code]) not in text
    assert str((now + dt.timedelta(days=limits.COOL_DOWN_DAYS)).year) in text


def test_the_list_says_the_same_instead_of_a_button(desk, unit, handler, profile, now):
    there, ask = reverse("org:talents"), reverse("org:ask", args=[profile.code])
    assert ask in desk.get(there).content.decode()
    pool.request(unit, profile, handler, now=now, state="REFUSED", reason="PLACE", answered_at=now)
    text = desk.get(there).content.decode()
    assert profile.code in text
    assert ask not in text
    again = cast.today(now) + dt.timedelta(days=limits.COOL_DOWN_DAYS)
    assert gettext("You can ask again from %(day)s.") % {"day": full_day(again)} in text


def test_after_consent_chosen_facts_alone_are_shown_marked_and_written_down(desk, unit, handler, profile, now):
    made = pool.accepted(unit, profile, handler, ["NAME", "PHONE"], now=now)
    there = reverse("org:contact", args=[made.public_id])
    shown = desk.get(there)
    text = shown.content.decode()
    assert names(shown) == set(PRIVATE[:2])
    assert f"{unit.name} · {handler.name}" in text
    assert "no-store" in shown.headers["Cache-Control"]
    assert set(Look.objects.get(kind="SHARED").fields) == {"NAME", "PHONE"}
    for other in (reverse("org:contacts"), reverse("org:card", args=[profile.code])):
        assert names(desk.get(other)) == set()
    consents.withdraw(consent=made.consent, actor=profile.user, now=clock.now())
    gone = desk.get(there)
    assert (gone.status_code, names(gone)) == (200, set())
    written = desk.post(there, {"text": "在吗"}, follow=True)
    assert "error-summary" in written.content.decode()
    assert not made.messages.exists()


def test_a_message_leads_to_the_request_of_another_unit_one_acts_for(desk, world, unit, handler, profile, now):
    other = pool.unit(world.county, name="另一家单位")
    pool.authority(other.members.create(user=handler, role="HR", joined_at=now), now=now)
    waiting = pool.request(other, profile, handler, now=now)
    desk.post(reverse("org:act_for"), {"unit": unit.pk})
    assert desk.get(reverse("org:contact", args=[waiting.public_id])).status_code == 200
    assert "另一家单位</h1>" in desk.get(reverse("org:home")).content.decode()


def test_messages_after_acceptance(desk, unit, handler, profile, now):
    made = pool.accepted(unit, profile, handler, now=now)
    there = reverse("org:contact", args=[made.public_id])
    desk.post(there, {"text": "周五方便通电话吗？"})
    assert "周五方便通电话吗？" in desk.get(there).content.decode()
    assert "error-summary" in desk.post(there, {"text": ""}, follow=True).content.decode()


def test_another_unit_a_former_handler_and_a_suspended_unit_find_nothing(client, world, unit, handler, profile, now):
    made = pool.accepted(unit, profile, handler, now=now)
    lists = unit.shortlists.create(name="组", by=handler, created_at=now)
    own = [reverse("org:contact", args=[made.public_id]), reverse("org:shortlist", args=[lists.pk])]
    card = reverse("org:card", args=[profile.code])
    other = pool.handler(pool.unit(world.county), now=now)
    client.force_login(other)
    assert [client.get(there).status_code for there in own] == [404, 404]
    assert client.get(card).status_code == 200
    client.force_login(handler)
    assert [client.get(there).status_code for there in own] == [200, 200]
    type(unit).objects.filter(pk=unit.pk).update(status="SUSPENDED")
    assert [client.get(there).status_code for there in [*own, card]] == [404] * 3
    type(unit).objects.filter(pk=unit.pk).update(status="VERIFIED")
    unit.members.update(left_at=now)
    assert [client.get(there).status_code for there in [*own, card]] == [404] * 3


def test_a_person_who_withdraws_is_gone_from_card_list_and_comparison_at_once(desk, unit, handler, profile, now):
    lists = unit.shortlists.create(name="组", by=handler, created_at=now)
    lists.entries.create(profile=profile, by=handler, at=now)
    consents.withdraw(consent=profile.user.pool_consents.get(), actor=profile.user, now=now)
    assert desk.get(reverse("org:card", args=[profile.code])).status_code == 404
    assert desk.get(reverse("org:ask", args=[profile.code])).status_code == 404
    text = desk.get(reverse("org:shortlist", args=[lists.pk])).content.decode()
    assert profile.code in text
    assert "硕士" not in text
    assert "硕士" not in desk.get(reverse("org:compare") + f"?c={profile.code}").content.decode()


def test_too_many_cards_are_answered_with_429(desk, world, now, monkeypatch):
    monkeypatch.setattr(limits, "LOOKS_A_MINUTE", 1)
    first, second = (pool.profile(world.county, now=now) for _ in range(2))
    assert desk.get(reverse("org:card", args=[first.code])).status_code == 200
    slowed = desk.get(reverse("org:card", args=[second.code]))
    assert (slowed.status_code, slowed.headers["Retry-After"]) == (429, "60")
    assert "硕士" not in slowed.content.decode()


def test_a_list_is_begun_from_a_card_noted_and_deleted(desk, unit, profile):
    desk.post(reverse("org:shortlists"), {"name": "车联网组", "code": profile.code})
    entry = ShortlistEntry.objects.get(shortlist__name="车联网组")
    there = reverse("org:shortlist_entry", args=[entry.shortlist_id, entry.pk])
    desk.post(there, {"note": "先谈"})
    assert "先谈" in desk.get(reverse("org:shortlist", args=[entry.shortlist_id])).content.decode()
    put = {"code": profile.code, "list": entry.shortlist_id, "next": "https://evil.example/"}
    assert desk.post(reverse("org:shortlist_put"), put).url == reverse("org:shortlists")
    assert ShortlistEntry.objects.count() == 1
    desk.post(there, {"take_off": "1"})
    assert not ShortlistEntry.objects.exists()
    assert "error-summary" in desk.post(reverse("org:shortlists"), {"name": "车联网组"}, follow=True).content.decode()
    desk.post(reverse("org:shortlist_drop", args=[entry.shortlist_id]))
    assert not Shortlist.objects.exists()


def test_comparing_marks_what_differs(desk, world, now):
    one = pool.profile(world.county, now=now, degree=5)
    two = pool.profile(world.county, now=now, degree=4)
    text = desk.get(reverse("org:compare") + f"?c={one.code}&c={two.code}&c=T-000000").content.decode()
    assert "博士" in text
    assert text.count("tag--amber") == 1  # the degree alone
    assert Look.objects.filter(kind="COMPARED").count() == 2


def test_a_search_is_kept_silenced_and_forgotten(desk, unit):
    there = reverse("org:searches")
    desk.post(there, {"name": "车联网", "query": "degree=5&q=%E8%BD%A6"})
    desk.post(there, {"name": "车联网", "query": "degree=4"})  # the same name takes the new search
    kept = SavedSearch.objects.get()
    assert (kept.query, kept.tells) == ("degree=4", True)
    assert "车联网" in desk.get(there).content.decode()
    desk.post(reverse("org:search", args=[kept.pk]), {"tells": "0"})
    kept.refresh_from_db()
    assert not kept.tells
    assert "error-summary" in desk.post(there, {"name": "x", "query": "q" * 1001}, follow=True).content.decode()
    desk.post(reverse("org:search", args=[kept.pk]), {"drop": "1"})
    assert not SavedSearch.objects.exists()


def test_one_chooses_for_which_unit_one_acts(desk, world, unit, handler, now):
    other = pool.unit(world.county, name="另一家单位")
    pool.authority(other.members.create(user=handler, role="HR", joined_at=now), now=now)
    assert desk.post(reverse("org:act_for"), {"unit": other.pk}).status_code == 302
    assert "另一家单位</h1>" in desk.get(reverse("org:home")).content.decode()
    assert desk.post(reverse("org:act_for"), {"unit": pool.unit(world.county).pk}).status_code == 404


def test_the_space_of_a_unit_without_a_unit(client):
    client.force_login(pool.person("nobody@example.org"))
    assert reverse("accounts:register_unit") in client.get(reverse("org:home")).content.decode()


def test_a_blocked_unit_finds_no_card(desk, unit, profile, now):
    profile.blocked.create(unit=unit, at=now)
    index.put(profile, now)
    assert desk.get(reverse("org:card", args=[profile.code])).status_code == 404
