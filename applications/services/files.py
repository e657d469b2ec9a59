"""The virus scan of what people hand in."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from applications.models import Material, MaterialFile
from applications.states import MaterialStatus, ScanState, State
from talentportal.lib import uploads


@transaction.atomic
def scan_file(*, file: MaterialFile, now: datetime) -> MaterialFile:
    """Have a file scanned and keep the verdict; without a scanner it stays marked as not scanned.

    An infected file in a draft no longer counts as handed in. Safe to run twice."""
    kept = MaterialFile.objects.select_for_update().get(pk=file.pk)
    if kept.scan_state == ScanState.PENDING:
        kept.scan_state = uploads.scan(Path(kept.file.path), settings.CLAMD_URL)
        kept.save(update_fields=["scan_state"])
        if kept.scan_state == ScanState.INFECTED:
            _take_out(kept)
    return kept


def _take_out(infected: MaterialFile) -> None:
    """Count an infected file of a draft as not handed in, unless a good one is there as well."""
    material = Material.objects.select_for_update(of=("self",)).get(pk=infected.material_id)
    good = material.files.filter(removed_at__isnull=True).exclude(scan_state=ScanState.INFECTED)
    if material.case.state == State.DRAFT and not good.exists():
        material.status = MaterialStatus.MISSING
        material.save(update_fields=["status"])
