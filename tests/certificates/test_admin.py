"""The staff's buttons: only for the right post and region, always with a reason, always through the services."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Role
from certificates.models import Batch, Certificate
from jobs import clock
from jobs.services import drain
from tests import cast
from tests.certificates.conftest import content_of
from tests.certificates.test_batches import HEAD, lines, register
from tests.certificates.test_batches import _wording as _wording

LIST = "/en/admin/certificates/certificate/"
BATCHES = "/en/admin/certificates/batch/"


@pytest.fixture(autouse=True)
def _at_now(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def far_clerk(world):
    return cast.make_staff("far@example.org", "县证", Role.CERTIFICATE_CLERK, world.county, world.office)


def page_of(certificate):
    return f"{LIST}{certificate.pk}/change/"


@pytest.mark.django_db
def test_the_page_offers_what_is_possible(client, certificate_clerk, sealed):
    client.force_login(certificate_clerk)
    assert sealed.number in client.get(LIST).content.decode()
    page = client.get(page_of(sealed)).content.decode()
    offered = [act for act in ("reissue", "suspend", "resume", "revoke", "cancel") if f"/{sealed.pk}/{act}/" in page]
    assert offered == ["reissue", "suspend", "revoke", "cancel"]
    assert "陈思远，经认定为D类高层次人才。" in page
    assert 'name="status"' not in page
    assert client.get(f"{LIST}add/").status_code == 403


@pytest.mark.django_db
def test_revoking_asks_for_reason_and_decision(client, certificate_clerk, sealed):
    client.force_login(certificate_clerk)
    address = f"{LIST}{sealed.pk}/revoke/"
    assert "This is final" in client.get(address).content.decode()
    assert "This field is required" in client.post(address, {"reason": "材料虚假"}).content.decode()
    done = client.post(address, {"reason": "材料虚假", "document_no": "撤〔2026〕1号"})
    assert done["Location"] == page_of(sealed)
    sealed.refresh_from_db()
    event = sealed.events.last()
    assert (sealed.status, event.reason, event.document_no, event.actor) == (
        "REVOKED",
        "材料虚假",
        "撤〔2026〕1号",
        certificate_clerk,
    )
    again = client.post(address, {"reason": "x", "document_no": "y"})
    assert "the certificate is revoked" in again.content.decode()


@pytest.mark.django_db
def test_a_new_version_from_the_page(client, leader, sealed):
    client.force_login(leader)
    address = f"{LIST}{sealed.pk}/reissue/"
    assert "document_no" not in client.get(address).content.decode()
    client.post(address, {"reason": "更名"})
    assert Certificate.objects.filter(number=sealed.number, version=2, status="PENDING_SEAL").count() == 1


@pytest.mark.django_db
def test_files_for_officials(client, certificate_clerk, sealed, request_one):
    client.force_login(certificate_clerk)
    response = client.get(f"{LIST}{sealed.pk}/file/")
    assert b"".join(response.streaming_content) == content_of(sealed)
    client.post(f"{LIST}{sealed.pk}/cancel/", {"reason": "去世"})
    stamped = client.get(f"{LIST}{sealed.pk}/file/")
    assert stamped["Content-Disposition"] == f'attachment; filename="{sealed.number}-void.pdf"'
    assert stamped.content != content_of(sealed)
    assert client.get(f"{LIST}{request_one('test:9').pk}/file/").status_code == 302


@pytest.mark.django_db
def test_other_posts_and_regions(client, sealed, clerk, far_clerk, administrator, stranger):
    addresses = (page_of(sealed), f"{LIST}{sealed.pk}/revoke/", f"{LIST}{sealed.pk}/file/")
    for user in (clerk, far_clerk, stranger):
        client.force_login(user)
        assert not any(client.get(address).status_code == 200 for address in addresses), user
        assert client.post(addresses[1], {"reason": "x", "document_no": "y"}).status_code in (302, 403, 404)
    client.force_login(administrator)
    page = client.get(page_of(sealed)).content.decode()
    assert f"/{sealed.pk}/revoke/" not in page
    refused = client.post(addresses[1], {"reason": "x", "document_no": "y"})
    assert "not in charge" in refused.content.decode()
    sealed.refresh_from_db()
    assert sealed.status == "VALID"


@pytest.mark.django_db
def test_a_batch_from_file_to_certificates(client, certificate_clerk, world, kind, now):
    for n in range(3):
        register(n, now)
    client.force_login(certificate_clerk)
    assert "证件号码" in client.get(f"{BATCHES}add/").content.decode()
    columns = client.get(f"{BATCHES}columns.csv")
    assert columns.content.startswith(b"\xef\xbb\xbf")
    words = {
        "title": "第一批",
        "kind": kind.pk,
        "organization": world.office.pk,
        "document_no": "云人社发〔2026〕17号",
        "approved_on": "2026-09-17",
        "valid_until": "",
    }

    def hand_in(text, name="a.csv"):
        return client.post(f"{BATCHES}add/", words | {"file": SimpleUploadedFile(name, text.encode("utf-8-sig"))})

    assert "These columns are missing" in hand_in("姓名\r\n陈\r\n").content.decode()
    assert "xlsx" in hand_in(HEAD, "a.xlsx").content.decode()
    created = hand_in(HEAD + lines(4))
    batch = Batch.objects.get()
    assert created["Location"].endswith(f"/{batch.pk}/change/")
    page = client.get(f"{BATCHES}{batch.pk}/change/").content.decode()
    assert "Make 3 certificates" in page
    assert "Nobody with this document number" in page
    assert "990*" in page
    assert not any(str(row.id_number) in page for row in batch.rows.all())
    client.post(f"{BATCHES}{batch.pk}/run/")
    running = client.get(f"{BATCHES}{batch.pk}/change/").content.decode()
    assert "js/follow.js" in running
    assert "/run/" not in running
    drain(now=now)
    done = client.get(f"{BATCHES}{batch.pk}/change/").content.decode()
    assert "3 of 4 certificates made, 1 lines with errors." in done
    assert "js/follow.js" not in done
    assert "Go on" in done


@pytest.mark.django_db
def test_batches_are_for_certificate_clerks_of_the_region(
    client, certificate_clerk, far_clerk, leader, world, kind, now
):
    batch = Batch.objects.create(
        kind=kind,
        organization=world.office,
        title="x",
        document_no="y",
        approved_on=date(2026, 9, 17),
        created_by=certificate_clerk,
        created_at=now,
    )
    for user in (leader, far_clerk):
        client.force_login(user)
        assert client.get(f"{BATCHES}{batch.pk}/change/").status_code in (403, 404)
        assert client.post(f"{BATCHES}{batch.pk}/run/").status_code in (403, 404)
