"""The person's pages of the pool, as they are clicked; and what leaves before consent."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from jobs import clock
from talents import consent_texts
from talents.models import Consent, ContactRequest, Look, PoolEntry, Profile
from talents.services import consents, profiles
from tests import cast
from tests.talents import pool

pytestmark = pytest.mark.django_db
NOW, DAY = pool.NOW, pool.DAY
PAGE = "/me/profile/"
SECRETS = ("示例保密大学", "保密单位有限公司", "陈思远", "applicant@example.org", "13800000000", "990101")


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def me(applicant):
    client = Client()
    client.force_login(applicant)
    return client


@pytest.fixture
def profile(world, applicant):
    return pool.profile(world.county, applicant)


def joining(world, **changes):
    return {
        "degree": "4",
        "major": "080901",
        "work_since": "2015",
        "region": world.county.pk,
        "employer": "",
        "visibility": "UNITS_ONLY",
        "audience": "",
        "agrees": "on",
        "text_version": consent_texts.current("POOL").version,
    } | changes


def test_somebody_joins_by_the_page_and_reads_the_card(me, world):
    page = me.get(PAGE).content.decode()
    for point in consent_texts.current("POOL").points:
        assert point["zh"] in page
    assert me.post(PAGE, joining(world)).status_code == 302
    shown = me.get(PAGE).content.decode()
    assert Profile.objects.get().code in shown
    assert "计算机科学与技术" in shown
    assert PoolEntry.objects.count() == 1


@pytest.mark.parametrize(
    "changes", [{"agrees": ""}, {"text_version": "1999-01"}, {"degree": "9"}, {"major": "x"}, {"work_since": "-4"}]
)
def test_a_join_that_is_not_whole_joins_nobody_and_keeps_what_was_typed(me, world, changes):
    response = me.post(PAGE, joining(world, **changes), follow=True)
    assert not Profile.objects.exists()
    assert not Consent.objects.exists()
    assert 'role="alert"' in response.content.decode()
    assert 'value="4" selected' in response.content.decode() or "degree" in changes


def test_a_section_is_changed_and_a_giveaway_stands_beside_its_field(me, profile):
    address = reverse("me:pool_section", args=["abilities"])
    told = {"version": "1", "headline": "微信：chensiyuan", "skills": "OTA，MQTT", "languages": ["en"], "summary": ""}
    page = me.post(address, told, follow=True).content.decode()
    assert "id_headline_error" in page
    assert "OTA，MQTT" in page
    me.post(address, told | {"headline": "车云平台"})
    profile.refresh_from_db()
    assert (profile.headline, profile.skills, profile.languages) == ("车云平台", ["OTA", "MQTT"], ["en"])


def test_visibility_and_blocks_are_set_by_their_page(me, world, profile):
    unit, address = pool.unit(world.county, name="某某花卉公司"), reverse("me:pool_visibility")
    assert "某某花卉公司" in me.get(address, {"q": "花卉"}).content.decode()
    me.post(reverse("me:pool_block"), {"unit": unit.uscc})
    assert PoolEntry.objects.get().blocked == [unit.pk]
    me.post(reverse("me:pool_block"), {"unit": unit.uscc, "lift": ""})
    assert PoolEntry.objects.get().blocked == []
    me.post(address, {"visibility": "REGION_ONLY", "audience": ""})
    assert PoolEntry.objects.get().audience == ""
    me.post(address, {"visibility": "HIDDEN", "audience": ""})
    assert not PoolEntry.objects.exists()


def test_a_consent_is_withdrawn_and_given_with_one_click_each(me, applicant, profile):
    consent = consents.in_force(applicant, "POOL")
    me.post(reverse("me:consent_withdraw", args=[consent.pk]))
    assert not PoolEntry.objects.exists()
    version = consent_texts.current("POOL").version
    me.post(reverse("me:consent_give"), {"purpose": "POOL", "version": "forged"})
    assert not PoolEntry.objects.exists()
    me.post(reverse("me:consent_give"), {"purpose": "POOL", "version": version})
    assert PoolEntry.objects.count() == 1
    assert me.post(reverse("me:consent_give"), {"purpose": "SHARE", "version": version}).status_code == 404


def test_a_request_is_read_accepted_and_withdrawn(me, world, applicant, profile):
    unit = pool.unit(world.county, name="某某花卉公司")
    asked = pool.request(unit, profile, pool.handler(unit), wanted=["NAME", "SCHOOL", "PHONE"])
    address = reverse("me:contact", args=[asked.public_id])
    page = me.get(address).content.decode()
    assert "某某花卉公司" in me.get(reverse("me:contacts")).content.decode()
    assert all(words in page for words in ("某某花卉公司", "示例保密大学", "陈思远"))
    version = consent_texts.current("SHARE").version
    assert 'role="alert"' in me.post(address, {"text_version": version}, follow=True).content.decode()
    me.post(address, {"fields_shown": ["NAME"], "text_version": version})
    asked.refresh_from_db()
    assert (asked.state, asked.consent.fields) == ("ACCEPTED", ["NAME"])
    me.post(reverse("me:contact_answer", args=[asked.public_id, "write"]), {"text": "你好"})
    assert asked.messages.get().text == "你好"
    me.post(reverse("me:contact_answer", args=[asked.public_id, "withdraw"]))
    asked.refresh_from_db()
    assert asked.state == "ENDED"
    assert me.post(reverse("me:contact_answer", args=[asked.public_id, "sell"])).status_code == 404


def test_somebody_elses_request_and_consent_are_not_found(world, stranger, profile):
    unit = pool.unit(world.county)
    asked = pool.request(unit, profile, pool.handler(unit))
    client = Client()
    client.force_login(stranger)
    for method, address in (
        (client.get, reverse("me:contact", args=[asked.public_id])),
        (client.post, reverse("me:contact_answer", args=[asked.public_id, "refuse"])),
        (client.post, reverse("me:consent_withdraw", args=[Consent.objects.get().pk])),
        (client.post, reverse("me:pool_confirm")),
        (client.get, reverse("me:pool_leave")),
    ):
        assert method(address).status_code == 404
    assert ContactRequest.objects.get().state == "SENT"


def test_looks_stand_in_the_log_and_the_note_is_turned_off(me, world, profile):
    unit = pool.unit(world.county, name="某某花卉公司")
    Look.objects.create(profile=profile, unit=unit, by=pool.handler(unit), kind="SHARED", fields=["NAME"], at=NOW)
    page = me.get(reverse("me:privacy_log")).content.decode()
    assert "某某花卉公司" in page
    me.post(reverse("me:pool_weekly_note"))
    profile.refresh_from_db()
    assert profile.wants_weekly_note is False


def test_leaving_says_what_goes_and_then_it_is_gone(me, profile):
    assert me.get(reverse("me:pool_leave")).status_code == 200
    assert Profile.objects.exists()
    me.post(reverse("me:pool_leave"))
    assert not Profile.objects.exists()


def test_no_byte_of_the_public_page_names_anybody(world, applicant, client):
    applicant.phone = "13800000000"
    applicant.save()
    profile = pool.profile(
        world.county, applicant, headline="一句话秘密", summary="经历秘密", pay_from=33333, skills=["独门绝技"]
    )
    for language in ("", "/en"):
        response = client.get(f"{language}/talents/")
        body = response.content + str(response.headers).encode()
        assert profile.code.encode() in body
        for secret in (*SECRETS, "一句话秘密", "经历秘密", "33333", "独门绝技", world.county.name_zh):
            assert secret.encode() not in body, secret


def test_only_open_cards_are_public(world, applicant, client):
    profile = pool.profile(world.county, applicant, visibility="UNITS_ONLY")
    assert profile.code not in client.get("/talents/").content.decode()
    profiles.show_to(profile=profile, visibility="OPEN", audience=None, actor=applicant, now=NOW)
    assert profile.code in client.get("/talents/").content.decode()
    consents.withdraw(consent=consents.in_force(applicant, "POOL"), actor=applicant, now=NOW)
    assert profile.code not in client.get("/talents/").content.decode()


def test_figures_hide_what_is_small_from_everybody(world, client, django_user_model):
    from django.core.cache import cache

    cache.clear()
    for degree, count in ((4, 12), (3, 7), (5, 2)):
        for _ in range(count):
            pool.profile(world.county, degree=degree, visibility="UNITS_ONLY")
    page = client.get("/talents/").content.decode()
    assert "至少" in page or "At least 20" in page
    official = cast.make_staff("o2@example.org", "周官", Role.OFFICIAL, world.province, world.office)
    office = Client()
    office.force_login(official)
    shown = office.get(reverse("admin:talents_profile_changelist")).content.decode()
    assert "<dd>12</dd>" in shown
    assert "<dd>7</dd>" not in shown
    assert "<dd>2</dd>" not in shown


def test_nobody_opens_a_profile_in_the_office(world, profile, official, administrator):
    for user in (official, administrator):
        office = Client()
        office.force_login(user)
        address = reverse("admin:talents_profile_change", args=[profile.pk])
        assert office.get(address).status_code in (302, 403, 404)
        assert profile.code not in office.get(reverse("admin:talents_profile_changelist")).content.decode()


def test_what_a_unit_was_shown_is_gone_with_the_click_that_withdraws_it(me, world, profile, applicant):
    unit = pool.unit(world.county)
    handler, colleague = pool.handler(unit), pool.handler(unit)
    asked = pool.accepted(unit, profile, handler, ("NAME", "SCHOOL"))
    address = reverse("org:contact", args=[asked.public_id])
    units = [Client(), Client()]
    for client, user in zip(units, (handler, colleague), strict=True):
        client.force_login(user)
        assert "示例保密大学" in client.get(address).content.decode()
    assert set(Look.objects.values_list("profile", "kind")) == {(profile.pk, "SHARED")}
    me.post(reverse("me:contact_answer", args=[asked.public_id, "withdraw"]))
    for client in units:
        for path in (
            address,
            reverse("org:contacts"),
            reverse("org:card", args=[profile.code]),
            reverse("org:talents"),
        ):
            response = client.get(path)
            body = response.content + str(response.headers).encode()
            assert not [secret for secret in SECRETS if secret.encode() in body], path
