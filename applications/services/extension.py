"""More time, once: for the office 延期 and for promised materials; asked with a reason, approved by another person."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from applications import queries, rules
from applications.models import Case, DeferralExtension, DeferredMaterial, Extension
from applications.services.acceptance import plan_item_reminders
from applications.services.approvals import asked_first
from applications.services.clocks import add_days, calendar_of, lead
from applications.services.deferral import follow_promises, unkept
from applications.services.journal import step, take
from applications.services.messages import tell
from applications.services.papers import write_paper
from applications.states import ClockKind, PaperKind
from policies.models import ItemType
from talentportal.lib.refusals import refuse_unless
from talentportal.lib.spoken import day_in_both


def _against_extension(case: Case, *, now: datetime, days: int, **_facts) -> list:
    clocks = queries.running_clocks(case)
    last = clocks.get(ClockKind.STATUTORY) or clocks[ClockKind.PROMISED]
    return rules.extension_obstacles(case, days, last.due_on, timezone.localdate(now))


@asked_first("extend", _against_extension)
@transaction.atomic
def extend(*, case: Case, actor, approved_by, now: datetime, days: int, reason: str) -> Case:
    """Extend the office's periods by working days, once, approved by a leader and told with the reason (第42条).

    Not a pause: what special procedures gave back stays as it is, and gives back more afterwards (domain 11.29).
    Effects: notice, both due days move, message. Raises Refused with every reason.
    """
    case, role = take(case, verb="extend", actor=actor, now=now)
    refuse_unless(not (reasons := _against_extension(case, now=now, days=days)), reasons)
    clocks, calendar = queries.running_clocks(case), calendar_of(case)
    old = clocks[ClockKind.PROMISED].due_on
    for kind in (ClockKind.PROMISED, ClockKind.STATUTORY):
        if kind in clocks:
            add_days(clocks[kind], days, calendar)
    new = clocks[ClockKind.PROMISED].due_on
    extension = Extension.objects.create(
        case=case,
        days=days,
        reason=reason,
        old_due_on=old,
        new_due_on=new,
        asked_by=actor,
        approved_by=approved_by,
        extended_at=now,
    )
    case.is_extended = True
    lead(case, case.state)
    step(case, verb="extend", actor=actor, role=role, now=now, opinion=reason, days=days, approved_by=approved_by.pk)
    write_paper(case, PaperKind.EXTENSION, actor=approved_by, now=now, extension=extension)
    tell("period_extended", case, now, date=day_in_both(new), old_date=day_in_both(old), reason=reason)
    return case


def _against_deferral_extension(case: Case, *, now: datetime, days: int, **_facts) -> list:
    return rules.deferral_extension_obstacles(
        was_extended=hasattr(case, "deferral_extension"),
        waiting=unkept(case),
        days=days,
        accepted_on=case.accepted_on,
        today=timezone.localdate(now),
        latest=latest_day(case),
        calendar=calendar_of(case),
    )


def most_days_more(case: Case) -> int:
    """Return how many working days more may be asked for; 0 when nothing promised is outstanding."""
    return rules.most_days_more(unkept(case), case.accepted_on, calendar_of(case))


def latest_day(case: Case) -> date:
    """Return the last day for promised materials: the promised day, for licences early enough to decide in time."""
    promised = queries.running_clocks(case)[ClockKind.PROMISED].due_on
    if case.guide.item.catalog_item.item_type == ItemType.LICENCE:
        return calendar_of(case).subtract(promised, case.guide.reserve_days)
    return promised if case.guide.defer_within_promise else date.max


@asked_first("extend_deferral", _against_deferral_extension)
@transaction.atomic
def extend_deferral(*, case: Case, actor, approved_by, now: datetime, days: int, reason: str) -> Case:
    """Give more working days for every promised material that is not in yet (domain 3.6.5).

    Once, asked by the applicant before the day, approved by the head of the window, no longer than the first time.
    Effects: days and reminders move, notice, message. Raises Refused with every reason.
    """
    case, role = take(case, verb="extend_deferral", actor=actor, now=now)
    refuse_unless(not (reasons := _against_deferral_extension(case, now=now, days=days)), reasons)
    waiting, calendar = unkept(case), calendar_of(case)
    for item in waiting:
        item.due_on = calendar.add(item.due_on, days)
        plan_item_reminders(case, item, start=case.accepted_on, now=now)
    DeferredMaterial.objects.bulk_update(waiting, ["due_on"])
    given = DeferralExtension.objects.create(
        case=case, days=days, reason=reason, approved_by=approved_by, extended_at=now
    )
    follow_promises(case, timezone.localdate(now), now)
    step(
        case,
        verb="extend_deferral",
        actor=actor,
        role=role,
        now=now,
        opinion=reason,
        days=days,
        approved_by=approved_by.pk,
    )
    write_paper(case, PaperKind.EXTENSION, actor=approved_by, now=now, given=given)
    tell("deferral_extended", case, now, date=day_in_both(min(item.due_on for item in waiting)), reason=reason)
    return case
