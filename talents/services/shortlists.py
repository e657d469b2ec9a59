"""Lists of candidates that the handlers of a unit share."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from talentportal.lib.refusals import refuse_unless
from talents import limits
from talents.models import Profile, Shortlist, ShortlistEntry
from talents.queries.contact import profiles_for
from talents.queries.units import acts_for

NOT_YOURS = _("You do not act for this unit any more.")
LONGEST_NAME, LONGEST_NOTE = 60, 300


@transaction.atomic
def make(*, unit: Unit, name: str, actor: User, now: datetime) -> Shortlist:
    """Begin a list; a name is taken once in a unit. Raises Refused."""
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    name = " ".join(name.split())
    reasons = [] if acts_for(actor, unit, now) else [NOT_YOURS]
    if not 0 < len(name) <= LONGEST_NAME:
        reasons.append(_("Give a name of at most %(most)d characters.") % {"most": LONGEST_NAME})
    if unit.shortlists.filter(name=name).exists():
        reasons.append(_("Your unit has a list of this name."))
    if unit.shortlists.count() >= limits.LISTS:
        reasons.append(_("A unit keeps %(most)d lists at most.") % {"most": limits.LISTS})
    refuse_unless(not reasons, reasons)
    return unit.shortlists.create(name=name, by=actor, created_at=now)


@transaction.atomic
def put(*, shortlist: Shortlist, profile: Profile, actor: User, now: datetime, note: str = "") -> ShortlistEntry:
    """Put a person whom the unit may find on a list; who is on it stays as it is. Raises Refused."""
    shortlist = _take(shortlist, actor, now)
    on_it = shortlist.entries.filter(profile=profile).first()
    if on_it:
        return on_it
    reasons = [] if profiles_for(shortlist.unit, now).filter(pk=profile.pk).exists() else [_GONE]
    if shortlist.entries.count() >= limits.CANDIDATES:
        reasons.append(_("A list holds %(most)d people at most.") % {"most": limits.CANDIDATES})
    refuse_unless(not reasons, reasons)
    return shortlist.entries.create(profile=profile, by=actor, at=now, note=note.strip()[:LONGEST_NOTE])


_GONE = _("This person cannot be found any more.")


@transaction.atomic
def note(*, entry: ShortlistEntry, text: str, actor: User, now: datetime) -> ShortlistEntry:
    """Keep a note on a candidate, for the colleagues; the person gets it with a copy of the data. Raises Refused."""
    _take(entry.shortlist, actor, now)
    entry = ShortlistEntry.objects.select_for_update().get(pk=entry.pk)
    longest = _("A note has at most %(most)d characters.") % {"most": LONGEST_NOTE}
    refuse_unless(len(text.strip()) <= LONGEST_NOTE, longest)
    entry.note = text.strip()
    entry.save(update_fields=["note"])
    return entry


@transaction.atomic
def take_off(*, entry: ShortlistEntry, actor: User, now: datetime) -> None:
    """Take somebody off a list. Raises Refused."""
    _take(entry.shortlist, actor, now)
    entry.delete()


@transaction.atomic
def drop(*, shortlist: Shortlist, actor: User, now: datetime) -> None:
    """Delete a list with its notes. Raises Refused."""
    _take(shortlist, actor, now).delete()


def _take(shortlist: Shortlist, actor: User, now: datetime) -> Shortlist:
    rows = Shortlist.objects.select_for_update(of=("self",)).select_related("unit__work_region")
    shortlist = rows.get(pk=shortlist.pk)
    refuse_unless(acts_for(actor, shortlist.unit, now), NOT_YOURS)
    return shortlist
