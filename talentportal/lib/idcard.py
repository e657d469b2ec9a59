"""Numbers of identity documents: cleaned and checked, each fault named.

Sources: GB 11643—1999 (resident number: region, birth date, order, check character by ISO 7064 MOD 11-2);
港澳台居民居住证申领发放办法 (residence permits, the same structure under 810000, 820000, 830000); 2023 edition of the
foreign permanent resident card (9, province, country, birth date, order, the same check character).
"""

import re
import unicodedata
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from stdnum.cn.ric import calc_check_digit  # the rest of that module carries an outdated list of divisions

PROVINCES = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71")  # GB/T 2260; 81 and 82 have permits
DEMO_PROVINCE = "99"  # assigned to nobody, so that demo numbers hit no real person
RESIDENCE_REGIONS = ("810000", "820000", "830000")
OLDEST = date(1900, 1, 1)


class DocumentType(TextChoices):
    """The kinds of identity document accepted for a real-name record."""

    RESIDENT_ID = "RESIDENT_ID", _("Resident identity card")
    PASSPORT = "PASSPORT", _("Passport")
    HK_MACAU_PERMIT = "HK_MACAU_PERMIT", _("Travel permit for Hong Kong and Macao residents")
    TAIWAN_PERMIT = "TAIWAN_PERMIT", _("Travel permit for Taiwan residents")
    RESIDENCE_PERMIT = "RESIDENCE_PERMIT", _("Residence permit for Hong Kong, Macao and Taiwan residents")
    PERMANENT_RESIDENT = "PERMANENT_RESIDENT", _("Foreign permanent resident identity card")


def normalize(number: str) -> str:
    """Make full-width characters plain and letters upper case, and take out spaces and hyphens."""
    return re.sub(r"[\s\-‐-―]", "", unicodedata.normalize("NFKC", number)).upper()


def full(number: str) -> str:
    """Return a normalized number, an old one of 15 digits with century and check digit, to match it with a new one."""
    if not re.fullmatch(r"\d{15}", number, re.ASCII):
        return number
    longer = f"{number[:6]}19{number[6:]}"
    return longer + calc_check_digit(longer + "0")


def clean(doc_type: str, number: str, *, birth_date: date | None, today: date, allow_demo: bool = False) -> str:
    """Return the normalized number of an identity document, or raise ValidationError naming what is wrong.

    `birth_date`, when given, must equal the one inside the number. `allow_demo` lets the unassigned prefix 99 pass.
    """
    number = normalize(number)
    match DocumentType(doc_type):
        case DocumentType.RESIDENT_ID:
            _check_resident(number, birth_date, today, allow_demo)
        case DocumentType.RESIDENCE_PERMIT:
            _check_residence_permit(number, birth_date, today)
        case DocumentType.PERMANENT_RESIDENT:
            _check_foreign_resident(number, birth_date, today)
        case simple:
            _check_pattern(number, simple)
    return number


def birth_date_in(number: str) -> date | None:
    """Return the birth date in a normalized 18-character number, None when it is no date."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


PATTERNS = {
    DocumentType.PASSPORT: (
        r"(?=.*\d)[A-Z0-9]{5,15}",
        _("A passport number has 5 to 15 letters and digits. Enter it as printed."),
    ),
    DocumentType.HK_MACAU_PERMIT: (r"[HM]\d{8}", _("This permit number is the letter H or M and 8 digits.")),
    DocumentType.TAIWAN_PERMIT: (r"\d{8}", _("This permit number has 8 digits.")),
}


def _check_pattern(number: str, doc_type: DocumentType) -> None:
    pattern, message = PATTERNS[doc_type]
    if not re.fullmatch(pattern, number, re.ASCII):
        raise ValidationError(message, code="format")


def _check_resident(number: str, birth_date: date | None, today: date, allow_demo: bool) -> None:
    if re.fullmatch(r"\d{15}", number, re.ASCII):
        raise ValidationError(_("This is an old 15-digit number. Enter the 18 characters of the card."), code="old")
    _check_shape(number)
    if number.startswith(RESIDENCE_REGIONS):
        raise ValidationError(
            _("This number is of a Hong Kong, Macao and Taiwan residence permit. Choose that document."),
            code="other_document",
        )
    province = number[:2]
    if not PROVINCES.fullmatch(province) and not (allow_demo and province == DEMO_PROVINCE):
        raise ValidationError(_("No province has the code %(code)s."), code="province", params={"code": province})
    _check_birth_and_digit(number, birth_date, today)


def _check_residence_permit(number: str, birth_date: date | None, today: date) -> None:
    _check_shape(number)
    if not number.startswith(RESIDENCE_REGIONS):
        raise ValidationError(_("This permit number begins with 810000, 820000 or 830000."), code="region")
    _check_birth_and_digit(number, birth_date, today)


def _check_foreign_resident(number: str, birth_date: date | None, today: date) -> None:
    if re.fullmatch(r"[A-Z]{3}\d{12}", number, re.ASCII):  # 2017 edition: country, region, birth YYMMDD, order, check
        if birth_date and number[7:13] != f"{birth_date:%y%m%d}":
            raise ValidationError(_("The birth date does not match the number."), code="birth_mismatch")
        return
    if not re.fullmatch(r"9\d{16}[\dX]", number, re.ASCII):
        raise ValidationError(
            _("This card's number has 18 characters and begins with 9; older cards have 3 letters and 12 digits."),
            code="format",
        )
    if not PROVINCES.fullmatch(number[1:3]):
        raise ValidationError(_("No province has the code %(code)s."), code="province", params={"code": number[1:3]})
    _check_birth_and_digit(number, birth_date, today)


def _check_shape(number: str) -> None:
    if len(number) != 18:
        raise ValidationError(
            _("The number must have 18 characters; this one has %(length)d."),
            code="length",
            params={"length": len(number)},
        )
    if not re.fullmatch(r"\d{17}[\dX]", number, re.ASCII):
        raise ValidationError(_("The number is 17 digits and a last digit or X."), code="format")


def _check_birth_and_digit(number: str, birth_date: date | None, today: date) -> None:
    inside = birth_date_in(number)
    if inside is None or inside < OLDEST:
        raise ValidationError(_("The birth date in the number (7th to 14th digit) is not a date."), code="birth_date")
    if inside > today:
        raise ValidationError(_("The birth date in the number lies in the future."), code="birth_future")
    if number[-1] != calc_check_digit(number):
        raise ValidationError(
            _("The last character does not fit the others. Compare each digit with the card."), code="check_digit"
        )
    if birth_date and inside != birth_date:
        raise ValidationError(_("The birth date does not match the number."), code="birth_mismatch")
