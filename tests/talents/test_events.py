"""Recruitment events: the verbs of the host, of units and of people, with everything that they refuse."""

import pytest

from accounts.models import Organization, Person, Role, StaffPost, Unit, UnitMember
from applications import own_data
from notifications.models import Message
from talents import consent_texts, limits
from talents.models import Booth, RecruitEvent, Registration, Talk
from talents.queries import events as queries
from talents.services import booths
from talents.services import events as services
from talents.states import BoothState, Degree, RecruitKind, RecruitState, TalkState, VacancyState
from tests import cast
from tests.applications.life import at_once, refused
from tests.talents import events, pool, vacancy_rows
from tests.talents.events import DAY, HOUR

NOW = pool.NOW
LIVE, OVER = NOW + 10 * DAY + HOUR, NOW + 10 * DAY + 8 * HOUR
VERSION = consent_texts.for_talks().version
KINDS = ("event_soon", "event_over", "event_cancelled", "booth_admitted", "booth_refused", "talk_called")


@pytest.fixture(autouse=True)
def wording(db):
    pool.wording(*KINDS)


@pytest.fixture
def vacancy(world, unit, hr):
    return vacancy_rows.put(world, unit=unit, by=hr)


@pytest.fixture
def event(world, examiner):
    return events.event(world.office, world.province, examiner, NOW)


@pytest.fixture
def booth(event, unit, hr, vacancy):
    return events.booth(event, unit, hr, NOW, [vacancy], number=1)


def told(kind: str) -> set:
    return set(Message.objects.filter(event=kind).values_list("recipient__email", flat=True))


def draw(booth, person, vacancy, *, now=LIVE, line=" 五年育种 ", version=VERSION):
    facts = {"user": person, "vacancy": vacancy, "line": line, "consent_version": version, "now": now}
    return booths.draw(booth=booth, **facts)


def joined(event, *people) -> list[Registration]:
    return [events.registered(event, person, NOW) for person in people]


# --- the host --------------------------------------------------------------------------------------------------------


def write(world, actor, event=None, organization=None, **changed) -> RecruitEvent:
    told = events.values(world.province, NOW, **changed)
    return services.write_event(
        organization=organization or world.office, values=told, actor=actor, now=NOW, event=event
    )


def test_a_draft_is_written_changed_and_announced_once(world, examiner, leader):
    event = write(world, examiner, emergency_plan="")
    assert event.state == RecruitState.DRAFT
    assert "emergencies" in refused(services.announce, event=event, actor=leader, now=NOW)[0]
    event = write(world, leader, event, title_en="Fair")
    assert not queries.coming(NOW).exists()
    event = services.announce(event=event, actor=leader, now=NOW)
    assert [event.title_en, event.announced_at, *queries.coming(NOW)] == ["Fair", NOW, event]
    assert refused(services.announce, event=event, actor=leader, now=NOW) == ["This cannot be done now."]
    assert refused(write, world=world, actor=leader, event=event) == ["This cannot be done now."]


@pytest.mark.parametrize(
    "changed",
    [
        {"ends_at": NOW + 10 * DAY},
        {"kind": RecruitKind.FAIR, "address": " "},
        {"kind": RecruitKind.DOCTORS},
        {"stream": "http://live.example.org/1"},
        {"stream": "https:///1"},
        {"code": "taken"},
    ],
)
def test_a_draft_against_the_rules_is_not_written(world, examiner, changed):
    events.event(world.office, world.province, examiner, NOW, code="taken")
    assert len(refused(write, world=world, actor=examiner, **changed)) == 1
    assert RecruitEvent.objects.count() == 1


def test_an_announcement_tells_everything_that_is_missing(world, examiner):
    event = write(world, examiner, emergency_plan=" ", title_en=" ", starts_at=NOW)
    reasons = refused(services.announce, event=event, actor=examiner, now=NOW)
    assert [word in " ".join(reasons) for word in ("begins", "English", "emergencies")] == [True] * 3


def test_only_a_running_post_in_the_office_that_holds_it_acts(world, examiner, clerk, event):
    other = Organization.objects.create(
        name_zh="外局", name_en="Other", uscc="11990000MB0000002X", region=world.county, document_prefix="外"
    )
    outsider = cast.make_staff("out@example.org", "外", Role.EXAMINER, world.province, other)
    draft = events.event(world.office, world.province, examiner, NOW, state=RecruitState.DRAFT, code="draft")
    asked = events.booth(event, pool.unit(world.county), examiner, NOW)
    for actor in (outsider, clerk, pool.person()):
        for verb, facts in (
            (write, {"world": world, "event": draft, "actor": actor}),
            (services.announce, {"event": draft, "actor": actor, "now": NOW}),
            (services.set_stream, {"event": event, "stream": "", "actor": actor, "now": NOW}),
            (services.cancel_event, {"event": event, "reason": "x", "actor": actor, "now": NOW}),
            (services.admit, {"booth": asked, "actor": actor, "now": NOW}),
            (services.refuse_booth, {"booth": asked, "note": "x", "actor": actor, "now": NOW}),
        ):
            assert "office that holds" in refused(verb, **facts)[0]
    assert "office that holds" in refused(write, world=world, event=draft, actor=examiner, organization=other)[0]


def test_who_sees_an_event_at_the_office_and_a_post_that_ended(world, examiner, other_clerk, event, booth, at):
    at("2026-09-18 10:00")
    county = cast.make_staff("county@example.org", "县", Role.EXAMINER, world.county, world.office)
    superuser = pool.person("root@example.org")
    superuser.is_superuser = superuser.is_staff = True
    superuser.save()
    for rows in (RecruitEvent.objects, Booth.objects):
        assert [rows.visible_to(user).count() for user in (examiner, superuser, county, other_clerk)] == [1, 1, 0, 0]
    StaffPost.objects.filter(user=examiner).update(ends_on=cast.today(NOW))
    assert not RecruitEvent.objects.visible_to(examiner).exists()
    assert not Booth.objects.visible_to(examiner).exists()
    assert "office that holds" in refused(services.cancel_event, event=event, reason="x", actor=examiner, now=NOW)[0]


def test_drafts_are_nobodys_to_read(world, examiner, event):
    draft = events.event(world.office, world.province, examiner, NOW, state=RecruitState.DRAFT, code="draft")
    assert list(RecruitEvent.objects.public()) == [event]
    RecruitEvent.objects.filter(pk=draft.pk).update(state=RecruitState.CANCELLED)
    assert RecruitEvent.objects.public().count() == 2


def test_the_live_stream_is_set_late_and_shown_around_the_event(event, examiner):
    address = "https://live.example.org/2"
    event = services.set_stream(event=event, stream=address, actor=examiner, now=NOW)
    assert refused(services.set_stream, event=event, stream="http://x.org", actor=examiner, now=NOW)
    begins = event.starts_at
    moments = (begins - HOUR / 2 - HOUR / 60, begins - HOUR / 2, LIVE, OVER)
    assert [queries.stream_of(event, now) for now in moments] == ["", address, address, ""]
    event.state = RecruitState.CANCELLED
    assert queries.stream_of(event, LIVE) == ""


def test_a_cancelled_event_tells_everybody_who_meant_to_come(
    event, booth, unit, hr, examiner, applicant, stranger, world
):
    asking, refused_one = pool.unit(world.county), pool.unit(world.county)
    handlers = [pool.handler(one) for one in (asking, refused_one)]
    events.booth(event, asking, handlers[0], NOW)
    no = events.booth(event, refused_one, handlers[1], NOW)
    Booth.objects.filter(pk=no.pk).update(state=BoothState.REFUSED)
    registration = joined(event, applicant)[0]
    waiting = events.talk(booth, registration, NOW)
    assert refused(services.cancel_event, event=event, reason=" ", actor=examiner, now=NOW)
    event = services.cancel_event(event=event, reason="停电", actor=examiner, now=NOW)
    waiting.refresh_from_db()
    assert [event.state, event.cancelled_because, waiting.state, waiting.name] == ["CANCELLED", "停电", "LEFT", ""]
    assert told("event_cancelled") == {applicant.email, hr.email, handlers[0].email}
    assert "停电" in Message.objects.filter(recipient=applicant).get().body
    assert refused(services.cancel_event, event=event, reason="x", actor=examiner, now=NOW)


def test_an_event_that_has_ended_is_not_cancelled(event, examiner):
    assert refused(services.cancel_event, event=event, reason="x", actor=examiner, now=OVER)


# --- booths ----------------------------------------------------------------------------------------------------------


def ask(event, unit, actor, vacancies, now=NOW) -> Booth:
    return booths.ask_booth(event=event, unit=unit, vacancies=vacancies, actor=actor, now=now)


def test_a_unit_asks_for_a_booth_and_gets_the_lowest_free_number(world, event, booth, examiner, vacancy):
    unit = pool.unit(world.county)
    hr = pool.handler(unit)
    shown = vacancy_rows.put(world, unit=unit, by=hr)
    asked = ask(event, unit, hr, [shown])
    assert [asked.state, asked.number, list(asked.vacancies.all())] == ["ASKED", None, [shown]]
    assert list(Booth.objects.due(cast.today(NOW))) == [asked]
    assert refused(ask, event=event, unit=unit, actor=hr, vacancies=[shown]) == ["Your unit has asked already."]
    admitted = services.admit(booth=asked, actor=examiner, now=NOW)
    assert [admitted.state, admitted.number, admitted.decided_by] == ["ADMITTED", 2, examiner]
    assert told("booth_admitted") == {hr.email}
    booths.withdraw_booth(booth=booth, actor=booth.by, now=NOW)
    again = ask(event, booth.unit, booth.by, [vacancy])
    assert services.admit(booth=again, actor=examiner, now=NOW).number == 1
    assert refused(services.admit, booth=again, actor=examiner, now=NOW) == ["This cannot be done now."]


def test_what_a_unit_may_not_ask(world, event, unit, hr, vacancy, monkeypatch):
    draft = vacancy_rows.put(world, unit=unit, by=hr, state=VacancyState.DRAFT)
    foreign = vacancy_rows.put(world)
    for chosen in ([], [vacancy, draft], [foreign]):
        assert refused(ask, event=event, unit=unit, actor=hr, vacancies=chosen)
    monkeypatch.setattr(limits, "BOOTH_VACANCIES", 1)
    more = [vacancy, vacancy_rows.put(world, unit=unit, by=hr)]
    assert refused(ask, event=event, unit=unit, actor=hr, vacancies=more) == ["Choose from 1 to 1 vacancies."]
    assert refused(ask, event=event, unit=unit, actor=pool.person(), vacancies=[vacancy])
    assert refused(ask, event=event, unit=unit, actor=hr, vacancies=[vacancy], now=event.starts_at)
    for state in (RecruitState.DRAFT, RecruitState.CANCELLED, RecruitState.OVER):
        RecruitEvent.objects.update(state=state)
        assert refused(ask, event=event, unit=unit, actor=hr, vacancies=[vacancy])
    assert not Booth.objects.exists()


def test_a_fair_for_doctors_shows_vacancies_for_doctors(world, examiner, unit, hr, vacancy):
    told = {"kind": RecruitKind.DOCTORS, "address": "会展中心"}
    fair = events.event(world.office, world.province, examiner, NOW, **told)
    doctors = vacancy_rows.put(world, unit=unit, by=hr, degree=Degree.DOCTOR)
    reasons = refused(ask, event=fair, unit=unit, actor=hr, vacancies=[vacancy, doctors])
    assert reasons == ["“岗位” does not ask for a doctorate."]
    asked = ask(fair, unit, hr, [doctors])
    change = {"booth": asked, "vacancies": [vacancy], "actor": hr, "now": NOW}
    assert refused(booths.change_vacancies, **change)


def test_a_booth_is_admitted_only_as_things_are_today(world, event, unit, hr, examiner, vacancy):
    asked = ask(event, unit, hr, [vacancy])
    vacancy.state = VacancyState.PAUSED
    vacancy.save()
    RecruitEvent.objects.update(most_booths=0)
    unit.status = Unit.Status.UNVERIFIED
    unit.save()
    reasons = " ".join(refused(services.admit, booth=asked, actor=examiner, now=NOW))
    assert [word in reasons for word in ("online", "verified", "taken")] == [True] * 3


def test_who_acts_for_the_unit_does_not_admit_it(event, unit, hr, examiner, vacancy):
    asked = ask(event, unit, hr, [vacancy])
    UnitMember.objects.create(unit=unit, user=examiner, role="HR", joined_at=NOW)
    for verb, more in ((services.admit, {}), (services.refuse_booth, {"note": "x"})):
        assert "You act for this unit" in refused(verb, booth=asked, actor=examiner, now=NOW, **more)[0]


def test_a_refused_unit_reads_why_and_asks_again(event, unit, hr, examiner, vacancy):
    asked = ask(event, unit, hr, [vacancy])
    assert refused(services.refuse_booth, booth=asked, note=" ", actor=examiner, now=NOW)
    no = services.refuse_booth(booth=asked, note="岗位太少", actor=examiner, now=NOW)
    assert [no.state, no.note, told("booth_refused")] == ["REFUSED", "岗位太少", {hr.email}]
    assert [ask(event, unit, hr, [vacancy]).pk, Booth.objects.get().note] == [asked.pk, ""]


def test_nobody_is_admitted_when_the_event_has_ended(event, unit, hr, examiner, vacancy):
    asked = ask(event, unit, hr, [vacancy])
    assert refused(services.admit, booth=asked, actor=examiner, now=OVER) == ["This event has ended."]
    assert not Booth.objects.due(cast.today(OVER + DAY)).exists()


def test_other_vacancies_are_shown_at_an_admitted_booth(world, booth, unit, hr):
    other = vacancy_rows.put(world, unit=unit, by=hr)
    booths.change_vacancies(booth=booth, vacancies=[other], actor=hr, now=LIVE)
    assert [list(booth.vacancies.all()), Booth.objects.get().state] == [[other], "ADMITTED"]
    change = {"booth": booth, "vacancies": [other], "actor": hr}
    assert refused(booths.change_vacancies, **change, now=OVER)
    assert refused(booths.change_vacancies, **change | {"actor": pool.person(), "now": LIVE})
    Booth.objects.update(state=BoothState.REFUSED)
    assert refused(booths.change_vacancies, **change, now=LIVE)


def test_a_withdrawn_booth_sends_away_who_waits_but_ends_its_talk_first(event, booth, hr, applicant, stranger):
    first, second = (events.talk(booth, one, LIVE) for one in joined(event, applicant, stranger))
    called = booths.call_next(booth=booth, actor=hr, now=LIVE)
    assert called == first
    assert refused(booths.withdraw_booth, booth=booth, actor=hr, now=LIVE)
    booths.end_talk(talk=called, outcome="TALKED", actor=hr, now=LIVE)
    assert refused(booths.withdraw_booth, booth=booth, actor=pool.person(), now=LIVE)
    assert booths.withdraw_booth(booth=booth, actor=hr, now=LIVE).number is None
    second.refresh_from_db()
    assert [second.state, second.name] == ["LEFT", ""]
    assert refused(booths.withdraw_booth, booth=booth, actor=hr, now=LIVE)


# --- people ----------------------------------------------------------------------------------------------------------


def test_a_person_registers_once_and_not_when_it_is_over(world, event, examiner, applicant):
    facts = {"user": applicant, "is_doctor": False}
    first = booths.register(event=event, now=NOW, **facts)
    assert booths.register(event=event, now=LIVE, **facts) == first
    fair = {"kind": RecruitKind.DOCTORS, "address": "会展中心", "code": "doctors"}
    fair = events.event(world.office, world.province, examiner, NOW, **fair)
    assert "doctorate" in refused(booths.register, event=fair, now=NOW, **facts)[0]
    assert booths.register(event=fair, user=applicant, is_doctor=True, now=NOW).is_doctor
    assert [one.event for one in queries.mine(applicant, NOW)] == [fair, event]
    assert refused(booths.register, event=event, now=OVER, **facts)
    draft = events.event(world.office, world.province, examiner, NOW, state=RecruitState.DRAFT, code="draft")
    assert refused(booths.register, event=draft, now=NOW, **facts)


def test_a_registration_is_taken_back_until_somebody_calls(event, booth, hr, applicant, stranger):
    for one in joined(event, applicant, stranger):
        events.talk(booth, one, LIVE)
    booths.call_next(booth=booth, actor=hr, now=LIVE)
    assert "called" in refused(booths.unregister, event=event, user=applicant, now=LIVE)[0]
    booths.unregister(event=event, user=stranger, now=LIVE)
    assert [Registration.objects.get().user, Talk.objects.count()] == [applicant, 1]
    assert refused(booths.unregister, event=event, user=stranger, now=LIVE) == [
        "You are not registered for this event."
    ]
    Talk.objects.all().delete()
    assert refused(booths.unregister, event=event, user=applicant, now=OVER)


def test_a_number_is_drawn_with_name_and_line(event, booth, vacancy, applicant, stranger):
    joined(event, applicant, stranger)
    first, second = draw(booth, applicant, vacancy), draw(booth, stranger, vacancy)
    assert [first.number, second.number, first.line, first.consent_version] == [1, 2, "五年育种", VERSION]
    assert [queries.place_in(first), queries.place_in(second)] == [0, 1]
    assert list(queries.queue_of(booth)) == [first, second]
    assert refused(draw, booth=booth, person=applicant, vacancy=vacancy) == ["You wait at this booth already."]


def test_the_real_name_is_shown_only_where_it_is_confirmed(applicant):
    applicant.name = "小陈"
    applicant.save()
    assert booths.shown_name(applicant) == "小陈"
    Person.objects.update(level=Person.Level.CONFIRMED)
    assert booths.shown_name(applicant) == "陈思远"


def test_what_keeps_a_person_from_drawing(world, event, booth, vacancy, applicant, hr):
    facts = {"booth": booth, "person": applicant, "vacancy": vacancy}
    assert refused(draw, **facts) == ["You are not registered for this event."]
    joined(event, applicant, hr)
    for now in (NOW, OVER):
        assert "running" in refused(draw, **facts, now=now)[0]
    assert "consent" in refused(draw, **facts, version="")[0]
    assert "changed" in refused(draw, **facts, version="2020-01")[0]
    assert "not shown" in refused(draw, **facts | {"vacancy": vacancy_rows.put(world)})[0]
    assert refused(draw, **facts | {"person": hr}) == ["You act for this unit yourself."]
    vacancy.state = VacancyState.PAUSED
    vacancy.save()
    assert "not shown" in refused(draw, **facts)[0]
    Booth.objects.update(state=BoothState.WITHDRAWN, number=None)
    assert len(refused(draw, **facts, version="")) == 3
    assert not Talk.objects.exists()


def test_a_person_waits_in_three_queues_at_most(world, event, applicant, monkeypatch):
    joined(event, applicant)
    rows = []
    for number in (1, 2, 3, 4):
        shown = vacancy_rows.put(world)
        rows.append((events.booth(event, shown.unit, shown.by, NOW, [shown], number=number), shown))
    talks = [draw(booth, applicant, shown) for booth, shown in rows[:3]]
    last, shown = rows[3]
    assert "3 booths" in refused(draw, booth=last, person=applicant, vacancy=shown)[0]
    left = booths.leave(talk=talks[0], user=applicant, now=LIVE)
    assert [left.state, left.name, left.line] == ["LEFT", "", ""]
    assert draw(last, applicant, shown).number == 1


def test_only_the_person_leaves_and_only_while_waiting(event, booth, vacancy, applicant, stranger, hr):
    joined(event, applicant)
    talk = draw(booth, applicant, vacancy)
    assert refused(booths.leave, talk=talk, user=stranger, now=LIVE) == ["This is not your place."]
    booths.call_next(booth=booth, actor=hr, now=LIVE)
    assert refused(booths.leave, talk=talk, user=applicant, now=LIVE) == ["You do not wait here any more."]


def test_after_a_talk_the_person_takes_the_name_back(event, booth, vacancy, applicant, hr):
    joined(event, applicant)
    talk = draw(booth, applicant, vacancy)
    booths.call_next(booth=booth, actor=hr, now=LIVE)
    booths.end_talk(talk=talk, outcome="INTENTION", actor=hr, now=LIVE)
    booths.leave(talk=talk, user=applicant, now=OVER)
    talk.refresh_from_db()
    assert (talk.name, talk.line, talk.state) == ("", "", TalkState.INTENTION)  # the figures stay


def test_a_unit_calls_one_after_the_other_and_notes_what_became_of_it(event, booth, hr, applicant, stranger):
    first, second = (events.talk(booth, one, LIVE) for one in joined(event, applicant, stranger))
    for now in (NOW, OVER):
        assert refused(booths.call_next, booth=booth, actor=hr, now=now) == ["The event is not running."]
    assert refused(booths.call_next, booth=booth, actor=applicant, now=LIVE)
    assert booths.call_next(booth=booth, actor=hr, now=LIVE) == first == queries.called_at(booth)
    assert "first" in refused(booths.call_next, booth=booth, actor=hr, now=LIVE)[0]
    assert told("talk_called") == {applicant.email}
    assert refused(booths.end_talk, talk=second, outcome="TALKED", actor=hr, now=LIVE)
    assert refused(booths.end_talk, talk=first, outcome="LEFT", actor=hr, now=LIVE)
    assert refused(booths.end_talk, talk=first, outcome="TALKED", actor=applicant, now=LIVE)
    done = booths.end_talk(talk=first, outcome="INTENTION", actor=hr, now=LIVE)
    assert [done.state, done.ended_at, done.name != ""] == ["INTENTION", LIVE, True]
    absent = booths.call_next(booth=booth, actor=hr, now=LIVE)
    assert booths.end_talk(talk=absent, outcome="ABSENT", actor=hr, now=LIVE).name == ""
    assert booths.call_next(booth=booth, actor=hr, now=LIVE) is None
    assert list(queries.talked_with(booth, LIVE)) == [done]
    assert queries.booth_figures(booth) == queries.BoothFigures(talks=2, held=1, intentions=1)


def test_the_wait_is_told_from_three_talks_on(event, booth, applicant, stranger):
    registration, other = joined(event, applicant, stranger)
    waiting = events.talk(booth, other, LIVE)
    for minutes in (5, 30):
        events.talk(booth, registration, LIVE, state=TalkState.TALKED, minutes=minutes)
    assert queries.expected_waits({booth.pk: 1}) == {booth.pk: None}
    events.talk(booth, registration, LIVE, state=TalkState.INTENTION, minutes=8)
    assert queries.expected_waits({booth.pk: 1}) == {booth.pk: 8}
    assert queries.expected_waits({booth.pk: queries.place_in(waiting)}) == {booth.pk: 0}


def test_the_waits_of_all_booths_take_one_query_and_the_last_ten_talks_count(
    event, booth, applicant, world, hr, django_assert_num_queries
):
    (registration,) = joined(event, applicant)
    other = events.booth(event, pool.unit(world.county), hr, NOW, number=7)
    for ago, minutes in enumerate([6] * 10 + [60] * 5):  # the older ones were long
        events.talk(booth, registration, LIVE - ago * HOUR, state=TalkState.TALKED, minutes=minutes)
    with django_assert_num_queries(1):
        assert queries.expected_waits({booth.pk: 2, other.pk: 1}) == {booth.pk: 12, other.pk: None}


# --- after the event -------------------------------------------------------------------------------------------------


def test_people_and_units_are_reminded_once(event, booth, hr, applicant):
    joined(event, applicant)
    assert services.sweep(event.starts_at - 25 * HOUR) == 0
    assert [services.sweep(event.starts_at - 23 * HOUR), services.sweep(event.starts_at - HOUR)] == [1, 0]
    assert told("event_soon") == {applicant.email, hr.email}
    assert Message.objects.count() == 2


def test_an_event_closes_by_itself_once(event, booth, hr, applicant, stranger):
    waiting, called = (events.talk(booth, one, LIVE) for one in joined(event, applicant, stranger))
    Talk.objects.filter(pk=called.pk).update(state=TalkState.CALLED, called_at=LIVE)
    assert services.sweep(OVER - HOUR) == 0
    assert [services.sweep(OVER), services.sweep(OVER)] == [1, 0]
    event.refresh_from_db()
    for talk, state in ((waiting, "LEFT"), (called, "ABSENT")):
        talk.refresh_from_db()
        assert [talk.state, talk.name, talk.ended_at] == [state, "", OVER]
    assert [event.state, told("event_over")] == ["OVER", {applicant.email, stranger.email, hr.email}]
    assert list(queries.past(OVER)) == [event]
    assert Message.objects.get(recipient=applicant, event="event_over").path == f"/me/events/{event.code}/"


def test_names_are_erased_when_the_days_are_over(event, booth, hr, applicant):
    talk = events.talk(booth, joined(event, applicant)[0], LIVE, state=TalkState.TALKED)
    services.sweep(OVER)
    last = OVER + limits.EVENT_SHOWN_DAYS * DAY
    assert [services.sweep(last - HOUR), list(queries.talked_with(booth, last - HOUR))] == [0, [talk]]
    assert not queries.talked_with(booth, last).exists()
    assert [services.sweep(last), services.sweep(last)] == [1, 0]
    talk.refresh_from_db()
    assert [talk.name, talk.line, talk.state] == ["", "", "TALKED"]


def test_the_demo_clock_stops_where_something_happens(event, booth, applicant):
    events.talk(booth, joined(event, applicant)[0], LIVE, state=TalkState.TALKED)
    begins = event.starts_at
    stops = [NOW]
    while (following := services.next_moment(stops[-1])) is not None:
        stops.append(following)
    assert stops[1:] == [begins - DAY, begins, OVER, OVER + 30 * DAY]


def test_a_survey_is_answered_once_in_its_days_and_told_from_five_on(event, booth, applicant):
    facts = {"event": event, "user": applicant, "stars": 4, "words": " 不错 "}
    joined(event, applicant)
    assert refused(booths.answer_survey, **facts, now=LIVE)
    services.sweep(OVER)
    assert refused(booths.answer_survey, **facts, now=OVER + 14 * DAY)
    for stars in (0, 6):
        assert refused(booths.answer_survey, **facts | {"stars": stars}, now=OVER)
    assert refused(booths.answer_survey, **facts | {"user": pool.person()}, now=OVER)
    answered = booths.answer_survey(**facts, now=OVER)
    assert [answered.stars, answered.words] == [4, "不错"]
    assert refused(booths.answer_survey, **facts, now=OVER) == ["You have answered already. Thank you."]
    assert [queries.figures(event).answered, queries.figures(event).stars] == [1, None]
    for stars in (5, 5, 5, 4):
        events.registered(event, pool.person(), NOW, stars=stars, answered_at=OVER)
    assert queries.figures(event).stars == 4.6


def test_the_figures_of_an_event(world, event, booth, applicant, stranger):
    shown = vacancy_rows.put(world, posts=4)
    other = events.booth(event, shown.unit, shown.by, NOW, [shown], number=2)
    events.booth(event, pool.unit(world.county), shown.by, NOW, [shown])  # only asked for
    first, second = joined(event, applicant, stranger)
    for at, who, state in ((booth, first, "INTENTION"), (other, first, "TALKED"), (other, second, "LEFT")):
        events.talk(at, who, LIVE, state=state)
    told = queries.figures(event)
    assert [told.units, told.posts, told.registrations] == [2, 5, 2]
    assert [told.talks, told.held, told.intentions] == [3, 2, 1]


def test_what_is_told_of_booths(event, booth, vacancy, applicant):
    events.talk(booth, joined(event, applicant)[0], LIVE)
    (row,) = queries.booths_of(event, LIVE)
    assert [row, row.shown, row.waiting] == [booth, [vacancy], 1]
    assert [queries.live(event, now) for now in (NOW, event.starts_at, OVER)] == [False, True, False]


# --- the account -----------------------------------------------------------------------------------------------------


def test_the_copy_of_ones_data_and_the_closing_of_the_account(world, event, booth, examiner, applicant):
    holding = own_data.holdings["recruitment_events"]
    talk = events.talk(booth, joined(event, applicant)[0], LIVE, state=TalkState.TALKED)
    waiting = events.talk(booth, Registration.objects.get(), LIVE)
    later = events.event(world.office, world.province, examiner, NOW, code="later")
    events.registered(later, applicant, NOW)
    Registration.objects.filter(event=event).update(words="好")
    first, second = holding.copied(applicant)
    assert [first["event"], [one["line"] for one in first["talks"]], second["talks"]] == [
        "云招聘",
        ["做过五年育种"] * 2,
        [],
    ]
    holding.forgotten(applicant, LIVE)
    for row, state in ((talk, "TALKED"), (waiting, "LEFT")):
        row.refresh_from_db()
        assert [row.state, row.name, row.line] == [state, "", ""]
    assert [(one.event, one.words) for one in Registration.objects.all()] == [(event, "")]
    assert queries.figures(event).held == 1


# --- at once ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_numbers_drawn_at_once_are_one_after_the_other(event, booth, vacancy):
    people = [pool.person() for _number in range(5)]
    joined(event, *people)
    acts = [lambda person=person: draw(booth, person, vacancy) for person in people]
    assert at_once(*acts) == ["done"] * 5
    assert sorted(Talk.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5]


@pytest.mark.django_db(transaction=True)
def test_a_person_who_draws_twice_at_once_waits_once(event, booth, vacancy, applicant):
    joined(event, applicant)
    assert sorted(at_once(*[lambda: draw(booth, applicant, vacancy)] * 2)) == [
        "You wait at this booth already.",
        "done",
    ]


@pytest.mark.django_db(transaction=True)
def test_units_admitted_at_once_get_booths_of_their_own(world, event, examiner):
    RecruitEvent.objects.update(most_booths=3)
    rows = [vacancy_rows.put(world) for _number in range(4)]
    asked = [events.booth(event, one.unit, one.by, NOW, [one]) for one in rows]
    acts = [lambda one=one: services.admit(booth=one, actor=examiner, now=NOW) for one in asked]
    assert sorted(at_once(*acts)) == ["All booths are taken.", "done", "done", "done"]
    assert sorted(Booth.objects.filter(number__isnull=False).values_list("number", flat=True)) == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_two_handlers_who_call_at_once_call_one(event, booth, unit, hr, applicant, stranger):
    for one in joined(event, applicant, stranger):
        events.talk(booth, one, LIVE)
    other = pool.handler(unit)
    told = at_once(*[lambda who=who: booths.call_next(booth=booth, actor=who, now=LIVE) for who in (hr, other)])
    assert sorted(told) == ["End the talk with the person you called first.", "done"]
    assert Talk.objects.filter(state=TalkState.CALLED).count() == 1
