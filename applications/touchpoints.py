"""What can be rated when 好差评: touch-points, single points, the time to change one's mind (国办发〔2019〕51号)."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from applications.models import Case, Rating
from applications.states import ENDED_STATES, CloseType, RatingChannel, RatingLevel, State, TouchPoint

EDIT_DAYS = 7  # calendar days in which a rating can be changed [D]
CONTACT_DAYS, RECTIFY_DAYS = 1, 15  # working days (Anyang 第52条; Sichuan)
INVITE_AGAIN_DAYS = 3  # calendar days after closing
TOKEN_MINUTES = 30
BAD = (RatingLevel.DISSATISFIED, RatingLevel.VERY_DISSATISFIED)

ONLINE = {
    "speed": _("Speed"),
    "guide": _("The guide was accurate"),
    "ease": _("Ease of the steps"),
    "platform": _("The website worked"),
}
ON_SITE = {"speed": _("Speed"), "skill": _("Knowledge of the staff"), "attitude": _("Manner of the staff")}
AT_WINDOW = (RatingChannel.QR, RatingChannel.TABLET)
NAMES = {
    TouchPoint.INTAKE: _("Handing in the application"),
    TouchPoint.ACCEPTANCE: _("How the window answered"),
    TouchPoint.CLOSING: _("The whole case"),
}
INVITED = (CloseType.GRANTED, CloseType.REFUSED, CloseType.NOT_ACCEPTED)


def reached(case: Case) -> list[TouchPoint]:
    """List what can be rated of a case by now, the latest step last."""
    if case.state == State.DRAFT:
        return []
    points = [TouchPoint.INTAKE]
    if case.accepted_on or case.close_type == CloseType.NOT_ACCEPTED:
        points.append(TouchPoint.ACCEPTANCE)
    if case.state in ENDED_STATES:
        points.append(TouchPoint.CLOSING)
    return points


def aspects_of(channel: str) -> dict:
    """Return the single points that are asked: at a window others than on the website."""
    return ON_SITE if channel in AT_WINDOW else ONLINE


def may_change(rating: Rating, now: datetime) -> bool:
    """Tell whether the applicant can still change a rating."""
    return now < changeable_until(rating)


def changeable_until(rating: Rating) -> datetime:
    """Return the moment until which a rating can be changed."""
    return rating.rated_at + timedelta(days=EDIT_DAYS)
