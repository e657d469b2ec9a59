"""Promised materials 容缺: the commitment, what was promised, what was not kept."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.models.case import Case
from applications.models.materials import Material
from applications.states import DeferralReason


class DeferralCommitment(models.Model):
    """The applicant's signed promise 容缺受理承诺书. Immutable once signed."""

    case = models.OneToOneField(Case, models.CASCADE, related_name="commitment", verbose_name=_("case"))
    text_version = models.CharField(_("version of the text"), max_length=20)
    signed_name = models.CharField(_("signed as"), max_length=120)
    signature = models.TextField(_("handwritten signature"), blank=True)  # strokes as SVG path data; empty when typed
    signed_at = models.DateTimeField(_("signed at"))
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("signed by")
    )

    class Meta:
        verbose_name = _("deferral commitment")
        verbose_name_plural = _("deferral commitments")
        triggers = [pgtrigger.Protect(name="commitment_is_immutable", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return str(self.case)


class DeferredMaterial(models.Model):
    """One material promised for a date."""

    commitment = models.ForeignKey(
        DeferralCommitment, models.CASCADE, related_name="items", verbose_name=_("commitment")
    )
    material = models.OneToOneField(Material, models.CASCADE, related_name="deferral", verbose_name=_("material"))
    reason = models.CharField(_("reason"), max_length=20, choices=DeferralReason)
    promised_on = models.DateField(_("promised for"))  # as signed
    due_on = models.DateField(_("due on"))  # fixed at acceptance, moved only by calendar or extension
    supplied_at = models.DateTimeField(_("supplied at"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    is_late = models.BooleanField(_("late"), default=False)

    class Meta:
        verbose_name = _("deferred material")
        verbose_name_plural = _("deferred materials")
        ordering = ["due_on", "id"]

    def __str__(self) -> str:
        return str(self.material)


class CommitmentBreach(models.Model):
    """A commitment that was not kept 失信."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="breach", verbose_name=_("case"))
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="breaches", verbose_name=_("applicant")
    )
    unit = models.ForeignKey(
        "accounts.Unit", models.PROTECT, null=True, blank=True, related_name="breaches", verbose_name=_("unit")
    )
    materials = models.JSONField(_("materials not supplied"), default=list)  # keys of the specs
    recorded_at = models.DateTimeField(_("recorded at"))
    is_excused = models.BooleanField(_("excused"), default=False)

    class Meta:
        verbose_name = _("breach of commitment")
        verbose_name_plural = _("breaches of commitment")

    def __str__(self) -> str:
        return str(self.case)


class DeferralBan(models.Model):
    """No acceptance with incomplete materials until a date. Clerks see yes or no, never the case behind."""

    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deferral_bans",
        verbose_name=_("applicant"),
    )
    unit = models.ForeignKey(
        "accounts.Unit", models.PROTECT, null=True, blank=True, related_name="deferral_bans", verbose_name=_("unit")
    )
    breach = models.OneToOneField(CommitmentBreach, models.PROTECT, related_name="ban", verbose_name=_("breach"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (not included)"))

    class Meta:
        verbose_name = _("ban on deferral")
        verbose_name_plural = _("bans on deferral")
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="ban_dates"),
            models.CheckConstraint(
                condition=Q(applicant__isnull=False) | Q(unit__isnull=False), name="ban_has_subject"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.applicant or self.unit}: {self.ends_on}"
