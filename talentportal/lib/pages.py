"""Pages of a PDF as pictures, drawn by typst in a process of its own: what a stranger handed in runs nowhere else.

A browser then shows, turns and enlarges them like any picture; nothing of the PDF itself reaches it.
"""

import io
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf

WIDTH = 1400  # pixels of the longer side of an A4 page turned sideways; readable at twice the width of the viewer
MOST = 30  # pages shown; a longer document is opened as a file
SECONDS = 20  # for one page
POINTS = 72  # to the inch
MARKUP = '#set page(width: auto, height: auto, margin: 0pt)\n#image("in.pdf", page: {page})'


class CannotDraw(Exception):
    """The file is no PDF that can be drawn."""


@dataclass(frozen=True)
class Size:
    """Width and height of the picture of a page, in pixels."""

    number: int
    width: int
    height: int


def sizes(pdf: bytes) -> list[Size]:
    """Return the size of the picture of each page, at most `MOST`. Raises CannotDraw."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            return [_size(number, page) for number, page in enumerate(document.pages[:MOST], start=1)]
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError) as error:
        raise CannotDraw(str(error)) from error


def _size(number: int, page) -> Size:
    left, bottom, right, top = (float(edge) for edge in page.cropbox)
    wide, high = abs(right - left) or 1, abs(top - bottom) or 1
    if int(page.obj.get("/Rotate", 0)) % 180:
        wide, high = high, wide
    scale = WIDTH / max(wide, high)
    return Size(number, max(round(wide * scale), 1), max(round(high * scale), 1))


def draw(pdf: bytes, number: int) -> bytes:
    """Return a page, counted from 1, as PNG. Raises CannotDraw, also when it takes longer than `SECONDS`."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            page = document.pages[number - 1] if 1 <= number <= min(len(document.pages), MOST) else None
            if page is None:
                raise CannotDraw("no such page")
            left, bottom, right, top = (float(edge) for edge in page.cropbox)
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError) as error:
        raise CannotDraw(str(error)) from error
    inches = max(abs(right - left), abs(top - bottom), 1) / POINTS
    command = [sys.executable, "-I", str(Path(__file__)), str(number), f"{WIDTH / inches:.3f}"]
    try:
        done = subprocess.run(command, input=pdf, capture_output=True, timeout=SECONDS, check=True)  # noqa: S603
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise CannotDraw(str(error)) from error
    return done.stdout


def _main(number: str, ppi: str) -> None:
    """Draw one page from standard input to standard output."""
    import typst

    with TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "in.pdf").write_bytes(sys.stdin.buffer.read())
        (place / "page.typ").write_text(MARKUP.format(page=int(number)), encoding="utf-8")
        picture = typst.compile(
            str(place / "page.typ"), root=folder, ignore_system_fonts=True, format="png", ppi=float(ppi)
        )
    sys.stdout.buffer.write(picture[0] if isinstance(picture, list) else picture)


if __name__ == "__main__":
    _main(*sys.argv[1:])
