"""The jobs of this app: ids in, one service call, safe to run twice."""

from datetime import datetime

from applications import services
from applications.models import Case, MaterialFile, Paper
from applications.services import files, rendering


def confirm_submission(payload: dict, now: datetime) -> None:
    services.confirm_submission(case=Case(pk=payload["case"]), now=now)


def deem_accepted(payload: dict, now: datetime) -> None:
    services.deem_accepted(case=Case(pk=payload["case"]), now=now)


def lapse_correction(payload: dict, now: datetime) -> None:
    services.lapse_correction(case=Case(pk=payload["case"]), now=now)


def lapse_deferral(payload: dict, now: datetime) -> None:
    services.lapse_deferral(case=Case(pk=payload["case"]), now=now)


def render_paper(payload: dict, now: datetime) -> None:
    rendering.render_paper(paper=Paper(pk=payload["paper"]), now=now)


def scan_file(payload: dict, now: datetime) -> None:
    files.scan_file(file=MaterialFile(pk=payload["file"]), now=now)


def certificate_sealed(certificate, now: datetime) -> None:
    """Told by certificates when the certificate of a case became valid."""
    case = Case(pk=int(certificate.source.partition(":")[2]))
    services.mark_issued(case=case, now=now, certificate_no=certificate.number)


JOBS = (confirm_submission, deem_accepted, lapse_correction, lapse_deferral, render_paper, scan_file)
