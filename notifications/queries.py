"""Reads about messages, deliveries and reminders."""

from datetime import datetime

from django.db.models import Min, Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from notifications.models import Delivery, DeliveryState, DemoMail, Message, Reminder

PAGE = 20
UNDELIVERED = _("Not delivered. Please telephone.")


def inbox(user) -> QuerySet[Message]:
    """Return the messages of a user, newest first."""
    return Message.objects.filter(recipient_id=user.pk).order_by("-created_at", "-id")


def inbox_page(user, before: str = "") -> tuple[list[Message], str]:
    """Return up to PAGE messages older than the mark, and the mark of the next page ("" at the end).

    A mark is the id of the last message seen; an unknown one gives the first page.
    """
    messages = inbox(user)
    last = messages.filter(pk=before).first() if before.isdecimal() and len(before) < 19 else None
    if last:
        messages = messages.filter(Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, id__lt=last.id))
    found = list(messages[: PAGE + 1])
    return found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else ""


def unread_count(user) -> int:
    """Count the unread messages of a user."""
    return Message.objects.filter(recipient_id=user.pk, read_at__isnull=True).count() if user.is_authenticated else 0


def link_of(message: Message) -> str:
    """Return the address a message points to, in the active language."""
    return in_language(message.path, get_language() or "")


def in_language(path: str, language: str) -> str:
    """Put the language into an address that is kept without one."""
    return f"/en{path}" if path and language.startswith("en") else path


def reminders_for(subject: str) -> QuerySet[Reminder]:
    """Return the reminders of a subject, cancelled ones left out, earliest first."""
    return Reminder.objects.filter(subject=subject, cancelled_at__isnull=True).order_by("due_at", "id")


def next_reminder(after: datetime) -> datetime | None:
    """Return when the next reminder falls due."""
    waiting = Reminder.objects.filter(sent_at__isnull=True, cancelled_at__isnull=True, due_at__gt=after)
    return waiting.aggregate(at=Min("due_at"))["at"]


def undelivered(*, recipient_id: int, path: str) -> QuerySet[Delivery]:
    """Return what did not reach a recipient outside the portal, of messages that point to a path.

    Clerks see it as UNDELIVERED beside the message's title.
    """
    return Delivery.objects.filter(
        state=DeliveryState.FAILED, message__recipient_id=recipient_id, message__path=path
    ).select_related("message")


def demo_mails(address: str = "") -> QuerySet[DemoMail]:
    """Return the demo's post, newest first, of one address or of all that contain the text."""
    mails = DemoMail.objects.order_by("-created_at", "-id")
    return mails.filter(address__icontains=address) if address else mails
