"""What an act of the office sets going, in words with dates, told before it is done. Reads only."""

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from applications import rules
from applications.desk import Desk
from applications.states import BREACH_CLOSES
from policies.models import ResultKind
from talentportal.lib.bilingual import pick
from talentportal.lib.spoken import day as spoken_day


def of_deferral(desk: Desk) -> list[str]:
    """Say by when each promised material is to come, by when the office decides, and what a broken promise brings."""
    signed_on = localdate(desk.commitment.signed_at) if desk.commitment else desk.today
    told = [
        _("“%(name)s” is to come by %(day)s.")
        % {
            "name": pick(promise.material.spec, "name"),
            "day": spoken_day(rules.supply_day(promise.promised_on, signed_on, desk.today, desk.calendar)),
        }
        for promise in desk.outstanding
    ]
    ends = BREACH_CLOSES[desk.guide.on_breach].label
    return [
        *told,
        _("The office decides by %(day)s.") % {"day": _after(desk, desk.guide.promised_days)},
        _("If one does not come in time, the case ends as: %(result)s.") % {"result": ends},
        _told_today(),
    ]


def of_correction(desk: Desk) -> list[str]:
    """Say until when the applicant can correct, and that the window's time begins anew then."""
    day = _after(desk, desk.guide.correction_days)
    return [_("The applicant has until %(day)s; then your time to accept begins anew.") % {"day": day}]


def of_rejection(desk: Desk) -> list[str]:
    """Say that non-acceptance closes the case."""
    return [_("The case is closed today; the applicant can apply again at any time."), _told_today()]


def of_grant(desk: Desk) -> list[str]:
    """Say what the applicant receives, and by when."""
    words = {"result": pick(desk.guide.result_name), "day": _after(desk, desk.guide.delivery_days)}
    if desk.guide.result_kind == ResultKind.CERTIFICATE and words["result"]:
        receives = _("The portal makes “%(result)s” now; it is delivered by %(day)s.") % words
    else:
        receives = _("The result is delivered by %(day)s.") % words
    return [receives, _told_today()]


def of_refusal(desk: Desk) -> list[str]:
    """Say that a refusal closes the case."""
    return [_("The case is closed today, with your reasons and the remedies in the decision."), _told_today()]


def of_request(desk: Desk) -> list[str]:
    """Say that a colleague is asked first, and that nothing has changed until the answer."""
    return [
        _("Another person is asked for approval first. The step is done when it is given; until then nothing changes.")
    ]


def of_special(desk: Desk) -> list[str]:
    """Say that the office's clock stands still meanwhile, and that the applicant is told so in writing."""
    return [_("The office’s clock stops until the procedure ends; the applicant is told the days expected in writing.")]


def of_termination(desk: Desk) -> list[str]:
    """Say that termination closes the case."""
    return [_("The case is closed today, with your reasons in the notice."), _told_today()]


def of_revocation(desk: Desk) -> list[str]:
    """Say what a revocation takes away."""
    return [_("The decision and the certificate lose their force from the beginning."), _told_today()]


def of_deregistration(desk: Desk) -> list[str]:
    """Say what a deregistration ends."""
    return [_("The certificate ends today; what was granted before stays granted."), _told_today()]


def _after(desk: Desk, days: int) -> str:
    return spoken_day(desk.calendar.add(desk.today, days))


def _told_today() -> str:
    return _("The applicant is told at once, in writing. You cannot take this back.")
