"""Whose turn it is: told to both sides, counted on the rail, reminded of again; nothing is carried out by the clock."""

import pytest
from django.urls import reverse

from jobs import clock
from jobs import services as jobs
from laborbrands.models import AnnualReport, Evaluation, EvaluationRound, Removal
from laborbrands.services import evaluation, figures, reports
from laborbrands.services import removal as removals
from notifications.models import Message
from provinces import loader, packs
from reviews.models import Objection
from reviews.services import objections, publicity
from tests import cast
from tests.browser import be_at
from tests.cast import day, moment
from tests.laborbrands.factory import kept_brand, make_scheme
from tests.reviews.notices import OBJECTION

pytestmark = pytest.mark.django_db
NOTICE, DECISION, AFTER = moment("2026-09-18 10:00"), moment("2026-09-29 10:00"), moment("2026-10-13 09:00")
GOOD, BAD = {"jobs": "55", "quality": "35"}, {"jobs": "10", "quality": "5"}


@pytest.fixture(autouse=True)
def _wording(db):
    dict(loader.STEPS)["message templates"](packs.read("yunnan"), loader.Ledger(), NOTICE)


@pytest.fixture
def brand(world, applicant):
    return kept_brand(world, unit=cast.make_unit(world.county, applicant, moment("2024-01-01 09:00")))


@pytest.fixture
def cycle(world, examiner):
    days = {"starts_on": day("2026-01-01"), "ends_on": day("2026-12-31")}
    words = {"title_zh": "评价", "title_en": "Evaluation", "tier": "PROVINCIAL", "scheme": make_scheme()}
    return evaluation.open_evaluation(organization=world.office, actor=examiner, now=NOTICE, **words, **days)


def evaluated(cycle, brand, actor, scores, at, **words) -> Evaluation:
    return evaluation.evaluate(
        round=cycle, brand=brand, scores=scores, opinion="台账不全", actor=actor, now=moment(at), **words
    )


def noticed(brand, actor, ground="FRAUD", now=NOTICE, **words) -> Removal:
    return removals.give_notice(
        brand=brand, ground=ground, facts="造假", notice_no="1号", actor=actor, now=now, **words
    )


def decided(removal, leader, now=DECISION) -> Removal:
    return removals.decide(removal=removal, decision="摘牌", document_no="2号", actor=leader, now=now)


def told(event: str) -> list:
    """List who was told of an event, by the first letter of the address."""
    return sorted(one.recipient.email.partition("@")[0] for one in Message.objects.filter(event=event))


def test_a_second_failure_is_told_to_both_sides_and_stands_on_the_list(cycle, brand, examiner, leader, applicant):
    evaluated(cycle, brand, examiner, BAD, "2026-01-05 09:00")
    assert told("brand_unqualified") == []
    assert EvaluationRound.objects.due(day("2026-07-05")).count() == 0  # the last of the six months
    assert EvaluationRound.objects.due(day("2026-07-06")).get() == cycle
    evaluated(cycle, brand, examiner, BAD, "2026-07-06 09:00")
    assert told("brand_unqualified") == ["applicant"]
    assert told("brand_removal_called_for") == ["examiner", "leader"]
    assert "台账不全" in Message.objects.get(event="brand_unqualified").body
    path = Message.objects.filter(event="brand_removal_called_for").first().path
    assert path == f"/admin/laborbrands/removal/add/?brand={brand.pk}&ground=UNQUALIFIED"
    assert EvaluationRound.objects.due(day("2026-07-06")).get() == cycle
    noticed(brand, examiner, "UNQUALIFIED")
    assert not EvaluationRound.objects.due(day("2026-09-18")).exists()


def test_a_veto_is_told_to_both_sides_at_once(cycle, brand, examiner, leader, applicant):
    evaluated(cycle, brand, examiner, GOOD, "2026-01-05 09:00", veto="ARREARS")
    assert told("brand_unqualified") == ["applicant"]
    assert "ground=ARREARS" in Message.objects.filter(event="brand_removal_called_for").first().path
    assert EvaluationRound.objects.due(day("2026-01-05")).get() == cycle


def test_the_second_missed_report_is_told_to_the_office(brand, examiner, leader):
    for year in (2024, 2025):
        AnnualReport.objects.create(brand=brand, year=year, due_on=day(f"{year + 1}-03-31"))
    reports.miss_reports(moment("2025-04-01 00:00"))
    assert told("brand_removal_called_for") == []
    reports.miss_reports(moment("2026-04-01 00:00"))
    assert told("brand_removal_called_for") == ["examiner", "leader"]


def test_the_office_is_told_when_the_time_for_the_statement_is_over(brand, examiner, leader):
    removal = noticed(brand, examiner)
    assert removals.remind(moment("2026-09-24 23:59")) == 0
    assert removals.remind(moment("2026-09-25 00:00")) == 1
    assert told("brand_removal_decide") == ["examiner", "leader"]
    assert removals.remind(moment("2026-09-29 09:00")) == 0
    assert removals.remind(moment("2026-10-10 09:00")) == 1  # five working days later, after the holidays
    assert Removal.objects.due(day("2026-10-10")).get() == removal


def test_the_clock_tells_the_office_and_carries_nothing_out(brand, examiner, leader):
    removal = decided(noticed(brand, examiner), leader)
    jobs.run_due(moment("2026-10-12 23:59"))
    assert told("brand_removal_carry_out") == []
    report = jobs.run_due(moment("2026-10-13 00:00"))
    assert report.failed == {}
    assert told("brand_removal_carry_out") == ["examiner", "leader"]
    assert jobs.run_due(AFTER).swept["laborbrands.removals"] == 0
    removal.refresh_from_db()
    brand.refresh_from_db()
    assert (removal.state, brand.stage) == ("DECIDED", "RECOGNIZED")
    removals.carry_out(removal=removal, actor=leader, now=AFTER)
    assert not Removal.objects.due(day("2026-12-31")).exists()


def test_an_open_objection_or_an_interruption_keeps_it_off_the_list(brand, examiner, leader):
    removal = decided(noticed(brand, examiner), leader)
    objection = objections.object_to(entry=removal.publicity_entry, now=moment("2026-10-12 23:50"), **OBJECTION)
    assert not Removal.objects.due(day("2026-10-13")).exists()
    assert Objection.objects.due(day("2026-10-13")).get() == objection
    objections.answer_objection(objection=objection, outcome="NOT_TAKEN", answer="不属实", actor=leader, now=AFTER)
    assert Removal.objects.due(day("2026-10-13")).get() == removal
    other = kept_brand(cast_world(brand), "斗南花匠", unit=brand.builders.get().unit)
    second = decided(noticed(other, examiner), leader)
    publicity.interrupt(
        publicity=second.publicity_entry.publicity, actor=examiner, now=moment("2026-10-09 09:00"), reason="停电"
    )
    assert second not in Removal.objects.due(day("2026-12-31"))


def cast_world(brand):
    """Return what `kept_brand` asks of a world, of a brand's own."""
    return type("World", (), {"county": brand.region, "office": brand.department})


def test_a_downgrade_is_not_called_a_removal(brand, examiner, leader, applicant):
    removal = decided(noticed(brand, examiner, "ARREARS", is_downgrade=True), leader)
    removals.carry_out(removal=removal, actor=leader, now=AFTER)
    for event in ("brand_removal_notice", "brand_removal_decided", "brand_removed"):
        words = Message.objects.get(event=event, recipient=applicant)
        assert "降级" in words.title
        assert "摘牌" not in words.title + words.body


def test_a_brand_whose_removal_was_dropped_is_evaluated_like_any_other(cycle, brand, examiner, leader):
    for at in ("2026-01-05 09:00", "2026-07-06 09:00"):
        evaluated(cycle, brand, examiner, BAD, at)
    removal = noticed(brand, examiner, "UNQUALIFIED")
    removals.drop_removal(removal=removal, actor=leader, now=DECISION, reason="申辩成立")
    brand.refresh_from_db()
    assert brand.stage == "RECOGNIZED"
    assert not EvaluationRound.objects.due(day("2026-12-31")).exists()


# --- what the office sees


def rail_of(client) -> dict:
    """Return what waits by the address of its list, as the rail shows it."""
    rail = client.get("/admin/").context["request"]._portal_rail
    return {entry["url"]: entry["due"] for entry in rail if entry.get("due")}


def test_the_rail_counts_what_the_lists_show(client, cycle, brand, examiner, leader, official, applicant):
    be_at(AFTER)
    now = clock.now()
    removal = decided(noticed(brand, examiner), leader)
    objections.object_to(entry=removal.publicity_entry, now=moment("2026-10-12 23:50"), **OBJECTION)
    other = kept_brand(cast_world(brand), "斗南花匠", unit=brand.builders.get().unit)
    evaluated(cycle, other, examiner, BAD, "2026-01-05 09:00")
    third = kept_brand(cast_world(brand), "宜良焊工", unit=brand.builders.get().unit)
    noticed(third, examiner)
    report = AnnualReport.objects.create(brand=third, year=2025, due_on=day("2026-12-31"))
    reports.submit_report(report=report, text="x", figures={}, actor=applicant, now=now)

    client.force_login(leader)
    counts = rail_of(client)
    lists = ("laborbrands_annualreport", "laborbrands_evaluationround", "laborbrands_removal", "reviews_objection")
    addresses = [reverse(f"admin:{name}_changelist") for name in lists]
    assert counts == dict.fromkeys(addresses, 1)
    for address in addresses:
        assert client.get(f"{address}?due=yes").context["cl"].result_count == 1
    report.refresh_from_db()
    figures.verify_figures(stat=report.stat, actor=leader, now=now)
    assert addresses[0] not in rail_of(client)
    client.force_login(official)
    assert rail_of(client) == {}  # who only watches has nothing to do


def test_the_notice_is_filled_in_and_a_refused_one_is_given_back(client, brand, examiner):
    client.force_login(examiner)
    address = reverse("admin:laborbrands_removal_add")
    form = client.get(f"{address}?brand={brand.pk}&ground=REPORTS").context["form"]
    assert (form["brand"].value(), form["ground"].value()) == (str(brand.pk), "REPORTS")
    words = {"brand": brand.pk, "ground": "REPORTS", "facts": "缺两次年报", "notice_no": "1号"}
    answer = client.post(address, words, follow=True)
    assert answer.redirect_chain[0][1] == 302
    assert "缺两次年报" in answer.content.decode()
    assert "error-summary" in answer.content.decode()
    assert not Removal.objects.exists()


def test_the_publicity_of_a_removal_offers_no_withdrawal(client, brand, examiner, leader):
    be_at(DECISION)
    notice = decided(noticed(brand, examiner), leader).publicity_entry.publicity
    client.force_login(examiner)
    page = client.get(reverse("admin:reviews_publicity_change", args=[notice.pk]))
    assert [act.verb for act, _form in page.context["offers"]] == ["interrupt"]


def test_a_round_offers_only_brands_whose_turn_it_is(client, cycle, brand, examiner, world):
    page = reverse("admin:laborbrands_evaluationround_change", args=[cycle.pk])
    client.force_login(examiner)

    def offered():
        forms = [form for act, form in client.get(page).context["offers"] if act.verb == "evaluate"]
        return list(forms[0].fields["brand"].queryset) if forms else []

    assert offered() == [brand]
    evaluated(cycle, brand, examiner, BAD, "2026-01-05 09:00")
    assert offered() == [brand]
    evaluated(cycle, brand, examiner, GOOD, "2026-07-06 09:00")
    assert offered() == []
