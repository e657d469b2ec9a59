from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from talentportal.lib.bilingual import pick


class StationLevel(models.TextChoices):
    PROVINCE = "PROVINCE", _("Province")
    PREFECTURE = "PREFECTURE", _("Prefecture")
    COUNTY = "COUNTY", _("County")
    ZONE = "ZONE", _("Functional zone")


class Workstation(models.Model):
    """A talent service workstation 人才服务工作站."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160)
    level = models.CharField(_("level"), max_length=10, choices=StationLevel)
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="workstations", verbose_name=_("region"))
    host = models.ForeignKey(
        "accounts.Organization", models.PROTECT, related_name="workstations", verbose_name=_("host organization")
    )
    phase = models.PositiveSmallIntegerField(_("phase"), default=1)
    address_zh = models.CharField(_("Chinese address"), max_length=200)
    address_en = models.CharField(_("English address"), max_length=240)
    phone = models.CharField(_("telephone"), max_length=40)
    is_sample = models.BooleanField(_("sample content"), default=False)

    class Meta:
        verbose_name = _("workstation")
        verbose_name_plural = _("workstations")
        ordering = ["region__path", "code"]

    def __str__(self) -> str:
        return pick(self, "name")


class WindowKind(models.TextChoices):
    COMPREHENSIVE = "COMPREHENSIVE", _("Comprehensive service window")
    DEDICATED = "DEDICATED", _("Dedicated window")
    CONSULTATION = "CONSULTATION", _("Consultation")
    TROUBLE = "TROUBLE", _("“Cannot get it done” window")


class WindowStatus(models.TextChoices):
    OPEN = "OPEN", _("open")
    PAUSED = "PAUSED", _("paused")
    CLOSED = "CLOSED", _("closed")


class Window(models.Model):
    """A service window 综合服务窗口 where clerks accept cases."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    station = models.ForeignKey(
        Workstation, models.PROTECT, null=True, blank=True, related_name="windows", verbose_name=_("workstation")
    )
    organization = models.ForeignKey(
        "accounts.Organization", models.PROTECT, related_name="windows", verbose_name=_("organization")
    )
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="windows", verbose_name=_("region"))
    kind = models.CharField(_("kind"), max_length=15, choices=WindowKind, default=WindowKind.COMPREHENSIVE)
    name_zh = models.CharField(_("Chinese name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160)
    address_zh = models.CharField(_("Chinese address"), max_length=200)
    address_en = models.CharField(_("English address"), max_length=240)
    phone = models.CharField(_("telephone"), max_length=40)
    status = models.CharField(_("status"), max_length=7, choices=WindowStatus, default=WindowStatus.OPEN)
    is_accessible = models.BooleanField(_("step-free access"), default=True)
    is_sample = models.BooleanField(_("sample content"), default=False)
    posts = models.ManyToManyField(
        "accounts.StaffPost", blank=True, related_name="windows", verbose_name=_("staff at this window")
    )

    class Meta:
        verbose_name = _("window")
        verbose_name_plural = _("windows")
        ordering = ["region__path", "code"]

    def __str__(self) -> str:
        return pick(self, "name")


class OpeningHours(models.Model):
    """When a window is open on a weekday; make-up working days follow the weekday they replace."""

    window = models.ForeignKey(Window, models.CASCADE, related_name="hours", verbose_name=_("window"))
    weekday = models.PositiveSmallIntegerField(
        _("weekday"),
        choices=[
            (1, _("Monday")),
            (2, _("Tuesday")),
            (3, _("Wednesday")),
            (4, _("Thursday")),
            (5, _("Friday")),
            (6, _("Saturday")),
            (7, _("Sunday")),
        ],
    )
    opens_at = models.TimeField(_("from"))
    closes_at = models.TimeField(_("until"))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["window_id", "weekday", "opens_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="opening_hours_forward",
                violation_error_message=_("The end must be after the beginning."),
            ),
            models.UniqueConstraint(fields=["window", "weekday", "opens_at"], name="opening_hours_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"


class WindowItem(models.Model):
    """A window handles a service item between two dates."""

    window = models.ForeignKey(Window, models.CASCADE, related_name="items", verbose_name=_("window"))
    item = models.ForeignKey(
        "policies.ServiceItem", models.PROTECT, related_name="window_items", verbose_name=_("service item")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (not included)"), null=True, blank=True)

    class Meta:
        verbose_name = _("item of a window")
        verbose_name_plural = _("items of a window")
        constraints = [models.UniqueConstraint(fields=["window", "item", "starts_on"], name="window_item_once")]

    def __str__(self) -> str:
        return f"{self.window}: {self.item}"
