"""The pages of what one follows: begin, change, stop, each for oneself alone."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from policies.models import Follow
from policies.news import alerts
from policies.services import following
from tests.policies.library import FRIDAY, make_version
from tests.policies.news import follow_of, save, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("portal_time", "letters")]


def test_the_button_of_a_policy_follows_and_stops(person):
    version = make_version("talents")
    client = signed_in(person)
    address = reverse("policies:follow", kwargs={"slug": "talents"})
    response = client.post(address, {"on": "1"}, follow=True)
    assert response.redirect_chain == [("/policies/talents/", 302)]
    assert list(person.follows.values_list("policy", flat=True)) == [version.policy_id]
    client.post(address, {"on": "0"})
    assert not person.follows.exists()
    assert Client().post(address, {"on": "1"}).url.startswith("/accounts/login/")


def test_a_hidden_policy_cannot_be_followed(person):
    make_version("hidden", state="DRAFT")
    response = signed_in(person).post(reverse("policies:follow", kwargs={"slug": "hidden"}), {"on": "1"})
    assert response.status_code == 404
    assert not Follow.objects.exists()


def test_one_page_shows_and_stops_everything(person, english):
    search, mine = save(person), follow_of(person)
    following.follow(policy=mine.policy, actor=english, now=FRIDAY)
    theirs = save(english)
    client = signed_in(person)
    text = client.get("/me/following/").content.decode()
    assert mine.title_zh in text
    assert f'name="id" value="{search.pk}"' in text
    assert f'name="id" value="{theirs.pk}"' not in text
    client.post("/me/following/", {"act": "frequency", "id": search.pk, "frequency": "WEEKLY"})
    assert person.saved_searches.get().frequency == "WEEKLY"
    client.post("/me/following/", {"act": "unfollow", "id": mine.policy_id})
    client.post("/me/following/", {"act": "stop", "id": search.pk})
    assert not person.follows.exists()
    assert not person.saved_searches.filter(stopped_at=None).exists()
    assert english.follows.exists()
    assert english.saved_searches.filter(stopped_at=None).exists()


def test_everything_stops_at_once(person, english):
    save(person)
    save(person, query="q=b")
    follow_of(person)
    save(english)
    signed_in(person).post("/me/following/", {"act": "stop_all"})
    assert not person.follows.exists()
    assert not person.saved_searches.filter(stopped_at=None).exists()
    assert english.saved_searches.filter(stopped_at=None).count() == 1


@pytest.mark.parametrize("act", ["stop", "frequency", "unfollow"])
@pytest.mark.parametrize("number", ["theirs", "x", "", "9" * 30, "-1"])
def test_what_is_somebody_elses_is_not_found(person, english, act, number):
    search, followed = save(english), follow_of(english)
    number = str(followed.policy_id if act == "unfollow" else search.pk) if number == "theirs" else number
    response = signed_in(person).post("/me/following/", {"act": act, "id": number, "frequency": "WEEKLY"})
    assert response.status_code == 404
    assert english.follows.exists()
    assert english.saved_searches.get().frequency == "DAILY"


def test_saving_from_the_page_of_the_search(person):
    client = signed_in(person)
    page = client.get("/policies/alerts/?topic=housing&region=530100").content.decode()
    assert 'name="email"' not in page
    response = client.post("/policies/alerts/?topic=housing&region=530100", {"frequency": "WEEKLY"}, follow=True)
    assert response.redirect_chain == [("/me/following/", 302)]
    saved = person.saved_searches.get()
    assert (saved.query, saved.frequency) == ("region=530100&topic=housing", "WEEKLY")


@pytest.mark.parametrize(
    ("query", "chinese", "english"),
    [
        ("", "全部政策", "All policies"),
        ("q=住房", "“住房”", "“住房”"),
        ("region=530100&topic=housing", "昆明市 · 住房", "Kunming City · Housing"),
        ("level=city&kind=rent&year=2025", None, "City · Rent allowance · 2025"),
        ("status=superseded", None, "Superseded"),
        ("topic=unheard-of", None, "unheard-of"),
    ],
)
def test_a_search_in_words(query, chinese, english):
    with translation.override("en"):
        assert alerts.words_of(query) == english
    if chinese and translation.gettext("All policies") != "All policies":
        with translation.override("zh-hans"):
            assert alerts.words_of(query) == chinese
