"""Ratings 好差评: given by applicants alone; a bad one is followed up within its days (domain 3.8)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import queries, touchpoints
from applications.models import Case, Rating, RatingToken
from applications.services.clocks import path_of, words_of
from applications.services.invitations import end_invitation
from applications.services.journal import RELATED, step, take
from applications.services.rectification import begin_rectification
from applications.states import RatingChannel, RatingLevel, TouchPoint, Who
from notifications.services import notify
from talentportal.lib.refusals import refuse_unless


@transaction.atomic
def rate(
    *,
    case: Case,
    actor,
    now: datetime,
    level: int,
    touch_point: str = TouchPoint.CLOSING,
    aspects: Mapping | None = None,
    comment: str = "",
    is_named: bool = True,
    channel: str = RatingChannel.PC,
) -> Rating:
    """Rate one step of a case, or change the own rating of it within seven days. Only applicants rate.

    `level` is a RatingLevel, 1 the best; `aspects` maps the keys of `touchpoints.aspects_of` to levels. Effects: the
    event (without the level), the invitation ends, a bad rating starts a rectification. Raises Refused with every
    reason.
    """
    if touch_point == TouchPoint.CLOSING:
        case, role = take(case, verb="rate", actor=actor, now=now)
    else:
        case, role = _lock(case, actor, now), ""
    rating = case.ratings.select_for_update().filter(touch_point=touch_point).first()
    reasons = _obstacles(case, touch_point, level, rating, now)
    refuse_unless(not reasons, reasons)
    if rating is None:
        rating = Rating(case=case, touch_point=touch_point, channel=channel, rated_by=actor, rated_at=now)
    else:
        rating.changed_at = now
    rating.level, rating.is_named, rating.comment = level, is_named, comment.strip()[:1000]
    rating.aspects = _known(aspects or {}, rating.channel)
    rating.save()
    if touch_point == TouchPoint.CLOSING:
        step(case, verb="rate", actor=actor, role=role, now=now)
        end_invitation(case, now)
    if rating.level in touchpoints.BAD:
        begin_rectification(rating, now)
    return rating


def _lock(case: Case, actor, now: datetime) -> Case:
    """Lock a case for a rating on the way, which is no step of it."""
    locked = Case.objects.select_related(*RELATED).select_for_update(of=("self",)).get(pk=case.pk)
    roles = queries.roles_on(locked, actor, timezone.localdate(now))
    refuse_unless(Who.APPLICANT in roles, _("This step is for another role."))
    return locked


def _obstacles(case: Case, touch_point: str, level, rating: Rating | None, now: datetime) -> list:
    reasons = []
    if touch_point not in touchpoints.reached(case):
        reasons.append(_("This step of the case has not been reached yet."))
    if level not in RatingLevel.values:
        reasons.append(_("Choose one of the five levels."))
    if rating and not touchpoints.may_change(rating, now):
        reasons.append(_("You rated this more than seven days ago; it stays as it is."))
    return reasons


def _known(aspects: Mapping, channel: str) -> dict:
    asked = touchpoints.aspects_of(channel)
    return {key: level for key, level in aspects.items() if key in asked and level in RatingLevel.values}


@transaction.atomic
def make_rating_token(
    *, case: Case, actor, now: datetime, touch_point: str, channel: str = RatingChannel.QR
) -> RatingToken:
    """Make the code with which the person at the window rates once, on the own phone or the hall's tablet.

    It holds for half an hour, for one step that was not rated yet. Who makes it cannot rate with it (domain 11.46).
    Raises Refused with every reason.
    """
    roles = queries.roles_on(case, actor, timezone.localdate(now))
    reasons = [] if roles - {Who.APPLICANT, Who.SYSTEM} else [_("This case is outside your posts.")]
    if channel not in touchpoints.AT_WINDOW or touch_point not in touchpoints.reached(case):
        reasons.append(_("This step of the case has not been reached yet."))
    if case.ratings.filter(touch_point=touch_point).exists():
        reasons.append(_("This step was rated already."))
    refuse_unless(not reasons, reasons)
    expires_at = now + timedelta(minutes=touchpoints.TOKEN_MINUTES)
    return RatingToken.objects.create(
        case=case, touch_point=touch_point, channel=channel, made_by=actor, made_at=now, expires_at=expires_at
    )


@transaction.atomic
def rate_with_token(*, token: RatingToken, now: datetime, is_staff: bool = False, **rating) -> Rating:
    """Rate with a code of the window, once; the applicant is told and can change the rating for seven days.

    `is_staff`: a member of staff is signed in where the code is used; then it is refused. Raises Refused.
    """
    token = RatingToken.objects.select_for_update(of=("self",)).select_related("case__applicant").get(pk=token.pk)
    case = token.case
    refuse_unless(not is_staff, _("Only the applicant rates. Use a device where no member of staff is signed in."))
    refuse_unless(not token.used_at and now < token.expires_at, _("This code was used or has expired."))
    refuse_unless(not case.ratings.filter(touch_point=token.touch_point).exists(), _("This step was rated already."))
    token.used_at = now
    token.save(update_fields=["used_at"])
    given = rate(
        case=case, actor=case.applicant, now=now, touch_point=token.touch_point, channel=token.channel, **rating
    )
    notify(
        event="rating_given",
        recipient=case.applicant,
        key=f"rating_given:{given.pk}",
        context=words_of(case),
        path=f"{path_of(case)}rate/",
        now=now,
    )
    return given
