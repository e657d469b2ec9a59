"""What the expert review and the publicity of an application came to: the only place that asks `reviews`."""

from collections.abc import Mapping
from datetime import datetime

from applications.models import Case
from reviews.models import Dossier, PublicityEntry, Standing
from reviews.queries.scores import latest_standing
from reviews.services.dossiers import withdraw_of
from reviews.services.publicity import award_obstacles, withdraw_entries_of
from reviews.states import PublicityState


def dossier_of(case: Case) -> Dossier | None:
    """Return the dossier under which experts know a case."""
    return Dossier.objects.filter(case=case, withdrawn_at__isnull=True).select_related("group").first()


def standing_of(case: Case) -> Standing | None:
    """Return what the valid sheets of a case come to at last; None before any result."""
    return latest_standing(case)


def lines_of(standing: Standing | None) -> Mapping:
    """Return the points that the score scheme of a review asks for, by tier."""
    return standing.dossier.group.round.scheme.lines if standing else {}


def is_discussed(standing: Standing | None) -> bool:
    """Tell whether the panel has discussed the vetoes of a dossier and its opinion was recorded."""
    return bool(standing and standing.dossier.panel_opinion)


def entry_of(case: Case) -> PublicityEntry | None:
    """Return the latest entry of a case in a publicity that was posted."""
    entries = PublicityEntry.objects.filter(case=case).exclude(publicity__state=PublicityState.DRAFT)
    return entries.select_related("publicity").order_by("-pk").first()


def publicity_obstacles(case: Case, *, now: datetime) -> list:
    """List why a case may not be awarded yet; in the transaction that awards."""
    return award_obstacles(case, now=now)


def let_go(case: Case, *, now: datetime) -> None:
    """Withdraw the dossier and the publicity entry of a case that ends; scores stay sealed (domain 11.4)."""
    withdraw_of(case=case, now=now)
    withdraw_entries_of(case=case, now=now)
