"""The road from the application of a unit to its plate and money, by the verbs of every office."""

from decimal import Decimal

import pytest

from applications import services as cases
from applications.states import State
from certificates.services import seal_certificate
from laborbrands.models import Brand, Recognition, Subsidy
from reviews.services import publicity
from tests.applications.life import refused
from tests.cast import moment
from tests.laborbrands import recognition as road
from tests.laborbrands.recognition import held, make_brand, word

pytestmark = pytest.mark.django_db


def test_from_the_county_to_the_plate_and_the_money():
    scene = road.make_scene()
    brand = make_brand(scene)
    held(brand, "COUNTY", "2025-01-10")
    case = road.accepted(scene, now=moment("2026-09-01 10:00"))
    word(case, scene.clerk, now=moment("2026-09-02 10:00"))
    word(case, scene.city_examiner, now=moment("2026-09-03 10:00"))
    road.reviewed(scene, case, mean="86.54", now=moment("2026-09-08 10:00"))
    later = moment("2026-09-09 10:00")
    case = cases.conclude(case=case, actor=scene.examiner, now=later, proposal="GRANT", opinion="拟认定")
    shown = publicity.make_publicity(
        organization=scene.world.office, title_zh="拟认定名单", title_en="Proposed", actor=scene.examiner, now=later
    )
    publicity.add_entry(publicity=shown, actor=scene.examiner, now=later, case=case)
    publicity.post(publicity=shown, actor=scene.examiner, now=later)
    last_day = moment("2026-09-16 23:50")  # the day after posting is the first of five working days
    assert "The publicity runs until" in refused(cases.grant, case=case, actor=scene.leader, now=last_day)[0]
    decided = moment("2026-09-17 09:00")
    case = cases.grant(case=case, actor=scene.leader, now=decided)
    given = Recognition.objects.get(case=case)
    seal_certificate(certificate_id=given.certificate_id, now=decided)
    given.certificate.refresh_from_db()
    case.refresh_from_db()
    assert (case.state, given.certificate.status) == (State.READY, "VALID")
    tiers = set(Brand.objects.get().recognitions.standing_on(decided.date()).values_list("tier", flat=True))
    assert tiers == {"COUNTY", "PROVINCIAL"}
    assert Subsidy.objects.get().amount_yuan == Decimal(100000)
    names = case.events.exclude(verb="check_material").order_by("seq").values_list("verb", flat=True)
    assert list(names) == ["submit", "accept", "endorse", "endorse", "conclude", "grant", "issue"]
