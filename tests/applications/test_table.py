"""The whole table of states.py against the services: in every state, every verb, by everybody.

A case is brought to each state by the verbs themselves. Then each verb is tried by each role. Where the table says no,
the service refuses with that reason and nothing changes; where it says yes, neither state nor role stands in the way.
"""

import pytest
from django.db import transaction
from django.utils import translation

from applications import services
from applications.models import Case
from applications.services import ratings
from applications.states import TRANSITIONS, CloseType, State, Who
from jobs import services as jobs
from talentportal.lib.refusals import Refused
from tests import cast
from tests.applications import life
from tests.cast import moment

pytestmark = pytest.mark.django_db

MORNING, LATER = moment("2026-09-18 10:00"), moment("2026-09-18 15:00")
OTHER_STATE, OTHER_ROLE = "The case is in another state now: ", "This step is for another role."


# --- how a case comes into each state --------------------------------------------------------------------------------


class Roads:
    """The ways into each state, for one world and its people."""

    def __init__(self, world, people):
        self.world, self.people = world, people
        self.applicant, self.clerk = people[Who.APPLICANT], people[Who.CLERK]
        self.examiner, self.leader = people[Who.EXAMINER], people[Who.LEADER]

    def to(self, state: str) -> Case:
        case = getattr(self, state.lower())()
        case.refresh_from_db()
        assert case.state == state
        return case

    def draft(self):
        return cast.make_draft(self.world, self.applicant, *life.ALL, now=MORNING)

    def _prechecked(self, *, originals=()):
        item = life.item_with(self.world, has_precheck=True, originals=originals)
        case = cast.make_draft(self.world, self.applicant, *life.ALL, now=MORNING, item=item)
        return services.submit(case=case, actor=self.applicant, now=MORNING, declares=True)

    def precheck(self):
        return self._prechecked()

    def precheck_returned(self):
        case = self._prechecked()
        points = {life.material(case, "degree").pk: ("M02", "请重新扫描")}
        return services.return_precheck(case=case, actor=self.clerk, now=MORNING, points=points)

    def precheck_passed(self):
        case = self._prechecked(originals=["degree"])
        cast.check_all(case, self.clerk, MORNING)
        return services.pass_precheck(case=case, actor=self.clerk, now=MORNING)

    def received(self):
        return life.received(self.world, self.applicant)

    def correction(self):
        case = self.received()
        points = {life.material(case, "degree").pk: ("M02", "请重新扫描")}
        return services.request_correction(case=case, actor=self.clerk, now=MORNING, points=points)

    def examining(self):
        return life.examining(self.world, self.applicant, self.clerk)

    def special(self):
        item = life.item_with(self.world, special_kinds=["HEARING"])
        case = life.examining(self.world, self.applicant, self.clerk, item=item)
        facts = {"kind": "HEARING", "basis": "示例办法第8条", "estimated_days": 5}
        return services.start_special(case=case, actor=self.examiner, now=MORNING, **facts)

    def _deferred(self):
        case = cast.make_draft(self.world, self.applicant, *life.CORE, now=MORNING)
        cast.promise(case, self.applicant, {"works": "2026-09-24", "form": "2026-09-24"}, MORNING)
        name = self.applicant.person.name
        case = cast.submit(case, self.applicant, MORNING, agrees=True, signed_name=name)
        cast.check_all(case, self.clerk, MORNING)
        return services.accept_with_deferral(case=case, actor=self.clerk, now=MORNING)

    def _concluded(self, case):
        facts = {"proposal": "GRANT", "opinion": "符合条件"}
        return services.conclude(case=case, actor=self.examiner, now=MORNING, **facts)

    def wait_supply(self):
        return self._concluded(self._deferred())

    def reviewed(self):
        return self._concluded(self.examining())

    def granted(self):
        return services.grant(case=self.reviewed(), actor=self.leader, now=MORNING)

    def ready(self):
        case = self.granted()
        return services.mark_issued(case=case, now=MORNING, certificate_no="5301202620001000000")

    def closed(self):
        return services.deliver(case=self.ready(), actor=self.clerk, now=MORNING, method="window")

    def revoked(self):
        facts = {"reason": "V05", "reason_text": "材料虚假", "hearing": "已听取陈述"}
        return services.revoke(case=self.closed(), actor=self.leader, now=LATER, **facts)

    def archived(self):
        case = self.closed()
        jobs.run_due(moment("2027-01-04 10:00"))  # draws the papers; what is not drawn is not archived
        jobs.run_due(moment("2027-01-05 10:00"))
        return case


# --- how each verb is called -----------------------------------------------------------------------------------------


def _points(case):
    return {life.material(case, "degree").pk: ("M02", "请重新扫描")}


def _ask(verb, **facts):
    return lambda case, **who: services.ask_approval(case=case, verb=verb, reason="理由", **who, **facts)


def _with(service, **facts):
    return lambda case, **who: service(case=case, **who, **facts)


# By hand: called with case, actor, now. `make_call` fills in what needs the world.
def make_calls(world, people) -> dict:
    reason = {"reason": "V05", "reason_text": "材料虚假"}
    return {
        "return_precheck": lambda case, **who: services.return_precheck(case=case, points=_points(case), **who),
        "resubmit_precheck": _with(services.resubmit_precheck),
        "pass_precheck": _with(services.pass_precheck),
        "submit": _with(services.submit, declares=True),
        "receive": _with(services.receive, seen=[]),
        "fix_on_spot": _with(services.fix_on_spot, field="employer", old="示例单位", new="新单位", note="笔误"),
        "accept": _with(services.accept),
        "accept_with_deferral": _with(services.accept_with_deferral),
        "request_correction": lambda case, **who: services.request_correction(case=case, points=_points(case), **who),
        "supply_correction": _with(services.supply_correction),
        "reject_uncorrected": _ask("reject_uncorrected", explanation="仍不符合"),
        "reject_acceptance": _with(services.reject_acceptance, reason="N02", explanation="请到昆明市办理"),
        "start_special": _with(services.start_special, kind="HEARING", basis="第8条", estimated_days=5),
        "end_special": _with(services.end_special, result="通过"),
        "estimate_special": _with(services.estimate_special, estimated_days=9, reason="专家未到齐"),
        "extend": _ask("extend", days=5),
        "supply_deferred": lambda case, **who: services.supply_deferred(material=life.material(case, "works"), **who),
        "ask_more": lambda case, **who: _ask(
            "ask_more", points={str(life.material(case, "works").pk): ["M02", "补一页"]}, days=5
        )(case, **who),
        "supply_more": _with(services.supply_more),
        "check_material": lambda case, **who: services.check_material(
            material=life.material(case, "degree"), in_order=True, **who
        ),
        "conclude": _with(services.conclude, proposal="GRANT", opinion="符合条件"),
        "return_to_examiner": _with(services.return_to_examiner, opinion="再核"),
        "extend_deferral": _ask("extend_deferral", days=3),
        "grant": _with(services.grant),
        "grant_on_commitment": _with(services.grant_on_commitment),
        "refuse": _with(services.refuse, reason="R01", reason_text="第3条"),
        "deliver": _with(services.deliver, method="window"),
        "withdraw": _with(services.withdraw),
        "terminate": _with(services.terminate, reason="T04", explanation="不可抗力"),
        "transfer": _with(services.transfer, window=world.other_window, reason="不属于本辖区"),
        "rate": _with(ratings.rate, level=1),
        "revoke": _with(services.revoke, hearing="已听取陈述", **reason),
        "deregister": _with(services.deregister, reason="D06", reason_text="本人放弃"),
        "correct_clerical": _ask("correct_clerical", what="姓名", corrected="陈思遠"),
        "reopen": _with(services.reopen, reason_text="复议决定", document_no="云政复〔2026〕1号"),
        "check_commitment": _with(services.check_commitment, is_kept=True, findings="属实"),
        "order_rectification": _with(services.order_rectification, findings="缺场地"),
        "excuse_breach": _with(services.excuse_breach, reason="邮路中断"),
        "take_on": _with(services.take_on, unit=None, document_no="1号"),
        "recuse": _with(services.recuse, reason="亲属"),
        "assign": _with(services.assign, to=people[Who.CLERK]),
    }


# By the clock: called with case and now; None when it is not their turn.
BY_THE_CLOCK = {
    "lapse_correction": services.lapse_correction,
    "deem_accepted": services.deem_accepted,
    "overrun_special": services.overrun_special,
    "lapse_deferral": services.lapse_deferral,
    "archive": services.archive,
    "lapse_rectification": services.lapse_rectification,
    "issue": lambda case, now: services.mark_issued(case=case, now=now, certificate_no="x"),
}
WITHIN_OTHERS = {  # steps that only come with another verb
    "start": "the draft is begun, before there is a state",
    "submit_precheck": "`submit` of a guide with a pre-check",
    "hold_for_supply": "`conclude` while promised materials are outstanding",
    "resume": "`check_material` of the last promised one",
    "request_approval": "every verb with an approver",
    "decline_request": "its answer",
    "take_back_request": "its end by who asked",
    "endorse": "`laborbrands.services.recognition.endorse`, tried in tests/laborbrands/test_recognition.py",
}


@pytest.fixture
def people(applicant, clerk, examiner, leader, certificate_clerk):
    return {
        Who.APPLICANT: applicant,
        Who.CLERK: clerk,
        Who.EXAMINER: examiner,
        Who.LEADER: leader,
        Who.CERTIFICATE_CLERK: certificate_clerk,
    }


def test_every_verb_is_tried_here(world, people):
    assert sorted([*make_calls(world, people), *BY_THE_CLOCK, *WITHIN_OTHERS]) == sorted(TRANSITIONS)


def test_all_38_rows_are_there():
    assert sorted({t.row for t in TRANSITIONS.values() if t.row}) == list(range(1, 39))


@pytest.mark.parametrize("state", [state.value for state in State])
def test_in_this_state_each_verb_by_everybody(world, people, state):
    case = Roads(world, people).to(state)
    before = (case.version, case.state, case.events.count(), case.papers.count())
    found, expected = {}, {}
    for verb, call in make_calls(world, people).items():
        for who, actor in people.items():
            found[verb, who] = tried(call, case, actor)
            expected[verb, who] = by_the_table(verb, state, who)
    assert {key: said for key, said in found.items() if said != expected[key]} == {}
    case.refresh_from_db()
    assert (case.version, case.state, case.events.count(), case.papers.count()) == before


def tried(call, case, actor) -> str:
    """Call a verb and take it back; say what stood against it as far as state or role go."""
    with transaction.atomic(), translation.override("en"):
        try:
            call(Case.objects.get(pk=case.pk), actor=actor, now=LATER)
            said = ""
        except Refused as no:
            said = str(no.reasons[0])
        transaction.set_rollback(True)
    if said == "This draft belongs to somebody else.":
        return OTHER_ROLE
    return next((start for start in (OTHER_STATE, OTHER_ROLE) if said.startswith(start)), "")


def by_the_table(verb: str, state: str, who: Who) -> str:
    transition = TRANSITIONS[verb]
    if who not in transition.who:
        return OTHER_ROLE
    return "" if state in transition.sources else OTHER_STATE


@pytest.mark.parametrize("state", [state.value for state in State if state != State.DRAFT])
def test_in_this_state_the_clock_does_only_its_own(world, people, state):
    case, long_after = Roads(world, people).to(state), moment("2027-06-01 10:00")
    before = (case.version, case.state, case.events.count())
    for verb, service in BY_THE_CLOCK.items():
        if state in TRANSITIONS[verb].sources:
            continue
        with transaction.atomic():
            assert service(case=case, now=long_after) is None, verb
        case.refresh_from_db()
        assert (case.version, case.state, case.events.count()) == before, verb


def test_nobody_from_outside_does_anything(world, people, stranger, other_clerk, official, administrator):
    """A stranger, another county's clerk, an official and the administrator hold no role on the case."""
    case = Roads(world, people).to(State.RECEIVED)
    for verb, call in make_calls(world, people).items():
        for actor in (stranger, other_clerk, official, administrator):
            assert tried(call, case, actor) == OTHER_ROLE, (verb, actor)


def test_the_book_names_every_end():
    """REFUSED, NOT_ACCEPTED, WITHDRAWN and TERMINATED of the book are close types of ours (decision 0023)."""
    assert {"REFUSED", "NOT_ACCEPTED", "WITHDRAWN", "TERMINATED", "TRANSFERRED"} <= set(CloseType.values)
