"""The public check of a receipt against the chain of events: no sign-in, no names."""

import hashlib

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from applications.forms import QueryForm, ReceiptForm
from applications.models import ChainAnchor
from applications.services import chain
from applications.views.progress import find
from certificates import throttle

PER_MINUTE = 10
FORMS = {"number": QueryForm, "file": ReceiptForm}


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def receipt(request):
    """Tell whether what a receipt says still stands; by case number and query code, or by the PDF itself."""
    way = request.POST.get("way")
    form = FORMS[way](request.POST, request.FILES, auto_id=f"{way}_%s") if way in FORMS else None
    if form is None or not form.is_valid():
        return _page(request, way, form)
    try:
        may_ask = throttle.within_limit(request, "receipt", PER_MINUTE)
    except throttle.Unavailable:  # without the count anybody could guess on
        form.add_error(None, _("The check is out of order for a moment. Try again later."))
        return _page(request, way, form, status=503)
    if not may_ask:
        form.add_error(None, _("Too many queries. Try again in a minute."))
        return _page(request, way, form, status=429)
    report = _by_number(form) if way == "number" else _by_file(form)
    return _page(request, way, form, report=report)


def _by_number(form: QueryForm) -> chain.Report | None:
    case = find(**form.cleaned_data)
    if case is None:
        form.add_error(None, _("We found no case with this number and code. Check both, as printed on the receipt."))
        return None
    return chain.check_receipt(case)


def _by_file(form: ReceiptForm) -> chain.Report | None:
    paper = chain.paper_of(hashlib.sha256(form.cleaned_data["file"]).hexdigest())
    if paper is None:
        form.add_error("file", _("This is not a receipt of this platform, or the file was changed."))
        return None
    return chain.check_receipt(paper.case, paper.content["zh"].get("entry", ""))


def _page(request, way, form, status: int = 200, report=None):
    forms = {name: form if name == way else made(auto_id=f"{name}_%s") for name, made in FORMS.items()}
    context = {"forms": forms, "form": form, "report": report, "latest": ChainAnchor.objects.order_by("day").last()}
    response = render(request, "applications/verify_receipt.html", context, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response
