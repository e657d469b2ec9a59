"""The portal's own pages: home, search, languages, elder mode, errors, health."""

import re

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from applications.models import Clock
from jobs import clock
from talentportal import context, views
from tests import cast
from tests.cast import moment
from tests.policies.search.documents import document

NOW = moment("2026-09-10 14:36")


@pytest.fixture(autouse=True)
def _thursday(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    translation.activate("zh-hans")


def page(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_home_in_chinese_links_only_what_is_built(client, world):
    text = page(client.get("/"))
    assert '<html lang="zh-Hans">' in text
    assert f'href="{reverse("services:guide", args=[world.item.code])}"' in text
    assert text.count("is-later") == 2
    assert text.count('class="six__tile" href') == 4
    assert world.item.name_zh in text


def test_home_counts_services_and_windows(client, world):
    text = page(client.get("/en/"))
    assert "All 1 service<" in text
    assert "<b>2</b> service windows" in text
    assert "Within 5 working days" in text  # the deferrable materials of the guide
    assert "for 6 months you cannot start" in text


def test_home_of_an_empty_portal(client, db):
    text = page(client.get("/en/"))
    assert "No service is open yet" in text
    assert "Sign a commitment" not in text


def test_todo_card_names_the_applicants_own_nearest_day(client, world, applicant, stranger):
    case = cast.make_draft(world, applicant, "id", "degree", now=NOW)
    for kind, due in (("DEFERRAL", "2026-09-24"), ("CORRECTION", "2026-09-17")):
        Clock.objects.create(
            case=case,
            kind=kind,
            owner="APPLICANT",
            days=5,
            started_on=cast.day("2026-09-10"),
            due_wd=0,
            calendar="CN",
            printed_due_on=cast.day(due),
            due_on=cast.day(due),
        )
    client.force_login(applicant)
    assert "Thursday 17 September 2026" in page(client.get("/en/"))
    client.force_login(stranger)
    assert "todo--home" not in page(client.get("/en/"))


def test_navigation_marks_the_section_and_keeps_the_page_in_the_other_language(client, world):
    text = page(client.get("/services/?who=person"))
    assert '<a href="/services/" aria-current="page">' in text
    assert 'href="/en/services/?who=person" hreflang="en"' in text
    assert 'href="/services/?who=person" hreflang="zh-Hans"' in page(client.get("/en/services/?who=person"))


def test_search_finds_services_and_windows(client, world):
    text = page(client.get("/en/search/?q=Classification"))
    assert reverse("services:guide", args=[world.item.code]) in text
    text = page(client.get("/search/", {"q": "呈贡区"}))
    assert reverse("windows:detail", args=["w1"]) in text
    assert reverse("windows:detail", args=["w2"]) not in text


def test_search_by_first_letters(client, world):
    assert world.item.code in page(client.get("/search/?q=gccrc"))


def test_policies_that_only_come_close_are_said_to_and_stand_last(client, world):
    document("引进人才办法", "购房的给予补贴")
    text = page(client.get("/en/search/", {"q": "引进人才分类"}))
    assert "Nothing has all of these words. This comes closest:" in text
    document("人才分类办法", "引进人才分类")
    text = page(client.get("/en/search/", {"q": "引进人才分类"}))
    assert "This comes closest" not in text


def test_search_without_results_offers_ways_on(client, world):
    text = page(client.get("/en/search/", {"q": '"><script>x'}))
    assert "Nothing found for" in text
    assert "<script>x" not in text
    assert "See all services" in text


@pytest.mark.parametrize("name", ["help", "accessibility", "privacy", "search"])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_plain_pages(client, db, name, prefix):
    assert client.get(prefix + reverse(name)).status_code == 200


def test_elder_mode_is_kept_in_the_browser(client, world):
    response = client.post("/elder/", {"on": "1", "next": "/services/?q=a"})
    assert (response.status_code, response.url) == (302, "/services/?q=a")
    assert 'class="elder"' in page(client.get("/"))
    client.post("/elder/", {"on": "0", "next": "/"})
    assert 'class="elder"' not in page(client.get("/"))


def test_elder_mode_of_the_account_unless_the_browser_says_otherwise(client, world, applicant):
    User.objects.filter(pk=applicant.pk).update(elder_mode=True)
    client.force_login(applicant)
    assert 'class="elder"' in page(client.get("/"))
    client.post("/elder/", {"on": "0", "next": "/"})
    assert 'class="elder"' not in page(client.get("/"))


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_elder_mode_never_sends_elsewhere(client, db, target):
    assert client.post("/elder/", {"on": "1", "next": target}).url == "/"


def test_elder_mode_is_posted_only(client, db):
    assert client.get("/elder/").status_code == 405


def test_unknown_page_needs_no_database(client):
    response = client.get("/en/nowhere/")
    assert response.status_code == 404
    assert "There is no such page" in page(response)


def test_forged_form_is_explained(db):
    response = Client(enforce_csrf_checks=True).post("/en/elder/", {"on": "1"})
    assert response.status_code == 403
    assert "The page was open too long" in page(response)


def test_failure_inside_a_page_says_so(client, db, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr(views, "_todo", lambda *args: 1 / 0)
    response = client.get("/en/")
    assert response.status_code == 500
    assert "Something went wrong on our side" in page(response)


@pytest.mark.parametrize("where", ["view", "template"])
def test_database_down_is_503_not_500(client, db, monkeypatch, where):
    def down(*args, **options):
        raise OperationalError("connection refused")

    client.raise_request_exception = False
    if where == "view":
        monkeypatch.setattr(views.policies, "guides_in_force", down)
    else:
        monkeypatch.setattr(context, "portal", down)
        monkeypatch.setattr(context.clock, "offset", down)
    response = client.get("/en/")
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert "not available for a moment" in page(response)


@pytest.mark.parametrize(("handler", "status"), [(views.bad_request, 400), (views.forbidden, 403)])
def test_error_pages_ask_nothing_of_the_database(handler, status):
    response = handler(RequestFactory().get("/"))
    assert response.status_code == status
    assert "csrfmiddlewaretoken" not in page(response)


def test_health(client, db, monkeypatch):
    assert client.get("/healthz").content == b"ok"
    monkeypatch.setattr(views, "_ask_cache", lambda: None)
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"database": True, "cache": True})


def test_not_ready_names_what_is_down(client, db, monkeypatch):
    monkeypatch.setattr(views, "_ask_cache", lambda: 1 / 0)
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()) == (503, {"database": True, "cache": False})


def test_unread_messages_are_counted(client, world, applicant):
    applicant.inbox.create(event="test", key="k", title="t", body="b", created_at=NOW)
    client.force_login(applicant)
    assert '<span class="badge">1</span>' in page(client.get("/"))
