"""Applications of a unit's talents taken in together by its docking officer: one file, one case for each line."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Person
from applications.models.case import Case, new_public_id
from applications.models.materials import PowerOfAttorney
from talentportal.lib.idcard import DocumentType
from talentportal.lib.sealed import SealedTextField


class UnitBatch(models.Model):
    """The talents of a unit in one table 对接专员批量申报, with the power of attorney that covers them all."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+", verbose_name=_("unit"))
    item = models.ForeignKey("policies.ServiceItem", models.PROTECT, related_name="+", verbose_name=_("service item"))
    guide = models.ForeignKey(
        "policies.GuideVersion", models.PROTECT, related_name="+", verbose_name=_("guide version")
    )
    window = models.ForeignKey("workstations.Window", models.PROTECT, related_name="+", verbose_name=_("window"))
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("handler of the unit")
    )
    attorney_file = models.FileField(_("scan"), upload_to="attorney/%Y/%m/", max_length=200)
    attorney_name = models.CharField(_("file name"), max_length=160)
    attorney_kind = models.CharField(max_length=8)
    attorney_sha256 = models.CharField(max_length=64)
    attorney_until = models.DateField(_("power of attorney until"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    created_at = models.DateTimeField(_("begun at"))
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)

    class Meta:
        verbose_name = _("batch of a unit")
        verbose_name_plural = _("batches of units")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.unit}, {self.created_at:%Y-%m-%d}"


class UnitBatchFile(models.Model):
    """A material that is the same for everybody in the batch."""

    batch = models.ForeignKey(UnitBatch, models.CASCADE, related_name="files", verbose_name=_("batch"))
    spec = models.ForeignKey("policies.MaterialSpec", models.PROTECT, related_name="+", verbose_name=_("material"))
    name = models.CharField(_("file name"), max_length=160)
    file = models.FileField(_("file"), upload_to="materials/%Y/%m/", max_length=200)
    kind = models.CharField(_("kind"), max_length=8)
    mime = models.CharField(max_length=100)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("common material of a batch")
        verbose_name_plural = _("common materials of a batch")
        constraints = [models.UniqueConstraint(fields=["batch", "spec"], name="unit_batch_file_once")]

    def __str__(self) -> str:
        return self.name


class UnitBatchRow(models.Model):
    """One line of the table: a person with answers, and the case made from it or what stands against it."""

    batch = models.ForeignKey(UnitBatch, models.CASCADE, related_name="rows", verbose_name=_("batch"))
    line = models.PositiveIntegerField(_("line"))  # of the file, as a spreadsheet counts
    name = models.CharField(pgettext_lazy("person", "name"), max_length=100, blank=True)
    document_type = models.CharField(_("document"), max_length=20, choices=DocumentType, blank=True)
    issuing_country = models.CharField(_("issuing country or region"), max_length=2, blank=True)
    id_number = SealedTextField(_("document number"), null=True, blank=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    sex = models.CharField(_("sex"), max_length=1, choices=Person._meta.get_field("sex").choices, blank=True)
    phone = models.CharField(_("mobile number"), max_length=20, blank=True)
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    errors = models.JSONField(_("errors"), default=list, blank=True)  # [{"zh":, "en":}]
    attorney = models.ForeignKey(
        PowerOfAttorney, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("power of attorney")
    )
    case = models.OneToOneField(
        Case, models.PROTECT, null=True, blank=True, related_name="unit_batch_row", verbose_name=_("case")
    )
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta:
        verbose_name = _("line of a batch of a unit")
        verbose_name_plural = _("lines of batches of units")
        ordering = ["batch_id", "line"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "line"], name="unit_batch_line_once"),
            models.CheckConstraint(
                condition=Q(case__isnull=True) | Q(done_at__isnull=False), name="unit_batch_case_when_done"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch} {self.line}"
