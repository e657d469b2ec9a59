"""Where a brand may be at work beside its home, without the database."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext_lazy as _

from regions.models import Region, RegionKind

KINDS = (RegionKind.PREFECTURE, RegionKind.COUNTY)


def faults(home: Region, regions: Iterable[Region], day: date) -> list:
    """List why places cannot be covered: the home itself, those not in force on the day, zones and provinces."""
    reasons = []
    for region in regions:
        if region.pk == home.pk:
            reasons.append(_("%(place)s is the home of the brand already.") % {"place": region})
        elif (region.valid_to and region.valid_to <= day) or (region.valid_from and region.valid_from > day):
            reasons.append(_("%(place)s does not exist today.") % {"place": region})
        elif region.kind not in KINDS:
            reasons.append(_("%(place)s is neither a prefecture nor a county.") % {"place": region})
    return reasons
