"""Addresses of the brands' API: the map's own filters, strict about what they do not understand."""

from datetime import date
from math import isfinite

from django.core.validators import RegexValidator
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from jobs import clock
from laborbrands.api import serializers as shapes
from laborbrands.models import Industry
from laborbrands.queries import atlas, brands
from laborbrands.queries.places import Places
from laborbrands.states import CountyKind, Tier
from policies.api.views import Several
from talentportal.api import PROBLEMS, Language, Parameters, PublicView, by_key, checked, in_both, page, page_of, wrong
from talentportal.lib.bilingual import pick

CODE = RegexValidator(r"\A[0-9]{6}\Z", gettext_lazy("Six digits of GB/T 2260."))
GEOJSON = "application/geo+json"


def _many(choices, **options) -> Several:
    return Several(child=serializers.ChoiceField(choices=choices), required=False, max_length=20, **options)


class YearParameter(serializers.Serializer):
    year = serializers.IntegerField(
        min_value=1949,
        max_value=9999,
        required=False,
        help_text=gettext_lazy("As of the end of this year; without it: today. Not a year to come."),
    )


class FilterParameters(YearParameter):
    """The filters of the map; several values of one mean "one of these"."""

    q = serializers.CharField(
        required=False, max_length=60, help_text=gettext_lazy("Part of the name, the county or an occupation.")
    )
    tier = _many([tier.lower() for tier in Tier.values])
    industry = Several(
        child=serializers.SlugField(max_length=30), required=False, help_text=gettext_lazy("Codes of industries.")
    )
    kind = _many([kind.lower() for kind in CountyKind.values], help_text=gettext_lazy("Kind of the home county."))
    region = serializers.CharField(
        required=False, validators=[CODE], help_text=gettext_lazy("A region with all below it; an abolished one too.")
    )


class BrandParameters(FilterParameters, Parameters):
    pass


class BrandLanguage(YearParameter, Language):
    pass


class PointParameters(FilterParameters, Language):
    bbox = serializers.CharField(
        required=False, max_length=100, help_text=gettext_lazy("West, south, east, north in degrees, with commas.")
    )


def _described(name: str, answer, parameters, summary):
    """Describe an address in the schema."""
    return extend_schema(
        operation_id=name,
        parameters=[parameters],
        responses=answer | PROBLEMS,
        summary=summary,
        description="",
        tags=["v1"],
    )


class BrandList(PublicView):
    @_described(
        "listBrands", {200: page_of(shapes.BrandRow)}, BrandParameters, gettext_lazy("Search and filter labor brands")
    )
    def get(self, request):
        given = checked(BrandParameters, request)
        day, filters = _asked(given)
        found = _with_all(brands.on_the_map(day, filters))
        rows, cursor = by_key(found, "-id", given)
        rows = shapes.BrandRow(rows, many=True, context={"request": request}).data
        if given["cursor"]:
            return page(request, rows, cursor)
        return page(request, rows, cursor, total=found.count(), is_exact=True)


class BrandDetail(PublicView):
    @_described("getBrand", {200: shapes.BrandFull}, BrandLanguage, gettext_lazy("One labor brand"))
    def get(self, request, code: str):
        day = _day(checked(BrandLanguage, request))
        found = _with_all(brands.on_the_map(day)).prefetch_related("recognitions", "coverage")
        brand = found.filter(code=code).first()
        if brand is None:
            raise Http404
        return Response(shapes.BrandFull(brand, context={"request": request}).data)


class BrandPoints(PublicView):
    @_described(
        "listBrandPoints",
        {(200, GEOJSON): shapes.FeatureCollection},
        PointParameters,
        gettext_lazy("The map of labor brands as GeoJSON points"),
    )
    def get(self, request):
        given = checked(PointParameters, request)
        box = _box(given["bbox"]) if "bbox" in given else None
        day, filters = _asked(given)
        verified = brands.on_the_map(day, filters).order_by().values_list("pk", "jobs", "trained")
        figures = {pk: {"jobs": jobs, "trained": trained, "year": day.year} for pk, jobs, trained in verified}
        base = pick(in_both(request, "brands:map"))
        features = [
            _feature(spot, filters.places, figures.get(spot.pk, {}), f"{base}?brand={spot.code}")
            for spot in atlas.spots(day, filters)
        ]
        kept = [feature for feature in features if box is None or _inside(feature["geometry"], box)]
        return Response({"type": "FeatureCollection", "features": kept}, content_type=GEOJSON)


def _feature(spot: atlas.Spot, places: Places, figures: dict, url: str) -> dict:
    at, home = atlas.position(spot, places), places.find(spot.home)
    names = {"name_zh": spot.name_zh, "name_en": spot.name_en}
    return {
        "type": "Feature",
        "id": spot.code,
        "geometry": at and {"type": "Point", "coordinates": list(at)},
        "properties": {
            "code": spot.code,
            "name": pick(names, "name"),
            **names,
            "tier": spot.tier.lower(),
            "region": home.code,
            "region_name": pick(home, "name"),
            "industry": spot.industry,
            **figures,
            "approximate": spot.longitude is None,
            "url": url,
        },
    }


def _with_all(found):
    found = found.select_related("region", "industry")
    return found.defer("region__outline")


def _day(given: dict) -> date:
    """Return the last day of the year asked for, today without one."""
    today = clock.today()
    year = given.get("year", today.year)
    if year > today.year:
        raise wrong("year", _("That year has not come yet."))
    return today if year == today.year else date(year, 12, 31)


def _asked(given: dict) -> tuple[date, brands.Filters]:
    day = _day(given)
    places = Places(clock.today())
    region = places.find(given["region"]) if "region" in given else None
    if "region" in given and region is None:
        raise wrong("region", _("We know no region “%(value)s”.") % {"value": given["region"]})
    industries = tuple(given.get("industry", ()))
    unknown = set(industries) - set(Industry.objects.values_list("code", flat=True)) if industries else ()
    if unknown:
        raise wrong("industry", _("We know no industry “%(value)s”.") % {"value": min(unknown)})
    return day, brands.Filters(
        tiers=tuple(tier.upper() for tier in given.get("tier", ())),
        industries=industries,
        kinds=tuple(kind.upper() for kind in given.get("kind", ())),
        region=None if region == places.province else region,
        words=given.get("q", ""),
        places=places,
    )


def _box(text: str) -> tuple[float, ...]:
    """Read west, south, east, north. Raises ValidationError that says what is wrong."""
    try:
        box = tuple(float(part) for part in text.split(","))
    except ValueError:
        box = ()
    if len(box) != 4 or not all(map(isfinite, box)):
        raise wrong("bbox", _("Give four numbers with commas between them: west, south, east, north."))
    west, south, east, north = box
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= 90 and -90 <= north <= 90):
        raise wrong("bbox", _("Longitudes lie between -180 and 180, latitudes between -90 and 90."))
    if west >= east or south >= north:
        raise wrong("bbox", _("West must be less than east, and south less than north."))
    return box


def _inside(geometry: dict | None, box: tuple[float, ...]) -> bool:
    if geometry is None:
        return False
    longitude, latitude = geometry["coordinates"]
    return box[0] <= longitude <= box[2] and box[1] <= latitude <= box[3]
