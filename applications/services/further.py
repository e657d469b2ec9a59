"""What is asked for after the once-only notice: forbidden unless a leader authorizes it, and counted (domain 11.21)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import queries
from applications.models import Case, FurtherRequest, Material
from applications.services.approvals import asked_first
from applications.services.clocks import calendar_of, path_of, remind_applicant, words_of
from applications.services.correction import Points, has_new_file, point_obstacles, refuse_open, reopen_materials
from applications.services.journal import step, take
from applications.services.messages import tell
from applications.services.papers import write_paper
from applications.states import CheckResult, PaperKind
from notifications.services import cancel_reminders, notify
from talentportal.lib.refusals import refuse_unless
from talentportal.lib.spoken import day_in_both

MOST_DAYS = 30  # working days to supply it


def _points(kept: dict) -> Points:
    """Read points as they come out of JSON: keys are text there."""
    return {int(pk): tuple(point) for pk, point in kept.items()}


def further_obstacles(case: Case, *, points: dict, days: int, **_facts) -> list:
    """List what stands against asking for more now."""
    reasons = point_obstacles(case, _points(points))
    if not 1 <= days <= MOST_DAYS:
        reasons.append(_("Between 1 and %(most)s working days.") % {"most": MOST_DAYS})
    if queries.open_request_of(case):
        reasons.append(_("What was asked for before has not been supplied yet."))
    return reasons


@asked_first("ask_more", obstacles=further_obstacles)
@transaction.atomic
def ask_more(
    *, case: Case, actor, approved_by, now: datetime, reason: str, points: dict, days: int, version: int | None = None
) -> Case:
    """Ask the applicant for more during the examination; a leader has authorized it, and it is counted.

    `points` as in `request_correction`; `reason` says why it could not be asked the first time. The office's clock goes
    on: its own late question is no reason to stop it (许可法 第45条). Effects: notice, reminders, message.
    """
    case, role = take(case, verb="ask_more", actor=actor, now=now, version=version)
    refuse_unless(not (reasons := further_obstacles(case, points=points, days=days)), reasons)
    points, today = _points(points), timezone.localdate(now)
    case.second_requests += 1
    request = FurtherRequest.objects.create(
        case=case,
        seq=case.second_requests,
        points=[
            {"material": pk, "reason": code, "cure": cure.strip()[:300]} for pk, (code, cure, *_) in points.items()
        ],
        reason=reason.strip(),
        asked_by=actor,
        authorized_by=approved_by,
        sent_at=now,
        due_on=calendar_of(case).add(today, days),
    )
    Material.objects.filter(pk__in=points).update(check_result=CheckResult.DEFECTIVE, checked_by=actor, checked_at=now)
    facts = {"points": len(points), "approved_by": approved_by.pk, "due_on": request.due_on.isoformat()}
    step(case, verb="ask_more", actor=actor, role=role, now=now, opinion=request.reason, **facts)
    write_paper(case, PaperKind.SECOND_REQUEST, actor=actor, now=now, request=request)
    _remind(case, request, now)
    return case


def _remind(case: Case, request: FurtherRequest, now: datetime) -> None:
    start, due = timezone.localdate(now), request.due_on
    remind_applicant(case, subject=f"further:{request.pk}", event="correction_reminder", start=start, due=due, now=now)
    tell("asked_more", case, now, key=str(request.seq), count=len(request.points), date=day_in_both(due))


@transaction.atomic
def supply_more(*, case: Case, actor, now: datetime, version: int | None = None) -> Case:
    """Hand in what a further request asked for; every material it names needs a new file.

    Effects: the materials are to be checked again, who asked is told. Raises Refused naming what is still open.
    """
    case, role = take(case, verb="supply_more", actor=actor, now=now, version=version)
    request = queries.open_request_of(case)
    refuse_unless(request, _("Nothing more is asked for at the moment."))
    asked = case.materials.select_related("spec").filter(pk__in=[point["material"] for point in request.points])
    waiting = [material for material in asked if not has_new_file(material, request.sent_at)]
    refuse_open(waiting)
    pks = [material.pk for material in asked]
    reopen_materials(pks, provided=pks)
    request.supplied_at = now
    request.save(update_fields=["supplied_at"])
    cancel_reminders(subject=f"further:{request.pk}", now=now)
    step(case, verb="supply_more", actor=actor, role=role, now=now, points=len(pks))
    notify(
        event="more_supplied",
        recipient=request.asked_by,
        key=f"more_supplied:{request.pk}",
        context=words_of(case, count=len(pks)),
        path=path_of(case, staff=True),
        now=now,
    )
    return case
