"""The office's pages: who reaches which case, what stands against each button, and that no act is done twice."""

import io
import re
from datetime import timedelta

import pgtrigger
import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from PIL import Image

from accounts.models import Role
from applications import office, services
from applications.models import Case, CommitmentBreach, DeferralBan, MaterialFile
from applications.states import ScanState, State
from jobs import clock
from notifications.models import Delivery, Message
from policies.models import MaterialSpec
from tests import cast
from tests.cast import moment

pytestmark = pytest.mark.django_db

NOW = moment("2026-09-18 11:00")
ALL = ("id", "degree", "works", "form", "photo")
CORE = ("id", "degree", "photo")
NUMBERS = ("990102199511300039", "99010119900307004X", "99010119900307012X")
QUEUE = "/en/admin/applications/case/"


@pytest.fixture(autouse=True)
def _portal_time(monkeypatch):
    """The pages ask the portal's clock: it stands still."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def case(world, applicant):
    draft = cast.make_draft(world, applicant, *ALL, now=moment("2026-09-18 10:00"))
    case = cast.submit(draft, applicant, moment("2026-09-18 10:00"))
    MaterialFile.objects.update(scan_state=ScanState.NOT_SCANNED)
    return case


@pytest.fixture
def promised(world, applicant):
    """A case with two materials promised for later, not accepted yet."""
    draft = cast.make_draft(world, applicant, *CORE, now=NOW)
    cast.promise(draft, applicant, {"works": "2026-09-24", "form": "2026-09-24"}, NOW)
    return cast.submit(draft, applicant, NOW, agrees=True, signed_name="陈思远")


@pytest.fixture
def as_(client):
    """Sign somebody in and return the client."""

    def enter(user):
        client.force_login(user)
        return client

    return enter


def submitted_by(world, n: int, number: str):
    """Let one more person submit a case."""
    someone = cast.make_person(f"more{n}@example.org", "张三", number)
    return cast.submit(cast.make_draft(world, someone, *ALL, now=NOW), someone, NOW)


def page_of(case) -> str:
    return f"{QUEUE}{case.pk}/change/"


def post(client, case, verb, **data):
    case.refresh_from_db()
    return client.post(f"{QUEUE}{case.pk}/act/{verb}/", {"version": case.version} | data)


def given_back(client, response):
    """Return the page to which an act leads back that could not be done."""
    assert response.status_code == 302
    assert "?again" in response.headers["Location"]
    return client.get(response.headers["Location"])


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def reasons(response) -> dict[str, list]:
    """Return verb -> reasons of the acts that a page offers."""
    return {offer.act.verb: [str(reason) for reason in offer.reasons] for offer in response.context["offers"]}


def events(case) -> list[str]:
    return list(case.events.order_by("seq").values_list("verb", flat=True))


def examined(case, clerk, examiner, proposal="GRANT"):
    cast.check_all(case, clerk, NOW)
    services.accept(case=case, actor=clerk, now=NOW)
    return services.conclude(case=case, actor=examiner, now=NOW, proposal=proposal, opinion="符合条件")


# --- who reaches what ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "queue", "reach"),
    [
        ("clerk", 200, 200),
        ("examiner", 200, 200),
        ("leader", 200, 200),
        ("certificate_clerk", 200, 200),
        ("other_clerk", 200, 404),
        ("official", 403, 404),
        ("administrator", 403, 404),
        ("expert", 403, 404),
    ],
)
def test_posts_decide_who_reaches_a_case(request, as_, case, who, queue, reach):
    client = as_(request.getfixturevalue(who))
    kept, paper = MaterialFile.objects.first(), case.papers.first()
    got = [
        client.get(QUEUE).status_code,
        client.get(page_of(case)).status_code,
        closed(client.get(f"{QUEUE}file/{kept.public_id}/")).status_code,
        client.get(f"{QUEUE}paper/{paper.public_id}/").status_code == 302,  # not drawn yet: its words instead
        client.post(f"{QUEUE}{case.pk}/claim/", {"take_over": "1"}).status_code,
        post(client, case, "check_all").status_code,
    ]
    inside = reach == 200
    assert got[:4] == [queue, reach, reach, inside]
    assert (got[4] == 302, got[4] == 404) == (inside, not inside)
    assert (got[5] == 302, got[5] == 404) == (inside, not inside)
    seen = office.queue_page(request.getfixturevalue(who), office.Wish("accept"), NOW).rows
    assert ([row.case for row in seen] == [case]) == inside


def closed(response):
    """Read an answer to its end, which closes its file, as a server does."""
    if response.streaming:
        b"".join(response)
    return response


def test_applicants_and_strangers_reach_nothing(as_, client, case, applicant):
    assert client.get(page_of(case)).status_code == 302
    assert as_(applicant).get(page_of(case)).status_code in (302, 403)
    assert as_(applicant).get(QUEUE).status_code in (302, 403)


def test_a_post_that_has_ended_opens_nothing(as_, case, clerk):
    clerk.posts.update(ends_on="2026-09-18")
    client = as_(clerk)
    assert (client.get(QUEUE).status_code, client.get(page_of(case)).status_code) == (403, 404)


def test_nobody_works_on_an_own_case(as_, world, applicant, case):
    applicant.is_staff = True
    applicant.save()
    applicant.posts.create(role=Role.CLERK, organization=world.office, region=world.province, starts_on="2024-01-01")
    client = as_(applicant)
    assert client.get(page_of(case)).status_code == 404
    assert office.Queue(applicant, NOW).counts()["accept"] == 0


@pytest.mark.parametrize(
    "address", ["abc/change/", "0/change/", "99999999999999999999999/change/", "file/none/", "paper/none/"]
)
def test_addresses_that_name_nothing_are_not_found(as_, clerk, case, address):
    assert as_(clerk).get(QUEUE + address).status_code == 404


# --- the queue: see also test_queue.py -------------------------------------------------------------------------------


@pytest.mark.usefixtures("kept_long")
def test_pages_cost_the_same_whatever_they_show(as_, world, clerk, case):
    client = as_(clerk)
    addresses = (QUEUE, page_of(case), "/en/admin/")
    before = [statements(client, address) for address in addresses]
    for n, number in enumerate(NUMBERS):
        submitted_by(world, n, number)
    assert [statements(client, address) for address in addresses] == before
    assert (before[0] <= 40, before[1] <= 60, before[2] <= 40) == (True, True, True)


def statements(client, address) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_the_summary_shows_queues_and_alarm_to_whom_they_concern(as_, case, clerk, administrator, official):
    mine = text(as_(clerk).get("/en/admin/"))
    assert "Due first: To accept" in mine
    assert "陈思远" in mine
    assert "No job is waiting" not in mine
    theirs = as_(administrator).get("/en/admin/")
    assert "job" in text(theirs)
    assert "陈思远" not in text(theirs)
    assert "陈思远" not in text(as_(official).get("/en/admin/"))


# --- what stands against each button ---------------------------------------------------------------------------------


def test_every_reason_stands_beside_its_button(as_, case, clerk):
    MaterialFile.objects.filter(material__spec__key="photo").delete()
    case.materials.filter(spec__key="photo").update(status="MISSING")
    page = as_(clerk).get(page_of(case))
    missing = "“Material photo” is missing."
    assert reasons(page) == {
        "accept": [missing],
        "accept_with_deferral": [missing, "The applicant has not promised any material for later."],
        "request_correction": [],
        "fix_on_spot": [],
        "reject_acceptance": [],
        "assign": [],
        "recuse": [],
    }
    assert missing in text(page)


def test_a_promised_case_can_be_accepted_only_with_deferral(as_, promised, clerk):
    cast.check_all(promised, clerk, NOW)
    found = reasons(as_(clerk).get(page_of(promised)))
    assert found["accept"] == ["“Material works” is missing.", "“Material form” is missing."]
    assert found["accept_with_deferral"] == []


def test_a_ban_is_shown_with_its_end_and_not_the_case_behind(as_, world, promised, clerk, applicant, stranger):
    old = cast.submit(cast.make_draft(world, stranger, *ALL, now=NOW), stranger, NOW)
    breach = CommitmentBreach.objects.create(case=old, applicant=applicant, recorded_at=NOW)
    DeferralBan.objects.create(applicant=applicant, breach=breach, starts_on="2026-01-01", ends_on="2026-12-31")
    page = as_(clerk).get(page_of(promised))
    assert "yes, until 31 December 2026" in text(page)
    assert any("31 December 2026" in reason for reason in reasons(page)["accept_with_deferral"])
    assert old.case_no not in "".join(re.findall(r'class="dossier".*', page.content.decode(), re.S))


def test_roles_without_a_turn_are_told_whose_turn_it_is(as_, case, examiner, leader):
    for user, acts in ((examiner, {"assign", "recuse"}), (leader, {"assign", "recuse", "transfer", "terminate"})):
        page = as_(user).get(page_of(case))
        assert set(reasons(page)) == acts
        assert "It is the turn of: Window clerk." in text(page)


def test_who_examined_may_not_decide(as_, world, case, clerk, examiner, leader):
    examiner.posts.create(role=Role.LEADER, organization=world.office, region=world.province, starts_on="2024-01-01")
    examined(case, clerk, examiner)
    own = reasons(as_(examiner).get(page_of(case)))
    against = ["Who examined a case may not decide it."]
    assert (own["grant"], own["return_to_examiner"], own["refuse"]) == (against, [], against)
    assert against[0] in text(given_back(as_(examiner), post(as_(examiner), case, "grant", sure="1")))
    services.release(case=case, actor=examiner)
    other = reasons(as_(leader).get(page_of(case)))
    assert (other["grant"], other["return_to_examiner"], other["refuse"]) == ([], [], [])
    case.refresh_from_db()
    assert case.state == State.REVIEWED


def test_a_proposal_to_refuse_cannot_be_granted(as_, case, clerk, examiner, leader):
    examined(case, clerk, examiner, "REFUSE")
    assert reasons(as_(leader).get(page_of(case)))["grant"] == [
        "The examiner proposed to refuse. Return the case first."
    ]


def test_the_once_only_notice_is_once_only(as_, case, clerk, applicant):
    pk = case.materials.get(spec__key="form").pk
    services.request_correction(case=case, actor=clerk, now=NOW, points={pk: ("M04", "盖章")})
    case.refresh_from_db()
    cast.hand_in(case, applicant, "form", now=NOW)
    services.supply_correction(case=case, actor=applicant, now=NOW)
    found = reasons(as_(clerk).get(page_of(case)))
    assert found["request_correction"] == ["The once-only notice was sent already; a second one is not allowed."]


# --- acts ------------------------------------------------------------------------------------------------------------


def test_the_whole_way_by_buttons(as_, case, clerk, examiner, leader, run_due):
    assert post(as_(clerk), case, "check_all").status_code == 302
    done = post(as_(clerk), case, "accept")
    assert (done.status_code, done.headers["Location"]) == (302, page_of(case))
    assert str(list(get_messages(done.wsgi_request))[-1]).startswith("Accepted: 陈思远")
    assert post(as_(examiner), case, "conclude", proposal="GRANT", opinion="符合条件").status_code == 302
    assert post(as_(leader), case, "grant", sure="1").status_code == 302
    run_due(NOW)
    assert post(as_(clerk), case, "deliver", method="window").status_code == 302
    case.refresh_from_db()
    assert (case.state, case.close_type) == ("CLOSED", "GRANTED")
    assert events(case) == ["submit", *["check_material"] * 5, "accept", "conclude", "grant", "issue", "deliver"]
    assert "This case is closed." in text(as_(clerk).get(page_of(case)))


def test_a_correction_names_everything_at_once(as_, case, clerk):
    one, two = (case.materials.get(spec__key=key).pk for key in ("form", "photo"))
    data = {f"reason_{one}": "M04", f"cure_{one}": "盖章", f"reason_{two}": "M02", f"cure_{two}": "重拍", "note": ""}
    assert post(as_(clerk), case, "request_correction", **data).status_code == 302
    case.refresh_from_db()
    assert case.state == State.CORRECTION
    assert list(case.correction.points.order_by("material").values_list("reason", "cure")) == [
        ("M04", "盖章"),
        ("M02", "重拍"),
    ]


def test_what_is_missing_in_a_form_is_said_and_what_was_typed_is_kept(as_, case, clerk):
    pk = case.materials.get(spec__key="form").pk
    client = as_(clerk)
    page = given_back(client, post(client, case, "request_correction", **{f"reason_{pk}": "M04", "note": "请一次改好"}))
    assert "Say how to cure “Material form”." in text(page)
    assert "请一次改好" in page.content.decode()
    assert "Name at least one material" in text(given_back(client, post(client, case, "request_correction")))
    rejected = given_back(client, post(client, case, "reject_acceptance", reason="N04", explanation="仍不符合"))
    assert "Select a valid choice. N04 is not one of the available choices." in text(rejected)
    assert "仍不符合" in rejected.content.decode()
    assert rejected.status_code == 200
    assert events(case) == ["submit"]


def test_an_impossible_act_writes_nothing_although_it_is_posted(as_, case, clerk):
    client = as_(clerk)
    page = given_back(client, post(client, case, "accept"))
    assert "“Material id” has not been checked yet." in text(page)
    lost = given_back(client, post(client, case, "grant", sure="1"))
    assert "Not done: Grant" in text(lost)
    assert "This step is for another role." in text(lost)
    assert (events(case), case.papers.count()) == (["submit"], 1)


def test_a_material_is_checked_point_by_point(as_, world, case, clerk):
    client, material = as_(clerk), case.materials.get(spec__key="id")
    spec = MaterialSpec(pk=material.spec_id)
    checks = [{"zh": "未过期", "en": "Not expired"}, {"zh": "姓名一致", "en": "Same name"}]
    with_checks(spec, checks)
    wanting = post(client, case, "check_material", material=material.pk, sheet="1", verdict="ok", ticks=["0"])
    assert "Tick every point" in text(given_back(client, wanting))
    bad = post(client, case, "check_material", material=material.pk, sheet="1", verdict="bad", ticks=["0"])
    assert "Say what is not in order." in text(given_back(client, bad))
    good = post(client, case, "check_material", material=material.pk, sheet="1", verdict="ok", ticks=["0", "1"])
    assert (good.status_code, good.headers["Location"]) == (302, f"{page_of(case)}?m=1")
    material.refresh_from_db()
    assert (material.check_result, material.checked_by) == ("ACCEPTED", clerk)


def with_checks(spec, checks):
    """Give a published material its list of checks, past the trigger that freezes it."""
    with pgtrigger.ignore("policies.MaterialSpec:published_material_is_frozen"):
        type(spec).objects.filter(pk=spec.pk).update(checks=checks)


def test_a_material_of_another_case_is_refused(as_, world, case, clerk, stranger):
    other = cast.submit(cast.make_draft(world, stranger, *ALL, now=NOW), stranger, NOW)
    foreign = other.materials.first()
    client = as_(clerk)
    answer = given_back(client, post(client, case, "check_material", material=foreign.pk, verdict="ok"))
    foreign.refresh_from_db()
    assert foreign.check_result == "UNCHECKED"
    assert "A material of another case was named." in text(answer)


def test_a_paper_that_came_to_the_window_is_taken_in(as_, promised, clerk, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=2))
    cast.check_all(promised, clerk, NOW)
    services.accept_with_deferral(case=promised, actor=clerk, now=NOW)
    material = promised.materials.get(spec__key="works")
    wrong = SimpleUploadedFile("scan.pdf", b"MZ no pdf", content_type="application/pdf")
    client = as_(clerk)
    page = given_back(client, post(client, promised, "supply_deferred", material=material.pk, sheet="3", file=wrong))
    assert "Send the original, not a renamed one." in text(page)
    right = SimpleUploadedFile("scan.png", picture(), content_type="image/png")
    assert post(as_(clerk), promised, "supply_deferred", material=material.pk, sheet="3", file=right).status_code == 302
    material.refresh_from_db()
    assert (material.status, material.files.count(), bool(material.deferral.supplied_at)) == ("PROVIDED", 1, True)


def picture() -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (30, 30), "white").save(kept, "PNG")
    return kept.getvalue()


# --- two at once -----------------------------------------------------------------------------------------------------


def test_a_stale_page_is_told_who_was_faster_and_keeps_what_was_typed(as_, world, case, clerk):
    second = cast.make_staff("second@example.org", "周二", Role.CLERK, world.county, world.office, [world.window])
    stale = case.version
    services.request_correction(case=case, actor=clerk, now=NOW, points={case.materials.first().pk: ("M04", "盖章")})
    client = as_(second)
    answer = client.post(
        f"{QUEUE}{case.pk}/act/reject_acceptance/", {"version": stale, "reason": "N01", "explanation": "请去教育局"}
    )
    page = given_back(client, answer)
    told = (
        "Handled already by 李雪梅, Friday 18 September 2026 11:00: Corrections asked for. The page shows the present"
    )
    assert told in text(page)
    assert "请去教育局" in page.content.decode()
    assert events(case) == ["submit", "request_correction"]


def test_a_double_click_is_done_once(as_, case, clerk):
    client = as_(clerk)
    post(client, case, "check_all")
    case.refresh_from_db()
    answers = [client.post(f"{QUEUE}{case.pk}/act/accept/", {"version": case.version}) for _click in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert str(list(get_messages(answers[1].wsgi_request))[-1]) == "This was done already; nothing was done twice."
    assert events(case).count("accept") == 1
    assert case.papers.filter(kind="ACCEPTANCE").count() == 1


def test_a_second_check_of_all_is_no_error(as_, case, clerk):
    client = as_(clerk)
    answers = [client.post(f"{QUEUE}{case.pk}/act/check_all/", {"version": case.version}) for _click in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert events(case).count("check_material") == 5


def test_whose_turn_it_is_holds_the_case_on_opening_it(as_, world, case, clerk, examiner, leader, monkeypatch):
    second = cast.make_staff("second@example.org", "周二", Role.CLERK, world.county, world.office, [world.window])
    as_(leader).get(page_of(case))
    case.refresh_from_db()
    assert case.claimed_by is None

    as_(clerk).get(page_of(case))
    case.refresh_from_db()
    assert (case.claimed_by, case.claimed_until, case.version) == (clerk, NOW + timedelta(minutes=15), 2)

    page = as_(second).get(page_of(case))
    told = "李雪梅 is working on this case until 11:15."
    assert told in text(page)
    assert all(told in found for found in reasons(page).values())
    assert told in text(given_back(as_(second), post(as_(second), case, "check_all")))
    assert events(case) == ["submit"]

    assert as_(second).post(f"{QUEUE}{case.pk}/claim/", {"take_over": "1"}).status_code == 302
    assert post(as_(second), case, "check_all").status_code == 302
    assert "?again" in post(as_(clerk), case, "accept").headers["Location"]

    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=16))
    assert post(as_(clerk), case, "accept").status_code == 302
    case.refresh_from_db()
    assert (case.claimed_by, case.claimed_until) == (None, None)


def test_a_case_is_put_back(as_, case, clerk, other_clerk):
    client = as_(clerk)
    client.get(page_of(case))
    assert client.get(f"{QUEUE}{case.pk}/release/").status_code == 302
    case.refresh_from_db()
    assert case.claimed_by == clerk
    assert client.post(f"{QUEUE}{case.pk}/claim/").status_code == 204
    services.release(case=case, actor=other_clerk)
    case.refresh_from_db()
    assert case.claimed_by == clerk
    answer = client.post(f"{QUEUE}{case.pk}/release/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{QUEUE}?queue=accept")
    assert client.post(f"{QUEUE}{case.pk}/release/", {"leaving": "1"}).status_code == 204
    case.refresh_from_db()
    assert case.claimed_by is None


def test_nothing_is_done_by_reading(as_, case, clerk):
    client = as_(clerk)
    for address in ("act/accept/", "act/none/", "claim/", "release/"):
        assert client.get(f"{QUEUE}{case.pk}/{address}").status_code == 302
    assert client.post(f"{QUEUE}{case.pk}/act/none/").status_code == 302
    assert events(case) == ["submit"]


# --- what the page shows ---------------------------------------------------------------------------------------------


def test_files_are_given_out_sealed_off_and_never_infected(as_, case, clerk):
    client, kept = as_(clerk), MaterialFile.objects.first()
    address = f"{QUEUE}file/{kept.public_id}/"
    given = closed(client.get(address))
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in given.headers["Content-Security-Policy"]
    assert given.headers["Content-Disposition"].startswith("inline")
    assert "not scanned for viruses" in text(client.get(page_of(case) + "?m=1"))
    MaterialFile.objects.filter(pk=kept.pk).update(kind="docx")
    assert closed(client.get(address)).headers["Content-Disposition"].startswith("attachment")
    MaterialFile.objects.filter(pk=kept.pk).update(scan_state=ScanState.INFECTED)
    assert client.get(address).status_code == 404
    assert "This file is infected and is not given out." in text(client.get(page_of(case) + "?m=1"))


def test_the_page_tells_what_counts(as_, case, clerk, applicant):
    said = text(as_(clerk).get(page_of(case)))
    for words in (
        "Class D",
        "示例单位",
        applicant.person.id_masked,
        "Receipt of materials",
        "Application submitted",
        "5 working days left",
    ):
        assert words in said, words
    assert "990101199003070015" not in said


def test_undelivered_messages_ask_for_a_call(as_, case, clerk, applicant):
    message = Message.objects.create(
        recipient=applicant,
        event="submitted",
        key="k",
        title="已收件",
        path=f"/me/applications/{case.case_no}/",
        created_at=NOW,
    )
    Delivery.objects.create(message=message, channel="SMS", state="FAILED", text="x")
    assert "Not delivered. Please telephone." in text(as_(clerk).get(page_of(case)))


def test_flags_of_a_case_are_shown(as_, case, clerk):
    Case.objects.filter(pk=case.pk).update(is_deemed_accepted=True, is_provisional=True)
    said = text(as_(clerk).get(page_of(case)))
    assert "deemed accepted" in said
    assert "due day provisional" in said


def test_the_ban_list_is_for_administrators(as_, administrator, clerk):
    address = reverse("admin:applications_deferralban_changelist")
    assert as_(administrator).get(address).status_code == 200
    assert as_(clerk).get(address).status_code == 403


def test_pages_speak_both_languages(as_, case, clerk):
    with translation.override("zh-hans"):
        address = reverse("admin:applications_case_change", args=[case.pk])
    assert address == page_of(case).removeprefix("/en")
    assert as_(clerk).get(address).status_code == 200
