from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from talentportal.lib.bilingual import pick


class Channel(models.TextChoices):
    EMAIL = "EMAIL", _("E-mail")
    SMS = "SMS", _("SMS")


class DeliveryState(models.TextChoices):
    QUEUED = "QUEUED", _("queued")
    SENT = "SENT", _("sent")
    DELIVERED = "DELIVERED", _("delivered")
    FAILED = "FAILED", _("failed")


class MessageTemplate(models.Model):
    """The wording of one event, in both languages, with {placeholders}. Offices edit it in the admin."""

    event = models.SlugField(_("event"), max_length=60, primary_key=True)
    title_zh = models.CharField(_("Chinese title"), max_length=100)
    title_en = models.CharField(_("English title"), max_length=140)
    body_zh = models.TextField(_("Chinese text"))
    body_en = models.TextField(_("English text"))
    sms_zh = models.CharField(_("Chinese SMS"), max_length=200, blank=True)
    sms_en = models.CharField(_("English SMS"), max_length=300, blank=True)
    channels = models.JSONField(_("channels beside the inbox"), default=list, blank=True)
    is_statutory = models.BooleanField(_("cannot be switched off"), default=True)

    class Meta:
        verbose_name = _("message template")
        verbose_name_plural = _("message templates")
        ordering = ["event"]

    def __str__(self) -> str:
        return pick(self, "title")


class Message(models.Model):
    """One message in a user's inbox 站内信; arriving here is legal service of the pointer, not of the document."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="inbox", verbose_name=_("recipient")
    )
    event = models.CharField(_("event"), max_length=60)
    key = models.CharField(
        _("key"), max_length=200, unique=True
    )  # event, recipient and cause: a second sending is a no-op
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"))
    path = models.CharField(_("link"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("sent at"))
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["recipient", "-created_at"], name="message_inbox")]

    def __str__(self) -> str:
        return self.title


class Delivery(models.Model):
    """A message on its way through one outside channel."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries", verbose_name=_("message"))
    channel = models.CharField(_("channel"), max_length=5, choices=Channel)
    state = models.CharField(_("state"), max_length=10, choices=DeliveryState, default=DeliveryState.QUEUED)
    text = models.TextField(_("text"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [models.UniqueConstraint(fields=["message", "channel"], name="delivery_once_per_channel")]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.message}"


class Reminder(models.Model):
    """A message that will fall due: written when its deadline starts, moved when the calendar changes."""

    subject = models.CharField(_("about"), max_length=60)  # what it hangs on, e.g. "clock:17"
    event = models.CharField(_("event"), max_length=60)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="reminders", verbose_name=_("recipient")
    )
    due_at = models.DateTimeField(_("due at"))
    context = models.JSONField(_("words"), default=dict)
    path = models.CharField(_("link"), max_length=200, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["due_at"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "event", "recipient", "due_at"], name="reminder_once"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="reminder_waiting", condition=Q(sent_at__isnull=True, cancelled_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.due_at}"


class DemoMail(models.Model):
    """What would have left the house by SMS or e-mail, readable on the demo's mailbox page only."""

    channel = models.CharField(_("channel"), max_length=5, choices=Channel)
    address = models.CharField(_("address"), max_length=254)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    body = models.TextField(_("text"))
    created_at = models.DateTimeField(_("sent at"))

    class Meta:
        verbose_name = _("demo mail")
        verbose_name_plural = _("demo mails")
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.subject or self.body[:40]
