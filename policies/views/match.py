"""What fits me: a few questions, every benefit that holds where the person works, three answers and their reasons.

What is told goes by POST into the session; addresses hold no more than the part of the answer that is looked at.
"""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from jobs import clock
from policies import queries
from policies.matching import finder, proactive, situation
from policies.matching.conditions import Verdict, evaluate, facts_in
from policies.matching.facts import FACTS
from policies.matching.situation import SituationForm
from policies.models import BenefitKind, ServiceItem
from talentportal.lib import again

ANSWERS = {  # name in addresses, heading, icon, what the heading means
    Verdict.FITS: ("fits", _("Fits you"), "check", _("By what you told us, every condition is met.")),
    Verdict.NEARLY: ("nearly", _("Nearly"), "clock", _("Something is still missing, and it can be done.")),
    Verdict.UNKNOWN: ("open", _("Depends"), "search", _("It depends on answers that you have not given.")),
    Verdict.NOT: ("not", _("Does not fit"), "x", _("A condition is not met and cannot be made up for.")),
}
ANSWERED = "answered"  # in the address of a self-test; the answers themselves are in the session
BY_NAME = {name: verdict for verdict, (name, *_words) in ANSWERS.items()}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def match(request):
    """The questions, and once the place is known the answers."""
    typed = again.typed(request)
    if typed is not None:
        return _told(request, typed)
    told = _known(request)
    if "region" not in told:
        today = clock.today()
        first = situation.typed(situation.from_identity(request.user, today) | told)
        return _questions(request, SituationForm(situation.ASKED_FIRST, initial=first, needed=["region"]))
    return _answers(request, told)


def _known(request) -> dict:
    """What was told in this visit, or what the person lets the portal keep to look for benefits."""
    return situation.kept(request.session) or proactive.told_by(request.user)


def _told(request, typed):
    """Take the answers that were sent; those that make no sense come back by a redirect, beside their fields."""
    if "forget" in typed:
        situation.forget(request.session)
        return redirect("policies:match")
    told = _known(request) if "more" in typed else {}
    keys = [key for key in FACTS if f"ask-{key}" in typed]
    form = SituationForm(keys if told else _in_order(keys), typed, needed=["region"])
    if request.method == "GET":
        return _questions(request, form, is_more=bool(told))
    if not form.is_valid():
        return again.give_back(request)
    again.forget(request)
    situation.keep(request.session, told | form.facts())
    return redirect("policies:match")


def _in_order(keys) -> list[str]:
    """The first questions as they are asked, then the others."""
    return [*situation.ASKED_FIRST, *(key for key in keys if key not in situation.ASKED_FIRST)]


def _questions(request, form, is_more=False):
    return render(request, "policies/match_questions.html", {"form": form, "is_more": is_more})


def _answers(request, told):
    today = clock.today()
    matches = finder.match(told, today)
    kind = request.GET.get("kind", "")
    kind = kind if kind in BenefitKind else ""
    chosen = matches.of_kind(kind) if kind else matches
    verdict = BY_NAME.get(request.GET.get("answer"))
    further = finder.more_to_ask(matches, told, situation.MORE_AT_ONCE)
    groups = _groups(chosen, verdict, request.GET.get("page", ""))
    items = {one.benefit.service_item_id for group in groups for one in group["found"]}
    context = {
        "form": SituationForm(_in_order(told), initial=situation.typed(told), needed=["region"]),
        "more": SituationForm(further, auto_id="more_%s"),
        "told": situation.in_words(told),
        "may_forget": bool(situation.kept(request.session)),
        "matches": matches,
        "groups": groups,
        "open_items": queries.open_items(items - {None}, today),
        "tabs": [_tab(chosen, one) for one in chosen.groups],
        "only": verdict,
        "kind": kind,
        "kinds": [(value, BenefitKind(value).label, count) for value, count in matches.kinds()],
        "money": finder.money(chosen.groups[Verdict.FITS]),
    }
    return render(request, "policies/match.html", context)


def _groups(matches, only, page: str) -> list[dict]:
    """The answers with the rows of this page: a few of each, or a whole page of the one that is looked at."""
    shown = {}
    for verdict, rows in matches.groups.items():
        if only is None or verdict == only:
            size = finder.SHORT if only is None else finder.PAGE
            shown[verdict] = Paginator(rows, size).get_page(page if only is not None else 1)
    loaded = finder.load(row for rows in shown.values() for row in rows)
    by_pk = {one.benefit.pk: one for one in loaded}
    return [
        _tab(matches, verdict) | {"page": rows, "found": [by_pk[row.pk] for row in rows if row.pk in by_pk]}
        for verdict, rows in shown.items()
    ]


def _tab(matches, verdict) -> dict:
    name, title, icon, words = ANSWERS[verdict]
    count = len(matches.groups[verdict])
    return {"name": name, "verdict": verdict, "title": title, "icon": icon, "words": words, "count": count}


# --- may I apply for this service? -----------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request, code):
    """The self-test of a guide: its own rule tree, asked with the same questions and answered in the same words."""
    today = clock.today()
    item = get_object_or_404(ServiceItem.objects.select_related("region"), code=code)
    status = queries.guide_of(item, today)
    if status is None:
        raise Http404
    tree = status.guide.eligibility
    told = situation.from_identity(request.user, today) | situation.kept(request.session)
    form = SituationForm(facts_in(tree), again.typed(request), initial=situation.typed(told))
    if request.method == "POST":
        if not form.is_valid():
            return again.give_back(request)
        again.forget(request)
        others = {key: value for key, value in told.items() if key not in form.fields}
        situation.keep(request.session, others | form.facts())
        return redirect(f"{request.path}?{ANSWERED}")
    answer = None
    if ANSWERED in request.GET:
        kept = situation.kept(request.session)
        answer = evaluate(tree, {key: value for key, value in kept.items() if key in form.fields})
    context = {"item": item, "guide": status.guide, "state": status.state, "form": form, "answer": answer}
    return render(request, "policies/check.html", context)
