"""The person's own verbs: join the pool, say and change things, choose who may find one, confirm, leave."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, Unit, UnitMember, UnitSuccession, User
from notifications.services import cancel_reminders, plan_reminders
from talentportal.lib.refusals import Refused, refuse_unless
from talentportal.lib.spoken import day_in_both
from talents import limits
from talents.models import BlockedUnit, Consent, Profile
from talents.rules import profiles as rules
from talents.services import consents, index, proofs
from talents.states import Purpose, Visibility

REMIND_DAYS = (14, 3)  # before a profile has to be confirmed again
STATED = (
    *("degree", "school_kind", "major", "graduation_year", "school", "title", "skill"),
    *("work_since", "industry", "occupation", "employer", "languages", "skills", "traits", "headline", "summary"),
    *("region", "wanted_regions", "wanted_kinds", "pay_from", "available"),
)
PAGE = "/me/profile/"


@transaction.atomic
def join(*, user: User, facts: Mapping, visibility: str, version: str, now: datetime, audience=None) -> Profile:
    """Make the profile of a person with the consent to be found, and put it into the search.

    `version`: of the words of consent that the page showed. Raises Refused with reasons by field. A second time, and
    for a closed account, it is refused.
    """
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    refuse_unless(user.is_active and user.closed_at is None, _("This account is closed already."))
    refuse_unless(not Profile.objects.filter(user=user).exists(), _("You are in the talent pool already."))
    profile = Profile(user=user, created_at=now, visibility=visibility, audience=audience)
    _state(profile, facts | {"visibility": visibility, "audience": audience}, now)
    _confirm(profile, now)
    profile.save(force_insert=True)
    proofs.refresh(profile, now)
    _block_employers(profile, now)
    plan_confirmation(profile, now)
    consents.give(user=user, purpose=Purpose.POOL, version=version, now=now)
    return profile


@transaction.atomic
def edit(*, profile: Profile, facts: Mapping, version: int, actor: User, now: datetime) -> Profile:
    """Change what a profile says, effective in the search at once. To edit is to confirm it as current.

    `version`: of the row that the page showed; Refused when another page has changed it since, when it is somebody
    else's, and with reasons by field.
    """
    profile = _own(profile, actor)
    refuse_unless(profile.version == version, _("You changed this on another page meanwhile. Please look again."))
    _state(profile, facts, now)
    _confirm(profile, now)
    _save(profile, now)
    _block_employers(profile, now)
    index.put(profile, now)
    return profile


@transaction.atomic
def show_to(*, profile: Profile, visibility: str, audience, actor: User, now: datetime) -> Profile:
    """Choose who may find a profile, effective at once."""
    profile = _own(profile, actor)
    found = rules.problems({"visibility": visibility, "audience": audience}, timezone.localdate(now).year)
    if found:
        raise Refused(rows=found)
    profile.visibility = Visibility(visibility)
    profile.audience = audience if visibility == Visibility.REGION_ONLY else None
    _save(profile, now)
    index.put(profile, now)
    return profile


@transaction.atomic
def confirm(*, profile: Profile, actor: User, now: datetime) -> Profile:
    """Confirm that a profile is current for the next days; one that was hidden is found again."""
    profile = _own(profile, actor)
    _confirm(profile, now)
    _save(profile, now)
    index.put(profile, now)
    return profile


@transaction.atomic
def block_unit(*, profile: Profile, unit: Unit, actor: User, now: datetime) -> None:
    """Keep a unit from finding and asking, at once; a second time nothing changes."""
    profile = _own(profile, actor)
    BlockedUnit.objects.get_or_create(profile=profile, unit=unit, defaults={"at": now})
    index.put(profile, now)


@transaction.atomic
def unblock_unit(*, profile: Profile, unit: Unit, actor: User, now: datetime) -> None:
    """Let a unit find the profile again. The present employer stays blocked."""
    profile = _own(profile, actor)
    block = BlockedUnit.objects.filter(profile=profile, unit=unit).first()
    refuse_unless(not (block and block.is_employer), _("Your present employer never sees you."))
    BlockedUnit.objects.filter(profile=profile, unit=unit).delete()
    index.put(profile, now)


@transaction.atomic
def set_weekly_note(*, profile: Profile, wanted: bool, actor: User, now: datetime) -> None:
    """Turn the weekly note on who looked on or off."""
    profile = _own(profile, actor)
    profile.wants_weekly_note = wanted
    _save(profile, now)


@transaction.atomic
def leave(*, profile: Profile, actor: User, now: datetime) -> None:
    """Leave the pool: withdraw every consent and delete the profile with requests, messages, looks and lists.

    What stays is the proof of the consents, without any fact. Units that were shown something are told to delete it.
    """
    profile = _own(profile, actor)
    forget(profile.user, now)


@transaction.atomic
def forget(user: User, now: datetime) -> None:
    """Withdraw all consents of a person and delete the profile; nothing for who has none. Safe to run twice."""
    for consent in Consent.objects.filter(user=user, ended_at__isnull=True).order_by("pk"):
        consents.withdraw(consent=consent, actor=user, now=now)
    for profile in Profile.objects.filter(user=user):
        cancel_reminders(subject=_subject(profile), now=now)
        profile.delete()


@transaction.atomic
def block_employers_of(user_id: int, now: datetime) -> None:
    """Block the units that a person works for now; for the sweep, since units register and merge without the person."""
    profile = Profile.objects.select_for_update(of=("self",)).get(user=user_id)
    _block_employers(profile, now)
    index.put(profile, now)


def _own(profile: Profile, actor: User) -> Profile:
    """Lock a profile and return it fresh; Refused unless it is the actor's own."""
    fresh = Profile.objects.select_for_update(of=("self",)).select_related("user").get(pk=profile.pk)
    refuse_unless(fresh.user_id == actor.pk, _("Only the person changes this profile."))
    return fresh


def _state(profile: Profile, facts: Mapping, now: datetime) -> None:
    """Take facts over; Refused by field for what cannot be right and what would give the person away."""
    for name in STATED:
        if name in facts:
            setattr(profile, name, facts[name])
    said = {name: getattr(profile, name) for name in STATED if name != "region"} | dict(facts)
    found = rules.problems(said, timezone.localdate(now).year)
    found |= rules.giveaways(said, _private(profile))
    if found:
        raise Refused(rows=found)
    profile.updated_at = now


def _private(profile: Profile) -> list[str]:
    """Return what names the person, kept out of every text that others read."""
    user = profile.user
    person = Person.objects.filter(user=user).first()
    return [
        *(user.name, person.name if person else "", profile.school, profile.employer),
        *(user.memberships.filter(left_at__isnull=True).values_list("unit__name", flat=True)),
    ]


def _confirm(profile: Profile, now: datetime) -> None:
    profile.confirmed_at, profile.confirm_by = now, now + timedelta(days=limits.CONFIRM_DAYS)


def _save(profile: Profile, now: datetime) -> None:
    profile.updated_at, profile.version = now, F("version") + 1
    profile.save()
    profile.refresh_from_db(fields=["version"])
    plan_confirmation(profile, now)


def _subject(profile: Profile) -> str:
    return f"talent_profile:{profile.pk}"


def plan_confirmation(profile: Profile, now: datetime) -> None:
    """Plan the reminders to confirm a profile again, in place of earlier ones."""
    words = {"date": day_in_both(timezone.localdate(profile.confirm_by))}
    days = [profile.confirm_by - timedelta(days=days) for days in REMIND_DAYS]
    rows = [("talent_confirm", profile.user, day, words, PAGE) for day in days]
    plan_reminders(subject=_subject(profile), rows=rows, now=now)


def _block_employers(profile: Profile, now: datetime) -> None:
    """Block every unit that the person works for or acts for, and its successors; a former one becomes a plain block.

    The person may lift a plain block, nobody lifts that of an employer (domain 7.1, 11.9).
    """
    named = Unit.objects.filter(name__iexact=profile.employer).first() if profile.employer else None
    if profile.employer_unit_id != (named and named.pk):
        Profile.objects.filter(pk=profile.pk).update(employer_unit=named)
        profile.employer_unit = named
    members = UnitMember.objects.filter(user=profile.user_id, left_at__isnull=True)
    units = {*members.values_list("unit", flat=True), *([named.pk] if named else [])}
    while more := set(UnitSuccession.objects.filter(old__in=units).values_list("new", flat=True)) - units:
        units |= more
    BlockedUnit.objects.filter(profile=profile, is_employer=True).exclude(unit__in=units).update(is_employer=False)
    BlockedUnit.objects.bulk_create(
        [BlockedUnit(profile=profile, unit_id=unit, is_employer=True, at=now) for unit in units],
        update_conflicts=True,
        unique_fields=["profile", "unit"],
        update_fields=["is_employer"],
    )
