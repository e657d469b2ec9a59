"""The jobs of this app: ids in, one service call, safe to run twice."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from applications import services
from applications.models import BatchCase, Case, DataExport, MaterialFile, MessageFile, Paper, PowerOfAttorney
from applications.services import attorney as attorneys
from applications.services import batch, conversation, export, files, rendering, unit_batches
from regions import queries as calendars


def confirm_submission(payload: dict, now: datetime) -> None:
    services.confirm_submission(case=Case(pk=payload["case"]), now=now)


def deem_accepted(payload: dict, now: datetime) -> None:
    services.deem_accepted(case=Case(pk=payload["case"]), now=now)


def lapse_correction(payload: dict, now: datetime) -> None:
    services.lapse_correction(case=Case(pk=payload["case"]), now=now)


def lapse_deferral(payload: dict, now: datetime) -> None:
    services.lapse_deferral(case=Case(pk=payload["case"]), now=now)


def archive(payload: dict, now: datetime) -> None:
    services.archive(case=Case(pk=payload["case"]), now=now)


def overrun_special(payload: dict, now: datetime) -> None:
    services.overrun_special(case=Case(pk=payload["case"]), now=now)


def lapse_rectification(payload: dict, now: datetime) -> None:
    services.lapse_rectification(case=Case(pk=payload["case"]), now=now)


def warn_unchecked(payload: dict, now: datetime) -> None:
    services.warn_unchecked(case=Case(pk=payload["case"]), now=now)


def warn_of_deletion(payload: dict, now: datetime) -> None:
    expires_on = date.fromisoformat(payload["expires_on"])
    services.warn_of_deletion(case_id=payload["case"], expires_on=expires_on, now=now)


def render_paper(payload: dict, now: datetime) -> None:
    rendering.render_paper(paper=Paper(pk=payload["paper"]), now=now)


def scan_file(payload: dict, now: datetime) -> None:
    files.scan_file(file=MaterialFile(pk=payload["file"]), now=now)


def take_in_lines(payload: dict, now: datetime) -> None:
    unit_batches.take_in_lines(row_ids=payload["rows"], now=now)


def scan_attorney(payload: dict, now: datetime) -> None:
    attorneys.scan_attorney(attorney=PowerOfAttorney(pk=payload["attorney"]), now=now)


def scan_message_file(payload: dict, now: datetime) -> None:
    conversation.scan_message_file(file=MessageFile(pk=payload["file"]), now=now)


def build_export(payload: dict, now: datetime) -> None:
    export.build_export(export=DataExport(pk=payload["export"]), now=now)


def do_batch_case(payload: dict, now: datetime) -> None:
    batch.do_batch_case(row=BatchCase(pk=payload["row"]), now=now)


def certificate_sealed(certificate, now: datetime) -> None:
    """Told by certificates when the certificate of a case became valid."""
    case = Case(pk=int(certificate.source.partition(":")[2]))
    services.mark_issued(case=case, now=now, certificate_no=certificate.number)


def recompute_clocks(payload: dict, now: datetime) -> None:
    calendars.forget()  # the change may be younger than what this process keeps
    services.recompute_cases(first=payload["first"], last=payload["last"], now=now)


JOBS = {
    archive: _("Archive a case"),
    build_export: _("Make a copy of somebody’s data"),
    confirm_submission: _("Confirm a submission"),
    deem_accepted: _("Accept by silence"),
    lapse_correction: _("End a correction period"),
    lapse_deferral: _("Close a case whose promise was not kept"),
    lapse_rectification: _("Note what was not put right in time"),
    overrun_special: _("Note a special procedure that takes longer"),
    warn_unchecked: _("Warn of a commitment not checked in time"),
    warn_of_deletion: _("Warn that a draft will be deleted"),
    do_batch_case: _("Do one case of an act over many"),
    recompute_clocks: _("Compute deadlines of cases again"),
    render_paper: _("Draw an official document"),
    scan_file: _("Scan a file for viruses"),
    take_in_lines: _("Take in lines of a unit’s batch"),
    scan_attorney: _("Scan a power of attorney for viruses"),
    scan_message_file: _("Scan a file of a message for viruses"),
}
