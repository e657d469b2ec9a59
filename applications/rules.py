"""Pure questions about a case: an answer, or the list of reasons against it. No queries, no writes, no clock."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.states import (
    TRANSITIONS,
    CheckResult,
    CloseType,
    DeregistrationReason,
    MaterialStatus,
    Proposal,
    RevocationReason,
    SpecialKind,
    State,
    TerminationReason,
    Who,
)
from policies.models import GuideVersion, ItemType, MaterialSpec, Necessity, Tier
from talentportal.lib import spoken
from talentportal.lib.bilingual import pick
from talentportal.lib.workdays import WorkCalendar

IN_HAND = (MaterialStatus.HELD, MaterialStatus.PROVIDED)
IDENTITY_LEVEL_FOR_DEFERRAL = 2
LONGEST_SPECIAL = 120  # working days; a typing error should not stop the clock for years


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


def material_obstacles(materials: Iterable, answers: Mapping, lost: Collection[str]) -> list:
    """List the materials on which nothing can be granted any more; `lost`: keys that the portal no longer vouches for.

    A certificate that was revoked while the case ran is such a one (domain 11.43).
    """
    reasons = []
    for material in materials:
        if not applies(material.spec, answers) or material.status not in IN_HAND:
            continue
        name = {"name": pick(material.spec, "name")}
        if material.spec.key in lost:
            reasons.append(_("“%(name)s” is no longer valid.") % name)
        elif material.check_result == CheckResult.CONFLICT:
            reasons.append(_("“%(name)s” contradicts what was declared; verify it first.") % name)
    return reasons


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
    examined = (decision.examined_by_id, decision.second_officer_id)
    return [_("Who examined a case may not decide it.")] if actor.pk in examined else []


def claim_obstacles(case, actor, now: datetime) -> list:
    """List who else works on the case now; an act waits until they are done or the case is taken over."""
    if case.claimed_by_id in (None, actor.pk) or case.claimed_until <= now:
        return []
    words = {"name": case.claimed_by.name, "time": f"{timezone.localtime(case.claimed_until):%H:%M}"}
    return [_("%(name)s is working on this case until %(time)s.") % words]


def assignment_obstacles(case, actor, to, *, is_head: bool, theirs: Collection[str], covers: bool) -> list:
    """List what stands against giving a case to somebody; `theirs` are the roles of the new one, None is the team."""
    reasons = []
    if to == case.assigned_to:
        reasons.append(_("Nothing to change."))
    if to and not theirs:
        reasons.append(_("%(name)s holds no post for this case.") % {"name": to.name})
    if case.assigned_to_id not in (None, actor.pk) and not (is_head or covers):
        reasons.append(_("Only the head of the window takes a case from %(name)s.") % {"name": case.assigned_to.name})
    return reasons


def cover_obstacles(starts_on: date, ends_on: date, today: date, *, is_same: bool) -> list:
    """List what stands against these days of a cover."""
    reasons = []
    if is_same:
        reasons.append(_("Somebody else has to stand in."))
    if ends_on <= starts_on:
        reasons.append(_("The end must be after the beginning."))
    elif ends_on <= today:
        reasons.append(_("These days have passed."))
    if (ends_on - starts_on).days > 92:
        reasons.append(_("Three months at most; longer absences are a change of posts."))
    return reasons


def arrival_obstacles(role: str, arrived_on: date | None, postmarked_on: date | None, first: date, today: date) -> list:
    """List what is wrong with the days that the window noted on what came by post; `first`: receipt of the case."""
    days = [day for day in (postmarked_on, arrived_on) if day]
    if days and role != Who.CLERK:
        return [_("Only the window notes when something arrived by post.")]
    if any(not first <= day <= today for day in days) or days != sorted(days):
        return [_("Check the days: not before the application, not after today, the postmark not after the arrival.")]
    return []


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


def special_obstacles(guide: GuideVersion, kind: str, basis: str, estimated_days: int) -> list:
    """List what stands against a special procedure: only what the law and the guide name stops the office's clock."""
    reasons = []
    if kind not in SpecialKind.values:
        reasons.append(_("Choose the kind of the procedure."))
    elif kind not in guide.special_kinds:
        reasons.append(_("The guide of this item does not provide for this procedure."))
    if not basis.strip():
        reasons.append(_("Name the clause that the procedure rests on."))
    return reasons + estimate_obstacles(estimated_days)


def estimate_obstacles(days: int) -> list:
    """List what is wrong with the working days that a special procedure is expected to take."""
    if 1 <= days <= LONGEST_SPECIAL:
        return []
    return [_("Estimate between 1 and %(limit)s working days.") % {"limit": LONGEST_SPECIAL}]


def extension_obstacles(case, days: int, due_on: date, today: date) -> list:
    """List what stands against extending the office's period: once, before it ends, within the guide (第42条)."""
    reasons = []
    if case.is_extended:
        reasons.append(_("The period was extended once already."))
    if due_on < today:
        over = {"date": spoken.day(due_on)}
        reasons.append(_("The period ended on %(date)s; it can only be extended before.") % over)
    return reasons + _days_obstacles(days, case.guide.extension_days)


def _days_obstacles(days: int, limit: int) -> list:
    if 1 <= days <= limit:
        return []
    return [_("Between 1 and %(limit)s working days.") % {"limit": limit}]


def deferral_extension_obstacles(
    was_extended: bool, waiting: Iterable, days: int, accepted_on: date, today: date, latest: date, calendar
) -> list:
    """List what stands against more time for promised materials (domain 3.6.5): once, before the day, no longer again.

    `waiting`: promised materials not supplied; `latest`: the last day on which a decision in time is still possible.
    """
    if was_extended:
        return [_("More time was given once already.")]
    waiting = list(waiting)
    if not waiting:
        return [_("No promised material is outstanding.")]
    if min(item.due_on for item in waiting) < today:
        return [_("The promised day has passed; more time can only be asked for before.")]
    reasons = _days_obstacles(days, min(calendar.between(accepted_on, item.due_on) for item in waiting))
    if not reasons and max(calendar.add(item.due_on, days) for item in waiting) > latest:
        reasons.append(_("Later than %(date)s would leave no time to decide.") % {"date": spoken.day(latest)})
    return reasons


def second_officer_obstacles(guide: GuideVersion, second, roster: Collection) -> list:
    """List what stands against who examines together with the examiner; `roster`: who may (许可法 第34条)."""
    if not guide.two_officers:
        return []
    if not roster:
        return [_("Two officers must examine this item, and nobody else is on duty.")]
    if second is None:
        return [_("Name the second officer.")]
    if second.pk not in {person.pk for person in roster}:
        return [_("The second officer must be another examiner of this case.")]
    return []


def commitment_obstacles(guide: GuideVersion, materials: Iterable, answers: Mapping, actor) -> list:
    """List what stands against deciding at once on commitment 告知承诺: only where the guide says so."""
    if not guide.notify_commit:
        return [_("This item is not decided on commitment.")]
    materials = list(materials)
    reasons = acceptance_obstacles(materials, answers)
    checked_by = {material.checked_by_id for material in materials} - {None}
    if not reasons and not checked_by:
        reasons.append(_("The window has to look at the materials first."))
    if not reasons and actor.pk in checked_by:
        reasons.append(_("Who examined a case may not decide it."))
    return reasons


def revocation_obstacles(case, reason: str, reason_text: str, hearing: str) -> list:
    """List what stands against revoking a granted right: a ground of 许可法 第69条, and the party was heard."""
    reasons = _ending_obstacles(case, reason_text)
    if reason not in RevocationReason.values:
        reasons.append(_("Choose the ground."))
    if not hearing.strip():
        reasons.append(_("Write down what the party said when heard."))
    return reasons


def deregistration_obstacles(case, reason: str, reason_text: str) -> list:
    """List what stands against deregistering a granted right (许可法 第70条)."""
    reasons = _ending_obstacles(case, reason_text)
    if reason not in DeregistrationReason.values:
        reasons.append(_("Choose the ground."))
    return reasons


def _ending_obstacles(case, reason_text: str) -> list:
    reasons = granted_obstacles(case)
    if hasattr(case, "revocation"):
        reasons.append(_("The right was ended already."))
    if not reason_text.strip():
        reasons.append(_("Give the reasons and the clause."))
    return reasons


def granted_obstacles(case) -> list:
    """List what stands against acts on a granted right."""
    return [] if case.close_type == CloseType.GRANTED else [_("Nothing was granted in this case.")]


REOPENABLE = (
    CloseType.REFUSED,
    CloseType.NOT_ACCEPTED,
    CloseType.DEEMED_WITHDRAWN,
    CloseType.ACCEPTANCE_REVOKED,
    CloseType.TERMINATED,
)


def reopening_obstacles(case, reason_text: str, document_no: str) -> list:
    """List what stands against reopening: only what the office itself ended unfavorably, by a decision on review."""
    reasons = []
    if case.close_type not in REOPENABLE:
        reasons.append(_("A case that was closed like this is not reopened: %(how)s.") % {"how": close_label(case)})
    if not reason_text.strip():
        reasons.append(_("Give the reasons."))
    if not document_no.strip():
        reasons.append(_("Give the number of the decision on reconsideration or of the judgment."))
    return reasons


def close_label(case):
    """Return how a case was closed, in words."""
    return CloseType(case.close_type).label


def check_obstacles(check, findings: str) -> list:
    """List what stands against noting the check of a commitment; `check` is its row, or None."""
    if check is None:
        return [_("This case was not decided on commitment.")]
    reasons = [_("The check is finished.")] if check.is_kept else []
    if not findings.strip():
        reasons.append(_("Write down what the check found."))
    return reasons


def rectification_obstacles(check, findings: str, days: int, limit: int) -> list:
    """List what stands against an order to put right: only after a check that found fault, once."""
    reasons = []
    if check is None or check.is_kept is not False:
        reasons.append(_("No check has found the commitment broken."))
    elif check.rectify_by:
        reasons.append(_("This was ordered once already; what remains is the revocation."))
    if not findings.strip():
        reasons.append(_("Say what is to be put right."))
    return reasons + _days_obstacles(days, limit)


def clerical_obstacles(case, certificate, what: str, corrected: str, field: str) -> list:
    """List what stands against correcting a clerical error; `certificate` is the valid one of the case, or None."""
    reasons = granted_obstacles(case)
    if not what.strip() or not corrected.strip():
        reasons.append(_("Say what stands there and what should."))
    elif what.strip() == corrected.strip():
        reasons.append(_("Both are the same."))
    if field and certificate is None:
        reasons.append(_("There is no valid certificate to be printed anew."))
    elif field and field != "holder" and field not in certificate.face:
        reasons.append(_("The certificate has no such field."))
    return reasons
