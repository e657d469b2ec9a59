"""Who may have it: one rule tree for benefits, guides and clerks; checked, said in words, and asked of facts.

A tree is `{"all": [..]}`, `{"any": [..]}`, `{"not": ..}` or a leaf `{"fact", "op", "value"}` with an optional
`"clause"`, the anchor of the clause that says so; `{}` is everybody. Nothing here asks the database or the clock.

Answers are three-valued: what nobody told is never counted as met. A condition that is not met is either within reach
(years go by, a title can be earned, one can move) or not (nobody grows younger); so a tree is NOT fulfilled, NEARLY,
UNKNOWN or FITS, in this order. "all" is the worst of its parts, "any" the best, "not" turns its leaves round. What is
within reach one by one may never come together (five years of work before the age of 35, asked of somebody who is 34):
then it is NOT fulfilled, see `matching/windows.py`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce

from django.db.models import IntegerChoices
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies.matching.facts import FACTS, Fact, Kind, known, lies_in
from policies.matching.windows import ALWAYS, NEVER, Windows, both, but_number, either, of_number
from regions import divisions

MAX_DEPTH = 6
MAX_LEAVES = 60
OPS = {
    Kind.ORDER: ("at_least", "at_most", "is", "in"),
    Kind.CHOICE: ("is", "in"),
    Kind.NUMBER: ("at_least", "at_most", "is"),
    Kind.FLAG: ("is",),
    Kind.PLACE: ("within",),
}


class Verdict(IntegerChoices):
    """What a tree says of somebody, from the worst to the best."""

    NOT = 0, gettext_lazy("does not fit")
    NEARLY = 1, gettext_lazy("nearly fits")
    UNKNOWN = 2, gettext_lazy("depends on what we do not know")
    FITS = 3, gettext_lazy("fits")


@dataclass(frozen=True, slots=True)
class Line:
    """One condition as it stands for somebody; `text` says it in the active language.

    `wanted` is False inside a "not". `steps` tells how far off it is: levels to climb, years to wait, or 1.
    """

    leaf: Mapping
    wanted: bool = True
    verdict: Verdict = Verdict.UNKNOWN
    have: object = None
    steps: int = 0
    is_late: bool = False  # it would come, but only when something else is over

    @property
    def fact(self) -> Fact | None:
        return FACTS.get(self.leaf["fact"]) if _is_sound(self.leaf) else None

    @property
    def clause(self) -> str:
        """The anchor of the clause that asks for it, or ""."""
        return str(self.leaf.get("clause") or "") if isinstance(self.leaf, dict) else ""

    @property
    def requirement(self) -> str:
        """What is asked for, whoever asks: "Degree: master or higher"."""
        fact = self.fact
        return _requirement(fact, self.leaf, self.wanted) if fact else _("A condition that only the office can judge")

    @property
    def text(self) -> str:
        """What is asked for, with what somebody has, or how much is missing."""
        if self.have is None:
            return self.for_the_office
        words = {"wanted": self.requirement, "have": self.fact.told(self.have)}
        if self.is_late:
            words["gap"] = self.fact.gap(self.steps)
            return _("%(gap)s, too late for another condition (%(wanted)s, you: %(have)s)") % words
        if self.verdict != Verdict.NEARLY:
            return _("%(wanted)s (you: %(have)s)") % words
        if self.fact.gap:
            return _("%(gap)s (%(wanted)s, you: %(have)s)") % (words | {"gap": self.fact.gap(self.steps)})
        return _("Still missing – %(wanted)s (you: %(have)s)") % words

    @property
    def for_the_office(self) -> str:
        """What is asked for, with what the applicant has."""
        words = {"wanted": self.requirement}
        if self.have is None:
            return words["wanted"] if self.fact is None else _("Not known yet – %(wanted)s") % words
        return _("%(wanted)s (the applicant: %(have)s)") % (words | {"have": self.fact.told(self.have)})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tree says of somebody: met, missing but within reach, failed for good, and not known."""

    verdict: Verdict
    met: list[Line] = field(default_factory=list)
    missing: list[Line] = field(default_factory=list)
    failed: list[Line] = field(default_factory=list)
    unknown: list[Line] = field(default_factory=list)
    windows: Windows = ALWAYS  # when it can hold

    @property
    def lines(self) -> list[Line]:
        """Every line, the ones that stand in the way first."""
        return [*self.failed, *self.missing, *self.unknown, *self.met]

    @property
    def open_facts(self) -> set[str]:
        """The facts that were not told and would tell more."""
        asked = (line.leaf.get("fact") for line in self.unknown if isinstance(line.leaf, dict))
        return {key for key in asked if isinstance(key, str) and key in FACTS}

    @property
    def distance(self) -> int:
        """How far off it is, for sorting: the steps of all that is missing or not known."""
        return sum(line.steps for line in (*self.missing, *self.unknown))


# --- asked of somebody ------------------------------------------------------------------------------------------------


def evaluate(tree: Mapping, facts: Mapping) -> Answer:
    """Ask a tree of a person's facts (`matching/facts.py`). Never raises: what cannot be read is UNKNOWN."""
    return Asker(facts).ask(tree)


class Asker:
    """Asks any number of trees of the same facts; the same leaf is asked once."""

    def __init__(self, facts: Mapping):
        self.facts = facts
        self._leaves: dict[str, Answer] = {}

    def ask(self, tree, wanted: bool = True, depth: int = 0) -> Answer:
        """Return the answer to a tree, or to its opposite."""
        if tree == {}:
            return Answer(Verdict.FITS) if wanted else Answer(Verdict.NOT, windows=NEVER)
        kind, parts = _branches(tree)
        if depth > MAX_DEPTH:
            return _answer_of(Line(None, wanted, steps=1))
        if kind == "not":
            return self.ask(parts[0], not wanted, depth + 1)
        if not kind:
            return self._leaf(tree, wanted)
        answers = [self.ask(part, wanted, depth + 1) for part in parts]
        return _worst(answers) if (kind == "all") == wanted else _best(answers)  # De Morgan

    def _leaf(self, leaf, wanted: bool) -> Answer:
        key = f"{wanted}{leaf!r}"
        if key not in self._leaves:
            self._leaves[key] = _answer_of(_stand(leaf, self.facts, wanted))
        return self._leaves[key]


def _branches(tree) -> tuple[str, tuple]:
    """Return "all", "any" or "not" with the parts, or "" for a leaf and for what makes no sense."""
    if isinstance(tree, dict) and len(tree) == 1:
        kind, parts = next(iter(tree.items()))
        if kind in ("all", "any") and isinstance(parts, list):
            return kind, tuple(parts)
        if kind == "not":
            return kind, (parts,)
    return "", ()


def _worst(answers: list[Answer]) -> Answer:
    if len(answers) == 1:
        return answers[0]
    met, missing, failed, unknown = [], [], [], []
    for answer in answers:
        met += answer.met
        missing += answer.missing
        failed += answer.failed
        unknown += answer.unknown
    verdict = min([answer.verdict for answer in answers], default=Verdict.FITS)
    windows = reduce(both, [answer.windows for answer in answers], ALWAYS)
    if verdict > Verdict.NOT and windows == NEVER:
        late = _late(missing, met)
        failed = [replace(line, verdict=Verdict.NOT, is_late=True) for line in late]
        missing, verdict = [line for line in missing if line not in late], Verdict.NOT
    return Answer(verdict, met, missing, failed, unknown, windows)


def _late(missing: list[Line], met: list[Line]) -> list[Line]:
    """Return what would come only when something that is met is over; if they exclude each other, all of it."""
    waits = [line for line in missing if line.fact.kind is Kind.NUMBER]
    limits = reduce(both, map(_windows, met), ALWAYS)
    return [line for line in waits if both(_windows(line), limits) == NEVER] or waits


def _best(answers: list[Answer]) -> Answer:
    best = max(answers, key=lambda answer: (answer.verdict, -answer.distance), default=Answer(Verdict.NOT))
    if best.verdict > Verdict.NOT:
        return replace(best, windows=reduce(either, [answer.windows for answer in answers]))
    return Answer(Verdict.NOT, failed=[line for answer in answers for line in answer.failed], windows=NEVER)


def _answer_of(line: Line) -> Answer:
    return Answer(line.verdict, **{_LIST_OF[line.verdict]: [line]}, windows=_windows(line))


def _windows(line: Line) -> Windows:
    """Return when a line can hold; what is not a number may come at any time, or never."""
    if line.have is None or line.fact.kind is not Kind.NUMBER:
        return NEVER if line.verdict == Verdict.NOT else ALWAYS
    grows = {"a_year": line.fact.a_year, "passes": line.fact.passes}
    target = known({line.fact.key: line.leaf["value"]}, line.fact.key)
    return (of_number if line.wanted else but_number)(line.leaf["op"], target, line.have, **grows)


_LIST_OF = {Verdict.FITS: "met", Verdict.NEARLY: "missing", Verdict.NOT: "failed", Verdict.UNKNOWN: "unknown"}


def _stand(leaf, facts: Mapping, wanted: bool) -> Line:
    """Ask one leaf."""
    if not _is_sound(leaf):
        return Line(leaf, wanted, steps=1)
    fact = FACTS[leaf["fact"]]
    have = known(facts, fact.key)
    holds = None if have is None else _holds(fact, leaf, have)
    if holds is None:
        return Line(leaf, wanted, steps=1)
    if holds == wanted:
        return Line(leaf, wanted, Verdict.FITS, have)
    steps = _steps(fact, leaf, wanted, have)
    return Line(leaf, wanted, Verdict.NEARLY if steps else Verdict.NOT, have, steps)


def _holds(fact: Fact, leaf: Mapping, have) -> bool | None:
    """Compare; None when a place is too wide to tell."""
    target = leaf["value"]
    if leaf["op"] == "within":
        areas = target if isinstance(target, list) else [target]
        if any(lies_in(have, area) for area in areas):
            return True
        return None if any(lies_in((area,), have[-1]) for area in areas) else False
    if leaf["op"] == "in":
        return have in [known({fact.key: value}, fact.key) for value in target]
    target = known({fact.key: target}, fact.key)
    return {"at_least": have >= target, "at_most": have <= target, "is": have == target}[leaf["op"]]


def _steps(fact: Fact, leaf: Mapping, wanted: bool, have) -> int:
    """Return how far off the nearest value is that would do, 0 when none can be reached any more."""
    match fact.kind:
        case Kind.CHOICE | Kind.PLACE:
            return 1
        case Kind.FLAG:
            return 0 if fact.is_fixed else 1
    higher = range(have + 1, len(fact.choices)) if fact.kind is Kind.ORDER else _later(fact, leaf, have)
    return next((value - have for value in higher if _holds(fact, leaf, value) == wanted), 0)


def _later(fact: Fact, leaf: Mapping, have: int) -> list[int]:
    """The numbers at which a comparison can turn, above the one somebody has."""
    target = known({fact.key: leaf["value"]}, fact.key)
    return [value for value in sorted({have + 1, target, target + 1}) if have < value <= fact.highest]


# --- in words ---------------------------------------------------------------------------------------------------------


def describe(tree: Mapping) -> list[str]:
    """Say in the active language what a tree asks for, a line per condition; an empty list means everybody."""
    if tree == {}:
        return []
    return [words for words, _clause in requirements(tree)]


def requirements(tree: Mapping) -> list[tuple[str, str]]:
    """Return (words, anchor of the clause) for every line of `describe`."""
    if tree == {}:
        return []
    return [(_said(part, wanted, 0), _clause_of(part)) for part, wanted in _lines(tree, True, 0)]


def _lines(tree, wanted: bool, depth: int) -> Iterator[tuple]:
    """Yield the parts that all have to hold."""
    kind, parts = _branches(tree) if depth <= MAX_DEPTH else ("", ())
    if kind == "not":
        yield from _lines(parts[0], not wanted, depth + 1)
    elif kind and (kind == "all") == wanted:
        for part in parts:
            yield from _lines(part, wanted, depth + 1)
    else:
        yield tree, wanted


def _said(tree, wanted: bool, depth: int) -> str:
    kind, parts = _branches(tree) if depth <= MAX_DEPTH else ("", ())
    if kind == "not":
        return _said(parts[0], not wanted, depth + 1)
    if not kind:
        return Line(tree, wanted).requirement
    words = [_said(part, wanted, depth + 1) for part in parts]
    if (kind == "all") == wanted:
        return _("%(all)s (together)") % {"all": _(", and ").join(words)} if len(words) > 1 else "".join(words)
    return _("One of these: %(list)s") % {"list": _("; or ").join(words)} if len(words) > 1 else "".join(words)


def _clause_of(tree) -> str:
    """Return the anchor of the only leaf, or of the first one that has one."""
    return next((leaf["clause"] for leaf in leaves(tree) if isinstance(leaf.get("clause"), str)), "")


_PATTERNS = {
    ("at_least", True): gettext_lazy("%(fact)s: %(value)s or above"),
    ("at_least", False): gettext_lazy("%(fact)s: below %(value)s"),
    ("at_most", True): gettext_lazy("%(fact)s: at most %(value)s"),
    ("at_most", False): gettext_lazy("%(fact)s: above %(value)s"),
    ("is", True): gettext_lazy("%(fact)s: %(value)s"),
    ("is", False): gettext_lazy("%(fact)s: not %(value)s"),
    ("in", True): gettext_lazy("%(fact)s: %(value)s"),
    ("in", False): gettext_lazy("%(fact)s: not %(value)s"),
    ("within", True): gettext_lazy("%(fact)s: in %(value)s"),
    ("within", False): gettext_lazy("%(fact)s: outside %(value)s"),
}
_AT_LEAST_NUMBER = gettext_lazy("%(fact)s: at least %(value)s")


def _requirement(fact: Fact, leaf: Mapping, wanted: bool) -> str:
    if fact.kind is Kind.FLAG:
        is_yes = known({fact.key: leaf["value"]}, fact.key) == wanted
        return str(fact.label) if is_yes else _("Not: %(fact)s") % {"fact": fact.label}
    values = leaf["value"] if isinstance(leaf["value"], list) else [leaf["value"]]
    words = _(" or ").join(_named(fact, value) for value in values)
    pattern = _PATTERNS[leaf["op"], wanted]
    if fact.kind is Kind.NUMBER and (leaf["op"], wanted) == ("at_least", True):
        pattern = _AT_LEAST_NUMBER
    return str(pattern) % {"fact": fact.label, "value": words}


def _named(fact: Fact, value) -> str:
    """Say a value as it stands in a tree."""
    if fact.kind is Kind.PLACE:
        return divisions.name(value)
    return fact.told(known({fact.key: value}, fact.key))


# --- checked ----------------------------------------------------------------------------------------------------------


def leaves(tree, depth: int = 0) -> Iterator[Mapping]:
    """Yield every leaf of a tree that can be read."""
    kind, parts = _branches(tree) if depth <= MAX_DEPTH else ("", ())
    if kind:
        for part in parts:
            yield from leaves(part, depth + 1)
    elif isinstance(tree, dict) and tree:
        yield tree


def facts_in(tree) -> list[str]:
    """Return the keys of the facts that a tree asks for, each once, in the order of `FACTS`."""
    asked = {leaf["fact"] for leaf in leaves(tree) if _is_sound(leaf)}
    return [key for key in FACTS if key in asked]


def check_tree(tree) -> list[Promise | str]:
    """List, in words for editors, everything that makes a tree unfit; empty when it can be used. Never raises."""
    if tree == {}:
        return []
    reasons = list(_faults(tree, 0))
    if not reasons and sum(1 for _leaf in leaves(tree)) > MAX_LEAVES:
        reasons.append(gettext_lazy("There are too many conditions."))
    return reasons


def _faults(tree, depth: int) -> Iterator:
    if depth > MAX_DEPTH:
        yield gettext_lazy("The conditions are nested too deep.")
        return
    kind, parts = _branches(tree)
    if not kind:
        yield from _leaf_faults(tree)
    elif not parts:
        yield gettext_lazy("“all” and “any” need at least one condition; leave the whole empty for everybody.")
    for part in parts:
        yield from _faults(part, depth + 1)


def _leaf_faults(leaf) -> Iterator:
    if not isinstance(leaf, dict) or not {"fact", "op", "value"} <= set(leaf) <= {"fact", "op", "value", "clause"}:
        yield gettext_lazy("A condition consists of “fact”, “op”, “value” and, if you like, “clause”.")
        return
    fact = FACTS.get(leaf["fact"]) if isinstance(leaf["fact"], str) else None
    words = {"fact": leaf["fact"], "op": leaf["op"], "value": leaf["value"]}
    if fact is None:
        yield gettext_lazy("There is no fact “%(fact)s”.") % words
    elif leaf["op"] not in OPS[fact.kind]:
        yield gettext_lazy("“%(fact)s” cannot be asked by “%(op)s”.") % words
    elif not _fits(fact, leaf["op"], leaf["value"]):
        yield gettext_lazy("“%(value)s” is no value for “%(fact)s”.") % words
    if not isinstance(leaf.get("clause", ""), str):
        yield gettext_lazy("“clause” is the anchor of a clause.")


def _fits(fact: Fact, op: str, value) -> bool:
    """Tell whether an operator can compare a fact with a value."""
    if isinstance(value, list) and (op == "in" or op == "within"):
        return bool(value) and all(_fits(fact, "is", part) for part in value)
    if op == "in":
        return False
    if fact.kind is Kind.PLACE:
        return isinstance(value, str) and len(value) == 6 and value.isascii() and value.isdecimal()
    return isinstance(value, str | int) and known({fact.key: value}, fact.key) is not None


def _is_sound(leaf) -> bool:
    """Tell whether a leaf can be asked."""
    if not isinstance(leaf, dict):
        return False
    fact, op = leaf.get("fact"), leaf.get("op")
    known_fact = isinstance(fact, str) and fact in FACTS
    return (
        known_fact and isinstance(op, str) and op in OPS[FACTS[fact].kind] and _fits(FACTS[fact], op, leaf.get("value"))
    )
