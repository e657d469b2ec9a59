"""Pure questions about a certificate."""

import re
from collections.abc import Mapping
from datetime import date

from certificates.states import EXPIRED, TRANSITIONS, CertificateStatus

PLACEHOLDER = re.compile(r"\{(\w+)\}")
OWN_WORDS = {"holder", "id_masked", "number", "organization", "title", "approved_on", "issued_on", "valid_until"}
LEVELS = {"PROVINCE": 2, "PREFECTURE": 3, "COUNTY": 4, "ZONE": 4}  # exercising level, GB/T 39046 annex A


def status_on(certificate, day: date) -> str:
    """Return the status as the public sees it on the day: a valid certificate past its last day is EXPIRED."""
    if certificate.status == CertificateStatus.VALID and certificate.valid_until and certificate.valid_until < day:
        return EXPIRED
    return certificate.status


def may(verb: str, status: str) -> bool:
    """Tell whether a stored status allows the verb."""
    return status in TRANSITIONS[verb][0]


def may_download(certificate) -> bool:
    """Tell whether the holder may have the file: sealed, and neither suspended, set aside, cancelled nor replaced."""
    return bool(certificate.sha256) and certificate.status == CertificateStatus.VALID


def fill(text: str, words: Mapping[str, str]) -> str:
    """Put the words into the {placeholders} of a text; nothing but plain names is looked at. KeyError if one lacks."""
    return PLACEHOLDER.sub(lambda found: words[found.group(1)], text)


def lacking_words(text: str, words: Mapping[str, str]) -> list[str]:
    """Return the placeholders of the text for which there is no word."""
    return [name for name in PLACEHOLDER.findall(text) if not words.get(name)]
