"""The talent search of a verified unit."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from jobs import clock
from talents import limits
from talents.queries import contact
from talents.queries.search import search
from talents.rules.asked import parse
from talents.search_page import SearchPage
from talents.services.use import count
from talents.views.common import for_unit

LATEST = 4  # requests and lists beside the results


@require_safe
@for_unit
def talents(request):
    """Search and list, under codes. Every page counts towards the day's share of the unit."""
    now, unit = clock.now(), request.unit
    if not count(unit=unit, kind="searches", now=now):
        return slow_down(request)
    found = search(parse(request.GET), unit, now, request.GET.get("after", ""))
    context = {
        "page": SearchPage(found, request.GET.get("find", "")),
        "unit": unit,
        "shortlists": contact.lists_of(unit)[:LATEST],
        "requests": contact.of_unit(unit)[:LATEST],
        "left": contact.requests_left(unit, now),
        "most": limits.REQUESTS_A_DAY,
        "kept": unit.talent_searches.count(),
    }
    response = render(request, "talents/search.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def slow_down(request):
    """Say that the unit has searched too much today."""
    response = render(request, "talents/slow_search.html", {"most": limits.SEARCHES_A_DAY}, status=429)
    response["Retry-After"] = "3600"
    return response
