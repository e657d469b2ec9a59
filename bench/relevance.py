"""Forty queries of ours over the real corpus, judged by hand (3 = what was meant, 2 = useful, 1 = related).

POLICY_CORPUS names the folder with index.csv and text/; `relevance.csv` holds its ids. Judged are documents in force.
"""

import csv
import math
import os
import re
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

from bench.measure import Result
from policies.models import PolicyVersion
from policies.search import engine
from policies.search.tokens import HAN, fold

DAY = date(2026, 9, 18)
CUT = 10


def run() -> Result:
    corpus = os.environ.get("POLICY_CORPUS")
    if not corpus:
        return Result("policy_relevance", 0, None, None, None, {"skipped": "POLICY_CORPUS names no folder"})
    load(corpus)
    ours, peer = {"zh": [], "en": []}, {"zh": [], "en": []}
    baseline = Baseline()
    for query, language, judged in judgments():
        ours[language].append(measures(found(query), judged))
        peer[language].append(measures(baseline.found(query), judged))
    notes = {}
    for language, name in (("zh", "Chinese"), ("en", "English over Chinese")):
        notes |= {
            f"{name}: {label}": f"{mean(ours[language], place):.3f} (plain BM25 {mean(peer[language], place):.3f})"
            for place, label in ((0, "success@10"), (1, "nDCG@10"))
        }
    ndcg = [pair[1] for pairs in ours.values() for pair in pairs]
    return Result(
        "policy_relevance", PolicyVersion.objects.count(), sum(ndcg) / len(ndcg), None, None, notes, "nDCG@10"
    )


def load(corpus: str) -> None:
    from django.core.management import call_command

    from policies.search.index import tidy

    call_command("import_policies", corpus, verbosity=0)
    tidy()


def judgments():
    """Yield (query, language, {id: grade})."""
    with Path(__file__).with_name("relevance.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            graded = (pair.split(":") for pair in row["judged"].split())
            yield row["query"], row["language"], {key: int(grade) for key, grade in graded}


def found(query: str) -> list[str]:
    result = engine.search(engine.parse({"q": query}), day=DAY, page_size=CUT)
    return [hit.version.source_id for hit in result.rows]


def measures(ids: list[str], judged: dict[str, int]) -> tuple[float, float]:
    """Return success (something relevant was found) and nDCG with gains 2^grade - 1, both in the first ten."""
    gains = [2 ** judged.get(key, 0) - 1 for key in ids[:CUT]]
    best = sorted((2**grade - 1 for grade in judged.values()), reverse=True)[:CUT]
    return float(any(judged.get(key, 0) >= 2 for key in ids[:CUT])), discounted(gains) / discounted(best)


def discounted(gains: list[int]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains))


def mean(pairs: list[tuple[float, float]], place: int) -> float:
    return sum(pair[place] for pair in pairs) / len(pairs)


class Baseline:
    """Plain BM25 over pairs of characters, the title counted as text that stands there five times."""

    def __init__(self):
        self.counts = {}
        for version in PolicyVersion.objects.prefetch_related("clauses"):
            text = " ".join(clause.text_zh for clause in version.clauses.all())
            self.counts[version.source_id] = Counter(pairs(f"{(version.title_zh + ' ') * 5}{text}"))
        self.lengths = {key: sum(counted.values()) for key, counted in self.counts.items()}
        self.average = sum(self.lengths.values()) / max(len(self.lengths), 1)
        self.having = Counter(pair for counted in self.counts.values() for pair in counted)

    def found(self, query: str) -> list[str]:
        asked = set(pairs(query))
        scores = {key: sum(self.score(pair, key) for pair in asked) for key in self.counts}
        return sorted((key for key in scores if scores[key]), key=lambda key: -scores[key])[:CUT]

    def score(self, pair: str, key: str) -> float:
        n = self.counts[key][pair]
        rarity = math.log(1 + (len(self.counts) - self.having[pair] + 0.5) / (self.having[pair] + 0.5))
        return rarity * n * 2.2 / (n + 1.2 * (0.25 + 0.75 * self.lengths[key] / self.average))


def pairs(text: str) -> list[str]:
    runs = re.findall(f"[{HAN}]+|[a-z0-9]+", fold(text))
    return [pair for run in runs for pair in ([run] if run.isascii() else map("".join, pairwise(run)))]
