"""Copies of files that tell nothing of who made them: no metadata, no attachments, no names; and their text to look at.

A PDF is built anew from what a page needs to be drawn; an image is encoded anew. A copy for one reader gets a stamp on
every page.
"""

import io
import re
from collections.abc import Iterator
from typing import NamedTuple

import pikepdf
from PIL import Image, ImageDraw, ImageFont, ImageOps

from talentportal.lib.typeset import fonts_folder

# What of a page is drawn; everything else of it, of the document and of every object inside is left behind.
PAGE_KEYS = {"/Type", "/Parent", "/Resources", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Contents", "/Group"}
TELLING_KEYS = (
    *("/Metadata", "/PieceInfo", "/LastModified", "/StructParent", "/StructParents", "/AF", "/OC"),
    *("/OPI", "/Measure", "/PtData", "/Thumb", "/Annots", "/Alternates", "/Properties"),
)
MARKED = {"BMC", "BDC", "EMC", "MP", "DP"}  # marked content may hold texts that nobody sees
JPEG_KEPT = {0xE0, 0xEE}  # JFIF and Adobe's color transform; EXIF, XMP, IPTC and comments go
FAULTS = (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError)
STAMP_SIZE, STAMP_ALPHA = 20, 48  # of an image 1000 pixels wide; of 255
WIDEST = 3000  # pixels of an image's longer side


SHOWN_WIDTH, SHOWN_PAGES = 1400, 30  # pixels of the picture of a page, and how many are shown; see `pages`


class CannotCopy(Exception):
    """The file is damaged or built in a way from which no such copy can be made."""


class Page(NamedTuple):
    """The picture of a page: its number and its size in pixels."""

    number: int
    width: int
    height: int


def copy_pdf(data: bytes) -> bytes:
    """Return the pages of a PDF in a new one, without anything else. Raises CannotCopy."""
    try:
        with pikepdf.open(io.BytesIO(data)) as source, pikepdf.new() as copy:
            for page in source.pages:
                _inherit(page)
                for key in set(page.obj.keys()) - PAGE_KEYS:
                    del page.obj[key]
                page.obj.Contents = source.make_stream(_drawn(page))
                copy.pages.append(page)
            copy.remove_unreferenced_resources()
            for one in copy.objects:
                _forget(copy, one)
            return _saved(copy)
    except FAULTS as error:
        raise CannotCopy(str(error)) from error


def _inherit(page: pikepdf.Page) -> None:
    """Write what a page inherits from the tree of pages onto itself."""
    for key in ("/Resources", "/MediaBox", "/CropBox", "/Rotate"):
        node = page.obj
        while key not in node and "/Parent" in node:
            node = node.Parent
        if key in node and key not in page.obj:
            page.obj[key] = node[key]


def _drawn(part) -> bytes:
    """Return the operators of a content stream without marked content and comments."""
    kept = [one for one in pikepdf.parse_content_stream(part) if str(one.operator) not in MARKED]
    return pikepdf.unparse_content_stream(kept)


def _forget(copy: pikepdf.Pdf, one) -> None:
    """Take everything telling out of an object and of the dictionaries directly inside."""
    is_stream = isinstance(one, pikepdf.Stream)
    if not is_stream and not isinstance(one, pikepdf.Dictionary | pikepdf.Array):
        return
    for inner in _dictionaries(one):
        for key in TELLING_KEYS:
            if key in inner:
                del inner[key]
    if not is_stream:
        return
    if one.get("/Subtype") == pikepdf.Name.Form:
        one.write(_drawn(one))
    elif one.get("/Subtype") == pikepdf.Name.Image:
        _forget_image(one)


def _dictionaries(one) -> Iterator:
    """Yield the dictionaries directly inside an object; those of their own number come by themselves."""
    if isinstance(one, pikepdf.Array):
        values = list(one)
    else:
        yield one
        values = [one[key] for key in set(one.keys()) - {"/Parent"}]
    for value in values:
        if isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect:
            yield from _dictionaries(value)


def _forget_image(image: pikepdf.Stream) -> None:
    """Take EXIF and comments out of a JPEG inside; JPEG 2000 is decoded, since its boxes may hold anything."""
    filters = image.get("/Filter")
    names = [str(name) for name in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
    if names == ["/DCTDecode"]:
        image.write(
            strip_jpeg(image.read_raw_bytes()), filter=pikepdf.Name.DCTDecode, decode_parms=image.get("/DecodeParms")
        )
    elif "/JPXDecode" in names or "/DCTDecode" in names:
        with Image.open(io.BytesIO(image.read_raw_bytes())) as picture:
            plain = picture.convert("RGB")
        image.write(plain.tobytes())
        for key in ("/DecodeParms", "/Decode", "/SMaskInData"):
            if key in image:
                del image[key]
        image.ColorSpace, image.BitsPerComponent = pikepdf.Name.DeviceRGB, 8
        image.Width, image.Height = plain.size


def strip_jpeg(data: bytes) -> bytes:
    """Return a JPEG without EXIF, XMP, IPTC and comments; its picture is the same to the last bit."""
    out, at = bytearray(data[:2]), 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        mark, end = data[at + 1], at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if mark != 0xFE and (not 0xE0 <= mark <= 0xEF or mark in JPEG_KEPT):
            out += data[at:end]
        at = end
    ending = data.rfind(b"\xff\xd9")
    return bytes(out + data[at : ending + 2 if ending > at else len(data)])


def _saved(pdf: pikepdf.Pdf) -> bytes:
    """Write a PDF without a document information dictionary, with an identifier that follows from its content."""
    for key in ("/Info", "/ID"):
        if key in pdf.trailer:
            del pdf.trailer[key]
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True, fix_metadata_version=False)
    return out.getvalue()


def copy_image(data: bytes) -> bytes:
    """Return an image as PNG or JPEG, upright, encoded anew from its pixels alone. Raises CannotCopy."""
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG", "PNG"]) as image:
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((WIDEST, WIDEST))
            return _encoded(upright.convert("RGB"), "PNG" if image.format == "PNG" else "JPEG")
    except Exception as error:  # Pillow raises half a dozen kinds for damaged files
        raise CannotCopy(str(error)) from error


def _encoded(image: Image.Image, kind: str) -> bytes:
    plain = Image.frombytes(image.mode, image.size, image.tobytes())  # nothing but pixels comes along
    out = io.BytesIO()
    plain.save(out, kind, **({"quality": 90} if kind == "JPEG" else {}))
    return out.getvalue()


def stamp_image(data: bytes, words: str) -> bytes:
    """Return an image with words across it, again and again, as JPEG or PNG like before."""
    with Image.open(io.BytesIO(data), formats=["JPEG", "PNG"]) as image:
        kind, base = image.format, image.convert("RGBA")
    layer = _layer(max(base.size), words, max(base.size) * STAMP_SIZE // 1000)
    left, top = (layer.width - base.width) // 2, (layer.height - base.height) // 2
    crop = layer.crop((left, top, left + base.width, top + base.height))
    return _encoded(Image.alpha_composite(base, crop).convert("RGB"), kind)


def _layer(side: int, words: str, size: int) -> Image.Image:
    """Return a transparent square, with the words in slanted rows, large enough for any image of this side."""
    font = ImageFont.truetype(str(fonts_folder() / "NotoSansSC-Regular.otf"), max(size, 8))
    wide = side * 3 // 2
    layer = Image.new("RGBA", (wide, wide), (255, 255, 255, 0))
    draw, step = ImageDraw.Draw(layer), max(size, 8) * 7
    row = (words + " " * 8) * (2 + wide // max(int(draw.textlength(words + " " * 8, font)), 1))
    for number, y in enumerate(range(0, wide, step)):
        draw.text((-(number % 4) * step, y), row, font=font, fill=(120, 30, 20, STAMP_ALPHA))
    turned = layer.rotate(24)
    edge = (wide - side) // 2
    return turned.crop((edge, edge, edge + side, edge + side))


def page_sizes(pdf: bytes) -> list[tuple[float, float]]:
    """Return width and height of each page as it is seen, in points. Raises CannotCopy."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            return [_size(page) for page in document.pages]
    except FAULTS as error:
        raise CannotCopy(str(error)) from error


def pictures(pdf: bytes) -> list[Page]:
    """Return the pages of a PDF that are shown as pictures, with their sizes. Raises CannotCopy."""
    shown = enumerate(page_sizes(pdf)[:SHOWN_PAGES], start=1)
    return [_picture(number, wide, high, SHOWN_WIDTH / max(wide, high, 1)) for number, (wide, high) in shown]


def picture(image: bytes) -> Page:
    """Return the size of an image. Raises CannotCopy."""
    try:
        with Image.open(io.BytesIO(image), formats=["JPEG", "PNG"]) as opened:
            return _picture(1, *opened.size, 1)
    except Exception as error:  # Pillow raises half a dozen kinds for damaged files
        raise CannotCopy(str(error)) from error


def _picture(number: int, wide: float, high: float, scale: float) -> Page:
    return Page(number, max(round(wide * scale), 1), max(round(high * scale), 1))


def _size(page: pikepdf.Page) -> tuple[float, float]:
    left, bottom, right, top = (float(edge) for edge in page.cropbox)
    wide, high = abs(right - left), abs(top - bottom)
    return (high, wide) if int(page.obj.get("/Rotate", 0)) % 180 else (wide, high)


def stamp_pdf(pdf: bytes, stamps: dict[tuple[float, float], bytes]) -> bytes:
    """Return the PDF with a stamp, itself a PDF of one page, over every page; `stamps` has one for each size."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            with pikepdf.open(io.BytesIO(stamps[_size(page)])) as stamp:
                page.add_overlay(stamp.pages[0])
        for one in document.objects:
            if isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
                for key in ("/Metadata", "/StructParent", "/StructParents", "/PieceInfo"):
                    if key in one:
                        del one[key]
        return _saved(document)


def text_of(pdf: bytes) -> str:
    """Return the text layer of a PDF as far as its fonts tell their characters; "" of a scan. Raises CannotCopy.

    For looking names up, not for reading: what is drawn one after the other stands together.
    """
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            return "\n".join(_text(page, page.obj.get("/Resources", {}), 0) for page in document.pages)
    except FAULTS as error:
        raise CannotCopy(str(error)) from error


def _text(part, resources, depth: int) -> str:
    """Return the text of a page or of a form inside, and of the forms that it draws."""
    if depth > 8:
        return ""
    fonts = {str(name): _decoder(font) for name, font in dict(resources.get("/Font", {})).items()}
    forms, said, decode = resources.get("/XObject", {}), [], _latin
    for operands, operator in pikepdf.parse_content_stream(part):
        match str(operator):
            case "Tf":
                decode = fonts.get(str(operands[0]), _latin)
            case "Tj" | "'" | '"':
                said.append(decode(bytes(operands[-1])))
            case "TJ":
                said += [decode(bytes(one)) for one in operands[0] if isinstance(one, pikepdf.String)]
            case "Td" | "TD" | "T*" | "ET" | "Tm":
                said.append(" ")
            case "Do" if forms.get(str(operands[0]), {}).get("/Subtype") == pikepdf.Name.Form:
                form = forms[str(operands[0])]
                said.append(_text(form, form.get("/Resources", resources), depth + 1))
    return "".join(said)


def _latin(code: bytes) -> str:
    return code.decode("utf-16-be", "replace") if code[:2] == b"\xfe\xff" else code.decode("latin-1")


def _decoder(font):
    """Return the function from the codes of a font to text, by its ToUnicode map (ISO 32000-1, 9.10.3)."""
    if "/ToUnicode" not in font:
        encoding = str(font.get("/Encoding", ""))
        return (
            (lambda code: code.decode("utf-16-be", "replace")) if "UCS2" in encoding or "UTF16" in encoding else _latin
        )
    table, width = _cmap(font.ToUnicode.read_bytes().decode("latin-1"))

    def decode(code: bytes) -> str:
        codes = (code[at : at + width] for at in range(0, len(code), width))
        return "".join(table.get(int.from_bytes(one, "big"), "") for one in codes)

    return decode


def _cmap(text: str) -> tuple[dict[int, str], int]:
    """Read a ToUnicode map: code -> text, and how many bytes a code has."""
    table: dict[int, str] = {}
    space = re.search(r"begincodespacerange\s*<([0-9A-Fa-f]+)>", text)
    width = max(len(space.group(1)) // 2, 1) if space else 2
    for block in re.findall(r"beginbfchar(.*?)endbfchar", text, re.DOTALL):
        for code, value in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f\s]+)>", block):
            table[int(code, 16)] = _unicode(value)
    for block in re.findall(r"beginbfrange(.*?)endbfrange", text, re.DOTALL):
        for low, high, values in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(<[^>]*>|\[[^\]]*\])", block):
            table |= _range(int(low, 16), min(int(high, 16), int(low, 16) + 0xFFFF), values)
    return table, width


def _range(low: int, high: int, values: str) -> dict[int, str]:
    found = re.findall(r"<([0-9A-Fa-f\s]+)>", values)
    if values.startswith("["):
        return {low + n: _unicode(value) for n, value in enumerate(found[: high - low + 1])}
    start = _unicode(found[0]) if found else ""
    return (
        {low + n: start[:-1] + chr(min(ord(start[-1]) + n, 0x10FFFF)) for n in range(high - low + 1)} if start else {}
    )


def _unicode(digits: str) -> str:
    return bytes.fromhex("".join(digits.split())).decode("utf-16-be", "replace")
