"""Staff and their second factor (threat 7)."""

import base64
import hashlib
import hmac
import struct
import time

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN, MFA, PROFILE = reverse("account_login"), reverse("mfa_index"), reverse("accounts:profile")


@pytest.fixture
def staff(settings):
    settings.STAFF_NEEDS_SECOND_FACTOR = True
    return User.objects.create_user(
        email="staff@example.org", password=PASSWORD, name="李雪梅", is_staff=True, is_superuser=True
    )


def totp(secret: str) -> str:
    """RFC 6238, six digits, thirty seconds."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1000000:06d}"


def sign_in(client):
    return client.post(LOGIN, {"login": "staff@example.org", "password": PASSWORD})


PAGES = [reverse("admin:index"), reverse("admin:accounts_user_changelist"), PROFILE, "/", "/en/admin/", "/nowhere/"]


@pytest.mark.parametrize("path", PAGES)
def test_staff_without_one_reach_nothing_else(client, staff, path):
    client.force_login(staff)
    response = client.get(path)
    assert response.status_code in (302, 404)
    if response.status_code == 302:
        assert response.url.endswith("/accounts/2fa/")


@pytest.mark.parametrize("path", PAGES[:4])
def test_others_are_left_alone(client, staff, settings, path):
    settings.STAFF_NEEDS_SECOND_FACTOR = False
    client.force_login(staff)
    assert client.get(path).status_code == 200


def test_set_one_up_and_be_asked_for_it(client, staff):
    assert sign_in(client).url == reverse("admin:index")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    response = client.post(reverse("mfa_activate_totp"), {"code": totp(secret)})
    assert response.status_code == 302
    assert client.get(reverse("admin:index")).status_code == 200

    again = Client()
    assert sign_in(again).url == reverse("mfa_authenticate")
    assert again.get(reverse("admin:index")).status_code == 302
    again.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "_auth_user_id" not in again.session
    stored = Authenticator.objects.get(type=Authenticator.Type.TOTP)
    stored.wrap()
    again.post(reverse("mfa_authenticate"), {"code": _next_code(secret, staff)})
    assert again.get(reverse("admin:index")).status_code == 200
    assert secret not in str(stored.data)


def _next_code(secret, staff) -> str:
    """Each code works once: forget that the first was used, as thirty seconds later."""
    from django.core.cache import cache

    cache.clear()
    return totp(secret)


def test_recovery_codes_alone_do_not_count(client, staff):
    Authenticator.objects.create(user=staff, type=Authenticator.Type.RECOVERY_CODES, data={})
    client.force_login(staff)
    assert client.get(reverse("admin:index")).url == MFA


def test_the_admin_has_no_sign_in_of_its_own(client, known):
    assert client.get("/admin/login/?next=/admin/").url == f"{LOGIN}?next=/admin/"
    client.force_login(known)
    assert client.get("/admin/login/").status_code == 403
    assert client.get("/admin/", follow=True).status_code == 403
    assert client.get("/admin/password_change/").status_code in (302, 403)
