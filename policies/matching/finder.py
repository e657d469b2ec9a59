"""What fits somebody: every public benefit that holds where they work, asked of the facts they told.

Two statements whatever the number of benefits: one reads the conditions of all, one the rows of a page. Benefits share
most of their conditions, so each distinct tree is asked once.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from policies import wording
from policies.matching.conditions import Answer, Asker, Verdict
from policies.matching.facts import FACTS, NATION, known
from policies.models import Benefit, BenefitKind, PayRule, PolicyVersion

PAGE = 20
SHORT = 6  # rows of each answer on the first page
NEAR = 3  # steps within which something is near; what is further off comes later
FOR_THE_PERSON = (  # kinds whose money is the person's own; funds, loans and tax are never added to it
    BenefitKind.SETTLING,
    BenefitKind.HOME,
    BenefitKind.RENT,
    BenefitKind.LIVING,
    BenefitKind.CAR,
)
_MONTHS_A_PAYMENT = {PayRule.MONTHLY: 1, PayRule.YEARLY: 12}
ORDER = {kind: number for number, kind in enumerate(BenefitKind.values)}
READ = (
    "pk", "kind", "amount_yuan", "pay_rule", "pay_months", "exclusive_group", "version__region_code", "tree",
)  # fmt: skip


def in_force(day: date) -> QuerySet[Benefit]:
    """Return the public benefits that hold on a day, wherever."""
    return Benefit.objects.public().filter(
        Q(ends_on=None) | Q(ends_on__gt=day), version__in=PolicyVersion.objects.in_force(day)
    )


def where(facts: Mapping) -> set[str]:
    """Return the codes whose rules hold where somebody works: the place itself and everything above it."""
    codes = known(facts, "region") or ()
    above = {f"{code[:length]:0<6}" for code in codes if not code.startswith("9") for length in (2, 4)}
    return {NATION, *codes, *above}


@dataclass(frozen=True, slots=True)
class Row:
    """A benefit as far as sorting and adding up need it."""

    pk: int
    kind: str
    amount_yuan: Decimal | None
    pay_rule: str
    pay_months: int | None
    exclusive_group: str
    region_code: str
    answer: Answer

    @property
    def worth(self) -> Decimal:
        return worth(self)


def worth(benefit: Benefit | Row) -> Decimal:
    """Return all that is paid in the end, as far as the period is known; for comparing, in yuan."""
    if benefit.amount_yuan is None:
        return Decimal(0)
    months = _MONTHS_A_PAYMENT.get(benefit.pay_rule)
    return benefit.amount_yuan * max((benefit.pay_months or 0) // months, 1) if months else benefit.amount_yuan


@dataclass
class Matches:
    """The benefits by verdict, best first, and what would tell more."""

    groups: dict[Verdict, list[Row]]
    open_facts: list[tuple[str, int]] = field(default_factory=list)  # (fact, how many benefits wait for it)

    @property
    def total(self) -> int:
        return sum(map(len, self.groups.values()))

    def of_kind(self, kind: str) -> "Matches":
        """Return the matches of one kind of benefit."""
        return Matches({v: [row for row in rows if row.kind == kind] for v, rows in self.groups.items()})

    def kinds(self) -> list[tuple[str, int]]:
        """Return the kinds that occur, in the order of pages, with their numbers."""
        counts = Counter(row.kind for rows in self.groups.values() for row in rows)
        return [(kind, counts[kind]) for kind in BenefitKind.values if kind in counts]


def match(facts: Mapping, day: date) -> Matches:
    """Ask every benefit that holds where somebody works, in one statement."""
    benefits = in_force(day).filter(version__region_code__in=where(facts))
    groups: dict[Verdict, list[Row]] = {verdict: [] for verdict in reversed(Verdict)}
    asker, asked = Asker(facts), {}
    waiting: Counter[str] = Counter()
    for *values, tree in benefits.annotate(tree=Cast("conditions", TextField())).values_list(*READ):
        answer = asked.get(tree) or asked.setdefault(tree, asker.ask(json.loads(tree)))
        groups[answer.verdict].append(Row(*values, answer))
        if answer.verdict != Verdict.NOT:
            waiting.update(answer.open_facts)
    for verdict, rows in groups.items():
        rows.sort(key=_nearest if verdict in (Verdict.NEARLY, Verdict.UNKNOWN) else _by_kind)
    return Matches(groups, [(key, waiting[key]) for key in sorted(waiting, key=lambda key: (-waiting[key], key))])


def _by_kind(row: Row):
    return ORDER[row.kind], -row.worth, row.pk


def _nearest(row: Row):
    return row.answer.distance, *_by_kind(row)


@dataclass(frozen=True)
class Found:
    """A benefit with everything a page shows of it, and what it says of somebody."""

    benefit: Benefit
    answer: Answer


def load(rows: Iterable[Row]) -> list[Found]:
    """Read the benefits of some rows in one statement, in their order."""
    rows = list(rows)
    related = ("version__policy", "clause", "service_item")
    benefits = Benefit.objects.select_related(*related).in_bulk([row.pk for row in rows])
    return [Found(benefits[row.pk], row.answer) for row in rows if row.pk in benefits]


# --- money ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Money:
    """What fits at most together, in yuan: where benefits exclude each other only the highest is counted."""

    once: Decimal = Decimal(0)
    monthly: Decimal = Decimal(0)
    yearly: Decimal = Decimal(0)
    counted: int = 0
    left_out: int = 0  # benefits not added because a higher one stands for them

    def __bool__(self) -> bool:
        return self.counted > 0

    @property
    def sums(self) -> list[str]:
        """The sums in words, those that are nothing left out."""
        rates = (
            (self.once, _("up to %(sum)s in all")),
            (self.monthly, _("up to %(sum)s a month")),
            (self.yearly, _("up to %(sum)s a year")),
        )
        return [words % {"sum": wording.money(yuan)} for yuan, words in rates if yuan]


def money(rows: Iterable[Row]) -> Money:
    """Add up the person's own money: once, a month and a year, never what excludes each other.

    Benefits of one exclusive group exclude each other; so do those of one kind, whoever grants them: the higher
    counts, they are not added up 就高不重复 (domain 5.7). Of each such cluster the one worth most stands for all.
    """
    rows = [row for row in rows if row.amount_yuan and row.kind in FOR_THE_PERSON]
    highest = [max(cluster, key=lambda row: (row.worth, -row.pk)) for cluster in _clusters(rows)]
    by_rate = {rate: Decimal(0) for rate in ("once", "monthly", "yearly")}
    for row in highest:
        rate = {PayRule.MONTHLY: "monthly", PayRule.YEARLY: "yearly"}.get(row.pay_rule, "once")
        by_rate[rate] += row.amount_yuan
    return Money(**by_rate, counted=len(highest), left_out=len(rows) - len(highest))


def _clusters(rows: list[Row]) -> list[list[Row]]:
    """Put together what shares a kind or an exclusive group, over any number of steps."""
    found: list[tuple[set, list[Row]]] = []
    for row in rows:
        names = {f"kind:{row.kind}"} | ({f"group:{row.exclusive_group}"} if row.exclusive_group else set())
        touching = [cluster for cluster in found if cluster[0] & names]
        for cluster in touching:
            names |= cluster[0]
        members = [row, *(other for cluster in touching for other in cluster[1])]
        found = [cluster for cluster in found if cluster not in touching] + [(names, members)]
    return [members for _names, members in found]


def more_to_ask(matches: Matches, asked: Iterable[str], at_most: int) -> list[str]:
    """Return the facts that would decide most and were not asked yet."""
    asked = set(asked)
    return [key for key, _count in matches.open_facts if key in FACTS and key not in asked][:at_most]
