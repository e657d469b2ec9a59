"""Tell people: a message in the inbox at once, its way out by SMS and e-mail as jobs, reminders as rows."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction

from accounts.models import User
from jobs.services import enqueue_many, ring_after_commit
from notifications import outgoing, wording
from notifications.models import Delivery, Message, MessageTemplate, Reminder

logger = logging.getLogger(__name__)

DELIVER = "notifications.deliver"
REMIND = "notifications.remind"
# Asked of each reminder before it is sent: (recipient, path) -> bool. Apps above add theirs when they are ready.
MAY_HEAR: list[Callable[[User, str], bool]] = []


@dataclass(frozen=True)
class Note:
    """One message to be: `key` names event, recipient and cause; `path` is an address without the language.

    Without `must_reach`, a person whom no outside channel reaches has it in the inbox alone, and nobody is alarmed.
    """

    event: str
    recipient: User
    key: str
    context: Mapping = field(default_factory=dict)
    path: str = ""
    must_reach: bool = True


def notify(
    *, event: str, recipient: User, key: str, now: datetime, context: Mapping | None = None, path: str = ""
) -> None:
    """Put a message into a user's inbox, and on its way through the channels that its template names.

    Part of the caller's transaction; the same key a second time is a no-op. Words missing in `context` never fail.
    """
    notify_many(notes=[Note(event, recipient, key, context or {}, path)], now=now)


@transaction.atomic(savepoint=False)
def notify_many(*, notes: Iterable[Note], now: datetime) -> None:
    """Notify many people in a few statements; see `notify`. Kinds that are not statutory go to those who want them."""
    notes = list(notes)
    templates = MessageTemplate.objects.in_bulk({note.event for note in notes})
    for event in {note.event for note in notes} - set(templates):
        logger.error("there is no wording for the event %s", event)
    wanted = [
        (note, templates.get(note.event) or MessageTemplate(event=note.event, title_zh=note.event)) for note in notes
    ]
    texts = {
        note.key: (note, template, wording.compose(template, note.context, note.recipient.language))
        for note, template in wanted
        if template.is_statutory or note.recipient.wants_marketing
    }
    messages = Message.objects.bulk_create(
        [_message(note, text, now) for note, _template, text in texts.values()],
        update_conflicts=True,  # of the key by itself, so that an earlier message keeps its words and gives its id
        unique_fields=["key"],
        update_fields=["key"],
    )
    _send_out(messages, texts, now)


@transaction.atomic(savepoint=False)
def plan_reminders(*, subject: str, rows: Iterable[tuple[str, User, datetime, Mapping, str]], now: datetime) -> None:
    """Make the waiting reminders of a subject exactly these rows of (event, recipient, due_at, context, path).

    Of the events that occur in the rows, those planned earlier for another moment are cancelled. Moments that have
    passed are left out. Safe to run twice.
    """
    planned = [
        Reminder(subject=subject, event=event, recipient=recipient, due_at=due_at, context=dict(context), path=path)
        for event, recipient, due_at, context, path in rows
    ]
    waiting = Reminder.objects.filter(subject=subject, sent_at__isnull=True, cancelled_at__isnull=True, due_at__gt=now)
    waiting.filter(event__in={row.event for row in planned}).update(cancelled_at=now)
    Reminder.objects.bulk_create(
        [row for row in planned if row.due_at > now],
        update_conflicts=True,
        unique_fields=["subject", "event", "recipient", "due_at"],
        update_fields=["context", "path", "cancelled_at"],
    )


def cancel_reminders(*, subject: str, now: datetime) -> None:
    """Cancel what is still waiting of a subject."""
    Reminder.objects.filter(subject=subject, sent_at__isnull=True, cancelled_at__isnull=True).update(cancelled_at=now)


def send_due_reminders(now: datetime) -> int:
    """Hand every reminder that is due to a job, in one statement; return how many. Repeated, it writes nothing.

    After an outage only the latest of several due reminders of one subject, event and recipient is sent.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH due AS (
                UPDATE notifications_reminder SET sent_at = %(now)s
                WHERE due_at <= %(now)s AND sent_at IS NULL AND cancelled_at IS NULL
                RETURNING id, subject, event, recipient_id, due_at
            ), latest AS (
                SELECT DISTINCT ON (subject, event, recipient_id) id FROM due
                ORDER BY subject, event, recipient_id, due_at DESC
            )
            INSERT INTO jobs_job (kind, key, payload, created_at, run_after, attempts, last_error)
            SELECT %(kind)s, id::text, jsonb_build_object('reminder', id), %(now)s, %(now)s, 0, '' FROM latest
            ON CONFLICT DO NOTHING
            """,
            {"now": now, "kind": REMIND},
        )
        sent = cursor.rowcount
    if sent:
        ring_after_commit()
    return sent


def remind(payload: dict, now: datetime) -> None:
    """Handle the job that turns a reminder into a message.

    One that was cancelled meanwhile stays silent, and one of what its recipient may not see any more.
    """
    row = Reminder.objects.select_related("recipient").get(pk=payload["reminder"])
    if row.cancelled_at is None and all(may_hear(row.recipient, row.path) for may_hear in MAY_HEAR):
        notify(
            event=row.event,
            recipient=row.recipient,
            key=f"reminder:{row.pk}",
            context=row.context,
            path=row.path,
            now=now,
        )


def mark_read(*, messages, now: datetime) -> None:
    """Mark messages of an inbox as read; those read before keep their moment."""
    messages.filter(read_at__isnull=True).update(read_at=now)


def _message(note: Note, text: wording.Text, now: datetime) -> Message:
    return Message(
        recipient=note.recipient,
        event=note.event,
        key=note.key,
        title=text.title,
        body=text.body,
        path=note.path,
        created_at=now,
    )


def _send_out(messages: list[Message], texts: dict, now: datetime) -> None:
    """Write a delivery and its job for each channel of each message; what exists already stays as it is."""
    deliveries, jobs = [], defaultdict(list)
    for message in messages:
        note, template, text = texts[message.key]
        for channel in outgoing.channels(template, note.recipient, note.must_reach):
            words = outgoing.text_for(channel, text, note)
            deliveries.append(Delivery(message=message, channel=channel, text=words))
            payload = {"message": message.pk, "channel": channel}
            jobs[outgoing.not_before(channel, now)].append((f"{message.pk}:{channel}", payload))
    if deliveries:
        Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    for moment, rows in jobs.items():
        enqueue_many(kind=DELIVER, rows=rows, now=now, run_after=moment)
