"""The page of a brand: what it shows, what it keeps back, and when there is none."""

import io

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils.translation import override
from PIL import Image

from accounts.models import Role
from laborbrands.models import BrandOccupation, BrandStat, Recognition, Succession, TrainingClass
from laborbrands.rules import chart
from laborbrands.templatetags import brand_page
from tests import cast
from tests.cast import moment
from tests.laborbrands.factory import VALUES, florists, surround

NOW = moment("2026-09-18 10:00")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_that_time(monkeypatch):
    monkeypatch.setattr("jobs.clock.now", lambda: NOW)


@pytest.fixture
def world():
    return cast.make_world()


@pytest.fixture
def examiner(world):
    return cast.make_staff("examiner@example.org", "赵审", Role.EXAMINER, world.province, world.office)


@pytest.fixture
def brand(world):
    brand = florists(world, longitude="102.79", latitude="24.86")
    surround(brand, NOW)
    return brand


def page(client, brand, language="") -> str:
    return client.get(f"{language}/brands/{brand.code}/").content.decode()


def test_the_page_shows_what_is_around_a_brand_in_both_languages(client, brand):
    text = page(client, brand)
    for words in (
        "花匠florists",
        "斗南的花",
        "招花艺师",
        "花艺班",
        "杨若兰",
        "大师工作室",
        "插花花艺师",
        "副区长",
        "办比赛",
        "沪滇协作",
        "入库",
    ):
        assert words in text
    english = page(client, brand, "/en")
    for words in (
        "Florists florists",
        "Florists wanted",
        "Floristry class",
        "Yang Ruolan",
        "Master studio",
        "Shanghai",
    ):
        assert words in english


def test_the_page_keeps_back_what_is_internal(client, brand):
    text = page(client, brand)
    for words in ("内部", "王老板", "13800000000", "赵组长", "钱组员"):
        assert words not in text


def test_figures_appear_with_their_verifier_once_they_are_verified(client, brand, examiner):
    assert "5,200" not in page(client, brand)
    BrandStat.objects.update(verified_by=examiner, verified_at=NOW)
    BrandStat.objects.create(
        brand=brand, year=2025, version=2, source="更正", reported_at=NOW, **VALUES | {"driven_jobs": 99999}
    )
    text = page(client, brand)
    assert "5,200" in text
    assert "赵审" in text
    assert "工资表" in text
    assert "99,999" not in text  # the correction is not verified


def test_certificates_are_shown_by_profession_and_level(client, brand, world):
    first = brand.occupations.first()
    second = BrandOccupation.objects.create(brand=brand, name_zh="茶艺师", name_en="Tea master", order=9)
    other = florists(world, code="other")
    dates = {"starts_on": cast.day("2026-03-01"), "ends_on": cast.day("2026-03-20"), "hours": 80, "places": 40}
    for owner, occupation, level, trained, certified, more in (
        (brand, first, "5", 40, 31, {}),
        (brand, first, "4", 24, 18, {}),
        (brand, first, "5", 10, 2, {}),
        (brand, second, "5", 17, 12, {}),
        (brand, second, "4", 900, 800, {"ends_on": cast.day("2026-09-18")}),  # ends today: not finished
        (other, first, "5", 700, 600, {}),
    ):
        counts = {"trained": trained, "certified": certified, "level": level}
        TrainingClass.objects.create(brand=owner, occupation=occupation, host="校", **counts, **dates | more)
    skills = client.get(f"/brands/{brand.code}/").context["page"].skills
    assert [(one.occupation, one.trained, [count for _level, count in one.by_level]) for one in skills] == [
        (first, 74, [33, 18]),
        (second, 17, [12, 0]),
    ]


def test_certificates_of_a_year_are_the_verified_ones(client, brand, examiner):
    BrandStat.objects.create(brand=brand, year=2026, source="单位", reported_at=NOW, certified_junior=999)
    assert client.get(f"/brands/{brand.code}/").context["page"].certificates == []
    seal = {"verified_by": examiner, "verified_at": NOW}
    BrandStat.objects.create(
        brand=brand, year=2025, version=2, source="单位", reported_at=NOW, certified_senior=7, **seal
    )
    found = client.get(f"/en/brands/{brand.code}/")
    assert found.context["page"].certificates == [("3", 7)]
    assert "999" not in found.content.decode()


def test_everybody_sees_where_plan_or_team_are_missing_and_what_is_overdue(client, brand, world):
    assert 'tag--amber">overdue' not in page(client, brand, "/en")
    plan = brand.plans.get()
    plan.tasks.create(text_zh="迟了", text_en="Late", owner="x", due_on=cast.day("2026-09-17"))
    assert page(client, brand, "/en").count('tag--amber">overdue') == 1
    plan.tasks.all().delete()
    plan.delete()
    assert "plan missing" in page(client, brand, "/en")
    assert "both missing" in page(client, florists(world, code="bare"), "/en")


def test_the_tags_are_those_of_the_recognitions_that_stand_and_past_ones_are_kept(client, brand):
    Recognition.objects.filter(tier="PROVINCIAL").update(ended_on=cast.day("2026-06-01"), end_reason="DOWNGRADED")
    english = page(client, brand, "/en")
    tags = english.split('<div class="brand-head__name">')[0].rpartition('<p class="tags">')[2]
    assert "County" in tags
    assert "Provincial" not in tags
    assert "downgraded" in english


@pytest.mark.parametrize("stage", ["CANDIDATE", "CULTIVATION", "APPLYING"])
def test_a_brand_that_was_never_recognized_has_no_page(client, world, stage):
    brand = florists(world, stage=stage)
    for name in ("detail", "share", "enquire", "thanks"):
        assert client.get(reverse(f"brands:{name}", args=[brand.code])).status_code == 404


def test_a_removed_brand_says_so_and_takes_no_enquiries(client, brand):
    brand.stage = "REMOVED"
    brand.save()
    brand.recognitions.update(ended_on=cast.day("2026-08-01"), end_reason="REMOVED")
    english = page(client, brand, "/en")
    assert "no longer recognized" in english
    assert "1 August 2026" in english
    assert reverse("brands:enquire", args=[brand.code]) not in english
    assert client.get(reverse("brands:enquire", args=[brand.code])).status_code == 404


def test_a_merged_brand_leads_to_its_successor_and_back(client, brand, world, examiner):
    heir = florists(world, code="heir")
    Succession.objects.create(
        old=brand, new=heir, on=cast.day("2026-07-01"), basis="x", recorded_by=examiner, recorded_at=NOW
    )
    brand.stage = "MERGED"
    brand.save()
    assert f'href="/brands/{heir.code}/"' in page(client, brand)
    assert f'href="/brands/{brand.code}/"' in page(client, heir)


def test_only_staff_are_told_that_team_and_plan_are_missing(client, world, examiner):
    bare = florists(world)
    words = "Team and plan are missing."
    assert words not in page(client, bare, "/en")
    client.force_login(examiner)
    assert words in page(client, bare, "/en")
    surround(bare, NOW)
    assert words not in page(client, bare, "/en")


def test_dismissed_ambassadors_and_closed_offers_are_gone(client, brand):
    brand.ambassadors.update(dismissed_on=cast.day("2026-09-18"))
    brand.openings.update(opens_on=cast.day("2026-08-01"), closes_on=cast.day("2026-09-17"))
    brand.classes.update(apply_until=cast.day("2026-09-17"))
    text = page(client, brand)
    for words in ("杨若兰", "招花艺师", "花艺班"):
        assert words not in text


def test_the_shared_image_is_drawn_in_the_language_of_the_address(client, brand):
    images = []
    for language in ("", "/en"):
        answer = client.get(f"{language}/brands/{brand.code}/share.png")
        assert answer["Content-Type"] == "image/png"
        assert Image.open(io.BytesIO(answer.content)).size == (1200, 630)
        images.append(answer.content)
    assert images[0] != images[1]
    assert f'property="og:image" content="http://testserver/brands/{brand.code}/share.png"' in page(client, brand)


def test_pictures_are_shown_with_their_captions_and_only_by_their_brand(client, brand, world):
    brand.pictures.create(image=ContentFile(b"RIFF", name="a.webp"), caption_zh="<斗南> & 花", order=1)
    address = reverse("brands:picture", args=[brand.code, brand.pictures.get().image.name.rpartition("/")[2]])
    assert f'src="{address}" alt="&lt;斗南&gt; &amp; 花"' in page(client, brand)
    assert b"".join(client.get(address).streaming_content) == b"RIFF"
    other = florists(world, code="other")
    assert client.get(address.replace(brand.code, other.code)).status_code == 404
    assert client.get(reverse("brands:picture", args=[brand.code, "x.webp"])).status_code == 404


def test_the_number_of_questions_does_not_grow_with_the_brand(client, brand, django_assert_max_num_queries):
    for number in range(12):
        brand.studios.create(name_zh=f"工作室{number}", name_en=f"Studio {number}")
        brand.occupations.create(name_zh=f"工种{number}", name_en=f"Trade {number}")
    with django_assert_max_num_queries(32):
        page(client, brand)


def test_the_highest_bar_is_as_high_as_the_chart_and_none_leaves_it():
    bars = chart.bars([(2023, 0), (2024, 50), (2025, 200)])
    assert [bar.height for bar in bars] == [0, 31, chart.GROUND - chart.TOP]
    assert all(bar.x >= 0 and bar.x + bar.width <= chart.WIDTH for bar in bars)
    assert chart.bars([]) == []
    assert chart.bars([(2025, 0)])[0].height == 0


def test_a_source_in_both_languages_is_read_in_one():
    with override("en"):
        assert brand_page.spoken("演示数据 / Sample data") == "Sample data"
        assert brand_page.spoken("统计公报") == "统计公报"
    with override("zh-hans"):
        assert brand_page.spoken("演示数据 / Sample data") == "演示数据"
