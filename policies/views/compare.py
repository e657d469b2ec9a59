"""Up to three policies side by side, or one kind of benefit in all cities, and counties, of a province."""

import csv

from django.http import HttpResponse
from django.shortcuts import render

from jobs import clock
from policies import queries
from policies.matching import situation
from policies.models import BenefitKind
from policies.pages import comparison
from policies.pages.shelf import picked_slugs
from policies.rules import standing
from regions import divisions


def compare(request):
    """The table that the address asks for; without anything to compare, the ways to choose it."""
    if "kind" in request.GET:
        return _places(request)
    slugs, left_out = picked_slugs(request.GET)
    return _policies(request, slugs, left_out) if slugs else _start(request)


def _today():
    return clock.today()


def _start(request, **context):
    return render(
        request, "policies/compare_start.html", {"kinds": BenefitKind.choices, "provinces": _provinces(), **context}
    )


def _provinces():
    """Provinces by code, the home province first."""
    home = queries.home_province()
    return sorted(divisions.provinces().items(), key=lambda pair: (pair[0] != home, pair[0]))


def _mine(request) -> dict:
    """What the reader told the matcher in this visit, unless they put it aside for this table."""
    return {} if request.GET.get("mine") == "0" else situation.kept(request.session)


def _own(request) -> dict:
    told = situation.kept(request.session)
    return {
        "told": [(key, words) for key, words in situation.in_words({k: v for k, v in told.items() if k != "region"})],
        "applied": bool(_mine(request)),
        "only": request.GET.get("only") == "1",
    }


def _policies(request, slugs, left_out):
    today = _today()
    versions = queries.leading_versions(slugs, day=today)
    if not versions:
        return _start(request, unknown=slugs)
    guides = queries.open_guides({b.service_item_id for v in versions for b in v.shown} - {None}, today)
    columns = [comparison.Column(one, standing(one, today), one.shown, _of(one, guides)) for one in versions]
    whole = comparison.compare(columns, _mine(request))
    if request.GET.get("format") == "csv":
        return _csv(comparison.table(whole))
    found = [one.policy.slug for one in versions]
    return render(
        request,
        "policies/compare.html",
        {
            "whole": whole,
            "shown": whole.only_different() if request.GET.get("only") == "1" and len(columns) > 1 else whole,
            "left_out": left_out,
            "unknown": [slug for slug in slugs if slug not in found],
            "without": {slug: [other for other in found if other != slug] for slug in found},
            "others": found,
            "today": today,
            **_own(request),
        },
    )


def _of(version, guides):
    """The open guides of the services behind a version's benefits, each once."""
    items = dict.fromkeys(benefit.service_item_id for benefit in version.shown)
    return [guides[item] for item in items if item in guides]


def _places(request):
    kind, code = request.GET.get("kind", ""), divisions.full_code(request.GET.get("region", ""))
    if kind not in BenefitKind or code not in divisions.provinces():
        return _start(request, wrong=True, kind=kind, region=code)
    today = _today()
    cities, counties = _regions(code, today)
    chosen = {**cities, **counties} if request.GET.get("counties") == "1" else cities
    places = _filled(chosen, kind, today, _mine(request))
    if request.GET.get("format") == "csv":
        return _csv(comparison.table_of_places(places))
    aspects = comparison.aspects(place for place in places if place.entries)
    own = _own(request)
    return render(
        request,
        "policies/compare_places.html",
        {
            "kind": BenefitKind(kind),
            "province": divisions.name(code),
            "region": code,
            "places": places,
            "counties": len(counties),
            "with_counties": chosen is not cities,
            "aspects": [one for one in aspects if one.differs or not own["only"]],
            "differing": sum(one.differs for one in aspects),
            "of": len(aspects),
            "kinds": BenefitKind.choices,
            "provinces": _provinces(),
            **own,
        },
    )


def _regions(province, today) -> tuple[dict, dict]:
    """The province with all its cities, and the counties that have policies here: number of policies by code."""
    counts = queries.policies_by_region(province, today)
    cities = {code: counts.pop(code, 0) for code in (province, *divisions.cities(province))}
    return cities, counts


def _filled(regions, kind, today, facts):
    """Regions with what they grant of the kind, each county behind its city."""
    granted: dict[str, list] = {code: [] for code in sorted(regions)}
    for benefit in queries.granted_in(list(regions), kind, today):
        granted[benefit.version.region_code].append(benefit)
    return [
        comparison.Place(
            code, divisions.name(code), regions[code], comparison.entries(benefits, facts), _city_of(code, regions)
        )
        for code, benefits in granted.items()
    ]


def _city_of(code, regions) -> str:
    """The name of the city under which a county stands in the table."""
    above = divisions.parent(code)
    return divisions.name(above) if above in regions and not above.endswith("0000") else ""


def _csv(lines):
    """A table that spreadsheets open in the right encoding."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="comparison.csv"'
    csv.writer(response).writerows(lines)
    return response
