"""After the end of a case: revoked, deregistered, an error corrected, reopened, a breach excused."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import fetching, outcomes, queries, rules
from applications.models import Case, DeferralBan, DeferredMaterial, Material, Revocation
from applications.services.acceptance import plan_item_reminders
from applications.services.approvals import asked_first
from applications.services.clocks import calendar_of, finish_clocks, lead, start_clock
from applications.services.deferral import follow_promises, unkept
from applications.services.journal import step, take
from applications.services.messages import tell, tell_clerks
from applications.services.papers import write_paper
from applications.states import OPEN_STATES, CheckResult, ClockKind, MaterialStatus, PaperKind, State
from certificates import services as certificates
from certificates.models import Certificate
from certificates.states import CertificateStatus
from talentportal.lib.bilingual import both
from talentportal.lib.refusals import Refused, refuse_unless
from talentportal.lib.spoken import day_in_both


@transaction.atomic
def revoke(
    *,
    case: Case,
    actor,
    now: datetime,
    reason: str,
    reason_text: str,
    hearing: str,
    version: int | None = None,
) -> Case:
    """Set a granted right aside from the beginning 撤销 (许可法 第69条), after the party was heard.

    `reason` is a RevocationReason, `hearing` what the party said. Effects: decision, the certificate is revoked, open
    checks end, message. Raises Refused with every reason.
    """
    case, role = take(case, verb="revoke", actor=actor, now=now, version=version)
    reasons = rules.revocation_obstacles(case, reason, reason_text, hearing)
    refuse_unless(not reasons, reasons)
    ended = _end_right(case, actor, now, reason, reason_text, hearing)
    step(case, verb="revoke", actor=actor, role=role, now=now, opinion=reason_text.strip()[:1000], reason=reason)
    paper = write_paper(case, PaperKind.REVOCATION, actor=actor, now=now, ended=ended)
    facts = {"document_no": paper.number, "reason": reason_text.strip()[:300], "actor": actor, "now": now}
    for certificate in queries.living_certificates(case):
        certificates.revoke(certificate=certificate, **facts)
    tell("revoked", case, now, reason=reason_text.strip())
    return case


@transaction.atomic
def deregister(*, case: Case, actor, now: datetime, reason: str, reason_text: str, version: int | None = None) -> Case:
    """End a granted right from now on 注销 (许可法 第70条); the case stays as it is, the certificate is cancelled.

    `reason` is a DeregistrationReason. Effects: notice, message. Raises Refused with every reason.
    """
    case, role = take(case, verb="deregister", actor=actor, now=now, version=version)
    reasons = rules.deregistration_obstacles(case, reason, reason_text)
    refuse_unless(not reasons, reasons)
    ended = _end_right(case, actor, now, reason, reason_text)
    step(case, verb="deregister", actor=actor, role=role, now=now, opinion=reason_text.strip()[:1000], reason=reason)
    paper = write_paper(case, PaperKind.DEREGISTRATION, actor=actor, now=now, ended=ended)
    facts = {"document_no": paper.number, "reason": reason_text.strip()[:300], "actor": actor, "now": now}
    for certificate in queries.living_certificates(case):
        certificates.cancel(certificate=certificate, **facts)
    tell("deregistered", case, now, reason=reason_text.strip())
    return case


def _end_right(case: Case, actor, now: datetime, reason: str, reason_text: str, hearing: str = "") -> Revocation:
    finish_clocks(case, ClockKind.CHECK, ClockKind.RECTIFY, now=now)
    return Revocation.objects.create(
        case=case,
        reason=reason,
        reason_text=reason_text.strip(),
        hearing=hearing.strip(),
        ordered_by=actor,
        ordered_at=now,
    )


def _against_correction(case: Case, *, now: datetime, what: str, corrected: str, field: str = "", **_facts) -> list:
    certificate = valid_certificate(case)
    return rules.clerical_obstacles(case, certificate, what, corrected, field)


def valid_certificate(case: Case) -> Certificate | None:
    """Return the certificate of a case that holds, if there is one."""
    found = Certificate.objects.filter(source=f"case:{case.pk}", status=CertificateStatus.VALID)
    return found.order_by("-version").first()


@asked_first("correct_clerical", _against_correction)
@transaction.atomic
def correct_clerical(
    *, case: Case, actor, approved_by, now: datetime, reason: str, what: str, corrected: str, field: str = ""
) -> Case:
    """Correct a clerical error in the letter or the certificate; nothing decided changes.

    `what` stood there, `corrected` should have. `field`: the certificate's field to be printed anew (a key of its
    face), "holder" for the name as it is registered; empty when only the letter was wrong. Effects: notice, a new
    version of the certificate with the same number, message. Raises Refused with every reason.
    """
    case, role = take(case, verb="correct_clerical", actor=actor, now=now)
    reasons = _against_correction(case, now=now, what=what, corrected=corrected, field=field)
    refuse_unless(not reasons, reasons)
    facts = {"what": what, "corrected": corrected, "field": field, "approved_by": approved_by.pk}
    step(case, verb="correct_clerical", actor=actor, role=role, now=now, opinion=reason, **facts)
    write_paper(case, PaperKind.CLERICAL, actor=approved_by, now=now, what=what, corrected=corrected)
    if field:
        certificate = valid_certificate(case)
        printed = {field: outcomes.reprinted(case, field, corrected)} if field in certificate.face else {}
        face = certificate.face | printed
        certificates.reissue(certificate=certificate, reason=reason[:300], actor=actor, now=now, face=face)
    tell("clerical_corrected", case, now, key=str(case.version), what=what, corrected=corrected)
    return case


def reopen(*, case: Case, actor, now: datetime, reason_text: str, document_no: str, version: int | None = None) -> Case:
    """Examine a closed case again after reconsideration or judgment; the office's periods begin anew today.

    `document_no` is the number of that decision. The earlier decision stays in the events and papers; promised
    materials that never came are awaited again. Raises Refused with every reason.
    """
    try:
        with transaction.atomic():
            return _reopen(case, actor, now, reason_text.strip(), document_no.strip(), version)
    except IntegrityError as error:
        if "case_one_open" in str(error):
            raise Refused(_("The applicant has another open case of this item; end that one first.")) from error
        raise


def _reopen(case: Case, actor, now: datetime, reason_text: str, document_no: str, version) -> Case:
    case, role = take(case, verb="reopen", actor=actor, now=now, version=version)
    reasons = rules.reopening_obstacles(case, reason_text, document_no)
    refuse_unless(not reasons, reasons)
    facts = {"document_no": document_no, "closed_as": case.close_type, **_set_aside_decision(case)}
    case.close_type, case.close_reason, case.closed_at, case.decided_at = "", "", None, None
    today = timezone.localdate(now)
    case.accepted_on = case.accepted_on or today
    start_clock(case, ClockKind.PROMISED, days=case.guide.promised_days, started_on=today)
    if case.guide.statutory_days:
        start_clock(case, ClockKind.STATUTORY, days=case.guide.statutory_days, started_on=today)
    _await_again(case, today, now)
    lead(case, State.EXAMINING)
    step(case, verb="reopen", actor=actor, role=role, now=now, opinion=reason_text[:1000], **facts)
    write_paper(case, PaperKind.REOPENING, actor=actor, now=now, reason_text=reason_text, document_no=document_no)
    tell("reopened", case, now, key=str(case.version), reason=reason_text, date=day_in_both(case.due_on))
    return case


def _set_aside_decision(case: Case) -> dict:
    """Empty the decision of a case for a new one and return what it was, for the event."""
    decision = getattr(case, "decision", None)
    if decision is None or not decision.decision:
        return {}
    was = {"decision": decision.decision, "ground": decision.reason, "decided_by": decision.decided_by_id}
    decision.decision = decision.reason = decision.reason_text = ""
    decision.decided_by = decision.decided_at = None
    decision.save()
    return was


def _await_again(case: Case, today: date, now: datetime) -> None:
    if not case.is_deferred:
        return
    waiting, calendar = unkept(case), calendar_of(case)
    for item in waiting:
        item.due_on = calendar.add(today, item.material.spec.defer_days)
        plan_item_reminders(case, item, start=today, now=now)
    DeferredMaterial.objects.bulk_update(waiting, ["due_on"])
    follow_promises(case, today, now)


@transaction.atomic
def excuse_breach(*, case: Case, actor, now: datetime, reason: str, version: int | None = None) -> Case:
    """Excuse a broken promise, for instance force majeure: it counts no more, and the ban ends at once."""
    case, role = take(case, verb="excuse_breach", actor=actor, now=now, version=version)
    breach = getattr(case, "breach", None)
    refuse_unless(breach and not breach.is_excused, _("There is no breach to excuse."))
    refuse_unless(reason.strip(), _("Give the reasons."))
    breach.is_excused = True
    breach.save(update_fields=["is_excused"])
    today = timezone.localdate(now)
    ban = DeferralBan.objects.filter(breach=breach, ends_on__gt=today, starts_on__lt=today).first()
    if ban:
        ban.ends_on = today
        ban.save(update_fields=["ends_on"])
    step(case, verb="excuse_breach", actor=actor, role=role, now=now, opinion=reason.strip()[:1000])
    tell("breach_excused", case, now, reason=reason.strip())
    return case


@transaction.atomic
def flag_lost_materials(certificate: Certificate, now: datetime) -> int:
    """Mark materials for which a certificate that has ended vouched in the holder's own cases; return how many.

    In a draft it has to be handed in; in an open case it is not in order any more and the window is told (domain
    11.43). A decision asks again by itself.
    """
    held = Material.objects.filter(
        case__applicant=certificate.holder.user_id,
        case__state__in=[State.DRAFT, *OPEN_STATES],
        status=MaterialStatus.HELD,
        spec__fetch_from=f"certificate:{certificate.kind.code}",
    ).select_related("spec", "case__item", "case__window", "case__applicant")
    today = timezone.localdate(now)
    lost = [material for material in held if not fetching.holds(material.spec, material.case.applicant, today)]
    for material in lost:
        if material.case.state == State.DRAFT:
            material.status = MaterialStatus.MISSING
        else:
            material.check_result = CheckResult.DEFECTIVE
            material.check_note = f"{certificate.number}: {certificate.get_status_display()}"
            words = {"key": f"{material.pk}:{certificate.pk}", "material": both(material.spec, "name")}
            tell_clerks("material_lost", material.case, now, **words)
        material.save(update_fields=["status", "check_result", "check_note"])
    return len(lost)
