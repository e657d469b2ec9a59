"""Pages of the portal as a whole: home, search, help, elder mode, errors, and what the supervisors ask."""

import sys

from django.core.cache import cache
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from applications.models import Clock
from applications.states import ClockOwner
from jobs import clock
from laborbrands.queries import brands
from policies import queries as policies
from policies.matching.facts import FACTS
from policies.models import BenefitKind
from policies.pages import kept
from policies.search import engine
from regions.queries import calendar_for
from talentportal import context
from talents.queries import events, interns, vacancies
from workstations import queries as windows

FREQUENT, NEWEST, FOUND = 6, 4, 5
OFTEN = (BenefitKind.SETTLING, BenefitKind.RENT, BenefitKind.SCHOOLING)  # what people look for on the first page
ASKED = ("degree", "employer")  # beside the place of work
YEAR_SECONDS = 365 * 24 * 3600


def home(request):
    today = clock.today()
    guides = list(policies.guides_in_force(today))
    cities = policies.home_cities()
    place = request.COOKIES.get("place", "")
    return render(
        request,
        "pages/home.html",
        {
            "guides": guides[:FREQUENT],
            "count": len(guides),
            "online": sum(guide.online_depth >= 5 for guide in guides),
            "map": windows.window_map(today),
            "brands": brands.count_on(today),
            "places": interns.places_online(today).count(),
            "terms": policies.deferral_terms(today),
            "holdings": kept.holdings(today),
            "versions": policies.newest_versions(today, NEWEST),
            "often": [(kind.value, kind.label) for kind in OFTEN],
            "asked": [(key, FACTS[key]) for key in ASKED],
            "cities": cities,
            "place": f"{place[:4]}00",
            "todo": _todo(request.user, today),
        },
    )


def _todo(user, today):
    """The applicant's own nearest deadline, for the card on top."""
    if not user.is_authenticated:
        return None
    running = Clock.objects.filter(case__applicant=user, owner=ClockOwner.APPLICANT, finished_at=None)
    nearest = running.select_related("case__item", "case__region").order_by("due_on").first()
    if nearest is None:
        return None
    calendar = calendar_for(nearest.case.region)
    return {"clock": nearest, "case": nearest.case, "left": calendar.between(today, nearest.due_on)}


def search(request):
    """Policies, services, labor brands, vacancies, recruitment events and windows that fit the words."""
    text = request.GET.get("q", "").strip()[:80]
    now = clock.now()
    found = {"guides": [], "windows": [], "brands": [], "vacancies": [], "events": [], "policies": None}
    if text:
        found["policies"] = engine.search(engine.parse({"q": text}), day=timezone.localdate(now), page_size=FOUND)
        found["guides"] = policies.search(text, timezone.localdate(now))
        found["windows"] = windows.search(text)
        found["brands"] = brands.search(text, timezone.localdate(now))
        found["vacancies"] = vacancies.search(text, now)
        found["events"] = events.search(text, now)
    return render(request, "pages/search.html", {"text": text, **found})


def help_page(request):
    return render(request, "pages/help.html", {"terms": policies.deferral_terms(clock.today())})


def accessibility(request):
    return render(request, "pages/accessibility.html")


def privacy(request):
    return render(request, "pages/privacy.html")


@require_POST
def elder_mode(request):
    """Remember the choice in this browser for a year; the account's own setting is in the profile."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = reverse("home")
    response = HttpResponseRedirect(target)
    chosen = "1" if request.POST.get("on") == "1" else "0"
    response.set_cookie("elder", chosen, YEAR_SECONDS, samesite="Lax", secure=request.is_secure(), httponly=True)
    return response


def healthz(request):
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request):
    """The process, the database and the cache answer; 503 names what does not."""
    parts = {"database": _answers(_ask_database), "cache": _answers(_ask_cache)}
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


def _ask_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_cache():
    cache.get("readyz")


def _answers(ask) -> bool:
    try:
        ask()
    except Exception:  # whatever the reason, it is not ready
        return False
    return True


def bad_request(request, exception=None):
    return _error(request, 400)


def forbidden(request, exception=None):
    return _error(request, 403)


def csrf_failure(request, reason=""):
    return _error(request, 403, "403_csrf.html")


def not_found(request, exception=None):
    return _error(request, 404)


def server_error(request):
    """The last page of all; a database that does not answer is said as what it is."""
    return _error(request, 503 if _database_is_down(sys.exception()) else 500)


def _database_is_down(error) -> bool:
    while error is not None:
        if isinstance(error, OperationalError | InterfaceError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _error(request, status: int, template: str = ""):
    """Draw an error page that asks neither database nor session."""
    words = {"bare": True, "status": status, **context.bare(request)}
    response = HttpResponse(render_to_string(template or f"{status}.html", words), status=status)
    if status == 503:
        response["Retry-After"] = "30"
    return response
