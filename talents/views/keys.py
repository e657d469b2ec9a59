"""The keys of a unit to the interface."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jobs import clock
from talentportal.lib import again
from talentportal.lib.refusals import Refused
from talents.models import UnitToken
from talents.services import tokens
from talents.unit_forms import NameForm
from talents.views.common import for_unit


@for_unit
def key_list(request):
    """The keys that run; a POST makes one, whose text is shown once, on the answer itself."""
    form, key = NameForm(again.typed(request)), ""
    if request.method == "POST":
        if not form.is_valid():
            return again.give_back(request)
        try:
            _made, key = tokens.make(unit=request.unit, actor=request.user, now=clock.now(), **form.cleaned_data)
        except Refused as refused:
            return again.give_back(request, reasons=refused.reasons)
        again.forget(request)
        form = NameForm(None)
    context = {"tokens": tokens.running(request.unit, clock.now()), "form": form, "key": key, "unit": request.unit}
    response = render(request, "talents/keys.html", context | {"reasons": again.told(request).get("reasons", [])})
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@for_unit
def revoke(request, pk: int):
    """Let a key open nothing any more."""
    token = get_object_or_404(UnitToken, unit=request.unit, pk=pk)
    tokens.revoke(token=token, actor=request.user, now=clock.now())
    messages.success(request, _("The key opens nothing any more."))
    return redirect("org:keys")
