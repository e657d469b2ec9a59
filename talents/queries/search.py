"""The talent search: a page of blind cards with their explained match, the counts, and what a search costs itself."""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from django.utils import timezone

from accounts.models import Unit
from regions.models import Region
from talentportal.lib.bilingual import pick
from talentportal.lib.sealed import SealError, open_sealed, seal
from talents.models import PoolEntry, Profile
from talents.queries import memory
from talents.queries.counting import Counts, Find, Mark, Viewer
from talents.rules.asked import Asked, known_regions
from talents.rules.conditions import conditions, tested, words

PAGE = 20
CARD = (
    *("code", "degree", "school_kind", "major", "graduation_year", "work_since", "industry", "occupation", "title"),
    *("skill", "grade", "languages", "skills", "traits", "region", "wanted_regions", "wanted_kinds", "pay_from"),
    *("available", "headline", "updated_at"),
)  # all that is read of a profile before its person has consented to more
_PURPOSE = "talents.search.mark"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Line:
    """One condition and one person: in words, met or not, must or wish."""

    words: str
    met: bool
    is_hard: bool


@dataclass
class Card:
    """Somebody as a unit sees them before they have consented to more."""

    profile: Profile  # only what CARD names is read
    entry: PoolEntry
    lines: list[Line]

    @property
    def met(self) -> int:
        """How many conditions are met."""
        return sum(line.met for line in self.lines)

    @property
    def missing(self) -> list[str]:
        """The conditions that are not met, in words."""
        return [line.words for line in self.lines if not line.met]


class Found:
    """What a search finds for a unit at a moment; each part is asked for when it is first read."""

    def __init__(self, asked: Asked, unit: Unit, now: datetime, after: str = "", size: int = PAGE):
        self.unit, self.now, self.size = unit, now, size
        self.regions = {one.pk: one for one in Region.objects.filter(pk__in=asked.values("region"))}
        self.asked = known_regions(asked, set(self.regions))
        self.year = timezone.localdate(now).year
        paths = {code: one.path for code, one in self.regions.items()}
        found = conditions(self.asked, self.year, paths)
        if asked.sort == "newest":
            found = {group: one for group, one in found.items() if not one.is_wish}
        self.conditions = found
        self.find = Find(Viewer.of(unit), now, found, self.asked.text)
        self._after = _opened(after, unit)

    @cached_property
    def names(self) -> dict[str, str]:
        """The names of the regions asked for."""
        return {code: pick(one, "name") for code, one in self.regions.items()}

    @cached_property
    def marks(self) -> list[Mark]:
        """The places of this page, and of one person more."""
        return memory.page(self.find, self.size + 1, self._after)

    @cached_property
    def counts(self) -> Counts:
        """How many there are; exact, to be shown through `rules.cells` only."""
        return memory.counted(self.find)

    @property
    def next(self) -> str:
        """What leads to the next page; empty on the last. Sealed, for this unit: it holds the key of a row."""
        return _sealed(self.marks[self.size - 1], self.unit) if len(self.marks) > self.size else ""

    @cached_property
    def cards(self) -> list[Card]:
        """The people of this page."""
        ids = [profile for _score, _moment, profile in self.marks[: self.size]]
        entries = {one.pk: one for one in PoolEntry.objects.filter(pk__in=ids)}
        profiles = Profile.objects.only(*CARD).select_related("region").in_bulk(ids)
        return [self._card(profiles[pk], entries[pk]) for pk in ids if pk in entries]

    def _card(self, profile: Profile, entry: PoolEntry) -> Card:
        met, hard = tested(self.conditions.values(), entry), self.find.hard
        lines = [Line(words(self.asked, group, self.names), met[group], group in hard) for group in met]
        return Card(profile, entry, lines)

    @cached_property
    def excluding(self) -> list[tuple[str, int]]:
        """Which condition keeps how many out, the one that keeps most out first: (condition, people more)."""
        more = [(group, self.counts.without[group] - self.counts.total) for group in self.find.hard]
        return sorted(((group, n) for group, n in more if n), key=lambda pair: -pair[1])


def search(asked: Asked, unit: Unit, now: datetime, after: str = "", size: int = PAGE) -> Found:
    """Return what a unit finds. Whoever may not be found by it is in no page, no count and no facet."""
    return Found(asked, unit, now, after, size)


def new_since(asked: Asked, unit: Unit, moment: datetime, now: datetime, most: int = 200) -> list[Profile]:
    """Return whom a kept search finds that were written after a moment, the newest first."""
    found = Found(Asked(**{**asked.__dict__, "sort": "newest"}), unit, now, size=most)
    ids = [profile for _score, changed, profile in found.marks if changed > moment][:most]
    profiles = Profile.objects.only(*CARD).in_bulk(ids)
    return [profiles[pk] for pk in ids if pk in profiles]


def _sealed(mark: Mark, unit: Unit) -> str:
    score, moment, profile = mark
    text = f"{score}.{(moment - _EPOCH) // timedelta(microseconds=1)}.{profile}"
    return base64.urlsafe_b64encode(seal(text, f"{_PURPOSE}:{unit.pk}")).decode().rstrip("=")


def _opened(after: str, unit: Unit) -> Mark | None:
    """Read a mark; one that was not made for this unit is none."""
    if not after or len(after) > 200:
        return None
    try:
        blob = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4))
        score, moment, profile = map(int, open_sealed(blob, f"{_PURPOSE}:{unit.pk}").split("."))
    except (SealError, ValueError, binascii.Error, IndexError):
        return None
    return score, _EPOCH + timedelta(microseconds=moment), profile
