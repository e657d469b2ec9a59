"""The virus scan of what people hand in."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from applications.models import MaterialFile
from applications.states import ScanState
from talentportal.lib import uploads


@transaction.atomic
def scan_file(*, file: MaterialFile, now: datetime) -> MaterialFile:
    """Have a file scanned and keep the verdict; without a scanner it stays marked as not scanned. Safe to run twice."""
    kept = MaterialFile.objects.select_for_update().get(pk=file.pk)
    if kept.scan_state == ScanState.PENDING:
        kept.scan_state = uploads.scan(Path(kept.file.path), settings.CLAMD_URL)
        kept.save(update_fields=["scan_state"])
    return kept
