"""A vacancy from its draft to its end: who may do what, what the office decides, what time does."""

import threading
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts.models import Role, Unit
from jobs import services as jobs
from notifications.models import Message, Reminder
from talentportal.lib.refusals import Refused
from talents.models import Vacancy, VacancyEvent
from talents.services import vacancies
from talents.states import VacancyState
from tests import cast
from tests.browser import be_at
from tests.talents import pool
from tests.talents.pool import DAY, NOW
from tests.talents.vacancy_rows import facts, wording

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _wording(db):
    wording()


@pytest.fixture
def scene():
    """A verified unit with two handlers, another unit, and the office."""
    be_at(NOW)
    with override("en"):
        world = cast.make_world()
        unit, other = pool.unit(world.county), pool.unit(world.other_county)
        yield SimpleNamespace(
            world=world,
            unit=unit,
            other=other,
            handler=pool.handler(unit),
            colleague=pool.handler(unit),
            stranger=pool.handler(other),
            examiner=cast.make_staff("examiner@example.org", "赵审", Role.EXAMINER, world.province, world.office),
            elsewhere=cast.make_staff("far@example.org", "外审", Role.EXAMINER, world.other_county, world.office),
        )


def draft(scene, **changes) -> Vacancy:
    return vacancies.write(unit=scene.unit, actor=scene.handler, now=NOW, **facts(scene.world.county, **changes))


def handed_in(scene, **changes) -> Vacancy:
    return vacancies.hand_in(vacancy=draft(scene, **changes), actor=scene.handler, now=NOW)


def online(scene, **changes) -> Vacancy:
    return vacancies.approve(vacancy=handed_in(scene, **changes), actor=scene.examiner, now=NOW, note="x")


def test_a_vacancy_goes_from_draft_to_filled(scene):
    vacancy = online(scene)
    assert (vacancy.state, vacancy.reviewed_by, vacancy.online_since) == (VacancyState.ONLINE, scene.examiner, NOW)
    vacancy = vacancies.pause(vacancy=vacancy, actor=scene.colleague, now=NOW)
    assert not Vacancy.objects.online(NOW).exists()
    vacancy = vacancies.resume(vacancy=vacancy, actor=scene.handler, now=NOW)
    assert Vacancy.objects.online(NOW).get() == vacancy
    vacancies.fill(vacancy=vacancy, actor=scene.handler, now=NOW)
    verbs = list(VacancyEvent.objects.values_list("verb", flat=True))
    assert verbs == ["write", "hand_in", "approve", "pause", "resume", "fill"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"pay_from": None}, "Say what is paid"),
        ({"pay_from": 30_000, "pay_to": 20_000}, "upper pay"),
        ({"pay_from": 2_000_000, "pay_to": None}, "more than anybody is paid"),
        ({"posts": 0}, "from 1 to 999"),
        ({"years": 41}, "from 0 to 40"),
        ({"years": -1}, "from 0 to 40"),
        ({"title": "  "}, "which post"),
        ({"description": ""}, "what the work is"),
        ({"majors": ["9999"]}, "not in the list"),
        ({"occupation": "nothing"}, "not in the list"),
        ({"skills": ["x" * 31]}, "at most 30 characters"),
        ({"skills": [str(n) for n in range(13)]}, "At most 12"),
        ({"expires_on": cast.today(NOW)}, "has passed"),
        ({"expires_on": cast.today(NOW) + 92 * DAY}, "at most 90 days"),
    ],
)
def test_what_cannot_be_right_is_refused(scene, changes, words):
    with pytest.raises(Refused, match=words):
        draft(scene, **changes)
    assert not Vacancy.objects.exists()


def test_only_who_acts_for_the_unit_writes_and_moves_its_vacancies(scene):
    with pytest.raises(Refused, match="do not act"):
        vacancies.write(unit=scene.unit, actor=scene.stranger, now=NOW, **facts(scene.world.county))
    vacancy = draft(scene)
    for service in (vacancies.hand_in, vacancies.pause, vacancies.resume, vacancies.fill):
        with pytest.raises(Refused, match="do not act"):
            service(vacancy=vacancy, actor=scene.stranger, now=NOW)
    with pytest.raises(Refused, match="do not act"):
        vacancies.rewrite(vacancy=vacancy, version=1, actor=scene.stranger, now=NOW, **facts(scene.world.county))


@pytest.mark.parametrize("how", ["left", "suspended", "authority ended"])
def test_a_former_handler_moves_nothing(scene, how):
    vacancy = draft(scene)
    if how == "left":
        scene.unit.members.filter(user=scene.handler).update(left_at=NOW)
    elif how == "suspended":
        Unit.objects.filter(pk=scene.unit.pk).update(status="SUSPENDED")
    later = NOW + (366 * DAY if how == "authority ended" else DAY)
    with pytest.raises(Refused, match="do not act"):
        vacancies.hand_in(vacancy=vacancy, actor=scene.handler, now=later)


def test_every_verb_is_refused_in_a_wrong_state(scene):
    vacancy = draft(scene)
    for service in (vacancies.pause, vacancies.resume, vacancies.fill):
        with pytest.raises(Refused, match="the vacancy is draft"):
            service(vacancy=vacancy, actor=scene.handler, now=NOW)
    with pytest.raises(Refused, match="the vacancy is draft"):
        vacancies.approve(vacancy=vacancy, actor=scene.examiner, now=NOW)
    vacancy = vacancies.hand_in(vacancy=vacancy, actor=scene.handler, now=NOW)
    with pytest.raises(Refused, match="being reviewed"):
        vacancies.hand_in(vacancy=vacancy, actor=scene.handler, now=NOW)
    vacancy = vacancies.approve(vacancy=vacancy, actor=scene.examiner, now=NOW)
    with pytest.raises(Refused, match="the vacancy is online"):
        vacancies.approve(vacancy=vacancy, actor=scene.examiner, now=NOW)
    with pytest.raises(Refused, match="the vacancy is online"):
        vacancies.rewrite(
            vacancy=vacancy, version=vacancy.version, actor=scene.handler, now=NOW, **facts(scene.world.county)
        )


def test_the_office_of_another_region_and_a_handler_in_the_office_do_not_read_it(scene):
    vacancy = handed_in(scene)
    with pytest.raises(Refused, match="where the unit is registered"):
        vacancies.approve(vacancy=vacancy, actor=scene.elsewhere, now=NOW)
    scene.unit.members.create(user=scene.examiner, role="HR", joined_at=NOW)
    with pytest.raises(Refused, match="never by who acts for the unit"):
        vacancies.approve(vacancy=vacancy, actor=scene.examiner, now=NOW)


def test_marked_words_need_a_reason_to_stand(scene):
    vacancy = handed_in(scene, conditions="仅限男性，35周岁以下")
    assert {one["ground"] for one in vacancy.found_words} == {"SEX", "AGE"}
    with pytest.raises(Refused, match="Write why they may stand"):
        vacancies.approve(vacancy=vacancy, actor=scene.examiner, now=NOW, note=" ")
    vacancy = vacancies.approve(vacancy=vacancy, actor=scene.examiner, now=NOW, note="矿山井下作业")
    assert VacancyEvent.objects.get(verb="approve").note == "矿山井下作业"
    assert VacancyEvent.objects.get(verb="hand_in").content["conditions"] == "仅限男性，35周岁以下"


def test_what_was_sent_back_is_changed_and_read_anew(scene):
    vacancy = handed_in(scene, conditions="女士优先")
    with pytest.raises(Refused, match="Write the reason"):
        vacancies.send_back(vacancy=vacancy, reason=" ", actor=scene.examiner, now=NOW)
    vacancy = vacancies.send_back(vacancy=vacancy, reason="请删除性别要求。", actor=scene.examiner, now=NOW)
    told = Message.objects.filter(recipient=scene.colleague).get()
    assert "请删除性别要求。" in told.body
    vacancy = vacancies.rewrite(
        vacancy=vacancy, version=vacancy.version, actor=scene.colleague, now=NOW, **facts(scene.world.county)
    )
    assert (vacancy.state, vacancy.found_words) == (VacancyState.DRAFT, [])


def test_a_change_over_somebody_elses_is_refused(scene):
    vacancy = draft(scene)
    vacancies.rewrite(vacancy=vacancy, version=1, actor=scene.colleague, now=NOW, **facts(scene.world.county, posts=3))
    with pytest.raises(Refused, match="Somebody else changed"):
        vacancies.rewrite(vacancy=vacancy, version=1, actor=scene.handler, now=NOW, **facts(scene.world.county))


def test_what_was_paused_and_changed_is_read_anew(scene):
    vacancy = vacancies.pause(vacancy=online(scene), actor=scene.handler, now=NOW)
    vacancy = vacancies.rewrite(
        vacancy=vacancy, version=vacancy.version, actor=scene.handler, now=NOW, **facts(scene.world.county)
    )
    assert vacancy.state == VacancyState.DRAFT
    assert not Reminder.objects.filter(cancelled_at=None).exists()


def test_the_office_takes_a_vacancy_offline_at_once(scene):
    vacancy = vacancies.take_offline(vacancy=online(scene), reason="虚假", actor=scene.examiner, now=NOW)
    assert vacancy.state == VacancyState.OFFLINE
    assert not Vacancy.objects.online(NOW).exists()


def test_time_ends_a_vacancy_after_a_reminder_and_a_second_sweep_does_nothing(scene):
    vacancy = online(scene)
    due = Reminder.objects.filter(event="vacancy_ending", recipient=scene.handler).get().due_at
    assert due == cast.moment("2026-10-14 09:00")
    jobs.run_due(due)
    assert Message.objects.filter(recipient=scene.handler, event="vacancy_ending").count() == 1
    assert vacancies.expire(cast.moment("2026-10-17 23:59")) == 0
    assert vacancies.next_moment(NOW) == cast.moment("2026-10-18 00:00")
    assert vacancies.expire(cast.moment("2026-10-18 00:00")) == 1
    assert vacancies.expire(cast.moment("2026-10-18 00:01")) == 0
    vacancy.refresh_from_db()
    assert vacancy.state == VacancyState.EXPIRED


def test_a_former_handler_hears_no_reminder(scene):
    online(scene)
    scene.unit.members.filter(user=scene.colleague).update(left_at=NOW)
    be_at(cast.moment("2026-10-14 09:00"))
    jobs.run_due(cast.moment("2026-10-14 09:00"))
    assert not Message.objects.filter(recipient=scene.colleague, event="vacancy_ending").exists()
    assert Message.objects.filter(recipient=scene.handler, event="vacancy_ending").exists()


def test_nothing_goes_online_after_its_last_day(scene):
    vacancy, late = handed_in(scene), NOW + 31 * DAY
    with pytest.raises(Refused, match="last day"):
        vacancies.approve(vacancy=vacancy, actor=scene.examiner, now=late)
    paused = vacancies.pause(vacancy=online(scene), actor=scene.handler, now=NOW)
    with pytest.raises(Refused, match="last day"):
        vacancies.resume(vacancy=paused, actor=scene.handler, now=late)


def test_a_suspended_unit_has_nothing_online(scene):
    online(scene)
    Unit.objects.filter(pk=scene.unit.pk).update(status="SUSPENDED")
    assert not Vacancy.objects.online(NOW).exists()


def test_the_ledger_is_never_changed(scene):
    draft(scene)
    for act in (lambda: VacancyEvent.objects.update(verb="x"), lambda: VacancyEvent.objects.all().delete()):
        with pytest.raises(Exception, match="Cannot"), transaction.atomic():
            act()


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_counts(scene):
    vacancy, told = handed_in(scene), []

    def decide(service, **words):
        try:
            service(vacancy=vacancy, actor=scene.examiner, now=NOW, **words)
            told.append("done")
        except Refused:
            told.append("refused")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=decide, args=(vacancies.approve,)),
        threading.Thread(target=decide, args=(vacancies.send_back,), kwargs={"reason": "x"}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(told) == ["done", "refused"]


# --- pages -----------------------------------------------------------------------------------------------------------


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def posted(region, /, **changes) -> dict:
    """Return what the form posts."""
    plain = {
        "title": "车联网架构师",
        "posts": "2",
        "occupation": "",
        "kind": "FULL_TIME",
        "region": region.pk,
        "pay_from": "20000",
        "pay_to": "30000",
        "pay_period": "MONTH",
        "description": "负责架构。",
        "degree": "4",
        "majors": "车辆工程、电子信息类",
        "years": "5",
        "skills": "AUTOSAR, CAN",
        "conditions": "",
        "last_day": (cast.today(NOW) + 10 * DAY).isoformat(),
    }
    return plain | changes


def test_a_unit_writes_and_hands_in_by_its_pages(scene):
    client = client_of(scene.handler)
    answer = client.post(reverse("org:vacancy_new"), posted(scene.world.county))
    vacancy = Vacancy.objects.get()
    assert answer.url == reverse("org:vacancy", args=[vacancy.public_id])
    assert (vacancy.majors, vacancy.skills) == (["080207", "0807"], ["AUTOSAR", "CAN"])
    assert vacancy.expires_on == cast.today(NOW) + 11 * DAY
    edited = client.get(reverse("org:vacancy_edit", args=[vacancy.public_id])).content.decode()
    assert (cast.today(NOW) + 10 * DAY).isoformat() in edited
    client.post(reverse("org:vacancy_act", args=[vacancy.public_id, "hand_in"]))
    vacancy.refresh_from_db()
    assert vacancy.state == VacancyState.REVIEW
    again = client.post(reverse("org:vacancy_act", args=[vacancy.public_id, "hand_in"]), follow=True)
    assert "being reviewed" in again.content.decode()


def test_a_title_is_one_line(scene):
    client_of(scene.handler).post(reverse("org:vacancy_new"), posted(scene.world.county, title="架构师\r\nBcc: x@y.z"))
    assert Vacancy.objects.get().title == "架构师 Bcc: x@y.z"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"majors": "不存在的专业"}, "is not in the list"),
        ({"majors": "车辆"}, "Did you mean"),
        ({"pay_from": ""}, "Pay from"),
        ({"pay_to": "1"}, "upper pay"),
        ({"last_day": "2026-01-01"}, "Not before"),
        ({"years": "-3"}, "a whole number from 0 to 40"),
        ({"kind": "NONE"}, "Kind of work"),
        ({"region": "000000"}, "Select a valid choice"),
    ],
)
def test_the_form_says_beside_the_field_what_is_wrong(scene, changes, words):
    answer = client_of(scene.handler).post(
        "/en" + reverse("org:vacancy_new").removeprefix("/en"), posted(scene.world.county, **changes)
    )
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Vacancy.objects.exists()


def test_another_units_vacancy_is_not_there(scene):
    vacancy = online(scene)
    client = client_of(scene.stranger)
    for name in ("vacancy", "vacancy_edit", "vacancy_people"):
        assert client.get(reverse(f"org:{name}", args=[vacancy.public_id])).status_code == 404
    assert client.post(reverse("org:vacancy_act", args=[vacancy.public_id, "fill"])).status_code == 404


def test_marked_words_are_told_to_the_writer_before_anybody_reads_them(scene):
    vacancy = draft(scene, conditions="限本地户口")
    page = client_of(scene.handler).get(reverse("org:vacancy", args=[vacancy.public_id])).content.decode()
    assert "These words may discriminate" in page
    assert "限本地户口" in page


def test_everybody_reads_what_is_online_and_nothing_else(scene):
    shown, waiting = online(scene), handed_in(scene, title="未审岗位")
    page = Client().get(reverse("vacancies:list")).content.decode()
    assert shown.title in page
    assert "未审岗位" not in page
    assert "20,000 to 30,000 yuan a month" in page
    assert Client().get(reverse("vacancies:detail", args=[shown.public_id])).status_code == 200
    assert Client().get(reverse("vacancies:detail", args=[waiting.public_id])).status_code == 404


def test_the_office_reads_by_buttons(scene):
    vacancy = handed_in(scene, conditions="仅限女性")
    client = client_of(scene.examiner)
    address = reverse("admin:talents_vacancy_change", args=[vacancy.pk])
    queue = client.get(reverse("admin:talents_vacancy_changelist")).content.decode()
    assert vacancy.title in queue
    page = client.get(address).content.decode()
    assert "仅限女性" in page
    act = reverse("admin:talents_vacancy_act", args=[vacancy.pk, "approve"])
    refused = client.post(act, {"note": ""}, follow=True)
    assert "Write why they may stand" in refused.content.decode()
    client.post(act, {"note": "依据法律"})
    vacancy.refresh_from_db()
    assert vacancy.state == VacancyState.ONLINE
    assert client_of(scene.elsewhere).get(address).status_code in (403, 404)
