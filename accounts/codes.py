"""How sign-in codes leave by text message. Messages are a layer above: they register their sender at start."""

from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured

_senders: list[Callable[[str, str], None]] = []


def register_code_sender(send: Callable[[str, str], None]) -> None:
    """Register `send(phone, text)`, which hands the text to the carrier at once; the last registered one counts."""
    _senders[:] = [send]


def send_code(phone: str, text: str) -> None:
    """Send a text to a mobile number (E.164) now. Raises what the gateway raises."""
    if not _senders:
        raise ImproperlyConfigured("No app has registered a sender of sign-in codes.")
    _senders[0](phone, text)
