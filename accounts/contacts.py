"""The address by which an account is known: a mobile number or an e-mail address, typed into one field."""

from typing import NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from talentportal.lib.phones import clean_mobile


class Contact(NamedTuple):
    """`kind` is "email" or "phone", `value` lower case or E.164."""

    kind: str
    value: str


def read_contact(text: str) -> Contact:
    """Tell an e-mail address from a mobile number, or raise ValidationError naming what is wrong."""
    text = text.strip()
    if "@" not in text:
        return Contact("phone", clean_mobile(text))
    validate_email(text)
    return Contact("email", text.lower())


class ContactField(forms.CharField):
    """A field that takes either; its clean value is a Contact."""

    def __init__(self, **options):
        options.setdefault("label", _("Mobile number or e-mail"))
        options.setdefault("max_length", 254)
        options.setdefault("widget", forms.TextInput(attrs={"autocomplete": "username"}))
        super().__init__(**options)

    def clean(self, value) -> Contact | None:
        value = super().clean(value)
        return read_contact(value) if value else None


class PhoneField(forms.CharField):
    """A mobile number; its clean value is E.164."""

    def __init__(self, **options):
        options.setdefault("label", _("Mobile number"))
        options.setdefault("max_length", 40)
        options.setdefault("widget", forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}))
        super().__init__(**options)

    def clean(self, value) -> str:
        value = super().clean(value)
        return clean_mobile(value) if value else ""


def is_contact(text: str) -> bool:
    """Tell whether the text is a mobile number or an e-mail address."""
    try:
        return bool(read_contact(text))
    except ValidationError:
        return False
