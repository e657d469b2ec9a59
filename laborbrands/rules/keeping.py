"""What keeps brands honest, without the database (domain 6.5): yearly reports, grades, grounds of removal.

The periods stand here once; [D] where the province names none.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext_lazy as _

from laborbrands.rules.recognition import ORDER
from laborbrands.states import Grade, RemovalGround, Stage, Tier
from talentportal.lib.bilingual import pick
from talentportal.lib.workdays import WorkCalendar

REPORT_DUE = (3, 31)  # month and day of the following year [D]
REMIND_BEFORE = (30, 7, 1)  # days
REMIND_AGAIN_DAYS = 5  # working days until the office is told again of a removal that waits for it [D]
MISSED_FOR_REMOVAL = 2
EXCELLENT_FROM, QUALIFIED_FROM = Decimal(90), Decimal(60)
RECTIFY_MONTHS = 6
STATEMENT_DAYS = 5  # working days for the statement of the builder
PUBLICITY_DAYS = 5  # working days of the publicity of a removal


def report_due(calendar: WorkCalendar, year: int) -> date:
    """Return the day by which the report of a year is due; on a day off, the next working day (民法典 第203条)."""
    return calendar.roll_forward(date(year + 1, *REPORT_DUE))


def grade_of(total: Decimal, veto: str = "") -> Grade:
    """Return the grade of so many points; a veto makes any number of them unqualified."""
    if veto or total < QUALIFIED_FROM:
        return Grade.UNQUALIFIED
    return Grade.EXCELLENT if total >= EXCELLENT_FROM else Grade.QUALIFIED


def points_of(criteria: list[Mapping], given: Mapping) -> tuple[dict[str, str], Decimal, list]:
    """Return points by criterion as texts, their sum, and what is wrong with them.

    Every criterion needs points between 0 and its highest; those of a bonus may be left out.
    """
    points, total, reasons = {}, Decimal(0), []
    for criterion in criteria:
        if criterion.get("is_veto"):
            continue
        value, most = given.get(criterion["key"]), Decimal(str(criterion["max"]))
        if value in (None, "") and criterion.get("is_bonus"):
            continue
        number = _number(value)
        if number is None or not 0 <= number <= most:
            words = {"criterion": pick(criterion["label"]), "most": most}
            reasons.append(_("“%(criterion)s”: from 0 to %(most)s points.") % words)
            continue
        points[criterion["key"]] = str(number)
        total += number
    return points, total, reasons


def _number(value) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number == round(number, 2) else None


def highest(tiers) -> str | None:
    """Return the highest of some tiers, None of none."""
    return max(tiers, key=ORDER.index, default=None)


def one_lower(tier: str) -> Tier | None:
    """Return the tier below, None below the lowest."""
    at = ORDER.index(tier)
    return ORDER[at - 1] if at else None


def ground_obstacles(ground: str, *, missed: int, last_evaluation, has_lost_trademark: bool) -> list:
    """List what is missing for a ground of removal that the records themselves must bear out.

    `missed`: reports missing; `last_evaluation`: the latest one of the brand, or None.
    """
    if ground not in RemovalGround.values:
        return [_("Choose the ground.")]
    if ground == RemovalGround.REPORTS and missed < MISSED_FOR_REMOVAL:
        words = {"count": missed, "needed": MISSED_FOR_REMOVAL}
        return [_("Reports missing: %(count)s. A removal needs %(needed)s.") % words]
    if ground == RemovalGround.UNQUALIFIED and not failed_twice(last_evaluation):
        return [_("Before that the brand has time to put things right and is evaluated again.")]
    if ground == RemovalGround.TRADEMARK and not has_lost_trademark:
        return [_("The trademark of the brand is not recorded as lost.")]
    return []


def failed_twice(evaluation) -> bool:
    """Tell whether an evaluation found the brand still unqualified after the time to put things right."""
    return evaluation is not None and evaluation.seq > 1 and evaluation.grade == Grade.UNQUALIFIED


def evaluation_obstacles(stage: str, earlier: list) -> list:
    """List why a brand cannot be evaluated (again) in a round; `earlier`: its evaluations in it, the first first."""
    if not earlier:
        return [] if stage == Stage.RECOGNIZED else [_("Only a recognized brand is evaluated.")]
    if len(earlier) > 1 or earlier[0].grade != Grade.UNQUALIFIED or stage != Stage.RECTIFYING:
        return [_("This brand has been evaluated already.")]
    return []
