"""A verified material is offered again in the next application, taken by one press, and taken out again."""

import pgtrigger
import pytest
from playwright.sync_api import expect

from applications.models import MaterialFile, WalletItem
from applications.states import ScanState
from policies.models import MaterialSpec
from tests import cast
from tests.journeys import steps

pytestmark = pytest.mark.browser


@pytest.fixture
def draft(world, applicant, clerk, friday):
    """A draft of somebody whose degree was verified in another case and lasts a year."""
    item, _guide = cast.make_item(world.province, world.office, [world.window], serial=2)
    with pgtrigger.ignore():
        MaterialSpec.objects.filter(key="degree").update(valid_months=12)
    cast.check_all(steps.received(world, applicant, friday), clerk, friday)
    MaterialFile.objects.update(scan_state=ScanState.CLEAN)
    return cast.make_draft(world, applicant, "id", now=friday, item=item)


def test_a_verified_material_is_used_again_without_leaving_the_page(visit, draft, applicant):
    member = visit(applicant)
    page = member.page
    member.go("apply:step", draft.item.code, draft.public_id, "materials")
    address = page.url
    row = page.locator(f"#material-{draft.materials.get(spec__key='degree').pk}")
    row.get_by_role("button", name=member.words("Use the verified one")).click()
    expect(row).to_contain_text(member.words("verified before"))
    assert page.url == address, "the page was not left"
    assert draft.materials.get(spec__key="degree").files.get().from_wallet == WalletItem.objects.get()
    row.locator("form[data-remove] button").click()
    expect(row).not_to_contain_text(member.words("verified before"))
    expect(row).to_contain_text(member.words("Use the verified one"))
