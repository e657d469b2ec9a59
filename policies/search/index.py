"""Write the side table of the search, in the transaction of whoever changes a version."""

from collections.abc import Iterable
from datetime import date, datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models, transaction
from django.db.models import Func, Min, Value
from django.utils import timezone

from policies.models import Benefit, PolicyVersion, SearchEntry
from policies.search import bits
from policies.search.statistics import forget, statistics
from policies.search.tokens import fold, grams, plain, vector
from policies.states import PUBLIC

CHUNK = 50  # versions per statement
LARGE = 20_000  # from so many entries on, the newest have an index of their own
RECENT_SHARE = 0.03


def index_version(version: PolicyVersion) -> None:
    """Let a version be found as it is now, or no longer if nobody may read it. Safe to run twice."""
    reindex([version.pk])


def reindex(ids: Iterable[int] | None = None) -> int:
    """Rebuild the entries of these versions, or of all; return how many can be found. Safe to run twice."""
    versions = PolicyVersion.objects.order_by("pk")
    chosen = list((versions if ids is None else versions.filter(pk__in=ids)).values_list("pk", flat=True))
    found = 0
    with transaction.atomic():
        for start in range(0, len(chosen), CHUNK):
            found += _write(chosen[start : start + CHUNK])
        if ids is None:
            SearchEntry.objects.exclude(version__state__in=PUBLIC).delete()
            refresh_recent()
        transaction.on_commit(forget)
    if ids is None:
        tidy()
    return found


def tidy() -> None:
    """Fold what was written lately into the index and let the planner count its words; after bulk loads."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('search_words'), gin_clean_pending_list('search_words_recent')")
        cursor.execute("ANALYZE policies_searchentry")
    forget()


def refresh_recent() -> int:
    """Mark the newest entries of a large library, cut on a whole day so that they are newer than all others.

    Return how many marks changed. Safe to run twice.
    """
    total = SearchEntry.objects.count()
    newest = SearchEntry.objects.order_by("-day").values_list("day", flat=True)
    cutoff = newest[int(total * RECENT_SHARE)] if total >= LARGE else date.max
    added = SearchEntry.objects.filter(is_recent=False, day__gte=cutoff).update(is_recent=True)
    return added + SearchEntry.objects.filter(is_recent=True, day__lt=cutoff).update(is_recent=False)


def keep(now: datetime) -> int:
    """Sweep: mark the newest entries and write the bits of words anew when they have drifted; return how many rows."""
    known = statistics()
    is_large, share = known.documents >= LARGE, known.recent / max(known.documents, 1)
    changed = 0
    if not (RECENT_SHARE / 2 < share < RECENT_SHARE * 2 if is_large else share == 0):
        changed = refresh_recent()
        forget()
    return changed + bits.refresh(timezone.localdate(now), is_large=is_large)


def _write(ids: list[int]) -> int:
    versions = PolicyVersion.objects.filter(pk__in=ids, state__in=PUBLIC).prefetch_related(
        "clauses", models.Prefetch("benefits", Benefit.objects.public().select_related("clause"), "read_benefits")
    )
    cutoff = SearchEntry.objects.filter(is_recent=True).aggregate(day=Min("day"))["day"] or date.max
    entries = [_entry(version, cutoff) for version in versions]
    SearchEntry.objects.filter(pk__in=set(ids) - {entry.pk for entry in entries}).delete()
    fields = [field.name for field in SearchEntry._meta.fields if not field.primary_key]
    SearchEntry.objects.bulk_create(entries, update_conflicts=True, unique_fields=["version"], update_fields=fields)
    bits.mark_changed(ids)
    return len(entries)


def _entry(version: PolicyVersion, cutoff: date) -> SearchEntry:
    title = fold(f"{version.title_zh} {version.title_en}".strip())
    numbers = fold(f"{version.document_no} {version.index_no}".strip())
    lines = [(anchor, fold(plain(text))) for anchor, text in _lines(version)]
    text = "\n".join([title, numbers, *(text for _anchor, text in lines)])
    day = _day(version)
    return SearchEntry(
        version=version,
        state=version.state,
        day=day,
        effective_on=version.effective_on,
        ends_on=version.expires_on,
        superseded_on=version.superseded_on,
        repealed_on=version.repealed_on,
        region=version.region_code,
        level=version.level,
        topics=version.topics,
        audiences=version.audiences,
        kinds=sorted({benefit.kind for benefit in version.read_benefits}),
        is_recent=day >= cutoff,
        length=len(text),
        title=title,
        anchors="\n".join(["", "", *(anchor for anchor, _text in lines)]),
        text=text,
        vector=as_vector(vector(title, numbers, grams(text), version.region_code)),
    )


def _lines(version: PolicyVersion):
    """Yield (anchor, text) of all that can be found: the head, each clause in each language, the benefits."""
    yield "", " ".join([version.issuer_zh, version.issuer_en, version.region_name])
    yield "", f"{version.summary_zh} {version.summary_en}"
    for clause in version.clauses.all():
        yield clause.anchor, f"{clause.number} {clause.heading} {clause.text_zh}"
        if clause.text_en:
            yield f"{clause.anchor}:en", clause.text_en
    for benefit in version.read_benefits:
        anchor = benefit.clause.anchor if benefit.clause else ""
        yield f"{anchor}:b", f"{benefit.name_zh} {benefit.text_zh} {benefit.name_en} {benefit.text_en}"


def _day(version: PolicyVersion) -> date:
    return (
        version.published_on or version.effective_on or version.adopted_on or timezone.localdate(version.published_at)
    )


def as_vector(words: set[str]) -> Func:
    return Func(
        Value(sorted(words), output_field=ArrayField(models.TextField())),
        function="array_to_tsvector",
        output_field=SearchVectorField(),
    )
