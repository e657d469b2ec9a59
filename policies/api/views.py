"""Addresses of the public API: the pages' own searches and filters, strict about what they do not understand."""

from datetime import datetime, time

from django.core.validators import RegexValidator
from django.db.models import Prefetch, Q, prefetch_related_objects
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from jobs import clock
from policies import queries
from policies.api import serializers as shapes
from policies.api.queries import public_benefits
from policies.filters import ServiceFilter
from policies.guides import SERVED_OBJECTS
from policies.models import BenefitKind, PolicyLevel, PolicyVersion, ServiceItem
from policies.search import engine
from policies.search.query import LONGEST_TEXT, MOST_VALUES, SCOPES, SORTS
from policies.states import Standing
from regions.models import Region, RegionKind
from talentportal.api import PROBLEMS, Language, Parameters, PublicView, by_key, checked, page, page_of, wrong

CODE = RegexValidator(r"\A[0-9]{6}\Z", gettext_lazy("Six digits of GB/T 2260."))
MARK = r"\A(p[0-9]{1,9}|k(infinity|[0-9]{4}-[0-9]{2}-[0-9]{2})\.[0-9]{1,18})\Z"  # a cursor of engine.search
KEY = RegexValidator(r"\A[a-z][a-z0-9_-]{0,39}\Z", gettext_lazy("No such value."))


class Several(serializers.ListField):
    """A parameter that may come several times, or hold several values with commas."""

    def get_value(self, data):
        found = [part.strip() for value in data.getlist(self.field_name) for part in value.split(",")]
        return [part for part in found if part] or serializers.empty


def _many(child: serializers.Field, **options) -> Several:
    return Several(child=child, required=False, max_length=MOST_VALUES, **options)


def _described(name: str, shape, parameters, summary):
    """Describe an address in the schema."""
    answers = {200: shape} | PROBLEMS
    return extend_schema(
        operation_id=name, parameters=[parameters], responses=answers, summary=summary, description="", tags=["v1"]
    )


class LibraryParameters(Parameters):
    """The filters of /policies/; several values of one mean "one of these"."""

    q = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=LONGEST_TEXT,
        help_text=gettext_lazy("Words, phrases, document numbers, initials."),
    )
    region = _many(serializers.CharField(validators=[CODE]))
    scope = serializers.ChoiceField(
        choices=SCOPES,
        required=False,
        help_text=gettext_lazy("here: with all that lies above and below the region; exact: the region alone."),
    )
    level = _many(serializers.ChoiceField(choices=PolicyLevel.values))
    topic = _many(serializers.CharField(validators=[KEY]))
    audience = _many(serializers.CharField(validators=[KEY]))
    kind = _many(serializers.ChoiceField(choices=BenefitKind.values), help_text=gettext_lazy("Kind of benefit."))
    status = _many(
        serializers.ChoiceField(choices=[*Standing.values, "all"]),
        help_text=gettext_lazy("Without it: what is in force, or will be."),
    )
    year = _many(serializers.IntegerField(min_value=1000, max_value=9999))
    sort = serializers.ChoiceField(choices=SORTS, required=False)


class PolicyParameters(LibraryParameters):
    cursor = serializers.RegexField(MARK, required=False, default="", help_text=Parameters().fields["cursor"].help_text)


class PolicyList(PublicView):
    @_described(
        "listPolicies", page_of(shapes.PolicyFound), PolicyParameters, gettext_lazy("Search and filter policies")
    )
    def get(self, request):
        given, day = checked(PolicyParameters, request), _today()
        found = engine.search(engine.parse(request.GET), day=day, page_size=given["page_size"], after=given["cursor"])
        for hit in found.rows:
            hit.version.match = {"snippet_html": hit.snippet_html, "anchor": hit.anchor} if given.get("q") else None
            hit.version.benefit_count, hit.version.shown = hit.benefit_count, hit.benefits
            for benefit in hit.benefits:
                benefit.version = hit.version
        prefetch_related_objects([benefit for hit in found.rows for benefit in hit.benefits], "service_item")
        rows = _drawn(shapes.PolicyFound, [hit.version for hit in found.rows], request, day)
        if given["cursor"]:
            return page(request, rows, found.next)
        return page(request, rows, found.next, total=found.total, is_exact=found.total_is_exact)


class PolicyDetail(PublicView):
    @_described("getPolicy", shapes.PolicyFull, Language, gettext_lazy("A policy as it stands at its own address"))
    def get(self, request, slug: str):
        chain = queries.chain(slug)
        return _whole(request, chain, chain[:1])


class VersionDetail(PublicView):
    @_described("getPolicyVersion", shapes.PolicyFull, Language, gettext_lazy("One version of a policy"))
    def get(self, request, slug: str, label: str):
        chain = queries.chain(slug)
        return _whole(request, chain, [version for version in chain if version.label == label])


class BenefitList(PublicView):
    @_described(
        "listBenefits", page_of(shapes.BenefitFull), LibraryParameters, gettext_lazy("Search and filter benefits")
    )
    def get(self, request):
        given, day = checked(LibraryParameters, request), _today()
        benefits = public_benefits().filter(version__in=engine.matching(engine.parse(request.GET), day=day))
        if given.get("kind"):
            benefits = benefits.filter(kind__in=given["kind"])
        rows, cursor = by_key(benefits, "-id", given)
        return page(request, _drawn(shapes.BenefitFull, rows, request, day), cursor)


class BenefitDetail(PublicView):
    @_described("getBenefit", shapes.BenefitFull, Language, gettext_lazy("One benefit"))
    def get(self, request, pk: int):
        checked(Language, request)
        benefit = get_object_or_404(public_benefits(), pk=pk)
        [row] = _drawn(shapes.BenefitFull, [benefit], request, _today())
        return Response(row)


class RegionParameters(Parameters):
    q = serializers.CharField(required=False, help_text=gettext_lazy("Part of the name, or of its pinyin."))
    kind = _many(serializers.ChoiceField(choices=RegionKind.values))
    parent = serializers.CharField(required=False, validators=[CODE])


class RegionList(PublicView):
    @_described(
        "listRegions", page_of(shapes.RegionRow), RegionParameters, gettext_lazy("Regions of the home province")
    )
    def get(self, request):
        given = checked(RegionParameters, request)
        regions = Region.objects.in_force(_today())
        if given.get("kind"):
            regions = regions.filter(kind__in=given["kind"])
        if given.get("parent"):
            regions = regions.filter(parent=given["parent"])
        if text := given.get("q"):
            named = Q(name_zh__icontains=text) | Q(name_en__icontains=text) | Q(pinyin__icontains=text)
            regions = regions.filter(named)
        rows, cursor = by_key(regions, "code", given)
        return page(request, shapes.RegionRow(rows, many=True).data, cursor)


class RegionDetail(PublicView):
    @_described("getRegion", shapes.RegionRow, Language, gettext_lazy("One region"))
    def get(self, request, code: str):
        checked(Language, request)
        return Response(shapes.RegionRow(get_object_or_404(Region, pk=code)).data)


class ServiceParameters(Parameters):
    """The filters of /services/."""

    q = serializers.CharField(required=False, max_length=80)
    who = serializers.ChoiceField(choices=list(SERVED_OBJECTS), required=False)
    way = serializers.ChoiceField(choices=["online", "no-visit", "later", "instant"], required=False)
    topic = serializers.CharField(required=False, help_text=gettext_lazy("In Chinese, as in the rows."))
    region = serializers.CharField(required=False, validators=[CODE])


class ServiceList(PublicView):
    @_described(
        "listServices", page_of(shapes.ServiceRow), ServiceParameters, gettext_lazy("Services that can be applied for")
    )
    def get(self, request):
        given, day = checked(ServiceParameters, request), _today()
        mark = given["cursor"] or "0"
        if not (mark.isascii() and mark.isdecimal()):
            raise wrong("cursor", _("This is no cursor of ours."))
        found = ServiceFilter(queries.guides_in_force(day), request.GET).guides
        rest = [guide for guide in found if guide.item.serial > int(mark[:9])]
        shown = rest[: given["page_size"]]
        cursor = str(shown[-1].item.serial) if len(rest) > len(shown) else ""
        rows = _drawn(shapes.ServiceRow, shown, request, day)
        return page(request, rows, cursor, total=len(found), is_exact=True)


class ServiceDetail(PublicView):
    @_described("getService", shapes.ServiceFull, Language, gettext_lazy("One service with its materials"))
    def get(self, request, code: str):
        checked(Language, request)
        day = _today()
        item = get_object_or_404(ServiceItem.objects.select_related("organization", "catalog_item"), code=code)
        status = queries.guide_of(item, day)
        if status is None or status.state != "OPEN":
            raise Http404
        status.guide.item = item
        [row] = _drawn(shapes.ServiceFull, [status.guide], request, day)
        return Response(row)


def _today():
    return clock.today()


def _drawn(shape, rows: list, request, day) -> list:
    """Draw rows with what all of them share."""
    versions = [getattr(row, "version", row) for row in rows]
    codes = {version.region_code for version in versions if isinstance(version, PolicyVersion)}
    context = {"request": request, "day": day, "regions": Region.objects.in_bulk(codes) if codes else {}}
    return shape(rows, many=True, context=context).data


def _whole(request, chain: list[PolicyVersion], chosen: list[PolicyVersion]) -> Response:
    """Answer with one version of a chain, all its parts, and the moment it last changed."""
    checked(Language, request)
    if not chosen:
        raise Http404
    [version], day = chosen, _today()
    prefetch_related_objects(chosen, "clauses", "events", Prefetch("benefits", public_benefits()))
    version.versions = chain
    [row] = _drawn(shapes.PolicyFull, chosen, request, day)
    return Response(row, headers={"Last-Modified": http_date(_changed_at(version, day).timestamp())})


def _changed_at(version: PolicyVersion, day) -> datetime:
    """Return when what we say of a version last changed: an act on it or its benefits, or a date that came."""
    dates = (version.effective_on, version.expires_on, version.repealed_on)
    came = [timezone.make_aware(datetime.combine(date, time.min)) for date in dates if date and date <= day]
    return max([version.published_at, *(event.at for event in version.events.all()), *came])
