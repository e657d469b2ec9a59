"""How allauth finds people by mobile number or e-mail, and how its codes reach them."""

import base64
import logging

from allauth.account import stages
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts import codes, queries
from accounts.contacts import PhoneField
from accounts.models import Role, User
from jobs import clock
from talentportal.lib import sealed

logger = logging.getLogger(__name__)

WRONG_SIGN_IN = gettext_lazy("The account or the password is not right.")


class EmailVerificationStage(stages.EmailVerificationStage):
    """Demand a verified e-mail address only of those who have no verified mobile number."""

    def handle(self):
        if self.login.user and self.login.user.phone_verified:
            return None, True
        return super().handle()


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by e-mail or mobile number. Known and unknown accounts get the same answers."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": WRONG_SIGN_IN,
        "phone_password_mismatch": WRONG_SIGN_IN,
        "username_password_mismatch": WRONG_SIGN_IN,
    }

    def get_login_stages(self) -> list[str]:
        ours = f"{__name__}.EmailVerificationStage"
        return [ours if path.endswith(".EmailVerificationStage") else path for path in super().get_login_stages()]

    def get_login_redirect_url(self, request) -> str:
        """Lead staff to their work, experts to their desk, and everybody else to their space."""
        if not request.user.is_staff:
            return super().get_login_redirect_url(request)
        roles = queries.roles_of(request.user, clock.today())
        return reverse("expert:home" if roles == {Role.EXPERT} else "admin:index")

    def phone_form_field(self, **options) -> PhoneField:
        return PhoneField(**options)

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        user.phone, user.phone_verified = phone, verified
        user.save(update_fields=["phone", "phone_verified"])

    def set_phone_verified(self, user: User, phone: str) -> None:
        self.set_phone(user, phone, True)

    def get_user_by_phone(self, phone: str) -> User | None:
        return queries.owner_of_phone(phone)

    def save_user(self, request, user: User, form, commit: bool = True) -> User:
        """Take the contact from the sign-up form, unverified until the code comes back; messages speak its language."""
        user.language = get_language()
        user.phone = form.cleaned_data.get("phone") or None
        user.email = form.cleaned_data.get("email") or None
        user.set_password(form.cleaned_data["password1"])
        if commit:
            user.save()
        return user

    def send_verification_code_sms(self, user: User, phone: str, code: str, **_options) -> None:
        self._text(phone, _("%(code)s is your code. It is valid for 5 minutes. Never tell it to anybody."), code=code)

    def send_unknown_account_sms(self, phone: str, **_options) -> None:
        self._text(phone, _("Somebody asked for a sign-in code, but no account has this number. You can register one."))

    def send_account_already_exists_sms(self, phone: str) -> None:
        self._text(phone, _("This number has an account already. Sign in with a code instead of registering."))

    def _text(self, phone: str, text: str, **words) -> None:
        """Send a text; a gateway that is down must not tell known numbers from unknown ones."""
        try:
            codes.send_code(phone, text % words if words else text)
        except OSError:
            logger.exception("a code could not be sent by text message")

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """Send a mail; a server that is down must not tell known addresses from unknown ones."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError:  # SMTPException is one
            logger.exception("a code could not be sent by e-mail")

    def _get_login_attempts_cache_key(self, request, **credentials) -> str:
        """Count failed sign-ins per account; allauth itself would count all mobile numbers as one account."""
        return credentials.get("email") or credentials.get("phone") or credentials.get("username") or ""


class MFAAdapter(DefaultMFAAdapter):
    """Keep the secrets of authenticator apps and recovery codes sealed."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(sealed.seal(text, "accounts.authenticator")).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return str(sealed.open_sealed(base64.b64decode(encrypted_text), "accounts.authenticator"))
