"""Objections 异议: in time until 24:00 of the last day, answered with reasons; only the office knows whose."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from applications.uploads import Enclosed
from jobs.services import enqueue
from notifications.services import Note, notify_many
from regions.queries import calendar_for
from reviews.letters import LETTER_JOB
from reviews.models import Objection, ObjectionReveal, PublicityEntry
from reviews.queries.publicity import is_in_charge, staff_of
from reviews.rules import publicity as rules
from reviews.services.publicity import lock_entry, strike
from reviews.states import OPEN_OBJECTIONS, EntryState, ObjectionState, PublicityState
from talentportal.lib import uploads
from talentportal.lib.bilingual import both
from talentportal.lib.numbers import short_code
from talentportal.lib.refusals import refuse_unless
from talentportal.lib.spoken import day_in_both

CODE_LENGTH = 10
SCAN_JOB = "reviews.scan_evidence"


@transaction.atomic
def object_to(
    *, entry: PublicityEntry, name: str, contact: str, text: str, now: datetime, evidence: Enclosed | None = None
) -> Objection:
    """Receive an objection to an entry, until 23:59:59.999 of the last day; return it with the number for the receipt.

    It blocks the award of this entry alone until it is answered. Real name, contact and facts are needed; name and
    contact are sealed. Effects: office and objector are told, evidence is scanned. Raises Refused with every reason.
    """
    entry = lock_entry(entry)
    reasons = _against(entry, now) or _lacking(name, contact, text)
    refuse_unless(not reasons, reasons)
    today = timezone.localdate(now)
    objection = Objection.objects.create(
        entry=entry,
        code=short_code(CODE_LENGTH),
        name=name.strip(),
        contact=contact.strip(),
        language=get_language() or "zh-hans",
        text=text.strip(),
        evidence=evidence.file if evidence else "",
        evidence_name=evidence.name if evidence else "",
        received_at=now,
        take_up_by=calendar_for(entry.publicity.organization.region).add(today, rules.TAKE_UP_DAYS),
    )
    if evidence:
        enqueue(kind=SCAN_JOB, key=str(objection.pk), now=now, objection=objection.pk)
    _tell_office(objection, "objection_received", now, date=day_in_both(objection.take_up_by))
    _write(objection, "objection_receipt", now)
    return objection


def _against(entry: PublicityEntry, now: datetime) -> list:
    publicity = entry.publicity
    if publicity.state == PublicityState.INTERRUPTED:
        return [_("The publicity is interrupted. Objections are possible again when it goes on.")]
    if publicity.state != PublicityState.OPEN or not rules.takes_objections(
        publicity.starts_on, publicity.ends_on, now
    ):
        return [_("The time for objections has ended.")]
    return [] if entry.state == EntryState.SHOWN else [_("This entry is not shown any more.")]


def _lacking(name: str, contact: str, text: str) -> list:
    reasons = [] if name.strip() else [_("Give your real name.")]
    reasons += [] if contact.strip() else [_("Give a telephone number or e-mail address.")]
    return reasons + ([] if text.strip() else [_("Say what you object to and why.")])


@transaction.atomic
def take_up(*, objection: Objection, actor, now: datetime) -> Objection:
    """Take an objection up for investigation; who does it handles it, and the answer is due in working days."""
    objection = _take(objection, actor, now, ObjectionState.RECEIVED)
    _set_handler(objection, actor, now)
    objection.state = ObjectionState.INVESTIGATING
    objection.save()
    return objection


def _set_handler(objection: Objection, actor, now: datetime) -> None:
    region = objection.entry.publicity.organization.region
    objection.handler, objection.taken_up_at = actor, now
    objection.answer_by = calendar_for(region).add(timezone.localdate(now), rules.ANSWER_DAYS)


@transaction.atomic
def answer_objection(*, objection: Objection, outcome: str, answer: str, actor, now: datetime) -> Objection:
    """Answer an objection with reasons; upheld, the entry is struck off and its award refused.

    `outcome` is UPHELD, PARTLY or REJECTED after an investigation; NOT_TAKEN also at once. Effects: the office is told.
    """
    not_taken = outcome == ObjectionState.NOT_TAKEN
    objection = _take(objection, actor, now, *(OPEN_OBJECTIONS if not_taken else (ObjectionState.INVESTIGATING,)))
    reasons = [] if outcome in rules.OUTCOMES else [_("Choose what comes out of it.")]
    reasons += [] if answer.strip() else [_("Give the reasons of the answer.")]
    reasons += rules.private_words(answer)
    refuse_unless(not reasons, reasons)
    objection.state, objection.answer = ObjectionState(outcome), answer.strip()
    objection.answered_at, objection.answered_by = now, actor
    objection.save()
    if outcome == ObjectionState.UPHELD and objection.entry.state == EntryState.SHOWN:
        strike(entry=objection.entry, actor=actor, now=now)
    _tell_office(objection, "objection_answered", now, outcome=both(objection.state.label))
    _write(objection, "objection_outcome", now)
    return objection


@transaction.atomic
def reveal_objector(*, objection: Objection, reason: str, actor, now: datetime) -> tuple[str, str]:
    """Return name and contact of who objected, and keep who looked and why. Refused without a reason."""
    refuse_unless(reason.strip(), _("Give the reason; it is kept."))
    objection = _take(objection, actor, now, *ObjectionState)
    ObjectionReveal.objects.create(objection=objection, by=actor, reason=reason.strip()[:200], at=now)
    return objection.name, objection.contact


@transaction.atomic
def scan_evidence(payload: dict, now: datetime) -> None:
    """Handle the job that has the evidence of an objection scanned. Safe to run twice."""
    objection = Objection.objects.select_for_update().get(pk=payload["objection"])
    if objection.evidence and not objection.evidence_scan:
        objection.evidence_scan = uploads.scan(Path(objection.evidence.path), settings.CLAMD_URL)
        objection.save(update_fields=["evidence_scan"])


def remind_of_objections(now: datetime) -> int:
    """Sweep: tell the office once of each objection whose day has come without it being taken up or answered."""
    today = timezone.localdate(now)
    open_ones = Objection.objects.filter(state__in=OPEN_OBJECTIONS).select_related("entry__publicity__organization")
    due = [one for one in open_ones if due_day(one) <= today and one.reminded_on != due_day(one)]
    for objection in due:
        objection.reminded_on = due_day(objection)
        objection.save(update_fields=["reminded_on"])
        _tell_office(objection, "objection_due", now, date=day_in_both(due_day(objection)))
    return len(due)


def due_day(objection: Objection):
    """Return the day by which the office has to do the next thing about an open objection."""
    return objection.answer_by or objection.take_up_by


def _take(objection: Objection, actor, now: datetime, *states: ObjectionState) -> Objection:
    """Lock entry, then objection, and return it fresh; refused to strangers, the applicant, in other states."""
    entry = lock_entry(objection.entry)
    locked = Objection.objects.select_for_update().get(pk=objection.pk)
    locked.entry = entry
    day = timezone.localdate(now)
    own = entry.case is not None and entry.case.applicant_id == actor.pk
    reasons = []
    if own or not is_in_charge(actor, entry.publicity.organization, day):
        reasons.append(_("You are not in charge of the publicities of this organization."))
    if locked.state not in states:
        reasons.append(_("This is not possible: the objection is %(state)s.") % {"state": locked.get_state_display()})
    refuse_unless(not reasons, reasons)
    return locked


def _write(objection: Objection, event: str, now: datetime) -> None:
    """Leave a letter to who objected to a job, where an e-mail address is known."""
    if "@" in objection.contact:
        enqueue(kind=LETTER_JOB, key=f"{objection.pk}:{event}", now=now, objection=objection.pk, event=event)


def _tell_office(objection: Objection, event: str, now: datetime, **words) -> None:
    publicity = objection.entry.publicity
    said = {"publicity": {"zh": publicity.title_zh, "en": publicity.title_en}, "code": objection.code} | words
    people = {one.pk: one for one in staff_of(publicity.organization, timezone.localdate(now))}
    notify_many(
        notes=[
            Note(
                event,
                one,
                f"{event}:{objection.pk}:{due_day(objection)}:to:{one.pk}",
                said,
                f"/admin/reviews/objection/{objection.pk}/change/",
                must_reach=False,
            )
            for one in people.values()
        ],
        now=now,
    )
