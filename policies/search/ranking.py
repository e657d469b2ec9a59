"""Order what was found: how much of the search the title and the text have, weighed by how rare each part is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise

from policies.search.statistics import Statistics
from policies.search.tokens import RUN, required
from policies.search.words import Concept

# BM25, with its usual constants
SATURATION, LENGTH = 1.2, 0.75
TITLE, BODY, WHOLE, CLOSE = 3.0, 2.0, 1.5, 1.0  # what each feature of `score` is worth
LEVELS = {"national": 0.25, "province": 0.12, "city": 0.06, "county": 0.0}
PLAIN_TITLE = ("中华人民共和国",)


@dataclass(frozen=True)
class Unit:
    """A piece of the search that is met or not: a pair of characters, a word, or one of several words."""

    forms: tuple[str, ...]
    weight: float
    region: str = ""

    def count(self, text: str) -> int:
        return sum(text.count(form) for form in self.forms)


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
    tier: int = 0
    text: str = ""
    anchors: str = ""
    score: float = 0.0
    is_partial: bool = False


class Ranker:
    """Scores candidates for one search."""

    def __init__(self, concepts: list[Concept], known: Statistics):
        self.concepts, self.known = concepts, known
        self.units = [unit for concept in concepts for unit in units(concept, known)]
        self.total = sum(unit.weight for unit in self.units) or 1.0
        self.has_place = any(concept.region for concept in concepts)

    @cached_property
    def whole(self) -> str:
        """Everything that was asked for in one piece."""
        return "".join(concept.words[0] for concept in self.concepts)

    def score(self, candidate: Candidate) -> float:
        """Return the higher the better; exact only if the text is there."""
        title = _bare(candidate.title)
        met = [unit for unit in self.units if unit.region == candidate.region != "" or unit.count(title)]
        share = sum(unit.weight for unit in met) / self.total
        covered = sum(len(max(unit.forms, key=title.count)) for unit in met) / (2 * len(title) + 4)
        score = TITLE * share * (1 + min(covered, 0.5)) + WHOLE * (self.whole in title) + CLOSE * (self.whole == title)
        score += BODY * self._body(candidate) + (0 if self.has_place else LEVELS.get(candidate.level, 0))
        score -= 2.0 * (candidate.state != "PUBLISHED")
        return score + (candidate.day.year - 2000) * 0.004

    def _body(self, candidate: Candidate) -> float:
        if not candidate.text:
            return 0.2 * candidate.tier
        slope = SATURATION * (1 - LENGTH + LENGTH * candidate.length / self.known.length)
        counts = ((unit.weight, unit.count(candidate.text)) for unit in self.units)
        return sum(weight * n / (n + slope) for weight, n in counts) / self.total


def units(concept: Concept, known: Statistics) -> Iterable[Unit]:
    """Cut a concept into units; other words for it together are worth as much as the word itself."""
    word = concept.words[0]
    pieces = [piece for piece in _pieces(word) if len(concept.words) == 1 or RUN.fullmatch(piece)]
    if len(concept.words) > 1:
        weight = max(max(map(known.rarity, required(form)), default=0) for form in concept.words[1:])
        yield Unit(concept.words, weight * 2, concept.region)
        return
    for piece in pieces:
        yield Unit((piece,), known.rarity(piece), concept.region)


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
