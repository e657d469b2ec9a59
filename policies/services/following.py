"""The verbs of following: a policy, or a search that reports what is new.

Who signs in is told in the inbox and by e-mail. Who does not gives an address, which counts once its owner confirms it
by a link; every answer to the one who typed the address is the same, whatever we know of it.
"""

import secrets
from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs.services import enqueue
from policies.models import Follow, Frequency, Policy, SavedSearch
from talentportal.lib.refusals import refuse_unless

CONFIRM = "policies.ask_to_confirm"
MOST = 50  # searches of one reader
CONFIRM_DAYS = 7  # calendar days in which an address has to be confirmed; then the row is deleted
REPORT_AT = time(8)  # local time
MONDAY = 0


def next_report(frequency: str, now: datetime) -> datetime:
    """Return when the next report of a saved search falls due: 08:00 of the next day, or of the next Monday."""
    day = timezone.localdate(now) + timedelta(days=1)
    if frequency == Frequency.WEEKLY:
        day += timedelta(days=(MONDAY - day.weekday()) % 7)
    return timezone.make_aware(datetime.combine(day, REPORT_AT))


@transaction.atomic
def save_search(*, query: str, frequency: str, actor, now: datetime) -> SavedSearch:
    """Save a search (a canonical query string) for a person; saved before, only its frequency changes.

    Raises Refused beyond MOST searches.
    """
    saved = actor.saved_searches.filter(stopped_at=None)
    refuse_unless(
        saved.count() < MOST or saved.filter(query=query).exists(),
        _("You have %(count)d saved searches. Stop one of them first.") % {"count": MOST},
    )
    search, is_new = SavedSearch.objects.get_or_create(
        user=actor, query=query, stopped_at=None, defaults=_fresh(frequency, actor.language, now, confirmed_at=now)
    )
    return search if is_new else set_frequency(search=search, frequency=frequency, now=now)


@transaction.atomic
def ask_for_alerts(*, query: str, frequency: str, email: str, language: str, now: datetime) -> None:
    """Save a search for an e-mail address and send a letter that asks to confirm it, at most one an hour.

    Says nothing about what is known of the address: a search that is confirmed already, or one search too many,
    changes nothing and sends nothing.
    """
    saved = SavedSearch.objects.filter(user=None, email=email.lower(), stopped_at=None)
    if saved.count() >= MOST:
        return
    search, _is_new = SavedSearch.objects.get_or_create(
        user=None,
        email=email.lower(),
        query=query,
        stopped_at=None,
        defaults=_fresh(frequency, language, now, confirmed_at=None),
    )
    if search.confirmed_at is None:
        enqueue(kind=CONFIRM, key=f"{search.pk}:{now:%Y%m%d%H}", now=now, search=search.pk)


def _fresh(frequency: str, language: str, now: datetime, confirmed_at: datetime | None) -> dict:
    return {
        "frequency": frequency,
        "language": language,
        "token": secrets.token_urlsafe(32),
        "created_at": now,
        "confirmed_at": confirmed_at,
        "looked_at": now,
        "next_at": next_report(frequency, now),
    }


@transaction.atomic
def confirm_search(*, search: SavedSearch, now: datetime) -> SavedSearch:
    """Confirm that the owner of an address wants the reports; what was published since they asked is reported as well.

    Confirmed before, nothing changes. Raises Refused when it was stopped, or not confirmed in CONFIRM_DAYS.
    """
    search = SavedSearch.objects.select_for_update().get(pk=search.pk)
    refuse_unless(search.stopped_at is None, _("These messages were stopped. Save the search again to get them."))
    if search.confirmed_at is None:
        in_time = now <= search.created_at + timedelta(days=CONFIRM_DAYS)
        refuse_unless(in_time, _("This link has expired. Save the search again to get a new one."))
        search.confirmed_at, search.next_at = now, next_report(search.frequency, now)
        search.save(update_fields=["confirmed_at", "next_at"])
    return search


@transaction.atomic
def set_frequency(*, search: SavedSearch, frequency: str, now: datetime) -> SavedSearch:
    """Report more or less often from now on. A search that was stopped stays so."""
    search = SavedSearch.objects.select_for_update().get(pk=search.pk)
    if search.frequency != frequency:
        search.frequency, search.next_at = frequency, next_report(frequency, now)
        search.save(update_fields=["frequency", "next_at"])
    return search


def stop_searches(*, searches, now: datetime) -> int:
    """Stop saved searches (a queryset); safe to repeat. Returns how many were running."""
    return searches.filter(stopped_at=None).update(stopped_at=now)


def follow(*, policy: Policy, actor, now: datetime) -> Follow:
    """Tell a person of each new version of a policy from now on; following twice changes nothing."""
    return Follow.objects.get_or_create(user=actor, policy=policy, defaults={"since": now})[0]


def unfollow(*, policy: Policy, actor, now: datetime) -> None:
    """Stop following a policy; safe to repeat."""
    Follow.objects.filter(user=actor, policy=policy).delete()


@transaction.atomic
def stop_all(*, actor, now: datetime) -> None:
    """Stop everything that a person follows: saved searches and policies."""
    stop_searches(searches=actor.saved_searches, now=now)
    actor.follows.all().delete()
