"""Benefits, versions and places in words and addresses, for templates: `{% load library %}`."""

from datetime import date, timedelta

from django import template
from django.urls import reverse
from django.utils.translation import get_language

from policies import topics, wording
from policies.matching import conditions
from policies.models import VersionState
from policies.text import headings
from regions import divisions

NEAR = timedelta(days=120)  # an end that is this close is shown in amber

register = template.Library()
register.filter("amount", wording.amount)
register.filter("payment", wording.payment)
register.filter("stressed", wording.stressed)
register.filter("cite", wording.cite)
register.filter("validity", wording.validity)
register.filter("last_day", wording.last_day)
register.filter("gloss", headings.gloss)
register.filter("topic", topics.label)


@register.filter
def who(benefit) -> list[str]:
    """The conditions of a benefit, a line each; empty when it is for everybody."""
    return conditions.describe(benefit.conditions)


@register.filter
def address(version) -> str:
    """Where one reads a version: the published one at the policy's own address."""
    if version.state == VersionState.PUBLISHED:
        return reverse("policies:detail", args=[version.policy.slug])
    return reverse("policies:version", args=[version.policy.slug, version.label])


@register.filter
def place(version) -> str:
    """The name of the region where a version holds."""
    name = divisions.name(version.region_code)
    return version.region_name or name if name == version.region_code else name


@register.filter
def reads_chinese(row, name: str) -> bool:
    """Tell whether an English page has to show the Chinese text, which is to be marked as such."""
    return (get_language() or "").startswith("en") and not getattr(row, f"{name}_en", "")


@register.filter
def opens(benefit, open_items: dict[int, str]) -> str:
    """The code of the service one can apply for to get a benefit, "" if there is none today."""
    return open_items.get(benefit.service_item_id, "")


@register.filter
def count_of(counts: dict[str, int], code: str) -> int:
    """The number under a code, 0 if there is none."""
    return counts.get(code, 0)


@register.filter
def is_near(end: date, today: date) -> bool:
    """Tell whether an end is close enough to hurry."""
    return bool(today) and end - today <= NEAR
