"""Pure questions about a case: an answer, or the list of reasons against it. No queries, no writes, no clock."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.states import TRANSITIONS, CheckResult, MaterialStatus, Proposal, State, TerminationReason
from policies.models import GuideVersion, ItemType, MaterialSpec, Necessity, Tier
from talentportal.lib import spoken
from talentportal.lib.bilingual import pick
from talentportal.lib.workdays import WorkCalendar

IN_HAND = (MaterialStatus.HELD, MaterialStatus.PROVIDED)
IDENTITY_LEVEL_FOR_DEFERRAL = 2


def may_do(verb: str, state: str, roles: Collection[str]) -> list:
    """List what stands against a verb in this state by somebody in these roles (`states.Who`)."""
    transition = TRANSITIONS[verb]
    if not set(transition.who) & set(roles):
        return [_("This step is for another role.")]
    if state not in transition.sources:
        return [_("The case is in another state now: %(state)s.") % {"state": State(state).label}]
    return []


def applies(spec: MaterialSpec, answers: Mapping) -> bool:
    """Tell whether a guide asks for this material in the applicant's situation."""
    if spec.necessity != Necessity.CONDITIONAL:
        return True
    given = answers.get(spec.condition["question"])
    given = given if isinstance(given, list) else [given]
    return bool(set(map(str, given)) & set(map(str, spec.condition["in"])))


def required_specs(specs: Iterable[MaterialSpec], answers: Mapping) -> list[MaterialSpec]:
    """List the materials that must be there in the applicant's situation, in the guide's order."""
    return [spec for spec in specs if spec.necessity != Necessity.OPTIONAL and applies(spec, answers)]


def missing_specs(specs: Iterable[MaterialSpec], answers: Mapping, in_hand: Collection[int]) -> list[MaterialSpec]:
    """List the required materials not in hand. `in_hand` holds the ids of specs that are."""
    return [spec for spec in required_specs(specs, answers) if spec.pk not in in_hand]


def missing_core(specs: Iterable[MaterialSpec], answers: Mapping, in_hand: Collection[int]) -> list[MaterialSpec]:
    """List the missing core materials; while there is one, nothing can be deferred."""
    return [spec for spec in missing_specs(specs, answers, in_hand) if spec.tier == Tier.CORE]


@dataclass(frozen=True)
class Standing:
    """What counts about the applicant when something is to be deferred."""

    banned_until: date | None = None
    other_open_deferral: bool = False
    identity_level: int = 1


def deferral_obstacles(guide: GuideVersion, missing: Iterable[MaterialSpec], standing: Standing) -> list:
    """List every reason why these materials cannot be deferred; empty when they can (domain 3.6.1).

    Guangdong 优化营商环境条例 第32条, Zhejiang “最多跑一次”规定 第11条: core complete, only listed ones missing.
    """
    missing = list(missing)
    reasons = []
    if not guide.deferral_allowed:
        reasons.append(_("This service item does not allow materials to be supplied later."))
    for spec in missing:
        if spec.tier == Tier.CORE:
            reasons.append(_("“%(name)s” is a core material and must be there.") % {"name": pick(spec, "name")})
        elif not spec.deferrable:
            reasons.append(_("“%(name)s” cannot be supplied later.") % {"name": pick(spec, "name")})
    if len(missing) > guide.max_deferred:
        reasons.append(
            _("At most %(limit)s materials can be supplied later; %(count)s are missing.")
            % {"limit": guide.max_deferred, "count": len(missing)}
        )
    return reasons + _standing_obstacles(standing)


def _standing_obstacles(standing: Standing) -> list:
    reasons = []
    if standing.banned_until:
        reasons.append(
            _("An earlier commitment was not kept; supplying later is possible again from %(date)s.")
            % {"date": spoken.day(standing.banned_until)}
        )
    if standing.other_open_deferral:
        reasons.append(_("Another case of the same item still waits for promised materials."))
    if standing.identity_level < IDENTITY_LEVEL_FOR_DEFERRAL:
        reasons.append(_("The identity document has not been checked yet."))
    return reasons


def latest_supply_day(guide: GuideVersion, spec: MaterialSpec, accepted_on: date, calendar: WorkCalendar) -> date:
    """Return the last day to which a material can be deferred when the case is accepted on this day (domain 3.6.4).

    Not longer than the promised period where the guide says so, and for licences early enough before the promised
    day that a lawful decision is still possible.
    """
    days = spec.defer_days
    if guide.defer_within_promise and guide.promised_days:
        days = min(days, guide.promised_days)
    if guide.item.catalog_item.item_type == ItemType.LICENCE:
        days = min(days, guide.promised_days - guide.reserve_days)
    return calendar.add(accepted_on, max(days, 1))


def supply_day(promised_on: date, signed_on: date, accepted_on: date, calendar: WorkCalendar) -> date:
    """Return the day a promised material is due: as many working days after acceptance as were promised at signing."""
    return max(promised_on, calendar.add(accepted_on, max(calendar.between(signed_on, promised_on), 1)))


def promise_obstacles(promised_on: date | None, today: date, latest: date, calendar: WorkCalendar) -> list:
    """List what is wrong with the day that an applicant chose for a material."""
    if promised_on is None:
        return [_("Choose the day on which you will supply it.")]
    if promised_on <= today:
        return [_("Choose a day after today.")]
    if promised_on > latest:
        return [_("Not later than %(date)s.") % {"date": spoken.day(latest)}]
    if not calendar.is_workday(promised_on):
        return [_("%(date)s is not a working day.") % {"date": spoken.day(promised_on)}]
    return []


def acceptance_obstacles(materials: Iterable, answers: Mapping) -> list:
    """List what stands against plain acceptance: every required material must have been checked and be in order."""
    return [
        reason
        for material in materials
        if material.spec.necessity != Necessity.OPTIONAL and applies(material.spec, answers)
        for reason in _material_obstacles(material)
    ]


def _material_obstacles(material) -> list:
    name = {"name": pick(material.spec, "name")}
    if material.status not in IN_HAND:
        return [_("“%(name)s” is missing.") % name]
    if material.check_result == CheckResult.DEFECTIVE:
        return [_("“%(name)s” is not in order.") % name]
    if material.check_result == CheckResult.UNCHECKED:
        return [_("“%(name)s” has not been checked yet.") % name]
    return []


def deferred_acceptance_obstacles(
    guide: GuideVersion, materials: Iterable, answers: Mapping, standing: Standing
) -> list:
    """List what stands against acceptance with incomplete materials, every reason at once (domain 3.6.1)."""
    wanting, reasons = [], []
    for material in materials:
        if material.spec.necessity == Necessity.OPTIONAL or not applies(material.spec, answers):
            continue
        if material.status == MaterialStatus.DEFERRED:
            wanting.append(material.spec)
        else:
            reasons += _material_obstacles(material)
    if not wanting:
        return [*reasons, _("The applicant has not promised any material for later.")]
    return reasons + deferral_obstacles(guide, wanting, standing)


def precheck_obstacles(materials: Iterable, answers: Mapping) -> list:
    """List what stands against passing the pre-check: what was found not in order has to be returned."""
    return [
        _("“%(name)s” is not in order.") % {"name": pick(material.spec, "name")}
        for material in materials
        if material.check_result == CheckResult.DEFECTIVE and applies(material.spec, answers)
    ]


def originals(materials: Iterable, answers: Mapping) -> list:
    """List the materials in hand whose original has to be shown at the window."""
    return [m for m in materials if m.spec.original_at_window and m.status in IN_HAND and applies(m.spec, answers)]


def original_obstacles(wanted: Iterable, seen: Collection[int]) -> list:
    """List the originals that were not seen yet; `seen` holds ids of materials."""
    return [
        _("The original of “%(name)s” has not been seen.") % {"name": pick(material.spec, "name")}
        for material in wanted
        if material.pk not in seen
    ]


def uncorrected_obstacles(correction) -> list:
    """List what stands against not accepting a case as still not in order: the applicant must have had the chance."""
    if correction is None or correction.supplied_at is None:
        return [_("The applicant has had no chance to correct yet.")]
    return []


def attorney_obstacles(attorney, *, applicant, item, day: date) -> list:
    """List what stands against an agent's authority: whose it is, for what, and until when (domain 11.28)."""
    reasons = []
    if attorney.grantor_id != applicant.pk:
        reasons.append(_("This power of attorney was given by somebody else."))
    if attorney.ended_at or not attorney.starts_on <= day < attorney.ends_on:
        reasons.append(_("This power of attorney is not in force today."))
    scope = {one.pk for one in attorney.items.all()}
    if scope and item.pk not in scope:
        reasons.append(_("This power of attorney is not for this service item."))
    return reasons


def termination_obstacles(reason: str, item_type: str) -> list:
    """List what is wrong with the ground of a termination; lost contact never ends a licence case."""
    if reason not in TerminationReason.values:
        return [_("Choose the ground.")]
    if reason == TerminationReason.T05 and item_type == ItemType.LICENCE:
        return [_("A licence case is not terminated because contact was lost.")]
    return []


def to_check(materials: Iterable, answers: Mapping) -> list:
    """List the materials that the case asks for, that are in hand and were not checked yet."""
    return [
        m
        for m in materials
        if m.status in IN_HAND and m.check_result == CheckResult.UNCHECKED and applies(m.spec, answers)
    ]


def grant_obstacles(decision, actor, outstanding: bool) -> list:
    """List what stands against granting: `decision` is the examiner's proposal, `outstanding` promised materials."""
    reasons = refusal_obstacles(decision, actor)
    if outstanding:
        reasons.append(_("Promised materials are still outstanding; the result is held."))
    if decision.proposal != Proposal.GRANT:
        reasons.append(_("The examiner proposed to refuse. Return the case first."))
    return reasons


def refusal_obstacles(decision, actor) -> list:
    """List what stands against deciding at all: who examined may not decide (domain 3.4, global guards)."""
    return [_("Who examined a case may not decide it.")] if decision.examined_by_id == actor.pk else []


def claim_obstacles(case, actor, now: datetime) -> list:
    """List who else works on the case now; an act waits until they are done or the case is taken over."""
    if case.claimed_by_id in (None, actor.pk) or case.claimed_until <= now:
        return []
    words = {"name": case.claimed_by.name, "time": f"{timezone.localtime(case.claimed_until):%H:%M}"}
    return [_("%(name)s is working on this case until %(time)s.") % words]


def breach_ban_months(guide: GuideVersion, earlier_breaches_in_24_months: int) -> int:
    """Return how long deferral is closed after a breach: the guide's months, twice as long the second time [D]."""
    return guide.ban_months * (2 if earlier_breaches_in_24_months else 1)


def due_day(started_on: date, days: int, own: Iterable[tuple[date, date | None]], calendar: WorkCalendar) -> date:
    """Return the day on which a clock's own working days are used up; day 0 is not counted.

    `own`: spans of days (first, first not included) that belong to the clock's owner, in order; the last one may be
    open. What lies between them is somebody else's and gives back working days (行政许可法 第45条).
    """
    last, left = started_on, days
    for first, end in own:
        last = first - timedelta(days=1)
        if end is None or calendar.between(last, end - timedelta(days=1)) >= left:
            break
        left -= calendar.between(last, end - timedelta(days=1))
        last = end - timedelta(days=1)
    return calendar.add(last, left)


def reminder_days(start: date, due: date, calendar: WorkCalendar) -> list[date]:
    """List the days of reminders of a deadline: half time, 3 and 1 working days before, the day itself."""
    length = calendar.between(start, due)
    days = {calendar.add(start, length // 2), calendar.subtract(due, 3), calendar.subtract(due, 1), due}
    return sorted(day for day in days if day > start)


def may_change_material(case, material, actor) -> bool:
    """Tell whether the applicant may hand in a file for a material now.

    In a draft: every material. In a correction: only those named in the notice. After acceptance: only promised ones
    that were not accepted yet, and those named in a further request.
    """
    if case.state == State.DRAFT:
        return actor.pk in (case.applicant_id, case.agent_id)
    if case.state in (State.CORRECTION, State.PRECHECK_RETURNED):
        return material.points.exists()
    if asked_again(case, material):
        return True
    deferral = getattr(material, "deferral", None)
    return case.state in TRANSITIONS["supply_deferred"].sources and bool(deferral and not deferral.accepted_at)


def asked_again(case, material) -> bool:
    """Tell whether an unanswered further request names a material."""
    if case.state != State.EXAMINING or not case.second_requests:
        return False
    waiting = case.further_requests.filter(supplied_at__isnull=True)
    return any(point["material"] == material.pk for request in waiting for point in request.points)
