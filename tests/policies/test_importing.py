"""Folders of documents: good ones, wrong ones, unknown ones; read twice, by two at once, killed in the middle."""

import csv
import datetime as dt
import hashlib
import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from jobs.models import Job
from policies import services
from policies.models import Clause, Follow, Policy, PolicyVersion, SearchEntry, VersionEvent
from policies.states import VersionState
from policies.text.importing import UnreadableFolder, import_folder
from tests import cast
from tests.cast import moment
from tests.jobs.conftest import environment
from tests.policies.documents import COLUMNS, MORE_COLUMNS, law, make_folder, row

NOW = moment("2026-09-18 10:00")
pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "documents"


def run(folder, rows, texts=None):
    return import_folder(make_folder(folder, rows, texts, MORE_COLUMNS), now=NOW)


def rows_of(*fields) -> list[tuple]:
    return list(PolicyVersion.objects.order_by("source_id").values_list(*fields))


def failures(report) -> list[tuple[int, str]]:
    return [(line, reason) for line, _id, reason in sorted(report.errors)]


# --- Good folders ----------------------------------------------------------------------------------------------------


def test_a_document_is_public_at_once(folder):
    report = run(folder, [row("P1", doc_number="浙人发〔2023〕5号", index_number="000/2023", theme="人才")])
    assert (report.counts, report.errors, report.remarks) == ({"new policies": 1}, [], [])
    version = PolicyVersion.objects.get()
    assert (version.source_id, version.title_zh, version.document_no, version.state, version.published_at) == (
        "P1", "示例省人才条例", "浙人发〔2023〕5号", "PUBLISHED", NOW,
    )  # fmt: skip
    assert (version.region_code, version.level, version.topics) == ("330000", "province", ["talent", "housing"])
    assert (version.published_on, version.effective_on, version.label) == (
        dt.date(2023, 5, 6), dt.date(2023, 6, 1), "2023-05-06",
    )  # fmt: skip
    assert version.source_hash == hashlib.sha256((folder / "text/P1.md").read_bytes()).hexdigest()
    assert list(version.clauses.values_list("anchor", flat=True)) == ["h1", "a1", "a2", "h2", "a3"]
    assert list(version.events.values_list("verb", "date", "actor")) == [
        ("history", dt.date(2019, 1, 8), None),
        ("history", dt.date(2023, 5, 6), None),
        ("import", None, None),
    ]
    assert SearchEntry.objects.filter(version=version).exists()
    assert version.policy.slug.startswith("slsrctl-")


def test_history_csv_is_taken_before_the_head_of_the_text(folder):
    make_folder(folder, [row("P1"), row("P2", "另一个条例")])
    (folder / "history.csv").write_text(
        "policy_id,date,event\nP1,2019-01-08,通过\nP1,2019-13-08,错\nP1,2020-01-01,\n", encoding="utf-8"
    )
    report = import_folder(folder, now=NOW)
    assert [line for line, _id, _reason in report.remarks] == [3, 4]
    events = VersionEvent.objects.filter(verb="history").order_by("version__source_id", "id")
    assert list(events.values_list("version__source_id", "note")) == [
        ("P1", "通过"),
        ("P2", "2019年1月8日 省人民代表大会常务委员会第一次会议通过"),
        ("P2", "2023年5月6日 省人民代表大会常务委员会第九次会议修订"),
    ]


def test_a_second_run_changes_nothing(folder):
    rows = [row("P1"), row("P2", "另一个条例", status="expired"), row("P3", "第三个条例", status="repealed")]
    run(folder, rows)
    before = rows_of("id", "state", "expires_on", "repealed_on"), VersionEvent.objects.count()
    assert run(folder, rows).counts == {"unchanged": 3}
    assert (rows_of("id", "state", "expires_on", "repealed_on"), VersionEvent.objects.count()) == before


def test_documents_of_one_title_are_versions_of_one_policy_whatever_their_order(folder):
    rows = [
        row("P3", published_on="2023-05-06"),
        row("P1", published_on="2005-01-01", status="superseded"),
        row("P4", "另一个条例"),
        row("P2", "示例省人才条例（2015修正）", published_on="2015-01-01", status="superseded"),
    ]
    report = run(folder, rows)
    assert report.counts == {"new policies": 2, "new versions": 2}
    assert rows_of("source_id", "number", "label", "state") == [
        ("P1", 1, "2005-01-01", "SUPERSEDED"),
        ("P2", 2, "2015-01-01", "SUPERSEDED"),
        ("P3", 3, "2023-05-06", "PUBLISHED"),
        ("P4", 1, "2023-05-06", "PUBLISHED"),
    ]
    assert Policy.objects.count() == 2


def test_older_and_newer_versions_come_with_later_files(folder, tmp_path):
    run(folder, [row("P2", published_on="2015-01-01")])
    run(tmp_path / "b", [row("P1", published_on="2005-01-01", status="superseded")])
    run(tmp_path / "c", [row("P4", published_on="2023-05-06")])
    report = run(tmp_path / "d", [row("P3", published_on="2020-01-01")])
    assert [reason for *_, reason in report.remarks] == ["a later version is in force: taken as superseded"]
    assert rows_of("source_id", "number", "state") == [
        ("P1", 1, "SUPERSEDED"),
        ("P2", 2, "SUPERSEDED"),
        ("P3", 3, "SUPERSEDED"),
        ("P4", 4, "PUBLISHED"),
    ]
    assert Policy.objects.count() == 1


def test_two_documents_that_the_file_calls_current_are_two_policies(folder):
    rows = [row("P1", published_on="2015-01-01"), row("P2", published_on="2023-05-06")]
    for _twice in range(2):
        report = run(folder, rows)
        assert [line for line, _id, _reason in report.remarks] == [2]
        assert rows_of("source_id", "number", "state") == [("P1", 1, "PUBLISHED"), ("P2", 1, "PUBLISHED")]
    assert Policy.objects.count() == 2


def test_a_text_that_changed_is_a_new_version(folder, applicant):
    run(folder, [row("P1")])
    old = PolicyVersion.objects.get()
    Follow.objects.create(user=applicant, policy=old.policy, since=NOW)
    report = run(folder, [row("P1")], {"P1": law("示例省人才条例", 20)})
    assert report.counts == {"new versions": 1}
    new = PolicyVersion.objects.get(source_id="P1")
    old.refresh_from_db()
    assert (old.source_id, old.state, old.number) == (f"P1@{old.pk}", VersionState.SUPERSEDED, 1)
    assert (new.state, new.number, new.label, new.policy) == ("PUBLISHED", 2, "2023-05-06 (2)", old.policy)
    assert ["10万元" in old.clauses.get(anchor="a2").text_zh, "20万元" in new.clauses.get(anchor="a2").text_zh] == [
        True
    ] * 2
    assert list(Job.objects.filter(kind="policies.tell_followers").values_list("key", flat=True)) == [str(new.pk)]
    assert run(folder, [row("P1")], {"P1": law("示例省人才条例", 20)}).counts == {"unchanged": 1}
    assert run(folder, [row("P1")], {"P1": law("示例省人才条例", 10)}).counts == {"new versions": 1}
    assert sorted(PolicyVersion.objects.values_list("number", "state")) == [
        (1, "SUPERSEDED"), (2, "SUPERSEDED"), (3, "PUBLISHED"),
    ]  # fmt: skip


def test_a_text_without_a_change_follows_its_status(folder):
    rows = [row("P1"), row("P2", "另一个条例"), row("P3", "第三个条例"), row("P4", "第四个条例")]
    run(folder, rows)
    changes = [{"status": "superseded"}, {"status": "废止", "repealed_on": "2026-01-01"}, {"status": "失效"}]
    changes.append({"expires_on": "2030-01-01"})
    later = [one | change for one, change in zip(rows, changes, strict=True)]
    assert run(folder, later).counts == {"status changed": 4}
    assert rows_of("source_id", "state", "repealed_on", "expires_on") == [
        ("P1", "SUPERSEDED", None, None),
        ("P2", "REPEALED", dt.date(2026, 1, 1), None),
        ("P3", "PUBLISHED", None, dt.date(2026, 9, 18)),
        ("P4", "PUBLISHED", None, dt.date(2030, 1, 1)),
    ]
    assert run(folder, later).counts == {"unchanged": 4}


def test_other_facts_of_what_was_published_are_never_edited(folder):
    run(folder, [row("P1")])
    report = run(folder, [row("P1", issuer="别的机关", topics="talent")])
    assert report.counts == {"unchanged": 1}
    assert report.remarks == [(2, "P1", "differs in issuer_zh, topics from what was published, which is never edited")]
    assert PolicyVersion.objects.get().issuer_zh == "浙江省人民代表大会常务委员会"


def test_an_import_joins_the_policy_that_editors_made(folder, reader_and_editor):
    editor, second = reader_and_editor
    fields = {"title_zh": "示例省人才条例", "category": "地方性法规", "issuer_zh": "省人大", "level": "province"}
    version = services.draft_version(
        slug="own-address", fields=fields | {"region_code": "330000"}, actor=editor, now=NOW
    )
    services.write_text(version=version, text="第一条 甲。", actor=editor, now=NOW)
    services.submit_for_review(version=version, actor=editor, now=NOW)
    services.publish(version=version, actor=second, now=NOW)
    run(folder, [row("P1", published_on="2026-12-01"), row("P0", published_on="2001-01-01", status="superseded")])
    assert list(PolicyVersion.objects.order_by("number").values_list("policy__slug", "source_id", "state")) == [
        ("own-address", "P0", "SUPERSEDED"),
        ("own-address", None, "SUPERSEDED"),
        ("own-address", "P1", "PUBLISHED"),
    ]


@pytest.fixture
def reader_and_editor(django_user_model):
    create = django_user_model.objects.create_user
    return create("one@example.org", name="甲"), create("two@example.org", name="乙")


# --- Files never seen ------------------------------------------------------------------------------------------------


def write_index(folder, header: list[str], *lines: list[str], encoding="utf-8", newline="\n"):
    text = newline.join(",".join(line) for line in (header, *lines)) + newline
    (folder / "text").mkdir(parents=True, exist_ok=True)
    (folder / "index.csv").write_bytes(text.encode(encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_few_columns_in_another_order_and_other_ways_to_write(folder, encoding, newline):
    header = [
        "FILE",
        " Level ",
        "title",
        "remarks of somebody",
        "id",
        "region_code",
        "published_on",
        "topics",
        "status",
    ]
    line = [
        "a.md",
        "City",
        "示例市人才办法",
        "=1+1",
        "no. 7".replace(" ", ""),
        "3301",
        "2024年5月6日",
        "x；y",
        "现行有效",
    ]
    write_index(folder, header, line, encoding=encoding, newline=newline)
    (folder / "a.md").write_bytes(f"第一条　文字。{newline}第二条　文字。".encode(encoding))
    report = import_folder(folder, now=NOW)
    assert (report.counts, report.errors) == ({"new policies": 1}, [])
    assert rows_of("source_id", "region_code", "region_name", "published_on", "topics", "level") == [
        ("no.7", "330100", "杭州市", dt.date(2024, 5, 6), ["x", "y"], "city")
    ]
    assert list(Clause.objects.values_list("anchor", "text_zh")) == [("a1", "文字。"), ("a2", "文字。")]


def test_levels_in_chinese_dates_of_spreadsheets_and_paths_of_windows(folder, world):
    zone = cast.make_region("990101", "ZONE", "示例高新区", world.city)
    header = ["id", "title", "level", "region_code", "published_on", "file", ""]
    write_index(
        folder,
        header,
        ["P1", "国办通知", "国家级", "000000", "2024/5/6 00:00:00", "text\\P1.md", "", "", ""],
        ["P2", "高新区办法", "县级", zone.code, "2024.5.6", "", ""],
    )
    for name in ("P1", "P2"):
        (folder / "text" / f"{name}.md").write_text("一、文字。")
    report = import_folder(folder, now=NOW)
    assert (report.counts, report.errors) == ({"new policies": 2}, [])
    assert rows_of("level", "region_code", "region_name", "published_on") == [
        ("national", "000000", "全国", dt.date(2024, 5, 6)),
        ("county", "990101", "示例高新区", dt.date(2024, 5, 6)),
    ]


def test_a_history_that_cannot_be_read_stops_nothing(folder):
    make_folder(folder, [row("P1")])
    (folder / "history.csv").write_bytes(b"policy_id,date,event\xff\xff\n")
    report = import_folder(folder, now=NOW)
    assert (report.counts, [line for line, _id, _reason in report.remarks]) == ({"new policies": 1}, [1])


def test_script_in_a_text_stays_a_text(folder):
    run(folder, [row("P1", "<script>alert(1)</script>")], {"P1": "第一条 <script>alert(1)</script>"})
    assert PolicyVersion.objects.get().title_zh == "<script>alert(1)</script>"
    assert Clause.objects.get().text_zh == "<script>alert(1)</script>"


def test_a_document_of_five_megabytes(folder):
    text = "# 长文\n\n" + "\n\n".join(f"第{n}条 {'文字和数字' * 20}。" for n in range(1, 16_000))
    assert len(text.encode()) > 4_900_000
    began = time.monotonic()
    assert run(folder, [row("P1", "长文")], {"P1": text}).counts == {"new policies": 1}
    assert time.monotonic() - began < 60
    assert Clause.objects.count() == 15_999
    assert SearchEntry.objects.count() == 1


# --- Wrong folders ---------------------------------------------------------------------------------------------------


def test_every_wrong_row_is_told_with_its_line_and_the_others_are_imported(folder, tmp_path):
    (tmp_path / "secret.md").write_text("geheim")
    rows = [
        row("P1"),
        row("P1", "doppelt"),
        row("P2", "zwei", file="text/missing.md"),
        row("P3", "drei", file="../secret.md", sha256=""),
        row("P4", "vier", file=str(tmp_path / "secret.md"), sha256=""),
        row("P5", "fünf", file="text/link.md", sha256=""),
        row("P6", "sechs", published_on="2023-02-30", effective_on="soon"),
        row("P7", "sieben", level="galaxy", region_code="999999"),
        row("P8", "acht", sha256="0" * 64),
        row("P9", "neun", level="national"),
        row("P 10", ""),
        row("P11", "elf", status="asleep"),
        row("P12", "zwölf", source_url="javascript:alert(1)", effective_on="2023-06-01", expires_on="2023-06-01"),
        row("P13", "x" * 301),
        row("P14", "vierzehn", file="text"),
        row("P15", "fünfzehn"),
    ]
    make_folder(folder, rows, columns=MORE_COLUMNS)
    (folder / "text/link.md").symlink_to(tmp_path / "secret.md")
    report = import_folder(folder, now=NOW)
    assert report.counts == {"new policies": 2, "failed": 14}
    assert rows_of("source_id") == [("P1",), ("P15",)]
    found = hashlib.sha256(law("acht").encode()).hexdigest()
    assert failures(report) == [
        (3, "the id stands already in line 2"),
        (4, "the file 'text/missing.md' is missing"),
        (5, "the file '../secret.md' leads out of the folder"),
        (6, f"the file {str(tmp_path / 'secret.md')!r} leads out of the folder"),
        (7, "the file 'text/link.md' leads out of the folder"),
        (8, "effective_on is no date: 'soon'"),
        (8, "published_on is no date: '2023-02-30'"),
        (9, "unknown level 'galaxy'"),
        (9, "unknown region code '999999'"),
        (10, f"the file 'text/P8.md' is not the one that the index means: its sha256 is {found}"),
        (11, "level national and region code 330000 do not go together"),
        (12, "the id 'P 10' is empty, too long, or has strange characters"),
        (12, "the title is empty"),
        (13, "unknown status 'asleep'"),
        (14, "expires_on is not after effective_on"),
        (14, "the source is no address: 'javascript:alert(1)'"),
        (15, "title_zh is longer than 300 characters"),
        (16, "the file 'text' is missing"),
    ]


def test_lines_are_counted_as_an_editor_shows_them(folder):
    folder.mkdir()
    (folder / "index.csv").write_text(
        'id,title,level,region_code,file\nP1,"zwei\nZeilen",province,330000,a.md\n\nP2,kurz,province\nP3,x,y,330000,a.md\n'
    )
    (folder / "a.md").write_text("第一条 甲")
    report = import_folder(folder, now=NOW)
    assert failures(report) == [(5, "3 values under 5 columns"), (6, "unknown level 'y'")]
    assert rows_of("title_zh") == [("zwei Zeilen",)]


@pytest.mark.parametrize(
    ("index", "told"),
    [
        (None, "there is no index.csv"),
        (b"", "lacks the columns id, title, level, region_code"),
        (b"id,title,level\n1,2,3\n", "lacks the columns region_code"),
        (b"id,title\xff\xff\n", "neither UTF-8 nor GB18030"),
    ],
)
def test_a_folder_that_cannot_be_read(folder, index, told):
    folder.mkdir()
    if index is not None:
        (folder / "index.csv").write_bytes(index)
    with pytest.raises(UnreadableFolder, match=told):
        import_folder(folder, now=NOW)
    with pytest.raises(CommandError, match=told):
        call_command("import_policies", folder)


def test_strange_bytes_in_the_index(folder):
    folder.mkdir()
    good = "P2,gut,province,330000,a.md\n"
    (folder / "index.csv").write_text(f"id,title,level,region_code,file\nP1,nu\0ll,province,330000,a.md\n{good}")
    (folder / "a.md").write_text("第一条 甲")
    report = import_folder(folder, now=NOW)
    assert failures(report) == [(2, "a value holds a zero byte")]
    assert rows_of("source_id") == [("P2",)]
    (folder / "index.csv").write_text(f"id,title,level,region_code,file\nP1,{'x' * 140_000},a,b,c\n{good}")
    report = import_folder(folder, now=NOW)
    assert report.counts == {"failed": 1, "unchanged": 1}
    assert "field larger than field limit" in report.errors[0][2]


# --- The command -----------------------------------------------------------------------------------------------------


def test_a_dry_run_tells_everything_and_changes_nothing(folder, capsys):
    rows = [row("P2"), row("P1", published_on="2001-01-01", status="superseded"), row("P3", "drei", level="?")]
    make_folder(folder, rows)
    with pytest.raises(SystemExit) as ended:
        call_command("import_policies", folder, "--dry-run")
    said = capsys.readouterr()
    assert ended.value.code == 1
    assert "Would import: 1 failed, 1 new policies, 1 new versions" in said.out
    assert "line 4, P3: unknown level '?'" in said.err
    assert (Policy.objects.count(), SearchEntry.objects.count(), Job.objects.count()) == (0, 0, 0)


def test_the_command_ends_well_when_every_row_is_in(folder, capsys):
    make_folder(folder, [row(f"P{n}", f"条例{n}") for n in range(20)])
    call_command("import_policies", folder)
    said = capsys.readouterr()
    assert "Imported: 20 new policies" in said.out
    assert said.err.split() == [f"{n}/20" for n in range(2, 21, 2)]


# --- Killed, and two at once -----------------------------------------------------------------------------------------

MANY = [
    row(f"P{n:03}", f"条例{n // 2}", published_on=f"20{n % 2}0-01-01", status="current" if n % 2 else "superseded")
    for n in range(120)
]


def importing(folder):
    return subprocess.Popen(
        [sys.executable, "manage.py", "import_policies", str(folder)],
        cwd=settings.BASE_DIR,
        env=environment(LOG_LEVEL="WARNING"),
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def assert_each_once():
    assert PolicyVersion.objects.count() == len(MANY)
    assert Policy.objects.count() == len(MANY) // 2
    assert rows_of("source_id", "number", "state") == [
        (f"P{n:03}", n % 2 + 1, "PUBLISHED" if n % 2 else "SUPERSEDED") for n in range(120)
    ]
    assert Clause.objects.count() == 5 * len(MANY)
    assert VersionEvent.objects.filter(verb="import").count() == len(MANY) == SearchEntry.objects.count()


@pytest.mark.django_db(transaction=True)
def test_a_killed_import_leaves_whole_documents_and_goes_on(folder):
    make_folder(folder, MANY)
    first = importing(folder)
    try:
        ends = time.monotonic() + 60
        while PolicyVersion.objects.count() < 20:
            assert time.monotonic() < ends
            assert first.poll() is None, first.stderr.read()
            time.sleep(0.005)
    finally:
        os.killpg(first.pid, signal.SIGKILL)
        first.communicate(timeout=10)
    imported = PolicyVersion.objects.count()
    assert 20 <= imported < len(MANY)
    assert Clause.objects.count() == 5 * imported == 5 * SearchEntry.objects.count()
    said = importing(folder).communicate(timeout=120)[0]
    assert f"{imported} unchanged" in said
    assert_each_once()


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_folder_at_once(folder):
    make_folder(folder, MANY)
    both = [importing(folder), importing(folder)]
    said = [one.communicate(timeout=120) for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    assert_each_once()


# --- The shape of the folder that others deliver ---------------------------------------------------------------------


def test_the_columns_of_the_readme_are_all_known_or_left_aside(folder):
    make_folder(folder, [row("P1", versions="2", mentions_talent="3", articles="5", chars="100", source_path="a b.md")])
    with (folder / "index.csv").open(encoding="utf-8") as file:
        assert next(csv.reader(file)) == COLUMNS
    assert import_folder(folder, now=NOW).counts == {"new policies": 1}
    assert rows_of("source_name") == [("Texts a b.md",)]
