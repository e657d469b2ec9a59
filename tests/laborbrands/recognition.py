"""Applications for recognition on their way, for the tests: offices of three levels, a unit, each step of the road."""

import datetime as dt
from types import SimpleNamespace

from accounts.models import Organization, Role, UnitMember
from applications import services
from certificates.models import CertificateKind
from laborbrands.models import Brand, Builder, Condition, Industry, Recognition, SubsidyRule
from laborbrands.services import recognition
from policies.models import ServiceItem
from reviews.models import (
    Discipline,
    Dossier,
    Group,
    Publicity,
    PublicityEntry,
    ReviewRound,
    ScoreScheme,
    Standing,
)
from tests import cast
from tests.cast import moment

NOW = moment("2026-09-18 10:00")
ANSWERS = {
    "tier": "PROVINCIAL",
    "brand_name": "呈贡花匠",
    "brand_name_en": "Chenggong Flower Growers",
    "owner_kind": "REGIONAL",
    "category": "SKILL",
    "industry": "agriculture",
    "product": "鲜切花",
    "home": "530114",
    "trademark": "NONE",
    "founded_year": "2012",
    "practitioners": "3600",
    "new_jobs": "420",
    "destinations": ["local", "310000"],
    "story": "花农的手艺",
    "no_arrears": "yes",
}


def make_scene(now=NOW, **guide) -> SimpleNamespace:
    """A world with offices of three levels, the item, a unit with its handler, and the rules of the subsidy.

    `guide`: what of the item's guide is otherwise.
    """
    world = cast.make_world()
    world.county.center = [102.85, 24.88]
    world.county.save()
    offices = {place: make_office(place) for place in (world.city, world.county)}
    Industry.objects.create(code="agriculture", name_zh="特色农业", name_en="Agriculture")
    handler = cast.make_person("florist@example.org", "李春燕", "990101199003070015")
    scene = SimpleNamespace(
        world=world,
        item=make_item(world, **guide),
        handler=handler,
        unit=cast.make_unit(world.county, handler, now),
        clerk=_staff("clerk", Role.CLERK, world.county, offices[world.county], [world.window]),
        city_examiner=_staff("city", Role.EXAMINER, world.city, offices[world.city]),
        examiner=_staff("examiner", Role.EXAMINER, world.province, world.office),
        leader=_staff("leader", Role.LEADER, world.province, world.office),
        leader2=_staff("leader2", Role.LEADER, world.province, world.office),
        county_examiner=_staff("county-ex", Role.EXAMINER, world.county, offices[world.county]),
        county_leader=_staff("county-lead", Role.LEADER, world.county, offices[world.county]),
        offices=offices,
        scheme=ScoreScheme.objects.create(
            code="labor-brand", name_zh="评分标准", name_en="Sheet", lines={"PROVINCIAL": 80, "COUNTY": 60}
        ),
    )
    scene.unit.name_en = "Yunling Sample Ltd"
    scene.unit.save()
    make_rules()
    return scene


def _staff(name, role, region, office, windows=()):
    return cast.make_staff(f"{name}@example.org", name, role, region, office, windows)


def make_office(region) -> Organization:
    return Organization.objects.create(
        name_zh=f"{region.name_zh}人社局",
        name_en=f"Bureau of {region.code}",
        uscc=f"1199{region.code}MB000000",
        region=region,
        document_prefix=f"{region.code}人社",
    )


def make_item(world, **guide) -> ServiceItem:
    """Publish the item, with every answer a plain text, so that the road is what is tested."""
    kind = CertificateKind.objects.create(
        code="labor-brand",
        number_code="05",
        type_code="11990000MB0000001X905",
        name_zh="劳务品牌牌匾证书",
        name_en="Labor Brand Plate",
        text_zh="“{brand}”由{builder}建设，认定为{tier}劳务品牌。",
        text_en="“{brand}”, built by {builder}: labor brand; tier: {tier}.",
    )
    words = {"zh": "问题", "en": "Question"}
    questions = [
        {"key": key, "kind": "text" if key != "destinations" else "multi", "label": words, "required": False}
        | ({"choices": [{"value": v, "label": words} for v in ("local", "310000")]} if key == "destinations" else {})
        for key in [*ANSWERS, "trademark_no"]
    ]
    item, _guide = cast.make_item(
        world.province,
        world.office,
        [world.window, world.other_window],
        serial=12,
        outcome="labor-brand",
        by_unit=True,
        served_objects=["unit"],
        promised_days=60,
        statutory_days=0,
        special_kinds=["EXPERT_REVIEW"],
        questions=guide.get("questions", questions),
        certificate_kind=kind,
        result_valid_months=36,
    )
    return item


def make_rules() -> None:
    begins = dt.date(2026, 1, 1)
    common = {"effective_from": begins, "text_zh": "条件", "text_en": "Condition", "basis": "x"}
    Condition.objects.create(
        tier="PROVINCIAL",
        category="SKILL",
        question="practitioners",
        least=3000,
        **common | {"text_en": "at least 3,000 people"},
    )
    Condition.objects.create(tier="COUNTY", question="no_arrears", least=1, **common | {"text_en": "no unpaid wages"})
    for tier, amount in (("NATIONAL", 300000), ("PROVINCIAL", 100000)):
        SubsidyRule.objects.create(tier=tier, amount_yuan=amount, effective_from=begins, basis="x", fund="y")


def make_brand(scene, name="呈贡花匠", *, stage="CANDIDATE", unit=True, **fields) -> Brand:
    brand = Brand.objects.create(
        code=f"brand-{Brand.objects.count() + 1}",
        name_zh=name,
        name_en=f"Brand {name}",
        category="SKILL",
        industry_id="agriculture",
        region=scene.world.county,
        department=scene.offices[scene.world.county],
        stage=stage,
        created_at=NOW,
        **fields,
    )
    if unit:
        Builder.objects.create(brand=brand, unit=scene.unit, name_zh=scene.unit.name, starts_on=dt.date(2020, 1, 1))
    return brand


def held(brand: Brand, tier: str, since: str, **fields) -> Recognition:
    """A recognition of earlier, without its case."""
    Brand.objects.filter(pk=brand.pk).update(stage="RECOGNIZED")
    return Recognition.objects.create(
        brand=brand, tier=tier, recognized_on=dt.date.fromisoformat(since), document_no="1", **fields
    )


def draft(scene, *, handler=None, unit=None, window=None, now=NOW, **answers):
    handler, unit = handler or scene.handler, unit or scene.unit
    case = services.start(item=scene.item, actor=handler, unit=unit, now=now)
    services.save_answers(case=case, actor=handler, answers=ANSWERS | answers, step="materials", now=now)
    services.choose_window(case=case, actor=handler, window=window or scene.world.window, now=now)
    cast.hand_in(case, handler, "id", "degree", "works", "form", "photo", now=now)
    case.refresh_from_db()
    return case


def submitted(scene, now=NOW, **words):
    case = draft(scene, now=now, **words)
    return cast.submit(case, words.get("handler") or scene.handler, now)


def accepted(scene, now=NOW, **words):
    case = submitted(scene, now=now, **words)
    cast.check_all(case, scene.clerk, now)
    return services.accept(case=case, actor=scene.clerk, now=now)


def found_smaller(case) -> None:
    """The figures turn out smaller than what was handed in."""
    case.answers["practitioners"] = "2999"
    case.save(update_fields=["answers"])


def word(case, actor, *, favorable=True, opinion="情况属实", now=NOW):
    application = case.brand_application
    return recognition.endorse(application=application, actor=actor, now=now, is_favorable=favorable, opinion=opinion)


def endorsed(scene, now=NOW, **words):
    case = accepted(scene, now=now, **words)
    word(case, scene.clerk, now=now)
    word(case, scene.city_examiner, now=now)
    return case


def reviewed(scene, case, *, mean="86.5", now=NOW, **facts) -> Standing:
    """A result of the experts, written down without them."""
    number = f"R{ReviewRound.objects.count() + 1}"
    review = ReviewRound.objects.create(
        organization=scene.world.office,
        item=scene.item,
        number=number,
        title_zh="评审",
        title_en="Review",
        scheme=scene.scheme,
        created_by=scene.examiner,
        created_at=now,
    )
    field, _made = Discipline.objects.get_or_create(code="210", defaults={"name_zh": "农学", "name_en": "Agronomy"})
    dossier = Dossier.objects.create(
        group=Group.objects.create(round=review, seq=1, discipline=field), case=case, seq=1
    )
    said = {"sheets": 5, "spread": 8, "deviation": 3, "vetoes": 0, "rank": 1} | facts
    return Standing.objects.create(dossier=dossier, mean=mean, at=now, **said)


def published(scene, case, *, until="2026-09-17", now=NOW, state="OPEN") -> PublicityEntry:
    """A publicity of the case through a day."""
    last = dt.date.fromisoformat(until)
    publicity = Publicity.objects.create(
        organization=scene.world.office,
        number=f"P{Publicity.objects.count() + 1}",
        title_zh="公示",
        title_en="Publicity",
        state=state,
        posted_at=now,
        starts_on=last - dt.timedelta(days=4),
        ends_on=last,
        created_by=scene.examiner,
        created_at=now,
    )
    return PublicityEntry.objects.create(publicity=publicity, case=case, order=1, name_zh=scene.unit.name)


def concluded(scene, now=NOW, **words):
    case = endorsed(scene, now=now, **words)
    reviewed(scene, case, now=now)
    return services.conclude(case=case, actor=scene.examiner, now=now, proposal="GRANT", opinion="可")


def granted(scene, now=NOW, **words):
    case = concluded(scene, now=now, **words)
    published(scene, case, now=now)
    return services.grant(case=case, actor=scene.leader, now=now)


def colleague(scene, email="second@example.org", name="王二", number="990101198808150026", unit=None):
    """Another handler, of the same unit or of another one."""
    user = cast.make_person(email, name, number)
    if unit is None:
        UnitMember.objects.create(unit=scene.unit, user=user, role="HR", joined_at=NOW)
    return user
