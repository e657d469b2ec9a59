"""How services say no to people: with every reason, in their language."""

from collections.abc import Callable, Iterable, Mapping

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import override

LANGUAGES = {"zh": "zh-hans", "en": "en"}


class Refused(Exception):
    """An act is not allowed now. `reasons` is a list of lazy strings for people, shown by views and the admin.

    `rows` says of which row each is, where a page shows several: its key -> reasons.
    """

    def __init__(self, reasons=(), *, rows: Mapping | None = None):
        self.rows = dict(rows or {})
        self.reasons = [reasons] if isinstance(reasons, str | Promise) else list(reasons)
        self.reasons += [reason for told in self.rows.values() for reason in told]
        super().__init__(self.reasons)

    def __str__(self) -> str:
        return " ".join(str(reason) for reason in self.reasons)


def refuse_unless(condition, reason) -> None:
    """Raise Refused with the reason (or list of reasons) when the condition does not hold."""
    if not condition:
        raise Refused(reason)


def in_both(ask: Callable[[], Iterable], first: str = "zh-hans") -> list[dict]:
    """Return reasons as [{"zh": ..., "en": ...}], to be kept and read later in either language.

    Asked once in each, the `first` language first, because names and dates in a reason are words of a language, too.
    """
    found = {}
    for key, language in sorted(LANGUAGES.items(), key=lambda pair: pair[1] != first):
        with override(language):
            found[key] = [str(reason) for reason in ask()]
    return [{"zh": zh, "en": en} for zh, en in zip(found["zh"], found["en"], strict=True)]


def refusals_in_both(act: Callable[[], object], first: str = "zh-hans") -> list[dict]:
    """Do an act and return [], or every reason for which it is refused, in both languages; see `in_both`.

    The act leaves nothing behind when it is refused, so it is tried once more for the words of the other language.
    """
    done = []

    def try_it() -> list:
        try:
            return [] if done else done.append(act()) or []
        except Refused as refused:
            return refused.reasons
        except ValidationError as faults:
            return faults.messages

    return in_both(try_it, first)
