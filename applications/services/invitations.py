"""The invitation to rate: when a case closes, and once more three days later while there is no rating."""

from datetime import datetime, timedelta

from django.utils import timezone

from applications.models import Case
from applications.services.clocks import at_nine, path_of, words_of
from applications.touchpoints import INVITE_AGAIN_DAYS, INVITED
from notifications.services import cancel_reminders, notify, plan_reminders


def invite_to_rate(case: Case, now: datetime) -> None:
    """Ask the applicant of a case that closes to rate it; part of the closing transaction.

    Nobody is asked after a termination, a transfer or a lapse. A case that closes again after a reconsideration is
    asked about anew.
    """
    if case.close_type not in INVITED:
        return
    path, words, key = f"{path_of(case)}rate/", words_of(case), f"rating_invited:{case.pk}:{now.isoformat()}"
    notify(event="rating_invited", recipient=case.applicant, key=key, context=words, path=path, now=now)
    again = at_nine(timezone.localdate(now) + timedelta(days=INVITE_AGAIN_DAYS))
    row = ("rating_reminder", case.applicant, again, words, path)
    plan_reminders(subject=f"rating:{case.pk}", rows=[row], now=now)


def end_invitation(case: Case, now: datetime) -> None:
    """Ask no more."""
    cancel_reminders(subject=f"rating:{case.pk}", now=now)
