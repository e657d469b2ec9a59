"""Vacancies online as open data: the list with the filters of the page, strict about what it does not understand."""

from datetime import timedelta

from django.core.validators import RegexValidator
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from jobs import clock
from policies.api.serializers import Address, Both, Coded, Page
from talentportal.api import PROBLEMS, Language, Parameters, PublicView, by_key, checked, in_both, page, page_of, wrong
from talentportal.lib.bilingual import both
from talents.catalogs import majors, occupations
from talents.models import Vacancy
from talents.queries import vacancies as queries
from talents.states import Degree, PayPeriod, WorkKind

CODE = RegexValidator(r"\A[0-9]{6}\Z", gettext_lazy("Six digits of GB/T 2260."))


class VacancyParameters(Parameters):
    q = serializers.CharField(
        required=False, max_length=60, help_text=gettext_lazy("Words of the post, a skill, the unit or the place.")
    )
    region = serializers.CharField(
        required=False, validators=[CODE], help_text=gettext_lazy("Place of work: a region with all below it.")
    )
    degree = serializers.ChoiceField(
        choices=Degree.values, required=False, help_text=gettext_lazy("What somebody has: those that ask for no more.")
    )
    kind = serializers.ChoiceField(choices=WorkKind.values, required=False)
    pay = serializers.IntegerField(
        required=False, min_value=1, max_value=1_000_000, help_text=gettext_lazy("At least so many yuan a month.")
    )


class VacancyUnit(serializers.Serializer):
    name = Both("name")
    uscc = serializers.CharField(help_text=gettext_lazy("Unified social credit code."))

    def to_representation(self, unit):
        return {"name": {"zh": unit.name, "en": unit.name_en}, "uscc": unit.uscc}


class VacancyPlace(serializers.Serializer):
    code = serializers.CharField()
    name = Both("name")


class VacancyPay(serializers.Serializer):
    low = serializers.IntegerField(source="pay_from", allow_null=True, help_text=gettext_lazy("Yuan."))
    high = serializers.IntegerField(source="pay_to", allow_null=True, help_text=gettext_lazy("Yuan."))
    period = Coded(PayPeriod.choices, source="pay_period")


class Entries(serializers.ListField):
    """Codes of a catalog with their names."""

    def __init__(self, catalog, **options):
        super().__init__(child=Coded({}), read_only=True, **options)
        self.catalog = catalog

    def to_representation(self, codes):
        return [entry_of(self.catalog, code) for code in codes]


def entry_of(catalog, code: str) -> dict:
    """Return a code of a catalog with its name in both languages."""
    return {"code": code, "name": {"zh": catalog.name(code, "zh-hans"), "en": catalog.name(code, "en")}}


class VacancyRow(serializers.Serializer):
    """A vacancy of a verified unit that is online today."""

    url = Address("api_talents:vacancy", public_id="public_id")
    page = Page(lambda request, vacancy: in_both(request, "vacancies:detail", public_id=vacancy.public_id))
    id = serializers.CharField(source="public_id")
    title = serializers.CharField(help_text=gettext_lazy("As the unit wrote it."))
    unit = VacancyUnit()
    region = VacancyPlace()
    kind = Coded(WorkKind.choices)
    posts = serializers.IntegerField()
    pay = VacancyPay(source="*")
    occupation = serializers.SerializerMethodField()
    degree = serializers.SerializerMethodField()
    majors = Entries(majors())
    years = serializers.IntegerField(help_text=gettext_lazy("Working years at least."))
    skills = serializers.ListField(child=serializers.CharField())
    online_since = serializers.DateTimeField()
    online_until = serializers.SerializerMethodField()
    is_sample = serializers.BooleanField(help_text=gettext_lazy("True: written for demonstration."))

    def get_occupation(self, vacancy) -> dict | None:
        return entry_of(occupations(), vacancy.occupation) if vacancy.occupation else None

    def get_degree(self, vacancy) -> dict | None:
        return {"code": str(vacancy.degree), "name": both(Degree(vacancy.degree).label)} if vacancy.degree else None

    def get_online_until(self, vacancy) -> str:
        return (vacancy.expires_on - timedelta(days=1)).isoformat()


class VacancyFull(VacancyRow):
    """A vacancy with all that the unit wrote."""

    description = serializers.CharField()
    conditions = serializers.CharField()


def _described(name: str, shape, parameters, summary):
    """Describe an address in the schema."""
    answers = {200: shape} | PROBLEMS
    return extend_schema(
        operation_id=name, parameters=[parameters], responses=answers, summary=summary, description="", tags=["v1"]
    )


class VacancyList(PublicView):
    @_described("listVacancies", page_of(VacancyRow), VacancyParameters, gettext_lazy("Search and filter vacancies"))
    def get(self, request):
        given = checked(VacancyParameters, request)
        rows = _asked(given).select_related("unit", "region")
        found, cursor = by_key(rows, "-id", given)
        found = VacancyRow(found, many=True, context={"request": request}).data
        if given["cursor"]:
            return page(request, found, cursor)
        return page(request, found, cursor, total=rows.count(), is_exact=True)


class VacancyDetail(PublicView):
    @_described("getVacancy", VacancyFull, Language, gettext_lazy("One vacancy"))
    def get(self, request, public_id: str):
        checked(Language, request)
        rows = Vacancy.objects.online(clock.now()).select_related("unit", "region")
        vacancy = rows.filter(public_id=public_id).first()
        if vacancy is None:
            raise Http404
        return Response(VacancyFull(vacancy, context={"request": request}).data)


def _asked(given: dict):
    regions = queries.places()
    region = given.get("region", "")
    if region and region not in regions:
        raise wrong("region", _("We know no region “%(value)s”.") % {"value": region})
    wish = queries.Wish(
        words=given.get("q", "").replace("\0", ""),
        region=region,
        degree=given.get("degree"),
        kind=given.get("kind", ""),
        pay=given.get("pay"),
    )
    return queries.narrowed(wish, clock.now(), regions)
