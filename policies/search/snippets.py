"""Show where the words are: marked titles, and the clause that says most of what was asked for."""

from collections.abc import Iterable
from html import escape

from django.utils.safestring import SafeString

from policies.search.ranking import Candidate, Unit
from policies.search.tokens import fold, plain
from policies.search.words import Concept

BEFORE, AFTER = 30, 90  # characters around the first find


def marked(text: str, needles: Iterable[str]) -> SafeString:
    """Return the text as HTML with the needles (folded) marked."""
    return _marked(text, _places(fold(text), needles))


def _marked(text: str, places: list[tuple[int, int]]) -> SafeString:
    pieces, done = [], 0
    for start, end in places:
        pieces += [escape(text[done:start]), "<mark>", escape(text[start:end]), "</mark>"]
        done = end
    return SafeString("".join([*pieces, escape(text[done:])]))  # every piece is escaped


def _places(folded: str, needles: Iterable[str]) -> list[tuple[int, int]]:
    """Return where needles are, overlapping and touching ones as one."""
    found = []
    for needle in needles:
        start = folded.find(needle) if needle else -1
        while start >= 0:
            found.append((start, start + len(needle)))
            start = folded.find(needle, start + 1)
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def needles(candidate: Candidate, concepts: list[Concept], units: list[Unit]) -> list[str]:
    """Return what to mark: whole words where the text has them, else their pieces."""
    found = []
    for concept in concepts:
        words = [word for word in concept.words if word in candidate.text]
        found += words or [form for unit in units for form in unit.forms if form in concept.words[0] and len(form) > 1]
    return list(dict.fromkeys(found))


def best_line(candidate: Candidate, wanted: list[str]) -> tuple[str, str]:
    """Return (anchor, line) of the clause that has most of the needles, or ("", "")."""
    anchors, lines = candidate.anchors.split("\n"), candidate.text.split("\n")
    places = range(len(anchors))
    if len(wanted) == 1:
        start = candidate.text.find("\n" + lines[2]) if len(lines) > 2 else -1  # behind the title and the numbers
        at = candidate.text.find(wanted[0], max(start, 0))
        first = candidate.text.count("\n", 0, at) if at >= 0 else 0
        if first < len(anchors) and anchors[first] and not anchors[first].endswith(":b"):
            return anchors[first], lines[first]
    clauses = [place for place in places if anchors[place] and not anchors[place].endswith(":b")]
    if not clauses:
        return "", ""
    best = max(clauses, key=lambda place: sum([len(needle) for needle in wanted if needle in lines[place]]))
    return anchors[best], lines[best]


def snippet(clause: str, wanted: list[str]) -> SafeString:
    """Return the words of a clause around the first find, marked."""
    text = plain(clause)
    places = _places(fold(text), wanted)
    start = max(0, places[0][0] - BEFORE) if places else 0
    end = min(start + BEFORE + AFTER, len(text))
    before, behind = "…" * (start > 0), "…" * (end < len(text))
    inside = [(max(a, start), min(b, end)) for a, b in places if a < end]
    shift = len(before) - start
    return _marked(before + text[start:end] + behind, [(a + shift, b + shift) for a, b in inside])
