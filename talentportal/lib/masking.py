"""How personal data is shown where the whole is not needed (个人信息保护法 第51条; domain book 7.2)."""

import re

from talentportal.lib.names import HAN


def mask_name(name: str) -> str:
    """Show 张* and 张*华 of a Chinese name, the first letter of each word of another."""
    name = name.strip()
    if not re.search(HAN, name):
        return re.sub(r"[^\s·]+", lambda word: word.group()[0] + "***", name)
    if len(name) < 2:
        return "*" * len(name)
    last = name[-1] if len(name) > 2 else "*"
    return name[0] + re.sub(r"[^·]", "*", name[1:-1]) + last


def mask_phone(phone: str) -> str:
    """Show 138****5678; of a foreign number the country prefix and the last four."""
    phone = re.sub(r"[\s\-()]", "", phone).removeprefix("+86")
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 9 else "*" * len(phone)


def mask_document(number: str) -> str:
    """Show the first three and the last two characters of the number of a document."""
    return number[:3] + "*" * (len(number) - 5) + number[-2:] if len(number) > 6 else "*" * len(number)


def mask_email(address: str) -> str:
    """Show a***@host."""
    local, at, host = address.rpartition("@")
    return f"{local[:1]}***@{host}" if at and local else "***"


def mask_account(number: str) -> str:
    """Show the last four of a bank account."""
    digits = re.sub(r"\s", "", number)
    return "****" + digits[-4:] if len(digits) > 8 else "****"
