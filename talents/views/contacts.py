"""A unit's contact requests: where each stands, what is shown by consent, and messages."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jobs import clock
from talentportal.lib import again
from talentportal.lib.refusals import Refused
from talents import limits
from talents.queries import cards
from talents.queries import contact as queries
from talents.services import contact as services
from talents.services.use import look
from talents.states import LookKind, RequestState
from talents.unit_forms import MessageForm
from talents.views.common import CHOSEN, for_unit

ON_A_PAGE = 20


@require_safe
@for_unit
def contact_list(request):
    """All requests of the unit, by state if one is chosen."""
    rows = queries.of_unit(request.unit)
    state = request.GET.get("state", "")
    if state in RequestState.values:
        rows = rows.filter(state=state)
    context = {
        "page": Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page")),
        "states": RequestState.choices,
        "state": state,
        "left": queries.requests_left(request.unit, clock.now()),
        "most": limits.REQUESTS_A_DAY,
        "unit": request.unit,
    }
    return render(request, "talents/org_contacts.html", context)


def _own(request, public_id: str):
    """Return a request of one of the units that the user acts for; a message may lead to another than the chosen."""
    found = get_object_or_404(queries.of_units(request.units), public_id=public_id)
    request.unit = found.unit
    request.session[CHOSEN] = found.unit_id
    return found


@for_unit
def contact(request, public_id: str):
    """A request; once accepted, what the person shows, under a watermark, and the messages. Each look is kept."""
    found, now = _own(request, public_id), clock.now()
    shown = queries.shown(found, now)
    form = MessageForm(again.typed(request)) if shown else None
    if request.method == "POST":
        return _write(request, found, form)
    if shown:
        who = {"unit": request.unit, "actor": request.user, "now": now}
        look(profiles=[found.profile], kind=LookKind.SHARED, fields=sorted(shown), **who)
        services.read_messages(found, by_person=False, now=now)
    context = {
        "contact": found,
        "wanted": [str(dict(found._meta.get_field("wanted").base_field.choices)[field]) for field in found.wanted],
        "shown": cards.values_shown(found.profile, shown),
        "stamp": f"{request.unit.name} · {request.user} · {timezone.localtime(now):%Y-%m-%d %H:%M}",
        "thread": found.messages.all() if shown else [],
        "form": form,
        "reasons": again.told(request).get("reasons", []),
        "findable": queries.profiles_for(request.unit, now).filter(pk=found.profile_id).exists(),
        "unit": request.unit,
    }
    return render(request, "talents/org_contact.html", context)


def _write(request, found, form):
    if form is not None and not form.is_valid():
        return again.give_back(request)
    text = form.cleaned_data["text"] if form else request.POST.get("text", "")
    try:
        services.write(request=found, text=text, actor=request.user, now=clock.now())
    except Refused as refused:
        return again.give_back(request, reasons=refused.reasons)
    again.forget(request)
    messages.success(request, _("The message is sent."))
    return redirect("org:contact", public_id=found.public_id)


@require_POST
@for_unit
def take_back(request, public_id: str):
    """Take a request back."""
    found = _own(request, public_id)
    try:
        services.take_back(request=found, actor=request.user, now=clock.now())
        messages.success(request, _("The request is taken back."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("org:contact", public_id=public_id)
