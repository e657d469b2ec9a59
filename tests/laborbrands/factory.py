"""A province of three prefectures with outlines, and brands made in one line."""

from types import SimpleNamespace

from accounts.models import Organization, User
from laborbrands.models import Brand, BrandStat, CountyProfile, Industry, Recognition
from regions.models import Region
from tests.cast import day, moment

NOW = moment("2026-09-18 10:00")
TODAY = day("2026-09-18")
INDUSTRIES = ("agriculture", "manufacturing", "culture")


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


def make_brand(region: Region, code: str, *tiers, figures=(), industry: str = "agriculture", **more) -> Brand:
    """Make a brand. `tiers`: (tier, from[, until]) as days in words; `figures`: (year, jobs, trained[, verified])."""
    industry_row, _made = Industry.objects.get_or_create(
        code=industry, defaults={"name_zh": industry, "name_en": industry}
    )
    defaults = {"stage": "RECOGNIZED", "category": "SKILL", "created_at": NOW, "name_zh": f"品牌{code}"}
    defaults |= {"name_en": f"Brand {code}", "department": Organization.objects.order_by("pk").first()}
    brand = Brand.objects.create(code=code, region=region, industry=industry_row, **defaults | more)
    for tier, begins, *ends in tiers:
        end = {"ended_on": day(ends[0]), "end_reason": "REMOVED"} if ends else {}
        Recognition.objects.create(brand=brand, tier=tier, recognized_on=day(begins), **end)
    for version, (year, jobs, trained, *verified) in enumerate(figures, start=1):
        seal = {"verified_by": verifier(), "verified_at": NOW} if verified != [False] else {}
        values = {"driven_jobs": jobs, "trained": trained, "reported_at": NOW, "source": "test"}
        BrandStat.objects.create(brand=brand, year=year, version=version, **values | seal)
    return brand


def verifier() -> User:
    return User.objects.get_or_create(email="verifier@example.org", defaults={"name": "核验"})[0]
