"""The chain of events, its daily anchor, and the public check of a receipt."""

import pgtrigger
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from applications import services
from applications.models import CaseEvent, ChainAnchor
from applications.services import chain
from tests import cast
from tests.cast import moment

pytestmark = pytest.mark.django_db

ALL = ("id", "degree", "works", "form", "photo")
NOW = moment("2026-09-18 10:00")
ADDRESS = "/en/verify/receipt/"


@pytest.fixture(autouse=True)
def _nobody_asked_yet():
    cache.clear()


def pdf_of(case, kind: str, more: bytes = b"") -> SimpleUploadedFile:
    with case.papers.get(kind=kind).file.open("rb") as file:
        return SimpleUploadedFile("paper.pdf", file.read() + more)


@pytest.fixture
def case(world, applicant, clerk):
    case = cast.submit(cast.make_draft(world, applicant, *ALL, now=NOW), applicant, NOW)
    cast.check_all(case, clerk, NOW)
    return services.accept(case=case, actor=clerk, now=NOW)


def tamper(sql: str, *values) -> None:
    """Do what only somebody with the keys of the database could do."""
    with pgtrigger.ignore("applications.CaseEvent:append_only"), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_each_event_names_the_one_before_it(case):
    events = list(case.events.order_by("seq"))
    assert len(events) > 5
    assert [event.prev_hash for event in events] == ["", *(event.hash for event in events[:-1])]
    assert len({event.hash for event in events}) == len(events)
    report = chain.check_receipt(case)
    assert (report.is_sound, report.count, report.anchor) == (True, len(events), None)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE applications_caseevent SET opinion = 'x' WHERE case_id = %s AND verb = 'accept'",
        "UPDATE applications_caseevent SET at = at - interval '1 day' WHERE case_id = %s AND verb = 'submit'",
        "UPDATE applications_caseevent SET actor_id = NULL WHERE case_id = %s AND verb = 'accept'",
        """UPDATE applications_caseevent SET data = '{"ok": false}' WHERE case_id = %s AND seq = 5""",
        "DELETE FROM applications_caseevent WHERE case_id = %s AND seq = 5",
    ],
)
def test_a_changed_or_missing_event_breaks_the_chain(case, sql):
    tamper(sql, case.pk)
    assert not chain.check_receipt(case).holds


def test_the_anchor_is_made_once_a_day_and_covers_what_came_since(case, applicant, run_due):
    assert [chain.sweep_anchor(NOW), chain.sweep_anchor(moment("2026-09-18 23:59"))] == [1, 0]
    first = ChainAnchor.objects.get()
    assert (str(first.day), first.count) == ("2026-09-18", CaseEvent.objects.count())
    services.withdraw(case=case, actor=applicant, now=moment("2026-09-18 12:00"))
    run_due(moment("2026-09-19 00:05"))
    second = ChainAnchor.objects.latest("day")
    assert (second.count, second.prev_hash) == (1, first.hash)
    assert chain.sweep_anchor(NOW) == 0  # a clock that was put back
    report = chain.check_receipt(case)
    assert (report.is_sound, report.anchor) == (True, first)


def test_a_chain_written_anew_does_not_fit_its_anchor_nor_the_receipt(case, run_due):
    run_due(NOW)
    said = case.papers.get(kind="RECEIPT").content["zh"]["entry"]
    assert chain.check_receipt(case, said).is_sound
    forged = "UPDATE applications_caseevent SET at = at - interval '1 day' WHERE case_id = %s"
    tamper(forged, case.pk)
    tamper(
        """
        DO $$ DECLARE e applications_caseevent; said text := ''; BEGIN
            FOR e IN SELECT * FROM applications_caseevent ORDER BY seq LOOP
                e.prev_hash := said;
                said := encode(sha256(convert_to(jsonb_build_array(e.prev_hash, e.case_id, e.seq, e.verb, e.from_state,
                    e.to_state, e.actor_id, e.actor_role, extract(epoch FROM e.at), e.opinion, e.data)::text,
                    'UTF8')), 'hex');
                UPDATE applications_caseevent SET prev_hash = e.prev_hash, hash = said WHERE id = e.id;
            END LOOP; END $$"""
    )
    report = chain.check_receipt(case, said)
    assert (report.holds, report.anchor_holds, report.says_the_same) == (True, False, False)


def test_the_database_keeps_anchors_and_old_events(case):
    chain.sweep_anchor(NOW)
    with pytest.raises(Exception, match="Cannot update"), connection.cursor() as cursor:
        cursor.execute("UPDATE applications_chainanchor SET root = ''")


def test_the_public_page_checks_by_number_and_code(case, client_of):
    chain.sweep_anchor(NOW)
    page = client_of().get(ADDRESS)
    assert page.status_code == 200
    asked = {"way": "number", "case_no": case.case_no, "code": case.query_code}
    body = client_of().post(ADDRESS, asked).content.decode()
    assert "as they were written" in body
    assert ChainAnchor.objects.get().hash[:8] in body
    assert case.applicant.name not in body
    wrong = client_of().post(ADDRESS, asked | {"code": "AAAAAA"}).content.decode()
    assert "no case with this number and code" in wrong
    tamper("UPDATE applications_caseevent SET opinion = 'x' WHERE case_id = %s AND verb = 'accept'", case.pk)
    assert "do not fit together" in client_of().post(ADDRESS, asked).content.decode()


def test_what_is_left_empty_is_named(client_of):
    empty = {way: client_of().post(ADDRESS, {"way": way}).content.decode() for way in ("number", "file")}
    assert "Enter the case number." in empty["number"]
    assert "Enter the query code." in empty["number"]
    assert "Choose the file first." in empty["file"]


def test_the_public_page_checks_the_pdf_of_the_receipt(case, client_of, run_due):
    run_due(NOW)

    def answer(file) -> str:
        return client_of().post(ADDRESS, {"way": "file", "file": file}).content.decode()

    body = answer(pdf_of(case, "RECEIPT"))
    assert "as they were written" in body
    assert "names this entry" in body
    assert "not a receipt of this platform" in answer(pdf_of(case, "RECEIPT", b" "))
    assert "not a receipt of this platform" in answer(pdf_of(case, "ACCEPTANCE"))
    assert "not a PDF" in answer(SimpleUploadedFile("r.pdf", b"hello"))


def test_nobody_guesses_numbers_on_the_public_page(case, client_of):
    client = client_of()
    codes = [client.post(ADDRESS, {"way": "number", "case_no": "1" * 24, "code": "A"}).status_code for _n in range(11)]
    assert codes == [200] * 10 + [429]
