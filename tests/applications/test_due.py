"""Sweeps: what they find, and that a second one finds nothing."""

import os
from datetime import timedelta

import pytest
import yaml

from accounts.models import User
from applications.due import sweep_deadlines, sweep_uploading
from applications.models import Case, Clock, MaterialFile
from applications.services import recompute, renew_draft
from applications.services.drafts import delete_expired_drafts, deleted_on, sweep_draft_warnings
from jobs import services as jobs
from jobs.models import Job
from notifications.models import Message, MessageTemplate
from regions.models import CalendarDay
from regions.services import save_day
from tests import cast
from tests.cast import moment

NOW = moment("2026-09-18 10:00")
ALL = ("id", "degree", "works", "form", "photo")


@pytest.mark.django_db
def test_what_a_killed_process_left_of_an_upload_goes_after_a_day(settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    old, new = tmp_path / "old.upload", tmp_path / "new.upload"
    for path, at in ((old, "2026-09-17 09:59"), (new, "2026-09-18 09:59")):
        path.write_bytes(b"part")
        os.utime(path, (moment(at).timestamp(),) * 2)
    assert [sweep_uploading(NOW), sweep_uploading(NOW)] == [1, 0]
    assert [path.exists() for path in (old, new)] == [False, True]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at", "jobs"),
    [
        ("2026-09-24 23:59", 0),  # the last day itself
        ("2026-09-25 00:00", 1),  # the day after, a holiday
        ("2026-09-26 12:00", 1),
    ],
)
def test_a_clock_has_run_out_from_the_day_after_its_last_one(world, applicant, at, jobs):
    draft = cast.make_draft(world, applicant, "id", "degree", "works", "form", "photo", now=NOW)
    cast.submit(draft, applicant, NOW)
    assert str(Clock.objects.get(kind="ACCEPT").due_on) == "2026-09-24"
    assert [sweep_deadlines(moment(at)), sweep_deadlines(moment(at))] == [jobs, 0]
    assert Job.objects.filter(kind="applications.deem_accepted").count() == jobs


@pytest.mark.django_db
def test_days_of_grace_count_as_working_days(world, applicant):
    draft = cast.make_draft(world, applicant, "id", "degree", "works", "form", "photo", now=NOW)
    cast.submit(draft, applicant, NOW)
    Clock.objects.filter(kind="ACCEPT").update(grace_days=1)
    assert sweep_deadlines(moment("2026-09-28 12:00")) == 0
    assert sweep_deadlines(moment("2026-09-29 00:10")) == 1


# --- drafts that nobody came back to ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_expired_draft_goes_with_its_files_after_the_days_of_grace(
    world, applicant, stranger, settings, django_capture_on_commit_callbacks
):
    settings.EXPIRED_DRAFT_DAYS = 30
    draft = cast.make_draft(world, applicant, "id", "degree", now=NOW)
    cast.submit(cast.make_draft(world, stranger, *ALL, now=NOW), stranger, NOW)
    assert str(draft.expires_on) == "2026-11-17"
    files = [kept.file for kept in MaterialFile.objects.filter(material__case=draft)]
    jobs.run_due(moment("2026-12-15 00:01"))
    for at, deleted in (("2026-12-17 23:59", 0), ("2026-12-18 00:01", 1), ("2026-12-18 00:02", 0)):
        with django_capture_on_commit_callbacks(execute=True):
            assert delete_expired_drafts(moment(at)) == deleted
        assert str(deleted_on(draft.expires_on)) == "2026-12-18"
    assert not Case.objects.filter(pk=draft.pk).exists()
    assert Case.objects.exclude(state="DRAFT").count() == 1
    assert [file.storage.exists(file.name) for file in files] == [False, False]


def warned_of(draft) -> list[Message]:
    return list(Message.objects.filter(event="draft_ending", key__startswith=f"draft_ending:{draft.pk}:"))


@pytest.fixture
def draft_wording(db, settings):
    """The wording that every province has of it."""
    path = settings.BASE_DIR / "provinces" / "common" / "messages.yaml"
    text = yaml.safe_load(path.read_text(encoding="utf-8"))["draft_ending"]
    words = {f"{part}_{language}": text[part][language] for part in ("title", "body", "sms") for language in text[part]}
    MessageTemplate.objects.create(event="draft_ending", channels=text["channels"], **words)


@pytest.mark.django_db
@pytest.mark.usefixtures("draft_wording")
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", ("草稿将被删除：高层次人才分类认定", "2026年12月18日")),
        ("en", ("Your draft will be deleted", "18 December 2026")),
    ],
)
def test_its_applicant_is_told_once_three_days_before(client, world, applicant, settings, language, words):
    settings.EXPIRED_DRAFT_DAYS, settings.DRAFT_WARNING_DAYS = 30, 3
    User.objects.filter(pk=applicant.pk).update(language=language)
    draft = cast.make_draft(world, applicant, "id", now=NOW)
    for at, told in (
        ("2026-12-14 23:59", 0),
        ("2026-12-15 00:01", 1),
        ("2026-12-15 00:02", 1),
        ("2026-12-17 12:00", 1),
    ):
        jobs.run_due(moment(at))
        assert len(warned_of(draft)) == told, at
    [message] = warned_of(draft)
    assert message.recipient == applicant
    assert all(part in f"{message.title} {message.body}" for part in words)
    client.force_login(applicant)
    assert client.get(message.path).status_code == 200
    jobs.run_due(moment("2026-12-18 00:01"))
    assert not Case.objects.filter(pk=draft.pk).exists()


@pytest.mark.django_db
def test_of_a_renewed_draft_nothing_is_told_until_it_ends_again(world, applicant):
    draft = cast.make_draft(world, applicant, "id", now=NOW)
    assert sweep_draft_warnings(moment("2026-12-15 10:00")) == 1
    draft = renew_draft(case=draft, actor=applicant, now=moment("2026-12-15 10:01"))  # between sweep and job
    jobs.run_due(moment("2026-12-15 10:02"))
    assert warned_of(draft) == []
    assert Job.objects.get(kind="applications.warn_of_deletion").done_at
    last = deleted_on(draft.expires_on)
    jobs.run_due(moment(f"{last - timedelta(days=3)} 10:00"))
    assert [message.recipient for message in warned_of(draft)] == [applicant]


@pytest.mark.django_db
def test_after_an_outage_a_draft_waits_until_its_applicant_was_told(world, applicant):
    draft = cast.make_draft(world, applicant, "id", now=NOW)
    for at in ("2027-01-10 10:00", "2027-01-12 23:00", "2027-01-13 00:10"):
        assert Case.objects.filter(pk=draft.pk).exists()
        jobs.run_due(moment(at))
    [message] = warned_of(draft)
    assert str(message.created_at.date()) == "2027-01-10"
    assert not Case.objects.filter(pk=draft.pk).exists()


@pytest.mark.django_db
def test_a_renewed_draft_stays(world, applicant):
    draft = cast.make_draft(world, applicant, "id", now=NOW)
    renew_draft(case=draft, actor=applicant, now=moment("2026-12-10 10:00"))
    assert delete_expired_drafts(moment("2026-12-31 10:00")) == 0


# --- a change of the calendar ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_change_of_the_calendar_is_followed_in_chunks_of_cases(world, monkeypatch, administrator):
    monkeypatch.setattr(recompute, "CHUNK", 2)
    cases = []
    for n, number in enumerate(("990102199511300039", "99010119900307004X", "99010119900307012X")):
        someone = cast.make_person(f"more{n}@example.org", "张三", number)
        cases.append(
            cast.submit(
                cast.make_draft(world, someone, *["id", "degree", "works", "form", "photo"], now=NOW), someone, NOW
            )
        )
    for day in ("2026-09-22", "2026-09-23"):  # two changes at the same moment count both
        row = CalendarDay(region=world.county, date=cast.day(day), kind="LOCAL_HOLIDAY", name="火把节")
        save_day(day=row, actor=administrator, now=NOW)
    jobs.run_due(NOW)
    found = Job.objects.filter(kind="applications.recompute_clocks")
    assert found.filter(done_at__isnull=True).count() == 0
    chunks = [(job.payload["first"], job.payload["last"]) for job in found.order_by("id")]
    assert chunks == [(cases[0].pk, cases[1].pk), (cases[2].pk, cases[2].pk)] * 3  # and the sweep that imported 2028
    assert {str(day) for day in Clock.objects.values_list("due_on", flat=True)} == {"2026-09-29"}
