"""Stop an upload that is too large while it arrives, before it fills the disk."""

from django.conf import settings
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler


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
