"""The verbs of the pool: suspend an expert, take one back, retire one, link the account of one."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.contacts import Contact
from accounts.queries import owner_of, person_of
from reviews.models import Expert
from reviews.queries.rounds import in_charge
from reviews.services.rounds import NOT_YOURS
from reviews.states import ExpertStatus
from talentportal.lib.refusals import refuse_unless


@transaction.atomic
def set_status(*, expert: Expert, status: str, reason: str, actor, now: datetime) -> Expert:
    """Suspend, retire or take back an expert; the reason goes to the integrity record with the day.

    Seats drawn before are looked at again when they are invited. Raises Refused.
    """
    expert = Expert.objects.select_for_update(of=("self",)).select_related("organization__region").get(pk=expert.pk)
    reasons = [] if in_charge(actor, expert.organization, now) else [NOT_YOURS]
    if status not in ExpertStatus.values or status == expert.status:
        reasons.append(_("Nothing to change."))
    if expert.status == ExpertStatus.RETIRED:
        reasons.append(_("Who has retired is appointed anew, with another number."))
    if not reason.strip():
        reasons.append(_("Give the reason."))
    refuse_unless(not reasons, reasons)
    expert.status = status
    expert.integrity_note = f"{timezone.localdate(now)} {reason.strip()}"[:300]
    expert.save(update_fields=["status", "integrity_note"])
    return expert


@transaction.atomic
def link_account(*, expert: Expert, account: Contact | None) -> Expert:
    """Link the account that somebody proved with this number or address to an expert who has none yet.

    Part of a verb that has checked the actor. Raises Refused.
    """
    refuse_unless(account, _("Enter the mobile number or e-mail address with which the expert signs in."))
    user = owner_of(account)
    refuse_unless(
        user,
        _(
            "No account is known by this number or address. Ask the expert to register on the portal with it, which "
            "takes a minute, then note the answer."
        ),
    )
    person = person_of(user)
    reasons = [_("This account belongs to another expert.")] if Expert.objects.filter(user=user).exists() else []
    reasons += [_("This account bears another name than the expert.")] if person and person.name != expert.name else []
    refuse_unless(not reasons, reasons)
    expert.user = user
    expert.save(update_fields=["user"])
    return expert
