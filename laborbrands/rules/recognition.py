"""Pure questions about an application for recognition: an answer, or the list of reasons against it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext_lazy as _

from laborbrands.states import STEPS, EndorsementLevel, Stage, Tier
from talentportal.lib.bilingual import pick
from talentportal.lib.workdays import add_months

ORDER = (Tier.COUNTY, Tier.PREFECTURAL, Tier.PROVINCIAL, Tier.NATIONAL)  # from the lowest up
MONTHS_AT_LOWER_TIER = 12
WORD_DAYS = 10  # working days for the word of a county or a prefecture, as the guide says
REMIND_BEFORE = (2,)  # working days before the last one
DECIDED_AT = {  # kind of the region whose office decides
    Tier.COUNTY: "COUNTY",
    Tier.PREFECTURAL: "PREFECTURE",
    Tier.PROVINCIAL: "PROVINCE",
    Tier.NATIONAL: "PROVINCE",
}
ENDORSED_AT = {EndorsementLevel.COUNTY: "COUNTY", EndorsementLevel.PREFECTURE: "PREFECTURE"}
TYPED_IN = {"income_percent": "monthly_income", "certified_percent": "certified"}  # what a share is computed from
ENDORSED_BY = {  # in this order, before the office that decides
    Tier.COUNTY: (),
    Tier.PREFECTURAL: (EndorsementLevel.COUNTY,),
    Tier.PROVINCIAL: (EndorsementLevel.COUNTY, EndorsementLevel.PREFECTURE),
}


def figures(answers: Mapping) -> dict[str, Decimal]:
    """Return the numbers in the answers by question; "yes" is 1, "no" is 0, and two shares in percent are computed.

    `income_percent`: mean income over that of the industry; `certified_percent`: certified over all workers.
    """
    found = {key: number for key, value in answers.items() if (number := _number(value)) is not None}
    for key, part, whole in (
        ("income_percent", "monthly_income", "industry_income"),
        ("certified_percent", "certified", "practitioners"),
    ):
        if found.get(whole) and part in found:
            found[key] = found[part] * 100 / found[whole]
    return found


def _number(value) -> Decimal | None:
    if value in ("yes", "no"):
        return Decimal(value == "yes")
    try:
        number = Decimal(value) if isinstance(value, str | int) else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


def unmet(conditions: Iterable, answers: Mapping, category: str, tier: str) -> list:
    """Return the hard conditions of a tier and category that the answers do not meet; no answer meets none."""
    said = figures(answers)
    asked = [row for row in conditions if row.tier == tier and row.category in ("", category)]
    return [row for row in asked if said.get(row.question, Decimal(-1)) < row.least]


def condition_obstacles(conditions: Iterable, answers: Mapping, category: str, tier: str) -> list:
    """List the hard conditions that are not met, in words."""
    missing = unmet(conditions, answers, category, tier)
    return [_("Condition not met: %(condition)s") % {"condition": pick(row, "text")} for row in missing]


def condition_faults(conditions: Iterable, answers: Mapping, category: str, tier: str) -> dict[str, list]:
    """Map the question on which each unmet hard condition rests to it in words."""
    found: dict[str, list] = {}
    for row in unmet(conditions, answers, category, tier):
        said = _("Condition not met: %(condition)s") % {"condition": pick(row, "text")}
        found.setdefault(TYPED_IN.get(row.question, row.question), []).append(said)
    return found


def next_level(tier: str, given: Collection[str]) -> str | None:
    """Return who has to give the next word on an application, None when the office that decides is next."""
    return next((level for level in ENDORSED_BY.get(tier, ()) if level not in given), None)


def endorsement_obstacles(tier: str, endorsements: Iterable) -> list:
    """List what stands against a grant: words still missing, and words against it, which only a refusal follows."""
    endorsements = list(endorsements)
    reasons = []
    if missing := next_level(tier, [row.level for row in endorsements]):
        reasons.append(_("Still missing: %(level)s.") % {"level": EndorsementLevel(missing).label})
    reasons += [
        _("%(level)s: not recommended. Only a refusal can follow.") % {"level": row.get_level_display()}
        for row in endorsements
        if not row.is_favorable
    ]
    return reasons


def standing_obstacles(standing, lines: Mapping, tier: str, is_discussed: bool) -> list:
    """List what stands against a grant in the result of the expert review.

    `lines`: points asked for by tier. `is_discussed`: the office has discussed the vetoes and goes on.
    """
    if standing is None:
        return [_("The expert review has no result yet.")]
    reasons = []
    if standing.needs_more:
        reasons.append(_("The scores are too far apart: two further experts have to score first."))
    if standing.needs_panel and not is_discussed:
        reasons.append(_("Experts gave a veto: the office has to discuss it first."))
    line = Decimal(str(lines.get(tier, 0)))
    if standing.mean < line:
        reasons.append(
            _("The mean of %(mean)s points is below the line of %(line)s.") % {"mean": standing.mean, "line": line}
        )
    return reasons


def tier_obstacles(tier: str, held: Iterable, today: date) -> list:
    """List what stands against a tier in the recognitions that the brand holds today.

    No tier twice; a higher one needs a lower one that has been valid for a year.
    """
    held = list(held)
    if any(row.tier == tier for row in held):
        return [_("The brand is recognized at this tier already.")]
    lower = ORDER[: ORDER.index(tier)]
    if any(ORDER.index(row.tier) > ORDER.index(tier) for row in held):
        return [_("The brand is recognized at a higher tier already.")]
    if lower and not any(
        row.tier in lower and add_months(row.recognized_on, MONTHS_AT_LOWER_TIER) <= today for row in held
    ):
        return [_("This tier needs a lower recognition that has been valid for a year.")]
    return []


def brand_obstacles(brand, unit) -> list:
    """List what stands against an application of a unit for a brand that exists; a brand that does not has none."""
    if brand is None:
        return []
    if brand.stage == Stage.MERGED:
        return [_("This brand goes on under another name; apply under that one.")]
    if brand.stage not in STEPS["recognize"].sources:
        return [_("The brand is putting things right; a new tier has to wait.")]
    names = {(builder.unit_id, builder.name_zh) for builder in brand.builders.all() if builder.ends_on is None}
    if names and not any(pk == unit.pk or (pk is None and name == unit.name) for pk, name in names):
        return [_("A brand of this name exists, and another unit builds it.")]
    return []
