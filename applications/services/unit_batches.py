"""Talents of a unit taken in together by its docking officer: the table is read, shown, then one case made a line."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import partial

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import rules as identities
from accounts.contacts import Contact
from accounts.models import Unit
from accounts.queries import membership, people_with_document
from accounts.services import register_at_window
from applications import questions, rules, unit_tables
from applications.models import Case, PowerOfAttorney, UnitBatch, UnitBatchFile, UnitBatchRow
from applications.services.attorney import take_in_paper
from applications.services.drafts import guide_of_today
from applications.states import Channel, ScanState
from applications.uploads import Enclosed
from jobs.services import enqueue, enqueue_many
from talentportal.lib.phones import clean_mobile
from talentportal.lib.refusals import in_both, refusals_in_both, refuse_unless
from talentportal.lib.uploads import UploadFacts

CHUNK_LINES = 10  # cases made by one job


@transaction.atomic
def create_unit_batch(
    *,
    unit: Unit,
    item,
    window,
    handler,
    attorney: Enclosed,
    until: date,
    content: bytes,
    actor,
    now: datetime,
) -> UnitBatch:
    """Keep a table of a unit's talents, each line checked; nothing is applied for yet.

    `attorney` with `until`: the scan by which all of them let the unit's handler hand in. `content`: a CSV or XLSX
    file. Raises Refused with every reason that concerns the batch as a whole.
    """
    today = timezone.localdate(now)
    guide = guide_of_today(item, today)
    refuse_unless(not (reasons := _against(unit, handler, guide, until, today, actor)), reasons)
    lines = unit_tables.read(content, guide.questions)
    batch = UnitBatch.objects.create(
        unit=unit,
        item=item,
        guide=guide,
        window=window,
        handler=handler,
        attorney_file=attorney.file,
        attorney_name=attorney.name,
        attorney_kind=attorney.facts.kind,
        attorney_sha256=attorney.facts.sha256,
        attorney_until=until,
        created_by=actor,
        created_at=now,
    )
    rows = [_row(batch, line) for line in lines]
    _check(rows, guide, today)
    UnitBatchRow.objects.bulk_create(rows)
    return batch


@transaction.atomic
def add_common_material(*, batch: UnitBatch, spec, scan: Enclosed, actor, now: datetime) -> UnitBatchFile:
    """Keep a material that is the same for everybody in a batch that was not started; a second one takes its place."""
    batch = UnitBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    refuse_unless(batch.started_at is None, _("The batch was started; every case has its materials now."))
    refuse_unless(spec.guide_id == batch.guide_id, _("The guide does not ask for this material."))
    kinds = spec.formats
    refuse_unless(
        not kinds or scan.facts.kind in kinds,
        _("This material must be one of: %(kinds)s.") % {"kinds": ", ".join(kinds)},
    )
    batch.files.filter(spec=spec).delete()
    facts = scan.facts
    return UnitBatchFile.objects.create(
        batch=batch,
        spec=spec,
        name=scan.name,
        file=scan.file,
        kind=facts.kind,
        mime=facts.mime,
        size=facts.size,
        sha256=facts.sha256,
    )


@transaction.atomic
def run_unit_batch(*, batch: UnitBatch, actor, now: datetime) -> int:
    """Leave every line without fault and without case to jobs of ten lines; return how many lines are taken up.

    Run again it looks at the faulty lines anew, e.g. after a case was closed, and goes on where it stopped.
    Raises Refused when nothing is left to do.
    """
    batch = UnitBatch.objects.select_for_update(of=("self",)).select_related("guide", "unit").get(pk=batch.pk)
    refuse_unless(actor.pk == batch.created_by_id, _("Whoever began the batch goes on with it."))
    rows = list(batch.rows.filter(case__isnull=True).order_by("line"))
    refuse_unless(rows, _("Every line of this batch has its case."))
    _check(rows, batch.guide, timezone.localdate(now))
    UnitBatchRow.objects.bulk_update(rows, ["errors"])
    sound = [row for row in rows if not row.errors]
    refuse_unless(sound, _("No line is without fault."))
    batch.started_at = batch.started_at or now
    batch.save(update_fields=["started_at"])
    chunks = [sound[start : start + CHUNK_LINES] for start in range(0, len(sound), CHUNK_LINES)]
    jobs = [(f"{batch.pk}:{chunk[0].line}:{now.isoformat()}", {"rows": [row.pk for row in chunk]}) for chunk in chunks]
    enqueue_many(kind="applications.take_in_lines", rows=jobs, now=now)
    return len(sound)


def take_in_lines(*, row_ids: Iterable[int], now: datetime) -> None:
    """Make a case of each of these lines, each by itself: one that fails keeps its reasons and stops nothing.

    Safe to run twice: a line that has its case is left alone.
    """
    for pk in row_ids:
        if faults := refusals_in_both(partial(_take_in_line, pk, now)):
            UnitBatchRow.objects.filter(pk=pk, case__isnull=True).update(errors=faults)


@transaction.atomic
def _take_in_line(pk: int, now: datetime) -> Case | None:
    rows = UnitBatchRow.objects.select_for_update(of=("self",))
    row = rows.select_related("batch__unit", "batch__item", "batch__window", "batch__created_by").get(pk=pk)
    if row.case_id:
        return None
    batch = row.batch
    refuse_unless(membership(batch.handler, batch.unit), _("The handler does not act for the unit any more."))
    person = register_at_window(
        **_identity(row),
        contact=Contact("phone", row.phone) if row.phone else None,
        is_seen=False,
        actor=batch.created_by,
        now=now,
    )
    row.attorney = _attorney(row, person, now)
    case = take_in_paper(
        item=batch.item,
        applicant=person.user,
        window=batch.window,
        answers=row.answers,
        files=_files(batch),
        attorney=row.attorney,
        channel=Channel.BATCH,
        actor=batch.created_by,
        now=now,
    )
    row.case, row.done_at, row.errors = case, now, []
    row.save(update_fields=["attorney", "case", "done_at", "errors"])
    return case


def _attorney(row: UnitBatchRow, person, now: datetime) -> PowerOfAttorney:
    """Record the batch's power of attorney for one person of it; the scan is kept once."""
    batch = row.batch
    handler = getattr(batch.handler, "person", None)
    kept = PowerOfAttorney.objects.create(
        grantor=person.user,
        agent=batch.handler,
        unit=batch.unit,
        agent_name=handler.name if handler else batch.handler.name,
        agent_id_masked=handler.id_masked if handler else "",
        starts_on=timezone.localdate(now),
        ends_on=batch.attorney_until + timedelta(days=1),
        file=batch.attorney_file.name,
        name=batch.attorney_name,
        kind=batch.attorney_kind,
        sha256=batch.attorney_sha256,
        scan_state=ScanState.PENDING,
        recorded_by=batch.created_by,
        recorded_at=now,
    )
    kept.items.set([batch.item])
    enqueue(kind="applications.scan_attorney", key=str(kept.pk), now=now, attorney=kept.pk)
    return kept


def _files(batch: UnitBatch) -> dict:
    """Return the common materials as `receive_at_window` takes them; the stored file is shared by all cases."""
    found = {}
    for kept in batch.files.select_related("spec"):
        facts = UploadFacts(kind=kept.kind, mime=kept.mime, size=kept.size, sha256=kept.sha256)
        found.setdefault(kept.spec.key, []).append((kept.file.name, facts, kept.name))
    return found


def _against(unit: Unit, handler, guide, until: date, today: date, actor) -> list:
    reasons = []
    if guide.by_unit:
        reasons.append(_("This item is applied for by the unit itself, not by its people."))
    if unit.status != Unit.Status.VERIFIED:
        reasons.append(_("The unit is not verified."))
    if membership(handler, unit) is None:
        reasons.append(_("This person does not act for the unit."))
    if handler.pk == actor.pk or membership(actor, unit):
        reasons.append(_("You act for this unit; somebody else has to decide."))
    return reasons + rules.authority_day_obstacles(until, today)


def _row(batch: UnitBatch, line: unit_tables.Line) -> UnitBatchRow:
    return UnitBatchRow(
        batch=batch,
        line=line.number,
        name=line.name[:100],
        document_type=line.document_type,
        issuing_country=line.country,
        id_number=line.id_number or None,
        birth_date=line.birth_date,
        sex=line.sex,
        phone=line.phone[:20],
        answers=line.answers,
        errors=line.errors,
    )


def _identity(row: UnitBatchRow) -> dict:
    return {
        "name": row.name,
        "document_type": row.document_type,
        "number": row.id_number or "",
        "birth_date": row.birth_date,
        "sex": row.sex,
        "issuing_country": row.issuing_country,
    }


# --- what is wrong with a line ----------------------------------------------------------------------------------------


def _check(rows: list[UnitBatchRow], guide, today: date) -> None:
    """Write into each row every reason against it, in both languages; what the reading found stays."""
    seen: dict[str, int] = {}
    for row in rows:
        kept = [error for error in row.errors if error.get("read")]
        number = (row.id_number or "").upper()
        first = seen.setdefault(number, row.line) if number else row.line
        row.errors = [*kept, *in_both(partial(_faults, row, first, guide, today))]


def _faults(row: UnitBatchRow, first: int, guide, today: date) -> list:
    reasons = [*_against_person(row, today), *_against_answers(row, guide, today), *_against_case(row)]
    if first != row.line:
        reasons.append(_("The same document number is in line %(line)d.") % {"line": first})
    return reasons


def _against_person(row: UnitBatchRow, today: date) -> list:
    reasons = []
    if row.document_type and row.name and row.id_number:  # what is not there was told when the line was read
        try:
            identities.check_identity(**_identity(row), today=today, allow_demo=settings.DEMO)
        except ValidationError as error:
            reasons += error.messages
    known = people_with_document(row.id_number).first() if row.id_number else None
    if known and known.name.casefold().replace(" ", "") != row.name.casefold().replace(" ", ""):
        reasons.append(_("The name differs from the one registered with this document."))
    if known is None and not row.phone:
        reasons.append(_("The mobile number is missing: the person is told on their own phone."))
    if row.phone:
        try:
            row.phone = clean_mobile(row.phone)
        except ValidationError as error:
            reasons += error.messages
    return reasons


def _against_answers(row: UnitBatchRow, guide, today: date) -> list:
    form = questions.kept_form(guide, today, row.answers)
    if form.is_valid():
        return []
    return [_named(form.fields[key].label, reason) for key, errors in form.errors.items() for reason in errors]


def _named(label, reason: str) -> str:
    """Return a reason with the question it is about, unless it says so itself."""
    return reason if str(label) in reason else _("%(name)s: %(reason)s") % {"name": label, "reason": reason}


def _against_case(row: UnitBatchRow) -> list:
    if not row.id_number:
        return []
    same = Case.objects.filter(item=row.batch.item, unit=None)
    people = people_with_document(row.id_number).values("user")
    open_case = same.filter(applicant__in=people).open().first()
    if open_case:
        return [_("The applicant has an open case of this item already: %(no)s.") % {"no": open_case.case_no}]
    return []
