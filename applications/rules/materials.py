"""What a guide asks for and what of it is there and in order."""

from collections.abc import Collection, Iterable, Mapping

from django.utils.translation import gettext_lazy as _

from applications.states import CheckResult, MaterialStatus
from policies.models import MaterialSpec, Necessity, Tier
from talentportal.lib.bilingual import pick

_CONFLICT = _("“%(name)s” contradicts what was declared; verify it first.")
IN_HAND = (MaterialStatus.HELD, MaterialStatus.PROVIDED)


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


def on_receipt(materials: Iterable, answers: Mapping) -> list:
    """List the materials that a receipt names: those handed in or promised, and those required but missing."""
    return [m for m in materials if m.status != MaterialStatus.MISSING or required_specs([m.spec], answers)]


def acceptance_obstacles(materials: Iterable, answers: Mapping) -> list:
    """List what stands against plain acceptance: every required material must have been checked and be in order."""
    asked = [material for material in materials if applies(material.spec, answers)]
    return [reason for material in asked for reason in order_obstacles(material)]


def order_obstacles(material) -> list:
    """List what stands against one material: missing, not in order, or not checked yet.

    One that contradicts what was declared stands against the case even where the guide did not require it.
    """
    name = {"name": pick(material.spec, "name")}
    if material.status in IN_HAND and material.check_result == CheckResult.CONFLICT:
        return [_CONFLICT % name]
    if material.spec.necessity == Necessity.OPTIONAL:
        return []
    if material.status not in IN_HAND:
        return [_("“%(name)s” is missing.") % name]
    if material.check_result == CheckResult.DEFECTIVE:
        return [_("“%(name)s” is not in order.") % name]
    if material.check_result == CheckResult.UNCHECKED:
        return [_("“%(name)s” has not been checked yet.") % name]
    return []


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
            reasons.append(_CONFLICT % name)
    return reasons


def to_check(materials: Iterable, answers: Mapping) -> list:
    """List the materials that the case asks for, that are in hand and were not checked yet."""
    return [
        m
        for m in materials
        if m.status in IN_HAND and m.check_result == CheckResult.UNCHECKED and applies(m.spec, answers)
    ]
