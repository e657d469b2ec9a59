"""What the workbench keeps: saved views, who stands in for whom, acts over many cases with a result for each."""

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.models.case import Case, new_public_id


class SavedView(models.Model):
    """A queue with filters under a name of one's own."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("owner"))
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(max_length=300)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_view_name_once")]

    def __str__(self) -> str:
        return self.name


class Cover(models.Model):
    """A colleague stands in for another for some days 代班: sees their cases as own ones and may take them over.

    It gives no right: whoever stands in needs a post of their own for these cases.
    """

    absent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who is absent")
    )
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who stands in")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (not included)"))
    arranged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    arranged_at = models.DateTimeField(_("arranged at"))

    class Meta:
        verbose_name = _("cover")
        verbose_name_plural = _("covers")
        ordering = ["starts_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="cover_ends_after_start"),
            models.CheckConstraint(condition=~Q(absent=F("substitute")), name="cover_by_another"),
        ]
        indexes = [models.Index(fields=["substitute", "ends_on"], name="cover_of_substitute")]

    def __str__(self) -> str:
        return f"{self.substitute} → {self.absent}, {self.starts_on} – {self.ends_on}"

    @property
    def last_on(self) -> date:
        """The last day of it."""
        return self.ends_on - timedelta(days=1)


class BatchAct(models.Model):
    """One act over chosen cases 批量办理; each case is checked again and done by a job of its own."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    verb = models.CharField(_("act"), max_length=30)
    facts = models.JSONField(_("details"), default=dict)
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    begun_at = models.DateTimeField(_("begun at"))

    class Meta:
        verbose_name = _("act over many cases")
        verbose_name_plural = _("acts over many cases")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.verb}, {self.begun_at:%Y-%m-%d %H:%M}"


class BatchCase(models.Model):
    """One case of a batch and how it went."""

    batch = models.ForeignKey(BatchAct, models.CASCADE, related_name="rows", verbose_name=_("batch"))
    case = models.ForeignKey(Case, models.PROTECT, related_name="+", verbose_name=_("case"))
    version = models.PositiveIntegerField()  # of the case when it was chosen
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    refused = models.JSONField(_("reasons against"), default=list, blank=True)  # [{"zh":, "en":}]

    class Meta:
        verbose_name = _("case of a batch")
        verbose_name_plural = _("cases of a batch")
        ordering = ["batch_id", "id"]
        constraints = [models.UniqueConstraint(fields=["batch", "case"], name="batch_case_once")]

    def __str__(self) -> str:
        return str(self.case)
