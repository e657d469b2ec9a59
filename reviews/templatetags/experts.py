"""What waits for an expert, on the pages where experts arrive: my space and the workbench. `{% load experts %}`."""

from django import template

from jobs import clock
from reviews.queries.seats import Tasks, tasks_of

register = template.Library()


@register.simple_tag(takes_context=True)
def review_tasks(context) -> Tasks | None:
    """Return what the signed-in expert has to answer and to review; None for everybody else."""
    return tasks_of(context["request"].user, clock.now())
