"""What a certificate opens, for its page: `{% load opened %}`."""

from django import template

from jobs import clock
from policies.matching.conditions import Verdict
from policies.matching.facts import FACTS
from policies.matching.finder import load, match

NO_GRADE = "none"
SHORT = 3  # benefits shown; the matcher shows all

register = template.Library()


@register.inclusion_tag("policies/_opened.html", takes_context=True)
def opened_by(context, certificate) -> dict:
    """Show benefits where the certificate was issued that ask for the grade it states; nothing when it states none."""
    level = certificate.face.get("level")
    grade = level.get("value", NO_GRADE) if isinstance(level, dict) else NO_GRADE
    if grade == NO_GRADE or grade not in FACTS["grade"].values:
        return {}
    facts = {"grade": grade, "region": certificate.organization.region.path}
    groups = match(facts, clock.today()).groups
    rows = [row for verdict in (Verdict.FITS, Verdict.UNKNOWN) for row in groups[verdict]]
    rows = [row for row in rows if any(line.fact and line.fact.key == "grade" for line in row.answer.met)]
    region = certificate.organization.region.pk
    return {"found": load(rows[:SHORT]), "grade": grade, "region": region, "csrf_token": context.get("csrf_token")}
