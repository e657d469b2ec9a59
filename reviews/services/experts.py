"""The verbs of the pool: suspend an expert, take one back, retire one."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

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
