"""Files on their way in: stopped when too large while they arrive, looked into before anybody keeps them."""

from typing import NamedTuple

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from applications.models import new_public_id
from talentportal.lib import spoken, uploads
from talentportal.lib.uploads import UploadFacts


class Enclosed(NamedTuple):
    """A file that was looked into: the open file under a name that tells nothing, its facts, the name it came with."""

    file: object
    facts: UploadFacts
    name: str


def look_into(posted) -> Enclosed:
    """Inspect a posted file. Raises ValidationError saying why it cannot be taken."""
    name = uploads.clean_name(posted.name)
    facts = uploads.inspect(posted, name, settings.UPLOAD_MAX_BYTES)
    posted.name = f"{new_public_id()}.{facts.kind}"
    return Enclosed(posted, facts, name)


def too_large(request) -> list:
    """Say that a file was stopped on its way because it is too large; nothing when none was."""
    if not request.META.get("portal.upload_too_large"):
        return []
    return [_("The file is too large: at most %(max)s.") % {"max": spoken.file_size(settings.UPLOAD_MAX_BYTES)}]


class ScanField(forms.FileField):
    """One file; its clean value is an `Enclosed`, or None."""

    def __init__(self, *, kinds=("pdf", "jpg", "png"), **options):
        self.kinds = kinds
        accept = ",".join(f".{kind}" for kind in kinds)
        options.setdefault("widget", forms.FileInput(attrs={"accept": accept}))
        super().__init__(**options)

    def clean(self, data, initial=None):
        posted = super().clean(data, initial)
        return self.take(posted) if posted else None

    def take(self, posted) -> Enclosed:
        """Look into a posted file that must be of one of the kinds."""
        enclosed = look_into(posted)
        if enclosed.facts.kind not in self.kinds:
            raise ValidationError(_("Send one of: %(kinds)s."), params={"kinds": ", ".join(self.kinds)})
        return enclosed


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data, files, name):
        return files.getlist(name) if hasattr(files, "getlist") else []


class ScansField(ScanField):
    """Several files; its clean value is a list of `Enclosed`."""

    def __init__(self, *, most: int, **options):
        self.most = most
        options.setdefault("widget", SeveralFiles(attrs={"multiple": True}))
        super().__init__(**options)

    def clean(self, data, initial=None):
        found = [forms.FileField.clean(self, one) for one in data or [] if one]
        if len(found) > self.most:
            words = ngettext_lazy("At most %(most)s file.", "At most %(most)s files.", self.most)
            raise ValidationError(words % {"most": self.most})
        if self.required and not found:
            raise ValidationError(self.error_messages["required"])
        return [self.take(posted) for posted in found]


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Keep at most one byte more than the limit of each file; what is over the limit is marked and thrown away."""

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data, start):
        self.received += len(raw_data)
        if self.received > settings.UPLOAD_MAX_BYTES:
            self.request.META["portal.upload_too_large"] = self.file_name
            raise StopUpload(connection_reset=False)
        super().receive_data_chunk(raw_data, start)

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):
        self.received = 0
        return super().handle_raw_input(input_data, META, content_length, boundary, encoding)
