"""Certificates and official documents drawn by typst, with the fonts of a Python package; QR codes by segno.

Signatures are put on in `talentportal.lib.signing`.
"""

import importlib.util
import io
import json
import threading
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import segno
import typst

ROOT = Path(__file__).resolve().parents[2]
STANDARD = "a-2b"  # PDF/A-2b: every font inside, nothing that acts


class _Layout:
    """One typst file kept loaded; a compiler serves one thread at a time."""

    def __init__(self, template: Path, root: Path):
        self.lock = threading.Lock()
        self.compiler = typst.Compiler(
            str(template), root=str(root), font_paths=[str(fonts_folder())], ignore_system_fonts=True
        )

    def compile(self, **options) -> bytes:
        with self.lock:
            return self.compiler.compile(format="pdf", **options)


_layout = cache(_Layout)  # per process; never compile before a server forks its workers: typst has threads


@cache
def fonts_folder() -> Path:
    """Return the folder with Noto Serif SC and Noto Sans SC, without importing the package."""
    return Path(importlib.util.find_spec("pylopdf_fonts_zh_cn").origin).parent


def compile_pdf(template: Path, data: dict, now: datetime, *, root: Path = ROOT) -> bytes:
    """Return the PDF/A of a typst template that reads `json(bytes(sys.inputs.data))`.

    Data is inserted as text, never run as markup. The same data and moment give the same bytes; `datetime.today()` of
    a template is in UTC, so legal dates belong in the data. A template may read files below `root` only. Raises typst.TypstError with the place of the fault in the template.
    """
    return _layout(Path(template), Path(root)).compile(
        sys_inputs={"data": json.dumps(data, ensure_ascii=False, default=str)},
        pdf_standards=[STANDARD],
        timestamp=now.astimezone(UTC).replace(microsecond=0),
    )


def qr_svg(text: str) -> str:
    """Return a QR code (ISO/IEC 18004, error correction M) as an SVG of its own, for typst `image(bytes(...))`."""
    drawing = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawing, kind="svg", xmldecl=False, border=2)
    return drawing.getvalue().decode()
