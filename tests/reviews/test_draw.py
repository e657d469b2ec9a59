"""The draw in two steps by two people, and what its record is worth."""

import datetime as dt
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, transaction

from accounts.models import Role, UnitMember
from reviews.models import Draw, Expert, Seat
from reviews.queries import rounds as queries
from reviews.rules import draw as rules
from reviews.services import draw as draws
from reviews.services import invitations, rounds
from reviews.states import RoundState, SeatState
from tests import cast
from tests.applications import life
from tests.applications.life import at_once, refused
from tests.cast import moment
from tests.reviews import scene
from tests.reviews.scene import NONCE, NOW, drawn, make_expert, make_experts, tie

pytestmark = pytest.mark.django_db


@pytest.fixture
def experts(world, group):
    return make_experts(world.office, 12)


def left_out(group) -> dict[str, str]:
    return {one["number"]: one["code"] for one in queries.pool_of(group, NOW).left_out}


def test_two_people_draw_and_the_record_gives_the_same(group, experts, examiner, leader):
    frozen = draws.freeze(group=group, actor=examiner, now=NOW)
    assert (frozen.algorithm, frozen.nonce, frozen.seed, frozen.result) == ("hmac-order-1", "", "", [])
    assert rules.hash_of(frozen.pool) == frozen.pool_hash
    done = draws.draw(draw=frozen, nonce=NONCE, actor=leader, now=NOW)
    done.refresh_from_db()
    seats = list(group.seats.select_related("expert"))
    assert [seat.rank for seat in seats] == list(range(1, 10))
    assert scene.names(seats) == [one["number"] for one in done.result]
    assert {seat.state for seat in seats} == {SeatState.RESERVE}
    assert rules.repeat(queries.record_of(done)) == []
    group.round.refresh_from_db()
    assert group.round.state == RoundState.DRAWN


def test_one_person_cannot_do_both(group, experts, examiner, leader):
    frozen = draws.freeze(group=group, actor=leader, now=NOW)
    words = refused(draws.draw, draw=frozen, nonce=NONCE, actor=leader, now=NOW)
    assert words == ["Another person than the operator must draw."]
    with pytest.raises(IntegrityError, match="draw_two_people"), transaction.atomic():
        Draw.objects.filter(pk=frozen.pk).update(drawn_by=leader, drawn_at=NOW, nonce=NONCE)


def test_who_is_not_in_charge_does_neither(world, group, experts, examiner, clerk, expert, official):
    frozen = draws.freeze(group=group, actor=examiner, now=NOW)
    county = cast.make_staff("county@example.org", "县审", Role.EXAMINER, world.county, world.office)
    for who in (clerk, expert, official, county):
        words = ["Examiners and leaders of the organization do this."]
        assert refused(draws.draw, draw=frozen, nonce=NONCE, actor=who, now=NOW) == words
        assert refused(draws.freeze, group=group, actor=who, now=NOW) == words
        assert refused(draws.drop, draw=frozen, reason="x", actor=who, now=NOW) == words
        assert refused(rounds.add_group, round=group.round, discipline=group.discipline, actor=who, now=NOW) == words
        assert refused(invitations.invite, group=group, actor=who, now=NOW) == words


@pytest.mark.parametrize("nonce", ["", "12345", " 1234 ", "1" * 65, "123\x00456"])
def test_a_nonce_has_a_length(group, experts, examiner, leader, nonce):
    frozen = draws.freeze(group=group, actor=examiner, now=NOW)
    assert refused(draws.draw, draw=frozen, nonce=nonce, actor=leader, now=NOW)[0].startswith("Enter 6 to 64")


def test_what_is_frozen_is_frozen_and_what_is_drawn_is_drawn(group, experts, examiner, leader):
    frozen = draws.freeze(group=group, actor=examiner, now=NOW)
    other = frozen.pool | {"candidates": frozen.pool["candidates"][:5]}
    for change in ({"pool": other}, {"pool_hash": "0" * 64}, {"wanted": 5}, {"frozen_at": leader.date_joined}):
        with pytest.raises(DatabaseError, match="draw_frozen_is_frozen"), transaction.atomic():
            Draw.objects.filter(pk=frozen.pk).update(**change)
    with pytest.raises(DatabaseError, match="draw_never_deleted"), transaction.atomic():
        frozen.delete()
    draws.draw(draw=frozen, nonce=NONCE, actor=leader, now=NOW)
    for change in ({"nonce": "654321"}, {"result": []}, {"drop_reason": "x"}):
        with pytest.raises(DatabaseError, match="draw_done_is_done"), transaction.atomic():
            Draw.objects.filter(pk=frozen.pk).update(**change)


def test_twice(group, experts, examiner, leader):
    frozen = draws.freeze(group=group, actor=examiner, now=NOW)
    assert refused(draws.freeze, group=group, actor=leader, now=NOW) == ["The candidates are frozen already."]
    draws.draw(draw=frozen, nonce=NONCE, actor=leader, now=NOW)
    assert refused(draws.draw, draw=frozen, nonce="654321", actor=leader, now=NOW) == ["This draw is finished."]
    assert refused(draws.drop, draw=frozen, reason="x", actor=leader, now=NOW) == ["This draw is finished."]
    assert "are drawn" in refused(draws.freeze, group=group, actor=examiner, now=NOW)[0]


@pytest.mark.django_db(transaction=True)
def test_two_supervisors_at_once_draw_once(world, group, experts, examiner, leader):
    second = cast.make_staff("leader2@example.org", "副厅", Role.LEADER, world.province, world.office)
    frozen = draws.freeze(group=group, actor=examiner, now=NOW)
    said = at_once(
        lambda: draws.draw(draw=frozen, nonce="111111", actor=leader, now=NOW),
        lambda: draws.draw(draw=frozen, nonce="222222", actor=second, now=NOW),
    )
    assert sorted(said) == ["This draw is finished.", "done"]
    assert group.seats.count() == 9


def test_a_pool_that_will_not_do_is_dropped_with_a_reason(group, experts, examiner, leader):
    frozen = draws.freeze(group=group, actor=examiner, now=NOW)
    assert refused(draws.drop, draw=frozen, reason=" ", actor=leader, now=NOW) == ["Give the reason."]
    draws.drop(draw=frozen, reason="漏了一名专家", actor=leader, now=NOW)
    assert refused(draws.draw, draw=frozen, nonce=NONCE, actor=leader, now=NOW) == ["This draw is finished."]
    assert draws.freeze(group=group, actor=examiner, now=NOW).seq == 2


def test_no_dossier_no_draw(world, round_, examiner):
    group = scene.make_group(round_, examiner)
    make_experts(world.office, 12)
    assert "whom to avoid" in refused(draws.freeze, group=group, actor=examiner, now=NOW)[0]


def test_a_dossier_that_came_after_the_freeze(world, group, experts, examiner, leader, stranger, clerk, item):
    frozen = draws.freeze(group=group, actor=examiner, now=NOW)
    scene.add_dossier(group, life.examining(world, stranger, clerk, item=item))
    words = refused(draws.draw, draw=frozen, nonce=NONCE, actor=leader, now=NOW)
    assert words == ["The dossiers of the group have changed since. Drop this pool and freeze a new one."]


def test_a_withdrawn_dossier_avoids_nobody(group, experts, applicant):
    tie(experts[0], "KIN", applicant.name)
    assert left_out(group) == {"E001": "KIN"}
    group.dossiers.update(withdrawn_at=NOW)
    assert left_out(group) == {}


def test_who_is_left_out_and_why(world, group, experts, applicant, examiner):
    case = group.dossiers.get().case
    e = experts
    Expert.objects.filter(pk=e[0].pk).update(status="SUSPENDED")
    Expert.objects.filter(pk=e[1].pk).update(term_ends_on=dt.date(2026, 9, 21))
    Expert.objects.filter(pk=e[2].pk).update(capacity=0)
    Expert.objects.filter(pk=e[3].pk).update(region=case.region)
    Expert.objects.filter(pk=e[4].pk).update(unit_name="示例单位")  # what the applicant answered as employer
    Expert.objects.filter(pk=e[5].pk).update(user=applicant)
    Expert.objects.filter(pk=e[6].pk).update(user=examiner)
    tie(e[7], "TEACHER", "陈思远")
    tie(e[8], "COAUTHOR", "陈思远", until=dt.date(2026, 9, 20))  # long ago
    codes = ["STATUS", "TERM", "CAPACITY", "HOME", "UNIT", "OWN", "DECIDING", "TEACHER"]
    assert left_out(group) == {f"E00{place}": code for place, code in enumerate(codes, start=1)}
    said = {one["number"]: one["why"] for one in queries.pool_of(group, NOW).left_out}
    assert said["E004"]["en"] == "from the applicant's county: Region 530114"
    assert "呈贡区" in said["E004"]["zh"]
    assert "陈思远" in said["E008"]["en"]


def test_the_unit_and_what_it_was_before(world, group, experts, applicant):
    case = group.dossiers.get().case
    unit = cast.make_unit(world.county, applicant, NOW)
    type(case).objects.filter(pk=case.pk).update(unit=unit)
    old = type(unit).objects.create(name="滇池旧厂", uscc="x", region=world.county, work_region=world.county)
    unit.predecessions.create(old=old, starts_on=NOW.date(), basis="x", recorded_by=applicant, recorded_at=NOW)
    Expert.objects.filter(pk=experts[0].pk).update(unit_uscc=unit.uscc)
    Expert.objects.filter(pk=experts[1].pk).update(group_uscc=unit.uscc)
    Expert.objects.filter(pk=experts[2].pk).update(unit_name="滇池旧厂")
    member = make_expert(world.office, 50, account=True)
    UnitMember.objects.create(unit=unit, user=member.user, role="HR", joined_at=NOW)
    assert left_out(group) == {"E001": "UNIT", "E002": "GROUP", "E003": "UNIT", "E050": "UNIT"}


def test_no_third_year_in_a_row(world, group, experts, examiner, leader, item):
    scheme = group.round.scheme
    for year in (2024, 2025):
        before = scene.open_round(world, examiner, item, scheme, now=moment(f"{year}-09-01 10:00"))
        old = scene.make_group(before, examiner)
        record = Draw.objects.create(
            group=old, algorithm="x", wanted=1, pool={}, pool_hash="x", frozen_by=examiner, frozen_at=NOW
        )
        sat = experts[:1] if year == 2024 else experts[:2]
        for rank, one in enumerate(sat, start=1):
            Seat.objects.create(group=old, draw=record, expert=one, rank=rank, state=SeatState.ACCEPTED)
    assert left_out(group) == {"E001": "YEARS"}


def test_capacity_counts_what_is_under_way(world, group, experts, examiner, leader, stranger, clerk, item):
    done = drawn(group, examiner, leader)
    invitations.invite(group=group, actor=examiner, now=NOW)
    other = scene.make_group(group.round, examiner, life.examining(world, stranger, clerk, item=item))
    first = group.seats.get(rank=1).expert
    assert left_out(other) == {}
    Expert.objects.filter(pk=first.pk).update(capacity=1)
    assert left_out(other) == {first.number: "CAPACITY"}
    assert done.seq == 1


def test_11_35_a_small_discipline_is_widened_and_flagged(world, group, examiner, leader):
    make_experts(world.office, 2)
    make_experts(world.office, 7, "790.61", first=20)
    make_experts(world.office, 5, "210", first=40)  # another first level
    done = drawn(group, examiner, leader)
    assert done.warnings[0]["en"] == "Small discipline: 2 of 3; experts of its first level were added."
    seats = scene.names(group.seats.all())
    assert set(seats[:2]) == {"E001", "E002"}
    assert len(seats) == 9
    assert not {"E040", "E041", "E042", "E043", "E044"} & set(seats)


def test_11_35_the_number_of_seats_is_never_lowered(world, group, examiner):
    make_experts(world.office, 2)
    colleague = make_expert(world.office, 3, unit_name="单位1号")
    words = refused(draws.freeze, group=group, actor=examiner, now=NOW)
    assert words[0].startswith("3 experts of different units are needed, 1 are lacking; 0 were left out.")
    Expert.objects.filter(pk=colleague.pk).update(unit_name="单位3号")
    frozen = draws.freeze(group=group, actor=examiner, now=NOW)
    assert [one["en"] for one in frozen.warnings] == ["Only 0 reserves of 6 can be drawn."]


def test_the_share_from_outside(world, group, examiner, leader):
    type(group.round).objects.filter(pk=group.round_id).update(outside_percent=40)
    make_experts(world.office, 12, region=world.other_county)
    words = refused(draws.freeze, group=group, actor=examiner, now=NOW)
    assert words == ["2 experts from outside the province are needed, 2 are lacking."]
    make_experts(world.office, 2, first=50)
    drawn(group, examiner, leader)
    seats = group.seats.filter(rank__lte=3).select_related("expert")
    assert {"E050", "E051"} < set(scene.names(seats))


def test_further_experts_are_others(group, experts, examiner, leader):
    drawn(group, examiner, leader)
    invitations.invite(group=group, actor=examiner, now=NOW)
    before = set(scene.names(group.seats.all()))
    more = draws.freeze_more(group=group, wanted=2, actor=examiner, now=NOW)
    assert {one["number"] for one in more.pool["candidates"]}.isdisjoint(before)
    done = draws.draw(draw=more, nonce="998877", actor=leader, now=NOW)
    assert rules.repeat(queries.record_of(done)) == []
    invited = invitations.invite(group=group, actor=examiner, now=NOW)
    assert len(invited) == 2
    assert group.seats.filter(state=SeatState.INVITED).count() == 5


def test_further_experts_before_the_first(group, experts, examiner):
    words = refused(draws.freeze_more, group=group, wanted=2, actor=examiner, now=NOW)
    assert words == ["The experts of this group are not drawn yet."]


def test_a_round_that_cannot_be(world, round_, examiner, clerk, item):
    words = refused(
        scene.open_round,
        world=world,
        actor=clerk,
        item=item,
        scheme=round_.scheme,
        seats=4,
        outside_percent=101,
        review_days=0,
    )
    assert len(words) == 4
    second = scene.open_round(world, examiner, item, round_.scheme)
    assert (round_.number, second.number) == ("PS20260001", "PS20260002")


def test_the_command_repeats_from_the_database_and_from_a_file(group, experts, examiner, leader, tmp_path, capsys):
    done = drawn(group, examiner, leader)
    call_command("replay_draw", str(done.pk))
    assert f"EQUAL: hmac-order-1, seed {done.seed}" in capsys.readouterr().out
    call_command("replay_draw", str(done.pk), export=True)
    file = tmp_path / "record.json"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    call_command("replay_draw", file=file)
    assert "EQUAL" in capsys.readouterr().out
    record = json.loads(file.read_text(encoding="utf-8"))
    record["result"][0], record["result"][3] = record["result"][3], record["result"][0]
    file.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(CommandError, match="NOT EQUAL"):
        call_command("replay_draw", file=file)
    assert "result 1: recorded" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"pool": 3}', "\x00"])
def test_a_file_that_is_no_record(text, tmp_path):
    file = tmp_path / "record.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match=r"record|file"):
        call_command("replay_draw", file=file)


def test_the_command_asks_for_one_of_two(group, experts, examiner):
    with pytest.raises(CommandError, match="Name the id"):
        call_command("replay_draw")
    frozen = draws.freeze(group=group, actor=examiner, now=NOW)
    with pytest.raises(CommandError, match="nobody has drawn"):
        call_command("replay_draw", str(frozen.pk))
