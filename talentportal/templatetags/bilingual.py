"""`{{ row|in_language:"name" }}` and `{{ texts|in_language }}`."""

from django import template

from talentportal.lib.bilingual import pick

register = template.Library()
register.filter("in_language", pick)
