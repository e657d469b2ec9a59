"""What the database itself keeps: rows that nobody rewrites, states that cannot be, one draft and one open case."""

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from applications.models import Case, Decision, Material
from policies.models import GuideVersion, MaterialSpec
from tests import cast
from tests.cast import moment

pytestmark = pytest.mark.django_db

NOW = moment("2026-09-18 10:00")
ALL = ("id", "degree", "works", "form", "photo")


@pytest.fixture
def case(world, applicant):
    return cast.submit(cast.make_draft(world, applicant, *ALL, now=NOW), applicant, NOW)


def refused(sql: str, *values):
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE applications_caseevent SET opinion = 'x' WHERE case_id = %s",
        "DELETE FROM applications_caseevent WHERE case_id = %s",
        "UPDATE applications_paper SET number = 'x' WHERE case_id = %s",
        "UPDATE applications_paper SET content = '{}' WHERE case_id = %s",
        "DELETE FROM applications_paper WHERE case_id = %s",
        "UPDATE applications_case SET state = 'CLOSED' WHERE id = %s",
        "UPDATE applications_case SET close_type = 'GRANTED' WHERE id = %s",
        "UPDATE applications_case SET case_no = NULL WHERE id = %s",
        "UPDATE applications_case SET due_wd = NULL WHERE id = %s",
    ],
)
def test_history_and_states_are_kept_by_the_database(case, sql):
    refused(sql, case.pk)


def test_a_signed_commitment_is_never_changed(world, applicant):
    draft = cast.make_draft(world, applicant, "id", "degree", "photo", now=NOW)
    cast.promise(draft, applicant, {"works": "2026-09-24", "form": "2026-09-24"}, NOW)
    case = cast.submit(draft, applicant, NOW, agrees=True, signed_name="陈思远")
    refused("UPDATE applications_deferralcommitment SET signed_name = 'x' WHERE case_id = %s", case.pk)


def test_a_published_guide_is_frozen_and_may_only_end(world):
    guide = world.guide
    refused("UPDATE policies_guideversion SET promised_days = 1 WHERE id = %s", guide.pk)
    refused("DELETE FROM policies_guideversion WHERE id = %s", guide.pk)
    refused("UPDATE policies_materialspec SET tier = 'SECONDARY' WHERE guide_id = %s", guide.pk)
    refused("DELETE FROM policies_materialspec WHERE guide_id = %s", guide.pk)
    with pytest.raises(InternalError), transaction.atomic():
        MaterialSpec.objects.create(guide=guide, key="more", order=9, name_zh="x", name_en="x", tier="CORE")
    GuideVersion.objects.filter(pk=guide.pk).update(state="SUSPENDED", effective_to=cast.day("2027-01-01"))
    guide.refresh_from_db()
    assert guide.state == "SUSPENDED"


def test_a_core_material_is_never_deferrable(world):
    draft = GuideVersion.objects.create(
        item=world.item,
        version=2,
        effective_from=cast.day("2026-01-01"),
        case_kind="PROMISED",
        promised_days=5,
        statutory_days=20,
        result_kind="NONE",
    )
    with pytest.raises(IntegrityError, match="core_material_never_deferrable"), transaction.atomic():
        MaterialSpec.objects.create(
            guide=draft, key="k", order=1, name_zh="x", name_en="x", tier="CORE", deferrable=True
        )


def test_one_draft_and_one_open_case_per_person_and_item(world, applicant, case):
    values = {
        "item": world.item,
        "guide": world.guide,
        "organization": world.office,
        "region": world.county,
        "applicant": applicant,
        "created_at": NOW,
        "saved_at": NOW,
    }
    Case.objects.create(**values)
    with pytest.raises(IntegrityError, match="case_one_draft"), transaction.atomic():
        Case.objects.create(**values)
    with pytest.raises(IntegrityError, match="case_one_open"), transaction.atomic():
        Case.objects.create(**values, state="RECEIVED", case_no="1", received_at=NOW)


def test_nobody_decides_what_they_examined(case, examiner):
    with pytest.raises(IntegrityError, match="decided_by_another_person"), transaction.atomic():
        Decision.objects.create(
            case=case,
            proposal="GRANT",
            opinion="可",
            examined_by=examiner,
            examined_at=NOW,
            decision="GRANT",
            decided_by=examiner,
            decided_at=NOW,
        )


def test_a_material_is_there_once(case):
    with pytest.raises(IntegrityError, match="material_once_per_case"), transaction.atomic():
        Material.objects.create(case=case, spec=case.materials.first().spec)
