"""Words beside the file: messages between applicant and office, notes of the office, ready phrases."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models.case import Case, new_public_id
from applications.states import CorrectionReason, ScanState
from talentportal.lib.bilingual import pick


class CaseMessage(models.Model):
    """A message 留言 on a case. It asks, explains, sends a paper along; it never replaces a notice."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="messages", verbose_name=_("case"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    is_from_office = models.BooleanField(_("from the office"))
    text = models.TextField(_("text"), max_length=2000)
    sent_at = models.DateTimeField(_("sent at"))
    reply_by = models.DateField(_("answer awaited by"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)  # by the other side

    class Meta:
        verbose_name = _("message on a case")
        verbose_name_plural = _("messages on cases")
        ordering = ["case_id", "id"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="message_says_something")]
        indexes = [
            models.Index(
                fields=["case"], name="message_unread", condition=Q(read_at__isnull=True, is_from_office=False)
            )
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.case}, {self.sent_at:%Y-%m-%d %H:%M}"


class MessageFile(models.Model):
    """A file sent with a message."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    message = models.ForeignKey(CaseMessage, models.PROTECT, related_name="files", verbose_name=_("message"))
    name = models.CharField(_("file name"), max_length=160)
    file = models.FileField(_("file"), upload_to="messages/%Y/%m/", max_length=200)
    kind = models.CharField(_("kind"), max_length=8)
    mime = models.CharField(max_length=100)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    scan_state = models.CharField(_("scan"), max_length=12, choices=ScanState, default=ScanState.PENDING)

    class Meta:
        verbose_name = _("file of a message")
        verbose_name_plural = _("files of messages")

    def __str__(self) -> str:
        return self.name


class CaseNote(models.Model):
    """A note that only the office sees."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="notes", verbose_name=_("case"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    text = models.TextField(_("text"), max_length=2000)
    written_at = models.DateTimeField(_("written at"))

    class Meta:
        verbose_name = _("internal note")
        verbose_name_plural = _("internal notes")
        ordering = ["case_id", "-id"]

    def __str__(self) -> str:
        return f"{self.case}, {self.written_at:%Y-%m-%d %H:%M}"


class Phrase(models.Model):
    """A ready phrase 常用语 of an office, or of one person."""

    organization = models.ForeignKey(
        "accounts.Organization", models.CASCADE, related_name="+", verbose_name=_("organization")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("only for")
    )
    title_zh = models.CharField(_("Chinese title"), max_length=20)
    title_en = models.CharField(_("English title"), max_length=40)
    text_zh = models.CharField(_("Chinese text"), max_length=500)
    text_en = models.CharField(_("English text"), max_length=800)
    cures = models.CharField(_("cures the defect"), max_length=3, choices=CorrectionReason, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("ready phrase")
        verbose_name_plural = _("ready phrases")
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return pick(self, "title")


class Viewing(models.Model):
    """Somebody of the staff found a person by personal data, or looked into a file: who, what, why, when."""

    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="viewings", verbose_name=_("case"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("looked at by"))
    what = models.CharField(_("what"), max_length=30)  # "case", "search:id", "search:phone"
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("look at personal data")
        verbose_name_plural = _("looks at personal data")
        ordering = ["-at"]
        indexes = [models.Index(fields=["case", "by", "-at"], name="viewing_of_case")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.by}, {self.at:%Y-%m-%d %H:%M}"
