"""Numbers without gaps, one certificate whatever happens, and every verb in its right and wrong moments."""

import contextlib
import hashlib
import time
from datetime import date, timedelta
from importlib import import_module

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction

from accounts.models import Role
from certificates import files, services
from certificates.models import Certificate, CertificateEvent, SerialCounter
from jobs.models import Job
from jobs.services import drain
from talentportal.lib import numbers
from talentportal.lib.refusals import Refused
from tests import cast
from tests.certificates.conftest import content_of

S = {"reason": "更名", "actor": None}


def statuses(certificate):
    return list(
        CertificateEvent.objects.filter(certificate=certificate).order_by("id").values_list("status", flat=True)
    )


@pytest.mark.django_db
def test_request_numbers_the_certificate_and_leaves_a_job(request_one, world, applicant):
    certificate = request_one()
    body = f"{world.office.pk:04d}"
    assert certificate.number == numbers.with_check_digit(f"53012026{2}{body}00001")
    assert certificate.identifier.startswith("1.2.156.3005.2.11990000MB0000001X001.11990000MB0000001X.")
    assert numbers.is_certificate_identifier(certificate.identifier)
    assert (certificate.holder_name, certificate.holder_id_masked) == ("陈思远", applicant.person.id_masked)
    assert certificate.issued_on == date(2026, 9, 18)
    assert (len(certificate.verify_code), len(certificate.token)) == (8, 32)
    assert statuses(certificate) == ["PENDING_SEAL"]
    assert list(Job.objects.values_list("kind", "key", "payload")) == [
        ("certificates.seal", str(certificate.pk), {"certificate": certificate.pk})
    ]


@pytest.mark.django_db
def test_request_twice_is_one(request_one):
    assert request_one() == request_one()
    assert SerialCounter.objects.get().last == 1
    assert request_one("test:2").number[13:18] == "00002"


@pytest.mark.django_db
def test_a_failed_decision_leaves_no_gap(request_one):
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        request_one("test:1")
        raise ZeroDivisionError
    assert not Certificate.objects.exists()
    assert request_one("test:2").number[13:18] == "00001"


@pytest.mark.django_db
def test_a_text_that_needs_more_words_is_refused(request_one, kind):
    with pytest.raises(Refused, match="level"):
        request_one(face={"unit": "示例单位"})
    assert not Certificate.objects.exists()
    assert not SerialCounter.objects.filter(last__gt=0).exists()


@pytest.mark.django_db(transaction=True)
def test_serials_of_two_processes_have_no_gap_and_no_pair(request_one, kind, world, applicant, elsewhere):
    script = f"""
from accounts.models import Organization, Person
from certificates.services import request_certificate
for n in range(40):
    try:
        with __import__("django.db").db.transaction.atomic():
            request_certificate(source=f"test:{{n}}-%s", kind=CertificateKind.objects.get(pk={kind.pk}),
                organization=Organization.objects.get(pk={world.office.pk}),
                holder=Person.objects.get(pk={applicant.person.pk}),
                face={{"level": "D"}}, approved_on=date(2026, 9, 17), now=now)
            if n %% 7 == 3: raise ZeroDivisionError
    except ZeroDivisionError: pass
"""
    processes = [elsewhere(script % name) for name in "ab"]
    for process in processes:
        _out, errors = process.communicate(timeout=90)
        assert process.returncode == 0, errors
    serials = sorted(int(number[13:18]) for number in Certificate.objects.values_list("number", flat=True))
    kept = 2 * len([n for n in range(40) if n % 7 != 3])
    assert serials == list(range(1, kept + 1))
    assert SerialCounter.objects.get().last == kept


@pytest.mark.django_db
def test_sealing_makes_it_valid_and_a_second_time_changes_nothing(request_one, now, told):
    certificate = request_one()
    first = services.seal_certificate(certificate_id=certificate.pk, now=now)
    content = content_of(first)
    assert content.startswith(b"%PDF-")
    assert first.sha256 == hashlib.sha256(content).hexdigest()
    assert (first.status, first.sealed_at) == ("VALID", now)
    assert files.check(content).is_genuine
    again = services.seal_certificate(certificate_id=certificate.pk, now=now + timedelta(hours=1))
    assert (again.sha256, again.sealed_at, again.file.name) == (first.sha256, now, first.file.name)
    assert content_of(again) == content
    assert statuses(certificate) == ["PENDING_SEAL", "VALID"]
    assert told == [certificate.pk]


@pytest.mark.django_db
def test_the_job_seals(request_one, now):
    certificate = request_one()
    assert drain(now=now) == 1
    certificate.refresh_from_db()
    assert certificate.status == "VALID"
    assert not Job.objects.filter(done_at=None).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", ["write_durably", "_move"])
def test_killed_in_the_middle_there_is_one_certificate(request_one, now, elsewhere, moment):
    """A real SIGKILL just before the file is written, and just after: the next run ends with one valid certificate."""
    certificate = request_one()
    process = elsewhere(f"""
import os, signal
from certificates import services
services.{moment} = lambda *args, **words: (print("there", flush=True), os.kill(os.getpid(), signal.SIGKILL))
from jobs.services import drain
drain(now=now)
""")
    out, errors = process.communicate(timeout=60)
    assert (process.returncode, out.strip()) == (-9, "there"), errors
    certificate.refresh_from_db()
    assert (certificate.status, certificate.sha256) == ("PENDING_SEAL", "")
    assert default_storage.exists(files.name_of(certificate)) == (moment == "_move")
    assert drain(now=now + timedelta(seconds=4)) == 0, "leased to the dead worker for a moment"
    assert drain(now=now + timedelta(minutes=1)) == 1
    certificate.refresh_from_db()
    assert certificate.status == "VALID"
    assert hashlib.sha256(content_of(certificate)).hexdigest() == certificate.sha256
    assert Certificate.objects.count() == 1
    folder = default_storage.path(certificate.file.name).rpartition("/")[0]
    assert [name for name in default_storage.listdir(folder)[1] if certificate.identifier in name] == [
        f"{certificate.identifier}.pdf"
    ]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_seal_once(request_one, elsewhere):
    certificate = request_one()
    script = f"from certificates import services; services.seal_certificate(certificate_id={certificate.pk}, now=now)"
    processes = [elsewhere(script) for _n in range(2)]
    for process in processes:
        assert process.communicate(timeout=60)[1] == ""
    certificate.refresh_from_db()
    assert hashlib.sha256(content_of(certificate)).hexdigest() == certificate.sha256
    assert statuses(certificate) == ["PENDING_SEAL", "VALID"]


@pytest.mark.django_db
def test_11_8_reissue_after_a_change_of_name(sealed, applicant, certificate_clerk, now):
    later = now + timedelta(days=40)
    applicant.person.name = "陈远"
    applicant.person.save()
    new = services.reissue(certificate=sealed, reason="更名", actor=certificate_clerk, now=later)
    sealed.refresh_from_db()
    assert (sealed.status, new.status) == ("VALID", "PENDING_SEAL")
    services.seal_certificate(certificate_id=new.pk, now=later)
    sealed.refresh_from_db()
    new.refresh_from_db()
    assert (sealed.status, new.status, new.version, new.replaces) == ("SUPERSEDED", "VALID", 2, sealed)
    assert (new.number, new.approved_on) == (sealed.number, sealed.approved_on)
    assert (new.issued_on, new.holder_name) == (date(2026, 10, 28), "陈远")
    assert new.identifier != sealed.identifier
    assert new.verify_code != sealed.verify_code
    assert statuses(sealed) == ["PENDING_SEAL", "VALID", "SUPERSEDED"]
    with pytest.raises(Refused, match="superseded"):
        services.reissue(certificate=sealed, reason="再来", actor=certificate_clerk, now=later)


@pytest.mark.django_db
def test_one_new_version_at_a_time(sealed, now):
    services.reissue(certificate=sealed, **S, now=now)
    with pytest.raises(Refused, match="newer version"):
        services.reissue(certificate=sealed, **S, now=now)
    with pytest.raises(Refused, match="newer version"):
        services.suspend(certificate=sealed, **S, now=now)


@pytest.mark.django_db
def test_revoking_ends_also_the_version_being_made(sealed, now):
    new = services.reissue(certificate=sealed, **S, now=now)
    services.revoke(certificate=sealed, document_no="云人社撤〔2026〕1号", **S, now=now)
    services.seal_certificate(certificate_id=new.pk, now=now)
    assert set(Certificate.objects.values_list("status", flat=True)) == {"REVOKED"}
    assert statuses(new) == ["PENDING_SEAL", "REVOKED"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("verbs", "ends"),
    [
        (["suspend"], "SUSPENDED"),
        (["suspend", "resume"], "VALID"),
        (["suspend", "revoke"], "REVOKED"),
        (["revoke"], "REVOKED"),
        (["cancel"], "CANCELLED"),
    ],
)
def test_ways_through_the_states(sealed, certificate_clerk, now, verbs, ends):
    for verb in verbs:
        services_verb = getattr(services, verb)
        services_verb(certificate=sealed, reason="原因", document_no="文1", actor=certificate_clerk, now=now)
    sealed.refresh_from_db()
    assert sealed.status == ends
    last = sealed.events.last()
    assert (last.status, last.reason, last.document_no, last.actor) == (ends, "原因", "文1", certificate_clerk)


@pytest.mark.django_db
@pytest.mark.parametrize("final", ["revoke", "cancel"])
@pytest.mark.parametrize("verb", ["suspend", "resume", "revoke", "cancel"])
def test_final_is_final(sealed, now, final, verb):
    words = {"reason": "原因", "document_no": "文1", "actor": None, "now": now}
    getattr(services, final)(certificate=sealed, **words)
    with pytest.raises(Refused):
        getattr(services, verb)(certificate=sealed, **words)


@pytest.mark.django_db
def test_who_may_act(sealed, now, world, clerk, leader, stranger, applicant):
    below = cast.make_staff("below@example.org", "县证", Role.CERTIFICATE_CLERK, world.county, world.office)
    for actor in (clerk, stranger, below, applicant):
        with pytest.raises(Refused):
            services.revoke(certificate=sealed, document_no="文1", reason="原因", actor=actor, now=now)
    services.suspend(certificate=sealed, reason="原因", actor=leader, now=now)
    with pytest.raises(Refused, match="reason"):
        services.resume(certificate=sealed, reason=" ", actor=leader, now=now)
    with pytest.raises(Refused, match="decision"):
        services.revoke(certificate=sealed, document_no=" ", reason="原因", actor=leader, now=now)


@pytest.mark.django_db
def test_nobody_acts_on_the_own_certificate(sealed, now, world):
    sealed.holder.user.is_staff = True
    sealed.holder.user.save()
    sealed.holder.user.posts.create(
        role=Role.LEADER, organization=world.office, region=world.province, starts_on=date(2024, 1, 1)
    )
    with pytest.raises(Refused, match="own"):
        services.suspend(certificate=sealed, reason="原因", actor=sealed.holder.user, now=now)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE certificates_certificate SET holder_name = '别人'",
        "UPDATE certificates_certificate SET number = '1'",
        "UPDATE certificates_certificate SET sha256 = repeat('0', 64)",
        "DELETE FROM certificates_certificate",
        "UPDATE certificates_certificateevent SET reason = 'x'",
        "DELETE FROM certificates_certificateevent",
        "UPDATE certificates_certificate SET status = 'VALID', sealed_at = NULL",
    ],
)
def test_the_database_keeps_what_was_said(sealed, statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_sealing_is_quick_with_the_key_kept(request_one, now):
    services.seal_certificate(certificate_id=request_one("test:0").pk, now=now)
    certificates = [request_one(f"test:{n}") for n in range(1, 11)]
    start = time.perf_counter()
    for certificate in certificates:
        services.seal_certificate(certificate_id=certificate.pk, now=now)
    assert (time.perf_counter() - start) / 10 < 0.5


OLD = {
    "both": ({"zh": "D类（市级）", "en": "Class D"}, {"zh": "D类（市级）", "en": "Class D", "value": "D"}),
    "text": ("B 类人才", {"zh": "B 类人才", "en": "B 类人才", "value": "B"}),
    "title": ({"zh": "副高级", "en": "Deputy"}, {"zh": "副高级", "en": "Deputy"}),
    "letter": ("E", "E"),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), OLD.values(), ids=OLD)
def test_older_certificates_get_the_value_of_the_grade_that_they_state(request_one, before, after):
    certificate = request_one(face={"level": before, "unit": "示例单位"})
    migration = import_module("certificates.migrations.0002_grade_beside_its_label")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(migration.KEEP_VALUE)
    certificate.refresh_from_db()
    assert certificate.face == {"level": after, "unit": "示例单位"}
    with pytest.raises(DatabaseError, match="never edited"):
        Certificate.objects.update(face={})
