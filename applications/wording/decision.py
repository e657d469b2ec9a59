"""The words of decisions 决定, and of what changes them later."""

from datetime import date

from django.utils.translation import gettext as _

from applications.models import Case
from applications.states import RefusalReason
from applications.wording.common import ban_words, basis, due_on, item_words, remedies
from talentportal.lib import spoken
from talentportal.lib.bilingual import pick


def grant(case: Case, *, delivered_by: date | None = None, **_facts) -> dict:
    """Say that it is granted; a sample, which has no clock, says itself by when it is delivered."""
    return {
        "paragraphs": [
            _("Your application “%(item)s” was examined. The conditions are met and it is granted.") % item_words(case),
            _("The result, %(result)s, will be delivered by %(date)s.")
            % {
                "result": pick(case.guide.result_name) or pick(case.item, "name"),
                "date": spoken.day(delivered_by or due_on(case, "DELIVERY")),
            },
            *_to_be_checked(case),
        ],
        "notes": basis(case) + remedies(case),
    }


def _to_be_checked(case: Case) -> list[str]:
    check = getattr(case, "commitment_check", None)
    if check is None:
        return []
    return [
        _("It is granted on your commitment that the conditions are met. We check that until %(date)s.")
        % {"date": spoken.day(check.due_on)},
        _("If the check finds otherwise, you are ordered to put it right; the decision can be revoked."),
    ]


def refusal(case: Case, *, reason: str, explanation: str = "", breach=None, **_facts) -> dict:
    words = explanation or _("Promised materials were not supplied in time.")
    return {
        "paragraphs": [
            _("Your application “%(item)s” was examined. It is refused.") % item_words(case),
            _("Ground (%(code)s): %(label)s.") % {"code": reason, "label": RefusalReason(reason).label},
            words,
            *([ban_words(breach)] if breach else []),
        ],
        "notes": basis(case) + remedies(case),
    }
