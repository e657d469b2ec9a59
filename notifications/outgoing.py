"""The way out of the house: which channels, when, and what happens when a carrier says no."""

import logging
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from jobs.services import enqueue
from notifications import gateways, queries, wording
from notifications.models import Channel, Delivery, DeliveryState, MessageTemplate
from talentportal import context

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

QUIET_FROM, QUIET_UNTIL = time(21), time(8)  # no SMS at night (Asia/Shanghai)
ATTEMPTS = 3
PAUSES = (timedelta(minutes=1), timedelta(minutes=15))  # before the second and the third attempt


def address_of(channel: str, user: "User") -> str:
    """Return where a channel reaches a user, "" if it does not; a mobile number counts once it is verified.

    So does the number that an office took down for somebody: it is the person's own phone (domain 11.28).
    """
    if channel == Channel.SMS:
        return user.phone if user.phone and (user.phone_verified or user.is_untaken) else ""
    return user.email or ""


def channels(template: MessageTemplate, user: "User", must_reach: bool = True) -> list[str]:
    """Return the template's channels that reach the user.

    If somebody must be reached and none of them does, another one that does: nobody is left out for having no
    telephone. Where nothing reaches, the first: its failure is seen.
    """
    reaching = [channel for channel in template.channels if address_of(channel, user)]
    if reaching or not must_reach or not template.channels:
        return reaching
    return [channel for channel in Channel.values if address_of(channel, user)][:1] or template.channels[:1]


def not_before(channel: str, now: datetime) -> datetime:
    """Return `now`, or for SMS at night the next 08:00."""
    local = timezone.localtime(now)
    if channel != Channel.SMS or QUIET_UNTIL <= local.time() < QUIET_FROM:
        return now
    day = local.date() + timedelta(days=1 if local.time() >= QUIET_FROM else 0)
    return timezone.make_aware(datetime.combine(day, QUIET_UNTIL))


def text_for(channel: str, text: wording.Text, note) -> str:
    """Return the words of one channel: an SMS is short (and signed when it leaves), an e-mail carries the link."""
    if channel == Channel.SMS:
        return text.sms
    link = settings.BASE_URL + queries.in_language(note.path, note.recipient.language)
    with override(note.recipient.language):
        return "\n\n".join(
            part for part in [text.body, link, _("This mail was sent by the portal; do not answer.")] if part
        )


def signed(text: str, language: str) -> str:
    """Put the sender that carriers demand before an SMS: 【云南人才服务】."""
    with override(language):
        return f"【{context.site()['name']}】{text}"


def deliver(payload: dict, now: datetime) -> None:
    """Handle the job that sends one delivery. A refusal of the carrier is noted and tried again, three times in all.

    At night an SMS waits. Should the process die between sending and its commit, the carrier gets it once more.
    """
    delivery = (
        Delivery.objects.select_for_update(of=["self"])
        .select_related("message__recipient")
        .filter(message=payload["message"], channel=payload["channel"])
        .first()
    )
    if delivery is None or delivery.state != DeliveryState.QUEUED:  # None: its account was closed meanwhile
        return
    if (moment := not_before(delivery.channel, now)) > now:
        _again(delivery, moment, now)
        return
    delivery.attempts += 1
    try:
        _send(delivery)
    except OSError as error:  # SMTPException is one
        _refused(delivery, error, now)
    else:
        delivery.state, delivery.sent_at, delivery.last_error = DeliveryState.SENT, now, ""
    delivery.save()


def send_code(phone: str, text: str) -> None:
    """Send a sign-in code at once, at any hour; in the language of the request. Raises OSError."""
    gateways.gateway().send(phone, signed(text, get_language() or settings.LANGUAGE_CODE))


def _send(delivery: Delivery) -> None:
    user = delivery.message.recipient
    address = address_of(delivery.channel, user)
    if not address:
        raise gateways.NotSent("the recipient has no verified address", is_final=True)
    if delivery.channel == Channel.SMS:
        gateways.gateway().send(address, signed(delivery.text, user.language))
    else:
        send_mail(delivery.message.title, delivery.text, None, [address])


def _refused(delivery: Delivery, error: OSError, now: datetime) -> None:
    reason = str(error) if isinstance(error, gateways.NotSent) else type(error).__name__  # others may name the address
    delivery.last_error = reason[:300]
    if delivery.attempts >= ATTEMPTS or getattr(error, "is_final", False):
        delivery.state = DeliveryState.FAILED
        logger.warning("delivery %s failed: %s", delivery.pk, reason)
    else:
        _again(delivery, now + PAUSES[delivery.attempts - 1], now)


def _again(delivery: Delivery, moment: datetime, now: datetime) -> None:
    enqueue(
        kind="notifications.deliver",
        key=f"{delivery.message_id}:{delivery.channel}:{moment.isoformat()}",
        now=now,
        run_after=moment,
        message=delivery.message_id,
        channel=delivery.channel,
    )
