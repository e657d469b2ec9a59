"""The road to a recognition: who may say what in which order, and what comes of it."""

import datetime as dt

import pytest

from accounts.models import Unit, UnitMember
from applications import services as cases
from applications.states import State
from certificates import queries
from certificates.models import Certificate
from certificates.services import cancel, reissue, seal_certificate
from laborbrands.models import Brand, BrandApplication, Endorsement, Recognition, Subsidy
from laborbrands.services import recognition
from tests import cast
from tests.applications.life import at_once, refused, verbs
from tests.cast import moment
from tests.laborbrands import recognition as road
from tests.laborbrands.recognition import NOW, held, make_brand, word
from tests.pdf import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return road.make_scene()


@pytest.fixture
def county_brand(scene):
    """The brand of the scene's unit, recognized by the county more than a year ago."""
    brand = make_brand(scene)
    held(brand, "COUNTY", "2025-01-10", valid_until=dt.date(2028, 1, 10))
    return brand


def conclude(case, actor, **words):
    return {
        "verb": cases.conclude,
        "case": case,
        "actor": actor,
        "now": NOW,
        "proposal": "GRANT",
        "opinion": "可",
    } | words


def why_not(case, actor, **words) -> list[str]:
    asked = conclude(case, actor, **words)
    return refused(asked.pop("verb"), **asked)


# --- handing in


def test_the_window_must_be_that_of_the_home_county(scene, county_brand):
    case = road.draft(scene, window=scene.world.other_window)
    reasons = refused(cases.submit, case=case, actor=scene.handler, now=NOW, declares=True)
    assert reasons == ["Choose the window of Region 530114, where the brand is at home."]


@pytest.mark.parametrize("home", ["530100", "530000", "", "999999", "x", None])
def test_the_home_must_be_a_county(scene, county_brand, home):
    case = road.draft(scene, home=home)
    assert refused(cases.submit, case=case, actor=scene.handler, now=NOW, declares=True) == [
        "Choose the county where the brand is at home."
    ]


@pytest.mark.parametrize(
    ("tier", "since", "asked", "reason"),
    [
        ("COUNTY", "2025-09-19", "PROVINCIAL", "This tier needs a lower recognition that has been valid for a year."),
        ("PROVINCIAL", "2025-01-01", "PROVINCIAL", "The brand is recognized at this tier already."),
        ("NATIONAL", "2025-01-01", "PROVINCIAL", "The brand is recognized at a higher tier already."),
        ("COUNTY", "2025-01-01", "COUNTY", "The brand is recognized at this tier already."),
    ],
)
def test_no_tier_twice_and_a_higher_one_only_after_a_year(scene, tier, since, asked, reason):
    held(make_brand(scene), tier, since)
    case = road.draft(scene, tier=asked)
    assert refused(cases.submit, case=case, actor=scene.handler, now=NOW, declares=True) == [reason]


def test_a_year_to_the_day_is_enough(scene):
    held(make_brand(scene), "COUNTY", "2025-09-18")
    assert road.submitted(scene).state == State.RECEIVED


def test_a_new_brand_begins_in_the_county(scene):
    case = road.draft(scene)
    assert refused(cases.submit, case=case, actor=scene.handler, now=NOW, declares=True) == [
        "This tier needs a lower recognition that has been valid for a year."
    ]
    assert road.submitted(scene, tier="COUNTY").state == State.RECEIVED


def test_an_expired_recognition_does_not_count(scene):
    held(make_brand(scene), "COUNTY", "2022-01-01", valid_until=dt.date(2025, 1, 1))
    case = road.draft(scene)
    assert "This tier needs" in refused(cases.submit, case=case, actor=scene.handler, now=NOW, declares=True)[0]


@pytest.mark.parametrize(
    ("stage", "reason"),
    [
        ("MERGED", "This brand goes on under another name; apply under that one."),
        ("RECTIFYING", "The brand is putting things right; a new tier has to wait."),
    ],
)
def test_the_stage_of_a_brand_may_stand_against_it(scene, stage, reason):
    make_brand(scene, stage=stage)
    case = road.draft(scene, tier="COUNTY")
    assert reason in refused(cases.submit, case=case, actor=scene.handler, now=NOW, declares=True)


def test_the_brand_of_another_unit_is_not_taken(scene, county_brand):
    other = cast.make_person("other@example.org", "孙他", "990102199511300039")
    unit = Unit.objects.create(
        name="别家",
        uscc="91990102MA0000002X",
        region=scene.world.county,
        work_region=scene.world.county,
        status="VERIFIED",
    )
    UnitMember.objects.create(unit=unit, user=other, role="OWNER", joined_at=NOW)
    case = road.draft(scene, handler=other, unit=unit)
    reasons = refused(cases.submit, case=case, actor=other, now=NOW, declares=True)
    assert reasons == ["A brand of this name exists, and another unit builds it."]


def test_two_handlers_do_not_apply_for_the_same_tier_at_the_same_time(scene, county_brand):
    road.accepted(scene)
    second = road.colleague(scene)
    case = road.draft(scene, handler=second)
    reasons = refused(cases.submit, case=case, actor=second, now=NOW, declares=True)
    assert reasons == ["Another application for this brand and tier is under way."]


# --- county and prefecture


def test_acceptance_writes_the_application_down_and_marks_the_brand(scene):
    brand = make_brand(scene)
    application = road.accepted(scene, tier="COUNTY").brand_application
    assert (application.tier, application.region, application.brand) == ("COUNTY", scene.world.county, brand)
    brand.refresh_from_db()
    assert brand.stage == "APPLYING"
    assert [(e.verb, e.is_public) for e in brand.events.all()] == [("apply", False)]


def test_county_then_prefecture_each_by_its_own_office(scene, county_brand):
    case = road.accepted(scene)
    for stranger in (scene.city_examiner, scene.examiner, scene.leader):
        assert refused(recognition.endorse, **_word(case, stranger)) == [
            "Next is: county check, by the office of Region 530114."
        ]
    word(case, scene.clerk)
    for stranger in (scene.clerk, scene.county_examiner, scene.examiner):
        assert refused(recognition.endorse, **_word(case, stranger)) == [
            "Next is: prefecture endorsement, by the office of Region 530100."
        ]
    word(case, scene.city_examiner)
    assert [(e.level, e.organization.region_id) for e in Endorsement.objects.order_by("pk")] == [
        ("COUNTY", "530114"),
        ("PREFECTURE", "530100"),
    ]
    assert verbs(case)[-2:] == ["endorse", "endorse"]
    case.refresh_from_db()
    assert case.state == State.EXAMINING
    assert refused(recognition.endorse, **_word(case, scene.city_examiner)) == [
        "Nobody else has to check or endorse this application; the office of the tier decides."
    ]


def _word(case, actor, **words):
    application = BrandApplication.objects.get(case=case)
    return {
        "application": application,
        "actor": actor,
        "now": NOW,
        "is_favorable": True,
        "opinion": "属实",
    } | words


def test_a_word_needs_an_opinion_and_a_case_that_is_examined(scene, county_brand):
    case = road.submitted(scene)
    application = recognition.application_of(case, now=NOW)
    assert refused(
        recognition.endorse, application=application, actor=scene.clerk, now=NOW, is_favorable=True, opinion="x"
    ) == ["The case is in another state now: Received, to be accepted."]
    cast.check_all(case, scene.clerk, NOW)
    case = cases.accept(case=case, actor=scene.clerk, now=NOW)
    assert refused(recognition.endorse, **_word(case, scene.clerk, opinion=" \n")) == ["Write down your opinion."]


def test_nobody_of_the_unit_gives_the_word_whether_they_belong_to_it_now_or_did(scene, county_brand):
    case = road.accepted(scene)
    member = UnitMember.objects.create(unit=scene.unit, user=scene.clerk, role="HR", joined_at=NOW)
    assert refused(recognition.endorse, **_word(case, scene.clerk)) == ["This step is for another role."]
    member.left_at = NOW
    member.save()
    assert refused(recognition.endorse, **_word(case, scene.clerk)) == [
        "You belong to the unit that applies; a colleague has to do this."
    ]


@pytest.mark.django_db(transaction=True)
def test_of_two_words_at_the_same_moment_one_is_kept(scene, county_brand):
    case = road.accepted(scene)
    both = [lambda: word(case, scene.clerk), lambda: word(case, scene.county_examiner)]
    results = at_once(*both)
    assert results.count("done") == 1
    assert Endorsement.objects.count() == 1


# --- what stands against a grant


def test_every_obstacle_is_named(scene, county_brand):
    case = road.accepted(scene)
    road.found_smaller(case)
    assert why_not(case, scene.examiner) == [
        "Still missing: county check.",
        "Condition not met: at least 3,000 people",
        "The expert review has no result yet.",
    ]


def test_an_unfavorable_word_leaves_a_refusal_only(scene, county_brand):
    case = road.accepted(scene)
    word(case, scene.clerk, favorable=False)
    word(case, scene.city_examiner)
    road.reviewed(scene, case)
    assert why_not(case, scene.examiner) == ["county check: not recommended. Only a refusal can follow."]
    case = cases.conclude(case=case, actor=scene.examiner, now=NOW, proposal="REFUSE", opinion="县级初审不同意")
    case = cases.refuse(case=case, actor=scene.leader, now=NOW, reason="R01", reason_text="初审未通过")
    assert case.close_type == "REFUSED"


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"mean": "79.99"}, "The mean of 79.99 points is below the line of 80."),
        ({"needs_more": True}, "The scores are too far apart: two further experts have to score first."),
        ({"needs_panel": True, "vetoes": 2}, "Experts gave a veto: the office has to discuss it first."),
    ],
)
def test_the_result_of_the_experts_stands_against_it(scene, county_brand, facts, reason):
    case = road.endorsed(scene)
    road.reviewed(scene, case, **facts)
    assert why_not(case, scene.examiner) == [reason]


def test_the_line_itself_is_enough(scene, county_brand):
    case = road.endorsed(scene)
    road.reviewed(scene, case, mean="80.00")
    assert cases.conclude(case=case, actor=scene.examiner, now=NOW, proposal="GRANT", opinion="可").state == "REVIEWED"


def test_only_the_office_of_the_tier_decides_either_way(scene, county_brand):
    case = road.endorsed(scene)
    road.reviewed(scene, case)
    wrong = ["On this tier decides the office of Region 530000."]
    for stranger in (scene.city_examiner, scene.county_examiner):
        assert why_not(case, stranger) == wrong
        assert why_not(case, stranger, proposal="REFUSE") == wrong
    case = cases.conclude(case=case, actor=scene.examiner, now=NOW, proposal="GRANT", opinion="可")
    road.published(scene, case)
    assert refused(cases.grant, case=case, actor=scene.county_leader, now=NOW) == wrong
    assert refused(cases.refuse, case=case, actor=scene.county_leader, now=NOW, reason="R01", reason_text="x") == wrong


def test_the_county_decides_on_its_own_tier_without_anybodys_word(scene):
    case = road.accepted(scene, tier="COUNTY")
    road.reviewed(scene, case, mean="61")
    assert why_not(case, scene.examiner) == ["On this tier decides the office of Region 530114."]
    case = cases.conclude(case=case, actor=scene.county_examiner, now=NOW, proposal="GRANT", opinion="可")
    road.published(scene, case)
    case = cases.grant(case=case, actor=scene.county_leader, now=NOW)
    brand = Brand.objects.get()
    assert (brand.stage, brand.code, brand.region_id) == ("RECOGNIZED", "cheng-gong-hua-jiang", "530114")
    office = scene.offices[scene.world.county]
    assert Certificate.objects.get(source=f"case:{case.pk}").organization == office
    papers = case.papers.filter(kind__in=["ACCEPTANCE", "GRANT"])
    assert [paper.number.startswith(office.document_prefix) for paper in papers] == [True, True]
    assert not Subsidy.objects.exists()


@pytest.mark.parametrize(
    ("until", "state", "reason"),
    [
        ("2026-09-18", "SHOWN", "publicity"),
        ("2026-09-17", "STRUCK", "struck off"),
        ("2026-09-17", "WITHDRAWN", "withdrawn"),
    ],
)
def test_publicity_stands_against_the_grant(scene, county_brand, until, state, reason):
    case = road.concluded(scene)
    assert refused(cases.grant, case=case, actor=scene.leader, now=NOW) != []
    entry = road.published(scene, case, until=until)
    entry.state = state
    entry.save()
    assert reason in refused(cases.grant, case=case, actor=scene.leader, now=NOW)[0]
    assert not Recognition.objects.filter(tier="PROVINCIAL").exists()


# --- what comes of it


def test_a_grant_brings_recognition_plate_event_stage_and_subsidy(scene, county_brand):
    case = road.granted(scene)
    given = Recognition.objects.get(case=case)
    assert (given.brand, given.tier, given.recognized_on) == (county_brand, "PROVINCIAL", dt.date(2026, 9, 18))
    assert given.valid_until == dt.date(2029, 9, 18)
    assert given.document_no == case.papers.get(kind="GRANT").number
    plate = given.certificate
    assert plate.face["brand"] == {"zh": "呈贡花匠", "en": "Brand 呈贡花匠"}
    assert plate.face["builder"]["en"] == "Yunling Sample Ltd"
    assert plate.organization == scene.world.office
    county_brand.refresh_from_db()
    assert county_brand.stage == "RECOGNIZED"
    assert [e.tier for e in county_brand.events.filter(verb="recognize")] == ["PROVINCIAL"]
    subsidy = Subsidy.objects.get()
    assert (subsidy.recognition, subsidy.amount_yuan, subsidy.state) == (given, 100000, "ENTITLED")
    assert BrandApplication.objects.get().brand == county_brand
    seal_certificate(certificate_id=plate.pk, now=NOW)
    case.refresh_from_db()
    assert case.state == State.READY


def test_a_grant_of_a_new_brand_makes_it_from_the_answers(scene):
    case = road.accepted(scene, tier="COUNTY", trademark="REGISTERED", trademark_no="123")
    road.reviewed(scene, case)
    case = cases.conclude(case=case, actor=scene.county_examiner, now=NOW, proposal="GRANT", opinion="可")
    road.published(scene, case)
    cases.grant(case=case, actor=scene.county_leader, now=NOW)
    brand = Brand.objects.get()
    assert (str(brand.longitude), str(brand.latitude)) == ("102.8500", "24.8800")
    assert (brand.trademark_state, brand.trademark_no, brand.founded_year) == ("REGISTERED", "123", 2012)
    assert brand.destinations == [{"province": "310000"}]
    assert brand.builders.get().unit == scene.unit
    assert brand.department == scene.offices[scene.world.county]


def test_codes_are_unique_where_names_sound_alike(scene):
    make_brand(scene, "某某", unit=False)
    Brand.objects.update(code="cheng-gong-hua-jiang")
    assert recognition._free_code("呈贡花匠") == "cheng-gong-hua-jiang-2"
    assert recognition._free_code("…") == "brand"


def test_a_removed_brand_comes_back_as_itself(scene):
    brand = make_brand(scene, stage="REMOVED")
    case = road.accepted(scene, tier="COUNTY")
    assert case.brand_application.brand == brand
    assert recognition.found_brand(case.brand_application, now=NOW) == brand


def test_a_recognition_that_expired_is_ended_when_it_is_renewed(scene):
    brand = make_brand(scene)
    old = held(brand, "COUNTY", "2022-01-01", valid_until=dt.date(2025, 1, 1))
    recognition.recognize(
        brand=brand, tier="COUNTY", recognized_on=dt.date(2026, 9, 18), document_no="2", actor=scene.leader, now=NOW
    )
    old.refresh_from_db()
    assert (old.ended_on, old.end_reason) == (dt.date(2025, 1, 2), "EXPIRED")
    assert refused(
        recognition.recognize,
        brand=brand,
        tier="COUNTY",
        recognized_on=dt.date(2026, 9, 18),
        document_no="3",
        actor=scene.leader,
        now=NOW,
    ) == ["The brand is recognized at this tier already."]


# --- other ends


def test_withdrawn_while_experts_review_or_in_publicity(scene):
    brand = make_brand(scene)
    case = road.accepted(scene, tier="COUNTY")
    standing = road.reviewed(scene, case)
    entry = road.published(scene, case, until="2026-09-30")
    cases.withdraw(case=case, actor=scene.handler, now=NOW)
    standing.dossier.refresh_from_db()
    entry.refresh_from_db()
    brand.refresh_from_db()
    assert standing.dossier.withdrawn_at
    assert entry.state == "WITHDRAWN"
    assert brand.stage == "CULTIVATION"


def test_a_recognized_brand_keeps_its_stage_when_its_application_ends(scene, county_brand):
    case = road.accepted(scene)
    cases.withdraw(case=case, actor=scene.handler, now=NOW)
    county_brand.refresh_from_db()
    assert county_brand.stage == "RECOGNIZED"


def test_terminated_after_the_grant_the_recognition_ends_and_the_unpaid_subsidy_is_forfeited(scene, county_brand):
    case = road.granted(scene)
    cases.terminate(case=case, actor=scene.leader, now=moment("2026-09-21 09:00"), reason="T02", explanation="单位注销")
    given = Recognition.objects.get(case=case)
    assert (given.end_reason, given.ended_on) == ("REMOVED", dt.date(2026, 9, 21))
    assert Subsidy.objects.get().state == "FORFEITED"
    county_brand.refresh_from_db()
    assert county_brand.stage == "RECOGNIZED"  # by the county, still


def test_a_cancelled_plate_ends_the_recognition(scene, county_brand):
    case = road.granted(scene)
    plate = seal_certificate(certificate_id=Recognition.objects.get(case=case).certificate_id, now=NOW)
    cancel(certificate=plate, reason="放弃", actor=None, now=NOW)
    assert Recognition.objects.get(case=case).ended_on == dt.date(2026, 9, 18)


# --- the plate


def test_the_builder_unit_holds_the_plate_whoever_applied(scene, county_brand, tmp_path):
    case = road.granted(scene)
    plate = seal_certificate(certificate_id=Recognition.objects.get(case=case).certificate_id, now=NOW)
    assert (plate.unit, plate.holder_name, plate.holder_id_masked) == (scene.unit, scene.unit.name, scene.unit.uscc)
    assert queries.verdict(plate, NOW).holder == scene.unit.name  # whole: it is no person's
    with plate.file.open("rb") as file:
        words = text_of(file.read(), tmp_path)
    assert scene.unit.name in words
    assert scene.handler.person.name not in words
    colleague = road.colleague(scene)
    assert plate in Certificate.objects.own(colleague)
    UnitMember.objects.filter(user=scene.handler).update(left_at=NOW)
    assert plate not in Certificate.objects.own(scene.handler)
    assert queries.by_number_and_name(plate.number, scene.unit.name) == plate
    assert queries.by_number_and_name(plate.number, scene.handler.person.name) is None


def test_a_new_version_of_the_plate_bears_the_units_present_name(scene, county_brand):
    case = road.granted(scene)
    plate = seal_certificate(certificate_id=Recognition.objects.get(case=case).certificate_id, now=NOW)
    scene.unit.name = "云岭花匠有限公司"
    scene.unit.save()
    newer = reissue(certificate=plate, reason="更名", actor=None, now=NOW)
    assert (newer.unit, newer.holder_name) == (scene.unit, "云岭花匠有限公司")
