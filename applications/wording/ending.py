"""The words of the other ends of a case: withdrawn, lapsed, terminated, transferred; and of its delivery."""

from django.utils import timezone
from django.utils.translation import gettext as _

from applications.models import Case
from applications.states import CloseType
from applications.wording.common import ban_words, item_words, remedies
from talentportal.lib import spoken


def withdrawal(case: Case, **_facts) -> dict:
    return {
        "paragraphs": [
            _("You have withdrawn your application “%(item)s”. The case is closed; materials are not used further.")
            % item_words(case),
            _("You can apply again at any time."),
        ]
    }


def lapse(case: Case, *, breach=None, **_facts) -> dict:
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
