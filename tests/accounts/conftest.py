import pytest
from django.core.cache import cache
from django.utils import translation

from accounts.models import User
from notifications.models import DemoMail
from tests import cast


@pytest.fixture(autouse=True)
def _fresh_start(settings):
    """Start every test in Chinese, with no attempt counted and mail in the demo's mailbox; land on a page of ours."""
    cache.clear()
    settings.EMAIL_BACKEND = "notifications.mailbox.DemoMailboxBackend"
    settings.LOGIN_REDIRECT_URL = "accounts:profile"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # these tests sign in often
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def known(db):
    """Somebody with both a mobile number and an e-mail address."""
    return User.objects.create_user(
        email="known@example.org", phone="+8613800138000", password=cast.PASSWORD, name="陈思远"
    )


@pytest.fixture
def last_code(db):
    """Read the newest code from the demo's mailbox."""

    def read(address: str) -> str:
        mail = DemoMail.objects.filter(address=address).order_by("-pk").first()
        assert mail, f"nothing was sent to {address}"
        digits = "".join(character for character in mail.body.split("】")[-1] if character.isdigit())
        return digits[:6]

    return read
