"""What holds for recruitment events: when something may be done, what an announcement needs, how long one waits."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from talents import limits
from talents.states import Degree, RecruitKind

STREAM_BEFORE = timedelta(minutes=30)  # the link to the live stream is shown
TALKS_KNOWN = 3  # talks held before anybody can say how long one takes
OUTCOMES = ("TALKED", "INTENTION", "ABSENT")


def time_faults(facts: Mapping) -> list:
    """List what is wrong with the facts of a draft."""
    found = []
    if facts["ends_at"] <= facts["starts_at"]:
        found.append(_("The end must be after the beginning."))
    if facts["kind"] != RecruitKind.CLOUD and not facts["address"].strip():
        found.append(_("Say where the fair takes place."))
    if facts["stream"] and not is_safe_address(facts["stream"]):
        found.append(_("The address of the live stream must begin with https://."))
    return found


def announce_faults(facts: Mapping, now: datetime) -> list:
    """List what stands against announcing an event (人力资源市场暂行条例 第28条: a plan for emergencies is filed)."""
    found = time_faults(facts)
    if facts["starts_at"] <= now:
        found.append(_("An event is announced before it begins."))
    if not (facts["title_zh"].strip() and facts["title_en"].strip()):
        found.append(_("Give the title in Chinese and in English."))
    if not facts["emergency_plan"].strip():
        found.append(_("File the plan for emergencies first and give its document number."))
    return found


def is_safe_address(address: str) -> bool:
    """Tell whether an address of the live stream is one of https with a host."""
    parts = urlsplit(address)
    return parts.scheme == "https" and bool(parts.hostname)


def fits_kind(kind: str, degree: int | None) -> bool:
    """Tell whether a vacancy that asks for a degree may be shown: doctors' fairs are for doctors only."""
    return kind != RecruitKind.DOCTORS or degree == Degree.DOCTOR


def stream_is_shown(starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Tell whether the link to the live stream is shown: from half an hour before the beginning until the end."""
    return starts_at - STREAM_BEFORE <= now < ends_at


def names_until(ends_at: datetime) -> datetime:
    """Return until when a unit reads the names of those who talked with it."""
    return ends_at + timedelta(days=limits.EVENT_SHOWN_DAYS)


def survey_until(ends_at: datetime) -> datetime:
    """Return until when participants say how it was."""
    return ends_at + timedelta(days=limits.EVENT_SURVEY_DAYS)


def lowest_free(taken: Collection[int], most: int) -> int | None:
    """Return the lowest booth number that nobody has, None when all are taken."""
    return next((number for number in range(1, most + 1) if number not in taken), None)


def wait_minutes(lengths: Sequence[timedelta], before: int) -> int | None:
    """Return the expected wait in whole minutes: the median of the last talks for each person before; None unknown."""
    if len(lengths) < TALKS_KNOWN:
        return None
    return round(median(length.total_seconds() for length in lengths) * before / 60)
