"""Correction 补正: told once, everything, within the acceptance period; before acceptance, on the applicant's clock."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models import Case, Correction, CorrectionPoint, Material
from applications.services.clocks import finish_clocks, lead, remind_applicant, remind_office, start_clock
from applications.services.journal import close, step, take
from applications.services.messages import tell
from applications.services.papers import write_paper
from applications.states import CheckResult, ClockKind, CloseType, CorrectionReason, MaterialStatus, PaperKind, State
from talentportal.lib.refusals import refuse_unless
from talentportal.lib.spoken import day_in_both


@transaction.atomic
def request_correction(
    *, case: Case, actor, now: datetime, points: dict[int, tuple[str, str]], note: str = "", version: int | None = None
) -> Case:
    """Tell the applicant once, and everything, that is missing or not in order (许可法 第32条(4)).

    `points`: material id -> (CorrectionReason, how to cure it). One notice per case; the database refuses a second.
    Effects: notice, the acceptance clock ends, the applicant's clock of `guide.correction_days` starts with reminders.
    """
    case, role = take(case, verb="request_correction", actor=actor, now=now, version=version)
    refuse_unless(not case.correction_sent, _("The once-only notice was sent already; a second one is not allowed."))
    refuse_unless(points, _("Name at least one material and its defect."))
    materials = {m.pk: m for m in case.materials.select_related("spec").filter(pk__in=points)}
    refuse_unless(len(materials) == len(points), _("A material of another case was named."))
    refuse_unless(
        all(reason in CorrectionReason.values and cure.strip() for reason, cure in points.values()),
        _("Say for each material what is wrong and how to cure it."),
    )
    today = timezone.localdate(now)
    finish_clocks(case, ClockKind.ACCEPT, now=now)
    clock = start_clock(case, ClockKind.CORRECTION, days=case.guide.correction_days, started_on=today)
    correction = Correction.objects.create(case=case, note=note, sent_by=actor, sent_at=now, due_on=clock.due_on)
    CorrectionPoint.objects.bulk_create(
        CorrectionPoint(correction=correction, material=materials[pk], reason=reason, cure=cure.strip()[:300])
        for pk, (reason, cure) in points.items()
    )
    Material.objects.filter(pk__in=points).update(check_result=CheckResult.DEFECTIVE, checked_by=actor, checked_at=now)
    case.correction_sent = True
    lead(case, State.CORRECTION)
    step(case, verb="request_correction", actor=actor, role=role, now=now, opinion=note, points=len(points))
    write_paper(case, PaperKind.CORRECTION, actor=actor, now=now, correction=correction)
    remind_applicant(
        case, subject=f"clock:{clock.pk}", event="correction_reminder", start=today, due=clock.due_on, now=now
    )
    tell("correction_requested", case, now, count=len(points), date=day_in_both(clock.due_on))
    return case


@transaction.atomic
def supply_correction(*, case: Case, actor, now: datetime, answers: dict | None = None) -> Case:
    """Hand in what the notice asked for; the office's acceptance period starts anew (5 working days).

    Every point needs a new file (or a promise that was signed before). Raises Refused naming what is still open.
    """
    case, role = take(case, verb="supply_correction", actor=actor, now=now)
    points = list(case.correction.points.select_related("material__spec"))
    open_points = [point for point in points if not _cured(point, case.correction.sent_at)]
    refuse_unless(
        not open_points, [_("“%(name)s” is still open.") % {"name": p.material.spec.name_zh} for p in open_points]
    )
    Material.objects.filter(points__in=points).update(
        status=MaterialStatus.PROVIDED,
        check_result=CheckResult.UNCHECKED,
        check_note="",
        checked_by=None,
        checked_at=None,
    )
    if answers:
        case.answers = case.answers | answers
    case.correction.supplied_at = now
    case.correction.save(update_fields=["supplied_at"])
    finish_clocks(case, ClockKind.CORRECTION, now=now)
    clock = start_clock(case, ClockKind.ACCEPT, days=case.guide.accept_days, started_on=timezone.localdate(now))
    lead(case, State.RECEIVED)
    step(case, verb="supply_correction", actor=actor, role=role, now=now, points=len(points))
    remind_office(case, clock, event="acceptance_due", now=now)
    tell("correction_supplied", case, now)
    return case


def _cured(point: CorrectionPoint, since: datetime) -> bool:
    return point.material.files.filter(uploaded_at__gte=since, removed_at__isnull=True).exists()


@transaction.atomic
def lapse_correction(*, case: Case, now: datetime) -> Case | None:
    """Close a case whose correction period passed: it counts as withdrawn (Anyang 第36条, Zhejiang 第11条).

    Returns None when the case has moved on or the period still runs. Safe to run twice.
    """
    locked = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    clock = locked.clocks.filter(kind=ClockKind.CORRECTION, finished_at__isnull=True).first()
    if locked.state != State.CORRECTION or clock is None or clock.due_on >= timezone.localdate(now):
        return None
    case, role = take(case, verb="lapse_correction", actor=None, now=now)
    finish_clocks(case, now=now)
    close(case, as_=CloseType.DEEMED_WITHDRAWN, now=now)
    step(case, verb="lapse_correction", actor=None, role=role, now=now, due_on=clock.due_on.isoformat())
    write_paper(case, PaperKind.LAPSE, actor=None, now=now)
    tell("correction_lapsed", case, now)
    return case
