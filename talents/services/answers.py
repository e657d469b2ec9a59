"""The person answers a unit: accepts with chosen facts, declines or blocks (domain 7.3); silence is an answer, too."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from talentportal.lib.refusals import refuse_unless
from talents import limits
from talents.models import ContactRequest
from talents.queries.people import values_of
from talents.services import consents, contact, profiles
from talents.states import REQUEST_MOVES, Purpose, Reason, RequestState, Shared


@transaction.atomic
def accept(
    *, request: ContactRequest, fields: Sequence[str], actor: User, now: datetime, version: str | None = None
) -> ContactRequest:
    """Show the chosen facts to the unit for 30 days, by a separate consent that names it (个人信息保护法 第23条).

    `fields` are among those asked for, at least one, each with something to show; `version` of the words that the page
    showed. Refused otherwise, when the request was answered, has run out, is somebody else's, or when the unit is no
    longer verified or blocked.
    """
    request = _lock(request, actor)
    _check(request, "accept", now)
    refuse_unless(request.unit.status == Unit.Status.VERIFIED, _("This unit is no longer verified."))
    is_blocked = request.profile.blocked.filter(unit=request.unit).exists()
    refuse_unless(not is_blocked, _("You have blocked this unit. Lift the block first."))
    refuse_unless(fields, _("Choose at least one thing that the unit may see."))
    refuse_unless(set(fields) <= set(request.wanted), _("The unit has not asked for this."))
    values = values_of(actor)
    lacking = [Shared(name).label for name in fields if not values.get(name)]
    refuse_unless(
        not lacking,
        _("You have not filled in yet: %(what)s.") % {"what": _(", ").join(str(one) for one in lacking)},
    )
    request.consent = consents.give(
        user=actor,
        purpose=Purpose.SHARE,
        unit=request.unit,
        fields=[name for name in Shared.values if name in fields],
        ends_at=now + timedelta(days=limits.SHOWN_DAYS),
        version=version,
        now=now,
    )
    contact.move(request, "accept", now)
    contact.tell_unit(request, "contact_accepted", now)
    return request


@transaction.atomic
def refuse(*, request: ContactRequest, reason: str, actor: User, now: datetime) -> ContactRequest:
    """Decline with a reason from the list; the unit reads no more than that and waits out its cool-down."""
    request = _lock(request, actor)
    _check(request, "refuse", now)
    refuse_unless(reason in Reason.values, _("Choose a reason; “no reason given” is one."))
    request.reason = reason
    contact.move(request, "refuse", now)
    contact.tell_unit(request, "contact_declined", now)
    return request


@transaction.atomic
def block(*, request: ContactRequest, actor: User, now: datetime) -> ContactRequest:
    """Block the unit of a request for good: declined, what was shown is gone, and it never finds the person again.

    The unit is not told of the block. From any state; a request that is over stays as it ended.
    """
    request = _lock(request, actor)
    if request.state == RequestState.ACCEPTED:
        consents.withdraw(consent=request.consent, actor=actor, now=now)
        request.refresh_from_db(fields=["state"])
    profiles.block_unit(profile=request.profile, unit=request.unit, actor=actor, now=now)
    if request.state != RequestState.SENT:
        return request
    request.reason = Reason.NONE
    contact.move(request, "block", now)
    contact.tell_unit(request, "contact_declined", now)
    return request


def _lock(request: ContactRequest, actor: User) -> ContactRequest:
    """Lock a request and return it fresh; Refused unless it was made to the actor."""
    consents.hold(actor)
    fresh = contact.locked(request)
    refuse_unless(fresh.profile.user_id == actor.pk, _("This request was not made to you."))
    return fresh


def _check(request: ContactRequest, verb: str, now: datetime) -> None:
    is_open = request.state in REQUEST_MOVES[verb].sources and request.expires_at > now
    refuse_unless(is_open, _("This request is over: %(state)s.") % {"state": request.get_state_display()})
