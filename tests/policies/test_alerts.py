"""Saved searches: what they report, how often, to whom, and that nobody is told twice or against their will."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from jobs import services as jobs
from notifications.models import Message
from policies.models import SavedSearch, SentAlert
from policies.news import alerts
from policies.search.index import index_version
from policies.services import following
from talentportal.lib.refusals import Refused
from tests.cast import moment
from tests.policies.library import FRIDAY, make_benefit
from tests.policies.news import MONDAY, SATURDAY, follow_of, inbox, publish_now, run, save, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("portal_time", "letters", "wording")]
ADDRESS = "reader@mail.example"


# --- when -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frequency", "now", "due"),
    [
        ("DAILY", "2026-09-18 10:00", "2026-09-19 08:00"),
        ("DAILY", "2026-09-18 07:59", "2026-09-19 08:00"),
        ("WEEKLY", "2026-09-18 10:00", "2026-09-21 08:00"),
        ("WEEKLY", "2026-09-20 23:59", "2026-09-21 08:00"),
        ("WEEKLY", "2026-09-21 00:00", "2026-09-28 08:00"),
    ],
)
def test_reports_come_at_eight_of_the_next_day_or_monday(frequency, now, due):
    assert following.next_report(frequency, moment(now)) == moment(due)


# --- saved searches of those who sign in ------------------------------------------------------------------------------


def test_what_is_new_is_told_in_the_inbox_and_by_mail(person):
    save(person)
    publish_now("new", FRIDAY + dt.timedelta(hours=2), title_zh="新的住房办法")
    publish_now("other", FRIDAY + dt.timedelta(hours=2), title_zh="别的", region="330000")
    run(FRIDAY + dt.timedelta(hours=3))
    assert inbox(person) == []
    run(SATURDAY)
    [told] = inbox(person)
    assert told.startswith("有新政策符合你保存的搜索：")
    assert "· 新的住房办法" in told
    assert "2 项" in told
    message = Message.objects.get()
    assert message.path == "/policies/?topic=housing"
    [letter] = mail.outbox
    assert letter.to == ["person@example.org"]
    assert "· 新的住房办法" in letter.body
    assert SentAlert.objects.count() == 2


def test_nothing_new_no_message(person):
    publish_now("old", FRIDAY - dt.timedelta(days=3))
    save(person)
    for days in range(5):
        run(SATURDAY + dt.timedelta(days=days))
    assert inbox(person) == []
    assert mail.outbox == []


def test_what_was_told_is_never_told_again(person):
    save(person)
    publish_now("new", FRIDAY + dt.timedelta(hours=1))
    for hours in range(0, 72, 6):
        run(SATURDAY + dt.timedelta(hours=hours))
    assert len(inbox(person)) == 1
    publish_now("newer", SATURDAY + dt.timedelta(hours=80))
    run(SATURDAY + dt.timedelta(days=10))
    assert len(inbox(person)) == 2


def test_what_appeared_before_the_search_was_saved_is_not_news(person):
    publish_now("just-before", FRIDAY - dt.timedelta(minutes=5))
    save(person)
    run(SATURDAY)
    assert inbox(person) == []


def test_a_weekly_search_waits_for_monday(person):
    save(person, frequency="WEEKLY")
    publish_now("new", FRIDAY + dt.timedelta(hours=1))
    run(SATURDAY)
    assert inbox(person) == []
    run(MONDAY)
    assert len(inbox(person)) == 1
    assert SavedSearch.objects.get().next_at == moment("2026-09-28 08:00")


def test_after_an_outage_there_is_one_message(person):
    save(person)
    for day in range(4):
        publish_now(f"day-{day}", FRIDAY + dt.timedelta(days=day, hours=1), title_zh=f"第{day}天的办法")
    later = FRIDAY + dt.timedelta(days=20)
    run(later)
    [told] = inbox(person)
    assert [f"第{day}天的办法" in told for day in range(4)] == [True] * 4
    assert SavedSearch.objects.get().next_at == following.next_report("DAILY", later)
    run(later)
    assert len(inbox(person)) == 1


def test_a_version_committed_while_the_report_looked_is_told_next_time(person):
    save(person)
    run(SATURDAY)  # its publication had begun, and was not to be seen yet
    publish_now("late", SATURDAY - dt.timedelta(minutes=10))
    run(SATURDAY + dt.timedelta(days=1))
    assert len(inbox(person)) == 1


def test_the_reader_is_told_in_the_language_of_the_profile(english):
    with translation.override("zh-hans"):
        save(english, query="kind=rent&region=530100&topic=housing")
        version = publish_now("new", FRIDAY + dt.timedelta(hours=1), region="530100", title_en="Homes")
        make_benefit(version, kind="rent")
        index_version(version)
        run(SATURDAY)
    [told] = inbox(english)
    assert told.startswith("New policies for your saved search: Kunming City · Housing · Rent allowance")
    assert "· Homes" in told
    assert "/en/policies/alerts/" in told


def test_a_long_list_is_shortened(person):
    save(person)
    for number in range(12):
        publish_now(f"new-{number}", FRIDAY + dt.timedelta(minutes=number + 1), title_zh=f"办法之{number:02}")
    run(SATURDAY)
    [told] = inbox(person)
    assert told.count("· 办法之") == 10
    assert "12 项" in told


def test_a_report_of_very_many_goes_on_the_next_day(person, monkeypatch):
    real = alerts.engine.new_since
    monkeypatch.setattr(alerts.engine, "new_since", lambda *args, **options: real(*args, **options)[:2])
    monkeypatch.setattr(alerts, "FULL", 2)
    save(person)
    for number in range(5):
        publish_now(f"new-{number}", FRIDAY + dt.timedelta(minutes=number + 1))
    for days in range(6):
        run(SATURDAY + dt.timedelta(days=days))
    assert len(inbox(person)) == 3
    assert SentAlert.objects.count() == 5


def test_a_long_query_leads_to_the_page_of_what_one_follows(person):
    save(person, query="&".join(["topic=housing", *(f"topic=t{number:030}" for number in range(8))]))
    publish_now("new", FRIDAY + dt.timedelta(hours=1))
    run(SATURDAY)
    assert [one.path for one in Message.objects.all()] == ["/me/following/"]


def test_a_person_without_an_address_is_told_in_the_inbox_alone():
    person = User.objects.create_user(phone="+8613800138000", name="无邮箱")
    save(person)
    publish_now("new", FRIDAY + dt.timedelta(hours=1))
    run(SATURDAY)
    assert len(inbox(person)) == 1
    assert not person.inbox.get().deliveries.exists()


def test_a_closed_account_is_told_nothing(person):
    save(person)
    follow_of(person)
    publish_now("new", FRIDAY + dt.timedelta(hours=1))
    User.objects.filter(pk=person.pk).update(is_active=False)
    run(SATURDAY)
    assert inbox(person) == []


def test_saving_twice_changes_the_frequency_only(person):
    first = save(person)
    again = save(person, frequency="WEEKLY")
    assert (again.pk, again.frequency, again.next_at) == (first.pk, "WEEKLY", MONDAY)
    assert SavedSearch.objects.count() == 1


def test_a_stopped_search_may_be_saved_again(person):
    first = save(person)
    following.stop_searches(searches=person.saved_searches, now=FRIDAY)
    assert save(person).pk != first.pk
    assert person.saved_searches.filter(stopped_at=None).count() == 1


def test_searches_are_not_without_end(person, monkeypatch):
    monkeypatch.setattr(following, "MOST", 2)
    save(person, query="q=a")
    save(person, query="q=b")
    save(person, query="q=b")
    with pytest.raises(Refused, match="2"):
        save(person, query="q=c")


def test_one_failing_search_stops_no_other(person, english, monkeypatch):
    broken, sound = save(person), save(english)
    publish_now("new", FRIDAY + dt.timedelta(hours=1))
    real = alerts._news

    def news(search, now):
        if search.pk == broken.pk:
            raise ValueError
        return real(search, now)

    monkeypatch.setattr(alerts, "_news", news)
    report = jobs.run_due(SATURDAY)
    assert report.failed == {}
    assert (len(inbox(person)), len(inbox(english))) == (0, 1)
    monkeypatch.undo()
    mail.outbox.clear()
    jobs.run_due(SATURDAY + dt.timedelta(minutes=5))
    assert (len(inbox(person)), len(inbox(english))) == (1, 1)
    assert sound.sent.count() == 1


# --- saved searches of an address -------------------------------------------------------------------------------------


def ask(email=ADDRESS, query="topic=housing", language="zh-hans", frequency="DAILY", client=None):
    with translation.override(language):
        address = f"{reverse('policies:save_search')}?{query}"
    return (client or Client()).post(address, {"email": email, "frequency": frequency})


def link_in(letter) -> str:
    return re.search(r"https?://[^/]+(/\S*policies/alerts/\S+)", letter.body)[1]


def test_an_address_counts_once_its_owner_confirms_it(portal_time):
    response = ask()
    assert response.url == "/policies/alerts/sent/"
    publish_now("new", FRIDAY + dt.timedelta(hours=1), title_zh="新的住房办法")
    run(FRIDAY)
    [question] = mail.outbox
    assert question.to == [ADDRESS]
    assert question.subject == "请确认：新政策提醒"
    run(SATURDAY)
    assert len(mail.outbox) == 1  # nothing before it is confirmed
    page = link_in(question)
    for _scanner in range(3):
        assert Client().get(page).status_code == 200
        assert Client().head(page).status_code == 200
    assert SavedSearch.objects.get().confirmed_at is None  # opening a link does nothing
    portal_time.now = SATURDAY
    assert Client().post(page, {"act": "confirm"}).status_code == 302
    run(SATURDAY + dt.timedelta(days=1))
    assert [letter.subject.split("：")[0] for letter in mail.outbox[1:]] == ["有新政策符合你保存的搜索"]
    assert "· 新的住房办法" in mail.outbox[1].body
    assert "/policies/?topic=housing" in mail.outbox[1].body
    run(SATURDAY + dt.timedelta(days=2))
    assert len(mail.outbox) == 2


def confirmed(portal_time, email=ADDRESS, **options) -> SavedSearch:
    ask(email, **options)
    search = SavedSearch.objects.latest("pk")
    return following.confirm_search(search=search, now=portal_time.now)


def test_letters_stop_with_one_click(portal_time):
    search = confirmed(portal_time)
    publish_now("new", FRIDAY + dt.timedelta(hours=1))
    run(SATURDAY)
    letter = mail.outbox[-1]
    [stop] = re.findall(r"<https?://[^/]+(/[^>]+)>", letter.extra_headers["List-Unsubscribe"])
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    strict = Client(enforce_csrf_checks=True)  # a mail program has no page of ours, and no cookie
    assert strict.get(stop).status_code == 302
    search.refresh_from_db()
    assert search.stopped_at is None
    assert strict.post(stop, {"List-Unsubscribe": "One-Click"}).status_code == 302
    assert strict.post(stop).status_code == 302
    search.refresh_from_db()
    assert search.stopped_at == FRIDAY
    publish_now("newer", SATURDAY + dt.timedelta(hours=1))
    run(SATURDAY + dt.timedelta(days=3))
    assert mail.outbox[-1] is letter


def test_every_address_gets_the_same_answer(portal_time, person, english):
    confirmed(portal_time, "known@mail.example")
    save(person)
    answers = set()
    for address in ("known@mail.example", "unknown@mail.example", person.email, english.email):
        response = ask(address)
        answers.add((response.status_code, response.url, response.content))
    assert len(answers) == 1
    run(FRIDAY)
    assert sorted(letter.to[0] for letter in mail.outbox) == sorted(
        ["unknown@mail.example", person.email, english.email]
    )


def test_asking_again_sends_no_second_letter_within_the_hour(portal_time):
    for _time in range(3):
        ask()
    ask(ADDRESS.upper())
    run(FRIDAY)
    assert len(mail.outbox) == 1
    portal_time.now = FRIDAY + dt.timedelta(hours=2)
    cache.clear()
    ask()
    run(portal_time.now)
    assert len(mail.outbox) == 2
    assert SavedSearch.objects.count() == 1


def test_one_address_is_asked_a_few_times_an_hour(portal_time):
    answers = [ask(query=f"year={2000 + number}").status_code for number in range(7)]
    assert answers == [302] * 5 + [429] * 2


def test_an_address_that_nobody_confirms_is_deleted(portal_time):
    ask()
    run(FRIDAY + dt.timedelta(days=6))
    assert SavedSearch.objects.exists()
    late = FRIDAY + dt.timedelta(days=8)
    with pytest.raises(Refused):
        following.confirm_search(search=SavedSearch.objects.get(), now=late)
    run(late)
    assert not SavedSearch.objects.exists()


def test_an_address_that_says_no_is_deleted_at_once(portal_time):
    ask()
    page = reverse("policies:alert", kwargs={"token": SavedSearch.objects.get().token})
    Client().post(page, {"act": "stop"})
    assert "notice--ok" in Client().get(page).content.decode()
    run(FRIDAY)
    assert not SavedSearch.objects.exists()
    assert mail.outbox == []


def test_a_stopped_address_is_forgotten_after_a_month(portal_time, person):
    confirmed(portal_time)
    save(person)
    following.stop_searches(searches=SavedSearch.objects.all(), now=FRIDAY)
    run(FRIDAY + dt.timedelta(days=29))
    assert SavedSearch.objects.filter(user=None).exists()
    run(FRIDAY + dt.timedelta(days=31))
    assert not SavedSearch.objects.filter(user=None).exists()
    assert person.saved_searches.exists()


def test_a_letter_that_could_not_be_sent_is_tried_again(portal_time, settings):
    confirmed(portal_time)
    publish_now("new", FRIDAY + dt.timedelta(hours=1))
    settings.EMAIL_BACKEND = "tests.policies.test_alerts.Broken"
    jobs.run_due(SATURDAY)
    assert SentAlert.objects.count() == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox.clear()
    jobs.run_due(SATURDAY + dt.timedelta(minutes=10))
    assert len(mail.outbox) == 1
    assert SentAlert.objects.count() == 1


class Broken:
    def __init__(self, *args, **kwargs):
        pass

    def send_messages(self, messages):
        raise OSError("no carrier")


def test_letters_speak_the_language_of_the_page(portal_time):
    confirmed(portal_time, language="en")
    publish_now("new", FRIDAY + dt.timedelta(hours=1), title_en="Homes")
    run(SATURDAY)
    question, letter = mail.outbox if len(mail.outbox) == 2 else (None, mail.outbox[-1])
    assert letter.subject == "New policies for your saved search: Housing"
    assert "· Homes" in letter.body
    assert "/en/policies/?topic=housing" in letter.body
    assert question is None or question.subject.startswith("Please confirm")


def test_the_page_behind_the_link_changes_and_stops(portal_time):
    search, other = confirmed(portal_time), confirmed(portal_time, query="kind=rent")
    page = reverse("policies:alert", kwargs={"token": search.token})
    Client().post(page, {"act": "frequency", "frequency": "WEEKLY"})
    search.refresh_from_db()
    assert (search.frequency, search.next_at) == ("WEEKLY", MONDAY)
    Client().post(page, {"act": "frequency", "frequency": "HOURLY"})
    Client().post(page, {"act": "nonsense"})
    search.refresh_from_db()
    assert (search.frequency, search.stopped_at) == ("WEEKLY", None)
    Client().post(page, {"act": "stop_all"})
    other.refresh_from_db()
    assert other.stopped_at == FRIDAY
    assert "notice--ok" in Client().get(page).content.decode()


def test_a_persons_link_stops_that_search_alone(portal_time, person):
    search, other = save(person), save(person, query="q=b")
    page = reverse("policies:alert", kwargs={"token": search.token})
    Client().post(page, {"act": "stop_all"})
    assert person.saved_searches.filter(stopped_at=None).count() == 2
    Client().post(page, {"act": "stop"})
    assert list(person.saved_searches.filter(stopped_at=None)) == [other]


def test_tokens_cannot_be_guessed(portal_time):
    first, second = confirmed(portal_time), confirmed(portal_time, query="kind=rent")
    assert len({first.token, second.token}) == 2
    assert len(first.token) == 43
    assert Client().get(reverse("policies:alert", kwargs={"token": "x" * 43})).status_code == 404
    page = Client().get(reverse("policies:alert", kwargs={"token": first.token}))
    assert "no-store" in page["Cache-Control"]
    assert 'content="noindex"' in page.content.decode()
    assert ADDRESS not in page.content.decode()


@pytest.mark.parametrize(
    "fields", [{"email": "x", "frequency": "DAILY"}, {"email": ADDRESS, "frequency": "HOURLY"}, {}]
)
def test_a_wrong_form_says_so(fields):
    response = Client().post("/policies/alerts/?topic=housing", fields)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert not SavedSearch.objects.exists()


def test_forms_are_guarded(portal_time):
    search = confirmed(portal_time)
    strict = Client(enforce_csrf_checks=True)
    page = reverse("policies:alert", kwargs={"token": search.token})
    assert strict.post(page, {"act": "stop"}).status_code == 403
    assert strict.post("/policies/alerts/", {"email": ADDRESS, "frequency": "DAILY"}).status_code == 403


def test_what_means_nothing_is_not_saved(person):
    client = signed_in(person)
    client.post("/policies/alerts/?topic=housing&level=moon&colour=red&utm=1", {"frequency": "DAILY"})
    assert person.saved_searches.get().query == "topic=housing"
