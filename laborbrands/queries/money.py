"""What the subsidies come to, to the fen, in sums that must agree with each other."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import DecimalField, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from laborbrands.models import Subsidy, SubsidyEvent
from laborbrands.states import SubsidyState

PAID = (SubsidyState.PAID, SubsidyState.RECOVERED)
_ZERO = Value(Decimal(0), output_field=DecimalField(max_digits=16, decimal_places=2))


@dataclass(frozen=True)
class Totals:
    """Sums in yuan. `moved` is the sum of all steps: plus what was paid, minus what was recovered."""

    count: int
    entitled: Decimal
    open: Decimal
    paid: Decimal
    forfeited: Decimal
    recovered: Decimal
    moved: Decimal

    @property
    def net(self) -> Decimal:
        return self.paid - self.recovered

    @property
    def agrees(self) -> bool:
        """Whether every yuan entitled is open, paid or forfeited, and the steps moved what was paid and recovered."""
        return self.entitled == self.open + self.paid + self.forfeited and self.net == self.moved


def totals(subsidies: QuerySet[Subsidy]) -> Totals:
    """Add up the subsidies of a queryset."""
    rows = Subsidy.objects.filter(pk__in=subsidies.order_by().values("pk"))
    sums = rows.aggregate(
        entitled=_sum("amount_yuan"),
        paid=_sum("amount_yuan", Q(state__in=PAID)),
        forfeited=_sum("amount_yuan", Q(state=SubsidyState.FORFEITED)),
        open=_sum("amount_yuan", ~Q(state__in=[*PAID, SubsidyState.FORFEITED])),
        recovered=_sum("recovered_yuan"),
    )
    moved = SubsidyEvent.objects.filter(subsidy__in=rows.values("pk")).aggregate(moved=_sum("amount_yuan"))
    return Totals(count=rows.count(), **sums, **moved)


def _sum(field: str, which: Q | None = None) -> Coalesce:
    return Coalesce(Sum(field, filter=which), _ZERO)
