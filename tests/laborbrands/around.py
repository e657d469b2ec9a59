"""A brand with everything around it, for the tests of its page, its figures and its admin."""

from datetime import timedelta

from django.utils import timezone

from laborbrands.models import (
    Ambassador,
    Brand,
    BrandEvent,
    BrandOccupation,
    BrandStat,
    Builder,
    Cooperation,
    Enquiry,
    Industry,
    Opening,
    Plan,
    Recognition,
    Studio,
    Team,
    TrainingClass,
)
from tests import cast

VALUES = {
    "practitioners": 900,
    "driven_jobs": 800,
    "new_jobs": 80,
    "exported_out": 100,
    "trained": 50,
    "certified_junior": 20,
    "monthly_income_yuan": 5200,
}


def make_brand(world, now, code="florists", stage="RECOGNIZED", unit=None, **fields) -> Brand:
    """Make a provincial brand of the world's county, built by a unit."""
    industry, _is_new = Industry.objects.get_or_create(
        code="flowers", defaults={"name_zh": "花卉", "name_en": "Flowers"}
    )
    values = {"name_zh": f"花匠{code}", "name_en": f"Florists {code}", "category": "SKILL", "story_zh": "斗南的花"}
    brand = Brand.objects.create(
        code=code,
        industry=industry,
        region=world.county,
        department=world.office,
        stage=stage,
        created_at=now,
        **values | fields,
    )
    Recognition.objects.create(brand=brand, tier="COUNTY", recognized_on=cast.day("2024-03-15"))
    Recognition.objects.create(brand=brand, tier="PROVINCIAL", recognized_on=cast.day("2025-09-10"), document_no="7号")
    if unit:
        Builder.objects.create(brand=brand, unit=unit, name_zh=unit.name, starts_on=cast.day("2024-01-01"))
    return brand


def surround(brand: Brand, now) -> None:
    """Put one row of everything around a brand."""
    today = timezone.localdate(now)
    later = today + timedelta(days=30)
    BrandEvent.objects.create(
        brand=brand, verb="enter", on=cast.day("2024-01-05"), at=now, text_zh="入库", text_en="In"
    )
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
