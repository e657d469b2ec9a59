"""Ends other than a decision: withdrawn, terminated, transferred to another window; and, a month later, the archive."""

import hashlib
import json
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import queries, rules
from applications.models import (
    Case,
    CommitmentCheck,
    DeferralCommitment,
    DeferredMaterial,
    Material,
    MaterialFile,
    Paper,
    Rectification,
)
from applications.services.clocks import finish_clocks
from applications.services.drafts import guide_of_today
from applications.services.intake import begin_acceptance, open_received
from applications.services.journal import close, step, take
from applications.services.messages import tell, tell_clerks
from applications.services.papers import write_paper
from applications.states import CloseType, PaperKind, ScanState, State, TerminationReason, Who
from certificates import services as certificates
from jobs.services import enqueue_many
from notifications.services import cancel_reminders
from policies.models import ServiceItem
from talentportal.lib.bilingual import both
from talentportal.lib.refusals import Refused, refuse_unless

ARCHIVED_AT_ONCE = 500  # cases that one sweep hands to jobs


def wind_up(case: Case, now: datetime) -> None:
    """Stop every clock of a case that ends, and all reminders of what was still awaited from the applicant."""
    if hasattr(case, "commitment"):
        for item in case.commitment.items.all():
            cancel_reminders(subject=f"deferred:{item.pk}", now=now)
    for request in case.further_requests.filter(supplied_at__isnull=True):
        cancel_reminders(subject=f"further:{request.pk}", now=now)
    finish_clocks(case, now=now)


@transaction.atomic
def withdraw(*, case: Case, actor, now: datetime, reason: str = "") -> Case:
    """Withdraw an application before it is decided; all clocks and reminders end, the reason is optional."""
    case, role = take(case, verb="withdraw", actor=actor, now=now)
    wind_up(case, now)
    close(case, as_=CloseType.WITHDRAWN, now=now, reason=reason)
    step(case, verb="withdraw", actor=actor, role=role, now=now, opinion=reason[:1000])
    write_paper(case, PaperKind.WITHDRAWAL, actor=actor, now=now)
    tell("withdrawn", case, now)
    return case


@transaction.atomic
def terminate(*, case: Case, actor, now: datetime, reason: str, explanation: str, version: int | None = None) -> Case:
    """End a case that cannot go on: the applicant died, the unit is dissolved, the item abolished, force majeure.

    `reason` is a TerminationReason; lost contact never ends a licence case. A certificate that was made is cancelled
    (许可法 第70条(2)). Effects: notice with the ground, message, everything stops.
    """
    case, role = take(case, verb="terminate", actor=actor, now=now, version=version)
    reasons = rules.termination_obstacles(reason, case.item.catalog_item.item_type)
    reasons += [] if explanation.strip() else [_("Explain the reason to the applicant.")]
    refuse_unless(not reasons, reasons)
    wind_up(case, now)
    close(case, as_=CloseType.TERMINATED, now=now, reason=explanation.strip())
    step(case, verb="terminate", actor=actor, role=role, now=now, opinion=explanation.strip()[:1000], reason=reason)
    paper = write_paper(
        case, PaperKind.TERMINATION, actor=actor, now=now, reason=reason, explanation=explanation.strip()
    )
    label = str(TerminationReason(reason).label)
    for made in queries.living_certificates(case):
        certificates.cancel(certificate=made, reason=label, actor=None, now=now, document_no=paper.number)
    tell("terminated", case, now, reason=both(TerminationReason(reason).label))
    return case


@transaction.atomic
def transfer(*, case: Case, actor, now: datetime, window, reason: str, version: int | None = None) -> Case:
    """Hand a case over to the window of another region that is competent; return the new case there.

    The new case keeps guide (where the matter is the same), answers, materials, promises and the date of the first
    receipt; its clocks begin today, and its materials are checked anew. Effects: the old case is closed as transferred,
    notice, message. Raises Refused with every reason.
    """
    case, role = take(case, verb="transfer", actor=actor, now=now, version=version)
    item = _item_at(window, case, timezone.localdate(now))
    reasons = [] if reason.strip() else [_("Give the reason.")]
    if window.pk == case.window_id:
        reasons.append(_("The case is at this window already."))
    if item is None:
        reasons.append(_("That window does not handle this matter."))
    refuse_unless(not reasons, reasons)
    wind_up(case, now)
    close(case, as_=CloseType.TRANSFERRED, now=now, reason=reason.strip())
    step(case, verb="transfer", actor=actor, role=role, now=now, opinion=reason.strip()[:1000], window=window.code)
    new = _case_at(window, item, case, now)
    write_paper(case, PaperKind.TRANSFER, actor=actor, now=now, new=new, reason=reason.strip())
    tell("transferred", case, now, number=new.case_no, window=both(window, "name"), reason=reason.strip())
    tell_clerks("transferred_in", new, now, number=case.case_no)
    return new


def _item_at(window, case: Case, today) -> ServiceItem | None:
    """Return the item under which a window handles the matter of a case: the same item, or its own of that matter."""
    matter = ServiceItem.objects.filter(catalog_item=case.item.catalog_item)
    there = window.items.filter(item__in=matter, starts_on__lte=today).exclude(ends_on__lte=today)
    found = {row.item_id: row.item for row in there.select_related("item__organization", "item__catalog_item")}
    return found.get(case.item_id) or next(iter(found.values()), None)


def _case_at(window, item: ServiceItem, old: Case, now: datetime) -> Case:
    today = timezone.localdate(now)
    new = Case(
        item=item,
        guide=old.guide if item.pk == old.item_id else guide_of_today(item, today),
        organization=item.organization,
        region=window.region,
        window=window,
        applicant=old.applicant,
        applicant_name=old.applicant_name,
        unit=old.unit,
        agent=old.agent,
        channel=old.channel,
        answers=old.answers,
        transferred_from=old,
        created_at=now,
        saved_at=now,
    )
    try:
        with transaction.atomic():
            open_received(new, today=today, received_at=old.received_at)
    except IntegrityError as error:
        raise Refused(_("The applicant has an open case of this matter there already.")) from error
    _carry_over(old, new)
    begin_acceptance(new, actor=None, role=Who.SYSTEM, now=now, transferred_from=old.case_no)
    return new


def _carry_over(old: Case, new: Case) -> None:
    """Give the new case the materials of the old one, by key of the spec: their files as they are, and the promises."""
    places = {material.spec.key: material for material in new.materials.select_related("spec")}
    pairs = [(m, places[m.spec.key]) for m in queries.materials_of(old) if m.spec.key in places]
    for source, target in pairs:
        target.status = source.status
        files = MaterialFile.objects.bulk_create(_copies(source, target))
        unscanned = [(str(kept.pk), {"file": kept.pk}) for kept in files if kept.scan_state == ScanState.PENDING]
        enqueue_many(kind="applications.scan_file", rows=unscanned, now=new.saved_at)
    Material.objects.bulk_update([target for _source, target in pairs], ["status"])
    signed = getattr(old, "commitment", None)
    promised = [(m, t) for m, t in pairs if getattr(m, "deferral", None) and not m.deferral.accepted_at]
    if signed and promised:
        facts = ("text_version", "signed_name", "signature", "signed_at", "signed_by")
        commitment = DeferralCommitment.objects.create(case=new, **{name: getattr(signed, name) for name in facts})
        facts = ("reason", "promised_on", "due_on", "supplied_at", "is_late")
        DeferredMaterial.objects.bulk_create(
            DeferredMaterial(commitment=commitment, material=t, **{name: getattr(m.deferral, name) for name in facts})
            for m, t in promised
        )


def _copies(source: Material, target: Material) -> list[MaterialFile]:
    facts = ("name", "kind", "mime", "size", "sha256", "scan_state", "uploaded_by", "uploaded_at", "from_wallet")
    present = source.files.filter(removed_at__isnull=True).order_by("version")
    return [
        MaterialFile(material=target, version=n, file=kept.file.name, **{name: getattr(kept, name) for name in facts})
        for n, kept in enumerate(present, start=1)
    ]


def _done(now: datetime) -> Q:
    """The cases closed long enough with nothing left to do: no bad rating, check or drawing of a paper is open.

    A commitment that was found broken stays open until it is put right or the right is ended (domain 3.6.7).
    """
    rated = Rectification.objects.filter(rating__case=OuterRef("pk"), called_back_at__isnull=True)
    owed = Q(checked_at__isnull=True) | Q(is_kept=False, rectified_at__isnull=True)
    checked = CommitmentCheck.objects.filter(owed, case=OuterRef("pk"), case__revocation__isnull=True)
    drawn = Paper.objects.filter(case=OuterRef("pk"), sha256="")
    long_ago = now - timedelta(days=settings.ARCHIVE_DAYS)
    return Q(~Exists(rated), ~Exists(checked), ~Exists(drawn), state=State.CLOSED, closed_at__lt=long_ago)


def sweep_archive(now: datetime) -> int:
    """Hand cases closed more than ARCHIVE_DAYS calendar days ago to jobs, oldest first; return how many were found.

    Repeated on a day, it writes nothing.
    """
    day, ready = timezone.localdate(now).isoformat(), Case.objects.filter(_done(now)).order_by("closed_at")
    rows = [(f"{pk}:{day}", {"case": pk}) for pk in ready.values_list("pk", flat=True)[:ARCHIVED_AT_ONCE]]
    enqueue_many(kind="applications.archive", rows=rows, now=now)
    return len(rows)


@transaction.atomic
def archive(*, case: Case, now: datetime) -> Case | None:
    """Archive a case: its event fixes the hash over all documents, files and steps, so that nothing can be exchanged.

    None when the case was reopened or archived before, or something is still to be done. Safe to run twice.
    """
    locked = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if not Case.objects.filter(_done(now), pk=locked.pk).exists():
        return None
    case, role = take(case, verb="archive", actor=None, now=now)
    package = package_of(case)
    digest = hashlib.sha256(json.dumps(package, sort_keys=True).encode()).hexdigest()
    step(
        case, verb="archive", actor=None, role=role, now=now, package=digest, **{k: len(v) for k, v in package.items()}
    )
    return case


def package_of(case: Case) -> dict[str, list]:
    """List what the archive holds of a case: documents and files with their hashes, and its steps in order."""
    files = MaterialFile.objects.filter(material__case=case).order_by("material__spec__order", "version")
    steps = case.events.exclude(verb="archive").order_by("seq")
    return {
        "papers": [list(row) for row in case.papers.order_by("pk").values_list("number", "sha256")],
        "files": [list(row) for row in files.values_list("material__spec__key", "version", "sha256")],
        "steps": [[event.seq, event.verb, event.at.isoformat(), event.hash] for event in steps],
    }
