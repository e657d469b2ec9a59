"""Which documents of a large library have a common word or a filter's value, a bit for each: counted in microseconds.

A row of `policies_searchword` holds a number whose bit n tells that version n has the word; of "=level:city" and the
like, that it has the filter's value. They are written by a sweep. Versions indexed since then are named in
`policies_searchchange`, in the transaction that indexes them; their bits are not looked at, they are counted one by
one. So counts are exact at any moment.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_, or_

from django.db import connection, transaction

from policies.models.search import SearchChange, SearchWord
from policies.search.finding import ASKED, quoted, ways
from policies.search.narrowing import VALUES, regions_of, values_sql
from policies.search.plans import INDEXED
from policies.search.query import GROUPS, Query
from policies.search.statistics import statistics
from policies.search.tokens import RUN
from policies.search.words import Concept

COMMON = 0.04  # share of the documents from which a word has bits; fewer documents are found in the index soon enough
MOST_CHANGES = 500  # versions that are counted one by one
STAMP = "=stamp"  # the row that names the day of the filters' bits, and which writing they are of
_facets: tuple[bytes, dict[str, dict[str, int]]] = (b"", {})  # of this process: the filters' bits, and their stamp


@dataclass(frozen=True)
class Bits:
    """What is known at one moment."""

    words: dict[str, int]
    facets: dict[str, dict[str, int]]  # group: value: bits
    changed: list[int]  # versions whose bits are old

    def found(self, concepts: list[Concept]) -> int:
        """Return the bits of the documents that have what the index asks for of these concepts."""
        asked = [ways(concept) for concept in concepts]
        together = [word for one in asked if len(one) == 1 for word in one[0]]
        parts = [[together], *(one for one in asked if len(one) > 1)]
        rare = _looked_up([self._rare(words) for part in parts for words in part])
        found = reduce(or_, self.facets["level"].values(), 0) & ~of(self.changed)
        for part in parts:
            found &= reduce(or_, [self._all(words, rare[quoted(self._rare(words))]) for words in part])
        return found

    def chosen(self, query: Query) -> dict[str, int]:
        """Return for each filter that the search has set the bits of the documents that pass it."""
        passed = {}
        for group, attribute in GROUPS.items():
            if values := getattr(query, attribute):
                values = self._regions(query) if group == "region" else values
                passed[group] = reduce(or_, [self.facets[group].get(value, 0) for value in values], 0)
        return passed

    def _regions(self, query: Query) -> list[str]:
        exact, beginnings = regions_of(query.regions, query.scope)
        return [code for code in self.facets["region"] if code in exact or code.startswith(beginnings)]

    def _rare(self, words: list[str]) -> list[str]:
        """Return the words that have no bits, and rather common ones so that the index reads few documents."""
        rare = [word for word in words if word not in self.words and word[0] != "@"]
        common = sorted((self.words[word].bit_count(), word) for word in words if word in self.words)
        return rare and rare + [word for _count, word in common[: max(ASKED - len(rare), 0)]]

    def _all(self, words: list[str], rare: int) -> int:
        """Return the bits of the documents that have all of the words, those without bits looked up before."""
        regions = [self.facets["region"].get(word[1:], 0) for word in words if word[0] == "@"]
        return reduce(and_, [*regions, *(self.words[word] for word in words if word in self.words)], rare)


def of(versions: Iterable[int]) -> int:
    """Return a number that has the bits of these versions."""
    versions = list(versions)
    found = bytearray(max(versions, default=0) // 8 + 1)
    for version in versions:
        found[version >> 3] |= 1 << (version & 7)
    return int.from_bytes(found, "little")


def _looked_up(asked: list[list[str]]) -> dict[str, int]:
    """Ask the index for rare words; all bits where none are asked for."""
    found = {"": -1}
    queries = list(dict.fromkeys(quoted(words) for words in asked if words))
    if queries:
        with connection.cursor() as cursor:
            cursor.execute(
                f"{INDEXED}SELECT ARRAY(SELECT version_id FROM policies_searchentry WHERE vector @@ words)"  # noqa: S608
                " FROM unnest(%s::tsquery[]) AS asked(words)",
                [queries],
            )
            found |= {words: of(versions) for words, (versions,) in zip(queries, cursor.fetchall(), strict=True)}
    return found


def known(concepts: list[Concept], day: date) -> Bits | None:
    """Read the bits of these words; None where none are kept for this day, or too many versions have changed."""
    words = [word for concept in concepts for way in ways(concept) for word in way]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, versions, NULL::bigint[] FROM policies_searchword WHERE word = ANY(%s) UNION ALL"
            " SELECT '', '', ARRAY(SELECT DISTINCT version FROM policies_searchchange LIMIT %s)",
            [[STAMP, *words], MOST_CHANGES + 1],
        )
        rows = cursor.fetchall()
    bits = {word: bytes(versions) for word, versions, _changed in rows if word}
    stamp, (changed,) = bits.pop(STAMP, b""), [versions for word, _bits, versions in rows if not word]
    if not stamp.startswith(day.isoformat().encode()) or len(changed) > MOST_CHANGES:
        return None
    facets = _read_facets(stamp)
    return facets and Bits({word: int.from_bytes(row, "little") for word, row in bits.items()}, facets, changed)


def _read_facets(stamp: bytes) -> dict[str, dict[str, int]] | None:
    """Return the filters' bits as of this stamp; None if they were written anew in this moment."""
    global _facets
    if _facets[0] != stamp:
        found: dict[str, dict[str, int]] = {group: {} for group in GROUPS}
        rows = dict(SearchWord.objects.filter(word__startswith="=").values_list("word", "versions"))
        if bytes(rows.pop(STAMP, b"")) != stamp:
            return None
        for word, versions in rows.items():
            group, _colon, value = word[1:].partition(":")
            found[group][value] = int.from_bytes(versions, "little")
        _facets = (stamp, found)
    return _facets[1]


# --- Writing ---------------------------------------------------------------------------------------------------------


def mark_changed(versions: Iterable[int]) -> None:
    """Let these versions be counted one by one until the bits are written anew."""
    SearchChange.objects.bulk_create([SearchChange(version=version) for version in versions])


def refresh(day: date, *, is_large: bool) -> int:
    """Write the bits of a large library anew where they are missing, of another day or old; return how many rows.

    A minute for a hundred thousand documents. Meanwhile counts are of the bits before. Safe to run twice.
    """
    changes = list(SearchChange.objects.values_list("pk", flat=True))
    stamp = bytes(SearchWord.objects.filter(pk=STAMP).values_list("versions", flat=True).first() or b"")
    if not is_large:
        _replace(SearchWord.objects.all(), {}, changes)
        return len(changes)
    if not stamp or len(changes) > MOST_CHANGES // 2:
        return _replace(SearchWord.objects.all(), {**_of_words(), **_of_facets(day)}, changes)
    if not stamp.startswith(day.isoformat().encode()):
        return _replace(SearchWord.objects.filter(word__startswith="="), _of_facets(day), [])
    return 0


def _replace(old, new: dict[str, bytes], changes: list[int]) -> int:
    """Put rows in the place of others, all at once; changes that were committed before they were made are in them."""
    with transaction.atomic():
        old.delete()
        SearchWord.objects.bulk_create([SearchWord(word, versions) for word, versions in new.items()], batch_size=500)
        SearchChange.objects.filter(pk__in=changes).delete()
    return len(new)


def _of_words() -> dict[str, bytes]:
    common = [word for word, share in statistics().common.items() if share >= COMMON and RUN.match(word)]
    return {word: _row(_looked_up([[word]])[quoted([word])]) for word in common}


def _of_facets(day: date) -> dict[str, bytes]:
    found: dict[str, list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT version_id, {values_sql(day)} FROM policies_searchentry")  # noqa: S608  # ours
        for version, *values in cursor.fetchall():
            for group, value in zip(VALUES, values, strict=True):
                for one in value if isinstance(value, list) else [value]:
                    found[f"={group}:{one}"].append(version)
    return {word: _row(of(versions)) for word, versions in found.items()} | {STAMP: f"{day} {uuid.uuid4()}".encode()}


def _row(bits: int) -> bytes:
    return bits.to_bytes(bits.bit_length() // 8 + 1, "little")
