"""Files as applicants make them: full of names where nobody looks."""

import io
from functools import cache

import pikepdf
import typst
from PIL import Image

from talentportal.lib.nameless import fonts_folder

TYP = '#set document(title: "{secret}", author: "{secret}")\n#set text(font: "Noto Sans SC")\n= {words}\n#lorem(20)'


@cache
def _typeset(words: str, secret: str) -> bytes:
    return typst.compile(
        TYP.format(words=words, secret=secret).encode(), font_paths=[str(fonts_folder())], ignore_system_fonts=True
    )


def make_pdf(words: str, secret: str = "someone") -> bytes:
    """A PDF with a text layer; the secret stands in title, author, XMP, outline, annotation, piece info and comments."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(_typeset(words, secret))) as pdf:
        with pdf.open_metadata() as xmp:
            xmp["dc:creator"] = [secret]
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem(secret, 0))
        page = pdf.pages[0]
        page.contents_add(f"/Span <</ActualText ({secret})>> BDC EMC % {secret}\n".encode())
        note = {"Type": pikepdf.Name.Annot, "Subtype": pikepdf.Name.Text, "Rect": [10, 10, 30, 30], "Contents": secret}
        page.obj.Annots = pikepdf.Array([pdf.make_indirect(pikepdf.Dictionary(**note, T=secret))])
        page.obj.PieceInfo = pikepdf.Dictionary(App=pikepdf.Dictionary(Private=pikepdf.String(secret)))
        pdf.docinfo["/Author"] = secret
        pdf.save(out)
    return out.getvalue()


def make_image(artist: str, kind: str = "JPEG") -> bytes:
    """A photo, turned by its EXIF, that names its artist in EXIF and in a comment."""
    image, exif, out = Image.new("RGB", (40, 30), "teal"), Image.Exif(), io.BytesIO()
    exif[0x013B], exif[0x0112], exif[0x8298] = artist, 6, artist
    image.save(out, kind, exif=exif, comment=artist.encode())
    return out.getvalue()
