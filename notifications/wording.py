"""From a template and the words of an occasion to the text that a person reads. Nothing here can fail."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language, override

from notifications.events import EVENTS
from notifications.models import MessageTemplate
from talentportal.lib import spoken
from talentportal.lib.bilingual import pick

logger = logging.getLogger(__name__)

PLACEHOLDER = re.compile(r"\{(\w*)\}")
RESIDENT_NUMBER = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{9}[\dXx](?![0-9A-Za-z])")
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Text:
    title: str
    body: str
    sms: str


def compose(template: MessageTemplate, context: Mapping, language: str) -> Text:
    """Fill the template in a language. A missing word becomes empty and is logged; SMS never carry an ID number."""
    with override(language):
        title, body = (_fill(template, pick(template, part), context) for part in ("title", "body"))
        sms = _fill(template, pick(template, "sms") or pick(template, "title"), context)
    return Text(title[:200], body, RESIDENT_NUMBER.sub("***", sms))


def unknown_placeholders(event: str, text: str) -> list[str]:
    """List the placeholders of a wording that nobody fills."""
    known = EVENTS[event][1] if event in EVENTS else ()
    return sorted({name for name in PLACEHOLDER.findall(text) if name not in known})


def _fill(template: MessageTemplate, text: str, context: Mapping) -> str:
    def word(match: re.Match) -> str:
        value = _say(context.get(match[1]))
        if not value:
            logger.warning("message template %s: no word for {%s}", template.event, match[1])
        return value

    return PLACEHOLDER.sub(word, text)


def _say(value) -> str:
    if isinstance(value, str) and ISO_DATE.fullmatch(value):
        value = date.fromisoformat(value)
    if isinstance(value, list | tuple):
        return (", " if (get_language() or "").startswith("en") else "、").join(pick(part) for part in value)
    return spoken.day(value) if isinstance(value, date) else pick(value)
