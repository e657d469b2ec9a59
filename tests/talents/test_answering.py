"""A person answers a vacancy, is told of new ones that fit, and a unit finds who fits its own."""

import threading
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts.models import Unit
from jobs import services as jobs
from notifications.models import Message
from talentportal.lib.refusals import Refused
from talents import consent_texts, limits
from talents.models import BlockedUnit, ContactRequest
from talents.queries import fit
from talents.queries.contact import shown
from talents.services import consents, index, news
from talents.services.applying import answer
from talents.states import Degree, Purpose, RequestState, Shared, VacancyState, Visibility
from tests import cast
from tests.browser import be_at
from tests.talents import pool
from tests.talents.pool import DAY, NOW
from tests.talents.vacancy_rows import put, wording

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _wording(db):
    wording()


@pytest.fixture
def scene():
    be_at(NOW)
    with override("en"):
        world = cast.make_world()
        unit = pool.unit(world.county)
        user = pool.person("talent@example.org", name="陈思远", phone="+8619900000001")
        yield SimpleNamespace(
            world=world,
            unit=unit,
            handler=pool.handler(unit),
            user=user,
            profile=pool.profile(world.county, user, major="080207", skills=["AUTOSAR"], work_since=2015),
            vacancy=put(world, "车联网架构师", unit=unit, degree=Degree.MASTER, majors=["0802"], years=5),
        )


def answered(scene, fields=(Shared.NAME, Shared.PHONE), **changes) -> ContactRequest:
    given = {"vacancy": scene.vacancy, "fields": fields, "actor": scene.user, "now": NOW}
    return answer(**given | changes)


def test_the_chosen_facts_are_shown_at_once_by_a_consent_of_their_own(scene):
    request = answered(scene)
    assert (request.state, request.by_person, request.vacancy) == (RequestState.ACCEPTED, True, scene.vacancy)
    assert shown(request, NOW) == ("NAME", "PHONE")
    assert shown(request, NOW + limits.SHOWN_DAYS * DAY) == ()
    consent = consents.in_force(scene.user, Purpose.SHARE, unit=scene.unit)
    assert consent == request.consent
    told = Message.objects.get(recipient=scene.handler)
    for secret in ("陈思远", "19900000001", "示例保密大学", "保密单位"):
        assert secret not in told.title + told.body
    assert scene.profile.code in told.title


def test_a_withdrawn_consent_ends_it_and_the_person_may_answer_again(scene):
    request = answered(scene)
    consents.withdraw(consent=request.consent, actor=scene.user, now=NOW)
    request.refresh_from_db()
    assert (request.state, shown(request, NOW)) == (RequestState.ENDED, ())
    assert answered(scene).state == RequestState.ACCEPTED


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda s: answered(s), "in contact with this unit already"),
        (lambda s: pool.request(s.unit, s.profile, s.handler), "waits for your answer"),
        (lambda s: BlockedUnit.objects.create(profile=s.profile, unit=s.unit, at=NOW), "is blocked"),
        (lambda s: s.unit.members.create(user=s.user, role="HR", joined_at=NOW), "act for this unit yourself"),
        (lambda s: type(s.vacancy).objects.update(state=VacancyState.PAUSED), "no longer online"),
        (lambda s: type(s.vacancy).objects.update(expires_on=cast.today(NOW)), "no longer online"),
        (lambda s: Unit.objects.filter(pk=s.unit.pk).update(status="SUSPENDED"), "no longer online"),
        (lambda s: s.profile.delete(), "Make your profile first"),
    ],
)
def test_what_stands_in_the_way_is_said(scene, spoil, words):
    spoil(scene)
    before = ContactRequest.objects.count()
    with pytest.raises(Refused, match=words):
        answered(scene)
    assert ContactRequest.objects.count() == before


def test_something_has_to_be_shown_and_to_exist(scene):
    with pytest.raises(Refused, match="at least one thing"):
        answered(scene, fields=())
    with pytest.raises(Refused, match="at least one thing"):
        answered(scene, fields=("PASSWORD",))
    scene.user.phone = None
    scene.user.save()
    with pytest.raises(Refused, match="not filled in yet: mobile number"):
        answered(scene)


def test_words_of_consent_that_changed_meanwhile_are_read_again(scene):
    with pytest.raises(Refused, match="have changed meanwhile"):
        answered(scene, version="1900-01")
    assert not ContactRequest.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_are_one_contact(scene):
    told = []

    def try_it():
        try:
            told.append(answered(scene).state)
        except Refused:
            told.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=try_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(told) == ["ACCEPTED", "refused"]
    assert ContactRequest.objects.count() == 1


def test_the_quota_of_a_day_holds(scene, monkeypatch):
    monkeypatch.setattr(limits, "ANSWERS_A_DAY", 1)
    answered(scene)
    other = put(scene.world, "另一岗位")
    with pytest.raises(Refused, match="1 vacancies today"):
        answered(scene, vacancy=other)
    assert answered(scene, vacancy=other, now=NOW + DAY).state == RequestState.ACCEPTED


def test_the_page_shows_what_would_be_seen_and_sends_it(scene):
    client = Client()
    client.force_login(scene.user)
    address = reverse("vacancies:answer", args=[scene.vacancy.public_id])
    page = client.get(address).content.decode()
    assert "陈思远" in page
    assert scene.unit.name in page
    posted = {"fields_shown": ["NAME"], "version": consent_texts.current(Purpose.SHARE).version}
    refused = client.post(address, posted)
    assert refused.status_code == 422
    assert "Without your consent nothing can be shown" in refused.content.decode()
    assert client.post(address, posted | {"agrees": "on"}).status_code == 302
    assert ContactRequest.objects.get().wanted == ["NAME"]
    again = client.get(address).content.decode()
    assert "in contact with this unit already" in again


def test_a_stranger_is_led_to_sign_in(scene):
    answer = Client().get(reverse("vacancies:answer", args=[scene.vacancy.public_id]))
    assert answer.status_code == 302
    assert "login" in answer.url


# --- both ways -------------------------------------------------------------------------------------------------------


def test_a_person_reads_which_conditions_are_met(scene):
    client = Client()
    client.force_login(scene.user)
    page = client.get(reverse("vacancies:detail", args=[scene.vacancy.public_id])).content.decode()
    assert "meets all" in page
    assert "working years: 5 or more" in page
    put(scene.world, "博士岗位", degree=Degree.DOCTOR)
    put(scene.world, "外地岗位", region=cast.make_region("532900", "PREFECTURE", "大理州", scene.world.province))
    fitting = client.get(reverse("vacancies:list") + "?fit=1").content.decode()
    assert "车联网架构师" in fitting
    assert "博士岗位" not in fitting
    assert "外地岗位" not in fitting


def test_who_lives_in_the_next_county_is_near(scene):
    near = pool.profile(scene.world.other_county, major="080207")
    index.put(near, NOW)
    assert scene.vacancy in [
        one.row for one in fit.fitting_vacancies(near, type(scene.vacancy).objects.online(NOW), NOW)
    ]
    assert near.pk in [one.row.pk for one in fit.fitting_people(scene.vacancy, NOW)]
    wants = pool.profile(
        cast.make_region("532900", "PREFECTURE", "大理州", scene.world.province), wanted_regions=["530102"]
    )
    index.put(wants, NOW)
    assert not fit.fitting_vacancies(wants, type(scene.vacancy).objects.online(NOW), NOW)
    assert wants.pk not in [one.row.pk for one in fit.fitting_people(scene.vacancy, NOW)]


def test_a_blocked_unit_fits_nobody_who_blocked_it(scene):
    rows = type(scene.vacancy).objects.online(NOW)
    assert fit.fitting_vacancies(scene.profile, rows, NOW)
    BlockedUnit.objects.create(profile=scene.profile, unit=scene.unit, at=NOW)
    assert not fit.fitting_vacancies(scene.profile, rows, NOW)


def test_a_unit_finds_who_fits_under_a_code_alone(scene):
    pool.profile(scene.world.county, degree=Degree.COLLEGE)  # misses a must
    pool.profile(scene.world.county, listed=False)
    client = Client()
    client.force_login(scene.handler)
    body = client.get(reverse("org:vacancy_people", args=[scene.vacancy.public_id])).content.decode()
    assert body.count("match-bar") == 1
    assert scene.profile.code in body
    for secret in ("陈思远", "19900000001", "示例保密大学", "保密单位", "talent@example.org"):
        assert secret not in body


@pytest.mark.parametrize("how", ["blocked", "hidden", "of another region", "not confirmed"])
def test_who_may_not_be_found_is_not_found_by_a_vacancy(scene, how):
    if how == "blocked":
        BlockedUnit.objects.create(profile=scene.profile, unit=scene.unit, at=NOW)
    changed = {
        "hidden": {"visibility": Visibility.HIDDEN},
        "of another region": {"visibility": Visibility.REGION_ONLY, "audience": scene.world.other_county},
        "not confirmed": {"confirm_by": NOW},
    }.get(how, {})
    for name, value in changed.items():
        setattr(scene.profile, name, value)
    scene.profile.save()
    index.put(scene.profile, NOW)
    assert fit.fitting_people(scene.vacancy, NOW) == []


def test_looking_for_people_counts_as_a_search(scene, monkeypatch):
    monkeypatch.setattr(limits, "SEARCHES_A_DAY", 1)
    client = Client()
    client.force_login(scene.handler)
    address = reverse("org:vacancy_people", args=[scene.vacancy.public_id])
    assert [client.get(address).status_code for _ in range(2)] == [200, 429]


# --- news ------------------------------------------------------------------------------------------------------------


def told(user) -> list[Message]:
    return list(Message.objects.filter(recipient=user, event="vacancy_news"))


def test_who_agreed_is_told_once_the_next_morning(scene):
    consents.give(user=scene.user, purpose=Purpose.MATCH, now=NOW)
    silent = pool.profile(scene.world.county, major="080207")
    put(scene.world, "不合适", degree=Degree.DOCTOR)
    news.plan(NOW)
    news.plan(NOW)
    jobs.run_due(NOW)
    assert not told(scene.user)
    for _ in range(2):
        jobs.run_due(cast.moment("2026-09-19 09:00"))
    (message,) = told(scene.user)
    assert "车联网架构师" in message.body
    assert "不合适" not in message.body
    assert not told(silent.user)


@pytest.mark.parametrize("how", ["withdrawn", "blocked", "gone", "stale"])
def test_news_go_to_nobody_who_should_not_have_them(scene, how):
    consent = consents.give(user=scene.user, purpose=Purpose.MATCH, now=NOW)
    news.plan(NOW)
    if how == "withdrawn":
        consents.withdraw(consent=consent, actor=scene.user, now=NOW)
    elif how == "blocked":
        BlockedUnit.objects.create(profile=scene.profile, unit=scene.unit, at=NOW)
    elif how == "gone":
        type(scene.vacancy).objects.update(state=VacancyState.FILLED)
    else:
        type(scene.profile).objects.update(confirm_by=NOW)
    jobs.run_due(cast.moment("2026-09-19 09:00"))
    assert not told(scene.user)
