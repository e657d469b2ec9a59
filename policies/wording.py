"""Benefits in words: how much, how it is paid, until when; money set off from the rest of a sentence."""

import re
from datetime import date, timedelta
from decimal import Decimal

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from policies.models import Benefit, Clause, PayRule, PolicyVersion
from talentportal.lib.bilingual import pick
from talentportal.templatetags.portal import full_day

TEN_THOUSAND, HUNDRED_MILLION = 10**4, 10**8
_RATES = {
    PayRule.MONTHLY: lambda sum_: _("%(sum)s a month") % {"sum": sum_},
    PayRule.YEARLY: lambda sum_: _("%(sum)s a year") % {"sum": sum_},
    PayRule.UP_TO: lambda sum_: _("up to %(sum)s") % {"sum": sum_},
}
_MONEY = re.compile(
    r"(?:[¥￥]\s?\d[\d,]*(?:\.\d+)?|\d[\d,]*(?:\.\d+)?\s?(?:[百千]?[万亿]\s?(?:美?元)?|美?元|%|yuan\b|million yuan\b))"
    r"(?:\s?/\s?(?:人|户|月|年|month|year))*"
)


def money(yuan: Decimal) -> str:
    """Return a sum in the words of the active language: 15万元, 1,500元; 150,000 yuan."""
    if (get_language() or "").startswith("en"):
        return f"{_number(yuan)} yuan"
    if yuan >= HUNDRED_MILLION and yuan % TEN_THOUSAND == 0:
        return f"{_number(yuan / HUNDRED_MILLION)}亿元"
    if yuan >= TEN_THOUSAND and yuan % 100 == 0:
        return f"{_number(yuan / TEN_THOUSAND)}万元"
    return f"{_number(yuan)}元"


def _number(value) -> str:
    value = Decimal(value)
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value.normalize():,f}"


def amount(benefit: Benefit) -> str:
    """Return what a benefit pays, with its rate: 1,500元/月, up to 100,000 yuan; "" when it is no money."""
    if benefit.amount_yuan is None:
        return ""
    in_words = money(benefit.amount_yuan)
    return _RATES[benefit.pay_rule](in_words) if benefit.pay_rule in _RATES else in_words


def payment(benefit: Benefit) -> str:
    """Return how it is paid and for how long, then the note of the document; "" when nothing is said."""
    parts = [_duration(benefit), pick(benefit, "pay_note")]
    return " · ".join(part for part in parts if part)


def _duration(benefit: Benefit) -> str:
    months = benefit.pay_months
    if benefit.pay_rule == PayRule.ONCE and benefit.amount_yuan is not None:
        return _("paid once")
    if not months:
        return _("in instalments") if benefit.pay_rule == PayRule.INSTALMENTS else ""
    span = _span(months)
    if benefit.pay_rule == PayRule.INSTALMENTS:
        return _("in instalments over %(span)s") % {"span": span}
    return _("for at most %(span)s") % {"span": span}


def _span(months: int) -> str:
    if months % 12:
        return ngettext("%(n)d month", "%(n)d months", months) % {"n": months}
    return ngettext("%(n)d year", "%(n)d years", months // 12) % {"n": months // 12}


def validity(version: PolicyVersion) -> str:
    """Return from when until when a version holds, the last day included; "" when nothing is said."""
    start = _("from %(day)s") % {"day": full_day(version.effective_on)} if version.effective_on else ""
    end = _("in force until %(day)s") % {"day": full_day(last_day(version.expires_on))} if version.expires_on else ""
    return _(", ").join(part for part in (start, end) if part)


def last_day(end: date | None) -> date | None:
    """Return the last day on which something holds; ends are kept as the first day without it."""
    return end and end - timedelta(days=1)


def cite(clause: Clause | None) -> str:
    """Return how one cites a clause in the active language: 第三条, Article 3; by its anchor (see `reading`)."""
    if clause is None:
        return ""
    found = re.fullmatch(r"([as])(\d+)(?:-(\d+))?", clause.anchor)
    if not found or not (get_language() or "").startswith("en"):
        return str(clause)
    kind, number, part = found.groups()
    name = f"Article {number}" if kind == "a" else f"Section {number}"
    return f"{name} ({part})" if part else name


def stressed(text: str) -> SafeString:
    """Return a sentence as HTML with every sum of money in bold. Text that is safe already keeps its marks."""
    parts = re.split(r"(<[^>]*>|&[#\w]+;)", str(conditional_escape(text)))
    parts[::2] = [_MONEY.sub(r"<b>\g<0></b>", part) for part in parts[::2]]
    return mark_safe("".join(parts))  # noqa: S308 (escaped above)
