"""What the queue of the office shows: whose turn, how much time is left, how many wait."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Role
from applications import readings
from applications.conversation import UNREAD
from applications.models import Case, Clock, Cover, DeferredMaterial
from applications.reach import Reach, Walk, page_ids, reach_of
from applications.reach import counts as counted
from applications.services.clocks import LEADING_CLOCK
from applications.states import ENDED_STATES, OPEN_STATES, TRANSITIONS, ClockKind, State
from policies.models import ServiceItem
from regions.queries import calendar_for, home_calendar

PAGE = 25
# What waits for somebody besides cases: (user, now) -> list of Work. Apps above add theirs when they are ready.
MORE_WORK: list[Callable] = []
SOON_DAYS = 2  # working days; what ends within them is "closing soon"
CLOCK_NAMES = {
    ClockKind.ACCEPT: gettext_lazy("Time to accept"),
    ClockKind.CORRECTION: gettext_lazy("Applicant’s time to correct"),
    ClockKind.PROMISED: gettext_lazy("Time to decide (promised)"),
    ClockKind.STATUTORY: gettext_lazy("Time to decide (statutory)"),
    ClockKind.DEFERRAL: gettext_lazy("Applicant’s time to supply"),
    ClockKind.DELIVERY: gettext_lazy("Time to deliver"),
    ClockKind.PRECHECK: gettext_lazy("Time to pre-check"),
    ClockKind.SPECIAL: gettext_lazy("Special procedure, as estimated"),
    ClockKind.CHECK: gettext_lazy("Time to check the commitment"),
    ClockKind.RECTIFY: gettext_lazy("Applicant’s time to put right"),
}
QUEUES = {
    "precheck": gettext_lazy("To pre-check"),
    "accept": gettext_lazy("To accept"),
    "supply": gettext_lazy("Deferred materials awaited"),
    "correction": gettext_lazy("In correction"),
    "examine": gettext_lazy("Being examined"),
    "special": gettext_lazy("Special procedures"),
    "decide": gettext_lazy("To decide"),
    "deliver": gettext_lazy("To deliver"),
    "soon": gettext_lazy("Closing soon"),
    "overdue": gettext_lazy("Overdue"),
    "closed": gettext_lazy("Closed"),
}
OWN_QUEUE = {  # where somebody of a role begins
    Role.CLERK: "accept",
    Role.EXAMINER: "examine",
    Role.LEADER: "decide",
    Role.CERTIFICATE_CLERK: "deliver",
}
OF_APPLICANT = (State.PRECHECK_RETURNED, State.PRECHECK_PASSED, State.CORRECTION, State.WAIT_SUPPLY)
OF_OFFICE = tuple(state for state in OPEN_STATES if state not in OF_APPLICANT)  # whose deadline is the office's own
STATES = {
    "precheck": (State.PRECHECK,),
    "accept": (State.RECEIVED,),
    "supply": TRANSITIONS["supply_deferred"].sources,
    "correction": (State.CORRECTION, State.PRECHECK_RETURNED, State.PRECHECK_PASSED),
    "examine": (State.EXAMINING,),
    "special": (State.SPECIAL,),
    "decide": (State.REVIEWED,),
    "deliver": (State.GRANTED, State.READY),
    "soon": OF_OFFICE,
    "overdue": OF_OFFICE,
    "closed": ENDED_STATES,
}
QUEUE_OF = {
    state: queue for queue, states in STATES.items() if queue not in ("supply", "soon", "overdue") for state in states
}
QUEUE_OF[State.WAIT_SUPPLY] = "supply"
COUNTED = tuple(queue for queue in QUEUES if queue != "closed")
MOST_COUNTED = 100  # a tab says 99+ rather than count on


def own_queue(roles) -> str:
    """Return the queue in which the work of these posts (`Role`) begins."""
    return next((queue for role, queue in OWN_QUEUE.items() if role in roles), "accept")


def due_words(left: int | None) -> str:
    """Say how many working days are left: 0 on the last day, below 0 overdue, None without a deadline."""
    if left is None:
        return ""
    if left < 0:
        return ngettext("%(count)s working day overdue", "%(count)s working days overdue", -left) % {"count": -left}
    if left == 0:
        return _("Due today")
    return ngettext("%(count)s working day left", "%(count)s working days left", left) % {"count": left}


@dataclass(frozen=True)
class ClockFace:
    """A running clock as its ruler shows it; days are working days of its own calendar."""

    clock: Clock
    left: int
    paused: int
    is_late: bool

    @property
    def name(self) -> str:
        return CLOCK_NAMES[self.clock.kind]

    @property
    def total(self) -> int:
        return self.clock.days + self.paused

    @property
    def is_stopped(self) -> bool:
        return self.clock.stopped_on is not None

    @property
    def words(self) -> str:
        if self.is_stopped:
            return _("stopped")
        return due_words(self.left) if self.left or not self.is_late else _("Overdue")  # since a day off

    @property
    def tone(self) -> str:
        """How pressing it is: stopped, late, soon or calm."""
        if self.is_stopped:
            return "stopped"
        return "late" if self.is_late else "soon" if self.left <= SOON_DAYS else "calm"

    @property
    def ruler_left(self) -> int:
        return min(self.left, -1) if self.is_late else self.left


def faces(case: Case, today: date) -> dict[str, ClockFace]:
    """Return kind -> face of the running clocks of a case whose clocks and region were loaded."""
    calendar = calendar_for(case.region)
    found = {}
    for clock in case.clocks.all():
        if clock.finished_at is None:
            now = readings.read(clock, calendar, today)
            found[clock.kind] = ClockFace(clock, now.left, now.paused, now.is_late)
    return found


@dataclass(frozen=True)
class QueueRow:
    """One line of the queue."""

    case: Case
    face: ClockFace | None
    owed: int  # promised materials that were not accepted yet
    holder: str  # who else works on it now

    unread: int = 0  # messages of the applicant

    @property
    def words(self) -> str:
        return self.face.words if self.face else ""

    @property
    def tick(self) -> str:
        """What a tick sends: the case and the version that was seen."""
        return f"{self.case.pk}:{self.case.version}"


def row_of(case: Case, user, now: datetime) -> QueueRow:
    """Return the line of a case loaded by `with_row_parts`."""
    running = faces(case, timezone.localdate(now))
    commitment = getattr(case, "commitment", None) if case.state not in ENDED_STATES else None
    owed = sum(item.accepted_at is None for item in commitment.items.all()) if commitment else 0
    held = case.claimed_by_id not in (None, user.pk) and case.claimed_until > now
    face = running.get(LEADING_CLOCK.get(case.state)) or next(iter(running.values()), None)
    return QueueRow(case, face, owed, case.claimed_by.name if held else "", len(case.unread))


def with_row_parts(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Load with each case what its line shows, in a constant number of statements."""
    running = Clock.objects.filter(finished_at__isnull=True)
    related = ("item", "region", "claimed_by", "assigned_to", "commitment")
    cases = cases.select_related(*related).defer("answers", "region__outline")  # kilobytes that no line shows
    return cases.prefetch_related(Prefetch("clocks", running), "commitment__items", UNREAD)


@dataclass(frozen=True)
class WorkLine:
    """One line of work that an app above finds for somebody."""

    url: str
    name: str
    about: str
    number: str
    state: str
    due_on: date | None = None
    left: int | None = None  # working days

    @property
    def words(self) -> str:
        return due_words(self.left)

    @property
    def tone(self) -> str:
        return "calm" if self.left is None or self.left > SOON_DAYS else "late" if self.left < 0 else "soon"


@dataclass(frozen=True)
class Work:
    """What waits for somebody under one heading; `url` leads to all of it."""

    title: str
    url: str
    lines: list[WorkLine]


def more_work(user, now: datetime) -> list[Work]:
    """Return what the apps above have for somebody."""
    return [work for find in MORE_WORK for work in find(user, now)]


@dataclass(frozen=True)
class Wish:
    """What of the queue is asked for; `after` marks the last line of the page before."""

    queue: str
    who: str = ""  # "own", "nobody", the id of a colleague; empty: the whole team's
    item: int | None = None
    window: int | None = None
    after: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.who or self.item or self.window)


@dataclass
class QueuePage:
    rows: list[QueueRow] = field(default_factory=list)
    next_mark: str = ""


class Queue:
    """The queue as one member of staff sees it at one moment; where the posts lead is read once."""

    def __init__(self, user, now: datetime):
        self.user, self.now, self.today = user, now, timezone.localdate(now)

    @cached_property
    def reach(self) -> Reach:
        return reach_of(self.user, self.now)

    @cached_property
    def covered(self) -> list:
        """Whom the user stands in for today."""
        covers = Cover.objects.filter(substitute=self.user, starts_on__lte=self.today, ends_on__gt=self.today)
        return list(dict.fromkeys(cover.absent for cover in covers.select_related("absent")))

    def page(self, wish: Wish, size: int = PAGE) -> QueuePage:
        """Return one page, what is due first on top; closed cases the newest first.

        Nothing is counted and nothing skipped: the page after begins behind a mark.
        """
        walk = self._walk(wish)
        ids = page_ids(self.reach, walk, size=size + 1)
        cases = {case.pk: case for case in with_row_parts(Case.objects.filter(pk__in=ids[:size]))}
        found = [cases[pk] for pk in ids[:size] if pk in cases]
        mark = _mark(found[-1], walk) if len(ids) > size and found else ""
        return QueuePage([row_of(case, self.user, self.now) for case in found], mark)

    def counts(self, wish: Wish | None = None) -> dict[str, int]:
        """Count the cases of each queue under the same filters, up to `MOST_COUNTED`; closed ones are not counted."""
        wish = wish or Wish("")
        return counted(
            self.reach, {key: self._walk(replace(wish, queue=key, after="")) for key in COUNTED}, most=MOST_COUNTED
        )

    def _walk(self, wish: Wish) -> Walk:
        filters = Q(item=wish.item) if wish.item else Q()
        filters &= Q(window=wish.window) if wish.window else Q()
        filters &= Q(assigned_to=None) if wish.who == "nobody" else Q()
        walk = Walk(STATES[wish.queue], self._condition(wish.queue) & filters, self._people(wish.who))
        return replace(walk, condition=walk.condition & _behind(wish.after, walk)) if wish.after else walk

    def _people(self, who: str) -> list[int] | None:
        if who == "own":
            return [self.user.pk, *(absent.pk for absent in self.covered)]
        return [int(who)] if who.isdecimal() else None

    def _condition(self, queue: str) -> Q:
        match queue:
            case "supply":
                owed = DeferredMaterial.objects.filter(commitment__case=OuterRef("pk"), accepted_at__isnull=True)
                return Q(is_deferred=True) & Q(Exists(owed))
            case "soon":
                return Q(due_order__range=(self.today, home_calendar().add(self.today, SOON_DAYS)))
            case "overdue":
                return Q(due_order__lt=self.today)
            case _:
                return Q()


def queue_page(user, wish: Wish, now: datetime, size: int = PAGE) -> QueuePage:
    """Return one page of somebody's queue; see `Queue.page`."""
    return Queue(user, now).page(wish, size)


def _mark(case: Case, walk: Walk) -> str:
    return str(case.pk) if walk.is_ended else f"{case.due_order}.{case.pk}"


def _behind(mark: str, walk: Walk) -> Q:
    """Read a mark; an unreadable one gives the first page."""
    day, _dot, pk = mark.rpartition(".")
    if not (pk.isdecimal() and len(pk) < 19):
        return Q()
    if walk.is_ended:
        return Q(pk__lt=pk)
    try:
        due = date.fromisoformat(day)
    except ValueError:
        return Q()
    return Q(TupleGreaterThan(Tuple(F("due_order"), F("id")), (due, int(pk))))


def address(wish: Wish) -> str:
    """Return tab and filters as the query of an address, without the mark of a page."""
    parts = {"queue": wish.queue, "who": wish.who, "item": wish.item, "window": wish.window}
    return urlencode({key: value for key, value in parts.items() if value})


def count_words(count: int | None) -> str:
    """Say a count as a tab shows it: "99+" where it was not counted on."""
    return "" if count is None else str(count) if count < MOST_COUNTED else f"{MOST_COUNTED - 1}+"


def items_for_filter() -> QuerySet[ServiceItem]:
    """Return the service items, for the filter."""
    return ServiceItem.objects.order_by("serial").only("pk", "name_zh", "name_en")
