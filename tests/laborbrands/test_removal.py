"""Removal from notice to plate, by services and by the pages; downgrade; dropped; succession. History is kept."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import Role
from laborbrands.models import AnnualReport, Brand, Evaluation, Removal
from laborbrands.services import evaluation, succession
from laborbrands.services import removal as removals
from reviews.services import objections, publicity
from talentportal.lib.refusals import Refused
from tests import cast
from tests.cast import day, moment
from tests.laborbrands.factory import give_plate, kept_brand, make_scheme, pay_subsidy
from tests.reviews.notices import OBJECTION, refused

pytestmark = pytest.mark.django_db
NOTICE, DEFENCE, DECISION = moment("2026-09-18 10:00"), moment("2026-09-24 23:59"), moment("2026-09-29 10:00")
AFTER = moment("2026-10-13 09:00")


@pytest.fixture
def unit(world, applicant):
    return cast.make_unit(world.county, applicant, moment("2024-01-01 09:00"))


@pytest.fixture
def brand(world, unit):
    return kept_brand(world, unit=unit)


def noticed(brand, actor, ground="FRAUD", now=NOTICE, **words) -> Removal:
    facts = {"facts": "数据造假，见核查报告", "notice_no": "云人社告〔2026〕1号"}
    return removals.give_notice(brand=brand, ground=ground, actor=actor, now=now, **facts, **words)


def decided(removal, leader, now=DECISION) -> Removal:
    words = {"decision": "事实清楚，决定摘牌", "document_no": "云人社决〔2026〕2号"}
    return removals.decide(removal=removal, actor=leader, now=now, **words)


def defended(removal, applicant, now=DEFENCE) -> Removal:
    return removals.defend(removal=removal, actor=applicant, now=now, defence="数据口径不同，请核实")


def test_from_the_notice_to_the_plate(world, brand, examiner, leader, applicant, client):
    """The whole way: notice, statement, decision by another, publicity with an objection, carried out."""
    plate, paid = give_plate(world, brand, applicant), pay_subsidy(brand)
    owed = pay_subsidy(brand, "COUNTY", state="ENTITLED")
    removal = noticed(brand, examiner)
    assert removal.defence_by == day("2026-09-24")  # five working days, 09-20 among them
    removal = decided(defended(removal, applicant), leader)
    notice = removal.publicity_entry.publicity
    assert (notice.state, notice.ends_on) == ("OPEN", day("2026-10-12"))
    shown = str(notice.snapshot)
    assert brand.name_zh in shown
    assert "数据造假" not in shown  # facts and statement stay inside
    objection = objections.object_to(entry=removal.publicity_entry, now=moment("2026-10-12 23:50"), **OBJECTION)
    assert "Objections" in refused(removals.carry_out, removal=removal, actor=examiner, now=AFTER)
    objections.take_up(objection=objection, actor=examiner, now=AFTER)
    objections.answer_objection(objection=objection, outcome="REJECTED", answer="不属实", actor=leader, now=AFTER)
    removals.carry_out(removal=removal, actor=examiner, now=AFTER)

    for row in (brand, plate, paid, owed, removal):
        row.refresh_from_db()
    told = brand.events.get(verb="remove")
    assert told.text_en == "Removed: fraud in the application or the figures"
    assert told.text_zh.startswith("摘牌：")
    assert (brand.stage, plate.status, paid.state, owed.state) == ("REMOVED", "REVOKED", "RECOVERED", "FORFEITED")
    assert paid.recovered_yuan == paid.amount_yuan
    held = brand.recognitions.all()
    assert {(one.end_reason, one.ended_on) for one in held} == {("REMOVED", day("2026-10-13"))}
    assert len(held) == 2  # kept as history
    assert not brand.recognitions.standing_on(day("2026-10-13")).exists()
    assert brand.recognitions.standing_on(day("2026-10-12")).count() == 2
    assert [one.verb for one in brand.events.all()] == ["give_notice", "defend", "remove"]
    assert [one.is_public for one in brand.events.all()] == [False, False, True]
    assert "carried out" in refused(removals.carry_out, removal=removal, actor=examiner, now=AFTER)


def test_the_builder_answers_on_its_page_and_the_office_by_buttons(
    brand, examiner, leader, applicant, stranger, client
):
    client.force_login(examiner)
    words = {"brand": brand.pk, "ground": "FRAUD", "facts": "数据造假", "notice_no": "1号"}
    client.post(reverse("admin:laborbrands_removal_add"), words)
    removal = Removal.objects.get()
    page = reverse("org_brands:removal", args=[brand.code])
    client.force_login(stranger)
    assert client.get(page).status_code == 404
    client.force_login(applicant)
    assert "数据造假" in client.get(page).content.decode()
    assert "error-summary" in client.post(page, {"defence": " "}, follow=True).content.decode()
    assert "口径不同" in client.post(page, {"defence": "统计口径不同"}, follow=True).content.decode()
    client.post(page, {"defence": "再来一次"})
    removal.refresh_from_db()
    assert (removal.state, removal.defence) == ("DEFENDED", "统计口径不同")
    act = reverse("admin:laborbrands_removal_act", args=[removal.pk, "decide"])
    client.force_login(examiner)
    row = client.get(reverse("admin:laborbrands_removal_change", args=[removal.pk])).content.decode()
    assert "act/decide/" not in row  # a leader's button
    client.post(act, {"decision": "摘牌", "document_no": "2号"})
    removal.refresh_from_db()
    assert removal.state == "DEFENDED"  # who gave the notice does not decide
    client.force_login(leader)
    answer = client.post(act, {"decision": "摘牌", "document_no": "2号"}, follow=True)
    removal.refresh_from_db()
    notice = removal.publicity_entry.publicity
    assert (removal.state, removal.decided_by) == ("DECIDED", leader)
    assert notice.number in answer.content.decode()
    assert brand.name_zh in client.get(reverse("publicity:detail", args=[notice.number])).content.decode()
    client.force_login(applicant)
    assert notice.number in client.get(page).content.decode()


def test_who_gave_the_notice_never_decides(brand, leader, world):
    removal = noticed(brand, leader)
    late = moment("2026-09-28 09:00")
    words = {"removal": removal, "decision": "x", "document_no": "1", "now": late}
    assert "Another person" in refused(removals.decide, actor=leader, **words)
    assert "Another person" in refused(removals.drop_removal, removal=removal, actor=leader, reason="x", now=late)
    second = cast.make_staff("l2@example.org", "二", Role.LEADER, world.province, world.office)
    removals.decide(actor=second, **words)


def test_the_time_for_the_statement_is_kept_on_both_sides(brand, examiner, leader, applicant):
    removal = noticed(brand, examiner)
    assert "may state its case" in refused(decided, removal=removal, leader=leader, now=DEFENCE)
    late = moment("2026-09-28 00:00")  # the 25th is a holiday, 26 and 27 the weekend
    assert "has ended" in refused(defended, removal=removal, applicant=applicant, now=late)
    assert decided(removal, leader, late).state == "DECIDED"


def test_wrong_people_and_twice(brand, examiner, leader, applicant, stranger, world, clerk):
    county = cast.make_staff("c@example.org", "县", Role.EXAMINER, world.county, world.office)
    for nobody in (clerk, county):
        assert "office that decides" in refused(noticed, brand=brand, actor=nobody)
    removal = noticed(brand, examiner)
    assert "under way" in refused(noticed, brand=brand, actor=leader)
    assert "do not act" in refused(defended, removal=removal, applicant=stranger)
    assert "office that decides" in refused(decided, removal=removal, leader=examiner)
    defended(removal, applicant)
    assert "statement handed in" in refused(defended, removal=removal, applicant=applicant)
    assert "This is not possible" in refused(removals.carry_out, removal=removal, actor=examiner, now=AFTER)


def test_no_ground_of_removal_is_chosen_beforehand(brand, examiner, client):
    client.force_login(examiner)
    page = client.get("/admin/laborbrands/removal/add/").content.decode()
    ground = page[page.index('name="ground"') :]
    assert ground[: ground.index("</select>")].count("selected") == 1
    assert '<option value="" selected>' in ground[: ground.index("</select>")]
    said = {"brand": brand.pk, "ground": "", "facts": "数据造假", "notice_no": "1号"}
    assert "error-summary" in client.post("/admin/laborbrands/removal/add/", said, follow=True).content.decode()
    assert not Removal.objects.exists()


@pytest.mark.parametrize(("ground", "words"), [("REPORTS", "Reports missing: 1"), ("UNQUALIFIED", "put things right")])
def test_grounds_that_the_records_must_bear_out(brand, examiner, ground, words):
    AnnualReport.objects.create(brand=brand, year=2025, due_on=day("2026-03-31"), missed_at=NOTICE)
    assert words in refused(noticed, brand=brand, actor=examiner, ground=ground)
    assert "trademark" in refused(noticed, brand=brand, actor=examiner, ground="TRADEMARK")
    AnnualReport.objects.create(brand=brand, year=2024, due_on=day("2025-03-31"), missed_at=NOTICE)
    assert noticed(brand, examiner, "REPORTS").ground == "REPORTS"


def test_dropped_after_a_good_statement(brand, examiner, leader, applicant):
    removal = defended(noticed(brand, examiner), applicant)
    removals.drop_removal(removal=removal, actor=leader, now=DECISION, reason="申辩成立")
    brand.refresh_from_db()
    assert (brand.stage, brand.recognitions.standing_on(day("2026-10-13")).count()) == ("RECOGNIZED", 2)
    assert noticed(brand, examiner, now=DECISION).state == "NOTIFIED"  # a new notice is possible


def test_dropped_after_an_upheld_objection(brand, examiner, leader):
    removal = decided(noticed(brand, examiner), leader)
    objection = objections.object_to(entry=removal.publicity_entry, now=DECISION, **OBJECTION)
    objections.take_up(objection=objection, actor=examiner, now=DECISION)
    objections.answer_objection(objection=objection, outcome="UPHELD", answer="属实", actor=leader, now=DECISION)
    assert "struck off" in refused(removals.carry_out, removal=removal, actor=examiner, now=AFTER)
    assert removals.drop_removal(removal=removal, actor=leader, now=AFTER, reason="异议成立").state == "DROPPED"


def test_a_downgrade_leaves_the_next_lower_tier_and_pays_nothing_new(world, unit, examiner, leader, applicant):
    brand = kept_brand(world, unit=unit)
    plate, paid = give_plate(world, brand, applicant), pay_subsidy(brand)
    removal = decided(noticed(brand, examiner, "ARREARS", is_downgrade=True), leader)
    removals.carry_out(removal=removal, actor=examiner, now=AFTER)
    for row in (brand, plate, paid):
        row.refresh_from_db()
    standing = brand.recognitions.standing_on(day("2026-10-13")).values_list("tier", flat=True)
    assert set(standing) == {"COUNTY", "PREFECTURAL"}
    assert (brand.stage, plate.status, paid.state) == ("RECOGNIZED", "CANCELLED", "PAID")  # no fraud: nothing recovered
    assert brand.subsidies.count() == 1
    assert brand.recognitions.get(tier="PROVINCIAL").end_reason == "DOWNGRADED"


def test_an_interrupted_publicity_holds_the_removal_up(brand, examiner, leader):
    removal = decided(noticed(brand, examiner), leader)
    notice = removal.publicity_entry.publicity
    publicity.interrupt(publicity=notice, actor=examiner, now=moment("2026-10-09 09:00"), reason="停电")
    assert "interrupted" in refused(removals.carry_out, removal=removal, actor=examiner, now=AFTER)


def test_after_two_failed_evaluations(brand, world, examiner, leader):
    scheme = make_scheme()
    cycle = evaluation.open_evaluation(
        organization=world.office,
        tier="PROVINCIAL",
        scheme=scheme,
        title_zh="评价",
        title_en="Evaluation",
        starts_on=day("2026-01-01"),
        ends_on=day("2026-12-31"),
        actor=examiner,
        now=NOTICE,
    )
    for at in ("2026-01-05 09:00", "2026-07-06 09:00"):
        evaluation.evaluate(
            round=cycle, brand=brand, scores={"jobs": 10, "quality": 5}, opinion="差", actor=examiner, now=moment(at)
        )
    assert Evaluation.objects.count() == 2
    removal = decided(noticed(brand, examiner, "UNQUALIFIED"), leader)
    removals.carry_out(removal=removal, actor=leader, now=AFTER)
    brand.refresh_from_db()
    assert (brand.stage, brand.evaluations.count()) == ("REMOVED", 2)


@pytest.mark.django_db(transaction=True)
def test_two_notices_at_once_one_stands(world, applicant, examiner, leader):
    brand = kept_brand(world, unit=cast.make_unit(world.county, applicant, NOTICE))

    def give(actor):
        try:
            return noticed(brand, actor).pk
        except Refused:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(give, (examiner, leader)))
    assert made.count(None) == 1
    assert Removal.objects.count() == 1


# --- succession


def renamed(brand, actor, **words) -> Brand:
    names = {"code": "new-name", "name_zh": "呈贡花艺", "name_en": "Chenggong Florists"}
    return succession.rename(brand=brand, basis="云人社〔2026〕9号", actor=actor, now=NOTICE, **names | words)


def test_a_renamed_brand_takes_the_recognitions_along(world, brand, leader, applicant, client):
    plate = give_plate(world, brand, applicant)
    pay_subsidy(brand)
    new = renamed(brand, leader)
    brand.refresh_from_db()
    plate.refresh_from_db()
    assert (brand.stage, new.stage, plate.status) == ("MERGED", "RECOGNIZED", "CANCELLED")
    assert set(new.recognitions.values_list("tier", flat=True)) == {"COUNTY", "PROVINCIAL"}
    assert set(brand.recognitions.values_list("end_reason", flat=True)) == {"SUCCEEDED"}
    assert (brand.subsidies.count(), new.subsidies.count()) == (1, 0)  # once for the lineage
    assert new.builders.get().unit == brand.builders.get().unit
    assert (brand.succession.new, brand.name_zh) == (new, "呈贡花艺师")  # the old record stays whole
    assert brand.events.get(verb="succeed").text_zh == "由“呈贡花艺”承接"
    assert "承接“呈贡花艺师”" in client.get(reverse("brands:detail", args=[new.code])).content.decode()


def test_two_brands_merge_into_one_that_holds_each_tier_once(world, brand, leader):
    other = kept_brand(world, "斗南花匠", tiers=("PROVINCIAL",))
    succession.succeed(old=other, new=brand, basis="x", actor=leader, now=NOTICE, is_merger=True)
    standing = list(brand.recognitions.standing_on(day("2026-09-18")).values_list("tier", flat=True))
    assert sorted(standing) == ["COUNTY", "PROVINCIAL"]
    assert "not recognized" in refused(
        succession.succeed, old=other, new=brand, basis="x", actor=leader, now=NOTICE, is_merger=True
    )


@pytest.mark.parametrize(("state", "left"), [("ENTITLED", "FORFEITED"), ("PAID", "PAID")])
def test_a_merger_leaves_one_subsidy_of_what_was_not_paid(world, brand, leader, state, left):
    other = kept_brand(world, "斗南花匠", tiers=("PROVINCIAL",))
    kept, owed = pay_subsidy(brand), pay_subsidy(other, state=state)
    succession.succeed(old=other, new=brand, basis="9号", actor=leader, now=NOTICE, is_merger=True)
    for subsidy in (kept, owed):
        subsidy.refresh_from_db()
    assert (kept.state, owed.state) == ("PAID", left)


def test_a_claim_goes_on_where_the_successor_had_nothing(world, brand, leader):
    owed = pay_subsidy(brand, state="ENTITLED")
    renamed(brand, leader)
    owed.refresh_from_db()
    assert owed.state == "ENTITLED"


def test_no_way_out_of_a_removal_by_another_name(brand, examiner, leader):
    noticed(brand, examiner)
    assert "under way" in refused(renamed, brand=brand, actor=leader)
    assert not Brand.objects.filter(code="new-name").exists()


def test_what_a_succession_refuses(world, brand, leader, examiner):
    assert "office that decides" in refused(renamed, brand=brand, actor=examiner)
    assert "code is taken" in refused(renamed, brand=brand, actor=leader, code=brand.code)
    assert "of this name" in refused(renamed, brand=brand, actor=leader, name_zh=brand.name_zh)
    who = {"basis": "x", "actor": leader, "now": NOTICE}
    assert "itself" in refused(succession.succeed, old=brand, new=brand, **who)
    gone = kept_brand(world, "没了", stage="REMOVED", tiers=())
    assert "goes on" in refused(succession.succeed, old=brand, new=gone, **who)
    assert "between" in refused(succession.succeed, old=brand, new=kept_brand(world, "乙"), on=day("2024-01-01"), **who)


def test_a_brand_succeeds_by_the_admin(brand, leader, client):
    client.force_login(leader)
    words = {"old": brand.pk, "code": "x-new", "name_zh": "新名", "name_en": "New", "basis": "1号"}
    client.post(reverse("admin:laborbrands_succession_add"), words)
    assert Brand.objects.get(code="x-new").stage == "RECOGNIZED"
