"""A large pool in the memory of this process: counted in milliseconds, never behind PostgreSQL.

What is kept is a copy of the entries as of one moment. A trigger names every entry that was written since, and by which
transaction; these are left out here and counted one by one in PostgreSQL. So a consent that was withdrawn a moment ago
is withdrawn here. A process copies anew, in a thread of its own, when much has changed.
"""

import threading
import time
from collections import Counter, OrderedDict
from datetime import UTC, datetime, timedelta

import numpy as np
from django.db import connection

from talents.models import PoolChange, PoolEntry
from talents.queries import counting
from talents.queries.counting import FACETS, Counts, Find, Mark
from talents.rules.conditions import ARRAYS, COLUMNS, Condition

LARGE = 20_000  # entries; PostgreSQL alone answers for a smaller pool soon enough
MOST_CHANGES = 5_000  # entries that are asked for one by one
MANY_CHANGES = 1_000  # from which on the copy is made anew
OLDEST = 12 * 3600  # seconds; changes are kept for a day
LOOK_AGAIN = 60  # seconds until a process asks again whether the pool is large
MOST_TEXTS = 64  # searches for words that are remembered
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Column:
    """A column of the pool: its different values, and for each place which of them."""

    def __init__(self, name: str, size: int, by_value: list[tuple], place_of):
        self.values = [tuple(value) if isinstance(value, list) else value for value, _ids in by_value]
        self.codes = np.zeros(size, np.min_scalar_type(max(len(by_value) - 1, 0)))
        for code, (_value, ids) in enumerate(by_value):
            self.codes[place_of(ids)] = code
        self.is_array = name in ARRAYS
        self.holders: dict = {}  # of an array: one value, and which of the different arrays have it
        if self.is_array:
            for code, found in enumerate(self.values):
                for value in found:
                    self.holders.setdefault(value, []).append(code)

    def mask(self, test) -> np.ndarray:
        """Return where the value passes."""
        return np.fromiter(map(test, self.values), bool, len(self.values))[self.codes]

    def counts(self, places: np.ndarray) -> Counter:
        """Count the values at these places, of arrays each of their values."""
        found = np.bincount(self.codes[places], minlength=len(self.values))
        if self.is_array:
            each = {value: int(found[codes].sum()) for value, codes in self.holders.items()}
        else:
            each = dict(zip(self.values, found.tolist(), strict=True))
        return Counter({value: n for value, n in each.items() if n})


class Pool:
    """A copy of the entries, the newest first."""

    def __init__(self):
        self.since, self.made_at = _now_xact(), time.monotonic()
        ids, updated, confirm = _numbers()
        order = np.lexsort((-ids, -updated))
        self.ids, self.updated, self.confirm_by = ids[order], updated[order], confirm[order]
        self._by_id = np.argsort(self.ids)
        self._sorted = self.ids[self._by_id]
        names = {*COLUMNS.values(), "audience"}
        self.columns = {name: Column(name, len(ids), _by_value(name), self.places) for name in sorted(names)}
        self.blocked: dict[int, np.ndarray] = {
            unit: self.places(found) for unit, found in _rows(
                "SELECT unit, string_agg(int8send(profile_id), ''::bytea) FROM talents_poolentry, unnest(blocked) unit"
                " GROUP BY unit"
            )
        }  # fmt: skip
        self._texts: OrderedDict[str, np.ndarray] = OrderedDict()

    def places(self, found: bytes | list[int]) -> np.ndarray:
        """Return where these profiles are; who is not in the copy is left out."""
        wanted = np.array(found, np.int64) if isinstance(found, list) else _unpacked(found)
        if not len(self._sorted):
            return np.zeros(0, np.int64)
        at = np.minimum(np.searchsorted(self._sorted, wanted), len(self._sorted) - 1)
        return self._by_id[at[self._sorted[at] == wanted]]

    def changed(self) -> list[int]:
        """Return the profiles written since the copy was made, at most one more than can be asked for one by one."""
        changes = PoolChange.objects.filter(xact__gte=self.since).order_by().values_list("profile", flat=True)
        return list(changes.distinct()[: MOST_CHANGES + 1])

    def seen(self, find: Find, changed: list[int]) -> np.ndarray:
        """Return where those are whom the unit may find and who have the words; without the changed ones."""
        seen = self.columns["audience"].mask(set(find.viewer.audiences).__contains__)
        seen &= self.confirm_by > (find.now - EPOCH) // MICROSECOND
        for out in (self.blocked.get(find.viewer.unit), self.places(changed)):
            if out is not None:
                seen[out] = False
        if find.tsquery:
            has = np.zeros(len(seen), bool)
            has[self._with_words(find)] = True
            seen &= has
        return seen

    def _with_words(self, find: Find) -> np.ndarray:
        if find.tsquery not in self._texts:
            self._texts[find.tsquery] = self.places(counting.with_words(find)).astype(np.int32)
            while len(self._texts) > MOST_TEXTS:
                self._texts.popitem(last=False)
        return self._texts[find.tsquery]

    def meet(self, condition: Condition) -> np.ndarray:
        """Return where a condition is met."""
        return self.columns[condition.column].mask(condition.test)

    def counted(self, find: Find, changed: list[int]) -> Counts:
        """Count as `counting.counted` does."""
        seen, met = self.seen(find, changed), {group: self.meet(one) for group, one in find.hard.items()}
        missed = np.zeros(len(seen), np.uint8)
        for passed in met.values():
            missed += ~passed
        every, once = np.flatnonzero(seen & (missed == 0)), seen & (missed == 1)
        counts = Counts(total=len(every))
        alone = {group: np.flatnonzero(once & ~passed) for group, passed in met.items()}
        counts.without = Counter({group: len(every) + len(places) for group, places in alone.items()})
        for group in FACETS:
            column = self.columns[COLUMNS[group]]
            counts.values[group] = column.counts(every)
            if group in alone:
                counts.values[group].update(column.counts(alone[group]))
        return counts

    def page(self, find: Find, size: int, after: Mark | None, changed: list[int]) -> list[Mark]:
        """Return the next places as `counting.page` does."""
        seen = self.seen(find, changed)
        for one in find.hard.values():
            seen &= self.meet(one)
        score = np.zeros(len(seen), np.uint8)
        for one in find.wishes.values():
            score += self.meet(one)
        found: list[Mark] = []
        top = after[0] if after else len(find.wishes)
        for level in range(top, -1, -1):
            start = self._beyond(after) if after and level == top else 0
            here = seen[start:] & (score[start:] == level) if find.wishes else seen[start:]
            for place in np.flatnonzero(here)[: size - len(found)] + start:
                found.append((level, EPOCH + int(self.updated[place]) * MICROSECOND, int(self.ids[place])))
            if len(found) == size:
                break
        return found

    def _beyond(self, after: Mark) -> int:
        moment = (after[1] - EPOCH) // MICROSECOND
        first = int(np.searchsorted(-self.updated, -moment, "left"))
        last = int(np.searchsorted(-self.updated, -moment, "right"))
        return first + int(np.searchsorted(-self.ids[first:last], -after[2], "right"))


def counted(find: Find) -> Counts:
    """Count what a search finds: in memory where the pool is large, in PostgreSQL where it is small."""
    pool, changed = current()
    if pool is None:
        return counting.counted(find)
    counts = pool.counted(find, changed)
    return counts.add(counting.counted(find, changed)) if changed else counts


def page(find: Find, size: int, after: Mark | None = None) -> list[Mark]:
    """Return the places of the next people, at most `size`: in memory where the pool is large."""
    pool, changed = current()
    if pool is None:
        return counting.page(find, size, after)
    found = pool.page(find, size, after, changed)
    if changed:
        found = sorted(found + counting.page(find, size, after, changed), reverse=True)
    return found[:size]


# --- The copy of this process -----------------------------------------------------------------------------------------

_pool: Pool | None = None
_asked_at = 0.0
_copying = threading.Lock()


def current() -> tuple[Pool | None, list[int]]:
    """Return the copy and who has changed since; None while there is none or too much has changed."""
    pool = _pool  # another thread may put a newer one there
    if pool is None:
        _copy_if_large()
        return None, []
    changed, age = pool.changed(), time.monotonic() - pool.made_at
    if len(changed) > MANY_CHANGES or age > OLDEST:
        _in_background()
    if len(changed) > MOST_CHANGES or age > 2 * OLDEST:
        return None, []
    return pool, changed


def keep(pool: Pool | None) -> None:
    """Keep this copy, or none, for the searches of this process."""
    global _pool, _asked_at
    _pool, _asked_at = pool, 0.0


def _copy_if_large() -> None:
    global _asked_at
    if time.monotonic() - _asked_at < LOOK_AGAIN and _asked_at:
        return
    _asked_at = time.monotonic()
    about = _rows(f"SELECT reltuples FROM pg_class WHERE oid = '{PoolEntry._meta.db_table}'::regclass")[0][0]  # noqa: S608
    if about >= LARGE:
        _in_background()


def _in_background() -> None:
    if _copying.acquire(blocking=False):
        threading.Thread(target=_copy, daemon=True).start()


def _copy() -> None:
    try:
        keep(Pool())
    finally:
        connection.close()
        _copying.release()


def forget_changes(_now: datetime) -> int:
    """Sweep: forget changes that every copy has taken in; return how many. By the clock of the database."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM talents_poolchange WHERE at < now() - interval '1 day 6 hours'")
        return cursor.rowcount


def _now_xact() -> int:
    """Return the oldest transaction that may still write something that this one does not see."""
    return int(_rows("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")[0][0])


def _numbers() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    columns = ("profile_id", "(extract(epoch FROM updated_at) * 1000000)::bigint",
               "(extract(epoch FROM confirm_by) * 1000000)::bigint")  # fmt: skip
    packed = ", ".join(f"string_agg(int8send({column}), ''::bytea)" for column in columns)
    row = _rows(f"SELECT {packed} FROM talents_poolentry")[0]  # noqa: S608
    return tuple(_unpacked(found or b"") for found in row)


def _by_value(column: str) -> list[tuple]:
    sql = f"SELECT {column}, string_agg(int8send(profile_id), ''::bytea) FROM talents_poolentry GROUP BY {column}"  # noqa: S608
    return _rows(sql)


def _unpacked(found) -> np.ndarray:
    return np.frombuffer(bytes(found), ">i8").astype(np.int64)


def _rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()
