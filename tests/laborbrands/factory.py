"""Brands for tests: on a map of three prefectures, kept honest by an office, or with everything around them."""

import datetime as dt
from datetime import timedelta
from types import SimpleNamespace

from django.utils import timezone

from accounts.models import Organization, User
from certificates import services as certificates
from certificates.models import Certificate
from laborbrands.models import (
    Ambassador,
    Brand,
    BrandEvent,
    BrandOccupation,
    BrandStat,
    Builder,
    Cooperation,
    CountyProfile,
    Enquiry,
    Industry,
    Opening,
    Plan,
    Recognition,
    Studio,
    Subsidy,
    SubsidyRule,
    Team,
    TrainingClass,
)
from regions.models import Region
from reviews.models import ScoreScheme
from tests.cast import day, moment

NOW = moment("2026-09-18 10:00")
TODAY = day("2026-09-18")
INDUSTRIES = ("agriculture", "manufacturing", "culture")
CRITERIA = [
    {"key": "jobs", "label": {"zh": "带动就业", "en": "Jobs"}, "max": 60},
    {"key": "quality", "label": {"zh": "质量", "en": "Quality"}, "max": 40},
    {"key": "extra", "label": {"zh": "加分", "en": "Bonus"}, "max": 5, "is_bonus": True},
]
VALUES = {
    "practitioners": 900,
    "driven_jobs": 800,
    "new_jobs": 80,
    "exported_out": 100,
    "trained": 50,
    "certified_junior": 20,
    "monthly_income_yuan": 5200,
}


def square(west: float, south: float, side: float) -> list:
    east, north = west + side, south + side
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def make_region(code: str, kind: str, parent=None, at=(100.0, 24.0), side=3.0, **more) -> Region:
    return Region.objects.create(
        code=code,
        kind=kind,
        name_zh=more.pop("name_zh", f"地{code}"),
        name_en=f"Place {code}",
        parent=parent,
        path=f"{parent.path}/{code}" if parent else code,
        outline=square(*at, side),
        center=[at[0] + side / 2, at[1] + side / 2],
        **more,
    )


def make_province() -> SimpleNamespace:
    """Make a province with three prefectures of three counties each, its office and industries."""
    province = make_region("530000", "PROVINCE", name_zh="云南省")
    prefectures, counties = [], []
    for column in range(3):
        code = f"530{column + 1}00"
        prefecture = make_region(code, "PREFECTURE", province, (100 + column, 24), 1, name_zh=f"州{column + 1}市")
        prefectures.append(prefecture)
        for row in range(3):
            at = (100 + column + row / 3, 24)
            counties.append(make_region(f"{code[:4]}{row + 1:02d}", "COUNTY", prefecture, at, 0.3))
    office = Organization.objects.create(
        name_zh="云南省人力资源和社会保障厅", name_en="Department", uscc="11990000MB0000001X", region=province
    )
    for order, code in enumerate(INDUSTRIES):
        Industry.objects.get_or_create(code=code, defaults={"order": order, "name_zh": code, "name_en": code})
    CountyProfile.objects.create(region=counties[0], kind="AGRICULTURE")
    CountyProfile.objects.create(region=counties[0], kind="PORT")
    CountyProfile.objects.create(region=counties[4], kind="PORT")
    return SimpleNamespace(province=province, prefectures=prefectures, counties=counties, office=office)


def make_brand(
    region: Region, code: str, *tiers, figures=(), industry: str = "agriculture", unit=None, document_no="", **more
) -> Brand:
    """Make a brand. `tiers`: (tier, from[, until]) as days in words; `figures`: (year, jobs, trained[, verified]).

    `unit` builds it, where one is given.
    """
    industry_row, _made = Industry.objects.get_or_create(
        code=industry, defaults={"name_zh": industry, "name_en": industry}
    )
    defaults = {"stage": "RECOGNIZED", "category": "SKILL", "created_at": NOW, "name_zh": f"品牌{code}"}
    defaults |= {"name_en": f"Brand {code}", "department": Organization.objects.order_by("pk").first()}
    brand = Brand.objects.create(code=code, region=region, industry=industry_row, **defaults | more)
    for tier, begins, *ends in tiers:
        end = {"ended_on": day(ends[0]), "end_reason": "REMOVED"} if ends else {}
        Recognition.objects.create(brand=brand, tier=tier, recognized_on=day(begins), document_no=document_no, **end)
    for version, (year, jobs, trained, *verified) in enumerate(figures, start=1):
        seal = {"verified_by": verifier(), "verified_at": NOW} if verified != [False] else {}
        values = {"driven_jobs": jobs, "trained": trained, "reported_at": NOW, "source": "test"}
        BrandStat.objects.create(brand=brand, year=year, version=version, **values | seal)
    if unit:
        Builder.objects.create(brand=brand, unit=unit, name_zh=unit.name, starts_on=day("2024-01-01"))
    return brand


def verifier() -> User:
    return User.objects.get_or_create(email="verifier@example.org", defaults={"name": "核验"})[0]


# --- brands that an office keeps honest -------------------------------------------------------------------------------


def kept_brand(
    world, name="呈贡花艺师", *, unit=None, tiers=("COUNTY", "PROVINCIAL"), on="2024-05-01", **facts
) -> Brand:
    """Make a recognized brand at home in the county of the world."""
    named = {"code": f"brand-{Brand.objects.count() + 1}", "name_zh": name, "name_en": f"Brand {name}"}
    given = {"department": world.office, "industry": "flowers", "document_no": "1号"} | named | facts
    return make_brand(world.county, given.pop("code"), *((tier, on) for tier in tiers), unit=unit, **given)


def make_scheme(code="evaluation") -> ScoreScheme:
    return ScoreScheme.objects.create(code=code, name_zh="评价标准", name_en="Scheme", criteria=CRITERIA)


def pay_subsidy(brand: Brand, tier="PROVINCIAL", *, state="PAID") -> Subsidy:
    """Write down a subsidy of a tier, paid or not."""
    rule, _made = SubsidyRule.objects.get_or_create(
        tier=tier, effective_from=dt.date(2024, 1, 1), defaults={"amount_yuan": 100000, "basis": "x"}
    )
    return Subsidy.objects.create(
        brand=brand,
        tier=tier,
        recognition=brand.recognitions.get(tier=tier),
        rule=rule,
        year=2024,
        amount_yuan=100000,
        state=state,
        paid_on=dt.date(2024, 9, 1) if state == "PAID" else None,
    )


def give_plate(world, brand: Brand, holder, tier="PROVINCIAL") -> Certificate:
    """Give a recognition a plate that is valid."""
    now = moment("2024-06-01 09:00")
    made = certificates.request_certificate(
        source=f"plate:{brand.pk}",
        kind=world.guide.certificate_kind,
        organization=world.office,
        holder=holder.person,
        face={"level": {"zh": "省级", "en": "provincial"}},
        approved_on=now.date(),
        valid_until=None,
        now=now,
        actor=None,
    )
    sealed = {"file": "certificates/x.pdf", "sha256": "0" * 64, "sealed_at": now}
    Certificate.objects.filter(pk=made.pk).update(status="VALID", **sealed)
    brand.recognitions.filter(tier=tier).update(certificate=made)
    return made


# --- a brand with everything around it --------------------------------------------------------------------------------


def florists(world, code="florists", *, unit=None, **fields) -> Brand:
    """Make a provincial brand of the world's county, with a story."""
    words = {"name_zh": f"花匠{code}", "name_en": f"Florists {code}", "story_zh": "斗南的花"}
    tiers = ("COUNTY", "2024-03-15"), ("PROVINCIAL", "2025-09-10")
    given = {"department": world.office, "industry": "flowers", "document_no": "7号"} | words | fields
    return make_brand(world.county, code, *tiers, unit=unit, **given)


def surround(brand: Brand, now) -> None:
    """Put one row of everything around a brand."""
    today = timezone.localdate(now)
    later = today + timedelta(days=30)
    BrandEvent.objects.create(brand=brand, verb="enter", on=day("2024-01-05"), at=now, text_zh="入库", text_en="In")
    BrandEvent.objects.create(
        brand=brand, verb="note", on=today, at=now, text_zh="内部", text_en="Internal", is_public=False
    )
    BrandStat.objects.create(brand=brand, year=2025, source="工资表", reported_at=now, **VALUES)
    occupation = BrandOccupation.objects.create(brand=brand, name_zh="插花花艺师", name_en="Florist")
    days = {"starts_on": today, "ends_on": later}
    Ambassador.objects.create(brand=brand, name_zh="杨若兰", name_en="Yang Ruolan", **days)
    Studio.objects.create(brand=brand, name_zh="大师工作室", name_en="Master studio")
    TrainingClass.objects.create(
        brand=brand,
        occupation=occupation,
        title_zh="花艺班",
        title_en="Floristry class",
        host="花艺学校",
        hours=80,
        places=30,
        apply_until=later,
        **days,
    )
    Opening.objects.create(
        brand=brand,
        title_zh="招花艺师",
        title_en="Florists wanted",
        unit_name="花店",
        posts=12,
        opens_on=today,
        closes_on=later,
    )
    team = Team.objects.create(brand=brand, leader="赵组长", leader_post="副区长", since=today)
    team.members.create(name="钱组员", unit="总工会", duty="维权")
    plan = Plan.objects.create(brand=brand, year=today.year, title_zh="年度方案")
    plan.tasks.create(text_zh="办比赛", text_en="Hold a competition", owner="人社局", due_on=later)
    Cooperation.objects.create(code="sh", name_zh="沪滇协作", name_en="Shanghai", partner_code="310000").brands.add(
        brand
    )
    Enquiry.objects.create(brand=brand, kind="HIRE", name="王老板", contact="13800000000", text="要十人", at=now)
