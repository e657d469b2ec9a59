"""Pure questions about internships 实习 and traineeships 就业见习 (职业教育法 第50条; domain 7.6)."""

from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from accounts.rules import age_on
from talentportal.lib.workdays import add_months
from talents import limits
from talents.states import PlaceKind


def most_places(staff: int) -> int:
    """Return how many trainees a base with so many employees may have at once."""
    return staff * limits.PLACE_SHARE // 100


def place_obstacles(*, kind: str, base, places: int, others: int, months: int, allowance: int, insured: bool) -> list:
    """List what stands against offering places; `others` counts the base's places that are offered or taken."""
    reasons = []
    if kind == PlaceKind.TRAINEESHIP and base is None:
        reasons.append(_("Only a recognized base offers traineeships. Ask the office to recognize your unit first."))
    if kind == PlaceKind.TRAINEESHIP and not 3 <= months <= 12:
        reasons.append(_("A traineeship lasts from 3 to 12 months."))
    if kind == PlaceKind.INTERNSHIP and not 1 <= months <= 12:
        reasons.append(_("An internship lasts from 1 to 12 months."))
    if base is not None and places + others > most_places(base.staff):
        reasons.append(
            _("Of %(staff)s employees, %(most)s trainees at most; %(others)s places are offered or taken already.")
            % {"staff": base.staff, "most": most_places(base.staff), "others": others}
        )
    if allowance <= 0:
        reasons.append(_("Say what is paid each month; work on a post is paid."))
    if not insured:
        reasons.append(_("The unit pays for the accident insurance before anybody begins."))
    return reasons


def applicant_obstacles(*, kind: str, birth_date: date, graduates_on: date, has_school: bool, today: date) -> list:
    """List what stands against somebody asking for a place: age, being a student, time since leaving school."""
    age, left = age_on(today, birth_date), graduates_on <= today
    if age < limits.TRAINEE_FROM:
        return [_("From %(age)s years of age.") % {"age": limits.TRAINEE_FROM}]
    if kind == PlaceKind.INTERNSHIP:
        reasons = [_("An internship is for students; after leaving school, look for a traineeship.")] if left else []
        return reasons if has_school else [*reasons, _("Name your school; it signs the agreement.")]
    if not left:
        return [_("A traineeship is for who has left school; as a student, look for an internship.")]
    is_recent = today < add_months(graduates_on, 12 * limits.TRAINEE_AFTER_YEARS)
    if is_recent or age <= limits.TRAINEE_TO:
        return []
    return [
        _("Within %(years)s years after leaving school, or up to %(age)s years of age.")
        % {"years": limits.TRAINEE_AFTER_YEARS, "age": limits.TRAINEE_TO}
    ]


def agreement_obstacles(*, kind: str, starts_on: date, ends_on: date, today: date) -> list:
    """List what stands against the dates of an agreement."""
    if starts_on < today:
        return [_("It cannot begin before today.")]
    if ends_on <= starts_on:
        return [_("The end must be after the beginning.")]
    if ends_on > add_months(starts_on, 12):
        return [_("It lasts 12 months at most.")]
    if kind == PlaceKind.TRAINEESHIP and ends_on < add_months(starts_on, 3):
        return [_("A traineeship lasts from 3 to 12 months.")]
    return []


def terms(kind: str) -> list:
    """List what every agreement says, in the order of its paper (职业教育法 第50条; domain 7.6)."""
    is_internship = kind == PlaceKind.INTERNSHIP
    kept = [
        _("The unit keeps the rules on working hours, rest and safety."),
        _("The unit pays each month, in full, what is named here, and pays for the accident insurance beforehand."),
        _("Nobody charges for the place, and no agency stands between."),
        _("Each party may end the agreement early and says why; the others are told at once."),
    ]
    if is_internship:
        return [
            _("The work has to do with the studies; the unit names who guides the student and teaches the work."),
            *kept,
            _("The school accompanies the student and may look in at the place of work at any time."),
        ]
    return [
        _("The base trains and guides the trainee. It is no employment."),
        *kept,
        _("A contract of employment ends the traineeship; whoever is hired is no trainee any more."),
    ]


def months_of(starts_on: date, ends_on: date) -> list[date]:
    """Return the first day of every month that a time touches; `ends_on` is not included."""
    month, found = starts_on.replace(day=1), []
    while month < ends_on:
        found.append(month)
        month = add_months(month, 1)
    return found


def days_possible(month: date, starts_on: date, ends_on: date) -> int:
    """Return how many calendar days of a month lie in a time."""
    return max((min(add_months(month, 1), ends_on) - max(month, starts_on)).days, 0)


def is_retained(*, ended_on: date, hired_on: date, contract_months: int) -> bool:
    """Tell whether a hiring counts as retention: soon after the end, with a contract of a year at least."""
    return (
        ended_on <= hired_on <= ended_on + timedelta(days=limits.HIRED_WITHIN_DAYS)
        and contract_months >= limits.HIRED_FOR_MONTHS
    )


def retention_percent(finished: int, retained: int) -> int | None:
    """Return the share of those who finished that were hired, rounded down; None where nobody finished."""
    return 100 * retained // finished if finished else None


def subsidy_rate(percent: int | None) -> Decimal:
    """Return the yuan for a month of a trainee: more where enough of them were hired."""
    is_good = percent is not None and percent >= limits.RETENTION_GOOD
    return Decimal(limits.SUBSIDY_MONTH_GOOD if is_good else limits.SUBSIDY_MONTH)
