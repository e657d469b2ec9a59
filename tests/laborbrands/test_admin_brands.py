"""Brands in the admin: what is missing, who edits, pictures that are too large, the verify button, a dismissal."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.models import Role
from laborbrands.models import Ambassador, Brand, BrandStat
from laborbrands.pictures import LONGEST
from laborbrands.services.ambassadors import dismiss
from talentportal.lib.refusals import Refused
from tests import cast
from tests.cast import moment
from tests.laborbrands.factory import florists, surround

NOW = moment("2026-09-18 10:00")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_that_time(monkeypatch):
    monkeypatch.setattr("jobs.clock.now", lambda: NOW)


@pytest.fixture
def world():
    return cast.make_world()


@pytest.fixture
def brand(world):
    return florists(world)


def staff(world, role, region=None, name="审"):
    return cast.make_staff(f"{name}-{role}@example.org".lower(), name, role, region or world.province, world.office)


def upload(name="logo.png", content=None, **words) -> dict:
    if content is None:
        written = io.BytesIO()
        Image.new("RGB", (3000, 1500), "green").save(written, "PNG")
        content = written.getvalue()
    return {"caption_zh": "标志", "file": SimpleUploadedFile(name, content)} | words


def test_the_list_warns_where_team_or_plan_is_missing(client, world, brand):
    client.force_login(staff(world, Role.EXAMINER))
    assert "⚠" in client.get("/en/admin/laborbrands/brand/").content.decode()
    assert brand.name_zh in client.get("/en/admin/laborbrands/brand/?lacks=team").content.decode()
    surround(brand, NOW)
    assert "⚠" not in client.get("/en/admin/laborbrands/brand/").content.decode()
    assert brand.name_zh not in client.get("/en/admin/laborbrands/brand/?lacks=plan").content.decode()


def test_editors_of_the_region_change_and_others_only_read(client, world, brand):
    address = f"/admin/laborbrands/brand/{brand.pk}/change/"
    for role, region, may in (
        (Role.EXAMINER, world.province, True),
        (Role.LEADER, world.county, True),
        (Role.OFFICIAL, world.province, False),
        (Role.CLERK, world.county, False),
    ):
        client.force_login(staff(world, role, region))
        answer = client.get(address)
        assert answer.status_code == 200
        assert ('name="slogan_zh"' in answer.content.decode()) == may, role
    client.force_login(staff(world, Role.EXAMINER, world.other_county, "外"))
    assert client.get(address).status_code == 302


def test_an_official_of_the_province_who_examines_one_county_changes_no_other(client, world, brand):
    both = staff(world, Role.OFFICIAL)
    both.posts.create(
        role=Role.EXAMINER, organization=world.office, region=world.other_county, starts_on=cast.day("2024-01-01")
    )
    client.force_login(both)
    assert 'name="slogan_zh"' not in client.get(f"/admin/laborbrands/brand/{brand.pk}/change/").content.decode()
    assert client.post(f"/admin/laborbrands/brand/{brand.pk}/picture/", upload()).status_code == 403


def test_a_picture_is_drawn_anew_and_kept(client, world, brand):
    client.force_login(staff(world, Role.EXAMINER))
    address = f"/admin/laborbrands/brand/{brand.pk}/picture/"
    assert client.get(address).status_code == 200
    assert client.post(address, upload(is_logo="on")).status_code == 302
    brand.refresh_from_db()
    with brand.logo.open() as file:
        picture = Image.open(file)
        assert (picture.format, picture.size) == ("WEBP", (LONGEST, LONGEST // 2))
    assert client.post(address, upload()).status_code == 302
    assert brand.pictures.get().caption_zh == "标志"


def test_what_a_camera_wrote_into_a_picture_is_gone(client, world, brand):
    client.force_login(staff(world, Role.EXAMINER))
    written, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "Secret place"
    Image.new("RGB", (40, 30)).save(written, "JPEG", exif=exif)
    client.post(f"/admin/laborbrands/brand/{brand.pk}/picture/", upload("a.jpg", written.getvalue()))
    with brand.pictures.get().image.open() as file:
        assert b"Secret place" not in file.read()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(6 * 1024 * 1024), "at most 5 MB"),
        (b"\x89PNG\r\n\x1a\n" + bytes(30 * 1024 * 1024), "at most 5 MB"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "PNG, JPEG or WebP"),
        (b"GIF89a" + bytes(100), "PNG, JPEG or WebP"),
        (b"\x89PNG\r\n\x1a\nbroken", "PNG, JPEG or WebP"),
    ],
)
def test_a_picture_that_cannot_be_taken_is_refused_beside_its_field(client, world, brand, content, words):
    client.force_login(staff(world, Role.EXAMINER))
    answer = client.post(f"/en/admin/laborbrands/brand/{brand.pk}/picture/", upload("logo.png", content, is_logo="on"))
    assert answer.status_code == 422
    (error,) = answer.context["form"].errors["file"]
    assert words in error
    assert set(answer.context["form"].errors) == {"file"}
    assert 'value="标志"' in answer.content.decode()
    assert not Brand.objects.get().logo


def test_the_verify_button_lets_figures_count(client, world, brand):
    surround(brand, NOW)
    stat = BrandStat.objects.get()
    examiner = staff(world, Role.EXAMINER)
    client.force_login(examiner)
    address = f"/en/admin/laborbrands/brandstat/{stat.pk}/"
    assert f"{stat.pk}/verify/" in client.get(f"{address}change/").content.decode()
    assert client.post(f"{address}verify/").status_code == 302
    stat.refresh_from_db()
    assert stat.verified_by == examiner
    again = client.post(f"{address}verify/")
    assert again.status_code == 302  # a reload of the page that says why posts nothing
    assert "verified already" in client.get(again.url).content.decode()
    client.force_login(staff(world, Role.CLERK))
    assert "whose region covers" in client.post(f"{address}verify/", follow=True).content.decode()


def test_an_ambassador_is_dismissed_with_a_reason(client, world, brand):
    surround(brand, NOW)
    one, leader = Ambassador.objects.get(), staff(world, Role.LEADER, world.county)
    client.force_login(leader)
    address = f"/en/admin/laborbrands/ambassador/{one.pk}/dismiss/"
    empty = client.post(address, {"reason": " "}, follow=True)
    assert empty.redirect_chain[0][1] == 302
    assert set(empty.context["form"].errors) == {"reason"}
    assert client.post(address, {"reason": "违反形象条款"}).status_code == 302
    one.refresh_from_db()
    assert (one.dismissed_on, one.dismissal_reason) == (cast.day("2026-09-18"), "违反形象条款")
    assert brand.events.get(verb="dismiss_ambassador").actor == leader
    twice = client.post(address, {"reason": "再写一遍"}, follow=True).content.decode()
    assert "dismissed already" in twice
    assert "再写一遍" in twice  # what was typed is there again
    with pytest.raises(Refused):
        dismiss(ambassador=one, reason="x", actor=leader, now=NOW)


def test_only_those_in_charge_dismiss(world, brand):
    surround(brand, NOW)
    one = Ambassador.objects.get()
    for role, region in (
        (Role.CLERK, world.county),
        (Role.LEADER, world.other_county),
        (Role.OFFICIAL, world.province),
    ):
        with pytest.raises(Refused):
            dismiss(ambassador=one, reason="x", actor=staff(world, role, region), now=NOW)
    one.refresh_from_db()
    assert one.dismissed_on is None


def test_posts_that_have_nothing_to_do_with_brands_reach_no_button(client, world, brand):
    surround(brand, NOW)
    stat, enquiry = BrandStat.objects.get(), brand.enquiries.get()
    for role in (Role.CERTIFICATE_CLERK, Role.EDITOR):
        client.force_login(staff(world, role))
        for address in (f"brandstat/{stat.pk}/verify/", f"enquiry/{enquiry.pk}/answer/", f"brand/{brand.pk}/picture/"):
            assert client.get(f"/admin/laborbrands/{address}").status_code == 403, (role, address)
