"""Numbers on the page of a brand: `{{ count|thousands }}`."""

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma

register = template.Library()


@register.filter
def thousands(value) -> str:
    """Write a count or an amount in whole yuan with commas, in every language: 39,655."""
    return intcomma(int(value or 0), use_l10n=False)
