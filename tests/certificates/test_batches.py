"""Four hundred at a ceremony: read, shown line by line, made in chunks, taken up again."""

import sys
import time
from datetime import date, timedelta

import pytest
from stdnum.cn.ric import calc_check_digit

from accounts.models import DocumentType, User
from accounts.services import register_person
from certificates import batches, queries
from certificates.models import BatchRow, Certificate
from jobs.models import Job
from jobs.services import drain
from notifications.models import MessageTemplate
from talentportal.lib.refusals import Refused
from tests.certificates.conftest import content_of

HEAD = "姓名,证件号码,级别\r\n"


def number_of(n):
    start = f"990101{1950 + n // 300}{1 + n // 25 % 12:02d}{1 + n % 25:02d}{n % 1000:03d}"
    return start + calc_check_digit(f"{start}0")


def register(n, now, name=None):
    user = User.objects.create_user(email=f"talent{n}@example.org", password=None)
    return register_person(
        user=user,
        name=name or f"演示人{n}",
        document_type=DocumentType.RESIDENT_ID,
        number=number_of(n),
        birth_date=None,
        now=now,
    )


def lines(count, start=0):
    return "".join(f"演示人{n},{number_of(n)},D类\r\n" for n in range(start, start + count))


@pytest.fixture(autouse=True)
def _wording(db):
    MessageTemplate.objects.update_or_create(
        event="certificate_ready",
        defaults={
            "title_zh": "证书已制作完成",
            "title_en": "Ready",
            "body_zh": "{certificate}",
            "body_en": "{certificate}",
        },
    )


@pytest.fixture
def hand_in(world, kind, certificate_clerk, now):
    def create(text, encoding="utf-8-sig", actor=None):
        return batches.create_batch(
            kind=kind,
            organization=world.office,
            title="第一批",
            document_no="云人社发〔2026〕第00017号",
            approved_on=date(2026, 9, 17),
            valid_until=None,
            content=text.encode(encoding),
            actor=actor or certificate_clerk,
            now=now,
        )

    return create


def errors(batch):
    return {row.line: row.error for row in batch.rows.all() if row.error}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_files_as_spreadsheets_save_them(encoding):
    text = 'ID number,Name,批准文号\r\n"=""53010219900307001X""",陈思远,文1\r\n\r\n\'123,"李,一",\r\n'
    found = [(line.number, line.name, line.id_number, line.face) for line in batches.read_csv(text.encode(encoding))]
    assert found == [(2, "陈思远", "53010219900307001X", {"approval_no": "文1"}), (4, "李,一", "123", {})]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        ("姓名,级别\r\n陈,D\r\n".encode(), "证件号码"),
        ("姓名,证件号码,颜色\r\n陈,1,红\r\n".encode(), "颜色"),
        (HEAD.encode(), "no line"),
        (b"PK\x03\x04\x00\x00\x00\xff\xfe", "CSV"),
        ((HEAD + "陈,1,D\r\n" * 2001).encode(), "2000"),
    ],
)
def test_files_that_are_refused(content, said):
    with pytest.raises(Refused, match=said):
        batches.read_csv(content)


def test_the_empty_file_is_read_back():
    content = batches.example_csv()
    assert content.startswith(b"\xef\xbb\xbf")
    with pytest.raises(Refused, match="no line"):
        batches.read_csv(content)


@pytest.mark.django_db
def test_faults_are_told_line_by_line(hand_in, now):
    for n in range(3):
        register(n, now)
    batch = hand_in(
        HEAD
        + lines(2)
        + f"别人,{number_of(2)},D类\r\n"
        + lines(1, 7)
        + lines(1)
        + ",1,D\r\n演示人2,5.30102E+17,D\r\n演示人2,,D\r\n"
    )
    assert {line: error[:30] for line, error in errors(batch).items()} == {
        4: "The name differs from the one r"[:30],
        5: "Nobody with this document numbe"[:30],
        6: "The same document number is in "[:30],
        7: "Enter a name.",
        8: "The document number was turned "[:30],
        9: "The document number is missing"[:30],
    }
    assert not Certificate.objects.exists()
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_numbers_of_people_are_sealed_in_the_rows(hand_in, now):
    from django.db import connection

    register(0, now)
    hand_in(HEAD + lines(1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_number FROM certificates_batchrow")
        assert number_of(0).encode() not in bytes(cursor.fetchone()[0])


@pytest.mark.django_db
def test_a_batch_stops_at_its_faults_and_goes_on_later(hand_in, certificate_clerk, now):
    for n in range(3):
        register(n, now)
    batch = hand_in(HEAD + lines(5))
    assert batches.run_batch(batch=batch, actor=certificate_clerk, now=now) == 3
    drain(now=now)
    assert queries.progress(batch) == {"total": 5, "made": 3, "faulty": 2, "numbered": 3, "waiting": 0, "ready": 0}
    with pytest.raises(Refused, match="without fault"):
        batches.run_batch(batch=batch, actor=certificate_clerk, now=now)
    register(3, now)
    later = now + timedelta(hours=1)
    assert batches.run_batch(batch=batch, actor=certificate_clerk, now=later) == 1
    drain(now=later)
    assert queries.progress(batch)["made"] == 4
    serials = sorted(number[13:18] for number in Certificate.objects.values_list("number", flat=True))
    assert serials == ["00001", "00002", "00003", "00004"]
    assert Certificate.objects.first().holder.user.inbox.filter(event="certificate_ready").count() == 1


@pytest.mark.django_db
def test_one_that_cannot_be_made_stops_no_other(hand_in, certificate_clerk, now, kind):
    for n in range(3):
        register(n, now)
    batch = hand_in(HEAD + lines(3))
    batches.run_batch(batch=batch, actor=certificate_clerk, now=now)
    broken = BatchRow.objects.get(line=3).certificate
    kind.pk, kind.code, kind.number_code, kind.type_code = None, "other", "02", "11990000MB0000001X002"
    kind.layout = "lost"
    kind.save(force_insert=True)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE certificates_certificate SET kind_id = %s WHERE id = %s", [kind.pk, broken.pk])
        cursor.execute("SET session_replication_role = origin")
    drain(now=now)
    assert errors(batch) == {3: "The certificate could not be made (RuntimeError)."}
    assert queries.progress(batch)["made"] == 2
    kind.layout = "certificate"
    kind.save()
    batches.run_batch(batch=batch, actor=certificate_clerk, now=now + timedelta(minutes=1))
    drain(now=now + timedelta(minutes=1))
    assert queries.progress(batch) == {"total": 3, "made": 3, "faulty": 0, "numbered": 3, "waiting": 0, "ready": 0}
    with pytest.raises(Refused, match="Every certificate"):
        batches.run_batch(batch=batch, actor=certificate_clerk, now=now)


@pytest.mark.django_db
def test_running_twice_at_once_gives_nobody_two(hand_in, certificate_clerk, now):
    register(0, now)
    batch = hand_in(HEAD + lines(1))
    for seconds in range(3):
        batches.run_batch(batch=batch, actor=certificate_clerk, now=now + timedelta(seconds=seconds))
    drain(now=now + timedelta(minutes=1))
    assert Certificate.objects.count() == 1
    assert Certificate.objects.get().events.count() == 2


@pytest.mark.django_db
def test_only_who_is_in_charge(hand_in, clerk, certificate_clerk, now):
    with pytest.raises(Refused, match="in charge"):
        hand_in(HEAD + lines(1), actor=clerk)
    batch = hand_in(HEAD + lines(1))
    with pytest.raises(Refused, match="in charge"):
        batches.run_batch(batch=batch, actor=clerk, now=now)


@pytest.mark.django_db(transaction=True)
def test_four_hundred_on_two_workers(hand_in, certificate_clerk, now, elsewhere, capsys):
    """The real drain in two processes; one is killed in the middle by SIGKILL, and nothing is lost or made twice."""
    for n in range(400):
        register(n, now)
    batch = hand_in(HEAD + lines(400))
    assert errors(batch) == {}
    start = time.perf_counter()
    assert batches.run_batch(batch=batch, actor=certificate_clerk, now=now) == 400
    assert Job.objects.count() == 16
    numbered = time.perf_counter() - start
    script = """
import time
from jobs.services import drain
from notifications.models import MessageTemplate
from jobs.models import Job
while Job.objects.filter(done_at=None).exists():
    now += timedelta(seconds=1)
    drain(now=now) or time.sleep(0.2)
"""
    start = time.perf_counter()
    workers = [elsewhere(script), elsewhere(script)]
    seen = set()
    victim = workers[0]
    while any(worker.poll() is None for worker in workers):
        seen.add(queries.progress(batch)["made"])
        if len(seen) == 4 and victim.poll() is None:
            victim.kill()
        assert time.perf_counter() - start < 240
        time.sleep(0.1)
    spent = time.perf_counter() - start
    assert [worker.communicate(timeout=5)[1] for worker in workers] == ["", ""]
    assert victim.returncode == -9
    done = {"total": 400, "made": 400, "faulty": 0, "numbered": 400, "waiting": 0, "ready": 0}
    assert queries.progress(batch) == done
    assert len(seen) >= 5, "progress was to be seen on the way"
    serials = sorted(int(number[13:18]) for number in Certificate.objects.values_list("number", flat=True))
    assert serials == list(range(1, 401))
    for certificate in Certificate.objects.all()[::40]:
        content = content_of(certificate)
        assert queries.check_file(content, certificate.sha256).result == "GENUINE"
    with capsys.disabled():
        sys.stdout.write(
            f"\n400 certificates: numbered in {numbered:.2f} s, sealed, one worker killed, in {spent:.1f} s\n"
        )
