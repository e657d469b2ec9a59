"""The chain of events: anchored once a day, and checked for whoever holds a receipt (docs/decisions/0026).

The database writes each event with the hash of the one before it (`models/case.py`). Whoever changed an old event, or
took one out, would have to change every later one, each daily anchor since, and the receipts that people hold.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from applications import queries
from applications.models import Case, CaseEvent, ChainAnchor, Paper
from applications.models.case import EVENT_HASH
from applications.states import PaperKind

PATIENCE = "3s"  # how long an anchor waits for verbs under way; then the next sweep tries again

_ROOT = """
    SELECT count(*), COALESCE(max(id), %(after)s),
        encode(sha256(convert_to(COALESCE(string_agg(hash, '' ORDER BY id), ''), 'UTF8')), 'hex')
    FROM applications_caseevent WHERE id > %(after)s AND (%(last)s::bigint IS NULL OR id <= %(last)s)
"""
_ANCHOR_HASH = "encode(sha256(convert_to(jsonb_build_array({})::text, 'UTF8')), 'hex')"
_SEAL = f"SELECT {_ANCHOR_HASH.format('%s::text, %s::date, %s::bigint, %s::int, %s::text')}"
_ANCHORS_HOLD = f"""
    SELECT COALESCE(bool_and(hash = again AND prev_hash = before), true) FROM (
        SELECT a.hash, a.prev_hash, COALESCE(lag(a.hash) OVER (ORDER BY a.day), '') AS before,
            {_ANCHOR_HASH.format("a.prev_hash, a.day, a.last_event, a.count, a.root")} AS again
        FROM applications_chainanchor a
    ) links
"""  # noqa: S608 - the names of our own fields
_CHAIN_HOLDS = f"""
    SELECT count(*), min(at), max(at), COALESCE(bool_and(hash = again AND prev_hash = before), false) FROM (
        SELECT e.at, e.hash, e.prev_hash, COALESCE(lag(e.hash) OVER (ORDER BY e.seq), '') AS before,
            {EVENT_HASH.format("e")} AS again
        FROM applications_caseevent e WHERE e.case_id = %s
    ) links
"""  # noqa: S608 - the names of our own fields


@dataclass(frozen=True)
class Report:
    """What the check of a receipt found. `says_the_same`: its entry is the one that is there, None if unasked."""

    case: Case
    entry: CaseEvent | None
    count: int
    first_at: datetime
    last_at: datetime
    holds: bool
    anchor: ChainAnchor | None
    anchor_holds: bool
    says_the_same: bool | None = None

    @property
    def is_sound(self) -> bool:
        """Whether nothing that was written has been changed since."""
        return self.holds and self.anchor_holds and self.says_the_same is not False


def sweep_anchor(now: datetime) -> int:
    """Anchor what happened since the last anchor, once a day; return 1 when that was done now.

    Verbs under way are waited for and later ones held back meanwhile, so that no event with an earlier number comes
    after its anchor.
    """
    day = timezone.localdate(now)
    if ChainAnchor.objects.filter(day__gte=day).exists():
        return 0
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            cursor.execute("LOCK TABLE applications_caseevent IN SHARE ROW EXCLUSIVE MODE")
            return _anchor(cursor, day, now)
    except OperationalError:
        return 0


def _anchor(cursor, day, now: datetime) -> int:
    before = ChainAnchor.objects.order_by("day").last()
    if before and before.day >= day:
        return 0
    cursor.execute(_ROOT, {"after": before.last_event if before else 0, "last": None})
    count, last_event, root = cursor.fetchone()
    prev_hash = before.hash if before else ""
    cursor.execute(_SEAL, [prev_hash, day, last_event, count, root])
    seal = cursor.fetchone()[0]
    ChainAnchor.objects.create(
        day=day, last_event=last_event, count=count, root=root, prev_hash=prev_hash, hash=seal, made_at=now
    )
    return 1


def check_receipt(case: Case, said: str | None = None) -> Report:
    """Compute the chain of a case and the anchor of its receipt anew; `said` is the entry that a receipt names."""
    entry = queries.receipt_entry(case)
    anchor = ChainAnchor.objects.filter(last_event__gte=entry.pk).order_by("day").first() if entry else None
    with connection.cursor() as cursor:
        cursor.execute(_CHAIN_HOLDS, [case.pk])
        count, first_at, last_at, holds = cursor.fetchone()
        cursor.execute(_ANCHORS_HOLD)
        anchor_holds = cursor.fetchone()[0] and (anchor is None or _root_holds(cursor, anchor))
    same = None if said is None else bool(entry) and entry.hash == said
    return Report(case, entry, count, first_at, last_at, holds, anchor, anchor_holds, same)


def _root_holds(cursor, anchor: ChainAnchor) -> bool:
    before = ChainAnchor.objects.filter(day__lt=anchor.day).order_by("day").last()
    cursor.execute(_ROOT, {"after": before.last_event if before else 0, "last": anchor.last_event})
    count, _last, root = cursor.fetchone()
    return (count, root) == (anchor.count, anchor.root)


def paper_of(sha256: str) -> Paper | None:
    """Find the receipt that is byte for byte this file."""
    return Paper.objects.filter(kind=PaperKind.RECEIPT, sha256=sha256).select_related("case__item").first()
