"""Searches that a unit keeps."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from talentportal.lib.refusals import refuse_unless
from talents import limits
from talents.models import SavedSearch
from talents.queries.units import acts_for
from talents.services.shortlists import LONGEST_NAME, NOT_YOURS

LONGEST_QUERY = 1000


@transaction.atomic
def keep(*, unit: Unit, name: str, query: str, actor: User, now: datetime, tells: bool = True) -> SavedSearch:
    """Keep a search under a name; the same name again takes the new search. Raises Refused."""
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    name = " ".join(name.split())
    known = unit.talent_searches.filter(name=name).exists()
    reasons = [] if acts_for(actor, unit, now) else [NOT_YOURS]
    if not 0 < len(name) <= LONGEST_NAME:
        reasons.append(_("Give a name of at most %(most)d characters.") % {"most": LONGEST_NAME})
    if len(query) > LONGEST_QUERY:
        reasons.append(_("This search has too many conditions to be kept."))
    if not known and unit.talent_searches.count() >= limits.LISTS:
        reasons.append(_("A unit keeps %(most)d searches at most.") % {"most": limits.LISTS})
    refuse_unless(not reasons, reasons)
    values = {"query": query, "tells": tells, "told_until": now}
    kept, _made = unit.talent_searches.update_or_create(
        name=name, defaults=values, create_defaults={**values, "by": actor, "created_at": now}
    )
    return kept


@transaction.atomic
def tell(*, search: SavedSearch, tells: bool, actor: User, now: datetime) -> SavedSearch:
    """Say whether the unit wants news of a search; news count from now on. Raises Refused."""
    search = _take(search, actor, now)
    search.tells, search.told_until = tells, now
    search.save(update_fields=["tells", "told_until"])
    return search


@transaction.atomic
def drop(*, search: SavedSearch, actor: User, now: datetime) -> None:
    """Forget a search. Raises Refused."""
    _take(search, actor, now).delete()


def _take(search: SavedSearch, actor: User, now: datetime) -> SavedSearch:
    search = SavedSearch.objects.select_for_update(of=("self",)).select_related("unit").get(pk=search.pk)
    refuse_unless(acts_for(actor, search.unit, now), NOT_YOURS)
    return search
