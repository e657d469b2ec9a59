"""A copy of one's data, the log of looks, and the end of an account (domain 11.42)."""

import io
import json
import zipfile

import pytest
from django.core.files.storage import default_storage
from django.utils import translation

from accounts.models import Person, Reveal, UnitMember, User
from applications import services
from applications.models import Case, DataExport, Viewing, WalletItem
from applications.search import Reason
from applications.services import account, export
from applications.states import ClockKind, State
from jobs import services as jobs
from notifications.models import Message
from talentportal.lib.refusals import Refused
from tests import cast
from tests.cast import day, moment

pytestmark = pytest.mark.django_db

ALL = ("id", "degree", "works", "form", "photo")
NOW = "2026-09-18 10:00"


@pytest.fixture
def received(world, applicant):
    return cast.submit(cast.make_draft(world, applicant, *ALL, now=moment(NOW)), applicant, moment(NOW))


@pytest.fixture
def closed(received, clerk):
    return services.reject_acceptance(
        case=received, actor=clerk, now=moment(NOW), reason="N01", explanation="请向教育部门申请"
    )


# --- a copy -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def copy(received, applicant):
    asked = export.ask_for_export(actor=applicant, now=moment(NOW))
    jobs.run_due(moment(NOW))
    return DataExport.objects.get(pk=asked.pk)


def opened(copy) -> zipfile.ZipFile:
    with copy.file.open("rb") as stream:
        return zipfile.ZipFile(io.BytesIO(stream.read()))


def test_a_copy_holds_the_case_with_its_files_and_the_own_number(copy, received, applicant):
    archive = opened(copy)
    data = json.loads(archive.read("data.json"))
    assert data["identity"]["id_number"] == "990101199003070015"
    assert [case["case_no"] for case in data["cases"]] == [received.case_no]
    assert data["cases"][0]["answers"] == {"level": "D", "employer": "示例单位"}
    assert [step["verb"] for step in data["cases"][0]["steps"]] == ["submit"]
    names = [f"files/{received.case_no}/{key}-1.pdf" for key in ALL]
    assert set(names) < set(archive.namelist())
    assert archive.read(names[0]) == cast.PDF
    assert archive.testzip() is None


def test_a_copy_holds_nothing_of_anybody_else(copy, world, stranger, received):
    cast.submit(cast.make_draft(world, stranger, *ALL, now=moment(NOW)), stranger, moment(NOW))
    asked = export.ask_for_export(actor=stranger, now=moment(NOW))
    theirs = opened(export.build_export(export=asked, now=moment(NOW)))
    said = theirs.read("data.json").decode()
    assert received.case_no not in said
    assert "陈思远" not in said
    assert not any(received.case_no in name for name in theirs.namelist())


def test_its_owner_is_told_and_it_lasts_a_week(copy, applicant):
    assert (copy.expires_at, copy.size) == (moment("2026-09-25 10:00"), default_storage.size(copy.file.name))
    assert Message.objects.get(event="export_ready").recipient == applicant


def test_a_copy_is_built_once(copy):
    assert export.build_export(export=copy, now=moment("2026-09-18 11:00")) is None


def test_a_second_one_is_made_after_a_day_only(copy, applicant):
    with pytest.raises(Refused):
        export.ask_for_export(actor=applicant, now=moment("2026-09-19 09:59"))
    export.ask_for_export(actor=applicant, now=moment("2026-09-19 10:01"))


def test_an_expired_copy_is_deleted_with_its_file(copy, django_capture_on_commit_callbacks):
    assert export.sweep_exports(moment("2026-09-25 09:59")) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert export.sweep_exports(moment("2026-09-25 10:00")) == 1
    assert (DataExport.objects.count(), default_storage.exists(copy.file.name)) == (0, False)
    assert export.sweep_exports(moment("2026-09-25 10:00")) == 0


def test_only_its_owner_downloads_it_and_only_while_it_lasts(copy, applicant, stranger, clerk, at, client_of):
    page = f"/en/me/data/{copy.public_id}/"
    given = client_of(applicant).get(page)
    assert zipfile.ZipFile(io.BytesIO(b"".join(given.streaming_content))).testzip() is None
    assert "attachment" in given.headers["Content-Disposition"]
    assert {client_of(who).get(page).status_code for who in (stranger, clerk)} == {404}
    assert client_of().get(page).status_code == 302
    copy.refresh_from_db()
    assert copy.downloaded_at == moment(NOW)
    at("2026-09-25 10:00")
    assert client_of(applicant).get(page).status_code == 404


def test_who_asks_for_a_copy_proves_once_more_who_they_are(received, applicant, at, client_of):
    answer = client_of(applicant).post("/en/me/data/")
    assert (answer.status_code, "reauthenticate" in answer.url) == (302, True)
    assert not DataExport.objects.exists()


def confirmed(client, page: str, data: dict | None = None):
    """Post, give the password that is asked for, and follow to where it leads."""
    asked = client.post(page, data or {})
    return client.post(asked.url, {"password": cast.PASSWORD}, follow=True)


def test_a_copy_is_asked_for_on_its_page(received, applicant, at, client_of):
    me = client_of(applicant)
    answer = confirmed(me, "/en/me/data/").content.decode()
    assert "We make the copy and tell you when it is ready." in answer
    assert DataExport.objects.get().owner == applicant
    assert "You asked for a copy less than a day ago" in me.post("/en/me/data/", follow=True).content.decode()


# --- who looked -------------------------------------------------------------------------------------------------------


def test_the_log_shows_looks_at_the_own_cases_and_number_and_no_others(
    received, world, applicant, stranger, clerk, at, client_of
):
    other = cast.submit(cast.make_draft(world, stranger, *ALL, now=moment(NOW)), stranger, moment(NOW))
    Viewing.objects.create(case=received, by=clerk, what="case", at=moment(NOW))
    Viewing.objects.create(case=other, by=clerk, what="case", reason="别人的", at=moment(NOW))
    Viewing.objects.create(case=received, by=clerk, what="search:phone", reason=Reason.values[0], at=moment(NOW))
    Reveal.objects.create(person=applicant.person, by=clerk, reason="核对证件", at=moment(NOW))
    said = client_of(applicant).get("/en/me/privacy-log/").content.decode()
    assert "李雪梅" in said
    assert "核对证件" in said
    assert "found the case by personal data" in said
    with translation.override("en"):
        assert str(Reason(Reason.values[0]).label) in said
    assert "别人的" not in said
    assert "Nobody has looked yet" in client_of(clerk).get("/en/me/privacy-log/").content.decode()


def test_a_long_log_goes_on_on_a_second_page(received, applicant, clerk, at, client_of):
    Viewing.objects.bulk_create(
        Viewing(case=received, by=clerk, what="case", reason=f"第{n}次", at=moment(NOW)) for n in range(31)
    )
    me = client_of(applicant)
    first = me.get("/en/me/privacy-log/").content.decode()
    assert ("第30次" in first, "第0次" in first) == (True, False)
    before = Viewing.objects.order_by("-at", "-pk")[29].pk
    assert "第0次" in me.get(f"/en/me/privacy-log/?before={before}").content.decode()


# --- the end ----------------------------------------------------------------------------------------------------------


def test_11_42_an_open_case_blocks_and_is_named(received, applicant):
    assert [str(reason) for reason in account.closing_obstacles(applicant)]
    with pytest.raises(Refused, match=received.case_no):
        account.close_account(actor=applicant, now=moment(NOW))
    assert User.objects.get(pk=applicant.pk).is_active


def test_a_check_that_is_still_to_come_blocks(closed, applicant):
    closed.clocks.create(
        kind=ClockKind.CHECK,
        owner="OFFICE",
        days=60,
        started_on=day("2026-09-18"),
        due_on=day("2026-12-21"),
        printed_due_on=day("2026-12-21"),
        due_wd=1,
        calendar="530114",
    )
    with pytest.raises(Refused, match=closed.case_no):
        account.close_account(actor=applicant, now=moment(NOW))


def test_the_only_owner_of_a_unit_stays_until_there_is_another(world, applicant, stranger):
    unit = cast.make_unit(world.county, applicant, moment(NOW))
    with pytest.raises(Refused, match=unit.name):
        account.close_account(actor=applicant, now=moment(NOW))
    UnitMember.objects.create(unit=unit, user=stranger, role="OWNER", joined_at=moment(NOW))
    account.close_account(actor=applicant, now=moment(NOW))
    assert UnitMember.objects.get(user=applicant).left_at == moment(NOW)


def test_staff_do_not_close_their_accounts_themselves(clerk):
    with pytest.raises(Refused):
        account.close_account(actor=clerk, now=moment(NOW))


def test_11_42_what_only_serves_the_person_goes_and_the_case_file_stays(world, closed, applicant, leader, clerk):
    item, _guide = cast.make_item(world.province, world.office, [world.window], serial=2)
    draft = cast.make_draft(world, applicant, "id", now=moment(NOW), item=item)
    WalletItem.objects.create(
        owner=applicant,
        key="degree",
        name_zh="学位",
        name_en="Degree",
        file=closed.materials.get(spec__key="degree").files.get(),
        verified_by=world.office,
        verified_on=day("2026-09-18"),
    )
    export.build_export(export=export.ask_for_export(actor=applicant, now=moment(NOW)), now=moment(NOW))
    account.close_account(actor=applicant, now=moment(NOW))
    user = User.objects.get(pk=applicant.pk)
    assert (user.email, user.phone, user.name, user.is_active) == (None, None, "", False)
    assert (user.closed_at, user.has_usable_password()) == (moment(NOW), False)
    assert not Case.objects.filter(pk=draft.pk).exists()
    left = [WalletItem, DataExport, Message]
    assert [rows.objects.count() for rows in left] == [0, 0, 0]
    kept = Case.objects.get(pk=closed.pk)
    assert (kept.is_restricted, kept.materials.count(), kept.papers.count() > 0) == (True, 5, True)
    assert str(user.person.id_number) == "990101199003070015"


def test_the_case_leaves_the_desks_and_only_a_leader_still_reaches_it(closed, applicant, clerk, examiner, leader):
    account.close_account(actor=applicant, now=moment(NOW))
    seen = {who: Case.objects.for_staff(who).filter(pk=closed.pk).exists() for who in (clerk, examiner, leader)}
    assert seen == {clerk: False, examiner: False, leader: True}


def test_the_public_query_no_longer_knows_it(closed, applicant, at, client_of):
    account.close_account(actor=applicant, now=moment(NOW))
    said = client_of().post("/en/progress/", {"case_no": closed.case_no, "code": closed.query_code}).content.decode()
    assert "We found no case with this number and code." in said


def test_without_a_case_the_identity_goes_too(applicant):
    account.close_account(actor=applicant, now=moment(NOW))
    assert not Person.objects.filter(user=applicant).exists()


def test_the_same_person_can_begin_anew(closed, applicant):
    account.close_account(actor=applicant, now=moment(NOW))
    again = cast.make_person("applicant@example.org", "陈思远", "990101199003070015")
    assert again.pk != applicant.pk


def test_twice_is_refused(applicant):
    account.close_account(actor=applicant, now=moment(NOW))
    with pytest.raises(Refused):
        account.close_account(actor=applicant, now=moment(NOW))


def test_the_page_explains_what_blocks(received, applicant, at, client_of):
    said = client_of(applicant).get("/en/me/close-account/").content.decode()
    assert f"Case {received.case_no} is still open." in said
    assert "Close my account for good" not in said


def test_closing_by_the_page_signs_out_for_good(closed, applicant, at, client_of):
    me = client_of(applicant)
    assert "Confirm that you want to close your account." in confirmed(me, "/en/me/close-account/").content.decode()
    answer = me.post("/en/me/close-account/", {"understands": "on"}, follow=True)
    assert "Your account is closed." in answer.content.decode()
    assert me.get("/en/me/").status_code == 302
    assert not me.login(email="applicant@example.org", password=cast.PASSWORD)
    assert Case.objects.get(pk=closed.pk).state == State.CLOSED
