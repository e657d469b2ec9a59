"""The yearly figures of a brand: reported by its builder or its county, counted once another person has verified them.

A correction is a new version. What was verified stays as it is; the newest verified version is the one that counts.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from laborbrands.models import Brand, BrandEvent, BrandStat
from laborbrands.queries.posts import covering_post
from laborbrands.rules.figures import faults
from laborbrands.states import Stage
from talentportal.lib.refusals import refuse_unless

REPORTERS = ("CLERK", "EXAMINER", "LEADER")
VERIFIERS = ("EXAMINER", "LEADER")
MONEY = ("monthly_income_yuan", "industry_income_yuan", "output_yuan")
FIELDS = (*BrandStat.COUNTS, *MONEY)
ENDED = (Stage.REMOVED, Stage.MERGED)


@transaction.atomic
def report_figures(*, brand: Brand, year: int, values: Mapping, source: str, actor: User, now: datetime) -> BrandStat:
    """Write the figures of a year as its next version, not verified yet.

    `values` are counts and amounts in yuan by the names of BrandStat's fields; missing counts are 0. Raises Refused
    with every reason. Writes an event that the public does not see.
    """
    brand = Brand.objects.select_for_update(of=("self",)).get(pk=brand.pk)
    refuse_unless(
        is_builder(actor, brand) or covering_post(actor, brand.region, REPORTERS, now),
        _("Figures are reported by a builder of the brand or by its county."),
    )
    refuse_unless(brand.stage not in ENDED, _("The brand has ended; its figures stay as they are."))
    reasons = faults(year, values, timezone.localdate(now).year)
    reasons += [] if source.strip() else [_("Say where the figures come from.")]
    refuse_unless(not reasons, reasons)
    last = brand.stats.filter(year=year).aggregate(last=Max("version"))["last"]
    stat = BrandStat.objects.create(
        brand=brand,
        year=year,
        version=(last or 0) + 1,
        source=source.strip(),
        reported_by=actor,
        reported_at=now,
        **{key: value for key, value in values.items() if key in FIELDS and value is not None},
    )
    _note(stat, "report_figures", actor, now)
    return stat


@transaction.atomic
def verify_figures(*, stat: BrandStat, actor: User, now: datetime) -> BrandStat:
    """Let the newest version of a year count. Another person than the reporter, with a post that covers the brand.

    Raises Refused with every reason. From then on the database refuses to change the row.
    """
    brand = Brand.objects.select_for_update(of=("self",)).get(pk=stat.brand_id)
    stat = BrandStat.objects.select_for_update(of=("self",)).get(pk=stat.pk)
    newest = brand.stats.filter(year=stat.year).aggregate(last=Max("version"))["last"]
    reasons = []
    if stat.verified_at:
        reasons.append(_("The figures are verified already."))
    elif stat.version != newest:
        reasons.append(_("There is a newer version of this year; verify that one."))
    if not covering_post(actor, brand.region, VERIFIERS, now):
        reasons.append(_("Figures are verified by an examiner or leader whose region covers the brand."))
    if actor == stat.reported_by:
        reasons.append(_("Another person than who reported the figures must verify them."))
    if is_builder(actor, brand):
        reasons.append(_("You belong to a builder of the brand; a colleague has to do this."))
    refuse_unless(not reasons, reasons)
    stat.verified_by, stat.verified_at = actor, now
    stat.save(update_fields=["verified_by", "verified_at"])
    _note(stat, "verify_figures", actor, now)
    return stat


def is_builder(user: User, brand: Brand) -> bool:
    """Tell whether the user acts now for a unit that builds the brand."""
    return Brand.objects.of_builder(user).filter(pk=brand.pk).exists()


def _note(stat: BrandStat, verb: str, actor: User, now: datetime) -> None:
    words = f"{stat.year}, {stat.version}"
    BrandEvent.objects.create(
        brand=stat.brand,
        verb=verb,
        on=timezone.localdate(now),
        at=now,
        actor=actor,
        text_zh=words,
        text_en=words,
        is_public=False,
    )
