"""Evaluations 评价 (domain 6.5): points by criterion, grade, six months to put things right, then once more."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from applications.services.clocks import at_nine
from laborbrands.models import Brand, Evaluation, EvaluationRound
from laborbrands.queries.keeping import office_people, people_of
from laborbrands.rules import keeping as rules
from laborbrands.rules.recognition import DECIDED_AT
from laborbrands.services.steps import check_office, lock, move, notice_page, tell_builders, tell_office
from laborbrands.states import Grade, RemovalGround, Tier
from notifications.services import cancel_reminders, plan_reminders
from reviews.queries.publicity import is_in_charge
from talentportal.lib.bilingual import both
from talentportal.lib.refusals import refuse_unless
from talentportal.lib.workdays import add_months

BY = (Role.EXAMINER, Role.LEADER)


@transaction.atomic
def open_evaluation(
    *,
    organization,
    tier: str,
    scheme,
    title_zh: str,
    title_en: str,
    starts_on: date,
    ends_on: date,
    actor,
    now: datetime,
) -> EvaluationRound:
    """Begin an evaluation of the brands of one tier by a score scheme; by the office that decides on the tier."""
    reasons = []
    if not is_in_charge(actor, organization, timezone.localdate(now)):
        reasons.append(_("You are not in charge at this organization."))
    if organization.region.kind != DECIDED_AT[Tier(tier)]:
        reasons.append(_("Another office decides on this tier."))
    if ends_on < starts_on:
        reasons.append(_("The end must not be before the beginning."))
    refuse_unless(not reasons, reasons)
    return EvaluationRound.objects.create(
        organization=organization,
        tier=tier,
        scheme=scheme,
        title_zh=title_zh.strip(),
        title_en=title_en.strip(),
        starts_on=starts_on,
        ends_on=ends_on,
        created_by=actor,
        created_at=now,
    )


@transaction.atomic
def evaluate(
    *, round: EvaluationRound, brand: Brand, scores: Mapping, opinion: str, actor, now: datetime, veto: str = ""
) -> Evaluation:
    """Evaluate a brand of the round's tier, the second time after it put things right.

    `scores`: points by key of the criterion. `veto`: a RemovalGround that ends all counting. Effects: unqualified at
    first, six months to put things right and the stage RECTIFYING; unqualified again or by a veto, the office is told
    to give notice of the removal; else it is kept. The builders are told in any case. Raises Refused with every reason.
    """
    brand = lock(brand)
    check_office(actor, brand, round.tier, now, *BY)
    today, earlier = timezone.localdate(now), list(round.evaluations.filter(brand=brand).order_by("seq"))
    points, total, reasons = rules.points_of(round.scheme.criteria, scores)
    reasons += rules.evaluation_obstacles(brand.stage, earlier)
    if not brand.recognitions.standing_on(today).filter(tier=round.tier).exists():
        reasons.append(_("The brand is not recognized at this tier."))
    if veto and (veto not in RemovalGround.values or veto == RemovalGround.UNQUALIFIED):
        reasons.append(_("This is no veto."))
    reasons += [] if opinion.strip() else [_("Write down your opinion.")]
    refuse_unless(not reasons, reasons)
    evaluation = Evaluation.objects.create(
        round=round,
        brand=brand,
        seq=len(earlier) + 1,
        scores=points,
        total=total,
        veto=veto,
        grade=rules.grade_of(total, veto),
        opinion=opinion.strip(),
        evaluated_by=actor,
        evaluated_at=now,
    )
    _follow(evaluation, actor, now)
    return evaluation


def _follow(evaluation: Evaluation, actor, now: datetime) -> None:
    """Draw the consequence of a grade."""
    brand, tier = evaluation.brand, evaluation.round.tier
    if evaluation.grade == Grade.UNQUALIFIED:
        if evaluation.seq == 1 and not evaluation.veto:
            _order_rectification(evaluation, actor, now)
        else:
            _call_for_removal(evaluation, now)
        return
    cancel_reminders(subject=f"brand_rectify:{brand.pk}", now=now)
    grade = both(Grade(evaluation.grade).label)
    words = {"zh": f"跟踪评价：{grade['zh']}", "en": f"Follow-up evaluation: {grade['en']}"}
    move(brand, "keep", actor=actor, now=now, tier=tier, text=words)
    tell_builders(brand, "brand_evaluated", str(evaluation.pk), "/org/brands/", now, grade=grade)


def _call_for_removal(evaluation: Evaluation, now: datetime) -> None:
    """Tell both sides that a notice of removal comes next; the recognition stands until a removal is carried out."""
    brand, tier = evaluation.brand, evaluation.round.tier
    cancel_reminders(subject=f"brand_rectify:{brand.pk}", now=now)
    ground = RemovalGround(evaluation.veto or RemovalGround.UNQUALIFIED)
    words, key = {"reason": both(ground.label)}, str(evaluation.pk)
    tell_builders(brand, "brand_unqualified", key, "/org/brands/", now, opinion=evaluation.opinion, **words)
    tell_office(brand, tier, "brand_removal_called_for", key, notice_page(brand, ground), now, **words)


def _order_rectification(evaluation: Evaluation, actor, now: datetime) -> None:
    brand, day = evaluation.brand, add_months(timezone.localdate(now), rules.RECTIFY_MONTHS)
    evaluation.rectify_by = day
    evaluation.save(update_fields=["rectify_by"])
    move(brand, "order_rectification", actor=actor, now=now, tier=evaluation.round.tier, is_public=False)
    said = {"brand": both(brand, "name"), "date": day.isoformat()}
    office = [
        (one, f"/admin/laborbrands/evaluationround/{evaluation.round_id}/change/")
        for one in office_people(brand, evaluation.round.tier, timezone.localdate(now))
    ]
    rows = [
        ("brand_rectify_due", person, at_nine(day - timedelta(days=days)), said, path)
        for person, path in [*((one, "/org/brands/") for one in people_of(brand)), *office]
        for days in rules.REMIND_BEFORE
    ]
    plan_reminders(subject=f"brand_rectify:{brand.pk}", rows=rows, now=now)
    words = {"date": day.isoformat(), "reason": evaluation.opinion}
    tell_builders(brand, "brand_rectify", str(evaluation.pk), "/org/brands/", now, **words)
