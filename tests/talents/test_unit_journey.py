"""From the registration of a unit to a withdrawn consent, page by page, as three people would click."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from stdnum.cn.uscc import calc_check_digit

from accounts.models import Unit
from jobs import clock
from jobs import services as jobs
from talents import consent_texts
from talents.models import Authority, ContactRequest, Look, UnitCheck
from tests import cast
from tests.applications import samples
from tests.talents import pool

pytestmark = pytest.mark.django_db
PHONE = "+8613800000123"


def let_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def registered(handler: Client, world) -> Unit:
    """Register a unit and hand in what the office asks for."""
    body = "91990100MA0000007"
    place = {"region": world.county.pk, "work_region": world.county.pk}
    handler.post(
        reverse("accounts:register_unit"), {"name": "示例茶园", "uscc": body + calc_check_digit(body), **place}
    )
    unit = Unit.objects.get(name="示例茶园")
    facts = {"legal_representative": "李示例", "industry": "A", "size": "MICRO", "license": samples.pdf()}
    handler.post(reverse("org:check", args=[unit.pk]), facts)
    today = cast.today(clock.now())
    days = {"starts_on": today, "last_day": today + dt.timedelta(days=90)}
    handler.post(reverse("org:authority", args=[unit.pk]), days | {"scan": samples.pdf()})
    jobs.run_due(clock.now())
    return unit


def test_a_unit_registers_searches_asks_sees_and_no_longer_sees(world, examiner):
    handler, office = let_in(pool.person("handler@example.org")), let_in(examiner)
    found = pool.profile(world.county, pool.person("talent@example.org", "陈保密", PHONE), now=clock.now())
    person = let_in(found.user)
    unit = registered(handler, world)
    assert handler.get(reverse("org:talents")).status_code == 404

    office.post(reverse("admin:talents_unitcheck_act", args=[UnitCheck.objects.get().pk, "pass"]))
    assert handler.get(reverse("org:talents")).status_code == 404
    office.post(reverse("admin:talents_authority_act", args=[Authority.objects.get().pk, "confirm"]))
    assert found.code in handler.get(reverse("org:talents"), {"degree": "4"}).content.decode()

    asked = {"ask": "ADVICE", "wanted": ["NAME", "PHONE", "SCHOOL"]}
    there = handler.post(reverse("org:ask", args=[found.code]), asked).url
    request = ContactRequest.objects.get(unit=unit)
    assert "陈保密" not in handler.get(there).content.decode()

    page = person.get(reverse("me:contact", args=[request.public_id])).content.decode()
    assert unit.name in page
    version = consent_texts.current("SHARE").version
    person.post(
        reverse("me:contact", args=[request.public_id]), {"fields_shown": ["NAME", "PHONE"], "text_version": version}
    )
    shown = handler.get(there).content.decode()
    assert ("陈保密" in shown, "13800000123" in shown, found.school in shown) == (True, True, False)
    assert Look.objects.filter(profile=found, kind="SHARED").exists()
    assert unit.name in person.get(reverse("me:privacy_log")).content.decode()

    person.post(reverse("me:contact_answer", args=[request.public_id, "withdraw"]))
    gone = handler.get(there).content.decode()
    assert ("陈保密" in gone, "13800000123" in gone) == (False, False)

    person.post(reverse("me:contact_answer", args=[request.public_id, "block"]))
    assert handler.get(reverse("org:card", args=[found.code])).status_code == 404
    assert found.code not in handler.get(reverse("org:talents"), {"degree": "4"}).content.decode()
