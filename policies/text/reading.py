"""Read the text of a policy: its title, the dated events in its head, and its clauses with anchors that stay.

The format: a first line `# title`; in laws a block of dated events closed by `<!-- INFO END -->`; then the body.
Anchors name clauses as people cite them: a4 is 第四条, a4-1 第四条之一, s2 二、, s2-3 its （三）, h2 the second chapter
and t1 the first passage without a number. What occurs a second time, as in an annex, gets _2.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from policies.models import ClauseKind

INFO_END = "<!-- INFO END -->"
LONGEST_HEADING, LONGEST_NUMBER = 200, 40  # as the columns of Clause
SHORT = 40  # a line up to this length, without a full stop, is a heading

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "○": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_N = r"[零〇○一二三四五六七八九十百千两\d]"

_ARTICLE = re.compile(rf"第({_N}{{1,9}})条(?:之({_N}{{1,4}}))?")
_CHAPTER = re.compile(rf"第{_N}{{1,6}}(?:编|分编|章|节|篇|部分)(?=\s|$)")
_PLAIN_CHAPTERS = {"总则", "分则", "附则", "序言", "罚则", "法律责任"}
_SECTION = re.compile(r"([一二三四五六七八九十百]{1,5})、\s*")
_ITEM = re.compile(r"[（(]([一二三四五六七八九十百]{1,5})[）)]\s*")
_DIGIT = re.compile(r"(\d{1,3})[.．、](?!\d)\s*")
_ANNEX = re.compile(r"(?:附件|附表|附录)\s*[\d一二三四五六七八九十]{0,3}\s*(?:[：:].{0,60})?$")
_SIGNED = re.compile(rf"(?:\d{{4}}|[零〇○一二三四五六七八九]{{4}})年{_N}{{1,3}}月{_N}{{1,3}}日$")
_TOPIC = re.compile(r"[【（(]([^【】（）()]{1,20})[】）)]\s*")
_LEAD = re.compile(r"([^\d。；：！？“”《》]{2,20})。(?=\S)")
_NAME = re.compile(rf"[^。；：]{{1,{SHORT}}}")
_HASHES = re.compile(r"#{1,6}\s+")
_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日\s*")
_TAIL = re.compile(r"(?:通过|批准|修正|修订|修改|发布|公布|施行|实施)[）)]?$")
_BETWEEN_HAN = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_INVISIBLE = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])


@dataclass
class Passage:
    """A clause to be, as policies.models.Clause: the paragraphs are without its number and heading."""

    kind: str
    anchor: str
    number: str = ""
    heading: str = ""
    paragraphs: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return re.sub(r"(?<=\|)\n\n(?=\|)", "\n", "\n\n".join(self.paragraphs))  # lines of a table stay together


@dataclass
class Document:
    """A text as it was read: `history` are the dated events in its head, with the whole line as words."""

    title: str
    history: list[tuple[date | None, str]]
    passages: list[Passage]


def read(text: str) -> Document:
    """Read a whole file in one pass; never fails: a text without any structure is one passage."""
    lines = _lines(text)
    title = lines.pop(0)[2:].strip() if lines and lines[0].startswith("# ") else ""
    head: list[str] = []
    if INFO_END in lines:
        end = lines.index(INFO_END)
        head, lines = lines[:end], lines[end + 1 :]
    history, preamble = _history(head)
    return Document(title, history, _Reader().read([*preamble, *lines]))


def clauses(text: str) -> list[Passage]:
    """Cut the text of a policy into clauses; see `read`."""
    return read(text).passages


def _lines(text: str) -> list[str]:
    """Return the lines that are not blank, without what cannot be seen."""
    return [line for raw in text.translate(_INVISIBLE).splitlines() if (line := raw.strip())]


def _history(head: list[str]) -> tuple[list[tuple[date | None, str]], list[str]]:
    """Split the head into dated events and other lines; a line that only ends an event belongs to it."""
    events: list[tuple[date | None, str]] = []
    others: list[str] = []
    for line in head:
        if day := _day(line):
            events.append((day, line))
        elif events and not others and _TAIL.search(line):
            events[-1] = events[-1][0], f"{events[-1][1]} {line}"
        else:
            others.append(line)
    return events, others


def _day(line: str) -> date | None:
    found = _DAY.match(line)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


class _Reader:
    """What is known while the lines go by; a section 一、 is a heading if it turns out to have items （一）."""

    def __init__(self):
        self.passages: list[Passage] = []
        self.used: dict[str, int] = {}
        self.section: Passage | None = None  # the section that items belong to
        self.parents: set[str] = set()  # anchors of the sections that have items
        self.in_article = False  # numbers inside an article are its text
        self.last_article = 0
        self.by_digits = False  # 1. 2. 3. are the clauses, as there are no others

    def read(self, lines: list[str]) -> list[Passage]:
        self.by_digits = not any(pattern.match(line) for line in lines for pattern in (_ARTICLE, _SECTION, _ITEM))
        for line in lines:
            self._take(line)
        return list(self._settled())

    def _take(self, line: str) -> None:
        marks = _HASHES.match(line)
        bare = line[marks.end() :] if marks else line
        if (found := _ARTICLE.match(bare)) and self._begins_article(found, bare):
            self._article(found, bare)
        elif not self.in_article and (found := _SECTION.match(bare)):
            self.section = self._numbered(f"s{numeral(found[1])}", found, bare)
        elif not self.in_article and (found := _ITEM.match(bare)):
            self._item(found, bare)
        elif self.by_digits and (found := _DIGIT.match(bare)):
            self._numbered(f"n{found[1]}", found, bare)
        elif marks or _is_heading(bare):
            self._heading(bare)
        elif _SIGNED.match(bare):
            self._signature(bare)
        else:
            self._words(line)

    def _begins_article(self, found: re.Match, line: str) -> bool:
        """Tell 第五条 at the head of its article from a sentence that begins by citing it."""
        after = line[found.end() : found.end() + 1]
        if not after or after.isspace() or after in "【（(":
            return True
        return after not in "、，和及至的款第规所中" and numeral(found[1]) == self.last_article + 1

    def _article(self, found: re.Match, line: str) -> None:
        self.last_article, self.in_article = numeral(found[1]), True
        anchor = f"a{self.last_article}" + (f"-{numeral(found[2])}" if found[2] else "")
        rest = line[found.end() :].strip()
        topic = None if _ITEM.match(rest) else _TOPIC.match(rest)
        heading, rest = (topic[1], rest[topic.end() :]) if topic else ("", rest)
        self._add(ClauseKind.ARTICLE, anchor, found[0], heading, rest)

    def _item(self, found: re.Match, line: str) -> None:
        if self.section:
            self.parents.add(self.section.anchor)
        prefix = f"{self.section.anchor}-" if self.section else "i"
        self._numbered(f"{prefix}{numeral(found[1])}", found, line)

    def _numbered(self, anchor: str, found: re.Match, line: str) -> Passage:
        return self._add(ClauseKind.ARTICLE, anchor, found[0].strip(), "", line[found.end() :].strip())

    def _heading(self, line: str) -> None:
        self.in_article, self.section = False, None
        found = _CHAPTER.match(line)
        number, rest = (found[0], line[found.end() :]) if found else ("", line)
        rest = _BETWEEN_HAN.sub("", rest.strip())
        if len(rest) <= LONGEST_HEADING:
            self._add(ClauseKind.HEADING, "h", number, rest)
        else:
            self._add(ClauseKind.TEXT, "t", number, "", rest)

    def _signature(self, line: str) -> None:
        """A date alone on a line ends a document; the short lines before it say who signed."""
        signed = [line]
        before = self.passages[-1].paragraphs if self.passages else []
        while len(before) > 1 and len(signed) < 4 and _NAME.fullmatch(before[-1]):
            signed.insert(0, before.pop())
        self.in_article, self.section, self.last_article = False, None, 0
        self._add(ClauseKind.TEXT, "t", "", "", *signed)

    def _words(self, line: str) -> None:
        if not self.passages or self.passages[-1].kind == ClauseKind.HEADING:
            self._add(ClauseKind.TEXT, "t", "", "")
        self.passages[-1].paragraphs.append(line)

    def _add(self, kind: str, anchor: str, number: str, heading: str, *paragraphs: str) -> Passage:
        if anchor not in ("h", "t"):  # those are counted in the end
            self.used[anchor] = self.used.get(anchor, 0) + 1
            anchor = anchor if self.used[anchor] == 1 else f"{anchor}_{self.used[anchor]}"
        passage = Passage(kind, anchor, number[:LONGEST_NUMBER], heading, [one for one in paragraphs if one])
        self.passages.append(passage)
        return passage

    def _settled(self) -> Iterator[Passage]:
        counts = {"h": 0, "t": 0}
        for passage in self.passages:
            for part in _with_heading(passage, passage.anchor in self.parents):
                if part.anchor in counts:
                    counts[part.anchor] += 1
                    part.anchor += str(counts[part.anchor])
                yield part


def _with_heading(passage: Passage, has_items: bool) -> Iterator[Passage]:
    """Find the heading in the first words of a section or an item; what has items below it is a heading itself."""
    lines = passage.paragraphs
    if passage.anchor[0] in "sin" and lines:
        lead = _LEAD.match(lines[0])
        if len(lines[0]) <= SHORT and (has_items or len(lines) > 1):
            passage.heading = lines.pop(0)
        elif lead:
            passage.heading, lines[0] = lead[0], lines[0][lead.end() :]
    if has_items and passage.heading:
        passage.kind, passage.paragraphs = ClauseKind.HEADING, []
    yield passage
    if passage.paragraphs is not lines and lines:
        yield Passage(ClauseKind.TEXT, "t", paragraphs=lines)


def _is_heading(line: str) -> bool:
    if len(line) > SHORT:
        return bool(_ANNEX.match(line))
    return bool(_CHAPTER.match(line) or _ANNEX.match(line) or _BETWEEN_HAN.sub("", line) in _PLAIN_CHAPTERS)


def numeral(number: str) -> int:
    """Return the value of a Chinese number below ten thousand: 一百零三 is 103; digits as they are, 一〇三 too."""
    if number.isdecimal():
        return int(number)
    if not set(number) & set(_UNITS):
        return int("".join(str(_DIGITS.get(char, char)) for char in number))
    total = digit = 0
    for char in number:
        if char in _UNITS:
            total, digit = total + (digit or 1) * _UNITS[char], 0
        else:
            digit = int(char) if char.isdecimal() else _DIGITS[char]
    return total + digit
