import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.queries import in_reach, units_of
from certificates.rules import OWN_WORDS, PLACEHOLDER
from certificates.states import CertificateStatus, Layout, Way
from jobs import clock
from talentportal.lib.bilingual import pick
from talentportal.lib.sealed import SealedTextField


class CertificateKind(models.Model):
    """A kind of electronic certificate 电子证照类型 with its type code (GB/T 36904) and its layout."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    number_code = models.CharField(_("two digits in certificate numbers"), max_length=2, unique=True)
    type_code = models.CharField(_("type code"), max_length=21, unique=True)  # 18 of the department + 3
    name_zh = models.CharField(_("Chinese name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=140)
    layout = models.CharField(_("layout"), max_length=40, choices=Layout, default=Layout.CERTIFICATE)
    text_zh = models.TextField(_("Chinese text"), blank=True)  # the sentence on its face, with {placeholders}
    text_en = models.TextField(_("English text"), blank=True)

    class Meta:
        verbose_name = _("certificate kind")
        verbose_name_plural = _("certificate kinds")
        ordering = ["code"]

    def __str__(self) -> str:
        return pick(self, "name")

    def asked_of_face(self) -> set[str]:
        """Return the words that its texts need from the face; the others are the certificate's own."""
        return set(PLACEHOLDER.findall(self.text_zh + self.text_en)) - OWN_WORDS


class SerialCounter(models.Model):
    """The last serial given out per body, kind and year; locked while numbering, so that there are no gaps."""

    organization = models.ForeignKey("accounts.Organization", models.PROTECT, related_name="+")
    kind = models.ForeignKey(CertificateKind, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "kind", "year"], name="serial_counter_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}: {self.last}"


class CertificateQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own; staff see those of their region and below."""
        if not user.is_authenticated:
            return self.none()
        reach = in_reach(user, "organization__region", clock.today())
        return self.filter(Q(pk__in=self.own(user).values("pk")) | reach)

    def own(self, user):
        """Those that somebody holds, and those of the units for which they act now."""
        return self.filter(Q(holder__user=user, unit=None) | Q(unit__in=units_of(user)))

    def valid_on(self, day):
        """What holds on a day: valid, and not past its last day."""
        lasts = Q(valid_until__isnull=True) | Q(valid_until__gte=day)
        return self.filter(lasts, status=CertificateStatus.VALID)


class Certificate(models.Model):
    """An electronic certificate 电子证照: never edited or deleted, only superseded, revoked or cancelled."""

    source = models.CharField(max_length=60)  # what it was issued for, e.g. "case:17"
    kind = models.ForeignKey(CertificateKind, models.PROTECT, related_name="certificates", verbose_name=_("kind"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    organization = models.ForeignKey(
        "accounts.Organization", models.PROTECT, related_name="certificates", verbose_name=_("issuing body")
    )
    number = models.CharField(_("certificate number"), max_length=19)  # the same over all versions
    identifier = models.CharField(_("certificate identifier"), max_length=100, unique=True)  # GB/T 36904
    holder = models.ForeignKey("accounts.Person", models.PROTECT, related_name="certificates", verbose_name=_("holder"))
    # The unit that holds it, in place of the person, who then only applied for it.
    unit = models.ForeignKey(
        "accounts.Unit", models.PROTECT, null=True, blank=True, related_name="certificates", verbose_name=_("unit")
    )
    holder_name = models.CharField(_("name of the holder"), max_length=120)
    holder_id_masked = models.CharField(_("document number, masked"), max_length=40)  # of a unit its whole credit code
    face = models.JSONField(_("what it says"), default=dict)  # by key of faces.FIELDS; a choice keeps its value
    approved_on = models.DateField(_("approved on"))
    issued_on = models.DateField(_("issued on"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=12, choices=CertificateStatus, default=CertificateStatus.PENDING_SEAL
    )
    status_at = models.DateTimeField(_("status since"))
    verify_code = models.CharField(_("verification code"), max_length=8, unique=True)
    token = models.CharField(max_length=32, unique=True)  # opaque, in the QR code
    file = models.FileField(_("file"), upload_to="certificates/%Y/%m/", max_length=255, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    sealed_at = models.DateTimeField(_("sealed at"), null=True, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("replaces")
    )

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["-issued_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "kind", "version"], name="certificate_once_per_source"),
            models.UniqueConstraint(fields=["number", "version"], name="certificate_number_once"),
            models.CheckConstraint(
                condition=Q(status__in=["PENDING_SEAL", "REVOKED", "CANCELLED"]) | Q(sealed_at__isnull=False),
                name="certificate_sealed_before_valid",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="certificate_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="certificate_keeps_its_words",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF (to_jsonb(NEW) - '{status,status_at,file,sha256,sealed_at}'::text[])
                            IS DISTINCT FROM (to_jsonb(OLD) - '{status,status_at,file,sha256,sealed_at}'::text[])
                        OR OLD.sha256 <> '' AND (NEW.sha256, NEW.file) IS DISTINCT FROM (OLD.sha256, OLD.file)
                    THEN RAISE EXCEPTION 'a certificate is never edited'; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.number


class CertificateEvent(models.Model):
    """The status history of a certificate, append-only."""

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="events", verbose_name=_("certificate"))
    status = models.CharField(_("status"), max_length=12, choices=CertificateStatus)
    at = models.DateTimeField(_("at"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    document_no = models.CharField(pgettext_lazy("decision", "document number"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("certificate event")
        verbose_name_plural = _("certificate events")
        ordering = ["certificate_id", "id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.at}"


class Lookup(models.Model):
    """Somebody verified a certificate; shown to its holder. Nothing is kept about who it was."""

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="lookups", verbose_name=_("certificate"))
    way = models.CharField(_("way"), max_length=6, choices=Way)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("verification of a certificate")
        verbose_name_plural = _("verifications of certificates")
        ordering = ["-at"]
        indexes = [models.Index(fields=["certificate", "-at"], name="lookup_latest")]

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.at}"


class Batch(models.Model):
    """Many certificates issued in one run, e.g. 400 at a ceremony."""

    kind = models.ForeignKey(CertificateKind, models.PROTECT, related_name="batches", verbose_name=_("kind"))
    organization = models.ForeignKey("accounts.Organization", models.PROTECT, verbose_name=_("issuing body"))
    title = models.CharField(_("title"), max_length=120)
    document_no = models.CharField(_("approval document number"), max_length=60)
    approved_on = models.DateField(_("approved on"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("created by")
    )
    created_at = models.DateTimeField(_("created at"))
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)

    class Meta:
        verbose_name = _("batch of certificates")
        verbose_name_plural = _("batches of certificates")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title


class BatchRow(models.Model):
    """One line of a batch as it was handed in: the certificate made from it, or the error that stopped it."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="rows", verbose_name=_("batch"))
    line = models.PositiveIntegerField(_("line"))  # of the file, as a spreadsheet counts
    name = models.CharField(pgettext_lazy("person", "name"), max_length=100, blank=True)
    id_number = SealedTextField(_("document number"), null=True, blank=True)  # kept to look again after registration
    person = models.ForeignKey(
        "accounts.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    face = models.JSONField(_("what it says"), default=dict)
    certificate = models.OneToOneField(
        Certificate, models.PROTECT, null=True, blank=True, related_name="batch_row", verbose_name=_("certificate")
    )
    error = models.CharField(_("error"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("line of a batch")
        verbose_name_plural = _("lines of a batch")
        ordering = ["batch_id", "line"]
        constraints = [models.UniqueConstraint(fields=["batch", "line"], name="batch_line_once")]

    def __str__(self) -> str:
        return f"{self.batch} {self.line}"
