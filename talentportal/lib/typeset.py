"""Certificates and official documents drawn by typst, with the fonts of a Python package; QR codes by segno.

Signatures are put on in `talentportal.lib.signing`.
"""

import importlib.util
import io
import json
import re
import threading
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import segno
import typst

ROOT = Path(__file__).resolve().parents[2]
STANDARD = "a-2b"  # PDF/A-2b: every font inside, nothing that acts
NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
MOST_LACKING = 40  # characters without a glyph in one document


class _Layout:
    """One typst file kept loaded; a compiler serves one thread at a time."""

    def __init__(self, template: Path, root: Path, system_fonts: bool):
        self.lock = threading.Lock()
        self.compiler = typst.Compiler(
            str(template), root=str(root), font_paths=[str(fonts_folder())], ignore_system_fonts=not system_fonts
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
    a template is in UTC, so legal dates belong in the data. A template may read files below `root` only. A character
    that the bundled fonts lack is drawn with the machine's own; one that no font has is printed as its code
    〔U+E815〕, never as an empty box, and named in `data.lacking` for the template to explain.
    Raises typst.TypstError with the place of the fault in the template.
    """
    text, lacking, system_fonts = json.dumps(data, ensure_ascii=False, default=str), [], False
    for _try in range(MOST_LACKING):
        try:
            return _compile(template, root, system_fonts, text, now)
        except typst.TypstError as error:
            found = NO_GLYPH.search(str(error))
            if not found:
                raise
            if system_fonts:
                text = _spell_out(_unescape(found.group(1)), text, lacking)
            system_fonts = True
    return _compile(template, root, system_fonts, text, now)


def _compile(template: Path, root: Path, system_fonts: bool, data: str, now: datetime) -> bytes:
    return _layout(Path(template), Path(root), system_fonts).compile(
        sys_inputs={"data": data}, pdf_standards=[STANDARD], timestamp=now.astimezone(UTC).replace(microsecond=0)
    )


def _spell_out(cluster: str, data: str, lacking: list[str]) -> str:
    """Put the codes in the place of characters that cannot be drawn, and add them to the list."""
    lacking.append("".join(f"〔U+{ord(character):04X}〕" for character in cluster))
    return json.dumps(json.loads(data.replace(cluster, lacking[-1])) | {"lacking": lacking}, ensure_ascii=False)


def _unescape(shown: str) -> str:
    return ESCAPED.sub(lambda code: chr(int(code.group(1), 16)), shown)


def qr_svg(text: str) -> str:
    """Return a QR code (ISO/IEC 18004, error correction M) as an SVG of its own, for typst `image(bytes(...))`."""
    drawing = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawing, kind="svg", xmldecl=False, border=2)
    return drawing.getvalue().decode()
