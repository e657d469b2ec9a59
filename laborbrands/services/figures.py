"""Yearly figures of a brand 年度统计: reported as a new version that waits for somebody else to verify it."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from laborbrands.models import Brand, BrandStat
from laborbrands.services.steps import lock
from talentportal.lib.refusals import refuse_unless

MONEY = ("monthly_income_yuan", "industry_income_yuan", "output_yuan")


@transaction.atomic
def report_figures(
    *, brand: Brand, year: int, figures: Mapping, actor, now: datetime, source: str = "建设单位年度报告"
) -> BrandStat:
    """Report the figures of a brand in a year, as the next version; what was verified stays as it is.

    `figures`: numbers by name of BrandStat.COUNTS and MONEY; what is left out is 0, money unknown. Raises Refused with
    every reason.
    """
    brand = lock(brand)
    counts = {name: figures.get(name) or 0 for name in BrandStat.COUNTS}
    reasons = []
    if any(number < 0 for number in [*counts.values(), *(figures.get(name) or 0 for name in MONEY)]):
        reasons.append(_("No figure is below zero."))
    if counts["exported_in_province"] + counts["exported_out"] > counts["practitioners"]:
        reasons.append(_("More people work elsewhere than there are practitioners."))
    if year > timezone.localdate(now).year:
        reasons.append(_("This year has not begun."))
    refuse_unless(not reasons, reasons)
    last = brand.stats.filter(year=year).order_by("-version").first()
    return BrandStat.objects.create(
        brand=brand,
        year=year,
        version=last.version + 1 if last else 1,
        source=source,
        reported_by=actor,
        reported_at=now,
        **counts,
        **{name: figures.get(name) for name in MONEY},
    )
