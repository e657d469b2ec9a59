"""What every address below /api/v1/ shares: strict parameters, paging by key, limits, caching, errors as JSON.

All of it is public and read-only: nobody signs in, no cookie is read, any site may ask from a browser.
"""

import logging

from django.core.exceptions import ValidationError as InvalidValue
from django.db import InterfaceError, OperationalError
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page, require_safe
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from redis.exceptions import RedisError
from rest_framework import exceptions, serializers, status, throttling, views
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

logger = logging.getLogger(__name__)

LANGUAGES = {"zh": "zh-hans", "zh-hans": "zh-hans", "en": "en"}
PAGE_SIZE, LARGEST_PAGE = 20, 100
FRESH_SECONDS = 300
CODES = {
    400: "invalid_parameters",
    401: "not_authorized",
    404: "not_found",
    405: "method_not_allowed",
    429: "throttled",
    503: "unavailable",
}


# --- limits -----------------------------------------------------------------------------------------------------------


class AnonymousThrottle(throttling.AnonRateThrottle):
    """So many requests of one address in a time (API_RATES). Without the cache nobody is counted, nor refused."""

    scope = "anonymous"

    def allow_request(self, request, view):
        try:
            return super().allow_request(request, view)
        except RedisError:
            logger.warning("the cache does not answer: requests to the API are not counted")
            return True


class BulkThrottle(AnonymousThrottle):
    """Downloads of everything are few."""

    scope = "bulk"


# --- errors -----------------------------------------------------------------------------------------------------------


class Problem(serializers.Serializer):
    """What went wrong, in the language asked for by `lang` or Accept-Language."""

    error = serializers.CharField(help_text=", ".join(CODES.values()))
    message = serializers.CharField()
    parameters = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text=gettext_lazy("Reasons by parameter."),
    )
    retry_after = serializers.IntegerField(required=False, help_text=gettext_lazy("Seconds."))


PROBLEMS = {400: Problem, 404: Problem, 429: Problem, 503: Problem}


def problem(exception, context) -> Response | None:
    """Answer an exception as JSON for people and programs; None leaves it to Django (a fault of ours)."""
    if isinstance(exception, OperationalError | InterfaceError):
        logger.exception("the database did not answer a request to the API")
        exception = Unavailable()
    response = views.exception_handler(exception, context)
    if response is None:
        return None
    if response.status_code == status.HTTP_503_SERVICE_UNAVAILABLE:
        response["Retry-After"] = "30"
    body = {"error": CODES.get(response.status_code, "error"), "message": _message(response)}
    if isinstance(exception, exceptions.ValidationError):
        body["parameters"] = {name: _reasons(reasons) for name, reasons in response.data.items()}
    if "Retry-After" in response:
        body["retry_after"] = int(response["Retry-After"])
    response.data = body
    return response


class Unavailable(exceptions.APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE


def _message(response: Response) -> str:
    return {
        400: _("The request has parameters that we do not understand."),
        404: _("There is nothing at this address."),
        405: _("This address can only be read."),
        429: _("Too many requests. Wait a moment, then go on more slowly."),
        503: _("We cannot answer at the moment. Try again in half a minute."),
    }.get(response.status_code) or str(response.data.get("detail", ""))


def _reasons(found) -> list[str]:
    """Flatten the reasons of a list's entries."""
    if isinstance(found, dict):
        return [reason for part in found.values() for reason in _reasons(part)]
    return [str(reason) for reason in found] if isinstance(found, list) else [str(found)]


# --- parameters -------------------------------------------------------------------------------------------------------


class Parameters(serializers.Serializer):
    """What every list takes."""

    page_size = serializers.IntegerField(min_value=1, max_value=LARGEST_PAGE, default=PAGE_SIZE, required=False)
    cursor = serializers.CharField(
        required=False, default="", max_length=500, help_text=gettext_lazy("Taken from `next`.")
    )
    lang = serializers.ChoiceField(
        choices=list(LANGUAGES), required=False, help_text=gettext_lazy("Language of messages.")
    )


class Language(serializers.Serializer):
    """What every single entry takes."""

    lang = Parameters().fields["lang"]


def checked(form: type[serializers.Serializer], request) -> dict:
    """Return the clean parameters of a request. Raises ValidationError naming each that is unknown or wrong."""
    given = form(data=request.query_params)
    reasons = {} if given.is_valid() else dict(given.errors)
    reasons |= {name: [_("There is no such parameter.")] for name in request.query_params if name not in given.fields}
    if reasons:
        raise exceptions.ValidationError({name[:60]: found for name, found in reasons.items()})
    return given.validated_data


def wrong(name: str, reason: str) -> exceptions.ValidationError:
    """Return the error that names one parameter."""
    return exceptions.ValidationError({name: [reason]})


# --- pages of a list --------------------------------------------------------------------------------------------------


def page_of(row: type[serializers.Serializer]) -> type[serializers.Serializer]:
    """Return the shape of one page of a list, for the schema."""
    fields = {
        "next": serializers.URLField(allow_null=True, help_text=gettext_lazy("The next page; null on the last one.")),
        "total": serializers.IntegerField(
            allow_null=True, help_text=gettext_lazy("Counted on the first page of policies and services; else null.")
        ),
        "total_is_exact": serializers.BooleanField(help_text=gettext_lazy("Whether `total` is exact.")),
        "results": row(many=True),
    }
    return type(f"{row.__name__}Page", (serializers.Serializer,), fields)


def page(request, results: list, cursor: str, *, total: int | None = None, is_exact: bool = False) -> Response:
    """Answer with one page of a list and the address of the next."""
    following = request.GET.copy()
    following["cursor"] = cursor
    return Response(
        {
            "next": f"{request.build_absolute_uri(request.path)}?{following.urlencode()}" if cursor else None,
            "total": total,
            "total_is_exact": is_exact,
            "results": results,
        }
    )


def by_key(queryset, field: str, given: dict) -> tuple[list, str]:
    """Return one page of a queryset in the order of a unique field ("-id": backwards), and the cursor of the next."""
    name, backwards = field.removeprefix("-"), field.startswith("-")
    if given["cursor"]:
        mark = _clean_mark(queryset.model._meta.get_field(name), given["cursor"])
        queryset = queryset.filter(**{f"{name}__{'lt' if backwards else 'gt'}": mark})
    rows = list(queryset.order_by(field)[: given["page_size"] + 1])
    shown = rows[: given["page_size"]]
    return shown, str(getattr(shown[-1], name)) if len(rows) > len(shown) else ""


def _clean_mark(field, cursor: str):
    try:
        if cursor.isascii() and cursor.isalnum():
            return field.to_python(cursor)
    except InvalidValue:
        pass
    raise wrong("cursor", _("This is no cursor of ours."))


# --- views ------------------------------------------------------------------------------------------------------------


@method_decorator([gzip_page, conditional_page], name="dispatch")
class PublicView(views.APIView):
    """Something that everybody may read: JSON with an ETag, fresh for five minutes, readable from any site."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (AnonymousThrottle,)
    http_method_names = ("get", "head", "options")

    def dispatch(self, request, *args, **kwargs):
        with translation.override(asked_language(request)):
            return super().dispatch(request, *args, **kwargs)

    def perform_content_negotiation(self, request, force=False):
        renderer = self.get_renderers()[0]  # there is only JSON, whatever is asked for
        return renderer, renderer.media_type

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        if response.status_code == status.HTTP_200_OK:
            patch_cache_control(response, public=True, max_age=FRESH_SECONDS)
        else:
            patch_cache_control(response, no_store=True)
            response["Content-Language"] = "en" if translation.get_language() == "en" else "zh-Hans"
        return response


class Nothing(PublicView):
    """Any other address below /api/."""

    @extend_schema(exclude=True)
    def get(self, request, *args, **kwargs):
        raise exceptions.NotFound


def asked_language(request) -> str:
    """Return the language of `lang`, else of the Accept-Language header, else Chinese."""
    asked = LANGUAGES.get(request.GET.get("lang", ""))
    return asked or translation.get_language_from_request(request)


def in_both(request, name: str, anchor: str = "", **kwargs) -> dict[str, str]:
    """Return the address of a page in each language."""
    found = {}
    for key, language in (("zh", "zh-hans"), ("en", "en")):
        with translation.override(language):
            found[key] = request.build_absolute_uri(reverse(name, kwargs=kwargs)) + (f"#{anchor}" if anchor else "")
    return found


@method_decorator([gzip_page, conditional_page], name="dispatch")
class Schema(SpectacularAPIView):
    """The OpenAPI description, YAML or JSON as the Accept header or `format` asks, in the language asked for."""

    authentication_classes = ()
    throttle_classes = (AnonymousThrottle,)

    @extend_schema(exclude=True)
    def get(self, request, *args, **kwargs):
        with translation.override(asked_language(request)):
            response = self._get_schema_response(request)
        patch_cache_control(response, public=True, max_age=FRESH_SECONDS)
        response["Access-Control-Allow-Origin"] = "*"
        return response

    def _get_filename(self, request, version):
        return f"openapi.{self.perform_content_negotiation(request, force=True)[0].format}"


@require_safe
def docs(request):
    """The page that describes the API; what is inside comes from the schema."""
    address = f"{reverse('schema')}?{urlencode({'lang': translation.get_language()})}"
    limit = AnonymousThrottle()
    rate = limit.rate and limit.num_requests * 60 // limit.duration
    return render(request, "pages/api.html", {"schema": address, "largest": LARGEST_PAGE, "rate": rate})
