"""The expert's own pages: what is asked of me, where I sit, what I promised. Nobody else finds them."""

from functools import wraps

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from applications.views.common import signed_in
from jobs import clock
from reviews.invitation_forms import PROMISES, DeclineForm, PromiseForm
from reviews.models import Expert, Seat
from reviews.queries import rounds as queries
from reviews.services import invitations
from reviews.states import RoundState, SeatState
from talentportal.lib import again
from talentportal.lib.refusals import Refused


def experts_only(view):
    """Lead strangers to sign in; who is no expert finds nothing."""

    @signed_in
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not Expert.objects.filter(user=request.user).exists():
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@experts_only
def home(request):
    """List the invitations to answer, the reviews under way, and those that are over."""
    now = clock.now()
    lists = {"asked": [], "sitting": [], "past": []}
    for seat in queries.own_seats(request.user):
        lists[_list_of(seat, now)].append(_shown(seat))
    return render(request, "reviews/invitations.html", lists | {"expert": request.user.expert})


def _list_of(seat: Seat, now) -> str:
    if seat.state == SeatState.INVITED and now < seat.answer_by:
        return "asked"
    is_open = seat.state == SeatState.ACCEPTED and seat.group.round.state != RoundState.CLOSED
    return "sitting" if is_open else "past"


def _shown(seat: Seat) -> dict:
    return {"seat": seat, "count": queries.dossiers_of(seat.group).count(), "desk": desk_of(seat)}


def desk_of(seat: Seat) -> str:
    """Return the address of the dossiers, once the promise is given; "" before."""
    if not (seat.state == SeatState.ACCEPTED and seat.committed_at):
        return ""
    try:
        return reverse("expert:desk", args=[seat.group_id])
    except NoReverseMatch:
        return ""


@experts_only
def invitation(request, pk: int):
    """Show an invitation with what it asks: an answer, then the promise, then nothing any more."""
    seat = get_object_or_404(queries.own_seats(request.user), pk=pk)
    told, typed = again.told(request), again.typed(request)
    decline = DeclineForm(typed if told.get("act") == "decline" else None)
    promise = PromiseForm(typed if told.get("act") == "commit" else None)
    step = _step(seat, clock.now())
    context = _shown(seat) | {
        "step": step,
        "decline": decline,
        "promise": promise,
        "form": {"decline": decline, "commit": promise}.get(told.get("act")),
        "promises": PROMISES,
        "reasons": told.get("reasons", []),
        "has_errors": bool(told),
    }
    return render(request, "reviews/invitation.html", context)


def _step(seat: Seat, now) -> str:
    """Tell what is next: an answer, the promise, the dossiers, or nothing."""
    if seat.state == SeatState.INVITED:
        return "answer" if now < seat.answer_by else "late"
    if seat.state != SeatState.ACCEPTED or seat.group.round.state == RoundState.CLOSED:
        return "over"
    return "review" if seat.committed_at else "promise"


@require_POST
@experts_only
def answer(request, pk: int):
    """Accept or decline."""
    seat = get_object_or_404(queries.own_seats(request.user), pk=pk)
    page = reverse("expert:invitation", args=[pk])
    form = DeclineForm(request.POST)
    if "accept" not in request.POST and not form.is_valid():
        return again.give_back(request, page, act="decline")
    try:
        if "accept" in request.POST:
            invitations.accept(seat=seat, actor=request.user, now=clock.now())
            messages.success(request, _("Thank you. One promise is left before you begin."))
        else:
            invitations.decline(seat=seat, actor=request.user, now=clock.now(), **form.cleaned_data)
            messages.success(request, _("Your answer is noted. You need not do anything else."))
    except Refused as refused:
        return again.give_back(request, page, act="answer", reasons=refused.reasons)
    again.forget(request)
    return redirect(page)


@require_POST
@experts_only
def commit(request, pk: int):
    """Take the promise and lead to the dossiers."""
    seat = get_object_or_404(queries.own_seats(request.user), pk=pk)
    page = reverse("expert:invitation", args=[pk])
    if not PromiseForm(request.POST).is_valid():
        return again.give_back(request, page, act="commit")
    try:
        seat = invitations.commit(seat=seat, actor=request.user, now=clock.now())
    except Refused as refused:
        return again.give_back(request, page, act="commit", reasons=refused.reasons)
    again.forget(request)
    messages.success(request, _("Your promise is noted. The dossiers are open to you now."))
    return redirect(desk_of(seat) or page)
