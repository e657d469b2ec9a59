"""The talent search: what is written into it, whom a unit finds, and that both ways of counting agree."""

import itertools
import random
from collections import Counter

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from talents.models import BlockedUnit, PoolChange, PoolEntry, Proof
from talents.queries import counting, memory, search
from talents.rules.asked import parse
from talents.services import index
from talents.states import Available, Degree, Trait, Visibility
from tests import cast
from tests.talents import pool
from tests.talents.pool import DAY, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_in_memory():
    memory.keep(None)
    yield
    memory.keep(None)


@pytest.fixture
def unit(world):
    return pool.unit(world.city)


def codes(unit, *, now=NOW, size=20, **asked):
    return [card.profile.code for card in search.search(parse(asked), unit, now, size=size).cards]


def total(unit, **asked):
    return search.search(parse(asked), unit, NOW).counts.total


# --- What is written --------------------------------------------------------------------------------------------------


def test_an_entry_is_there_exactly_while_the_profile_may_be_found(world):
    made = pool.profile(world.city)
    assert index.put(made, NOW)
    consent = made.user.pool_consents.get()
    consent.ended_at = NOW
    consent.save()
    assert not index.put(made, NOW)
    assert not PoolEntry.objects.exists()
    consent.ended_at = None
    consent.save()
    assert index.put(made, NOW)
    type(made).objects.update(visibility=Visibility.HIDDEN)
    assert not index.put(made, NOW)
    type(made).objects.update(visibility=Visibility.UNITS_ONLY, confirm_by=NOW)
    assert not index.put(made, NOW)
    assert not PoolEntry.objects.exists()


def test_what_an_entry_knows(world):
    made = pool.profile(world.county, languages=["en"], skills=["AUTOSAR"], wanted_regions=[world.city.pk])
    of = made.entry
    assert (of.discipline, of.city, of.region) == ("08", world.city.pk, world.county.pk)
    assert of.places == sorted([world.province.pk, world.city.pk, world.county.pk, f"*{world.city.pk}"])
    assert of.text.vector  # and the words of the catalogs in both languages
    assert codes(pool.unit(world.city), q="autosar english 计算机") == [made.code]


def test_a_verified_statement_counts_while_it_is_valid(world):
    from certificates.models import Certificate  # a proof needs its source; the row itself is not looked at here

    made = pool.profile(world.city)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE talents_proof DROP CONSTRAINT proof_has_source")
    assert Certificate.objects.count() == 0
    Proof.objects.create(profile=made, of="DEGREE", value="4", valid_until=cast.today(NOW) + DAY)
    Proof.objects.create(profile=made, of="TITLE", value="2", valid_until=cast.today(NOW))
    index.put(made, NOW)
    assert PoolEntry.objects.get().proofs == ["DEGREE"]


def test_every_way_of_writing_leaves_a_change(world):
    made = pool.profile(world.city)
    key = made.pk
    PoolChange.objects.all().delete()
    index.put(made, NOW)
    made.delete()
    assert [change.profile for change in PoolChange.objects.all()] == [key, key]  # written, and gone with the profile


# --- Who finds whom ---------------------------------------------------------------------------------------------------


def test_a_blocked_unit_finds_nobody_and_counts_nobody(world, unit):
    made = pool.profile(world.city)
    assert codes(unit) == [made.code]
    BlockedUnit.objects.create(profile=made, unit=unit, at=NOW)
    index.put(made, NOW)
    found = search.search(parse({}), unit, NOW)
    assert (found.cards, found.counts.total, +found.counts.values["degree"]) == ([], 0, Counter())
    assert codes(pool.unit(world.city)) == [made.code]


def test_only_units_of_the_region_find_who_wants_no_others(world, unit):
    made = pool.profile(world.city, visibility=Visibility.REGION_ONLY, audience=world.city)
    assert codes(unit) == [made.code]
    assert codes(pool.unit(world.city, work_region=world.county)) == [made.code]
    assert codes(pool.unit(world.city, work_region=world.province)) == []


def test_who_was_not_confirmed_is_not_found(world, unit):
    pool.profile(world.city)
    assert codes(unit, now=NOW + 91 * DAY) == []


# --- Conditions -------------------------------------------------------------------------------------------------------

QUESTIONS = [
    ({"major": "08"}, {"degree": "4"}),
    ({"major": "0809,080901"}, {"major": "0203"}),
    ({"degree": "4,5"}, {"degree": "5"}),
    ({"years_min": "5", "years_max": "12"}, {"years_max": "3"}),
    ({"title": "2"}, {"title": "3"}),
    ({"available": "12"}, {"available": "0"}),
    ({"pay": "30000"}, {"pay": "100"}),
    ({"language": "en,ja"}, {"language": "ru"}),
    ({"trait": "POSTDOC"}, {"trait": "FRESH"}),
    ({"industry": "I"}, {"industry": "A"}),
    ({"occupation": "2"}, {"occupation": "3"}),
    ({"school": "OVERSEAS"}, {"school": "DOMESTIC"}),
    ({"kind": "REMOTE"}, {"kind": "PART_TIME"}),
    ({"q": "车联网"}, {"q": "飞机"}),
    ({"q": "VEHICLE 架构"}, {"q": "vehicles"}),
]


def one(world, **facts):
    told = {
        "pay_from": 20000, "languages": ["en"], "traits": ["POSTDOC"], "industry": "I", "occupation": "2-02-10",
        "school_kind": "OVERSEAS", "wanted_kinds": ["REMOTE"], "available": Available.MONTH, "summary": "Vehicle Cloud",
    }  # fmt: skip
    return pool.profile(world.city, **{**told, **facts})


@pytest.mark.parametrize(("yes", "no"), QUESTIONS)
def test_each_condition(world, unit, yes, no):
    made = one(world)
    assert codes(unit, **yes) == [made.code]
    if no != {"degree": "4"}:
        assert codes(unit, **no) == []


def test_a_region_holds_who_lives_there_and_who_would_come(world, unit):
    here, comes = pool.profile(world.county), pool.profile(world.province, wanted_regions=[world.city.pk])
    stays = pool.profile(world.province)
    assert set(codes(unit, region=world.city.pk)) == {here.code, comes.code}
    assert set(codes(unit, region=world.county.pk)) == {here.code, comes.code}  # who would work anywhere in the city
    assert set(codes(unit, region=world.province.pk)) == {here.code, comes.code, stays.code}


def test_a_wish_puts_nobody_out_but_orders_and_is_explained(world, unit):
    doctor = pool.profile(world.city, degree=Degree.DOCTOR, updated_at=NOW - DAY)
    master = pool.profile(world.city, degree=Degree.MASTER)
    found = search.search(parse({"degree": "5", "title": "2", "wish": "degree"}), unit, NOW)
    assert [card.profile.code for card in found.cards] == [doctor.code, master.code]
    assert [[(line.met, line.is_hard) for line in card.lines] for card in found.cards] == [
        [(True, False), (True, True)],
        [(False, False), (True, True)],
    ]
    assert found.cards[1].missing == ["学历：博士"] or "5" not in found.cards[1].missing[0]


def test_which_condition_keeps_most_people_out(world, unit):
    for _ in range(3):
        pool.profile(world.city, degree=Degree.BACHELOR)
    pool.profile(world.city, degree=Degree.DOCTOR, major="020301")
    found = search.search(parse({"degree": "5", "major": "08"}), unit, NOW)
    assert found.counts.total == 0
    assert found.excluding == [("degree", 3), ("major", 1)]


def test_a_condition_is_ignored_in_its_own_counts(world, unit):
    pool.profile(world.city, degree=Degree.BACHELOR, major="080901")
    pool.profile(world.city, degree=Degree.DOCTOR, major="080901")
    pool.profile(world.city, degree=Degree.DOCTOR, major="020301")
    counts = search.search(parse({"degree": "5", "major": "08"}), unit, NOW).counts
    assert counts.total == 1
    assert counts.values["degree"] == {3: 1, 5: 1}
    assert counts.values["major"] == {"080901": 1, "020301": 1}


# --- Pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [{}, {"degree": "5", "wish": "degree"}])
def test_pages_hold_everybody_once_also_where_many_changed_at_one_moment(world, unit, asked):
    made = {pool.profile(world.city, degree=degree).code for degree in [3, 5, 3, 5, 4, 5, 3]}
    seen, after = [], ""
    for _ in range(9):
        found = search.search(parse(asked), unit, NOW, after, size=2)
        seen += [card.profile.code for card in found.cards]
        after = found.next
        if not after:
            break
    assert len(seen) == 7
    assert set(seen) == made


def test_a_mark_is_sealed_and_of_this_unit_alone(world, unit):
    made = [pool.profile(world.city) for _ in range(3)]
    after = search.search(parse({}), unit, NOW, size=1).next
    assert after
    assert all(
        str(one.pk) not in search.base64.urlsafe_b64decode(after + "==").decode("latin1") for one in made if one.pk > 99
    )
    first = codes(pool.unit(world.city), size=1)
    other = search.search(parse({}), pool.unit(world.city), NOW, after, size=1)
    assert [card.profile.code for card in other.cards] == first
    for forged in ("x", "A" * 300, after[:-4], "é"):
        assert search.search(parse({}), unit, NOW, forged, size=1).cards[0].profile.code == first[0]


def test_nothing_private_is_read_for_a_card(world, unit):
    pool.profile(world.city)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        card = search.search(parse({"q": "架构"}), unit, NOW).cards[0]
        assert card.profile.headline
    asked = " ".join(query["sql"] for query in queries)
    for name in ('school"', "employer", "user_id", "accounts_user", "summary"):
        assert name not in asked


# --- In memory --------------------------------------------------------------------------------------------------------


def many(world, n=160):
    draw = random.Random(7)
    places = [world.city, world.county, world.province]
    for _n in range(n):
        pool.profile(
            draw.choice(places),
            degree=draw.choice(Degree.values),
            major=draw.choice(["080901", "080902", "020301", "100201", ""]),
            work_since=draw.choice([None, 2008, 2012, 2015, 2020, 2024]),
            title=draw.randint(0, 4),
            skill=draw.randint(0, 5),
            grade=draw.choice(["", "", "D", "E"]),
            available=draw.choice(Available.values),
            languages=draw.sample(["en", "ja", "ru"], draw.randint(0, 3)),
            traits=draw.sample(Trait.values, draw.randint(0, 2)),
            industry=draw.choice(["I", "C", ""]),
            pay_from=draw.choice([None, 8000, 20000]),
            wanted_regions=draw.choice([[], [], [world.city.pk], [world.province.pk]]),
            headline=draw.choice(["车联网架构", "电池安全", "Vehicle cloud"]),
            updated_at=NOW - draw.randint(0, 9) * DAY,
        )


ASKED = [
    {},
    {"degree": "4,5"},
    {"major": "08", "degree": "5", "years_min": "5"},
    {"region": "city", "title": "2,3", "wish": "title"},
    {"language": "en", "trait": "POSTDOC", "available": "3"},
    {"q": "架构"},
    {"q": "vehicle", "degree": "4", "skill": "3", "wish": ["degree", "skill"]},
    {"pay": "10000", "grade": "D", "industry": "I,C"},
]


def same(unit, asked):
    """Ask PostgreSQL and the memory; return what both say."""
    found = search.search(parse(asked), unit, NOW)
    kept, memory._pool = memory._pool, None
    truth, pages = counting.counted(found.find), counting.page(found.find, 500)
    memory._pool = kept
    counts = memory.counted(found.find)
    assert counts.total == truth.total
    assert +counts.without == +truth.without
    assert {group: +each for group, each in counts.values.items()} == {g: +each for g, each in truth.values.items()}
    assert memory.page(found.find, 500) == pages
    for mark in pages[::17]:
        assert memory.page(found.find, 5, mark) == counting.page(found.find, 5, mark)
    return truth.total


def test_memory_and_postgresql_agree_also_after_changes(world, unit):
    many(world)
    memory.keep(memory.Pool())
    queries = [{**asked, "region": world.city.pk} if "region" in asked else asked for asked in ASKED]
    assert len({same(unit, asked) for asked in queries}) > 4
    PoolChange.objects.all().delete()
    changed = list(PoolEntry.objects.order_by("?").values_list("pk", flat=True)[:30])
    for entry in PoolEntry.objects.filter(pk__in=changed[:10]).select_related("profile"):
        BlockedUnit.objects.create(profile=entry.profile, unit=unit, at=NOW)
        index.put(entry.profile, NOW)
    for entry in PoolEntry.objects.filter(pk__in=changed[10:20]).select_related("profile"):
        type(entry.profile).objects.filter(pk=entry.pk).update(degree=5, updated_at=NOW, headline="架构")
        index.put(entry.profile, NOW)
    for entry in PoolEntry.objects.filter(pk__in=changed[20:]).select_related("profile"):
        entry.profile.delete()
    pool.profile(world.city, headline="新来的架构师")
    for asked in queries:
        same(unit, asked)


def test_a_withdrawn_consent_is_out_at_once(world, unit):
    many(world, 30)
    memory.keep(memory.Pool())
    made = PoolEntry.objects.order_by("-updated_at", "-pk").first().profile
    assert made.code in codes(unit, size=50)
    before = total(unit)
    made.user.pool_consents.update(ended_at=NOW, is_withdrawn=True)
    index.put(made, NOW)
    assert made.code not in codes(unit, size=50)
    assert total(unit) == before - 1


@pytest.mark.django_db(transaction=True)
def test_a_change_that_commits_late_is_not_missed(world, unit):
    """A writer that began before the copy and commits after it."""
    import threading

    made = pool.profile(world.city)
    begun, go = threading.Event(), threading.Event()

    def write():
        try:
            with transaction.atomic():
                type(made).objects.filter(pk=made.pk).update(visibility=Visibility.HIDDEN)
                index.put(made, NOW)
                begun.set()
                go.wait(20)
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    assert begun.wait(20)
    memory.keep(memory.Pool())
    assert total(unit) == 1
    go.set()
    writer.join()
    assert (total(unit), codes(unit)) == (0, [])


def test_a_copy_that_is_far_behind_is_not_asked(world, unit, monkeypatch):
    pool.profile(world.city)
    memory.keep(memory.Pool())
    monkeypatch.setattr(memory, "MANY_CHANGES", 1_000)
    monkeypatch.setattr(memory, "MOST_CHANGES", 0)
    pool.profile(world.city)
    assert memory.current() == (None, [])
    assert total(unit) == 2


def test_a_process_copies_a_large_pool_and_one_that_has_changed_much(world, unit, monkeypatch):
    asked = []
    monkeypatch.setattr(memory, "_in_background", lambda: asked.append("copy"))
    monkeypatch.setattr(memory, "LARGE", 10**9)
    assert memory.current() == (None, [])
    assert asked == []
    memory.keep(None)
    monkeypatch.setattr(memory, "LARGE", -1)
    memory.current()
    memory.current()  # it does not ask again at once
    assert asked == ["copy"]
    memory.keep(memory.Pool())
    monkeypatch.setattr(memory, "MANY_CHANGES", 0)
    made = pool.profile(world.city)
    assert memory.current()[1] == [made.pk]
    assert asked == ["copy", "copy"]


def test_changes_are_forgotten_when_every_copy_has_them(world):
    pool.profile(world.city)
    assert memory.forget_changes(NOW) == 0
    with connection.cursor() as cursor:
        cursor.execute("UPDATE talents_poolchange SET at = now() - interval '31 hours'")
    assert memory.forget_changes(NOW) == PoolEntry.objects.count()
    assert memory.forget_changes(NOW) == 0


# --- Plans ------------------------------------------------------------------------------------------------------------


def test_statements_stay_few(world, unit):
    for _ in range(5):
        pool.profile(world.city)
    with CaptureQueriesContext(connection) as queries:
        found = search.search(parse({"major": "08", "region": world.city.pk, "q": "架构"}), unit, NOW)
        assert found.counts.total == len(found.cards) == 5
    assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) <= 6


def plan_of(ask) -> str:
    """Explain the statement that reads the pool, without what a few rows make cheap."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        with CaptureQueriesContext(connection) as queries:
            ask()
        cursor.execute("EXPLAIN " + next(q["sql"] for q in queries if "FROM talents_pool" in q["sql"]).split("; ")[-1])
        return "\n".join(line for (line,) in cursor.fetchall())


def test_words_are_looked_up_in_their_index(world, unit):
    found = search.search(parse({"q": "架构"}), unit, NOW)
    assert "pool_words" in plan_of(lambda: counting.with_words(found.find))


def test_a_page_walks_the_newest_and_stops(world, unit):
    found = search.search(parse({}), unit, NOW)
    for after in (None, (0, NOW, 5)):
        plan = plan_of(lambda after=after: counting.page(found.find, 20, after))
        assert "pool_newest" in plan
        assert "Sort" not in plan


def test_questions_of_tests_name_every_condition():
    asked = set(itertools.chain.from_iterable(yes for yes, _no in QUESTIONS))
    assert asked >= {"major", "degree", "years_min", "title", "available", "pay", "language", "trait", "industry", "q"}
