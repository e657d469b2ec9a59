"""What the office says: proposal and decision, approvals asked, who stays away, official documents 文书."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.models.case import Case, new_public_id
from applications.states import PaperKind, Proposal, RequestState
from talentportal.lib.bilingual import pick


class Decision(models.Model):
    """The examiner's proposal and the leader's decision; two different people."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="decision", verbose_name=_("case"))
    proposal = models.CharField(_("proposal"), max_length=6, choices=Proposal)
    opinion = models.TextField(_("opinion of the examiner"))
    examined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("examined by")
    )
    second_officer = models.ForeignKey(  # where the guide wants two (许可法 第34条)
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("together with"),
    )
    examined_at = models.DateTimeField(_("examined at"))
    decision = models.CharField(_("decision"), max_length=6, choices=Proposal, blank=True)
    reason = models.CharField(_("ground of refusal"), max_length=3, blank=True)  # RefusalReason
    reason_text = models.TextField(_("reasons"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("examined_by")),
                name="decided_by_another_person",
                violation_error_message=_("Who examined a case may not decide it."),
            ),
            models.CheckConstraint(
                condition=Q(second_officer__isnull=True)
                | ~Q(second_officer=F("examined_by"))
                & (Q(decided_by__isnull=True) | ~Q(second_officer=F("decided_by"))),
                name="second_officer_is_another_person",
            ),
        ]

    def __str__(self) -> str:
        return str(self.case)


class PaperCounter(models.Model):
    """The last number per organization, kind of document and year; gap-free."""

    organization = models.ForeignKey("accounts.Organization", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=PaperKind)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "kind", "year"], name="paper_counter_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}: {self.last}"


class Paper(models.Model):
    """An official document 文书. Its words are fixed in `content` at once; the PDF is drawn from them later."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="papers", verbose_name=_("case"))
    kind = models.CharField(_("kind"), max_length=16, choices=PaperKind)
    seq = models.PositiveSmallIntegerField(_("sequence"), default=1)
    number = models.CharField(_("number"), max_length=60, unique=True)
    content = models.JSONField(_("content"))
    issued_at = models.DateTimeField(_("issued at"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("issued by")
    )
    file = models.FileField(_("file"), upload_to="papers/%Y/%m/", max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("official document")
        verbose_name_plural = _("official documents")
        ordering = ["case_id", "id"]
        constraints = [models.UniqueConstraint(fields=["case", "kind", "seq"], name="paper_once")]
        triggers = [
            pgtrigger.Protect(name="paper_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="paper_keeps_its_words",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF (to_jsonb(NEW) - 'file' - 'sha256') IS DISTINCT FROM (to_jsonb(OLD) - 'file' - 'sha256')
                        OR OLD.sha256 <> '' AND NEW.sha256 <> OLD.sha256
                    THEN RAISE EXCEPTION 'an official document is never edited'; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def title(self) -> str:
        """What the paper calls itself, in the active language: of one kind there may be two, as of commitments."""
        return pick(self.content)["title"]


class ApprovalRequest(models.Model):
    """A verb that needs the word of another person first 请示: asked with a reason, answered once."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="approval_requests", verbose_name=_("case"))
    verb = models.CharField(_("for"), max_length=30)  # key in states.TRANSITIONS
    facts = models.JSONField(_("details"), default=dict)  # the arguments of the verb's service
    reason = models.CharField(_("reason"), max_length=500)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    state = models.CharField(_("state"), max_length=10, choices=RequestState, default=RequestState.OPEN)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answer = models.CharField(_("words of the answer"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("request for approval")
        verbose_name_plural = _("requests for approval")
        ordering = ["case_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "verb"], condition=Q(state="OPEN"), name="one_open_request"),
            models.CheckConstraint(
                condition=~Q(state__in=["APPROVED", "DECLINED"])
                | Q(answered_by__isnull=False, answered_at__isnull=False) & ~Q(answered_by=F("asked_by")),
                name="request_answered_by_another",
                violation_error_message=_("Who asked may not answer."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.verb}"


class Recusal(models.Model):
    """Somebody of the office stays away from a case 回避, as a relative or a former employer. Never taken back."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="recusals", verbose_name=_("case"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="recusals", verbose_name=_("who stays away")
    )
    reason = models.CharField(_("reason"), max_length=300)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("declared by")
    )
    declared_at = models.DateTimeField(_("declared at"))

    class Meta:
        verbose_name = _("recusal")
        verbose_name_plural = _("recusals")
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="recusal_once")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.case}: {self.user}"
