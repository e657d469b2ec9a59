"""What the sheets come to: ranks, late conflicts, further experts, the panel, and the end of a round."""

from decimal import Decimal

import pytest
from django.db import InternalError, transaction

from applications.services.special import running_special
from reviews.models import ExpertTie, Seat, SeatEvent, Standing
from reviews.queries import scores as queries
from reviews.services import conflicts, sheets, standings
from tests.applications import life
from tests.cast import moment
from tests.reviews import scoring
from tests.reviews.scoring import NOW, score

pytestmark = pytest.mark.django_db


def score_all(scene, *totals: tuple[str, str]):
    """Let each seat score both dossiers, with these points for the first criterion."""
    for seat, given in zip(scene.seats, totals, strict=True):
        for dossier, feature in zip(scene.dossiers, given, strict=True):
            score(seat, dossier, feature)


def declare(seat, dossier, actor, **changes):
    facts = {"kind": "UNIT", "reason": "前同事", "now": moment(NOW)} | changes
    return conflicts.declare_conflict(seat=seat, dossier=dossier, actor=actor, **facts)


def test_standings_come_when_everything_is_in(reviewed):
    first, second = reviewed.dossiers
    for seat in reviewed.seats[:2]:
        score(seat, first, "40")
        score(seat, second, "50")
    assert not Standing.objects.exists()
    score(reviewed.seats[2], first, "42")
    score(reviewed.seats[2], second, "50")
    found = [(one.dossier, one.mean, one.sheets, one.rank) for one in Standing.objects.order_by("rank")]
    assert found == [(second, Decimal("85.00"), 3, 1), (first, Decimal("75.67"), 3, 2)]
    reviewed.round.refresh_from_db()
    assert reviewed.round.state == "SCORED"
    assert queries.latest_standing(second.case).mean == Decimal("85.00")


def test_the_same_again_writes_nothing(reviewed):
    score_all(reviewed, ("40", "50"), ("40", "50"), ("40", "50"))
    assert standings.compute(group=reviewed.group, now=moment(NOW), reason="again") == []
    assert Standing.objects.count() == 2
    with pytest.raises(InternalError), transaction.atomic():
        Standing.objects.update(mean=1)


def test_a_conflict_after_scoring_voids_and_replaces_and_keeps_the_earlier_mean(reviewed):
    score_all(reviewed, ("40", "50"), ("40", "50"), ("60", "20"))
    first, second = reviewed.dossiers
    assert [queries.latest_standing(one.case).mean for one in (first, second)] == [Decimal("81.67"), Decimal("75.00")]
    seat = declare(reviewed.seats[2], first, reviewed.seats[2].expert.user)
    assert (seat.state, set(seat.sheets.values_list("state", flat=True))) == ("DISMISSED", {"VOIDED"})
    means = [(one.mean, one.sheets, one.reason) for one in first.standings.all()]
    assert [one[:2] for one in means] == [(Decimal("75.00"), 2), (Decimal("81.67"), 3)]
    assert [one.standings.first().rank for one in (first, second)] == [2, 1]
    called = Seat.objects.get(replaces=seat)
    assert (called.rank, called.state) == (4, "INVITED")
    assert SeatEvent.objects.filter(seat=seat, state="DISMISSED").count() == 1
    tie = ExpertTie.objects.get(expert=seat.expert)
    assert (tie.name, tie.kind) == (first.case.applicant_name, "UNIT")
    reviewed.round.refresh_from_db()
    assert reviewed.round.state == "REVIEWING"
    assert not queries.dossiers_for(seat.expert.user).exists()


def test_the_reserve_takes_over_and_the_round_is_scored_again(reviewed):
    score_all(reviewed, ("40", "50"), ("40", "50"), ("60", "20"))
    seat = declare(reviewed.seats[2], None, reviewed.seats[2].expert.user)
    called = Seat.objects.get(replaces=seat)
    Seat.objects.filter(pk=called.pk).update(state="ACCEPTED", committed_at=moment(NOW))
    for dossier in reviewed.dossiers:
        score(called, dossier, "43")
    assert [d.standings.first().mean for d in reviewed.dossiers] == [Decimal("76.00"), Decimal("82.67")]
    reviewed.round.refresh_from_db()
    assert reviewed.round.state == "SCORED"


def test_a_conflict_before_scoring_makes_no_standing(reviewed):
    declare(reviewed.seats[0], reviewed.dossiers[0], reviewed.seats[0].expert.user)
    assert not Standing.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "FRIEND"}, "Say what kind of conflict it is."),
        ({"reason": "  "}, "Say what the conflict is."),
    ],
)
def test_a_conflict_says_what_it_is(reviewed, changes, words):
    seat = reviewed.seats[0]
    facts = {"kind": "UNIT", "reason": "x", "now": moment(NOW), "seat": seat, "dossier": None} | changes
    assert life.refused(conflicts.declare_conflict, actor=seat.expert.user, **facts) == [words]


def test_who_declares_a_conflict(reviewed, people, other_clerk):
    seat = reviewed.seats[0]
    facts = {"kind": "UNIT", "reason": "x", "now": moment(NOW), "seat": seat, "dossier": None}
    for person in (other_clerk, people.clerk, reviewed.seats[1].expert.user):
        assert life.refused(conflicts.declare_conflict, actor=person, **facts) == ["This is not your seat."]
    declare(seat, None, people.examiner)
    again = life.refused(conflicts.declare_conflict, actor=people.examiner, **facts)
    assert again == ["This seat is not taken any more."]


def test_sheets_that_differ_too_much_ask_for_two_more_experts(reviewed, people):
    score_all(reviewed, ("60", "50"), ("30", "50"), ("58", "50"))
    close = {"round": reviewed.round, "actor": people.examiner, "now": moment(NOW)}
    first = reviewed.dossiers[0]
    assert first.standings.first().needs_more
    said = life.refused(standings.close_round, **close)
    assert said == [f"{first.code}: the sheets differ too much; two further experts are needed."]
    for seat in scoring.seat_all(reviewed, people, 2, 0, seq=2, start=20):
        for dossier in reviewed.dossiers:
            score(seat, dossier, "56")
    last = first.standings.first()
    assert (last.needs_more, last.sheets, last.mean) == (False, 5, Decimal("91.67"))  # 56, 56, 58 of 30 to 60
    assert standings.close_round(**close).state == "CLOSED"


def test_two_vetoes_wait_for_the_panel(reviewed, people):
    first, second = reviewed.dossiers
    for seat in reviewed.seats:
        score(seat, first, is_veto=seat != reviewed.seats[0])
        score(seat, second)
    close = {"round": reviewed.round, "actor": people.examiner, "now": moment(NOW)}
    assert life.refused(standings.close_round, **close) == [f"{first.code}: the panel has to discuss the vetoes."]
    panel = {"actor": people.examiner, "now": moment(NOW)}
    assert life.refused(standings.record_panel, dossier=second, opinion="x", **panel) == [
        "This dossier needs no discussion."
    ]
    standings.record_panel(dossier=first, opinion="同意否决", **panel)
    assert standings.close_round(**close).state == "CLOSED"


def test_closing_ends_the_special_procedure_of_each_case(reviewed, people, other_clerk):
    close = {"round": reviewed.round, "now": moment("2026-10-12 10:00")}
    said = life.refused(standings.close_round, actor=people.examiner, **close)
    assert said == [
        f"{one.code}: 0 of 3 sheets are submitted." for one in sorted(reviewed.dossiers, key=lambda d: d.seq)
    ]
    score_all(reviewed, ("40", "50"), ("41", "50"), ("42.5", "50"))
    assert life.refused(standings.close_round, actor=other_clerk, **close) == [
        "Examiners and leaders of the organization do this."
    ]
    standings.close_round(actor=people.examiner, **close)
    assert not Seat.objects.filter(state="RESERVE").exists()
    first = reviewed.dossiers[0]
    case = type(first.case).objects.get(pk=first.case_id)
    special = case.specials.get()
    assert (case.state, running_special(case), special.number) == ("EXAMINING", None, "PS20260001")
    assert special.result == f"专家评审 {first.code}：3 份评分表，平均 76.17 分，第 2 名。"
    assert life.refused(standings.close_round, actor=people.examiner, **close) == ["The round is closed."]


def test_a_sheet_given_back_does_not_count_meanwhile(reviewed, people):
    score_all(reviewed, ("40", "50"), ("40", "50"), ("46", "50"))
    first = reviewed.dossiers[0]
    sheets.return_sheet(
        sheet=first.sheets.get(seat=reviewed.seats[2]), reason="x", actor=people.examiner, now=moment(NOW)
    )
    assert (first.standings.first().mean, first.standings.first().sheets) == (Decimal("75.00"), 2)
    assert first.standings.count() == 2
