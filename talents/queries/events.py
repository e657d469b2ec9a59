"""Recruitment events, their booths and queues, for everybody, for a person and for a unit."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Avg, Count, F, Prefetch, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from accounts.models import Organization, Role, Unit, User
from accounts.queries import posts_of
from talents import limits
from talents.models import Booth, RecruitEvent, Registration, Talk, Vacancy
from talents.rules import events as rules
from talents.states import HELD_TALKS, BoothState, RecruitState, TalkState

HOST_ROLES = (Role.EXAMINER, Role.LEADER)
LAST_TALKS = 10  # by which the wait is reckoned


# --- events ----------------------------------------------------------------------------------------------------------


def hosts_of(user: User, now: datetime) -> QuerySet[Organization]:
    """Return the offices for which the user may hold events now: those of running posts."""
    if user.is_superuser:
        return Organization.objects.all()
    posts = posts_of(user, timezone.localdate(now)).filter(role__in=HOST_ROLES)
    return Organization.objects.filter(pk__in=posts.order_by().values("organization"))


def coming(now: datetime) -> QuerySet[RecruitEvent]:
    """Return the announced events that have not ended, the next one first."""
    rows = RecruitEvent.objects.filter(state=RecruitState.ANNOUNCED, ends_at__gt=now)
    return rows.select_related("organization", "region").order_by("starts_at", "pk")


def past(now: datetime) -> QuerySet[RecruitEvent]:
    """Return the events that have ended, the latest first; cancelled ones took not place."""
    rows = RecruitEvent.objects.filter(state__in=[RecruitState.ANNOUNCED, RecruitState.OVER], ends_at__lte=now)
    return rows.select_related("organization", "region").order_by("-ends_at", "-pk")


def search(text: str, now: datetime, most: int = 10) -> list[RecruitEvent]:
    """Return the announced events that have not ended whose titles have every one of the words, the next one first."""
    rows = coming(now)
    for word in text.split()[:5]:
        rows = rows.filter(Q(title_zh__icontains=word) | Q(title_en__icontains=word))
    return list(rows[:most])


def live(event: RecruitEvent, now: datetime) -> bool:
    """Tell whether an event is running."""
    return event.state == RecruitState.ANNOUNCED and event.starts_at <= now < event.ends_at


def stream_of(event: RecruitEvent, now: datetime) -> str:
    """Return the address of the live stream while it is to be shown, else ""."""
    is_shown = event.state == RecruitState.ANNOUNCED and rules.stream_is_shown(event.starts_at, event.ends_at, now)
    return event.stream if is_shown else ""


@dataclass(frozen=True)
class EventFigures:
    """What came of an event; `stars` is None while too few have answered."""

    units: int
    posts: int
    registrations: int
    talks: int
    held: int
    intentions: int
    answered: int
    stars: float | None


def figures(event: RecruitEvent) -> EventFigures:
    """Count an event: admitted units and their posts, people, numbers drawn and talks held."""
    admitted = event.booths.filter(state=BoothState.ADMITTED)
    vacancies = Vacancy.objects.filter(pk__in=admitted.values("vacancies"))
    told = event.registrations.aggregate(all=Count("pk"), answered=Count("stars"), stars=Avg("stars"))
    is_known = told["answered"] >= limits.SMALL_CELL
    return EventFigures(
        units=admitted.count(),
        posts=vacancies.aggregate(all=Sum("posts"))["all"] or 0,
        registrations=told["all"],
        answered=told["answered"],
        stars=round(told["stars"], 1) if is_known else None,
        **_counted(Talk.objects.filter(booth__event=event)),
    )


def _counted(talks: QuerySet[Talk]) -> dict[str, int]:
    return talks.aggregate(
        talks=Count("pk"),
        held=Count("pk", filter=Q(state__in=HELD_TALKS)),
        intentions=Count("pk", filter=Q(state=TalkState.INTENTION)),
    )


# --- booths ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BoothFigures:
    """What came of a booth, for its unit."""

    talks: int
    held: int
    intentions: int


def booths_of(event: RecruitEvent, now: datetime) -> QuerySet[Booth]:
    """Return the admitted booths of an event with their vacancies that are online (`shown`) and who waits (`waiting`).

    The vacancies of an event that has ended are those that are still online.
    """
    shown = Prefetch("vacancies", Vacancy.objects.online(now).select_related("region"), to_attr="shown")
    waiting = Count("talks", filter=Q(talks__state=TalkState.WAITING))
    rows = event.booths.filter(state=BoothState.ADMITTED).select_related("unit")
    return rows.prefetch_related(shown).annotate(waiting=waiting).order_by("number")


def booth_of(event: RecruitEvent, unit: Unit) -> Booth | None:
    """Return what a unit asked for at an event, whatever became of it."""
    return event.booths.select_related("unit", "event").filter(unit=unit).first()


def booth_figures(booth: Booth) -> BoothFigures:
    """Count a booth for its unit."""
    return BoothFigures(**_counted(booth.talks.all()))


def queue_of(booth: Booth) -> QuerySet[Talk]:
    """Return who waits at a booth, in the order of the numbers."""
    return booth.talks.filter(state=TalkState.WAITING).select_related("vacancy").order_by("number")


def called_at(booth: Booth) -> Talk | None:
    """Return whom a booth has called and is talking with."""
    return booth.talks.filter(state=TalkState.CALLED).select_related("vacancy").first()


def talked_with(booth: Booth, now: datetime) -> QuerySet[Talk]:
    """Return those who talked at a booth, for its unit, until the names are erased."""
    if now >= rules.names_until(booth.event.ends_at):
        return Talk.objects.none()
    return booth.talks.filter(state__in=HELD_TALKS).select_related("vacancy").order_by("number")


def place_in(talk: Talk) -> int:
    """Return how many wait before somebody at a booth."""
    return talk.booth.talks.filter(state=TalkState.WAITING, number__lt=talk.number).count()


def expected_waits(before: Mapping[int, int]) -> dict[int, int | None]:
    """Return booth -> the minutes to wait with so many people `before`; None while nobody can say. One query."""
    latest = Window(RowNumber(), partition_by="booth", order_by=F("ended_at").desc())
    held = Talk.objects.filter(booth__in=before, state__in=HELD_TALKS).annotate(latest=latest)
    lengths = defaultdict(list)
    for talk in held.filter(latest__lte=LAST_TALKS).only("booth_id", "called_at", "ended_at"):
        lengths[talk.booth_id].append(talk.ended_at - talk.called_at)
    return {booth: rules.wait_minutes(lengths[booth], people) for booth, people in before.items()}


# --- a person --------------------------------------------------------------------------------------------------------


def registration_of(event: RecruitEvent, user: User) -> Registration | None:
    """Return how somebody takes part in an event, None for who does not."""
    return event.registrations.filter(user=user).first() if user.is_authenticated else None


def mine(user: User, now: datetime) -> QuerySet[Registration]:
    """Return what a person registered for with the talks, the latest event first."""
    talks = Talk.objects.select_related("booth__unit", "vacancy").order_by("drawn_at")
    rows = Registration.objects.filter(user=user).select_related("event__organization", "event__region")
    return rows.prefetch_related(Prefetch("talks", talks)).order_by("-event__starts_at", "-pk")
