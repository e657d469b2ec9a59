"""Masks and names for templates: `{{ name|mask_name }}`, `{{ phone|mask_phone }}`, `{{ unit|unit_name }}`."""

from django import template

from accounts.models import Unit
from talentportal.lib import masking
from talentportal.lib.bilingual import pick

register = template.Library()
register.filter("mask_name", masking.mask_name)
register.filter("mask_phone", masking.mask_phone)


@register.filter
def unit_name(unit: Unit | None) -> str:
    """The name of a unit: its English one on an English page, where it has one."""
    return pick(unit, "name")
