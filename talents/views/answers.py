"""The person's contact requests: what a unit asks, what it would see, and the answer."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from applications.views.common import signed_in
from jobs import clock
from talentportal.lib.refusals import Refused
from talents import consent_texts
from talents.models import ContactRequest
from talents.profile_forms import AcceptForm, RefuseForm, WriteForm
from talents.queries import contact as contact_queries
from talents.queries import people
from talents.services import answers, consents, contact
from talents.states import CheckState, Purpose, RequestState, Shared
from talents.views.person import filled, given_back

PAGE = 30


def _own(request, public_id: str) -> ContactRequest:
    return get_object_or_404(people.requests_to(request.user), public_id=public_id)


@require_safe
@signed_in
def request_list(request):
    """Contact requests to me: those that wait first, with the day until which I may answer."""
    rows, now = people.requests_to(request.user), clock.now()
    if (before := request.GET.get("before", "")).isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: PAGE + 1])
    context = {
        "waiting": [row for row in found[:PAGE] if row.state == RequestState.SENT and row.expires_at > now],
        "others": [row for row in found[:PAGE] if row.state != RequestState.SENT or row.expires_at <= now],
        "next": found[PAGE - 1].pk if len(found) > PAGE else "",
    }
    return render(request, "talents/contacts.html", context)


@signed_in
def detail(request, public_id: str):
    """One request: the unit, the vacancy, exactly what would be shown, the ways to answer; POST accepts."""
    found, now = _own(request, public_id), clock.now()
    values = people.values_of(request.user)
    form = filled(AcceptForm, request, wanted=found.wanted, values=values)
    if request.method == "POST":
        return _accept(request, found, form)
    contact.read_messages(found, by_person=True, now=now)
    context = {
        "asked": found,
        "is_open": found.state == RequestState.SENT and found.expires_at > now,
        "form": form,
        "refuse": RefuseForm(),
        "write": WriteForm(),
        "lacking": [Shared(name).label for name in found.wanted if not values.get(name)],
        "shown": [(Shared(name).label, values[name]) for name in contact_queries.shown(found, now)],
        "text": consent_texts.current(Purpose.SHARE),
        "check": found.unit.checks.filter(state=CheckState.PASSED).first(),
        "is_blocked": found.profile.blocked.filter(unit=found.unit).exists(),
        "messages_of": found.messages.all(),
    }
    return render(request, "talents/contact.html", context)


def _accept(request, found: ContactRequest, form: AcceptForm):
    """Show the chosen facts to the unit."""
    if not form.is_valid():
        return given_back(request)
    told = form.cleaned_data
    try:
        answers.accept(
            request=found,
            fields=told["fields_shown"],
            version=told["text_version"],
            actor=request.user,
            now=clock.now(),
        )
    except Refused as refused:
        return given_back(request, refused)
    messages.success(request, _("%(unit)s can see what you chose, for 30 days.") % {"unit": found.unit.name})
    return redirect("me:contact", found.public_id)


@require_POST
@signed_in
def answer(request, public_id: str, verb: str):
    """Decline, block the unit, take back what was shown, or write to the unit."""
    found, now = _own(request, public_id), clock.now()
    acts = {"refuse": _refuse, "block": _block, "withdraw": _withdraw, "write": _write}
    if verb not in acts:
        raise Http404
    try:
        messages.success(request, acts[verb](request, found, now))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("me:contact", public_id)


def _refuse(request, found: ContactRequest, now) -> str:
    answers.refuse(request=found, reason=request.POST.get("reason", ""), actor=request.user, now=now)
    return _("Declined. The unit reads only that, and your reason.")


def _block(request, found: ContactRequest, now) -> str:
    answers.block(request=found, actor=request.user, now=now)
    return _("Blocked. This unit cannot find you or ask you any more.")


def _withdraw(request, found: ContactRequest, now) -> str:
    if found.consent is None:
        raise Refused(_("Nothing is shown to this unit."))
    consents.withdraw(consent=found.consent, actor=request.user, now=now)
    return _("Withdrawn. The unit sees nothing of you any more and was told to delete what it noted.")


def _write(request, found: ContactRequest, now) -> str:
    contact.write(request=found, text=request.POST.get("text", ""), actor=request.user, now=now)
    return _("Sent.")
