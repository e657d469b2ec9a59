"""Brands for tests: built by a unit, recognized at some tiers, with points to be evaluated by."""

import datetime as dt

from certificates import services as certificates
from certificates.models import Certificate
from laborbrands.models import Brand, Builder, Industry, Recognition, Subsidy, SubsidyRule
from reviews.models import ScoreScheme
from tests.cast import moment

CRITERIA = [
    {"key": "jobs", "label": {"zh": "带动就业", "en": "Jobs"}, "max": 60},
    {"key": "quality", "label": {"zh": "质量", "en": "Quality"}, "max": 40},
    {"key": "extra", "label": {"zh": "加分", "en": "Bonus"}, "max": 5, "is_bonus": True},
]


def make_brand(
    world, name="呈贡花艺师", *, unit=None, tiers=("COUNTY", "PROVINCIAL"), on="2024-05-01", **facts
) -> Brand:
    """Make a recognized brand at home in the county of the world, built by a unit."""
    industry, _made = Industry.objects.get_or_create(code="flowers", defaults={"name_zh": "花卉", "name_en": "Flowers"})
    brand = Brand.objects.create(
        **{
            "code": f"brand-{Brand.objects.count() + 1}",
            "name_zh": name,
            "name_en": f"Brand {name}",
            "category": "SKILL",
            "industry": industry,
            "region": world.county,
            "department": world.office,
            "stage": "RECOGNIZED",
            "created_at": moment("2024-05-01 09:00"),
        }
        | facts
    )
    Builder.objects.create(brand=brand, unit=unit, name_zh="示例花卉公司", starts_on=dt.date(2024, 1, 1))
    for tier in tiers:
        Recognition.objects.create(brand=brand, tier=tier, recognized_on=dt.date.fromisoformat(on), document_no="1号")
    return brand


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
