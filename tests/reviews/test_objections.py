"""Objections: in time until 23:59:59.999, for one entry alone, sealed, answered with reasons, by the website."""

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import override

from jobs import clock
from jobs import services as jobs
from notifications.models import Message, MessageTemplate
from reviews.models import Objection, ObjectionReveal, Publicity
from reviews.services import objections, publicity
from talentportal.lib.refusals import Refused
from tests import cast
from tests.applications import life
from tests.cast import day, moment
from tests.reviews.notices import OBJECTION, posted, refused

pytestmark = pytest.mark.django_db
POSTED, LAST = moment("2026-09-29 10:00"), moment("2026-10-12 23:50")


@pytest.fixture
def notice(world, examiner):
    return posted(world, examiner, POSTED, entries=2)


def received(notice, now=LAST) -> Objection:
    return objections.object_to(entry=notice.entries.first(), now=now, **OBJECTION)


def test_the_last_day_counts_to_its_end(notice):
    objection = received(notice, LAST)
    assert (objection.state, objection.take_up_by) == ("RECEIVED", day("2026-10-14"))
    received(notice, moment("2026-10-12 23:59") + dt.timedelta(seconds=59, milliseconds=999))
    who = {"entry": notice.entries.first(), **OBJECTION}
    assert "has ended" in refused(objections.object_to, now=moment("2026-10-13 00:00"), **who)


def test_it_blocks_its_own_entry_alone(world, examiner, applicant, stranger, clerk):
    mine, theirs = life.examining(world, applicant, clerk), life.examining(world, stranger, clerk)
    both = publicity.make_publicity(
        organization=world.office, title_zh="公示", title_en="Notice", actor=examiner, now=POSTED
    )
    for case in (mine, theirs):
        publicity.add_entry(publicity=both, actor=examiner, now=POSTED, case=case)
    publicity.post(publicity=both, actor=examiner, now=POSTED)
    objections.object_to(entry=both.entries.get(case=mine), now=LAST, **OBJECTION)
    with transaction.atomic():
        assert publicity.award_obstacles(mine, now=moment("2026-10-13 09:00"))
        assert publicity.award_obstacles(theirs, now=moment("2026-10-13 09:00")) == []


def test_name_contact_and_facts_are_needed_and_all_are_told(notice):
    who = {"entry": notice.entries.first(), "name": " ", "contact": "", "text": ""}
    said = refused(objections.object_to, now=LAST, **who)
    assert all(word in said for word in ("real name", "telephone", "object to"))


def test_an_interrupted_or_struck_entry_takes_none(notice, examiner):
    publicity.strike(entry=notice.entries.first(), actor=examiner, now=POSTED)
    assert "not shown" in refused(objections.object_to, entry=notice.entries.first(), now=LAST, **OBJECTION)
    publicity.interrupt(publicity=notice, actor=examiner, now=moment("2026-10-09 09:00"), reason="x")
    assert "interrupted" in refused(objections.object_to, entry=notice.entries.last(), now=LAST, **OBJECTION)


def test_upheld_strikes_the_entry_and_the_office_hears_of_each_step(notice, examiner, leader):
    objection = received(notice)
    objection = objections.take_up(objection=objection, actor=examiner, now=moment("2026-10-13 09:00"))
    assert (objection.handler, objection.answer_by) == (examiner, day("2026-11-03"))
    objections.answer_objection(
        objection=objection, actor=leader, now=moment("2026-10-20 09:00"), outcome="UPHELD", answer="经查属实"
    )
    assert [one.state for one in notice.entries.all()] == ["STRUCK", "SHOWN"]
    heard = Message.objects.filter(recipient=leader).values_list("event", flat=True)
    assert set(heard) == {"objection_received", "objection_answered"}
    assert not Message.objects.filter(body__contains=OBJECTION["name"]).exists()


def test_wrong_state_wrong_person_twice(notice, examiner, clerk):
    objection = received(notice)
    who = {"objection": objection, "actor": examiner, "now": LAST}
    answer = {"outcome": "REJECTED", "answer": "查无此事"}
    assert "received" in refused(objections.answer_objection, **who, **answer)  # not investigated yet
    assert "not in charge" in refused(objections.take_up, objection=objection, actor=clerk, now=LAST)
    objections.take_up(**who)
    assert "being investigated" in refused(objections.take_up, **who)
    assert "reasons" in refused(objections.answer_objection, **who, outcome="REJECTED", answer=" ")
    assert "Choose" in refused(objections.answer_objection, **who, outcome="RECEIVED", answer="x")
    objections.answer_objection(**who, **answer)
    assert "rejected" in refused(objections.answer_objection, **who, **answer)


def test_not_taken_up_at_once_with_reasons(notice, examiner):
    objection = received(notice)
    objections.answer_objection(objection=objection, actor=examiner, now=LAST, outcome="NOT_TAKEN", answer="匿名材料")
    objection.refresh_from_db()
    assert (objection.state, objection.answered_by) == ("NOT_TAKEN", examiner)


def test_the_applicant_never_handles_objections_to_the_own_entry(world, examiner, applicant, clerk, leader):
    case = life.examining(world, applicant, clerk)
    notice = posted(world, examiner, POSTED, case=case)
    applicant.is_superuser = True
    said = refused(objections.take_up, objection=received(notice), actor=applicant, now=LAST)
    assert "not in charge" in said


def test_the_office_is_reminded_once_for_each_day_that_comes(notice, examiner):
    objection = received(notice, moment("2026-10-08 09:00"))
    assert objections.remind_of_objections(moment("2026-10-09 23:00")) == 0
    assert objections.remind_of_objections(moment("2026-10-10 09:00")) == 1
    assert objections.remind_of_objections(moment("2026-10-10 09:01")) == 0
    objections.take_up(objection=objection, actor=examiner, now=moment("2026-10-10 10:00"))
    assert objections.remind_of_objections(moment("2026-10-30 09:00")) == 1


def test_who_objected_is_sealed_and_each_look_is_kept(notice, examiner, clerk):
    objection = received(notice)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, contact FROM reviews_objection")
        assert OBJECTION["name"].encode() not in b"".join(bytes(value) for value in cursor.fetchone())
    look = {"objection": objection, "now": LAST}
    assert "reason" in refused(objections.reveal_objector, actor=examiner, reason=" ", **look)
    assert "not in charge" in refused(objections.reveal_objector, actor=clerk, reason="x", **look)
    assert not ObjectionReveal.objects.exists()
    assert objections.reveal_objector(actor=examiner, reason="核实", **look) == (
        OBJECTION["name"],
        OBJECTION["contact"],
    )
    assert ObjectionReveal.objects.get().by == examiner


def test_who_left_an_address_is_written_to_and_the_letter_tells_no_secrets(notice, examiner, mailoutbox):
    for event in ("objection_receipt", "objection_outcome"):
        MessageTemplate.objects.create(event=event, title_zh="{code}", title_en="{code}", body_zh="{publicity}")
    objection = received(notice)
    objections.object_to(entry=notice.entries.last(), now=LAST, **OBJECTION | {"contact": "0871-63112233"})
    answer = {"outcome": "NOT_TAKEN", "answer": "没有事实"}
    objections.answer_objection(objection=objection, actor=examiner, now=LAST, **answer)
    jobs.drain(now=LAST)
    assert [mail.to for mail in mailoutbox] == [[OBJECTION["contact"]]] * 2
    words = " ".join(mail.body for mail in mailoutbox)
    assert f"/publicity/objection/?number={objection.code}" in words
    assert OBJECTION["text"] not in words
    assert OBJECTION["name"] not in words


# --- by the website


@pytest.fixture
def open_now(world, examiner):
    """A publicity that runs at the real time of the test."""
    return posted(world, examiner, clock.now(), entries=2)


def fill(notice, **others):
    return {"entry": notice.entries.first().pk, **OBJECTION} | others


def test_anybody_objects_on_the_page_and_gets_a_number(client, open_now, settings):
    page = client.get(reverse("publicity:detail", args=[open_now.number])).content.decode()
    assert "示例单位1" in page
    assert 'enctype="multipart/form-data"' in page
    evidence = SimpleUploadedFile("证据.pdf", cast.PDF, "application/pdf")
    answer = client.post(
        reverse("publicity:detail", args=[open_now.number]), fill(open_now, evidence=evidence), follow=True
    )
    objection, said = Objection.objects.get(), answer.content.decode()
    assert objection.code in said
    assert not [word for word in (OBJECTION["name"], OBJECTION["contact"], OBJECTION["text"]) if word in said]
    assert objection.evidence_name == "证据.pdf"
    assert "证据" not in objection.evidence.name
    jobs.run_due(clock.now())
    objection.refresh_from_db()
    assert objection.evidence_scan == "NOT_SCANNED"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"contact": "call me"}, "contact"),
        ({"text": ""}, "text"),
        ({"text": "有人不服"}, "text"),
        ({"entry": "999999"}, "entry"),
        ({"evidence": SimpleUploadedFile("x.pdf", b"MZ no pdf", "application/pdf")}, "evidence"),
    ],
)
def test_a_faulty_form_keeps_nothing_and_names_the_field(client, open_now, wrong, field):
    answer = client.post(reverse("publicity:detail", args=[open_now.number]), fill(open_now, **wrong))
    assert answer.status_code == 422
    assert not Objection.objects.exists()
    assert f'href="#id_{field}"' in answer.content.decode()


def test_a_file_that_is_too_large_takes_nothing_with_it(client, open_now, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    evidence = SimpleUploadedFile("x.pdf", cast.PDF + b"x" * 2000, "application/pdf")
    address = reverse("publicity:detail", args=[open_now.number])
    answer = client.post(address, fill(open_now) | {"evidence": evidence})
    page = answer.content.decode()
    assert (answer.status_code, Objection.objects.count()) == (422, 0)
    assert f'value="{OBJECTION["name"]}"' in page
    assert 'href="#id_name"' not in page


def test_an_entry_of_another_publicity_cannot_be_named(client, open_now, world, examiner):
    other = posted(world, examiner, clock.now())
    answer = client.post(reverse("publicity:detail", args=[open_now.number]), fill(other))
    assert answer.status_code == 422
    assert not Objection.objects.exists()


def test_pages_of_every_state(client, world, examiner, open_now):
    Publicity.objects.filter(pk=open_now.pk).update(state="DRAFT")
    address = reverse("publicity:detail", args=[open_now.number])
    assert client.get(address).status_code == 404
    assert open_now.number not in client.get(reverse("publicity:list")).content.decode()
    Publicity.objects.filter(pk=open_now.pk).update(state="ENDED", ends_on=day("2020-01-01"))
    page = client.get(address).content.decode()
    assert "示例单位1" in page
    assert "multipart" not in page
    assert client.post(address, fill(open_now)).status_code == 422
    Publicity.objects.filter(pk=open_now.pk).update(state="REMOVED")
    gone = client.get(address)
    assert gone.status_code == 410
    assert "示例单位1" not in gone.content.decode()
    assert client.get(reverse("publicity:detail", args=["no-such"])).status_code == 404


def test_an_interrupted_page_shows_the_reason_and_no_names(client, examiner, open_now):
    publicity.interrupt(publicity=open_now, actor=examiner, now=clock.now(), reason="系统升级")
    page = client.get(reverse("publicity:detail", args=[open_now.number])).content.decode()
    assert "系统升级" in page
    assert "示例单位1" not in page
    assert "multipart" not in page


def test_an_unknown_number_tells_nothing(client, open_now):
    received(open_now, clock.now())
    page = client.get(reverse("publicity:objection"), {"number": "ABCDEFGH23"}).content.decode()
    assert open_now.title_zh not in page
    assert 'role="alert"' in page


def test_the_office_sees_the_name_only_after_a_reason(client, open_now, examiner):
    objection = received(open_now, clock.now())
    client.force_login(examiner)
    page = client.get(reverse("admin:reviews_objection_change", args=[objection.pk])).content.decode()
    assert OBJECTION["text"] in page
    assert OBJECTION["name"] not in page
    address = reverse("admin:reviews_objection_reveal", args=[objection.pk])
    assert OBJECTION["name"] not in client.post(address, {"reason": ""}).content.decode()
    answer = client.post(address, {"reason": "核实线索"})
    assert OBJECTION["name"] in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    client.post(reverse("admin:reviews_objection_act", args=[objection.pk, "take_up"]))
    client.post(
        reverse("admin:reviews_objection_act", args=[objection.pk, "answer"]),
        {"outcome": "REJECTED", "answer": "查无此事"},
    )
    objection.refresh_from_db()
    assert objection.state == "REJECTED"


# --- two at once


@pytest.mark.django_db(transaction=True)
def test_an_award_sees_the_objection_that_arrives_at_the_same_moment(world, examiner, applicant, clerk):
    case = life.examining(world, applicant, clerk)
    notice = posted(world, examiner, POSTED, case=case)
    entry, late, after = notice.entries.get(), LAST, moment("2026-10-13 00:00")
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            objections.object_to(entry=entry, now=late, **OBJECTION)  # written, not committed yet
            award = pool.submit(obstacles_elsewhere, case, after)
            with pytest.raises(TimeoutError):
                award.result(timeout=0.7)  # it waits for the lock instead of missing the objection
        assert re.search("1", award.result(timeout=10)[0])


def obstacles_elsewhere(case, now) -> list[str]:
    try:
        with transaction.atomic(), override("en"):
            return [str(reason) for reason in publicity.award_obstacles(case, now=now)]
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_two_who_take_up_at_once_one_handles_it(world, examiner, leader):
    objection = received(posted(world, examiner, POSTED))

    def take(actor):
        try:
            return objections.take_up(objection=objection, actor=actor, now=LAST).handler
        except Refused:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        handlers = list(pool.map(take, (examiner, leader)))
    assert handlers.count(None) == 1
