"""The signed agreement as a paper: drawn by a job, signed by the portal, for its parties alone."""

import pytest
from django.db import InternalError, transaction
from django.urls import reverse
from django.utils.translation import override

from accounts.models import Unit
from certificates.files import check
from jobs.models import Job
from talents.models import Agreement
from talents.services import agreement_papers
from talents.states import PlaceKind
from tests.pdf import text_of
from tests.talents import pool
from tests.talents.test_internships import GRADUATED, NOW, ask, online, sign, take


@pytest.fixture(autouse=True)
def _today(at):
    pass


@pytest.fixture
def agreement(world, unit, hr, school, teacher, clerk, applicant):
    """An agreement that unit, person and school have signed; nothing is drawn yet."""
    unsigned = take(ask(online(world, unit, hr, clerk), applicant, school), hr)
    return sign(unsigned, person=applicant, unit=hr, school=teacher)


def drawn(agreement) -> bytes:
    with agreement_papers.draw(agreement=agreement, now=NOW).file.open("rb") as paper:
        return paper.read()


def plain(paper: bytes, folder) -> str:
    """Return the words of a paper without the gaps that its title is set with."""
    text = text_of(paper, folder)
    return text + "".join(text.split())


def test_the_last_signature_fixes_the_words_and_orders_the_paper(agreement, unit, school, tmp_path):
    job = Job.objects.get(kind=agreement_papers.JOB)
    assert (job.key, job.payload) == (str(agreement.pk), {"agreement": agreement.pk})
    Unit.objects.filter(pk=unit.pk).update(name="改名以后的单位")
    text = plain(drawn(agreement), tmp_path)
    for words in (unit.name, unit.uscc, school.unit.name, school.unit.uscc, "陈思远", "设备维护", "李师傅", "2,000"):
        assert words in text
    for words in ("实习协议书", "Internship agreement", "2026年10月8日", "7 January 2027", "2026-09-18 10:00"):
        assert words in text
    assert "改名以后的单位" not in text
    assert "990101199003070015" not in text  # the number is masked


def test_nothing_is_ordered_before_all_have_signed(world, unit, hr, school, clerk, applicant):
    agreement = sign(take(ask(online(world, unit, hr, clerk), applicant, school), hr), person=applicant, unit=hr)
    assert not Job.objects.filter(kind=agreement_papers.JOB).exists()
    assert not agreement_papers.draw(agreement=agreement, now=NOW).file


def test_the_paper_carries_the_portals_signature_and_a_changed_byte_shows(agreement):
    paper = drawn(agreement)
    assert check(paper).is_genuine
    assert not check(paper.replace(b"/Title", b"/Titel", 1)).is_genuine


def test_drawn_twice_it_is_the_same_paper_and_never_another(agreement):
    assert drawn(agreement) == drawn(agreement)
    for change in ({"content": {}}, {"sha256": "0" * 64}):
        with pytest.raises(InternalError, match="never edited"), transaction.atomic():
            Agreement.objects.filter(pk=agreement.pk).update(**change)


def test_a_traineeship_has_two_parties_and_says_that_it_is_no_employment(
    world, unit, hr, clerk, applicant, base, tmp_path
):
    place = online(world, unit, hr, clerk, PlaceKind.TRAINEESHIP)
    agreement = sign(take(ask(place, applicant, None, GRADUATED), hr), person=applicant, unit=hr)
    text = plain(drawn(agreement), tmp_path)
    assert "就业见习协议书" in text
    assert "It is no employment." in text
    assert "学校签署" not in text
    assert "For the school" not in text


def test_its_parties_read_it_and_nobody_else(agreement, world, unit, hr, teacher, applicant, examiner, client):
    mine = reverse("me:internship_pdf", args=[agreement.public_id])
    ours = reverse("org:intern_agreement_pdf", args=[agreement.public_id])
    client.force_login(applicant)
    page = reverse("me:internship", args=[agreement.public_id])
    assert client.get(mine).url == page
    with override("en"):
        assert "It is being made." in client.get(reverse("me:internship", args=[agreement.public_id])).text
    paper = drawn(agreement)
    for party, address in ((applicant, mine), (hr, ours), (teacher, ours)):
        client.force_login(party)
        answer = client.get(address)
        assert b"".join(answer.streaming_content) == paper
    former, other = pool.handler(unit), pool.handler(pool.unit(world.province))
    former.memberships.update(left_at=NOW)
    for stranger in (former, other, pool.person(), examiner):
        client.force_login(stranger)
        assert [client.get(address).status_code for address in (mine, ours)] == [404, 404]
    client.force_login(applicant)
    assert client.get(ours).status_code == 404
