"""After a decision on commitment 告知承诺: the check in time, and the order to put right (Zhejiang 第14条)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from applications import queries, rules
from applications.models import Case, CommitmentCheck
from applications.services.clocks import finish_clocks, remind_applicant, start_clock
from applications.services.journal import step, take
from applications.services.messages import tell, tell_staff
from applications.services.papers import write_paper
from applications.states import ENDED_STATES, ClockKind, PaperKind, Who
from talentportal.lib.refusals import refuse_unless
from talentportal.lib.spoken import day_in_both


@transaction.atomic
def check_commitment(
    *, case: Case, actor, now: datetime, is_kept: bool, findings: str, version: int | None = None
) -> Case:
    """Note what a check of the commitment found; also after an order, when things have been put right.

    Kept: the check and its clocks end. Not kept: an order to put right follows, or the revocation.
    Raises Refused when nothing is to be checked, or without findings.
    """
    case, role = take(case, verb="check_commitment", actor=actor, now=now, version=version)
    check = getattr(case, "commitment_check", None)
    reasons = rules.check_obstacles(check, findings)
    refuse_unless(not reasons, reasons)
    check.is_kept, check.findings = is_kept, findings.strip()
    check.checked_by, check.checked_at = actor, now
    if is_kept and check.rectify_by:
        check.rectified_at = now
    check.save()
    finish_clocks(case, ClockKind.CHECK, *([ClockKind.RECTIFY] if is_kept else []), now=now)
    step(case, verb="check_commitment", actor=actor, role=role, now=now, opinion=findings.strip()[:1000], kept=is_kept)
    if is_kept:
        tell("commitment_kept", case, now, key=str(case.version))
    return case


@transaction.atomic
def order_rectification(
    *, case: Case, actor, now: datetime, findings: str, days: int | None = None, version: int | None = None
) -> Case:
    """Order the holder in writing to put right what the check found, once, within the guide's working days.

    `days` may be fewer than the guide's. Effects: order, the holder's clock with reminders, message.
    """
    case, role = take(case, verb="order_rectification", actor=actor, now=now, version=version)
    check, days = getattr(case, "commitment_check", None), days or case.guide.rectify_days
    reasons = rules.rectification_obstacles(check, findings, days, case.guide.rectify_days)
    refuse_unless(not reasons, reasons)
    today = timezone.localdate(now)
    clock = start_clock(case, ClockKind.RECTIFY, days=days, started_on=today)
    check.rectify_by, check.findings = clock.due_on, findings.strip()
    check.save(update_fields=["rectify_by", "findings"])
    step(case, verb="order_rectification", actor=actor, role=role, now=now, opinion=findings.strip()[:1000], days=days)
    write_paper(case, PaperKind.RECTIFICATION, actor=actor, now=now, check=check)
    subject = f"clock:{clock.pk}"
    remind_applicant(case, subject=subject, event="rectification_reminder", start=today, due=clock.due_on, now=now)
    tell("rectification_ordered", case, now, date=day_in_both(clock.due_on), reason=findings.strip())
    return case


@transaction.atomic
def lapse_rectification(*, case: Case, now: datetime) -> Case | None:
    """Note that nothing was put right in time; leaders and who checked are told, who decide on a revocation.

    Returns None when it was put right, noted before, or the period still runs. Safe to run twice.
    """
    locked = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    clock, today = queries.running_clocks(locked).get(ClockKind.RECTIFY), timezone.localdate(now)
    if locked.state not in ENDED_STATES or clock is None or clock.due_on >= today:
        return None
    case, role = take(case, verb="lapse_rectification", actor=None, now=now)
    finish_clocks(case, ClockKind.RECTIFY, now=now)
    step(case, verb="lapse_rectification", actor=None, role=role, now=now, due_on=clock.due_on.isoformat())
    people = {post.user for post in queries.posts_on(case, Who.LEADER, today)} | {case.commitment_check.checked_by}
    tell_staff(people, "rectification_lapsed", case, now, date=day_in_both(clock.due_on))
    return case


@transaction.atomic
def warn_unchecked(*, case: Case, now: datetime) -> bool:
    """Tell the leaders that a commitment was not checked in time; the check is still owed. Safe to run twice."""
    check = CommitmentCheck.objects.select_related("case__item", "case__window", "case__region").get(case=case)
    if check.checked_at or check.due_on >= timezone.localdate(now):
        return False
    people = {post.user for post in queries.posts_on(check.case, Who.LEADER, timezone.localdate(now))}
    tell_staff(people, "check_overdue", check.case, now, date=day_in_both(check.due_on))
    return True
