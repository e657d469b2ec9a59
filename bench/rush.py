"""Sixteen clerks accept, sixteen examiners conclude, sixteen leaders decide, all at once; then all on one case."""

import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from accounts.models import Role
from applications import services
from applications.models import Case, CaseEvent, Material, Paper
from bench import submission
from talentportal.lib.refusals import Refused
from tests import cast

AT_ONCE, EACH, SAME = 16, 10, 10


def run(world, now) -> dict:
    """Return what sixteen at once do in a second beside one alone, and that nothing was lost or done twice."""
    submission._load_wording()
    total = AT_ONCE * EACH
    cases = prepared(world, 2 * total + SAME, now)
    alone, many, same = cases[:total], cases[total : 2 * total], cases[2 * total :]
    staff = {
        role: [
            cast.make_staff(f"{role}{n}@bench.example", f"量{n}", role, world.province, world.office)
            for n in range(AT_ONCE)
        ]
        for role in (Role.CLERK, Role.EXAMINER, Role.LEADER)
    }
    notes = {}
    for name, role, act in ACTS:
        one = paced(alone, staff[role][:1], act, now)
        all_of_them = paced(many, staff[role], act, now)
        notes[f"{name}: one alone, {AT_ONCE} at once"] = (
            f"{one[0]:.0f} and {all_of_them[0]:.0f} a second, "
            f"95 % within {one[1] * 1000:.0f} and {all_of_them[1] * 1000:.0f} ms"
        )
    notes["lost or done twice"] = check(alone + many)
    notes[f"{AT_ONCE} clerks on the same {SAME} cases"] = contended(same, staff[Role.CLERK], now)
    return notes


def prepared(world, count: int, now) -> list[Case]:
    """Submit cases whose materials were all checked."""
    cases = [
        services.submit(case=draft, actor=draft.applicant, now=now, declares=True)
        for draft in submission.build(world, count)
    ]
    Material.objects.filter(case__in=cases).update(check_result="ACCEPTED")
    return cases


def accept(case, actor, now) -> None:
    services.accept(case=case, actor=actor, now=now)


def conclude(case, actor, now) -> None:
    services.conclude(case=case, actor=actor, now=now, proposal="GRANT", opinion="符合条件")


def grant(case, actor, now) -> None:
    services.grant(case=case, actor=actor, now=now)


ACTS = (("accept", Role.CLERK, accept), ("conclude", Role.EXAMINER, conclude), ("grant", Role.LEADER, grant))


def paced(cases: list, people: list, act: Callable, now) -> tuple[float, float]:
    """Let each person do an equal share; return acts a second, and the time within which 95 % were done."""
    taken: list[float] = []
    start = threading.Barrier(len(people) + 1)

    def work(person, share):
        start.wait()
        for case in share:
            begun = time.perf_counter()
            act(case, person, now)
            taken.append(time.perf_counter() - begun)
        connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        jobs = [pool.submit(work, person, cases[n :: len(people)]) for n, person in enumerate(people)]
        start.wait()
        begun = time.perf_counter()
        for job in jobs:
            job.result()
    return len(cases) / (time.perf_counter() - begun), statistics.quantiles(taken, n=20)[-1]


def check(cases: list) -> int:
    """Count cases that are not granted, or whose steps or documents are not there exactly once."""
    wrong = 0
    for case in cases:
        verbs = list(CaseEvent.objects.filter(case=case).order_by("seq").values_list("verb", flat=True))
        kinds = list(Paper.objects.filter(case=case).values_list("kind", flat=True))
        case.refresh_from_db()
        once = all(kinds.count(kind) == 1 for kind in ("ACCEPTANCE", "GRANT"))
        wrong += not (case.state == "GRANTED" and verbs == ["submit", "accept", "conclude", "grant"] and once)
    return wrong


def contended(cases: list, people: list, now) -> str:
    """Let everybody try every case at once: one does it, all others are told."""
    done, told = [], []

    def work(person):
        for case in cases:
            try:
                services.accept(case=case, actor=person, now=now, version=case.version)
                done.append(case.pk)
            except Refused as refused:
                told.append(str(refused))
        connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        for job in [pool.submit(work, person) for person in people]:
            job.result()
    return f"{len(done)} done, {len(set(done))} of them different, {len(told)} told that somebody was faster"
