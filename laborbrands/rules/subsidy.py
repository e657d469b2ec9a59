"""Pure arithmetic of the subsidy, in yuan as Decimal."""

import re
from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from laborbrands.rules.recognition import ORDER
from laborbrands.states import SubsidyState, UpgradeRule

_ACCOUNT = re.compile(r"[0-9]{10,30}")


def amount_due(rule, had: Iterable) -> tuple[Decimal, Decimal]:
    """Return (amount, deduction) for a tier whose `rule` is in force; `had`: the subsidies of the lineage so far.

    Forfeited ones do not count, of recovered ones what is left. A tier that the lineage had is never paid again, nor is
    one below a tier that it had. On upgrade the rule says whether the difference is due or the whole.
    """
    zero = Decimal(0)
    kept = [row for row in had if row.state != SubsidyState.FORFEITED]
    if any(ORDER.index(row.tier) >= ORDER.index(rule.tier) for row in [*kept, *_same(rule, had)]):
        return zero, zero
    before = sum((row.amount_yuan - row.recovered_yuan for row in kept), zero)
    deducted = min(before, rule.amount_yuan) if rule.upgrade == UpgradeRule.DIFFERENCE else zero
    return rule.amount_yuan - deducted, deducted


def _same(rule, had: Iterable) -> list:
    """The subsidies of this very tier, forfeited ones too: once is once."""
    return [row for row in had if row.tier == rule.tier]


def account_number(text: str) -> str:
    """Return a bank account as typed, without spaces and hyphens."""
    return re.sub(r"[\s\-]", "", text)


def account_obstacles(text: str) -> list:
    """List what stands against a bank account."""
    if _ACCOUNT.fullmatch(account_number(text)):
        return []
    return [_("Give the number of the bank account: 10 to 30 digits.")]
