"""Official numbers: cases, certificates, documents, and the random codes that guard them."""

import re
import secrets
import unicodedata
from datetime import date

from stdnum.iso7064 import mod_11_10, mod_37_36

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # 31 characters; 0 O 1 I L look alike
IDENTIFIER_ROOT = "1.2.156.3005.2"  # GB/T 36904: electronic certificates


def case_number(region_code: str, day: date, item_serial: int, daily_serial: int) -> str:
    """Return the 24 digits of a case: region 6, date 8, item 4, serial of the day 5, check 1 (ISO 7064 MOD 11,10)."""
    return with_check_digit(
        _digits(region_code, 6) + f"{day:%Y%m%d}" + _digits(item_serial, 4) + _digits(daily_serial, 5)
    )


def is_case_number(text: str) -> bool:
    """Tell whether the text has the shape and check digit of a case number."""
    return len(text) == 24 and _has_check_digit(text)


def certificate_number(province: str, kind: str, year: int, level: int, body: str, serial: int) -> str:
    """Return the 19 digits of a certificate: province 2, kind 2, year 4, level 1, body 4, serial 5, check 1."""
    fields = ((province, 2), (kind, 2), (year, 4), (level, 1), (body, 4), (serial, 5))
    return with_check_digit("".join(_digits(value, width) for value, width in fields))


def is_certificate_number(text: str) -> bool:
    """Tell whether the text has the shape and check digit of a certificate number."""
    return len(text) == 19 and _has_check_digit(text)


def certificate_identifier(type_code: str, issuer_code: str, serial: str, version: int) -> str:
    """Return the identifier of GB/T 36904: root, type, issuer, serial, version and check character, with dots.

    `type_code` is the 18-character code of the competent department and 3 characters; `issuer_code` the issuer's
    unified social credit code. The check character is ISO 7064 MOD 37,36 over those four parts without dots.
    """
    parts = [type_code, issuer_code, str(serial), _digits(version, 3)]
    if (len(type_code), len(issuer_code)) != (21, 18) or not re.fullmatch("[0-9A-Z]+", "".join(parts)):
        raise ValueError("a certificate identifier needs 21, 18 and more characters 0-9 A-Z")
    return ".".join([IDENTIFIER_ROOT, *parts, mod_37_36.calc_check_digit("".join(parts))])


def is_certificate_identifier(text: str) -> bool:
    """Tell whether the text has the shape and check character of a certificate identifier."""
    found = re.fullmatch(
        re.escape(IDENTIFIER_ROOT) + r"\.([0-9A-Z]{21})\.([0-9A-Z]{18})\.([0-9A-Z]+)\.(\d{3})\.([0-9A-Z])",
        text,
        re.ASCII,
    )
    return bool(found) and mod_37_36.is_valid("".join(found.groups()))


def document_number(prefix: str, kind_word: str, year: int, serial: int) -> str:
    """Return a document number such as 云人社受字〔2026〕第00001号."""
    return f"{prefix}{kind_word}字〔{year}〕第{_digits(serial, 5)}号"


def short_code(length: int) -> str:
    """Return a random code without look-alikes: 6 characters to query a case, 8 to verify a certificate."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def clean_short_code(text: str) -> str:
    """Return a code as typed by people in upper case, without spaces and hyphens."""
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()


def with_check_digit(digits: str) -> str:
    """Append the check digit of ISO 7064 MOD 11,10."""
    return digits + mod_11_10.calc_check_digit(digits)


def _has_check_digit(text: str) -> bool:
    return bool(re.fullmatch(r"\d+", text, re.ASCII)) and mod_11_10.is_valid(text)


def _digits(value: str | int, width: int) -> str:
    text = str(value).zfill(width)
    if not re.fullmatch(rf"\d{{{width}}}", text, re.ASCII):
        raise ValueError(f"{value!r} does not fit {width} digits")
    return text


def in_groups(text: str) -> str:
    """Return text that people compare, in groups of eight: "6f1a02bc 93d0…"."""
    return " ".join(text[at : at + 8] for at in range(0, len(text), 8))
