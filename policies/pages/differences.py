"""What one version of a policy changes against another, worded for readers: benefit by benefit, clause by clause.

Pure: rows in, words out. Benefits are the same by their key; clauses by what they say, so that an article that only
got another number is not taken for a new one.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from difflib import SequenceMatcher

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from policies import wording
from policies.matching import conditions
from policies.models import Benefit, Clause, PayRule
from policies.text.richtext import plain
from talentportal.lib.bilingual import pick
from talentportal.templatetags.portal import full_day

ALIKE = 0.4  # of the pairs of characters of two clauses: from here on one is a new wording of the other
SAME_NUMBER = 0.25  # what the same number adds to the likeness
MANY = 40_000  # pairs of clauses: above, only clauses of the same number are compared
LONG = 3_000  # characters: above, a clause is compared sentence by sentence
REWRITTEN = 0.5  # of the words of two clauses: below, marking each word would only confuse
CRUMB = 3  # characters: what stayed between two changes and is shorter than this joins them


class Change(models.TextChoices):
    """What happened, in the order in which readers ask."""

    NEW = "new", pgettext_lazy("change", "New")
    RAISED = "raised", pgettext_lazy("change", "Raised")
    LOWERED = "lowered", pgettext_lazy("change", "Lowered")
    CHANGED = "changed", pgettext_lazy("change", "Changed")
    GONE = "gone", pgettext_lazy("change", "Gone")
    WAITING = "waiting", pgettext_lazy("change", "Being checked")  # in the text, and nobody has confirmed it yet
    MOVED = "moved", pgettext_lazy("change", "Only renumbered")
    SAME = "same", pgettext_lazy("change", "Unchanged")


@dataclass(frozen=True)
class Piece:
    """Some words of a text: kept (""), put in ("ins") or taken out ("del")."""

    mark: str
    text: str


@dataclass(frozen=True)
class Line:
    """One thing that differs in a benefit, before and after."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class BenefitChange:
    change: Change
    before: Benefit | None
    after: Benefit | None
    lines: list[Line] = field(default_factory=list)

    @property
    def benefit(self) -> Benefit:
        return self.after or self.before


@dataclass(frozen=True)
class ClauseChange:
    change: Change
    before: Clause | None
    after: Clause | None
    pieces: list[Piece] = field(default_factory=list)

    @property
    def clause(self) -> Clause:
        return self.after or self.before


@dataclass(frozen=True)
class Difference:
    benefits: list[BenefitChange]
    clauses: list[ClauseChange]

    def counted(self) -> list[tuple[Change, int]]:
        """Return how many benefits are new, raised, lowered, changed, gone, being checked; what is none is left out."""
        return _counted(self.benefits)

    def counted_clauses(self) -> list[tuple[Change, int]]:
        return _counted(self.clauses)


def _counted(changes: Iterable) -> list[tuple[Change, int]]:
    counts = Counter(change.change for change in changes)
    return [(change, counts[change]) for change in Change if counts[change] and change != Change.SAME]


# --- benefits ---------------------------------------------------------------------------------------------------------


def of_benefits(old: Iterable[Benefit], new: Iterable[Benefit], waiting: Iterable[Benefit] = ()) -> list[BenefitChange]:
    """Return what happened to each benefit, the newest first, then by what happened; unchanged ones last.

    What the new version has among its `waiting` benefits is not gone: nobody has confirmed it yet.
    """
    before = {benefit.key: benefit for benefit in old}
    after = {benefit.key: benefit for benefit in new}
    unread = {benefit.key for benefit in waiting}
    changes = [
        BenefitChange(Change.WAITING, before[key], None)
        if key in unread and key not in after
        else _benefit(before.get(key), after.get(key))
        for key in {**after, **before}
    ]
    order = list(Change)
    return sorted(changes, key=lambda one: (order.index(one.change), one.benefit.order))


def _benefit(before: Benefit | None, after: Benefit | None) -> BenefitChange:
    if before is None or after is None:
        return BenefitChange(Change.GONE if after is None else Change.NEW, before, after)
    lines = _lines(before, after)
    change = _direction(before, after) or (Change.CHANGED if lines else Change.SAME)
    return BenefitChange(change, before, after, lines)


def _direction(before: Benefit, after: Benefit) -> Change | None:
    """More or less money over all, as far as the two can be measured with one measure."""
    pair = _measure(before, after)
    if pair is None or pair[0] == pair[1]:
        return None
    return Change.RAISED if pair[1] > pair[0] else Change.LOWERED


def _measure(before: Benefit, after: Benefit) -> tuple | None:
    if before.amount_yuan is None or after.amount_yuan is None:
        return None
    if before.pay_rule == after.pay_rule and before.pay_months == after.pay_months:
        return before.amount_yuan, after.amount_yuan
    totals = _total(before), _total(after)
    return None if None in totals else totals


def _total(benefit: Benefit) -> Decimal | None:
    """The whole sum; None where it goes on without an end."""
    if benefit.pay_rule not in (PayRule.MONTHLY, PayRule.YEARLY):
        return benefit.amount_yuan
    if not benefit.pay_months:
        return None
    times = benefit.pay_months if benefit.pay_rule == PayRule.MONTHLY else Decimal(benefit.pay_months) / 12
    return benefit.amount_yuan * times


def _lines(before: Benefit, after: Benefit) -> list[Line]:
    """Everything that reads differently; the sentence only where nothing else tells the difference."""
    found = [
        Line(what, said_before, said_after)
        for what, said_before, said_after in (
            (_("Name"), pick(before, "name"), pick(after, "name")),
            (_("Amount"), wording.amount(before), wording.amount(after)),
            (_("How it is paid"), wording.payment(before), wording.payment(after)),
            *_conditions(before, after),
            (_("Until"), _end(before), _end(after)),
            (_("How to get it"), before.get_mode_display(), after.get_mode_display()),
        )
        if said_before != said_after
    ]
    if not found and pick(before, "text") != pick(after, "text"):
        found.append(Line(_("In the words of the document"), pick(before, "text"), pick(after, "text")))
    return found


def _conditions(before: Benefit, after: Benefit) -> list[tuple[str, str, str]]:
    """Only the conditions that came or went."""
    old, new = conditions.describe(before.conditions), conditions.describe(after.conditions)
    gone = [line for line in old if line not in new]
    came = [line for line in new if line not in old]
    if not gone and not came:
        return []
    join = _("; ").join
    return [(_("Who may have it"), join(gone) or _("nothing of the kind"), join(came) or _("no longer asked for"))]


def _end(benefit: Benefit) -> str:
    return full_day(benefit.ends_on - timedelta(days=1)) if benefit.ends_on else _("no end")


# --- clauses ----------------------------------------------------------------------------------------------------------


def of_clauses(old: Sequence[Clause], new: Sequence[Clause]) -> list[ClauseChange]:
    """Return what happened to each clause, in the order of the new text; what is gone stands where it stood."""
    before, after = [_Text(clause) for clause in old], [_Text(clause) for clause in new]
    partner = _partners(before, after)
    changes, told = [], 0
    gone = set(range(len(before))) - set(partner.values())
    for index, text in enumerate(after):
        match = partner.get(index)
        if match is not None:
            changes += [_clause(before[i], None) for i in range(told, match) if i in gone]
            told = max(told, match)
        changes.append(_clause(before[match] if match is not None else None, text))
    return changes + [_clause(before[i], None) for i in range(told, len(before)) if i in gone]


class _Text:
    """A clause, its words without mark-up, and the pairs of characters in them."""

    def __init__(self, clause: Clause):
        self.clause = clause
        self.words = "\n".join(part for part in (clause.heading, plain(pick(clause, "text"))) if part).strip()
        self.key = re.sub(r"\s+", "", self.words)
        self._pairs: set[str] | None = None

    @property
    def pairs(self) -> set[str]:
        if self._pairs is None:
            self._pairs = {self.key[i : i + 2] for i in range(max(len(self.key) - 1, 1))}
        return self._pairs

    def likeness(self, other: "_Text") -> float:
        if self.clause.kind != other.clause.kind:
            return 0.0
        shared = 2 * len(self.pairs & other.pairs) / (len(self.pairs) + len(other.pairs))
        number = self.clause.number
        return shared + (SAME_NUMBER if number and number == other.clause.number else 0.0)


def _partners(before: list[_Text], after: list[_Text]) -> dict[int, int]:
    """Tell for each new clause which old one it continues: first the same words in the same order, then the likest."""
    matcher = SequenceMatcher(None, [text.key for text in before], [text.key for text in after], autojunk=False)
    partner = {block.b + step: block.a + step for block in matcher.get_matching_blocks() for step in range(block.size)}
    rest_before = sorted(set(range(len(before))) - set(partner.values()))
    rest_after = [index for index in range(len(after)) if index not in partner]
    taken: set[int] = set()
    for _score, _near, new, old in sorted(_candidates(before, after, rest_before, rest_after), reverse=True):
        if new not in partner and old not in taken:
            partner[new] = old
            taken.add(old)
    return partner


def _candidates(before, after, rest_before, rest_after):
    """Yield (likeness, nearness, new, old) of the pairs that are like enough."""
    all_pairs = len(rest_before) * len(rest_after) <= MANY
    for new in rest_after:
        for old in rest_before:
            if all_pairs or before[old].clause.number == after[new].clause.number:
                score = before[old].likeness(after[new])
                if score >= ALIKE:
                    yield score, -abs(new - old), new, old


def _clause(before: _Text | None, after: _Text | None) -> ClauseChange:
    old, new = before and before.clause, after and after.clause
    if before is None or after is None:
        text, mark = (after, "ins") if before is None else (before, "del")
        return ClauseChange(Change.NEW if before is None else Change.GONE, old, new, [Piece(mark, text.words)])
    if before.key == after.key:
        return ClauseChange(Change.SAME if old.number == new.number else Change.MOVED, old, new)
    return ClauseChange(_tendency(before.words, after.words), old, new, pieces(before.words, after.words))


_SUM = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s?([百千]?[万亿]?)元")
_UNITS = {
    "": 1,
    "百": 100,
    "千": 1000,
    "百万": 10**6,
    "千万": 10**7,
    "百亿": 10**10,
    "千亿": 10**11,
    "万": 10**4,
    "亿": 10**8,
}


def _tendency(before: str, after: str) -> Change:
    """Raised or lowered when nothing but sums of money went one way; else changed."""
    old, new = _sums(before), _sums(after)
    if _SUM.sub("", before) != _SUM.sub("", after) or old == new or len(old) != len(new):
        return Change.CHANGED
    steps = {b > a for a, b in zip(old, new, strict=True) if a != b}
    return Change.CHANGED if len(steps) > 1 else Change.RAISED if steps == {True} else Change.LOWERED


def _sums(text: str) -> list[Decimal]:
    return [Decimal(number.replace(",", "")) * _UNITS.get(unit, 1) for number, unit in _SUM.findall(text)]


# --- words ------------------------------------------------------------------------------------------------------------


_WORD = r"[A-Za-z]+|\d[\d,.]*|\s+|."
_SENTENCE = r"[^。；;.\n]*[。；;.\n]|[^。；;.\n]+"


def pieces(before: str, after: str) -> list[Piece]:
    """Return one text that shows both: what stayed, what was taken out and what was put in, word by word."""
    by_word = max(len(before), len(after)) <= LONG
    old, new = _tokens(before, by_word), _tokens(after, by_word)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < REWRITTEN:
        return _changed(before, after)
    found: list[tuple[str, str]] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            found.append(("", "".join(old[a:b])))
        else:
            found += [(mark, text) for mark, text in (("del", "".join(old[a:b])), ("ins", "".join(new[c:d]))) if text]
    return _joined(found)


def _tokens(text: str, by_word: bool) -> list[str]:
    return re.findall(_WORD if by_word else _SENTENCE, text, re.DOTALL)


def _joined(found: list[tuple[str, str]]) -> list[Piece]:
    """Join changes that are only crumbs apart: readers want whole words."""
    done: list[Piece] = []
    gone, came = "", ""
    for index, (mark, text) in enumerate(found):
        crumb = mark == "" and (gone or came) and len(text) < CRUMB and index + 1 < len(found)
        gone += text if mark == "del" or crumb else ""
        came += text if mark == "ins" or crumb else ""
        if mark == "" and not crumb:
            done += [*_changed(gone, came), Piece("", text)]
            gone, came = "", ""
    return done + _changed(gone, came)


def _changed(gone: str, came: str) -> list[Piece]:
    return [Piece(mark, text) for mark, text in (("del", gone), ("ins", came)) if text]


def difference(before, after) -> Difference:
    """Compare two versions whose `clauses.all()`, `shown` and `waiting` (benefits public, and not yet) were read."""
    benefits = of_benefits(before.shown, after.shown, after.waiting)
    return Difference(benefits, of_clauses(before.clauses.all(), after.clauses.all()))
