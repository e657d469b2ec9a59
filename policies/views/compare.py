"""Up to three policies side by side, or one kind of benefit in all cities of a province."""

import csv

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from jobs import clock
from policies import comparison, queries, situation
from policies.models import BenefitKind
from policies.rules import standing
from policies.shelf import picked_slugs
from regions import divisions


def compare(request):
    """The table that the address asks for; without anything to compare, the ways to choose it."""
    if "kind" in request.GET:
        return _places(request)
    slugs, left_out = picked_slugs(request.GET)
    return _policies(request, slugs, left_out) if slugs else _start(request)


def _today():
    return timezone.localdate(clock.now())


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
    places = _filled(code, kind, today, _mine(request))
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
            "aspects": [one for one in aspects if one.differs or not own["only"]],
            "differing": sum(one.differs for one in aspects),
            "of": len(aspects),
            "kinds": BenefitKind.choices,
            "provinces": _provinces(),
            **own,
        },
    )


def _filled(province, kind, today, facts):
    """The province and each of its cities, with what they grant of the kind."""
    regions = [province, *divisions.cities(province)]
    counts = queries.policies_by_region(regions, today)
    granted = queries.granted_in(regions, kind, today)
    return [
        comparison.Place(
            code,
            divisions.name(code),
            counts.get(code, 0),
            comparison.entries([one for one in granted if one.version.region_code == code], facts),
        )
        for code in regions
    ]


def _csv(lines):
    """A table that spreadsheets open in the right encoding."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="comparison.csv"'
    csv.writer(response).writerows(lines)
    return response
