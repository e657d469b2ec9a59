"""Read the words of a search: phrases, document numbers, places, questions; and what else a thing is called."""

import csv
import difflib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from policies.search.statistics import Statistics
from policies.search.tokens import IS_HAN, NUMBER, RUN, fold, number_key, required

PHRASE = re.compile(r'["“”「『]([^"“”」』]+)["“”」』]')
APART = re.compile(r"[\s,，。?？!！;；:：、…'\"“”《》<>「」『』|&+*=~^$#@%\\]+")
TALK = re.compile(  # what a question is made of, and no text is found by
    "我想知道|我想问|我想|想问问|想知道|想问|请问|请教|麻烦问|咨询一下|怎么办理|怎么办|怎么样|怎么|怎样|如何|哪些|哪里|哪个|什么时候|"
    "什么|多少|多久|多长时间|是不是|是否|可不可以|可以|能不能|能否|有没有|会不会|要不要|需要|应该|应当|为什么|吗|呢|吧|啊|"
    "不给|不让|我们|你们|他们|我是|我的|我|你|有关|关于|相关|一下|一个|的话|的|了|和|与|及|或者|或|在|到|对|是|有|请|能|要|会|去|后|时"
)
POSSESSIVE = re.compile(r"(?<=[a-z])['’]s?(?![a-z])")
SMALL = frozenset(re.findall(r"\w+", """
    a an and are as at be by can do does for from get have how i if in is it me my of on or the to what when where which
    who with within about into under there their its this that any all new up
"""))  # fmt: skip
ENDINGS = [("ies", "y"), ("ses", "s"), ("es", "e"), ("es", ""), ("s", ""), ("ing", ""), ("ing", "e")]
LONGEST_PHRASE = 5  # English words
MOST_CONCEPTS = 12
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Concept:
    """One thing that is asked for; a document has it if its text has one of the words."""

    words: tuple[str, ...]  # folded, as typed first
    region: str = ""  # a place: documents of that region have it, too
    number: str = ""  # a document number: the document with it has it, too
    is_spelled: bool = False  # Latin letters: titles whose pinyin goes so have it, too


def concepts(text: str, known: Statistics) -> list[Concept]:
    """Return what a text asks for: every document that is meant in the strict sense has all of it."""
    rest = fold(text)
    found: list[Concept] = []
    for phrase in PHRASE.findall(rest):
        found.append(Concept((" ".join(phrase.split()),)))
    rest = PHRASE.sub(" ", rest)
    found += [Concept((number[0].strip(),), number=number_key(number)) for number in NUMBER.finditer(rest)]
    rest = NUMBER.sub(" ", rest)
    latin: list[str] = []
    for chunk in APART.split(POSSESSIVE.sub("", rest)):
        if IS_HAN.search(chunk):
            found += _translated(latin, known) + _placed(chunk, known)
            latin = []
        elif required(chunk):
            latin.append(chunk)
    found += _translated(latin, known)
    return [concept for concept in dict.fromkeys(found) if _can_be_found(concept)][:MOST_CONCEPTS]


def _can_be_found(concept: Concept) -> bool:
    return any(required(word) for word in concept.words)


def _placed(chunk: str, known: Statistics) -> list[Concept]:
    """Take a place at the beginning as a concept of its own."""
    for length in range(min(len(chunk), 12), 1, -1):
        code = known.regions.get(chunk[:length])
        if code:
            rest = chunk[length:]
            place = Concept((chunk[:length],), region=code)
            if len(rest) < 2:
                return [place] if not rest else [Concept((chunk,))]
            return [place, Concept((rest,))]
    return [Concept((chunk,))]


# --- English over Chinese texts --------------------------------------------------------------------------------------


@cache
def terms() -> dict[str, tuple[str, ...]]:
    """Return English phrase: Chinese words, the most usual first."""
    with (HERE / "terms.csv").open(encoding="utf-8", newline="") as file:
        return {row["en"]: tuple(map(fold, row["zh"].split("|"))) for row in csv.DictReader(file)}


@cache
def _vocabulary() -> list[str]:
    return sorted({word for phrase in terms() for word in phrase.split() if len(word) > 3})


def _translated(latin: list[str], known: Statistics) -> list[Concept]:
    found, place = [], 0
    while place < len(latin):
        for length in range(min(LONGEST_PHRASE, len(latin) - place), 0, -1):
            phrase = latin[place : place + length]
            concept = _carried(" ".join(phrase), known)
            if concept:
                found.append(concept)
                break
        else:
            length = 1
            if latin[place] not in SMALL or len(latin) == 1:
                found.append(_unknown(latin[place], known))
        place += length
    return found


def _carried(phrase: str, known: Statistics) -> Concept | None:
    code = known.spelled.get(phrase.replace(" ", ""))
    if code:
        return Concept((phrase, known.names[code]), region=code)
    for form in _forms(phrase):
        if form in terms():
            return Concept((phrase, *terms()[form]))
    return None


def _forms(phrase: str):
    """Yield a phrase and what it may be an inflection of."""
    yield phrase
    yield phrase.replace("-", " ")
    yield from (phrase.removesuffix(end) + stem for end, stem in ENDINGS if phrase.endswith(end) and len(phrase) > 4)


def _unknown(word: str, known: Statistics) -> Concept:
    """Take a word that is not in the list as its most similar neighbor there, if it looks like a slip."""
    if len(word) > 5 and word.isascii() and word.isalpha():
        for near in difflib.get_close_matches(word, _vocabulary(), n=1, cutoff=0.85):
            concept = _carried(near, known)
            if concept:
                return Concept((word, *concept.words))
    return Concept((word,), is_spelled=word.isascii() and word.isalpha() and len(word) > 1)


# --- Chinese: other words for the same -------------------------------------------------------------------------------


@cache
def _synonyms() -> dict[str, tuple[str, ...]]:
    with (HERE / "synonyms.csv").open(encoding="utf-8", newline="") as file:
        return {row["said"]: tuple(row["written"].split("|")) for row in csv.DictReader(file)}


@cache
def _said() -> re.Pattern:
    return re.compile("|".join(sorted(map(re.escape, _synonyms()), key=len, reverse=True)))


def has_other_names(concept: Concept) -> bool:
    """Tell whether what was typed is an everyday word with official ones."""
    return concept.words[0] in _synonyms()


def widened(found: list[Concept], known: Statistics) -> list[Concept]:
    """Return the same concepts for a search that forgives: questions in parts, everyday words with official ones."""
    wide = []
    for concept in found:
        if concept.number or concept.region or not IS_HAN.search(concept.words[0]):
            wide.append(concept)
        else:
            wide += _parts(concept.words[0], known)
    return list(dict.fromkeys(wide)) or found


def _parts(word: str, known: Statistics) -> list[Concept]:
    said = [Concept((part, *_synonyms()[part])) for part in dict.fromkeys(_said().findall(word))]
    pieces = [piece for piece in TALK.split(_said().sub(" ", word)) for piece in piece.split()]
    return said + [concept for piece in pieces if RUN.search(piece) for concept in _placed(piece, known)]


def synonyms(found: list[Concept]) -> list[tuple[str, tuple[str, ...]]]:
    """Return (word, what else was searched for) to be told to the reader."""
    return [(concept.words[0], concept.words[1:]) for concept in found if len(concept.words) > 1]
