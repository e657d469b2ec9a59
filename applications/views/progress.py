"""The public query: case number and code, no sign-in, no names (domain 3.7)."""

from django.shortcuts import render
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from applications import case_page
from applications.forms import QueryForm
from applications.models import Case
from applications.views.common import RELATED
from certificates import throttle
from jobs import clock

PER_MINUTE = 10
NO_CODE = "------"


@never_cache
@sensitive_post_parameters("code")
def progress(request):
    """Tell how a case stands in public words; an unknown number and a wrong code get the same answer."""
    form = QueryForm(request.POST if request.method == "POST" else None)
    context = {"form": form}
    if request.method != "POST" or not form.is_valid():
        return _page(request, context)
    try:
        may_ask = throttle.within_limit(request, "progress", PER_MINUTE)
    except throttle.Unavailable:  # without the count anybody could guess on
        form.add_error(None, _("The query is out of order for a moment. Try again later, or sign in to see your case."))
        return _page(request, context, status=503)
    if not may_ask:
        form.add_error(None, _("Too many queries. Try again in a minute."))
        return _page(request, context, status=429)
    if found := find(**form.cleaned_data):
        return _page(request, context | _public(found))
    form.add_error(None, _("We found no case with this number and code. Check both, as printed on the receipt."))
    return _page(request, context)


def _page(request, context: dict, status: int = 200):
    return render(request, "applications/progress.html", context, status=status)


def find(case_no: str, code: str) -> Case | None:
    """Return the case with this number and query code; a wrong code takes as long as a wrong number."""
    case = (
        Case.objects.filter(case_no=case_no, is_restricted=False)
        .select_related(*RELATED)
        .prefetch_related("clocks")
        .first()
    )
    matches = constant_time_compare(case.query_code if case else NO_CODE, code)
    return case if case and matches else None


def _public(case: Case) -> dict:
    today = clock.today()
    words, tone = case_page.status_words(case)
    return {"case": case, "status": words, "tone": tone, "clocks": case_page.clock_views(case, today)}
