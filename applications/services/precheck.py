"""The online pre-check 预审: seen before anything is brought to a window, returned once at most, then received."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from applications import queries, rules
from applications.models import Case
from applications.services.clocks import finish_clocks, lead, remind_applicant, start_clock
from applications.services.correction import Points, send_notice, take_in_points
from applications.services.intake import begin_acceptance
from applications.services.journal import step, take
from applications.services.messages import tell
from applications.states import ClockKind, State, Who
from talentportal.lib.bilingual import both
from talentportal.lib.refusals import refuse_unless
from talentportal.lib.spoken import day_in_both


@transaction.atomic
def return_precheck(
    *, case: Case, actor, now: datetime, points: Points, note: str = "", version: int | None = None
) -> Case:
    """Return a pre-checked application with everything that is not in order; this is the once-only notice.

    See `request_correction`, whose notice, clock and reminders it shares.
    """
    case, role = take(case, verb="return_precheck", actor=actor, now=now, version=version)
    return send_notice(case, verb="return_precheck", actor=actor, role=role, now=now, points=points, note=note)


@transaction.atomic
def resubmit_precheck(
    *, case: Case, actor, now: datetime, answers: dict | None = None, replies: Mapping[int, str] | None = None
) -> Case:
    """Send a returned application again; only what the notice names can have changed. The pre-check starts anew.

    Raises Refused naming what is still open.
    """
    case, role = take(case, verb="resubmit_precheck", actor=actor, now=now)
    changed = take_in_points(case, answers or {}, replies or {}, now)
    finish_clocks(case, ClockKind.CORRECTION, now=now)
    start_clock(case, ClockKind.PRECHECK, days=case.guide.precheck_days, started_on=timezone.localdate(now))
    lead(case, State.PRECHECK)
    step(case, verb="resubmit_precheck", actor=actor, role=role, now=now, **changed)
    tell("precheck_submitted", case, now, key=str(case.version))
    return case


@transaction.atomic
def pass_precheck(*, case: Case, actor, now: datetime, version: int | None = None) -> Case:
    """Find a pre-checked application in order. Without originals to be seen it is received at once.

    Otherwise the applicant is told which originals to bring, within `guide.correction_days`. Refused while something
    was found not in order.
    """
    case, role = take(case, verb="pass_precheck", actor=actor, now=now, version=version)
    materials = queries.materials_of(case)
    refuse_unless(not (reasons := rules.precheck_obstacles(materials, case.answers)), reasons)
    wanted = rules.originals(materials, case.answers)
    finish_clocks(case, ClockKind.PRECHECK, now=now)
    if wanted:
        _await_originals(case, wanted, now)
    step(case, verb="pass_precheck", actor=actor, role=role, now=now, originals=[m.spec.key for m in wanted])
    if not wanted:
        begin_acceptance(case, actor=None, role=Who.SYSTEM, now=now)
        tell("received", case, now)
    return case


def _await_originals(case: Case, wanted: list, now: datetime) -> None:
    today = timezone.localdate(now)
    clock = start_clock(case, ClockKind.CORRECTION, days=case.guide.correction_days, started_on=today)
    lead(case, State.PRECHECK_PASSED)
    names = {
        language: mark.join(both(m.spec, "name")[language] for m in wanted)
        for language, mark in (("zh", "、"), ("en", ", "))
    }
    window = both(case.window, "name") if case.window else both(case.organization, "name")
    subject, due = f"clock:{clock.pk}", clock.due_on
    remind_applicant(
        case, subject=subject, event="originals_reminder", start=today, due=due, now=now, materials=names, window=window
    )
    tell("originals_awaited", case, now, date=day_in_both(due), materials=names, window=window)
