"""A library of any size, made from a seed: documents, clauses, benefits and the entries of the search.

Lengths, levels, standings, topics and months are drawn from shares that were measured or assumed for load tests;
lengths are the measured ones times SCALE, and clauses and benefits recur, so that a hundred thousand documents are made
in minutes: the index words of a clause are found once.
"""

import io
import itertools
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from policies.models import SearchEntry
from policies.search import bits
from policies.search.index import LARGE, refresh_recent, tidy
from policies.search.tokens import fold, grams, vector
from policies.search.words import _synonyms, terms
from regions.divisions import exists, names

SEED = 20261122
SCALE = 1 / 10
BENEFITS = 10  # of each document
POOL = 12_000  # different clauses, drawn by a power law as real ones recur
ITEMS = 6_000  # different benefits
QUANTILES = [452, 2525, 3668, 5357, 7655, 10568, 33139]  # characters: min, 10, 25, 50, 75, 90 percent, max
SHARES_OF_QUANTILES = [0, 0.10, 0.25, 0.50, 0.75, 0.90, 1]
LEVELS = {"national": 0.03, "province": 0.13, "city": 0.36, "county": 0.48}
STANDINGS = {"current": 0.79, "superseded": 0.10, "expired": 0.08, "repealed": 0.03}
MONTHS = [0.07, 0.05, 0.09, 0.08, 0.085, 0.09, 0.085, 0.08, 0.085, 0.07, 0.09, 0.125]
TOPICS = {
    "talent": 0.20, "housing": 0.12, "employment": 0.16, "titles": 0.11, "skills": 0.10, "science": 0.10,
    "education": 0.06, "labor": 0.04, "entrepreneurship": 0.06, "residence": 0.03, "openness": 0.02,
}  # fmt: skip
KINDS = [
    "settling",
    "home",
    "rent",
    "living",
    "schooling",
    "medical",
    "title",
    "training",
    "research",
    "startup",
    "award",
]
DOCUMENT = ["实施办法", "若干措施", "管理办法", "实施细则", "条例", "行动方案", "扶持办法", "通知", "意见", "暂行规定"]
AIM = ["关于促进", "关于加强", "关于支持", "关于进一步做好", "", "", "关于规范"]
FRAMES = [
    "对符合条件的{a}，给予{n}万元{b}补助。", "{a}应当按照规定向所在地{b}主管部门提出申请，并提交{c}证明材料。",
    "鼓励用人单位开展{a}，推动{b}与{c}相结合。", "从事{a}满{n}年的，可以享受{b}待遇，期限不超过{m}个月。",
    "{a}主管部门负责{b}的指导、协调和监督检查。", "因{a}发生争议的，当事人可以依法申请{b}。",
    "每年安排专项资金{n}万元，用于{a}和{b}。", "建立健全{a}制度，完善{b}服务体系，保障{c}权益。",
    "未按照规定办理{a}的，由{b}部门责令限期改正；逾期不改正的，处{n}万元以下罚款。", "{a}、{b}、{c}等按照规定执行。",
]  # fmt: skip
NOW = "2026-09-18 09:00+08"
TODAY = date(2026, 9, 18)


def words() -> list[str]:
    """Return Chinese words of the field, in a fixed order."""
    known = {word for chinese in [*terms().values(), *_synonyms().values()] for word in chinese}
    return sorted(word for word in known if len(word) > 1)


@dataclass(frozen=True)
class Piece:
    """A clause or a benefit: its columns for COPY, its folded text and the index words of that."""

    row: str
    text: str
    words: list[str]


class Maker:
    """Draws documents; the same seed gives the same library."""

    def __init__(self, seed: int = SEED):
        self.random = random.Random(seed)
        self.words = words()
        self.random.shuffle(self.words)
        self.weights = list(itertools.accumulate(1 / (place + 5) for place in range(len(self.words))))
        regions = [*divisions_of("53"), *divisions_of("33")]
        self.by_level = {level: [region for region in regions if level_of(region[0]) == level] for level in LEVELS}
        self.by_level["national"] = [("000000", "全国")]
        self.pool = [self.clause() for _ in range(POOL)]
        self.pool_weights = list(itertools.accumulate(1 / (place + 30) for place in range(POOL)))
        self.items = [self.item() for _ in range(ITEMS)]

    def word(self) -> str:
        return self.random.choices(self.words, cum_weights=self.weights)[0]

    def sentence(self) -> str:
        frame = self.random.choice(FRAMES)
        number, months = (
            self.random.choice([1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 80, 100, 200]),
            self.random.randint(3, 60),
        )
        return frame.format(a=self.word(), b=self.word(), c=self.word(), n=number, m=months)

    def clause(self) -> Piece:
        text = "".join(self.sentence() for _ in range(self.random.choice([1, 2, 2, 3, 3, 4, 5])))
        return Piece(f"\t{text}\t", fold(text), grams(fold(text)))

    def item(self) -> Piece:
        kind, name, text = self.random.choice(KINDS), self.word(), self.sentence()
        folded = fold(f"{name} {text}")
        return Piece(f"{kind}\t{name}\t\t{text}\t", folded, grams(folded))

    def clauses(self) -> list[Piece]:
        wanted, chosen = self.length(), []
        while wanted > 0:
            chosen += self.random.choices(self.pool, cum_weights=self.pool_weights)
            wanted -= len(chosen[-1].text)
        return chosen

    def of(self, shares: dict[str, float]) -> str:
        return self.random.choices(list(shares), list(shares.values()))[0]

    def length(self) -> float:
        share = self.random.random()
        place = next(i for i in range(1, len(QUANTILES)) if share <= SHARES_OF_QUANTILES[i])
        low, high = SHARES_OF_QUANTILES[place - 1 : place + 1]
        part = (share - low) / (high - low)
        return SCALE * (QUANTILES[place - 1] + part * (QUANTILES[place] - QUANTILES[place - 1]))

    def day(self) -> date:
        month = self.random.choices(range(1, 13), MONTHS)[0]
        day = date(self.random.choices(range(2008, 2027), range(1, 20))[0], month, self.random.randint(1, 28))
        return min(day, TODAY - timedelta(days=self.random.randint(0, 200)))


def divisions_of(province: str) -> list[tuple[str, str]]:
    codes = [f"{province}{rest:04}" for rest in range(10_000)]
    return [(code, names(code)["zh"]) for code in codes if exists(code) and names(code)["zh"] != code]


def level_of(code: str) -> str:
    return "province" if code.endswith("0000") else "city" if code.endswith("00") else "county"


TABLES = {
    "policies_policy": "id, slug",
    "policies_policyversion": "id, policy_id, number, label, state, source_id, source_hash, title_zh, title_en,"
    " summary_zh, summary_en, document_no, index_no, issuer_zh, issuer_en, category, theme, level, region_code,"
    " region_name, topics, audiences, published_on, effective_on, expires_on, repealed_on, source_url, source_name,"
    " is_sample, return_reason, published_at",
    "policies_clause": 'version_id, "order", kind, anchor, number, heading, text_zh, text_en',
    "policies_benefit": 'version_id, key, "order", kind, name_zh, name_en, text_zh, text_en, amount_yuan, pay_rule,'
    " pay_note_zh, pay_note_en, conditions, exclusive_group, mode, confirmed_by_id, confirmed_at",
    "policies_searchentry": "version_id, state, day, effective_on, ends_on, repealed_on, region, level, topics,"
    " audiences, kinds, is_recent, length, title, anchors, text, vector",
}


def extend(maker: Maker, first: int, last: int, editor: int) -> None:
    """Add the documents numbered first to last, with their clauses, benefits and entries, by COPY without indexes."""
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname LIKE 'search_words%'")
        indexes = [definition for (definition,) in cursor.fetchall()]
        cursor.execute("DROP INDEX search_words, search_words_recent")
        copy(maker, first, last, editor)
        refresh_recent()  # before there are indexes to write to
        for definition in indexes:
            cursor.execute(definition)


def copy(maker: Maker, first: int, last: int, editor: int) -> None:
    """Make documents while PostgreSQL takes in those made before."""
    with ThreadPoolExecutor(1) as writer:
        writing = None
        for start in range(first, last + 1, 2_000):
            lines: dict[str, list[str]] = {table: [] for table in TABLES}
            for number in range(start, min(start + 2_000, last + 1)):
                document(maker, number, editor, lines)
            if writing:
                writing.result()
            writing = writer.submit(load, lines)
        writing.result()
        writer.submit(hang_up).result()


def hang_up() -> None:
    connection.close()  # of the thread that asks


def load(lines: dict[str, list[str]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table, columns in TABLES.items():
            cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", io.StringIO("".join(lines[table])))


def line(*values) -> str:
    return "\t".join([r"\N" if value is None else str(value).replace("\n", r"\n") for value in values]) + "\n"


def document(maker: Maker, number: int, editor: int, lines: dict[str, list[str]]) -> None:
    draw = maker.random
    level, standing, topic, day = maker.of(LEVELS), maker.of(STANDINGS), maker.of(TOPICS), maker.day()
    code, place = draw.choice(maker.by_level[level])
    title = (
        f"{place}{draw.choice(AIM)}{maker.word()}{maker.word() if draw.random() < 0.6 else ''}{draw.choice(DOCUMENT)}"
    )
    document_no = f"{place[:2]}政发〔{day.year}〕{number % 400 + 1}号"
    clauses, items = maker.clauses(), draw.choices(maker.items, k=BENEFITS)
    state = {"superseded": "SUPERSEDED", "repealed": "REPEALED"}.get(standing, "PUBLISHED")
    ends, repealed = day.replace(year=2025) if standing == "expired" else None, day if standing == "repealed" else None
    if ends and ends <= day:
        ends = None
    lines["policies_policy"].append(line(number, f"bench-{number}"))
    lines["policies_policyversion"].append(
        line(number, number, 1, "1.0", state, f"bench-{number}", "", title, "", "", "", document_no, "", place, "", "",
             "", level, code, place, f'["{topic}"]', "[]", day, day, ends, repealed, "", "", "f", "", NOW)
    )  # fmt: skip
    lines["policies_clause"] += [
        f"{number}\t{order}\tARTICLE\ta{order}\t第{order}条\t{clause.row}\n" for order, clause in enumerate(clauses, 1)
    ]
    lines["policies_benefit"] += [
        f"{number}\tb{order}\t{order}\t{item.row}\t10000\tONCE\t\t\t{{}}\t\tAPPLY\t{editor}\t{NOW}\n"
        for order, item in enumerate(items)
    ]
    entry(number, fold(title), fold(document_no), clauses, items, (state, day, day, ends, repealed, code, level, topic),
          lines)  # fmt: skip


def entry(number: int, title: str, head: str, clauses: list[Piece], items: list[Piece], facts: tuple, lines) -> None:
    *dates, code, level, topic = facts
    text = "\n".join([title, head, *(piece.text for piece in (*clauses, *items))])
    anchors = "\n".join(["", "", *(f"a{order}" for order in range(1, len(clauses) + 1)), *[":b"] * len(items)])
    kinds = "{" + ",".join(sorted({item.row.partition("\t")[0] for item in items})) + "}"
    own = grams(f"{title}\n{head}")
    body = [*own, *itertools.chain.from_iterable(piece.words for piece in (*clauses, *items))]
    lines["policies_searchentry"].append(
        line(number, *dates, code, level, f"{{{topic}}}", "{}", kinds, "f", len(text), title, anchors, text,
             " ".join(vector(title, head, body, code)))
    )  # fmt: skip


def settle() -> None:
    """Do what sweeps do: mark the newest entries, clean up, count words, write their bits."""
    refresh_recent()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE policies_searchentry, policies_policyversion, policies_clause, policies_benefit")
    tidy()
    bits.refresh(TODAY, is_large=SearchEntry.objects.count() >= LARGE)
