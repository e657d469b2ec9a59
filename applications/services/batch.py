"""One act over many cases 批量办理: each case is checked again and done by a job of its own, with its own result."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from applications import queries
from applications.models import BatchAct, BatchCase, Case
from applications.services.acceptance import accept
from applications.services.claims import assign
from applications.services.conversation import send_message
from applications.services.delivery import deliver
from applications.states import State, Who
from certificates.models import Certificate
from certificates.services import seal_certificate
from jobs.services import enqueue_many
from talentportal.lib.refusals import refusals_in_both, refuse_unless

MOST = 200  # cases in one batch


def _accept(case: Case, actor, now: datetime, version: int) -> None:
    accept(case=case, actor=actor, now=now, version=version)


def _assign(case: Case, actor, now: datetime, version: int, to: int | None) -> None:
    assign(case=case, to=User.objects.get(pk=to) if to else None, actor=actor, now=now, version=version)


def _notify(case: Case, actor, now: datetime, version: int, text: str) -> None:
    send_message(case=case, actor=actor, now=now, text=text)


def _issue(case: Case, actor, now: datetime, version: int) -> None:
    """Seal the certificate of a granted case now, whatever its job waits for."""
    roles = queries.roles_on(case, actor, timezone.localdate(now))
    refuse_unless(Who.CERTIFICATE_CLERK in roles, _("This step is for another role."))
    refuse_unless(case.state == State.GRANTED, _("Only a granted case waits for its certificate."))
    certificate = Certificate.objects.filter(source=f"case:{case.pk}").order_by("-pk").first()
    refuse_unless(certificate, _("This case has no certificate."))
    seal_certificate(certificate_id=certificate.pk, now=now)


def _deliver(case: Case, actor, now: datetime, version: int, method: str) -> None:
    deliver(case=case, actor=actor, now=now, method=method, version=version)


# verb: (what it says, what does one case)
BATCH_VERBS = {
    "accept": (_("Accept"), _accept),
    "assign": (_("Give to a colleague"), _assign),
    "notify": (_("Write to the applicants"), _notify),
    "issue": (_("Issue the certificates"), _issue),
    "deliver": (_("Delivered"), _deliver),
}


@transaction.atomic
def begin_batch(*, cases: Iterable[tuple[Case, int]], verb: str, facts: dict, actor, now: datetime) -> BatchAct:
    """Note an act over chosen cases, given with the versions that were seen, and a job for each of them.

    Nothing is checked here but their number: who may do what is asked for every case when its job runs.
    """
    chosen = {case.pk: version for case, version in cases}
    refuse_unless(verb in BATCH_VERBS, _("This cannot be done with many cases at once."))
    refuse_unless(chosen, _("Choose at least one case."))
    refuse_unless(len(chosen) <= MOST, _("At most %(most)s cases at once.") % {"most": MOST})
    batch = BatchAct.objects.create(verb=verb, facts=facts, begun_by=actor, begun_at=now)
    rows = BatchCase.objects.bulk_create(
        BatchCase(batch=batch, case_id=pk, version=version) for pk, version in chosen.items()
    )
    enqueue_many(kind="applications.do_batch_case", rows=[(str(row.pk), {"row": row.pk}) for row in rows], now=now)
    return batch


@transaction.atomic
def do_batch_case(*, row: BatchCase, now: datetime) -> BatchCase:
    """Do the act of a batch with one case, or note every reason against it. Safe to run twice."""
    row = BatchCase.objects.select_for_update().get(pk=row.pk)
    if row.done_at:
        return row
    batch = BatchAct.objects.select_related("begun_by").get(pk=row.batch_id)
    row.refused = refusals_in_both(lambda: _do(batch, row, now), first=batch.begun_by.language)
    row.done_at = now
    row.save(update_fields=["done_at", "refused"])
    return row


@transaction.atomic
def _do(batch: BatchAct, row: BatchCase, now: datetime) -> None:
    case = Case.objects.get(pk=row.case_id)
    BATCH_VERBS[batch.verb][1](case, batch.begun_by, now, row.version, **batch.facts)
