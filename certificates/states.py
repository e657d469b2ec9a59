"""The life of a certificate on one screen (domain book 8.3)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

SEAL = "certificates.seal"  # kinds of jobs
BATCH_CHUNK = "certificates.batch_chunk"


class CertificateStatus(TextChoices):
    """EXPIRED is derived from `valid_until` by `rules.status_on` and never stored."""

    PENDING_SEAL = "PENDING_SEAL", _("being sealed")
    VALID = "VALID", _("valid")
    SUSPENDED = "SUSPENDED", _("suspended for now")
    REVOKED = "REVOKED", _("revoked")
    CANCELLED = "CANCELLED", _("cancelled")
    SUPERSEDED = "SUPERSEDED", _("superseded")


EXPIRED = "EXPIRED"
LABELS = dict(CertificateStatus.choices) | {EXPIRED: _("expired")}

_S = CertificateStatus

# verb: (from, to). REVOKED, CANCELLED and SUPERSEDED are final.
TRANSITIONS = {
    "seal": ((_S.PENDING_SEAL,), _S.VALID),
    "supersede": ((_S.VALID,), _S.SUPERSEDED),  # when the next version is sealed
    "suspend": ((_S.VALID,), _S.SUSPENDED),
    "resume": ((_S.SUSPENDED,), _S.VALID),
    "revoke": ((_S.PENDING_SEAL, _S.VALID, _S.SUSPENDED), _S.REVOKED),  # set aside from the beginning, with a decision
    "cancel": ((_S.PENDING_SEAL, _S.VALID, _S.SUSPENDED), _S.CANCELLED),  # ends from now on: death, end of the title
}


class Layout(TextChoices):
    """The files of `layouts/`."""

    CERTIFICATE = "certificate", _("certificate")
    TITLE = "title", _("title certificate with cover")


class Way(TextChoices):
    """How somebody looked a certificate up."""

    NUMBER = "NUMBER", _("number and name")
    CODE = "CODE", _("verification code")
    QR = "QR", _("QR code")
    LIVE = "LIVE", _("QR code on the holder's screen")
    FILE = "FILE", _("file")
