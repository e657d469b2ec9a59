"""Logos and pictures of brands: only PNG, JPEG and WebP, at most 5 MB, drawn anew so that nothing hidden stays in."""

import io
import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 40_000_000
LONGEST = 2000  # pixels of the longer side, as kept
FORMATS = ("PNG", "JPEG", "WEBP")


def drawn_anew(file) -> ContentFile:
    """Return an uploaded picture as a new WebP file without metadata. Raises ValidationError saying what is wrong."""
    if file.size > MAX_BYTES:
        raise ValidationError(_("The picture is too large: at most 5 MB."), code="size")
    try:
        file.seek(0)
        with Image.open(file, formats=FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise ValidationError(_("The picture has too many pixels: at most 40 million."), code="pixels")
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except ValidationError:
        raise
    except Exception as error:  # Pillow raises half a dozen kinds for what is no picture
        raise ValidationError(_("Send a picture in PNG, JPEG or WebP format."), code="format") from error
    upright.thumbnail((LONGEST, LONGEST))
    written = io.BytesIO()
    upright.save(written, "WEBP", quality=86)
    return ContentFile(written.getvalue(), name=f"{uuid.uuid4().hex}.webp")


class PictureField(forms.FileField):
    """An upload that becomes a clean picture; what was stored before is left as it is."""

    widget = forms.ClearableFileInput(attrs={"accept": "image/png,image/jpeg,image/webp"})

    def __init__(self, *args, **options):
        options.setdefault("help_text", _("PNG, JPEG or WebP, at most 5 MB."))
        super().__init__(*args, **options)

    def to_python(self, data):
        file = super().to_python(data)
        return drawn_anew(file) if file else file
