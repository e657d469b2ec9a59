"""Whose work a case is: open at somebody for some minutes (domain 11.5), given to somebody, covered by a colleague."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.queries import posts_of
from applications import queries, rules
from applications.models import STAFF_ROLES_ON_CASES, Case, Cover
from applications.services.clocks import path_of, words_of
from applications.services.journal import step, take
from applications.states import Who
from notifications.services import notify
from talentportal.lib.refusals import refuse_unless

LEASE = timedelta(minutes=15)


@transaction.atomic
def claim(*, case: Case, actor, now: datetime, take_over: bool = False) -> Case:
    """Note that a member of staff works on a case, for 15 minutes from now; asking again prolongs it.

    While somebody else holds it nothing changes, unless it is taken over. Returns the case fresh, so that the caller
    sees who holds it. It is no step of the case: neither event nor version. Raises Refused without an office role.
    """
    roles = queries.roles_on(case, actor, timezone.localdate(now))
    refuse_unless(roles - {Who.APPLICANT}, _("This case is outside your posts."))
    free = Q(claimed_by__isnull=True) | Q(claimed_by=actor) | Q(claimed_until__lte=now)
    cases = Case.objects.filter(pk=case.pk)
    (cases if take_over else cases.filter(free)).update(claimed_by=actor, claimed_until=now + LEASE)
    case.refresh_from_db(fields=["claimed_by", "claimed_until"])
    return case


def release(*, case: Case, actor) -> None:
    """Give back a case that the actor holds; nothing when somebody else does. Safe to run twice."""
    Case.objects.filter(pk=case.pk, claimed_by=actor).update(claimed_by=None, claimed_until=None)


@transaction.atomic
def assign(*, case: Case, to, actor, now: datetime, version: int | None = None, reason: str = "") -> Case:
    """Give a case to a colleague, take it oneself, or put it back to the team with `to=None` 转办.

    Whoever has it hands it over; what nobody has, anybody in charge takes or gives; the head of the window gives any
    case to anybody, and whoever stands in for a colleague takes theirs. The other is told. Effects: event; the lease of
    who held it ends. Raises Refused with every reason.
    """
    case, role = take(case, verb="assign", actor=actor, now=now, version=version)
    today = timezone.localdate(now)
    roles = queries.roles_on(case, actor, today)
    theirs = queries.roles_on(case, to, today) - {Who.APPLICANT} if to else set()
    is_covered = Cover.objects.filter(
        absent=case.assigned_to_id, substitute=actor, starts_on__lte=today, ends_on__gt=today
    ).exists()
    reasons = rules.assignment_obstacles(case, actor, to, is_head=Who.HEAD in roles, theirs=theirs, covers=is_covered)
    refuse_unless(not reasons, reasons)
    names = {"before": case.assigned_to.name if case.assigned_to else "", "after": to.name if to else ""}
    case.assigned_to = to
    case.claimed_by = case.claimed_until = None
    event = step(case, verb="assign", actor=actor, role=role, now=now, opinion=reason[:1000], **names)
    if to and to != actor:
        words = words_of(case, applicant=case.applicant_name, name=actor.name)
        path = path_of(case, staff=True)
        notify(event="case_given", recipient=to, key=f"case_given:{event.pk}", context=words, path=path, now=now)
    return case


@transaction.atomic
def arrange_cover(*, absent, substitute, starts_on: date, ends_on: date, actor, now: datetime) -> Cover:
    """Let a colleague stand in for another from a day until before another one 代班.

    Arranged by the absent person or by a head over them. It gives no right: the substitute needs a post of the same
    role over the same place. The same days are arranged once. Raises Refused with every reason, also where other days
    of these two overlap.
    """
    today = timezone.localdate(now)
    User.objects.select_for_update().get(pk=absent.pk)  # one arrangement after the other
    pair = Cover.objects.filter(absent=absent, substitute=substitute)
    if same := pair.filter(starts_on=starts_on, ends_on=ends_on).first():
        return same
    reasons = rules.cover_obstacles(starts_on, ends_on, today, is_same=absent == substitute)
    if absent != actor and not leads(actor, absent, today):
        reasons.append(_("Only the head of the window arranges cover for somebody else."))
    if absent != substitute and not _can_do_the_work_of(absent, substitute, today):
        words = {"name": substitute.name, "other": absent.name}
        reasons.append(_("%(name)s holds no post for the work of %(other)s.") % words)
    if pair.filter(starts_on__lt=ends_on, ends_on__gt=starts_on).exists():
        words = {"name": substitute.name, "other": absent.name}
        reasons.append(_("%(name)s stands in for %(other)s on some of these days already.") % words)
    refuse_unless(not reasons, reasons)
    return Cover.objects.create(
        absent=absent, substitute=substitute, starts_on=starts_on, ends_on=ends_on, arranged_by=actor, arranged_at=now
    )


@transaction.atomic
def end_cover(*, cover: Cover, actor, now: datetime) -> None:
    """End a cover today; one that has not begun is deleted. Safe to run twice."""
    cover, today = Cover.objects.select_for_update().filter(pk=cover.pk).first(), timezone.localdate(now)
    if cover is None or cover.ends_on <= today:
        return
    may = actor in (cover.absent, cover.substitute) or leads(actor, cover.absent, today)
    refuse_unless(may, _("Only the head of the window arranges cover for somebody else."))
    if cover.starts_on >= today:
        cover.delete()
    else:
        cover.ends_on = today
        cover.save(update_fields=["ends_on"])


def leads(head, other, day: date) -> bool:
    """Tell whether somebody is head over a post of another: head of the window, or leader over the place."""
    mine = [post for post in _posts(head, day) if post.is_head or post.role == Who.LEADER]
    return any(_covers_place(one, theirs) for one in mine for theirs in _posts(other, day))


def _can_do_the_work_of(absent, substitute, day: date) -> bool:
    own = _posts(substitute, day)
    return any(one.role == post.role and _covers_place(one, post) for post in _posts(absent, day) for one in own)


def _posts(user, day: date) -> list:
    return list(posts_of(user, day).filter(role__in=STAFF_ROLES_ON_CASES).prefetch_related("windows"))


def _covers_place(one, other) -> bool:
    """Tell whether a post reaches all or some of the place of another."""
    windows, theirs = ({window.pk for window in post.windows.all()} for post in (one, other))
    inside = f"{other.region.path}/".startswith(f"{one.region.path}/")
    return bool(windows & theirs) if windows else inside
