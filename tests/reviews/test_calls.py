"""Calls for experts: published by the office, answered by people, each answer taken into the pool or refused."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import Person
from jobs import clock
from reviews.models import Expert, ExpertApplication
from reviews.queries import calls as queries
from reviews.queries.rounds import pool_of
from reviews.services import calls, experts
from reviews.states import ExpertApplicationState, ExpertStatus
from tests import cast
from tests.applications.life import refused
from tests.cast import moment
from tests.reviews import callings, scene

pytestmark = pytest.mark.django_db
NOW = moment("2026-09-21 10:00")


@pytest.fixture
def call(world, examiner):
    """Open from 21 September to 20 October for two disciplines."""
    scene.make_disciplines()
    return callings.published(world, examiner, NOW, "790.43", "210", closes_on=dt.date(2026, 10, 20))


@pytest.fixture
def application(call, applicant):
    return callings.applied(call, applicant, NOW)


def take(application, examiner, now=NOW):
    return calls.accept_application(
        application=application, capacity=20, is_think_tank=False, actor=examiner, now=now
    ).expert


def test_a_call_is_seen_once_it_is_published(world, examiner, client):
    scene.make_disciplines()
    today = dt.date(2026, 9, 21)
    made = callings.written(world, examiner, NOW)
    assert [list(rows) for rows in queries.listed(today).values()] == [[], [], []]
    assert client.get(reverse("experts:detail", args=[made.number])).status_code == 404
    calls.publish_call(call=made, actor=examiner, now=NOW)
    assert made.number == "ZJ20260001"
    assert [list(rows) for rows in queries.listed(today).values()] == [[made], [], []]
    assert [list(rows) for rows in queries.listed(today - dt.timedelta(1)).values()] == [[], [made], []]
    assert [list(rows) for rows in queries.listed(dt.date(2026, 12, 1)).values()] == [[], [], [made]]


def test_what_the_office_cannot_do(world, call, examiner, other_clerk):
    words = {"title_zh": "x", "title_en": "x", "requirements_zh": "x", "requirements_en": "x", "term_months": 12}
    facts = {"call": call, "actor": examiner, "now": NOW}
    days = {"opens_on": dt.date(2026, 9, 1), "closes_on": dt.date(2026, 9, 20)}
    assert refused(calls.change_call, disciplines=[], **facts, **words, **days) == [
        "A published call is not changed; only its last day moves."
    ]
    assert refused(calls.publish_call, **facts) == ["This call is published already."]
    assert refused(calls.move_end, closes_on=dt.date(2026, 9, 20), **facts) == [
        "The end must be after the beginning.",
        "The last day is over already.",
    ]
    mine = {"call": call, "closes_on": dt.date(2026, 12, 1), "actor": other_clerk, "now": NOW}
    assert refused(calls.move_end, **mine) == ["Examiners and leaders of the organization do this."]
    assert calls.move_end(closes_on=dt.date(2026, 12, 1), **facts).closes_on == dt.date(2026, 12, 1)


def test_who_applies_joins_the_pool_with_the_account_and_the_names_to_avoid(call, application, applicant, examiner):
    expert = take(application, examiner)
    assert (expert.user, expert.name, expert.unit_name) == (applicant, applicant.person.name, "云南示例大学")
    assert (expert.term_starts_on, expert.term_ends_on) == (dt.date(2026, 9, 21), dt.date(2028, 9, 21))
    assert [tie.name for tie in expert.ties.all()] == ["昆明示例科技有限公司", "李一明"]
    assert set(expert.disciplines.all()) == set(call.disciplines.all())
    assert (expert.number, expert.capacity, expert.status) == ("ZJ20260001", 20, ExpertStatus.ACTIVE)
    told = applicant.inbox.get()
    assert (told.event, told.path) == ("expert_application_accepted", "/expert/")
    assert refused(take, application=application, examiner=examiner) == [
        "This application is settled: taken into the pool."
    ]


def test_whom_a_new_expert_named_is_never_read_by_that_expert(world, group, case, examiner):
    """The expert asked to stay away from the applicant of the group by name: the pool leaves the expert out."""
    call = callings.published(world, examiner, NOW, "790.43")
    stranger = cast.make_person("new@example.org", "钱多多", "99010119900307004X")
    take(callings.applied(call, stranger, NOW, avoids=[case.applicant_name]), examiner)
    assert [(one["name"], one["code"]) for one in pool_of(group, NOW).left_out] == [("钱多多", "EXPERT_ASKED")]


def test_the_number_counts_on_and_a_term_is_renewed_under_it(world, call, applicant, examiner):
    scene.make_expert(world.office, 41)
    first = take(callings.applied(call, applicant, NOW), examiner)
    assert first.number == "E042"
    later = moment("2028-06-01 10:00")
    again = callings.published(world, examiner, later)
    second = take(callings.applied(again, applicant, later), examiner, later)
    assert (second, second.number, second.term_ends_on) == (first, "E042", dt.date(2030, 6, 1))


def test_who_had_retired_gets_another_number(world, call, applicant, examiner):
    first = scene.make_expert(world.office, 41, user=applicant)
    experts.set_status(expert=first, status=ExpertStatus.RETIRED, reason="x", actor=examiner, now=NOW)
    second = take(callings.applied(call, applicant, NOW), examiner)
    assert (second.number, second.user) == ("E042", applicant)
    assert Expert.objects.get(pk=first.pk).user is None


def test_a_refusal_says_why(application, applicant, examiner):
    facts = {"application": application, "actor": examiner, "now": NOW}
    assert refused(calls.refuse_application, reason=" ", **facts) == ["Give the reason."]
    gone = calls.refuse_application(reason="Two more years of work are needed.", **facts)
    assert (gone.state, gone.decided_by) == (ExpertApplicationState.REFUSED, examiner)
    told = applicant.inbox.get()
    assert (told.event, told.path) == ("expert_application_refused", reverse("me:expert_applications"))


def test_who_cannot_apply_and_when(world, call, applicant, stranger, examiner, other_clerk):
    def said(user, now=NOW, **words):
        return refused(callings.applied, call=call, user=user, now=now, **words)

    assert said(applicant, moment("2026-10-21 00:01")) == ["The time for applications has ended."]
    assert said(applicant, moment("2026-09-20 23:59")) == ["Applications are not open yet."]
    callings.applied(call, applicant, moment("2026-10-20 23:50"))
    assert said(applicant) == ["You have applied already."]
    Person.objects.filter(user=stranger).delete()
    assert said(stranger) == ["Your identity is missing: experts serve under their real name."]
    scene.make_expert(world.office, 5, user=examiner)
    assert "You are in the pool already" in said(examiner)[-1]
    outside = scene.Discipline.objects.filter(pk="790.61")
    assert said(applicant, disciplines=list(outside))[-1] == "Choose disciplines of this call."


def test_nobody_decides_on_the_own_application_nor_another_office(call, examiner, leader, other_clerk, applicant):
    mine = ExpertApplication.objects.create(call=call, user=examiner, name="x", submitted_at=NOW, **callings.SAID)
    facts = {"application": mine, "reason": "x", "now": NOW}
    assert refused(calls.refuse_application, actor=examiner, **facts) == [
        "Somebody else has to decide on your own application."
    ]
    assert refused(calls.refuse_application, actor=other_clerk, **facts) == [
        "Examiners and leaders of the organization do this."
    ]
    assert calls.refuse_application(actor=leader, **facts).decided_by == leader


def test_withdrawn_and_handed_in_again(call, application, applicant, stranger):
    facts = {"application": application, "now": NOW}
    assert refused(calls.withdraw_application, actor=stranger, **facts) == ["This is not your application."]
    calls.withdraw_application(actor=applicant, **facts)
    assert refused(calls.withdraw_application, actor=applicant, **facts) == ["This application is settled: withdrawn."]
    assert callings.applied(call, applicant, NOW).state == ExpertApplicationState.SUBMITTED


# --- pages


@pytest.fixture
def open_call(world, examiner):
    scene.make_disciplines()
    return callings.published(world, examiner, clock.now())


def posted(call, **changes) -> dict:
    words = {name: value or "" for name, value in callings.SAID.items()}
    words |= {"avoids": "甲公司\n\n乙公司\n甲公司", "disciplines": ["210"], "is_true": "on", "is_outside": "on"}
    return words | changes


def test_applying_online(client, open_call, applicant):
    client.force_login(applicant)
    page = reverse("experts:apply", args=[open_call.number])
    assert "甲公司" not in client.get(page).content.decode()
    answer = client.post(page, posted(open_call), follow=True)
    assert answer.redirect_chain == [(reverse("me:expert_applications"), 302)]
    made = ExpertApplication.objects.get()
    assert (made.name, made.avoids) == (applicant.person.name, ["甲公司", "乙公司"])
    assert "待" in answer.content.decode() or made.get_state_display() in answer.content.decode()
    client.post(reverse("me:withdraw_expert_application", args=[made.pk]))
    begun = client.get(page).context["form"]
    assert (begun["unit_name"].value(), begun["avoids"].value()) == ("云南示例大学", "甲公司\n乙公司")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"disciplines": []}, "disciplines"),
        ({"disciplines": ["210", "790", "790.43", "790.61"]}, "disciplines"),
        ({"unit_uscc": "123"}, "unit_uscc"),
        ({"is_outside": []}, "region"),
        ({"years": "0"}, "years"),
        ({"statement": "x" * 2001}, "statement"),
        ({"avoids": "\n".join(map(str, range(21)))}, "avoids"),
        ({"is_true": ""}, "is_true"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(client, open_call, applicant, changes, field):
    client.force_login(applicant)
    answer = client.post(reverse("experts:apply", args=[open_call.number]), posted(open_call, **changes))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not ExpertApplication.objects.exists()


def test_the_own_application_is_nobody_elses(client, open_call, applicant, stranger):
    made = callings.applied(open_call, applicant, clock.now())
    client.force_login(stranger)
    assert client.post(reverse("me:withdraw_expert_application", args=[made.pk])).status_code == 404
    assert "云南示例大学" not in client.get(reverse("me:expert_applications")).content.decode()


def test_the_office_writes_publishes_and_decides_by_buttons(client, world, examiner, applicant):
    scene.make_disciplines()
    client.force_login(examiner)
    today = clock.now().date()
    words = {
        "organization": world.office.pk,
        "title_zh": "征集",
        "title_en": "Call",
        "requirements_zh": "要求",
        "requirements_en": "Asked",
        "disciplines": ["210", "790.43"],
        "opens_on": today,
        "closes_on": today + dt.timedelta(days=9),
        "term_months": 12,
    }
    client.post(reverse("admin:reviews_expertcall_add"), words)
    call = calls.ExpertCall.objects.get()
    client.post(reverse("admin:reviews_expertcall_act", args=[call.pk, "publish"]))
    made = callings.applied(call, applicant, clock.now())
    page = reverse("admin:reviews_expertapplication_change", args=[made.pk])
    assert page in client.get(reverse("admin:reviews_expertcall_change", args=[call.pk])).content.decode()
    client.post(reverse("admin:reviews_expertapplication_act", args=[made.pk, "accept"]), {"capacity": "12"})
    assert Expert.objects.get(user=applicant).capacity == 12
    assert reverse("admin:reviews_expert_change", args=[applicant.expert.pk]) in client.get(page).content.decode()
