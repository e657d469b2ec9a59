"""The pages of recruitment events: everybody reads, people register and wait, units call; and what bad input meets."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import Role
from talents.models import Booth, Registration, Talk
from talents.services import booths, events
from talents.states import BoothState, Degree, RecruitKind, RecruitState, TalkState
from tests import cast
from tests.talents import event_walk, pool, vacancy_rows
from tests.talents import events as rows
from tests.talents.pool import NOW
from tests.talents.test_internship_pages import of, text

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _today(at):
    pass


@pytest.fixture
def examiner(world):
    return cast.make_staff("examiner@example.org", "赵审核", Role.EXAMINER, world.province, world.office)


@pytest.fixture
def post(unit, hr):
    return vacancy_rows.of_unit(unit, hr, NOW)


@pytest.fixture
def live(world, examiner):
    return event_walk.held(world.office, examiner, NOW)


@pytest.fixture
def soon(world, examiner):
    return event_walk.held(world.office, examiner, NOW, "soon-1", begins=9 * DAY)


@pytest.fixture
def booth(live, unit, hr, post):
    return rows.booth(live, unit, hr, NOW, [post], number=1)


def to(name: str, *args) -> str:
    return reverse(name, args=args)


def drawing(client, booth, **told):
    """Fill in the form of a booth as its page gives it."""
    told = {"vacancy": booth.vacancies.get().public_id, "line": "做过三年", "version": "2026-11", "agrees": "on"} | told
    return client.post(to("events:booth", booth.event.code, booth.public_id), told, follow=True)


# --- everybody -------------------------------------------------------------------------------------------------------


def test_everybody_reads_of_events_and_a_draft_is_not_found(world, examiner, live, soon, booth, post, client):
    draft = event_walk.held(world.office, examiner, NOW, "draft-1", state=RecruitState.DRAFT)
    page = text(client.get(to("events:list")))
    assert [code in page for code in ("/events/cloud-1/", "/events/soon-1/", "/events/draft-1/")] == [True, True, False]
    page = text(client.get(to("events:detail", live.code)))
    assert post.title in page
    assert booth.unit.name in page
    assert post.title in text(client.get(to("events:booth", live.code, booth.public_id)))
    for address in (to("events:detail", draft.code), to("events:detail", "nothing"), to("org:event", draft.code)):
        assert of(client, booth.by).get(address).status_code == 404, address


def test_a_booth_that_was_not_admitted_is_not_shown(world, live, unit, hr, post, client):
    asked = rows.booth(live, unit, hr, NOW, [post])
    assert unit.name not in text(client.get(to("events:detail", live.code)))
    assert client.get(to("events:booth", live.code, asked.public_id)).status_code == 404
    assert client.post(to("events:booth", live.code, asked.public_id)).status_code == 404


def test_a_booth_belongs_to_its_event(live, soon, booth, client):
    assert client.get(to("events:booth", soon.code, booth.public_id)).status_code == 404


def test_the_list_is_narrowed_and_what_means_nothing_is_passed_over(live, soon, client):
    soon.kind, soon.address = RecruitKind.FAIR, "示例路1号"
    soon.save()
    page = text(client.get(to("events:list"), {"kind": "FAIR"}))
    assert ("/events/soon-1/" in page, "/events/cloud-1/" in page) == (True, False)
    for query in ({"kind": "?", "page": "x"}, {"page": "999999999999999999999"}, {"page": "-1"}):
        assert "/events/cloud-1/" in text(client.get(to("events:list"), query))


def test_the_live_stream_is_linked_from_half_an_hour_before_until_the_end(live, client, at):
    live.stream = "https://live.example.org/1"
    live.save()
    shown = {}
    for moment in ("08:29", "08:30", "16:59", "17:00"):
        at(f"2026-09-18 {moment}")
        shown[moment] = live.stream in text(client.get(to("events:detail", live.code)))
    assert shown == {"08:29": False, "08:30": True, "16:59": True, "17:00": False}


def test_a_cancelled_event_says_why_and_takes_nobody(world, examiner, applicant, client):
    off = event_walk.held(world.office, examiner, NOW, state=RecruitState.CANCELLED, cancelled_because="场地维修")
    assert "场地维修" in text(of(client, applicant).get(to("events:detail", off.code)))
    page = client.post(to("events:detail", off.code), follow=True)
    assert "error-summary" in text(page)
    assert not Registration.objects.exists()


# --- a person --------------------------------------------------------------------------------------------------------


def test_a_person_registers_waits_and_leaves(live, booth, applicant, client):
    page = client.post(to("events:detail", live.code))
    assert page.status_code == 302
    assert "/accounts/login/" in page.url
    person = of(client, applicant)
    assert "me:leave" not in text(person.get(to("events:booth", live.code, booth.public_id)))
    page = drawing(person, booth)
    assert "error-summary" in text(page)  # not registered
    person.post(to("events:detail", live.code))
    person.post(to("events:detail", live.code))
    assert Registration.objects.filter(user=applicant).count() == 1
    drawing(person, booth)
    talk = Talk.objects.get()
    assert (talk.name, talk.line, talk.number) == ("陈思远", "做过三年", 1)
    mine = text(person.get(to("me:events")))
    assert to("me:leave_talk", talk.public_id) in mine
    assert person.get(to("me:leave_talk", talk.public_id)).status_code == 405
    person.post(to("me:leave_talk", talk.public_id))
    talk.refresh_from_db()
    assert (talk.state, talk.name, talk.line) == (TalkState.LEFT, "", "")
    assert to("me:leave_talk", talk.public_id) not in text(person.get(to("me:events")))


def test_after_a_talk_the_name_is_taken_back(live, booth, hr, applicant, client):
    person = of(client, applicant)
    person.post(to("events:detail", live.code))
    drawing(person, booth)
    talk, there = Talk.objects.get(), to("me:event", live.code)
    booths.call_next(booth=booth, actor=hr, now=NOW)
    assert to("me:leave_talk", talk.public_id) not in text(person.get(there))  # while they talk
    booths.end_talk(talk=talk, outcome="TALKED", actor=hr, now=NOW)
    assert to("me:leave_talk", talk.public_id) in text(person.get(there))
    page = person.post(to("me:leave_talk", talk.public_id), follow=True)
    assert page.redirect_chain[-1][0] == there
    talk.refresh_from_db()
    assert (talk.name, talk.line, talk.state) == ("", "", TalkState.TALKED)
    assert to("me:leave_talk", talk.public_id) not in text(page)


def test_without_consent_nothing_is_drawn_and_what_was_typed_stays(live, booth, applicant, client):
    rows.registered(live, applicant, NOW)
    person = of(client, applicant)
    for told in ({"agrees": ""}, {"version": "2025-01"}, {"version": ""}, {"vacancy": "nothing"}, {"vacancy": ""}):
        page = drawing(person, booth, line="留下来的话", **told)
        assert "error-summary" in text(page), told
        assert "留下来的话" in text(page), told
    page = drawing(person, booth, line="很长" * 150)
    assert "error-summary" in text(page)
    assert not Talk.objects.exists()


def test_a_number_is_drawn_while_the_event_runs_only(live, booth, applicant, client, at):
    rows.registered(live, applicant, NOW)
    person = of(client, applicant)
    for moment in ("2026-09-18 08:59", "2026-09-18 17:00"):
        at(moment)
        page = text(person.get(to("events:booth", live.code, booth.public_id)))
        assert 'name="vacancy"' not in page
        drawing(person, booth)
    assert not Talk.objects.exists()


def test_the_words_of_the_consent_stand_on_the_page_with_the_name_the_unit_sees(live, booth, applicant, client):
    rows.registered(live, applicant, NOW)
    page = text(of(client, applicant).get(to("events:booth", live.code, booth.public_id)))
    from talents import consent_texts

    words = consent_texts.for_talks()
    assert words.words["zh"] in page
    assert all(point["zh"] in page for point in words.points)
    assert "陈思远" in page


def test_the_own_place_counts_those_before(live, booth, applicant, client):
    for name in ("甲", "乙"):
        other = pool.person(name=name)
        rows.registered(live, other, NOW)
        event_walk.drawn(booth, other, NOW)
    rows.registered(live, applicant, NOW)
    event_walk.drawn(booth, applicant, NOW)
    person = of(client, applicant)
    listed = person.get(to("me:events")).context["live"][0].waiting[0]
    assert (listed.number, listed.before, listed.wait) == (3, 2, None)
    booths.call_next(booth=booth, actor=booth.by, now=NOW)
    assert person.get(to("me:events")).context["live"][0].waiting[0].before == 1
    page = person.get(to("me:events"))
    assert "甲" not in text(page)
    assert page.context["called"] is False


def test_a_fair_for_doctors_takes_who_says_so(soon, applicant, client):
    soon.kind, soon.address = RecruitKind.DOCTORS, "示例路1号"
    soon.save()
    person = of(client, applicant)
    page = person.post(to("events:detail", soon.code), follow=True)
    assert "error-summary" in text(page)
    assert not Registration.objects.exists()
    person.post(to("events:detail", soon.code), {"is_doctor": "on"})
    assert Registration.objects.get().is_doctor


def test_a_registration_is_cancelled_with_its_places(live, booth, applicant, client):
    rows.registered(live, applicant, NOW)
    event_walk.drawn(booth, applicant, NOW)
    of(client, applicant).post(to("me:event", live.code), {"act": "unregister"})
    assert not Registration.objects.exists()
    assert not Talk.objects.exists()
    assert client.get(to("me:event", live.code)).status_code == 404


def test_the_survey_is_answered_once_after_the_end(live, booth, applicant, client, at):
    rows.registered(live, applicant, NOW)
    person, address = of(client, applicant), to("me:event", live.code)
    assert 'name="stars"' not in text(person.get(address))
    at("2026-09-18 17:30")
    events.close_event(event=live, now=at("2026-09-18 17:30"))
    assert f"{address}#answer" in text(person.get(to("me:events")))
    for told in ({"words": "排队太久"}, {"stars": "6", "words": "排队太久"}, {"stars": "x", "words": "排队太久"}):
        page = person.post(address, {"act": "answer", **told}, follow=True)
        assert "error-summary" in text(page), told
        assert "排队太久" in text(page), told
    person.post(address, {"act": "answer", "stars": "4", "words": "排队太久"})
    row = Registration.objects.get()
    assert (row.stars, row.words) == (4, "排队太久")
    page = person.post(address, {"act": "answer", "stars": "1"}, follow=True)
    assert "error-summary" in text(page)
    row.refresh_from_db()
    assert row.stars == 4


def test_a_late_answer_is_not_taken(live, applicant, client, at):
    rows.registered(live, applicant, NOW)
    events.close_event(event=live, now=at("2026-10-02 17:00"))
    person, address = of(client, applicant), to("me:event", live.code)
    assert 'name="stars"' not in text(person.get(address))
    assert "error-summary" in text(person.post(address, {"act": "answer", "stars": "4"}, follow=True))
    assert Registration.objects.get().stars is None


def test_nobody_reaches_the_places_of_others(live, booth, applicant, client):
    rows.registered(live, applicant, NOW)
    talk = event_walk.drawn(booth, applicant, NOW)
    stranger = of(client, pool.person())
    assert stranger.post(to("me:leave_talk", talk.public_id)).status_code == 404
    assert stranger.get(to("me:event", live.code)).status_code == 404
    assert stranger.post(to("me:event", live.code), {"act": "unregister"}).status_code == 404
    assert stranger.get(to("org:event", live.code)).status_code == 404
    assert Talk.objects.get().state == TalkState.WAITING


# --- a unit ----------------------------------------------------------------------------------------------------------


def test_a_unit_asks_for_a_booth_changes_it_and_gives_it_up(soon, unit, hr, post, client):
    other = vacancy_rows.of_unit(unit, hr, NOW, "焊工")
    desk, address = of(client, hr), to("org:event", soon.code)
    page = desk.post(address, {"act": "ask"}, follow=True)
    assert "error-summary" in text(page)
    strange = vacancy_rows.of_unit(pool.unit(soon.region), hr, NOW, "别家的岗位")
    page = desk.post(address, {"act": "ask", "vacancies": [post.public_id, strange.public_id]}, follow=True)
    assert "error-summary" in text(page)
    assert f'value="{post.public_id}"' in text(page).split("checked")[0]  # what was ticked stays ticked
    assert not Booth.objects.exists()
    desk.post(address, {"act": "ask", "vacancies": [post.public_id]})
    booth = Booth.objects.get()
    assert (booth.unit, booth.state, booth.by) == (unit, BoothState.ASKED, hr)
    desk.post(address, {"act": "change", "vacancies": [other.public_id]})
    assert list(booth.vacancies.all()) == [other]
    desk.post(address, {"act": "withdraw"})
    booth.refresh_from_db()
    assert booth.state == BoothState.WITHDRAWN
    assert 'value="ask"' in text(desk.get(address))


def test_the_office_answers_and_the_unit_reads_it(soon, unit, hr, post, examiner, client):
    booth = rows.booth(soon, unit, hr, NOW, [post])
    desk, address = of(client, hr), to("org:event", soon.code)
    events.refuse_booth(booth=booth, note="岗位太少", actor=examiner, now=NOW)
    assert "岗位太少" in text(desk.get(address))
    desk.post(address, {"act": "ask", "vacancies": [post.public_id]})
    events.admit(booth=booth, actor=examiner, now=NOW)
    booth.refresh_from_db()
    assert (booth.state, booth.number) == (BoothState.ADMITTED, 1)
    assert "岗位太少" not in text(desk.get(address))


def test_a_fair_for_doctors_offers_the_posts_of_doctors_only(soon, unit, hr, post, client):
    soon.kind, soon.address = RecruitKind.DOCTORS, "示例路1号"
    soon.save()
    doctor = vacancy_rows.of_unit(unit, hr, NOW, "博士后", degree=Degree.DOCTOR)
    desk, address = of(client, hr), to("org:event", soon.code)
    page = text(desk.get(address))
    assert (doctor.public_id in page, post.public_id in page) == (True, False)
    assert "error-summary" in text(desk.post(address, {"act": "ask", "vacancies": [post.public_id]}, follow=True))


def test_a_unit_calls_and_notes_what_became_of_it(live, booth, hr, applicant, client):
    desk, address = of(client, hr), to("org:event", live.code)
    assert desk.post(address, {"act": "call"}, follow=True).status_code == 200  # nobody waits
    rows.registered(live, applicant, NOW)
    talk = event_walk.drawn(booth, applicant, NOW)
    page = text(desk.get(address))
    assert ("陈思远" in page, "做过三年" in page, 'value="call" autofocus' in page) == (True, True, True)
    desk.post(address, {"act": "call"})
    page = text(desk.get(address))
    assert ('value="INTENTION"' in page, 'value="call"' in page) == (True, False)
    assert "error-summary" in text(desk.post(address, {"act": "call"}, follow=True))  # one after the other
    for told in ({"outcome": "WAITING"}, {"outcome": ""}, {"outcome": "TALKED", "talk": "nothing"}):
        assert desk.post(address, {"act": "end", "talk": talk.public_id, **told}).status_code == 404, told
    desk.post(address, {"act": "end", "talk": talk.public_id, "outcome": "INTENTION"})
    talk.refresh_from_db()
    assert talk.state == TalkState.INTENTION
    assert "error-summary" in text(
        desk.post(address, {"act": "end", "talk": talk.public_id, "outcome": "ABSENT"}, follow=True)
    )
    assert desk.post(address, {"act": "nothing"}).status_code == 404


def test_a_unit_reads_names_until_they_are_deleted(live, booth, hr, applicant, client, at):
    rows.talk(booth, rows.registered(live, applicant, NOW), NOW, state=TalkState.INTENTION)
    desk, address = of(client, hr), to("org:event", live.code)
    at("2026-10-18 16:59")
    assert "做过五年育种" in text(desk.get(address))
    at("2026-10-18 17:00")
    page = desk.get(address)
    assert "做过五年育种" not in text(page)
    assert page.context["figures"].intentions == 1


def test_a_unit_sees_and_ends_nothing_of_another_booth(world, live, booth, applicant, client):
    rows.registered(live, applicant, NOW)
    talk = event_walk.drawn(booth, applicant, NOW)
    booths.call_next(booth=booth, actor=booth.by, now=NOW)
    stranger = pool.unit(world.province)
    other = pool.handler(stranger)
    rows.booth(live, stranger, other, NOW, [vacancy_rows.of_unit(stranger, other, NOW, "电工")], number=2)
    desk, address = of(client, other), to("org:event", live.code)
    assert "陈思远" not in text(desk.get(address))
    assert desk.post(address, {"act": "end", "talk": talk.public_id, "outcome": "TALKED"}).status_code == 404
    talk.refresh_from_db()
    assert talk.state == TalkState.CALLED


def test_without_a_booth_a_unit_does_nothing_at_a_running_event(live, unit, hr, post, client):
    desk, address = of(client, hr), to("org:event", live.code)
    assert desk.get(address).status_code == 200
    for act in ("call", "withdraw", "change", "end"):
        assert desk.post(address, {"act": act}).status_code == 404
    page = desk.post(address, {"act": "ask", "vacancies": [post.public_id]}, follow=True)
    assert "error-summary" in text(page)
    assert not Booth.objects.exists()


def test_figures_stand_on_the_page_of_an_event_that_is_over(live, booth, applicant, client, at):
    rows.talk(booth, rows.registered(live, applicant, NOW), NOW, state=TalkState.INTENTION)
    assert client.get(to("events:detail", live.code)).context["figures"] is None
    at("2026-09-18 17:00")
    told = client.get(to("events:detail", live.code)).context["figures"]
    assert (told.units, told.registrations, told.held, told.intentions, told.stars) == (1, 1, 1, 1, None)


def test_the_search_of_the_site_finds_events_to_come(live, client):
    found = [text(client.get(to("search"), {"q": words})) for words in ("云招聘", "没有这样的")]
    assert [f"/events/{live.code}/" in page for page in found] == [True, False]
    assert client.get(to("search"), {"q": "云\0"}).status_code in (200, 400)


def test_a_character_that_no_database_takes_is_bad_input(live, booth, hr, client):
    desk = of(client, hr)
    answers = [
        desk.post(to("org:event", live.code), {"act": "end", "talk": "\0", "outcome": "TALKED"}),
        desk.post(to("org:event", live.code), {"act": "change", "vacancies": ["\0"]}, follow=True),
        desk.post(to("events:booth", live.code, booth.public_id), {"vacancy": "\0", "line": "\0"}, follow=True),
        desk.get(to("events:list"), {"kind": "\0", "page": "\0"}),
    ]
    assert all(answer.status_code in (200, 400, 404) for answer in answers), answers
