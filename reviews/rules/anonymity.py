"""Names out of texts: what is known of an applicant is replaced by neutral marks, however it is spelled."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from pypinyin import lazy_pinyin

from talentportal.lib.names import HAN

MARKS = {
    "applicant": {"zh": "〔申请人〕", "en": "[applicant]"},
    "person": {"zh": "〔人员〕", "en": "[person]"},
    "unit": {"zh": "〔单位〕", "en": "[unit]"},
    "name": {"zh": "〔名称〕", "en": "[name]"},
    "region": {"zh": "〔地区〕", "en": "[region]"},
    "contact": {"zh": "〔联系方式〕", "en": "[contact]"},
    "number": {"zh": "〔编号〕", "en": "[number]"},
}
# Between two characters of a name people put spaces, dots and hyphens, and machines invisible characters.
GAP = r"[\s\u00ad\u200b-\u200f\u2028-\u202f\u2060\ufeff·•‧∙・.\-_‐-―/|]*"
ENDS = re.compile(
    r"(股份有限公司|有限责任公司|有限公司|集团公司|公司|合作社|协会|商会|中心|学校|学院|co\W*ltd\.?|ltd\.?|limited|inc\.?|company)$",
    re.IGNORECASE,
)
PEOPLES = (
    "傣|景颇|哈尼|彝|白|苗|壮|傈僳|藏|朝鲜|回|土家|蒙古|哈萨克|布依|侗|羌|柯尔克孜|纳西|拉祜|佤|瑶|独龙|怒|普米|布朗|阿昌|德昂"
    "|基诺|满|水|畲"
)
PLACE_ENDS = re.compile(rf"((?:(?:{PEOPLES})族)+(?:自治州|自治县|自治旗)|自治州|自治县|自治旗|地区|省|市|州|县|区|旗)$")
PLACE_ENDS_EN = re.compile(r"\s+(autonomous\s+)?(prefecture|county|district|city|province)$", re.IGNORECASE)
SEPARATORS = re.compile(r"[、，,；;/\n\r\t]+")
LEAST_HAN, LEAST_LATIN = 2, 3  # characters of a name that is looked for
# What is a contact or a number whoever it belongs to.
PATTERNS = (
    (re.compile(r"[a-z0-9_.+-]+\s?[@＠]\s?[a-z0-9-]+(\s?[.．]\s?[a-z0-9-]+)+", re.IGNORECASE), "contact"),
    (re.compile(r"(?:https?://|www\.)[^\s，。；、）)]+", re.IGNORECASE), "contact"),
    (re.compile(r"(?<![\dA-Za-z])\d{6}(18|19|20)\d{2}\d{7}[\dXx](?![\dA-Za-z])"), "number"),
    (re.compile(r"(?<![\dA-Za-z])[1-9A-Y][1-9]\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?![\dA-Za-z])"), "number"),
    (re.compile(r"(?<!\d)(\+?86[\s-]?)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)"), "contact"),
    (re.compile(r"(?<!\d)\(?0\d{2,3}\)?[\s-]?[2-9]\d{6,7}(?!\d)"), "contact"),
)


@dataclass(frozen=True)
class Known:
    """A name to be taken out of texts, and what it is the name of (a key of MARKS)."""

    word: str
    mark: str


class Scrubber:
    """Knows the names of one applicant in all their spellings, finds them and puts marks in their place."""

    def __init__(self, known: Iterable[Known]):
        spelled: dict[str, str] = {}
        for one in known:
            for word in spellings(one):
                spelled.setdefault(word, one.mark)
        self.words = sorted(spelled.items(), key=lambda pair: -len(pair[0]))

    @cached_property
    def patterns(self) -> list[tuple[re.Pattern, str]]:
        own = [(re.compile(_loosely(word), re.IGNORECASE), mark) for word, mark in self.words]
        return [*PATTERNS, *own]

    def scrub(self, text: str, language: str) -> str:
        """Return the text with marks of a language ("zh", "en") in the place of names, contacts and numbers."""
        for pattern, mark in self.patterns:
            text = pattern.sub(MARKS[mark][language], text)
        return text

    def found_in(self, text: str) -> list[str]:
        """Return what occurs in a text, as it stands there, each once."""
        found = (match.group().strip() for pattern, _mark in self.patterns for match in pattern.finditer(text))
        return list(dict.fromkeys(found))


def spellings(known: Known) -> set[str]:
    """Return a name as people write it: whole, without "Co., Ltd." or "county", in pinyin with and without spaces."""
    word = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", known.word or "")).strip()
    found = {word}
    if known.mark == "region":
        found |= {PLACE_ENDS.sub("", word), PLACE_ENDS_EN.sub("", word)}
    if known.mark == "unit":
        found |= {_shorter(word)}
    if known.mark == "applicant" and re.fullmatch(f"{HAN}{{3}}", word):
        found |= {word[1:]}  # the given name by itself
    found |= {_pinyin(name) for name in set(found) if re.search(HAN, name) and _is_enough(name)}
    return {name for name in found if _is_enough(name)}


def _shorter(word: str) -> str:
    """Return the name of a unit without its legal form; as it is where too little would be left."""
    short = ENDS.sub("", word).rstrip(" ,.")
    return short if len(short) >= 4 else word


def _pinyin(name: str) -> str:
    return " ".join(lazy_pinyin(name))


def _is_enough(word: str) -> bool:
    return len(word) >= (LEAST_HAN if re.search(HAN, word) else LEAST_LATIN)


def _loosely(word: str) -> str:
    """Return a pattern for a name, whatever stands between its characters; in Latin letters as whole words only."""
    characters = [c for c in word if not re.match(GAP[:-1] + "$", c)]
    body = GAP.join(_either_width(c) for c in characters)
    if re.search(HAN, word):
        return body
    return rf"(?<![A-Za-z0-9]){body}(?![A-Za-z0-9])"


def _either_width(character: str) -> str:
    wide = chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else ""
    escaped = re.escape(character)
    return f"[{escaped}{wide}{wide.lower()}]" if wide else escaped


def parts_of(answer: str) -> list[str]:
    """Return the names in an answer that lists several, and the whole answer."""
    return [answer, *(part.strip() for part in SEPARATORS.split(answer))]


def lot(*secrets: str) -> int:
    """Return a number below 2**31 that follows from the secrets alone: the same on every machine, told to nobody."""
    digest = hashlib.sha256("\0".join(secrets).encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1


def free_number(wanted: int, taken: set[int]) -> int:
    """Return a free number with two digits (three once these are scarce), beginning at a lot.

    The order of numbers says nothing about the order in which they were given.
    """
    first, count = (10, 90) if len(taken) < 60 else (100, 900)
    return next(n for i in range(count) if (n := first + (wanted + i) % count) not in taken)


def how_shown(question: Mapping) -> str:
    """Return "omit", "name" (left out, and its words are names to look for), "keep" (as it is) or "scrub".

    A guide says so under `anonymous`; else it follows from the kind of question.
    """
    if said := question.get("anonymous"):
        return said
    return {"region": "omit", "unit": "name", "person": "name", "file": "omit"}.get(question["kind"], "scrub")
