"""Unified social credit codes 统一社会信用代码 (GB 32100—2015)."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum.cn.uscc import calc_check_digit  # its validate() refuses registration bodies coded by a letter (N, Y)

ALPHABET = "0-9A-HJ-NPQRTUWXY"  # without I, O, S, V, Z


def clean(code: str) -> str:
    """Return the code in upper case without spaces, or raise ValidationError naming what is wrong.

    Two characters for the registering body and kind, six digits of region, nine of the organization, one check.
    """
    code = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", code)).upper()
    if len(code) != 18:
        raise ValidationError(
            _("The unified social credit code has 18 characters; this one has %(length)d."),
            code="length",
            params={"length": len(code)},
        )
    if found := re.search(f"[^{ALPHABET}]", code):
        raise ValidationError(
            _("A unified social credit code never contains %(character)s; I, O, S, V and Z are not used."),
            code="character",
            params={"character": found.group()},
        )
    if not re.fullmatch(r"\d{6}", code[2:8], re.ASCII):
        raise ValidationError(_("The 3rd to 8th character must be the digits of the region."), code="region")
    if code[-1] != calc_check_digit(code[:-1]):
        raise ValidationError(
            _("The last character does not fit the others. Compare each character with the license."),
            code="check_digit",
        )
    return code
