"""What follows from a bad rating 差评整改: contact in 1 working day, put right in 15, a call back; all by the head.

The head learns who rated only where the rating is named; words to an unnamed rater go through the portal. A clerk sees
neither. Whether a rating was mistaken or malicious is found by an official, who is not of the window (domain 11.46).
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import queries, touchpoints
from applications.models import Case, Rating, Rectification
from applications.services.clocks import at_nine, calendar_of, path_of, words_of
from applications.services.journal import RELATED
from applications.states import Who
from notifications.services import cancel_reminders, notify, plan_reminders
from talentportal.lib.refusals import refuse_unless
from talentportal.lib.spoken import day_in_both

MISTAKEN, MALICIOUS = "mistaken", "malicious"
EXCLUSIONS = {MISTAKEN: _("mistaken"), MALICIOUS: _("malicious")}


def begin_rectification(rating: Rating, now: datetime) -> Rectification:
    """Start what follows from a bad rating and tell the heads of the window; once per rating."""
    today, calendar = timezone.localdate(now), calendar_of(rating.case)
    days = {
        "contact_by": calendar.add(today, touchpoints.CONTACT_DAYS),
        "rectify_by": calendar.add(today, touchpoints.RECTIFY_DAYS),
    }
    rectification, is_new = Rectification.objects.get_or_create(rating=rating, defaults=days)
    if is_new:
        for head in _heads(rating.case, now):
            _tell("bad_rating", rectification, head, now, date=day_in_both(rectification.contact_by))
        _remind(rectification, now)
    return rectification


@transaction.atomic
def contact_rater(*, rectification: Rectification, actor, now: datetime, finding: str) -> Rectification:
    """Note the contact with the rater and what was found; an unnamed rater reads it in the own inbox."""
    found = _take(rectification, actor, now)
    refuse_unless(not found.contacted_at, _("The contact was noted already."))
    refuse_unless(finding.strip(), _("Say what was found."))
    found.contacted_at, found.finding, found.handled_by = now, finding.strip()[:1000], actor
    found.save()
    _answer("rating_contacted", found, now, finding=found.finding)
    _remind(found, now)
    return found


@transaction.atomic
def rectify(*, rectification: Rectification, actor, now: datetime, result: str) -> Rectification:
    """Note what was done about a bad rating; the rater is told."""
    found = _take(rectification, actor, now)
    refuse_unless(found.contacted_at, _("Contact the rater first."))
    refuse_unless(not found.rectified_at, _("It was put right already."))
    refuse_unless(result.strip(), _("Say what was done."))
    found.rectified_at, found.result, found.handled_by = now, result.strip()[:1000], actor
    found.save()
    _answer("rating_rectified", found, now, result=found.result)
    _remind(found, now)
    return found


@transaction.atomic
def call_back(*, rectification: Rectification, actor, now: datetime, is_satisfied: bool) -> Rectification:
    """Note the call back after it was put right; with it the case of the bad rating is closed."""
    found = _take(rectification, actor, now)
    refuse_unless(found.rectified_at, _("Put it right first."))
    refuse_unless(not found.called_back_at, _("The call back was noted already."))
    found.called_back_at, found.is_satisfied, found.handled_by = now, is_satisfied, actor
    found.save()
    cancel_reminders(subject=_subject(found), now=now)
    return found


@transaction.atomic
def exclude_rating(*, rating: Rating, actor, now: datetime, as_: str) -> Rating:
    """Take a bad rating that was mistaken or malicious out of the count; the rating itself stays as it was given.

    Only an official over the region may, who holds no post on the case. What follows from it ends.
    """
    rating = Rating.objects.select_for_update(of=("self",)).select_related("case__region").get(pk=rating.pk)
    roles = queries.roles_on(rating.case, actor, timezone.localdate(now))
    refuse_unless(not roles, _("Somebody outside the office that handles the case has to check this."))
    refuse_unless(
        Rating.objects.checkable_by(actor, timezone.localdate(now)).filter(pk=rating.pk).exists(),
        _("This step is for another role."),
    )
    refuse_unless(as_ in EXCLUSIONS, _("Choose why it does not count."))
    refuse_unless(rating.level in touchpoints.BAD, _("Only a bad rating can be checked."))
    rating.excluded_as, rating.excluded_by = as_, actor
    rating.save(update_fields=["excluded_as", "excluded_by"])
    if hasattr(rating, "rectification"):
        cancel_reminders(subject=_subject(rating.rectification), now=now)
    return rating


def _take(rectification: Rectification, actor, now: datetime) -> Rectification:
    """Lock a rectification for the head of the window. Raises Refused for everybody else."""
    found = Rectification.objects.select_for_update(of=("self",)).select_related("rating").get(pk=rectification.pk)
    found.rating.case = Case.objects.select_related(*RELATED).get(pk=found.rating.case_id)
    roles = queries.roles_on(found.rating.case, actor, timezone.localdate(now))
    refuse_unless(Who.HEAD in roles, _("This step is for another role."))
    return found


def _heads(case: Case, now: datetime) -> list:
    day = timezone.localdate(now)
    posts = queries.posts_on(case, Who.HEAD, day)
    posts = posts if posts.exists() else queries.posts_on(case, Who.LEADER, day)
    return list({post.user_id: post.user for post in posts}.values())


def _subject(rectification: Rectification) -> str:
    return f"rectification:{rectification.pk}"


def _path(rectification: Rectification) -> str:
    return f"/admin/applications/rating/{rectification.rating_id}/change/"


def _tell(event: str, rectification: Rectification, recipient, now: datetime, **words) -> None:
    case = rectification.rating.case
    words = {"item": words_of(case)["item"], **words}  # not which case: the rater may not want to be known
    key = f"{event}:{rectification.pk}"
    notify(event=event, recipient=recipient, key=key, context=words, path=_path(rectification), now=now)


def _answer(event: str, rectification: Rectification, now: datetime, **words) -> None:
    case, rater = rectification.rating.case, rectification.rating.rated_by
    words = words_of(case, **words)
    key, path = f"{event}:{rectification.pk}", f"{path_of(case)}rate/"
    notify(event=event, recipient=rater, key=key, context=words, path=path, now=now)


def _remind(rectification: Rectification, now: datetime) -> None:
    """Plan the reminders of the next thing due: contact on its day, putting right three days before and on the day."""
    case = rectification.rating.case
    cancel_reminders(subject=_subject(rectification), now=now)
    due = rectification.rectify_by if rectification.contacted_at else rectification.contact_by
    days = [due]
    if rectification.contacted_at and not rectification.rectified_at:
        days.insert(0, calendar_of(case).subtract(due, 3))
    words = {"item": words_of(case)["item"], "date": day_in_both(due)}
    rows = [
        ("rectification_due", head, at_nine(day), words, _path(rectification))
        for head in _heads(case, now)
        for day in days
    ]
    plan_reminders(subject=_subject(rectification), rows=rows, now=now)
