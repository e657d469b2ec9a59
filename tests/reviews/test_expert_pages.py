"""The expert's own pages: invitation, answer, promise; nothing for anybody else, no applicant anywhere."""

import pytest
from django.urls import reverse

from accounts.adapter import AccountAdapter
from accounts.models import Role
from jobs import clock
from reviews.models import Seat
from reviews.queries import rounds as queries
from reviews.queries.seats import tasks_of
from reviews.services import draw as draws
from reviews.services import invitations
from reviews.states import SeatState
from tests import cast
from tests.reviews import scene
from tests.reviews.scene import make_experts

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat(group, world, examiner, leader):
    """The first seat, invited just now."""
    make_experts(world.office, 12, account=True)
    now = clock.now()
    draws.draw(draw=draws.freeze(group=group, actor=examiner, now=now), nonce=scene.NONCE, actor=leader, now=now)
    return invitations.invite(group=group, actor=examiner, now=now)[0]


@pytest.fixture
def page(client, seat):
    client.force_login(seat.expert.user)
    return reverse("expert:invitation", args=[seat.pk])


def state(seat) -> str:
    return Seat.objects.get(pk=seat.pk).state


def test_home_and_invitation_name_no_applicant(client, seat, page, case):
    for address in (reverse("expert:home"), page):
        text = client.get(address).content.decode()
        assert "劳动经济学" in text
        for secret in (case.applicant_name, case.applicant.name, case.case_no, case.public_id, "示例单位"):
            assert secret not in text


def test_accept_promise_and_go_on(client, seat, page):
    response = client.post(reverse("expert:answer", args=[seat.pk]), {"accept": "1"}, follow=True)
    assert state(seat) == SeatState.ACCEPTED
    assert "agrees" in response.content.decode()
    response = client.post(reverse("expert:commit", args=[seat.pk]), {}, follow=True)
    assert response.context["promise"].errors
    assert Seat.objects.get(pk=seat.pk).committed_at is None
    client.post(reverse("expert:commit", args=[seat.pk]), {"agrees": "on"})
    assert Seat.objects.get(pk=seat.pk).committed_at
    assert client.get(page).context["step"] == "review"


def test_declining_needs_a_reason_and_keeps_what_was_typed(client, seat, page):
    response = client.post(reverse("expert:answer", args=[seat.pk]), {"reason": " "}, follow=True)
    assert response.context["decline"].errors
    assert state(seat) == SeatState.INVITED
    client.post(reverse("expert:answer", args=[seat.pk]), {"reason": "出国"})
    assert (state(seat), Seat.objects.get(pk=seat.pk).reason) == (SeatState.DECLINED, "出国")
    assert client.get(page).context["step"] == "over"


def test_a_second_answer_is_refused_with_words(client, seat, page):
    invitations.accept(seat=seat, actor=seat.expert.user, now=clock.now())
    response = client.post(reverse("expert:answer", args=[seat.pk]), {"reason": "出国"}, follow=True)
    assert response.context["reasons"]
    assert state(seat) == SeatState.ACCEPTED


def test_too_late(client, seat, page):
    Seat.objects.filter(pk=seat.pk).update(answer_by=clock.now())
    assert client.get(page).context["step"] == "late"
    assert client.get(reverse("expert:home")).context["asked"] == []


def test_reserves_do_not_know_that_they_are(client, seat, group):
    reserve = group.seats.filter(state=SeatState.RESERVE).first()
    client.force_login(reserve.expert.user)
    assert client.get(reverse("expert:invitation", args=[reserve.pk])).status_code == 404
    assert not queries.own_seats(reserve.expert.user).exists()


def test_the_page_of_another_expert_is_not_found(client, seat, group):
    other = group.seats.filter(state=SeatState.INVITED).exclude(pk=seat.pk).first()
    client.force_login(other.expert.user)
    for name in ("invitation", "answer", "commit"):
        address = reverse(f"expert:{name}", args=[seat.pk])
        answer = client.get(address) if name == "invitation" else client.post(address, {"accept": "1"})
        assert answer.status_code == 404
    assert state(seat) == SeatState.INVITED


def test_an_empty_desk_says_so(client, world, seat, page):
    Seat.objects.filter(pk=seat.pk).update(invited_at=None)
    text = client.get(reverse("expert:home")).content.decode()
    assert "empty" in text


def test_what_waits_stands_where_an_expert_arrives(client, seat, examiner):
    """My space and the workbench lead to the invitation; nobody else sees such a thing there."""
    user, link = seat.expert.user, reverse("expert:invitation", args=[seat.pk])
    for home in (reverse("me:home"), reverse("admin:index")):
        type(user).objects.filter(pk=user.pk).update(is_staff=home.startswith("/admin"))
        client.force_login(user)
        assert link in client.get(home).content.decode()
        client.force_login(examiner)
        assert 'href="/expert/' not in client.get(home).content.decode()
    invitations.accept(seat=seat, actor=user, now=clock.now())
    asked, sitting = (getattr(tasks_of(user, clock.now()), name) for name in ("asked", "sitting"))
    assert (asked, sitting) == ([], [seat])
    assert tasks_of(examiner, clock.now()) is None


def test_who_is_an_expert_alone_signs_in_to_the_desk(rf, world):
    for role, page in ((Role.EXPERT, "expert:home"), (Role.EXAMINER, "admin:index")):
        request = rf.get("/")
        request.user = cast.make_staff(f"{role}@example.org".lower(), "某人", role, world.province, world.office)
        assert AccountAdapter(request).get_login_redirect_url(request) == reverse(page)
