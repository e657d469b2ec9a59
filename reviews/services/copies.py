"""The copy of a file that one expert gets: his number, the round and the moment stand across every page."""

from datetime import datetime
from pathlib import Path

from django.core.cache import cache
from django.utils import timezone

from reviews.models import DossierFile, Seat
from talentportal.lib import nameless, pages
from talentportal.lib.typeset import compile_pdf
from talentportal.lib.uploads import MIME

STAMP = Path(__file__).resolve().parent.parent / "layouts" / "stamp.typ"
PAGE_SECONDS = 3600  # how long the picture of a page, still without a stamp, is kept


def copy_for(*, file: DossierFile, seat: Seat, now: datetime) -> tuple[bytes, str]:
    """Return the file with the watermark of a seat's expert, drawn now, and its MIME type."""
    with file.file.open("rb") as content:
        data = content.read()
    words = watermark(seat, now)
    if file.kind != "pdf":
        return nameless.stamp_image(data, words), MIME[file.kind]
    sizes = set(nameless.page_sizes(data))
    stamps = {size: compile_pdf(STAMP, _of_size(words, size), now) for size in sizes}
    return nameless.stamp_pdf(data, stamps), MIME["pdf"]


def page_for(*, file: DossierFile, number: int, seat: Seat, now: datetime) -> tuple[bytes, str]:
    """Return a page of a PDF as picture with the watermark, or the image itself. Raises `pages.CannotDraw`."""
    if file.kind != "pdf":
        if number != 1:
            raise pages.CannotDraw("no such page")
        return copy_for(file=file, seat=seat, now=now)
    name = f"dossier page:{file.sha256}:{number}"
    picture = cache.get(name)
    if picture is None:
        with file.file.open("rb") as content:
            picture = pages.draw(content.read(), number)
        cache.set(name, picture, PAGE_SECONDS)
    return nameless.stamp_image(picture, watermark(seat, now)), MIME["png"]


def watermark(seat: Seat, now: datetime) -> str:
    """Return the words of a watermark: the expert's number, the round, the moment; nothing of the applicant."""
    return f"{seat.expert.number} · {seat.group.round.number} · {timezone.localtime(now):%Y-%m-%d %H:%M}"


def _of_size(words: str, size: tuple[float, float]) -> dict:
    return {"words": words, "width": size[0], "height": size[1]}
