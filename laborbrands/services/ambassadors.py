"""The end of an ambassador's term before its day, under the morals clause."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from laborbrands.models import Ambassador, BrandEvent
from laborbrands.queries.posts import covering_post
from talentportal.lib.refusals import refuse_unless

DISMISSED_BY = ("EXAMINER", "LEADER")


@transaction.atomic
def dismiss(*, ambassador: Ambassador, reason: str, actor: User, now: datetime) -> Ambassador:
    """Dismiss an ambassador with a reason. Raises Refused out of term, without a reason, or for who is not in charge.

    An ambassador of no brand belongs to the province.
    """
    rows = Ambassador.objects.select_for_update(of=("self",)).select_related("brand__region")
    ambassador, today = rows.get(pk=ambassador.pk), timezone.localdate(now)
    reasons = []
    if ambassador.dismissed_on:
        reasons.append(_("The ambassador was dismissed already."))
    elif ambassador.ends_on <= today:
        reasons.append(_("The term has ended already."))
    if not reason.strip():
        reasons.append(_("Give the reason of the dismissal."))
    refuse_unless(not reasons, reasons)
    brand = ambassador.brand
    if brand:
        post = covering_post(actor, brand.region, DISMISSED_BY, now)
        refuse_unless(post, _("Only an examiner or leader whose region covers the brand can do this."))
        BrandEvent.objects.create(
            brand=brand,
            verb="dismiss_ambassador",
            on=today,
            at=now,
            actor=actor,
            text_zh=ambassador.name_zh,
            text_en=ambassador.name_en,
            is_public=False,
        )
    ambassador.dismissed_on, ambassador.dismissal_reason = today, reason.strip()
    ambassador.save(update_fields=["dismissed_on", "dismissal_reason"])
    return ambassador
