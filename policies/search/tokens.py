"""Turn text into the words of the index. Whatever contains a term as a substring has all index words of the term.

Index words, told apart by their first character: every Han character, every two and three neighbors; every end of
every run of Latin letters and digits, alone and with the Han character that follows; the same with "^" for the title;
pairs with "!" for what a document says often; "~" and the pinyin of the title from each syllable on; "@" and the
region's code; "#" and document numbers, with and without the issuer's word.
"""

import heapq
import re
import unicodedata
from collections import Counter
from functools import cache
from operator import add

HAN = "\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
RUN = re.compile(f"([{HAN}]+)|[^\\W_{HAN}]+")
IS_HAN = re.compile(f"[{HAN}]")
LONGEST = 40  # characters of a run that are looked at
OFTEN = 3  # occurrences from which a pair of characters says what a document is about
OFTEN_AT_MOST = 100  # such pairs per document
NUMBER = re.compile(  # 国办发〔2018〕124号, (2018)124, 国办发2018年124号; not 2018年12月, not 2018
    rf"([{HAN}]{{0,10}})\s?(?:\(\s?((?:19|20)\d\d)\s?\)|(?<=[{HAN}])((?:19|20)\d\d)(?=[\s年]))\s?年?\s?第?\s?(\d{{1,5}})(?!\d|月|年)\s?号?"
)
UNFOLDED = re.compile("[^ 0-9a-z、。《》\u3400-\u4dbf\u4e00-\u9fff]")  # what folding may change
MARKDOWN = re.compile(
    r"!?\[([^\]]*)\]\([^)]*\)|<!--.*?-->|</?[a-zA-Z][^>]*>|[*`|~\\]+|^[#>\s-]+(?=\s)", re.MULTILINE | re.DOTALL
)


class _Fold(dict):
    """Character to character, so that places in the folded text are places in the text."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        plain = unicodedata.normalize("NFKC", character).lower()
        plain = " " if character.isspace() or not character.isprintable() else plain
        self[code] = plain if len(plain) == 1 else character
        return self[code]


_fold = _Fold({ord(c): "(" for c in "〔［[【（{"} | {ord(c): ")" for c in "〕］]】）}"} | {0: " "})


def fold(text: str) -> str:
    """Return the text with one width, one case and one kind of bracket, character by character of the same length."""
    return UNFOLDED.sub(lambda found: _fold[ord(found[0])], text)


def plain(markdown: str) -> str:
    """Return the words of a Markdown text on one line."""
    return " ".join(MARKDOWN.sub(lambda found: found[1] or " ", markdown).split())


def grams(folded: str) -> list[str]:
    """Return the index words of a folded text, each as often as it stands there."""
    words: list[str] = []
    for found in RUN.finditer(folded):
        run = found[0]
        if found[1]:
            pairs = list(map(add, run, run[1:]))
            words += run
            words += pairs
            words += map(add, pairs, run[2:])
        else:
            words += _ends(run, folded[found.end() : found.end() + 1])
    return words


def _ends(run: str, following: str):
    for start in range(len(run)):
        end = run[start : start + LONGEST]
        yield end
        if IS_HAN.match(following):
            yield end + following


def required(term: str, size: int = 3) -> list[str]:
    """Return index words that every text containing the folded term has, in the syntax of tsquery, unjoined.

    A run of Han characters gives pieces of this size, as many as hold all of its pairs; seldom has a text all of them
    and not the term. A Latin run that ends the term may go on in the text, hence the prefix. No word: the term is
    punctuation only.
    """
    words = []
    for found in RUN.finditer(term):
        run, following = found[0], term[found.end() : found.end() + 1]
        if not found[1]:
            run = run[:LONGEST]
            words.append(run + (following if IS_HAN.match(following) else "" if following else ":*"))
        else:
            last = max(len(run) - size, 0)
            words += [run[start : start + size] for start in (*range(0, last, size - 1), last)]
    return list(dict.fromkeys(words))


def vector(title: str, head: str, body: list[str], region: str) -> set[str]:
    """Return the index words of a document from its folded title, its head (numbers) and the words of all its text."""
    counted, titles = Counter(body), set(grams(f"{title}\n{head}"))
    often = heapq.nlargest(OFTEN_AT_MOST, [(n, word) for word, n in counted.items() if n >= OFTEN and _is_pair(word)])
    return {
        *counted,
        *titles,
        *("^" + word for word in titles),
        *("!" + word for _n, word in often),
        *("~" + spelled for spelled in spellings(title)),
        *("#" + number for number in document_numbers(head)),
        "@" + region,
    }


def _is_pair(word: str) -> bool:
    """Tell whether a word is a pair of characters or Latin."""
    return len(word) == 2 or (len(word) > 2 and not IS_HAN.match(word))


def document_numbers(text: str) -> list[str]:
    """Return the keys of the document numbers in a folded text: 国办发(2018)124号 gives 2018-124 and 国办发2018-124."""
    keys = []
    for found in NUMBER.finditer(text):
        keys += [number_key(found)] + ([number_key(found, "")] if found[1] else [])
    return keys


def number_key(found: re.Match, issuer: str | None = None) -> str:
    """Return the key of a document number, with the issuer's word as it stands there if there is one."""
    return f"{found[1] if issuer is None else issuer}{found[2] or found[3]}-{int(found[4])}"


@cache
def _pinyin():
    import pypinyin  # here: 20 MB of tables that only indexing and English place names need

    return pypinyin.lazy_pinyin


def pinyin(text: str) -> list[str]:
    """Return the syllables of the Han characters of a text."""
    return _pinyin()("".join(IS_HAN.findall(text)), errors="ignore")


def spellings(title: str) -> list[str]:
    """Return the initials and the pinyin of the Han characters of a title from each syllable on, without spaces."""
    syllables = pinyin(title)[:60]
    initials = "".join(syllable[0] for syllable in syllables)
    full = ["".join(syllables[start:])[: LONGEST * 2] for start in range(len(syllables))]
    return list(dict.fromkeys([initials[start:] for start in range(len(initials))] + full))
