"""Searches that a unit keeps."""

from datetime import datetime, timedelta

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from notifications.services import Note, notify_many
from talentportal.lib.refusals import refuse_unless
from talents import limits
from talents.models import SavedSearch
from talents.queries.people import handlers_of
from talents.queries.search import new_since
from talents.queries.units import acts_for
from talents.rules.asked import parse
from talents.services.shortlists import LONGEST_NAME, NOT_YOURS

LONGEST_QUERY = 1000
EVERY = timedelta(days=1)  # a search is looked at
AT_ONCE = 100  # searches of one sweep


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


def sweep(now: datetime) -> int:
    """Look once a day whether anybody is new in the searches of which units want news; return how many were looked at.

    Who acts for the unit is told that there are new people, not how many: a small number would say who.
    """
    due = SavedSearch.objects.filter(tells=True, told_until__lte=now - EVERY, unit__status=Unit.Status.VERIFIED)
    chosen = list(due.order_by("told_until", "pk").values_list("pk", flat=True)[:AT_ONCE])
    return sum(_tell_news(pk, now) for pk in chosen)


@transaction.atomic
def _tell_news(pk: int, now: datetime) -> bool:
    rows = SavedSearch.objects.select_for_update(of=("self",)).select_related("unit__work_region")
    search = rows.filter(pk=pk, tells=True, told_until__lte=now - EVERY).first()
    if search is None:
        return False
    if new_since(parse(QueryDict(search.query)), search.unit, search.told_until, now, most=1):
        words = {"search": search.name, "unit": search.unit.name}
        stamp = f"talent_search_news:{search.pk}:{now:%Y%m%d%H%M}"
        event, path = "talent_search_news", "/org/searches/"
        people = handlers_of(search.unit, now)
        notes = [Note(event, one, f"{stamp}:{one.pk}", words, path, must_reach=False) for one in people]
        notify_many(notes=notes, now=now)
    search.told_until = now
    search.save(update_fields=["told_until"])
    return True


def _take(search: SavedSearch, actor: User, now: datetime) -> SavedSearch:
    search = SavedSearch.objects.select_for_update(of=("self",)).select_related("unit").get(pk=search.pk)
    refuse_unless(acts_for(actor, search.unit, now), NOT_YOURS)
    return search
