"""Yearly figures: who reports them, who verifies them, and what never counts."""

import pytest
from django.db import InternalError, transaction
from django.utils.translation import override

from accounts.models import Role
from laborbrands.models import BrandEvent, BrandStat
from laborbrands.services.figures import report_figures, verify_figures
from talentportal.lib.refusals import Refused
from tests import cast
from tests.cast import moment
from tests.laborbrands.factory import VALUES, florists

NOW = moment("2026-09-18 10:00")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_that_time(monkeypatch):
    monkeypatch.setattr("jobs.clock.now", lambda: NOW)


@pytest.fixture
def world():
    return cast.make_world()


@pytest.fixture
def builder():
    return cast.make_person("builder@example.org", "刘经办", "99010119900307004X")


@pytest.fixture
def brand(world, builder):
    return florists(world, unit=cast.make_unit(world.county, builder, NOW))


@pytest.fixture
def clerk(world):
    return cast.make_staff("clerk@example.org", "李窗口", Role.CLERK, world.county, world.office)


@pytest.fixture
def examiner(world):
    return cast.make_staff("examiner@example.org", "赵审", Role.EXAMINER, world.province, world.office)


def report(brand, actor, year=2025, source="工资表", **changes) -> BrandStat:
    return report_figures(brand=brand, year=year, values=VALUES | changes, source=source, actor=actor, now=NOW)


def refused(act) -> str:
    with override("en"):
        with pytest.raises(Refused) as refusal:
            act()
        return str(refusal.value)


def test_a_builder_reports_and_an_examiner_lets_it_count(brand, builder, examiner):
    stat = report(brand, builder)
    assert (stat.version, stat.verified_at, stat.driven_jobs) == (1, None, 800)
    stat = verify_figures(stat=stat, actor=examiner, now=NOW)
    assert (stat.verified_by, stat.verified_at) == (examiner, NOW)
    events = BrandEvent.objects.filter(brand=brand)
    assert list(events.values_list("verb", "is_public")) == [("report_figures", False), ("verify_figures", False)]


def test_a_correction_is_a_new_version_and_what_was_verified_stays(brand, builder, clerk, examiner):
    first = verify_figures(stat=report(brand, builder), actor=examiner, now=NOW)
    second = report(brand, clerk, driven_jobs=850)
    assert second.version == 2
    assert BrandStat.objects.get(pk=first.pk).driven_jobs == 800
    with pytest.raises(InternalError), transaction.atomic():
        BrandStat.objects.filter(pk=first.pk).update(driven_jobs=1)
    with pytest.raises(InternalError), transaction.atomic():
        first.delete()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"year": 2027}, "has not begun"),
        ({"year": 1999}, "2000"),
        ({"certified_junior": 51}, "certified than trained"),
        ({"certified_junior": 26, "certified_senior": 25}, "certified than trained"),
        ({"exported_out": 500, "exported_in_province": 500}, "practitioners"),
        ({"new_jobs": 801}, "all jobs driven"),
        ({"complaints": -1}, "below zero"),
        ({"source": "  "}, "come from"),
    ],
)
def test_figures_that_cannot_be_are_refused(brand, builder, changes, words):
    assert words in refused(lambda: report(brand, builder, **changes))
    assert not BrandStat.objects.exists()


def test_every_reason_is_given_at_once(brand, builder):
    assert refused(lambda: report(brand, builder, year=2030, new_jobs=900, source="")).count(".") == 3


def test_strangers_former_builders_and_other_counties_report_nothing(brand, builder, world):
    stranger = cast.make_person("stranger@example.org", "李一", "990101198808150026")
    other = cast.make_staff("other@example.org", "王外", Role.CLERK, world.other_county, world.office)
    official = cast.make_staff("official@example.org", "周官", Role.OFFICIAL, world.province, world.office)
    brand.builders.update(ends_on=cast.day("2026-01-01"))
    for actor in (stranger, other, official, builder):
        assert "builder of the brand" in refused(lambda actor=actor: report(brand, actor))


def test_an_ended_brand_takes_no_figures(brand, builder):
    brand.stage = "REMOVED"
    brand.save()
    assert "has ended" in refused(lambda: report(brand, builder))


def test_nobody_verifies_what_they_reported_and_nobody_without_the_post(brand, builder, clerk, examiner, world):
    own = report(brand, examiner)
    assert "Another person" in refused(lambda: verify_figures(stat=own, actor=examiner, now=NOW))
    far = cast.make_staff("far@example.org", "远审", Role.EXAMINER, world.other_county, world.office)
    for actor in (builder, clerk, far):
        assert "whose region covers" in refused(lambda actor=actor: verify_figures(stat=own, actor=actor, now=NOW))
    assert BrandStat.objects.get().verified_at is None


def test_nobody_of_the_builder_verifies(brand, examiner, builder):
    unit = brand.builders.get().unit
    unit.members.create(user=examiner, role="HR", joined_at=NOW)
    stat = report(brand, builder)
    assert "colleague" in refused(lambda: verify_figures(stat=stat, actor=examiner, now=NOW))


def test_an_older_version_and_a_second_time_are_refused(brand, builder, examiner):
    first = report(brand, builder)
    second = report(brand, builder, driven_jobs=820)
    assert "newer version" in refused(lambda: verify_figures(stat=first, actor=examiner, now=NOW))
    verify_figures(stat=second, actor=examiner, now=NOW)
    assert "already" in refused(lambda: verify_figures(stat=second, actor=examiner, now=NOW))


def test_the_builders_page_reports_and_shows_what_was_verified(client, brand, builder, examiner):
    address = f"/en/org/brands/{brand.code}/figures/"
    client.force_login(builder)
    assert "No figures yet." in client.get(address).content.decode()
    data = dict.fromkeys(BrandStat.COUNTS, 0) | VALUES | {"year": 2025, "source": "Payroll"}
    assert client.post(address, data).status_code == 302
    stat = BrandStat.objects.get()
    assert (stat.driven_jobs, stat.reported_by, stat.source) == (800, builder, "Payroll")
    assert "not yet" in client.get(address).content.decode()
    verify_figures(stat=stat, actor=examiner, now=NOW)
    assert "18 September 2026" in client.get(address).content.decode()


def test_the_builders_page_says_what_is_wrong_and_keeps_what_was_typed(client, brand, builder):
    address = f"/en/org/brands/{brand.code}/figures/"
    client.force_login(builder)
    data = dict.fromkeys(BrandStat.COUNTS, 0) | VALUES | {"year": 2025, "source": "Payroll", "certified_junior": 70}
    answer = client.post(address, data)
    assert answer.status_code == 422
    assert "More were certified than trained." in answer.content.decode()
    assert 'value="70"' in answer.content.decode()
    answer = client.post(address, data | {"year": 2031, "trained": "viele"})
    assert answer.status_code == 422
    assert not BrandStat.objects.exists()


def test_an_error_names_its_figure(brand, builder, client):
    client.force_login(builder)
    typed = {name: str(value) for name, value in VALUES.items()} | {
        "year": "2025",
        "practitioners": "-5",
        "trained": "x",
    }
    answer = client.post(f"/en/org/brands/{brand.code}/figures/", typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    for said in ("Practitioners: give a number from 0 up.", "Trained: give a number from 0 up."):
        assert page.count(said) == 2  # above the form and beside the field
    assert "Say where the figures come from." in page
    assert not BrandStat.objects.filter(source="").exists()
