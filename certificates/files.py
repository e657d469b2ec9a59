"""The signed PDF of a certificate, the key that signs it, and the check of a PDF handed in."""

from datetime import datetime
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from certificates import faces
from talentportal.lib.signing import (
    CERTIFICATE_FILE,
    KEY_FILE,
    SignatureReport,
    check_pdf,
    load_signer,
    make_demo_signer,
    sign_pdf,
)
from talentportal.lib.typeset import compile_pdf

LAYOUTS = Path(__file__).parent / "layouts"
DEMO_SIGNER = "人才服务平台电子签章（演示）"


def signed_pdf(certificate, now: datetime) -> bytes:
    """Draw the certificate and sign it. The words are the row's; only the signature differs from run to run."""
    layout = LAYOUTS / f"{certificate.kind.layout}.typ"
    drawn = compile_pdf(layout, faces.layout_data(certificate), now)
    return sign_pdf(
        drawn, signer(), now=now, reason=certificate.kind.name_zh, location=certificate.organization.name_zh
    )


def void_pdf(certificate, now: datetime) -> bytes:
    """Draw an unsigned copy stamped 作废, for officials, of a certificate that no longer holds."""
    layout = LAYOUTS / f"{certificate.kind.layout}.typ"
    return compile_pdf(layout, faces.layout_data(certificate, stamp=faces.VOID_STAMP), now)


def sample_pdf(certificate, now: datetime) -> bytes:
    """Draw an unsigned sample of a certificate that was never saved, stamped 样本 SAMPLE."""
    layout = LAYOUTS / f"{certificate.kind.layout}.typ"
    return compile_pdf(layout, faces.sample_data(certificate), now)


def name_of(certificate) -> str:
    """Return where the file is kept: always the same for one certificate."""
    return f"certificates/{certificate.issued_on:%Y/%m}/{certificate.identifier}.pdf"


@cache
def signer():
    """Return the signer, kept loaded. The demo makes its own key on the first call; production demands its files."""
    folder = Path(settings.SIGNING_DIR)
    if settings.DEMO:
        return make_demo_signer(folder, DEMO_SIGNER, settings.SIGNING_KEY_PASSWORD)
    try:
        return load_signer(folder / KEY_FILE, folder / CERTIFICATE_FILE, settings.SIGNING_KEY_PASSWORD)
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(
            f"Certificates cannot be signed: put {KEY_FILE} and {CERTIFICATE_FILE} into SIGNING_DIR ({error})."
        ) from error


def check(pdf: bytes) -> SignatureReport:
    """Check the signatures of a PDF against every root*.pem in SIGNING_DIR, so that old keys go on verifying."""
    signer()  # the demo's root exists from here on
    return check_pdf(pdf, sorted(Path(settings.SIGNING_DIR).glob("root*.pem")))
