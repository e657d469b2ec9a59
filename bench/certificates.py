"""Four hundred signed certificates, as for a ceremony: ours in chunks on workers, the peer in a plain loop."""

import io
import multiprocessing
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import django
from django.db import connections
from django.test.utils import override_settings

from bench.measure import Result, interleave, timed
from tests import cast

COUNT, CHUNK, SAMPLE = 400, 25, 40
NOW = cast.moment("2026-09-18 09:00")


def run() -> Result:
    from certificates import files

    with tempfile.TemporaryDirectory() as box:
        override_settings(SIGNING_DIR=Path(box), DEMO=True).enable()  # a key of its own
        files.signer()
        world = cast.make_world()
        person = cast.make_person("holder@example.org", "陈思远", "990101199003070015").person
        clerk = cast.make_staff("seal@example.org", "孙证", "CERTIFICATE_CLERK", world.province, world.office)
        peer = Peer(Path(box))
        medians = interleave(
            {
                "one": lambda: on_workers(1, world, person, clerk, box),
                "peer": lambda: timed(lambda: peer.make(SAMPLE)) * COUNT / SAMPLE,
                "two": lambda: on_workers(2, world, person, clerk, box),
                "floor": lambda: raw_signatures(COUNT),
            },
            rounds=3,
        )
    return Result(
        "certificates_400",
        COUNT,
        medians["one"],
        medians["peer"],
        medians["floor"],
        {
            "one worker against two": f"{medians['one'] / medians['two']:.2f} times as long",
            "two workers ms": round(medians["two"] * 1000),
            "peer": f"ReportLab + pyHanko SimpleSigner RSA-2048, {SAMPLE} made, scaled to {COUNT}",
        },
    )


def on_workers(workers: int, world, person, clerk, box: str) -> float:
    """Number 400 certificates in a batch, then let worker processes drain its chunks; time the draining."""
    from certificates import services
    from certificates.models import Batch, BatchRow
    from jobs.models import Job
    from jobs.services import enqueue_many

    batch = Batch.objects.create(
        kind=world.guide.certificate_kind,
        organization=world.office,
        title="bench",
        document_no="演示",
        approved_on=date(2026, 9, 18),
        created_by=clerk,
        created_at=NOW,
    )
    made = services.request_many(
        kind=batch.kind,
        organization=world.office,
        requests=[(f"batch:{batch.pk}-{n}", person, {"level": "D类", "document_no": "演示1号"}) for n in range(COUNT)],
        approved_on=date(2026, 9, 18),
        valid_until=None,
        now=NOW,
        actor=clerk,
    )
    rows = BatchRow.objects.bulk_create(
        BatchRow(batch=batch, line=line, person=person, certificate=certificate)
        for line, certificate in enumerate(made, start=2)
    )
    enqueue_many(
        kind="certificates.batch_chunk",
        rows=[(f"{batch.pk}:{at}", {"rows": [r.pk for r in rows[at : at + CHUNK]]}) for at in range(0, COUNT, CHUNK)],
        now=NOW,
    )
    seconds = _race(workers, box)
    assert not Job.objects.filter(done_at=None).exists()
    assert not batch.rows.exclude(certificate__status="VALID").exists()
    return seconds


def _race(workers: int, box: str) -> float:
    context = multiprocessing.get_context("spawn")
    ready, go = context.Barrier(workers + 1), context.Barrier(workers + 1)
    crew = [context.Process(target=_worker, args=(ready, go, box)) for _ in range(workers)]
    for process in crew:
        process.start()
    ready.wait(120)
    go.wait(120)
    seconds = timed(lambda: [process.join() for process in crew])
    assert all(process.exitcode == 0 for process in crew)
    return seconds


def _worker(ready, go, box: str) -> None:
    """Warm up as a long-lived worker is (fonts and key loaded), then drain."""
    django.setup()
    from certificates import files
    from jobs.services import drain

    override_settings(SIGNING_DIR=Path(box), DEMO=True).enable()  # a key of its own
    files.signer()
    _warm_up()
    ready.wait(120)
    go.wait(120)
    while drain(now=NOW, seconds=600, limit=10_000):
        pass
    connections.close_all()


def _warm_up() -> None:
    from certificates import files
    from certificates.models import Certificate

    files.signed_pdf(Certificate.objects.select_related("kind", "organization", "holder").first(), NOW)


class Peer:
    """What the manuals of ReportLab and pyHanko show first."""

    def __init__(self, folder: Path):
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import rsa

        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "peer")])
        start = datetime(2025, 1, 1, tzinfo=UTC)
        certificate = x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), start, start + timedelta(3650)
        ).sign(key, hashes.SHA256())
        self.key, self.certificate = folder / "peer.key", folder / "peer.pem"
        self.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        self.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def make(self, count: int) -> None:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import signers

        for number in range(count):
            signer = signers.SimpleSigner.load(str(self.key), str(self.certificate))
            page = IncrementalPdfFileWriter(io.BytesIO(self._draw(number)))
            signers.sign_pdf(page, signers.PdfSignatureMetadata(field_name="Signature"), signer=signer)

    @staticmethod
    def _draw(number: int) -> bytes:
        import segno
        from reportlab.lib.pagesizes import A4, landscape
        from reportlab.lib.utils import ImageReader
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.cidfonts import UnicodeCIDFont
        from reportlab.pdfgen.canvas import Canvas

        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
        image, out = io.BytesIO(), io.BytesIO()
        segno.make(f"https://example.org/verify/{number}").save(image, kind="png", scale=4)
        image.seek(0)
        canvas = Canvas(out, pagesize=landscape(A4))
        canvas.setFont("STSong-Light", 36)
        canvas.drawCentredString(420, 480, "高层次人才证书")
        canvas.setFont("STSong-Light", 18)
        canvas.drawString(90, 380, f"陈思远，经认定为D类高层次人才。证书编号 {number:019d}")
        canvas.drawImage(ImageReader(image), 650, 80, 120, 120)
        canvas.save()
        return out.getvalue()


def raw_signatures(count: int) -> float:
    """Sign as many 20 kB digests with a loaded P-256 key and do nothing else."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    key, paper = ec.generate_private_key(ec.SECP256R1()), bytes(20_000)
    return timed(lambda: [key.sign(paper, ec.ECDSA(hashes.SHA256())) for _ in range(count)])
