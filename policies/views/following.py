"""Follow a policy, save a search, and change or stop all of it, signed in or by the link of a letter.

Links in letters lead to pages: only a button acts, so that programs which open every link change nothing.
"""

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from jobs import clock
from policies import queries
from policies.forms import FrequencyForm, SaveSearchForm
from policies.models import Follow, Policy, PolicyVersion, SavedSearch
from policies.news import alerts
from policies.search import engine
from policies.services import following as services
from talentportal.lib.refusals import Refused

# --- a policy ---------------------------------------------------------------------------------------------------------


@require_POST
@login_required
def follow(request, slug):
    """Follow a policy, or stop; back to its page."""
    public = PolicyVersion.objects.public().filter(policy__slug=slug)
    policy = get_object_or_404(Policy, slug=slug, versions__in=public[:1].values("pk"))
    if request.POST.get("on") == "1":
        services.follow(policy=policy, actor=request.user, now=clock.now())
        messages.success(request, _("You follow this policy. We tell you of each new version."))
    else:
        services.unfollow(policy=policy, actor=request.user, now=clock.now())
        messages.success(request, _("You no longer follow this policy."))
    return redirect("policies:detail", slug=slug)


# --- saving a search --------------------------------------------------------------------------------------------------


def save_search(request):
    """Ask how often, and for an address of those who are not signed in; the search is in the address of the page."""
    query = engine.parse(request.GET).querystring()
    form = SaveSearchForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        return _save(request, form, query)
    return render(
        request, "policies/follow_search.html", {"form": form, "words": alerts.words_of(query), "query": query}
    )


def _save(request, form, query: str):
    chosen = form.cleaned_data
    if not request.user.is_authenticated:
        email = chosen["email"].lower()
        ratelimit.consume(request, app="allauth.account", action="save_search", key=email, raise_exception=True)
        services.ask_for_alerts(query=query, **chosen, language=get_language(), now=clock.now())
        return redirect("policies:asked")
    try:
        services.save_search(query=query, frequency=chosen["frequency"], actor=request.user, now=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Saved. We tell you when something new fits, and nothing when nothing does."))
    return redirect("me:following")


@require_safe
def asked(request):
    """The same words for every address, known or not."""
    return render(request, "policies/follow_asked.html", {"days": services.CONFIRM_DAYS})


# --- the links of letters ---------------------------------------------------------------------------------------------


@never_cache
def alert(request, token):
    """The page behind the links of letters: confirm, change or stop; its buttons act, opening it does not."""
    search = get_object_or_404(SavedSearch, token=token)
    if request.method == "POST":
        _act_on(request, search)
        return redirect("policies:alert", token=token)
    return render(request, "policies/follow_alert.html", {"search": search, "words": alerts.words_of(search.query)})


def _act_on(request, search: SavedSearch) -> None:
    act, now = request.POST.get("act", ""), clock.now()
    try:
        if act == "confirm":
            services.confirm_search(search=search, now=now)
            messages.success(request, _("Confirmed. The first report comes as soon as something new fits."))
        elif act == "frequency":
            _set_frequency(request, search, now)
        elif act == "stop":
            services.stop_searches(searches=SavedSearch.objects.filter(pk=search.pk), now=now)
        elif act == "stop_all" and search.user is None:
            services.stop_searches(searches=SavedSearch.objects.filter(user=None, email=search.email), now=now)
    except Refused as refused:
        messages.error(request, str(refused))


def _set_frequency(request, search: SavedSearch, now) -> None:
    form = FrequencyForm(request.POST)
    if form.is_valid():
        services.set_frequency(search=search, now=now, **form.cleaned_data)
        messages.success(request, _("Changed."))


@csrf_exempt  # mail programs stop with one click, without a page of ours (RFC 8058); the token is what allows it
@never_cache
def alert_stop(request, token):
    """Stop a saved search by POST; everything else is led to the page with the button."""
    search = get_object_or_404(SavedSearch, token=token)
    if request.method == "POST":
        services.stop_searches(searches=SavedSearch.objects.filter(pk=search.pk), now=clock.now())
    return redirect("policies:alert", token=token)


# --- everything that a person follows ---------------------------------------------------------------------------------


@login_required
@never_cache
def following(request):
    """See, change and stop everything that one follows."""
    if request.method == "POST":
        _act_on_mine(request)
        return redirect("me:following")
    searches = request.user.saved_searches.filter(stopped_at=None).order_by("-id")
    follows = Follow.objects.filter(user=request.user).select_related("policy").order_by("-since", "-id")
    context = {
        "searches": [(search, alerts.words_of(search.query), _results(search)) for search in searches],
        "follows": queries.with_versions(list(follows)),
        "email": request.user.email,
    }
    return render(request, "policies/following.html", context)


def _results(search: SavedSearch) -> str:
    return f"{reverse('policies:list')}?{search.query}"


def _act_on_mine(request) -> None:
    act, now = request.POST.get("act", ""), clock.now()
    mine = request.user.saved_searches.filter(stopped_at=None)
    if act == "stop_all":
        services.stop_all(actor=request.user, now=now)
        messages.success(request, _("Stopped. You follow nothing now."))
    elif act == "unfollow":
        policy = get_object_or_404(Policy, pk=_number(request), follows__user=request.user)
        services.unfollow(policy=policy, actor=request.user, now=now)
    elif act == "stop":
        services.stop_searches(searches=mine.filter(pk=get_object_or_404(mine, pk=_number(request)).pk), now=now)
    elif act == "frequency":
        _set_frequency(request, get_object_or_404(mine, pk=_number(request)), now)


def _number(request) -> int:
    text = request.POST.get("id", "")
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Http404
    return int(text)
