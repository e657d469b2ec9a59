"""The wallet of verified materials: kept by the check, offered again, used by choice, gone when it expires."""

import pgtrigger
import pytest

from applications import services
from applications.models import MaterialFile, WalletItem
from applications.services import wallet
from applications.states import ScanState
from policies.models import MaterialSpec
from talentportal.lib.refusals import Refused
from tests import cast
from tests.applications import life
from tests.cast import day, moment

pytestmark = pytest.mark.django_db

ALL = ("id", "degree", "works", "form", "photo")
NOW = "2026-09-18 10:00"


@pytest.fixture
def lasting(world):
    """Degrees can be used again for a year, here and in another item."""
    _item, other = cast.make_item(world.province, world.office, [world.window], serial=2)
    with pgtrigger.ignore():
        MaterialSpec.objects.filter(key="degree").update(valid_months=12)
    return other.item


@pytest.fixture
def received(world, applicant, lasting):
    return cast.submit(cast.make_draft(world, applicant, *ALL, now=moment(NOW)), applicant, moment(NOW))


@pytest.fixture
def kept(received, clerk):
    cast.check_all(received, clerk, moment(NOW))
    return WalletItem.objects.get()


@pytest.fixture
def draft(world, applicant, kept, lasting):
    return cast.make_draft(world, applicant, "id", now=moment(NOW), item=lasting)


def content(kept) -> bytes:
    with kept.file.open("rb") as stream:
        return stream.read()


def degree_of(case):
    return case.materials.get(spec__key="degree")


def test_a_check_keeps_what_the_guide_lets_last_and_says_who_when_and_until(kept, received, world, applicant):
    assert (kept.owner, kept.key, kept.verified_by) == (applicant, "degree", world.office)
    assert (kept.verified_on, kept.valid_until) == (day("2026-09-18"), day("2027-09-18"))
    assert kept.file == degree_of(received).files.get()


def test_a_material_found_wanting_after_all_leaves_the_wallet(kept, received, clerk):
    services.check_material(
        material=degree_of(received), actor=clerk, now=moment("2026-09-18 11:00"), in_order=False, note="模糊"
    )
    kept.refresh_from_db()
    assert kept.removed_at == moment("2026-09-18 11:00")


def test_checking_twice_keeps_one(kept, received, clerk):
    services.check_material(material=degree_of(received), actor=clerk, now=moment("2026-09-21 09:00"), in_order=True)
    assert WalletItem.objects.get().pk == kept.pk


def test_a_verified_material_is_copied_into_a_draft_with_its_source(kept, draft, applicant):
    copy = wallet.use_from_wallet(item=kept, material=degree_of(draft), actor=applicant, now=moment(NOW))
    degree = degree_of(draft)
    assert (degree.status, copy.from_wallet, copy.sha256) == ("PROVIDED", kept, kept.file.sha256)
    assert copy.file.name != kept.file.file.name
    assert content(copy) == content(kept.file) == cast.PDF


def test_using_it_twice_changes_nothing_more(kept, draft, applicant):
    first = wallet.use_from_wallet(item=kept, material=degree_of(draft), actor=applicant, now=moment(NOW))
    second = wallet.use_from_wallet(item=kept, material=degree_of(draft), actor=applicant, now=moment(NOW))
    assert (first, degree_of(draft).files.count()) == (second, 1)


def test_a_discarded_draft_takes_only_its_copy_along(kept, draft, applicant, django_capture_on_commit_callbacks):
    copy = wallet.use_from_wallet(item=kept, material=degree_of(draft), actor=applicant, now=moment(NOW))
    with django_capture_on_commit_callbacks(execute=True):
        services.discard_draft(case=draft, actor=applicant)
    assert not copy.file.storage.exists(copy.file.name)
    assert content(kept.file) == cast.PDF


def test_a_copy_that_is_checked_again_grows_no_younger(kept, draft, applicant, clerk):
    wallet.use_from_wallet(item=kept, material=degree_of(draft), actor=applicant, now=moment(NOW))
    cast.hand_in(draft, applicant, "works", "form", "photo", now=moment(NOW))
    case = cast.submit(draft, applicant, moment(NOW))
    cast.check_all(case, clerk, moment("2026-10-20 10:00"))
    assert WalletItem.objects.get().valid_until == day("2027-09-18")


def infect(kept):
    MaterialFile.objects.filter(pk=kept.file_id).update(scan_state=ScanState.INFECTED)


@pytest.mark.parametrize(
    ("spoil", "at"),
    [
        (lambda kept: None, "2027-09-19 00:01"),
        (lambda kept: wallet.remove_from_wallet(item=kept, actor=kept.owner, now=moment(NOW)), NOW),
        (infect, NOW),
    ],
    ids=["expired", "removed", "infected"],
)
def test_what_does_not_hold_any_more_is_not_used(kept, draft, applicant, spoil, at):
    spoil(kept)
    with pytest.raises(Refused):
        wallet.use_from_wallet(item=kept, material=degree_of(draft), actor=applicant, now=moment(at))
    assert degree_of(draft).status == "MISSING"


def test_it_can_be_used_on_its_last_day(kept, draft, applicant):
    wallet.use_from_wallet(item=kept, material=degree_of(draft), actor=applicant, now=moment("2027-09-18 23:59"))
    assert degree_of(draft).status == "PROVIDED"


def test_nobody_uses_somebody_elses(kept, world, stranger, lasting):
    theirs = cast.make_draft(world, stranger, "id", now=moment(NOW), item=lasting)
    with pytest.raises(Refused):
        wallet.use_from_wallet(item=kept, material=degree_of(theirs), actor=stranger, now=moment(NOW))
    with pytest.raises(Refused):
        wallet.remove_from_wallet(item=kept, actor=stranger, now=moment(NOW))


def test_a_degree_does_not_do_for_a_photo(kept, draft, applicant):
    with pytest.raises(Refused):
        wallet.use_from_wallet(
            item=kept, material=draft.materials.get(spec__key="photo"), actor=applicant, now=moment(NOW)
        )


def test_after_submission_nothing_is_put_in_any_more(kept, received, applicant):
    with pytest.raises(Refused):
        wallet.use_from_wallet(item=kept, material=degree_of(received), actor=applicant, now=moment(NOW))


# --- at submission ----------------------------------------------------------------------------------------------------

EXPIRED = ["“Material degree” is no longer valid. Hand in a newer one."]


@pytest.fixture
def signing(kept, draft, applicant):
    """A draft that is ready to be sent, with a copy of the verified degree that lasts until 29 September."""
    wallet.use_from_wallet(item=kept, material=degree_of(draft), actor=applicant, now=moment(NOW))
    cast.hand_in(draft, applicant, "works", "form", "photo", now=moment(NOW))
    WalletItem.objects.update(valid_until=day("2026-09-29"))
    return draft


def test_an_expired_copy_is_refused_at_submission_by_its_name(signing, applicant):
    facts = {"case": signing, "actor": applicant, "declares": True}
    assert life.refused(services.submit, now=moment("2026-09-30 00:01"), **facts) == EXPIRED
    assert services.submit(now=moment("2026-09-29 23:59"), **facts).case_no


def test_a_newer_file_takes_the_place_of_an_expired_copy(signing, applicant):
    now = moment("2026-09-30 10:00")
    cast.hand_in(signing, applicant, "degree", now=now)
    assert services.submit(case=signing, actor=applicant, now=now, declares=True).case_no


def test_what_was_typed_is_still_there_when_an_expired_copy_is_refused(signing, applicant, at, client_of):
    at("2026-09-30 10:00")
    me, address = client_of(applicant), f"/en/apply/{signing.item.code}/{signing.public_id}/"
    answer = me.post(f"{address}sign/", {"declares": "on"}, follow=True)
    body = answer.content.decode()
    assert EXPIRED[0] in body
    assert 'name="declares"' in body
    assert answer.context["form"]["declares"].value() is True or answer.context["form"]["declares"].value() == "on"
    assert "expired on 29 September 2026; choose a new file" in me.get(f"{address}materials/").content.decode()
    signing.refresh_from_db()
    assert (signing.state, signing.answers["employer"]) == ("DRAFT", "示例单位")


# --- pages ------------------------------------------------------------------------------------------------------------


def test_the_wizard_offers_it_and_says_where_it_comes_from(kept, draft, applicant, at, client_of):
    me, page = client_of(applicant), f"/en/apply/{draft.item.code}/{draft.public_id}/materials/"
    assert "found in order by Department of Human Resources" in me.get(page).content.decode()
    used = me.post(
        f"/en/apply/{draft.item.code}/{draft.public_id}/reuse/{degree_of(draft).pk}/", {"item": kept.public_id}
    )
    assert used.status_code == 302
    shown = me.get(page).content.decode()
    assert "verified before" in shown
    assert "usable until 18 September 2027" in shown
    assert "Use the verified one" not in shown


def test_the_script_gets_the_rows(kept, draft, applicant, at, client_of):
    address = f"/en/apply/{draft.item.code}/{draft.public_id}/reuse/{degree_of(draft).pk}/"
    said = client_of(applicant).post(address, {"item": kept.public_id}, headers={"x-requested-with": "fetch"}).json()
    assert (said["errors"], "verified before" in said["lists"]) == ([], True)


def test_an_expired_one_is_not_offered_and_says_so_when_asked_for(kept, draft, applicant, at, client_of):
    me = client_of(applicant)
    at("2026-09-30 10:00")
    WalletItem.objects.update(valid_until=day("2026-09-29"))
    assert (
        "Use the verified one"
        not in me.get(f"/en/apply/{draft.item.code}/{draft.public_id}/materials/").content.decode()
    )
    answer = me.post(
        f"/en/apply/{draft.item.code}/{draft.public_id}/reuse/{degree_of(draft).pk}/",
        {"item": kept.public_id},
        follow=True,
    )
    assert "has expired or was removed" in answer.content.decode()


def test_the_wallet_shows_source_and_last_day_and_lets_go(kept, applicant, stranger, at, client_of):
    me = client_of(applicant)
    shown = me.get("/en/me/materials/").content.decode()
    assert "Material degree" in shown
    assert "usable until 18 September 2027" in shown
    assert client_of(stranger).post(f"/en/me/materials/{kept.public_id}/remove/").status_code == 404
    me.post(f"/en/me/materials/{kept.public_id}/remove/")
    assert "Nothing here yet" in me.get("/en/me/materials/").content.decode()
