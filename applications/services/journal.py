"""How every verb begins and ends: lock the case and check who, from where; then write the new state and the event."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import outcomes, queries, rules
from applications.models import Case, CaseEvent
from applications.services.invitations import invite_to_rate
from applications.states import TRANSITIONS, CloseType, RequestState, State, Who, verbs_from
from talentportal.lib import spoken
from talentportal.lib.refusals import Refused, refuse_unless

RELATED = ("guide", "item", "item__catalog_item", "organization", "region", "window", "applicant", "unit")


def take(case: Case, *, verb: str, actor, now: datetime, version: int | None = None) -> tuple[Case, str]:
    """Lock a case for a verb and return it fresh, with the role in which the actor does it.

    `version` is what the form showed: when somebody was faster, Refused names them. Actor None is the system.
    Raises Refused with every reason. Call inside a transaction.
    """
    locked = lock(case, version)
    roles = queries.roles_on(locked, actor, timezone.localdate(now))
    refuse_unless(not (reasons := rules.may_do(verb, locked.state, roles)), reasons)
    if roles != {Who.SYSTEM}:
        refuse_unless(not (reasons := rules.unit_obstacles(verb, locked.unit)), reasons)
    if not roles & {Who.APPLICANT, Who.SYSTEM}:
        refuse_unless(not (reasons := rules.claim_obstacles(locked, actor, now)), reasons)
    return locked, next(who for who in TRANSITIONS[verb].who if who in roles)


def lock(case: Case, version: int | None = None) -> Case:
    """Lock a case until the transaction ends and return it fresh. Raises Refused when `version` is an older one."""
    locked = Case.objects.select_related(*RELATED).select_for_update(of=("self",)).get(pk=case.pk)
    if version not in (None, locked.version):
        raise Refused(_handled_by(locked, version))
    return locked


def _handled_by(case: Case, seen: int):
    """Say who of the office did what since this version; the system's own steps follow from somebody's."""
    last = case.events.select_related("actor").filter(seq__gt=seen, actor__is_staff=True).last()
    if last:
        when = timezone.localtime(last.at)
        words = {
            "name": last.actor.name,
            "step": TRANSITIONS[last.verb].label,
            "day": spoken.day(when),
            "time": f"{when:%H:%M}",
        }
        return _("Handled already by %(name)s, %(day)s %(time)s: %(step)s. The page shows the present state.") % words
    return _("The case has changed meanwhile. The page shows the present state.")


def step(
    case: Case,
    *,
    verb: str,
    actor,
    role: str,
    now: datetime,
    opinion: str = "",
    to: State | None = None,
    **data,
) -> CaseEvent:
    """Move a locked case along the table and write the event; saves the case.

    A move ends the lease of who held it, and requests for verbs that the new state does not know.
    """
    before, case.state = case.state, to or TRANSITIONS[verb].target or case.state
    if case.state != before:
        case.claimed_by = case.claimed_until = None
        waiting = case.approval_requests.filter(state=RequestState.OPEN)
        waiting.exclude(verb__in=verbs_from(case.state)).update(state=RequestState.DROPPED)
    case.version += 1
    case.save()
    return CaseEvent.objects.create(
        case=case,
        seq=case.version,
        verb=verb,
        from_state=before,
        to_state=case.state,
        actor=actor,
        actor_role=role or Who.SYSTEM,
        at=now,
        opinion=opinion,
        data=data,
    )


def close(case: Case, *, as_: CloseType, now: datetime, reason: str = "") -> None:
    """Note on a locked case how it ends, and ask for a rating; `step` saves it."""
    case.specials.filter(ended_at__isnull=True).update(ended_at=now, result=as_.label)  # it ends with the case
    case.close_type, case.close_reason, case.closed_at = as_, reason[:500], now
    case.due_on = case.due_wd = None
    case.is_provisional = False
    invite_to_rate(case, now)
    if as_ != CloseType.GRANTED:
        outcomes.ended(case, now=now)
