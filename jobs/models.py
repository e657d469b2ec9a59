from django.db import models
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """A piece of work still to be done, written in the transaction that made it necessary. The row is the truth."""

    kind = models.CharField(_("kind"), max_length=60)
    key = models.CharField(_("key"), max_length=160)
    payload = models.JSONField(_("payload"), default=dict)  # ids only, never personal data
    created_at = models.DateTimeField(_("created at"))
    run_after = models.DateTimeField(_("not before"))
    retry_at = models.DateTimeField(_("tried again at"), null=True, blank=True)  # set with each attempt: a lease
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.TextField(_("last error"), blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    aside_at = models.DateTimeField(_("set aside at"), null=True, blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["run_after", "id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="job_once"),
            models.CheckConstraint(
                condition=models.Q(done_at__isnull=True) | models.Q(aside_at__isnull=True), name="job_done_or_aside"
            ),
        ]
        indexes = [
            models.Index(
                fields=["run_after", "id"],
                name="job_waiting",
                condition=models.Q(done_at__isnull=True, aside_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class DemoClock(models.Model):
    """How far the demo's time is ahead of the real one. One row, and only in a demo."""

    only = models.BooleanField(primary_key=True, default=True)
    offset = models.DurationField(_("offset"))

    class Meta:
        verbose_name = _("demo clock")
        verbose_name_plural = _("demo clock")
        constraints = [models.CheckConstraint(condition=models.Q(only=True), name="demo_clock_one_row")]

    def __str__(self) -> str:
        return str(self.offset)


class Deployment(models.Model):
    """What this database holds: invented demo data or the data of real people. Written once, by the first load."""

    only = models.BooleanField(primary_key=True, default=True)
    is_demo = models.BooleanField(_("demo data"))
    province = models.CharField(_("province"), max_length=20)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("deployment")
        verbose_name_plural = _("deployment")
        constraints = [models.CheckConstraint(condition=models.Q(only=True), name="deployment_one_row")]

    def __str__(self) -> str:
        return self.province
