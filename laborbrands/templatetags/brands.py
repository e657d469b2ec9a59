"""Numbers and marks of brands, for templates: `{% load brands %}`."""

from django import template

from laborbrands.rules import wording

register = template.Library()

register.filter("amount", wording.amount)
register.filter("mark", wording.mark)
