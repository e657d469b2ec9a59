"""Masks and names for templates: `{{ name|mask_name }}`, `{{ phone|mask_phone }}`, `{{ unit|unit_name }}`."""

from django import template
from django.utils.translation import get_language

from accounts.models import Unit
from talentportal.lib import masking

register = template.Library()
register.filter("mask_name", masking.mask_name)
register.filter("mask_phone", masking.mask_phone)


@register.filter
def unit_name(unit: Unit | None) -> str:
    """The name of a unit: its English one on an English page, where it has one."""
    if not unit:
        return ""
    return (unit.name_en if (get_language() or "").startswith("en") else "") or unit.name
