"""What the expert review and the publicity of an application came to: the only place that asks `reviews`."""

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models import Case
from reviews.models import Dossier, PublicityEntry, Standing
from reviews.states import OPEN_OBJECTIONS, EntryState, PublicityState


def dossier_of(case: Case) -> Dossier | None:
    """Return the dossier under which experts know a case."""
    return Dossier.objects.filter(case=case, withdrawn_at__isnull=True).select_related("group").first()


def standing_of(case: Case) -> Standing | None:
    """Return what the valid sheets of a case come to at last; None before any result."""
    found = Standing.objects.filter(dossier__case=case, dossier__withdrawn_at__isnull=True)
    return found.select_related("dossier__group__round__scheme").order_by("-id").first()


def lines_of(standing: Standing | None) -> Mapping:
    """Return the points that the score scheme of a review asks for, by tier."""
    return standing.dossier.group.round.scheme.lines if standing else {}


def is_discussed(standing: Standing | None) -> bool:
    """Tell whether the office has discussed the vetoes of a dossier and decided to go on."""
    return bool(standing and getattr(standing.dossier, "panel_at", None))


def entry_of(case: Case) -> PublicityEntry | None:
    """Return the latest entry of a case in a publicity that was posted."""
    entries = PublicityEntry.objects.filter(case=case).exclude(publicity__state=PublicityState.DRAFT)
    return entries.select_related("publicity").order_by("-pk").first()


def publicity_obstacles(case: Case, *, now: datetime) -> list:
    """List why a case may not be awarded yet; in the transaction that awards."""
    entries = PublicityEntry.objects.select_for_update(of=("self", "publicity")).select_related("publicity")
    entries = entries.filter(case=case)
    entry = entries.exclude(publicity__state=PublicityState.DRAFT).order_by("-pk").first()
    if entry is None:
        return [_("It has not been made public yet.")]
    reasons = []
    if entry.state != EntryState.SHOWN:
        reasons.append(_("The entry in the publicity was %(state)s.") % {"state": entry.get_state_display()})
    if entry.publicity.ends_on >= timezone.localdate(now):
        reasons.append(_("The publicity still runs."))
    if entry.objections.filter(state__in=OPEN_OBJECTIONS).exists():
        reasons.append(_("An objection is still open."))
    return reasons


def let_go(case: Case, *, now: datetime) -> None:
    """Withdraw the dossier and the publicity entry of a case that ends; scores stay sealed (domain 11.4)."""
    Dossier.objects.filter(case=case, withdrawn_at__isnull=True).update(withdrawn_at=now)
    PublicityEntry.objects.filter(case=case, publicity__state=PublicityState.DRAFT).delete()
    PublicityEntry.objects.filter(case=case, state=EntryState.SHOWN).update(state=EntryState.WITHDRAWN)
