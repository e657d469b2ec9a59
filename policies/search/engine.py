"""Answer a search: strict finds first, ranked; then, if they do not fill a page, what comes closest."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property

from django.db.models import QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from policies.models import Benefit, PolicyVersion, SearchEntry
from policies.search import counts, finding, snippets
from policies.search.finding import Candidate
from policies.search.narrowing import Condition, joined, narrowed
from policies.search.query import GROUPS, SHOWN, Query, parse
from policies.search.ranking import Ranker
from policies.search.statistics import statistics
from policies.search.words import Concept, concepts, has_other_names, synonyms, widened
from talentportal.lib.bilingual import pick

__all__ = [
    "GROUPS",
    "SHOWN",
    "Hit",
    "Query",
    "Result",
    "Suggestion",
    "facets",
    "matching",
    "new_since",
    "parse",
    "search",
]

BENEFITS = 3  # shown in a result
FARTHEST = 1_000  # rows that numbered pages reach; `after` goes on
FEW = 10  # strict finds below which what comes close is shown, too
PARTIAL_SHARE = 0.12  # of the best partial find's score: below it a partial find is noise
MOST_PARTIAL = 50  # finds on the pages that partial ones share; but always room for a few


@dataclass
class Hit:
    """A found version, its title and best clause as safe HTML, and lazily up to three benefits, the found ones first.

    Each benefit has `text_html`. The benefits of a whole page are read together, when the first is asked for.
    """

    version: PolicyVersion
    title_html: SafeString
    snippet_html: SafeString
    anchor: str
    is_partial: bool  # it does not have all of the words
    needles: list[str]
    page: list["Hit"] = field(repr=False, default_factory=list)

    @cached_property
    def benefits(self) -> list[Benefit]:
        _read_benefits(self.page or [self])
        return self.__dict__["benefits"]

    @cached_property
    def benefit_count(self) -> int:
        _read_benefits(self.page or [self])
        return self.__dict__["benefit_count"]


@dataclass(frozen=True)
class Suggestion:
    """What to drop so that something is found."""

    group: str  # "q" or a filter
    value: str  # a word, or "" for the whole filter
    count: int
    query: Query


@dataclass
class Result:
    rows: list[Hit]
    next: str  # for `after`; empty on the last page
    page: int
    total_is_exact: bool
    synonyms: list[tuple[str, tuple[str, ...]]]
    is_partial: bool  # nothing has all of the words: these come closest
    count: Callable[[], int] = field(repr=False)
    suggest: Callable[[], list[Suggestion]] = field(repr=False)
    reach: int | None = None  # rows that numbered pages can show, if they are fewer
    partial: int = 0  # finds that do not have all of the words, not in the total
    page_size: int = 10

    @cached_property
    def total(self) -> int:
        """How many documents have all of the words; the facets count the same ones, partial finds not among them."""
        return self.count()

    @cached_property
    def pages(self) -> int:
        """How many numbered pages there are."""
        rows = self.total + self.partial
        reached = rows if self.reach is None else min(rows, self.reach)
        return -(-reached // self.page_size)

    @cached_property
    def suggestions(self) -> list[Suggestion]:
        """What to drop, when nothing was found."""
        return [] if self.rows and not self.is_partial else self.suggest()


def search(query: Query, *, day: date, page_size: int = 10, after: str = "", page: int = 1) -> Result:
    """Return one page of what a search finds on a day, by number or after the cursor `next` of another result.

    Never slow: few statements of bounded size. A page beyond the last is empty. A total that is not exact counts
    documents that have all pieces of the words, not yet looked at one by one.
    """
    found = concepts(query.text, statistics())
    narrow = joined(narrowed(query, day))
    if query.sort == "relevance" and found:
        return _ranked(query, found, narrow, day, page_size, _page_number(after, page))
    return _dated(query, found, narrow, day, page_size, after, page)


def facets(query: Query, *, day: date) -> counts.Facets:
    """Return for each filter (value, label, count): what choosing the value would find, its own filter ignored."""
    return counts.counted(query, day)[1]


def matching(query: Query, *, day: date) -> QuerySet[SearchEntry]:
    """Return the ids of the versions that the strict search finds, as a subquery; unchecked like its total."""
    conditions = narrowed(query, day)
    if words := counts.words_condition(query):
        conditions["q"] = words
    sql, values = joined(conditions)
    return SearchEntry.objects.extra(where=[sql.replace("%%", "%")], params=values).values("version")  # noqa: S610


def new_since(query: Query, moment: datetime, *, day: date | None = None) -> list[PolicyVersion]:
    """Return the versions published here after a moment that the strict search finds, the oldest first; at most 200."""
    found = concepts(query.text, statistics())
    versions = PolicyVersion.objects.filter(published_at__gt=moment, pk__in=matching(query, day=day or moment.date()))
    versions = list(versions.select_related("policy").order_by("published_at", "pk")[:200])
    entries = [_candidate(entry) for entry in SearchEntry.objects.filter(version__in=versions).defer("vector")]
    kept = {entry.version for entry in entries if all(finding.has(entry, concept) for concept in found)}
    return [version for version in versions if version.pk in kept]


def _candidate(entry: SearchEntry) -> Candidate:
    names = ("title", "region", "level", "state", "day", "ends_on", "length", "text", "anchors")
    return Candidate(entry.pk, **{name: getattr(entry, name) for name in names})


# --- By relevance ----------------------------------------------------------------------------------------------------


def _page_number(after: str, page: int) -> int:
    is_ours = after.startswith("p") and after[1:].isdecimal() and len(after) < 12
    return min(max(int(after[1:]) if is_ours else page, 1), 10**9)


def _ranked(query, found: list[Concept], narrow: Condition, day: date, size: int, page: int) -> Result:
    known = statistics()
    ranker = Ranker(found, known)
    candidates, is_all = finding.strict(found, narrow, known, size)
    rows = finding.ordered(candidates, ranker)
    if not all(_has_all(row, found) for row in rows if row.text):  # the index promised more than the texts hold
        finding.read_texts(rows)
        rows = finding.by_score([row for row in rows if _has_all(row, found)], ranker)
    is_counted = is_all and (finding.is_certain(found) or all(row.text for row in rows))
    strict_rows, wide = len(rows), found
    if _is_poor(rows, found, is_all=is_all):
        wide = widened(found, known)
        rows = _with_partial(rows, wide, narrow)
    start = (page - 1) * size
    shown, is_more = rows[start : start + size], start + size < len(rows)
    if not is_all and not is_more:
        shown, is_more = _tail(shown, rows, found, narrow, start, size)
    finding.read_texts(shown)
    shown = [row for row in shown if row.is_partial or _has_all(row, found)]
    return Result(
        rows=_hits(shown, [*found, *(concept for concept in wide if concept not in found)]),
        next=f"p{page + 1}" if is_more else "",
        page=page,
        total_is_exact=is_counted or finding.is_certain(found),
        synonyms=synonyms(wide),
        is_partial=bool(rows) and not strict_rows,
        count=lambda: strict_rows if is_counted else counts.total(query, day),
        suggest=lambda: _suggestions(query, found, day),
        reach=len(rows) if is_all else None,
        partial=len(rows) - strict_rows if is_all else 0,
        page_size=size,
    )


def _tail(shown: list[Candidate], rows: list[Candidate], found, narrow: Condition, start: int, size: int):
    """Fill a page behind the ranked documents with the others, the newest first; tell whether there are more."""
    where = f"{narrow[0]} AND vector @@ %s::tsquery AND version_id <> ALL(%s)"
    values = [*narrow[1], finding.all_of(found), [row.version for row in rows]]
    wanted = size - len(shown)
    others = finding.dated((where, values), finding.BY_WORDS, wanted + 1, max(0, start - len(rows)))
    return shown + others[:wanted], len(others) > wanted


def _is_poor(rows: list[Candidate], found: list[Concept], *, is_all: bool) -> bool:
    """Tell whether to show what comes close, too: few have it all, or of a thing of several names few in the title."""
    if len(rows) < FEW:
        return not (rows and any(concept.number or concept.is_spelled for concept in found))
    names = [concept.words[0] for concept in found if is_all and has_other_names(concept)]
    return any(sum(name in row.title for row in rows) < FEW for name in names)


def _has_all(row: Candidate, found: list[Concept]) -> bool:
    return all(finding.has(row, concept) for concept in found)


def _with_partial(rows: list[Candidate], wide: list[Concept], narrow: Condition) -> list[Candidate]:
    """Add what has most of the words to what has all of them, and rank all together."""
    ranker = Ranker(wide, statistics())
    partial = finding.forgiving(ranker, narrow, {row.version for row in rows})
    for row in rows:
        row.head = None  # it was ranked for the narrower search
    ranked = finding.ordered(rows + partial, ranker)
    least = ranked[0].score * PARTIAL_SHARE if ranked else 0
    close = [row.version for row in ranked if row.is_partial and row.score >= least]
    kept = {*close[: max(MOST_PARTIAL - len(rows), FEW)], *(row.version for row in rows)}
    return [row for row in ranked if row.version in kept]


# --- By date ---------------------------------------------------------------------------------------------------------

ORDERS = {
    "newest": ("day DESC, version_id DESC", "(day, version_id) < (%s::date, %s::bigint)"),
    "ending": (
        "coalesce(ends_on, 'infinity'::date), version_id",
        "(coalesce(ends_on, 'infinity'::date), version_id) > (%s::date, %s::bigint)",
    ),
}


def _dated(query, found: list[Concept], narrow: Condition, day: date, size: int, after: str, page: int) -> Result:
    order, beyond = ORDERS["ending" if query.sort == "ending" else "newest"]
    if found:
        narrow = (f"{narrow[0]} AND vector @@ %s::tsquery", [*narrow[1], finding.all_of(found)])
        order = finding.BY_WORDS if query.sort != "ending" else order
    settings = finding.INDEXED if found else ""
    mark = _mark(after)
    offset = 0 if mark else (max(page, 1) - 1) * size
    rows, more = [], offset < FARTHEST
    while more and len(rows) <= size:
        where = (f"{narrow[0]} AND {beyond}", [*narrow[1], *mark]) if mark else narrow
        batch = finding.dated(where, order, size + 1, offset, settings=settings)
        more, offset = len(batch) > size, 0
        if found:
            finding.read_texts(batch)
        rows += [row for row in batch if _has_all(row, found)]
        mark = _mark_of(batch[-1], query.sort) if batch else mark
    shown = rows[:size]
    return Result(
        rows=_hits(shown, found),
        next="k{}.{}".format(*_mark_of(shown[-1], query.sort)) if len(rows) > size else "",
        page=page,
        total_is_exact=finding.is_certain(found),
        synonyms=synonyms(found),
        is_partial=False,
        count=lambda: counts.total(query, day),
        suggest=lambda: _suggestions(query, found, day),
        reach=FARTHEST,
        page_size=size,
    )


def _mark_of(row: Candidate, sort: str) -> tuple[str, int]:
    if sort == "ending":
        return (row.ends_on.isoformat() if row.ends_on else "infinity"), row.version
    return row.day.isoformat(), row.version


def _mark(after: str) -> tuple[str, int] | None:
    """Read a cursor; one that we did not write is no cursor."""
    moment, _dot, version = after.removeprefix("k").partition(".")
    if not after.startswith("k") or not version.isdecimal() or len(version) > 18:
        return None
    try:
        return (moment if moment == "infinity" else date.fromisoformat(moment).isoformat()), int(version)
    except ValueError:
        return None


# --- What is shown ---------------------------------------------------------------------------------------------------


def _hits(shown: list[Candidate], found: list[Concept]) -> list[Hit]:
    units = Ranker(found, statistics()).units if found else []
    finding.read_texts(shown)
    wanted = {row.version: snippets.needles(row, found, units) for row in shown}
    anchors = {row.version: snippets.best_line(row, wanted[row.version])[0] if found else "" for row in shown}
    clauses = finding.with_clauses(anchors)
    hits, language = [], get_language() or ""
    for row in shown:
        version, clause = clauses[row.version]
        needles, anchor = wanted[row.version], anchors[row.version].removesuffix(":en")
        title = snippets.marked(pick(version, "title", language), needles)
        hits.append(Hit(version, title, snippets.snippet(clause, needles), anchor, row.is_partial, needles))
    for hit in hits:
        hit.page = hits
    return hits


def _read_benefits(page: list[Hit]) -> None:
    versions = [hit.version.pk for hit in page]
    by_version: dict[int, list[Benefit]] = {pk: [] for pk in versions}
    for benefit in (
        Benefit.objects.public().filter(version__in=versions).select_related("clause").order_by("order", "id")
    ):
        by_version[benefit.version_id].append(benefit)
    for hit in page:
        benefits = by_version[hit.version.pk]
        chosen = sorted(benefits, key=lambda benefit: -_met(benefit, hit.needles))[:BENEFITS]
        for benefit in chosen:
            benefit.text_html = snippets.marked(pick(benefit, "text"), hit.needles)
        hit.__dict__ |= {"benefits": chosen, "benefit_count": len(benefits)}


def _met(benefit: Benefit, needles: list[str]) -> int:
    text = snippets.fold(f"{benefit.name_zh} {benefit.text_zh} {benefit.name_en} {benefit.text_en}")
    return sum(len(needle) for needle in needles if needle in text)


def _suggestions(query: Query, found: list[Concept], day: date) -> list[Suggestion]:
    """Return what to drop, what then finds most first: one filter, or one of several words."""
    ways = [(group, "", query.without(group)) for group, name in GROUPS.items() if getattr(query, name)]
    if len(found) > 1:
        typed = [concept.words[0] for concept in found]
        ways += [("q", word, replace(query, text=" ".join(w for w in typed if w != word))) for word in typed]
    counted = [Suggestion(group, value, counts.total(other, day), other) for group, value, other in ways]
    return sorted((s for s in counted if s.count), key=lambda s: -s.count)[:5]
