"""Which units may search: what they handed in, what the office found, who acts for them, how much they use."""

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.queries import in_reach
from applications.models.case import new_public_id
from applications.states import ScanState
from jobs import clock
from talents.states import CheckState, UnitSize

CHECKING_ROLES = (Role.EXAMINER, Role.LEADER, Role.ADMINISTRATOR)


class UnitCheckQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of units that are registered where the user checks them."""
        return self.filter(in_reach(user, "unit__region", clock.today(), CHECKING_ROLES))

    def due(self, day):
        """Those that wait for the office."""
        return self.filter(state=CheckState.SUBMITTED)


class AuthorityQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those for units that are registered where the user checks them."""
        return self.filter(in_reach(user, "member__unit__region", clock.today(), CHECKING_ROLES))

    def due(self, day):
        """Those that wait for the office: neither confirmed nor ended, and the handler is still there."""
        return self.filter(confirmed_at__isnull=True, ended_at__isnull=True, member__left_at__isnull=True)

    def running_on(self, day):
        """Those that an office has confirmed and that hold on the day."""
        return self.filter(confirmed_at__isnull=False, ended_at__isnull=True, starts_on__lte=day, ends_on__gt=day)


class UnitCheck(models.Model):
    """What a unit handed in to be verified 单位核验, and what the office found."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="checks", verbose_name=_("unit"))
    legal_representative = models.CharField(_("legal representative"), max_length=60)
    industry = models.CharField(_("industry"), max_length=1)  # talents.catalogs.industries
    size = models.CharField(_("size"), max_length=8, choices=UnitSize)
    license = models.FileField(_("business license"), upload_to="units/%Y/%m/", max_length=200)
    license_name = models.CharField(_("file name"), max_length=160)
    license_kind = models.CharField(max_length=8)
    sha256 = models.CharField(max_length=64)
    scan_state = models.CharField(_("scan"), max_length=12, choices=ScanState, default=ScanState.PENDING)
    state = models.CharField(_("state"), max_length=10, choices=CheckState, default=CheckState.SUBMITTED)
    note = models.CharField(_("note of the office"), max_length=300, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("handed in by")
    )
    submitted_at = models.DateTimeField(_("handed in at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    objects = UnitCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("check of a unit")
        verbose_name_plural = _("checks of units")
        ordering = ["-submitted_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], condition=Q(state=CheckState.SUBMITTED), name="unit_check_open_once"
            ),
            models.CheckConstraint(
                condition=Q(state=CheckState.SUBMITTED) | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="unit_check_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}, {self.submitted_at:%Y-%m-%d}"


class Authority(models.Model):
    """A handler's power of attorney 授权委托书: without a confirmed one that still runs, nobody searches for a unit."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    member = models.ForeignKey(
        "accounts.UnitMember", models.CASCADE, related_name="authorities", verbose_name=_("handler")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (not included)"))
    file = models.FileField(_("scan"), upload_to="units/%Y/%m/", max_length=200)
    name = models.CharField(_("file name"), max_length=160)
    kind = models.CharField(max_length=8)
    sha256 = models.CharField(max_length=64)
    scan_state = models.CharField(_("scan"), max_length=12, choices=ScanState, default=ScanState.PENDING)
    submitted_at = models.DateTimeField(_("handed in at"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    note = models.CharField(_("note of the office"), max_length=300, blank=True)

    objects = AuthorityQuerySet.as_manager()

    class Meta:
        verbose_name = _("power of attorney of a handler")
        verbose_name_plural = _("powers of attorney of handlers")
        ordering = ["-submitted_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="authority_dates"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(confirmed_by__isnull=False), name="authority_confirmed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member}, {self.ends_on}"

    @property
    def last_day(self) -> date:
        """The last day on which it holds."""
        return self.ends_on - timedelta(days=1)


class UnitUse(models.Model):
    """How much a unit searched and looked on a day: what is slowed down, and what an administrator is told of."""

    unit = models.ForeignKey("accounts.Unit", models.CASCADE, related_name="pool_use", verbose_name=_("unit"))
    day = models.DateField(_("day"))
    searches = models.PositiveIntegerField(_("pages of results"), default=0)
    looks = models.PositiveIntegerField(_("cards read"), default=0)
    api_calls = models.PositiveIntegerField(_("calls of the interface"), default=0)
    requests = models.PositiveIntegerField(_("contact requests"), default=0)
    reported_at = models.DateTimeField(_("reported at"), null=True, blank=True)

    class Meta:
        verbose_name = _("use of the pool")
        verbose_name_plural = _("use of the pool")
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["unit", "day"], name="unit_use_once")]

    def __str__(self) -> str:
        return f"{self.unit}, {self.day}"


class UnitToken(models.Model):
    """A key to the interface for one unit. Only its fingerprint is kept; it is shown once."""

    unit = models.ForeignKey("accounts.Unit", models.CASCADE, related_name="tokens", verbose_name=_("unit"))
    name = models.CharField(_("what it is for"), max_length=60)
    fingerprint = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"))
    ends_on = models.DateField(_("until (not included)"))
    used_at = models.DateTimeField(_("last used at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("key to the interface")
        verbose_name_plural = _("keys to the interface")
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.name
