"""What changed between two versions, and whether it touches the reader."""

from datetime import timedelta
from itertools import pairwise

from django.http import Http404, QueryDict
from django.shortcuts import redirect, render

from jobs import clock
from policies import queries
from policies.pages.differences import Change, difference
from policies.rules import standing
from policies.search import engine

SEARCHES = 10  # of the reader's saved searches that are asked


def versions(request, slug, first, second):
    """The older version against the newer one, in whatever order they were named."""
    if first == second:
        return redirect("policies:version", slug=slug, label=first)
    found = queries.versions_in_full(slug, [first, second])
    if len(found) < 2:
        raise Http404
    before, after = found
    if first != before.label:
        return redirect("policies:difference", slug=slug, first=before.label, second=after.label)
    changes, today = difference(before, after), clock.today()
    return render(
        request,
        "policies/difference.html",
        {
            "before": before,
            "after": after,
            "standing": standing(after, today),
            "today": today,
            "difference": changes,
            "changed_benefits": [one for one in changes.benefits if one.change != Change.SAME],
            "same_benefits": [one for one in changes.benefits if one.change == Change.SAME],
            "changed_clauses": [one for one in changes.clauses if one.change not in (Change.SAME, Change.MOVED)],
            "moved": [one for one in changes.clauses if one.change == Change.MOVED],
            "same": sum(one.change == Change.SAME for one in changes.clauses),
            "cases": _cases(request.user, changes),
            "searches": _searches(request.user, after),
            "both": [after, before],
            "pairs": _other_pairs(queries.chain(slug), before, after),
        },
    )


def _other_pairs(chain, before, after):
    """Each other version of the policy with the one that followed it."""
    versions = sorted(chain, key=lambda one: one.number)
    return [(old, new) for old, new in pairwise(versions) if (old, new) != (before, after)]


def _cases(user, changes):
    """The reader's own unfinished cases of the services behind what changed (rows of a layer above)."""
    items = {one.benefit.service_item_id for one in changes.benefits if one.change != Change.SAME} - {None}
    if not user.is_authenticated or not items:
        return []
    return user.cases.filter(item__in=items).exclude(state="CLOSED").select_related("item").order_by("-id")


def _searches(user, version):
    """The reader's saved searches that the newer version answers."""
    if not user.is_authenticated:
        return []
    saved = user.saved_searches.filter(stopped_at=None).order_by("-id")[:SEARCHES]
    since = version.published_at - timedelta(seconds=1)
    found = [(one, engine.new_since(engine.parse(QueryDict(one.query)), since)) for one in saved]
    return [one for one, versions in found if version in versions]
