"""How services say no to people: with every reason, in their language."""

from django.utils.functional import Promise


class Refused(Exception):
    """An act is not allowed now. `reasons` is a list of lazy strings for people, shown by views and the admin."""

    def __init__(self, reasons):
        self.reasons = [reasons] if isinstance(reasons, str | Promise) else list(reasons)
        super().__init__(self.reasons)

    def __str__(self) -> str:
        return " ".join(str(reason) for reason in self.reasons)


def refuse_unless(condition, reason) -> None:
    """Raise Refused with the reason (or list of reasons) when the condition does not hold."""
    if not condition:
        raise Refused(reason)
