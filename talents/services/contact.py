"""A unit asks a person for contact; the person decides; both write to each other; what was shown is gone in time."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from notifications.services import Note, notify_many
from talentportal.lib import spoken
from talentportal.lib.refusals import refuse_unless
from talents import limits
from talents.models import ContactMessage, ContactRequest, Profile, UnitUse, Vacancy
from talents.queries import contact as queries
from talents.queries.people import handlers_of
from talents.queries.units import acts_for
from talents.services import use as usage
from talents.states import REQUEST_MOVES, Ask, Move, RequestState, Shared, VacancyState

MOST_WORDS = 1000
TWICE = timedelta(minutes=1)  # the same words within it were sent by a second click


@transaction.atomic
def ask(
    *,
    unit: Unit,
    profile: Profile,
    vacancy: Vacancy | None,
    ask: str,
    wanted: Iterable[str],
    actor: User,
    now: datetime,
) -> ContactRequest:
    """Ask a person for contact, in the words of a template, naming which facts the unit would like to see.

    The person is told, and has ANSWER_DAYS. Raises Refused: over a quota, while another request waits, in the time
    after a refusal, and for whoever the unit cannot find, which a blocked unit is told in the same words.
    """
    use = usage.locked_use(unit, now)
    profile = Profile.objects.select_for_update().get(pk=profile.pk)
    wanted = [fact for fact in Shared.values if fact in set(wanted)]
    reasons = _no_access(unit, profile, actor, now) or [
        *_unfit(unit, vacancy, ask, wanted),
        *_between(unit, profile, now),
        *_over_quota(use, profile, now),
    ]
    refuse_unless(not reasons, reasons)
    use.requests += 1
    use.save(update_fields=["requests"])
    request = ContactRequest.objects.create(
        unit=unit,
        profile=profile,
        vacancy=vacancy,
        by=actor,
        ask=ask,
        wanted=wanted,
        sent_at=now,
        expires_at=now + timedelta(days=limits.ANSWER_DAYS),
    )
    words = {"unit": unit.name, "date": spoken.day_in_both(timezone.localdate(request.expires_at))}
    path = f"/me/contacts/{request.public_id}/"
    notify_many(notes=[Note("contact_asked", profile.user, f"contact_asked:{request.pk}", words, path)], now=now)
    return request


def _no_access(unit: Unit, profile: Profile, actor: User, now: datetime) -> list:
    if not acts_for(actor, unit, now):
        return [_("You do not act for this unit any more.")]
    found = queries.profiles_for(unit, now).filter(pk=profile.pk).exists()
    return [] if found else [_("This person cannot be found any more.")]


def _unfit(unit: Unit, vacancy: Vacancy | None, words: str, wanted: list) -> list:
    reasons = [] if words in Ask.values else [_("Choose what you ask for.")]
    if vacancy is None and words == Ask.POST:
        reasons.append(_("Choose the vacancy; the person wants to know which it is."))
    if vacancy is not None and (vacancy.unit_id != unit.pk or vacancy.state != VacancyState.ONLINE):
        reasons.append(_("Choose a vacancy of yours that is online."))
    return reasons if wanted else [*reasons, _("Choose what you would like to see.")]


def _between(unit: Unit, profile: Profile, now: datetime) -> list:
    asked = ContactRequest.objects.filter(unit=unit, profile=profile)
    if asked.filter(state__in=[RequestState.SENT, RequestState.ACCEPTED]).exists():
        return [_("Your unit has asked this person already.")]
    again = queries.waits_until(unit, profile, now)
    words = _("This person has declined. You can ask again from %(day)s.")
    return [words % {"day": spoken.day(again)}] if again else []


def _over_quota(use: UnitUse, profile: Profile, now: datetime) -> list:
    reasons = []
    if use.requests >= limits.REQUESTS_A_DAY:
        reasons.append(_("Your unit has sent its %(most)d requests of today.") % {"most": limits.REQUESTS_A_DAY})
    day = timezone.make_aware(datetime.combine(timezone.localdate(now), datetime.min.time()))
    if profile.contact_requests.filter(by_person=False, sent_at__gte=day).count() >= limits.RECEIVED_A_DAY:
        reasons.append(_("This person has had many requests today. Try again tomorrow."))
    return reasons


@transaction.atomic
def take_back(*, request: ContactRequest, actor: User, now: datetime) -> ContactRequest:
    """Take a request back before it is answered. Raises Refused."""
    request = locked(request)
    refuse_unless(acts_for(actor, request.unit, now), _("You do not act for this unit any more."))
    return move(request, "take_back", now)


@transaction.atomic
def write(*, request: ContactRequest, text: str, actor: User, now: datetime) -> ContactMessage:
    """Write to the other side of an accepted request: the person, or who acts for the unit. Raises Refused.

    The same words again within a minute are the same message. The other side is told, without the words.
    """
    request = locked(request)
    by_person = request.profile.user_id == actor.pk
    reasons = [] if by_person or acts_for(actor, request.unit, now) else [_("You do not act for this unit any more.")]
    if not queries.shown(request, now):
        reasons.append(_("Messages are possible while something is shown; that has ended."))
    if not 0 < len(text.strip()) <= MOST_WORDS:
        reasons.append(_("Write something, at most %(most)d characters.") % {"most": MOST_WORDS})
    refuse_unless(not reasons, reasons)
    sent = request.messages.filter(by=actor, from_person=by_person, text=text.strip(), at__gt=now - TWICE).last()
    if sent:
        return sent
    message = request.messages.create(from_person=by_person, by=actor, text=text.strip(), at=now)
    _tell_other_side(message, now)
    return message


def read_messages(request: ContactRequest, *, by_person: bool, now: datetime) -> int:
    """Mark what the other side wrote as read; return how many messages that were."""
    return request.messages.filter(from_person=not by_person, read_at__isnull=True).update(read_at=now)


def locked(request: ContactRequest) -> ContactRequest:
    """Lock a request and return it fresh, with its unit, person and consent. Needs a transaction."""
    rows = ContactRequest.objects.select_for_update(of=("self",))
    return rows.select_related("unit", "profile__user", "consent").get(pk=request.pk)


def move(request: ContactRequest, verb: str, now: datetime) -> ContactRequest:
    """Move a locked request by a verb of the table of states and save it. Raises Refused in another state."""
    step: Move = REQUEST_MOVES[verb]
    words = _("This is not possible: the request is %(state)s.") % {"state": request.get_state_display()}
    refuse_unless(request.state in step.sources, words)
    request.state = step.target
    if verb in ("accept", "refuse", "block"):
        request.answered_at = now
    request.save()
    return request


@transaction.atomic
def end(*, request: ContactRequest, now: datetime) -> ContactRequest:
    """End what an accepted request shows: the unit is told to delete what it noted. A second time changes nothing.

    Called when the consent was withdrawn and when its days are over (个人信息保护法 第15条, 第47条).
    """
    request = locked(request)
    if request.state != RequestState.ACCEPTED:
        return request
    if request.consent.ended_at is None:
        request.consent.ended_at = now
        request.consent.save(update_fields=["ended_at"])
    move(request, "end", now)
    tell_unit(request, "contact_ended", now)
    return request


def sweep(now: datetime) -> int:
    """Let unanswered requests expire, and end what has been shown for its days; return how many requests."""
    late = ContactRequest.objects.filter(state=RequestState.SENT, expires_at__lte=now)
    over = ContactRequest.objects.filter(state=RequestState.ACCEPTED, consent__ends_at__lte=now)
    done = [_expire(request, now) for request in late.order_by("pk")]
    return sum(done) + len([end(request=request, now=now) for request in over.order_by("pk")])


@transaction.atomic
def _expire(request: ContactRequest, now: datetime) -> bool:
    request = locked(request)
    if request.state != RequestState.SENT:
        return False
    move(request, "expire", now)
    tell_unit(request, "contact_expired", now)
    return True


def next_moment(after: datetime) -> datetime | None:
    """Return when a request expires or something shown ends next, for the demo clock."""
    waiting = ContactRequest.objects.filter(state=RequestState.SENT, expires_at__gt=after)
    shown = ContactRequest.objects.filter(state=RequestState.ACCEPTED, consent__ends_at__gt=after)
    found = [
        waiting.order_by("expires_at").values_list("expires_at", flat=True).first(),
        shown.order_by("consent__ends_at").values_list("consent__ends_at", flat=True).first(),
    ]
    return min((moment for moment in found if moment), default=None)


def tell_unit(request: ContactRequest, event: str, now: datetime, **words) -> None:
    """Tell everybody who acts for the unit of a request now; `words` beside the code of the person."""
    said = {"code": request.profile.code, "unit": request.unit.name} | words
    path = f"/org/contacts/{request.public_id}/"
    people = handlers_of(request.unit, now)
    notify_many(notes=[Note(event, one, f"{event}:{request.pk}:{one.pk}", said, path) for one in people], now=now)


def _tell_other_side(message: ContactMessage, now: datetime) -> None:
    request = message.request
    if message.from_person:
        tell_unit(request, "contact_message", now, sender=request.profile.code)
        return
    key = f"contact_message:{request.pk}:{message.pk}"
    words = {"sender": request.unit.name, "code": request.profile.code, "unit": request.unit.name}
    path = f"/me/contacts/{request.public_id}/"
    notify_many(notes=[Note("contact_message", request.profile.user, key, words, path)], now=now)
