"""Correction 补正: told once, everything, within the acceptance period; before acceptance, on the applicant's clock."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import outcomes, questions
from applications.models import Case, Correction, CorrectionPoint, Material
from applications.services.clocks import finish_clocks, lead, remind_applicant, remind_office, start_clock
from applications.services.journal import close, step, take
from applications.services.messages import tell
from applications.services.papers import write_paper
from applications.states import (
    TRANSITIONS,
    CheckResult,
    ClockKind,
    CloseType,
    CorrectionReason,
    MaterialStatus,
    PaperKind,
    State,
)
from talentportal.lib.bilingual import pick
from talentportal.lib.refusals import Refused, refuse_unless
from talentportal.lib.spoken import day_in_both

Points = Mapping[int, tuple[str, ...]]  # material id -> (CorrectionReason, how to cure it[, key of a question])


def point_obstacles(case: Case, points: Points) -> list:
    """List what is wrong with the points of a notice: none, of another case, without a defect or a cure."""
    if not points:
        return [_("Name at least one material and its defect.")]
    if case.materials.filter(pk__in=points).count() != len(points):
        return [_("A material of another case was named.")]
    if not all(reason in CorrectionReason.values and cure.strip() for reason, cure, *_question in points.values()):
        return [_("Say for each material what is wrong and how to cure it.")]
    asked = {question["key"] for question in case.guide.questions}
    if not all(key in asked for _reason, _cure, *question in points.values() for key in question if key):
        return [_("The guide of this case does not ask that question.")]
    return []


@transaction.atomic
def request_correction(
    *, case: Case, actor, now: datetime, points: Points, note: str = "", version: int | None = None
) -> Case:
    """Tell the applicant once, and everything, that is missing or not in order (许可法 第32条(4)).

    One notice per case; the database refuses a second. A point may name a question whose answer has to be changed.
    Effects: notice, the acceptance clock ends, the applicant's clock of `guide.correction_days` starts with reminders.
    """
    case, role = take(case, verb="request_correction", actor=actor, now=now, version=version)
    return send_notice(case, verb="request_correction", actor=actor, role=role, now=now, points=points, note=note)


def send_notice(case: Case, *, verb: str, actor, role: str, now: datetime, points: Points, note: str) -> Case:
    """Send the once-only notice of a locked case by one of its two verbs; see `request_correction`."""
    refuse_unless(not case.correction_sent, _("The once-only notice was sent already; a second one is not allowed."))
    refuse_unless(not (reasons := point_obstacles(case, points)), reasons)
    today = timezone.localdate(now)
    finish_clocks(case, ClockKind.ACCEPT, ClockKind.PRECHECK, now=now)
    clock = start_clock(case, ClockKind.CORRECTION, days=case.guide.correction_days, started_on=today)
    correction = Correction.objects.create(case=case, note=note, sent_by=actor, sent_at=now, due_on=clock.due_on)
    CorrectionPoint.objects.bulk_create(
        CorrectionPoint(
            correction=correction, material_id=pk, reason=reason, cure=cure.strip()[:300], question="".join(question)
        )
        for pk, (reason, cure, *question) in points.items()
    )
    Material.objects.filter(pk__in=points).update(check_result=CheckResult.DEFECTIVE, checked_by=actor, checked_at=now)
    case.correction_sent = True
    lead(case, TRANSITIONS[verb].target)
    step(case, verb=verb, actor=actor, role=role, now=now, opinion=note, points=len(points))
    write_paper(case, PaperKind.CORRECTION, actor=actor, now=now, correction=correction)
    remind_applicant(
        case, subject=f"clock:{clock.pk}", event="correction_reminder", start=today, due=clock.due_on, now=now
    )
    tell("correction_requested", case, now, count=len(points), date=day_in_both(clock.due_on))
    return case


@transaction.atomic
def supply_correction(
    *, case: Case, actor, now: datetime, answers: dict | None = None, replies: Mapping[int, str] | None = None
) -> Case:
    """Hand in what the notice asked for; the office's acceptance period starts anew (5 working days).

    Every point needs a new file, or a changed answer where it names a question; `replies` holds words by id of the
    point. Nothing else can be changed. Raises Refused naming what is still open.
    """
    case, role = take(case, verb="supply_correction", actor=actor, now=now)
    changed = take_in_points(case, answers or {}, replies or {}, now)
    finish_clocks(case, ClockKind.CORRECTION, now=now)
    clock = start_clock(case, ClockKind.ACCEPT, days=case.guide.accept_days, started_on=timezone.localdate(now))
    lead(case, State.RECEIVED)
    step(case, verb="supply_correction", actor=actor, role=role, now=now, **changed)
    remind_office(case, clock, event="acceptance_due", now=now)
    tell("correction_supplied", case, now)
    return case


def take_in_points(case: Case, answers: dict, replies: Mapping[int, str], now: datetime) -> dict:
    """Take in what answers the notice of a locked case; return the facts for the event, old answers beside new ones.

    Materials named come back as unchecked. Raises Refused when a point is open or an answer not asked for or not valid.
    """
    correction = case.correction
    points = list(correction.points.select_related("material__spec"))
    changed = _change_answers(case, points, answers, now)
    fresh = {point.pk for point in points if has_new_file(point.material, correction.sent_at)}
    open_points = [p for p in points if p.pk not in fresh and p.question not in changed]
    refuse_open(point.material for point in open_points)
    reopen_materials([p.material_id for p in points], provided=[p.material_id for p in points if p.pk in fresh])
    for point in points:
        point.reply = replies.get(point.pk, "").strip()[:500]
    CorrectionPoint.objects.bulk_update(points, ["reply"])
    correction.supplied_at = now
    correction.save(update_fields=["supplied_at"])
    return {"points": len(points), "changed": changed}


def refuse_open(materials: Iterable[Material]) -> None:
    """Raise Refused with a row for each material that is still waited for, when there is any."""
    if rows := {m.pk: [_("“%(name)s” is still open.") % {"name": pick(m.spec, "name")}] for m in materials}:
        raise Refused(rows=rows)


def _change_answers(case: Case, points: list[CorrectionPoint], answers: dict, now: datetime) -> dict:
    """Put new answers to the questions that points name into the case; return key -> [old, new].

    The app above judges them as it does when a case is handed in; what stood against others before does not count.
    """
    asked = {point.question for point in points if point.question}
    refuse_unless(set(answers) <= asked, _("Only what the notice names can be changed."))
    before = outcomes.faults(case, now=now) if answers else {}
    changed = put_answers(case, answers, timezone.localdate(now))
    judged = outcomes.faults(case, now=now) if answers else {}
    wrong = {key: reasons for key, reasons in judged.items() if key in answers or key not in before}
    if wrong:
        raise Refused(rows=wrong)
    return changed


def put_answers(case: Case, answers: Mapping, today) -> dict:
    """Change answers of a locked case to valid ones; return key -> [old, new] of those that differ.

    The caller saves the case. Raises Refused with a row per question that says something against its new answer.
    """
    before = questions.kept_form(case.guide, today, case.answers)
    after = questions.kept_form(case.guide, today, case.answers | answers)
    refuse_unless(set(answers) <= after.keys, _("The guide of this case does not ask that question."))
    wrong = {key for key in after.errors if key in answers or key not in before.errors}
    if wrong:
        raise Refused(rows={key: after.errors[key] for key in sorted(wrong)})
    kept = {key: value for key, value in after.to_keep().items() if key in answers}
    changed = {key: [case.answers.get(key), new] for key, new in kept.items() if case.answers.get(key) != new}
    case.answers = case.answers | kept
    return changed


def has_new_file(material: Material, since: datetime) -> bool:
    """Tell whether a file was handed in for a material since a moment, and not taken back."""
    return material.files.filter(uploaded_at__gte=since, removed_at__isnull=True).exists()


def reopen_materials(materials: list[int], provided: list[int]) -> None:
    """Mark materials as unchecked again, and those of `provided` as handed in."""
    clean = {"check_result": CheckResult.UNCHECKED, "check_note": "", "checked_by": None, "checked_at": None}
    Material.objects.filter(pk__in=materials).update(**clean)
    Material.objects.filter(pk__in=provided).update(status=MaterialStatus.PROVIDED)


@transaction.atomic
def lapse_correction(*, case: Case, now: datetime) -> Case | None:
    """Close a case whose correction period passed: it counts as withdrawn (Anyang 第36条, Zhejiang 第11条).

    The same when the originals were not brought after a pre-check. Returns None when the case has moved on or the
    period still runs. Safe to run twice.
    """
    locked = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    clock = locked.clocks.filter(kind=ClockKind.CORRECTION, finished_at__isnull=True).first()
    waiting = locked.state in TRANSITIONS["lapse_correction"].sources
    if not waiting or clock is None or clock.due_on >= timezone.localdate(now):
        return None
    case, role = take(case, verb="lapse_correction", actor=None, now=now)
    no_originals = case.state == State.PRECHECK_PASSED
    finish_clocks(case, now=now)
    close(case, as_=CloseType.DEEMED_WITHDRAWN, now=now)
    step(case, verb="lapse_correction", actor=None, role=role, now=now, due_on=clock.due_on.isoformat())
    write_paper(case, PaperKind.LAPSE, actor=None, now=now, no_originals=no_originals)
    tell("correction_lapsed", case, now)
    return case
