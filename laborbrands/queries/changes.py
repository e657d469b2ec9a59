"""The dynamic list 动态名录: every public change of standing, recognized, lowered, removed, passed on, newest first."""

from datetime import date

from django.db.models import QuerySet

from laborbrands.models import BrandEvent
from laborbrands.states import Stage

KINDS = ("recognize", "downgrade", "remove", "succeed")
PUBLIC = (Stage.RECOGNIZED, Stage.RECTIFYING, Stage.REMOVED, Stage.MERGED)


def changes(day: date, kind: str = "") -> QuerySet[BrandEvent]:
    """Return the changes up to a day, of one kind or, where none is named, of all."""
    kinds = (kind,) if kind in KINDS else KINDS
    found = BrandEvent.objects.filter(verb__in=kinds, is_public=True, on__lte=day, brand__stage__in=PUBLIC)
    return found.select_related("brand__region__parent").defer("brand__region__outline").order_by("-on", "-pk")
