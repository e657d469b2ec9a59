"""Sweeps: what they find, and that a second one finds nothing."""

import os

import pytest

from applications.due import sweep_deadlines, sweep_uploading
from applications.models import Clock
from jobs.models import Job
from tests import cast
from tests.cast import moment

NOW = moment("2026-09-18 10:00")


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
