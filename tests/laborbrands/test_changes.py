"""The dynamic list: what changed in the standing of brands, the newest first, and nothing that is not public."""

import pytest
from django.urls import reverse

from laborbrands.models import BrandEvent
from tests.cast import day, moment
from tests.laborbrands.factory import florists

pytestmark = pytest.mark.django_db


def event(brand, verb: str, on: str, **more) -> BrandEvent:
    words = {"text_zh": f"{verb}字", "text_en": f"{verb} text", "tier": "PROVINCIAL"}
    return BrandEvent.objects.create(brand=brand, verb=verb, on=day(on), at=moment(f"{on} 09:00"), **words | more)


def test_the_newest_change_comes_first_and_each_kind_alone(world, client):
    gone, young, candidate = (
        florists(world, "gone", stage="REMOVED"),
        florists(world, "young"),
        florists(world, "candidate", stage="CANDIDATE"),
    )
    removed = event(gone, "remove", "2025-03-01")
    recognized = event(young, "recognize", "2025-02-01", text_zh="", text_en="")
    event(young, "give_notice", "2025-02-02", is_public=False)
    event(young, "cover", "2025-02-03")
    event(young, "remove", "2999-01-01")  # has not come yet
    event(candidate, "recognize", "2025-02-01")
    address = reverse("brands:changes")
    answer = client.get(address)
    assert list(answer.context["page"]) == [removed, recognized]
    assert list(client.get(f"{address}?kind=remove").context["page"]) == [removed]
    assert list(client.get(f"{address}?kind=downgrade").context["page"]) == []
    assert list(client.get(f"{address}?kind=nonsense&page=x").context["page"]) == [removed, recognized]
