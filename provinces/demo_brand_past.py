"""What the demo's brands have behind them: the classes that one of them held, and the subsidies that were paid."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import User
from laborbrands.models import (
    Brand,
    BrandOccupation,
    Builder,
    Recognition,
    Subsidy,
    SubsidyEvent,
    SubsidyRule,
    TrainingClass,
)
from laborbrands.rules.subsidy import amount_due
from laborbrands.states import SkillLevel, SubsidyState, Tier

HOURS, DAYS = 80, 20
NUMERALS = dict(zip(SkillLevel, "五四三二一", strict=True))
DAYS_AFTER = {  # the steps of a payment, counted from the recognition
    SubsidyState.ENTITLED: 0,
    SubsidyState.APPLIED: 9,
    SubsidyState.CHECKED: 16,
    SubsidyState.APPROVED: 23,
    SubsidyState.PAID: 31,
}


def classes(occupations: list[BrandOccupation], year: int, trained: int, certified: list[int], host: str) -> Iterator:
    """Make the finished classes of a year, whose sums are the figures of that year.

    `certified`: how many at each level, the lowest first; as many as possible in each profession.
    """
    cells = [
        (occupation, level, part)
        for level, count in zip(SkillLevel, certified, strict=True)
        for occupation, part in zip(occupations, _shared(count, len(occupations)), strict=True)
        if part
    ]
    others = _shared(trained - sum(certified), len(cells))
    for number, ((occupation, level, part), more) in enumerate(zip(cells, others, strict=True)):
        starts = date(year, 2 + number % 10, 5 + number // 10)
        yield TrainingClass(
            brand_id=occupation.brand_id,
            occupation=occupation,
            title_zh=f"{occupation.name_zh}（{NUMERALS[level]}级）技能培训班",
            title_en=f"Training class: {occupation.name_en.lower()}, level {level}",
            level=level,
            host=host,
            hours=HOURS,
            places=part + more,
            starts_on=starts,
            ends_on=starts + timedelta(days=DAYS),
            trained=part + more,
            certified=part,
            is_sample=True,
        )


def _shared(total: int, among: int) -> list[int]:
    """Share a number out evenly: 7 among 3 -> [3, 2, 2]."""
    return [total // among + (place < total % among) for place in range(among)]


def subsidies(brands: Iterable[Brand], examiner: User, leader: User) -> None:
    """Write what the rules gave the brands: paid for the years before the last recognitions, the newest still due."""
    rows = Recognition.objects.filter(brand__in=brands).select_related("brand").order_by("recognized_on", "pk")
    rules = {rule.tier: rule for rule in SubsidyRule.objects.filter(tier__in=(Tier.NATIONAL, Tier.PROVINCIAL))}
    payees = {row.brand_id: row.name_zh for row in Builder.objects.filter(brand__in=brands).order_by("-is_lead")}
    newest, had = max((row.recognized_on for row in rows), default=None), defaultdict(list)
    for row in rows:
        rule = rules.get(row.tier)
        if rule and row.recognized_on >= rule.effective_from:
            amount, deducted = amount_due(rule, had[row.brand_id])
            if amount:
                had[row.brand_id].append(_subsidy(row, rule, amount, deducted, payees, newest))
    made = Subsidy.objects.bulk_create(one for rows in had.values() for one in rows)
    SubsidyEvent.objects.bulk_create(event for one in made for event in _events(one, examiner, leader))


def _subsidy(row: Recognition, rule, amount: Decimal, deducted: Decimal, payees: dict, newest: date) -> Subsidy:
    found = Subsidy(
        brand=row.brand,
        tier=row.tier,
        recognition=row,
        rule=rule,
        year=row.recognized_on.year,
        amount_yuan=amount,
        deducted_yuan=deducted,
        fund=rule.fund,
    )
    if row.recognized_on < newest:
        found.state, found.payee, found.account_masked = SubsidyState.PAID, payees.get(row.brand_id, ""), "****0000"
        found.paid_on = row.recognized_on + timedelta(days=DAYS_AFTER[SubsidyState.PAID])
    return found


def _events(one: Subsidy, examiner: User, leader: User) -> Iterator[SubsidyEvent]:
    """The steps up to the state; two people take turns, and who applied is no user of the demo."""
    by = {SubsidyState.CHECKED: examiner, SubsidyState.APPROVED: leader, SubsidyState.PAID: examiner}
    papers = (SubsidyState.APPROVED, SubsidyState.PAID)
    for state, days in DAYS_AFTER.items():
        at = datetime.combine(one.recognition.recognized_on + timedelta(days=days), time(10))
        yield SubsidyEvent(
            subsidy=one,
            state=state,
            amount_yuan=one.amount_yuan if state == SubsidyState.PAID else Decimal(0),
            document_no=f"补助示〔{one.year}〕1号（演示）" if state in papers else "",
            at=timezone.make_aware(at),
            actor=by.get(state),
        )
        if state == one.state:
            return
