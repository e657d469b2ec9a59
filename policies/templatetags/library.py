"""Benefits and places in words, for templates: `{% load library %}`."""

from django import template

from policies import conditions, wording

register = template.Library()
register.filter("amount", wording.amount)
register.filter("payment", wording.payment)
register.filter("stressed", wording.stressed)


@register.filter
def who(benefit) -> list[str]:
    """The conditions of a benefit, a line each; empty when it is for everybody."""
    return conditions.describe(benefit.conditions)
