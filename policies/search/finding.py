"""Ask the index: candidates for a search, in few statements of bounded cost."""

# ruff: noqa: S608  (SQL is put together from constants of ours; what people type goes in as parameters)

from collections.abc import Callable, Iterable
from functools import cache

from django.db import connection
from django.db.models import Model

from policies.models import Policy, PolicyVersion
from policies.search.narrowing import Condition
from policies.search.plans import INDEXED, answered
from policies.search.ranking import Candidate, Ranker, Unit
from policies.search.statistics import Statistics
from policies.search.tokens import document_numbers, required
from policies.search.words import Concept

POOL = 40  # candidates of one tier
BROAD = 1_000  # estimated finds from which the newest documents are asked first
ENOUGH = 20  # of them, so that no others are asked
READ = 24  # candidates whose texts are read to rank them
POSTINGS = 6_000  # index entries that a forgiving search asks for
MOST = 2_000  # index entries of one piece of it
LOOKED = 400  # texts that are looked at for one page, when words only seem to fit
ASKED = 3  # pieces of a long word that are asked for: the rarest; the texts tell the rest
PIECES = 10  # rarest pieces of a search that a forgiving search asks for
CANDIDATES = 120  # of a forgiving search
COLUMNS = "version_id, title, region, level, state, day, ends_on, length"
BY_WORDS = "day + 0 DESC, version_id DESC"  # an expression: the planner must not walk through the newest documents and
# open each one's words
TITLE, OFTEN, ANYWHERE = 0.6, 0.4, 0.2  # what finding all in a part of the index hints at


def quoted(words: Iterable[str]) -> str:
    """Return a tsquery that asks for all of the index words."""
    return " & ".join(map(_lexeme, words))


def _lexeme(word: str) -> str:
    bare = word.removesuffix(":*")
    return "'" + bare.replace("\\", "\\\\").replace("'", "''") + "'" + word[len(bare) :]


def ways(concept: Concept, mark: str = "", known: Statistics | None = None) -> list[list[str]]:
    """Return the index words that a document with the concept may have: all of one of these lists.

    Marked "^": in the title, "!": often. With known figures, of long words the rarest pieces alone: nearly as few
    documents have them, and they are found far sooner.
    """
    size = 2 if mark == "!" else 3  # what is said often is kept in pairs
    pieces = [required(word, size) for word in concept.words]
    if known:
        pieces = [sorted(words, key=known.count)[:ASKED] for words in pieces]
    found = [[mark + word for word in words] for words in pieces if words]
    found += [["@" + concept.region]] if concept.region else []
    found += [["#" + concept.number]] if concept.number else []
    return found + ([["~" + concept.words[0] + ":*"]] if concept.is_spelled and mark != "!" else [])


def tsquery(concept: Concept, mark: str = "", known: Statistics | None = None) -> str:
    """Return a tsquery for documents that may have the concept in one of its ways."""
    return "(" + " | ".join(f"({quoted(words)})" for words in ways(concept, mark, known)) + ")"


def all_of(concepts: list[Concept], mark: str = "", known: Statistics | None = None) -> str:
    """Return a tsquery for documents that may have all of the concepts."""
    return " & ".join(tsquery(concept, mark, known) for concept in concepts)


def has(candidate: Candidate, concept: Concept) -> bool:
    """Tell whether a document whose text was read has the concept."""
    if concept.region and concept.region == candidate.region:
        return True
    if concept.is_spelled or any(word in candidate.text for word in concept.words):
        return True  # the index is exact for what is spelled
    return bool(concept.number) and concept.number in document_numbers(candidate.text.split("\n", 2)[1])


def is_certain(concepts: list[Concept]) -> bool:
    """Tell whether the index answers these concepts without a look at the texts."""
    return all(len(required(word)) < 2 for concept in concepts for word in concept.words)


def estimated(concepts: list[Concept], known: Statistics) -> float:
    """Estimate how many documents have all concepts, from above; few have a document number."""
    if any(concept.number for concept in concepts):
        return 0
    return min((max(_count(word, known) for word in concept.words) for concept in concepts), default=0)


def _count(word: str, known: Statistics) -> float:
    return min(map(known.count, required(word)), default=0)


def strict(
    concepts: list[Concept], narrow: Condition, known: Statistics, size: int = 0
) -> tuple[list[Candidate], bool]:
    """Return the most promising documents that may have all concepts, and whether there are none besides.

    Those with all in the title come first, then those that say it often, then the newest, whose texts were looked at if
    words only seem to fit. Of a broad search in a large library the newest documents alone are asked, while they
    suffice for a page of this size.
    """
    found: dict[int, Candidate] = {}
    in_title, often = all_of(concepts, "^", known), all_of(concepts, "!", known)
    most = POOL if is_certain(concepts) else max(READ, size)
    where, values = f"vector @@ %s::tsquery AND {narrow[0]}", [all_of(concepts, known=known), *narrow[1]]

    def add(recent: str, *tiers: tuple[str, float]) -> bool:
        parts = [_tier((recent + where, [words, *narrow[1]]), hint) for words, hint in tiers]
        everywhere = (recent + where, values)
        parts.append(_tier(everywhere, ANYWHERE, 0) if is_certain(concepts) else _looked_at(everywhere, concepts, most))
        return _add(found, parts, most, is_kept=not narrow[1])

    if known.recent and estimated(concepts, known) > BROAD:
        add("is_recent AND ", (in_title, TITLE))
        if len(found) >= min(max(ENOUGH, size), most):
            return list(found.values()), False
    is_all = add("", (in_title, TITLE), (often, OFTEN))
    return list(found.values()), is_all


def _add(found: dict[int, Candidate], parts: list[Condition], most: int, *, is_kept: bool) -> bool:
    """Add what these statements find; tell whether the last found less than it may, and so all there is."""
    sql, values = " UNION ALL ".join(sql for sql, _values in parts), [v for _sql, values in parts for v in values]
    rows = answered(sql, values, is_kept=is_kept)
    for version, *row, near in rows:
        if version and (near is None or version not in found):
            found[version] = Candidate(version, *row)
        elif version and row[-2]:
            found[version].text, found[version].anchors = row[-2:]
    nears = [row[-1] for row in rows if row[-1] is not None]
    return len(nears) < most and max(nears, default=0) < LOOKED


def _tier(where: Condition, hint: float, near: int | None = None) -> Condition:
    """Return the statement that finds the newest; with no `near` it does not tell whether these are all."""
    return (
        f"(SELECT {COLUMNS}, %s::float AS hint, '' AS text, '' AS anchors, %s::int AS near"
        f" FROM policies_searchentry WHERE {where[0]} ORDER BY {BY_WORDS} LIMIT %s)",
        [hint, near, *where[1], POOL],
    )


def _looked_at(newest: Condition, concepts: list[Concept], most: int) -> Condition:
    """Return the statement that reads texts, the newest first, until enough of them have all concepts."""
    looked, values = ["true"], []
    for concept in concepts:
        if not concept.is_spelled and not concept.number:
            looked.append("(" + " OR ".join(["strpos(text, %s) > 0"] * len(concept.words) + ["region = %s"]) + ")")
            values += [*concept.words, concept.region]
    return (
        f"(WITH newest AS MATERIALIZED (SELECT {COLUMNS}, text, anchors FROM policies_searchentry WHERE {newest[0]}"
        f" ORDER BY {BY_WORDS} LIMIT %s) SELECT {COLUMNS}, {ANYWHERE}::float, text, anchors, near"
        f" FROM (SELECT count(*) AS near FROM newest) counted LEFT JOIN newest ON {' AND '.join(looked)} LIMIT %s)",
        [*newest[1], LOOKED, *values, most],
    )


def forgiving(ranker: Ranker, narrow: Condition, without: set[int]) -> list[Candidate]:
    """Return the documents that have most of what was asked for, weighed by rarity; rare pieces are asked first."""
    asked = [(words, weight) for unit in _rare_first(ranker) for words, weight in _weighted(unit)]
    if not asked:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"{INDEXED}SELECT {COLUMNS}, met FROM (SELECT version_id, sum(weight) AS met"
            " FROM unnest(%s::tsquery[], %s::float[], %s::int[]) AS piece(words, weight, most) CROSS JOIN LATERAL"
            " (SELECT version_id FROM policies_searchentry WHERE vector @@ piece.words LIMIT piece.most) one"
            f" GROUP BY version_id ORDER BY met DESC, version_id DESC LIMIT %s) best"
            f" JOIN policies_searchentry USING (version_id) WHERE {narrow[0]}",
            [*map(list, zip(*asked, strict=True)), [MOST] * len(asked), 4 * CANDIDATES, *narrow[1]],
        )
        rows = sorted(cursor.fetchall(), key=lambda row: (-row[-1], -row[0]))[:CANDIDATES]
    return [
        Candidate(*row[:-1], hint=0.4 * row[-1] / ranker.total, is_partial=True)
        for row in rows
        if row[0] not in without
    ]


def _rare_first(ranker: Ranker) -> list[Unit]:
    counted = sorted(
        (max(_count(form, ranker.known) for form in unit.forms), place) for place, unit in enumerate(ranker.units)
    )
    chosen, visited = [], 0.0
    for count, place in counted[:PIECES]:
        visited += count
        if chosen and visited > POSTINGS:
            break
        chosen.append(ranker.units[place])
    return chosen


def _weighted(unit: Unit) -> list[tuple[str, float]]:
    concept = Concept(unit.forms, region=unit.region)
    return [(tsquery(concept, mark), unit.weight * worth) for mark, worth in (("^", 1.5), ("!", 0.7), ("", 1.0))]


def read_texts(candidates: list[Candidate]) -> None:
    """Read the texts of these candidates that have none yet."""
    wanted = {candidate.version: candidate for candidate in candidates if not candidate.text}
    if wanted:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT version_id, text, anchors FROM policies_searchentry WHERE version_id = ANY(%s)", [list(wanted)]
            )
            for version, text, anchors in cursor.fetchall():
                wanted[version].text, wanted[version].anchors = text, anchors


def ordered(candidates: list[Candidate], ranker: Ranker) -> list[Candidate]:
    """Rank candidates by what the side table says, then the best of them by their texts."""
    rough = by_score(candidates, ranker) if len(candidates) > READ else candidates
    read_texts(rough[:READ])
    return by_score(rough[:READ], ranker) + rough[READ:]


def by_score(rows: list[Candidate], ranker: Ranker) -> list[Candidate]:
    for row in rows:
        row.score = ranker.score(row)
    return sorted(rows, key=lambda row: (-row.score, -row.day.toordinal(), -row.version))


@cache
def _columns(model: type[Model]) -> tuple[list[str], str, list[tuple[int, Callable]]]:
    """Return the attributes of a model, its columns in SQL, and what makes Python values of those that need it."""
    fields = model._meta.concrete_fields
    makers = [(place, make) for place, field in enumerate(fields) for make in field.get_db_converters(connection)]
    columns = ", ".join(f'{model._meta.db_table}."{field.column}"' for field in fields)
    return [field.attname for field in fields], columns, makers


def with_clauses(anchors: dict[int, str]) -> dict[int, tuple[PolicyVersion, str]]:
    """Read versions with their policies, and of each the words of one clause in the language of its anchor.

    By hand: putting this query together takes the ORM three times as long as PostgreSQL needs to answer it.
    """
    attributes, columns, makers = _columns(PolicyVersion)
    rows = answered(
        "SELECT (SELECT CASE WHEN is_english THEN text_en ELSE concat_ws(' ', number, nullif(heading, ''), text_zh)"
        " END FROM policies_clause clause WHERE (clause.version_id, clause.anchor) = (version, wanted.anchor)),"
        f" {_columns(Policy)[1]}, {columns}"
        " FROM unnest(%s::bigint[], %s::text[], %s::bool[]) AS wanted(version, anchor, is_english)"
        " JOIN policies_policyversion ON policies_policyversion.id = version"
        " JOIN policies_policy ON policies_policy.id = policy_id",
        [list(anchors), [anchor.removesuffix(":en") for anchor in anchors.values()],
         [anchor.endswith(":en") for anchor in anchors.values()]],
    )  # fmt: skip
    found, shared, database = {}, _columns(Policy)[0], connection.alias
    for clause, *row in rows:
        values = row[len(shared) :]
        for place, make in makers:
            values[place] = make(values[place], None, connection)
        version = PolicyVersion.from_db(database, attributes, values)
        version._state.fields_cache["policy"] = Policy.from_db(database, shared, row[: len(shared)])
        found[version.pk] = (version, clause or "")
    return found


def dated(where: Condition, order: str, limit: int, offset: int = 0, *, settings: str = INDEXED) -> list[Candidate]:
    """Return entries in an order of dates; by words, the newest documents are asked first, for all others are older."""
    for among in ("is_recent AND ", "") if order == BY_WORDS else ("",):
        with connection.cursor() as cursor:
            cursor.execute(
                f"{settings}SELECT {COLUMNS} FROM policies_searchentry WHERE {among}{where[0]}"
                f" ORDER BY {order} LIMIT %s OFFSET %s",
                [*where[1], limit, offset],
            )
            rows = cursor.fetchall()
        if len(rows) == limit:
            break
    return [Candidate(*row) for row in rows]
