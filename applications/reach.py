"""Which cases a member of staff reaches, as the keys of the queue's indexes; and a page of them, key by key.

A post covers a region with all below it, or the windows it names. `CaseQuerySet.for_staff` says the same as a
condition; here it becomes a list of places, so that PostgreSQL walks an index in order for each place (LATERAL) and
stops after a page, whether ten thousand cases lie there or a million (decision 0024).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from operator import or_

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from accounts.models import Role, UnitMember
from accounts.queries import posts_of
from applications.models import STAFF_ROLES_ON_CASES, Case
from applications.states import ENDED_STATES, State
from regions.models import Region
from workstations.models import Window

WIDE = 40  # from so many regions on, one index over all of them is walked instead of one place after the other


@dataclass(frozen=True)
class Reach:
    """Where a user works: regions whole, and single windows of other regions. Never the own cases (domain 11.27),
    nor those from which the user stays away.
    """

    user_id: int
    units: tuple[int, ...] = ()  # that the user acts for
    regions: tuple[str, ...] = ()
    windows: tuple[int, ...] = ()
    window_regions: tuple[str, ...] = ()
    is_head: bool = False  # of a window, or a leader
    lead_regions: tuple[str, ...] = ()  # where cases of closed accounts are seen
    lead_windows: tuple[int, ...] = ()
    away: tuple[int, ...] = ()  # cases from which the user stays away

    @property
    def is_wide(self) -> bool:
        return len(self.regions) >= WIDE

    @property
    def places(self) -> Q:
        """The cases of these places, as a condition."""
        found = Q(region__in=self.regions) if self.regions else Q(pk__in=())
        return found | Q(window__in=self.windows) if self.windows else found

    @property
    def allowed(self) -> Q:
        """What must hold besides the place: not the own case, none to stay away from, none kept in store only."""
        own = Q(applicant=self.user_id) | Q(agent__isnull=False, agent=self.user_id)
        own |= Q(unit__isnull=False, unit__in=self.units) if self.units else Q()
        led = Q(is_restricted=False)
        led |= Q(region__in=self.lead_regions) if self.lead_regions else Q()
        led |= Q(window__in=self.lead_windows) if self.lead_windows else Q()
        return ~own & led & (~Q(pk__in=self.away) if self.away else Q())

    def cases(self) -> QuerySet[Case]:
        """Return the submitted cases within reach."""
        return Case.objects.filter(self.places, self.allowed).exclude(state=State.DRAFT)


def reach_of(user, now: datetime) -> Reach:
    """Read where the posts of today lead: posts, their windows, regions below, units that the user acts for."""
    posts = posts_of(user, timezone.localdate(now)).filter(role__in=STAFF_ROLES_ON_CASES)
    here = Window.objects.select_related("region").only("pk", "region__path")
    whole, windows, led = [], {}, set()  # posts without windows, window -> region, windows of leaders
    posts = list(posts.prefetch_related(Prefetch("windows", here)))
    for post in posts:
        own = {w.pk: w.region_id for w in post.windows.all() if w.region.path.startswith(post.region.path)}
        windows |= own
        led |= set(own) if post.role == Role.LEADER else set()
        whole += [] if post.windows.all() else [post]
    areas = reduce(or_, (Q(path__startswith=post.region.path) for post in whole), Q(pk__in=()))
    paths = dict(Region.objects.filter(areas).order_by().values_list("code", "path"))
    windows = {pk: region for pk, region in windows.items() if region not in paths}
    leaders = tuple(post.region.path for post in whole if post.role == Role.LEADER)
    return Reach(
        user.pk,
        units=tuple(UnitMember.objects.filter(user_id=user.pk, left_at=None).values_list("unit", flat=True)),
        regions=tuple(paths),
        windows=tuple(windows),
        window_regions=tuple(set(windows.values())),
        is_head=any(post.is_head or post.role == Role.LEADER for post in posts),
        lead_regions=tuple(code for code, path in paths.items() if path.startswith(leaders)),
        lead_windows=tuple(led),
        away=tuple(user.recusals.values_list("case", flat=True)),
    )


def windows_within(reach: Reach) -> QuerySet[Window]:
    """Return the windows whose cases are within reach, for the filter."""
    windows = Window.objects.filter(Q(region__in=reach.regions) | Q(pk__in=reach.windows))
    return windows.only("pk", "name_zh", "name_en")


# --- one page, key by key --------------------------------------------------------------------------------------------


ALL = Q()


@dataclass(frozen=True)
class Walk:
    """What is walked: open cases in these states that fulfil a condition, of these people or anybody's."""

    states: Sequence[str]
    condition: Q = ALL
    people: Sequence[int] | None = None  # given to them; None: whoever has them

    @property
    def is_ended(self) -> bool:
        return all(state in ENDED_STATES for state in self.states)


ORDER = ("due_order", "id")  # what is due first on top
ENDED_ORDER = ("-id",)  # the newest on top


def page_ids(reach: Reach, walk: Walk, *, size: int) -> list[int]:
    """Return the ids of the first cases of a walk, in its order; one statement."""
    sql, params = _union(reach, walk, size)
    order = "id DESC" if walk.is_ended else "due_order, id"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM ({sql}) found ORDER BY {order} LIMIT {size:d}", params)  # noqa: S608  our own
        return [pk for (pk,) in cursor.fetchall()]


def counts(reach: Reach, walks: dict[str, Walk], *, most: int) -> dict[str, int]:
    """Count each walk, but no further than `most`; one statement for all.

    Walks that differ only in their states are walked together and added up.
    """
    together: dict[tuple, list[Walk]] = {}
    for walk in walks.values():
        together.setdefault(_key(walk), []).append(walk)
    parts, params = [], []
    for number, alike in enumerate(together.values()):
        states = tuple({state for walk in alike for state in walk.states})
        sql, more = _union(reach, replace(alike[0], states=states), most, is_sorted=False)
        parts.append(f"SELECT {number} AS walk, state, count(*) FROM ({sql}) found GROUP BY state")  # noqa: S608
        params += more
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        found = {(number, state): count for number, state, count in cursor.fetchall()}
    numbers = {key: number for number, key in enumerate(together)}
    return {
        name: min(most, sum(found.get((numbers[_key(walk)], state), 0) for state in walk.states))
        for name, walk in walks.items()
    }


def _key(walk: Walk) -> tuple:
    return walk.condition, walk.people is None, tuple(walk.people or ())


def _union(reach: Reach, walk: Walk, size: int, is_sorted: bool = True) -> tuple[str, list]:
    """Return the statement over every kind of place, which do not overlap."""
    parts, params = [], []
    for column, keys, condition in _places(reach, walk):
        inner, inner_params = _inner(reach, walk, column, condition, size, is_sorted)
        parts.append(
            "SELECT page.* FROM (SELECT key, state FROM unnest(%s) key CROSS JOIN unnest(%s::text[]) state) place "  # noqa: S608
            f"CROSS JOIN LATERAL ({inner}) page"
        )
        params += [list(keys), ["-"] if walk.is_ended else list(walk.states), *inner_params]
    return " UNION ALL ".join(parts), params


def _places(reach: Reach, walk: Walk) -> list[tuple[str, Sequence, Q]]:
    """List (column of the key, keys, what else must hold): the index to be walked for each of them."""
    if walk.is_ended:
        return _some(
            ("region_id", reach.regions, Q()), ("region_id", reach.window_regions, Q(window__in=reach.windows))
        )
    if walk.people is not None:
        return [("assigned_to_id", walk.people or [0], reach.places)]
    if reach.is_wide:
        return [("", [0], reach.places)]
    return _some(("region_id", reach.regions, Q()), ("window_id", reach.windows, Q()))


def _some(*places) -> list[tuple[str, Sequence, Q]]:
    return [place for place in places if place[1]] or [("window_id", [0], Q())]


def _inner(reach, walk, column, condition, size, is_sorted) -> tuple[str, list]:
    """Compile what is read for one place: an ordinary queryset whose keys come from outside."""
    if walk.is_ended:
        cases = Case.objects.filter(state__in=ENDED_STATES).filter(state__in=walk.states)
    else:
        cases = Case.objects.open().filter(state=RawSQL("place.state", ()))
    cases = cases.filter(**{column: RawSQL("place.key", ())} if column else {})
    if walk.is_ended and walk.people is not None:
        cases = cases.filter(assigned_to__in=walk.people)
    cases = cases.filter(condition, reach.allowed, walk.condition).order_by(
        *(() if not is_sorted else ENDED_ORDER if walk.is_ended else ORDER)
    )
    sql, params = cases.values("id", "due_order", "state")[:size].query.sql_with_params()
    return sql, list(params)
