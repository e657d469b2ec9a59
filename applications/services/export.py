"""A copy of all that the portal holds about a person (个人信息保护法 第45条): JSON with the files, in one ZIP.

Asked for at any time, made by a job, given to its owner alone, deleted after a week.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import DataExport
from applications.personal_data import collect
from jobs.services import enqueue
from notifications.services import notify
from talentportal.lib.refusals import Refused, refuse_unless
from talentportal.lib.spoken import day_in_both

KEEP_DAYS = 7  # calendar days
PAUSE_HOURS = 24  # between two copies
JOB = "applications.build_export"


def ask_for_export(*, actor, now: datetime) -> DataExport:
    """Ask for a copy of the own data; a job makes it. Raises Refused while one is under way or fresh."""
    fresh = DataExport.objects.filter(owner=actor, asked_at__gt=now - timedelta(hours=PAUSE_HOURS))
    refuse_unless(not fresh.exists(), gettext_lazy("You asked for a copy less than a day ago; it stands below."))
    try:
        with transaction.atomic():
            export = DataExport.objects.create(owner=actor, asked_at=now)
            enqueue(kind=JOB, key=str(export.pk), now=now, export=export.pk)
    except IntegrityError as error:
        raise Refused(gettext_lazy("A copy is being made already.")) from error
    return export


@transaction.atomic
def build_export(*, export: DataExport, now: datetime) -> DataExport | None:
    """Write the ZIP and tell its owner. None when it was made before or is gone; safe to run twice."""
    found = DataExport.objects.select_for_update(of=("self",)).select_related("owner").filter(pk=export.pk).first()
    if found is None or found.ready_at:
        return None
    name = f"exports/{now:%Y/%m}/{found.public_id}.zip"
    path = Path(default_storage.path(name))
    with translation.override(found.owner.language):
        _write(path, found.owner, now)
    with path.open("rb") as stream:
        found.sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    found.file.name, found.size = name, path.stat().st_size
    found.ready_at, found.expires_at = now, now + timedelta(days=KEEP_DAYS)
    found.save()
    words = {"date": day_in_both(timezone.localdate(found.expires_at))}
    key = f"export_ready:{found.pk}"
    notify(event="export_ready", recipient=found.owner, key=key, context=words, path="/me/data/", now=now)
    return found


def _write(path: Path, user, now: datetime) -> None:
    """Write the ZIP under another name and put it in place when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        data, files = collect(user)
        archive.writestr("README.txt", _read_me(now))
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=2, cls=DjangoJSONEncoder))
        for name, stored in _there(files):
            archive.write(stored, name)
    part.chmod(0o600)
    part.replace(path)


def _there(files: list) -> Iterator[tuple[str, str]]:
    """Yield name in the ZIP and place in the store of the files that are still there."""
    for name, field in files:
        if field and default_storage.exists(field.name):
            yield name, default_storage.path(field.name)


def _read_me(now: datetime) -> str:
    lines = [
        _("This is a copy of what the portal holds about you."),
        _("data.json: everything as text, by subject. files/: what you handed in and what offices sent you."),
        _("Made on %(when)s.") % {"when": f"{timezone.localtime(now):%Y-%m-%d %H:%M}"},
    ]
    return "\n".join(lines) + "\n"


def note_download(*, export: DataExport, now: datetime) -> None:
    """Note that the owner downloaded the copy."""
    DataExport.objects.filter(pk=export.pk).update(downloaded_at=now)


@transaction.atomic
def sweep_exports(now: datetime) -> int:
    """Delete copies that have expired, with their files; return how many. Repeated, it deletes nothing."""
    expired = list(DataExport.objects.select_for_update(skip_locked=True).filter(expires_at__lte=now)[:200])
    for export in expired:
        drop_export(export)
    return len(expired)


def drop_export(export: DataExport) -> None:
    """Delete a copy, its file once the transaction has committed."""
    stored: Callable = export.file.delete if export.file else None
    export.delete()
    if stored:
        transaction.on_commit(lambda: stored(save=False), robust=True)
