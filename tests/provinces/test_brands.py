"""The labor brands of the demo: their number, tiers, places and industries; loading twice, and without a demo."""

import itertools
from collections import Counter
from datetime import date

import pytest
from django.apps import apps
from shapely.geometry import Point, Polygon

from laborbrands.models import (
    Ambassador,
    Brand,
    BrandEvent,
    BrandStat,
    CountyProfile,
    Industry,
    Opening,
    Recognition,
    ReportedFigure,
    TrainingClass,
)
from laborbrands.states import Category, Tier
from provinces import brands, demo_accounts, demo_brands, loader, packs
from regions.models import Region
from reviews.models import Discipline, Expert
from tests.cast import moment

NOW = moment("2026-11-23 10:00")
REPORTED_ON = date(2026, 1, 12)
PREFECTURES = {
    "昆明市": 28,
    "昭通市": 26,
    "红河哈尼族彝族自治州": 25,
    "曲靖市": 24,
    "大理白族自治州": 20,
    "普洱市": 19,
    "楚雄彝族自治州": 18,
    "玉溪市": 17,
    "文山壮族苗族自治州": 17,
    "保山市": 15,
    "临沧市": 14,
    "丽江市": 12,
    "西双版纳傣族自治州": 9,
    "德宏傣族景颇族自治州": 9,
    "怒江傈僳族自治州": 6,
    "迪庆藏族自治州": 6,
}
INDUSTRIES = {"agriculture": 96, "manufacturing": 48, "culture": 52, "household": 41, "logistics": 28}

pytestmark = pytest.mark.django_db


def load_brands(name: str = "yunnan"):
    """Load what the brands need, and the brands; return the pack."""
    pack, ledger = packs.read(name), loader.Ledger()
    for step in (loader._regions, loader._organizations, brands.load):
        step(pack, ledger, NOW)
    ledger.save()
    return pack


@pytest.fixture
def yunnan():
    """The demo without its guides, windows and cases."""
    pack = load_brands()
    for entry in pack.staff.values():
        for post in entry["posts"]:
            post["windows"] = []
    demo_accounts.load(pack, NOW)
    demo_brands.load(pack, NOW)
    return pack


def highest_tiers(day: date) -> Counter:
    order = list(Tier)
    tiers = {}
    for brand, tier in Recognition.objects.standing_on(day).values_list("brand", "tier"):
        tiers[brand] = min(tiers.get(brand, tier), tier, key=order.index)
    return Counter(tiers.values())


def counts() -> dict[str, int]:
    return {
        model._meta.label: model.objects.count()
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in ("laborbrands", "reviews")
    }


def test_the_brands_of_yunnan_are_265_and_each_counts_once_at_its_highest_tier(yunnan):
    tiers = highest_tiers(REPORTED_ON)
    assert tiers[Tier.NATIONAL] == 7
    assert tiers[Tier.PROVINCIAL] == 69
    assert tiers[Tier.PREFECTURAL] + tiers[Tier.COUNTY] == 189
    assert tiers.total() == 265
    assert highest_tiers(date(NOW.year + 2, 12, 31)) == tiers
    assert highest_tiers(date(2021, 12, 31)).total() == 0
    assert dict(Counter(Brand.objects.values_list("industry", flat=True))) == INDUSTRIES
    names = dict(Region.objects.values_list("code", "name_zh"))
    paths = Brand.objects.values_list("region__path", flat=True)
    assert dict(Counter(names[path.split("/")[1]] for path in paths)) == PREFECTURES
    assert Brand.objects.filter(region__kind="COUNTY").values("region").distinct().count() == 129


def test_every_brand_lies_in_its_own_county_and_belongs_to_the_closest_office(yunnan):
    for brand in Brand.objects.select_related("region", "department__region"):
        rings = [Polygon(ring) for ring in brand.region.outline]
        assert any(ring.contains(Point(float(brand.longitude), float(brand.latitude))) for ring in rings), brand
        assert brand.region.path.startswith(brand.department.region.path)
        brand.full_clean()
    florists = Brand.objects.get(name_zh="昆明呈贡花匠")
    assert (florists.region_id, florists.department.region_id) == ("530114", "530114")
    assert Brand.objects.get(name_zh="剑川木雕工").department.region_id == "532900"


def test_tiers_rise_in_order_and_never_within_a_year_of_each_other(yunnan):
    order = list(Tier)
    for brand in Brand.objects.prefetch_related("recognitions", "events"):
        steps = sorted(brand.recognitions.all(), key=lambda step: step.recognized_on)
        assert [order.index(step.tier) for step in steps] == sorted((order.index(s.tier) for s in steps), reverse=True)
        assert all((b.recognized_on - a.recognized_on).days >= 365 for a, b in itertools.pairwise(steps))
        told = [event.on for event in brand.events.all() if event.verb == "recognize"]
        assert told == [step.recognized_on for step in steps]


def test_what_the_report_says_stands_for_itself_and_everything_else_is_a_sample(yunnan):
    assert Brand.objects.filter(is_sample=False).count() == 10
    assert not Brand.objects.filter(is_sample=False, source="").exists()
    assert not Brand.objects.filter(is_sample=True).exclude(source=demo_brands.SAMPLE).exists()
    assert not Recognition.objects.exclude(source=demo_brands.SAMPLE).exists()
    assert not BrandStat.objects.exclude(source=demo_brands.SAMPLE).exists()
    florists = Brand.objects.get(name_zh="昆明呈贡花匠")
    assert not Brand.objects.filter(is_sample=False, founded_year__isnull=False).exists()
    assert florists.trademark_state == "NONE"
    assert florists.occupations.count() == 11
    assert florists.occupations.filter(is_sample=False).count() == 3
    assert "1,000" in florists.story_zh
    assert "11" in florists.story_zh
    assert set(Ambassador.objects.filter(is_sample=False).values_list("brand__code", flat=True)) == {
        "wenshan-green-aluminum-industry-workers",
        "yaoan-flower-workers",
    }
    headline = ReportedFigure.objects.get(key="jobs")
    assert (headline.value, headline.is_about, headline.region_id) == (6_000_000, True, "530000")
    assert "报道" in headline.source_zh


def test_figures_are_verified_by_another_person_and_make_sense(yunnan):
    assert set(BrandStat.objects.values_list("year", flat=True)) == {2023, 2024, 2025}
    for stat in BrandStat.objects.filter(year=2025):
        assert stat.verified_by_id
        assert stat.verified_by_id != stat.reported_by_id
        certified = sum(getattr(stat, level) for level in demo_brands.LEVELS)
        assert 0 < certified <= stat.trained <= stat.practitioners
        assert stat.exported_out <= stat.practitioners


def test_around_the_brands(yunnan):
    assert Ambassador.objects.count() == 26
    assert Ambassador.objects.filter(is_group=True).count() == 6
    florists = Brand.objects.get(code="kunming-chenggong-florists")
    held = TrainingClass.objects.filter(brand=florists, ends_on__lt="2026-01-01")
    assert Opening.objects.count() + TrainingClass.objects.difference(held).count() == 42
    assert held.count() == 48
    hiring = {
        one.brand.name_zh: one.posts for one in Opening.objects.filter(brand__name_zh__in=["普洱茶师", "镇雄五金工"])
    }
    assert hiring == {"普洱茶师": 120, "镇雄五金工": 300}
    assert Brand.objects.filter(team=None).exists()
    assert Brand.objects.filter(plans=None).exists()
    assert Brand.objects.exclude(team=None).exclude(plans=None).count() > 200
    assert Brand.objects.filter(cooperations__code="shanghai-yunnan").count() == 12
    assert CountyProfile.objects.values("region").distinct().count() == 129
    assert set(Brand.objects.values_list("category", flat=True)) == set(Category.values)


def test_the_think_tank_has_249_experts_some_with_accounts(yunnan):
    assert Expert.objects.filter(is_think_tank=True, is_sample=True).count() == 249
    assert Expert.objects.serving_on(date(2026, 11, 23)).count() == 249
    assert Expert.objects.filter(user__posts__role="EXPERT").count() == 6
    for expert in Expert.objects.exclude(user=None).select_related("user"):
        assert expert.name == expert.user.name
    for expert in Expert.objects.prefetch_related("disciplines"):
        assert 1 <= len(expert.disciplines.all()) <= 3


def test_loading_again_changes_nothing_and_leaves_alone_what_staff_edited(yunnan):
    Brand.objects.filter(code="jianshui-potters").update(slogan_zh="改过的口号")
    before = counts()
    assert demo_brands.load(yunnan, NOW) == "265 brands, 0 new; 249 experts"
    assert counts() == before
    assert Brand.objects.get(code="jianshui-potters").slogan_zh == "改过的口号"


def test_a_brand_that_the_pack_gained_is_added_with_all_that_is_around_it(yunnan, monkeypatch):
    rows = packs.read_csv(packs.FOLDER / "yunnan" / "brands" / "brands.csv")
    gained = rows[0] | {"code": "gained", "name_zh": "新添的品牌", "recognized": "C24 F25"}
    read = packs.read_csv
    monkeypatch.setattr(packs, "read_csv", lambda path: read(path) + [gained] * (path.name == "brands.csv"))
    assert demo_brands.load(yunnan, NOW).startswith("266 brands, 1 new")
    brand = Brand.objects.get(code="gained")
    assert brand.recognitions.count() == 2
    assert brand.stats.count() == 3
    assert brand.builders.count() == 1
    assert BrandEvent.objects.filter(brand=brand).count() == 3


def test_a_name_that_an_application_took_meanwhile_stops_nothing(yunnan):
    """The pack brings a brand under a name that a walk through the demo has given to a brand of its own."""
    Brand.objects.filter(code="jianshui-potters").update(code="jian-shui-tao-jiang")
    before = counts()
    assert demo_brands.load(yunnan, NOW) == "265 brands, 0 new; 249 experts"
    assert counts() == before
    Brand.objects.filter(code="jian-shui-tao-jiang").update(stage="REMOVED")  # the name is free again
    assert demo_brands.load(yunnan, NOW) == "265 brands, 1 new; 249 experts"


@pytest.mark.parametrize("name", ["jilin", "zhejiang", "yunnan"])
def test_without_a_demo_there_are_industries_and_disciplines_but_no_brands(name):
    load_brands(name)
    assert Industry.objects.count() == 5
    assert Discipline.objects.get(code="21050").parent_id == "210"
    assert CountyProfile.objects.exists() == (name == "yunnan")
    assert not Brand.objects.exists()
    assert not Expert.objects.exists()


def test_a_demo_of_another_province_has_no_brands():
    pack = load_brands("jilin")
    assert demo_brands.load(pack, NOW) == "none"
