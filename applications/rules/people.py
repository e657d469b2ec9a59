"""Who may do what: roles, leases, who has a case, whose authority reaches how far."""

from collections.abc import Collection
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.states import TRANSITIONS, State, Who

LONGEST_AUTHORITY = 366  # calendar days that a power of attorney may run [D]


def may_do(verb: str, state: str, roles: Collection[str]) -> list:
    """List what stands against a verb in this state by somebody in these roles (`states.Who`)."""
    transition = TRANSITIONS[verb]
    if not set(transition.who) & set(roles):
        return [_("This step is for another role.")]
    if state not in transition.sources:
        return [_("The case is in another state now: %(state)s.") % {"state": State(state).label}]
    return []


UNIT_ENDED_VERBS = ("withdraw", "terminate", "transfer", "take_on", "recuse", "assign", "check_material", "archive")


def unit_obstacles(verb: str, unit) -> list:
    """List what stands against a verb because the unit of the case is no more: it has to be taken on first."""
    if unit is None or unit.status != unit.Status.DISSOLVED or verb in UNIT_ENDED_VERBS:
        return []
    return [_("The unit “%(name)s” is no more. Its successor has to take the case on first.") % {"name": unit.name}]


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


def authority_day_obstacles(until: date, today: date) -> list:
    """List what is wrong with the last day of a power of attorney that is taken down today."""
    if until < today:
        return [_("The power of attorney has expired.")]
    if (until - today).days > LONGEST_AUTHORITY:
        return [_("A power of attorney is taken for at most a year.")]
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


def arrival_obstacles(role: str, arrived_on: date | None, postmarked_on: date | None, first: date, today: date) -> list:
    """List what is wrong with the days that the window noted on what came by post; `first`: receipt of the case."""
    days = [day for day in (postmarked_on, arrived_on) if day]
    if days and role != Who.CLERK:
        return [_("Only the window notes when something arrived by post.")]
    if any(not first <= day <= today for day in days) or days != sorted(days):
        return [_("Check the days: not before the application, not after today, the postmark not after the arrival.")]
    return []


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
