"""The words of the other ends of a case: withdrawn, lapsed, terminated, transferred; and of its delivery."""

from django.utils import timezone
from django.utils.translation import gettext as _

from applications.models import Case
from applications.states import CloseType, TerminationReason
from applications.wording.common import ban_words, item_words, remedies
from talentportal.lib import spoken
from talentportal.lib.bilingual import pick


def withdrawal(case: Case, **_facts) -> dict:
    return {
        "paragraphs": [
            _("You have withdrawn your application “%(item)s”. The case is closed; materials are not used further.")
            % item_words(case),
            _("You can apply again at any time."),
        ]
    }


def lapse(case: Case, *, breach=None, no_originals: bool = False, **_facts) -> dict:
    how = CloseType(case.close_type).label
    if no_originals:
        why = _("The originals were not shown at the window in time.")
    elif breach is None:
        why = _("The corrections asked for on %(date)s did not arrive in time.") % {
            "date": spoken.day(timezone.localdate(case.correction.sent_at))
        }
    else:
        why = _("The promised materials did not arrive in time.")
    return {
        "paragraphs": [
            why,
            _("Your application “%(item)s” is therefore closed: %(how)s.") % {**item_words(case), "how": how},
            *([ban_words(breach)] if breach else []),
            _("You can apply again with all materials at any time."),
        ],
        "notes": remedies(case),
    }


def service_receipt(case: Case, *, method: str, **_facts) -> dict:
    ways = {
        "online": _("opened online"),
        "window": _("handed over at the window"),
        "courier": _("delivered by courier"),
    }
    return {
        "paragraphs": [
            _("The result of “%(item)s” was served on the applicant: %(way)s.")
            % {**item_words(case), "way": ways[method]},
        ]
    }


def termination(case: Case, *, reason: str, explanation: str, **_facts) -> dict:
    return {
        "paragraphs": [
            _("The handling of the application “%(item)s” is terminated.") % item_words(case),
            _("Ground (%(code)s): %(label)s.") % {"code": reason, "label": TerminationReason(reason).label},
            explanation,
            _("A certificate that was made for it is cancelled. What was paid out already is settled separately."),
        ],
        "notes": remedies(case),
    }


def transfer(case: Case, *, new: Case, reason: str, **_facts) -> dict:
    words = {"window": pick(new.window, "name"), "address": pick(new.window, "address"), "phone": new.window.phone}
    received = spoken.day(timezone.localdate(new.received_at))
    return {
        "paragraphs": [
            _("Your application “%(item)s” is handed over to the window that is competent for it.") % item_words(case),
            _("Reason: %(reason)s") % {"reason": reason},
            _("%(window)s, %(address)s, telephone %(phone)s.") % words,
            _("It has the number %(no)s there, with the query code %(code)s.")
            % {"no": new.case_no, "code": new.query_code},
            _("It counts as received on %(date)s, and your materials went with it. You need not do anything.")
            % {"date": received},
        ]
    }
