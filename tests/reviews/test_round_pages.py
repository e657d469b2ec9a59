"""The office's pages: a round from its opening to the second reserve, by two people, through buttons alone."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, Role
from reviews.models import Draw, Expert, Group, ReviewRound
from reviews.queries import rounds as queries
from reviews.rules import draw as rules
from tests import cast
from tests.reviews import scene, scoring
from tests.reviews.scene import make_expert, make_experts

pytestmark = pytest.mark.django_db


def at(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def press(client, round_, act: str, row: int, **typed):
    address = reverse("admin:reviews_reviewround_act", args=[round_.pk, act, row])
    return client.post(address, typed, follow=True)


def test_a_round_through_its_buttons(world, item, case, examiner, leader):
    scene.make_disciplines()
    scheme = scene.make_scheme()
    make_experts(world.office, 12, account=True)
    operator, supervisor = at(examiner), at(leader)
    typed = {"item": item.pk, "scheme": scheme.pk, "seats": 3, "outside_percent": 0, "answer_hours": 48}
    operator.post(reverse("admin:reviews_reviewround_add"), typed | {"review_days": 10})
    round_ = ReviewRound.objects.get()
    assert not round_.avoids_home
    press(operator, round_, "add_group", round_.pk, discipline="790.43")
    group = Group.objects.get()
    scene.add_dossier(group, case)
    assert "12" in press(operator, round_, "freeze", group.pk).content.decode()
    draw = Draw.objects.get()
    assert press(operator, round_, "draw", draw.pk, nonce="123456").context["reasons"]
    short = press(supervisor, round_, "draw", draw.pk, nonce="123")
    assert short.context["reasons"]
    assert short.context["groups"][0]["nonce"].data["nonce"] == "123"
    page = press(supervisor, round_, "draw", draw.pk, nonce="17-4-22").content.decode()
    assert "17-4-22" in page
    record = json.loads(operator.get(reverse("admin:reviews_reviewround_record", args=[draw.pk])).content)
    assert rules.repeat(record) == []
    press(operator, round_, "invite", group.pk)
    seats = list(group.seats.order_by("rank"))
    assert [seat.state for seat in seats[:4]] == ["INVITED", "INVITED", "INVITED", "RESERVE"]
    press(operator, round_, "accept", seats[0].pk)
    press(operator, round_, "decline", seats[1].pk, reason="电话答复：没有时间")
    assert press(operator, round_, "stand_down", seats[2].pk, reason="").context["form"].errors
    press(operator, round_, "stand_down", seats[2].pk, reason="调到申报单位工作")
    states = [seat.state for seat in group.seats.order_by("rank")]
    assert states[:6] == ["ACCEPTED", "DECLINED", "DISMISSED", "INVITED", "INVITED", "RESERVE"]
    assert group.seats.get(rank=5).replaces == seats[2]
    assert (
        "调到申报单位工作"
        in operator.get(reverse("admin:reviews_reviewround_change", args=[round_.pk])).content.decode()
    )


def test_the_official_reads_and_presses_nothing(round_, group, examiner, official, world):
    make_experts(world.office, 12)
    page = reverse("admin:reviews_reviewround_change", args=[round_.pk])
    text = at(official).get(page).content.decode()
    assert '<form method="post"' not in text.split("<main")[-1].split('class="work', 1)[-1]
    assert press(at(official), round_, "freeze", group.pk).status_code == 404
    assert not Draw.objects.exists()


def test_the_round_of_another_region_is_not_found(round_, group, world):
    county = cast.make_staff("county@example.org", "县审", Role.EXAMINER, world.county, world.office)
    assert at(county).get(reverse("admin:reviews_reviewround_change", args=[round_.pk])).status_code == 404
    assert press(at(county), round_, "freeze", group.pk).status_code == 404


def test_rows_of_another_round_are_not_found(round_, group, world, examiner, item):
    other = scene.open_round(world, examiner, item, round_.scheme)
    make_experts(world.office, 12)
    assert press(at(examiner), other, "freeze", group.pk).status_code == 404
    assert press(at(examiner), other, "unknown", group.pk).status_code == 404


def test_what_lacks_is_said_before_freezing(round_, group, examiner, world):
    make_experts(world.office, 2)
    page = at(examiner).get(reverse("admin:reviews_reviewround_change", args=[round_.pk]))
    assert page.context["groups"][0]["lacking"]
    assert "/freeze/" not in page.content.decode()


EXPERT = {
    "number": "E900",
    "name": "和丽",
    "unit_name": "丽江师范高等专科学校",
    "disciplines": ["790.43"],
    "term_starts_on": "2026-01-01",
    "term_ends_on": "2028-12-31",
    "capacity": 20,
    "ties-TOTAL_FORMS": 1,
    "ties-INITIAL_FORMS": 0,
    "ties-0-kind": "TEACHER",
    "ties-0-name": "陈思远",
}


def test_an_expert_is_entered_with_ties(world, examiner, applicant):
    scene.make_disciplines()
    client, add = at(examiner), reverse("admin:reviews_expert_add")
    wrong = EXPERT | {
        "organization": world.office.pk,
        "term_ends_on": "2029-01-02",
        "account": "nobody@example.org",
        "disciplines": ["790", "790.43", "790.61", "210"],
    }
    errors = client.post(add, wrong).context["adminform"].form.errors
    assert set(errors) == {"term_ends_on", "account", "disciplines"}
    right = EXPERT | {"organization": world.office.pk, "account": "applicant@example.org"}
    assert client.post(add, right).status_code == 302
    expert = Expert.objects.get()
    assert (expert.user, expert.ties.get().name) == (applicant, "陈思远")
    assert "E900" in client.get(reverse("admin:reviews_expert_changelist"), {"q": "丽江"}).content.decode()
    assert "E900" not in client.get(reverse("admin:reviews_expert_changelist"), {"serving": "no"}).content.decode()


def test_a_status_changes_with_a_reason_and_nobody_is_deleted(world, round_, examiner, official):
    expert = make_expert(world.office, 1)
    address, client = reverse("admin:reviews_expert_status", args=[expert.pk]), at(examiner)
    assert client.post(address, {"status": "SUSPENDED", "reason": ""}).status_code == 422
    assert client.post(address, {"status": "ACTIVE", "reason": "x"}).status_code == 422
    assert client.post(address, {"status": "SUSPENDED", "reason": "泄露评审信息"}).status_code == 302
    expert.refresh_from_db()
    assert expert.status == "SUSPENDED"
    assert "泄露评审信息" in expert.integrity_note
    assert client.post(reverse("admin:reviews_expert_delete", args=[expert.pk]), {"post": "yes"}).status_code == 403
    assert at(official).post(address, {"status": "ACTIVE", "reason": "x"}).status_code == 403
    assert client.post(address, {"status": "RETIRED", "reason": "退休"}).status_code == 302
    assert client.post(address, {"status": "ACTIVE", "reason": "x"}).status_code == 422


def test_an_office_below_reviews_with_the_experts_of_the_one_above(world, item, case):
    """A prefecture reviews cases of the province's item, and draws from the province's pool as long as it has none."""
    below = Organization.objects.create(
        name_zh="昆明市局",
        name_en="Bureau",
        uscc="11990100MB0000002X",
        region=world.city,
        parent=world.office,
        document_prefix="昆人社",
    )
    officer = cast.make_staff("city@example.org", "市审", Role.EXAMINER, world.city, below)
    scene.make_disciplines()
    make_experts(world.office, 12)
    typed = {"item": item.pk, "scheme": scene.make_scheme().pk, "seats": 3, "outside_percent": 0, "answer_hours": 48}
    at(officer).post(reverse("admin:reviews_reviewround_add"), typed | {"review_days": 10})
    round_ = ReviewRound.objects.get()
    assert round_.organization == below
    press(at(officer), round_, "add_group", round_.pk, discipline="790.43")
    scene.add_dossier(Group.objects.get(), case)
    press(at(officer), round_, "freeze", Group.objects.get().pk)
    assert len(Draw.objects.get().pool["candidates"]) == 12
    make_expert(below, 1)
    assert [expert.organization for expert in queries.experts_of(below)] == [below]


def test_the_office_notes_a_conflict_after_scoring(reviewed, people):
    """The page that refuses to replace who has scored offers what voids the sheets."""
    seat, office = reviewed.seats[0], at(people.examiner)
    for dossier in reviewed.dossiers:
        scoring.score(seat, dossier)
    page = reverse("admin:reviews_reviewround_change", args=[reviewed.round.pk])
    rows = {row["seat"].pk: row for row in office.get(page).context["groups"][0]["seats"]}
    assert "stand_down" not in rows[seat.pk]
    assert set(rows[seat.pk]["conflict"].fields["dossier"].queryset) == set(reviewed.dossiers)
    assert "stand_down" in rows[reviewed.seats[1].pk]
    facts = {"dossier": reviewed.dossiers[0].pk, "kind": "TEACHER"}
    assert press(office, reviewed.round, "conflict", seat.pk, reason="", **facts).context["form"].errors
    press(office, reviewed.round, "conflict", seat.pk, reason="师生", **facts)
    seat.refresh_from_db()
    assert (seat.state, {sheet.state for sheet in seat.sheets.all()}) == ("DISMISSED", {"VOIDED"})
    assert seat.replaced_by.state == "INVITED"
    assert seat.expert.ties.get().kind == "TEACHER"
