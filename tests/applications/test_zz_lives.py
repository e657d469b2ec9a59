"""Random lives of a case against PostgreSQL: whatever is tried, by whomever, in whatever order, the promises hold.

The invariants are those of domain 3.6 and of the commitment (nothing granted while something is owed, one commitment,
periods that never overlap, days that are working days, one first notice, two persons).
"""

import datetime as dt
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from applications import services
from applications.models import ApprovalRequest, Case
from applications.services.chain import check_receipt
from applications.states import ENDED_STATES, TRANSITIONS, CloseType, State, Who
from regions.queries import calendar_for
from talentportal.lib.refusals import Refused
from tests import cast
from tests.applications import life
from tests.applications.test_table import BY_THE_CLOCK, make_calls
from tests.cast import moment

AFTER_THE_END = {"CHECK", "RECTIFY"}  # clocks that run on
VERBS = st.sampled_from(sorted(set(TRANSITIONS) - {"submit", "submit_precheck", "start", "take_on", "recuse"}))


class Life(RuleBasedStateMachine):
    """One case, its people, and a clock that only goes forward."""

    @initialize(
        deferred=st.booleans(), precheck=st.booleans(), licence=st.booleans(), two=st.booleans(), pauses=st.booleans()
    )
    def submitted(self, deferred, precheck, licence, two, pauses):
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.now = moment("2026-09-14 10:00")
        self.world = cast.make_world()
        self.people = self._people()
        applicant = self.people[Who.APPLICANT]
        item = life.item_with(
            self.world,
            item_type="01" if licence else "07",
            has_precheck=precheck,
            two_officers=two,
            pause_while_waiting=pauses and not licence,
            special_kinds=["HEARING", "EXPERT_REVIEW"],
        )
        keys = life.CORE if deferred else life.ALL
        case = cast.make_draft(self.world, applicant, *keys, now=self.now, item=item)
        if deferred:
            cast.promise(case, applicant, {"works": "2026-09-18", "form": "2026-09-20"}, self.now)
        signed = {"agrees": True, "signed_name": applicant.person.name} if deferred else {}
        self.case = services.submit(case=case, actor=applicant, now=self.now, declares=True, **signed)
        self.calls = make_calls(self.world, self.people)

    def _people(self) -> dict:
        world, office, windows = self.world, self.world.office, [self.world.window]
        staff = {
            Who.CLERK: ("clerk@example.org", world.county, windows),
            Who.EXAMINER: ("examiner@example.org", world.province, ()),
            Who.LEADER: ("leader@example.org", world.province, ()),
            Who.CERTIFICATE_CLERK: ("certificates@example.org", world.province, ()),
        }
        people = {
            who: cast.make_staff(email, str(who.label), who.value, region, office, places)
            for who, (email, region, places) in staff.items()
        }
        self.second = cast.make_staff("second@example.org", "另一人", "EXAMINER", world.province, office)
        return people | {Who.APPLICANT: cast.make_person("applicant@example.org", "陈思远", "990101199003070015")}

    # --- what may happen

    @rule(verb=VERBS, who=st.sampled_from(list(Who)))
    def somebody_tries(self, verb, who):
        if verb in self.calls and who in self.people:
            self._try(lambda: self.calls[verb](self.case, actor=self.people[who], now=self.now))

    @rule(data=st.data())
    def somebody_goes_on(self, data):
        """Try what the table allows now, so that lives get far."""
        self.case.refresh_from_db()
        open_verbs = [
            v for v in self.calls if self.case.state in TRANSITIONS[v].sources and v not in ("take_on", "recuse")
        ]
        if open_verbs:
            verb = data.draw(st.sampled_from(open_verbs))
            who = data.draw(
                st.sampled_from([w for w in TRANSITIONS[verb].who if w in self.people] or list(self.people))
            )
            self._try(lambda: self.calls[verb](self.case, actor=self.people[who], now=self.now))

    @rule(yes=st.booleans(), who=st.sampled_from([Who.LEADER, Who.CLERK]))
    def a_request_is_answered(self, yes, who):
        request = ApprovalRequest.objects.filter(case=self.case, state="OPEN").first()
        if request:
            facts = {"actor": self.people[who], "now": self.now, "approve": yes, "words": "不同意"}
            self._try(lambda: services.answer_approval(request=request, **facts))

    @rule(key=st.sampled_from(life.ALL))
    def a_paper_comes(self, key):
        self._try(lambda: cast.hand_in(self.case, self.people[Who.APPLICANT], key, now=self.now))

    @rule(in_order=st.booleans())
    def everything_is_checked(self, in_order):
        for material in self.case.materials.filter(status__in=["HELD", "PROVIDED"], check_result="UNCHECKED"):
            facts = {"actor": self.people[Who.CLERK], "now": self.now, "in_order": in_order, "note": "不清楚"}
            self._try(lambda material=material, facts=facts: services.check_material(material=material, **facts))

    @rule(officer=st.booleans())
    def it_is_concluded(self, officer):
        facts = {"proposal": "GRANT", "opinion": "符合条件"} | ({"second_officer": self.second} if officer else {})
        self._try(lambda: services.conclude(case=self.case, actor=self.people[Who.EXAMINER], now=self.now, **facts))

    @rule(days=st.integers(1, 12))
    def time_passes(self, days):
        for _day in range(days):
            self.now += dt.timedelta(days=1)
            for verb, lapse in BY_THE_CLOCK.items():
                if verb not in ("issue", "archive"):
                    self._try(lambda lapse=lapse: lapse(case=self.case, now=self.now))

    @rule()
    def the_certificate_is_sealed(self):
        self._try(lambda: services.mark_issued(case=self.case, now=self.now, certificate_no="5301202620001000000"))

    def _try(self, act):
        self.now += dt.timedelta(minutes=20)  # longer than anybody holds a case
        try:
            with transaction.atomic():
                act()
        except Refused as no:
            self.last_reasons = [str(reason) for reason in no.reasons]

    # --- what must hold

    def _fresh(self) -> Case:
        return Case.objects.get(pk=self.case.pk)

    @invariant()
    def the_history_is_a_path_of_the_table(self):
        if not hasattr(self, "case"):
            return
        at, case, last = State.DRAFT, self._fresh(), 0
        for event in case.events.order_by("seq"):
            transition = TRANSITIONS[event.verb]
            assert event.seq > last
            last = event.seq
            assert event.from_state == at
            assert at in transition.sources
            assert event.to_state == (transition.target or at)
            at = event.to_state
        assert case.state == at
        assert check_receipt(case).is_sound

    @invariant()
    def periods_are_sound(self):
        if not hasattr(self, "case"):
            return
        case, calendar = self._fresh(), calendar_for(self.world.county)
        running = [clock for clock in case.clocks.all() if clock.finished_at is None]
        if case.state in ENDED_STATES:
            assert {clock.kind for clock in running} <= AFTER_THE_END
        for clock in running:
            assert calendar.is_workday(clock.due_on) or clock.days == 0
            spans = [interval.span for interval in clock.intervals.order_by("span")]
            assert spans
            assert all(before.upper == after.lower for before, after in pairwise(spans))
        assert len({clock.kind for clock in running}) == len(running)

    @invariant()
    def nothing_is_granted_while_something_is_owed(self):
        if not hasattr(self, "case"):
            return
        case = self._fresh()
        owed = case.commitment.items.filter(accepted_at=None).exists() if hasattr(case, "commitment") else False
        was_accepted = case.is_deferred
        if case.state in (State.GRANTED, State.READY) or case.close_type == CloseType.GRANTED:
            assert not (owed and was_accepted)
        if case.state == State.WAIT_SUPPLY:
            assert owed

    @invariant()
    def two_persons_decide_and_one_notice_is_sent(self):
        if not hasattr(self, "case"):
            return
        case = self._fresh()
        decision = getattr(case, "decision", None)
        if decision and decision.decided_by_id:
            assert decision.decided_by_id != decision.examined_by_id
        assert case.events.filter(verb__in=["request_correction", "return_precheck"]).count() <= 1
        assert case.further_requests.count() == case.second_requests
        assert case.approval_requests.filter(state="APPROVED", verb="extend").count() <= 1

    def teardown(self):
        if hasattr(self, "undo"):
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)


@pytest.mark.django_db
def test_whatever_happens_the_promises_hold():
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=60,
            stateful_step_count=40,
            deadline=None,
            derandomize=False,
            database=None,
            phases=[__import__("hypothesis").Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
