"""The verbs of service items: a guide is drafted, published, and from then on never edited."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from policies.guides import check_guide
from policies.models import GuideState, GuideVersion, MaterialSpec
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


@transaction.atomic
def copy_guide(*, guide: GuideVersion, actor, now: datetime) -> GuideVersion:
    """Make the next draft of an item from any of its versions, with all materials; it begins tomorrow at the earliest.

    Raises Refused when the item has a draft already: two at once would overtake each other.
    """
    versions = guide.item.guides.select_for_update().order_by("version")
    refuse_unless(
        not [one for one in versions if one.state == GuideState.DRAFT],
        _("This item has a draft already. Edit that one."),
    )
    materials = list(guide.materials.all())
    draft = GuideVersion.objects.get(pk=guide.pk)
    draft.pk, draft._state.adding = None, True
    draft.version, draft.state = max(one.version for one in versions) + 1, GuideState.DRAFT
    draft.effective_from, draft.effective_to = timezone.localdate(now) + timedelta(days=1), None
    draft.published_at = draft.published_by = None
    draft.save()
    for spec in materials:
        spec.pk, spec._state.adding, spec.guide = None, True, draft
    MaterialSpec.objects.bulk_create(materials)
    return draft


def suspend_guide(*, guide: GuideVersion, actor, now: datetime) -> GuideVersion:
    """Close a published guide to new applications for a time; open cases go on. Raises Refused in another state."""
    return _turn(guide, (GuideState.PUBLISHED,), GuideState.SUSPENDED)


def resume_guide(*, guide: GuideVersion, actor, now: datetime) -> GuideVersion:
    """Open a suspended guide again. Raises Refused in another state."""
    return _turn(guide, (GuideState.SUSPENDED,), GuideState.PUBLISHED)


def cancel_guide(*, guide: GuideVersion, actor, now: datetime) -> GuideVersion:
    """Cancel a guide for good; open cases go on under it (domain 11.11). Raises Refused for a draft."""
    return _turn(guide, (GuideState.PUBLISHED, GuideState.SUSPENDED), GuideState.CANCELLED)


@transaction.atomic
def _turn(guide: GuideVersion, sources: tuple, target: GuideState) -> GuideVersion:
    guide = GuideVersion.objects.select_for_update().get(pk=guide.pk)
    refuse_unless(
        guide.state in sources,
        _("The guide is in another state now: %(state)s.") % {"state": guide.get_state_display()},
    )
    guide.state = target
    guide.save(update_fields=["state"])
    return guide
