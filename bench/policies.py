"""The policy search over 100,000 documents and 1,000,000 benefits; POLICIES=10000 makes a smaller library."""

import os
import statistics
import time
from collections.abc import Callable
from functools import cache, reduce
from operator import or_

from django.db import connection
from django.db.models import Count, Q

from bench import library
from bench.measure import Result
from policies.models import PolicyVersion, SearchEntry
from policies.search import counts, engine, finding, snippets
from policies.search.narrowing import joined, narrowed
from policies.search.ranking import Ranker
from policies.search.statistics import forget
from policies.search.statistics import statistics as search_statistics
from policies.search.tokens import HAN, fold
from policies.search.words import concepts
from tests import cast

DOCUMENTS = int(os.environ.get("POLICIES", "100000"))
PAGE = 20
ROUNDS = 5
NAIVE = 6  # queries that the naive peer answers, once each
CHOSEN = [
    "人", "法", "才", "人才", "落户", "住房", "条例", "专利", "公积金", "博士后", "科技成果", "住房公积金",
    "职业技能培训", "失业保险金", "10万元", "知识产权", "人才公寓 补贴", "高校毕业生 就业",
    "市政发〔2019〕12号", "没有这样的词语",
]  # fmt: skip
LENGTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]  # of pieces cut out of texts


@cache
def build() -> dict:
    """Make the library in two steps and measure the first page after each."""
    editor = cast.make_staff("bench@example.org", "量测", "EDITOR", *_place()).pk
    maker, small = library.Maker(), max(DOCUMENTS // 100, 500)
    library.extend(maker, 1, small, editor)
    settle()
    early = first_pages(queries())["ours"]
    start = time.perf_counter()
    library.extend(maker, small + 1, DOCUMENTS, editor)
    settle()
    return {"small": small, "early": early, "built": time.perf_counter() - start}


def _place():
    world = cast.make_world()
    return world.county, world.office, [world.window]


def settle() -> None:
    library.settle()
    forget()


@cache
def queries() -> list[str]:
    """Return forty queries of 1 to 20 characters: half chosen, half cut out of the texts by chance."""
    import random
    import re

    draw = random.Random(library.SEED)
    texts = list(SearchEntry.objects.filter(pk__lte=400).order_by("pk").values_list("text", flat=True))
    cut = []
    for length in LENGTHS:
        runs: list[str] = []
        while not runs:
            runs = re.findall(f"[{HAN}]{{{length},}}", draw.choice(texts))
        run = draw.choice(runs)
        start = draw.randint(0, len(run) - length)
        cut.append(run[start : start + length])
    return CHOSEN + cut


def first_page() -> Result:
    built = build()
    asked = queries()
    taken = first_pages(asked, Tantivy())
    some = asked[::7][:NAIVE]
    naive = [clock(lambda text=text: in_one_process(naive_page, text)) for text in some]
    many = [clock(lambda text=text: naive_page(text)) for text in some]
    paired = [theirs / taken["ours"][asked.index(text)] for text, theirs in zip(some, naive, strict=True)]
    p50 = {name: statistics.median(times) for name, times in taken.items()}
    p95 = {name: percentile(times, 95) for name, times in taken.items()}
    recall, precision, partial = quality(asked)
    notes = {
        "documents, benefits": f"{DOCUMENTS:,}, {DOCUMENTS * library.BENEFITS:,}; built in {built['built']:.0f} s",
        "characters of a document": f"{average_length():.0f} (measured lengths x {library.SCALE:.3f})",
        "page: 20 rows, texts looked at, marked; p50 / p95": f"ours {both(taken['ours'])},"
        f" tantivy {both(taken['tantivy'])}; ours / tantivy at p95 {p95['ours'] / p95['tantivy']:.2f}",
        "ids only; p50 / p95": f"ours {both(taken['ids'])}, tantivy {both(taken['tantivy ids'])};"
        f" ours / tantivy at p95 {p95['ids'] / p95['tantivy ids']:.2f}",
        "our page / tantivy's ids at p95": f"{p95['ours'] / p95['tantivy ids']:.2f}",
        "20 rows by key; p50 / p95": f"{both(taken['key'])}; ours / key at p95 {p95['ours'] / p95['key']:.2f}",
        f"p95 at {built['small'] * library.BENEFITS:,} benefits": f"{percentile(built['early'], 95) * 1000:.2f} ms; "
        f"now / then {p95['ours'] / percentile(built['early'], 95):.2f}",
        "with three benefits in every row, p50": f"{p50['benefits'] * 1000:.2f} ms",
        "icontains page": f"{len(naive)} queries, once each, over four fields, no parallel workers; query by query"
        f" 1 / {min(paired):,.0f} to 1 / {max(paired):,.0f}, median 1 / {statistics.median(paired):,.0f}",
        "icontains page with parallel workers": f"{statistics.median(many) * 1000:,.0f} ms;"
        f" 1 / {statistics.median(many) / p50['ours']:,.0f}",
        "recall against exact substring": f"{recall:.4f}",
        "precision of rows shown as having all": f"{precision:.4f}; rows marked as partial: {partial}",
    }
    return Result("policy_search_first_page_100k", DOCUMENTS, p50["ours"], statistics.median(naive), p50["key"], notes)


def all_facets() -> Result:
    build()
    asked = queries()
    naive = {text: clock(lambda text=text: naive_facets(text)) for text in asked[::7][:NAIVE]}
    ours = {
        text: statistics.median([clock(lambda text=text: total_and_facets(text)) for _ in range(3)]) for text in asked
    }
    slowest = max(ours, key=lambda text: ours[text])
    ratios = [ours[text] / theirs for text, theirs in naive.items()]
    notes = {
        "filters counted": "ours 7 and the total, naive the total and 2; nothing is kept from one count to the next",
        "worst of the queries that both were asked": f"1 / {1 / max(ratios):,.0f}",
        "slowest of all our queries": f"{slowest}: {ours[slowest] * 1000:.2f} ms; against the fastest naive count"
        f" 1 / {min(naive.values()) / ours[slowest]:,.0f}",
        "ours, p50 / p95": both(list(ours.values())),
    }
    return Result(
        "policy_search_facets_100k",
        DOCUMENTS,
        statistics.median(ours[text] for text in naive),
        statistics.median(naive.values()),
        None,
        notes,
    )


def total_and_facets(text: str) -> tuple:
    return counts.counted(engine.parse({"q": text}), library.TODAY)


def first_pages(asked: list[str], index: "Tantivy | None" = None) -> dict[str, list[float]]:
    """Time every query by every subject, A B C A B C; the medians."""
    subjects: dict[str, Callable[[str], object]] = {"ours": ours, "key": by_key(asked)}
    if index:
        subjects |= {"tantivy": index.page, "ids": ids, "tantivy ids": index.ids, "benefits": with_benefits}
    times: dict[str, dict[str, list[float]]] = {name: {text: [] for text in asked} for name in subjects}
    for _round in range(ROUNDS):
        for text in asked:
            for name, subject in subjects.items():
                times[name][text].append(clock(lambda subject=subject, text=text: subject(text)))
    return {name: [statistics.median(taken) for taken in by_text.values()] for name, by_text in times.items()}


def ours(text: str) -> engine.Result:
    return engine.search(engine.parse({"q": text}), day=library.TODAY, page_size=PAGE)


def ids(text: str) -> list[int]:
    """Find and rank as the page does, to the ids of its rows; what does not have all words left out."""
    known, query = search_statistics(), engine.parse({"q": text})
    found = concepts(query.text, known)
    rows, _is_all = finding.strict(found, joined(narrowed(query, library.TODAY)), known)
    return [row.version for row in finding.ordered(rows, Ranker(found, known))[:PAGE]]


def with_benefits(text: str) -> list:
    return [hit.benefits for hit in ours(text).rows]


def by_key(asked: list[str]) -> Callable[[str], object]:
    """Return a reader of as many rows as the search shows, with the texts that it looks through, by known keys."""
    keys = {text: [hit.version.pk for hit in ours(text).rows] for text in asked}
    some = list(range(1, PAGE + 1))

    return lambda text: read_by_key((keys[text] + some)[:PAGE])


def read_by_key(keys: list[int]) -> tuple[dict, list[tuple]]:
    """Return versions with their policies, and their texts."""
    versions = PolicyVersion.objects.select_related("policy").in_bulk(keys)
    with connection.cursor() as cursor:
        cursor.execute("SELECT version_id, text, anchors FROM policies_searchentry WHERE version_id = ANY(%s)", [keys])
        return versions, cursor.fetchall()


def naive_page(text: str) -> None:
    """What icontains gives over title, number, issuer and text: the total, the first page, marked, and one filter."""
    found = SearchEntry.objects.filter(state="PUBLISHED")
    for word in text.split():
        fields = ("version__title_zh", "version__document_no", "version__issuer_zh", "text")
        found = found.filter(reduce(or_, (Q(**{f"{field}__icontains": word}) for field in fields)))
    found.count()
    rows = PolicyVersion.objects.filter(search_entry__in=found).select_related("policy", "search_entry")
    shown([(row, row.search_entry.text) for row in rows.order_by("-published_on", "-pk")[:PAGE]], text)
    list(found.values("region").annotate(n=Count("pk")).order_by("-n"))


def naive_facets(text: str) -> None:
    found = SearchEntry.objects.filter(state="PUBLISHED")
    for word in text.split():
        found = found.filter(text__icontains=word)
    found.count()
    for field in ("region", "level"):
        list(found.values(field).annotate(n=Count("pk")).order_by("-n"))


def in_one_process(work: Callable[[str], object], text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        work(text)
        cursor.execute("RESET max_parallel_workers_per_gather")


def shown(rows: list[tuple[PolicyVersion, str]], text: str) -> list[tuple]:
    """Mark the titles of versions, and the best line of their folded texts."""
    wanted = fold(text).split()
    lines = [max(body.split("\n"), key=lambda line: sum([word in line for word in wanted])) for _row, body in rows]
    return [
        (row, snippets.marked(row.title_zh, wanted), snippets.snippet(line, wanted))
        for (row, _body), line in zip(rows, lines, strict=True)
    ]


class Tantivy:
    """The same characters and pairs in tantivy, in memory of this process, ranked by BM25."""

    def __init__(self):
        import tantivy

        self.tantivy, builder = tantivy, tantivy.SchemaBuilder()
        builder.add_integer_field("id", stored=True)
        builder.add_text_field("body", tokenizer_name="pairs", index_option="freq")
        self.schema = builder.build()
        index = tantivy.Index(self.schema)
        index.register_tokenizer("pairs", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.ngram(1, 2)).build())
        writer = index.writer(400_000_000)
        entries = SearchEntry.objects.filter(state="PUBLISHED").values_list("pk", "text")
        for key, text in entries.iterator(chunk_size=2000):
            writer.add_document(tantivy.Document(id=key, body=text))
        writer.commit()
        index.reload()
        self.searcher = index.searcher()

    def ids(self, text: str, start: int = 0) -> list[int]:
        """Return twenty documents that have all pairs, not looked at."""
        words = dict.fromkeys(
            part[start : start + 2] for part in fold(text).split() for start in range(max(len(part) - 1, 1))
        )
        must = [
            (self.tantivy.Occur.Must, self.tantivy.Query.term_query(self.schema, "body", word, "freq"))
            for word in words
        ]
        found = self.searcher.search(self.tantivy.Query.boolean_query(must), PAGE, count=False, offset=start)
        return [self.searcher.doc(address)["id"][0] for _score, address in found.hits]

    def page(self, text: str) -> list[tuple]:
        """Return twenty rows whose texts have all words, marked."""
        rows, start, wanted = [], 0, fold(text).split()
        while len(rows) < PAGE and start < finding.LOOKED and (keys := self.ids(text, start)):
            start += PAGE
            versions, texts = read_by_key(keys)
            bodies = {version: body for version, body, _anchors in texts}
            rows += [(versions[key], bodies[key]) for key in keys if all(word in bodies[key] for word in wanted)]
        return shown(rows[:PAGE], text)


def quality(asked: list[str]) -> tuple[float, float, int]:
    """Compare with the truth: the documents in force whose text has every word as it stands."""
    recalls, right, shown, partial = [], 0, 0, 0
    for text in asked:
        true = truth(text)
        found = set(engine.matching(engine.parse({"q": text}), day=library.TODAY).values_list("version", flat=True))
        recalls.append(len(true & found) / len(true) if true else 1.0)
        rows = ours(text).rows
        right += sum(hit.version.pk in true for hit in rows if not hit.is_partial)
        shown += sum(not hit.is_partial for hit in rows)
        partial += sum(hit.is_partial for hit in rows)
    return sum(recalls) / len(recalls), right / max(shown, 1), partial


def truth(text: str) -> set[int]:
    words = fold(text).split()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT version_id FROM policies_searchentry WHERE state = 'PUBLISHED'"
            " AND (ends_on IS NULL OR ends_on > %s) AND (repealed_on IS NULL OR repealed_on > %s)"
            + " AND strpos(text, %s) > 0"
            * len(words),
            [library.TODAY, library.TODAY, *words],
        )
        return {key for (key,) in cursor.fetchall()}


def average_length() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT avg(length) FROM policies_searchentry")
        return cursor.fetchone()[0]


def clock(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def percentile(times: list[float], share: int) -> float:
    return sorted(times)[min(len(times) - 1, len(times) * share // 100)]


def both(times: list[float]) -> str:
    return f"{statistics.median(times) * 1000:.2f} / {percentile(times, 95) * 1000:.2f} ms"
