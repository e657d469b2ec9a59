"""Samples of results 结果样本: drawn as the real ones are, for an invented holder, unsigned and stamped as samples."""

from datetime import datetime

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import get_language

from applications import wording
from applications.models import Case
from applications.services.papers import KIND_WORDS
from applications.services.rendering import LAYOUT
from applications.states import PaperKind
from certificates.files import sample_pdf
from certificates.models import Certificate
from policies.models import GuideVersion, ResultKind
from regions.queries import calendar_for
from talentportal.lib.bilingual import pick
from talentportal.lib.numbers import document_number
from talentportal.lib.typeset import compile_pdf
from talentportal.lib.workdays import add_months

KEPT = 24 * 3600  # seconds; a published guide never changes
MARK = "样本"


def draw(guide: GuideVersion) -> bytes:
    """Return the sample of a published guide's result as PDF: certificates in both languages, documents in the active.

    Its day is the day on which the guide was published. Effects: kept in the cache for a day.
    """
    language = "en" if get_language() == "en" else "zh"
    drawn = _certificate if guide.result_kind == ResultKind.CERTIFICATE else _document
    key = f"result-sample:{guide.pk}:{language}"
    return cache.get_or_set(key, lambda: drawn(guide, guide.published_at, language), KEPT)


def _certificate(guide: GuideVersion, now: datetime, _language: str) -> bytes:
    today, months = timezone.localdate(now), guide.result_valid_months
    certificate = Certificate(
        kind=guide.certificate_kind,
        organization=guide.item.organization,
        holder_name=guide.result_sample["holder"]["zh"],
        face=guide.result_sample.get("face", {}),
        approved_on=today,
        issued_on=today,
        valid_until=add_months(today, months) if months else None,
    )
    return sample_pdf(certificate, now)


def _document(guide: GuideVersion, now: datetime, language: str) -> bytes:
    office, today = guide.item.organization, timezone.localdate(now)
    case = Case(
        item=guide.item,
        guide=guide,
        organization=office,
        applicant_name=pick(guide.result_sample["holder"]),
        case_no=MARK,
    )
    content = wording.compose(
        PaperKind.GRANT,
        case,
        now=now,
        delivered_by=calendar_for(guide.item.region).due(today, guide.delivery_days),
    )
    number = document_number(office.document_prefix, KIND_WORDS[PaperKind.GRANT], today.year, 0)
    own = {"number": number, "lang": language, "sample": True, "iso_date": today.isoformat()}
    return compile_pdf(LAYOUT, content | own, now)
