"""The expert's desk: who gets in, what a form and a script are answered, with and without JavaScript."""

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from reviews.models import Dossier, ReviewRound, Seat, Sheet
from tests.cast import moment
from tests.reviews.scoring import COMMENT, NOW, score, sheet_of

pytestmark = pytest.mark.django_db
SCRIPT = {"X-Requested-With": "fetch"}
GOOD = {"points-feature": "50", "points-scale": "30", "points-honesty": "5", "comment": COMMENT}


@pytest.fixture
def client(reviewed, client_of, at):
    at(NOW)
    return client_of(reviewed.seats[0].expert.user)


def address(name: str, pk: int) -> str:
    with override("en"):
        return reverse(f"expert:{name}", args=[pk])


def text(response) -> str:
    return response.content.decode()


def test_the_desk_lists_dossiers_by_code(client, reviewed):
    score(reviewed.seats[0], reviewed.dossiers[0])
    page = text(client.get(address("desk", reviewed.group.pk)))
    assert all(f"Dossier {one.code}" in page for one in reviewed.dossiers)
    assert "1 / 2" in page
    assert "85.00" in page
    assert "15 October 2026" in page


def test_a_group_without_checked_dossiers_says_so(client, reviewed):
    Dossier.objects.update(checked_at=None)
    assert "No dossier is ready yet" in text(client.get(address("desk", reviewed.group.pk)))
    assert client.get(address("dossier", reviewed.dossiers[0].pk)).status_code == 404


def test_without_the_promise_the_desk_explains_and_shows_nothing(client, reviewed):
    Seat.objects.update(committed_at=None)
    for name, pk in (
        ("desk", reviewed.group.pk),
        ("dossier", reviewed.dossiers[0].pk),
        ("conflict", reviewed.dossiers[0].pk),
    ):
        page = text(client.get(address(name, pk)))
        assert "First promise confidentiality" in page
        assert reviewed.dossiers[0].code not in page
    assert Sheet.objects.count() == 0


@pytest.mark.parametrize("state", ["INVITED", "RESERVE", "DECLINED", "EXPIRED", "DISMISSED"])
def test_only_taken_seats_get_in(client, reviewed, state):
    Seat.objects.update(state=state)
    first = reviewed.dossiers[0].pk
    found = {client.get(address(*one)).status_code for one in (("desk", reviewed.group.pk), ("dossier", first))}
    assert (found, client.post(address("sheet", first)).status_code) == ({404}, 404)


def test_strangers_find_nothing_and_nobody_signs_in_first(reviewed, client_of, people, at):
    at(NOW)
    first = reviewed.dossiers[0].pk
    pages = [("desk", reviewed.group.pk), ("dossier", first), ("conflict", first)]
    for user in (people.examiner, reviewed.cases[0].applicant):
        assert {client_of(user).get(address(*one)).status_code for one in pages} == {404}
    assert {Client().get(address(*one)).status_code for one in pages} == {302}
    assert Client().post(address("sheet", first), headers=SCRIPT).status_code == 401


def test_a_withdrawn_dossier_says_so_and_takes_nothing(client, reviewed):
    sheet_of(reviewed.seats[0], reviewed.dossiers[0])
    Dossier.objects.filter(pk=reviewed.dossiers[0].pk).update(withdrawn_at=moment(NOW))
    first = reviewed.dossiers[0].pk
    assert "This dossier was withdrawn" in text(client.get(address("dossier", first)))
    answer = client.post(address("sheet", first), {**GOOD, "version": 1}, headers=SCRIPT)
    assert (answer.status_code, answer.json()) == (409, {"error": "The dossier was withdrawn."})
    assert reviewed.dossiers[0].code not in text(client.get(address("desk", reviewed.group.pk)))


def test_a_closed_round_shows_no_dossiers(client, reviewed):
    ReviewRound.objects.update(state="CLOSED")
    for name, pk in (("desk", reviewed.group.pk), ("dossier", reviewed.dossiers[0].pk)):
        assert "This round is not open for review" in text(client.get(address(name, pk)))


def test_a_script_saves_what_is_typed(client, reviewed):
    first = reviewed.dossiers[0].pk
    client.get(address("dossier", first))
    entered = {"version": 1, "points-feature": "60.5", "points-scale": "30", "comment": "写到一半"}
    answer = client.post(address("sheet", first), entered, headers=SCRIPT)
    assert answer.json() == {
        "saved": "Saved at 10:00, except what is marked.",
        "version": 2,
        "faults": {"feature": "At most 60 points."},
    }
    sheet = Sheet.objects.get()
    assert (sheet.scores, sheet.comment, sheet.state) == ({"scale": "30.0"}, "写到一半", "DRAFT")
    older = client.post(address("sheet", first), {"version": 1, "comment": "旧"}, headers=SCRIPT)
    assert (older.status_code, older.json()["version"]) == (409, 2)
    assert Sheet.objects.get().comment == "写到一半"


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40, "１"])
def test_a_version_that_is_none_overwrites_nothing(client, reviewed, version):
    first = reviewed.dossiers[0].pk
    client.get(address("dossier", first))
    answer = client.post(address("sheet", first), {**GOOD, "version": version}, headers=SCRIPT)
    assert (answer.status_code, Sheet.objects.get().comment) == (409, "")


def test_without_a_script_faults_stand_beside_their_fields(client, reviewed):
    first = reviewed.dossiers[0].pk
    client.get(address("dossier", first))
    bad = {**GOOD, "version": 1, "points-feature": "61", "comment": "短", "submit": ""}
    page = text(client.post(address("sheet", first), bad, follow=True))
    assert '<a href="#points-feature">Feature: At most 60 points.</a>' in page
    assert 'value="61"' in page
    assert "The comment needs at least 50 characters; it has 1." in page
    assert Sheet.objects.get().scores == {"scale": "30.0", "honesty": "5.0"}


def test_without_a_script_a_sheet_is_saved_and_submitted(client, reviewed):
    first = reviewed.dossiers[0]
    client.get(address("dossier", first.pk))
    saved = client.post(address("sheet", first.pk), {**GOOD, "version": 1, "save": ""})
    assert saved.url == address("dossier", first.pk)
    done = client.post(address("sheet", first.pk), {**GOOD, "version": 2, "submit": ""})
    assert done.url == address("desk", reviewed.group.pk)
    assert [str(one) for one in get_messages(done.wsgi_request)][-1] == f"The sheet for {first.code} is submitted."
    page = text(client.get(address("dossier", first.pk)))
    assert "It cannot be changed any more." in page
    assert "<textarea" not in page
    again = client.post(address("sheet", first.pk), {**GOOD, "version": 3, "submit": ""}, follow=True)
    assert "This sheet is submitted and cannot be changed any more." in text(again) or again.status_code == 200
    assert Sheet.objects.get().state == "SUBMITTED"


def test_another_window_is_not_overwritten_and_nothing_typed_is_lost(client, reviewed):
    first = reviewed.dossiers[0].pk
    client.get(address("dossier", first))
    client.post(address("sheet", first), {"version": 1, "comment": "一"}, headers=SCRIPT)
    page = text(client.post(address("sheet", first), {"version": 1, "comment": "二", "save": ""}, follow=True))
    assert "This sheet was saved in another window at 10:00." in page
    assert ">二</textarea>" in page
    assert Sheet.objects.get().comment == "一"


def test_after_the_last_day_the_sheet_is_closed(client, reviewed, at):
    first = reviewed.dossiers[0].pk
    client.get(address("dossier", first))
    at("2026-10-16 00:01")
    assert "The time for reviews is over." in text(client.get(address("dossier", first)))
    answer = client.post(address("sheet", first), {**GOOD, "version": 1}, headers=SCRIPT)
    assert answer.status_code == 409


def test_nobody_sees_the_sheets_of_others(client, reviewed):
    other = "别人的评语" * 20
    score(reviewed.seats[1], reviewed.dossiers[0], "41.5", comment=other)
    for name, pk in (("desk", reviewed.group.pk), ("dossier", reviewed.dossiers[0].pk)):
        page = text(client.get(address(name, pk)))
        assert "别人的评语" not in page
        assert "41.5" not in page
        assert "76.5" not in page
    assert "专家2" not in page


def test_a_conflict_is_declared_and_the_desk_closes(client, reviewed):
    score(reviewed.seats[0], reviewed.dossiers[0])
    first = reviewed.dossiers[0].pk
    assert "Say what kind of conflict it is." in text(client.post(address("conflict", first), {"reason": "x"}))
    done = client.post(address("conflict", first), {"kind": "TEACHER", "reason": "我的学生"})
    assert done.status_code == 302
    assert client.get(address("desk", reviewed.group.pk)).status_code == 404
    assert Sheet.objects.get().state == "VOIDED"
    assert Seat.objects.get(pk=reviewed.seats[0].pk).state == "DISMISSED"
