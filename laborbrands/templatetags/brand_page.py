"""Numbers on the page of a brand: `{{ count|thousands }}`."""

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import get_language

register = template.Library()


@register.filter
def thousands(value) -> str:
    """Write a count or an amount in whole yuan with commas, in every language: 39,655."""
    return intcomma(int(value or 0), use_l10n=False)


@register.filter
def spoken(source: str) -> str:
    """Return the half of a source in the reader's language where it names itself in both: "演示数据 / Sample data"."""
    halves = str(source or "").split(" / ")
    return halves[-1 if (get_language() or "").startswith("en") else 0]
