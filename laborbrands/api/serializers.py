"""The shapes of brands in the public API."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from laborbrands.states import Category, OwnerKind, Tier
from policies.api.serializers import Address, Both, Coded, CodedValue, Page
from talentportal.api import in_both
from talentportal.lib.bilingual import both


def page_of_brand(request, brand) -> dict[str, str]:
    """Return the address of a brand's card on the map in each language."""
    return {key: f"{address}?brand={brand.code}" for key, address in in_both(request, "brands:map").items()}


class Place(serializers.Serializer):
    code = serializers.CharField()
    name = Both("name")


class Industry(serializers.Serializer):
    code = serializers.CharField()
    name = Both("name")


@extend_schema_field(CodedValue)
class TierCode(serializers.Field):
    """The tier as the map names it, in lower letters."""

    def to_representation(self, tier):
        return {"code": tier.lower(), "name": both(Tier(tier).label)}


class BrandRow(serializers.Serializer):
    """A labor brand that is recognized on the day asked for."""

    url = Address("api_brands:brand", code="code")
    page = Page(page_of_brand)
    code = serializers.CharField()
    name = Both("name")
    tier = TierCode(read_only=True, help_text=_("The highest one that stands."))
    region = Place(help_text=_("Where the brand is at home; it counts there alone."))
    industry = Industry()
    category = Coded(Category.choices)
    owner_kind = Coded(OwnerKind.choices)
    product = Both("product")
    jobs = serializers.IntegerField(allow_null=True, help_text=_("Jobs driven, verified; null: nobody verified any."))
    trained = serializers.IntegerField(allow_null=True, help_text=_("Persons trained, verified."))
    is_sample = serializers.BooleanField(help_text=_("True: written for demonstration."))


class RecognitionRow(serializers.Serializer):
    tier = TierCode()
    recognized_on = serializers.DateField()
    valid_until = serializers.DateField(allow_null=True)
    document_no = serializers.CharField()
    ended_on = serializers.DateField(allow_null=True)


class BrandFull(BrandRow):
    """A brand with its story, its tiers through the years, and the counties that it covers."""

    slogan = Both("slogan")
    story = Both("story")
    founded_year = serializers.IntegerField(allow_null=True)
    coverage = Place(many=True)
    recognitions = RecognitionRow(many=True)


class Point(serializers.Serializer):
    type = serializers.ChoiceField(["Point"])
    coordinates = serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2)


class Properties(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField(help_text=_("In the language asked for."))
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    tier = serializers.ChoiceField([tier.lower() for tier in Tier.values])
    region = serializers.CharField(help_text=_("Code of the home county."))
    region_name = serializers.CharField()
    industry = serializers.CharField()
    jobs = serializers.IntegerField(allow_null=True)
    trained = serializers.IntegerField(allow_null=True)
    year = serializers.IntegerField(help_text=_("The year asked for."))
    approximate = serializers.BooleanField(help_text=_("True: only the county is known, the point is near its center."))
    url = serializers.URLField()


class Feature(serializers.Serializer):
    type = serializers.ChoiceField(["Feature"])
    id = serializers.CharField()
    geometry = Point(allow_null=True)
    properties = Properties()


class FeatureCollection(serializers.Serializer):
    """GeoJSON (RFC 7946): longitude and latitude in degrees."""

    type = serializers.ChoiceField(["FeatureCollection"])
    features = Feature(many=True)
