"""Electronic signatures on PDF: PAdES (ETSI EN 319 142) by pyHanko, and their check (电子签名法 第13、14条).

Whatever else signs later (a hardware module, SM2) is another pyHanko Signer handed to `sign_pdf`.
"""

import fcntl
import io
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from talentportal.lib.stored import write_durably

logging.getLogger("pyhanko.sign.validation").setLevel(logging.CRITICAL)  # a stranger's broken file is no error of ours

KEY_FILE, CERTIFICATE_FILE, ROOT_FILE = "signer-key.pem", "signer.pem", "root.pem"
KEY_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


class KeptKeySigner(Signer):
    """A P-256 signer that keeps its key loaded; pyHanko's own reads it anew for each signature."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, chain):
        store = SimpleCertificateStore()
        store.register_multiple(chain[1:])
        super().__init__(signing_cert=chain[0], cert_registry=store, embed_roots=False)
        self._key = key
        self.hex_digits = 2 * (1000 + sum(len(certificate.dump()) for certificate in chain))  # room for the signature

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return self._key.sign(data, ec.ECDSA(getattr(hashes, digest_algorithm.upper())()))


class _PdfSigner(PdfSigner):
    """Writes the portal's moment of signing, which the demo clock may have moved."""

    def __init__(self, *args, signed_at: datetime, **options):
        super().__init__(*args, **options)
        self._signed_at = signed_at

    def init_signing_session(self, *args, **options):
        session = super().init_signing_session(*args, **options)
        session.system_time = self._signed_at
        return session


@dataclass(frozen=True)
class SignatureReport:
    """What the signatures on a PDF say. With several, `intact` and `trusted` need all; the name is the first's.

    `signed_at` is the signer's own word: no time-stamp authority takes part.
    """

    signed: bool
    intact: bool = False
    covers_whole_file: bool = False
    trusted: bool = False
    signer_name: str = ""
    signed_at: datetime | None = None

    @property
    def is_genuine(self) -> bool:
        return self.signed and self.intact and self.covers_whole_file and self.trusted


def load_signer(key_file: Path, cert_file: Path, password: str = "") -> KeptKeySigner:
    """Load a P-256 key and its certificate with the chain behind it (PEM). Raises ValueError, OSError."""
    key = serialization.load_pem_private_key(Path(key_file).read_bytes(), password.encode() or None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("the signing key is not an elliptic-curve key")
    return KeptKeySigner(key, list(load_certs_from_pemder([str(cert_file)])))


def sign_pdf(
    pdf: bytes, signer: Signer, *, now: datetime, reason: str = "", location: str = "", field: str = "Signature"
) -> bytes:
    """Return the PDF with a PAdES-B signature appended; the bytes before it stay as they are."""
    about = PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=reason or None,
        location=location or None,
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    signed = _PdfSigner(about, signer, signed_at=now).sign_pdf(
        writer, bytes_reserved=getattr(signer, "hex_digits", None)
    )
    return signed.getvalue()


def check_pdf(pdf: bytes, roots: Iterable[Path]) -> SignatureReport:
    """Report on the signatures of a PDF from anywhere; certificates count as trusted at the moment of signing.

    A file too damaged to read is reported as signed but not intact when it still carries a signature's mark.
    """
    trust_roots = list(load_certs_from_pemder([str(path) for path in roots]))
    try:
        signatures = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        checks = [_check(signature, trust_roots) for signature in signatures]
        padded = all(_only_zeros_follow(signature.pkcs7_content) for signature in signatures)
    except Exception:  # whatever a stranger's bytes do to the parser, the answer is "not intact"
        checks = []
    if not checks:
        return SignatureReport(signed=b"/ByteRange" in pdf)
    return SignatureReport(
        signed=True,
        intact=padded and all(check.intact and check.valid for check in checks),
        covers_whole_file=checks[-1].coverage == SignatureCoverageLevel.ENTIRE_FILE,
        trusted=all(check.trusted for check in checks),
        signer_name=_common_name(checks[0].signing_cert),
        signed_at=signatures[0].self_reported_timestamp,
    )


def _check(signature, trust_roots):
    moment = signature.self_reported_timestamp or datetime.now(UTC)
    context = ValidationContext(trust_roots=trust_roots, moment=moment, allow_fetching=False)
    return validate_pdf_signature(signature, signer_validation_context=context, skip_diff=True)


def _only_zeros_follow(contents: bytes) -> bool:
    """Look at the room that the signature did not fill: it is not signed, so it must hold nothing."""
    info, length = contents[1], 2
    if info & 0x80:
        length += info & 0x7F
        info = int.from_bytes(contents[2:length], "big")
    return not contents[length + info :].strip(b"\0")


def _common_name(certificate) -> str:
    return certificate.subject.native.get("common_name", "")


def make_demo_signer(folder: Path, organization: str, password: str = "") -> KeptKeySigner:
    """Return the demo signer of a folder, making its root, key and certificate on the first call.

    Safe under several starts at once. The files are readable by their owner only; the root's key is thrown away, so
    nothing else can be issued under it. For the demo: a real portal brings a certificate of a licensed authority.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(folder / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / CERTIFICATE_FILE).exists():  # written last
            _write_demo_files(folder, organization, password)
    return load_signer(folder / KEY_FILE, folder / CERTIFICATE_FILE, password)


def _write_demo_files(folder: Path, organization: str, password: str) -> None:
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, name = _demo_name("Demo root 演示根证书"), _demo_name(organization)
    root = _certificate(root_name, root_key, root_name, root_key, is_root=True)
    signer = _certificate(name, key, root_name, root_key, is_root=False)
    lock = serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    write_durably(folder / KEY_FILE, key.private_bytes(pem, serialization.PrivateFormat.PKCS8, lock))
    write_durably(folder / ROOT_FILE, root.public_bytes(pem))
    write_durably(folder / CERTIFICATE_FILE, signer.public_bytes(pem) + root.public_bytes(pem))


def _demo_name(name: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"), x509.NameAttribute(NameOID.COMMON_NAME, name[:64])]
    )


def _certificate(subject, key, issuer, issuer_key, *, is_root: bool) -> x509.Certificate:
    wanted = {"key_cert_sign", "crl_sign"} if is_root else {"digital_signature", "content_commitment"}
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))  # wide, for the demo clock
        .not_valid_after(datetime(2049, 12, 31, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**{usage: usage in wanted for usage in KEY_USAGES}), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
