"""/me/benefits/: agree that the portal looks for benefits, answer what it found, and take the consent back."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jobs import clock
from policies.matching import proactive, situation
from policies.models import Offer, OfferState
from talentportal.lib import again
from talentportal.lib.refusals import Refused


class ConsentForm(situation.SituationForm):
    """The facts that the rules need, and the yes itself."""

    def __init__(self, keys, *args, **kwargs):
        super().__init__(keys, *args, needed=["region"], **kwargs)
        self.fields["agree"] = forms.BooleanField(
            label=_("I agree that the portal keeps these answers and uses them to look for benefits for me."),
            error_messages={"required": _("Tick the box to agree. Without it nothing is looked for and nothing kept.")},
        )

    def facts(self) -> dict:
        return {key: value for key, value in super().facts().items() if key != "agree"}


@never_cache
@require_safe
@login_required
def benefits(request):
    """What was found, what was agreed to, and the way out."""
    today, space = clock.today(), proactive.space_of(request.user)
    told = situation.from_identity(request.user, today)
    told |= space.consent.facts if space.consent else situation.kept(request.session)
    form = ConsentForm(proactive.facts_needed(today), again.typed(request), initial=situation.typed(told))
    return _page(request, space, form)


def _page(request, space, form, **more):
    told = situation.in_words(space.consent.facts) if space.consent else []
    context = {"space": space, "form": form, "told": told, "days": proactive.ANSWER_DAYS, **more}
    return render(request, "policies/benefits.html", context)


@never_cache
@require_POST
@login_required
def agree(request):
    """Give the consent, or give it anew with other answers."""
    now = clock.now()
    form = ConsentForm(proactive.facts_needed(timezone.localdate(now)), request.POST)
    if not form.is_valid():
        return again.give_back(request, reverse("me:benefits"))
    again.forget(request)
    proactive.give_consent(facts=form.facts(), actor=request.user, now=now)
    messages.success(request, _("You have agreed. What is found is shown here and sent to your messages."))
    return redirect("me:benefits")


@never_cache
@require_POST
@login_required
def withdraw(request):
    """Take the consent back."""
    proactive.withdraw_consent(actor=request.user, now=clock.now())
    messages.success(request, _("Your consent has ended and your answers are deleted. Nothing is looked for any more."))
    return redirect("me:benefits")


@never_cache
@require_POST
@login_required
def answer(request, pk):
    """Confirm or decline what was found; confirming leads on to the application where there is one."""
    offer = get_object_or_404(Offer.objects.filter(user=request.user), pk=pk)
    try:
        offer = proactive.answer_offer(
            offer=offer, confirms="confirm" in request.POST, actor=request.user, now=clock.now()
        )
    except Refused as refused:
        for reason in refused.reasons:
            messages.error(request, reason)
        return redirect("me:benefits")
    if offer.state == OfferState.DECLINED:
        messages.success(request, _("Declined. This benefit is not offered to you again."))
    elif offer.benefit.service_item:
        messages.success(request, _("Confirmed. Send the application, and the office does the rest."))
        return redirect(_way_on(offer))
    else:
        messages.success(request, _("Confirmed. The office that grants the benefit takes it from here."))
    return redirect("me:benefits")


def _way_on(offer) -> str:
    """The application, which lies in a layer above, by its name."""
    return reverse("apply:start", args=[offer.benefit.service_item.code])
