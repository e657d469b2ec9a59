"""The pages of the library: list, policy, versions, differences, comparison; bad input and how much they ask."""

import datetime as dt
import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import translation

from jobs import clock
from policies.matching import situation
from policies.models import Benefit, Policy, PolicyVersion, SavedSearch
from policies.search.index import reindex
from tests import cast
from tests.cast import moment
from tests.policies.library import leaf, make_benefit, make_version

NOW = moment("2026-09-18 10:00")


@pytest.fixture(autouse=True)
def _friday(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    translation.activate("zh-hans")
    cache.clear()


@pytest.fixture
def library(world):
    """A province, two cities and a county with a policy each; the province's is in its second version."""
    old = make_version(
        "province", label="1.0", state="SUPERSEDED", title_zh="全省人才办法", title_en="Provincial rules"
    )
    new = make_version("province", label="2.0", title_zh="全省人才办法（2.0版）", title_en="Provincial rules 2.0")
    for version, yuan in ((old, 50000), (new, 80000)):
        make_benefit(version, "settling", kind="settling", amount_yuan=yuan, pay_rule="ONCE", service_item=world.item)
    kunming = make_version("kunming", region="530100", title_zh="昆明博士安家细则", title_en="Kunming rules")
    doctor = leaf("degree", "at_least", "doctor")
    make_benefit(kunming, "settling", kind="settling", amount_yuan=120000, pay_rule="ONCE", conditions=doctor)
    make_benefit(kunming, "rent", kind="rent", amount_yuan=1200, pay_rule="MONTHLY", pay_months=36)
    qujing = make_version("qujing", region="530300", title_zh="曲靖人才细则", title_en="Qujing rules")
    make_benefit(qujing, "settling", kind="settling", amount_yuan=150000, pay_rule="ONCE", conditions=doctor)
    make_version("county", region="530114", level="county", title_zh="呈贡人才细则", title_en="Chenggong rules")
    expired = make_version("expired", title_zh="到期的办法", expires_on=dt.date(2026, 9, 18))
    make_version("repealed", state="REPEALED", title_zh="废止的办法", repealed_on=dt.date(2026, 9, 1))
    make_version("coming", title_zh="将施行的办法", effective_on=dt.date(2026, 10, 1))
    make_version("draft", state="DRAFT", title_zh="草稿")
    reindex()
    return {"old": old, "new": new, "kunming": kunming, "qujing": qujing, "expired": expired}


def page(response) -> str:
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def titles(response) -> list[str]:
    return [row.hit.version.policy.slug for row in response.context["filter"].rows]


def links(text: str, words: str) -> list[str]:
    """The addresses of the links that hold some words, each once: filters stand on the page for the phone again."""
    found = re.findall(r'<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>', text)
    held = [address.replace("&amp;", "&") for address, inner in found if words in re.sub(r"<[^>]*>", "", inner)]
    return list(dict.fromkeys(held))


# --- list -------------------------------------------------------------------------------------------------------------


def test_the_list_shows_what_holds_now_with_its_benefits(client, library):
    response = client.get("/policies/")
    assert set(titles(response)) == {"province", "kunming", "qujing", "county", "coming"}
    text = page(response)
    assert "<b>80,000" not in text
    assert "每月发给生活补贴<b>1000元</b>" in text
    assert "5项政策，4条待遇" in text or "5 policies, 4 benefits" in text
    assert f'href="{reverse("services:guide", args=["talent-grade-1"])}"' in text


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("q=博士", {"kunming"}),
        ("kind=rent", {"kunming"}),
        ("kind=rent&kind=settling", {"province", "kunming", "qujing"}),
        ("region=530300", {"province", "qujing", "coming"}),
        ("region=530300&scope=exact", {"qujing"}),
        ("region=530114", {"province", "kunming", "county", "coming"}),
        ("level=county", {"county"}),
        ("status=expired", {"expired"}),
        ("status=repealed", {"repealed"}),
        ("status=superseded", {"province"}),
        ("status=upcoming", {"coming"}),
        ("q=zzzz", set()),
    ],
)
def test_filters(client, library, query, slugs):
    assert set(titles(client.get(f"/policies/?{query}"))) == slugs


def test_what_only_comes_close_is_counted_apart(client, library):
    response = client.get("/en/policies/?q=昆明 安家细则")
    found = response.context["filter"]
    partial = [row.hit.version.policy.slug for row in found.rows if row.hit.is_partial]
    assert set(titles(response)) - set(partial) == {"kunming"}
    assert partial
    assert "1 policy, 2 benefits, and others that come close" in page(response)
    (status,) = [facet for facet in found.facets if facet.key == "status"]
    assert sum(option.count for option in status.options if option.chosen) == found.exact == 1
    assert "Policies that come close" in page(client.get("/en/policies/?q=昆明 呈贡区 曲靖细则"))


def test_where_nothing_has_all_of_the_words_only_chosen_filters_stay(client, library):
    response = client.get("/en/policies/?q=昆明博士安家津贴&level=city")
    found = response.context["filter"]
    assert found.is_partial
    assert [(facet.key, [(o.name, o.count, o.chosen) for o in facet.options]) for facet in found.facets] == [
        ("status", [("In force", 0, True), ("Not yet in force", 0, True)]),
        ("level", [("City", 0, True)]),
    ]
    assert "facet__count" not in page(response)


def test_every_facet_leads_where_its_count_says(client, library):
    response = client.get("/policies/?kind=settling")
    followed = 0
    for facet in response.context["filter"].facets:
        for option in facet.options:
            if option.chosen or facet.key == "kind":  # one more of the same filter adds, it does not narrow
                continue
            found = client.get("/policies/" + option.address).context["filter"]
            if facet.key != "status":
                assert (facet.key, option.name, found.result.total) == (facet.key, option.name, option.count)
                followed += 1
    assert followed == 5


def test_chips_drop_one_choice_and_keep_the_rest(client, library):
    text = page(client.get("/en/policies/?kind=rent&level=city&q=rules&p=kunming"))
    (address,) = [link for link in links(text, "Remove:") if "level=city" in link]
    assert sorted(parse_qsl(urlsplit(address).query)) == [("level", "city"), ("p", "kunming"), ("q", "rules")]
    (address,) = links(text, "Clear all")
    assert sorted(parse_qsl(urlsplit(address).query)) == [("p", "kunming"), ("q", "rules")]


def test_the_search_form_carries_the_filters(client, library):
    text = page(client.get("/policies/?kind=rent&p=kunming&sort=newest"))
    for name, value in (("kind", "rent"), ("p", "kunming"), ("sort", "newest")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in text


def test_the_comparison_is_kept_in_the_address_and_never_holds_more_than_three(client, library):
    text = page(client.get("/en/policies/?p=kunming&p=qujing"))
    assert "/en/policies/compare/?p=kunming&amp;p=qujing" in text
    assert "Choose 1 more" in text
    adding = links(text, "Add to the comparison")
    assert all(link.count("p=") == 3 for link in adding)
    text = page(client.get("/en/policies/?p=kunming&p=qujing&p=county"))
    assert all(
        parse_qsl(urlsplit(link).query)[:2] != [("p", "kunming")] for link in links(text, "Add to the comparison")
    )
    assert all(link.count("p=") == 3 for link in links(text, "Add to the comparison"))


def test_one_policy_alone_cannot_be_compared_and_the_tray_says_why(client, library):
    text = page(client.get("/en/policies/?p=kunming"))
    assert "One more, and you can compare." in text
    assert links(text, "Start comparing") == []


def test_the_place_is_remembered_and_offered(client, library):
    client.get("/policies/?region=530100")
    assert client.cookies["place"].value == "530100"
    text = page(client.get("/en/policies/?q=rules"))
    assert links(text, "What applies in Kunming") == ["?q=rules&region=530100"]
    client.cookies["place"] = "<script>"
    assert "What applies in" not in page(client.get("/en/policies/"))


def test_the_place_of_the_own_unit_is_offered_first(client, library, world):
    handler = cast.make_person("handler@example.org", "刘经办", "99010119900307004X")
    cast.make_unit(world.county, handler, NOW)
    client.force_login(handler)
    assert links(page(client.get("/en/policies/")), "What applies in Chenggong") == ["?region=530114"]


def test_nothing_found_names_what_to_leave_out(client, library):
    text = page(client.get("/en/policies/?kind=rent&level=county"))
    assert "Nothing fits all of this" in text
    dropped = links(text, "without “")
    assert {urlsplit(link).query for link in dropped} >= {"kind=rent", "level=county"}
    for link in dropped:
        assert client.get("/en/policies/" + link).context["filter"].result.total > 0


def test_pages_are_numbered_and_the_last_has_no_next(client, db):
    for number in range(23):
        make_version(f"p{number}", title_zh=f"措施{number}")
    reindex()
    first = client.get("/en/policies/")
    assert [option.name for option in first.context["filter"].pages] == ["1", "2", "3"]
    assert links(page(first), "Next page") == ["?page=2"]
    last = client.get("/en/policies/?page=3")
    assert len(titles(last)) == 3
    assert links(page(last), "Next page") == []
    seen = [slug for number in (1, 2, 3) for slug in titles(client.get(f"/policies/?page={number}"))]
    assert len(set(seen)) == len(seen) == 23


@pytest.mark.parametrize(
    "query",
    [
        "page=1000000000",
        "page=" + "9" * 4000,
        "page=-1",
        "page=x",
        "after=k2026-01-01.5",
        "after=k9999-99-99.x",
        "q=" + "a" * 10000,
        "q=" + "好" * 3000,
        "q=%0a!%26|<>()*:'\"\\",
        "q=';DROP TABLE policies_policy;--",
        "region=999999&region=abc&region=",
        "kind=nothing&level=galaxy&status=unknown&year=20x6&topic=" + "t" * 500,
        "p=" + "x" * 5000,
        "p=a&p=b&p=c&p=d&p=e",
        "sort=best&scope=everywhere",
    ],
)
def test_whatever_stands_in_the_address_is_answered(client, library, query):
    response = client.get(f"/en/policies/?{query}")
    text = page(response)
    assert "DROP TABLE" not in text or "&#x27;;DROP" in text
    assert "<>()" not in text


def test_what_means_nothing_in_the_address_is_named_and_left_out(client, library):
    text = page(client.get("/en/policies/?region=999999&level=galaxy"))
    assert "999999, galaxy" in text


def test_a_page_too_far_says_so_and_leads_back(client, library):
    text = page(client.get("/en/policies/?kind=rent&page=1000000000"))
    assert "There are no more pages" in text
    assert links(text, "Back to the first page") == ["?kind=rent"]


def test_what_means_nothing_is_named(client, library):
    assert "left out: galaxy" in page(client.get("/en/policies/?level=galaxy"))


def test_the_number_of_questions_does_not_grow_with_the_list(client, library, django_assert_max_num_queries):
    client.get("/policies/")
    for number in range(8):
        version = make_version(f"more{number}", title_zh=f"更多办法{number}")
        for key in ("a", "b", "c"):
            make_benefit(version, key, kind="rent", amount_yuan=100)
    reindex()
    for query, most in (("", 14), ("q=办法", 16), ("p=kunming&p=qujing&kind=rent", 16)):
        with django_assert_max_num_queries(most):
            client.get(f"/policies/?{query}")


def test_regions_lead_to_what_applies_there(client, library):
    text = page(client.get("/en/policies/regions/?kind=settling"))
    assert "?kind=settling&region=530100" in [link.partition("/policies/")[2] for link in links(text, "Region 530100")]
    assert [link for link in links(text, "Zhejiang Province") if link.endswith("region=330000")]


# --- a policy and its versions ----------------------------------------------------------------------------------------


def test_a_policy_shows_benefits_conditions_and_clauses(client, library):
    text = page(client.get("/en/policies/kunming/"))
    assert "120,000 yuan" in text
    assert "doctor" in text
    assert 'href="#a1"' in text
    assert 'id="a1"' in text
    assert 'id="b-settling"' in text
    assert 'lang="zh-Hans"' in text  # the clauses have no English
    assert "In force" in text


def test_an_old_version_leads_to_the_one_in_force(client, library):
    text = page(client.get("/en/policies/province/versions/1.0/"))
    assert "This is an old version" in text
    assert links(text, "Read version 2.0") == ["/en/policies/province/"]
    assert links(text, "See what changed") == ["/en/policies/province/versions/1.0..2.0/"]
    text = page(client.get("/en/policies/province/"))
    assert "This is an old version" not in text
    assert links(text, "See what changed") == ["/en/policies/province/versions/1.0..2.0/"]


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        ("expired", "Expired: it held until 17 September 2026"),
        ("repealed", "Repealed on 1 September 2026"),
        ("coming", "Not yet in force: it holds from Thursday 1 October 2026"),
    ],
)
def test_what_does_not_hold_today_says_so(client, library, slug, words):
    assert words in page(client.get(f"/en/policies/{slug}/"))


@pytest.mark.parametrize(
    "path",
    [
        "draft/",
        "nowhere/",
        "province/versions/9.9/",
        "province/versions/1.0..9.9/",
        "draft/versions/1.0/",
        "nowhere/versions/1.0..2.0/",
    ],
)
def test_what_is_not_public_is_not_there(client, library, path):
    assert client.get(f"/policies/{path}").status_code == 404


def test_benefits_nobody_confirmed_are_not_shown(client, library):
    version = PolicyVersion.objects.get(policy__slug="qujing")
    make_benefit(version, "secret", name_en="Unconfirmed wealth", confirmed="")
    assert "Unconfirmed wealth" not in page(client.get("/en/policies/qujing/"))


def test_text_of_others_cannot_run(client, db):
    version = make_version("bad", state="DRAFT", title_zh="<script>alert(1)</script>")
    version.clauses.filter(order=1).update(
        text_zh="<script>alert(2)</script><img src=x onerror=alert(3)> [a](javascript:b)"
    )
    PolicyVersion.objects.filter(pk=version.pk).update(state="PUBLISHED", published_at=NOW)
    make_benefit(version, "b", text_zh="<script>alert(4)</script>5万元", name_zh="<b onmouseover=x>")
    reindex()
    for path in ("bad/", "?q=alert", "compare/?p=bad", "compare/?kind=living&region=530000"):
        text = page(client.get(f"/policies/{path}"))
        assert not re.search(r"<script>|onerror=|<b onmouseover|href=\"javascript", text), path


def test_following_is_offered_to_the_signed_in(client, library, applicant):
    assert "Sign in to follow" in page(client.get("/en/policies/kunming/"))
    client.force_login(applicant)
    assert "Follow this policy" in page(client.get("/en/policies/kunming/"))
    Policy.objects.get(slug="kunming").follows.create(user=applicant, since=NOW)
    assert "Stop following" in page(client.get("/en/policies/kunming/"))


def test_a_policy_asks_few_questions_whatever_its_length(client, library, django_assert_max_num_queries):
    version = make_version("long", state="DRAFT")
    for number in range(40):
        version.clauses.create(order=10 + number, anchor=f"b{number}", number=f"第{number}条", text_zh="条文")
    PolicyVersion.objects.filter(pk=version.pk).update(state="PUBLISHED", published_at=NOW)
    for number in range(20):
        make_benefit(version, f"k{number}")
    with django_assert_max_num_queries(5):
        client.get("/policies/long/")


# --- differences ------------------------------------------------------------------------------------------------------


def test_differences_are_told_by_benefit(client, library):
    text = page(client.get("/en/policies/province/versions/1.0..2.0/"))
    assert "50,000 yuan" in text
    assert "80,000 yuan" in text
    assert "Raised" in text
    assert "The text is the same" in text


def test_the_order_of_labels_does_not_matter(client, library):
    response = client.get("/policies/province/versions/2.0..1.0/")
    assert (response.status_code, response.url) == (302, "/policies/province/versions/1.0..2.0/")
    response = client.get("/policies/province/versions/2.0..2.0/")
    assert (response.status_code, response.url) == (302, "/policies/province/versions/2.0/")


def test_what_waits_to_be_confirmed_is_not_said_to_be_gone(client, library):
    Benefit.objects.filter(version=library["new"]).update(withdrawn_at=NOW)
    make_benefit(library["new"], "settling", kind="settling", confirmed="")
    text = page(client.get("/en/policies/province/versions/1.0..2.0/"))
    assert '<span class="tag tag--waiting">Being checked <b>1</b></span>' in text
    assert "This is what version 1.0 says." in text
    assert "tag--gone" not in text


def test_the_reader_is_told_what_touches_them(client, library, world, applicant, stranger):
    case = cast.make_draft(world, applicant, "id", now=NOW)
    for person in (applicant, stranger):
        SavedSearch.objects.create(
            user=person,
            query="kind=settling" if person == applicant else "kind=car",
            token=person.email,
            created_at=NOW,
            looked_at=NOW,
            next_at=NOW,
        )
    client.force_login(applicant)
    text = page(client.get("/en/policies/province/versions/1.0..2.0/"))
    assert f"Your open case: {case.item.name_en}" in text
    assert "Your saved search" in text
    client.force_login(stranger)
    assert "This touches you" not in page(client.get("/en/policies/province/versions/1.0..2.0/"))


# --- comparison -------------------------------------------------------------------------------------------------------


def test_policies_side_by_side(client, library):
    text = page(client.get("/en/policies/compare/?p=kunming&p=qujing&p=province"))
    for words in ("120,000 yuan", "150,000 yuan", "80,000 yuan", "not provided for in the document", "◆"):
        assert words in text
    assert "/en/policies/kunming/#a1" in text


def test_only_what_differs(client, library):
    whole = client.get("/en/policies/compare/?p=kunming&p=qujing").context["shown"]
    only = client.get("/en/policies/compare/?p=kunming&p=qujing&only=1").context["shown"]
    assert [row.key for row in only.rows] == [row.key for row in whole.rows if row.differs]
    assert 0 < len(only.rows) < len(whole.rows)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "Up to three policies"),
        ("p=", "Up to three policies"),
        ("p=nowhere", "The library has no policy at this address: nowhere"),
        ("p=draft", "The library has no policy at this address: draft"),
        ("p=kunming&p=nowhere", "The library has no policy at this address: nowhere"),
        ("p=kunming&p=qujing&p=province&p=county", "Left out: county"),
        ("p=kunming&p=kunming&p=kunming&p=kunming", "1 policy, point by point"),
        ("p=" + "x" * 9000, "The library has no policy at this address"),
        ("kind=wealth&region=530000", "is not known"),
        ("kind=settling&region=999999", "is not known"),
        ("kind=settling&region=530100", "is not known"),
        ("kind=settling", "is not known"),
    ],
)
def test_a_comparison_of_anything_is_answered(client, library, query, words):
    assert words in page(client.get(f"/en/policies/compare/?{query}"))


def test_one_kind_in_all_cities(client, library):
    response = client.get("/en/policies/compare/?kind=settling&region=530000")
    text = page(response)
    places = {
        place.code: [entry.benefit.amount_yuan for entry in place.entries] for place in response.context["places"]
    }
    assert (places["530000"], places["530100"], places["530300"]) == ([80000], [120000], [150000])
    assert places["530400"] == []
    assert len(places) == 17
    assert "no policy of this place in the library" in text
    assert "not provided for in the documents" in page(client.get("/en/policies/compare/?kind=rent&region=530000"))


def test_counties_stand_behind_their_city_when_asked_for(client, library):
    county = PolicyVersion.objects.get(policy__slug="county")
    make_benefit(county, "settling", kind="settling", amount_yuan=30000, pay_rule="ONCE")
    address = "/en/policies/compare/?kind=settling&region=530000"
    without = client.get(address)
    assert "1 county has policies in the library" in page(without)
    assert "530114" not in [place.code for place in without.context["places"]]
    (more,) = links(page(without), "Counties too")
    response = client.get("/en/policies/compare/" + more)
    places = response.context["places"]
    assert [place.code for place in places][:4] == ["530000", "530100", "530114", "530300"]
    assert (places[2].city, [entry.benefit.amount_yuan for entry in places[2].entries]) == ("Kunming City", [30000])
    assert len(places) == 18
    assert links(page(response), "Counties too") == ["?kind=settling&region=530000"]
    table = client.get(f"{address}&counties=1&format=csv").content.decode()
    assert '"Chenggong District, Kunming City"' in table


def test_the_own_situation_is_applied_and_can_be_put_aside(client, library):
    session = client.session
    situation.keep(session, {"region": "530000/530100", "degree": "master"})
    session.save()
    compared = "/en/policies/compare/?p=kunming&p=qujing"
    text = page(client.get(compared))
    assert "nearly" in text
    assert "master" in text
    assert "nearly" not in page(client.get(f"{compared}&mine=0"))
    assert "For me" in page(client.get("/en/policies/compare/?kind=settling&region=530000"))
    assert "master" not in client.get(compared).request["QUERY_STRING"]


@pytest.mark.parametrize("query", ["p=kunming&p=qujing", "kind=settling&region=530000"])
def test_tables_for_spreadsheets(client, library, query):
    response = client.get(f"/policies/compare/?{query}&format=csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    text = response.content.decode("utf-8")
    assert text.startswith("\ufeff")
    assert "15万元" in text


@pytest.mark.parametrize(("query", "most"), [("p=kunming&p=qujing&p=province", 5), ("kind=settling&region=530000", 4)])
def test_a_comparison_asks_few_questions(client, library, django_assert_max_num_queries, query, most):
    for slug in ("kunming", "qujing"):
        for number in range(10):
            make_benefit(
                PolicyVersion.objects.get(policy__slug=slug), f"x{number}", kind="settling", amount_yuan=number
            )
    with django_assert_max_num_queries(most):
        client.get(f"/policies/compare/?{query}")


def test_until_a_later_version_begins_its_pages_name_the_one_that_holds(client, db):
    later = {"effective_on": dt.date(2026, 10, 1), "title_en": "Later"}
    until = {"state": "SUPERSEDED", "superseded_on": dt.date(2026, 10, 1)}
    make_version("three", label="1.0", title_en="First", **until)
    make_version("three", label="2.0", **later, **until)
    make_version("three", label="3.0", **later)
    assert "Until then, version 1.0 holds." in page(client.get("/en/policies/three/"))
    text = page(client.get("/en/policies/three/versions/1.0/"))
    assert "Version 3.0 takes its place on Thursday 1 October 2026." in text
    assert links(text, "See what changed") == ["/en/policies/three/versions/1.0..3.0/"]


# --- home and site search ---------------------------------------------------------------------------------------------


def test_home_counts_and_names_policies(client, library):
    text = page(client.get("/en/"))
    assert "4 policies in force" in text
    assert "4 benefits" in text
    assert 'action="/en/policies/match/"' in text
    assert '<a href="/en/policies/"' in text


def test_new_policies_are_on_the_first_page(client, db):
    make_version("new", title_en="Brand new", published_on=dt.date(2026, 9, 1))
    make_version("later", title_en="Not today", published_on=dt.date(2026, 12, 1))
    text = page(client.get("/en/"))
    assert links(text, "Brand new") == ["/en/policies/new/"]
    assert "Not today" not in text


def test_the_site_search_finds_policies(client, library):
    text = page(client.get("/search/?q=博士"))
    assert "/policies/kunming/" in text
