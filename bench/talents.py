"""The talent search over a million people; TALENTS=100000 makes a smaller pool.

Thirty mixed searches, each a page with its links, the total and the counts of every condition, against the page that
django-filter and its tutorial give: COUNT, a page by OFFSET, six GROUP BY, `icontains` for words. Ours counts a
condition's own values as if nothing were chosen in it, hides people from blocked units and from units of other regions,
and orders by wishes; the naive page does none of these. First 10,000 people lie there, then ten times as many.
"""

import os
import statistics
import time
from collections.abc import Callable
from itertools import islice

import django_filters
from django.core.paginator import Paginator
from django.db import connection, transaction
from django.db.models import Count, Q

from accounts.models import User
from bench.measure import Result
from regions.models import Region
from talents import samples
from talents.models import BlockedUnit, Consent, PoolChange, PoolEntry, PoolText, Profile
from talents.queries import counting, memory
from talents.queries.search import search
from talents.rules.asked import parse
from talents.search_page import SearchPage
from talents.services import index
from talents.states import Purpose, Visibility
from tests import cast
from tests.talents import pool

PEOPLE = int(os.environ.get("TALENTS", "1000000"))
SIZES = [size for size in (10_000, 100_000, 1_000_000) if size <= PEOPLE]
STEP = 10_000_000  # between the keys of copies
DRAWN = 10_000  # people drawn one by one; the others are copies of them that changed at other times
ROUNDS = 3
NOW = pool.NOW
CITIES, COUNTIES = 16, 8
QUERIES = [
    {"major": "080901"}, {"major": "08"}, {"major": "0809", "degree": "4,5"}, {"major": "120203,020301"},
    {"degree": "5"}, {"degree": "4", "years_min": "5", "years_max": "12"}, {"degree": "3,4,5"},
    {"region": "530100"}, {"region": "530102", "degree": "3"}, {"region": "530300", "major": "10"},
    {"title": "3,4"}, {"title": "2", "region": "530100", "available": "3"}, {"skill": "4,5"},
    {"available": "0"}, {"available": "3", "degree": "4,5", "region": "530100"}, {"language": "en", "degree": "4"},
    {"language": "th,vi", "region": "530600"}, {"trait": "POSTDOC"}, {"trait": "RETURNED", "major": "08"},
    {"industry": "I"}, {"industry": "C", "title": "2,3", "years_min": "10"}, {"pay": "8000", "degree": "3"},
    {"q": "电池安全"}, {"q": "架构", "degree": "4"}, {"q": "Python"}, {"q": "车联网", "region": "530100"},
    {"q": "项目 经验", "major": "12"}, {"q": "AUTOSAR", "degree": "5"}, {"q": "护理", "years_max": "3"},
    {"major": "08", "degree": "4,5", "region": "530100", "years_min": "3", "title": "2", "wish": "title,available",
     "available": "3"},
]  # fmt: skip


class NaiveFilter(django_filters.FilterSet):
    """What a tutorial writes."""

    q = django_filters.CharFilter(method="has_words")
    region = django_filters.CharFilter("region__path", lookup_expr="contains")
    major = django_filters.BaseInFilter(method="in_majors")
    degree = django_filters.BaseInFilter("degree")
    title = django_filters.BaseInFilter("title")
    skill = django_filters.BaseInFilter("skill")
    industry = django_filters.BaseInFilter("industry")
    available = django_filters.NumberFilter("available", lookup_expr="lte")
    years_min = django_filters.NumberFilter(method="worked_from")
    years_max = django_filters.NumberFilter(method="worked_to")
    language = django_filters.BaseCSVFilter("languages", lookup_expr="overlap")
    trait = django_filters.BaseCSVFilter("traits", lookup_expr="overlap")
    pay = django_filters.NumberFilter("pay_from", lookup_expr="lte")

    class Meta:
        model = Profile
        fields: list = []

    def has_words(self, rows, _name, text):
        for word in text.split():
            rows = rows.filter(Q(headline__icontains=word) | Q(summary__icontains=word) | Q(skills__icontains=word))
        return rows

    def in_majors(self, rows, _name, codes):
        asked = Q()
        for code in codes:
            asked |= Q(major__startswith=code)
        return rows.filter(asked)

    def worked_from(self, rows, _name, years):
        return rows.filter(work_since__lte=NOW.year - int(years))

    def worked_to(self, rows, _name, years):
        return rows.filter(work_since__gte=NOW.year - int(years))


def naive(asked: dict) -> None:
    """A page of twenty, the total and six filters with counts."""
    rows = Profile.objects.exclude(visibility=Visibility.HIDDEN).filter(confirm_by__gt=NOW)
    rows = NaiveFilter({name: value for name, value in asked.items() if name != "wish"}, rows).qs
    page = Paginator(rows.select_related("region").order_by("-updated_at", "-pk"), 20).page(1)
    list(page)
    for column in ("degree", "major", "title", "available", "industry", "region"):
        list(rows.order_by().values(column).annotate(n=Count("pk")).order_by("-n"))


def run() -> Result:
    world = make_world()
    growth, notes = [], {}
    for size in SIZES:
        seconds = build(world, size)
        notes[f"built to {size:,}"] = f"{seconds:.0f} s"
        growth.append(measure(world, size, notes))
    mine, theirs = growth[-1]["page"], growth[-1]["naive"]
    paired = [b / a for a, b in zip(mine, theirs, strict=True)]
    notes["naive / ours, query by query"] = (
        f"{min(paired):,.0f} to {max(paired):,.0f}, median {statistics.median(paired):,.0f}"
    )
    notes["ours / naive at p50 and p95"] = (
        f"1 / {statistics.median(theirs) / statistics.median(mine):,.0f}, 1 / {p95(theirs) / p95(mine):,.0f}"
    )
    notes |= deep(world) | at_once(world)
    return Result(
        "talent_search_1m", SIZES[-1], statistics.median(mine), statistics.median(theirs), floor(world), notes
    )


def measure(world: dict, size: int, notes: dict) -> dict[str, list[float]]:
    """Time every search: in memory (words asked for the first time, then again), by PostgreSQL alone, and naive."""
    copy = timed(lambda: memory.keep(memory.Pool()))
    taken: dict[str, list[float]] = {"first": [], "page": [], "sql": [], "naive": []}
    for asked in QUERIES:
        taken["first"].append(timed(lambda asked=asked: ours(world, asked)))
    for asked in QUERIES:
        taken["page"].append(median(lambda asked=asked: ours(world, asked)))
        taken["naive"].append(timed(lambda asked=asked: naive(asked)))
    kept = memory._pool
    same = sum(agree(world, asked) for asked in QUERIES)
    memory.keep(None)
    large, memory.LARGE = memory.LARGE, float("inf")
    for asked in QUERIES[::3]:
        taken["sql"].append(timed(lambda asked=asked: ours(world, asked)))
    memory.LARGE = large
    memory.keep(kept)
    notes[f"{size:,} people, p50 / p95"] = "; ".join(f"{name} {both(times)}" for name, times in taken.items())
    notes[f"{size:,} people"] = (
        f"copied into memory in {copy:.1f} s, {weight(kept) / 1e6:.0f} MB; same counts and pages as PostgreSQL"
        f" {same} of {len(QUERIES)}"
    )
    return taken


def ours(world: dict, asked: dict) -> None:
    """What the page asks for: cards with their match, the total, all conditions with counts, the next page."""
    page = SearchPage(search(parse(asked), world["unit"], NOW))
    _ = (page.rows, page.total, page.facets, page.next, page.excluding)


def agree(world: dict, asked: dict) -> bool:
    """Tell whether memory and PostgreSQL say the same."""
    find = search(parse(asked), world["unit"], NOW).find
    mine, truth = memory.counted(find), counting.counted(find)
    is_same = mine.total == truth.total and all(+mine.values[g] == +truth.values[g] for g in counting.FACETS)
    return is_same and memory.page(find, 21) == counting.page(find, 21)


def deep(world: dict) -> dict[str, str]:
    """Return what a page far down costs, in memory and in PostgreSQL, beside the first one."""
    told = {}
    for where, page in (("memory", memory.page), ("PostgreSQL", counting.page)):
        find = search(parse({"major": "08"}), world["unit"], NOW).find
        marks = memory.page(find, PEOPLE // 8)
        first = median(lambda page=page, find=find: page(find, 21))
        last = median(lambda page=page, find=find, marks=marks: page(find, 21, marks[-22]))
        told[f"page behind {len(marks):,} people, {where}"] = (
            f"{last * 1000:.1f} ms, the first {first * 1000:.1f} ms; ratio {last / first:.2f}"
        )
    asked = {"major": "08"}
    first = median(lambda: ours(world, asked))
    find = search(parse(asked), world["unit"], NOW)
    marks = memory.page(find.find, PEOPLE // 8)
    mark = sealed(marks[-22], world["unit"])

    def far_down() -> None:
        page = SearchPage(search(parse(asked), world["unit"], NOW, mark))
        _ = (page.rows, page.total, page.facets, page.next, page.excluding)

    last = median(far_down)
    told["whole page far down / first"] = f"{last * 1000:.1f} / {first * 1000:.1f} ms = {last / first:.2f}"
    return told


def sealed(mark, unit) -> str:
    from talents.queries.search import _sealed

    return _sealed(mark, unit)


def at_once(world: dict) -> dict[str, str]:
    """Withdraw a consent and block the unit: the next search must know. Return what the writing takes."""
    asked, times = parse({"degree": "5"}), []
    before = search(asked, world["unit"], NOW)
    total, cards = before.counts.total, before.cards
    for n, card in enumerate(cards[:10]):
        profile = Profile.objects.get(pk=card.profile.pk)
        start = time.perf_counter()
        with transaction.atomic():
            if n % 2:
                Consent.objects.filter(user=profile.user_id).update(ended_at=NOW, is_withdrawn=True)
            else:
                BlockedUnit.objects.create(profile=profile, unit=world["unit"], at=NOW)
            index.put(profile, NOW)
        times.append(time.perf_counter() - start)
        found = search(asked, world["unit"], NOW)
        gone = card.profile.code not in [one.profile.code for one in found.cards]
        if not gone or found.counts.total != total - n - 1:
            raise SystemExit("A withdrawn consent was still found.")
    return {"withdrawn or blocked, gone from the next search": f"10 of 10; written in {both(times)}"}


def floor(world: dict) -> float:
    """Return the seconds of twenty cards by their keys."""
    ids = [mark[2] for mark in memory.page(search(parse({}), world["unit"], NOW).find, 20)]
    return median(
        lambda: (Profile.objects.select_related("region").in_bulk(ids), PoolEntry.objects.in_bulk(ids)), rounds=9
    )


# --- The pool ---------------------------------------------------------------------------------------------------------


def make_world() -> dict:
    """Make a province of sixteen prefectures with eight counties each, and a unit of the capital."""
    province = cast.make_region("530000", "PROVINCE", "云南省")
    cities: dict[str, list[str]] = {}
    for n in range(1, CITIES + 1):
        city = cast.make_region(f"53{n:02}00", "PREFECTURE", f"第{n}市", province)
        counties = [
            cast.make_region(f"53{n:02}{m:02}", "COUNTY", f"第{n}市{m}区", city) for m in range(1, COUNTIES + 1)
        ]
        cities[city.pk] = [county.pk for county in counties]
    return {"cities": cities, "unit": pool.unit(Region.objects.get(pk="530102")), "province": province}


def build(world: dict, size: int) -> float:
    """Grow the pool; return the seconds."""
    start = time.perf_counter()
    known = Profile.objects.count()
    if not known:
        draw(world)
        known = DRAWN
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
        if size > known:
            copies(cursor, known, size)
        PoolChange.objects.all().delete()
        cursor.execute("ANALYZE talents_profile; ANALYZE talents_poolentry; ANALYZE talents_pooltext")
    connection.commit()
    return time.perf_counter() - start


def draw(world: dict) -> None:
    """Draw people and write them as the portal does."""
    users = User.objects.bulk_create([User(email=f"p{n}@example.org", name="某人") for n in range(DRAWN)], 2000)
    facts = islice(samples.people(world["cities"], NOW), DRAWN)
    Profile.objects.bulk_create([Profile(user=u, **f) for u, f in zip(users, facts, strict=True)], 2000)
    Consent.objects.bulk_create(
        [Consent(user=user, purpose=Purpose.POOL, text_version="1", given_at=NOW) for user in users], 2000
    )
    index.reindex(NOW)


def copies(cursor, known: int, size: int) -> None:
    """Insert copies that changed at other times; their indexes are made at the end."""
    first, last = known // DRAWN, size // DRAWN
    source = f"generate_series({first}, {last - 1}) turn"
    apart, earlier = f"turn * {STEP}", "t.updated_at - turn * interval '7.013 seconds'"
    own = {
        User: {"id": f"t.id + {apart}", "email": "'c' || turn || '-' || t.id || '@example.org'"},
        Profile: {
            "id": f"t.id + {apart}",
            "user_id": f"t.user_id + {apart}",
            "code": "'X' || turn || '-' || t.id",
            "updated_at": earlier,
        },
        Consent: {"id": f"t.id + {apart}", "user_id": f"t.user_id + {apart}"},
        PoolEntry: {"profile_id": f"t.profile_id + {apart}", "updated_at": earlier},
        PoolText: {"entry_id": f"t.entry_id + {apart}"},
    }
    limits = {User: "t.email LIKE 'p%%@example.org'", Profile: f"t.id < {STEP}", Consent: f"t.id < {STEP}",
              PoolEntry: f"t.profile_id < {STEP}", PoolText: f"t.entry_id < {STEP}"}  # fmt: skip
    cursor.execute("SET session_replication_role = replica; DROP INDEX pool_words")
    for model, expressions in own.items():
        columns = [field.column for field in model._meta.concrete_fields]
        asked = ", ".join(expressions.get(column, f"t.{column}") for column in columns)
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({', '.join(columns)})"
            f" SELECT {asked} FROM {model._meta.db_table} t, {source} WHERE {limits[model]}".replace("%%", "%")
        )
    cursor.execute("CREATE INDEX pool_words ON talents_pooltext USING gin (vector); RESET session_replication_role")


# --- Time -------------------------------------------------------------------------------------------------------------


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def median(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    return statistics.median(timed(work) for _ in range(rounds))


def p95(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, len(times) * 95 // 100)]


def both(times: list[float]) -> str:
    return f"{statistics.median(times) * 1000:,.1f} / {p95(times) * 1000:,.1f} ms"


def weight(kept: memory.Pool) -> int:
    """Return the bytes of the arrays."""
    arrays = [kept.ids, kept.updated, kept.confirm_by, kept._by_id, kept._sorted]
    return sum(array.nbytes for array in [*arrays, *(column.codes for column in kept.columns.values())])
