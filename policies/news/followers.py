"""Tell those who follow a policy, once each: a new version, a repeal, another end, benefits confirmed later."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from itertools import islice

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from notifications.services import Note, notify_many
from policies import queries
from policies.models import Follow, PolicyVersion, VersionEvent
from policies.news.alerts import LISTED, PATH_LENGTH, path_of
from policies.pages.differences import Change, difference
from policies.states import VersionState
from talentportal.lib import spoken
from talentportal.lib.bilingual import pick


def tell_of_version(payload: dict, now: datetime) -> None:
    """Handle the job of a published version: tell what it changes."""
    version = PolicyVersion.objects.public().select_related("policy").get(pk=payload["version"])
    before = _before(version)
    _tell(
        "policy_changed",
        version,
        lambda: {"version": version.label, "changes": "\n".join([*_in_force(version), *_changes(before, version)])},
        path=_path_of_change(before, version),
        occasion=str(version.pk),
        since=version.published_at,
        now=now,
    )


def tell_of_end(payload: dict, now: datetime) -> None:
    """Handle the job of a repeal, planned or done, or of an end of validity that was moved: tell day and reason."""
    event = VersionEvent.objects.select_related("version__policy").get(pk=payload["event"])
    is_moved = event.verb == "set_end"
    _tell(
        "policy_end_changed" if is_moved else "policy_repealed",
        event.version,
        lambda: {"end": _end(event.date)} if is_moved else {"date": str(event.date)},
        occasion=str(event.pk),
        since=event.at,
        now=now,
        reason=event.note,
    )


def tell_of_benefits(payload: dict, now: datetime) -> None:
    """Handle the job of a day on which benefits of a published version were confirmed; those withdrawn are left out."""
    version = PolicyVersion.objects.select_related("policy").get(pk=payload["version"])
    start = timezone.make_aware(datetime.combine(date.fromisoformat(payload["day"]), time.min))
    confirmed = version.benefits.public().filter(confirmed_at__range=(start, start + timedelta(days=1)))
    benefits = list(confirmed.filter(confirmed_at__gt=version.published_at).order_by("confirmed_at", "pk"))
    if not benefits or version.state != VersionState.PUBLISHED:
        return
    _tell(
        "policy_benefits",
        version,
        lambda: {"count": str(len(benefits)), "benefits": _named(benefits)},
        occasion=f"{version.pk}:{payload['day']}",
        since=benefits[-1].confirmed_at,
        now=now,
    )


def _tell(
    event: str,
    version: PolicyVersion,
    say: Callable[[], dict],
    *,
    occasion: str,
    since: datetime,
    now: datetime,
    path: str = "",
    **words: str,
) -> None:
    """Tell everybody who followed by then, each in their language; who was told of this occasion is not told again."""
    said = {}
    for language in ("zh-hans", "en"):
        with override(language):
            said[language] = {"policy": pick(version, "title"), **words, **say()}
    path = path or path_of("policies:detail", slug=version.policy.slug)
    followers = Follow.objects.filter(policy=version.policy_id, since__lte=since, user__is_active=True)
    for users in _batches(follow.user for follow in followers.select_related("user").order_by("pk").iterator()):
        notes = [Note(event, one, f"{event}:{occasion}:{one.pk}", said[one.language], path, False) for one in users]
        notify_many(notes=notes, now=now)


def _batches(users: Iterable, size: int = 500):
    users = iter(users)
    while batch := list(islice(users, size)):
        yield batch


# --- in words ---------------------------------------------------------------------------------------------------------


def _before(version: PolicyVersion) -> PolicyVersion | None:
    earlier = PolicyVersion.objects.public().filter(policy=version.policy_id, number__lt=version.number)
    return earlier.order_by("-number").first()


def _path_of_change(before: PolicyVersion | None, version: PolicyVersion) -> str:
    if before is None:
        return ""
    path = path_of("policies:difference", slug=version.policy.slug, first=before.label, second=version.label)
    return path if len(path) <= PATH_LENGTH else ""


def _in_force(version: PolicyVersion) -> list[str]:
    return [_("In force from %(day)s.") % {"day": spoken.day(version.effective_on)}] if version.effective_on else []


def _end(day: date | None) -> str:
    """Say until when a policy holds now; ends are kept as the first day without it."""
    if day is None:
        return _("it holds without an end")
    return _("its last day is %(day)s") % {"day": spoken.day(day - timedelta(days=1))}


def _changes(before: PolicyVersion | None, version: PolicyVersion) -> list[str]:
    """Say what differs, grouped: so many new, raised, lowered, changed, gone, being checked, and which.

    What was confirmed after the publication is told by `tell_of_benefits`, however late this is told.
    """
    if before is None:
        return []
    old, new = queries.versions_in_full(version.policy.slug, [before.label, version.label])
    new.waiting += [benefit for benefit in new.shown if benefit.confirmed_at > version.published_at]
    new.shown = [benefit for benefit in new.shown if benefit not in new.waiting]
    found = difference(old, new)
    groups = [_group(change, found.benefits) for change, _count in found.counted()]
    if groups:
        return groups
    count = sum(number for change, number in found.counted_clauses() if change != Change.MOVED)
    return (
        [ngettext("%(count)d clause changed.", "%(count)d clauses changed.", count) % {"count": count}] if count else []
    )


def _group(change: Change, benefits) -> str:
    benefits = [one.benefit for one in benefits if one.change == change]
    words = {"change": change.label, "count": len(benefits), "names": _named(benefits)}
    return _("%(change)s (%(count)d): %(names)s") % words


def _named(benefits: list) -> str:
    names = [pick(benefit, "name") for benefit in benefits]
    return _(", ").join(names[:LISTED]) + ("…" if len(names) > LISTED else "")
