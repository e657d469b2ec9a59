"""Masks for templates: `{{ name|mask_name }}`, `{{ phone|mask_phone }}`."""

from django import template

from talentportal.lib import masking

register = template.Library()
register.filter("mask_name", masking.mask_name)
register.filter("mask_phone", masking.mask_phone)
