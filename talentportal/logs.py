"""Logs without personal numbers: whoever writes a line may forget, the filter does not."""

import logging
import re

_MASKS = [
    (re.compile(r"(?<![0-9A-Za-z])(\d{3})\d{13}([\dXx]{2})(?![0-9A-Za-z])"), r"\1*************\2"),  # resident ID
    (re.compile(r"(?<!\d)(\d{3})\d{10}(\d{2})(?!\d)"), r"\1**********\2"),  # resident ID of 15 digits
    (re.compile(r"(?<!\d)((?:(?:\+|00)86[- ]?)?1[3-9]\d)[- ]?\d{4}[- ]?(\d{4})(?!\d)"), r"\1****\2"),  # mobile number
    (re.compile(r"(?<![0-9A-Za-z])\+(\d{3})\d{3,8}(\d{4})(?!\d)"), r"+\1****\2"),  # number of another country
    (re.compile(r"([A-Za-z0-9_+%.-])[A-Za-z0-9_+%.-]*@(?=[A-Za-z0-9-]+\.[A-Za-z0-9.-]+)"), r"\1***@"),  # e-mail
]


def mask_personal_numbers(text: str) -> str:
    """Mask resident ID numbers, telephone numbers and e-mail addresses in any text (domain book 7.2)."""
    for pattern, masked in _MASKS:
        text = pattern.sub(masked, text)
    return text


class MaskPersonalNumbers(logging.Filter):
    """Mask the message, the traceback and the stack of every record that passes."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = mask_personal_numbers(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = mask_personal_numbers(record.exc_text)
        if record.stack_info:
            record.stack_info = mask_personal_numbers(record.stack_info)
        return True
