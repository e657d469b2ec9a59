"""Real files to hand in, and the same in all the wrong ways."""

import io

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
