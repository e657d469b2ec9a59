"""The policy library: search and list, a policy and its versions, the choice of a region."""

from collections import defaultdict

from django.http import Http404
from django.shortcuts import render

from jobs import clock
from policies import queries
from policies.models import ClauseKind, VersionState
from policies.pages import kept
from policies.pages.shelf import Shelf
from policies.rules import standing
from policies.search import engine
from policies.states import Standing
from regions import divisions

PLACE_COOKIE, YEAR_SECONDS = "place", 365 * 24 * 3600


def library(request):
    """Search and list. Everything chosen is in the address; the place chosen last is remembered in this browser."""
    place = request.COOKIES.get(PLACE_COOKIE, "") or queries.place_of_work(request.user)
    chosen = Shelf(request.GET, _today(), place)
    response = render(
        request, "policies/library.html", {"filter": chosen, "today": chosen.day, **_saved(request, chosen)}
    )
    if chosen.here and chosen.here != place:
        response.set_cookie(
            PLACE_COOKIE, chosen.here, YEAR_SECONDS, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    return response


def _today():
    return clock.today()


def _saved(request, chosen):
    """Whether the reader is told of what is new in this search already."""
    if not request.user.is_authenticated:
        return {"is_saved": False}
    mine = request.user.saved_searches.filter(stopped_at=None, query=chosen.query.querystring())
    return {"is_saved": mine.exists()}


def regions(request):
    """Every place one may choose, with how many policies each has of its own."""
    query = engine.parse(request.GET).without("region")
    counts = {value: count for value, _label, count in engine.facets(query, day=_today()).get("region", [])}
    context = {"query": query, "counts": counts, "home": queries.home_places(), "others": divisions.provinces()}
    return render(request, "policies/regions.html", context)


def policy(request, slug):
    """A policy at its own address: the published version, or the last one there was."""
    versions = queries.chain(slug)
    if not versions:
        raise Http404
    return _page(request, versions, versions[0])


def version(request, slug, label):
    """One version of a policy; old ones carry a banner that leads to the one in force."""
    versions = queries.chain(slug)
    chosen = next((one for one in versions if one.label == label), None)
    if chosen is None:
        raise Http404
    return _page(request, versions, chosen)


def _page(request, versions, chosen):
    today = _today()
    clauses = list(chosen.clauses.order_by("order"))
    benefits = queries.benefits_of(chosen)
    live = versions[0] if versions[0].state == VersionState.PUBLISHED else None
    following = request.user.is_authenticated and chosen.policy.follows.filter(user=request.user).exists()
    context = {
        "version": chosen,
        "versions": [(one, standing(one, today)) for one in versions],
        "standing": standing(chosen, today),
        "Standing": Standing,
        "live": live if live != chosen else None,
        "earlier": next((one for one in versions if one.number == chosen.number - 1), None),
        "holding": next((one for one in versions if standing(one, today) == Standing.CURRENT), None),
        "benefits": benefits,
        "contents": _contents(clauses),
        "today": today,
        "clauses": _with_benefits(clauses, benefits, kept.texts(chosen, clauses)),
        "open_items": queries.open_items({one.service_item_id for one in benefits} - {None}, today),
        "following": following,
    }
    return render(request, "policies/policy.html", context)


def _contents(clauses):
    """The headings of a text; without any, the articles that have one."""
    headings = [clause for clause in clauses if clause.kind == ClauseKind.HEADING]
    return headings or [clause for clause in clauses if clause.heading]


def _with_benefits(clauses, benefits, texts):
    """Each clause with its text as HTML and the benefits it grants."""
    granted = defaultdict(list)
    for benefit in benefits:
        granted[benefit.clause_id].append(benefit)
    return [(clause, text, granted[clause.pk]) for clause, text in zip(clauses, texts, strict=True)]
