"""What pages of apps below show of the person's place in the pool: `{% load pool %}`."""

from django import template

from jobs import clock
from talents.queries import interns, people
from talents.states import RequestState

register = template.Library()
SHORT = 5
MOST = 100


@register.simple_tag(takes_context=True)
def asked_for_contact(context) -> list:
    """Return the contact requests that wait for this person's answer, the nearest day first."""
    waiting = people.requests_to(context["request"].user).filter(state=RequestState.SENT, expires_at__gt=clock.now())
    return list(waiting.order_by("expires_at")[:SHORT])


@register.simple_tag(takes_context=True)
def intern_tasks(context) -> list:
    """Return the agreements on internships that wait for this person."""
    return list(interns.waiting_for(context["request"].user)[:SHORT])


@register.simple_tag(takes_context=True)
def looks_of_units(context) -> list:
    """Return which units looked at this person's profile, the latest first."""
    return list(people.looks_at(context["request"].user)[:MOST])


@register.simple_tag(takes_context=True)
def talent_profile(context):
    """Return this person's profile, None for who has none."""
    return people.profile_of(context["request"].user)
