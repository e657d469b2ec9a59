"""Acceptance with incomplete materials 容缺受理: who may promise what, and for when (domain 3.6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from applications.rules.materials import applies, order_obstacles
from applications.rules.periods import days_obstacles
from applications.states import MaterialStatus
from policies.models import GuideVersion, ItemType, MaterialSpec, Tier
from talentportal.lib import spoken
from talentportal.lib.bilingual import pick
from talentportal.lib.workdays import WorkCalendar

IDENTITY_LEVEL_FOR_DEFERRAL = 2


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


def deferred_acceptance_obstacles(
    guide: GuideVersion, materials: Iterable, answers: Mapping, standing: Standing
) -> list:
    """List what stands against acceptance with incomplete materials, every reason at once (domain 3.6.1)."""
    wanting, reasons = [], []
    for material in materials:
        if not applies(material.spec, answers):
            continue
        if material.status == MaterialStatus.DEFERRED:
            wanting.append(material.spec)
        else:
            reasons += order_obstacles(material)
    if not wanting:
        return [*reasons, _("The applicant has not promised any material for later.")]
    return reasons + deferral_obstacles(guide, wanting, standing)


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
    reasons = days_obstacles(days, most_days_more(waiting, accepted_on, calendar))
    if not reasons and max(calendar.add(item.due_on, days) for item in waiting) > latest:
        reasons.append(_("Later than %(date)s would leave no time to decide.") % {"date": spoken.day(latest)})
    return reasons


def most_days_more(waiting: Iterable, accepted_on: date, calendar) -> int:
    """Return how many working days more may be given for promised materials: as many as there were at first."""
    return min((calendar.between(accepted_on, item.due_on) for item in waiting), default=0)


def breach_ban_months(guide: GuideVersion, earlier_breaches_in_24_months: int) -> int:
    """Return how long deferral is closed after a breach: the guide's months, twice as long the second time [D]."""
    return guide.ban_months * (2 if earlier_breaches_in_24_months else 1)
