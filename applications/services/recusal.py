"""Staying away from a case 回避: whoever is related to the applicant takes no part in it (domain 11.27)."""

from datetime import datetime

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from applications import queries
from applications.models import Case, Recusal
from applications.services.clocks import path_of, words_of
from applications.services.journal import step, take
from applications.states import Who
from notifications.services import notify
from talentportal.lib.refusals import refuse_unless

ORDERED_BY = {Who.LEADER, Who.HEAD}


@transaction.atomic
def recuse(*, case: Case, actor, now: datetime, reason: str, who=None, version: int | None = None) -> Case:
    """Keep somebody away from a case for good: oneself, or a colleague by order of the head or the leader.

    Effects: the case leaves their queue, and no post gives them a role on it any more; what was given to them goes to
    the colleague of the same role with the fewest open cases; the heads are told. Raises Refused with every reason.
    """
    who = who or actor
    case, role = take(case, verb="recuse", actor=actor, now=now, version=version)
    day = timezone.localdate(now)
    theirs = queries.roles_on(case, who, day) - {Who.APPLICANT}
    refuse_unless(reason.strip(), _("Give the reason."))
    refuse_unless(
        who == actor or queries.roles_on(case, actor, day) & ORDERED_BY,
        _("Only the head of the window or a leader can keep somebody else away."),
    )
    refuse_unless(theirs, _("%(name)s takes no part in this case anyway.") % {"name": who.name})
    Recusal.objects.create(case=case, user=who, reason=reason.strip()[:300], declared_by=actor, declared_at=now)
    after = _colleague(case, theirs, day) if case.assigned_to_id == who.pk else case.assigned_to
    case.assigned_to = after
    if case.claimed_by_id == who.pk:
        case.claimed_by = case.claimed_until = None
    step(case, verb="recuse", actor=actor, role=role, now=now, who=who.pk, after=after.name if after else "")
    _tell(case, who, after, day, now)
    return case


def _colleague(case: Case, roles: set[str], day) -> User | None:
    """Return who holds one of these roles on a case and has the fewest open ones; None when nobody else does."""
    posts = [post for role in roles - {Who.HEAD} for post in queries.posts_on(case, role, day)]
    holders = {post.user_id: post.user for post in posts}
    given = (
        Case.objects.open().filter(assigned_to__in=holders).values_list("assigned_to").annotate(Count("pk")).order_by()
    )
    load = dict(given)
    return min(holders.values(), key=lambda user: (load.get(user.pk, 0), user.pk), default=None)


def _tell(case: Case, who, after, day, now: datetime) -> None:
    people = {user.pk: user for user in queries.heads_of(case, day)} | ({after.pk: after} if after else {})
    for user in people.values():
        notify(
            event="case_recused",
            recipient=user,
            key=f"case_recused:{case.pk}:{who.pk}:{user.pk}",
            context=words_of(case, name=who.name),
            path=path_of(case, staff=True),
            now=now,
        )
