"""Reads about certificates: what the public may learn when verifying, and what the holder's page shows."""

import hmac
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from certificates import faces, files, rules
from certificates.models import Batch, Certificate
from certificates.states import BATCH_CHUNK, EXPIRED, LABELS, CertificateStatus
from jobs.models import Job
from talentportal.lib import masking, names, numbers

LIVE_SECONDS = 120  # a code on the holder's screen changes every minute; one change may overlap
LIVE_SALT = "certificates.live"
NOBODY = "\0"


@dataclass(frozen=True)
class Verdict:
    """What the public learns of one certificate at one moment; of a revoked or cancelled one only status and date."""

    certificate: Certificate
    status: str
    checked_at: datetime
    holder: str
    fields: list
    replacement: str | None  # status of the version that replaced it

    @property
    def label(self):
        """The status in the words that everybody reads."""
        return LABELS[self.status]

    @property
    def is_valid(self) -> bool:
        """Whether the certificate holds today."""
        return self.status == CertificateStatus.VALID

    @property
    def status_on(self) -> date:
        """The day the status began."""
        if self.status == EXPIRED:
            return self.certificate.valid_until
        return timezone.localdate(self.certificate.status_at)

    @property
    def tells_all(self) -> bool:
        """Whether more than status and date may be shown (domain book 8.4)."""
        return self.status not in (CertificateStatus.REVOKED, CertificateStatus.CANCELLED)


@dataclass(frozen=True)
class FileVerdict:
    """What a PDF that was handed in is, and the certificate when it is a genuine one.

    GENUINE: a certificate as sealed; SIGNED: another document of ours, unchanged; ALTERED; UNKNOWN.
    """

    result: str
    certificate: Certificate | None = None


def verdict(certificate: Certificate, now: datetime) -> Verdict:
    """Return what the public may learn of the certificate now."""
    today = timezone.localdate(now)
    newer = newest(certificate) if certificate.status == CertificateStatus.SUPERSEDED else None
    return Verdict(
        certificate=certificate,
        status=rules.status_on(certificate, today),
        checked_at=now,
        holder=certificate.holder_name if certificate.unit_id else masking.mask_name(certificate.holder_name),
        fields=faces.fields(certificate, faces.PUBLIC_FIELDS),
        replacement=LABELS[rules.status_on(newer, today)] if newer else None,
    )


def newest(certificate: Certificate) -> Certificate:
    """Return the newest sealed version with the same number."""
    return sealed().filter(number=certificate.number).latest("version")


def sealed() -> QuerySet[Certificate]:
    """Return the certificates that exist for the public: those once sealed."""
    return Certificate.objects.filter(sealed_at__isnull=False).select_related("kind", "organization")


def by_number_and_name(number: str, name: str) -> Certificate | None:
    """Find the newest version with this number that bears the name; an unknown number and a wrong name look alike."""
    versions = list(sealed().filter(number=number).order_by("-version").values_list("pk", "holder_name"))
    asked = _plain(name)
    found = [pk for pk, holder in versions or [(None, NOBODY)] if hmac.compare_digest(_plain(holder), asked) and pk]
    return sealed().get(pk=found[0]) if found else None


def by_code(code: str) -> Certificate | None:
    """Find a certificate by its verification code, as typed."""
    return sealed().filter(verify_code=numbers.clean_short_code(code)).first()


def by_token(token: str) -> Certificate | None:
    """Find a certificate by the token of its QR code."""
    return sealed().filter(token=token).first()


def live_code(certificate: Certificate) -> str:
    """Return a code for the holder's screen that `by_live_code` takes for two minutes."""
    return signing.dumps(certificate.pk, salt=LIVE_SALT)


def by_live_code(code: str) -> Certificate | None:
    """Find the certificate of a code on a screen; None when it is too old or made up."""
    try:
        return sealed().filter(pk=signing.loads(code, salt=LIVE_SALT, max_age=LIVE_SECONDS)).first()
    except signing.BadSignature:
        return None


def live_url(certificate: Certificate) -> str:
    """Return the address in the QR code on the holder's screen."""
    return f"{settings.BASE_URL}/verify/live/{live_code(certificate)}/"


def check_file(pdf: bytes, sha256: str) -> FileVerdict:
    """Judge a PDF: genuine only when it is byte for byte one that we sealed and its signature holds."""
    report = files.check(pdf)
    certificate = sealed().filter(sha256=sha256).first()
    if certificate and report.is_genuine:
        return FileVerdict("GENUINE", certificate)
    if report.is_genuine:
        return FileVerdict("SIGNED")
    if certificate or report.signed:
        return FileVerdict("ALTERED")
    return FileVerdict("UNKNOWN")


def is_working(batch: Batch) -> bool:
    """Tell whether jobs of the batch are still to be done; one set aside does not count, somebody has to go on."""
    return Job.objects.filter(
        kind=BATCH_CHUNK, key__startswith=f"{batch.pk}:", done_at__isnull=True, aside_at__isnull=True
    ).exists()


def progress(batch: Batch) -> dict[str, int]:
    """Count the lines of a batch: all, made, faulty, numbered, waiting, and ready to be numbered."""
    counts = batch.rows.aggregate(
        total=Count("pk"),
        made=Count("pk", filter=Q(certificate__sealed_at__isnull=False)),
        faulty=Count("pk", filter=~Q(error="")),
        numbered=Count("pk", filter=Q(certificate__isnull=False)),
    )
    waiting = counts["total"] - counts["made"] - counts["faulty"]
    return counts | {"waiting": waiting, "ready": counts["total"] - counts["faulty"] - counts["numbered"]}


def _plain(name: str) -> bytes:
    try:
        name = names.clean(name)
    except ValidationError:
        name = NOBODY * 2 if name != NOBODY else NOBODY
    return name.casefold().encode()
