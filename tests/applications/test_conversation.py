"""Messages between applicant and office, notes of the office, ready phrases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.urls import reverse
from django.utils import translation

from accounts.models import Organization, StaffPost
from applications import conversation
from applications.models import CaseMessage, Phrase
from applications.office import Wish, queue_page
from applications.services import conversation as talk
from applications.uploads import look_into
from notifications.models import Message, Reminder
from talentportal.lib.refusals import Refused
from tests import cast
from tests.applications import samples
from tests.cast import day, moment

pytestmark = pytest.mark.django_db
NOW = moment("2026-09-18 10:00")


@pytest.fixture(autouse=True)
def _english(_chinese):
    """Ask for the English pages, whose words are the ids of the messages."""
    translation.activate("en")


@pytest.fixture
def case(world, applicant):
    draft = cast.make_draft(world, applicant, "id", "degree", "works", "form", "photo", now=NOW)
    return cast.submit(draft, applicant, NOW)


def say(case, actor, text="你好", **more):
    return talk.send_message(case=case, actor=actor, now=more.pop("now", NOW), text=text, **more)


def status(client, address):
    answer = client.get(address)
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer.status_code


def told(user, *events):
    return list(Message.objects.filter(recipient=user, event__in=events).values_list("event", flat=True))


# --- messages ---------------------------------------------------------------------------------------------------------


def test_each_side_is_told_and_answering_is_reading(case, applicant, clerk):
    asked = say(case, applicant, "照片要白底的吗？")
    assert (asked.is_from_office, asked.read_at) == (False, None)
    assert told(clerk, "applicant_wrote") == ["applicant_wrote"]
    later = NOW + timedelta(hours=1)
    answer = say(case, clerk, "都行。", now=later)
    asked.refresh_from_db()
    assert (answer.is_from_office, asked.read_at) == (True, later)
    assert told(applicant, "office_wrote") == ["office_wrote"]
    assert Message.objects.get(event="office_wrote").path == f"/me/applications/{case.case_no}/messages/"


def test_a_message_moves_nothing(case, applicant, clerk):
    before = (case.state, case.version, case.due_on, case.events.count())
    say(case, applicant)
    say(case, clerk, reply_by=day("2026-09-24"))
    case.refresh_from_db()
    assert (case.state, case.version, case.due_on, case.events.count()) == before


def test_an_awaited_answer_has_reminders_until_it_comes(case, applicant, clerk):
    question = say(case, clerk, "单位全称是什么？", reply_by=day("2026-09-24"))
    waiting = Reminder.objects.filter(subject=f"message:{question.pk}", cancelled_at=None)
    assert [reminder.due_at for reminder in waiting.order_by("due_at")] == [
        moment("2026-09-23 09:00"),
        moment("2026-09-24 09:00"),
    ]
    assert list(conversation.awaited_of(applicant)) == [question]
    later = NOW + timedelta(hours=2)
    say(case, applicant, "云岭示例科技有限公司", now=later)
    question.refresh_from_db()
    assert question.answered_at == later
    assert not waiting.exists()
    assert not conversation.awaited_of(applicant).exists()


def test_the_office_can_stop_waiting(case, applicant, clerk):
    question = say(case, clerk, reply_by=day("2026-09-24"))
    for moment_ in (NOW, NOW + timedelta(hours=1)):  # the second time changes nothing
        question = talk.withdraw_question(message=question, actor=clerk, now=moment_)
    assert question.answered_at == NOW
    with pytest.raises(Refused):
        talk.withdraw_question(message=question, actor=applicant, now=NOW)


@pytest.mark.parametrize(
    ("who", "reply_by", "reason"),
    [
        ("clerk", "2026-09-18", "Choose a day after today."),
        ("clerk", "2026-09-25", "is not a working day."),
        ("applicant", "2026-09-24", "Only the office sets a day for the answer."),
    ],
)
def test_days_that_cannot_be_awaited(case, applicant, clerk, who, reply_by, reason):
    with pytest.raises(Refused, match=reason):
        say(case, {"clerk": clerk, "applicant": applicant}[who], reply_by=day(reply_by))
    assert not CaseMessage.objects.exists()


@pytest.mark.parametrize("text", ["", "  \n", "字" * 2001])
def test_words_that_are_none_or_too_many(case, applicant, text):
    with pytest.raises(Refused):
        say(case, applicant, text)


def test_strangers_and_other_counties_say_nothing(case, stranger, other_clerk):
    for person in (stranger, other_clerk):
        with pytest.raises(Refused):
            say(case, person)
        with pytest.raises(Refused):
            talk.read_messages(case=case, actor=person, now=NOW)
    assert not CaseMessage.objects.exists()


def test_a_draft_and_an_archived_case_are_silent(world, applicant, case, clerk):
    other, _guide = cast.make_item(world.province, world.office, [world.window], serial=2)
    draft = cast.make_draft(world, applicant, now=NOW, item=other)
    with pytest.raises(Refused):
        say(draft, applicant)
    type(case).objects.filter(pk=case.pk).update(
        state="ARCHIVED", close_type="WITHDRAWN", closed_at=NOW, due_on=None, due_wd=None
    )
    with pytest.raises(Refused):
        say(case, clerk)


def test_the_same_words_twice_in_a_minute_are_one_message(case, applicant):
    first = say(case, applicant)
    assert say(case, applicant, now=NOW + timedelta(seconds=40)) == first
    assert say(case, applicant, now=NOW + timedelta(minutes=5)) != first
    assert CaseMessage.objects.count() == 2


def test_the_same_words_with_another_file_are_another_message(case, applicant):
    page = samples.make_pdf()  # made once: a second one bears another moment
    first, again = (
        say(case, applicant, files=[look_into(SimpleUploadedFile("一.pdf", page, "application/pdf"))])
        for _n in range(2)
    )
    assert again == first
    second = say(case, applicant, files=[look_into(samples.png())])
    assert (second != first, first.files.count(), second.files.count()) == (True, 1, 1)


def test_nobody_floods_an_office(case, applicant):
    for number in range(talk.MOST_A_DAY):
        say(case, applicant, f"第{number}次")
    with pytest.raises(Refused):
        say(case, applicant, "再来一次")
    assert say(case, applicant, "第二天", now=NOW + timedelta(days=1, minutes=1))


def test_messages_are_never_deleted(case, applicant):
    message = say(case, applicant)
    with pytest.raises(Exception, match=r"never_deleted|Cannot delete"):
        message.delete()


def test_reading_is_noted_once(case, applicant, clerk):
    say(case, clerk)
    assert talk.read_messages(case=case, actor=applicant, now=NOW) == 1
    assert talk.read_messages(case=case, actor=applicant, now=NOW + timedelta(hours=1)) == 0
    assert CaseMessage.objects.get().read_at == NOW


def test_the_queue_counts_what_the_office_has_not_read(case, applicant, clerk):
    say(case, applicant, "一")
    say(case, applicant, "二")
    assert [row.unread for row in queue_page(clerk, Wish("accept"), NOW).rows] == [2]
    talk.read_messages(case=case, actor=clerk, now=NOW)
    assert [row.unread for row in queue_page(clerk, Wish("accept"), NOW).rows] == [0]


def test_files_come_along_and_are_scanned(case, applicant, run_due):
    enclosed = look_into(samples.pdf("证明.pdf"))
    message = say(case, applicant, files=[enclosed])
    kept = message.files.get()
    assert (kept.name, kept.kind, kept.scan_state) == ("证明.pdf", "pdf", "PENDING")
    run_due(NOW)
    kept.refresh_from_db()
    assert kept.scan_state == "NOT_SCANNED"  # no scanner here


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_two_messages(case, applicant, clerk):
    def write(who):
        try:
            return say(case, who, f"{who.name}写的").pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        written = set(pool.map(write, (applicant, clerk)))
    assert set(CaseMessage.objects.values_list("pk", flat=True)) == written
    assert len(written) == 2


# --- notes ------------------------------------------------------------------------------------------------------------


def test_notes_stay_in_the_office(case, applicant, clerk, examiner, client_of, at):
    at("2026-09-18 10:00")
    talk.write_note(case=case, actor=clerk, now=NOW, text="电话里说下周补证")
    talk.write_note(case=case, actor=clerk, now=NOW, text="电话里说下周补证")  # a second click
    assert case.notes.count() == 1
    with pytest.raises(Refused):
        talk.write_note(case=case, actor=applicant, now=NOW, text="我也写")
    theirs = client_of(applicant)
    for name in ("me:case", "me:messages"):
        assert "电话里说下周补证" not in theirs.get(reverse(name, args=[case.case_no])).content.decode()
    page = reverse("admin:applications_case_messages", args=[case.pk])
    assert "电话里说下周补证" in client_of(examiner).get(page).content.decode()
    assert not conversation.Talk(case, clerk, NOW, by_office=False).notes


# --- pages ------------------------------------------------------------------------------------------------------------


def test_the_applicant_reads_and_writes(case, applicant, clerk, client_of, at):
    at("2026-09-18 10:00")
    question = say(case, clerk, "单位全称是什么？", reply_by=day("2026-09-24"))
    client, page = client_of(applicant), reverse("me:messages", args=[case.case_no])
    assert "answer the office" in client.get(reverse("me:home")).content.decode()
    assert "Answer now" in client.get(reverse("me:case", args=[case.case_no])).content.decode()
    assert client.head(page).status_code == 200
    question.refresh_from_db()
    assert question.read_at is None  # asking for the head is not reading
    assert "单位全称是什么？" in client.get(page).content.decode()
    question.refresh_from_db()
    assert question.read_at == NOW
    answer = client.post(page, {"text": "云岭示例科技有限公司", "files": [samples.pdf(), samples.png()]})
    assert (answer.status_code, answer.url) == (302, page)
    assert [kept.kind for kept in CaseMessage.objects.get(author=applicant).files.order_by("pk")] == ["pdf", "png"]
    assert "answer the office" not in client.get(reverse("me:home")).content.decode()


@pytest.mark.parametrize("kind", ["renamed", "type", "script"])
def test_bad_files_are_not_taken_and_the_words_stay(case, applicant, client_of, at, kind):
    at("2026-09-18 10:00")
    make, words = samples.BAD_FILES[kind]
    client, page = client_of(applicant), reverse("me:messages", args=[case.case_no])
    answer = client.post(page, {"text": "写好的话", "files": [make()]}, follow=True)
    assert words in answer.content.decode()
    assert "写好的话" in answer.content.decode()
    assert not CaseMessage.objects.exists()


def test_files_of_messages_are_for_both_sides_only(
    case, applicant, stranger, clerk, other_clerk, client_of, at, run_due
):
    at("2026-09-18 10:00")
    say(case, applicant, files=[look_into(samples.pdf())])
    there = reverse("me:message_file", args=[CaseMessage.objects.get().files.get().public_id])
    assert [status(client_of(user), there) for user in (applicant, clerk)] == [
        200,
        503,
    ]  # the office waits for the scan
    run_due(NOW)
    assert [status(client_of(user), there) for user in (clerk, stranger, other_clerk)] == [200, 404, 404]
    CaseMessage.objects.get().files.update(scan_state="INFECTED")
    assert [status(client_of(user), there) for user in (applicant, clerk)] == [404, 404]


def test_the_office_writes_notes_reads_and_settles(case, applicant, clerk, client_of, at):
    at("2026-09-18 10:00")
    say(case, applicant, "请问进度")
    client, page = client_of(clerk), reverse("admin:applications_case_messages", args=[case.pk])
    assert client.post(page, {"do": "read"}).status_code == 302
    assert CaseMessage.objects.get().read_at == NOW
    client.post(page, {"do": "say", "text": "正在审核", "reply_by": "2026-09-24", "from_desk": "1"})
    question = CaseMessage.objects.get(is_from_office=True)
    assert (question.text, question.reply_by) == ("正在审核", day("2026-09-24"))
    client.post(page, {"do": "settle", "message": question.pk})
    question.refresh_from_db()
    assert question.answered_at == NOW
    client.post(page, {"do": "note", "note": "记一笔"})
    assert case.notes.get().text == "记一笔"
    wrong = client.post(page, {"do": "say", "text": "还有", "reply_by": "2026-09-25"}, follow=True)
    assert "is not a working day" in wrong.content.decode()
    assert "还有" in wrong.content.decode()
    assert client.post(page, {"do": "nothing"}).status_code == 302


def test_the_case_page_of_the_office_shows_the_talk(case, applicant, clerk, client_of, at):
    at("2026-09-18 10:00")
    say(case, applicant, "请问进度")
    found = client_of(clerk).get(reverse("admin:applications_case_change", args=[case.pk])).content.decode()
    assert "请问进度" in found
    assert "1 unread" in found


# --- phrases ----------------------------------------------------------------------------------------------------------


def phrase(world, title="补材料", **more):
    said = {"title_zh": title, "title_en": title, "text_zh": "{name}，到{window}", "text_en": "{name}: {item}, {odd}"}
    return Phrase.objects.create(organization=world.office, **said | more)


def test_phrases_are_the_own_and_those_of_the_offices_above(world, clerk, other_clerk, case):
    below = Organization.objects.create(
        name_zh="区局", name_en="District", uscc="11990000MB0000002X", region=world.county, parent=world.office,
        document_prefix="区",
    )  # fmt: skip
    StaffPost.objects.filter(user=clerk).update(organization=below)
    shared, own = phrase(world), phrase(world, "我的", owner=clerk)
    phrase(world, "别人的", owner=other_clerk)
    assert set(conversation.phrases_for(clerk, cast.today(NOW))) == {shared, own}


def test_a_phrase_is_filled_in_the_language_of_the_applicant(world, clerk, applicant, case):
    shared, talk_ = phrase(world), conversation.Talk(case, clerk, NOW, by_office=True)
    assert talk_.phrases == [(shared, "陈思远，到呈贡区人才服务窗口")]
    case.applicant.language = "en"
    assert talk_.text_of(shared) == "陈思远: Classification of high-level talents, {odd}"


def test_cures_are_ordered_by_defect(world, clerk):
    phrase(world, cures="M02")
    cures = conversation.ready_cures(clerk, cast.today(NOW))
    assert {code: words for code, words in cures.items() if words} == {"M02": ["{name}: {item}, {odd}"]}


def test_who_writes_which_phrases(world, clerk, leader, client_of, at):
    at("2026-09-18 10:00")
    add = reverse("admin:applications_phrase_add")
    said = {"title_zh": "常用", "text_zh": "好的", "order": 1, "is_shared": "on"}
    client_of(clerk).post(add, said)
    client_of(leader).post(add, said | {"title_zh": "全所"})
    assert {p.title_zh: (p.owner, p.text_en) for p in Phrase.objects.all()} == {
        "常用": (clerk, "好的"),
        "全所": (None, "好的"),
    }
    shared, own = Phrase.objects.get(owner=None), Phrase.objects.get(owner=clerk)
    change = reverse("admin:applications_phrase_change", args=[shared.pk])
    client_of(clerk).post(change, said | {"title_zh": "改掉"})
    shared.refresh_from_db()
    assert shared.title_zh == "全所"  # a clerk only reads it
    assert client_of(leader).get(reverse("admin:applications_phrase_change", args=[own.pk])).status_code == 302
