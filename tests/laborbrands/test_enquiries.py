"""Enquiries about a brand: left by strangers, sealed, opened on record, answered, forgotten."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils.translation import override

from accounts.models import Role
from laborbrands.models import BrandEvent, Enquiry
from laborbrands.services import enquiries
from talentportal.lib.refusals import Refused
from tests import cast
from tests.cast import moment
from tests.laborbrands.factory import florists

NOW = moment("2026-09-18 10:00")
LEFT = {"kind": "HIRE", "name": "王老板", "contact": "13812345678", "text": "要十人", "consent": "on"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_that_time(monkeypatch):
    cache.clear()
    monkeypatch.setattr("jobs.clock.now", lambda: NOW)


@pytest.fixture
def world():
    return cast.make_world()


@pytest.fixture
def brand(world):
    return florists(world)


@pytest.fixture
def clerk(world):
    return cast.make_staff("clerk@example.org", "李窗口", Role.CLERK, world.county, world.office)


@pytest.fixture
def enquiry(brand):
    words = {key: value for key, value in LEFT.items() if key != "consent"}
    return enquiries.leave_enquiry(brand=brand, now=NOW, **words)


def refused(act) -> str:
    with override("en"):
        with pytest.raises(Refused) as refusal:
            act()
        return str(refusal.value)


def test_a_stranger_leaves_a_contact_and_it_is_sealed(client, brand):
    address = f"/brands/{brand.code}/contact/"
    assert "180" in client.get(address).content.decode()
    answer = client.post(address, LEFT)
    assert answer["Location"] == f"{address}thanks/"
    assert "王老板" not in client.get(answer["Location"]).content.decode()
    kept = Enquiry.objects.get()
    assert (kept.name, kept.contact, kept.kind, kept.text) == ("王老板", "13812345678", "HIRE", "要十人")
    with connection.cursor() as cursor:
        cursor.execute("select name, contact from laborbrands_enquiry")
        row = b"".join(bytes(value) for value in cursor.fetchone())
    assert "王老板".encode() not in row
    assert b"13812345678" not in row


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"consent": ""}, "only if you agree"),
        ({"contact": "a@b"}, "no e-mail address"),
        ({"contact": "12345"}, "area code"),
        ({"kind": "BUY"}, ""),
        ({"name": ""}, ""),
        ({"text": "x" * 301}, ""),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_kept(client, brand, changes, words):
    answer = client.post(f"/en/brands/{brand.code}/contact/", LEFT | changes)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert set(answer.context["form"].errors) == set(changes)
    assert not Enquiry.objects.exists()


def test_too_many_in_a_minute_are_stopped(client, brand):
    address = f"/brands/{brand.code}/contact/"
    answers = [client.post(address, LEFT).status_code for _number in range(5)]
    assert answers == [302, 302, 302, 429, 429]
    assert Enquiry.objects.count() == 3


def test_the_list_names_nobody_and_a_look_is_recorded(client, enquiry, clerk):
    client.force_login(clerk)
    for address in ("", f"{enquiry.pk}/change/", f"{enquiry.pk}/answer/"):
        text = client.get(f"/admin/laborbrands/enquiry/{address}").content.decode()
        assert "王老板" not in text
        assert "13812345678" not in text
    assert not BrandEvent.objects.exists()
    text = client.post(f"/admin/laborbrands/enquiry/{enquiry.pk}/answer/").content.decode()
    assert "王老板" in text
    assert "13812345678" in text
    look = BrandEvent.objects.get()
    assert (look.verb, look.actor, look.is_public) == ("open_contact", clerk, False)


def test_an_enquiry_is_answered_once_with_what_came_of_it(client, enquiry, clerk):
    client.force_login(clerk)
    address = f"/admin/laborbrands/enquiry/{enquiry.pk}/answer/"
    empty = client.post(address, {"outcome": ""}, follow=True)
    assert empty.redirect_chain[0][1] == 302
    assert set(empty.context["form"].errors) == {"outcome"}
    assert client.post(address, {"outcome": "推荐了十人"}).status_code == 302
    enquiry.refresh_from_db()
    assert (enquiry.outcome, enquiry.handled_by, enquiry.handled_at) == ("推荐了十人", clerk, NOW)
    again = refused(lambda: enquiries.handle_enquiry(enquiry=enquiry, outcome="x", actor=clerk, now=NOW))
    assert "already" in again


def test_another_county_and_an_official_open_nothing(client, enquiry, world):
    other = cast.make_staff("other@example.org", "王外", Role.CLERK, world.other_county, world.office)
    official = cast.make_staff("official@example.org", "周官", Role.OFFICIAL, world.province, world.office)
    for user in (other, official):
        client.force_login(user)
        assert client.post(f"/admin/laborbrands/enquiry/{enquiry.pk}/answer/").status_code in (403, 404)
        words = refused(lambda user=user: enquiries.open_contact(enquiry=enquiry, actor=user, now=NOW))
        assert "whose region covers" in words
    assert not BrandEvent.objects.exists()


def test_a_brand_removed_meanwhile_takes_no_enquiry(brand):
    brand.stage = "REMOVED"
    brand.save()
    words = {key: value for key, value in LEFT.items() if key != "consent"}
    assert "not recognized" in refused(lambda: enquiries.leave_enquiry(brand=brand, now=NOW, **words))


def test_contacts_are_erased_after_their_time_and_the_outcome_stays(enquiry, brand, clerk):
    enquiries.handle_enquiry(enquiry=enquiry, outcome="推荐了十人", actor=clerk, now=NOW)
    almost = NOW + timedelta(days=enquiries.KEPT_DAYS) - timedelta(minutes=1)
    assert enquiries.erase_old(almost) == 0
    assert enquiries.erase_old(almost + timedelta(minutes=1)) == 1
    enquiry.refresh_from_db()
    assert {enquiry.name, enquiry.contact, enquiry.text} == {enquiries.ERASED}
    assert enquiry.outcome == "推荐了十人"
    assert enquiries.erase_old(NOW + timedelta(days=999)) == 0
