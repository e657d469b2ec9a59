"""Verified marks come from certificates and checked materials, and go with them; the copy and the end of an account."""

import json

import pytest
from django.core.serializers.json import DjangoJSONEncoder

from applications.personal_data import collect
from applications.services import account
from certificates import services as certificates
from certificates.models import CertificateKind
from talents.models import Consent, PoolEntry, Profile, Proof
from talents.services import proofs
from tests import cast
from tests.talents import pool

pytestmark = pytest.mark.django_db
NOW, DAY = pool.NOW, pool.DAY


@pytest.fixture
def sealed(world, applicant, monkeypatch):
    """Issue a certificate to the applicant, sealed at a moment."""
    from certificates import registry

    monkeypatch.setitem(registry._handlers, "test", lambda certificate, now: None)

    def issue(kind: str, face: dict, *, now=NOW, valid_until=None):
        one = certificates.request_certificate(
            source=f"test:{kind}",
            kind=CertificateKind.objects.get(code=kind),
            organization=world.office,
            holder=applicant.person,
            face=face,
            approved_on=cast.today(now),
            valid_until=valid_until,
            now=now,
        )
        return certificates.seal_certificate(certificate_id=one.pk, now=now)

    return issue


GRADE = {"level": {"zh": "D类", "en": "Class D", "value": "D"}, "approval_no": "〔2026〕17号"}


def test_a_grade_comes_by_the_certificate_and_goes_with_it(world, applicant, leader, sealed):
    profile = pool.profile(world.county, applicant)
    proofs.sweep(NOW - DAY)
    assert not Proof.objects.exists()
    certificate = sealed("talent-grade", GRADE)
    assert proofs.sweep(NOW) == 1
    profile.refresh_from_db()
    entry = PoolEntry.objects.get(profile=profile)
    assert (profile.grade, entry.grade, entry.proofs) == ("D", "D", ["GRADE"])
    assert proofs.sweep(NOW) == 0
    certificates.revoke(certificate=certificate, document_no="1号", reason="撤销", actor=None, now=NOW + DAY)
    profile.refresh_from_db()
    entry.refresh_from_db()
    assert (profile.grade, entry.grade, entry.proofs, Proof.objects.count()) == ("", "", [], 0)


def test_a_proof_ends_with_the_last_day_of_its_certificate(world, applicant, sealed):
    profile = pool.profile(world.county, applicant, confirm_by=NOW + 400 * DAY)
    sealed("talent-grade", GRADE, valid_until=cast.today(NOW) + 10 * DAY)
    proofs.sweep(NOW)
    assert Proof.objects.get().valid_until == cast.today(NOW) + 11 * DAY
    assert proofs.sweep(NOW + 10 * DAY) == 0
    assert proofs.sweep(NOW + 11 * DAY) == 1
    profile.refresh_from_db()
    assert profile.grade == ""


def test_the_copy_of_ones_data_holds_the_pool(world, applicant):
    profile = pool.profile(world.county, applicant)
    unit = pool.unit(world.county, name="某某花卉公司")
    pool.accepted(unit, profile, pool.handler(unit)).messages.create(
        from_person=True, by=applicant, text="你好", at=NOW
    )
    data, _files = collect(applicant)
    copied = json.loads(json.dumps(data, cls=DjangoJSONEncoder))["talent_pool"]
    assert (copied["profile"]["code"], copied["profile"]["school"]) == (profile.code, "示例保密大学")
    assert copied["contact_requests"][0]["unit"] == "某某花卉公司"
    assert copied["contact_requests"][0]["messages"][0]["text"] == "你好"
    assert {one["purpose"] for one in copied["consents"]} == {"POOL", "SHARE"}


def test_closing_the_account_deletes_the_profile_and_ends_consents(world, applicant):
    pool.profile(world.county, applicant)
    account.close_account(actor=applicant, now=NOW)
    assert not Profile.objects.exists()
    assert not PoolEntry.objects.exists()
    assert list(Consent.objects.values_list("is_withdrawn", "ended_at")) == [(True, NOW)]


def test_somebody_without_a_profile_has_an_empty_part_of_the_copy(applicant):
    data, _files = collect(applicant)
    assert data["talent_pool"]["profile"] is None
    assert json.dumps(data["talent_pool"], cls=DjangoJSONEncoder)
