"""Examination and decision: one person examines and proposes, another decides (许可法 第38, 42条)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import fetching, outcomes, queries, rules
from applications.models import Case, CommitmentCheck, Decision
from applications.services.clocks import calendar_of, finish_clocks, lead, pause_clocks, remind_office, start_clock
from applications.services.deferral import outstanding
from applications.services.journal import close, step, take
from applications.services.messages import tell, tell_staff
from applications.services.papers import write_paper
from applications.states import (
    TRANSITIONS,
    ClockKind,
    ClockOwner,
    CloseType,
    PaperKind,
    Proposal,
    RefusalReason,
    State,
)
from policies.models import ItemType, ResultKind
from talentportal.lib.refusals import refuse_unless
from talentportal.lib.spoken import day_in_both


@transaction.atomic
def conclude(
    *,
    case: Case,
    actor,
    now: datetime,
    proposal: str,
    opinion: str,
    second_officer=None,
    version: int | None = None,
) -> Case:
    """End the examination with a proposal and an opinion. A grant with promised materials outstanding is held.

    Where the guide wants two officers, `second_officer` is another examiner on duty for the case, who is told (许可法
    第34条). The result is held until all materials were accepted (domain 3.6.7); the office's clocks stop meanwhile
    only where the guide says so, and never for licences (第45条 lists what may stop them). Raises Refused with every
    reason.
    """
    case, role = take(case, verb="conclude", actor=actor, now=now, version=version)
    reasons = [] if proposal in Proposal.values else [_("Choose a proposal.")]
    reasons += [] if opinion.strip() else [_("Write down your opinion.")]
    roster = queries.second_officers(case, actor, timezone.localdate(now)) if case.guide.two_officers else []
    reasons += rules.second_officer_obstacles(case.guide, second_officer, roster)
    verb = "conclude" if proposal == Proposal.GRANT else "refuse"
    reasons += outcomes.obstacles(case, verb, actor=actor, now=now)
    refuse_unless(not reasons, reasons)
    second = second_officer if case.guide.two_officers else None
    _propose(case, proposal, opinion, actor, second, now)
    lead(case, State.REVIEWED)
    facts = {"proposal": proposal, **({"second_officer": second.pk} if second else {})}
    step(case, verb="conclude", actor=actor, role=role, now=now, opinion=opinion.strip()[:1000], **facts)
    if second:
        tell_staff([second], "second_officer", case, now, key=str(case.version), name=actor.name)
    if proposal == Proposal.GRANT and outstanding(case).exists():
        _hold(case, now)
    return case


def _propose(case: Case, proposal: str, opinion: str, examined_by, second_officer, now: datetime) -> None:
    Decision.objects.update_or_create(
        case=case,
        defaults={
            "proposal": proposal,
            "opinion": opinion.strip(),
            "examined_by": examined_by,
            "second_officer": second_officer,
            "examined_at": now,
        },
    )


def _hold(case: Case, now: datetime) -> None:
    if case.guide.pause_while_waiting and case.item.catalog_item.item_type != ItemType.LICENCE:
        tomorrow = timezone.localdate(now) + timedelta(days=1)
        pause_clocks(case, ClockKind.PROMISED, ClockKind.STATUTORY, day=tomorrow, owner=ClockOwner.APPLICANT)
    lead(case, State.WAIT_SUPPLY)
    step(case, verb="hold_for_supply", actor=None, role="", now=now)
    due = case.due_on or calendar_of(case).roll_forward(timezone.localdate(now))
    tell("hold_for_supply", case, now, key=str(case.version), date=day_in_both(due), count=outstanding(case).count())


@transaction.atomic
def return_to_examiner(*, case: Case, actor, now: datetime, opinion: str, version: int | None = None) -> Case:
    """Send an examined case back to the examiner with a reason."""
    case, role = take(case, verb="return_to_examiner", actor=actor, now=now, version=version)
    refuse_unless(opinion.strip(), _("Say what is to be examined again."))
    lead(case, State.EXAMINING)
    step(case, verb="return_to_examiner", actor=actor, role=role, now=now, opinion=opinion.strip()[:1000])
    return case


@transaction.atomic
def grant(*, case: Case, actor, now: datetime, version: int | None = None) -> Case:
    """Decide to grant. Another person than the examiner; nothing promised may be outstanding.

    Effects: decision letter, office clocks end, delivery clock (许可法 第44条: 10 working days), the item's outcome
    (`outcomes.py`, usually a certificate), message.
    """
    case, role = take(case, verb="grant", actor=actor, now=now, version=version)
    reasons = rules.grant_obstacles(case.decision, actor, outstanding(case).exists())
    lost = fetching.lost(case, timezone.localdate(now))
    reasons += rules.material_obstacles(queries.materials_of(case), case.answers, lost)
    reasons += outcomes.obstacles(case, "grant", actor=actor, now=now)
    refuse_unless(not reasons, reasons)
    _decide(case, actor, Proposal.GRANT, now)
    _bring_about(case, "grant", actor, role, now)
    return case


@transaction.atomic
def grant_on_commitment(*, case: Case, actor, now: datetime, version: int | None = None) -> Case:
    """Decide at once on the applicant's commitment 告知承诺, where the guide says so; the check comes afterwards.

    A clerk has found the few materials in order; another person decides. Effects: those of `grant`, and the clock of
    the check, `guide.check_days` working days (Zhejiang 第14条). Raises Refused with every reason.
    """
    case, role = take(case, verb="grant_on_commitment", actor=actor, now=now, version=version)
    materials, today = queries.materials_of(case), timezone.localdate(now)
    reasons = rules.commitment_obstacles(case.guide, hasattr(case, "pledge"), materials, case.answers, actor)
    reasons += rules.material_obstacles(materials, case.answers, fetching.lost(case, today)) if not reasons else []
    refuse_unless(not reasons, reasons)
    checked_by = max((m for m in materials if m.checked_by_id), key=lambda m: m.checked_at).checked_by
    _propose(case, Proposal.GRANT, str(TRANSITIONS["grant_on_commitment"].label), checked_by, None, now)
    case.accepted_on = today
    _decide(case, actor, Proposal.GRANT, now)
    clock = start_clock(case, ClockKind.CHECK, days=case.guide.check_days, started_on=today)
    remind_office(case, clock, event="check_due", now=now)
    CommitmentCheck.objects.create(case=case, due_on=clock.due_on)
    _bring_about(case, "grant_on_commitment", actor, role, now)
    return case


def _bring_about(case: Case, verb: str, actor, role: str, now: datetime) -> None:
    """Write and tell a grant, start the clock of delivery and run the item's outcome."""
    start_clock(case, ClockKind.DELIVERY, days=case.guide.delivery_days, started_on=timezone.localdate(now))
    lead(case, State.GRANTED)
    step(case, verb=verb, actor=actor, role=role, now=now)
    write_paper(case, PaperKind.GRANT, actor=actor, now=now)
    tell("decided_granted", case, now)
    outcomes.run(case, actor=actor, now=now)
    if case.guide.result_kind != ResultKind.CERTIFICATE:
        step(case, verb="issue", actor=None, role="", now=now)


@transaction.atomic
def refuse(*, case: Case, actor, now: datetime, reason: str, reason_text: str, version: int | None = None) -> Case:
    """Decide to refuse, with ground, reasons and remedies (许可法 第38条). Another person than the examiner."""
    case, role = take(case, verb="refuse", actor=actor, now=now, version=version)
    refuse_unless(reason in RefusalReason.values, _("Choose the ground of refusal."))
    refuse_unless(reason_text.strip(), _("Give the reasons and the clause."))
    refuse_unless(not (reasons := outcomes.obstacles(case, "refuse", actor=actor, now=now)), reasons)
    _decide(case, actor, Proposal.REFUSE, now, reason, reason_text.strip())
    close(case, as_=CloseType.REFUSED, now=now, reason=reason_text)
    step(case, verb="refuse", actor=actor, role=role, now=now, opinion=reason_text.strip()[:1000], reason=reason)
    write_paper(case, PaperKind.REFUSAL, actor=actor, now=now, reason=reason, explanation=reason_text.strip())
    tell("decided_refused", case, now, reason=reason_text.strip())
    return case


def _decide(case: Case, actor, decision: Proposal, now: datetime, reason: str = "", reason_text: str = "") -> None:
    refuse_unless(not (reasons := rules.refusal_obstacles(case.decision, actor)), reasons)
    row = case.decision
    row.decision, row.decided_by, row.decided_at, row.reason, row.reason_text = (
        decision,
        actor,
        now,
        reason,
        reason_text,
    )
    row.save()
    case.decided_at = now
    finish_clocks(case, now=now)
