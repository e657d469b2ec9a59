"""What a case holds for each material: files, checks, the once-only notice 补正, the wallet of verified materials."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.models.case import Case, new_public_id
from applications.states import CheckResult, MaterialStatus, ScanState


class Material(models.Model):
    """What a case holds for one material of its guide."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="materials", verbose_name=_("case"))
    spec = models.ForeignKey("policies.MaterialSpec", models.PROTECT, related_name="+", verbose_name=_("material"))
    status = models.CharField(_("status"), max_length=8, choices=MaterialStatus, default=MaterialStatus.MISSING)
    check_result = models.CharField(_("check"), max_length=10, choices=CheckResult, default=CheckResult.UNCHECKED)
    check_note = models.CharField(_("remark of the check"), max_length=300, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("checked by")
    )
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("material of a case")
        verbose_name_plural = _("materials of a case")
        ordering = ["case_id", "spec__order"]
        constraints = [models.UniqueConstraint(fields=["case", "spec"], name="material_once_per_case")]

    def __str__(self) -> str:
        return str(self.spec)


class MaterialFile(models.Model):
    """A file handed in for a material. A new one is a new version; an old one is kept as it was."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    material = models.ForeignKey(Material, models.CASCADE, related_name="files", verbose_name=_("material"))
    version = models.PositiveSmallIntegerField(_("version"))
    name = models.CharField(_("file name"), max_length=160)
    file = models.FileField(_("file"), upload_to="materials/%Y/%m/", max_length=200)
    kind = models.CharField(_("kind"), max_length=8)  # pdf, jpg, png, docx, xlsx, ofd
    mime = models.CharField(max_length=100)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    scan_state = models.CharField(_("scan"), max_length=12, choices=ScanState, default=ScanState.PENDING)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    from_wallet = models.ForeignKey(  # a copy of what an office verified before
        "applications.WalletItem",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="uses",
        verbose_name=_("from the verified materials"),
    )
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("file of a material")
        verbose_name_plural = _("files of a material")
        ordering = ["material_id", "version"]
        constraints = [models.UniqueConstraint(fields=["material", "version"], name="material_file_version_once")]

    def __str__(self) -> str:
        return self.name


class Correction(models.Model):
    """The once-only notice 补正（一次性告知）: one per case, everything at once."""

    case = models.OneToOneField(Case, models.CASCADE, related_name="correction", verbose_name=_("case"))
    note = models.CharField(_("remark"), max_length=500, blank=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("sent by"))
    sent_at = models.DateTimeField(_("sent at"))
    due_on = models.DateField(_("due on"))
    supplied_at = models.DateTimeField(_("supplied at"), null=True, blank=True)

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")

    def __str__(self) -> str:
        return str(self.case)


class CorrectionPoint(models.Model):
    """One defect of the notice: which material, what is wrong, how to cure it."""

    correction = models.ForeignKey(Correction, models.CASCADE, related_name="points", verbose_name=_("correction"))
    material = models.ForeignKey(Material, models.CASCADE, related_name="points", verbose_name=_("material"))
    reason = models.CharField(_("defect"), max_length=3)  # CorrectionReason
    cure = models.CharField(_("how to cure it"), max_length=300)
    question = models.SlugField(_("answer to be changed with it"), max_length=60, blank=True)  # key of the guide's
    reply = models.CharField(_("reply of the applicant"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("point of a correction")
        verbose_name_plural = _("points of a correction")
        constraints = [models.UniqueConstraint(fields=["correction", "material"], name="correction_point_once")]

    def __str__(self) -> str:
        return str(self.material)


class FurtherRequest(models.Model):
    """A request after the once-only notice: forbidden unless a leader authorizes it with a reason, and counted."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="further_requests", verbose_name=_("case"))
    seq = models.PositiveSmallIntegerField(_("number"))
    points = models.JSONField(_("what is asked for"))  # [{"material": id, "reason": "M01", "cure": text}]
    reason = models.CharField(_("why it could not be asked the first time"), max_length=500)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    authorized_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("authorized by")
    )
    sent_at = models.DateTimeField(_("sent at"))
    due_on = models.DateField(_("due on"))
    supplied_at = models.DateTimeField(_("supplied at"), null=True, blank=True)

    class Meta:
        verbose_name = _("further request")
        verbose_name_plural = _("further requests")
        ordering = ["case_id", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="further_request_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="further_request_has_reason"),
            models.CheckConstraint(
                condition=~Q(authorized_by=F("asked_by")), name="further_request_authorized_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.seq}"


class WalletQuerySet(models.QuerySet):
    def usable(self, owner, day, unit=None):
        """What the owner can use again on a day, alone or for a unit; the newest of each kind first."""
        lasts = Q(valid_until__isnull=True) | Q(valid_until__gte=day)
        found = self.filter(lasts, owner=owner, unit=unit, removed_at__isnull=True).exclude(
            file__scan_state=ScanState.INFECTED
        )
        return found.order_by("key", "-verified_on", "-pk")


class WalletItem(models.Model):
    """A material that an office checked and found in order; offered again to its owner until it expires 材料夹."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="wallet", verbose_name=_("owner"))
    unit = models.ForeignKey(
        "accounts.Unit", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    key = models.SlugField(_("kind of material"), max_length=40)  # the key of the spec, the same in every guide
    name_zh = models.CharField(_("Chinese name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160)
    file = models.OneToOneField(MaterialFile, models.PROTECT, related_name="in_wallet", verbose_name=_("file"))
    verified_by = models.ForeignKey(
        "accounts.Organization", models.PROTECT, related_name="+", verbose_name=_("verified by")
    )
    verified_on = models.DateField(_("verified on"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)

    objects = WalletQuerySet.as_manager()

    class Meta:
        verbose_name = _("verified material")
        verbose_name_plural = _("verified materials")
        ordering = ["owner_id", "key", "-verified_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("verified_on")),
                name="wallet_valid_after_verified",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name_zh}, {self.verified_on}"


class PowerOfAttorney(models.Model):
    """Who may hand in for whom 授权委托书: for one case or for a batch, until a day."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    grantor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("given by"))
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("agent")
    )
    unit = models.ForeignKey(
        "accounts.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )  # whose handler the agent is: it holds only as long as the agent acts for the unit
    agent_name = models.CharField(_("name of the agent"), max_length=120)
    agent_id_masked = models.CharField(_("document of the agent, masked"), max_length=40, blank=True)
    items = models.ManyToManyField("policies.ServiceItem", blank=True, related_name="+", verbose_name=_("for"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (not included)"))
    file = models.FileField(_("scan"), upload_to="attorney/%Y/%m/", max_length=200)
    name = models.CharField(_("file name"), max_length=160)
    kind = models.CharField(max_length=8)
    sha256 = models.CharField(max_length=64)
    scan_state = models.CharField(_("scan"), max_length=12, choices=ScanState, default=ScanState.PENDING)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("power of attorney")
        verbose_name_plural = _("powers of attorney")
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="attorney_dates"),
        ]

    def __str__(self) -> str:
        return f"{self.grantor} → {self.agent_name}"
