"""Mobile numbers in the form of ITU-T E.164."""

import unicodedata

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from phonenumbers import PhoneNumberFormat, PhoneNumberType

MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def clean_mobile(text: str, region: str = "CN") -> str:
    """Return a mobile number as +8613800138000, or raise ValidationError naming what is wrong.

    A number without a country code is read as one of `region`; 00 stands for the plus sign.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if text.startswith("00"):
        text = "+" + text[2:]
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise ValidationError(_("Enter a mobile number, such as 138 0013 8000."), code="format") from error
    if number.extension or not phonenumbers.is_valid_number(number):
        if number.country_code == phonenumbers.country_code_for_region(region):
            raise ValidationError(_("This mobile number does not exist. Check its 11 digits."), code="unknown")
        raise ValidationError(
            _("This number does not exist in the country with code +%(code)d."),
            code="unknown",
            params={"code": number.country_code},
        )
    if phonenumbers.number_type(number) not in MOBILE:
        raise ValidationError(_("This is not a mobile number; codes are sent by text message."), code="not_mobile")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def spaced(number: str) -> str:
    """Return a stored number for reading: 138 0013 8000, abroad +44 7911 123456."""
    parsed = phonenumbers.parse(number, None)
    form = PhoneNumberFormat.NATIONAL if parsed.country_code == 86 else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)
