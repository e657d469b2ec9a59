"""The words of receipt and acceptance 收件、受理, with the promises signed for missing materials and the notices."""

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import queries, rules
from applications.models import Case
from applications.states import CorrectionReason, DeferralReason, NonAcceptanceReason
from applications.wording.common import ACCEPTANCE_SEAL, due_on, item_words, remedies
from talentportal.lib import spoken
from talentportal.lib.bilingual import pick
from talentportal.lib.masking import mask_document
from talentportal.lib.numbers import in_groups


def receipt(case: Case, **_facts) -> dict:
    entry = getattr(queries.receipt_entry(case), "hash", "")
    listed = rules.on_receipt(case.materials.select_related("spec").order_by("spec__order"), case.answers)
    return {
        "seal_word": ACCEPTANCE_SEAL,
        "paragraphs": [
            _("We have received your application “%(item)s”. Its materials are listed below.") % item_words(case),
            _(
                "We tell you by %(date)s whether it is accepted. "
                "If we say nothing by then, it counts as accepted from today."
            )
            % {"date": spoken.day(due_on(case, "ACCEPT"))},
            _("With the case number and the query code you can follow the case without signing in."),
        ],
        "tables": [
            {
                "head": [_("Material"), _("State"), _("Copies")],
                "rows": [[pick(m.spec, "name"), str(m.get_status_display()), str(m.spec.copies)] for m in listed],
                "widths": [3, 1.4, 0.8],
            }
        ],
        "notes": [
            _("Administrative Licence Law, article 32: what is missing is told once, within five working days."),
            _("Entry %(hash)s. Whether it was changed later can be checked at %(url)s.")
            % {"hash": in_groups(entry), "url": f"{settings.BASE_URL}/verify/receipt/"},
        ],
        "entry": entry,
    }


def acceptance(case: Case, **_facts) -> dict:
    return {
        "seal_word": ACCEPTANCE_SEAL,
        "paragraphs": [
            _("Your application “%(item)s” was examined on receipt and is accepted.") % item_words(case),
            *_periods(case),
            *_silence(case),
        ],
        "notes": [_("The periods count working days; the day of acceptance itself is not counted.")],
    }


def _periods(case: Case) -> list[str]:
    lines = [
        _("Accepted on %(accepted)s; we have promised to decide by %(promised)s.")
        % {"accepted": spoken.day(case.accepted_on), "promised": spoken.day(due_on(case, "PROMISED"))}
    ]
    if case.guide.statutory_days:
        lines.append(_("The statutory period ends on %(date)s.") % {"date": spoken.day(due_on(case, "STATUTORY"))})
    return lines


def _silence(case: Case) -> list[str]:
    if not case.is_deemed_accepted:
        return []
    return [_("No notice was sent in time, so the application counts as accepted from the day of its receipt.")]


def _promised_table(case: Case) -> dict:
    items = case.commitment.items.select_related("material__spec").order_by("due_on", "id")
    return {
        "head": [_("Material"), _("Why it is not there yet"), _("Due on")],
        "rows": [
            [pick(i.material.spec, "name"), str(DeferralReason(i.reason).label), spoken.day(i.due_on)] for i in items
        ],
        "widths": [2.2, 2.4, 1.8],
    }


def _consequence(case: Case) -> str:
    return _(
        "If a material does not arrive in time: %(result)s; supplying later is closed to you for %(months)s months."
    ) % {
        "result": case.guide.get_on_breach_display(),
        "months": case.guide.ban_months,
    }


def deferral(case: Case, **_facts) -> dict:
    return {
        "seal_word": ACCEPTANCE_SEAL,
        "paragraphs": [
            _("Your application “%(item)s” is accepted although the materials below are not there yet.")
            % item_words(case),
            *_periods(case),
            *_silence(case),
            _("Hand them in online or at the window. The day on which they arrive counts."),
        ],
        "tables": [_promised_table(case)],
        "closing": [
            _("The result is held until every one of them has been accepted."),
            _consequence(case),
        ],
        "notes": [_("Made out in two copies: one for the applicant, one for the file.")],
    }


def commitment(case: Case, *, commitment, **_facts) -> dict:
    return _promise(case, commitment) if hasattr(commitment, "items") else _pledge(case, commitment)


def _pledge(case: Case, pledge) -> dict:
    person = pledge.signed_by.person
    return {
        "title": _("Commitment to the conditions"),
        "addressee": pick(case.organization, "name"),
        "paragraphs": [
            _("I, %(name)s (document number %(number)s), apply for “%(item)s”.")
            % {"name": person.name, "number": mask_document(person.id_number), **item_words(case)},
            _("I was told the conditions below, understand them and meet them. Everything handed in is true."),
        ],
        "tables": [
            {
                "head": [_("Condition")],
                "rows": [[pick(condition)] for condition in case.guide.conditions],
                "widths": [1],
            }
        ],
        "closing": [
            _("1. I know that this is checked within %(days)s working days after the decision.")
            % {"days": case.guide.check_days},
            _(
                "2. If the check finds otherwise, I put it right in the time given; otherwise the decision is revoked, "
                "and what I received on it can be claimed back."
            ),
            _("3. I agree that a broken commitment is recorded; until it is put right I cannot use this way again."),
        ],
        "signature": pledge.signed_name,
        "signed_at": timezone.localtime(pledge.signed_at).strftime("%Y-%m-%d %H:%M"),
        "notes": [_("Version of this text: %(version)s.") % {"version": pledge.text_version}],
    }


def _promise(case: Case, commitment) -> dict:
    person = commitment.signed_by.person
    return {
        "addressee": pick(case.organization, "name"),
        "paragraphs": [
            _("I, %(name)s (document number %(number)s), apply for “%(item)s”.")
            % {"name": person.name, "number": mask_document(person.id_number), **item_words(case)},
            _("The materials below are not there yet. I really meet the conditions, and everything handed in is true."),
        ],
        "tables": [_promised_table(case)],
        "closing": [
            _("1. I will hand in each of them, online or at the window, by the day named."),
            _("2. I know that the result is held until all of them have been accepted."),
            "3. " + _consequence(case),
            _(
                "4. I agree that a broken promise is recorded, "
                "and that my record is looked up when I ask for deferral again."
            ),
        ],
        "signature": commitment.signed_name,
        "signature_svg": _signature_svg(commitment.signature),
        "signed_at": timezone.localtime(commitment.signed_at).strftime("%Y-%m-%d %H:%M"),
        "notes": [_("Version of this text: %(version)s.") % {"version": commitment.text_version}],
    }


def _signature_svg(path: str) -> str | None:
    if not path:
        return None
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 200">'
        f'<path d="{path}" fill="none" stroke="#1B2421" stroke-width="5" stroke-linecap="round"/></svg>'
    )


def correction(case: Case, *, correction, **_facts) -> dict:
    points = correction.points.select_related("material__spec").order_by("material__spec__order")
    return {
        "paragraphs": [
            _("Your application “%(item)s” cannot be accepted yet. This is everything that is missing or not in order.")
            % item_words(case),
        ],
        "tables": [
            {
                "head": [_("Material"), _("Defect"), _("How to cure it"), _("Why we may ask")],
                "rows": [
                    [
                        pick(p.material.spec, "name"),
                        str(CorrectionReason(p.reason).label),
                        p.cure,
                        pick(p.material.spec.basis) or _("guide of this item"),
                    ]
                    for p in points
                ],
                "widths": [1.6, 1.2, 2, 1.6],
            }
        ],
        "closing": [
            _("Hand everything in at once by %(date)s. Until then the office's clock is stopped.")
            % {"date": spoken.day(correction.due_on)},
            _("If nothing arrives by then, the application counts as withdrawn; you can apply again at any time."),
            *([correction.note] if correction.note else []),
        ],
        "notes": [_("Administrative Licence Law, article 32: told once, and everything.")],
    }


def non_acceptance(case: Case, *, reason: str, explanation: str, **_facts) -> dict:
    return {
        "seal_word": ACCEPTANCE_SEAL,
        "paragraphs": [
            _("Your application “%(item)s” is not accepted.") % item_words(case),
            _("Reason (%(code)s): %(label)s.") % {"code": reason, "label": NonAcceptanceReason(reason).label},
            explanation,
        ],
        "notes": remedies(case),
    }


def second_request(case: Case, *, request, **_facts) -> dict:
    materials = {material.pk: material for material in case.materials.select_related("spec")}
    return {
        "paragraphs": [
            _("To decide on your application “%(item)s” we need more from you than our first notice asked for.")
            % item_words(case),
            _("Why it was not asked for the first time: %(reason)s") % {"reason": request.reason},
        ],
        "tables": [
            {
                "head": [_("Material"), _("Defect"), _("How to cure it")],
                "rows": [
                    [
                        pick(materials[point["material"]].spec, "name"),
                        str(CorrectionReason(point["reason"]).label),
                        point["cure"],
                    ]
                    for point in request.points
                ],
                "widths": [1.8, 1.4, 2.6],
            }
        ],
        "closing": [
            _("Hand everything in by %(date)s, online or at the window. Our own period runs on meanwhile.")
            % {"date": spoken.day(request.due_on)},
            _("%(name)s has authorized this request; it is counted as one made after the once-only notice.")
            % {"name": request.authorized_by.name},
        ],
        "notes": [_("Administrative Licence Law, article 32: told once, and everything."), *remedies(case)],
    }
