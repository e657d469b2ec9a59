"""An office holds a recruitment event: written, announced, booths given to checked units, closed when it has ended.

Basis: 人力资源市场暂行条例 第28条 (the host checks the units and files a plan for emergencies), domain 7.5.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Min, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, Unit, User
from accounts.queries import membership
from notifications.services import Note, notify_many
from talentportal.lib.refusals import Refused, refuse_unless
from talents import limits
from talents.models import Booth, RecruitEvent, Talk, Vacancy
from talents.queries.events import hosts_of
from talents.queries.people import handlers_of
from talents.rules import events as rules
from talents.states import BOOTH_MOVES, RECRUIT_MOVES, BoothState, RecruitState, TalkState

WRITTEN = (
    "code",
    "kind",
    "title_zh",
    "title_en",
    "about_zh",
    "about_en",
    "region",
    "address",
    "stream",
    "starts_at",
    "ends_at",
    "emergency_plan",
    "most_booths",
)
NOT_NOW = _("This cannot be done now.")


# --- the host --------------------------------------------------------------------------------------------------------


@transaction.atomic
def write_event(
    *, organization: Organization, values: dict, actor: User, now: datetime, event: RecruitEvent | None = None
) -> RecruitEvent:
    """Write a draft of an event, or change one; `values` has the keys of WRITTEN.

    Raises Refused with every reason, also for who has no running post in the office.
    """
    event = _take(event, "write", actor, now) if event else RecruitEvent(by=actor, created_at=now)
    _refuse_stranger(organization, actor, now)
    event.organization = organization
    for name in WRITTEN:
        setattr(event, name, values[name])
    faults, taken = rules.time_faults(values), _("Another event has this code.")
    if RecruitEvent.objects.filter(code=event.code).exclude(pk=event.pk).exists():
        faults.append(taken)
    refuse_unless(not faults, faults)
    try:
        with transaction.atomic():
            event.save()
    except IntegrityError as error:  # somebody saved it at this moment
        raise Refused([taken]) from error
    return event


@transaction.atomic
def set_stream(*, event: RecruitEvent, stream: str, actor: User, now: datetime) -> RecruitEvent:
    """Give an announced event its live stream, which is often known late; "" takes it away."""
    event = _take(event, "stream", actor, now)
    is_sound = not stream or rules.is_safe_address(stream)
    refuse_unless(is_sound, _("The address of the live stream must begin with https://."))
    event.stream = stream
    event.save()
    return event


@transaction.atomic
def announce(*, event: RecruitEvent, actor: User, now: datetime) -> RecruitEvent:
    """Make a draft public, once its plan for emergencies is filed. Raises Refused with what is missing."""
    event = _take(event, "announce", actor, now)
    faults = rules.announce_faults({name: getattr(event, name) for name in WRITTEN}, now)
    refuse_unless(not faults, faults)
    event.state, event.announced_at = RECRUIT_MOVES["announce"].target, now
    event.save()
    return event


@transaction.atomic
def cancel_event(*, event: RecruitEvent, reason: str, actor: User, now: datetime) -> RecruitEvent:
    """Call an announced event off. Effects: queues end; all who registered and all units with a booth are told why."""
    event = _take(event, "cancel", actor, now)
    refuse_unless(event.ends_at > now, _("This event has ended."))
    refuse_unless(reason.strip(), _("Write the reason; everybody who takes part reads it."))
    event.state, event.cancelled_because = RECRUIT_MOVES["cancel"].target, reason.strip()[:200]
    event.save()
    _end_queues(event, now)
    _tell_all("event_cancelled", event, now, [BoothState.ASKED, BoothState.ADMITTED], reason=event.cancelled_because)
    return event


@transaction.atomic
def admit(*, booth: Booth, actor: User, now: datetime) -> Booth:
    """Give a checked unit the lowest free booth. Raises Refused with everything that stands against it today."""
    booth = _take_booth(booth, "admit", actor, now)
    faults = _unfit(booth, now)
    taken = set(booth.event.booths.filter(number__isnull=False).values_list("number", flat=True))
    number = rules.lowest_free(taken, booth.event.most_booths)
    if number is None:
        faults.append(_("All booths are taken."))
    refuse_unless(not faults, faults)
    booth.number = number
    return _decide(booth, "admit", "", actor, now)


@transaction.atomic
def refuse_booth(*, booth: Booth, note: str, actor: User, now: datetime) -> Booth:
    """Say no to a unit that asked for a booth, with a note that it reads; it may ask again."""
    booth = _take_booth(booth, "refuse", actor, now)
    refuse_unless(note.strip(), _("Say why; the unit reads it."))
    return _decide(booth, "refuse", note, actor, now)


# --- time ------------------------------------------------------------------------------------------------------------


def sweep(now: datetime) -> int:
    """Remind who takes part, close what has ended, erase names whose days are over. Repeated, it writes nothing."""
    return remind(now) + close_ended(now) + erase_names(now)


def remind(now: datetime) -> int:
    """Remind people and units of the events that begin soon, once; return of how many events."""
    soon = RecruitEvent.objects.filter(**_soon(now))
    return sum(_remind(pk, now) for pk in soon.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _remind(pk: int, now: datetime) -> bool:
    event = RecruitEvent.objects.select_for_update(skip_locked=True).filter(pk=pk, **_soon(now)).first()
    if event is None:
        return False
    event.reminded_at = now
    event.save()
    _tell_all("event_soon", event, now, [BoothState.ADMITTED])
    return True


def _soon(now: datetime) -> dict:
    begins = {"starts_at__gt": now, "starts_at__lte": now + timedelta(hours=limits.EVENT_REMIND_HOURS)}
    return {"state": RecruitState.ANNOUNCED, "reminded_at__isnull": True, **begins}


def close_ended(now: datetime) -> int:
    """Close the events that have ended; return how many."""
    ended = RecruitEvent.objects.filter(state__in=RECRUIT_MOVES["close"].sources, ends_at__lte=now).order_by("pk")
    return sum(close_event(event=event, now=now) for event in ended)


@transaction.atomic
def close_event(*, event: RecruitEvent, now: datetime) -> bool:
    """Close an event that has ended; False when it is not to be closed.

    Effects: who waits has left, who was called did not come; people are asked how it was, units are told.
    """
    ended = {"state__in": RECRUIT_MOVES["close"].sources, "ends_at__lte": now}
    event = RecruitEvent.objects.select_for_update(skip_locked=True).filter(pk=event.pk, **ended).first()
    if event is None:
        return False
    event.state = RECRUIT_MOVES["close"].target
    event.save()
    _end_queues(event, now)
    until = timezone.localdate(rules.survey_until(event.ends_at)).isoformat()
    _tell_all("event_over", event, now, [BoothState.ADMITTED], until=until)
    return True


def erase_names(now: datetime) -> int:
    """Erase the names and lines of talks at events whose days are over; return how many."""
    old = Talk.objects.filter(booth__event__ends_at__lte=now - timedelta(days=limits.EVENT_SHOWN_DAYS))
    return old.exclude(name="", line="").update(name="", line="")


def next_moment(after: datetime) -> datetime | None:
    """Return when an event is reminded of, begins, ends or loses its names next, for the demo clock."""
    ahead, shown = timedelta(hours=limits.EVENT_REMIND_HOURS), timedelta(days=limits.EVENT_SHOWN_DAYS)
    events = RecruitEvent.objects.filter(state=RecruitState.ANNOUNCED)
    moments = (
        _first_after(after, events, "starts_at", -ahead),
        _first_after(after, events, "starts_at"),
        _first_after(after, events, "ends_at"),
        _first_after(after, Talk.objects.exclude(name=""), "booth__event__ends_at", shown),
    )
    return min(filter(None, moments), default=None)


def _first_after(after: datetime, rows: QuerySet, field: str, shift: timedelta = timedelta()) -> datetime | None:
    first = rows.filter(**{f"{field}__gt": after - shift}).aggregate(first=Min(field))["first"]
    return first and first + shift


# --- parts -----------------------------------------------------------------------------------------------------------


def unfit_vacancies(event: RecruitEvent, unit: Unit, vacancies: list[Vacancy], now: datetime) -> list:
    """List what stands against a unit showing these vacancies at an event."""
    chosen = {vacancy.pk for vacancy in vacancies}
    online = Vacancy.objects.online(now).filter(unit=unit, pk__in=chosen)
    found = []
    if not 1 <= len(chosen) <= limits.BOOTH_VACANCIES:
        found.append(_("Choose from 1 to %(most)s vacancies.") % {"most": limits.BOOTH_VACANCIES})
    if online.count() < len(chosen):
        found.append(_("Only vacancies of the unit that are online can be shown."))
    found += [
        _("“%(vacancy)s” does not ask for a doctorate.") % {"vacancy": vacancy.title}
        for vacancy in vacancies
        if not rules.fits_kind(event.kind, vacancy.degree)
    ]
    return found


def end_queue(talks: QuerySet[Talk], now: datetime) -> None:
    """End what goes on in these talks: who waits has left, who was called did not come; nobody's name is kept."""
    ends = {"ended_at": now, "name": "", "line": ""}
    talks.filter(state=TalkState.WAITING).update(state=TalkState.LEFT, **ends)
    talks.filter(state=TalkState.CALLED).update(state=TalkState.ABSENT, **ends)


def _end_queues(event: RecruitEvent, now: datetime) -> None:
    list(event.booths.select_for_update().order_by("pk"))  # a number that is being drawn is drawn first
    end_queue(Talk.objects.filter(booth__event=event), now)


def _take(event: RecruitEvent, verb: str, actor: User, now: datetime) -> RecruitEvent:
    """Lock an event of the actor's office and refuse when the verb does not start from its state."""
    rows = RecruitEvent.objects.select_for_update(of=("self",)).select_related("organization")
    event = rows.get(pk=event.pk)
    _refuse_stranger(event.organization, actor, now)
    refuse_unless(event.state in RECRUIT_MOVES[verb].sources, NOT_NOW)
    return event


def _take_booth(booth: Booth, verb: str, actor: User, now: datetime) -> Booth:
    """Lock the event, so that numbers are given one after the other, and a booth at it."""
    event = RecruitEvent.objects.select_for_update(of=("self",)).select_related("organization").get(pk=booth.event_id)
    _refuse_stranger(event.organization, actor, now)
    booth = Booth.objects.select_for_update(of=("self",)).select_related("unit").get(pk=booth.pk)
    booth.event = event
    refuse_unless(booth.state in BOOTH_MOVES[verb].sources, NOT_NOW)
    refuse_unless(event.state == RecruitState.ANNOUNCED and now < event.ends_at, _("This event has ended."))
    refuse_unless(membership(actor, booth.unit) is None, _("You act for this unit; somebody else has to decide."))
    return booth


def _unfit(booth: Booth, now: datetime) -> list:
    found = unfit_vacancies(booth.event, booth.unit, list(booth.vacancies.all()), now)
    if booth.unit.status != Unit.Status.VERIFIED:
        found.append(_("This unit is no longer verified."))
    return found


def _decide(booth: Booth, verb: str, note: str, actor: User, now: datetime) -> Booth:
    booth.state, booth.note = BOOTH_MOVES[verb].target, note.strip()[:200]
    booth.decided_by, booth.decided_at = actor, now
    booth.save()
    kind = "booth_admitted" if verb == "admit" else "booth_refused"
    words = {"number": str(booth.number or ""), "reason": booth.note}
    notify_many(notes=_to_unit(kind, booth, f"{now:%Y%m%d%H%M%S}", now, **words), now=now)
    return booth


def _refuse_stranger(organization: Organization, actor: User, now: datetime) -> None:
    is_host = hosts_of(actor, now).filter(pk=organization.pk).exists()
    refuse_unless(is_host, _("Only the office that holds the event does this, through somebody with a post in it."))


def _tell_all(kind: str, event: RecruitEvent, now: datetime, states: list, **words) -> None:
    """Tell everybody who registered, and who acts for units whose booths are in these states."""
    people = User.objects.filter(event_registrations__event=event, is_active=True)
    said = words_of(event) | words
    notes = [Note(kind, one, f"{kind}:{event.pk}:{one.pk}", said, f"/me/events/{event.code}/") for one in people]
    for booth in event.booths.filter(state__in=states).select_related("unit"):
        booth.event = event
        notes += _to_unit(kind, booth, str(event.pk), now, **words)
    notify_many(notes=notes, now=now)


def _to_unit(kind: str, booth: Booth, key: str, now: datetime, **words) -> list[Note]:
    said = words_of(booth.event) | {"unit": booth.unit.name} | words
    page = f"/org/events/{booth.event.code}/"
    people = handlers_of(booth.unit, now)
    return [Note(kind, one, f"{kind}:b{booth.pk}:{key}:{one.pk}", said, page) for one in people]


def words_of(event: RecruitEvent) -> dict:
    """Return the words about an event for messages."""
    begins = timezone.localtime(event.starts_at)
    title = {"zh": event.title_zh, "en": event.title_en}
    return {"event": title, "date": begins.date().isoformat(), "time": f"{begins:%H:%M}"}
