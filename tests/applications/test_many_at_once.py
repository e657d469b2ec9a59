"""Two hundred acts on fifty cases at the same time: none lost, none double, every loser told by whom."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import translation

from accounts.models import Role
from applications import services
from applications.models import Case, Paper
from applications.states import PaperKind, State
from talentportal.lib import idcard
from talentportal.lib.refusals import Refused
from tests import cast
from tests.applications import life
from tests.cast import moment

CASES, AT_ONCE = 50, 16
NOW = moment("2026-09-18 14:00")


@pytest.mark.django_db(transaction=True)
def test_two_hundred_acts_on_fifty_cases(world, clerk, leader):
    colleague = cast.make_staff("clerk-b@example.org", "周丽", Role.CLERK, world.county, world.office, [world.window])
    cases = [received(world, clerk, number) for number in range(CASES)]
    acts = [act for case in cases for act in acts_on(case, clerk, colleague, leader, world)]
    assert len(acts) == 200
    random.Random(7).shuffle(acts)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(alone, acts))

    won = Counter(number for number, said in results if said == "done")
    assert won == Counter(range(CASES))  # one act a case, and one only
    losers = [said for _number, said in results if said != "done"]
    assert len(losers) == 150
    told = ("The case is in another state now", *(f"Handled already by {name}" for name in ("李雪梅", "周丽", "钱批")))
    assert [said for said in losers if not said.startswith(told)] == []
    for number, case in enumerate(cases):
        case.refresh_from_db()
        last = case.events.order_by("seq").last()
        assert (case.state, case.version) == (last.to_state, last.seq), number
        assert case.events.filter(seq__gt=case.seen).count() == 1
        assert case.state in (State.EXAMINING, State.CORRECTION, State.CLOSED)
    for kind in (PaperKind.ACCEPTANCE, PaperKind.CORRECTION, PaperKind.NON_ACCEPTANCE, PaperKind.TERMINATION):
        numbers = sorted(Paper.objects.filter(kind=kind).values_list("number", flat=True))
        assert numbers == sorted(set(numbers))
        serials = sorted(int(number.split("第")[1].rstrip("号")) for number in numbers)
        assert serials == list(range(1, len(serials) + 1))  # no gap, though three of four acts were rolled back


def received(world, clerk, number: int) -> Case:
    applicant = cast.make_person(f"a{number}@example.org", f"申请人{number}", idcard.full(f"990101900307{number:03d}"))
    case = life.received(world, applicant)
    cast.check_all(case, clerk, moment("2026-09-18 11:00"))
    case.refresh_from_db()
    case.number, case.seen = number, case.version
    return case


def acts_on(case: Case, clerk, colleague, leader, world) -> list:
    who = {"case": case, "now": NOW, "version": case.seen}
    points = {life.material(case, "degree").pk: ("M02", "请重新扫描")}
    return [
        (case.number, lambda: services.accept(actor=clerk, **who)),
        (case.number, lambda: services.accept(actor=colleague, **who)),
        (case.number, lambda: services.request_correction(actor=colleague, points=points, **who)),
        (case.number, lambda: services.terminate(actor=leader, reason="T04", explanation="不可抗力", **who)),
    ]


@translation.override("en")
def alone(act) -> tuple[int, str]:
    """Do an act with a connection of its own."""
    number, run = act
    try:
        run()
        return number, "done"
    except Refused as no:
        return number, str(no.reasons[0])
    finally:
        connection.close()
