"""Who wants to know that a certificate has been sealed: upper apps register here in `apps.ready()`."""

from collections.abc import Callable
from datetime import datetime

_handlers: dict[str, Callable] = {}


def on_sealed(prefix: str, handler: Callable) -> None:
    """Register `handler(certificate, now)` for certificates whose source is "<prefix>:...".

    It runs in the transaction that makes the certificate valid. One handler per prefix.
    """
    if _handlers.setdefault(prefix, handler) is not handler:
        raise ValueError(f"{prefix} is registered twice")


def sealed(certificate, now: datetime) -> None:
    """Tell the app that the certificate was issued for; raises KeyError when nobody registered its prefix."""
    _handlers[certificate.source.partition(":")[0]](certificate, now)
