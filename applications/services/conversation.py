"""Words on a case: messages between applicant and office, notes of the office. They move no state and stop no clock."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import queries
from applications.models import Case, CaseMessage, CaseNote, MessageFile
from applications.services.clocks import at_nine, calendar_of, clerks_of, path_of, spoken_to, words_of
from applications.services.journal import RELATED
from applications.states import ENDED_STATES, ScanState, State, Who
from applications.uploads import Enclosed
from jobs.services import enqueue
from notifications.services import Note, cancel_reminders, notify_many, plan_reminders
from talentportal.lib import spoken, uploads
from talentportal.lib.bilingual import both
from talentportal.lib.refusals import refuse_unless
from talentportal.lib.spoken import day_in_both

MOST_A_DAY = 30  # messages of one person on one case within 24 hours
AGAIN = timedelta(minutes=1)  # the same words within this time are a second click
SILENT = (State.DRAFT, State.ARCHIVED)


@transaction.atomic
def send_message(
    *, case: Case, actor, now: datetime, text: str, files: Iterable[Enclosed] = (), reply_by: date | None = None
) -> CaseMessage:
    """Write a message to the other side: the applicant's side to the office, or the office to the applicant.

    `reply_by`, only from the office and on an open case: the working day until which an answer is awaited; it stands
    in the applicant's to-dos, with reminders. An answer of the applicant settles what was awaited, and whoever answers
    has read. A message never replaces a notice. Sent twice within a minute, with the same files, it is written once.
    Raises Refused with every reason.
    """
    locked = _lock(case)
    is_from_office = Who.APPLICANT not in _roles(locked, actor, now)
    text = text.strip()
    refuse_unless(not (reasons := _against(locked, actor, now, text, is_from_office, reply_by)), reasons)
    said = {"author": actor, "is_from_office": is_from_office, "text": text, "reply_by": reply_by}
    files = list(files)
    if earlier := _said_already(locked, said, files, now):
        return earlier
    _read(locked, by_office=is_from_office, now=now)
    message = CaseMessage.objects.create(case=locked, sent_at=now, **said)
    for enclosed in files:
        _enclose(message, enclosed, now)
    if is_from_office:
        _tell_applicant(message, now)
    else:
        _settle(locked, now)
        _tell_office(message, now)
    return message


@transaction.atomic
def read_messages(*, case: Case, actor, now: datetime) -> int:
    """Note that the actor's side has read the other side's messages; return how many. Safe to run twice."""
    return _read(case, by_office=Who.APPLICANT not in _roles(case, actor, now), now=now)


@transaction.atomic
def withdraw_question(*, message: CaseMessage, actor, now: datetime) -> CaseMessage:
    """Let the office await an answer no longer, because it came by telephone or is not needed. Safe to run twice."""
    case = _lock(message.case)
    refuse_unless(Who.APPLICANT not in _roles(case, actor, now), _("This step is for another role."))
    message = CaseMessage.objects.get(pk=message.pk, case=case)
    _settle(case, now, pk=message.pk)
    message.refresh_from_db()
    return message


@transaction.atomic
def write_note(*, case: Case, actor, now: datetime, text: str) -> CaseNote:
    """Write a note that only the office sees. Raises Refused for the applicant's side and for empty words."""
    case = _lock(case)
    refuse_unless(Who.APPLICANT not in _roles(case, actor, now), _("Notes are for the office."))
    text = text.strip()
    refuse_unless(text, _("Write something."))
    if earlier := case.notes.filter(author=actor, text=text, written_at__gt=now - AGAIN).first():
        return earlier
    return CaseNote.objects.create(case=case, author=actor, text=text, written_at=now)


@transaction.atomic
def scan_message_file(*, file: MessageFile, now: datetime) -> MessageFile:
    """Have a file of a message scanned and keep the verdict. Safe to run twice."""
    kept = MessageFile.objects.select_for_update().get(pk=file.pk)
    if kept.scan_state == ScanState.PENDING:
        kept.scan_state = uploads.scan(Path(kept.file.path), settings.CLAMD_URL)
        kept.save(update_fields=["scan_state"])
    return kept


def _said_already(case: Case, said: dict, files: list[Enclosed], now: datetime) -> CaseMessage | None:
    """Return the message of a first click: the same words with the same files."""
    sums = sorted(enclosed.facts.sha256 for enclosed in files)
    earlier = case.messages.filter(**said, sent_at__gt=now - AGAIN)
    return next((one for one in earlier if sorted(one.files.values_list("sha256", flat=True)) == sums), None)


def _lock(case: Case) -> Case:
    return Case.objects.select_related(*RELATED).select_for_update(of=("self",)).get(pk=case.pk)


def _roles(case: Case, actor, now: datetime) -> set[str]:
    roles = queries.roles_on(case, actor, timezone.localdate(now)) - {Who.SYSTEM}
    refuse_unless(roles, _("This case is outside your posts."))
    return roles


def _against(case: Case, actor, now: datetime, text: str, is_from_office: bool, reply_by: date | None) -> list:
    reasons = []
    if case.state in SILENT:
        reasons.append(_("Nothing more can be written on this case."))
    if not text:
        reasons.append(_("Write something."))
    limit = CaseMessage._meta.get_field("text").max_length
    if len(text) > limit:
        reasons.append(_("At most %(limit)s characters.") % {"limit": limit})
    if case.messages.filter(author=actor, sent_at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY:
        reasons.append(_("Too many messages today. Telephone the window, or write again tomorrow."))
    return reasons + (_against_day(case, now, is_from_office, reply_by) if reply_by else [])


def _against_day(case: Case, now: datetime, is_from_office: bool, reply_by: date) -> list:
    if not is_from_office:
        return [_("Only the office sets a day for the answer.")]
    if case.state in ENDED_STATES:
        return [_("The case is finished; no answer can be awaited.")]
    if reply_by <= timezone.localdate(now):
        return [_("Choose a day after today.")]
    if not calendar_of(case).is_workday(reply_by):
        return [_("%(date)s is not a working day.") % {"date": spoken.day(reply_by)}]
    return []


def _read(case: Case, *, by_office: bool, now: datetime) -> int:
    return case.messages.filter(is_from_office=not by_office, read_at__isnull=True).update(read_at=now)


def _settle(case: Case, now: datetime, **which) -> None:
    """Note that what the office awaited has come, and cancel the reminders of it."""
    for awaited in case.messages.filter(reply_by__isnull=False, answered_at__isnull=True, **which):
        cancel_reminders(subject=f"message:{awaited.pk}", now=now)
        CaseMessage.objects.filter(pk=awaited.pk).update(answered_at=now)


def _enclose(message: CaseMessage, enclosed: Enclosed, now: datetime) -> None:
    facts = enclosed.facts
    kept = MessageFile.objects.create(
        message=message,
        name=enclosed.name,
        file=enclosed.file,
        kind=facts.kind,
        mime=facts.mime,
        size=facts.size,
        sha256=facts.sha256,
    )
    enqueue(kind="applications.scan_message_file", key=str(kept.pk), now=now, file=kept.pk)


def _tell_applicant(message: CaseMessage, now: datetime) -> None:
    case, event = message.case, "office_asked" if message.reply_by else "office_wrote"
    words = words_of(case, office=both(case.window or case.organization, "name"))
    if message.reply_by:
        words["date"] = day_in_both(message.reply_by)
    path = f"{path_of(case)}messages/"
    people = queries.applicant_side(case, timezone.localdate(now))
    notes = [_note(event, message, person, spoken_to(person, case, words), path) for person in people]
    notify_many(notes=notes, now=now)
    if message.reply_by:
        days = {calendar_of(case).subtract(message.reply_by, 1), message.reply_by}
        rows = [
            ("answer_reminder", person, at_nine(day), spoken_to(person, case, words), path)
            for person in people
            for day in sorted(days)
        ]
        plan_reminders(subject=f"message:{message.pk}", rows=rows, now=now)


def _tell_office(message: CaseMessage, now: datetime) -> None:
    case = message.case
    words, path = words_of(case, applicant=case.applicant_name), path_of(case, staff=True)
    notify_many(notes=[_note("applicant_wrote", message, one, words, path) for one in _in_charge(case, now)], now=now)


def _note(event: str, message: CaseMessage, recipient, words: dict, path: str) -> Note:
    return Note(event, recipient, f"{event}:{message.pk}:{recipient.pk}", words, path)


def _in_charge(case: Case, now: datetime) -> list:
    """List who answers: who has the case, or who asked last, or the clerks of the window (首问负责)."""
    if case.assigned_to:
        return [case.assigned_to]
    asked = case.messages.filter(is_from_office=True).select_related("author").order_by("-id").first()
    return [asked.author] if asked else [post.user for post in clerks_of(case, timezone.localdate(now))]
