"""What moves or stops the office's clock: special procedures and the one extension; the check after a commitment."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.models.case import Case
from applications.states import SpecialKind


class SpecialProcedure(models.Model):
    """Time that is not the office's 特别程序: expert review, hearing, inspection, check on site (许可法 第45条)."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="specials", verbose_name=_("case"))
    kind = models.CharField(_("kind"), max_length=14, choices=SpecialKind)
    basis = models.CharField(_("legal basis"), max_length=300)
    estimated_days = models.PositiveSmallIntegerField(_("working days expected"))
    expected_on = models.DateField(_("expected to end on"))
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    started_at = models.DateTimeField(_("begun at"))
    overrun_at = models.DateTimeField(_("overrun at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    result = models.TextField(_("result"), blank=True)
    number = models.CharField(_("number of the report"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("special procedure")
        verbose_name_plural = _("special procedures")
        ordering = ["case_id", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_at__isnull=True), name="one_special_procedure_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")) & ~Q(result=""),
                name="special_ends_with_result",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.get_kind_display()}"


class Extension(models.Model):
    """The one extension of the office's period 延期, approved by another person and told with its reason (第42条)."""

    case = models.OneToOneField(Case, models.CASCADE, related_name="extension", verbose_name=_("case"))
    days = models.PositiveSmallIntegerField(_("working days added"))
    reason = models.CharField(_("reason"), max_length=500)
    old_due_on = models.DateField(_("due before"))
    new_due_on = models.DateField(_("due after"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("approved by")
    )
    extended_at = models.DateTimeField(_("extended at"))

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        constraints = [
            models.CheckConstraint(condition=~Q(approved_by=F("asked_by")), name="extension_approved_by_another"),
            models.CheckConstraint(condition=Q(new_due_on__gt=F("old_due_on")), name="extension_moves_forward"),
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.days}"


class DeferralExtension(models.Model):
    """More time for promised materials: once, asked before the day, approved by the head of the window."""

    case = models.OneToOneField(Case, models.CASCADE, related_name="deferral_extension", verbose_name=_("case"))
    days = models.PositiveSmallIntegerField(_("working days added"))
    reason = models.CharField(_("reason"), max_length=500)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("approved by")
    )
    extended_at = models.DateTimeField(_("extended at"))

    class Meta:
        verbose_name = _("extension of a deferral")
        verbose_name_plural = _("extensions of deferrals")

    def __str__(self) -> str:
        return f"{self.case}: {self.days}"


class Pledge(models.Model):
    """The applicant's signed word that the conditions are met 告知承诺书: the case can be decided on it at once."""

    case = models.OneToOneField(Case, models.CASCADE, related_name="pledge", verbose_name=_("case"))
    text_version = models.CharField(_("version of the text"), max_length=20)
    signed_name = models.CharField(_("signed as"), max_length=120)
    signed_at = models.DateTimeField(_("signed at"))
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("signed by")
    )

    class Meta:
        verbose_name = _("commitment to the conditions")
        verbose_name_plural = _("commitments to the conditions")
        triggers = [pgtrigger.Protect(name="pledge_is_immutable", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return str(self.case)


class CommitmentCheck(models.Model):
    """The check after a decision on commitment 告知承诺事后核查, with what had to be put right (Zhejiang 第14条)."""

    case = models.OneToOneField(Case, models.CASCADE, related_name="commitment_check", verbose_name=_("case"))
    due_on = models.DateField(_("to be checked until"))
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("checked by")
    )
    is_kept = models.BooleanField(_("conditions met"), null=True, blank=True)
    findings = models.TextField(_("findings"), blank=True)
    rectify_by = models.DateField(_("to be put right until"), null=True, blank=True)
    rectified_at = models.DateTimeField(_("put right at"), null=True, blank=True)

    class Meta:
        verbose_name = _("check of a commitment")
        verbose_name_plural = _("checks of commitments")

    def __str__(self) -> str:
        return str(self.case)


class Revocation(models.Model):
    """What ended a right after it was granted: revocation 撤销 (第69条) or deregistration 注销 (第70条)."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="revocation", verbose_name=_("case"))
    reason = models.CharField(_("ground"), max_length=3)  # RevocationReason or DeregistrationReason
    reason_text = models.TextField(_("reasons"))
    hearing = models.TextField(_("what the party said"), blank=True)
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    ordered_at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("revocation or deregistration")
        verbose_name_plural = _("revocations and deregistrations")

    def __str__(self) -> str:
        return f"{self.case}: {self.reason}"
