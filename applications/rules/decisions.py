"""What stands against deciding, and against changing or ending what was decided."""

from collections.abc import Collection, Iterable, Mapping

from django.utils.translation import gettext_lazy as _

from applications.rules.materials import acceptance_obstacles
from applications.rules.periods import days_obstacles
from applications.states import CloseType, DeregistrationReason, Proposal, RevocationReason, TerminationReason
from policies.models import GuideVersion, ItemType


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


def commitment_obstacles(guide: GuideVersion, has_pledged: bool, materials: Iterable, answers: Mapping, actor) -> list:
    """List what stands against deciding at once on commitment 告知承诺: where the guide says so and it was signed."""
    if not guide.notify_commit:
        return [_("This item is not decided on commitment.")]
    if not has_pledged:
        return [_("The applicant has not committed to the conditions; examine the case in the ordinary way.")]
    materials = list(materials)
    reasons = acceptance_obstacles(materials, answers)
    checked_by = {material.checked_by_id for material in materials} - {None}
    if not reasons and not checked_by:
        reasons.append(_("The window has to look at the materials first."))
    if not reasons and actor.pk in checked_by:
        reasons.append(_("Who examined a case may not decide it."))
    return reasons


def termination_obstacles(reason: str, item_type: str) -> list:
    """List what is wrong with the ground of a termination; lost contact never ends a licence case."""
    if reason not in TerminationReason.values:
        return [_("Choose the ground.")]
    if reason == TerminationReason.T05 and item_type == ItemType.LICENCE:
        return [_("A licence case is not terminated because contact was lost.")]
    return []


def pledge_obstacles(guide: GuideVersion, has_broken_one: bool) -> list:
    """List what stands against being decided on commitment: only where the guide says so, and no broken one before."""
    if not guide.notify_commit:
        return [_("This item is not decided on commitment.")]
    if has_broken_one:
        return [_("An earlier commitment was found broken; this way is open again when it is put right.")]
    return []


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
    return reasons + days_obstacles(days, limit)


def clerical_obstacles(case, certificate, what: str, corrected: str, field: str) -> list:
    """List what stands against correcting a clerical error; `certificate` is the valid one of the case, or None."""
    reasons = granted_obstacles(case)
    if not what.strip() or not corrected.strip():
        reasons.append(_("Say what stands there and what should."))
    elif what.strip() == corrected.strip():
        reasons.append(_("Both are the same."))
    if field and certificate is None:
        reasons.append(_("There is no valid certificate to be printed anew."))
    elif field == "holder":
        reasons += _name_obstacles(certificate, corrected)
    elif field and field not in certificate.face:
        reasons.append(_("The certificate has no such field."))
    elif field and (labels := labels_of(case.guide, field)) and corrected not in labels:
        reasons.append(_("The guide knows only these: %(labels)s.") % {"labels": ", ".join(labels)})
    return reasons


def _name_obstacles(certificate, corrected: str) -> list:
    """List what stands against printing the holder's name anew: it is taken from the identity record."""
    registered = certificate.unit.name if certificate.unit else certificate.holder.name
    if certificate.holder_name == registered:
        return [_("The certificate bears the registered name already: %(name)s.") % {"name": registered}]
    if corrected.strip() != registered:
        return [_("The name is printed as it is registered: %(name)s.") % {"name": registered}]
    return []


def labels_of(guide, field: str) -> list[str]:
    """Return every label, in either language, of the choices from which a field of the certificate was taken."""
    choices = next((question.get("choices", []) for question in guide.questions if question["key"] == field), [])
    return [label for choice in choices for label in choice["label"].values()]
