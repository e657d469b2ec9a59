"""Publicity 公示 without the database: its days, its snapshot, and what must never be shown (domain 5.5, 11.32)."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reviews.states import ObjectionState
from talentportal.lib.workdays import WorkCalendar

# The periods of an objection, in working days (domain 5.5). [D] where the province names none.
TAKE_UP_DAYS = 2
ANSWER_DAYS = 15

OUTCOMES = (ObjectionState.UPHELD, ObjectionState.PARTLY, ObjectionState.REJECTED, ObjectionState.NOT_TAKEN)

_ID_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])\d{6}[-\s]?(?:18|19|20)\d\d[-\s]?(?:0[1-9]|1[0-2])[-\s]?(?:0[1-9]|[12]\d|3[01])[-\s]?\d{3}[\dXx]"
    r"(?![0-9A-Za-z])",
    re.ASCII,
)
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[-\s]?)?1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}(?!\d)", re.ASCII)


def first_day(calendar: WorkCalendar, posted_on: date) -> date:
    """Return the first day of a publicity: the first working day after posting."""
    return calendar.add(posted_on, 1)


def last_day(calendar: WorkCalendar, posted_on: date, days: int, outages: Iterable[tuple[date, date]] = ()) -> date:
    """Return the day on which a publicity has been seen for so many whole working days after its posting.

    `outages` are spans of days, both ends included, on which it could not be seen; their working days run again.
    """
    spans, day = list(outages), posted_on
    for _nth in range(days):
        day = calendar.add(day, 1)
        while any(start <= day <= end for start, end in spans):
            day = calendar.add(day, 1)
    return day


def private_words(*texts: str) -> list:
    """Return the reasons why texts must not be shown in public: a resident number or a mobile number in them."""
    text = unicodedata.normalize("NFKC", "\n".join(texts))
    reasons = []
    if _ID_NUMBER.search(text):
        reasons.append(_("The text contains the number of an identity document. Take it out; it is never shown."))
    if _MOBILE.search(text):
        reasons.append(_("The text contains a mobile number. Take it out; it is never shown."))
    return reasons


def takes_objections(starts_on: date | None, ends_on: date | None, now: datetime) -> bool:
    """Tell whether an objection made at this moment is in time: until 24:00 of the last day (domain 11.33)."""
    return bool(starts_on and ends_on) and timezone.localdate(now) <= ends_on


def digest(snapshot: dict) -> str:
    """Return the SHA-256 of a snapshot, as text of JSON with sorted keys and no spaces, in UTF-8."""
    text = json.dumps(snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def gone_after(calendar: WorkCalendar, ends_on: date, shown_days_after: int) -> date:
    """Return the last day on which an ended publicity stays on the website."""
    return calendar.add(ends_on, shown_days_after)
