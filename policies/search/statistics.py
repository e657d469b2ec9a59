"""What the index knows about itself: how many documents, how long, how common a word, which regions.

PostgreSQL counts the words (ANALYZE); we only read its figures, once in a few minutes per process.
"""

import math
import time
from dataclasses import dataclass, field
from functools import cached_property

from django.db import connection

from policies.models import PolicyVersion
from policies.search.tokens import pinyin

KEPT = 300  # seconds
_kept: dict[str, tuple[float, "Statistics"]] = {}


@dataclass
class Statistics:
    documents: int = 0
    recent: int = 0  # of them, in the small index of the newest
    length: float = 1.0  # of a document, on average
    common: dict[str, float] = field(default_factory=dict)  # word: share of the documents that have it
    rarest: float = 0.0  # share of the rarest word in `common`
    regions: dict[str, str] = field(default_factory=dict)  # name, with and without its suffix: code
    names: dict[str, str] = field(default_factory=dict)  # code: name without its suffix

    @cached_property
    def spelled(self) -> dict[str, str]:
        """Pinyin of the short names, without spaces: code."""
        return {"".join(pinyin(name)): code for code, name in self.names.items()}

    def share(self, word: str) -> float:
        """Return the share of the documents that have an index word; of one too rare to be counted, a guess."""
        return self.common.get(word.removesuffix(":*"), self.rarest / 2)

    def count(self, word: str) -> float:
        """Estimate how many documents have an index word."""
        return self.share(word) * self.documents

    def rarity(self, word: str) -> float:
        """Return the inverse document frequency of BM25."""
        return math.log(1 + (1 - self.share(word) + 0.5 / (self.documents + 1)) / (self.share(word) + 1e-4))


def statistics() -> Statistics:
    """Return the figures, at most five minutes old."""
    database = connection.settings_dict["NAME"]
    read_at, known = _kept.get(database, (0.0, None))
    if known is None or time.monotonic() - read_at > KEPT:
        known = _read()
        _kept[database] = (time.monotonic(), known)
    return known


def forget() -> None:
    """Read the figures anew next time."""
    _kept.clear()


def _read() -> Statistics:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE is_recent), coalesce(avg(length), 1) FROM policies_searchentry"
        )
        documents, recent, length = cursor.fetchone()
        cursor.execute(
            "SELECT most_common_elems::text::text[], most_common_elem_freqs FROM pg_stats"
            " WHERE schemaname = current_schema() AND tablename = 'policies_searchentry' AND attname = 'vector'"
        )
        words, shares = cursor.fetchone() or (None, None)
    common = dict(zip(words or [], shares or [], strict=False))
    return Statistics(documents, recent, float(length), common, min(common.values(), default=0.01), *_regions())


SUFFIXES = ("壮族自治区", "回族自治区", "维吾尔自治区", "特别行政区", "自治区", "省", "市")


def _regions() -> tuple[dict[str, str], dict[str, str]]:
    """Read the regions that have documents; of two with one short name, the wider has it."""
    codes: dict[str, str] = {}
    names: dict[str, str] = {}
    rows = PolicyVersion.objects.exclude(region_code="000000").exclude(region_name="").order_by("-region_code")
    for name, code in rows.values_list("region_name", "region_code").distinct():
        short = next((name.removesuffix(suffix) for suffix in SUFFIXES if name.endswith(suffix)), name)
        names[code] = short if len(short) > 1 else name
        codes |= {name: code, names[code]: code}
    return codes, names
