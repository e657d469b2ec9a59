"""Tell readers what is new: reports of saved searches when they fall due.

A sweep hands every due search to a job of its own and moves it to its next day, so that one that fails stops no other
and an outage ends in one message. A job looks back from the last report, an hour further than needed: what was
published while it looked is not missed, and SentAlert rows keep it from being told twice.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Min, Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from jobs.services import enqueue_many
from notifications import wording
from notifications.models import MessageTemplate
from notifications.queries import in_language
from notifications.services import Note, notify_many
from policies.models import BenefitKind, Frequency, PolicyLevel, PolicyVersion, SavedSearch, SentAlert
from policies.search import engine
from policies.search.query import Query
from policies.services.following import CONFIRM_DAYS, next_report
from policies.states import Standing
from policies.topics import label
from regions import divisions
from regions.models import Region
from talentportal.lib.bilingual import pick

REPORT = "policies.report_search"
AT_ONCE = 1000  # searches handed out by one sweep; the next one goes on
OVERLAP = timedelta(hours=1)
FULL = 200  # what `engine.new_since` returns at most
LISTED = 10  # policies named in one message
KEPT = timedelta(days=30)  # how long the address of a stopped search is kept, so that its link can say so
PATH_LENGTH = 200  # of a message's link


# --- when -------------------------------------------------------------------------------------------------------------


def _running() -> QuerySet[SavedSearch]:
    reader = Q(user=None) | Q(user__is_active=True)
    return SavedSearch.objects.filter(reader, stopped_at=None, confirmed_at__isnull=False)


def sweep(now: datetime) -> int:
    """Hand every search that is due to a job, and delete addresses that nobody confirmed or that were stopped."""
    due = list(_running().filter(next_at__lte=now).order_by("next_at")[:AT_ONCE])
    enqueue_many(
        kind=REPORT, rows=[(f"{one.pk}:{one.next_at.isoformat()}", {"search": one.pk}) for one in due], now=now
    )
    for one in due:
        one.next_at = next_report(one.frequency, now)
    SavedSearch.objects.bulk_update(due, ["next_at"], batch_size=500)
    return len(due) + _forget(now)


def next_moment(after: datetime) -> datetime | None:
    """Return when the next report falls due."""
    return _running().filter(next_at__gt=after).aggregate(at=Min("next_at"))["at"]


def _forget(now: datetime) -> int:
    unconfirmed = Q(confirmed_at=None, created_at__lt=now - timedelta(days=CONFIRM_DAYS))
    refused = Q(confirmed_at=None, stopped_at__isnull=False)
    gone = SavedSearch.objects.filter(unconfirmed | refused | Q(stopped_at__lt=now - KEPT), user=None)
    return gone.delete()[0]


# --- in words ---------------------------------------------------------------------------------------------------------


def words_of(querystring: str) -> str:
    """Say a saved search in the active language: “rent” · Kunming City · City."""
    query = engine.parse(QueryDict(querystring))
    parts = [_("“%(words)s”") % {"words": query.text}] if query.text else []
    parts += _places(query.regions)
    parts += [str(PolicyLevel(value).label) for value in query.levels]
    parts += [label(value) for value in (*query.topics, *query.audiences)]
    parts += [str(BenefitKind(value).label) for value in query.kinds]
    parts += [str(Standing(value).label) for value in query.statuses if query.statuses != Query().statuses]
    return " · ".join([*parts, *query.years]) or _("All policies")


def _places(codes) -> list[str]:
    """Name regions: our own, with functional zones, else those of the whole country."""
    own = Region.objects.in_bulk(codes) if codes else {}
    return [pick(own[code], "name") if code in own else divisions.name(code) for code in codes]


# --- reports of saved searches ----------------------------------------------------------------------------------------


def report(payload: dict, now: datetime) -> None:
    """Handle the job that reports one saved search: what it finds that was never reported; nothing new, no message."""
    search = _running().select_for_update(of=["self"]).select_related("user").filter(pk=payload["search"]).first()
    if search is None:
        return
    found, looked_at = _news(search, now)
    SavedSearch.objects.filter(pk=search.pk).update(looked_at=looked_at)
    if not found:
        return
    SentAlert.objects.bulk_create([SentAlert(search=search, version=version, at=now) for version in found])
    with override(_language(search)):
        words = _words_of_report(search, found)
    if search.user is None:
        _post(search, "search_alert", words, _results(search))
    else:
        path = _results(search)
        path = path if len(path) <= PATH_LENGTH else path_of("me:following")
        key = f"search_alert:{search.pk}:{now.isoformat()}"
        notify_many(notes=[Note("search_alert", search.user, key, words, path, must_reach=False)], now=now)


def _news(search: SavedSearch, now: datetime) -> tuple[list[PolicyVersion], datetime]:
    """Return what was published since the last report and was not told yet, and up to when this was looked for.

    What a followed policy told the same person is left out.
    """
    query, since = engine.parse(QueryDict(search.query)), max(search.created_at, search.looked_at - OVERLAP)
    followed = dict(search.user.follows.values_list("policy", "since")) if search.user else {}
    while True:
        found = engine.new_since(query, since, day=timezone.localdate(now))
        told = set(search.sent.filter(version__in=found).values_list("version", flat=True))
        news = [one for one in found if one.pk not in told and not _is_followed(one, followed)]
        if len(found) < FULL:
            return news, now
        since = found[-1].published_at
        if news:
            return news, since


def _is_followed(version: PolicyVersion, followed: dict) -> bool:
    since = followed.get(version.policy_id)
    return since is not None and since <= version.published_at


def _words_of_report(search: SavedSearch, found: list[PolicyVersion]) -> dict:
    lines = [f"· {pick(version, 'title')}" for version in found[:LISTED]]
    if len(found) > LISTED:
        lines.append(_("and %(count)d more") % {"count": len(found) - LISTED})
    return {
        "search": words_of(search.query),
        "count": str(len(found)),
        "policies": "\n".join(lines),
        "stop": stop_link(search),
    }


def _language(search: SavedSearch) -> str:
    return search.user.language if search.user else search.language


def path_of(name: str, **kwargs) -> str:
    """Return an address without the language, as messages keep it."""
    with override(settings.LANGUAGE_CODE):
        return reverse(name, kwargs=kwargs)


def _results(search: SavedSearch) -> str:
    return f"{path_of('policies:list')}?{search.query}"


def stop_link(search: SavedSearch) -> str:
    """Return the whole address of the page that changes or stops a search, in its reader's language."""
    return settings.BASE_URL + in_language(path_of("policies:alert", token=search.token), _language(search))


# --- letters to those who do not sign in ------------------------------------------------------------------------------


def ask_to_confirm(payload: dict, now: datetime) -> None:
    """Handle the job that asks an address whether it wants the reports; not when it answered meanwhile."""
    search = SavedSearch.objects.filter(pk=payload["search"], confirmed_at=None, stopped_at=None).first()
    if search is None:
        return
    with override(search.language):
        words = {
            "search": words_of(search.query),
            "frequency": str(Frequency(search.frequency).label),
            "days": str(CONFIRM_DAYS),
            "link": stop_link(search),
        }
    _post(search, "search_confirm", words, "")


def _post(search: SavedSearch, event: str, words: dict, path: str) -> None:
    """Send a letter by the template of an event. Raises OSError; the job tries again."""
    template = MessageTemplate.objects.get(event=event)
    text = wording.compose(template, words, search.language)
    with override(search.language):
        link = settings.BASE_URL + in_language(path, search.language) if path else ""
        parts = [text.body, link, _("This mail was sent by the portal; do not answer.")]
    stop = settings.BASE_URL + path_of("policies:alert_stop", token=search.token)
    headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}  # RFC 8058
    EmailMessage(text.title, "\n\n".join(part for part in parts if part), None, [search.email], headers=headers).send()
