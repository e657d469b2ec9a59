"""A passkey added and used in a real browser, under the strict policy for scripts."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import User
from tests.browser import chromium, visitors
from tests.cast import PASSWORD

pytestmark = pytest.mark.browser
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def user(transactional_db):
    return User.objects.create_user(phone="+8613800138000", email="k@example.org", password=PASSWORD, name="陈思远")


@pytest.fixture
def visit(user, live_server, settings):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    base = live_server.url.replace("127.0.0.1", "localhost")  # a passkey belongs to a name, never to an IP address
    with chromium() as browser, visitors(browser, base) as bring:
        yield bring


def test_add_a_passkey_then_sign_in_without_a_password(visit, user):
    visitor = visit()
    page = visitor.page
    device = visitor.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})

    visitor.sign_in(user, PASSWORD, path=reverse("account_login") + "?next=" + reverse("mfa_list_webauthn"))
    page.locator(f"main a[href='{reverse('mfa_add_webauthn')}']").click()
    page.fill("#id_password", PASSWORD)
    page.locator("main form.form button.button").click()
    page.locator("#mfa_webauthn_add").click()
    expect(page).to_have_url(re.compile(reverse("mfa_view_recovery_codes")))
    assert len(page.locator("#recovery_codes").input_value().split()) == 10

    visitor.context.clear_cookies()
    page.goto(reverse("account_login") + "?next=" + reverse("accounts:security"))
    page.locator("#passkey_login").click()
    expect(page).to_have_url(re.compile(reverse("accounts:security")))
