"""Real files to hand in, and the same in all the wrong ways."""

import io
import zipfile

import pikepdf
from PIL import Image


def pdf(pages: int = 1, script: str = "") -> bytes:
    """Make a PDF; with `script` it runs JavaScript when opened."""
    document = pikepdf.new()
    for _page in range(pages):
        document.add_blank_page(page_size=(595, 842))
    if script:
        action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String(script))
        document.Root.OpenAction = document.make_indirect(action)
    out = io.BytesIO()
    document.save(out, static_id=True)
    return out.getvalue()


def png(width: int = 600, height: int = 800) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#dfe9e4").save(out, "PNG")
    return out.getvalue()


def file(name: str, content: bytes, mime: str = "application/octet-stream") -> dict:
    """Return a file as Playwright hands it to a file field."""
    return {"name": name, "mimeType": mime, "buffer": content}


def docx(text: bytes) -> bytes:
    """Make the smallest Word document around a text, packed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", text)
    return out.getvalue()


def bad(kind: str) -> tuple[str, bytes, str]:
    """Return what somebody hands in wrongly: name, content, and what is said of it."""
    match kind:
        case "empty":
            return "empty.pdf", b"", "The file is empty."
        case "program":
            words = "The content is not that of a %(kind)s file. Send the original, not a renamed one."
            return "letter.pdf", b"MZ\x90\x00" + bytes(600), words
        case "bomb":
            return "report.docx", docx(bytes(8 * 1024 * 1024)), "The document is too large inside."
        case "script":
            words = "The PDF contains scripts or an active form. Print it to a new PDF and send that."
            return "form.pdf", pdf(script="app.alert(1)"), words
    raise KeyError(kind)
