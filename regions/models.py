from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from talentportal.lib.bilingual import pick


class RegionKind(models.TextChoices):
    PROVINCE = "PROVINCE", _("Province")
    PREFECTURE = "PREFECTURE", _("Prefecture")
    COUNTY = "COUNTY", _("County")
    ZONE = "ZONE", _("Functional zone")


class DayKind(models.TextChoices):
    HOLIDAY = "HOLIDAY", _("Public holiday")
    MAKEUP_WORKDAY = "MAKEUP_WORKDAY", _("Make-up working day")
    LOCAL_HOLIDAY = "LOCAL_HOLIDAY", _("Local holiday")


class RegionQuerySet(models.QuerySet):
    def within(self, region: "Region"):
        """The region and everything below it."""
        return self.filter(Q(pk=region.pk) | Q(path__startswith=f"{region.path}/"))

    def around(self, region: "Region"):
        """The region and everything above it, the widest first."""
        return self.filter(pk__in=region.path.split("/")).order_by("path")

    def in_force(self, day):
        return self.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=day)).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=day)
        )


class Region(models.Model):
    """An administrative division 行政区划 by GB/T 2260 code, or a functional zone 功能区 (own code, 9xxxxx)."""

    code = models.CharField(_("code"), max_length=6, primary_key=True)
    kind = models.CharField(_("kind"), max_length=10, choices=RegionKind)
    name_zh = models.CharField(_("Chinese name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=80)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    path = models.CharField(_("path"), max_length=40, unique=True)  # codes from the province down, joined by "/"
    pinyin = models.CharField(_("pinyin"), max_length=120, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    successors = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="predecessors", verbose_name=_("successors")
    )
    outline = models.JSONField(
        _("outline"), null=True, blank=True
    )  # simplified polygons [[lon, lat], ...], for drawing
    center = models.JSONField(_("center"), null=True, blank=True)  # [lon, lat] of the label

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["path"]
        indexes = [models.Index(fields=["path"], name="region_path", opclasses=["varchar_pattern_ops"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_from__lt=models.F("valid_to")),
                name="region_validity",
                violation_error_message=_("The end must be after the beginning."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="ZONE") | Q(code__startswith="9"),
                name="region_zone_code",
                violation_error_message=_("The code of a functional zone begins with 9."),
            ),
        ]

    def __str__(self) -> str:
        return pick(self, "name")


class CalendarYear(models.Model):
    """Whether the State Council's holiday notice for a year is out; until then due dates are provisional."""

    year = models.PositiveSmallIntegerField(_("year"), primary_key=True)
    is_published = models.BooleanField(_("notice published"), default=False)
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("calendar year")
        verbose_name_plural = _("calendar years")
        ordering = ["-year"]

    def __str__(self) -> str:
        return str(self.year)


class CalendarDay(models.Model):
    """A day that differs from the plain week. It holds for its region and everything below, unless overridden there."""

    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, verbose_name=_("region"), help_text=_("Empty: the whole country")
    )
    date = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=15, choices=DayKind)
    name = models.CharField(_("name"), max_length=60, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")
        ordering = ["-date", "region"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "date"],
                name="calendar_day_once",
                nulls_distinct=False,
                violation_error_message=_("This day is in the calendar already."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="LOCAL_HOLIDAY") | Q(region__isnull=False),
                name="calendar_local_holiday_has_region",
                violation_error_message=_("A local holiday needs its region."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.get_kind_display()}"
