"""Names of the national catalogs, in the active language."""

from django import template

from talents.catalogs import industries, languages, majors, occupations

register = template.Library()
register.filter("major", lambda code: majors().name(code))
register.filter("industry", lambda code: industries().name(code))
register.filter("occupation", lambda code: occupations().name(code))
register.filter("language_name", lambda code: languages().name(code))
