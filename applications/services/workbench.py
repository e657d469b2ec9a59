"""What somebody arranges at the own desk: queues kept under a name."""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from applications.models import SavedView
from talentportal.lib.refusals import refuse_unless

MOST_VIEWS = 12


@transaction.atomic
def save_view(*, name: str, query: str, actor) -> tuple[SavedView, bool]:
    """Keep a queue with its filters under a name; the same name again keeps the new one.

    Returns the view and whether its name is new. Raises Refused when there are too many.
    """
    name, views = " ".join(name.split())[:40], SavedView.objects.filter(owner=actor)
    refuse_unless(name, _("Give it a name."))
    is_known = views.filter(name=name).exists()
    refuse_unless(is_known or views.count() < MOST_VIEWS, _("At most %(most)s saved views.") % {"most": MOST_VIEWS})
    last = views.aggregate(last=Max("order"))["last"] or 0
    return SavedView.objects.update_or_create(
        owner=actor,
        name=name,
        defaults={"query": query[:300]},
        create_defaults={"query": query[:300], "order": last + 1},
    )


def forget_view(*, view: SavedView, actor) -> None:
    """Delete an own saved view; somebody else's stays. Safe to run twice."""
    SavedView.objects.filter(pk=view.pk, owner=actor).delete()
