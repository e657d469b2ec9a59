"""What the clock does for the library: publishes what is scheduled, turns what is repealed, watches ends and links.

Every sweep finds its work in the rows, so it catches up after an outage and does nothing the second time. Editors are
told once of each end and of each broken link.
"""

import logging
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Min, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from jobs.models import Job
from jobs.services import enqueue_many
from notifications.services import Note, notify_many
from policies import desk, services
from policies.models import PolicyVersion
from policies.services.library import turn_repealed
from policies.states import VersionState
from policies.text import links
from talentportal.lib.bilingual import both
from talentportal.lib.refusals import Refused

logger = logging.getLogger(__name__)

WARN_DAYS = 30  # calendar days before a policy ends
LINK_DAYS, BROKEN_DAYS = 7, 1  # how often a source is looked at: one that was there, one that was not
AT_ONCE = 50  # links handed to jobs by one sweep
WARN, LOOK = "policies.warn_of_end", "policies.check_link"


# --- Publication and repeal ------------------------------------------------------------------------------------------


def publish_scheduled(now: datetime) -> int:
    """Publish every version whose moment has come; one that cannot be goes back to its editors with the reason.

    One that fails for another cause is logged, stops no other, and is tried again by the next sweep.
    """
    scheduled = PolicyVersion.objects.filter(state=VersionState.SCHEDULED, publish_at__lte=now)
    done = 0
    for version in scheduled.order_by("publish_at", "number"):
        try:
            with transaction.atomic():
                _publish_or_return(version, now)
            done += 1
        except Exception:
            logger.exception("version %s could not be published", version.pk)
    return done


def _publish_or_return(version: PolicyVersion, now: datetime) -> None:
    try:
        services.publish(version=version, actor=None, now=now)
    except Refused as refusal:
        reason = str(refusal)
        services.return_to_editor(version=version, reason=reason, actor=None, now=now)
        _tell_editors("policy_not_published", version, now, str(version.publish_at), reason=reason)


def next_publication(after: datetime) -> datetime | None:
    """Return when the next version is published by the clock."""
    waiting = PolicyVersion.objects.filter(state=VersionState.SCHEDULED, publish_at__gt=after)
    return waiting.aggregate(at=Min("publish_at"))["at"]


def repeal_due(now: datetime) -> int:
    """Turn every version whose day of repeal has come."""
    due = PolicyVersion.objects.filter(
        state__in=(VersionState.PUBLISHED, VersionState.SUPERSEDED), repealed_on__lte=timezone.localdate(now)
    )
    for version in due:
        turn_repealed(version=version, now=now)
    return len(due)


# --- Ends ------------------------------------------------------------------------------------------------------------


def find_ends(now: datetime) -> int:
    """Hand each version that ends soon to a job that warns its editors, once for each day of its end."""
    today = timezone.localdate(now)
    ending = PolicyVersion.objects.filter(
        state=VersionState.PUBLISHED, expires_on__gt=today, expires_on__lte=today + timedelta(days=WARN_DAYS)
    )
    return _hand_out(WARN, [(f"{one.pk}:{one.expires_on}", {"version": one.pk}) for one in ending], now)


def warn_of_end(payload: dict, now: datetime) -> None:
    """Tell the editors that a version ends, unless it was prolonged, replaced or repealed meanwhile."""
    version = PolicyVersion.objects.filter(pk=payload["version"], state=VersionState.PUBLISHED).first()
    today = timezone.localdate(now)
    if version and version.expires_on and today < version.expires_on <= today + timedelta(days=WARN_DAYS):
        _tell_editors("policy_ending", version, now, str(version.expires_on), date=str(version.expires_on))


# --- Links -----------------------------------------------------------------------------------------------------------


def find_links(now: datetime) -> int:
    """Hand sources that nobody has looked at for a while to jobs, the oldest first; none while CHECK_LINKS is off."""
    if not settings.CHECK_LINKS:
        return 0
    rows = [(f"{one.pk}:{one.link_checked_at or ''}", {"version": one.pk}) for one in _unseen(now)[:AT_ONCE]]
    return _hand_out(LOOK, rows, now)


def _unseen(now: datetime) -> QuerySet[PolicyVersion]:
    healthy = Q(link_broken_since=None, link_checked_at__lte=now - timedelta(days=LINK_DAYS))
    broken = Q(link_broken_since__isnull=False, link_checked_at__lte=now - timedelta(days=BROKEN_DAYS))
    versions = PolicyVersion.objects.filter(Q(link_checked_at=None) | healthy | broken, state=VersionState.PUBLISHED)
    return versions.exclude(source_url="").order_by(F("link_checked_at").asc(nulls_first=True), "pk")


def check_link(payload: dict, now: datetime) -> None:
    """Look at one source; editors are told when it is missing on the second day, too."""
    version = PolicyVersion.objects.filter(pk=payload["version"]).exclude(source_url="").first()
    if version is None:
        return
    is_there = links.is_there(version.source_url)
    broken_since = None if is_there else version.link_broken_since or now
    if version.link_broken_since and not is_there:
        since = str(timezone.localdate(version.link_broken_since))
        _tell_editors("policy_link_broken", version, now, since, date=since)
    PolicyVersion.objects.filter(pk=version.pk).update(link_checked_at=now, link_broken_since=broken_since)


# --- Shared ----------------------------------------------------------------------------------------------------------


def _hand_out(kind: str, rows: list[tuple[str, dict]], now: datetime) -> int:
    """Write a job for each row that has none yet; return how many."""
    known = set(Job.objects.filter(kind=kind, key__in=[key for key, _payload in rows]).values_list("key", flat=True))
    fresh = [row for row in rows if row[0] not in known]
    enqueue_many(kind=kind, rows=fresh, now=now)
    return len(fresh)


def _tell_editors(event: str, version: PolicyVersion, now: datetime, occasion: str, **words: str) -> None:
    notes = [
        Note(
            event=event,
            recipient=editor,
            key=f"{event}:{version.pk}:{occasion}:{editor.pk}",
            context={"policy": both(version, "title"), **words},
            path=reverse("admin:policies_policyversion_change", args=[version.pk]),
        )
        for editor in editors_of(version, timezone.localdate(now))
    ]
    notify_many(notes=notes, now=now)


def editors_of(version: PolicyVersion, day: date) -> list[User]:
    """Return the editors in whose area a version lies."""
    editors = User.objects.filter(is_active=True, is_staff=True, posts__role=Role.EDITOR).distinct().order_by("pk")
    return [one for one in editors if desk.keeps(one, day, version.region_code)]


JOBS = {
    WARN: (warn_of_end, _("Warn editors that a policy ends")),
    LOOK: (check_link, _("Look whether the source of a policy is still there")),
}
SWEEPS = {
    "policies.publish_scheduled": publish_scheduled,
    "policies.repeal_due": repeal_due,
    "policies.find_ends": find_ends,
    "policies.find_links": find_links,
}
