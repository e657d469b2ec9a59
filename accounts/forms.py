"""Forms of sign-in (replacing allauth's, with one field for mobile number or e-mail), identity, profile and units."""

import time

from allauth.account import app_settings
from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from babel import Locale
from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts import queries, services
from accounts.contacts import Contact, ContactField, is_contact
from accounts.models import DocumentType, Person, Unit, UnitMember, User
from regions.models import Region
from talentportal.lib.field_errors import needed_sometimes

PASSWORD_HELP = _("At least 10 characters, not only digits, and not one that many people use.")
NOT_COUNTRIES = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}


class SignupForm(allauth.SignupForm):
    """Register with a mobile number or an e-mail address, whichever the person has."""

    contact = ContactField(help_text=_("We send a code to it."))
    field_order = ["contact", "password1"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["phone"], self.fields["email"]
        self.fields["password1"].help_text = PASSWORD_HELP

    def clean(self) -> dict:
        contact = self.cleaned_data.get("contact")
        if contact:
            self.cleaned_data[contact.kind] = contact.value
        return super().clean()

    def _clean_phone(self) -> None:
        contact = self.cleaned_data.get("contact")
        self.account_already_exists = bool(contact) and queries.owner_of(contact) is not None

    def try_save(self, request):
        """Create the account; somebody who has one gets the same answer as a newcomer."""
        if not self.account_already_exists:
            services.forget_unfinished_sign_up(contact=self.cleaned_data["contact"])
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:  # registered in this very moment
            self.account_already_exists = True
            return super().try_save(request)


class LoginForm(allauth.LoginForm):
    """Sign in by password. Whatever is wrong gets the same words."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        widget = forms.TextInput(attrs={"autocomplete": "username webauthn"})
        self.fields["login"] = forms.CharField(label=_("Mobile number or e-mail"), max_length=254, widget=widget)
        self.fields["password"].help_text = ""  # the way to a new one stands behind the button, also for the Tab key
        self.fields["remember"].label = _("Stay signed in on this device for 12 hours")
        self.order_fields(["login", "password", "remember"])

    def user_credentials(self) -> dict:
        contact = ContactField().clean(self.cleaned_data["login"])
        return {contact.kind: contact.value, "password": self.cleaned_data["password"]}

    def clean_login(self) -> str:
        login = super().clean_login()
        if not is_contact(login):
            raise ValidationError(_("Enter a mobile number or an e-mail address."))
        return login


class RequestLoginCodeForm(forms.Form):
    """Ask for a code to sign in with. An unknown contact is not told apart; it gets a message saying so."""

    contact = ContactField()

    def clean_contact(self) -> Contact:
        contact = self.cleaned_data["contact"]
        if not ratelimit.consume(
            context.request, app="allauth.account", action="request_login_code", key=contact.value
        ):
            raise get_adapter().validation_error("too_many_login_attempts")
        return contact

    def clean(self) -> dict:
        if contact := self.cleaned_data.get("contact"):
            user = queries.owner_of(contact)
            self._user = user if user and user.is_active else None
            self.cleaned_data[contact.kind] = contact.value
        return self.cleaned_data


class _OfAnAccount:
    """Refuse a right code when its account is gone: the person began to register anew elsewhere."""

    def clean_code(self) -> str:
        code = super().clean_code()
        if self.user is None:
            raise get_adapter().validation_error("incorrect_code")
        return code


class VerifyPhoneForm(_OfAnAccount, allauth.VerifyPhoneForm):
    pass


class ConfirmEmailForm(_OfAnAccount, allauth.ConfirmEmailVerificationCodeForm):
    pass


class PasskeyForm(AddWebAuthnForm):
    """Add a passkey; unless the person says otherwise it replaces the password."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the key")
        self.fields["passwordless"].initial = True


class ChangePasswordForm(allauth.ChangePasswordForm):
    """Who has just signed in by a code need not know the old password: that is how a forgotten one is replaced."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = PASSWORD_HELP
        if signed_in_by_code(self.user):
            del self.fields["oldpassword"]


def signed_in_by_code(user: User) -> bool:
    """Tell whether a code brought the user in during the last minutes."""
    records = get_authentication_records(context.request, user)
    oldest = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    return any(record["method"] == "code" and record["at"] >= oldest for record in records)


def countries() -> list[tuple[str, str]]:
    """Return ISO 3166 codes with names in the active language, in its order."""
    names = Locale.parse("en" if (get_language() or "").startswith("en") else "zh_Hans").territories
    found = [(code, name) for code, name in names.items() if len(code) == 2 and code.isalpha()]
    return [("", "—"), *sorted((pair for pair in found if pair[0] not in NOT_COUNTRIES), key=lambda pair: pair[1])]


class IdentityForm(forms.Form):
    """The real-name record. The number is never filled in again, so it is typed anew for each correction."""

    name = forms.CharField(
        label=_("Name as in the document"), max_length=500, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    document_type = forms.ChoiceField(label=_("Document"), choices=DocumentType)
    number = forms.CharField(
        label=_("Document number"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )
    issuing_country = needed_sometimes(
        forms.ChoiceField(
            label=_("Country of the passport"), choices=lazy(countries, list), help_text=_("For passports.")
        )
    )
    birth_date = needed_sometimes(
        forms.DateField(
            label=_("Date of birth"),
            widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}, format="%Y-%m-%d"),
            help_text=_("Leave it out when the number has 18 characters: it tells."),
        )
    )
    sex = forms.ChoiceField(label=_("Sex"), choices=[("", "—"), *Person._meta.get_field("sex").choices], required=False)


class TakeOverForm(forms.Form):
    """The number of the document, asked before somebody takes over an account that an office opened."""

    number = forms.CharField(
        label=_("Document number"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        error_messages={"required": _("Enter the number of your document.")},
    )


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ("name", "language", "elder_mode", "wants_marketing")
        labels = {"name": _("How we call you"), "elder_mode": _("Elder mode: larger type and buttons")}


class RegionField(forms.ModelChoiceField):
    """Choose among regions in their order, each indented below its parent."""

    def __init__(self, **options):
        super().__init__(Region.objects.order_by("path"), empty_label=_("Choose"), **options)

    def label_from_instance(self, region: Region) -> str:
        name = region.name_en if (get_language() or "").startswith("en") else region.name_zh
        return "\u3000" * region.path.count("/") + name


class UnitForm(forms.ModelForm):
    uscc = forms.CharField(
        label=_("Unified social credit code"),
        max_length=40,
        help_text=_("18 characters, on the business license."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )
    region = RegionField(label=_("Registered in"))
    work_region = RegionField(label=_("Works in"))

    class Meta:
        model = Unit
        fields = ("name", "name_en", "uscc", "region", "work_region")

    def clean(self) -> dict:
        """Leave the credit code to the service, which says more exactly what is wrong with it."""
        return self.cleaned_data

    def _post_clean(self) -> None:
        pass


class MemberForm(forms.Form):
    contact = ContactField(help_text=_("Of an account that exists already."))
    role = forms.ChoiceField(label=_("Role"), choices=UnitMember.Role, initial=UnitMember.Role.HR)


class RevealForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)


class OtherDocumentForm(forms.Form):
    number = forms.CharField(
        label=_("Whole number of the other document"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class FindPersonForm(forms.Form):
    term = forms.CharField(
        label=_("Whole document number or whole name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
