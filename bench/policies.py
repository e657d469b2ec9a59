"""The policy search over 100,000 documents and 1,000,000 benefits; POLICIES=10000 makes a smaller library."""

import os
import statistics
import time
from collections.abc import Callable
from functools import cache

from django.db import connection
from django.db.models import Count

from bench import library
from bench.measure import Result
from policies.models import PolicyVersion, SearchEntry
from policies.search import counts, engine
from policies.search.statistics import forget
from policies.search.tokens import HAN, fold
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
    taken = first_pages(asked, tantivy_index())
    naive = [clock(lambda text=text: naive_page(text)) for text in asked[::7][:NAIVE]]
    p50 = {name: statistics.median(times) for name, times in taken.items()}
    p95 = {name: percentile(times, 95) for name, times in taken.items()}
    recall, precision, partial = quality(asked)
    notes = {
        "documents, benefits": f"{DOCUMENTS:,}, {DOCUMENTS * library.BENEFITS:,}; built in {built['built']:.0f} s",
        "characters of a document": f"{average_length():.0f} (measured lengths x {library.SCALE:.3f})",
        "first page of 20, p50 / p95": both(taken["ours"]),
        "20 rows by key, p50 / p95": both(taken["key"]),
        "tantivy in process, ids only, p50 / p95": both(taken["tantivy"]),
        "ours / tantivy at p95": f"{p95['ours'] / p95['tantivy']:.2f}",
        f"p95 at {built['small'] * library.BENEFITS:,} benefits": f"{percentile(built['early'], 95) * 1000:.2f} ms; "
        f"now / then {p95['ours'] / percentile(built['early'], 95):.2f}",
        "with three benefits in every row, p50": f"{p50['benefits'] * 1000:.2f} ms",
        "icontains page": f"{len(naive)} queries, once each",
        "recall against exact substring": f"{recall:.4f}",
        "precision of rows shown as having all": f"{precision:.4f}; rows marked as partial: {partial}",
    }
    return Result("policy_search_first_page_100k", DOCUMENTS, p50["ours"], statistics.median(naive), p50["key"], notes)


def all_facets() -> Result:
    build()
    asked = queries()[::7][:NAIVE]
    first, kept, naive = [], [], []
    for text in asked:
        query = engine.parse({"q": text})
        naive.append(clock(lambda text=text: naive_facets(text)))
        first.append(min(clock(lambda query=query: counts._count(query, library.TODAY)) for _ in range(3)))
        engine.facets(query, day=library.TODAY)
        kept.append(min(clock(lambda query=query: engine.facets(query, day=library.TODAY)) for _ in range(3)))
    notes = {
        "filters counted": "ours 7 and the total, naive the total and 2",
        "ours": f"as a reader gets it: more than {counts.BROAD:,} finds are counted once until the library changes",
        "worst query, ours / naive": f"1 / {1 / worst(kept, naive):,.0f}",
        "counted for the first time, p50": f"{statistics.median(first) * 1000:.2f} ms; ours / naive"
        f" 1 / {statistics.median(naive) / statistics.median(first):,.0f}, worst 1 / {1 / worst(first, naive):,.0f}",
    }
    return Result(
        "policy_search_facets_100k", DOCUMENTS, statistics.median(kept), statistics.median(naive), None, notes
    )


def worst(ours: list[float], naive: list[float]) -> float:
    return max(mine / theirs for mine, theirs in zip(ours, naive, strict=True))


def first_pages(asked: list[str], index=None) -> dict[str, list[float]]:
    """Time every query by every subject, A B C A B C; the medians."""
    subjects: dict[str, Callable[[str], object]] = {"ours": ours, "key": by_key(asked), "benefits": with_benefits}
    if index:
        subjects["tantivy"] = index
    times: dict[str, dict[str, list[float]]] = {name: {text: [] for text in asked} for name in subjects}
    for _round in range(ROUNDS):
        for text in asked:
            for name, subject in subjects.items():
                times[name][text].append(clock(lambda subject=subject, text=text: subject(text)))
    return {name: [statistics.median(taken) for taken in by_text.values()] for name, by_text in times.items()}


def ours(text: str) -> engine.Result:
    return engine.search(engine.parse({"q": text}), day=library.TODAY, page_size=PAGE)


def with_benefits(text: str) -> list:
    return [hit.benefits for hit in ours(text).rows]


def by_key(asked: list[str]) -> Callable[[str], object]:
    """Return a reader of as many rows as the search shows, with the texts that it looks through, by known keys."""
    keys = {text: [hit.version.pk for hit in ours(text).rows] for text in asked}
    some = list(range(1, PAGE + 1))

    def read(text: str) -> tuple:
        chosen = (keys[text] + some)[:PAGE]
        versions = PolicyVersion.objects.select_related("policy").in_bulk(chosen)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT version_id, text, anchors FROM policies_searchentry WHERE version_id = ANY(%s)", [chosen]
            )
            return versions, cursor.fetchall()

    return read


def naive_page(text: str) -> None:
    """What icontains gives: the total, the first page, one filter."""
    found = SearchEntry.objects.filter(state="PUBLISHED")
    for word in text.split():
        found = found.filter(text__icontains=word)
    found.count()
    list(PolicyVersion.objects.filter(search_entry__in=found).order_by("-published_on", "-pk")[:PAGE])
    list(found.values("region").annotate(n=Count("pk")).order_by("-n"))


def naive_facets(text: str) -> None:
    found = SearchEntry.objects.filter(state="PUBLISHED")
    for word in text.split():
        found = found.filter(text__icontains=word)
    found.count()
    for field in ("region", "level"):
        list(found.values(field).annotate(n=Count("pk")).order_by("-n"))


def tantivy_index() -> Callable[[str], object]:
    """Index the same characters and pairs with tantivy, in memory of this process; BM25, ids only."""
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", stored=True)
    builder.add_text_field("body", tokenizer_name="pairs", index_option="freq")
    schema = builder.build()
    index = tantivy.Index(schema)
    index.register_tokenizer("pairs", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.ngram(1, 2)).build())
    writer = index.writer(400_000_000)
    for key, text in SearchEntry.objects.filter(state="PUBLISHED").values_list("pk", "text").iterator(chunk_size=2000):
        writer.add_document(tantivy.Document(id=key, body=text))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def search(text: str) -> list:
        words = dict.fromkeys(
            part[start : start + 2] for part in fold(text).split() for start in range(max(len(part) - 1, 1))
        )
        must = [(tantivy.Occur.Must, tantivy.Query.term_query(schema, "body", word, "freq")) for word in words]
        found = searcher.search(tantivy.Query.boolean_query(must), PAGE)
        return [searcher.doc(address)["id"] for _score, address in found.hits]

    return search


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
