"""The dynamic list of labor brands, for everybody."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from jobs import clock
from laborbrands.queries import changes as queries
from laborbrands.rules.wording import place_name
from laborbrands.states import STEPS

PER_PAGE = 50


@require_safe
def listing(request):
    """What changed in the standing of brands, the newest first, all or of one kind."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in queries.KINDS else ""
    found = queries.changes(clock.today(), kind)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    for event in page:
        event.place = place_name(event.brand.region, event.brand.region.parent)
    kinds = [("", pgettext("changes", "All")), *((one, STEPS[one].label) for one in queries.KINDS)]
    return render(request, "laborbrands/changes.html", {"page": page, "kind": kind, "kinds": kinds})
