"""The page of the talent search: who may open it, what it shows, and what never leaves it."""

from urllib.parse import parse_qs

import pytest
from django.urls import reverse
from django.utils.translation import override

from jobs import clock
from talents import limits, samples
from talents.catalogs import industries, languages, majors
from talents.models import Profile, UnitUse
from talents.queries.search import search
from talents.rules.asked import MOST_CONDITIONS, MOST_VALUES, parse
from talents.rules.steps import shown
from talents.search_page import SearchPage
from talents.states import Degree, Title
from tests import cast
from tests.talents import pool
from tests.talents.pool import DAY, NOW

pytestmark = pytest.mark.django_db
ADDRESS = "/org/talents/"


@pytest.fixture
def unit(world):
    return pool.unit(world.city)


@pytest.fixture
def asking(client, unit, monkeypatch):
    """Somebody who acts for the unit, signed in."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    client.force_login(pool.handler(unit))
    return client


# --- Who may ----------------------------------------------------------------------------------------------------------


def test_only_who_acts_for_a_verified_unit_may_search(client, asking, unit, world):
    assert asking.get(ADDRESS).status_code == 200
    type(unit).objects.update(status="SUSPENDED")
    assert asking.get(ADDRESS).status_code == 404
    client.logout()
    assert client.get(ADDRESS).status_code == 302
    client.force_login(pool.person())
    assert client.get(ADDRESS).status_code == 404


def test_a_unit_that_asks_for_too_many_pages_waits(asking, unit, monkeypatch):
    monkeypatch.setattr(limits, "SEARCHES_A_DAY", 2)
    assert [asking.get(ADDRESS).status_code for _ in range(3)] == [200, 200, 429]
    assert UnitUse.objects.get(unit=unit).searches == 2


# --- What it shows ----------------------------------------------------------------------------------------------------


def test_the_empty_pool_has_words(asking):
    page = asking.get(ADDRESS + "?degree=5").content.decode()
    assert "talent__main" not in page
    assert "empty" in page


def test_a_card_shows_facts_under_a_code(asking, world):
    made = pool.profile(world.city, title=Title.SENIOR, skills=["AUTOSAR"])
    page = asking.get(ADDRESS + "?degree=4&title=1&wish=title").content.decode()
    assert made.code in page
    assert "AUTOSAR" in page
    assert page.count('class="is-met"') == 1  # of two conditions


def test_nothing_that_names_somebody_leaves(asking, world):
    user = cast.make_person("secret.name@example.org", "秘密姓名", "990101199003070015")
    user.phone = "+8619900000077"
    user.save()
    made = pool.profile(world.city, user, school="绝密大学", employer="绝密有限公司", pay_from=12345)
    Profile.objects.filter(pk=made.pk).update(summary="摘要只在卡片页")
    for number in range(25):
        pool.profile(world.city, updated_at=NOW - (number + 1) * DAY)
    for query in ("", "?q=绝密", "?q=秘密姓名", "?degree=4&wish=degree", "?sort=newest", "?region=x&major='--"):
        for language in ("", "/en"):
            answer = asking.get(f"{language}{ADDRESS}{query}")
            leaves = (answer.content.decode() + str(dict(answer.headers))).replace("\n", "")
            for secret in ("秘密姓名", "绝密", "绝密大学", "secret.name", "19900000077", "摘要只在卡片页"):
                assert secret not in leaves or secret in query
            assert "T-" in leaves or "q=" in query
            assert made.user.email not in leaves
            assert 'data-id="' not in leaves


def test_private_facts_find_nobody(asking, world, unit):
    pool.profile(world.city, school="绝密大学", employer="绝密有限公司")
    for words in ("绝密大学", "绝密有限公司", "example.org", "陈思远"):
        assert search(parse({"q": words}), unit, NOW).counts.total == 0


def test_pages_follow_one_another_without_script(asking, world):
    made = {pool.profile(world.city).code for _ in range(23)}
    first = asking.get(ADDRESS).content.decode()
    link = first.split('rel="next')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = asking.get(ADDRESS + link).content.decode()
    assert sum(code in first for code in made) == 20
    assert {code for code in made if code in first or code in second} == made


def test_counts_are_shown_in_steps(asking, world, unit):
    for _ in range(7):
        pool.profile(world.city, degree=Degree.DOCTOR)
    pool.profile(world.city, degree=Degree.MASTER)
    page = SearchPage(search(parse({}), unit, NOW))
    with override("en"):
        degrees = {
            option.name: option.count for facet in page.facets if facet.key == "degree" for option in facet.options
        }
        assert degrees["doctor"] == "5+"
        assert degrees["master"] == degrees["bachelor"] == "under 5"
        assert page.total.startswith("5+ ")


def test_the_order_of_a_facet_tells_no_more_than_its_counts(world, unit):
    for major, people in (("080902", 2), ("080901", 1), ("020301", 6), ("010101", 5)):
        for _ in range(people):
            pool.profile(world.city, major=major)
    page = SearchPage(search(parse({}), unit, NOW))
    majors_shown = [option.name for option in next(f for f in page.facets if f.key == "major").options]
    assert majors_shown == [majors().name(code) for code in ("010101", "020301", "080901", "080902")]


def test_two_searches_that_differ_by_one_person_look_the_same(world, unit):
    for _ in range(11):
        pool.profile(world.city)
    before = shown(search(parse({}), unit, NOW).counts.total)
    pool.profile(world.city, degree=Degree.DOCTOR)
    assert shown(search(parse({}), unit, NOW).counts.total) == before == "10+"


def test_what_keeps_people_out_is_offered_to_be_left_out(asking, world):
    for _ in range(6):
        pool.profile(world.city)
    page = asking.get(ADDRESS + "?degree=5&title=2").content.decode()
    assert "talents__out" in page
    assert "5+" in page.split("talents__out")[1]


# --- Bad input --------------------------------------------------------------------------------------------------------


def test_five_hundred_conditions_at_once(asking):
    codes = sorted(majors().below(""))[:300]
    lists = {"major": codes, "industry": industries().below(""), "language": languages().below(""), "degree": range(99)}
    query = "&".join(f"{name}={value}" for name, values in lists.items() for value in values)
    answer = asking.get(f"{ADDRESS}?{query}")
    assert answer.status_code == 200
    asked = parse(parse_qs(query))
    assert asked.is_cut
    assert len(asked.values("major")) == MOST_VALUES
    assert sum(len(asked.values(group)) for group in asked.groups) <= MOST_CONDITIONS


@pytest.mark.parametrize(
    "query",
    ["years_min=-5", "years_max=1e9", "pay=-1", "years_min=99999999999999999999", "degree=9", "degree=x", "major=99",
     "region=000000", "region=%27%3B--", "grade=G", "sort=name", "available=2", "title=٣"],
)  # fmt: skip
def test_what_means_nothing_is_named_and_left_out(asking, world, query):
    made = pool.profile(world.city)
    answer = asking.get(f"{ADDRESS}?{query}")
    assert answer.status_code == 200
    assert made.code in answer.content.decode()
    assert "notice library__note" in answer.content.decode()


@pytest.mark.parametrize(
    "words",
    [
        "'; DROP TABLE talents_profile; --",
        "\\' | !*:&()",
        "a" * 5000,
        "%s %(x)s",
        "<script>alert(1)</script>",
        "!!!",
    ],
)
def test_words_of_any_kind_do_no_harm(asking, world, words):
    pool.profile(world.city)
    answer = asking.get(ADDRESS, {"q": words})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()
    assert Profile.objects.exists()


def test_sex_age_household_and_ethnicity_are_no_conditions():
    asked = parse({"sex": "F", "gender": "F", "age": "25", "age_max": "35", "household": "530100", "ethnicity": "01"})
    assert (asked.groups, asked.querystring()) == ((), "")


def test_an_address_is_written_back_as_it_was_read():
    query = (
        "q=%E6%9E%B6%E6%9E%84&region=530100&major=08&degree=4&degree=5&years_min=3&years_max=9&pay=20000&wish=degree"
    )
    asked = parse(parse_qs(query))
    assert asked.querystring() == query
    assert asked.without("degree").without("q").without("years").querystring() == "region=530100&major=08&pay=20000"


# --- Sample people ----------------------------------------------------------------------------------------------------


def test_sample_people_are_the_same_each_time_and_fit_the_model(world):
    cities = {world.city.pk: [world.county.pk], world.province.pk: []}
    drawn = [facts for facts, _n in zip(samples.people(cities, NOW), range(400), strict=False)]
    again = [facts for facts, _n in zip(samples.people(cities, NOW), range(400), strict=False)]
    assert drawn == again
    for facts in drawn[:50]:
        Profile(user=pool.person(), **facts).full_clean()
    share = sum(facts["degree"] == Degree.BACHELOR for facts in drawn) / len(drawn)
    assert 0.38 < share < 0.54
    assert all(facts["major"] in majors() for facts in drawn if facts["major"])


def test_the_address_of_the_search():
    assert reverse("org:talents") == ADDRESS
