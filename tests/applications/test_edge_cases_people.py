"""Edge cases of domain chapter 11 around people: whose case it is, who may touch it, what they are called."""

import datetime as dt
from decimal import Decimal
from functools import partial

import pytest
from django.core.exceptions import ValidationError

from accounts import queries as accounts_queries
from accounts import services as accounts
from accounts.models import ID_PURPOSE, Person, Unit, UnitMember, User
from applications import queries, services
from applications.models import Case, DeferralBan, Recusal
from applications.reach import reach_of
from applications.services import rendering
from applications.states import State, Who
from certificates.models import Certificate
from notifications.models import Message
from talentportal.lib import idcard
from talentportal.lib.sealed import blind_index
from tests import cast
from tests.applications import life
from tests.applications.test_receipt import attorney, take_in
from tests.cast import moment

pytestmark = pytest.mark.django_db

NOW = moment("2026-09-21 10:00")


def foreigner(email="guest@example.org", name="Smith John", **facts) -> User:
    values = {"document_type": "PASSPORT", "number": "E12345678", "issuing_country": "GB", **facts}
    user = User.objects.create_user(email=email, password=cast.PASSWORD, name=name)
    accounts.register_person(user=user, name=name, birth_date=dt.date(1990, 3, 7), now=NOW, **values)
    user.refresh_from_db()
    return user


# --- 11.7 duplicates -------------------------------------------------------------------------------------------------


def test_11_7_a_second_case_of_the_same_item_is_blocked_and_names_the_first(world, applicant):
    case = life.received(world, applicant)
    said = life.refused(services.start, item=world.item, actor=applicant, now=NOW)
    assert said == [f"You have an open case of this item already: {case.case_no}."]


def test_11_7_another_item_or_another_unit_is_no_duplicate(world, applicant):
    life.received(world, applicant)
    unit = cast.make_unit(world.county, applicant, NOW)
    assert services.start(item=world.item, actor=applicant, now=NOW, unit=unit).state == State.DRAFT
    assert services.start(item=life.item_with(world, 2), actor=applicant, now=NOW).state == State.DRAFT


def test_11_7_after_the_end_one_may_apply_again(world, applicant, clerk):
    case = life.received(world, applicant)
    services.reject_acceptance(case=case, actor=clerk, now=NOW, reason="N06", explanation="尚不满三年")
    assert services.start(item=world.item, actor=applicant, now=NOW).state == State.DRAFT


def test_11_7_two_documents_of_one_person_are_one_person(world, applicant, clerk):
    by_passport = foreigner()
    case = life.received(world, by_passport)
    Person.objects.update(level=Person.Level.CONFIRMED)
    accounts.link_person(person=applicant.person, to=by_passport.person, actor=clerk, now=NOW)
    said = life.refused(services.start, item=world.item, actor=applicant, now=NOW)
    assert said == [f"You have an open case of this item already: {case.case_no}."]


def linked_drafts(world, applicant, clerk):
    """Two drafts of one item, of one person's two accounts: (draft by passport, draft by identity card)."""
    by_passport = foreigner()
    drafts = [cast.make_draft(world, who, *life.ALL, now=NOW) for who in (by_passport, applicant)]
    Person.objects.update(level=Person.Level.CONFIRMED)
    accounts.link_person(person=applicant.person, to=by_passport.person, actor=clerk, now=NOW)
    return drafts


@pytest.mark.parametrize("first", [0, 1])
def test_11_7_two_drafts_of_one_person_do_not_both_become_cases(world, applicant, clerk, first):
    drafts = linked_drafts(world, applicant, clerk)
    one, other = drafts[first], drafts[1 - first]
    case = cast.submit(one, one.applicant, NOW)
    said = life.refused(services.submit, case=other, actor=other.applicant, now=NOW, declares=True)
    assert said == [f"You have an open case of this item already: {case.case_no}."]
    services.withdraw(case=case, actor=one.applicant, now=NOW)
    assert services.submit(case=other, actor=other.applicant, now=NOW, declares=True).case_no


@pytest.mark.django_db(transaction=True)
def test_11_7_two_accounts_of_one_person_submit_at_once_and_one_is_told(world, applicant, clerk):
    drafts = linked_drafts(world, applicant, clerk)
    acts = [partial(services.submit, case=d, actor=d.applicant, now=NOW, declares=True) for d in drafts]
    results = life.at_once(*acts)
    case = Case.objects.open().get()
    assert sorted(results, key=len) == ["done", f"You have an open case of this item already: {case.case_no}."]


def test_11_7_a_link_wants_both_documents_seen_and_the_same_birthday(world, applicant, clerk):
    other = foreigner()
    Person.objects.filter(pk=other.person.pk).update(birth_date=dt.date(1991, 1, 1))
    other.person.refresh_from_db()
    said = life.refused(accounts.link_person, person=applicant.person, to=other.person, actor=clerk, now=NOW)
    assert said == ["Both documents have to be seen at a window first.", "The dates of birth differ."]


# --- 11.9 units ------------------------------------------------------------------------------------------------------


@pytest.fixture
def merged(world, applicant, stranger, administrator):
    """A case for a unit that was merged into another one while it was open: (case, old unit, new unit)."""
    old = cast.make_unit(world.county, stranger, NOW)
    new = Unit.objects.create(
        name="滇池新设科技有限公司",
        uscc="91990100MA0000002E",
        region=world.county,
        work_region=world.county,
        status="VERIFIED",
    )
    UnitMember.objects.create(unit=new, user=administrator, role="HR", joined_at=NOW)
    case = services.start(item=world.item, actor=applicant, now=NOW, unit=old)
    services.save_answers(case=case, actor=applicant, answers=life.ANSWERS, step="materials", now=NOW)
    services.choose_window(case=case, actor=applicant, window=world.window, now=NOW)
    cast.hand_in(case, applicant, *life.ALL, now=NOW)
    case.refresh_from_db()
    case = cast.submit(case, applicant, NOW)
    accounts.record_succession(
        old=old, new=new, share=100, starts_on=NOW.date(), basis="合并协议 2026-9", actor=administrator, now=NOW
    )
    return case, old, new


def test_11_9_a_case_stands_still_until_the_successor_takes_it_on(merged, clerk):
    case, old, new = merged
    cast.check_all(case, clerk, NOW)
    said = life.refused(services.accept, case=case, actor=clerk, now=NOW)
    assert said == [f"The unit “{old.name}” is no more. Its successor has to take the case on first."]
    case = services.take_on(case=case, actor=clerk, now=NOW, unit=new, document_no="滇新〔2026〕8号")
    assert (case.unit, case.applicant_name) == (new, new.name)
    assert services.accept(case=case, actor=clerk, now=NOW).state == State.EXAMINING


def test_11_9_only_a_successor_takes_it_on_and_with_a_document(merged, world, clerk):
    case, _old, _new = merged
    foreign = Unit.objects.create(
        name="无关公司", uscc="91990100MA0000003C", region=world.county, work_region=world.county
    )
    said = life.refused(services.take_on, case=case, actor=clerk, now=NOW, unit=foreign, document_no=" ")
    assert said == ["This is no successor of the unit of the case.", "Give the number of the written confirmation."]


def test_11_9_a_ban_of_the_old_unit_does_not_pass_that_of_the_person_stays(merged, applicant, clerk):
    case, old, new = merged
    breach = case.unit and _breach(case)
    DeferralBan.objects.create(
        unit=old, breach=breach, starts_on=life.day("2026-09-01"), ends_on=life.day("2027-03-01")
    )
    assert queries.ban_on(NOW.date(), applicant=applicant, unit=old)
    assert queries.ban_on(NOW.date(), applicant=applicant, unit=new) is None
    DeferralBan.objects.update(unit=None, applicant=applicant)
    assert queries.ban_on(NOW.date(), applicant=applicant, unit=new)


def _breach(case):
    return case.applicant.breaches.create(case=case, unit=case.unit, materials=["works"], recorded_at=NOW)


def test_11_9_people_of_the_old_unit_lose_access_the_same_minute(merged, stranger):
    case, old, _new = merged
    assert old.status != Unit.Status.DISSOLVED  # as it was read before
    old.refresh_from_db()
    assert old.status == Unit.Status.DISSOLVED
    assert not Case.objects.own(stranger).filter(pk=case.pk).exists()


def test_11_9_a_new_name_is_no_succession_and_shares_end_at_100(merged, administrator):
    _case, old, new = merged
    facts = {"starts_on": NOW.date(), "basis": "x", "actor": administrator, "now": NOW}
    said = life.refused(accounts.record_succession, old=old, new=old, share=10, **facts)
    assert said == [
        "A unit cannot succeed itself; a new name alone is no succession.",
        "The successor is dissolved.",
        "The shares of all successors make 100 percent at most.",
    ]
    assert life.refused(accounts.record_succession, old=new, new=old, share=100, **facts) == [
        "The successor is dissolved."
    ]


# --- 11.15 - 11.18 names and numbers ---------------------------------------------------------------------------------


LONG = "Nguyen " + "van der Berghe-Oosterhuizen " * 3 + "Maria"
NAMES = ["阿依古丽·买买提", "Madonna", LONG.strip(), "龚䶮", "张𬭎"]


@pytest.mark.parametrize("name", NAMES)
def test_11_16_and_11_17_names_of_all_kinds_run_from_the_window_to_the_sealed_paper(world, clerk, run_due, name):
    user = foreigner(name=name)
    case = take_in(world, user, clerk)
    assert case.applicant_name == name
    paper = rendering.render_paper(paper=case.papers.get(), now=NOW)
    with paper.file.open("rb") as file:
        assert file.read(5) == b"%PDF-"
    assert paper.content["zh"]["addressee"] == name


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("PASSPORT", "E12345678"),
        ("HK_MACAU_PERMIT", "H12345678"),
        ("TAIWAN_PERMIT", "12345678"),
    ],
)
def test_11_16_every_document_has_a_type_and_can_hold_a_case(world, clerk, kind, number):
    user = foreigner(document_type=kind, number=number)
    assert take_in(world, user, clerk).applicant.person.document_type == kind


def test_11_17_a_rare_name_is_found_by_its_sound(world):
    user = foreigner(name="龚䶮")
    assert user.person.name_pinyin.replace(" ", "").startswith("gong")


def test_11_15_a_number_that_a_spreadsheet_wrote_as_a_float_is_refused(world):
    for text in ("5.30103199003E+17", str(Decimal("530103199003070000")), "530103199003070000.0"):
        with pytest.raises(ValidationError):
            idcard.clean("RESIDENT_ID", text, birth_date=None, today=NOW.date(), allow_demo=True)


def test_11_18_an_old_number_of_15_digits_finds_the_same_person(world, applicant):
    """It is made full to match; what a person registers is always the number of the present card."""
    number = "11010519491231002X"
    Person.objects.filter(user=applicant).update(id_fingerprint=blind_index(number, ID_PURPOSE))
    assert [person.user for person in accounts_queries.people_with_document("110105 491231 002")] == [applicant]
    assert not accounts_queries.people_with_document("110105491231003").exists()
    with pytest.raises(ValidationError, match=r"15"):
        idcard.clean("RESIDENT_ID", "110105491231002", birth_date=None, today=NOW.date())


# --- 11.19 death -----------------------------------------------------------------------------------------------------


def test_11_19_a_death_ends_the_case_and_its_certificate_without_touching_what_was_paid(
    world, applicant, clerk, examiner, leader
):
    case = life.examining(world, applicant, clerk)
    case = services.conclude(case=case, actor=examiner, now=NOW, proposal="GRANT", opinion="符合条件")
    case = services.grant(case=case, actor=leader, now=NOW)
    case = services.terminate(case=case, actor=leader, now=NOW, reason="T01", explanation="申请人于9月20日去世")
    assert (case.close_type, Certificate.objects.get().status) == ("TERMINATED", "CANCELLED")
    assert Certificate.objects.get().events.last().document_no == case.papers.get(kind="TERMINATION").number
    assert "settled separately" in " ".join(case.papers.last().content["en"]["paragraphs"])


# --- 11.27 recusal ---------------------------------------------------------------------------------------------------


def recuse(case, actor, **facts):
    return services.recuse(case=case, actor=actor, now=NOW, **{"reason": "申请人是我的妹妹", **facts})


def test_11_27_nobody_holds_an_office_role_on_an_own_case(world, clerk):
    Person.objects.create(
        user=clerk,
        name="李雪梅",
        document_type="RESIDENT_ID",
        id_number="1",
        id_fingerprint="f",
        birth_date=NOW.date(),
        level=2,
    )
    case = life.received(world, clerk)
    assert queries.roles_on(case, clerk, NOW.date()) == {Who.APPLICANT}
    assert not Case.objects.for_staff(clerk).exists()


def test_11_27_who_is_related_stays_away_for_good(world, applicant, clerk):
    case = recuse(life.received(world, applicant), clerk)
    assert life.verbs(case)[-1] == "recuse"
    assert queries.roles_on(case, clerk, NOW.date()) == set()
    assert not Case.objects.for_staff(clerk).exists()
    assert not Case.objects.visible_to(clerk).exists()
    assert not reach_of(clerk, NOW).cases().exists()
    said = life.refused(services.withdraw, case=case, actor=clerk, now=NOW)
    assert said == ["This step is for another role."]


def test_11_27_what_was_given_to_them_goes_to_the_colleague_with_the_least(world, applicant, stranger, clerk):
    busy, free = (
        cast.make_staff(f"{name}@example.org", name, "CLERK", world.county, world.office, [world.window])
        for name in ("忙碌", "空闲")
    )
    other = life.received(world, stranger)
    services.assign(case=other, to=busy, actor=clerk, now=NOW)
    case = life.received(world, applicant)
    services.assign(case=case, to=clerk, actor=clerk, now=NOW)
    case = recuse(case, clerk)
    assert case.assigned_to == free
    assert Message.objects.filter(recipient=free, event="case_recused").exists()


def test_11_27_a_head_orders_a_colleague_to_stay_away_a_colleague_does_not(world, applicant, clerk):
    head = life.make_head(world)
    case = life.received(world, applicant)
    assert life.refused(recuse, case=case, actor=clerk, who=head) == [
        "Only the head of the window or a leader can keep somebody else away."
    ]
    recuse(case, head, who=clerk)
    assert Recusal.objects.get().user == clerk


def test_11_27_once_away_there_is_nothing_to_declare(world, applicant, clerk, leader):
    case = recuse(life.received(world, applicant), clerk)
    assert life.refused(recuse, case=case, actor=leader, who=clerk) == ["李雪梅 takes no part in this case anyway."]
    assert life.refused(recuse, case=case, actor=clerk) == ["This step is for another role."]


def test_11_27_a_leader_who_stays_away_is_not_asked_for_approval(world, applicant, clerk, leader):
    second = cast.make_staff("leader2@example.org", "孙批", "LEADER", world.province, world.office)
    case = recuse(life.corrected(world, applicant, clerk), leader)
    assert queries.approvers_of(case, "reject_uncorrected", NOW.date()) == [second]


# --- 11.28 agents ----------------------------------------------------------------------------------------------------


def test_11_28_one_power_of_attorney_serves_many_people_of_a_unit(world, stranger, clerk):
    people = [foreigner(f"talent{n}@example.org", f"Talent {n}", number=f"E1234567{n}") for n in range(3)]
    for person in people:
        take_in(world, person, clerk, attorney=attorney(person, stranger, clerk))
    assert Case.objects.own(stranger).count() == 3
    told = list(Message.objects.filter(event="received").values_list("recipient", flat=True))
    assert sorted(told) == sorted([*(person.pk for person in people), *[stranger.pk] * 3])


def test_11_28_an_agent_acts_within_scope_and_time_and_not_a_minute_longer(world, applicant, stranger, clerk, at):
    at("2026-09-21 10:00")
    given = attorney(applicant, stranger, clerk)
    draft = services.start(item=world.item, actor=stranger, now=NOW, attorney=given)
    assert (draft.applicant, draft.agent) == (applicant, stranger)
    services.save_answers(case=draft, actor=stranger, answers=life.ANSWERS, step="materials", now=NOW)
    services.choose_window(case=draft, actor=stranger, window=world.window, now=NOW)
    cast.hand_in(draft, stranger, *life.ALL, now=NOW)
    case = cast.submit(draft, stranger, NOW)
    assert (case.applicant, case.events.get().actor) == (applicant, stranger)
    assert Message.objects.filter(recipient=applicant, event="submitted").exists()

    given.ended_at = NOW
    given.save()
    assert not Case.objects.own(stranger).exists()
    assert life.refused(services.withdraw, case=case, actor=stranger, now=NOW) == ["This step is for another role."]


@pytest.mark.parametrize("when", ["before", "after"])
def test_11_28_outside_its_days_nothing_is_begun(world, applicant, stranger, clerk, when):
    given = attorney(applicant, stranger, clerk)
    now = {"before": moment("2026-08-31 10:00"), "after": moment("2026-12-01 00:10")}[when]
    said = life.refused(services.start, item=world.item, actor=stranger, now=now, attorney=given)
    assert said == ["This power of attorney is not in force today."]


def test_11_28_nobody_uses_the_power_of_attorney_of_another_agent(world, applicant, stranger, clerk, leader):
    given = attorney(applicant, stranger, clerk)
    said = life.refused(services.start, item=world.item, actor=leader, now=NOW, attorney=given)
    assert said == ["This power of attorney names another agent."]


def test_11_28_a_handler_who_leaves_the_unit_loses_access_the_same_minute(world, applicant, stranger):
    unit = cast.make_unit(world.county, stranger, NOW)
    case = services.start(item=world.item, actor=applicant, now=NOW, unit=unit)
    assert Case.objects.own(stranger).filter(pk=case.pk).exists()
    UnitMember.objects.filter(unit=unit, user=stranger).update(left_at=NOW)
    assert not Case.objects.own(stranger).exists()
