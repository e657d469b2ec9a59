"""Who wants to know that a certificate has been sealed or has ended: upper apps register here in `apps.ready()`."""

from collections.abc import Callable
from datetime import datetime

_handlers: dict[str, Callable] = {}
_ended: list[Callable] = []


def on_sealed(prefix: str, handler: Callable) -> None:
    """Register `handler(certificate, now)` for certificates whose source is "<prefix>:...".

    It runs in the transaction that makes the certificate valid. One handler per prefix.
    """
    if _handlers.setdefault(prefix, handler) is not handler:
        raise ValueError(f"{prefix} is registered twice")


def sealed(certificate, now: datetime) -> None:
    """Tell the app that the certificate was issued for; raises KeyError when nobody registered its prefix."""
    _handlers[certificate.source.partition(":")[0]](certificate, now)


def on_ended(handler: Callable) -> None:
    """Register `handler(certificate, now)`, called in the transaction that revokes or cancels any certificate."""
    if handler not in _ended:
        _ended.append(handler)


def ended(certificate, now: datetime) -> None:
    """Tell everybody who registered that a certificate holds no longer."""
    for handler in _ended:
        handler(certificate, now)
