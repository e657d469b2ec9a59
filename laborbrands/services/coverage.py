"""Which places beside its home a brand covers: kept up by the office, each change written down."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from laborbrands.models import Brand, BrandEvent
from laborbrands.queries.posts import covering_post
from laborbrands.rules.coverage import faults
from regions.models import Region
from talentportal.lib.refusals import refuse_unless

COVERED_BY = ("EXAMINER", "LEADER")


@transaction.atomic
def set_coverage(*, brand: Brand, regions: Iterable[Region], actor: User, now: datetime) -> Brand:
    """Make these the places that a brand covers beside its home; a brand counts at home alone.

    Effects: an event that says what came and what went, shown on the page of the brand; none where nothing changes.
    Raises Refused with every reason.
    """
    brand = Brand.objects.select_for_update(of=("self",)).select_related("region").get(pk=brand.pk)
    wanted = {region.pk: region for region in regions}
    post = actor.is_superuser or covering_post(actor, brand.region, COVERED_BY, now)
    refuse_unless(post, _("Only an examiner or leader whose region covers the brand can do this."))
    reasons = faults(brand.region, wanted.values(), timezone.localdate(now))
    refuse_unless(not reasons, reasons)
    had = {region.pk: region for region in brand.coverage.defer("outline")}
    came = [wanted[pk] for pk in sorted(set(wanted) - set(had))]
    went = [had[pk] for pk in sorted(set(had) - set(wanted))]
    if came or went:
        brand.coverage.set(wanted)
        _note(brand, came, went, actor, now)
    return brand


def _note(brand: Brand, came: list[Region], went: list[Region], actor: User, now: datetime) -> None:
    words = [("新增覆盖", "Also covers now", came), ("不再覆盖", "No longer covers", went)]
    said_zh = [f"{zh}：{'、'.join(one.name_zh for one in places)}" for zh, _en, places in words if places]
    said_en = [f"{en}: {', '.join(one.name_en for one in places)}" for _zh, en, places in words if places]
    BrandEvent.objects.create(
        brand=brand,
        verb="cover",
        on=timezone.localdate(now),
        at=now,
        actor=actor,
        text_zh="；".join(said_zh)[:300],
        text_en="; ".join(said_en)[:400],
    )
