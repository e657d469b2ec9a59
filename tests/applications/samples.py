"""Files as people and attackers hand them in."""

import io
import zipfile

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def make_pdf(script: str = "") -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        if script:
            pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=script)
        pdf.save(out)
    return out.getvalue()


def make_png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    return out.getvalue()


def make_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"\0" * (60 * 1024 * 1024))
    return out.getvalue()


def pdf(name: str = "合同.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, make_pdf(), "application/pdf")


def png(name: str = "photo.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, make_png(), "image/png")


def huge(megabytes: int = 100) -> SimpleUploadedFile:
    return SimpleUploadedFile("scan.pdf", b"%PDF-1.7\n" + bytes(megabytes * 1024 * 1024), "application/pdf")


BAD_FILES = {
    "empty": (lambda: SimpleUploadedFile("a.pdf", b"", "application/pdf"), "The file is empty."),
    "type": (
        lambda: SimpleUploadedFile("a.exe", b"MZ\x90\0", "application/pdf"),
        "Files of this type are not accepted.",
    ),
    "renamed": (
        lambda: SimpleUploadedFile("a.pdf", b"MZ\x90\0" * 9, "application/pdf"),
        "Send the original, not a renamed one.",
    ),
    "bomb": (lambda: SimpleUploadedFile("a.docx", make_bomb(), "application/zip"), "The document is too large inside."),
    "script": (
        lambda: SimpleUploadedFile("a.pdf", make_pdf("app.alert(1)"), "application/pdf"),
        "The PDF contains scripts or an active form.",
    ),
    "large": (huge, "The file is too large: at most 20\xa0MB"),
}
