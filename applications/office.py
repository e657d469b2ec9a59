"""What the queue of the office shows: whose turn, how much time is left, how many wait."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Role
from accounts.queries import posts_of
from applications.models import Case, Clock, DeferredMaterial
from applications.services.clocks import LEADING_CLOCK
from applications.states import OPEN_STATES, TRANSITIONS, ClockKind, State
from policies.models import ServiceItem
from regions.queries import calendar_for, home_calendar
from workstations.models import Window

PAGE = 25
SOON_DAYS = 2  # working days; what ends within them is "closing soon"
CLOCK_NAMES = {
    ClockKind.ACCEPT: gettext_lazy("Time to accept"),
    ClockKind.CORRECTION: gettext_lazy("Applicant’s time to correct"),
    ClockKind.PROMISED: gettext_lazy("Time to decide (promised)"),
    ClockKind.STATUTORY: gettext_lazy("Time to decide (statutory)"),
    ClockKind.DEFERRAL: gettext_lazy("Applicant’s time to supply"),
    ClockKind.DELIVERY: gettext_lazy("Time to deliver"),
}
QUEUES = {
    "accept": gettext_lazy("To accept"),
    "supply": gettext_lazy("Deferred materials awaited"),
    "correction": gettext_lazy("In correction"),
    "examine": gettext_lazy("Being examined"),
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
QUEUE_OF = {
    State.RECEIVED: "accept",
    State.CORRECTION: "correction",
    State.EXAMINING: "examine",
    State.WAIT_SUPPLY: "supply",
    State.REVIEWED: "decide",
    State.GRANTED: "deliver",
    State.READY: "deliver",
    State.CLOSED: "closed",
}


def conditions(today: date) -> dict[str, Q]:
    """Return what belongs into each queue."""
    owed = Exists(DeferredMaterial.objects.filter(commitment__case=OuterRef("pk"), accepted_at__isnull=True))
    is_open = Q(state__in=OPEN_STATES)
    return {
        "accept": Q(state=State.RECEIVED),
        "supply": Q(is_deferred=True, state__in=TRANSITIONS["supply_deferred"].sources) & Q(owed),
        "correction": Q(state=State.CORRECTION),
        "examine": Q(state=State.EXAMINING),
        "decide": Q(state=State.REVIEWED),
        "deliver": Q(state__in=[State.GRANTED, State.READY]),
        "soon": is_open & Q(due_on__range=(today, home_calendar().add(today, SOON_DAYS))),
        "overdue": is_open & Q(due_on__lt=today),
        "closed": Q(state=State.CLOSED),
    }


def counts(user, today: date) -> dict[str, int]:
    """Count the open cases of each queue in one statement; closed ones are never counted."""
    wanted = {key: condition for key, condition in conditions(today).items() if key != "closed"}
    cases = Case.objects.for_staff(user).filter(state__in=OPEN_STATES)
    return cases.aggregate(**{key: Count("pk", filter=condition) for key, condition in wanted.items()})


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
        return self.clock.days + self.clock.paused_days

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
            stood = calendar.between(clock.stopped_on, today) if clock.stopped_on else 0
            at = clock.stopped_on or today
            left = calendar.between(at, clock.due_on)
            found[clock.kind] = ClockFace(clock, left, clock.paused_days + max(stood, 0), clock.due_on < at)
    return found


@dataclass(frozen=True)
class QueueRow:
    """One line of the queue."""

    case: Case
    face: ClockFace | None
    owed: int  # promised materials that were not accepted yet
    holder: str  # who else works on it now

    @property
    def words(self) -> str:
        return self.face.words if self.face else ""


def row_of(case: Case, user, now: datetime) -> QueueRow:
    """Return the line of a case loaded by `with_row_parts`."""
    running = faces(case, timezone.localdate(now))
    commitment = getattr(case, "commitment", None) if case.state != State.CLOSED else None
    owed = sum(item.accepted_at is None for item in commitment.items.all()) if commitment else 0
    held = case.claimed_by_id not in (None, user.pk) and case.claimed_until > now
    face = running.get(LEADING_CLOCK.get(case.state)) or next(iter(running.values()), None)
    return QueueRow(case, face, owed, case.claimed_by.name if held else "")


def with_row_parts(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Load with each case what its line shows, in a constant number of statements."""
    running = Clock.objects.filter(finished_at__isnull=True)
    related = ("item", "region", "window", "claimed_by", "commitment")
    cases = cases.select_related(*related).defer("region__outline")  # kilobytes that no line shows
    return cases.prefetch_related(Prefetch("clocks", running), "commitment__items")


@dataclass
class Wish:
    """What of the queue is asked for; `after` marks the last line of the page before."""

    queue: str
    words: str = ""
    item: int | None = None
    window: int | None = None
    after: str = ""


@dataclass
class QueuePage:
    rows: list[QueueRow] = field(default_factory=list)
    next_mark: str = ""


def queue_page(user, wish: Wish, now: datetime, size: int = PAGE) -> QueuePage:
    """Return one page of a queue, what is due first on top; closed and found cases newest first.

    A search (case number, query code, or how the applicant's name begins) looks through every queue. Nothing is
    counted: the page after begins behind a mark.
    """
    cases = Case.objects.for_staff(user)
    cases = cases.filter(_found(wish.words) if wish.words else conditions(timezone.localdate(now))[wish.queue])
    cases = cases.filter(item=wish.item) if wish.item else cases
    cases = cases.filter(window=wish.window) if wish.window else cases
    by_due = not wish.words and wish.queue != "closed"
    cases = cases.filter(_behind(wish.after, by_due)).order_by(*(("due_wd", "id") if by_due else ("-id",)))
    found = list(with_row_parts(cases)[: size + 1])
    mark = _mark(found[size - 1], by_due) if len(found) > size else ""
    return QueuePage([row_of(case, user, now) for case in found[:size]], mark)


def _found(words: str) -> Q:
    return Q(case_no=words) | Q(query_code=words.upper()) | Q(applicant_name__startswith=words)


def _mark(case: Case, by_due: bool) -> str:
    return f"{'' if case.due_wd is None else case.due_wd}.{case.pk}" if by_due else f".{case.pk}"


def _behind(mark: str, by_due: bool) -> Q:
    """Read a mark; an unreadable one gives the first page. Cases without a deadline come last, as PostgreSQL sorts."""
    due, _dot, pk = mark.partition(".")
    if not (pk.isdecimal() and len(pk) < 19 and (due == "" or (due.isdecimal() and len(due) < 9))):
        return Q()
    if not by_due:
        return Q(pk__lt=pk)
    if due == "":
        return Q(due_wd__isnull=True, pk__gt=pk)
    return Q(due_wd__gt=due) | Q(due_wd=due, pk__gt=pk) | Q(due_wd__isnull=True)


def windows_of(user, today: date) -> QuerySet[Window]:
    """Return the windows whose cases the posts of a user cover, for the filter."""
    scope = Q(pk__in=[])
    for post in posts_of(user, today).prefetch_related("windows"):
        own = [window.pk for window in post.windows.all()]
        scope |= Q(pk__in=own) if own else Q(region__path__startswith=post.region.path)
    return Window.objects.filter(scope)


def items_for_filter() -> QuerySet[ServiceItem]:
    """Return the service items, for the filter."""
    return ServiceItem.objects.order_by("serial")
