"""Requests for approval 请示: a verb that needs another person's word is asked for with a reason and answered once.

A verb that needs one is registered beside its service with `asked_first`. `states.Transition.approver` says whose word.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import queries, rules
from applications.models import ApprovalRequest, Case
from applications.services.clocks import path_of, words_of
from applications.services.journal import lock, step, take
from applications.states import TRANSITIONS, RequestState, Who
from notifications.services import notify
from talentportal.lib.bilingual import both
from talentportal.lib.refusals import Refused, refuse_unless

APPROVED: dict[str, Callable] = {}  # verb -> its service
OBSTACLES: dict[str, Callable] = {}  # verb -> what stands against it now


def asked_first(verb: str, obstacles: Callable) -> Callable:
    """Register a service as a verb that is done only when its request was approved.

    The service is called with case, actor (who asked), approved_by, now, reason and the facts of the request; it takes
    the case itself. `obstacles(case, *, now, reason, **facts)` lists the reasons against it; asked when the request is
    made, and again by the service. Facts are kept as JSON: dates as ISO text, keys of dictionaries as text.
    """

    def register(service: Callable) -> Callable:
        APPROVED[verb], OBSTACLES[verb] = service, obstacles
        return service

    return register


def ask_approval(
    *, case: Case, verb: str, actor, now: datetime, reason: str, version: int | None = None, **facts
) -> ApprovalRequest:
    """Ask for the word that a verb needs. Its guards are checked now, and again when the request is answered.

    Effects: the request, event `request_approval`, a message to those who may answer. Raises Refused with every reason,
    also when the same request is open already.
    """
    try:
        with transaction.atomic():
            return _ask(case, verb, actor, now, reason.strip(), version, facts)
    except IntegrityError as error:
        if "one_open_request" in str(error):
            raise Refused(_("This was asked for already; the answer is awaited.")) from error
        raise


def _ask(case: Case, verb: str, actor, now: datetime, reason: str, version, facts: dict) -> ApprovalRequest:
    refuse_unless(verb in APPROVED, _("This step needs no approval."))
    case, role = take(case, verb=verb, actor=actor, now=now, version=version)
    reasons = [] if reason else [_("Give the reason.")]
    reasons += OBSTACLES[verb](case, now=now, reason=reason, **facts)
    approvers = [user for user in queries.approvers_of(case, verb, timezone.localdate(now)) if user.pk != actor.pk]
    refuse_unless(not reasons, reasons)
    refuse_unless(approvers, _("Nobody else holds a post that could approve this."))
    request = ApprovalRequest.objects.create(
        case=case, verb=verb, facts=facts, reason=reason, asked_by=actor, asked_at=now
    )
    step(case, verb="request_approval", actor=actor, role=role, now=now, opinion=reason, asked=verb)
    for approver in approvers:
        _tell("approval_asked", request, approver, now, name=actor.name)
    return request


@transaction.atomic
def answer_approval(
    *, request: ApprovalRequest, actor, now: datetime, approve: bool, words: str = "", version: int | None = None
) -> Case:
    """Answer a request: approved, the verb is done at once in the name of who asked; declined, it says why.

    Who asked is told; of what was granted to an applicant the verb itself tells.

    Never answered by who asked, nor twice. Raises Refused with every reason; then the request stays open.
    """
    case, role = _take_answer(request, actor, now, version)
    request = ApprovalRequest.objects.select_for_update(of=("self",)).select_related("asked_by").get(pk=request.pk)
    refuse_unless(request.state == RequestState.OPEN, _("This request is not open any more."))
    refuse_unless(approve or words.strip(), _("Say why it is declined."))
    request.state = RequestState.APPROVED if approve else RequestState.DECLINED
    request.answered_by, request.answered_at, request.answer = actor, now, words.strip()[:500]
    request.save()
    if approve:
        if Who.APPLICANT not in TRANSITIONS[request.verb].who:
            _tell("request_approved", request, request.asked_by, now, name=actor.name)
        return _do(request, case, actor, now)
    step(case, verb="decline_request", actor=actor, role=role, now=now, opinion=request.answer, asked=request.verb)
    _tell("request_declined", request, request.asked_by, now, reason=request.answer)
    return case


@transaction.atomic
def take_back_request(*, request: ApprovalRequest, actor, now: datetime, version: int | None = None) -> Case:
    """Take back one's own request while nobody has answered it; it may be asked for again.

    Effects: event, a message to those who could have answered. Raises Refused to anybody else, and when it is answered.
    """
    case = lock(request.case, version)
    request = ApprovalRequest.objects.select_for_update(of=("self",)).select_related("asked_by").get(pk=request.pk)
    refuse_unless(request.asked_by_id == actor.pk, _("Only who asked may take it back."))
    refuse_unless(request.state == RequestState.OPEN, _("This request is not open any more."))
    today, transition = timezone.localdate(now), TRANSITIONS[request.verb]
    held = queries.roles_on(case, actor, today) & set(transition.who)
    refuse_unless(held, _("This step is for another role."))
    request.state = RequestState.DROPPED
    request.save(update_fields=["state"])
    step(case, verb="take_back_request", actor=actor, role=min(held), now=now, asked=request.verb)
    for approver in queries.approvers_of(case, request.verb, today):
        _tell("request_taken_back", request, approver, now, name=actor.name)
    return case


def _take_answer(request: ApprovalRequest, actor, now: datetime, version: int | None) -> tuple[Case, Who]:
    """Lock the case for an answer and return it with the role of who answers."""
    case, transition = lock(request.case, version), TRANSITIONS[request.verb]
    roles = queries.roles_on(case, actor, timezone.localdate(now))
    refuse_unless(transition.approver in roles, _("This step is for another role."))
    refuse_unless(request.asked_by_id != actor.pk, _("Who asked may not answer."))
    # The lease of who asked protects work that waits for this very answer.
    reasons = [] if case.claimed_by_id == request.asked_by_id else rules.claim_obstacles(case, actor, now)
    refuse_unless(not reasons, reasons)
    return case, transition.approver


def _do(request: ApprovalRequest, case: Case, actor, now: datetime) -> Case:
    """Do the verb for who asked; the lease of who answers must not stand in its way."""
    Case.objects.filter(pk=case.pk, claimed_by=actor).update(claimed_by=None, claimed_until=None)
    verb = APPROVED[request.verb]
    return verb(case=case, actor=request.asked_by, approved_by=actor, now=now, reason=request.reason, **request.facts)


def _tell(event: str, request: ApprovalRequest, recipient, now: datetime, **words) -> None:
    case = request.case
    notify(
        event=event,
        recipient=recipient,
        key=f"{event}:{request.pk}",
        context=words_of(case, **{"step": both(TRANSITIONS[request.verb].label), "reason": request.reason, **words}),
        path=path_of(case, staff=recipient.pk != case.applicant_id),
        now=now,
    )
