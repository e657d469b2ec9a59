"""Words about recruitment events for templates: `{% load events %}`."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.translation import get_language

from talentportal.templatetags.portal import act_day, clock_time, full_day, weekday
from talents.models import RecruitEvent
from talents.states import BoothState, TalkState

register = template.Library()

TONES = {
    BoothState.ASKED: "amber",
    BoothState.ADMITTED: "ok",
    BoothState.REFUSED: "seal",
    TalkState.WAITING: "amber",
    TalkState.CALLED: "pine",
    TalkState.INTENTION: "ok",
    TalkState.TALKED: "ok",
}


def _day(at: datetime) -> str:
    return act_day(at) if (get_language() or "").startswith("en") else f"{full_day(at)}（{weekday(at)}）"


@register.filter
def span(event: RecruitEvent) -> str:
    """When an event takes place: "2026 年 9 月 18 日（星期五）09:00–18:00", "Friday 18 September 2026 09:00–18:00"."""
    begins, ends = timezone.localtime(event.starts_at), timezone.localtime(event.ends_at)
    first = f"{_day(begins)} {clock_time(begins)}"
    if begins.date() == ends.date():
        return f"{first}–{clock_time(ends)}"
    return f"{first} – {_day(ends)} {clock_time(ends)}"


@register.filter
def event_tone(row) -> str:
    """The color of the tag of a booth's or a talk's state."""
    return TONES.get(row.state, "")
