"""Receipt at the window: a paper application on behalf of a person, by an agent, for a unit; slips put right."""

import pytest

from applications import services
from applications.models import Case, CommitmentBreach, DeferralBan, PowerOfAttorney
from applications.states import Channel, CheckResult, MaterialStatus, State
from notifications.models import Message
from tests import cast
from tests.applications import life
from tests.cast import moment

pytestmark = pytest.mark.django_db

NOW = moment("2026-09-21 10:00")


def take_in(world, applicant, clerk, **facts):
    values = {
        "item": world.item,
        "applicant": applicant,
        "window": world.window,
        "actor": clerk,
        "now": NOW,
        "answers": life.ANSWERS,
        "files": {"degree": [life.scan()]},
        "on_paper": ("id", "photo"),
    }
    return services.receive_at_window(**{**values, **facts})


def attorney(grantor, agent, recorder, **facts) -> PowerOfAttorney:
    values = {"agent_name": agent.name, "starts_on": life.day("2026-09-01"), "ends_on": life.day("2026-12-01")}
    return PowerOfAttorney.objects.create(
        grantor=grantor,
        agent=agent,
        recorded_by=recorder,
        recorded_at=NOW,
        kind="pdf",
        sha256="0" * 64,
        **values | facts,
    )


def test_a_paper_application_becomes_a_case_at_once(world, applicant, clerk):
    case = take_in(world, applicant, clerk)

    assert (case.state, case.channel, str(case.due_on)) == (State.RECEIVED, Channel.WINDOW, "2026-09-29")
    assert (case.region, case.window, case.applicant_name) == (world.county, world.window, "陈思远")
    assert case.case_no.startswith("53011420260921")
    event = case.events.get()
    assert (event.verb, event.from_state, event.to_state, event.actor) == ("receive", "DRAFT", "RECEIVED", clerk)
    assert life.papers(case) == ["RECEIPT"]
    provided = case.materials.filter(status=MaterialStatus.PROVIDED).values_list("spec__key", flat=True)
    assert set(provided) == {"id", "degree", "photo"}
    assert life.material(case, "degree").files.get().uploaded_by == clerk


def test_the_applicant_hears_of_it_on_the_own_phone(world, applicant, clerk):
    take_in(world, applicant, clerk)
    assert list(Message.objects.filter(recipient=applicant).values_list("event", flat=True)) == ["received"]


def test_what_is_missing_is_told_once_afterwards(world, applicant, clerk):
    case = take_in(world, applicant, clerk)
    points = {life.material(case, key).pk: ("M01", "请补交") for key in ("works", "form")}
    case = services.request_correction(case=case, actor=clerk, now=NOW, points=points)
    assert case.state == State.CORRECTION


def test_every_reason_against_it_is_told_at_once(world, clerk):
    nobody = cast.make_person("new@example.org", "新人", "990101198808150026")
    nobody.person.delete()
    nobody.refresh_from_db()
    other = cast.make_window("w9", world.county, world.office)
    clerk.posts.get().windows.add(other)
    said = life.refused(take_in, world=world, applicant=nobody, clerk=clerk, window=other)
    assert said == [
        "This window does not handle this service item.",
        "The identity of the applicant is missing. Record it first.",
    ]


def test_answers_that_the_guide_does_not_take_are_refused(world, applicant, clerk):
    assert life.refused(take_in, world=world, applicant=applicant, clerk=clerk, answers={"level": "Z"})
    assert not Case.objects.exists()


def test_a_material_that_the_guide_does_not_know_is_refused(world, applicant, clerk):
    said = life.refused(take_in, world=world, applicant=applicant, clerk=clerk, on_paper=("passport",))
    assert said == ["The guide does not ask for this material."]


@pytest.mark.parametrize("who", ["examiner", "leader", "applicant", "stranger", "other_clerk", "administrator"])
def test_only_a_clerk_of_the_window_takes_in(world, applicant, request, who):
    actor = request.getfixturevalue(who)
    assert life.refused(take_in, world=world, applicant=applicant, clerk=actor) == ["This step is for another role."]


def test_taken_in_twice_the_second_is_told_of_the_first(world, applicant, clerk):
    first = take_in(world, applicant, clerk)
    said = life.refused(take_in, world=world, applicant=applicant, clerk=clerk)
    assert said == [f"The applicant has an open case of this item already: {first.case_no}."]


def test_a_draft_of_the_applicant_stays_as_it_is(world, applicant, clerk):
    draft = cast.make_draft(world, applicant, now=NOW)
    case = take_in(world, applicant, clerk)
    draft.refresh_from_db()
    assert (draft.state, case.state) == (State.DRAFT, State.RECEIVED)


def test_for_a_unit_the_case_carries_its_name(world, applicant, stranger, clerk):
    unit = cast.make_unit(world.county, stranger, NOW)
    case = take_in(world, applicant, clerk, unit=unit, channel=Channel.BATCH)
    assert (case.applicant_name, case.channel, case.unit) == (unit.name, Channel.BATCH, unit)


def test_an_agent_needs_authority_that_reaches(world, applicant, stranger, clerk, leader):
    given = attorney(leader, stranger, clerk, ends_on=life.day("2026-09-20"))
    given.items.set([life.item_with(world, 7)])
    said = life.refused(take_in, world=world, applicant=applicant, clerk=clerk, attorney=given)
    assert said == [
        "This power of attorney was given by somebody else.",
        "This power of attorney is not in force today.",
        "This power of attorney is not for this service item.",
    ]


def test_with_authority_the_agent_is_noted(world, applicant, stranger, clerk):
    given = attorney(applicant, stranger, clerk)
    case = take_in(world, applicant, clerk, attorney=given)
    assert case.agent == stranger
    assert case.events.get().data["attorney"] == given.public_id


@pytest.mark.django_db(transaction=True)
def test_two_clerks_take_in_the_same_application_at_once(world, applicant, clerk):
    colleague = cast.make_staff("second@example.org", "周二", "CLERK", world.county, world.office, [world.window])
    results = life.at_once(lambda: take_in(world, applicant, clerk), lambda: take_in(world, applicant, colleague))
    assert results.count("done") == 1
    assert Case.objects.filter(state=State.RECEIVED).count() == 1


def fix(case, clerk, **facts):
    return services.fix_on_spot(case=case, actor=clerk, now=NOW, **{"note": "申请人当场确认", **facts})


def test_a_slip_is_put_right_and_the_old_words_are_kept(world, applicant, clerk):
    case = fix(life.received(world, applicant), clerk, field="employer", old="示例单位", new="云岭示例科技")
    assert (case.state, case.answers["employer"]) == (State.RECEIVED, "云岭示例科技")
    event = case.events.last()
    assert (event.verb, event.opinion) == ("fix_on_spot", "申请人当场确认")
    assert event.data == {"changed": {"employer": ["示例单位", "云岭示例科技"]}}
    assert Message.objects.filter(recipient=applicant, event="fixed_on_spot").exists()


def test_a_paper_signed_at_the_window_is_to_be_checked_again(world, applicant, clerk):
    case = life.received(world, applicant)
    degree = life.material(case, "degree")
    services.check_material(material=degree, actor=clerk, now=NOW, in_order=False, note="没有签名")
    fix(case, clerk, material=degree, files=[life.scan("signed.pdf")])
    degree.refresh_from_db()
    assert (degree.check_result, degree.check_note, degree.files.count()) == (CheckResult.UNCHECKED, "", 2)
    assert case.events.last().data["was"] == ["PROVIDED", "DEFECTIVE", "没有签名"]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"field": "employer", "new": "甲", "note": " "}, "Write down how the applicant agreed."),
        ({}, "Name the answer or the material that is put right."),
        ({"field": "employer", "old": "别的单位", "new": "甲"}, "The answer has changed meanwhile."),
        ({"field": "employer", "new": "示例单位"}, "Nothing would change."),
        ({"field": "salary", "new": "1"}, "The guide of this case does not ask that question."),
    ],
)
def test_what_cannot_be_put_right_is_told(world, applicant, clerk, facts, said):
    assert life.refused(fix, case=life.received(world, applicant), clerk=clerk, **facts) == [said]


def test_after_acceptance_nothing_is_put_right_on_the_spot(world, applicant, clerk):
    case = life.examining(world, applicant, clerk)
    said = life.refused(fix, case=case, clerk=clerk, field="employer", new="甲")
    assert said == ["The case is in another state now: Accepted, being examined."]


@pytest.mark.parametrize("who", ["examiner", "applicant", "leader", "other_clerk"])
def test_only_the_window_puts_right(world, applicant, request, who):
    case = life.received(world, applicant)
    said = life.refused(fix, case=case, clerk=request.getfixturevalue(who), field="employer", new="甲")
    assert said == ["This step is for another role."]


# --- promised at the window -------------------------------------------------------------------------------------------

LATER = {"works": {"reason": "BY_POST", "promised_on": life.day("2026-09-24")}}
LATER["form"] = LATER["works"]
SIGNED = {"promises": LATER, "signed_name": "陈思远", "agrees": True}


def test_what_is_missing_is_promised_on_paper_and_accepted_with_incomplete_materials(world, applicant, clerk):
    case = take_in(world, applicant, clerk, **SIGNED)
    assert (case.commitment.signed_name, case.commitment.signed_by) == ("陈思远", applicant)
    promised = case.commitment.items.values_list("material__spec__key", "promised_on", "material__status")
    assert set(promised) == {(key, life.day("2026-09-24"), "DEFERRED") for key in ("works", "form")}
    assert set(life.papers(case)) == {"COMMITMENT", "RECEIPT"}
    assert case.events.get().data["promised"] == ["works", "form"]
    cast.check_all(case, clerk, NOW)
    case = services.accept_with_deferral(case=case, actor=clerk, now=NOW)
    assert (case.state, case.is_deferred) == (State.EXAMINING, True)


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        ({"on_paper": ("id",)}, ["“Material photo” cannot be supplied later."]),
        ({"files": {}}, ["“Material degree” is a core material and must be there."]),
        ({"signed_name": "李一"}, ["Sign with your name as in your identity document."]),
        ({"agrees": False}, ["Agree to the promises."]),
        (
            {"promises": {"works": LATER["works"]}},
            [
                "Material form: Choose the day on which you will supply it.",
                "Material form: Choose why it is not there yet.",
            ],
        ),
        (
            {"promises": LATER | {"works": LATER["works"] | {"promised_on": life.day("2026-10-20")}}},
            ["Material works: Not later than Tuesday 29 September 2026."],
        ),
        ({"promises": {"else": LATER["works"]}}, ["The guide does not ask for this material."]),
        ({"on_paper": ("id", "photo", "works", "form")}, ["Nothing is missing that could be promised."]),
    ],
    ids=["not deferrable", "core", "name", "not signed", "one left out", "too late", "unknown", "nothing missing"],
)
def test_a_promise_at_the_window_keeps_the_rules_of_the_one_online(world, applicant, clerk, change, reasons):
    assert life.refused(take_in, world=world, applicant=applicant, clerk=clerk, **SIGNED | change) == reasons
    assert not Case.objects.exists()


def test_who_broke_a_promise_makes_none_at_the_window(world, applicant, stranger, clerk):
    old = life.received(world, stranger)
    breach = CommitmentBreach.objects.create(case=old, applicant=applicant, recorded_at=NOW)
    DeferralBan.objects.create(
        applicant=applicant, breach=breach, starts_on=life.day("2026-09-01"), ends_on=life.day("2027-03-01")
    )
    said = life.refused(take_in, world=world, applicant=applicant, clerk=clerk, **SIGNED)
    assert said == ["An earlier commitment was not kept; supplying later is possible again from Monday 1 March 2027."]


def test_an_agent_signs_with_the_own_name(world, applicant, stranger, clerk):
    given = attorney(applicant, stranger, clerk)
    facts = {"world": world, "applicant": applicant, "clerk": clerk, "attorney": given}
    assert life.refused(take_in, **facts, **SIGNED) == ["Sign with your name as in your identity document."]
    case = take_in(**facts, **SIGNED | {"signed_name": stranger.name})
    assert (case.commitment.signed_by, case.commitment.signed_name) == (stranger, stranger.name)
