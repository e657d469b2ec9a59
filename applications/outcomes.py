"""What comes out of a granted case. An app above registers its function under the key that guides name.

Exactly one function per key; a missing key is an error. This is the project's only inversion.
"""

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from applications.models import Case
from certificates.services import request_certificate
from policies.models import ResultKind
from talentportal.lib.bilingual import both
from talentportal.lib.workdays import add_months

_outcomes: dict[str, Callable] = {}


def register_outcome(key: str, function: Callable) -> None:
    """Register `function(case, *, actor, now)` for guides whose outcome is `key`."""
    if _outcomes.setdefault(key, function) is not function:
        raise ValueError(f"outcome {key} is registered twice")


def run(case: Case, *, actor, now: datetime) -> None:
    """Do what a granted case brings about, in the transaction of the decision. KeyError when nobody registered it."""
    _outcomes[case.guide.outcome](case, actor=actor, now=now)


def issue_certificate(case: Case, *, actor, now: datetime) -> None:
    """Number the certificate of a case and let a worker seal it; nothing for items without a certificate."""
    if case.guide.result_kind != ResultKind.CERTIFICATE:
        return
    today, months = timezone.localdate(now), case.guide.result_valid_months
    request_certificate(
        source=f"case:{case.pk}",
        kind=case.guide.certificate_kind,
        organization=case.organization,
        holder=case.applicant.person,
        face={"item": both(case.item, "name"), "approval_no": _approval_no(case), "unit": case.unit.name if case.unit else ""},
        approved_on=today,
        valid_until=add_months(today, months) if months else None,
        now=now,
        actor=actor,
    )


def _approval_no(case: Case) -> str:
    return case.papers.get(kind="GRANT").number


register_outcome("certificate", issue_certificate)
