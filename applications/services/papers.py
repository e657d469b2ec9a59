"""Official documents: words fixed at once, numbered without gaps, drawn as PDF by a job."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone, translation

from applications import wording
from applications.models import Case, Paper, PaperCounter
from applications.states import PaperKind
from jobs.services import enqueue
from talentportal.lib.numbers import document_number

# The word between the office's prefix and 字 in a document number.
KIND_WORDS = {
    PaperKind.RECEIPT: "收",
    PaperKind.ACCEPTANCE: "受",
    PaperKind.DEFERRAL: "容受",
    PaperKind.COMMITMENT: "承",
    PaperKind.CORRECTION: "补",
    PaperKind.NON_ACCEPTANCE: "不受",
    PaperKind.GRANT: "准",
    PaperKind.REFUSAL: "不准",
    PaperKind.WITHDRAWAL: "撤",
    PaperKind.LAPSE: "终",
    PaperKind.SECOND_REQUEST: "再补",
    PaperKind.TERMINATION: "止",
    PaperKind.TRANSFER: "转",
    PaperKind.SPECIAL: "特",
    PaperKind.EXTENSION: "延",
    PaperKind.RECTIFICATION: "改",
    PaperKind.REVOCATION: "撤许",
    PaperKind.DEREGISTRATION: "注",
    PaperKind.CLERICAL: "更",
    PaperKind.REOPENING: "重",
    PaperKind.SERVICE_RECEIPT: "达",
}
LANGUAGES = {"zh": "zh-hans", "en": "en"}


def write_paper(case: Case, kind: PaperKind, *, actor, now: datetime, **facts) -> Paper:
    """Number a document of the case's organization and fix its words in both languages; a job draws the PDF.

    Numbers run without gaps per organization, kind and year: the counter row is locked until the verb commits.
    """
    number = _next_number(case, kind, timezone.localdate(now).year)
    content = {}
    for key, language in LANGUAGES.items():
        with translation.override(language):
            content[key] = wording.compose(kind, case, now=now, **facts) | {
                "number": number,
                "lang": key,
                "demo": settings.DEMO,
            }
    seq = case.papers.filter(kind=kind).count() + 1
    paper = Paper.objects.create(
        case=case, kind=kind, seq=seq, number=number, content=content, issued_at=now, issued_by=actor
    )
    enqueue(kind="applications.render_paper", key=str(paper.pk), now=now, paper=paper.pk)
    return paper


def _next_number(case: Case, kind: PaperKind, year: int) -> str:
    where = {"organization": case.organization, "kind": kind, "year": year}
    PaperCounter.objects.bulk_create([PaperCounter(**where)], ignore_conflicts=True)
    counter = PaperCounter.objects.select_for_update().get(**where)
    counter.last += 1
    counter.save(update_fields=["last"])
    return document_number(case.organization.document_prefix, KIND_WORDS[kind], year, counter.last)
