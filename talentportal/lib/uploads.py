"""Uploaded files: what may come in, checked by content; and the virus scan.

An allow list, types told by content, no archives, limits on what unpacking gives (OWASP File Upload). Nothing here
trusts a name or a declared size, and whatever parses a PDF does so in a process of its own.
"""

import hashlib
import json
import logging
import re
import socket
import subprocess
import sys
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from PIL import Image

from talentportal.lib import spoken

logger = logging.getLogger(__name__)

MIME = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ofd": "application/ofd",
}
SAME = {"jpeg": "jpg", "jpe": "jpg"}
MAX_PIXELS = 80_000_000  # a page scanned at 600 dpi has 35 million
MAX_PAGES = 500
MAX_NAME = 120
MAX_MEMBERS = 3000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 200  # of one member larger than a megabyte; texts in XML reach about 30
CHUNK = 64 * 1024
PDF_SECONDS = 10
PDF_INSPECTOR = Path(__file__).with_name("pdf_inspector.py")

SIGNATURES = ((b"%PDF-", "pdf"), (b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"PK\x03\x04", "zip"))
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # also the wrapping of .docx and .xlsx with a password
ZIP_MARKS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "ofd": "OFD.xml"}
MACROS = re.compile(r"(^|/)(vbaproject\.bin|vbadata\.xml|macrosheets/|activex/)", re.IGNORECASE)
LOADS_PARTS = ("/attachedTemplate", "/frame", "/subDocument", "/oleObject")
ELSEWHERE = re.compile(r"(?!file:///[a-z]:)[a-z][a-z+.-]+:|[\\/]{2}", re.IGNORECASE)  # not a template on the own disk
MAX_PART = 4 * 1024 * 1024
ZIP_FAULTS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    ElementTree.ParseError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


class Scan(TextChoices):
    """What the virus scanner says of a file."""

    CLEAN = "CLEAN", _("clean")
    INFECTED = "INFECTED", _("infected")
    NOT_SCANNED = "NOT_SCANNED", _("not scanned")


@dataclass(frozen=True)
class UploadFacts:
    """What is known of an accepted file. `kind` is a key of MIME; `pages` of a PDF, `pixels` of an image."""

    kind: str
    mime: str
    size: int
    sha256: str
    pages: int | None = None
    pixels: int | None = None


def clean_name(name: str) -> str:
    """Return a file name to show and store: no folders, no control characters, at most 120 with its extension."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf", "Cs") and c not in '<>:"|?*')
    stem, dot, extension = re.sub(r"\s+", " ", name).rstrip(" .").rpartition(".")
    if not dot or len(extension) > 10:
        stem, extension = stem + dot + extension, ""
    room = MAX_NAME - len(extension) - 1
    return (stem.strip(" .")[:room].rstrip() or "file") + (f".{extension}" if extension else "")


def inspect(file, name: str, max_bytes: int) -> UploadFacts:
    """Return the facts of a seekable binary file, or raise ValidationError saying why it cannot be taken.

    The file is left at its beginning. The name counts for its extension only, which must agree with the content.
    """
    size = file.seek(0, 2)
    if not size:
        raise ValidationError(_("The file is empty."), code="empty")
    if size > max_bytes:
        raise ValidationError(
            _("The file is too large: at most %(max)s."), code="size", params={"max": spoken.file_size(max_bytes)}
        )
    kind = _extension(name)
    try:
        _check_content(file, kind)
        more = _LOOK_INSIDE[kind](file)
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    finally:
        file.seek(0)
    return UploadFacts(kind, MIME[kind], size, digest, **more)


def _extension(name: str) -> str:
    _stem, dot, extension = clean_name(name).lower().rpartition(".")
    kind = SAME.get(extension, extension) if dot else ""
    if kind not in MIME:
        raise ValidationError(
            _("Files of this type are not accepted. Send one of: %(types)s."),
            code="type",
            params={"types": ", ".join(MIME)},
        )
    return kind


def _check_content(file, kind: str) -> None:
    file.seek(0)
    start = file.read(16)
    if start.startswith(OLD_OFFICE) and kind in ("docx", "xlsx"):
        raise ValidationError(
            _("The document has a password or an old format. Save it as .docx or .xlsx without a password."), code="old"
        )
    found = next((found for signature, found in SIGNATURES if start.startswith(signature)), "")
    if found != ("zip" if kind in ZIP_MARKS else kind):
        raise ValidationError(
            _("The content is not that of a %(kind)s file. Send the original, not a renamed one."),
            code="content",
            params={"kind": kind},
        )


def _look_into_image(file) -> dict:
    file.seek(0)
    try:
        with Image.open(file, formats=["JPEG", "PNG"]) as image:
            pixels = image.width * image.height
            if pixels > MAX_PIXELS:
                raise Image.DecompressionBombError
            if image.format == "PNG":
                image.verify()
            else:
                image.draft("L", (image.width // 8, image.height // 8))  # decodes all, keeps a 64th
                image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(
            _("The image is too large: at most %(max)d million pixels."),
            code="pixels",
            params={"max": MAX_PIXELS // 1_000_000},
        ) from error
    except Exception as error:  # Pillow raises half a dozen kinds for damaged files
        raise ValidationError(_("The file is damaged and cannot be opened."), code="damaged") from error
    return {"pixels": pixels}


PDF_FAULTS = {
    "encrypted": _("The PDF has a password or restrictions. Send one without."),
    "script": _("The PDF contains scripts or an active form. Print it to a new PDF and send that."),
    "launch": _("The PDF contains actions that open other things. Print it to a new PDF and send that."),
    "media": _("The PDF contains video or other media. Print it to a new PDF and send that."),
    "attachment": _("The PDF contains other files. Send each file by itself."),
    "damaged": _("The file is damaged and cannot be opened."),
    "size": _("The PDF is too large or too complicated inside. Print it to a new PDF and send that."),
}


def _look_into_pdf(file) -> dict:
    file.seek(0)
    data = file.read()
    whole = b"%%EOF" in data[-4096:]  # readers mend a file cut off on its way, and show fewer pages
    found = _run_pdf_inspector(data) if whole else {"fault": "damaged"}
    fault = found.get("fault") or ("size" if found["pages"] > MAX_PAGES else "" if found["pages"] else "damaged")
    if fault:
        raise ValidationError(PDF_FAULTS[fault], code=fault)
    return {"pages": found["pages"]}


def _run_pdf_inspector(data: bytes) -> dict:
    """Ask the child process; one that dies of its limits says that the file is too much."""
    try:
        child = subprocess.run(  # noqa: S603 our own script, the file comes by standard input
            [sys.executable, "-I", str(PDF_INSPECTOR)], input=data, capture_output=True, timeout=PDF_SECONDS, env={}
        )
    except subprocess.TimeoutExpired:
        return {"fault": "size"}
    if child.returncode:
        logger.warning("The look into a PDF ended with %s: %s", child.returncode, child.stderr[-300:])
        return {"fault": "size"}
    return json.loads(child.stdout)


def _look_into_zip(kind: str):
    def look(file) -> dict:
        file.seek(0)
        try:
            with zipfile.ZipFile(file) as archive:
                _check_members(archive, kind)
                _unpack(archive)
        except ZIP_FAULTS as error:
            raise ValidationError(_("The file is damaged and cannot be opened."), code="damaged") from error
        return {}

    return look


def _check_members(archive: zipfile.ZipFile, kind: str) -> None:
    """Check the list of members before anything is unpacked."""
    members = archive.infolist()
    names = [member.filename for member in members]
    lowered = [name.lower() for name in names]
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
        raise ValidationError(_("The document is too large inside."), code="bomb")
    if len(set(lowered)) < len(lowered) or any(_leads_out(name) for name in names):
        raise ValidationError(_("The document is built in a dangerous way and is not accepted."), code="paths")
    if any(member.flag_bits & 1 for member in members):
        raise ValidationError(_("The document has a password. Send one without."), code="encrypted")
    if any(MACROS.search(name) for name in names):
        raise ValidationError(_("The document contains macros. Save it without macros."), code="macros")
    if ZIP_MARKS[kind] not in names or (kind != "ofd" and "[Content_Types].xml" not in names):
        raise ValidationError(
            _("The content is not that of a %(kind)s file. Send the original, not a renamed one."),
            code="content",
            params={"kind": kind},
        )


def _leads_out(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or ":" in name or "\0" in name or len(name) > 255


def _unpack(archive: zipfile.ZipFile) -> None:
    """Read each member in pieces, count what really comes out, and look into the parts that say what is loaded."""
    total = 0
    for member in archive.infolist():
        is_list = member.filename.endswith((".rels", "[Content_Types].xml"))
        unpacked, part = 0, b""
        with archive.open(member) as stream:
            while piece := stream.read(CHUNK):
                unpacked += len(piece)
                total += len(piece)
                too_dense = unpacked > 1024 * 1024 and unpacked > MAX_RATIO * member.compress_size
                if total > MAX_UNPACKED or too_dense or (is_list and unpacked > MAX_PART):
                    raise ValidationError(_("The document is too large inside."), code="bomb")
                part += piece if is_list else b""
        if is_list:
            _check_list(part)


def _check_list(part: bytes) -> None:
    """Check a list of content types or relations (ECMA-376 part 2) for macros and for parts loaded from elsewhere."""
    for element in ElementTree.fromstring(part).iter():  # noqa: S314 small, and expat stops entity bombs
        if "macroEnabled" in element.get("ContentType", ""):
            raise ValidationError(_("The document contains macros. Save it without macros."), code="macros")
        loads = element.get("Type", "").endswith(LOADS_PARTS) and element.get("TargetMode") == "External"
        if loads and ELSEWHERE.match(element.get("Target", "")):
            raise ValidationError(_("The document loads parts from elsewhere. Save it without them."), code="remote")


_LOOK_INSIDE = {"pdf": _look_into_pdf, "jpg": _look_into_image, "png": _look_into_image} | {
    kind: _look_into_zip(kind) for kind in ZIP_MARKS
}


def scan(path: Path, url: str, timeout: float = 30) -> Scan:
    """Ask clamd at tcp://host:port or unix:///path about a file. Without url or answer: NOT_SCANNED, never an error."""
    if not url:
        return Scan.NOT_SCANNED
    try:
        with _connect(url, timeout) as clamd, open(path, "rb") as file:
            clamd.sendall(b"zINSTREAM\0")
            while piece := file.read(CHUNK):
                clamd.sendall(len(piece).to_bytes(4, "big") + piece)
            clamd.sendall(bytes(4))
            with clamd.makefile("rb") as reply:
                answer = reply.read(4096).rstrip(b"\0\n")
    except OSError:
        return Scan.NOT_SCANNED
    if answer.endswith(b" FOUND"):
        return Scan.INFECTED
    return Scan.CLEAN if answer == b"stream: OK" else Scan.NOT_SCANNED


def _connect(url: str, timeout: float) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return socket.create_connection((parts.hostname, parts.port or 3310), timeout)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(timeout)
    try:
        connection.connect(parts.path)
    except OSError:
        connection.close()
        raise
    return connection
