"""`{% load waiting %}{% waiting_jobs %}`: how the background work stands, for the front page of the admin."""

from django import template

from jobs import clock, queries

register = template.Library()


@register.inclusion_tag("jobs/_waiting.html")
def waiting_jobs():
    return {"waiting": queries.oldest_waiting(clock.now())}
