"""/api/v1/talents/: the search of the pages for programs of a unit, with a key of that unit and the unit's quota."""

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.response import Response

from jobs import clock
from talentportal.api import PROBLEMS, Problem, PublicView
from talentportal.lib.bilingual import pick
from talents.limits import SMALL_CELL
from talents.queries.counting import FACETS
from talents.queries.search import PAGE, Card, Found, search
from talents.rules.asked import GROUPS, NUMBERS, RANGES, parse
from talents.rules.conditions import name_of
from talents.rules.steps import number
from talents.services import tokens
from talents.services.use import count

OWN = {"q", "sort", "wish", "cursor", "lang", *GROUPS, *NUMBERS} - set(RANGES) | {"pay"}
TOLD = ("degree", "title", "skill", "available")  # numbers that have words
LISTS = {"languages": "language", "traits": "trait", "wanted_kinds": "kind"}


class UnitKey(BaseAuthentication):
    """`Authorization: Bearer <key>`."""

    def authenticate(self, request):
        kind, _space, key = request.headers.get("Authorization", "").partition(" ")
        unit = tokens.unit_of(key.strip(), clock.now()) if kind.lower() == "bearer" else None
        if unit is None:
            raise exceptions.AuthenticationFailed(_("A valid key of a verified unit is needed."))
        return None, unit

    def authenticate_header(self, request):
        return "Bearer"


class UnitKeyScheme(OpenApiAuthenticationExtension):
    """What the schema says about a key."""

    target_class = UnitKey
    name = "unitKey"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer"}


class TalentShape(serializers.Serializer):
    """Somebody under a code; nothing that names anybody."""

    code = serializers.CharField()
    url = serializers.URLField(help_text=gettext_lazy("The card; there contact is asked for."))
    facts = serializers.DictField()
    match = serializers.ListField(child=serializers.DictField())


class TalentsShape(serializers.Serializer):
    """A page of people, with counts in steps."""

    next = serializers.URLField(allow_null=True)
    total = serializers.DictField()
    facets = serializers.DictField()
    results = TalentShape(many=True)


class TalentList(PublicView):
    """Search the pool. Fewer than five are never counted."""

    authentication_classes = (UnitKey,)

    @extend_schema(
        operation_id="talents",
        parameters=[OpenApiParameter(name, str, many=name not in {"q", "sort", "cursor", "lang", *NUMBERS})
                    for name in sorted(OWN)],
        responses={200: TalentsShape, 401: Problem} | PROBLEMS,
        summary=gettext_lazy("Search the talent pool; with a key of a verified unit."),
        description="",
        tags=["v1"],
    )  # fmt: skip
    def get(self, request):
        unit, now = request.auth, clock.now()
        if strange := [name for name in request.query_params if name not in OWN]:
            raise exceptions.ValidationError({name[:60]: [_("There is no such parameter.")] for name in strange})
        found = search(parse(request.query_params), unit, now, request.query_params.get("cursor", ""), PAGE)
        if found.asked.dropped or found.asked.is_cut:
            raise exceptions.ValidationError({"parameters": list(found.asked.dropped) or [_("Too many conditions.")]})
        if not count(unit=unit, kind="api_calls", now=now):
            raise exceptions.Throttled(wait=3600)
        return Response(_answer(request, found))

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        del response["Access-Control-Allow-Origin"]  # a key does not belong into a browser
        response["Cache-Control"] = ""
        patch_cache_control(response, private=True, no_store=True)
        return response


def _answer(request, found: Found) -> dict:
    query = QueryDict(found.asked.querystring(), mutable=True)
    query["cursor"] = found.next
    address = request.build_absolute_uri(request.path)
    return {
        "next": f"{address}?{query.urlencode()}" if found.next else None,
        "total": number(found.counts.total),
        "facets": {group: _counted(group, found) for group in FACETS if group not in ("years", "region")},
        "results": [_row(request, card, found) for card in found.cards],
    }


def _counted(group: str, found: Found) -> dict[str, dict]:
    """Count the values of a condition in the order of their codes; who are few are left out."""
    counts = {str(value): n for value, n in found.counts.values[group].items() if value != "" and n >= SMALL_CELL}
    return {value: number(n) for value, n in sorted(counts.items())}


def _row(request, card: Card, found: Found) -> dict:
    return {
        "code": card.profile.code,
        "url": request.build_absolute_uri(reverse("org:card", args=[card.profile.code])),
        "facts": _facts(card, found),
        "match": [{"condition": one.words, "met": one.met, "must": one.is_hard} for one in card.lines],
    }


def _facts(card: Card, found: Found) -> dict:
    profile = card.profile
    facts = {name: {"value": getattr(profile, name), "name": name_of(name, getattr(profile, name))} for name in TOLD}
    facts |= {name: list(getattr(profile, name)) for name in LISTS}
    years = found.year - profile.work_since if profile.work_since else 0
    return facts | {
        "major": {"value": profile.major, "name": name_of("major", profile.major) if profile.major else ""},
        "years": max(years, 0),
        "grade": profile.grade,
        "skills": profile.skills,
        "verified": card.entry.proofs,
        "region": {"value": profile.region_id, "name": pick(profile.region, "name")},
        "headline": profile.headline,
        "changed_on": timezone.localdate(profile.updated_at).isoformat(),
    }
