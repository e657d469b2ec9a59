from datetime import date

import pytest

from jobs.models import Job
from regions.models import CalendarDay, CalendarYear, Region
from tests.cast import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client, django_user_model, settings):
    settings.STAFF_NEEDS_SECOND_FACTOR = False
    client.force_login(django_user_model.objects.create_superuser(email="root@example.org"))
    return client


@pytest.fixture
def province():
    return Region.objects.create(code="530000", kind="PROVINCE", name_zh="云南省", name_en="Yunnan", path="530000")


def send(client, path, **fields):
    """Send an admin form; return its errors, or None when it was taken."""
    answer = client.post(path, fields)
    return answer.context["adminform"].form.errors if answer.status_code == 200 else None


def changes():
    return Job.objects.filter(kind="regions.calendar_changed").count()


def test_a_day_is_added_changed_and_removed(administrator, province):
    fields = {"region": "530000", "date": "2026-04-30", "kind": "LOCAL_HOLIDAY", "name": "节日", "source": "公告"}
    assert send(administrator, "/admin/regions/calendarday/add/", **fields) is None
    day = CalendarDay.objects.get()
    assert (day.region_id, day.date, changes()) == ("530000", date(2026, 4, 30), 1)
    assert send(administrator, f"/admin/regions/calendarday/{day.pk}/change/", **fields | {"name": "新"}) is None
    assert changes() == 2
    administrator.post(f"/admin/regions/calendarday/{day.pk}/delete/", {"post": "yes"})
    assert (CalendarDay.objects.count(), changes()) == (0, 3)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"date": "2026-09-21", "kind": "MAKEUP_WORKDAY"}, ["date"]),  # a Monday
        ({"date": "2014-12-31", "kind": "HOLIDAY"}, ["date"]),
        ({"date": "2026-09-21", "kind": "LOCAL_HOLIDAY"}, ["__all__"]),
        ({"date": "2026-10-01", "kind": "HOLIDAY"}, ["__all__"]),  # twice
        ({"date": "soon", "kind": "HOLIDAY"}, ["date"]),
        ({"date": "2026-10-02", "kind": "FEAST"}, ["kind"]),
    ],
)
def test_days_that_make_no_sense_are_refused(administrator, fields, wrong):
    CalendarDay.objects.create(date=date(2026, 10, 1), kind="HOLIDAY")
    assert list(send(administrator, "/admin/regions/calendarday/add/", **fields)) == wrong
    assert (CalendarDay.objects.count(), changes()) == (1, 0)


def test_a_region_may_work_on_a_national_holiday(administrator, province):
    CalendarDay.objects.create(date=date(2026, 10, 1), kind="HOLIDAY")
    fields = {"region": "530000", "date": "2026-10-01", "kind": "MAKEUP_WORKDAY"}
    assert send(administrator, "/admin/regions/calendarday/add/", **fields) is None


def test_an_unpublished_year_is_announced_and_published(administrator):
    CalendarYear.objects.create(year=2027)
    assert "2027" in administrator.get("/en/admin/regions/calendaryear/").text
    assert "not published yet" in administrator.get("/en/admin/regions/calendaryear/").text
    assert send(administrator, "/admin/regions/calendaryear/2027/change/", is_published="on", source="通知") is None
    assert (CalendarYear.objects.get().is_published, changes()) == (True, 1)
    assert "not published yet" not in administrator.get("/en/admin/regions/calendaryear/").text


def test_a_year_is_imported_again(administrator):
    CalendarYear.objects.create(year=2026)
    administrator.post("/admin/regions/calendaryear/", {"action": "import_again", "_selected_action": ["2026"]})
    assert CalendarYear.objects.get().is_published
    assert CalendarDay.objects.filter(kind="MAKEUP_WORKDAY").count() == 6


def region_fields(**changes):
    return {
        "code": "530100",
        "kind": "PREFECTURE",
        "name_zh": "昆明市",
        "name_en": "Kunming",
        "parent": "530000",
    } | changes


def test_a_region_gets_its_path(administrator, province):
    assert send(administrator, "/admin/regions/region/add/", **region_fields()) is None
    assert Region.objects.get(code="530100").path == "530000/530100"
    zone = region_fields(code="953001", kind="ZONE", parent="530100")
    assert send(administrator, "/admin/regions/region/add/", **zone) is None
    assert Region.objects.get(code="953001").path == "530000/530100/953001"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"code": "530101"}, ["code"]),
        ({"code": "530000"}, ["code"]),
        ({"code": "53010x"}, ["code"]),
        ({"parent": ""}, ["parent"]),
        ({"kind": "ZONE"}, ["code"]),
        ({"valid_from": "2026-01-01", "valid_to": "2025-01-01"}, ["__all__"]),
    ],
)
def test_regions_that_make_no_sense_are_refused(administrator, province, fields, wrong):
    assert set(wrong) <= set(send(administrator, "/admin/regions/region/add/", **region_fields(**fields)))
    assert Region.objects.count() == 1


def test_code_and_parent_stay(administrator, province):
    assert send(administrator, "/admin/regions/region/530000/change/", **region_fields(code="540000")) is None
    province.refresh_from_db()
    assert (province.code, province.path, province.name_zh) == ("530000", "530000", "昆明市")
    assert administrator.post("/admin/regions/region/530000/delete/", {"post": "yes"}).status_code == 403


def test_other_staff_see_none_of_it(client, django_user_model, settings):
    settings.STAFF_NEEDS_SECOND_FACTOR = False
    client.force_login(django_user_model.objects.create_user(email="clerk@example.org", is_staff=True))
    pages = ("region", "calendaryear", "calendarday")
    assert {client.get(f"/admin/regions/{page}/").status_code for page in pages} == {403}


def test_an_administrators_post_opens_it(client, world, settings):
    settings.STAFF_NEEDS_SECOND_FACTOR = False
    client.force_login(make_staff("a@example.org", "吴管", "ADMINISTRATOR", world.province, world.office))
    assert client.get("/admin/regions/calendarday/").status_code == 200
