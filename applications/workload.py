"""Who has how much to do, for the head of the window: cases by colleague, what is late, who stands in for whom."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Q, QuerySet

from accounts.models import StaffPost, User
from applications.models import STAFF_ROLES_ON_CASES, Case, Cover
from applications.office import OF_APPLICANT, OF_OFFICE, SOON_DAYS, STATES
from applications.reach import Reach
from regions.queries import home_calendar

MOST = 300  # colleagues listed
STAGES = ("precheck", "accept", "examine", "decide", "deliver")


@dataclass
class Load:
    """The open cases of one colleague; without one, those that nobody has."""

    user: User | None
    total: int = 0
    late: int = 0
    soon: int = 0
    waiting: int = 0  # for the applicant
    stages: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STAGES, 0))
    covers: list[Cover] = field(default_factory=list)

    @property
    def who(self) -> str:
        """How the queue's address names them."""
        return str(self.user.pk) if self.user else "nobody"


def colleagues(reach: Reach, day: date) -> QuerySet[User]:
    """Return whoever holds a post today at a place within reach."""
    posts = StaffPost.objects.held_on(day).filter(role__in=STAFF_ROLES_ON_CASES)
    posts = posts.filter(Q(region__in=reach.regions) | Q(windows__in=reach.windows))
    return User.objects.filter(pk__in=posts.values("user")).only("pk", "name").order_by("name", "pk")[:MOST]


def loads(reach: Reach, day: date) -> list[Load]:
    """Count the open cases within reach for each colleague, one statement; those of nobody come first."""
    found: dict[int | None, Load] = {None: Load(None)} | {user.pk: Load(user) for user in colleagues(reach, day)}
    strangers = set()
    for row in _counted(reach, day):
        who = row.pop("assigned_to")
        strangers |= {who} - set(found)
        load = found.setdefault(who, Load(None))
        load.total, load.late, load.soon, load.waiting = (row.pop(key) for key in ("total", "late", "in_time", "waits"))
        load.stages = row
    for user in User.objects.filter(pk__in=strangers):  # who has cases here and no post any more
        found[user.pk].user = user
    for cover in covers(found, day):
        found[cover.absent_id].covers.append(cover)
    return list(found.values())


def covers(people: Iterable[int | None], day: date) -> QuerySet[Cover]:
    """Return who stands in for these people, now or later."""
    wanted = [pk for pk in people if pk]
    return Cover.objects.filter(absent__in=wanted, ends_on__gt=day).select_related("absent", "substitute")


def _counted(reach: Reach, day: date) -> QuerySet:
    soon = home_calendar().add(day, SOON_DAYS)
    stages = {stage: Count("pk", filter=Q(state__in=STATES[stage])) for stage in STAGES}
    return (
        Case.objects.open()
        .filter(reach.places, reach.allowed)
        .order_by()
        .values("assigned_to")
        .annotate(
            total=Count("pk"),
            late=Count("pk", filter=Q(state__in=OF_OFFICE, due_order__lt=day)),
            in_time=Count("pk", filter=Q(state__in=OF_OFFICE, due_order__range=(day, soon))),
            waits=Count("pk", filter=Q(state__in=OF_APPLICANT)),
            **stages,
        )
    )
