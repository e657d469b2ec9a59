"""Pages of cases as they are printed: no page nearly empty, and no menu over what is read."""

import pytest

from tests import cast
from tests.applications import life
from tests.journeys import steps
from tests.pdf import text_of

pytestmark = pytest.mark.browser


@pytest.fixture
def printed(visit, tmp_path):
    """Print a page; return the text of each sheet, without blanks."""

    def sheets(user, name: str, *args) -> list[str]:
        reader = visit(user, language="en")
        reader.go(name, *args)
        paper = reader.page.pdf(prefer_css_page_size=True)
        return ["".join(sheet.split()) for sheet in text_of(paper, tmp_path).split("\f")[:-1]]

    return sheets


def test_a_rating_fits_one_sheet(printed, world, applicant, friday):
    case = steps.received(world, applicant, friday)
    [sheet] = printed(applicant, "me:rate", case.case_no)
    assert "Howwasit?" in sheet
    assert "verydissatisfied" in sheet


def test_the_check_of_a_receipt_says_how_it_works(printed, world):
    [sheet] = printed(None, "receipt")
    assert "Howthisworks" in sheet
    assert "Casenumber" not in sheet, "no empty form on paper"


def test_a_queue_is_its_cases_without_menus(printed, world, applicant, clerk, friday):
    case = steps.received(world, applicant, friday)
    [sheet] = printed(clerk, "admin:applications_case_changelist")
    assert case.case_no in sheet
    for closed in ("Nameoftheview", "Sendtoeachofthem", "Saveasview"):
        assert closed not in sheet


def test_a_case_is_whole_for_its_applicant_and_at_the_desk(printed, world, applicant, clerk, friday):
    case = steps.received(world, applicant, friday)
    cast.check_all(case, clerk, friday)
    for user, name, key in (
        (applicant, "me:case", case.case_no),
        (clerk, "admin:applications_case_change", case.pk),
    ):
        sheets = printed(user, name, key)
        assert case.case_no in "".join(sheets)
        assert all(life.material(case, one).spec.name_en.replace(" ", "") in "".join(sheets) for one in life.ALL)
        assert min(len(sheet) for sheet in sheets) > 100, sheets
