"""Reads for pages and verbs."""

import re
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from accounts.models import Role, StaffPost, UnitMember
from accounts.queries import posts_of, same_person, units_of
from applications.models import (
    Case,
    CaseEvent,
    CommitmentCheck,
    DeferralBan,
    FurtherRequest,
    PowerOfAttorney,
    own_scope,
)
from applications.rules import Standing
from applications.states import OPEN_STATES, TRANSITIONS, MaterialStatus, Who
from certificates.models import Certificate
from certificates.states import CertificateStatus
from talentportal.lib.bilingual import pick

POST_ROLES = {
    Role.CLERK: Who.CLERK,
    Role.EXAMINER: Who.EXAMINER,
    Role.LEADER: Who.LEADER,
    Role.CERTIFICATE_CLERK: Who.CERTIFICATE_CLERK,
}


def roles_on(case: Case, user, day: date) -> set[str]:
    """Return in which roles (`states.Who`) a user may touch this case on this day; None is the system.

    Nobody holds an office role on an own case, nor on one from which they stay away (domain 11.27). Where a window has
    no head, a leader counts as one.
    """
    if user is None:
        return {Who.SYSTEM}
    if case.applicant_id == user.pk or Case.objects.filter(own_scope(user), pk=case.pk).exists():
        return {Who.APPLICANT}
    posts = [
        post
        for post in posts_of(user, day).filter(role__in=POST_ROLES).exclude(_away(case)).prefetch_related("windows")
        if _covers(post, case)
    ]
    roles = {POST_ROLES[post.role] for post in posts}
    if any(post.is_head and post.role == Role.CLERK for post in posts):
        roles.add(Who.HEAD)
    if Who.LEADER in roles and not posts_on(case, Who.HEAD, day).exists():
        roles.add(Who.HEAD)
    return roles


def _away(case: Case) -> Q:
    """The posts of those who stay away from a case; from one not saved yet nobody does."""
    return Q(user__recusals__case=case.pk) if case.pk else Q(pk__in=())


def attorney_of(case: Case, user, day: date) -> PowerOfAttorney | None:
    """Return the power of attorney under which the agent of a case may act for its applicant on this day."""
    if user is None or case.agent_id != user.pk:
        return None
    return _given_to(user, case.item_id, day).filter(grantor=case.applicant_id).order_by("-ends_on").first()


def attorneys_of(agent, item, day: date) -> QuerySet[PowerOfAttorney]:
    """Return the powers of attorney under which somebody may apply for others on this day, one for each of them."""
    given = _given_to(agent, item, day).exclude(grantor=agent).select_related("grantor__person")
    return given.order_by("grantor", "-ends_on").distinct("grantor")


def _given_to(agent, item, day: date) -> QuerySet[PowerOfAttorney]:
    reaches = Q(items__isnull=True) | Q(items=item)
    unit = Q(unit__isnull=True) | Q(unit__in=units_of(agent))
    return PowerOfAttorney.objects.filter(
        reaches, unit, agent=agent, starts_on__lte=day, ends_on__gt=day, ended_at__isnull=True
    )


def applicant_side(case: Case, day: date) -> list:
    """List who hears of a case on its applicant's side: the applicant, and who acts for the applicant on this day.

    That is an agent whose power of attorney is in force, and of the unit its owners and the handlers who have acted.
    """
    people = {case.applicant_id: case.applicant}
    if case.agent_id and attorney_of(case, case.agent, day):
        people[case.agent_id] = case.agent
    if case.unit_id:
        acted = case.events.filter(actor_role=Who.APPLICANT).values("actor")
        handlers = Q(role=UnitMember.Role.OWNER) | Q(user__in=acted)
        members = case.unit.members.filter(handlers, left_at__isnull=True).select_related("user")
        people |= {member.user_id: member.user for member in members}
    return list(people.values())


_OWN_PAGE = re.compile(r"/me/applications/(\w+)/")


def may_hear(user, path: str) -> bool:
    """Tell whether a user may still hear of what lies at an address: of a case only who sees it as an own one now."""
    case = _OWN_PAGE.match(path)
    return case is None or Case.objects.own(user).filter(case_no=case[1]).exists()


def posts_on(case: Case, who: Who, day: date) -> QuerySet[StaffPost]:
    """Return the posts whose holders may act on a case in a role on this day; `Who.HEAD` are heads of its window."""
    role = Role.CLERK if who == Who.HEAD else Role(who)
    here = Q(windows__isnull=True) | Q(windows=case.window_id)
    posts = StaffPost.objects.held_on(day).filter(here, role=role, region__in=case.region.path.split("/"))
    posts = posts.filter(is_head=True) if who == Who.HEAD else posts
    away = Q(user=case.applicant_id) | _away(case)
    return posts.exclude(away).select_related("user").distinct()


def approvers_of(case: Case, verb: str, day: date) -> list:
    """List the people who may answer a request for this verb: the heads of the window where there are any."""
    if TRANSITIONS[verb].approver == Who.HEAD:
        return heads_of(case, day)
    return _holders(posts_on(case, TRANSITIONS[verb].approver, day))


def heads_of(case: Case, day: date) -> list:
    """List the heads of the window that holds a case, or the leaders where there is none."""
    return _holders(posts_on(case, Who.HEAD, day)) or _holders(posts_on(case, Who.LEADER, day))


def _holders(posts) -> list:
    return list({post.user_id: post.user for post in posts}.values())


def second_officers(case: Case, examiner, day: date) -> list:
    """List the other examiners on duty for a case, one of whom may examine it together with this one."""
    people = {post.user_id: post.user for post in posts_on(case, Who.EXAMINER, day)}
    return [person for pk, person in people.items() if pk != examiner.pk]


def _covers(post, case: Case) -> bool:
    windows = [window.pk for window in post.windows.all()]
    inside = f"{case.region.path}/".startswith(f"{post.region.path}/")
    return inside and (not windows or case.window_id in windows)


def standing_of(case: Case, day: date) -> Standing:
    """Return what counts about the applicant and the unit of a case when materials are to be deferred."""
    ban = ban_on(day, applicant=case.applicant, unit=case.unit)
    others = Case.objects.filter(applicant=case.applicant, item=case.item, is_deferred=True, state__in=OPEN_STATES)
    waiting = others.exclude(pk=case.pk).filter(materials__status=MaterialStatus.DEFERRED)
    person = getattr(case.applicant, "person", None)
    return Standing(
        banned_until=ban.ends_on if ban else None,
        other_open_deferral=waiting.exists(),
        identity_level=person.level if person else 0,
    )


def ban_on(day: date, *, applicant, unit=None) -> DeferralBan | None:
    """Return the longest ban on deferral that holds for a person or for the person's unit on a day."""
    who = Q(applicant__in=same_person(applicant)) | Q(unit=unit, unit__isnull=False)
    bans = DeferralBan.objects.filter(who, starts_on__lte=day, ends_on__gt=day, breach__is_excused=False)
    return bans.select_related("breach__case").order_by("-ends_on").first()


@dataclass(frozen=True)
class Closed:
    """Supplying later is closed to somebody: from when it is open again, and which promise was not kept."""

    until: date
    case_no: str
    materials: list[str]


def closed_by(ban: DeferralBan | None) -> Closed | None:
    """Say to the applicant what a ban means and where it comes from; only to those who may see that case."""
    if ban is None:
        return None
    case = ban.breach.case
    specs = case.guide.materials.filter(key__in=ban.breach.materials)
    return Closed(ban.ends_on, case.case_no, [pick(spec, "name") for spec in specs])


def materials_of(case: Case) -> list:
    """List the materials of a case with spec, promise and present files, in the guide's order."""
    return list(
        case.materials.select_related("spec", "deferral").prefetch_related("files", "points").order_by("spec__order")
    )


def specs_in_hand(materials) -> set[int]:
    """Return the ids of specs whose material is held or provided."""
    return {m.spec_id for m in materials if m.status in (MaterialStatus.HELD, MaterialStatus.PROVIDED)}


def open_request_of(case: Case) -> FurtherRequest | None:
    """Return the further request that the applicant has not answered yet."""
    return case.further_requests.filter(supplied_at__isnull=True).order_by("seq").last()


def has_broken_pledge(applicant: int) -> bool:
    """Tell whether a commitment of somebody was found broken and not put right since (Anyang 第29条, 第57条)."""
    return CommitmentCheck.objects.filter(case__applicant=applicant, is_kept=False, rectified_at__isnull=True).exists()


def living_certificates(case: Case) -> QuerySet[Certificate]:
    """Return the certificates of a case that are not ended yet; of each number the version that holds.

    Ending that one stops a newer one that is still being sealed in its place, as well.
    """
    ended = (CertificateStatus.REVOKED, CertificateStatus.CANCELLED, CertificateStatus.SUPERSEDED)
    living = Certificate.objects.filter(source=f"case:{case.pk}").exclude(status__in=ended)
    return living.order_by("number", "version").distinct("number")


RECEIVING = ("submit", "submit_precheck", "receive")  # the verbs whose event a receipt names


def receipt_entry(case: Case) -> CaseEvent | None:
    """Return the event by which a case came in; its receipt names the event's hash."""
    return case.events.filter(verb__in=RECEIVING).order_by("seq").first()


def running_clocks(case: Case) -> dict[str, object]:
    """Return clock kind -> running clock of a case."""
    return {clock.kind: clock for clock in case.clocks.all() if clock.finished_at is None}
