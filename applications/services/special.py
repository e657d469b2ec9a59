"""Special procedures 特别程序: expert review, hearing, inspection, check on site; their time is not the office's."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import queries, rules
from applications.models import Case, SpecialProcedure
from applications.services.clocks import finish_clocks, lead, pause_clocks, resume_clocks, start_clock
from applications.services.journal import step, take
from applications.services.messages import tell, tell_staff
from applications.services.papers import write_paper
from applications.states import ClockKind, PaperKind, SpecialKind, State, Who
from talentportal.lib.bilingual import both
from talentportal.lib.refusals import refuse_unless
from talentportal.lib.spoken import day_in_both

OFFICE_PERIODS = (ClockKind.PROMISED, ClockKind.STATUTORY)


@transaction.atomic
def start_special(
    *, case: Case, actor, now: datetime, kind: str, basis: str, estimated_days: int, version: int | None = None
) -> Case:
    """Begin a special procedure: from today on the office's periods stand still (许可法 第45条).

    `kind` must be one that the guide names; `basis` is the clause; `estimated_days` are working days and are told in
    writing. Effects: notice, the procedure's own clock, message. Raises Refused with every reason.
    """
    case, role = take(case, verb="start_special", actor=actor, now=now, version=version)
    reasons = rules.special_obstacles(case.guide, kind, basis, estimated_days)
    refuse_unless(not reasons, reasons)
    pause_clocks(case, *OFFICE_PERIODS, day=timezone.localdate(now))
    special = SpecialProcedure(case=case, kind=kind, basis=basis.strip()[:300], started_by=actor, started_at=now)
    _expect(special, estimated_days, now)
    lead(case, State.SPECIAL)
    step(case, verb="start_special", actor=actor, role=role, now=now, kind=kind, days=estimated_days)
    write_paper(case, PaperKind.SPECIAL, actor=actor, now=now, special=special)
    tell("special_started", case, now, key=str(special.pk), **_about(special))
    return case


@transaction.atomic
def estimate_special(
    *, case: Case, actor, now: datetime, estimated_days: int, reason: str, version: int | None = None
) -> Case:
    """Tell a new estimate, counted from today, in writing. Raises Refused without a reason."""
    case, role = take(case, verb="estimate_special", actor=actor, now=now, version=version)
    reasons = rules.estimate_obstacles(estimated_days)
    reasons += [] if reason.strip() else [_("Say why it takes longer.")]
    refuse_unless(not reasons, reasons)
    special = running_special(case)
    special.overrun_at = None
    finish_clocks(case, ClockKind.SPECIAL, now=now)
    _expect(special, estimated_days, now)
    lead(case, State.SPECIAL)
    step(case, verb="estimate_special", actor=actor, role=role, now=now, opinion=reason.strip(), days=estimated_days)
    write_paper(case, PaperKind.SPECIAL, actor=actor, now=now, special=special, reason=reason.strip())
    tell("special_estimated", case, now, key=str(case.version), reason=reason.strip(), **_about(special))
    return case


@transaction.atomic
def overrun_special(*, case: Case, now: datetime) -> Case | None:
    """Note that a special procedure takes longer than was told: a new written estimate is owed.

    Its examiner and the leaders are told. Returns None when the case has moved on or the estimate still runs; safe to
    run twice.
    """
    locked = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    special, today = running_special(locked), timezone.localdate(now)
    if locked.state != State.SPECIAL or special.overrun_at or special.expected_on >= today:
        return None
    case, role = take(case, verb="overrun_special", actor=None, now=now)
    special.overrun_at = now
    special.save(update_fields=["overrun_at"])
    step(case, verb="overrun_special", actor=None, role=role, now=now, expected_on=special.expected_on.isoformat())
    people = {post.user for post in queries.posts_on(case, Who.LEADER, today)} | {special.started_by}
    tell_staff(people, "special_overrun", case, now, key=str(case.version), **_about(special))
    return case


@transaction.atomic
def end_special(*, case: Case, actor, now: datetime, result: str, number: str = "", version: int | None = None) -> Case:
    """End a special procedure with its result: after today the office's periods run on, later by its working days."""
    case, role = take(case, verb="end_special", actor=actor, now=now, version=version)
    refuse_unless(result.strip(), _("Write down the result."))
    special = running_special(case)
    special.ended_at, special.result, special.number = now, result.strip(), number.strip()[:120]
    special.save()
    finish_clocks(case, ClockKind.SPECIAL, now=now)
    resume_clocks(case, *OFFICE_PERIODS, day=timezone.localdate(now))
    lead(case, State.EXAMINING)
    step(case, verb="end_special", actor=actor, role=role, now=now, kind=special.kind, number=special.number)
    due = queries.running_clocks(case)[ClockKind.PROMISED].due_on
    words = {"kind": both(SpecialKind(special.kind).label), "date": day_in_both(due)}
    tell("special_ended", case, now, key=str(special.pk), **words)
    return case


def running_special(case: Case) -> SpecialProcedure | None:
    """Return the special procedure that is under way."""
    return case.specials.filter(ended_at__isnull=True).first()


def _expect(special: SpecialProcedure, days: int, now: datetime) -> None:
    """Start the procedure's clock and note the day on which it is expected to end."""
    today = timezone.localdate(now)
    clock = start_clock(special.case, ClockKind.SPECIAL, days=days, started_on=today)
    special.estimated_days, special.expected_on = days, clock.due_on
    special.save()


def _about(special: SpecialProcedure) -> dict:
    return {"kind": both(SpecialKind(special.kind).label), "date": day_in_both(special.expected_on)}
