"""How much a unit searches and looks: each look is written down, too many are slowed and reported."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import Unit, User
from notifications.services import Note, notify_many
from talentportal.lib.spoken import day_in_both
from talents import limits
from talents.models import Look, Profile, UnitUse
from talents.queries.units import administrators_of
from talents.states import LookKind

MINUTE = timedelta(minutes=1)
LIMITS = {"searches": "SEARCHES_A_DAY", "looks": "LOOKS_A_DAY", "api_calls": "SEARCHES_A_DAY"}


def locked_use(unit: Unit, now: datetime) -> UnitUse:
    """Return what the unit has used today, locked until the transaction ends: counts of one unit never race."""
    day = timezone.localdate(now)
    UnitUse.objects.get_or_create(unit=unit, day=day)
    return UnitUse.objects.select_for_update().get(unit=unit, day=day)


@transaction.atomic
def count(*, unit: Unit, kind: str, now: datetime) -> bool:
    """Count a page of results ("searches") or a call ("api_calls"); False when the unit has had its day's share.

    The first time it is over, the administrators of its region are told.
    """
    use = locked_use(unit, now)
    if getattr(use, kind) >= getattr(limits, LIMITS[kind]):
        _report(use, getattr(use, kind), now)
        return False
    setattr(use, kind, getattr(use, kind) + 1)
    use.save(update_fields=[kind])
    return True


@transaction.atomic
def look(*, unit: Unit, profiles: Iterable[Profile], kind: str, actor: User, now: datetime, fields=()) -> bool:
    """Write down that somebody of a unit looks at people: once a day for each; False when it is too many.

    Too many are those over the day's share, or over the minute's, which only a script reaches. What was shown by
    consent (kind SHARED) is always written and never refused.
    """
    use = locked_use(unit, now)
    start = timezone.make_aware(datetime.combine(use.day, datetime.min.time()))
    seen = Look.objects.filter(unit=unit, kind=kind, at__gte=start)
    if fields:
        seen = seen.filter(fields=list(fields), by=actor)
    known = set(seen.values_list("profile_id", flat=True))
    new = [profile for profile in profiles if profile.pk not in known]
    if kind != LookKind.SHARED and _too_many(use, len(new), now):
        return False
    Look.objects.bulk_create(
        [Look(profile=profile, unit=unit, by=actor, kind=kind, fields=list(fields), at=now) for profile in new]
    )
    use.looks += len(new)
    use.save(update_fields=["looks"])
    return True


def _too_many(use: UnitUse, more: int, now: datetime) -> bool:
    if not more:
        return False
    burst = Look.objects.filter(unit=use.unit_id, at__gt=now - MINUTE).count()
    if use.looks + more <= limits.LOOKS_A_DAY and burst + more <= limits.LOOKS_A_MINUTE:
        return False
    _report(use, use.looks + more, now)
    return True


def _report(use: UnitUse, number: int, now: datetime) -> None:
    """Tell the administrators once a day."""
    if use.reported_at:
        return
    use.reported_at = now
    use.save(update_fields=["reported_at"])
    words = {"unit": use.unit.name, "count": number, "date": day_in_both(use.day)}
    path = "/admin/talents/unituse/"
    notes = [
        Note("pool_overused", one, f"pool_overused:{use.pk}:{one.pk}", words, path, must_reach=False)
        for one in administrators_of(use.unit, now)
    ]
    notify_many(notes=notes, now=now)
