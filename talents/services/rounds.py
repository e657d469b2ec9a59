"""What falls due without anybody's click: profiles not confirmed, employers that registered, the weekly note."""

from collections import defaultdict
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Concat, Upper
from django.utils import timezone

from accounts.models import Unit, UnitMember, UnitSuccession
from notifications.models import Message
from notifications.services import Note, notify_many
from talents.models import BlockedUnit, Consent, Look, PoolEntry, Profile
from talents.services import index, profiles

AT_ONCE = 500
LOG = "/me/privacy-log/"
NOTE_AT = time(9)  # on Mondays, of the week before
PROOF_YEARS = 3  # consents that ended are kept as proof (网络数据安全管理条例 第12条)


@transaction.atomic
def hide_unconfirmed(now: datetime) -> int:
    """Take profiles out of the search whose time to be confirmed is over, and tell their people; return how many."""
    late = Profile.objects.filter(confirm_by__lte=now, entry__isnull=False).select_related("user")
    late = list(late.select_for_update(of=("self",), skip_locked=True)[:AT_ONCE])
    for profile in late:
        index.put(profile, now)
    notes = [
        Note("talent_hidden", one.user, f"talent_hidden:{one.pk}:{one.confirm_by:%Y%m%d%H%M}", {}, profiles.PAGE)
        for one in late
    ]
    notify_many(notes=notes, now=now)
    return len(late)


def block_new_employers(now: datetime) -> int:
    """Block units that have come to be somebody's employer: registered, joined, merged; return in how many profiles."""
    members = UnitMember.objects.filter(left_at__isnull=True, user__talent_profile__isnull=False)
    blocked = BlockedUnit.objects.filter(profile__user=OuterRef("user"), unit=OuterRef("unit"))
    users = set(members.filter(~Exists(blocked)).values_list("user", flat=True)[:AT_ONCE])
    named = Profile.objects.annotate(key=Upper("employer")).filter(employer_unit__isnull=True).exclude(employer="")
    names = Unit.objects.annotate(key=Upper("name")).values("key")
    users |= set(named.filter(key__in=names).values_list("user", flat=True)[:AT_ONCE])
    heirs = UnitSuccession.objects.filter(old=OuterRef("unit"))
    heirs = heirs.exclude(new__in=BlockedUnit.objects.filter(profile=OuterRef(OuterRef("profile"))).values("unit"))
    left = BlockedUnit.objects.filter(Exists(heirs), is_employer=True)
    users |= set(left.values_list("profile__user", flat=True)[:AT_ONCE])
    for user in sorted(users):
        profiles.block_employers_of(user, now)
    return len(users)


@transaction.atomic
def weekly_notes(now: datetime) -> int:
    """Tell people on Monday which units looked at them in the week before; nobody looked, no note. Repeated, none."""
    local = timezone.localtime(now)
    monday = local.date() - timedelta(days=local.weekday())
    if local < timezone.make_aware(datetime.combine(monday, NOTE_AT)):
        return 0
    ends = timezone.make_aware(datetime.combine(monday, time()))
    looks = Look.objects.filter(at__gte=ends - timedelta(days=7), at__lt=ends, profile__wants_weekly_note=True)
    key = Concat(Value(f"talent_week:{monday}:"), "profile_id", output_field=CharField())
    looks = looks.annotate(key=key).filter(~Exists(Message.objects.filter(key=OuterRef("key"))))
    units = defaultdict(set)
    for profile, unit in looks.order_by().values_list("profile", "unit").distinct()[: AT_ONCE * 10]:
        units[profile].add(unit)
    people = Profile.objects.filter(pk__in=list(units)[:AT_ONCE]).select_related("user")
    notes = [
        Note("talent_looks", one.user, f"talent_week:{monday}:{one.pk}", {"count": len(units[one.pk])}, LOG)
        for one in people
    ]
    notify_many(notes=notes, now=now)
    return len(notes)


def erase_old_consents(now: datetime) -> int:
    """Delete consents that ended more than PROOF_YEARS ago and that no request needs; return how many."""
    long_ago = now - timedelta(days=366 * PROOF_YEARS)
    return Consent.objects.filter(ended_at__lt=long_ago, request__isnull=True).delete()[0]


def next_moment(after: datetime) -> datetime | None:
    """Return when the next profile has to be confirmed, for the demo clock."""
    found = PoolEntry.objects.filter(confirm_by__gt=after).order_by("confirm_by")
    return found.values_list("confirm_by", flat=True).first()
