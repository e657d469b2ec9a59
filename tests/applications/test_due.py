"""Sweeps: what they find, and that a second one finds nothing."""

import os

import pytest

from applications.due import sweep_deadlines, sweep_uploading
from applications.models import Case, Clock, MaterialFile
from applications.services import recompute, renew_draft
from applications.services.drafts import delete_expired_drafts, deleted_on
from jobs import services as jobs
from jobs.models import Job
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
    for at, deleted in (("2026-12-17 23:59", 0), ("2026-12-18 00:01", 1), ("2026-12-18 00:02", 0)):
        with django_capture_on_commit_callbacks(execute=True):
            assert delete_expired_drafts(moment(at)) == deleted
        assert str(deleted_on(draft.expires_on)) == "2026-12-18"
    assert not Case.objects.filter(pk=draft.pk).exists()
    assert Case.objects.exclude(state="DRAFT").count() == 1
    assert [file.storage.exists(file.name) for file in files] == [False, False]


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
