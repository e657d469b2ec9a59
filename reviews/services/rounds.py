"""The verbs of a round of review: open it, add its groups."""

from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reviews.models import Discipline, Group, ReviewRound, ScoreScheme
from reviews.queries import rounds as queries
from reviews.states import RoundState
from talentportal.lib.refusals import refuse_unless

NOT_YOURS = _("Examiners and leaders of the organization do this.")
SEATS = (3, 5, 7, 9)


@transaction.atomic
def open_round(
    *,
    organization,
    item,
    scheme: ScoreScheme,
    actor,
    now: datetime,
    seats: int = 5,
    title_zh: str = "",
    title_en: str = "",
    outside_percent: int = 0,
    answer_hours: int = 48,
    review_days: int = 10,
    avoids_home: bool = True,
) -> ReviewRound:
    """Open a round for the cases of an item and number it, e.g. PS20260007; without a title it bears the item's name.

    `outside_percent` of the seats go to experts from outside the province; `review_days` are working days.
    Raises Refused with every reason.
    """
    reasons = [] if queries.in_charge(actor, organization, now) else [NOT_YOURS]
    if seats not in SEATS:
        reasons.append(_("The number of experts must be odd: 3, 5, 7 or 9."))
    if not 0 <= outside_percent <= 100:
        reasons.append(_("A share lies between 0 and 100 percent."))
    if not (1 <= answer_hours <= 240 and 1 <= review_days <= 60):
        reasons.append(_("Give 1 to 240 hours to answer, and 1 to 60 working days to review."))
    refuse_unless(not reasons, reasons)
    year = timezone.localdate(now).year
    return ReviewRound.objects.create(
        organization=organization,
        item=item,
        scheme=scheme,
        number=_next_number(year),
        title_zh=title_zh or f"{item.name_zh}评审（{year}年）",
        title_en=title_en or f"Review: {item.name_en} ({year})",
        seats=seats,
        outside_percent=outside_percent,
        answer_hours=answer_hours,
        review_days=review_days,
        avoids_home=avoids_home,
        created_by=actor,
        created_at=now,
    )


def _next_number(year: int) -> str:
    """Number without gaps; whoever comes at the same time waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('review round number'))")
    last = ReviewRound.objects.filter(number__startswith=f"PS{year}").order_by("-number").first()
    return f"PS{year}{int(last.number[6:]) + 1 if last else 1:04d}"


@transaction.atomic
def add_group(*, round: ReviewRound, discipline: Discipline, actor, now: datetime) -> Group:
    """Add a group of dossiers of one discipline, as long as the round is being prepared. Raises Refused."""
    round = ReviewRound.objects.select_for_update(of=("self",)).select_related("organization__region").get(pk=round.pk)
    refuse_unless(queries.in_charge(actor, round.organization, now), NOT_YOURS)
    refuse_unless(
        round.state in (RoundState.PREPARING, RoundState.DRAWN), _("The round is being reviewed; open another one.")
    )
    return Group.objects.create(round=round, seq=round.groups.count() + 1, discipline=discipline)
