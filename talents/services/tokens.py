"""Keys to the interface: made for one unit by somebody who acts for it, shown once, kept as a fingerprint."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from talentportal.lib.refusals import refuse_unless
from talents.models import UnitToken
from talents.queries.units import acting_units, acts_for
from talents.services.shortlists import NOT_YOURS

PREFIX = "tp_"
DAYS = 180  # a key runs
MOST = 5  # keys of a unit at a time
LONGEST_NAME = 60


def fingerprint(key: str) -> str:
    """Return what is kept of a key; it is long and random, so a plain SHA-256 cannot be turned back."""
    return hashlib.sha256(key.encode()).hexdigest()


@transaction.atomic
def make(*, unit: Unit, name: str, actor: User, now: datetime) -> tuple[UnitToken, str]:
    """Make a key that runs for half a year; return it with its text, which nobody can read again. Raises Refused."""
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    name = " ".join(name.split())
    reasons = [] if acts_for(actor, unit, now) else [NOT_YOURS]
    if not 0 < len(name) <= LONGEST_NAME:
        reasons.append(_("Give a name of at most %(most)d characters.") % {"most": LONGEST_NAME})
    if running(unit, now).count() >= MOST:
        reasons.append(_("A unit has %(most)d keys at most. Revoke one first.") % {"most": MOST})
    refuse_unless(not reasons, reasons)
    key = PREFIX + secrets.token_urlsafe(32)
    ends_on = timezone.localdate(now) + timedelta(days=DAYS)
    token = UnitToken.objects.create(
        unit=unit, name=name, fingerprint=fingerprint(key), made_by=actor, made_at=now, ends_on=ends_on
    )
    return token, key


@transaction.atomic
def revoke(*, token: UnitToken, actor: User, now: datetime) -> UnitToken:
    """Let a key open nothing any more, from the next call on. Safe to run twice. Raises Refused."""
    token = UnitToken.objects.select_for_update(of=("self",)).select_related("unit").get(pk=token.pk)
    refuse_unless(acts_for(actor, token.unit, now), NOT_YOURS)
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
    return token


def running(unit: Unit, now: datetime):
    """Return the keys of a unit that open something now."""
    return unit.tokens.filter(revoked_at__isnull=True, ends_on__gt=timezone.localdate(now))


def unit_of(key: str, now: datetime) -> Unit | None:
    """Return the unit that a key opens the pool for, and write down that it was used; None for no such key.

    It opens nothing once the unit is suspended or whoever made it has left: the same rule as for the pages.
    """
    if not key.startswith(PREFIX) or len(key) > 100:
        return None
    found = UnitToken.objects.filter(fingerprint=fingerprint(key), revoked_at__isnull=True)
    token = found.filter(ends_on__gt=timezone.localdate(now)).select_related("made_by").first()
    if token is None:
        return None
    unit = acting_units(token.made_by, now).select_related("work_region").filter(pk=token.unit_id).first()
    if unit is not None:
        UnitToken.objects.filter(pk=token.pk).update(used_at=now)
    return unit
