"""The draw of experts 专家抽取, so plain that anybody can repeat it with `sha256sum` and `openssl`.

1. The pool is frozen as JSON: keys sorted, no spaces, UTF-8. Its SHA-256 is known before the supervisor's nonce.
2. seed = SHA-256 of these lines, joined by line feeds, none at the end: algorithm, round number, group ("G1"), number
   of the draw, moment of freezing (UTC, ISO 8601 with microseconds), SHA-256 of the pool, nonce.
3. The key of a candidate is HMAC-SHA256 of the expert's number with the seed (its 64 letters) as the secret:
   `printf %s E017 | openssl dgst -sha256 -hmac SEED`.
4. All are put in order by level (0: the very discipline, 1: its first level), then by key, lowest first.
5. Down this order the seats are given, no two to one unit: first `outside` of them to experts from outside the
   province, then the others to whoever comes first. The reserves follow in the same way, twice as many.
6. Seats, then reserves, each put back into the order of step 4.
"""

import hashlib
import hmac
import json
from datetime import UTC, datetime

ALGORITHM = "hmac-order-1"
RESERVES_PER_SEAT = 2
SEAT, RESERVE = "SEAT", "RESERVE"


def canonical(pool: dict) -> bytes:
    """Return the frozen pool as the bytes that are hashed."""
    return json.dumps(pool, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def hash_of(pool: dict) -> str:
    """Return the SHA-256 of the frozen pool, hexadecimal."""
    return hashlib.sha256(canonical(pool)).hexdigest()


def moment(at: datetime) -> str:
    """Return a moment as the seed and the record write it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def seed_of(*, round_number: str, group: str, seq: int, frozen_at: str, pool_hash: str, nonce: str) -> str:
    """Return the seed, hexadecimal; see step 2."""
    lines = (ALGORITHM, round_number, group, str(seq), frozen_at, pool_hash, nonce)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def key_of(seed: str, number: str) -> str:
    """Return what puts a candidate in order, hexadecimal; see step 3."""
    return hmac.new(seed.encode(), number.encode(), hashlib.sha256).hexdigest()


def outside_needed(seats: int, percent: int) -> int:
    """Return how many of the seats go to experts from outside the province, rounded up."""
    return -(-seats * percent // 100)


def shortfall(candidates: list[dict], wanted: int, outside: int) -> tuple[int, int]:
    """Return how many experts are lacking, and how many from outside, when one unit gives one expert at most."""
    units = {candidate["unit"] for candidate in candidates}
    away = {candidate["unit"] for candidate in candidates if candidate["outside"]}
    return max(0, wanted - len(units)), max(0, outside - len(away))


def draw_order(candidates: list[dict], seed: str, wanted: int, *, outside: int = 0, reserves: int = 0) -> list[dict]:
    """Return who is drawn, seats then reserves, as [{"number", "place", "key"}].

    A candidate is {"number", "unit", "outside", "tier"}. Fewer reserves than asked for may be found, fewer seats never:
    ValueError, also when a number occurs twice.
    """
    keys = {candidate["number"]: key_of(seed, candidate["number"]) for candidate in candidates}
    if len(keys) != len(candidates):
        raise ValueError("a number occurs twice")
    if any(shortfall(candidates, wanted, outside)):
        raise ValueError("too few candidates")
    order = sorted(candidates, key=lambda one: (one["tier"], keys[one["number"]]))
    seats = _chosen(order, wanted, outside, taken=set())
    units = {order[place]["unit"] for place in seats}
    others = _chosen(order, reserves, RESERVES_PER_SEAT * outside, taken=units)
    return [
        {"number": order[place]["number"], "place": kind, "key": keys[order[place]["number"]]}
        for kind, places in ((SEAT, seats), (RESERVE, others))
        for place in places
    ]


def _chosen(order: list[dict], wanted: int, outside: int, taken: set) -> list[int]:
    """Return the places of those chosen down the order, no two of a unit, the share from outside first."""
    units, chosen = set(taken), []
    for most, only_outside in ((min(outside, wanted), True), (wanted, False)):
        for place, one in enumerate(order):
            if len(chosen) < most and one["unit"] not in units and (one["outside"] or not only_outside):
                units.add(one["unit"])
                chosen.append(place)
    return sorted(chosen)


def repeat(record: dict) -> list[tuple[str, object, object]]:
    """Repeat a draw from its record and list what differs as (what, recorded, found); [] means it is the same.

    The record is what `manage.py replay_draw --export` writes. KeyError or TypeError when it is not whole.
    """
    pool = record["pool"]
    pool_hash = hash_of(pool)
    names = ("round_number", "group", "seq", "frozen_at", "nonce")
    seed = seed_of(**{name: record[name] for name in names}, pool_hash=pool_hash)
    try:
        result = draw_order(
            pool["candidates"], seed, pool["wanted"], outside=pool["outside"], reserves=pool["reserves"]
        )
    except ValueError as fault:
        result = [{"number": str(fault)}]
    found = {"algorithm": ALGORITHM, "pool_hash": pool_hash, "seed": seed}
    differences = [(name, record[name], value) for name, value in found.items() if record[name] != value]
    return differences + _unequal(record["result"], result)


def _unequal(recorded: list[dict], found: list[dict]) -> list[tuple[str, object, object]]:
    """List the places of the result that differ."""
    most = max(len(recorded), len(found))
    pairs = zip(recorded + [None] * (most - len(recorded)), found + [None] * (most - len(found)), strict=True)
    return [(f"result {place}", one, other) for place, (one, other) in enumerate(pairs, start=1) if one != other]
