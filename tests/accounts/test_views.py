"""The pages below /me/, and that every page of signing in is ours: one shell, no inline script, both languages."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts import queries
from accounts.models import Person, User
from regions.models import Region
from tests.accounts.test_services import CANARY, CODE, register, register_unit
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def region(db):
    return Region.objects.create(code="530000", kind="PROVINCE", name_zh="云南省", name_en="Yunnan", path="530000")


@pytest.fixture
def other(db):
    return User.objects.create_user(phone="+8613900139000", password=PASSWORD, name="李一")


PUBLIC = ["account_login", "account_signup", "account_request_login_code", "account_inactive"]
OWN = [
    "accounts:profile",
    "accounts:identity",
    "accounts:security",
    "accounts:unit_list",
    "accounts:register_unit",
    "account_email",
    "account_change_phone",
    "account_change_password",
    "account_logout",
    "account_reauthenticate",
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_activate_totp",
]


def check_page(response):
    assert response.status_code == 200
    body = response.content.decode()
    assert 'href="#main"' in body
    assert not re.search(r"<[^>]+\sstyle=|<style|\son[a-z]+=", body)
    for attributes, text in re.findall(r"<script([^>]*)>(.*?)</script>", body, re.S):
        assert not text.strip() or 'type="application/json"' in attributes
    return body


@pytest.mark.parametrize("name", PUBLIC)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_public_pages(client, name, prefix):
    check_page(client.get(prefix + reverse(name)))


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_own_pages(client, known, name, prefix):
    path = prefix + reverse(name)
    assert client.get(path).status_code == 302
    client.force_login(known)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    check_page(client.get(path))


def test_links_stay_in_the_language(client):
    body = client.get("/en/accounts/login/").content.decode()
    assert 'action="/en/accounts/login/"' in body
    assert 'href="/en/accounts/signup/"' in body
    assert not re.search(
        r"[\u4e00-\u9fff]", re.sub(r"(?s)<header>.*?</header>|<footer.*?</footer>|<nav.*?</nav>", "", body)
    )


def test_the_password_form_links_to_the_way_back(client):
    assert reverse("account_reset_password") in client.get(reverse("account_login")).content.decode()


def test_profile(client, known):
    client.force_login(known)
    data = {"name": "陈工", "language": "en", "elder_mode": "on"}
    assert client.post(reverse("accounts:profile"), data).status_code == 302
    known.refresh_from_db()
    assert (known.name, known.language, known.elder_mode, known.wants_marketing) == ("陈工", "en", True, False)


IDENTITY = {"name": "单雄信", "document_type": "RESIDENT_ID", "number": "99010119900307004x"}


def test_identity_is_registered_and_shown_masked(client, known):
    client.force_login(known)
    path = reverse("accounts:identity")
    assert client.post(path, IDENTITY | {"next": "/services/"}).url == "/services/"
    assert Person.objects.get().id_number == CANARY
    body = check_page(client.get(path))
    assert "990*************4X" in body
    assert CANARY not in body


def test_the_way_on_stays_on_the_portal(client, known):
    client.force_login(known)
    response = client.post(reverse("accounts:identity"), IDENTITY | {"next": "//evil.example/"})
    assert response.url == reverse("accounts:identity")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "990101199003070041"}, "number"),
        ({"number": "99010120990307004X"}, "number"),
        ({"number": "9" * 60}, "number"),
        ({"number": "\x00"}, "number"),
        ({"name": "陈" * 500}, "name"),
        ({"name": "陈" * 501}, "name"),
        ({"document_type": "LIBRARY_CARD"}, "document_type"),
        ({"birth_date": "31.12.1990"}, "birth_date"),
        ({"birth_date": "1990-03-08"}, "birth_date"),
        ({"document_type": "PASSPORT", "number": "E12345678", "issuing_country": "FR"}, "birth_date"),
        ({"document_type": "PASSPORT", "number": "E12345678", "birth_date": "1990-03-07"}, "issuing_country"),
        (
            {
                "document_type": "PASSPORT",
                "number": "E12345678",
                "issuing_country": "FR",
                "birth_date": "2999-01-01",
            },
            "birth_date",
        ),
    ],
)
def test_a_fault_stands_beside_its_field(client, known, changes, field):
    client.force_login(known)
    response = client.post(reverse("accounts:identity"), IDENTITY | changes)
    assert list(response.context["form"].errors) == [field]
    assert f'id="id_{field}_error"' in check_page(response)
    assert not Person.objects.exists()


def test_a_taken_document_is_a_fault_of_the_number(client, known, other):
    register(known)
    client.force_login(other)
    response = client.post(reverse("accounts:identity"), IDENTITY)
    assert list(response.context["form"].errors) == ["number"]
    assert Person.objects.count() == 1


def test_a_confirmed_identity_has_no_form(client, known):
    person = register(known)
    person.level = Person.Level.CONFIRMED
    person.save()
    client.force_login(known)
    assert "data-identity" not in client.get(reverse("accounts:identity")).content.decode()
    client.post(reverse("accounts:identity"), IDENTITY | {"name": "别人"})
    person.refresh_from_db()
    assert person.name == "单雄信"


def test_unit_from_registration_to_leaving(client, known, other, region):
    client.force_login(known)
    data = {"name": "云岭示例科技有限公司", "uscc": CODE.lower(), "region": "530000", "work_region": "530000"}
    response = client.post(reverse("accounts:register_unit"), data)
    unit = queries.units_of(known).get()
    assert response.url == reverse("accounts:unit", args=[unit.pk])
    client.post(response.url, {"contact": "139 0013 9000", "role": "HR"})
    body = check_page(client.get(response.url))
    assert "139****9000" in body
    assert "13900139000" not in body
    colleague = Client()
    colleague.force_login(other)
    assert colleague.get(response.url).status_code == 200
    member = queries.membership(other, unit)
    client.post(reverse("accounts:end_membership", args=[unit.pk, member.pk]))
    assert colleague.get(response.url).status_code == 404
    check_page(client.get(reverse("accounts:unit_list")))


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"uscc": "91990100MA0000001H"}, "uscc"), ({"name": "云" * 500}, "name"), ({"region": "000000"}, "region")],
)
def test_bad_input_of_a_unit(client, known, region, changes, field):
    client.force_login(known)
    data = {"name": "某公司", "uscc": CODE, "region": "530000", "work_region": "530000"}
    response = client.post(reverse("accounts:register_unit"), data | changes)
    assert list(response.context["form"].errors) == [field]
    assert not queries.units_of(known).exists()


def test_strangers_get_404(client, known, other, region):
    unit = register_unit(known, region)
    member = queries.membership(known, unit)
    client.force_login(other)
    assert client.get(reverse("accounts:unit", args=[unit.pk])).status_code == 404
    assert client.post(reverse("accounts:end_membership", args=[unit.pk, member.pk])).status_code == 404


def test_a_member_of_another_unit_is_not_reached_through_mine(client, known, other, region):
    mine, theirs = register_unit(known, region), register_unit(other, region, "91990100MA0000002K")
    member = queries.membership(other, theirs)
    client.force_login(known)
    assert client.post(reverse("accounts:end_membership", args=[mine.pk, member.pk])).status_code == 404
    assert queries.membership(other, theirs) == member


def test_a_refused_ending_says_why(client, known, region):
    unit = register_unit(known, region)
    client.force_login(known)
    member = queries.membership(known, unit)
    response = client.post(reverse("accounts:end_membership", args=[unit.pk, member.pk]), follow=True)
    assert 'role="alert"' in response.content.decode()
    assert queries.membership(known, unit) == member
    assert client.get(reverse("accounts:end_membership", args=[unit.pk, member.pk])).status_code == 405


def test_trying_contacts_through_a_unit_is_stopped(client, known, region):
    unit = register_unit(known, region)
    client.force_login(known)
    path = reverse("accounts:unit", args=[unit.pk])
    codes = [client.post(path, {"contact": f"138001380{n:02d}", "role": "HR"}).status_code for n in range(21)]
    assert codes == [200] * 20 + [429]
