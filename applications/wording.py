"""The words of official documents (domain 3.5), composed in the active language and then fixed for good.

Each function returns title, addressee, paragraphs, tables and notes as `layouts/paper.typ` draws them.
"""

from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.models import Case
from applications.states import (
    CloseType,
    CorrectionReason,
    DeferralReason,
    NonAcceptanceReason,
    PaperKind,
    RefusalReason,
)
from talentportal.lib import spoken
from talentportal.lib.bilingual import pick
from talentportal.lib.citations import citation
from talentportal.lib.masking import mask_document

ACCEPTANCE_SEAL = "受理专用章"


def compose(kind: PaperKind, case: Case, *, now: datetime, **facts) -> dict:
    """Return the content of a document about a case, in the active language."""
    today = timezone.localdate(now)
    return {
        "title": str(PaperKind(kind).label),
        "addressee": case.applicant_name or str(case.applicant),
        "organization": pick(case.organization, "name"),
        "organization_zh": case.organization.name_zh,
        "contact": _contact(case),
        "case_no": case.case_no,
        "query_code": case.query_code
        if kind in (PaperKind.RECEIPT, PaperKind.ACCEPTANCE, PaperKind.DEFERRAL)
        else None,
        "date": spoken.day(today),
        "seal": kind not in (PaperKind.COMMITMENT,),
        "verify_url": f"{settings.BASE_URL}/progress/",
        **_BODIES[kind](case, today=today, **facts),
    }


def _contact(case: Case) -> str:
    window = case.window
    return f"{pick(window, 'name')} {window.phone}" if window else case.organization.phone


def _item(case: Case) -> dict:
    return {"item": pick(case.item, "name"), "no": case.case_no}


def _receipt(case: Case, **_facts) -> dict:
    materials = case.materials.select_related("spec").order_by("spec__order")
    return {
        "seal_word": ACCEPTANCE_SEAL,
        "paragraphs": [
            _("We have received your application “%(item)s”. Its materials are listed below.") % _item(case),
            _(
                "We tell you by %(date)s whether it is accepted. "
                "If we say nothing by then, it counts as accepted from today."
            )
            % {"date": spoken.day(_due(case, "ACCEPT"))},
            _("With the case number and the query code you can follow the case without signing in."),
        ],
        "tables": [
            {
                "head": [_("Material"), _("State"), _("Copies")],
                "rows": [[pick(m.spec, "name"), str(m.get_status_display()), str(m.spec.copies)] for m in materials],
                "widths": [3, 1.4, 0.8],
            }
        ],
        "notes": [_("Administrative Licence Law, article 32: what is missing is told once, within five working days.")],
    }


def _due(case: Case, kind: str):
    return case.clocks.filter(kind=kind).order_by("id").last().due_on


def _acceptance(case: Case, **_facts) -> dict:
    return {
        "seal_word": ACCEPTANCE_SEAL,
        "paragraphs": [
            _("Your application “%(item)s” was examined on receipt and is accepted.") % _item(case),
            *_periods(case),
            *_silence(case),
        ],
        "notes": [_("The periods count working days; the day of acceptance itself is not counted.")],
    }


def _periods(case: Case) -> list[str]:
    lines = [
        _("Accepted on %(accepted)s; we have promised to decide by %(promised)s.")
        % {"accepted": spoken.day(case.accepted_on), "promised": spoken.day(_due(case, "PROMISED"))}
    ]
    if case.guide.statutory_days:
        lines.append(_("The statutory period ends on %(date)s.") % {"date": spoken.day(_due(case, "STATUTORY"))})
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


def _deferral(case: Case, **_facts) -> dict:
    return {
        "seal_word": ACCEPTANCE_SEAL,
        "paragraphs": [
            _("Your application “%(item)s” is accepted although the materials below are not there yet.") % _item(case),
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


def _commitment(case: Case, *, commitment, **_facts) -> dict:
    person = commitment.signed_by.person
    return {
        "addressee": pick(case.organization, "name"),
        "paragraphs": [
            _("I, %(name)s (document number %(number)s), apply for “%(item)s”.")
            % {"name": person.name, "number": mask_document(person.id_number), **_item(case)},
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


def _correction(case: Case, *, correction, **_facts) -> dict:
    points = correction.points.select_related("material__spec").order_by("material__spec__order")
    return {
        "paragraphs": [
            _("Your application “%(item)s” cannot be accepted yet. This is everything that is missing or not in order.")
            % _item(case),
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


def _non_acceptance(case: Case, *, reason: str, explanation: str, **_facts) -> dict:
    return {
        "seal_word": ACCEPTANCE_SEAL,
        "paragraphs": [
            _("Your application “%(item)s” is not accepted.") % _item(case),
            _("Reason (%(code)s): %(label)s.") % {"code": reason, "label": NonAcceptanceReason(reason).label},
            explanation,
        ],
        "notes": _remedies(case),
    }


def _remedies(case: Case) -> list[str]:
    """Return where and by when one can object, as the guide states it."""
    return [
        " ".join(filter(None, [pick(r.get("body")), pick(r.get("within")), pick(r.get("address")), r.get("phone", "")]))
        for r in case.guide.remedies
    ]


def _grant(case: Case, **_facts) -> dict:
    return {
        "paragraphs": [
            _("Your application “%(item)s” was examined. The conditions are met and it is granted.") % _item(case),
            _("The result, %(result)s, will be delivered by %(date)s.")
            % {
                "result": pick(case.guide.result_name) or pick(case.item, "name"),
                "date": spoken.day(_due(case, "DELIVERY")),
            },
        ],
        "notes": _basis(case) + _remedies(case),
    }


def _basis(case: Case) -> list[str]:
    return [citation(basis) for basis in case.guide.legal_basis]


def _refusal(case: Case, *, reason: str, explanation: str = "", breach=None, **_facts) -> dict:
    words = explanation or _("Promised materials were not supplied in time.")
    return {
        "paragraphs": [
            _("Your application “%(item)s” was examined. It is refused.") % _item(case),
            _("Ground (%(code)s): %(label)s.") % {"code": reason, "label": RefusalReason(reason).label},
            words,
            *([_ban(breach)] if breach else []),
        ],
        "notes": _basis(case) + _remedies(case),
    }


def _ban(breach) -> str:
    return _("Supplying materials later is possible for you again from %(date)s.") % {
        "date": spoken.day(breach.ban.ends_on)
    }


def _withdrawal(case: Case, **_facts) -> dict:
    return {
        "paragraphs": [
            _("You have withdrawn your application “%(item)s”. The case is closed; materials are not used further.")
            % _item(case),
            _("You can apply again at any time."),
        ]
    }


def _lapse(case: Case, *, breach=None, **_facts) -> dict:
    how = CloseType(case.close_type).label
    if breach is None:
        why = _("The corrections asked for on %(date)s did not arrive in time.") % {
            "date": spoken.day(timezone.localdate(case.correction.sent_at))
        }
    else:
        why = _("The promised materials did not arrive in time.")
    return {
        "paragraphs": [
            why,
            _("Your application “%(item)s” is therefore closed: %(how)s.") % {**_item(case), "how": how},
            *([_ban(breach)] if breach else []),
            _("You can apply again with all materials at any time."),
        ],
        "notes": _remedies(case),
    }


def _service_receipt(case: Case, *, method: str, **_facts) -> dict:
    ways = {
        "online": _("opened online"),
        "window": _("handed over at the window"),
        "courier": _("delivered by courier"),
    }
    return {
        "paragraphs": [
            _("The result of “%(item)s” was served on the applicant: %(way)s.") % {**_item(case), "way": ways[method]},
        ]
    }


_BODIES = {
    PaperKind.RECEIPT: _receipt,
    PaperKind.ACCEPTANCE: _acceptance,
    PaperKind.DEFERRAL: _deferral,
    PaperKind.COMMITMENT: _commitment,
    PaperKind.CORRECTION: _correction,
    PaperKind.NON_ACCEPTANCE: _non_acceptance,
    PaperKind.GRANT: _grant,
    PaperKind.REFUSAL: _refusal,
    PaperKind.WITHDRAWAL: _withdrawal,
    PaperKind.LAPSE: _lapse,
    PaperKind.SERVICE_RECEIPT: _service_receipt,
}
