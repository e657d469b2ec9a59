"""What the page of a round says is due next, and who has not answered, promised or scored."""

import datetime as dt

import pytest
from django.urls import reverse

from reviews.models import ReviewRound
from reviews.queries.progress import due_in
from reviews.services import draw as draws
from reviews.services import invitations
from tests.cast import moment
from tests.reviews import scoring
from tests.reviews.scene import NONCE, NOW, make_experts

pytestmark = pytest.mark.django_db


def said(round_, now=NOW) -> list[str]:
    return [str(line.words) for line in due_in(ReviewRound.objects.get(pk=round_.pk), now)]


@pytest.fixture(autouse=True)
def english(settings):
    from django.utils.translation import override

    with override("en"):
        yield


def test_before_the_experts_have_answered(world, group, round_, examiner, leader):
    group.dossiers.update(checked_at=NOW, checked_by=leader)
    assert said(round_) == ["freeze the candidates"]
    make_experts(world.office, 4, account=True)
    frozen = draws.freeze(group=group, actor=examiner, now=NOW)
    assert said(round_) == ["the candidates are frozen; a second person draws"]
    draws.draw(draw=frozen, nonce=NONCE, actor=leader, now=NOW)
    assert said(round_) == ["3 experts are to be invited"]
    seats = invitations.invite(group=group, actor=examiner, now=NOW)
    first = seats[0].expert
    type(first).objects.filter(pk=first.pk).update(user=None)
    assert said(round_) == [
        f"{first.name} has no account: call, and note the answer",
        *(f"{seat.expert.name} has not answered" for seat in seats[1:]),
    ]
    for seat in (seats[0], seats[1]):  # one reserve, then nobody
        invitations.stand_down(seat=seat, reason="x", actor=examiner, now=NOW)
    assert said(round_)[0] == "1 place is free and no reserve fits: draw a further expert"


def test_while_they_score(reviewed, people):
    seats, (first, _other) = reviewed.seats, reviewed.dossiers
    scoring.score(seats[0], first)
    seats[2].committed_at = None
    seats[2].save()
    now = moment("2026-10-15 18:00")
    names = [seat.expert.name for seat in seats]
    assert said(reviewed.round, now) == [
        f"{names[0]}: 1 of 2 sheets submitted",
        f"{names[1]}: 0 of 2 sheets submitted",
        f"{names[2]} has not promised confidentiality",
    ]
    assert {line.until for line in due_in(reviewed.round, now)} == {dt.date(2026, 10, 15)}
    assert [line.is_late for line in due_in(reviewed.round, now)] == [False] * 3
    assert [line.is_late for line in due_in(reviewed.round, moment("2026-10-16 00:01"))] == [True] * 3


def test_sheets_far_apart_ask_for_two_more_until_they_are_drawn(reviewed, people):
    for seat, feature in zip(reviewed.seats, ("60", "55", "10"), strict=True):
        for dossier in reviewed.dossiers:
            scoring.score(seat, dossier, feature=feature)
    assert said(reviewed.round) == ["the sheets differ too much: draw two further experts"]
    scoring.seat_all(reviewed, people, 2, 0, seq=2, start=11)
    assert said(reviewed.round) == ["专家11: 0 of 2 sheets submitted", "专家12: 0 of 2 sheets submitted"]


def test_when_all_is_in_the_page_says_so(reviewed, people, client):
    for seat in reviewed.seats:
        for dossier in reviewed.dossiers:
            scoring.score(seat, dossier)
    assert said(reviewed.round, moment(scoring.NOW)) == []
    client.force_login(people.examiner)
    page = client.get("/en" + reverse("admin:reviews_reviewround_change", args=[reviewed.round.pk]).removeprefix("/en"))
    assert "Everything is in. The round can be closed." in page.content.decode()
