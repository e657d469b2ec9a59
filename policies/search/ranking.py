"""Order what was found: how much of the search the title and the text have, weighed by how rare each part is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise

from policies.models.library import NATIONAL
from policies.search.narrowing import around
from policies.search.statistics import Statistics
from policies.search.tokens import RUN, required
from policies.search.words import Concept

# BM25, with its usual constants
SATURATION, LENGTH = 1.2, 0.75
TITLE, BODY, WHOLE, CLOSE, ALL, GONE = 3.0, 2.5, 1.5, 1.0, 0.3, 2.0  # what each feature of `score` is worth
ALIKE, HALF = 1.4, 0.6  # any of the words for a carried one; the beginning or the end of one
OTHER = 0.7  # another word for what was typed
PLACE = 0.5  # a place, compared with all else that is asked for
LEVELS = {"national": 0.25, "province": 0.12, "city": 0.06, "county": 0.0}
PLAIN_TITLE = ("中华人民共和国",)


@dataclass(frozen=True)
class Unit:
    """A piece of the search that is met or not: a pair of characters, a word, or one of several words."""

    forms: tuple[str, ...]
    weight: float
    region: str = ""


@dataclass
class Candidate:
    """What the side table says of a document without its long columns."""

    version: int
    title: str
    region: str
    level: str
    state: str
    day: date
    ends_on: date | None
    length: int
    hint: float = 0.0  # what the index lets guess of the text's score
    text: str = ""
    anchors: str = ""
    score: float = 0.0
    head: float | None = None  # the score without the text's
    is_partial: bool = False


class Ranker:
    """Scores candidates for one search."""

    def __init__(self, concepts: list[Concept], known: Statistics):
        self.concepts, self.known = concepts, known
        topics = [unit for concept in concepts if not concept.region for unit in units(concept, known)]
        worth = PLACE * sum(unit.weight for unit in topics) or 1.0
        places = [Unit(concept.words, worth, concept.region) for concept in concepts if concept.region]
        self.units, self.topics, self.has_place = topics + places, topics, bool(places)
        self.total = sum(unit.weight for unit in self.units) or 1.0

    @cached_property
    def whole(self) -> str:
        """Everything that was asked for in one piece."""
        return "".join(concept.words[0] for concept in self.concepts)

    def score(self, candidate: Candidate) -> float:
        """Return the higher the better; exact only if the text is there."""
        if candidate.head is None:
            candidate.head = self._head(candidate)
        return candidate.head + BODY * (self._in_text(candidate) if candidate.text else candidate.hint)

    def _head(self, candidate: Candidate) -> float:
        title = _bare(candidate.title)
        share, covered = self._in_title(candidate, title)
        score = TITLE * share * (1 + min(covered, 0.5)) + WHOLE * (self.whole in title) + CLOSE * (self.whole == title)
        score += 0.0 if self.has_place else LEVELS.get(candidate.level, 0.0)
        score += ALL * (not candidate.is_partial) - GONE * (candidate.state != "PUBLISHED")
        return score + (candidate.day.year - 2000) * 0.004

    def _in_title(self, candidate: Candidate, title: str) -> tuple[float, float]:
        """Return how much of the search the title has, and how much of the title that is."""
        share, characters = 0.0, 0
        for unit in self.units:
            met = _met(unit, candidate, title) if unit.region else _longest(unit.forms, title)
            if met:
                is_said = unit.region or unit.forms[0].isascii() or unit.forms[0] in title
                share += unit.weight * (met if unit.region else 1 if is_said else OTHER)
                characters += len(unit.forms[0]) if unit.region else met
        return share / self.total, characters / (2 * len(title) + 4)

    def _in_text(self, candidate: Candidate) -> float:
        slope = SATURATION * (1 - LENGTH + LENGTH * candidate.length / self.known.length)
        text, score = candidate.text, 0.0
        for unit in self.topics:
            forms = unit.forms
            n = text.count(forms[0]) if len(forms) == 1 else sum([text.count(form) for form in forms])
            score += unit.weight * n / (n + slope)
        return score / self.total


def _longest(forms: tuple[str, ...], title: str) -> int:
    """Return the length of the longest form in the title."""
    if len(forms) == 1:
        return len(forms[0]) if forms[0] in title else 0
    return max([len(form) for form in forms if form in title], default=0)


def _met(unit: Unit, candidate: Candidate, title: str) -> float:
    """Tell how far a title meets a unit; what applies in a place from above, or is below it, meets it by half."""
    if unit.region == candidate.region or _longest(unit.forms, title):
        return 1.0
    above, prefix = around(unit.region)
    if candidate.region in above or (prefix and candidate.region.startswith(prefix)):
        return 0.3 if candidate.region == NATIONAL else 0.5
    return 0.0


def units(concept: Concept, known: Statistics) -> Iterable[Unit]:
    """Cut a concept into units; other words for it together are worth as much as the word itself."""
    word = concept.words[0]
    pieces = [piece for piece in _pieces(word) if len(concept.words) == 1 or RUN.fullmatch(piece)]
    if len(concept.words) > 1:
        weight = max(max(map(known.rarity, required(form, 2)), default=0) for form in concept.words[1:])
        yield Unit(concept.words, weight * ALIKE)
        long = [form for form in concept.words[1:] if len(form) > 3 and not form.isascii()]
        if long:  # 专利保护 is in 专利促进和保护 by its halves
            yield Unit(tuple(dict.fromkeys(form[:2] for form in long)), weight * HALF)
            yield Unit(tuple(dict.fromkeys(form[-2:] for form in long)), weight * HALF)
        return
    for piece in pieces:
        yield Unit((piece,), known.rarity(piece))


def _pieces(word: str) -> list[str]:
    pieces = []
    for found in RUN.finditer(word):
        run = found[0]
        pairs = list(map("".join, pairwise(run)))
        pieces += pairs if found[1] and pairs else [run]
    return list(dict.fromkeys(pieces))


def _bare(title: str) -> str:
    for plain in PLAIN_TITLE:
        title = title.removeprefix(plain)
    return title
