"""What everybody reads of the talent pool: what it is, how many people it holds, a few cards of who wishes it."""

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jobs import clock
from regions.models import Region
from talentportal.lib.bilingual import pick
from talents import limits
from talents.catalogs import majors
from talents.queries import cards, inventory
from talents.queries.units import acting_units
from talents.states import Title

CARDS = 6


@require_safe
def landing(request):
    """What the pool is, for people and for units; its figures; cards that are open to everybody."""
    now = clock.now()
    count = inventory.total()
    context = {
        "total": count - count % limits.SMALL_CELL,
        "parts": inventory.parts(step=limits.SMALL_CELL)[:3],
        "cards": [_short(entry, now) for entry in inventory.open_cards(timezone.localdate(now), CARDS)],
        "small": limits.SMALL_CELL,
        "acts": acting_units(request.user, now).exists(),
    }
    return render(request, "talents/landing.html", context)


def _short(entry, now) -> dict:
    """Return the short form of a card: no free text, no place below the prefecture, no pay."""
    profile = entry.profile
    city = Region.objects.filter(pk=entry.city).defer("outline").first()
    rows = [
        (_("Education"), profile.get_degree_display()),
        (_("Major"), majors().name(profile.major) if profile.major else ""),
        (_("Working years"), cards.years_of(profile, now)),
        (_("Professional title"), profile.get_title_display() if profile.title != Title.NONE else ""),
        (_("Lives in"), pick(city, "name") if city else ""),
    ]
    return {
        "code": profile.code,
        "facts": [(label, words) for label, words in rows if words],
        "traits": cards.traits_of(profile),
        "verified": cards.verified_of(profile, now),
    }
