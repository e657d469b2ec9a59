"""What the views share: who is asked for, and answers to scripts."""

from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from applications.models import Case
from talentportal.lib import again

RELATED = (
    "item__catalog_item",
    "guide__item__catalog_item",
    "organization",
    "region",
    "window__region",
    "unit",
    "applicant",
)


def by_script(request) -> bool:
    """Tell whether one of our scripts asks, which wants JSON instead of a page."""
    return request.headers.get("X-Requested-With") == "fetch"


def signed_in(view):
    """Lead strangers to the sign-in page and back, with what they had typed; tell a script 401, so that it keeps it.

    Pages of applicants are never kept by browsers or proxies.
    """

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if request.user.is_authenticated:
            response = view(request, *args, **kwargs)
        elif by_script(request):
            response = JsonResponse({"error": _("You are signed out.")}, status=401)
        else:
            response = redirect_to_login(again.keep(request) if request.POST else request.get_full_path())
        patch_cache_control(response, private=True, no_store=True)
        return response

    return guarded


def own_draft(request, code: str, draft: str) -> Case:
    """Return a draft of the user, alone or as an agent, or what it has become since, or raise 404."""
    cases = drafted_by(request.user).filter(item__code=code, public_id=draft)
    return get_object_or_404(cases.select_related(*RELATED))


def drafted_by(user):
    """Return the cases whose draft the user may fill in: the own ones, and those as an agent while that holds."""
    return Case.objects.own(user).filter(Q(applicant=user) | Q(agent=user))


def own_case(request, case_no: str) -> Case:
    """Return a submitted case that the user applied for or whose unit the user acts for, or raise 404."""
    return get_object_or_404(Case.objects.own(request.user).select_related(*RELATED), case_no=case_no)


def words_of(error: ValidationError) -> list[str]:
    """Return the sentences of a validation error, without field names."""
    return [str(message) for message in error.messages]
