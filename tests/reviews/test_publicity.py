"""Publicity in working days: the vector, outages, what is never shown, what blocks an award, who may do it."""

import datetime as dt

import pgtrigger
import pytest
from django.db import InternalError, transaction
from django.urls import reverse
from django.utils.translation import override

from accounts.models import Role
from regions.models import CalendarDay
from regions.queries import calendar_for, forget
from reviews.rules import publicity as rules
from reviews.services import objections, publicity
from tests import cast
from tests.applications import life
from tests.cast import day, moment
from tests.reviews.notices import OBJECTION, drafted, posted, refused

pytestmark = pytest.mark.django_db
POSTED = moment("2026-09-29 10:00")


@pytest.mark.parametrize(("days", "last"), [(5, "2026-10-12"), (7, "2026-10-14")])
def test_it_begins_the_next_working_day_and_counts_working_days(world, examiner, days, last):
    notice = posted(world, examiner, POSTED, days=days)
    assert (notice.starts_on, notice.ends_on) == (day("2026-09-30"), day(last))


def test_a_local_holiday_of_the_region_counts(world, examiner):
    CalendarDay.objects.create(region=world.province, date=day("2026-10-09"), kind="LOCAL_HOLIDAY", name="x")
    forget()
    assert posted(world, examiner, POSTED).ends_on == day("2026-10-13")


def test_a_local_holiday_announced_later_moves_the_end_and_its_repeal_does_not(world, examiner):
    notice = posted(world, examiner, POSTED)
    extra = CalendarDay.objects.create(region=world.province, date=day("2026-10-09"), kind="LOCAL_HOLIDAY", name="x")
    forget()
    assert publicity.recompute_publicities(POSTED) == 1
    extra.delete()
    forget()
    assert publicity.recompute_publicities(POSTED) == 0
    notice.refresh_from_db()
    assert notice.ends_on == day("2026-10-13")


def test_the_days_of_an_outage_run_again(world, examiner):
    notice = posted(world, examiner, POSTED)
    publicity.interrupt(publicity=notice, actor=examiner, now=moment("2026-10-08 15:00"), reason="机房断电")
    publicity.end_publicities(moment("2026-10-13 00:10"))
    notice.refresh_from_db()
    assert notice.state == "INTERRUPTED"
    notice = publicity.resume(publicity=notice, actor=examiner, now=moment("2026-10-13 09:00"))
    # seen on 09-30 only; 10-14, 15, 16, 19 make up four working days
    assert (notice.state, notice.ends_on) == ("OPEN", day("2026-10-19"))


def test_an_outage_found_later_is_dated_back_and_a_holiday_in_it_costs_nothing(world, examiner):
    notice = posted(world, examiner, POSTED)
    now = moment("2026-10-09 09:00")
    publicity.interrupt(publicity=notice, actor=examiner, now=now, reason="x", since=day("2026-10-01"))
    notice = publicity.resume(publicity=notice, actor=examiner, now=now, last_lost=day("2026-10-08"))
    assert notice.ends_on == day("2026-10-13")  # one working day lost: 10-08
    for since, words in (("2026-09-28", "between the posting"), ("2026-10-10", "between the posting")):
        said = refused(publicity.interrupt, publicity=notice, actor=examiner, now=now, reason="x", since=day(since))
        assert words in said


def test_the_end_never_moves_earlier():
    calendar = calendar_for(None)
    for start in range(0, 30, 3):
        gap = (day("2026-09-25") + dt.timedelta(start), day("2026-09-28") + dt.timedelta(start))
        plain = rules.last_day(calendar, day("2026-09-29"), 5)
        assert rules.last_day(calendar, day("2026-09-29"), 5, [gap]) >= plain


@pytest.mark.parametrize(
    "text",
    [
        "电话13800138000",
        "手机 138 0013 8000",
        "联系 +86-138-0013-8000",
        "身份证11010519491231002X。",
        "１３８００１３８０００",
    ],
)
def test_numbers_of_people_are_refused(world, examiner, text):
    notice = drafted(world, examiner, POSTED)
    said = refused(publicity.add_entry, publicity=notice, actor=examiner, now=POSTED, name_zh="甲", text_zh=text)
    assert "never shown" in said


@pytest.mark.parametrize(
    "text", ["2026年9月18日", "91530000MA6K4B1X2C", "第53000020260918号文", "0871-63112233", "1.5亿元"]
)
def test_other_numbers_are_not_taken_for_those_of_people(text):
    assert rules.private_words(text) == []


def test_an_entry_of_a_case_shows_the_name_and_the_unit_alone(world, examiner, applicant, clerk):
    case = life.examining(world, applicant, clerk)
    notice = drafted(world, examiner, POSTED, entries=0)
    entry = publicity.add_entry(publicity=notice, actor=examiner, now=POSTED, case=case, category_zh="D类")
    assert (entry.name_zh, entry.unit, entry.category_zh, entry.text_zh) == ("陈思远", "", "D类", "")
    notice = publicity.post(publicity=notice, actor=examiner, now=POSTED)
    assert applicant.person.id_number not in str(notice.snapshot)
    other = drafted(world, examiner, POSTED, entries=0)
    publicity.add_entry(publicity=other, actor=examiner, now=POSTED, case=case)
    assert "already" in refused(publicity.add_entry, publicity=other, actor=examiner, now=POSTED, case=case)


def test_the_snapshot_is_kept_with_its_digest(world, examiner):
    notice = posted(world, examiner, POSTED)
    assert notice.sha256 == rules.digest(publicity.snapshot_of(notice))
    assert len(notice.sha256) == 64
    notice.snapshot = {}
    with pytest.raises(InternalError), transaction.atomic():
        notice.save()
    with pgtrigger.ignore("reviews.Publicity:publicity_snapshot_stays"):
        notice.save()  # the trigger alone was in the way


def test_wrong_states_and_twice_are_refused(world, examiner):
    notice = drafted(world, examiner, POSTED, entries=0)
    who = {"publicity": notice, "actor": examiner, "now": POSTED}
    assert "at least one entry" in refused(publicity.post, **who)
    assert "being prepared" in refused(publicity.interrupt, reason="x", **who)
    publicity.add_entry(name_zh="甲", **who)
    publicity.post(**who)
    assert "open to objections" in refused(publicity.post, **who)
    assert "open to objections" in refused(publicity.add_entry, name_zh="乙", **who)
    assert "stays until its end" in refused(publicity.remove, **who)
    assert "open to objections" in refused(publicity.resume, **who)


def test_only_who_is_in_charge_runs_it(world, examiner, clerk, official):
    notice = drafted(world, examiner, POSTED)
    county = cast.make_staff("c@example.org", "外", Role.EXAMINER, world.county, world.office)
    for stranger in (clerk, official, county):
        assert "not in charge" in refused(publicity.post, publicity=notice, actor=stranger, now=POSTED)


def test_it_ends_and_goes_by_the_clock(world, examiner):
    notice = posted(world, examiner, POSTED)
    assert publicity.end_publicities(moment("2026-10-12 23:59")) == 0
    assert publicity.end_publicities(moment("2026-10-13 00:00")) == 1
    assert publicity.end_publicities(moment("2026-10-13 00:00")) == 0
    assert publicity.remove_publicities(moment("2026-10-26 12:00")) == 0  # the tenth working day after it
    assert publicity.remove_publicities(moment("2026-10-27 00:01")) == 1
    notice.refresh_from_db()
    assert (notice.state, bool(notice.snapshot)) == ("REMOVED", True)


def test_numbers_run_by_region_and_year(world, examiner):
    first, second = drafted(world, examiner, POSTED), drafted(world, examiner, POSTED)
    assert (first.number, second.number) == ("530000-2026-001", "530000-2026-002")
    assert drafted(world, examiner, moment("2027-01-05 10:00")).number == "530000-2027-001"


# --- what stands against an award


def test_an_award_waits_for_the_end_and_for_the_answer(world, examiner, applicant, clerk):
    case = life.examining(world, applicant, clerk)
    assert obstacles(case, POSTED) == ["It has not been made public yet."]
    notice = posted(world, examiner, POSTED, case=case)
    assert "runs until" in obstacles(case, moment("2026-10-12 23:59"))[0]
    assert obstacles(case, moment("2026-10-13 00:00")) == []
    objection = objections.object_to(entry=notice.entries.get(), now=moment("2026-10-12 23:50"), **OBJECTION)
    assert obstacles(case, moment("2026-10-13 00:00")) == ["Objections without an answer: 1."]
    objections.take_up(objection=objection, actor=examiner, now=moment("2026-10-13 09:00"))
    answer = {"objection": objection, "actor": examiner, "now": moment("2026-10-14 09:00"), "answer": "查无此事"}
    objections.answer_objection(outcome="PARTLY", **answer)
    assert obstacles(case, moment("2026-10-14 10:00")) == []


def test_a_struck_or_withdrawn_entry_is_not_awarded(world, examiner, applicant, clerk, stranger):
    case = life.examining(world, applicant, clerk)
    other = life.examining(world, stranger, clerk)
    notice = posted(world, examiner, POSTED, case=case)
    second = posted(world, examiner, POSTED, case=other)
    publicity.strike(entry=notice.entries.get(), actor=examiner, now=POSTED)
    assert publicity.withdraw_entries_of(case=other, now=POSTED) == 1
    assert publicity.withdraw_entries_of(case=other, now=POSTED) == 0
    assert "struck off" in obstacles(case, moment("2026-10-13 09:00"))[0]
    assert "withdrawn" in obstacles(other, moment("2026-10-13 09:00"))[0]
    assert second.entries.get().state == "WITHDRAWN"
    assert "not shown any more" in refused(publicity.strike, entry=notice.entries.get(), actor=examiner, now=POSTED)


@pytest.mark.parametrize(
    ("last", "words"), [("2026-10-08", "on 8 October 2026"), ("2026-10-09", "from 8 October 2026 to 9 October 2026")]
)
def test_the_page_says_one_lost_day_as_one_day(client, world, examiner, last, words):
    notice = posted(world, examiner, POSTED)
    publicity.interrupt(publicity=notice, actor=examiner, now=moment("2026-10-08 15:00"), reason="power")
    publicity.resume(publicity=notice, actor=examiner, now=moment(f"{last} 17:00"))
    with override("en"):
        page = client.get(reverse("publicity:detail", args=[notice.number])).content.decode()
    assert f"Could not be seen {words} (power)" in page


def test_an_interrupted_publicity_blocks_and_a_later_one_counts(world, examiner, applicant, clerk):
    case = life.examining(world, applicant, clerk)
    notice = posted(world, examiner, POSTED, case=case)
    publicity.interrupt(publicity=notice, actor=examiner, now=moment("2026-10-12 09:00"), reason="x")
    assert "interrupted" in obstacles(case, moment("2026-10-20 09:00"))[0]
    posted(world, examiner, moment("2026-11-02 09:00"), case=case)
    assert "runs until" in obstacles(case, moment("2026-11-03 09:00"))[0]
    assert obstacles(case, moment("2026-11-10 09:00")) == []


def obstacles(case, now) -> list[str]:
    with transaction.atomic(), override("en"):
        return [str(reason) for reason in publicity.award_obstacles(case, now=now)]


# --- the admin


def test_a_publicity_is_prepared_and_posted_at_the_office(world, examiner, client):
    client.force_login(examiner)
    form = {"organization": world.office.pk, "title_zh": "公示", "title_en": "Notice", "days": "5"}
    page = client.post(reverse("admin:reviews_publicity_add"), form, follow=True)
    notice = world.office.publicities.get()
    act = lambda verb, **data: client.post(  # noqa: E731
        reverse("admin:reviews_publicity_act", args=[notice.pk, verb]), data, follow=True
    )
    assert page.status_code == 200
    page = act("add_entry", name_zh="甲", text_zh="手机13800138000")
    assert notice.entries.count() == 0
    assert "13800138000" in page.content.decode()
    assert 'href="#add_entry_text_zh"' in page.content.decode()
    assert "act/drop_entry/" not in page.content.decode()
    act("add_entry", name_zh="甲", text_zh="一等奖")
    act("post")
    notice.refresh_from_db()
    assert notice.state == "OPEN"
    page = act("post").content.decode()
    assert notice.number in page
    assert "error-summary" in page
