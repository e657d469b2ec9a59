"""Days and sizes as people say them, days with the weekday when they must act."""

from datetime import date

from django.template.defaultfilters import filesizeformat
from django.utils.translation import get_language, override

_WEEKDAYS_ZH = "一二三四五六日"


def day(value: date) -> str:
    """Return "2026 年 10 月 8 日（星期四）" or "Thursday 8 October 2026" in the active language."""
    if (get_language() or "").startswith("en"):
        return f"{value:%A} {value.day} {value:%B} {value.year}"
    return f"{value.year}年{value.month}月{value.day}日（星期{_WEEKDAYS_ZH[value.weekday()]}）"


def day_in_both(value: date) -> dict:
    """Return the day in both languages as {"zh": ..., "en": ...}."""
    with override("en"):
        english = day(value)
    with override("zh-hans"):
        return {"zh": day(value), "en": english}


def file_size(size: int) -> str:
    """Return bytes as "812 KB", "2.4 MB" or "20 MB": a tenth only where there is one."""
    return filesizeformat(size).replace(".0\xa0", "\xa0")
