"""The verbs of publicity 公示 (domain 5.5): made, posted, interrupted, ended and taken down by days, entries struck."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import outcomes
from applications.models import Case
from regions.models import Region
from regions.queries import calendar_for
from reviews.models import Interruption, Publicity, PublicityEntry
from reviews.queries.publicity import is_in_charge, open_objections
from reviews.rules import publicity as rules
from reviews.states import EntryState, PublicityState
from talentportal.lib import spoken
from talentportal.lib.refusals import refuse_unless
from talentportal.lib.workdays import WorkCalendar

ENTRY_WORDS = ("name_zh", "name_en", "unit", "category_zh", "category_en", "text_zh", "text_en")


@transaction.atomic
def make_publicity(
    *,
    organization,
    title_zh: str,
    title_en: str,
    actor,
    now: datetime,
    days: int = 5,
    shown_days_after: int = 10,
    **text,
) -> Publicity:
    """Begin a publicity of an organization, to be filled and posted; `text`: text_zh and text_en.

    `days` are working days, 5 by default and 7 for the highest tiers. Raises Refused with every reason.
    """
    _check_in_charge(actor, organization, now)
    reasons = rules.private_words(title_zh, title_en, *text.values())
    if not (title_zh.strip() and title_en.strip()):
        reasons.append(_("Give the title in both languages."))
    if not 1 <= days <= 60:
        reasons.append(_("Between 1 and 60 working days."))
    refuse_unless(not reasons, reasons)
    return Publicity.objects.create(
        organization=organization,
        number=_next_number(organization, timezone.localdate(now).year),
        title_zh=title_zh.strip(),
        title_en=title_en.strip(),
        days=days,
        shown_days_after=shown_days_after,
        created_by=actor,
        created_at=now,
        **text,
    )


def _next_number(organization, year: int) -> str:
    """Return the next number of a region's year, as in 530000-2026-003; one at a time."""
    Region.objects.select_for_update(no_key=True).get(pk=organization.region_id)
    start = f"{organization.region_id}-{year}-"
    taken = Publicity.objects.filter(number__startswith=start).values_list("number", flat=True)
    return f"{start}{max((int(number.removeprefix(start)) for number in taken), default=0) + 1:03d}"


@transaction.atomic
def add_entry(
    *, publicity: Publicity, actor, now: datetime, case: Case | None = None, subject: str = "", **words
) -> PublicityEntry:
    """Add a line to a publicity that is not posted yet; `words`: any of ENTRY_WORDS.

    Of a case, name and unit come from it where they are not given: nothing else of it is shown. Without a case,
    `subject` says what the line is about. Refused where a text holds a resident number or a mobile number.
    """
    publicity = _take(publicity, actor, now, PublicityState.DRAFT)
    words = (_words_of(case) if case else {}) | {key: value.strip() for key, value in words.items()}
    unknown = set(words) - set(ENTRY_WORDS)
    if unknown:
        raise TypeError(f"no such words of an entry: {unknown}")
    reasons = rules.private_words(*words.values())
    if not words.get("name_zh"):
        reasons.append(_("An entry needs a name."))
    if case and publicity.entries.filter(case=case).exists():
        reasons.append(_("This case has an entry already."))
    refuse_unless(not reasons, reasons)
    order = (publicity.entries.order_by("-order").values_list("order", flat=True).first() or 0) + 1
    return PublicityEntry.objects.create(publicity=publicity, case=case, subject=subject, order=order, **words)


def _words_of(case: Case) -> dict:
    """Return the name and the unit of a case, which are all that is shown of it, or what the app above shows."""
    if shown := outcomes.shown(case):
        return shown
    if case.unit is not None:
        return {"name_zh": case.unit.name, "name_en": case.unit.name_en}
    return {"name_zh": case.applicant.person.name}


@transaction.atomic
def drop_entry(*, entry: PublicityEntry, actor, now: datetime) -> None:
    """Take a line out of a publicity that is not posted yet."""
    _take(entry.publicity, actor, now, PublicityState.DRAFT)
    PublicityEntry.objects.filter(pk=entry.pk).delete()


@transaction.atomic
def post(*, publicity: Publicity, actor, now: datetime) -> Publicity:
    """Show a publicity on the website; it runs from the next working day, by the calendar of the organization's region.

    Effects: number, entries and days are kept as a snapshot with its SHA-256. Refused without an entry.
    """
    publicity = _take(publicity, actor, now, PublicityState.DRAFT)
    refuse_unless(publicity.entries.exists(), _("A publicity needs at least one entry."))
    calendar, today = _calendar(publicity), timezone.localdate(now)
    publicity.state, publicity.posted_at, publicity.posted_by = PublicityState.OPEN, now, actor
    publicity.starts_on = rules.first_day(calendar, today)
    publicity.ends_on = rules.last_day(calendar, today, publicity.days)
    publicity.snapshot = snapshot_of(publicity)
    publicity.sha256 = rules.digest(publicity.snapshot)
    publicity.save()
    return publicity


def snapshot_of(publicity: Publicity) -> dict:
    """Return everything that a publicity shows, as texts."""
    return {
        "number": publicity.number,
        "organization": publicity.organization.name_zh,
        **{name: getattr(publicity, name) for name in ("title_zh", "title_en", "text_zh", "text_en", "days")},
        "posted_at": publicity.posted_at.isoformat(),
        "starts_on": publicity.starts_on.isoformat(),
        "ends_on": publicity.ends_on.isoformat(),
        "entries": [
            {"order": entry.order} | {name: getattr(entry, name) for name in ENTRY_WORDS}
            for entry in publicity.entries.all()
        ],
    }


@transaction.atomic
def interrupt(*, publicity: Publicity, actor, now: datetime, reason: str, since: date | None = None) -> Publicity:
    """Note that a publicity cannot be seen, from a day on that is today or was before; its days stop."""
    publicity = _take(publicity, actor, now, PublicityState.OPEN)
    since, today = since or timezone.localdate(now), timezone.localdate(now)
    reasons = [] if reason.strip() else [_("Give the reason.")]
    if not timezone.localdate(publicity.posted_at) <= since <= today:
        reasons.append(_("An interruption begins between the posting and today."))
    if today > publicity.ends_on:
        reasons.append(_("The publicity has ended."))
    refuse_unless(not reasons, reasons)
    Interruption.objects.create(publicity=publicity, starts_on=since, reason=reason.strip(), recorded_by=actor)
    publicity.state = PublicityState.INTERRUPTED
    publicity.save(update_fields=["state"])
    return publicity


@transaction.atomic
def resume(*, publicity: Publicity, actor, now: datetime, last_lost: date | None = None) -> Publicity:
    """Show an interrupted publicity again: the days from its interruption through `last_lost` run once more.

    `last_lost` is the last day on which it could not be seen the whole day, today by default. The end moves later,
    never earlier, and never into the past.
    """
    publicity = _take(publicity, actor, now, PublicityState.INTERRUPTED)
    gap, today = publicity.interruptions.get(ends_on=None), timezone.localdate(now)
    gap.ends_on = last_lost or today
    refuse_unless(
        gap.starts_on <= gap.ends_on <= today, _("The last day that was lost lies between the interruption and today.")
    )
    gap.save(update_fields=["ends_on"])
    publicity.state = PublicityState.OPEN
    publicity.save(update_fields=["state"])
    return _move_end(publicity)


def _move_end(publicity: Publicity) -> Publicity:
    """Compute the end anew from the days that were lost; it never moves earlier."""
    gaps = publicity.interruptions.filter(ends_on__isnull=False).values_list("starts_on", "ends_on")
    end = rules.last_day(_calendar(publicity), timezone.localdate(publicity.posted_at), publicity.days, gaps)
    publicity.ends_on = max(publicity.ends_on, end)
    publicity.save(update_fields=["ends_on"])
    return publicity


@transaction.atomic
def remove(*, publicity: Publicity, actor, now: datetime) -> Publicity:
    """Take an ended publicity off the website; its snapshot stays. Before its end it can only be interrupted."""
    publicity = _take(publicity, actor, now, PublicityState.OPEN, PublicityState.ENDED)
    ended = publicity.state == PublicityState.ENDED or timezone.localdate(now) > publicity.ends_on
    refuse_unless(ended, _("A publicity stays until its end. Note an interruption if it cannot be shown."))
    publicity.state = PublicityState.REMOVED
    publicity.save(update_fields=["state"])
    return publicity


@transaction.atomic
def withdraw_entry(*, entry: PublicityEntry, actor, now: datetime) -> PublicityEntry:
    """Mark an entry as withdrawn by its applicant; the others stay, and nobody moves up by itself (domain 11.4)."""
    return _mark(entry, EntryState.WITHDRAWN, actor, now)


@transaction.atomic
def withdraw_entries_of(*, case: Case, now: datetime) -> int:
    """Mark every shown entry of a case that ended as withdrawn; return how many. One not posted yet is taken out."""
    PublicityEntry.objects.filter(case=case, publicity__state=PublicityState.DRAFT).delete()
    entries = PublicityEntry.objects.filter(case=case, state=EntryState.SHOWN).order_by("pk")
    return len([withdraw_entry(entry=entry, actor=None, now=now) for entry in entries])


@transaction.atomic
def strike(*, entry: PublicityEntry, actor, now: datetime) -> PublicityEntry:
    """Strike an entry off after an objection was upheld: its award is refused."""
    return _mark(entry, EntryState.STRUCK, actor, now)


def _mark(entry: PublicityEntry, state: EntryState, actor, now: datetime) -> PublicityEntry:
    entry = lock_entry(entry)
    _check_in_charge(actor, entry.publicity.organization, now)
    refuse_unless(entry.state == EntryState.SHOWN, _("This entry is not shown any more."))
    entry.state = state
    entry.save(update_fields=["state"])
    return entry


def lock_entry(entry: PublicityEntry) -> PublicityEntry:
    """Lock an entry with its publicity until the transaction ends: objection and award wait here for each other."""
    return _locked_entries().get(pk=entry.pk)


def _locked_entries():
    return PublicityEntry.objects.select_related("publicity__organization__region", "case").select_for_update(
        of=("self", "publicity")
    )


# --- what stands against an award


def award_obstacles(case: Case, *, now: datetime) -> list:
    """List why a case may not be awarded yet; [] means free. Call in the transaction that awards: entries are locked.

    The latest posted publicity counts: it must have run to its end, without an objection that is still open, and the
    entry must neither be struck nor withdrawn. An objection that arrives at the same moment waits for the lock or is
    seen (domain 11.33).
    """
    return _obstacles(_locked_entries().filter(case=case), now)


def award_obstacles_of(subject: str, *, now: datetime) -> list:
    """List why what a subject such as "removal:17" names may not be carried out yet; see `award_obstacles`."""
    return _obstacles(_locked_entries().filter(subject=subject), now)


def _obstacles(entries, now: datetime) -> list:
    entry = entries.exclude(publicity__state=PublicityState.DRAFT).order_by("-pk").first()
    if entry is None:
        return [_("It has not been made public yet.")]
    reasons = []
    if entry.state != EntryState.SHOWN:
        reasons.append(_("The entry in the publicity was %(state)s.") % {"state": entry.get_state_display()})
    if entry.publicity.state == PublicityState.INTERRUPTED:
        reasons.append(_("The publicity is interrupted; the missing days run again."))
    elif timezone.localdate(now) <= entry.publicity.ends_on:
        reasons.append(_("The publicity runs until %(day)s.") % {"day": spoken.day(entry.publicity.ends_on)})
    if count := open_objections(entry).count():
        reasons.append(_("Objections without an answer: %(count)s.") % {"count": count})
    return reasons


# --- by the clock


def end_publicities(now: datetime) -> int:
    """Sweep: end what ran to its last day; return how many."""
    today = timezone.localdate(now)
    over = Publicity.objects.filter(state=PublicityState.OPEN, ends_on__lt=today)
    return over.update(state=PublicityState.ENDED)


def remove_publicities(now: datetime) -> int:
    """Sweep: take off the website what stayed its working days after the end; return how many."""
    today = timezone.localdate(now)
    ended = Publicity.objects.filter(state=PublicityState.ENDED, ends_on__lt=today).select_related(
        "organization__region"
    )
    gone = [
        publicity.pk
        for publicity in ended
        if rules.gone_after(_calendar(publicity), publicity.ends_on, publicity.shown_days_after) < today
    ]
    return Publicity.objects.filter(pk__in=gone, state=PublicityState.ENDED).update(state=PublicityState.REMOVED)


def recompute_publicities(now: datetime) -> int:
    """Compute running ends anew after a change of the calendar, never earlier; return how many moved."""
    return sum(_recompute(pk) for pk in _running().values_list("pk", flat=True))


@transaction.atomic
def _recompute(pk: int) -> bool:
    publicity = _running().select_for_update(of=("self",)).filter(pk=pk).first()
    before = publicity.ends_on if publicity else None
    return bool(publicity) and _move_end(publicity).ends_on != before


def _running():
    states = (PublicityState.OPEN, PublicityState.INTERRUPTED)
    return Publicity.objects.filter(state__in=states).select_related("organization__region").order_by("pk")


# --- how every verb begins


def _take(publicity: Publicity, actor, now: datetime, *states: PublicityState) -> Publicity:
    """Lock a publicity and return it fresh; refused to whoever is not in charge, and in any other state."""
    locked = (
        Publicity.objects.select_related("organization__region").select_for_update(of=("self",)).get(pk=publicity.pk)
    )
    _check_in_charge(actor, locked.organization, now)
    refuse_unless(
        locked.state in states,
        _("This is not possible: the publicity is %(state)s.") % {"state": locked.get_state_display()},
    )
    return locked


def _check_in_charge(actor, organization, now: datetime) -> None:
    refuse_unless(
        actor is None or is_in_charge(actor, organization, timezone.localdate(now)),
        _("You are not in charge of the publicities of this organization."),
    )


def _calendar(publicity: Publicity) -> WorkCalendar:
    return calendar_for(publicity.organization.region)
