"""Four hundred signed certificates, as for a ceremony: ours in chunks on workers, the peer in a plain loop."""

import contextlib
import io
import os
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from django.conf import settings

from accounts.models import Person, User
from bench.measure import Result, interleave, timed
from certificates import services
from certificates.batches import CHUNK_LINES
from certificates.models import Batch, BatchRow
from certificates.states import BATCH_CHUNK
from jobs.models import Job
from jobs.services import enqueue_many
from notifications.models import MessageTemplate
from tests import cast

COUNT, SAMPLE, ROUNDS = 400, 40, 3
NOW = cast.moment("2026-09-18 09:00")


def run() -> Result:
    world = cast.make_world()
    people = make_people()
    clerk = cast.make_staff("seal@example.org", "孙证", "CERTIFICATE_CLERK", world.province, world.office)
    MessageTemplate.objects.create(event="certificate_ready", title_zh="证书已签发", body_zh="{certificate}")
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as box:  # the same disk as real files
        peer = Peer(Path(box))
        medians = interleave(
            {
                "one": lambda: on_workers(1, box, number_batch(world, people, clerk)),
                "peer": lambda: timed(lambda: peer.make(SAMPLE)) * COUNT / SAMPLE,
                "two": lambda: on_workers(2, box, number_batch(world, people, clerk)),
                "floor": lambda: raw_signatures(COUNT),
            },
            rounds=ROUNDS,
        )
    return Result(
        "certificates_400",
        COUNT,
        medians["one"],
        medians["peer"],
        medians["floor"],
        {
            "two workers ms": round(medians["two"] * 1000),
            "two workers against one": f"{medians['one'] / medians['two']:.2f} times as fast",
            "ours": f"one worker, chunks of {CHUNK_LINES}: rows, PDF/A-2b, P-256, file on disk, message to the holder",
            "peer": f"ReportLab + pyHanko SimpleSigner RSA-2048 in memory, {SAMPLE} made, scaled to {COUNT}",
            "floor": f"{COUNT} raw P-256 signatures",
        },
    )


def make_people() -> list[Person]:
    users = User.objects.bulk_create(
        User(email=f"holder{n}@example.org", name="陈思远", password="!", is_demo=True) for n in range(COUNT)
    )
    return Person.objects.bulk_create(
        Person(
            user=user,
            name="陈思远",
            document_type="PASSPORT",
            id_number=f"E{user.pk:08d}",
            id_masked="E****",
            id_fingerprint=str(user.pk),
            birth_date=date(1990, 3, 7),
            level=2,
        )
        for user in users
    )


def number_batch(world, people: list[Person], clerk: User) -> Batch:
    """Number a certificate for each person and write the jobs of its chunks, as `run_batch` does after its checks."""
    batch = Batch.objects.create(
        kind=world.guide.certificate_kind,
        organization=world.office,
        title="bench",
        document_no="演示",
        approved_on=NOW.date(),
        created_by=clerk,
        created_at=NOW,
    )
    face = {"level": "D类", "approval_no": "演示1号"}
    made = services.request_many(
        kind=batch.kind,
        organization=world.office,
        requests=[(f"batch:{batch.pk}:{line}", person, face) for line, person in enumerate(people, start=2)],
        approved_on=batch.approved_on,
        valid_until=None,
        now=NOW,
        actor=clerk,
    )
    rows = BatchRow.objects.bulk_create(
        BatchRow(batch=batch, line=line, person=certificate.holder, certificate=certificate)
        for line, certificate in enumerate(made, start=2)
    )
    chunks = [rows[start : start + CHUNK_LINES] for start in range(0, COUNT, CHUNK_LINES)]
    enqueue_many(
        kind=BATCH_CHUNK,
        rows=[(f"{batch.pk}:{chunk[0].line}", {"rows": [row.pk for row in chunk]}) for chunk in chunks],
        now=NOW,
    )
    return batch


def on_workers(count: int, box: str, batch: Batch) -> float:
    """Let worker processes drain the jobs of a batch; time that, and look whether every certificate is valid."""
    with contextlib.ExitStack() as stack:
        crew = [stack.enter_context(worker(box)) for _ in range(count)]
        for one in crew:
            _wait_for("ready", one)

        def drain():
            for one in crew:
                one.stdin.write("go\n")
                one.stdin.flush()
            for one in crew:
                _wait_for("done", one)

        seconds = timed(drain)
    if Job.objects.filter(done_at=None).exists() or batch.rows.exclude(certificate__status="VALID").exists():
        raise RuntimeError("a certificate was not sealed")
    return seconds


def worker(box: str) -> subprocess.Popen:
    env = os.environ | {"DATA_DIR": box, "DEMO": "1"}  # the demo makes itself a key
    return subprocess.Popen(
        [sys.executable, "-m", "bench.worker", NOW.isoformat()],
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _wait_for(word: str, process: subprocess.Popen) -> None:
    if process.stdout.readline().strip() != word:
        raise RuntimeError(f"a worker ended before it was {word}")


class Peer:
    """What the manuals of ReportLab and pyHanko show first."""

    def __init__(self, folder: Path):
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import rsa
        from pyhanko.sign import signers

        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "peer")])
        start = datetime(2025, 1, 1, tzinfo=UTC)
        certificate = x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), start, start + timedelta(3650)
        ).sign(key, hashes.SHA256())
        key_file, certificate_file = folder / "peer.key", folder / "peer.pem"
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        self.signer = signers.SimpleSigner.load(str(key_file), str(certificate_file))

    def make(self, count: int) -> None:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import signers

        for number in range(count):
            page = IncrementalPdfFileWriter(io.BytesIO(self._draw(number)))
            signers.sign_pdf(page, signers.PdfSignatureMetadata(field_name="Signature"), signer=self.signer)

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
