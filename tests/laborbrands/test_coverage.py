"""Which places a brand covers beside its home: ticked by the office, written down, refused where it makes no sense."""

import pytest
from django.urls import reverse

from accounts.models import Role
from laborbrands.services.coverage import set_coverage
from regions.models import Region
from tests import cast
from tests.cast import day, moment
from tests.laborbrands.factory import florists
from tests.reviews.notices import refused

pytestmark = pytest.mark.django_db
NOW = moment("2026-09-18 10:00")


@pytest.fixture
def brand(world):
    return florists(world)


def covered(brand, actor, *regions):
    return set_coverage(brand=brand, regions=regions, actor=actor, now=NOW)


def test_each_change_is_written_down(world, brand, examiner):
    covered(brand, examiner, world.other_county)
    event = brand.events.get(verb="cover")
    assert event.text_zh == f"新增覆盖：{world.other_county.name_zh}"
    assert (event.actor, event.is_public) == (examiner, True)
    covered(brand, examiner, world.other_county)
    assert brand.events.filter(verb="cover").count() == 1  # nothing changed
    covered(brand, examiner)
    assert list(brand.coverage.all()) == []
    assert brand.events.filter(verb="cover").last().text_en == f"No longer covers: {world.other_county.name_en}"


def test_what_is_refused(world, brand, examiner, clerk, other_clerk):
    for stranger in (clerk, other_clerk):
        assert "Only an examiner" in refused(covered, brand=brand, actor=stranger)
    away = cast.make_staff("away@example.org", "外", Role.EXAMINER, world.other_county, world.office)
    assert "Only an examiner" in refused(covered, brand=brand, actor=away)
    gone = Region.objects.create(
        code="530199",
        kind="COUNTY",
        name_zh="旧县",
        name_en="Old",
        path="530000/530100/530199",
        valid_to=day("2020-01-01"),
    )
    who = {"brand": brand, "actor": examiner, "now": NOW}
    assert "home of the brand" in refused(set_coverage, regions=[world.county], **who)
    assert "does not exist" in refused(set_coverage, regions=[gone], **who)
    assert "neither" in refused(set_coverage, regions=[world.province], **who)
    assert not brand.events.filter(verb="cover").exists()


def test_the_page_takes_ticks_and_gives_nonsense_back(client, world, brand, examiner):
    client.force_login(examiner)
    page = reverse("admin:laborbrands_brand_coverage", args=[brand.pk])
    places = client.get(page).content.decode()
    assert f'value="{world.other_county.pk}"' in places
    assert f'value="{world.county.pk}"' not in places  # its home
    answer = client.post(page, {"regions": ["000000"]}, follow=True)
    assert answer.redirect_chain[0][1] == 302
    assert set(answer.context["form"].errors) == {"regions"}
    client.post(page, {"regions": [world.other_county.pk]})
    assert list(brand.coverage.all()) == [world.other_county]
    assert f'value="{world.other_county.pk}" checked' in client.get(page).content.decode()
    assert world.other_county.name_zh in client.get(reverse("brands:detail", args=[brand.code])).content.decode()
