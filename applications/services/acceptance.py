"""Acceptance 受理: with all materials, with incomplete ones, by silence, or not at all."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import outcomes, queries, rules
from applications.models import Case
from applications.services.approvals import asked_first
from applications.services.clocks import (
    calendar_of,
    finish_clocks,
    lead,
    remind_applicant,
    start_clock,
)
from applications.services.journal import close, step, take
from applications.services.messages import tell
from applications.services.papers import write_paper
from applications.states import ClockKind, CloseType, NonAcceptanceReason, PaperKind, State
from talentportal.lib.bilingual import both
from talentportal.lib.refusals import refuse_unless
from talentportal.lib.spoken import day_in_both


@transaction.atomic
def accept(*, case: Case, actor, now: datetime, version: int | None = None) -> Case:
    """Accept a case whose required materials were all checked and are in order (许可法 第32条(5)).

    Effects: acceptance notice, promised and statutory clocks from today, message. Raises Refused with every reason.
    """
    case, role = take(case, verb="accept", actor=actor, now=now, version=version)
    reasons = rules.acceptance_obstacles(queries.materials_of(case), case.answers)
    refuse_unless(not reasons, reasons)
    _begin_examination(case, accepted_on=timezone.localdate(now), now=now)
    step(case, verb="accept", actor=actor, role=role, now=now)
    write_paper(case, PaperKind.ACCEPTANCE, actor=actor, now=now)
    _tell_accepted(case, now)
    return case


@transaction.atomic
def accept_with_deferral(*, case: Case, actor, now: datetime, version: int | None = None) -> Case:
    """Accept a case whose core materials are in order while promised secondary ones are missing (容缺受理).

    Every guard of domain 3.6.1 is checked again with the applicant's standing of today. Effects: notice with the list
    and days, office clocks, the applicant's clock with reminders per material. Raises Refused with every reason.
    """
    case, role = take(case, verb="accept_with_deferral", actor=actor, now=now, version=version)
    today = timezone.localdate(now)
    materials, standing = queries.materials_of(case), queries.standing_of(case, today)
    reasons = rules.deferred_acceptance_obstacles(case.guide, materials, case.answers, standing)
    refuse_unless(not reasons, reasons)
    _begin_examination(case, accepted_on=today, now=now)
    _begin_deferral(case, accepted_on=today, now=now)
    step(case, verb="accept_with_deferral", actor=actor, role=role, now=now, deferred=case.commitment.items.count())
    write_paper(case, PaperKind.DEFERRAL, actor=actor, now=now)
    _tell_accepted(case, now)
    return case


@transaction.atomic
def deem_accepted(*, case: Case, now: datetime) -> Case | None:
    """Accept by silence: told nothing in time, the case counts as accepted from its receipt (许可法 第32条(4)).

    Returns None when the case has moved on or the period still runs. Safe to run twice.
    """
    locked = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    clock = locked.clocks.filter(kind=ClockKind.ACCEPT, finished_at__isnull=True).first()
    if locked.state != State.RECEIVED or clock is None or clock.due_on >= timezone.localdate(now):
        return None
    case, role = take(case, verb="deem_accepted", actor=None, now=now)
    received_on = clock.started_on
    case.is_deemed_accepted = True
    _begin_examination(case, accepted_on=received_on, now=now)
    if hasattr(case, "commitment"):
        _begin_deferral(case, accepted_on=timezone.localdate(now), now=now)  # only now does the applicant hear of it
    step(case, verb="deem_accepted", actor=None, role=role, now=now, accepted_on=received_on.isoformat())
    write_paper(case, PaperKind.DEFERRAL if case.is_deferred else PaperKind.ACCEPTANCE, actor=None, now=now)
    _tell_accepted(case, now)
    return case


@transaction.atomic
def reject_acceptance(
    *, case: Case, actor, now: datetime, reason: str, explanation: str, version: int | None = None
) -> Case:
    """Decline to accept a case: not our matter, not our region, not eligible (许可法 第32条(1)(2) and last paragraph).

    `reason` is a NonAcceptanceReason other than N04, for which see `reject_uncorrected`; `explanation` says it in words
    and names the competent body. Effects: written notice with remedies, message, the case is closed.
    """
    case, role = take(case, verb="reject_acceptance", actor=actor, now=now, version=version)
    refuse_unless(reason in NonAcceptanceReason.values, _("Choose a reason."))
    refuse_unless(
        reason != NonAcceptanceReason.N04, _("A case that is still not in order needs the word of the leader.")
    )
    refuse_unless(explanation.strip(), _("Explain the reason to the applicant."))
    return _end_unaccepted(case, "reject_acceptance", actor, role, now, reason, explanation.strip())


def _uncorrected_obstacles(case: Case, **_facts) -> list:
    return rules.uncorrected_obstacles(getattr(case, "correction", None))


@asked_first("reject_uncorrected", obstacles=_uncorrected_obstacles)
@transaction.atomic
def reject_uncorrected(
    *, case: Case, actor, approved_by, now: datetime, reason: str, explanation: str = "", version: int | None = None
) -> Case:
    """Decline to accept a case that is still not in order after its correction (N04); a leader has approved it.

    `explanation` goes to the applicant, or `reason` where there is none. Effects: as `reject_acceptance`.
    """
    case, role = take(case, verb="reject_uncorrected", actor=actor, now=now, version=version)
    refuse_unless(not (reasons := _uncorrected_obstacles(case)), reasons)
    words = explanation.strip() or reason.strip()
    return _end_unaccepted(
        case, "reject_uncorrected", actor, role, now, NonAcceptanceReason.N04, words, approved_by=approved_by.pk
    )


def _end_unaccepted(case: Case, verb: str, actor, role: str, now: datetime, reason, explanation: str, **facts) -> Case:
    finish_clocks(case, now=now)
    close(case, as_=CloseType.NOT_ACCEPTED, now=now, reason=explanation)
    step(case, verb=verb, actor=actor, role=role, now=now, opinion=explanation, reason=reason, **facts)
    write_paper(case, PaperKind.NON_ACCEPTANCE, actor=actor, now=now, reason=reason, explanation=explanation)
    tell("not_accepted", case, now)
    return case


def _begin_examination(case: Case, *, accepted_on: date, now: datetime) -> None:
    """Stop the acceptance clock and start both office clocks from the day of acceptance."""
    finish_clocks(case, ClockKind.ACCEPT, now=now)
    case.accepted_on = accepted_on
    start_clock(case, ClockKind.PROMISED, days=case.guide.promised_days, started_on=accepted_on)
    if case.guide.statutory_days:
        start_clock(case, ClockKind.STATUTORY, days=case.guide.statutory_days, started_on=accepted_on)
    lead(case, State.EXAMINING)
    outcomes.accepted(case, now=now)


def _begin_deferral(case: Case, *, accepted_on: date, now: datetime) -> None:
    """Fix the day of each promised material and start the applicant's clock; the earliest day drives it."""
    calendar, signed_on = calendar_of(case), timezone.localdate(case.commitment.signed_at)
    items = list(case.commitment.items.filter(accepted_at__isnull=True).select_related("material__spec"))
    for item in items:
        item.due_on = rules.supply_day(item.promised_on, signed_on, accepted_on, calendar)
        item.save(update_fields=["due_on"])
        plan_item_reminders(case, item, start=accepted_on, now=now)
    due_on = min(item.due_on for item in items)
    case.is_deferred = True
    start_clock(
        case,
        ClockKind.DEFERRAL,
        days=calendar.between(accepted_on, due_on),
        started_on=accepted_on,
        due_on=due_on,
        grace_days=case.guide.grace_days,
    )


def plan_item_reminders(case: Case, item, *, start: date, now: datetime) -> None:
    """Plan the reminders of one promised material."""
    remind_applicant(
        case,
        subject=f"deferred:{item.pk}",
        event="deferral_reminder",
        start=start,
        due=item.due_on,
        now=now,
        material=both(item.material.spec, "name"),
    )


def _tell_accepted(case: Case, now: datetime) -> None:
    kinds = {clock.kind: clock for clock in case.clocks.filter(finished_at__isnull=True)}
    if case.is_deferred:
        due, count = kinds[ClockKind.DEFERRAL].due_on, case.commitment.items.filter(accepted_at__isnull=True).count()
        tell("accepted_with_deferral", case, now, date=day_in_both(due), count=count)
    else:
        tell("accepted", case, now, date=day_in_both(kinds[ClockKind.PROMISED].due_on))
