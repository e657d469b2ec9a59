"""Starting and the five steps of a draft, as requests."""

import json
import re

import pytest
from django.utils import translation
from django.utils.html import escape

from accounts.models import Person, User
from applications import services
from applications.models import Case
from applications.states import MaterialStatus, State
from applications.wizard import Wizard
from policies.models import GuideVersion
from talentportal.templatetags.portal import day
from tests import cast
from tests.cast import moment

pytestmark = pytest.mark.django_db

START = "/en/apply/talent-grade-1/"
CORE = ("id", "degree", "photo")
NOW = "2026-09-18 10:00"
ANSWERS = {"q-level": "D", "q-employer": "示例单位"}


@pytest.fixture
def me(applicant, at, client_of):
    return client_of(applicant)


@pytest.fixture
def draft(world, applicant, at):
    """A draft with answers and all core materials; two deferrable ones are missing."""
    return cast.make_draft(world, applicant, *CORE, now=moment(NOW))


def address(case, step):
    return f"{START}{case.public_id}/{step}/"


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def promises(case, day="2026-09-24", reason="BY_POST", keys=("works", "form")):
    ids = [m.pk for m in case.materials.filter(spec__key__in=keys)]
    return {f"reason_{pk}": reason for pk in ids} | {f"day_{pk}": day for pk in ids}


SIGNED = {"declares": "on", "agrees": "on", "signed_name": "陈思远"}


def ready_to_sign(case, applicant):
    cast.promise(case, applicant, {"works": "2026-09-24", "form": "2026-09-24"}, moment(NOW))
    return case


# --- start -----------------------------------------------------------------------------------------------------------


def test_a_stranger_is_led_to_sign_in_and_back(world, at, client_of):
    response = client_of().post(START)
    assert response.status_code == 302
    assert response["Location"] == f"/en/accounts/login/?next={START}"


def test_start_begins_a_draft_at_the_first_step(world, me):
    page = me.get(START)
    assert "Begin the application" in text(page)
    response = me.post(START)
    assert response["Location"] == address(Case.objects.get(), "identity")


def test_an_existing_draft_is_offered_never_a_second_one(draft, me):
    assert me.post(START)["Location"] == START
    page = text(me.get(START))
    assert "Go on with the draft" in page
    assert "Begin the application" not in page
    assert Case.objects.count() == 1


def test_a_draft_is_deleted_only_after_asking(draft, me):
    page = me.get(address(draft, "discard"))
    assert "Delete the draft?" in text(page)
    assert Case.objects.count() == 1
    assert me.post(address(draft, "discard"))["Location"] == START
    assert Case.objects.count() == 0


def test_an_open_case_is_linked_instead_of_a_new_one(draft, applicant, me):
    cast.hand_in(draft, applicant, "works", "form", now=moment(NOW))
    case = cast.submit(draft, applicant, moment(NOW))
    assert f"/en/me/applications/{case.case_no}/" in me.get(START).content.decode()
    response = me.post(START, follow=True)
    assert response.status_code == 200
    assert "You have an open case of this item already" in text(response)
    assert Case.objects.count() == 1


def test_without_a_guide_in_force_the_page_says_so(world, me):
    GuideVersion.objects.update(effective_to=cast.day("2026-09-01"))
    assert "No applications are taken today" in text(me.get(START))
    assert me.post(START).status_code == 200
    assert Case.objects.count() == 0


def test_an_unknown_item_is_not_found(world, me):
    assert me.get("/en/apply/nothing/").status_code == 404


def test_an_item_for_units_asks_for_which_unit(world, applicant, me, at):
    cast.make_item(world.province, world.office, [world.window], serial=2, by_unit=True)
    url = "/en/apply/talent-grade-2/"
    assert "You do not act for a unit yet" in text(me.get(url))
    unit = cast.make_unit(world.county, applicant, moment(NOW))
    assert "Choose the unit." in text(me.post(url, follow=True))
    assert "You do not act for this unit." in text(me.post(url, {"unit": unit.pk + 1}, follow=True))
    me.post(url, {"unit": unit.pk})
    assert Case.objects.get().unit == unit


# --- identity --------------------------------------------------------------------------------------------------------


IDENTITY = {"document_type": "RESIDENT_ID", "name": "阿依古丽·买买提"}


@pytest.fixture
def newcomer(world, at, client_of):
    """Somebody without a real-name record, with a draft."""
    user = User.objects.create_user(email="new@example.org", password=cast.PASSWORD)
    case = services.start(item=world.item, actor=user, now=moment(NOW))
    return user, client_of(user), address(case, "identity")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"number": "990101199003070016"}, "The last character does not fit the others."),
        ({"number": "990101203003070014"}, "lies in the future"),
        ({"number": ""}, "This field is required."),
        ({"number": "990101199003070015", "name": "长" * 500}, "at most 100 characters"),
    ],
)
def test_a_wrong_identity_is_explained_and_keeps_what_was_typed(newcomer, change, said):
    _user, client, url = newcomer
    response = client.post(url, IDENTITY | change, follow=True)
    assert response.status_code == 200
    assert said in text(response)
    assert "Error:" in response.content.decode()
    assert escape((IDENTITY | change)["name"]) in response.content.decode()
    assert Person.objects.count() == 0


def test_identity_is_registered_on_the_way(newcomer):
    user, client, url = newcomer
    response = client.post(url, IDENTITY | {"number": "990101199003070015"})
    assert response["Location"].endswith("/basics/")
    assert Person.objects.get(user=user).name == "阿依古丽·买买提"


def test_a_known_identity_is_shown_masked(draft, me):
    page = text(me.get(address(draft, "identity")))
    assert "990*************15" in page or "99010" not in page
    assert "陈思远" in page


# --- order of the steps ----------------------------------------------------------------------------------------------


def test_steps_ahead_open_only_when_those_before_are_done(world, applicant, me):
    case = services.start(item=world.item, actor=applicant, now=moment(NOW))
    for step in ("materials", "check", "sign"):
        response = me.get(address(case, step), follow=True)
        assert response.redirect_chain[-1][0] == address(case, "basics")
    assert "Answer this question: Class" in text(response)


def test_sign_leads_back_to_the_materials_while_a_core_one_is_missing(draft, applicant, me):
    services.remove_file(file=draft.materials.get(spec__key="degree").files.get(), actor=applicant, now=moment(NOW))
    for method in (me.get, me.post):
        assert method(address(draft, "sign"), SIGNED)["Location"] == address(draft, "materials")
    assert "“Material degree” is still missing." in text(me.get(address(draft, "materials")))
    assert Case.objects.get().state == State.DRAFT


def test_an_unknown_step_is_not_found(draft, me):
    assert me.get(address(draft, "pay")).status_code == 404


# --- basics ----------------------------------------------------------------------------------------------------------


def test_basics_keep_answers_and_window(world, applicant, me):
    case = services.start(item=world.item, actor=applicant, now=moment(NOW))
    response = me.post(address(case, "basics"), ANSWERS | {"window": world.other_window.pk})
    assert response["Location"] == address(case, "materials")
    case.refresh_from_db()
    assert case.answers == {"level": "D", "employer": "示例单位"}
    assert (case.window, case.region) == (world.other_window, world.other_county)


def test_invalid_basics_are_explained_and_nothing_is_lost(world, applicant, me):
    case = services.start(item=world.item, actor=applicant, now=moment(NOW))
    response = me.post(
        address(case, "basics"), {"q-employer": "长" * 500, "q-level": "Z", "window": "999999"}, follow=True
    )
    assert response.status_code == 200
    page = response.content.decode()
    assert 'class="error-summary"' in page
    assert "<title>Error:" in page
    assert "This window does not handle this service item." in page
    assert "长" * 500 in page
    case.refresh_from_db()
    assert case.answers == {"employer": "长" * 500, "level": "Z"}


def test_the_last_day_of_the_decision_leaves_the_window_its_days_to_accept(draft, me):
    page = me.get(address(draft, "materials")).content.decode()
    wizard = Wizard(draft, draft.applicant, moment(NOW))
    assert wizard.decided_by == wizard.calendar.add(wizard.accepted_by, draft.guide.promised_days)
    assert wizard.decided_by > wizard.calendar.add(wizard.today, draft.guide.promised_days)
    with translation.override("en"):
        assert day(wizard.decided_by) in page


def test_saving_for_later_needs_nothing_valid(world, applicant, me):
    case = services.start(item=world.item, actor=applicant, now=moment(NOW))
    response = me.post(address(case, "basics"), {"q-employer": "", "q-level": "E", "later": "1"})
    assert response["Location"] == "/en/me/"
    case.refresh_from_db()
    assert case.answers["level"] == "E"


# --- autosave --------------------------------------------------------------------------------------------------------


def save(client, case, sent, **more):
    body = sent if isinstance(sent, bytes) else json.dumps(sent)
    return client.post(
        address(case, "save"), body, content_type="application/json", headers={"x-requested-with": "fetch"} | more
    )


def test_autosave_keeps_what_is_not_valid_yet(draft, me, at):
    at("2026-09-18 10:07")
    response = save(me, draft, {"q-employer": "半", "q-level": "nonsense"})
    assert response.json() == {"saved": "Saved at 10:07"}
    draft.refresh_from_db()
    assert (draft.answers["employer"], draft.answers["level"]) == ("半", "nonsense")


def test_autosave_keeps_only_what_the_guide_asks_for(draft, me):
    before = draft.answers
    assert (
        save(me, draft, {"q-other": "x", "_promises": {"1": {}}, "state": "CLOSED", "employer": "x"}).status_code == 200
    )
    draft.refresh_from_db()
    assert draft.answers == before


def test_autosave_keeps_window_and_promises(world, draft, me):
    sent = promises(draft, day="2026-09-2") | {"window": str(world.other_window.pk)}
    assert save(me, draft, sent).status_code == 200
    draft.refresh_from_db()
    assert draft.window == world.other_window
    assert {one["promised_on"] for one in draft.answers["_promises"].values()} == {"2026-09-2"}


@pytest.mark.parametrize(
    "sent", [b"", b"{", b"[]", b"[" * 100_000, b'"x"', b"\xff\xfe", b'{"q-employer": "' + b"x" * 400_000 + b'"}']
)
def test_autosave_refuses_what_it_cannot_read(draft, me, sent):
    assert save(me, draft, sent).status_code == 400


@pytest.mark.parametrize("value", ["a\0b", "\ud800", None, 7, ["x"], {"a": {"b": "c"}}, "龘" * 5_000])
def test_autosave_survives_any_value(draft, me, value):
    sent = dict.fromkeys(promises(draft), value) | {"q-employer": value, "q-level": value, "window": value}
    assert save(me, draft, sent).status_code == 200
    me.get(address(draft, "materials"))
    me.get(address(draft, "basics"))
    assert me.get(address(draft, "basics")).status_code == 200


def test_autosave_tells_a_lost_login(draft, client_of):
    response = save(client_of(), draft, {"q-employer": "x"})
    assert response.status_code == 401
    assert response.json() == {"error": "You are signed out."}


def test_autosave_of_a_submitted_draft_is_refused(draft, applicant, me):
    cast.hand_in(draft, applicant, "works", "form", now=moment(NOW))
    cast.submit(draft, applicant, moment(NOW))
    assert save(me, draft, {"q-employer": "x"}).status_code == 409
    assert Case.objects.get().answers["employer"] == "示例单位"


# --- materials and commitment ----------------------------------------------------------------------------------------


def test_the_commitment_appears_when_only_deferrable_materials_are_missing(draft, me):
    page = text(me.get(address(draft, "materials")))
    assert "2 are missing, and you can submit all the same" in page
    assert "For 6 months I cannot apply with materials missing." in page
    assert "If one does not come in time: my application counts as withdrawn." in page


def test_obstacles_are_all_listed_when_deferral_is_not_possible(world, applicant, me):
    case = cast.make_draft(world, applicant, now=moment(NOW))
    page = text(me.get(address(case, "materials")))
    assert "You cannot submit yet" in page
    for key in ("id", "degree"):
        assert f"“Material {key}” is a core material and must be there." in page
    cast.hand_in(case, applicant, "id", "degree", now=moment(NOW))
    assert "“Material photo” cannot be supplied later." in text(me.get(address(case, "materials")))


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"day": "2026-09-25"}, "Not later than"),  # 5 working days end on the 24th
        ({"day": "2026-09-18"}, "Not before"),
        ({"day": "2026-09-19"}, "Not before"),
        ({"day": ""}, "choose the day on which you will supply it"),
        ({"day": "tomorrow"}, "Enter a valid date."),
        ({"reason": ""}, "choose why it is not there yet"),
        ({"reason": "BECAUSE"}, "not one of the available choices"),
    ],
)
def test_a_promise_outside_the_rules_is_refused_and_kept(draft, me, sent, said):
    response = me.post(address(draft, "materials"), promises(draft, **sent), follow=True)
    assert response.status_code == 200
    assert said in text(response)
    assert me.get(address(draft, "sign"))["Location"] == address(draft, "materials")
    draft.refresh_from_db()
    kept = next(iter(draft.answers["_promises"].values()))
    assert (kept["promised_on"] or "") == sent.get("day", "2026-09-24")[:10]


def test_a_promise_within_the_rules_goes_on_to_check(draft, me):
    response = me.post(address(draft, "materials"), promises(draft))
    assert response["Location"] == address(draft, "check")
    page = text(me.get(address(draft, "check")))
    assert "Thursday 24 September 2026" in page
    assert "It is on its way by post" in page


def test_check_shows_every_answer_with_its_way_back(draft, applicant, me):
    page = me.get(address(ready_to_sign(draft, applicant), "check")).content.decode()
    for anchor in ("basics/#id_q-level", "basics/#id_q-employer", "basics/#id_window"):
        assert f'href="{START}{draft.public_id}/{anchor}"' in page
    for material in draft.materials.all():
        assert f"materials/#material-{material.pk}" in page


# --- sign and submit -------------------------------------------------------------------------------------------------


def test_submission_with_a_commitment(draft, applicant, me):
    ready_to_sign(draft, applicant)
    response = me.post(address(draft, "sign"), SIGNED | {"signature": "M10 10L20 20L30 15"})
    case = Case.objects.get()
    assert response["Location"] == f"/en/me/applications/{case.case_no}/?submitted"
    assert case.commitment.signature == "M10 10L20 20L30 15"
    assert set(case.materials.filter(status=MaterialStatus.DEFERRED).values_list("spec__key", flat=True)) == {
        "works",
        "form",
    }
    page = text(me.get(response["Location"]))
    for words in (case.case_no, case.query_code, "Thursday 24 September 2026", world_phone(case)):
        assert words in page


def world_phone(case):
    return case.window.phone


def test_a_complete_application_needs_only_the_declaration(draft, applicant, me):
    cast.hand_in(draft, applicant, "works", "form", now=moment(NOW))
    page = me.get(address(draft, "sign")).content.decode()
    assert "signed_name" not in page
    assert me.post(address(draft, "sign"), {"declares": "on"}).status_code == 302
    assert Case.objects.get().state == State.RECEIVED


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"declares": ""}, "Confirm that what you state is true."),
        ({"agrees": ""}, "Agree to the promises."),
        ({"signed_name": ""}, "Sign with your name as in your identity document."),
        ({"signed_name": "李一"}, "Sign with your name as in your identity document."),
        ({"signed_name": "长" * 500}, "Sign with your name as in your identity document."),
        ({"signed_name": "长" * 5000}, "at most 500 characters"),
        ({"signature": "<script>"}, "The handwritten signature could not be read."),
        ({"signature": "M0 0" * 30_000}, "at most 60000 characters"),
    ],
)
def test_a_wrong_signature_submits_nothing(draft, applicant, me, change, said):
    ready_to_sign(draft, applicant)
    response = me.post(address(draft, "sign"), {k: v for k, v in (SIGNED | change).items() if v}, follow=True)
    assert response.status_code == 200
    assert said in text(response)
    assert "<title>Error:" in response.content.decode()
    assert ('id="id_signed_name_error"' in response.content.decode()) == ("signed_name" in change)  # beside the field
    assert Case.objects.get().state == State.DRAFT


def test_a_tampered_post_cannot_defer_a_core_material(world, applicant, me):
    case = cast.make_draft(world, applicant, "id", "photo", now=moment(NOW))
    me.post(address(case, "materials"), promises(case, keys=("degree", "works", "form")))
    response = me.post(address(case, "sign"), SIGNED)
    assert response["Location"] == address(case, "materials")
    case.refresh_from_db()
    assert case.state == State.DRAFT
    assert not hasattr(case, "commitment")


def test_a_repeated_post_leads_to_the_case(draft, applicant, me, run_due):
    ready_to_sign(draft, applicant)
    me.post(address(draft, "sign"), SIGNED)
    case = Case.objects.get()
    for _again in range(2):
        assert me.post(address(draft, "sign"), SIGNED)["Location"] == f"/en/me/applications/{case.case_no}/"
    for step in ("identity", "basics", "materials", "check", "sign", "discard"):
        assert me.get(address(draft, step))["Location"] == f"/en/me/applications/{case.case_no}/"
    assert me.post(address(draft, "renew"))["Location"] == f"/en/me/applications/{case.case_no}/"
    assert Case.objects.count() == 1
    run_due(moment(NOW))
    assert case.papers.filter(kind="RECEIPT").count() == 1


def test_the_second_of_two_clicks_leads_to_the_case(draft, applicant, me, monkeypatch):
    ready_to_sign(draft, applicant)
    submit = services.submit

    def twice(**given):
        submit(**given)
        return submit(**given)

    monkeypatch.setattr(services, "submit", twice)
    response = me.post(address(draft, "sign"), SIGNED)
    assert response["Location"] == f"/en/me/applications/{Case.objects.get().case_no}/"


# --- expired and outdated drafts -------------------------------------------------------------------------------------


def test_an_expired_draft_is_renewed_with_its_answers(draft, me, at):
    at("2026-12-01 10:00")
    for step in ("basics", "sign"):
        response = me.get(address(draft, step))
        assert "This draft has expired" in text(response)
    assert "This draft has expired" in text(me.post(address(draft, "basics"), ANSWERS))
    assert save(me, draft, {"q-employer": "late"}).status_code == 409
    assert me.post(address(draft, "renew"))["Location"] == address(draft, "identity")
    draft.refresh_from_db()
    assert draft.answers["employer"] == "示例单位"
    assert me.get(address(draft, "basics")).status_code == 200


def test_a_draft_of_a_replaced_guide_is_carried_over(world, draft, me):
    GuideVersion.objects.filter(pk=world.guide.pk).update(effective_to=cast.day("2026-09-10"))
    assert "No guide of this item is in force today" in text(me.get(address(draft, "basics")))
    new = GuideVersion.objects.get(pk=world.guide.pk)
    new.pk, new.version, new.effective_from, new.effective_to = None, 2, cast.day("2026-09-10"), None
    new.published_at, new.state = None, "PUBLISHED"
    new.save()
    for spec in world.guide.materials.all():
        spec.pk, spec.guide = None, new
        spec.save()
    assert "The guide has changed" in text(me.get(address(draft, "basics")))
    me.post(address(draft, "renew"))
    draft.refresh_from_db()
    assert draft.guide_id == new.pk
    assert draft.materials.filter(status=MaterialStatus.PROVIDED).count() == 3


# --- whose -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "step", ["identity", "basics", "materials", "check", "sign", "discard", "renew", "save", "rows"]
)
def test_a_draft_is_nobody_elses(draft, stranger, clerk, client_of, step):
    for user in (stranger, clerk):
        client = client_of(user)
        method = client.post if step in ("renew", "save") else client.get
        assert method(address(draft, step)).status_code == 404


def test_a_colleague_of_the_unit_does_not_see_the_draft(world, applicant, stranger, client_of, at):
    unit = cast.make_unit(world.county, applicant, moment(NOW))
    unit.members.create(user=stranger, role="HR", joined_at=moment(NOW))
    case = services.start(item=world.item, actor=applicant, now=moment(NOW), unit=unit)
    assert client_of(stranger).get(address(case, "basics")).status_code == 404
    assert "Classification" not in text(client_of(stranger).get("/en/me/applications/"))


def test_pages_of_applicants_are_not_kept_by_browsers(draft, me):
    assert "no-store" in me.get(address(draft, "basics"))["Cache-Control"]


@pytest.mark.parametrize("path", ["\0", "x" * 300, "..%2f..", "'\"<"])
def test_odd_addresses_are_not_found(world, me, path):
    assert me.get(f"{START}{path}/basics/").status_code == 404


def test_the_materials_page_asks_the_database_the_same_number_of_times(
    world, draft, applicant, me, kept_long, django_assert_max_num_queries
):
    me.get(address(draft, "materials"))
    with django_assert_max_num_queries(45) as few:
        me.get(address(draft, "materials"))
    count = len(few)
    for _version in range(3):
        cast.hand_in(draft, applicant, *CORE, now=moment(NOW))
    with django_assert_max_num_queries(count):
        me.get(address(draft, "materials"))
