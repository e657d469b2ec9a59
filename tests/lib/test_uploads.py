"""Each hostile file is made here, sent, and refused for its own reason; honest files pass."""

import contextlib
import hashlib
import io
import socketserver
import struct
import threading
import time
import tracemalloc
import zipfile
import zlib

import pikepdf
import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from talentportal.lib import uploads
from talentportal.lib.uploads import Scan, UploadFacts, clean_name, inspect, scan

LIMIT = 20 * 1024 * 1024
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def fault(data: bytes, name: str, max_bytes: int = LIMIT) -> str:
    with pytest.raises(ValidationError) as caught:
        inspect(io.BytesIO(data), name, max_bytes)
    assert len(caught.value.messages) == 1
    assert "%(" not in caught.value.messages[0]
    return caught.value.code


def facts(data: bytes, name: str) -> UploadFacts:
    return inspect(io.BytesIO(data), name, LIMIT)


def make_pdf(change=None, **save) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.add_blank_page()
        if change:
            change(pdf)
        pdf.save(out, **save)
    return out.getvalue()


def make_image(kind: str, size=(40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind)
    return out.getvalue()


def make_zip(parts: dict, compression=zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def relation(kind: str, target: str) -> str:
    return (
        f'<?xml version="1.0"?><Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Target="{target}" '
        f'TargetMode="External" Type="{OFFICE}/{kind}"/></Relationships>'
    )


DOCX = {"[Content_Types].xml": f'<Types xmlns="{TYPES}"/>', "word/document.xml": "<document/>"}
XLSX = {"[Content_Types].xml": f'<Types xmlns="{TYPES}"/>', "xl/workbook.xml": "<workbook/>"}
OFD = {"OFD.xml": "<OFD/>", "Doc_0/Document.xml": "<Document/>"}
WORD_RELATIONS = "word/_rels/settings.xml.rels"
LINK = relation("hyperlink", "https://example.org/")
OWN_TEMPLATE = relation("attachedTemplate", "file:///C:\\Users\\li\\Normal.dotm")
MACRO_TYPES = f'<Types xmlns="{TYPES}"><Override ContentType="a.macroEnabled.x"/></Types>'


@pytest.mark.parametrize(
    ("data", "name", "kind", "pages", "pixels"),
    [
        (make_pdf(), "证明.PDF", "pdf", 2, None),
        (make_pdf(object_stream_mode=pikepdf.ObjectStreamMode.generate), "a.pdf", "pdf", 2, None),
        (make_image("JPEG"), "照片.jpeg", "jpg", None, 1200),
        (make_image("JPEG"), "a.jpg", "jpg", None, 1200),
        (make_image("PNG"), "a.png", "png", None, 1200),
        (make_zip(DOCX), "合同.docx", "docx", None, None),
        (make_zip(XLSX), "a.xlsx", "xlsx", None, None),
        (make_zip(OFD), "a.ofd", "ofd", None, None),
        (
            make_zip(DOCX | {WORD_RELATIONS: relation("hyperlink", "https://example.org/")}),
            "a.docx",
            "docx",
            None,
            None,
        ),
        (
            make_zip(DOCX | {WORD_RELATIONS: relation("attachedTemplate", "file:///C:\\Users\\li\\Normal.dotm")}),
            "a.docx",
            "docx",
            None,
            None,
        ),
    ],
)
def test_honest_files_pass(data, name, kind, pages, pixels):
    digest = hashlib.sha256(data).hexdigest()
    assert facts(data, name) == UploadFacts(kind, uploads.MIME[kind], len(data), digest, pages, pixels)


def test_the_file_is_left_at_its_beginning():
    file = io.BytesIO(make_pdf())
    inspect(file, "a.pdf", LIMIT)
    assert file.tell() == 0
    with pytest.raises(ValidationError):
        inspect(file, "a.png", LIMIT)
    assert file.tell() == 0


def test_empty_large_and_unknown():
    assert fault(b"", "a.pdf") == "empty"
    assert fault(make_pdf(), "a.pdf", max_bytes=100) == "size"
    for name in ("a.exe", "a.zip", "a.doc", "a.svg", "a.html", "a.pdf.exe", "pdf", "", "a."):
        assert fault(make_pdf(), name) == "type", name


@pytest.mark.parametrize("name", ["a.pdf", "a.jpg", "a.png", "a.docx", "a.xlsx", "a.ofd"])
@pytest.mark.parametrize(
    "data",
    [
        b"MZ\x90\x00" + bytes(200),
        b"\x7fELF" + bytes(200),
        b"<svg onload='alert(1)'/>" * 5,
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"GIF89a%PDF-1.7" + bytes(50),
        b"x",
    ],
)
def test_renamed_files(data, name):
    assert fault(data, name) == "content"


def test_allowed_types_under_a_wrong_name():
    assert fault(make_pdf(), "a.png") == "content"
    assert fault(make_image("PNG"), "a.jpg") == "content"
    assert fault(make_zip(DOCX), "a.xlsx") == "content"
    assert fault(make_zip({"readme.txt": "hello"}), "a.ofd") == "content"
    assert fault(make_zip(DOCX), "a.pdf") == "content"


def test_documents_with_a_password_or_an_old_format():
    assert fault(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.docx") == "old"


# --- PDF -------------------------------------------------------------------------------------------------------------


def on_open(action):
    def change(pdf):
        pdf.Root.OpenAction = pdf.make_indirect(pikepdf.Dictionary(action))

    return change


def nested_script(pdf):
    action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    pdf.pages[0].AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.GoTo, Next=pikepdf.Array([action])))


def unreferenced_script(pdf):
    pdf.pages[0].Contents = pdf.make_stream(b"q Q")
    pdf.pages[0].Contents.Hidden = pikepdf.Dictionary(JS="app.alert(1)")


def attachment(pdf):
    pdf.attachments["invoice.xml"] = pikepdf.AttachedFileSpec(pdf, b"<x/>", filename="invoice.xml")


def annotation_attachment(pdf):
    spec = pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F="a.exe", EF=pikepdf.Dictionary(F=pdf.make_stream(b"MZ")))
    note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FileAttachment, FS=spec)
    pdf.pages[0].Annots = pikepdf.Array([note])


def form_of_scripts(pdf):
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=pdf.make_stream(b"<xdp/>"))


@pytest.mark.parametrize("objects", list(pikepdf.ObjectStreamMode))
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (on_open({"/S": pikepdf.Name.JavaScript, "/JS": "app.alert(1)"}), "script"),
        (on_open({"/S": pikepdf.Name("/JavaScript")}), "launch"),
        (on_open({"/S": pikepdf.Name.Launch, "/F": "cmd.exe"}), "launch"),
        (on_open({"/S": pikepdf.Name.SubmitForm, "/F": "https://evil.example"}), "launch"),
        (nested_script, "script"),
        (unreferenced_script, "script"),
        (form_of_scripts, "script"),
        (attachment, "attachment"),
        (annotation_attachment, "attachment"),
    ],
)
def test_pdf_that_acts(change, reason, objects):
    data = make_pdf(change, object_stream_mode=objects)
    assert fault(data, "a.pdf") == reason


def test_pdf_with_a_name_written_in_hex():
    data = make_pdf(on_open({"/S": pikepdf.Name.Launch, "/F": "cmd.exe"}), compress_streams=False)
    assert fault(data.replace(b"/Launch", b"/#4caunch"), "a.pdf") == "launch"


def test_pdf_with_a_link_only_passes():
    def link(pdf):
        action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.org/")
        pdf.pages[0].Annots = pikepdf.Array([pikepdf.Dictionary(Subtype=pikepdf.Name.Link, A=action)])

    assert facts(make_pdf(link), "a.pdf").pages == 2


def test_encrypted_pdf():
    with_password = make_pdf(encryption=pikepdf.Encryption(owner="o", user="u"))
    restricted = make_pdf(encryption=pikepdf.Encryption(owner="o", user=""))
    assert [fault(data, "a.pdf") for data in (with_password, restricted)] == ["encrypted", "encrypted"]


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.7\n" + bytes(5000), make_pdf()[:300]])
def test_damaged_pdf(data):
    assert fault(data, "a.pdf") == "damaged"


def test_pdf_without_pages_or_with_too_many():
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.save(out)
    assert fault(out.getvalue(), "a.pdf") == "damaged"

    def many(pdf):
        for _ in range(uploads.MAX_PAGES):
            pdf.add_blank_page()

    assert fault(make_pdf(many), "a.pdf") == "size"


def object_stream_bomb() -> bytes:
    """A PDF of about a megabyte whose one object stream unpacks to a gigabyte."""
    packer = zlib.compressobj(9)
    packed = packer.compress(b"4 0 " + b"<<>>") + b"".join(packer.compress(bytes(1 << 24)) for _ in range(64))
    packed += packer.flush()
    stream = b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(packed)
    body = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 4 0 R>>endobj\n"
    second = len(body)
    body += b"2 0 obj" + stream + packed + b"\nendstream endobj\n"
    rows = struct.pack(">BIH", 0, 0, 65535) + struct.pack(">BIH", 1, 9, 0) + struct.pack(">BIH", 1, second, 0)
    rows += struct.pack(">BIH", 1, len(body), 0) + struct.pack(">BIH", 2, 2, 0)
    table = b"3 0 obj<</Type/XRef/Size 5/W[1 4 2]/Root 1 0 R/Length %d>>stream\n" % len(rows)
    return body + table + rows + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF" % len(body)


def test_pdf_bomb_dies_in_its_own_process_soon():
    started = time.monotonic()
    assert fault(object_stream_bomb(), "a.pdf") in {"size", "damaged"}
    assert time.monotonic() - started < 10


def test_pdf_inspector_that_hangs_is_ended(monkeypatch, tmp_path):
    script = tmp_path / "hangs.py"
    script.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(uploads, "PDF_INSPECTOR", script)
    monkeypatch.setattr(uploads, "PDF_SECONDS", 0.2)
    assert fault(make_pdf(), "a.pdf") == "size"


# --- images ----------------------------------------------------------------------------------------------------------


def png_of(width: int, height: int) -> bytes:
    """A PNG that says it is this large and is not."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(9000, 9000), (10_000, 10_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_image_bomb(size):
    tracemalloc.start()
    assert fault(png_of(*size), "a.png") == "pixels"
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_damaged_images():
    jpeg, png = make_image("JPEG", (400, 300)), make_image("PNG", (400, 300))
    assert fault(jpeg[: len(jpeg) // 2], "a.jpg") == "damaged"
    assert fault(png[: len(png) // 2], "a.png") == "damaged"
    assert fault(png[:60] + bytes([png[60] ^ 1]) + png[61:], "a.png") == "damaged"
    assert fault(b"\xff\xd8\xff" + bytes(500), "a.jpg") == "damaged"


# --- documents that are zip archives ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"word/vbaProject.bin": "x"}, "macros"),
        ({"word/VBAPROJECT.BIN": "x"}, "macros"),
        ({"word/activeX/activeX1.bin": "x"}, "macros"),
        ({"xl/macrosheets/sheet1.xml": "x"}, "macros"),
        (
            {"[Content_Types].xml": f'<Types xmlns="{TYPES}"><Override ContentType="a.macroEnabled.x"/></Types>'},
            "macros",
        ),
        ({"../../etc/passwd": "x"}, "paths"),
        ({"/etc/passwd": "x"}, "paths"),
        ({"word\\..\\..\\x": "x"}, "paths"),
        ({"C:/x": "x"}, "paths"),
        ({"word/" + "a" * 300: "x"}, "paths"),
        ({"WORD/document.xml": "x"}, "paths"),
        ({WORD_RELATIONS: relation("attachedTemplate", "https://evil.example/t.dotm")}, "remote"),
        ({WORD_RELATIONS: relation("attachedTemplate", "\\\\evil.example\\t.dotm")}, "remote"),
        ({WORD_RELATIONS: relation("attachedTemplate", "file://evil.example/t.dotm")}, "remote"),
        ({WORD_RELATIONS: relation("oleObject", "mhtml:http://evil.example/x")}, "remote"),
        ({WORD_RELATIONS: relation("attachedTemplate", "https://evil.example/t").encode("utf-16")}, "remote"),
        ({WORD_RELATIONS: "<not xml"}, "damaged"),
        ({f"word/{n}.xml": "x" for n in range(uploads.MAX_MEMBERS)}, "bomb"),
        ({"word/media/a.xml": bytes(30_000_000)}, "bomb"),
        ({WORD_RELATIONS: "<Relationships/>" + " " * (uploads.MAX_PART + 1)}, "bomb"),
    ],
)
def test_hostile_documents(parts, reason):
    assert fault(make_zip(DOCX | parts), "a.docx") == reason


def test_entity_bomb_in_a_list_of_parts():
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 20}">' for n in range(1, 9))
    bomb = f'<!DOCTYPE x [<!ENTITY e0 "lol">{entities}]><x>&e8;</x>'
    started = time.monotonic()
    assert fault(make_zip(DOCX | {WORD_RELATIONS: bomb}), "a.docx") == "damaged"
    assert time.monotonic() - started < 5


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in [*DOCX, "word/document.xml"]:
            archive.writestr(name, "<x/>")
    assert fault(out.getvalue(), "a.docx") == "paths"


def test_zip_bomb_is_stopped_while_it_unpacks():
    """A gigabyte whose declared sizes are small: what counts is what comes out."""
    tracemalloc.start()
    started = time.monotonic()
    data = make_zip(DOCX | {f"word/media/{n}.xml": bytes(90_000_000) for n in range(3)})
    tracemalloc.reset_peak()
    assert fault(data, "a.docx") == "bomb"
    lying = data.replace(struct.pack("<I", 90_000_000), struct.pack("<I", 90_000))
    assert fault(lying, "a.docx") in {"bomb", "damaged"}
    assert tracemalloc.get_traced_memory()[1] < 200_000_000
    tracemalloc.stop()
    assert time.monotonic() - started < 10


def test_encrypted_and_damaged_archives():
    data = make_zip(DOCX, zipfile.ZIP_STORED)
    central = data.index(b"PK\x01\x02")
    locked = data[: central + 8] + b"\x01" + data[central + 9 :]
    assert fault(locked, "a.docx") == "encrypted"
    assert fault(data[:-30], "a.docx") == "damaged"
    assert fault(data.replace(b"<document/>", b"<dOcument/>"), "a.docx") == "damaged"
    assert fault(b"PK\x03\x04" + bytes(100), "a.ofd") == "damaged"


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["docx", "xlsx", "ofd", "png", "jpg"]), st.data())
def test_a_changed_byte_never_breaks_the_inspection(kind, data):
    honest = {"docx": DOCX, "xlsx": XLSX, "ofd": OFD}
    file = bytearray(make_zip(honest[kind]) if kind in honest else make_image({"jpg": "JPEG"}.get(kind, "PNG")))
    file[data.draw(st.integers(0, len(file) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ValidationError):
        assert inspect(io.BytesIO(bytes(file)), f"a.{kind}", LIMIT).kind == kind


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("学位证书.pdf", "学位证书.pdf"),
        ("䶮.pdf", "䶮.pdf"),
        ("C:\\Users\\li\\证书.pdf", "证书.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\r\n.pdf", "ab.pdf"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ('<a>:"|?*.pdf', "a.pdf"),
        ("Jose\u0301.pdf", "José.pdf"),
        ("  a   b .pdf . ", "a b.pdf"),
        (".pdf", "file.pdf"),
        ("", "file"),
        ("///", "file"),
        ("长" * 500 + ".docx", "长" * 115 + ".docx"),
        ("a" * 500, "a" * 119),
        ("v1.2 of something", "v1.2 of something"),
    ],
)
def test_clean_name(name, cleaned):
    assert clean_name(name) == cleaned


@given(st.text(max_size=300))
def test_clean_names_are_stable_and_short(name):
    cleaned = clean_name(name)
    assert 0 < len(cleaned) <= 120
    assert clean_name(cleaned) == cleaned
    assert not {"/", "\\", "\0", "\n"} & set(cleaned)


# --- virus scan ------------------------------------------------------------------------------------------------------

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd(socketserver.StreamRequestHandler):
    """The INSTREAM command of clamd, knowing one virus."""

    def handle(self):
        command = self.rfile.read(10)
        if command != b"zINSTREAM\0":
            return
        received = b""
        while size := int.from_bytes(self.rfile.read(4), "big"):
            received += self.rfile.read(size)
        if received == b"break":
            answer = b"INSTREAM size limit exceeded. ERROR\0"
        else:
            answer = b"stream: Eicar-Signature FOUND\0" if EICAR in received else b"stream: OK\0"
        self.wfile.write(answer)


@pytest.fixture(params=["tcp", "unix"])
def clamd(request, tmp_path):
    if request.param == "tcp":
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clamd)
        url = f"tcp://127.0.0.1:{server.server_address[1]}"
    else:
        server = socketserver.ThreadingUnixStreamServer(str(tmp_path / "clamd.ctl"), Clamd)
        url = f"unix://{tmp_path}/clamd.ctl"
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield url
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        (b"harmless" * 100_000, Scan.CLEAN),
        (b"", Scan.CLEAN),
        (b"x" * 70_000 + EICAR, Scan.INFECTED),
        (b"break", Scan.NOT_SCANNED),
    ],
)
def test_scan(clamd, tmp_path, content, answer):
    (tmp_path / "file").write_bytes(content)
    assert scan(tmp_path / "file", clamd) is answer


def test_scan_without_scanner(tmp_path):
    (tmp_path / "file").write_bytes(EICAR)
    for url in ("", "tcp://127.0.0.1:1", f"unix://{tmp_path}/none"):
        assert scan(tmp_path / "file", url, timeout=1) is Scan.NOT_SCANNED
    assert scan(tmp_path / "missing", "") is Scan.NOT_SCANNED
