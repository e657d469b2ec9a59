"""Icons, dates people act on, and the deadline ruler, for templates: `{% load portal %}`."""

import re
from datetime import date, datetime

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language

from talentportal.lib import numbers, phones, spoken
from talentportal.lib.citations import citation

register = template.Library()

register.filter("file_size", spoken.file_size)
register.filter("phone", phones.spaced)
register.filter("in_groups", numbers.in_groups)
register.filter("citation", citation)

WEEKDAYS_ZH = "一二三四五六日"


@register.simple_tag
def icon(name: str, size: str = "", label: str = ""):
    """Draw an icon of the sprite; decoration unless a label is given. `size` is "" or "big"."""
    return format_html(
        '<svg class="icon{}" {}><use href="{}#{}"></use></svg>',
        f" icon--{size}" if size else "",
        format_html('role="img" aria-label="{}"', label) if label else format_html('aria-hidden="true"{}', ""),
        static("img/icons.svg"),
        name,
    )


def _day(value) -> date | None:
    if isinstance(value, datetime):
        return timezone.localtime(value).date()
    return value


def _english() -> bool:
    return (get_language() or "").startswith("en")


@register.filter
def day(value) -> str:
    """A date: "10 月 8 日", "8 October 2026"; in Chinese only `full_day` gives the year."""
    value = _day(value)
    if not value:
        return ""
    return date_format(value, "j F Y") if _english() else f"{value.month} 月 {value.day} 日"


@register.filter
def act_day(value) -> str:
    """The date somebody must act by, with its weekday: "10 月 8 日（星期四）", "Thursday 8 October 2026"."""
    value = _day(value)
    if not value:
        return ""
    if _english():
        return date_format(value, "l j F Y")
    return f"{value.month} 月 {value.day} 日（星期{WEEKDAYS_ZH[value.weekday()]}）"


@register.filter
def full_day(value) -> str:
    """A date with its year: "2026 年 10 月 8 日", "8 October 2026"."""
    value = _day(value)
    if not value:
        return ""
    return date_format(value, "j F Y") if _english() else f"{value.year} 年 {value.month} 月 {value.day} 日"


@register.filter
def clock_time(value) -> str:
    """The minute of a moment on the Beijing clock: "14:36"."""
    if isinstance(value, datetime):
        value = timezone.localtime(value)
    return f"{value:%H:%M}" if value else ""


@register.filter
def weekday(value) -> str:
    """The weekday of a date: "星期四", "Thursday"."""
    value = _day(value)
    if not value:
        return ""
    return date_format(value, "l") if _english() else f"星期{WEEKDAYS_ZH[value.weekday()]}"


def ruler_tone(total: int, left: int) -> str:
    """Colour by what is left: above 40 % pine, 10 to 40 % amber, below 10 % or overdue seal."""
    if left < 0 or left * 10 < total:
        return "seal"
    return "amber" if left * 10 <= total * 4 else "pine"


def ruler_cells(total: int, left: int, paused: int = 0, live: bool = True) -> list[str]:
    """One word per working day of a limit: used, paused, now, left; above 20 days one per week.

    `total` counts the days of the limit, `left` those still to come with today among them (0: today is the last;
    below 0: overdue), `paused` the days at the end of the used ones on which the clock stood.
    """
    used = min(max(total - max(left, 0), 0), total)
    if left >= 0 and live and used == total and total:
        used -= 1
    if left < 0:
        used = total
    words = ["is-used"] * max(used - paused, 0) + ["is-paused"] * min(paused, used)
    if left >= 0 and live and used < total:
        words.append("is-now")
    words += ["is-left"] * (total - len(words))
    return words if total <= 20 else _weeks(words)


def _weeks(words: list[str]) -> list[str]:
    chunks = [words[i : i + 5] for i in range(0, len(words), 5)]
    return ["is-now" if "is-now" in chunk else chunk[-1] for chunk in chunks]


@register.simple_tag
def ruler(total, left, paused=0, mini=False, tone="", live=True):
    """Draw the deadline ruler; always put words beside it. See `ruler_cells` for the numbers.

    Without a template of its own: a queue draws one in every line.
    """
    total, left, paused = int(total or 0), int(left), int(paused or 0)
    cells = format_html_join("", '<li class="{}"></li>', ((cell,) for cell in ruler_cells(total, left, paused, live)))
    size, tone = " ruler--mini" if mini else "", tone or ruler_tone(total, left)
    return format_html('<ol class="ruler ruler--{}{}" aria-hidden="true">{}</ol>', tone, size, cells)


@register.simple_tag(takes_context=True)
def choose(context, key: str, value: str) -> str:
    """Return this address's query string with one value put in; the page number goes."""
    params = context["request"].GET.copy()
    params.pop("page", None)
    params[key] = value
    return f"?{params.urlencode()}"


@register.simple_tag(takes_context=True)
def drop(context, key: str) -> str:
    """Return this address's query string without one key; the page number goes."""
    params = context["request"].GET.copy()
    params.pop("page", None)
    params.pop(key, None)
    return f"?{params.urlencode()}"


@register.filter
def unlocalize(value) -> str:
    """A number for SVG, with a point in every language."""
    return f"{value:g}"


_PEOPLES = re.compile(r"((傣|景颇|哈尼|彝|白|苗|壮|傈僳|藏|朝鲜|回|土家|蒙古|哈萨克|布依|侗|羌|柯尔克孜)族)+自治州$")


@register.filter
def short_place(name: str) -> str:
    """A prefecture's name as label on a map: 西双版纳傣族自治州 -> 西双版纳, Dali Bai Autonomous Prefecture -> Dali."""
    return name.split(" ")[0] if name.isascii() else _PEOPLES.sub("", name)
