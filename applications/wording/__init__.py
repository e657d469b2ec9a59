"""The words of official documents (domain 3.5), composed in the active language and then fixed for good.

Each function of the modules here returns title, addressee, paragraphs, tables and notes as `layouts/paper.typ` draws
them. A new kind of document: its function, its line in `_BODIES`, its word in `services.papers.KIND_WORDS`.
"""

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from applications.models import Case
from applications.states import PaperKind
from applications.wording import acceptance, afterwards, decision, ending, procedure
from talentportal.lib import spoken
from talentportal.lib.bilingual import pick


def compose(kind: PaperKind, case: Case, *, now: datetime, **facts) -> dict:
    """Return the content of a document about a case, in the active language."""
    today = timezone.localdate(now)
    return {
        "title": str(PaperKind(kind).label),
        "addressee": case.applicant_name or str(case.applicant),
        "organization": pick(case.organization, "name"),
        "organization_zh": case.organization.name_zh,
        "contact": _contact(case),
        "case_no": case.case_no,
        "query_code": case.query_code
        if kind in (PaperKind.RECEIPT, PaperKind.ACCEPTANCE, PaperKind.DEFERRAL)
        else None,
        "date": spoken.day(today),
        "seal": kind not in (PaperKind.COMMITMENT,),
        "verify_url": f"{settings.BASE_URL}/progress/",
        **_BODIES[kind](case, today=today, **facts),
    }


def _contact(case: Case) -> str:
    window = case.window
    return f"{pick(window, 'name')} {window.phone}" if window else case.organization.phone


_BODIES = {
    PaperKind.RECEIPT: acceptance.receipt,
    PaperKind.ACCEPTANCE: acceptance.acceptance,
    PaperKind.DEFERRAL: acceptance.deferral,
    PaperKind.COMMITMENT: acceptance.commitment,
    PaperKind.CORRECTION: acceptance.correction,
    PaperKind.NON_ACCEPTANCE: acceptance.non_acceptance,
    PaperKind.GRANT: decision.grant,
    PaperKind.REFUSAL: decision.refusal,
    PaperKind.WITHDRAWAL: ending.withdrawal,
    PaperKind.LAPSE: ending.lapse,
    PaperKind.SECOND_REQUEST: acceptance.second_request,
    PaperKind.TERMINATION: ending.termination,
    PaperKind.TRANSFER: ending.transfer,
    PaperKind.SPECIAL: procedure.special,
    PaperKind.EXTENSION: procedure.extension,
    PaperKind.RECTIFICATION: afterwards.rectification,
    PaperKind.REVOCATION: afterwards.revocation,
    PaperKind.DEREGISTRATION: afterwards.deregistration,
    PaperKind.CLERICAL: afterwards.clerical,
    PaperKind.REOPENING: afterwards.reopening,
    PaperKind.SERVICE_RECEIPT: ending.service_receipt,
}
