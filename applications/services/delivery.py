"""The good end of a case: the result is ready, then delivered."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.models import Case
from applications.services.clocks import finish_clocks, lead
from applications.services.journal import close, step, take
from applications.services.messages import tell
from applications.services.papers import write_paper
from applications.states import ClockKind, CloseType, PaperKind, State
from talentportal.lib.refusals import refuse_unless


@transaction.atomic
def mark_issued(*, case: Case, now: datetime, certificate_no: str) -> Case | None:
    """Note that the certificate was sealed: the result is ready. None when that was noted before; safe to run twice."""
    if Case.objects.select_for_update(of=("self",)).get(pk=case.pk).state != State.GRANTED:
        return None
    case, role = take(case, verb="issue", actor=None, now=now)
    lead(case, State.READY)
    step(case, verb="issue", actor=None, role=role, now=now, certificate_no=certificate_no)
    tell("certificate_ready", case, now)
    return case


@transaction.atomic
def deliver(*, case: Case, actor, now: datetime, method: str = "online", version: int | None = None) -> Case:
    """Serve the result: opened online by the applicant, or handed over at the window; closes the case as granted."""
    case, role = take(case, verb="deliver", actor=actor, now=now, version=version)
    refuse_unless(method in ("online", "window", "courier"), _("Choose how it was delivered."))
    finish_clocks(case, ClockKind.DELIVERY, now=now)  # that of a check of the commitment runs on
    close(case, as_=CloseType.GRANTED, now=now)
    step(case, verb="deliver", actor=actor, role=role, now=now, method=method)
    write_paper(case, PaperKind.SERVICE_RECEIPT, actor=actor, now=now, method=method)
    tell("delivered", case, now)
    return case
