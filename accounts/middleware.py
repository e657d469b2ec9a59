from allauth.core.exceptions import RateLimited
from allauth.core.ratelimit import respond_429
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.sites.requests import RequestSite
from django.shortcuts import redirect
from django.utils.translation import gettext as _

ALWAYS_OPEN = {"account_login", "account_logout", "account_reauthenticate", "healthz", "readyz", "set_language"}


class AllauthMiddleware:
    """Fit allauth into the portal: its `site` must not hide ours, and a limit it raises is answered with 429."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_template_response(self, _request, response):
        if isinstance((response.context_data or {}).get("site"), RequestSite):
            del response.context_data["site"]
        return response

    def process_exception(self, request, exception):
        return respond_429(request) if isinstance(exception, RateLimited) else None


class TakeOverMiddleware:
    """Ask whoever signs in to an account that an office opened for the document number before anything else.

    The code went to a number that somebody else wrote down; a slip must not open a stranger's file.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, _view, _args, _kwargs):
        if not (request.user.is_authenticated and request.user.is_untaken):
            return None
        name = request.resolver_match.view_name or ""
        return None if name in ALWAYS_OPEN or name == "accounts:take_over" else redirect("accounts:take_over")


class StaffSecondFactorMiddleware:
    """Lead staff who have no second factor to the page that sets one up, whatever page they ask for.

    Who has one is asked for it by allauth at each sign-in. Off in the demo (STAFF_NEEDS_SECOND_FACTOR).
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, _view, _args, _kwargs):
        if not settings.STAFF_NEEDS_SECOND_FACTOR or not request.user.is_staff:
            return None
        name = request.resolver_match.url_name or ""
        if name in ALWAYS_OPEN or name.startswith("mfa_") or has_second_factor(request.user):
            return None
        messages.warning(request, _("Staff sign in with a second factor. Set one up to go on."))
        return redirect("mfa_index")


def has_second_factor(user) -> bool:
    """Tell whether the user has an authenticator app or a security key; recovery codes alone do not count."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return Authenticator.objects.filter(user=user, type__in=kinds).exists()
