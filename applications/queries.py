"""Reads for pages and verbs."""

from datetime import date

from django.db.models import Q

from accounts.models import Role
from applications.models import Case, DeferralBan, own_scope
from applications.rules import Standing
from applications.states import OPEN_STATES, MaterialStatus, Who

POST_ROLES = {
    Role.CLERK: Who.CLERK,
    Role.EXAMINER: Who.EXAMINER,
    Role.LEADER: Who.LEADER,
    Role.CERTIFICATE_CLERK: Who.CERTIFICATE_CLERK,
}


def roles_on(case: Case, user, day: date) -> set[str]:
    """Return in which roles (`states.Who`) a user may touch this case on this day; None is the system.

    Nobody holds an office role on an own case (domain 11.27).
    """
    if user is None:
        return {Who.SYSTEM}
    if case.applicant_id == user.pk or Case.objects.filter(own_scope(user), pk=case.pk).exists():
        return {Who.APPLICANT}
    posts = user.posts.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), role__in=POST_ROLES, starts_on__lte=day)
    return {
        POST_ROLES[post.role]
        for post in posts.select_related("region").prefetch_related("windows")
        if _covers(post, case)
    }


def _covers(post, case: Case) -> bool:
    windows = [window.pk for window in post.windows.all()]
    inside = f"{case.region.path}/".startswith(f"{post.region.path}/")
    return inside and (not windows or case.window_id in windows)


def standing_of(case: Case, day: date) -> Standing:
    """Return what counts about the applicant and the unit of a case when materials are to be deferred."""
    who = Q(applicant=case.applicant) | Q(unit=case.unit, unit__isnull=False)
    ban = DeferralBan.objects.filter(who, starts_on__lte=day, ends_on__gt=day).order_by("-ends_on").first()
    others = Case.objects.filter(applicant=case.applicant, item=case.item, is_deferred=True, state__in=OPEN_STATES)
    waiting = others.exclude(pk=case.pk).filter(materials__status=MaterialStatus.DEFERRED)
    person = getattr(case.applicant, "person", None)
    return Standing(
        banned_until=ban.ends_on if ban else None,
        other_open_deferral=waiting.exists(),
        identity_level=person.level if person else 0,
    )


def materials_of(case: Case) -> list:
    """List the materials of a case with spec, promise and present files, in the guide's order."""
    return list(
        case.materials.select_related("spec", "deferral").prefetch_related("files", "points").order_by("spec__order")
    )


def specs_in_hand(materials) -> set[int]:
    """Return the ids of specs whose material is held or provided."""
    return {m.spec_id for m in materials if m.status in (MaterialStatus.HELD, MaterialStatus.PROVIDED)}


def running_clocks(case: Case) -> dict[str, object]:
    """Return clock kind -> running clock of a case."""
    return {clock.kind: clock for clock in case.clocks.all() if clock.finished_at is None}
