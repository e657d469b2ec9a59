"""The verbs of service items: a guide is drafted, published, and from then on never edited."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from policies.guides import check_guide
from policies.models import GuideState, GuideVersion
from talentportal.lib.refusals import refuse_unless


@transaction.atomic
def publish_guide(*, guide: GuideVersion, actor, now: datetime) -> GuideVersion:
    """Publish a draft; earlier versions end on the day it begins. Cases keep the version they were begun with.

    Raises Refused with every element that is missing, or when the guide is no draft.
    """
    guide = GuideVersion.objects.select_for_update(of=["self"]).select_related("item__catalog_item").get(pk=guide.pk)
    refuse_unless(guide.state == GuideState.DRAFT, _("Only a draft can be published."))
    reasons = check_guide(guide)
    refuse_unless(not reasons, reasons)
    earlier = guide.item.guides.filter(state=GuideState.PUBLISHED, version__lt=guide.version)
    earlier.filter(Q(effective_to=None) | Q(effective_to__gt=guide.effective_from)).update(
        effective_to=guide.effective_from
    )
    guide.state, guide.published_at, guide.published_by = GuideState.PUBLISHED, now, actor
    guide.save(update_fields=["state", "published_at", "published_by"])
    return guide
