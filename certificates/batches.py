"""Many certificates in one run: read a CSV file, show what is wrong line by line, number, seal in chunks, go on."""

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Organization, Person, User
from accounts.queries import people_with_document
from certificates import faces, services
from certificates.models import Batch, BatchRow, CertificateKind
from certificates.states import BATCH_CHUNK
from jobs.services import enqueue_many
from talentportal.lib import names
from talentportal.lib.refusals import Refused, refuse_unless

CHUNK_LINES = 25  # one job seals so many: more would hide progress, fewer would pay for Celery
MOST_LINES = 2000
COLUMNS = {"name": ("姓名", "Name"), "id_number": ("证件号码", "ID number")} | {
    key: (label["zh"], label["en"]) for key, label in faces.FIELDS.items()
}


@dataclass
class Line:
    """One line of the file as a spreadsheet counts them (the head is line 1), and what is wrong with it."""

    number: int
    name: str = ""
    id_number: str = ""
    face: dict = field(default_factory=dict)
    person: Person | None = None
    error: str = ""


def example_csv() -> bytes:
    """Return an empty file with the heads of all columns, in UTF-8 with BOM so that Excel shows Chinese."""
    return ("\ufeff" + ",".join(zh for zh, _en in COLUMNS.values()) + "\r\n").encode()


def read_csv(content: bytes) -> list[Line]:
    """Read the lines of a CSV file from a spreadsheet: UTF-8 with or without BOM, or GB 18030 as Excel saves it.

    Raises Refused when it is no such file, misses a column, has one nobody knows, or too many lines.
    """
    rows = list(csv.reader(io.StringIO(_decode(content))))
    refuse_unless(rows and any(cell.strip() for cell in rows[0]), _("The file is empty."))
    keys = [_key_of(head) for head in rows[0]]
    missing = [_column(key) for key in ("name", "id_number") if key not in keys]
    refuse_unless(not missing, _("These columns are missing: %(names)s.") % {"names": ", ".join(missing)})
    lines = [
        _line(number, dict(zip(keys, cells, strict=False)))
        for number, cells in enumerate(rows[1:], start=2)
        if any(cell.strip() for cell in cells)
    ]
    refuse_unless(lines, _("The file has no line below its head."))
    refuse_unless(len(lines) <= MOST_LINES, _("At most %(most)d lines fit one batch.") % {"most": MOST_LINES})
    return lines


@transaction.atomic
def create_batch(
    *,
    kind: CertificateKind,
    organization: Organization,
    title: str,
    document_no: str,
    approved_on: date,
    valid_until: date | None,
    content: bytes,
    actor: User,
    now: datetime,
) -> Batch:
    """Write a batch with a row for each line of the file; faulty lines carry their error. Nothing is issued yet."""
    services.check_in_charge(actor, organization, now)
    lines = read_csv(content)
    batch = Batch.objects.create(
        kind=kind,
        organization=organization,
        title=title,
        document_no=document_no,
        approved_on=approved_on,
        valid_until=valid_until,
        created_by=actor,
        created_at=now,
    )
    _check(lines)
    BatchRow.objects.bulk_create(
        BatchRow(
            batch=batch,
            line=line.number,
            name=line.name[:100],
            id_number=line.id_number or None,
            person=line.person,
            face={"approval_no": document_no} | line.face,
            error=line.error,
        )
        for line in lines
    )
    return batch


@transaction.atomic
def run_batch(*, batch: Batch, actor: User, now: datetime) -> int:
    """Number every line without fault and leave the sealing to jobs of 25 lines; return how many lines are taken up.

    Run again, it goes on where it stopped: faulty lines are looked at anew (somebody may have registered since), and
    what is numbered but not sealed gets a new job. Nobody gets a second certificate for the same line.
    """
    batch = (
        Batch.objects.select_for_update(of=("self",)).select_related("kind", "organization__region").get(pk=batch.pk)
    )
    services.check_in_charge(actor, batch.organization, now)
    rows = list(batch.rows.filter(certificate__sealed_at__isnull=True).select_related("person__user", "certificate"))
    refuse_unless(rows, _("Every certificate of this batch is made."))
    _look_again([row for row in rows if not row.certificate_id and row.error])
    _number(batch, [row for row in rows if not row.certificate_id and not row.error], actor, now)
    taken = [row for row in rows if row.certificate_id]
    for row in taken:
        row.error = ""
    BatchRow.objects.bulk_update(rows, ["person", "certificate", "error"])
    refuse_unless(taken, _("No line is without fault."))
    batch.started_at = batch.started_at or now
    batch.save(update_fields=["started_at"])
    chunks = [taken[start : start + CHUNK_LINES] for start in range(0, len(taken), CHUNK_LINES)]
    run = f"{now:%Y%m%dT%H%M%S%f}"
    enqueue_many(
        kind=BATCH_CHUNK,
        rows=[(f"{batch.pk}:{chunk[0].line}:{run}", {"rows": [row.pk for row in chunk]}) for chunk in chunks],
        now=now,
    )
    return len(taken)


def seal_chunk(*, row_ids: list[int], now: datetime) -> None:
    """Seal the certificates of some lines, each by itself: a line that fails keeps its error and stops nothing."""
    rows = BatchRow.objects.filter(pk__in=row_ids, certificate__isnull=False).order_by("line")
    for row in rows:
        try:
            services.seal_certificate(certificate_id=row.certificate_id, now=now)
            error = ""
        except (RuntimeError, ImproperlyConfigured, OSError, ValueError) as failure:  # typst's are RuntimeError
            error = _("The certificate could not be made (%(error)s).") % {"error": type(failure).__name__}
        if error != row.error:
            BatchRow.objects.filter(pk=row.pk).update(error=error)


def _decode(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Refused(_("This is not a CSV file. Save the sheet as “CSV UTF-8”."))


def _key_of(head: str) -> str:
    head = head.strip()
    for key, labels in COLUMNS.items():
        if head.casefold() in (key, *(label.casefold() for label in labels)):
            return key
    refuse_unless(not head, _("Nobody knows the column “%(name)s”.") % {"name": head[:40]})
    return ""


def _column(key: str) -> str:
    return " / ".join(COLUMNS[key])


def _line(number: int, cells: dict) -> Line:
    clean = {key: value.strip() for key, value in cells.items() if key and value.strip()}
    name, id_number = clean.pop("name", ""), re.sub(r"[\s'=\"]", "", clean.pop("id_number", ""))
    return Line(number, name, id_number, clean)


def _check(lines: list[Line]) -> None:
    seen: dict[str, int] = {}
    for line in lines:
        line.person, line.error = _find(line.name, line.id_number)
        first = seen.setdefault(line.id_number.upper(), line.number)
        if not line.error and first != line.number:
            line.person, line.error = None, _("The same document number is in line %(line)d.") % {"line": first}


def _find(name: str, id_number: str) -> tuple[Person | None, str]:
    """Return the registered person of a line, or what is wrong with it."""
    try:
        name = names.clean(name)
    except ValidationError as error:
        return None, error.messages[0]
    if re.fullmatch(r"[\d.]+E\+?\d+", id_number, re.IGNORECASE):
        return None, _("The document number was turned into a figure by the spreadsheet. Format the column as text.")
    if not id_number:
        return None, _("The document number is missing.")
    people = list(people_with_document(id_number).select_related("user"))
    if not people:
        return None, _("Nobody with this document number has registered.")
    person = next((person for person in people if person.name.casefold() == name.casefold()), None)
    return (person, "") if person else (None, _("The name differs from the one registered with this document."))


def _look_again(rows: list[BatchRow]) -> None:
    """Look up again who was not found; a person who has another line of the batch keeps only that one."""
    taken = set(rows[0].batch.rows.filter(person__isnull=False).values_list("person", flat=True)) if rows else set()
    for row in rows:
        person, error = _find(row.name, row.id_number or "")
        if person is None or person.pk not in taken:
            row.person, row.error = person, error
            taken.add(row.person_id)


def _number(batch: Batch, rows: list[BatchRow], actor: User, now: datetime) -> None:
    certificates = services.request_many(
        kind=batch.kind,
        organization=batch.organization,
        requests=[(_source(row), row.person, faces.with_grade(row.face)) for row in rows],
        approved_on=batch.approved_on,
        valid_until=batch.valid_until,
        now=now,
        actor=actor,
    )
    made = {certificate.source: certificate for certificate in certificates}
    for row in rows:
        row.certificate = made[_source(row)]


def _source(row: BatchRow) -> str:
    return f"batch:{row.batch_id}:{row.line}"
