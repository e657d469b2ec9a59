"""The words of what comes after the end: order to put right, revocation, deregistration, correction, reopening."""

from django.utils import timezone
from django.utils.translation import gettext as _

from applications.models import Case
from applications.states import DeregistrationReason, RevocationReason
from applications.wording.common import basis, due_on, item_words, remedies
from talentportal.lib import spoken


def rectification(case: Case, *, check, **_facts) -> dict:
    return {
        "paragraphs": [
            _("“%(item)s” was granted to you on your commitment. The check found that it is not kept:")
            % item_words(case),
            check.findings,
            _("Put this right by %(date)s and show us that you did.") % {"date": spoken.day(check.rectify_by)},
        ],
        "closing": [_("If it is not put right by then, the decision can be revoked.")],
        "notes": basis(case) + remedies(case),
    }


def revocation(case: Case, *, ended, **_facts) -> dict:
    return {
        "paragraphs": [
            _("The decision of %(date)s to grant you “%(item)s” is revoked. It counts as never made.")
            % {**item_words(case), "date": spoken.day(timezone.localdate(case.decided_at))},
            _("Ground (%(code)s): %(label)s.") % {"code": ended.reason, "label": RevocationReason(ended.reason).label},
            ended.reason_text,
            _("You were heard. You said: %(words)s") % {"words": ended.hearing},
        ],
        "closing": [_("The certificate is no longer valid. What was received on it can be claimed back.")],
        "notes": [_("Administrative Licence Law, article 69."), *basis(case), *remedies(case)],
    }


def deregistration(case: Case, *, ended, **_facts) -> dict:
    return {
        "paragraphs": [
            _("“%(item)s”, granted on %(date)s, is deregistered. It ends today.")
            % {**item_words(case), "date": spoken.day(timezone.localdate(case.decided_at))},
            _("Ground (%(code)s): %(label)s.")
            % {"code": ended.reason, "label": DeregistrationReason(ended.reason).label},
            ended.reason_text,
        ],
        "closing": [_("The certificate is cancelled. What was received until today stays.")],
        "notes": [_("Administrative Licence Law, article 70."), *remedies(case)],
    }


def clerical(case: Case, *, what: str, corrected: str, **_facts) -> dict:
    return {
        "paragraphs": [
            _("A document of your application “%(item)s” contains a clerical error.") % item_words(case),
            _("It says: %(words)s") % {"words": what},
            _("It should say: %(words)s") % {"words": corrected},
            _("Nothing else changes; the decision stays as it is."),
        ],
        "notes": [_("A certificate that is concerned is made anew under the same number; the old one is superseded.")],
    }


def reopening(case: Case, *, reason_text: str, document_no: str, **_facts) -> dict:
    return {
        "paragraphs": [
            _("Your application “%(item)s” is examined again, by decision %(number)s.")
            % {**item_words(case), "number": document_no},
            reason_text,
            _("We decide by %(date)s.") % {"date": spoken.day(due_on(case, "PROMISED"))},
        ],
    }
