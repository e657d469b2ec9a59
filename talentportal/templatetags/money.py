"""Amounts as people read them. `{% load money %}`."""

from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def money(amount: Decimal) -> str:
    """Write 100000.00 as "100,000 yuan"; with the fen where there are any."""
    amount = Decimal(amount)
    number = f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"
    return _("%(number)s yuan") % {"number": number}
