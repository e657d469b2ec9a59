"""Two people at once: one is first, the other is told; nothing happens twice."""

import functools

import pytest
from django.db import connection

from applications import services
from applications.models import Case, CaseEvent, ChainAnchor, Clock, Extension, Revocation, SpecialProcedure
from applications.services import chain
from tests import cast
from tests.applications import life
from tests.cast import moment

pytestmark = pytest.mark.django_db(transaction=True)

NOW = moment("2026-09-28 10:00")


def twice(verb, case, *actors, **facts) -> list[str]:
    acts = [functools.partial(verb, case=case, actor=actor, now=NOW, **facts) for actor in actors]
    results = life.at_once(*acts)
    assert results.count("done") == 1, results
    return results


@pytest.fixture
def case(world, applicant, clerk):
    item = life.item_with(world, special_kinds=["EXPERT_REVIEW"])
    return life.examining(world, applicant, clerk, item=item)


@pytest.fixture
def second(world):
    return cast.make_staff("second@example.org", "何审", "EXAMINER", world.province, world.office)


def test_a_special_procedure_begins_and_ends_once(case, examiner, second):
    twice(services.start_special, case, examiner, second, kind="EXPERT_REVIEW", basis="第8条", estimated_days=5)
    twice(services.end_special, case, examiner, second, result="通过")
    assert SpecialProcedure.objects.count() == 1
    assert Clock.objects.get(case=case, kind="PROMISED").paused_days == 1


def test_an_extension_is_approved_once(case, examiner, leader, world):
    other = cast.make_staff("boss@example.org", "沈批", "LEADER", world.province, world.office)
    asked = services.ask_approval(case=case, verb="extend", actor=examiner, now=NOW, reason="核实", days=5)
    answer = functools.partial(services.answer_approval, request=asked, now=NOW, approve=True)
    results = life.at_once(functools.partial(answer, actor=leader), functools.partial(answer, actor=other))
    assert results.count("done") == 1
    assert (Extension.objects.count(), Clock.objects.get(case=case, kind="PROMISED").days) == (1, 15)


def test_an_examination_ends_once_and_the_loser_is_told_by_whom(case, examiner, second):
    version = Case.objects.get(pk=case.pk).version
    results = twice(services.conclude, case, examiner, second, proposal="GRANT", opinion="符合", version=version)
    loser = next(words for words in results if words != "done")
    assert Case.objects.get(pk=case.pk).decision.examined_by.name in loser


def test_a_right_is_revoked_once_and_not_deregistered_beside(case, applicant, examiner, leader, world, run_due):
    services.conclude(case=case, actor=examiner, now=NOW, proposal="GRANT", opinion="符合")
    services.grant(case=case, actor=leader, now=NOW)
    run_due(NOW)
    services.deliver(case=case, actor=applicant, now=NOW)
    other = cast.make_staff("boss@example.org", "沈批", "LEADER", world.province, world.office)
    end = functools.partial(services.revoke, case=case, now=NOW, reason="V05", reason_text="伪造", hearing="承认")
    drop = functools.partial(services.deregister, case=case, now=NOW, reason="D06", reason_text="申请注销")
    results = life.at_once(*[functools.partial(act, actor=who) for act in (end, drop) for who in (leader, other)])
    assert results.count("done") == 1, results
    assert Revocation.objects.count() == 1


def test_a_refused_case_is_reopened_once(case, examiner, leader, world):
    services.conclude(case=case, actor=examiner, now=NOW, proposal="REFUSE", opinion="不符合")
    services.refuse(case=case, actor=leader, now=NOW, reason="R01", reason_text="第3条")
    other = cast.make_staff("boss@example.org", "沈批", "LEADER", world.province, world.office)
    twice(services.reopen, case, leader, other, reason_text="事实不清", document_no="云复决〔2026〕8号")
    assert Clock.objects.filter(case=case, kind="PROMISED", finished_at=None).count() == 1


def test_an_anchor_waits_for_a_verb_under_way_and_is_made_once(case, examiner):
    def examine():
        services.conclude(case=case, actor=examiner, now=NOW, proposal="GRANT", opinion="符合")

    made = []

    def anchor():
        made.append(chain.sweep_anchor(NOW))

    assert life.at_once(examine, anchor, anchor) == ["done"] * 3
    assert sorted(made) == [0, 1]
    found = ChainAnchor.objects.get()
    assert found.count == CaseEvent.objects.filter(pk__lte=found.last_event).count()
    assert chain.check_receipt(case).is_sound


def test_an_anchor_that_cannot_have_its_lock_leaves_it_to_the_next_sweep(case, monkeypatch):
    monkeypatch.setattr(chain, "PATIENCE", "100ms")
    made = []
    with connection.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE applications_caseevent IN ROW EXCLUSIVE MODE")
        assert life.at_once(lambda: made.append(chain.sweep_anchor(NOW))) == ["done"]
        cursor.execute("COMMIT")
    assert made == [0]
    assert chain.sweep_anchor(NOW) == 1
